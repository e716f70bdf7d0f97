#!/bin/sh
# SPDX-License-Identifier: MIT
# Alarms: added, listed, ringing, deleted.
. ./lib.sh
start_sim

utc() { date -u -d "@$(($(state .time) + $1))" "+$2"; }
gets '' alarm
at=$(utc 7200 '%Y-%m-%d %H:%M')
sets alarm add "wake 1" "$at"
sets alarm add daily "$(utc 3600 %Y-%m-%dT%H:%M:%SZ)" 1d2h
is "$(wsamt alarm | sort)" "daily	$(wsamt --json alarm | jq -r '.[] | select(.name == "daily") | .start')	1d2h
wake 1	${at% *}T${at#* }:00Z	once" "both are listed"
is "$(state .alarms)" 2 "and so it is"
refused 'DUPLICATE' alarm add daily "$(utc 3600 '%Y-%m-%d %H:%M')"
sets alarm delete daily
refused 'there is no alarm "daily": "wsamt alarm" lists them' alarm delete daily
is "$(wsamt alarm | cut -f 1)" "wake 1" "one is left"
sets alarm delete "wake 1"
gets '' alarm

# It rings.
sets alarm add soon "$(utc 600 '%Y-%m-%d %H:%M:%S')"
is "$(state .power)" off "not yet"
ctl time +601 >"$T/time"
is_on() { [ "$(state .power)" = on ]; }
until_ok is_on
pass "the machine is on"
gets '' alarm

wrong 'it is "alarm", "alarm add NAME TIME' alarm delete
wrong 'it is "alarm", "alarm add NAME TIME' alarm add x
wrong 'it is "alarm", "alarm add NAME TIME' alarm ring x 1
wrong 'is no time: "2026-12-31 06:00", in UTC' alarm add x tomorrow
wrong 'is not in the future' alarm add x '2020-01-01 00:00'
for i in 1x d 1h1d 0d 12 1d1d 10000d; do
	wrong "\"$i\" is no interval" alarm add x '2037-01-01 00:00' $i
done
wrong 'a name has 1 to 32 characters' alarm add "$(printf %033d 0)" '2037-01-01 00:00'
busy alarm
ctl fault wsman-return 0
refused 'x did not take: it was not there, there was wanted' alarm add x '2037-01-01 00:00'
ctl clear-faults
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
