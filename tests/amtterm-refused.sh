# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# AMT says no: exit 7, why, and what to do about it; a login in clear text
# is what we say no to.
. ./lib.sh
no() {	# RC TEXT WHY
	run timeout 20 amtterm --eof quit </dev/null
	is "$rc" "$1" "$3: exit $1"
	has "$err" "$2" "$3: says so"
	ctl clear-faults
}
start_sim --power on
until_ok host_echoes
mkfifo "$T/stdin"
background sh -c 'exec amtterm <"$T/stdin" >"$T/first"'
first=$pid
exec 9>"$T/stdin"
until_ok session_is_open sol
no 7 "127.0.0.1: a serial-over-LAN session is already open" "a second session"
t=$(token); printf %s "$t" >&9
until_ok grep -q "$t" "$T/first"
is $? 0 "the first is not disturbed"
remedy=$(printf '%s\n' "$err" | sed -n 's/.*"\(wsamt [^"]*\)" ends it.*/\1/p')
run sh -c "$remedy"
is "$rc $err" "0 " "what ends it: $remedy"
wait "$first" 2>/dev/null
is $? 4 "the first has ended"
exec 9>&-
until_ok session_is_closed sol
run amtterm --eof quit </dev/null
is "$rc" 0 "and leaves the way free at once"

ctl fault start-status 3
no 7 'enable it with "wsamt sol on"' "disabled"
ctl fault start-status 1
no 7 'serial-over-LAN is disabled' "unknown to the firmware"
ctl fault start-status 5
no 7 'needs the consent of whoever sits in front of the machine; "wsamt consent start" asks' "consent wanted"
ctl fault start-status 255
no 7 'with status 255' "no reason given"
ctl fault sol-status 1
no 7 'accepted the login, but refused serial-over-LAN with status 1' "refused after the login"
ctl fault auth-only 1
no 5 'wants the password in clear text' "clear text only"
hasnt "$(cat "$T/sim.log")" "$AMT_PASSWORD" "clear text only: the password did not leave"
ctl fault auth-only 2
no 5 'Kerberos' "Kerberos only"
ctl fault auth-only 3
run amtterm --eof quit </dev/null
is "$rc" 0 "digest of the older kind will do"
ctl clear-faults
ctl fault null-qop 1
run amtterm --eof quit </dev/null
is "$rc" 0 "digest with an empty qop too"
ctl clear-faults
ctl fault auth-loop
no 5 'refused the login of user admin' "a new challenge for each answer"
done_testing
