# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The WS-Man door misbehaves when asked, once or as long as told, and then
# behaves again.
. ./lib.sh
. ./wsman.sh
start_sim --profile 11
call() {	# FAULT [VALUE]: a Get under it; sets $status $out
	ctl fault "$@"
	get AMT_GeneralSettings
	ctl clear-faults
}
good() { get AMT_GeneralSettings; is "$status" 200 "afterwards: 200"; }

call http-hangup;	is "$ended" 52 "hang up before acting"; good
calls=$(state .http.calls)
ctl fault http-hangup-after
power 2
is "$ended" 52 "hang up after acting"
until_ok on
is "$(state .orders.ons) $(($(state .http.calls) - calls))" "1 1" "it did act, once"
ctl clear-faults
call http-status 503;	is "$status $out" "503 " "a bare status"; good
call http-redirect;	is "$status" 302 "a redirect"
has "$(cat "$T/headers")" "Location: http://192.0.2.66" "to another host"; good
call http-garbage;	is "$ended" 1 "garbage"; good
call http-length 100;	is "$ended" 18 "a lie about the length"
has "$out" "</a:Envelope>" "the envelope is whole, the length is not"; good
call xml-truncate;	hasnt "$status$out" "</a:Envelope>" "half an envelope"; good
call xml-pad 4096;	is "$(($(wc -c <"$T/answer.xml") > 4194304))" 1 "four MiB of padding"; good
call xml-doctype;	has "$out" "<!DOCTYPE a:Envelope><a:Envelope" "a document type"; good
call xml-bomb;		has "$out" "&g;</b:RelatesTo>" "a bomb"; good
call xml-namespace;	has "$out" "/soap-envelopf" "a wrong name space"; good
call wsman-busy;	is "$status $(subcode)" "500 EndpointUnavailable" "busy"; good

ctl fault wsman-no-enumerate
enumerate AMT_GeneralSettings
is "$status $(subcode)" "400 DestinationUnreachable" "Enumerate of AMT_ classes refused"
good
ctl clear-faults
ctl fault wsman-return 2082
power 8
is "$(value ReturnValue) $(state .power)" "2082 on" "a ReturnValue of choice, and nothing done"
ctl clear-faults

ctl fault http-drip 1
get CIM_BootConfigSetting
is "$status $(value InstanceID)" "200 Intel(r) AMT: Boot Configuration 0" "a byte at a time"
ctl clear-faults

ctl fault http-silent
ws_curl='-m 1'
get AMT_GeneralSettings
is "$ended" 28 "silence"
ws_curl=
ctl clear-faults
good

# Kept connections: one, for as long as it is not closed.
before=$(state .http.connections)
url=http://127.0.0.1:16992/wsman
curl -s --digest -u "admin:$AMT_PASSWORD" --data-binary "@$T/request.xml" $url $url $url >"$T/three"
is "$(($(state .http.connections) - before))" 4 "curl asks without a login first: 401 closes, three times"
ctl fault http-close-after 1
before=$(state .http.connections)
curl -s --digest -u "admin:$AMT_PASSWORD" --data-binary "@$T/request.xml" $url $url $url >"$T/three"
is "$(($(state .http.connections) - before))" 6 "six when each is closed after its answer"
is "$(grep -o '</a:Envelope>' "$T/three" | wc -l)" 3 "and none is lost"
ctl clear-faults

# The fault layer under HTTP.
ctl fault wsman.split 7
good
ctl clear-faults
ctl fault wsman.cut-after 900
get AMT_GeneralSettings
hasnt "$out" "</a:Envelope>" "cut by bytes"
ctl clear-faults
good
done_testing
