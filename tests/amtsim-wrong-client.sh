# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What no firmware accepts is refused as firmware would, noted, and hurts
# nobody: the next good request is answered.
. ./lib.sh
. ./wsman.sh
start_sim --profile 11
refused() {	# STATUS SUBCODE TEXT [VIOLATION]
	is "$status $(subcode)" "$1 $2" "$3"
	if [ -n "${4:-}" ]; then has "$(violations)" "$4" "noted: $4"; fi
}

get AMT_NoSuchThing;		refused 400 DestinationUnreachable "unknown class"
enumerate CIM_NoSuchThing;	refused 400 DestinationUnreachable "unknown class, Enumerate"
invoke AMT_NoSuchThing Foo;	refused 400 DestinationUnreachable "unknown class, method"
get CIM_BootSourceSetting "$(selector InstanceID nothing)"
refused 400 DestinationUnreachable "unknown instance"
get CIM_BootSourceSetting;	refused 400 InvalidSelectors "several instances, no selector"
get AMT_GeneralSettings "$(selector Color blue)"
refused 400 InvalidSelectors "a selector that is no key"
invoke AMT_GeneralSettings Fly;	refused 400 ActionNotSupported "unknown method"
ws "$x_ns/Delete" AMT_GeneralSettings; refused 400 ActionNotSupported "Delete of a fixed class"
ws "$x_ns/Get " AMT_GeneralSettings
refused 400 InvalidMessageInformationHeader "white space around the Action" "white space"
ws "$x_ns/Get" AMT_GeneralSettings '' '' '<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>'
refused 400 EncodingLimit "a small MaxEnvelopeSize" "MaxEnvelopeSize 8192"
ws "$x_ns/Get" AMT_GeneralSettings '' '' '<w:OptionSet s:mustUnderstand="true"/>'
is "$status $(fault)" "400 MustUnderstand" "an OptionSet that must be understood"
post "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>"
is "$status $(fault)" "400 VersionMismatch" "SOAP 1.1"
post "$s_open<s:Header><a:Action>$x_ns/Get</a:Action></s:Header><s:Body/></s:Envelope>"
refused 400 MessageInformationHeaderRequired "no MessageID"

put AMT_GeneralSettings "<Colour>red</Colour>"
refused 400 SchemaValidationError "Put of an unknown property" "unknown property Colour"
put AMT_GeneralSettings "<DigestRealm>Digest:00</DigestRealm>"
refused 500 InternalError "Put of another realm" "changes the read-only DigestRealm"
put AMT_GeneralSettings "<IdleWakeTimeout>0</IdleWakeTimeout>"
has "$out" "AMT-STATUS 36" "Put of a number out of range"
put AMT_GeneralSettings "<PingResponseEnabled>maybe</PingResponseEnabled>"
refused 400 SchemaValidationError "Put of no boolean"
put AMT_GeneralSettings "<HostName>$(printf %070d 0)</HostName>"
refused 500 InternalError "Put of a name that is too long"
put AMT_GeneralSettings "<HostName>new</HostName><IdleWakeTimeout>0</IdleWakeTimeout>"
is "$(state .network.host_name)" amtsim "a Put is all or nothing"
invoke CIM_BootService SetBootConfigRole "<Role>1</Role><BootConfigSetting>$(epr CIM_BootConfigSetting InstanceID 'Intel(r) AMT: Boot Configuration 0')</BootConfigSetting>"
refused 400 SchemaValidationError "inputs out of order" "unknown or out of order"
invoke AMT_RedirectionService RequestStateChange "<RequestedState>2</RequestedState>"
is "$status $(value ReturnValue)" "200 5" "a state that is no vendor value"
invoke CIM_PowerManagementService RequestPowerStateChange "<PowerState>2</PowerState><ManagedElement>$(epr CIM_ComputerSystem Name 'Intel(r) AMT')</ManagedElement>"
is "$(value ReturnValue) $(state .power)" "5 off" "the management engine is not switched on" 
invoke CIM_KVMRedirectionSAP RequestStateChange "<RequestedState>2</RequestedState><TimeoutPeriod><Interval>PT5S</Interval></TimeoutPeriod>"
is "$(value ReturnValue)" 4098 "a TimeoutPeriod"
pull AMT_TLSSettingData 05000000-0000-0000-0000-000000000000
refused 500 InvalidEnumerationContext "a context that nobody gave" "context that is not open"
enumerate AMT_TLSSettingData
enumerate CIM_BootSourceSetting
has "$(violations)" "Enumerate of CIM_BootSourceSetting while" "parallel enumerations are noted"

# XML that is none, or attacks.
post "<a><b></a>";		refused 400 SchemaValidationError "not well-formed" "not well-formed"
post "";			is "$status" 400 "nothing at all"
post "<!DOCTYPE s:Envelope [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>$s_open<s:Header><a:Action>&c;</a:Action></s:Header><s:Body/></s:Envelope>"
refused 400 SchemaValidationError "entities"
post "<!DOCTYPE s:Envelope>$s_open<s:Body/></s:Envelope>"
refused 400 SchemaValidationError "a document type" "document type"
deep=$(printf '<x>%.0s' $(seq 5000))
post "$s_open<s:Body>$deep</s:Body></s:Envelope>"
is "$status" 400 "five thousand levels"
post "$s_open<s:Body><!-- $(printf %070000d 0) --></s:Body></s:Envelope>"
is "$status" 400 "a body of 70000 bytes"

# HTTP that no client of AMT speaks.
http() { curl -s -m 5 -o "$T/page" -D "$T/headers" -w '%{http_code}' "$@"; }
url=http://127.0.0.1:16992
is "$(http $url/wsman)" 400 "GET"
is "$(http -d x $url/index.htm)" 404 "another path"
is "$(http --http1.0 -d x $url/wsman)" 400 "HTTP/1.0"
is "$(http -H 'Transfer-Encoding: chunked' -d x $url/wsman)" 400 "a request in chunks"
is "$(http -H 'Expect: 100-continue' -d x $url/wsman)" 401 "Expect is ignored"
hasnt "$(cat "$T/headers")" "100 Continue" "no 100 Continue"
http https://127.0.0.1:16992/wsman >/dev/null
is "$?" 35 "TLS on the plain port"
printf 'POST /wsman HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nxx' | socat -t 1 - TCP:127.0.0.1:16992 >/dev/null
head -c 100000 /dev/urandom | socat -t 1 - TCP:127.0.0.1:16992 >/dev/null

# One connection at a time; an idle one beside it is nothing.
mkfifo "$T/idle"
background socat -u "OPEN:$T/idle" TCP:127.0.0.1:16992
exec 8>"$T/idle"
get AMT_GeneralSettings
hasnt "$(violations)" "another connection is open" "an idle connection beside"
exec 8>&-
ctl fault http-silent
n=$(state .http.calls)
# shellcheck disable=SC2317 # called by until_ok
called() { [ "$(state .http.calls)" -gt "$n" ]; }
background curl -s -m 60 --digest -u "admin:$AMT_PASSWORD" --data-binary "@$T/request.xml" -o "$T/slow" $url/wsman
until_ok called
get AMT_GeneralSettings
has "$(violations)" "another connection is open" "two at once are noted"
ctl clear-faults

get AMT_GeneralSettings
is "$status $(value HostName)" "200 amtsim" "a good request afterwards"
done_testing
