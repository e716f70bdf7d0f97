#!/bin/sh
# SPDX-License-Identifier: MIT
# A machine that breaks off, lies, or sends what it should not: one sentence
# and the right exit status, and an order that never goes out twice.
# LONG 12
. ./lib.sh
start_sim --power on
count() { state ".http.$1"; }
expect() {	# TEXT RC PART COMMAND...
	text=$1 want=$2 part=$3; shift 3
	run "$@"
	is $rc "$want" "$text: exit $want"
	has "$err" "$part" "$text: says so"
}
port=7623
cut_at() {	# PATTERN WHEN COUNT: a line to the machine that is cut there
	port=$((port + 1))
	background cut-relay $port 623 "$@"
	until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:$port
}

# An order whose line is cut.
unknown="and whether it was carried out is not known: look with \"wsamt power\" before you repeat it"
cut_at RequestPowerStateChange_INPUT before 1
expect "the line is cut before it acts" 8 "$unknown" wsamt -P $port power reset
is "$(state .orders.resets)" 0 "which nobody can tell: not sent again"
cut_at RequestPowerStateChange_INPUT middle 1
expect "the answer to an order breaks off" 8 "$unknown" wsamt -P $port power reset
is "$(state .orders.resets)" 1 "one reset, not two"

# A question is asked once more, not twice.
cut_at transfer/Get before 1
run wsamt -P $port power
is "$rc $out" "0 on" "a question whose line is cut is asked again"
cut_at transfer/Get after 2
expect "cut twice" 4 "the connection was closed without an answer" wsamt -P $port power
cut_at transfer/Get middle 1
expect "an answer that breaks off" 6 "the answer broke off" wsamt -P $port power
cut_at enumeration/Pull after 1
run wsamt -P $port enum CIM_BootSourceSetting
is "$rc $(printf %s "$out" | grep -c InstanceID)" "0 3" "a pull that is cut: the list is asked again, whole"
cut_at 'Content-Length: 0' before 1
wsamt -P $port power reset
is "$? $(state .orders.resets)" "0 2" "cut at the challenge: nothing is lost"

# Silence.
ctl fault http-silent
expect "no answer" 4 "no answer within 1 s" wsamt --timeout 1 power
ctl fault http-silent
expect "no answer to an order" 8 "no answer within 1 s; the order was sent" \
    wsamt --timeout 1 invoke CIM_PowerManagementService RequestPowerStateChange PowerState=10 'ManagedElement=@CIM_ComputerSystem?Name=ManagedSystem'
has "$err" 'look with "wsamt get"' "and how to find out"
ctl fault http-drip 1
is "$(wsamt get CIM_BootConfigSetting InstanceID='Intel(r) AMT: Boot Configuration 0' | tail -1)" "InstanceID	Intel(r) AMT: Boot Configuration 0" "a byte at a time is fine"
ctl clear-faults
ctl fault split 1
is "$(wsamt power)" on "so are segments of one byte"
ctl clear-faults

# Lies and garbage.
bad() {	# "FAULT [VALUE]" RC PART
	# shellcheck disable=SC2086 # words
	ctl fault $1
	expect "$1" "$2" "$3" wsamt power
	ctl clear-faults
	is "$(wsamt power)" on "$1: all is well afterwards"
}
bad http-redirect 6 "redirect to \"http://192.0.2.66:16992/wsman\", which is not followed"
bad http-garbage 6 "is not HTTP"
bad "http-length 100" 6 "the answer broke off"
bad "http-status 503" 7 "busy (HTTP status 503): try again"
bad "http-status 403" 7 "may not use WS-Man"
bad "http-status 404" 6 "no WS-Man service there"
bad "http-status 418" 6 "HTTP status 418"
bad "http-status 400" 7 "refused without a reason"
bad xml-truncate 6 "not well-formed XML"
bad "xml-pad 4096" 6 "longer than 1048576 bytes"
bad xml-bomb 6 "document type, which WS-Management forbids"
bad xml-doctype 6 "document type"
bad xml-namespace 6 "not a SOAP 1.2 envelope"
bad wsman-busy 7 "busy: try again (EndpointUnavailable"
ctl fault xml-truncate
expect "an order whose answer is garbage" 8 "the order was sent" \
    wsamt invoke AMT_RedirectionService RequestStateChange RequestedState=32771
ctl clear-faults

# Connections that the machine closes between calls, without a word.
ctl fault http-close-after 1
for i in 1 2 3; do
	run wsamt enum CIM_BootSourceSetting
	is "$rc $(printf %s "$out" | grep -c InstanceID)" "0 3" "closed after each answer: run $i"
done
ctl clear-faults
# The line of a pull was cut, so its list stayed open: the only thing to say.
is "$(ctl violations | grep -v 'Enumerate of .* while that of')" "" "no violation"

# On a kept connection, acted on, then cut: libcurl alone would repeat it and
# report success.
cut_at RequestPowerStateChange_INPUT after 1
expect "the machine acts and hangs up" 8 "$unknown" wsamt -P $port power cycle
is "$(state .orders.cycles)" 1 "one power cycle, not two"
done_testing
