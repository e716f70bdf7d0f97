# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# General settings, the web UI, KVM settings, user consent and the clock,
# changed by a stranger: each has the effect it has on a real machine.
ANYWHERE=yes
. ./lib.sh
. ./wsman.sh
start_sim --profile 8
general() { put AMT_GeneralSettings "<InstanceID>Intel(r) AMT: General Settings</InstanceID>$1"; }
status_of() { value text | sed -n 's/AMT-STATUS //p'; }

# A name shared with the host: AMT 8 wants the domain gone first.
general "<SharedFQDN>false</SharedFQDN>"
is "$status $(status_of) $(state .network.shared_fqdn)" "500 28 true" "SharedFQDN with a domain is refused"
general "<DomainName></DomainName>"
general "<SharedFQDN>false</SharedFQDN>"
general "<DomainName>example.org</DomainName>"
is "$status $(state .network.shared_fqdn) $(state .network.domain_name)" "200 false example.org" "without one it is taken"
general "<DDNSPeriodicUpdateInterval>19</DDNSPeriodicUpdateInterval>"
is "$status $(status_of)" "500 36" "an interval below 20"
general "<DDNSPeriodicUpdateInterval>0</DDNSPeriodicUpdateInterval><DDNSUpdateEnabled>true</DDNSUpdateEnabled>"
is "$status $(value DDNSPeriodicUpdateInterval) $(value DDNSUpdateEnabled)" "200 0 true" "none at all"

# The web UI.
invoke AMT_WebUIService RequestStateChange "<RequestedState>3</RequestedState>"
is "$(value ReturnValue) $(state .web_ui)" "0 false" "the web UI off"
get AMT_WebUIService
is "$(value EnabledState)" 3 "and so it says"
invoke AMT_WebUIService RequestStateChange "<RequestedState>4</RequestedState>"
is "$(value ReturnValue)" 5 "a state that is none"

# KVM: the password has rules, and comes before the port.
kvm() { put IPS_KVMRedirectionSettingData "<InstanceID>Intel(r) KVM Redirection Settings</InstanceID>$1"; }
kvm "<Is5900PortEnabled>true</Is5900PortEnabled>"
is "$status $(status_of)" "500 2054" "port 5900 without a password"
for bad in Ab1!Ab1 Ab1!Ab1!x abcd1!ab ABCD1!AB Abcdefg! Abcdefg1 'Ab1,Ab1!' 'Ab1:Ab1!'; do
	kvm "<RFBPassword>$bad</RFBPassword>"
	is "$status $(subcode)" "400 InvalidRepresentation" "the password $bad"
done
kvm "<Is5900PortEnabled>true</Is5900PortEnabled><RFBPassword>Ab1!Ab1!</RFBPassword><SessionTimeout>7</SessionTimeout>"
is "$status $(state .redirection.rfb_password) $(state .redirection.port_5900) $(state .redirection.kvm_timeout)" "200 Ab1!Ab1! true 7" "a good one, with the port"
hasnt "$out" "Ab1!" "is not given back"
hasnt "$out" OptInPolicyTimeout "no time for a consent that is not asked for"
ctl mebx kvm off
get IPS_KVMRedirectionSettingData
is "$(value EnabledByMEBx)" false "locked in MEBx"
invoke CIM_KVMRedirectionSAP RequestStateChange "<RequestedState>2</RequestedState>"
is "$(value ReturnValue)" 2 "KVM cannot be switched on then"

# Consent: the code is on the machine's screen, here in its state.
consent() { invoke IPS_OptInService "$@"; }
asked() { is "$(value ReturnValue) $(state .consent.state)" "$1" "$2"; }
consent StartOptIn
asked "2 none" "StartOptIn where none is needed"
put IPS_OptInService "<CreationClassName>IPS_OptInService</CreationClassName><Name>Intel(r) AMT OptIn Service</Name><OptInRequired>4294967295</OptInRequired><SystemCreationClassName>CIM_ComputerSystem</SystemCreationClassName><SystemName>Intel(r) AMT</SystemName>"
is "$status $(value OptInRequired) $(state .consent.required)" "200 4294967295 4294967295" "consent for everything"
get IPS_KVMRedirectionSettingData
is "$(value OptInPolicy) $(value OptInPolicyTimeout)" "true 300" "the KVM settings mirror it"
invoke CIM_BootConfigSetting ChangeBootOrder "<Source>$(epr CIM_BootSourceSetting InstanceID 'Intel(r) AMT: Force PXE Boot')</Source>"
is "$(value ReturnValue)" 34849 "a boot source needs consent"
consent CancelOptIn
asked "2 none" "nothing to cancel"
consent StartOptIn
asked "0 requested" "asked for while off"
is "$(state .consent.code)" null "no screen, no code"
ctl press
until_ok on
asked "0 displayed" "the code is displayed once on"
code=$(state .consent.code)
wrong=$(((${code#"${code%%[!0]*}"} + 1) % 1000000))
consent SendOptInCode "<OptInCode>$wrong</OptInCode>"
asked "4 displayed" "a wrong code"
consent SendOptInCode "<OptInCode>$code</OptInCode>"
asked "0 received" "the right one"
invoke CIM_BootConfigSetting ChangeBootOrder "<Source>$(epr CIM_BootSourceSetting InstanceID 'Intel(r) AMT: Force PXE Boot')</Source>"
is "$(value ReturnValue)" 0 "a boot source with consent"
ctl time +121 >/dev/null
idle() { [ "$(state .consent.state)" = none ]; }
until_ok idle
consent StartOptIn
asked "0 displayed" "consent not used in time is asked for again"
code=$(state .consent.code)
wrong=$(((${code#"${code%%[!0]*}"} + 1) % 1000000))
for n in 4 4 3; do
	consent SendOptInCode "<OptInCode>$wrong</OptInCode>"
	is "$(value ReturnValue)" $n "wrong again: $n"
done
consent StartOptIn
asked "3 none" "blocked for a while"
ctl time +301 >/dev/null
consent StartOptIn
asked "0 displayed" "and then no longer"
consent CancelOptIn
asked "0 none" "CancelOptIn"

# The clock: it goes wrong, is asked, and set.
clock() { invoke AMT_TimeSynchronizationService "$@"; }
ctl clock -86400
before=$(date +%s)
clock GetLowAccuracyTimeSynch
ta0=$(value Ta0) now=$(date +%s)
is "$((ta0 >= before - 86400 && ta0 <= now - 86400))" 1 "a day behind"
clock SetHighAccuracyTimeSynch "<Ta0>$ta0</Ta0><Tm1>$now</Tm1><Tm2>$now</Tm2>"
is "$(value ReturnValue)" 0 "SetHighAccuracyTimeSynch"
off=$(($(state .time) - $(date +%s))) took=$(($(date +%s) - before + 1))
is "$((off >= -took && off <= took))" 1 "right again, but for the time that passed"
clock SetHighAccuracyTimeSynch "<Ta0>$ta0</Ta0><Tm1>1000000000</Tm1><Tm2>1000000000</Tm2>"
is "$(value ReturnValue)" 34 "a time before 2004"
clock EnableLocalTimeSync "<Enable>false</Enable>"
is "$(value ReturnValue)" 0 "EnableLocalTimeSync"
is "$(violations)" "" "all of it was correct"
stop_sim
done_testing
