#!/bin/sh
# SPDX-License-Identifier: MIT
# sessions: what is open, who has it, and an end to it; seen while amtterm,
# idertool and a viewer are at it.
. ./lib.sh
start_sim

rows() { wsamt sessions | grep -v ^log; }
none='sol	closed	-	-	-
ider	closed	-	-	-
kvm	closed	-	-	-
tunnel	closed	-	-	-'
gets "$none" sessions
is "$(wsamt --json sessions | jq -c '.[0]')" \
    '{"session":"sol","state":"closed","user":null,"from":null,"time":null}' "as JSON, what is not there is null"

# A serial console.
open_console
shows "sol	open	admin	$AMT_HOST	20" sessions
peer=$(state .redirection.session.sol)
has "$out" "
log	-	-	$peer	20" "the connection is in its log"
is "$(wsamt --json sessions | jq -r '.[] | select(.session == "sol") | "\(.state) \(.user) \(.from)"')" "open admin $AMT_HOST" "as JSON"
gets 'AMT_RedirectionService.TerminateSession SessionType=1' --dry-run sessions end sol
kill -STOP "$console"		# or it connects again
sets sessions end sol
is "$(rows)" "$none" "it is closed"
has "$(wsamt sessions)" "log	-	-	$peer	" "the log remembers it"
kill -CONT "$console"
close_console
calls=$(state .http.calls)
sets sessions end sol
is "$(($(state .http.calls) - calls))" 2 "once more: asked, nothing to end"

# A remote disk, of another user.
wsamt useradd disk 'Pw0disk!' both redirection
truncate -s 64k "$T/floppy"
AMT_PASSWORD='Pw0disk!' idertool -u disk --floppy "$T/floppy" >"$T/ider.out" 2>&1 &
disk=$!
pids="$pids $disk"
until_ok session_is_open ider
shows "ider	open	disk	$AMT_HOST	" sessions
is "$(rows | grep -c open)" 1 "only that"
kill -STOP "$disk"
sets sessions end ider
is "$(rows)" "$none" "it is closed"
kill -KILL "$disk"

# A screen: what a viewer says until RFB begins.
background kvmhold
until_ok session_is_open kvm
shows "kvm	open	admin	$AMT_HOST	" sessions
sets sessions end kvm
is "$(rows | grep kvm)" "kvm	closed	-	-	-" "it is closed"

# An owner who comes back at once.
ctl fault wsman-return 0
open_console
run wsamt sessions end sol
is $rc 7 "an end that is none: refused"
has "$err" "the session did not take: it was open, closed was wanted, it is open; its owner may have connected again" "says so"
ctl clear-faults

# Firmware that does not tell.
ctl fault wsman-no-enumerate
is "$(rows)" 'sol	unknown	-	-	-
ider	unknown	-	-	-
kvm	closed	-	-	-
tunnel	unknown	-	-	-' "what is not known is said; of the screen its access point tells"
kill -STOP "$console"
sets sessions end sol
refused 'AMT_RedirectionService.TerminateSession: refused: ReturnValue 2' sessions end sol
ctl clear-faults
kill -CONT "$console"
close_console

# Without the audit log nobody knows who.
wsamt invoke AMT_AuditLog RequestStateChange RequestedState=3 >"$T/off"
open_console
shows 'sol	open	-	-	-' sessions
close_console

wrong 'it is "sessions", or "sessions end sol|ider|kvm"' sessions end
wrong 'it is "sessions", or "sessions end sol|ider|kvm"' sessions end tunnel
wrong 'it is "sessions", or "sessions end sol|ider|kvm"' sessions stop sol
busy sessions
is "$(ctl violations)" "" "no violation"
stop_sim
for p in 8 16; do
	start_sim --profile $p
	[ $p = 8 ] || set -- --tofu
	is "$(wsamt "$@" sessions 2>/dev/null)" "$none" "profile $p"
	stop_sim
done
done_testing
