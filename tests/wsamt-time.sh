#!/bin/sh
# SPDX-License-Identifier: MIT
# The controller's clock: far off, set, and left alone when it is right.
. ./lib.sh
start_sim

off() { wsamt --json timesync | jq -r '"\(.before) \(.after)"'; }
near() {	# NUMBER WANT TEXT: two seconds, and what passed since began
	slack=$(($(date +%s) - began + 2))
	if [ "$1" -ge $(($2 - slack)) ] && [ "$1" -le $(($2 + slack)) ]; then pass "$3"; else fail "$3" "want: about $2" "got:  $1"; fi
}
for wrong_by in 86400 -7000; do
	began=$(date +%s)
	ctl clock $wrong_by
	near $(($(state .time) - $(date +%s))) $wrong_by "the clock is wrong"
	run off
	near "${out% *}" $wrong_by "by so much, it says"
	near "${out#* }" 0 "and is right now"
	near $(($(state .time) - $(date +%s))) 0 "so it is"
done
calls=$(state .http.calls)
shows 'before' timesync
is "$(($(state .http.calls) - calls))" 1 "a right clock: asked, not set"
began=$(date +%s)
ctl clock 500
ctl fault wsman-return 34
refused 'INVALID_TIME' timesync
ctl clear-faults
sets_it=$(wsamt timesync | cut -f 2 | tail -1)
near "$sets_it" 0 "after that it is set"
wrong 'too many arguments' timesync now

gets on localtime
sets localtime off
gets off localtime
wrong 'neither on nor off' localtime 0
ctl fault wsman-return 0
refused 'it was off, on was wanted, it is off' localtime on
ctl clear-faults
sets localtime on
gets on localtime
is "$(ctl violations)" "" "no violation"
stop_sim
start_sim --profile 8
refused 'this firmware does not have localtime' localtime
done_testing
