# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A client that is not ours, curl, does everything once, and the simulated
# machine is changed by it.
# LONG 11
. ./lib.sh
. ./wsman.sh
start_sim --profile 11

post "$s_open<s:Body><id:Identify xmlns:id=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\"/></s:Body></s:Envelope>"
is "$status $(value ProductVendor) $(value ProductVersion)" "200 Intel(r) AMT 11.8" "Identify"
has "$(cat "$T/headers")" "Server: Intel(R) Active Management Technology 11.8.50.3425" "its Server header"
has "$(cat "$T/headers")" "Transfer-Encoding: chunked" "answers come in chunks"

# The bytes of an answer, as firmware writes them.
get AMT_GeneralSettings
is "$status $(value DigestRealm)" "200 $(state .digest_realm)" "Get: the realm"
is "$(value HostName)" amtsim "Get: a host name"
has "$out" "<b:RelatesTo>$(sed -n 's/.*<a:MessageID>\([^<]*\).*/\1/p' "$T/request.xml")</b:RelatesTo><b:Action a:mustUnderstand=\"true\">$x_ns/GetResponse</b:Action><b:MessageID>uuid:00000000-8086-8086-8086-" "its headers, in order"
ws_curl=--raw
get AMT_GeneralSettings
is "$(head -c 6 "$T/answer.xml")" "$(printf '0220\r\n')" "a first chunk of 544 bytes"
sizes=$(tr -d '\r' <"$T/answer.xml" | grep -E '^([0-9A-F]{4}|0)$')
is "$(echo "$sizes" | sed -n '2p;$p' | tr '\n' ' ')" "02FA 0 " "then 762, at last 0"
ws_curl=

# Put: what is given replaces, the rest stays, the answer is what is stored.
box=pc$(token)
put AMT_GeneralSettings "<HostName>$box</HostName><InstanceID>Intel(r) AMT: General Settings</InstanceID><PingResponseEnabled>false</PingResponseEnabled>"
is "$status $(value HostName) $(value PingResponseEnabled) $(value DomainName)" "200 $box false example.net" "Put"
is "$(state .network.host_name) $(state .network.ping)" "$box false" "its effect"

# Enumerate and Pull: values, references, both, super classes.
enumerate CIM_SoftwareIdentity
is "$status" 200 "Enumerate"
context=$(value EnumerationContext)
has "$context" "-0000-0000-0000-000000000000" "an enumeration context"
pull CIM_SoftwareIdentity "$context" 3
is "$(value InstanceID)" Flash "Pull: the first item"
is "$(grep -o '<h:CIM_SoftwareIdentity>' "$T/answer.xml" | wc -l)" 3 "three items, as asked"
next=$(value EnumerationContext)
pull CIM_SoftwareIdentity "$next"
has "$out" "<h:InstanceID>Legacy Mode</h:InstanceID>" "the rest of them"
has "$out" "<g:EndOfSequence></g:EndOfSequence></g:PullResponse>" "their end"
get CIM_SoftwareIdentity "$(selector InstanceID AMT)"
is "$(value VersionString)" 11.8.50 "Get with a selector"

enumerate CIM_ServiceAvailableToElement
pull CIM_ServiceAvailableToElement "$(value EnumerationContext)"
has "$out" "<h:CIM_AssociatedPowerManagementService>" "a super class gives instances of a sub class"
has "$out" "<c:ResourceURI>$(uri CIM_ServiceAvailableToElement)</c:ResourceURI></a:Header>" "under its own name"
is "$(value PowerState)" 8 "power: off"
enumerate CIM_PowerManagementCapabilities
pull CIM_PowerManagementCapabilities "$(value EnumerationContext)" 999
has "$out" "<h:RequestedPowerStatesSupported>10<" "one item although 999 were asked for"
hasnt "$out" EndOfSequence "and not at the end"
pull CIM_PowerManagementCapabilities "$(value EnumerationContext)"
has "$out" "<g:Items></g:Items><g:EndOfSequence>" "an empty pull ends it"
enumerate CIM_BootSourceSetting "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"
pull CIM_BootSourceSetting "$(value EnumerationContext)"
has "$out" "<c:Selector Name=\"InstanceID\">Intel(r) AMT: Force PXE Boot</c:Selector>" "EnumerateEPR"
hasnt "$out" "<h:CIM_BootSourceSetting>" "gives no values"

# Power: ordered, obeyed, counted.
power 2
is "$status $(value ReturnValue)" "200 0" "power on"
until_ok on
get CIM_AssociatedPowerManagementService
is "$(value PowerState)" 2 "power: on"
is "$(state .orders.ons)" 1 "one order"
power 13
is "$(value ReturnValue)" 1 "a state that no AMT knows"

# Redirection: the whole state is set.
invoke AMT_RedirectionService RequestStateChange "<RequestedState>32770</RequestedState>"
is "$(value ReturnValue) $(state .redirection.enabled_state)" "0 32770" "RequestStateChange"
put AMT_RedirectionService "<CreationClassName>AMT_RedirectionService</CreationClassName><EnabledState>32771</EnabledState><ListenerEnabled>false</ListenerEnabled><Name>Intel(r) AMT Redirection Service</Name>"
is "$(value ListenerEnabled) $(value EnabledState)" "false 32771" "Put of the listener"
hasnt " $(state '.network.ports | join(" ")') " " 16994 " "its port is closed"
invoke CIM_KVMRedirectionSAP RequestStateChange "<RequestedState>3</RequestedState>"
get CIM_KVMRedirectionSAP
is "$(value EnabledState)" 3 "KVM is off"

invoke AMT_SetupAndConfigurationService GetUuid
uuid=$(state .uuid)
swapped=$(value UUID | base64 -d | od -An -tx1 | tr -d ' \n' |
    sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(....\)/\4\3\2\1-\6\5-\8\7-\9-/')
is "$swapped" "$uuid" "GetUuid: three groups little endian"
invoke AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
t0=$(value Ta0)
ctl time +1000 >/dev/null
invoke AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
is "$(($(value Ta0) - t0 >= 1000))" 1 "the device's clock"
invoke AMT_AuthorizationService GetAdminAclEntry
is "$(value Username)" admin "GetAdminAclEntry"

is "$(violations)" "" "all of it was correct"
kill "$sim"
wait "$sim" 2>/dev/null

# Everything there is, over TLS: properties come in byte order of names.
start_sim --profile 16
ws_url=https://127.0.0.1:16993/wsman ws_curl=-k
enumerate CIM_ManagedElement
while context=$(value EnumerationContext); [ -n "$context" ]; do
	pull CIM_ManagedElement "$context"
	tr -d '\n' <"$T/answer.xml" | sed 's/<\/[a-z]:Items>.*//;s/<[a-z]:\(AMT_\|CIM_\|IPS_\)/\n&/g' | grep -E '^<[a-z]:(AMT|CIM|IPS)_' >>"$T/instances"
done
n=$(sed 's/^<[a-z]:\([A-Za-z_]*\)>.*/\1/' "$T/instances" | sort -u | wc -l)
is "$((n >= 20))" 1 "$n classes under CIM_ManagedElement"
while read -r instance; do
	class=$(echo "$instance" | sed 's/^<[a-z]:\([A-Za-z_]*\)>.*/\1/')
	echo "$instance" | grep -o '<[a-z]:[A-Za-z0-9]*' | sed '1d;s/.*://' | grep -vx -e Datetime -e Interval >"$T/properties"
	LC_ALL=C sort -c "$T/properties" 2>"$T/.err"
	is "$?" 0 "$class: properties in order"
done <"$T/instances"
done_testing
