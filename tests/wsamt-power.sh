#!/bin/sh
# SPDX-License-Identifier: MIT
# Power, by hand: a machine that is off is switched on, and says so
# afterwards; orders that make no sense are not sent.
. ./lib.sh
on() { [ "$(wsamt power)" = on ]; }
start_sim

is "$(wsamt power)" off "is off at first"
wsamt power 2; is $? 0 "takes the order, as a number"
until_ok on
is "$(wsamt power)" on "is on afterwards"
is "$(state .orders.ons)" 1 "switched on once"
wsamt power on; is $? 0 "on while on: nothing to do, no error"
is "$(state .orders.ons)" 1 "and nothing was sent"
run wsamt -v power on; has "$err" "127.0.0.1: is on already" "-v says so"

run wsamt power --wait off
is "$rc $out" "0 " "off, waiting"
is "$(wsamt power)" off "is off when that returns"
for order in reset cycle nmi soft-reset sleep hibernate; do
	run wsamt power $order
	is $rc 7 "$order while off: refused"
	has "$err" "$order needs a machine that is on, and it is off: \"wsamt power on\" starts it" "$order: says what to do"
done
is "$(state '[.orders.resets, .orders.cycles, .orders.nmis] | add')" 0 "none of it was sent"
wsamt power --wait on; is $? 0 "on, waiting"
is "$(wsamt power)" on "is on when that returns"
wsamt power reset; is "$? $(state .orders.resets)" "0 1" "reset"
wsamt power cycle --wait; is "$? $(state .orders.cycles)" "0 1" "cycle, --wait behind it"
wsamt power nmi; is "$? $(state .orders.nmis)" "0 1" "nmi"
wsamt power --wait soft-off; is "$? $(state .orders.soft_offs)" "0 1" "soft-off, waiting"
is "$(wsamt --json power)" '{"power":"off"}' "as JSON"

# A machine in use: AMT does not switch it off.
wsamt power --wait on; wsamt sol on; wsamt redirport on
# shellcheck disable=SC2119 # no options
open_console
run wsamt power off
is $rc 7 "off while somebody has the console: refused"
has "$err" "RequestPowerStateChange: refused: ReturnValue 2" "with its number"
has "$err" "close it first" "and what to do"
is "$(wsamt power)" on "it is on still"
close_console

# At a terminal one is told what takes its time; else standard error is quiet.
ctl fault wsman-return 0
run ptyrun 'expect:waiting until 127.0.0.1 is off' kill:2 -- wsamt power --wait off
is $rc 130 "who waits for a state at a terminal is told so, and may leave"
ctl clear-faults
ctl fault http-silent
run ptyrun 'expect:127.0.0.1: waiting for the answer to Get CIM_AssociatedPower' kill:2 -- wsamt power
is $rc 130 "who waits for an answer as well"

ctl fault wsman-return 34849
run wsamt power reset
is $rc 7 "consent missing: refused"
has "$err" "ReturnValue 34849, USER_CONSENT_REQUIRED" "a vendor value in words"
has "$err" "possible now: reset, off, cycle, nmi" "what would be possible"
ctl fault wsman-return 0
run wsamt --timeout 1 power --wait off
is $rc 1 "--wait ends after its limit: the answer is no"
has "$err" "127.0.0.1: still on after 1 s" "and says so"
ctl clear-faults

run wsamt power --wait; is $rc 2 "--wait without a state"
run wsamt power --wait nmi; is $rc 2 "--wait for what reaches no state"
has "$err" "nmi reaches no state to wait for" "says why"
run wsamt power offf; is $rc 2 "no such state"
has "$err" '"offf" is no power state: on (2), sleep (4), cycle (5)' "lists them"
run wsamt power 6; is $rc 2 "a state that AMT does not take"
run wsamt power on off; is $rc 2 "two states"
has "$err" "too many arguments; usage: wsamt power [on|off|" "says the usage"

is "$(ctl violations)" "" "no violation"
done_testing
