# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Requests that are not ours: as Open AMT's consoles write them, sent by
# curl --digest.  Each profile takes them and does what they say.
# LONG 18
dmt=$(strangers/fetch --path wsman-messages) || exit 77
. ./lib.sh
. ./wsman.sh

ask() { post "$(node strangers/dmt-message.js "$dmt" "$@" <"$T/got.xml")"; }
got() { cp "$T/answer.xml" "$T/got.xml"; }
text() { is "$status $(value ReturnValue)" "200 0" "$profile: $1"; }
: >"$T/got.xml"
# What consoles take out of AMT_BootSettingData before they send it back.
read_only='BIOSLastStatus BootguardStatus OptionsCleared RPEEnabled RSEPassword
SecureBootControlEnabled UEFIHTTPSBootEnabled UEFILocalPBABootEnabled
UefiBootParametersArray WinREBootEnabled'

judge() {	# PROFILE URL [CURL OPTION]...
	profile=$1 ws_url=$2 ws_curl=${3:-}
	start_sim --profile "$profile"
	box=pc$(token)

	ask AMT_GeneralSettings Get
	is "$status $(value DigestRealm)" "200 $(state .digest_realm)" "$profile: Get"
	got
	ask AMT_GeneralSettings Put "HostName=$box"
	is "$status $(value HostName) $(state .network.host_name)" "200 $box $box" "$profile: Put"

	ask CIM_ServiceAvailableToElement Enumerate
	ask CIM_ServiceAvailableToElement Pull "$(value EnumerationContext)"
	is "$status $(value PowerState)" "200 8" "$profile: Enumerate and Pull"
	ask CIM_SoftwareIdentity Enumerate
	ask CIM_SoftwareIdentity Pull "$(value EnumerationContext)"
	has "$out" "<h:VersionString>$(state .version | cut -d. -f1-3)</h:VersionString>" "$profile: many instances"

	ask AMT_RedirectionService RequestStateChange 32770
	text "RequestStateChange"
	is "$(state .redirection.enabled_state)" 32770 "$profile: redirection changed"
	ask AMT_RedirectionService Get
	got
	ask AMT_RedirectionService Put EnabledState=32771 ListenerEnabled=true
	is "$status $(state .redirection.enabled_state)" "200 32771" "$profile: Put of the redirection service"
	ask CIM_KVMRedirectionSAP RequestStateChange 3
	text "KVM's RequestStateChange"

	ask CIM_BootConfigSetting ChangeBootOrder
	text "ChangeBootOrder without a source"
	ask AMT_BootSettingData Get
	got
	# shellcheck disable=SC2086 # words
	ask AMT_BootSettingData Put UseSOL=false BootMediaIndex=0 $read_only
	is "$status $(value UseSOL)" "200 false" "$profile: Put of the boot settings"
	ask CIM_BootConfigSetting ChangeBootOrder "Intel(r) AMT: Force PXE Boot"
	text "ChangeBootOrder"
	ask CIM_BootService SetBootConfigRole "Intel(r) AMT: Boot Configuration 0" 1
	text "SetBootConfigRole"
	is "$(state '"\(.boot.source) \(.boot.role)"')" "Intel(r) AMT: Force PXE Boot 1" "$profile: the boot is armed"
	ask CIM_PowerManagementService RequestPowerStateChange 2
	text "RequestPowerStateChange"
	until_ok eval '[ "$(state .power)" = on ]'
	is "$(state .orders.ons)" 1 "$profile: the machine is on"
	ask CIM_PowerManagementService RequestPowerStateChange 8
	text "and off"
	until_ok eval '[ "$(state .power)" = off ]'

	ask AMT_SetupAndConfigurationService GetUuid
	is "$status $(value UUID | base64 -d | od -An -tx1 | tr -d ' \n' | cut -c17-32)" \
	    "200 $(state .uuid | tr -d - | cut -c17-32)" "$profile: GetUuid"
	ask AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
	is "$status $(($(value Ta0) - $(state .time) < 10))" "200 1" "$profile: the clock"
	ask AMT_AuthorizationService EnumerateUserAclEntries 1
	is "$status $(value TotalCount)" "200 0" "$profile: users"
	is "$(violations)" "" "$profile: nothing firmware would refuse"
	kill "$sim"; wait "$sim"
}

judge 8 "http://127.0.0.1:16992/wsman"
judge 11 "http://127.0.0.1:623/wsman"
judge 16 "https://127.0.0.1:664/wsman" --insecure
done_testing
