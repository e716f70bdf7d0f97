#!/bin/sh
# SPDX-License-Identifier: MIT
# Any class: get, enum, pull, put, create, delete and invoke, by names and
# values of the class model; read again by typed commands and by curl.
. ./lib.sh
. ./wsman.sh
start_sim

# ---- put
general=AMT_GeneralSettings
host=h$(token)
gets on ping
sets put $general PingResponseEnabled=off "HostName=$host"
gets off ping
get $general
is "$(value HostName) $(value PingResponseEnabled)" "$host false" "both, and so a stranger reads it"
sets put "$general?InstanceID=Intel(r) AMT: General Settings" IdleWakeTimeout=0x5
gets 5 idle
sets put $general 'InstanceID=Intel(r) AMT: General Settings' IdleWakeTimeout=6
gets 6 idle
calls=$(state .http.calls)
sets put $general IdleWakeTimeout=6 PingResponseEnabled=false
is "$(($(state .http.calls) - calls))" 2 "what is so already is not written"
rfb=Aa1!$(token | cut -c 1-4)
sets put IPS_KVMRedirectionSettingData "RFBPassword=$rfb" Is5900PortEnabled=on
gets on rfbport
port='InstanceID=Intel(r) AMT Ethernet Port Settings 0'
refused 'INVALID_DHCP_MODE' put AMT_EthernetPortSettings "$port" LinkPolicy=1 LinkPolicy=14 LinkPolicy=16
sets put AMT_EthernetPortSettings "$port" LinkPolicy=1 LinkPolicy=14 LinkPolicy=16 -IPAddress -SubnetMask -DefaultGateway -PrimaryDNS -SecondaryDNS
is "$(wsamt --json get AMT_EthernetPortSettings "$port" | jq -c .LinkPolicy)" '["1","14","16"]' "an array"
shows 'policy	s0-ac,sx-ac,s0-dc' link
wrong '"PingResponseEnabled" is not NAME=VALUE' put $general PingResponseEnabled
wrong 'is no class' put General X=1
wrong 'missing arguments' put $general
wrong 'nothing but keys' put $general InstanceID=x
wrong 'AMT_GeneralSettings has no PingResponse; did you mean PingResponseEnabled? (--force sends it as it is)' put $general PingResponse=true
wrong 'the class model has no AMT_GenralSettings; did you mean AMT_GeneralSettings?' put AMT_GenralSettings X=1
wrong 'the class model has no AMT_Nothing (--force' put AMT_Nothing X=1
wrong 'IdleWakeTimeout: "soon" is no uint32: a number from 0 to 4294967295' put $general IdleWakeTimeout=soon
wrong '"65536" is no uint16: a number from 0 to 65535' put $general DHCPv6ConfigurationTimeout=65536
wrong '"maybe" is neither true nor false, on nor off' put $general PingResponseEnabled=maybe
wrong 'HostName is one value, no array' put $general HostName=a HostName=b
run wsamt put $general "HostName=$(printf 'a\001')"
is $rc 2 "what XML cannot carry"
has "$err" "the value of HostName holds characters that XML cannot carry" "is said"
refused 'AMT-STATUS 36, INVALID_PARAMETER' put $general IdleWakeTimeout=0
refused 'does not fit' --force put $general IdleWakeTimeout=soon
refused 'no such class' --force put AMT_Nothing X=1
ctl fault wsman-ignore
refused 'the machine said yes, but IdleWakeTimeout did not take: it was 6, 9 was wanted, it is 6' put $general IdleWakeTimeout=9
ctl clear-faults
busy put $general IdleWakeTimeout=9

# ---- get: references as they are printed, also of associations
shows "$host" get $general
wrong 'AMT_GeneralSettings has no key Instance; did you mean InstanceID?' get $general Instance=x
wrong 'has no key Version' get 'CIM_ComputerSystem?Name=ManagedSystem,Version=1'
wrong '"Name" is not NAME=VALUE' get CIM_ComputerSystem Name
refused 'no such class or instance' get CIM_ComputerSystem "Name=$(token)"
association=$(wsamt listepr | grep '^CIM_AssociatedPowerManagementService')
has "$association" '?ServiceProvided=CIM_PowerManagementService?CreationClassName=' "a reference of references"
shows 'UserOfService	CIM_ComputerSystem?CreationClassName=CIM_ComputerSystem,Name=ManagedSystem' get "$association"
shows 'UserOfService	CIM_ComputerSystem?CreationClassName=CIM_ComputerSystem,Name=ManagedSystem' get CIM_AssociatedPowerManagementService \
    'ServiceProvided=CIM_PowerManagementService?Name=Intel(r) AMT Power Management Service' \
    'UserOfService=@CIM_ComputerSystem?Name=ManagedSystem'

# ---- enum and pull
ids() { jq -r '.items[].InstanceID'; }
sources=$(wsamt --json enum CIM_BootSourceSetting | jq -r '.[].InstanceID')
context='' pulled='' pulls=0
while [ "$context" != null ] && [ $pulls -lt 20 ]; do
	wsamt --json pull CIM_BootSourceSetting max=1 ${context:+context=$context} >"$T/pull"
	context=$(jq -r .context "$T/pull")
	pulled="$pulled$(ids <"$T/pull")
"
	pulls=$((pulls + 1))
done
is "$pulled" "$sources
" "pull by pull what enum prints at once"
is $pulls "$(printf '%s\n' "$sources" | wc -l)" "one a pull"
run wsamt pull CIM_BootSourceSetting
is "$rc $(printf '%s\n' "$out" | tail -2)" "0 
context	none" "all of them, and that is all"
enumerate CIM_BootSourceSetting
shows 'InstanceID	' pull CIM_BootSourceSetting "context=$(value EnumerationContext)"
refused 'no such class or instance' --force pull AMT_Nothing
wrong 'the class model has no CIM_BootSource; did you mean CIM_BootSourceSetting?' pull CIM_BootSource
wrong '"5" is neither max=N nor context=CONTEXT' pull CIM_BootSourceSetting 5
wrong 'max: "0"' pull CIM_BootSourceSetting max=0
wrong 'the class model has no' enum CIM_BootSource
busy enum CIM_BootSourceSetting
busy pull CIM_BootSourceSetting

# ---- invoke: in the order of the model, whatever the order here
state_change='invoke AMT_RedirectionService RequestStateChange'
# shellcheck disable=SC2086 # words
gets 'ReturnValue	0' $state_change RequestedState=enable-SOL-and-disable-IDER
gets off ider
gets on sol
# shellcheck disable=SC2086
gets 'ReturnValue	0' $state_change 'RequestedState=Enable IDER and SOL'
gets on ider
gets 'ReturnValue	0' invoke 'CIM_BootConfigSetting?InstanceID=Intel(r) AMT: Boot Configuration 0' \
    ChangeBootOrder 'Source=CIM_BootSourceSetting?InstanceID=Intel(r) AMT: Force PXE Boot'
is "$(state .boot.source)" "Intel(r) AMT: Force PXE Boot" "the network is the next boot"
gets 'ReturnValue	0' invoke CIM_BootService SetBootConfigRole Role=IsNextSingleUse \
    'BootConfigSetting=CIM_BootConfigSetting?InstanceID=Intel(r) AMT: Boot Configuration 0'
alarm=wake$(token | cut -c 1-4)
shows "IPS_AlarmClockOccurrence?InstanceID=$alarm" invoke AMT_AlarmClockService AddAlarm \
    AlarmTemplate.DeleteOnCompletion=on AlarmTemplate.Interval=1d2h \
    'AlarmTemplate.StartTime=2037-01-01 07:30+02:00' "AlarmTemplate.InstanceID=$alarm"
gets "$alarm	2037-01-01T05:30:00Z	1d2h" alarm
sets put IPS_AlarmClockOccurrence "InstanceID=$alarm" 'StartTime=2037-01-02 06:00'
gets "$alarm	2037-01-02T06:00:00Z	1d2h" alarm
cert ca
gets "$(printf 'CreatedCertificate\tAMT_PublicKeyCertificate?InstanceID=Intel(r) AMT Certificate: Handle: %s\nReturnValue\t0' 0)" \
    invoke AMT_PublicKeyManagementService AddTrustedRootCertificate "CertificateBlob=@$T/ca.pem"
shows "CN=ca" certs
get AMT_PublicKeyCertificate "$(selector InstanceID 'Intel(r) AMT Certificate: Handle: 0')"
is "$(value X509Certificate | base64 -d | sha256sum | cut -d ' ' -f 1)" "$pin" "the very certificate"
# shellcheck disable=SC2086
wrong 'AMT_RedirectionService.RequestStateChange has no State' $state_change State=2
# shellcheck disable=SC2086
wrong '"On" is no uint16: a number from 0 to 65535, or Enabled, Disabled, ' $state_change RequestedState=On
wrong 'AMT_RedirectionService has no method StateChange' invoke AMT_RedirectionService StateChange
wrong 'AMT_AlarmClockService.AddAlarm needs AlarmTemplate' invoke AMT_AlarmClockService AddAlarm
wrong 'AMT_PublicKeyManagementService.GenerateKeyPair needs KeyAlgorithm, KeyLength' invoke AMT_PublicKeyManagementService GenerateKeyPair
wrong 'AlarmTemplate is an instance of IPS_AlarmClockOccurrence: say AlarmTemplate.NAME=VALUE' invoke AMT_AlarmClockService AddAlarm AlarmTemplate=x
wrong 'IPS_AlarmClockOccurrence has no Start; did you mean StartTime?' invoke AMT_AlarmClockService AddAlarm AlarmTemplate.Start=x
wrong 'StartTime: "tomorrow" is no time: "2026-12-31 06:00", in UTC; nor an interval: "1d12h30m"' invoke AMT_AlarmClockService AddAlarm AlarmTemplate.StartTime=tomorrow
wrong 'CertificateBlob: this is no base64; @FILE takes what is in a file' invoke AMT_PublicKeyManagementService AddTrustedRootCertificate 'CertificateBlob=?'
: >"$T/nothing"
wrong 'nothing: it is empty' invoke AMT_PublicKeyManagementService AddTrustedRootCertificate "CertificateBlob=@$T/nothing"
run wsamt invoke AMT_PublicKeyManagementService AddTrustedRootCertificate "CertificateBlob=@$T/none"
is "$rc" 3 "a file that is not there"
# shellcheck disable=SC2086
busy $state_change RequestedState=32771
refused 'the class cannot do this' --force invoke AMT_RedirectionService "X$(token)" Y=1
secret=$(printf 'D%s' "$(token)" | base64)
run wsamt invoke AMT_AuthorizationService AddUserAclEntryEx "DigestPassword=$secret?" AccessPermission=2
is "$rc" 2 "a secret that does not fit"
hasnt "$err" "$secret" "is not told"

# ---- delete and create
sets delete IPS_AlarmClockOccurrence "InstanceID=$alarm"
gets '' alarm
wrong 'which instance of IPS_AlarmClockOccurrence? Give its keys' delete IPS_AlarmClockOccurrence
wrong 'IPS_AlarmClockOccurrence has no key ID' delete IPS_AlarmClockOccurrence ID=x
refused 'no such class or instance' delete "IPS_AlarmClockOccurrence?InstanceID=$alarm"
busy delete IPS_AlarmClockOccurrence "InstanceID=$alarm"
context="ElementInContext=AMT_PublicKeyCertificate?InstanceID=x"
wrong 'ElementProvidingContext: AMT_TLSProtocolEndpointCollection has no key Element; did you mean ElementName?' \
    create AMT_TLSCredentialContext "$context" 'ElementProvidingContext=AMT_TLSProtocolEndpointCollection?Element=x'
wrong 'has no Nothing' create AMT_TLSCredentialContext Nothing=1
busy create AMT_TLSCredentialContext "$context"

is "$(violations)" "" "no violation"
refused 'the list was given up by the firmware: try again' pull CIM_BootSourceSetting "context=$(token)"
stop_sim
done_testing
