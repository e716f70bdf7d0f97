# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Boot orders: the sequence that works, and what firmware refuses of others.
. ./lib.sh
. ./wsman.sh
read_only='BIOSLastStatus|OptionsCleared|BootguardStatus|SecureBootControlEnabled|UEFIHTTPSBootEnabled|UEFILocalPBABootEnabled|WinREBootEnabled'

# What a client writes back: all of the Get but what is read-only.
settings() {	# NAME VALUE: with that one changed
	get AMT_BootSettingData
	printf '%s' "$out" | sed 's/.*<g:AMT_BootSettingData>\(.*\)<\/g:AMT_BootSettingData>.*/\1/;s/<\(\/\{0,1\}\)g:/<\1/g' |
	    sed -E "s/<($read_only)>[^<]*<\/($read_only)>//g" |
	    sed "s/<$1>[^<]*</<$1>$2</"
}
order() { invoke CIM_BootConfigSetting ChangeBootOrder "${1:+<Source>$(epr CIM_BootSourceSetting InstanceID "Intel(r) AMT: $1")</Source>}"; }
role() { invoke CIM_BootService SetBootConfigRole "<BootConfigSetting>$(epr CIM_BootConfigSetting InstanceID 'Intel(r) AMT: Boot Configuration 0')</BootConfigSetting><Role>$1</Role>"; }

for profile in 8 11 16; do
start_sim --profile "$profile"
if [ "$profile" = 16 ]; then ws_url=https://127.0.0.1:16993/wsman ws_curl=-k; fi
order ''
is "$(value ReturnValue)" 0 "profile $profile: clear the boot order"
put AMT_BootSettingData "$(settings UseIDER true)"
is "$status $(value UseIDER) $(state .boot.use_ider)" "200 true true" "Put of UseIDER"
is "$(state .boot.options_cleared)" false "OptionsCleared falls"
role 1
is "$(value ReturnValue) $(state .boot.role)" "0 1" "arm"
order "Force PXE Boot"
is "$(value ReturnValue) $(state .boot.source)" "5 " "a source beside UseIDER is refused"
has "$(violations)" "ChangeBootOrder with a source" "and noted"

put AMT_BootSettingData "$(settings UseIDER false)"
order "Force PXE Boot"
is "$(value ReturnValue) $(state .boot.source)" "0 Intel(r) AMT: Force PXE Boot" "a source alone"
put AMT_BootSettingData "$(settings UseSOL true)"
is "$status $(subcode)" "500 InternalError" "UseSOL beside a source is refused"
has "$out" "AMT-STATUS 36" "with its status"
is "$(state .boot.use_sol)" false "nothing was stored"
order "Force Diagnostic Boot"
is "$(value ReturnValue)" 4 "a source that is not there"
role 0
is "$(value ReturnValue)" 1 "a role that AMT does not know"
role 32768
is "$(value ReturnValue) $(state .boot.role)" "0 32768" "disarm"

# Power on with an armed source: used once, then fallen back.
role 1
power 2
until_ok on
order ''
is "$(state .boot.role) $(state .boot.options_cleared)" "32768 true" "the role is spent"

put AMT_BootSettingData "$(settings BIOSPause true)"
has "$status $out" "AMT-STATUS 2050" "what AMT_BootCapabilities denies"
put AMT_BootSettingData "$(settings UseSOL false | sed 's/<UseSafeMode>[^<]*<\/UseSafeMode>//')"
is "$status $(subcode)" "400 InvalidRepresentation" "a required flag is missing"
if [ "$profile" != 8 ]; then
	put AMT_BootSettingData "$(settings UseSOL false)<OptionsCleared>true</OptionsCleared>"
	is "$status $(subcode)" "500 InternalError" "a read-only flag, even unchanged"
fi
ws "$(uri CIM_BootConfigSetting)/ChangeBootOrder" CIM_BootConfigSetting \
    "<ChangeBootOrder_INPUT xmlns=\"$(uri CIM_BootConfigSetting)\"><Source/></ChangeBootOrder_INPUT>"
has "$status $out" "400" "an empty Source is refused"
has "$out" "The supplied SOAP violates the corresponding XML schema definition." "in the firmware's words"
kill "$sim"
wait "$sim" 2>/dev/null
done
done_testing
