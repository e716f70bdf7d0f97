#!/bin/sh
# SPDX-License-Identifier: MIT
# The event log and the audit log: read, cleared, stopped.
. ./lib.sh
day() { date -u -d "@$(state .time)" +%Y-%m-%d; }
for profile in 11 16; do
	start_sim --profile $profile
	set --
	if [ $profile = 16 ]; then
		set -- --tofu
		wsamt --tofu power >/dev/null 2>&1
	fi
	before=$(state .events) today=$(day)
	ctl event ff056f006808ff17000000000000000000	# case opened
	ctl event ff206f0068200023000000000000000000	# lost power
	run wsamt "$@" log
	is "$rc$err" 0 "profile $profile: log"
	is "$(printf '%s\n' "$out" | grep -c .)" "$((before + 2))" "all events"
	is "$(printf '%s\n' "$out" | cut -f 2- | grep -c 'warning	chassis	case opened')" 1 "one in words"
	has "$out" "fatal	operating system	system stopped answering, or power was lost" "another"
	d=$(printf '%s\n' "$out" | grep 'case opened' | cut -c 1-10)
	has "$today $(day)" "$d" "its day"
	is "$(wsamt "$@" --json log | jq -r '.[] | select(.event == "case opened") | .severity')" warning "as JSON"
	run wsamt "$@" log clear
	is "$rc$out$err $(state .events)" "0 0" "log clear"
	is "$(wsamt "$@" log)" "" "an empty log"
	run wsamt "$@" log clear; is "$rc" 0 "an empty one again"
	ctl event ff1e6f006810ff22000000000000000000
	is "$(wsamt "$@" log | cut -f 2-)" "critical	BIOS	no bootable media" "one event; cleared slots are none"
	stop_sim
	rm -rf "$HOME/.local"
done

start_sim
gets '' log clear
ctl event ff0f6f026802ff22004013000000000000
shows 'information	BIOS	starting the system' log
gets off log freeze
sets log freeze on
gets on log freeze
is "$(state .log_frozen)" true "and so it is"
refused 'EVENTLOG_FROZEN' log clear
sets log freeze off
sets log freeze off
wrong 'neither on nor off' log freeze 1
wrong 'it is "log", "log clear" or "log freeze on|off"' log empty
wrong 'it is "log", "log clear" or "log freeze on|off"' log clear on
ctl fault wsman-return 0
refused 'did not take: it was off, on was wanted, it is off' log freeze on
ctl clear-faults
ctl fault wsman-return 1
refused 'PositionToFirstRecord: refused: ReturnValue 1, not supported' log
ctl clear-faults

# The audit log, read by who may.
n=$(state .audits)
wsamt power --wait on
wsamt useradd bob "Pw1$(token)+" both info
run wsamt auditlog
is "$rc$err" 0 "auditlog"
is "$(printf '%s\n' "$out" | grep -c .)" "$(state .audits)" "all records"
is $(($(state .audits) > n)) 1 "there are new ones"
has "$out" "admin	" "who"
has "$out" "remote control: power up" "what"
has "$out" "security: user added" "and this"
is "$(wsamt --json auditlog | jq -r '.[-1] | .event')" "security: user added" "oldest first"
shows 'remote control' auditlog
wrong 'too many arguments' auditlog clear
busy auditlog
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
