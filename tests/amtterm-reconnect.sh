# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A console that stays: a reset does not end the session; after power loss, a
# cut line, a device that comes back another, there is a new one, and the
# terminal is as it was when it ends.  A refused login is not repeated.
# LONG 13
. ./lib.sh
key=$(printf '\035')
again() {	# device gone and come back, with the same password
	SAME_PASSWORD=$AMT_PASSWORD start_sim "$@"
	until_ok session_is_open sol
}
power_loss() { ctl unplug; until_ok is_off; ctl plug; ctl press; }
is_off() { [ "$(state .power)" = off ]; }
said() { until_ok grep -q "$1" "$T/err"; }

start_sim --power on --pace 0
until_ok host_echoes

# A person at a terminal.
t=$(token) u=$(token)
background sh -c 'ptyrun raw "send:$1" "expect:$1" "expect:connecting again, ^] q ends" \
    send:lost "expect:connected again, after" "expect:connecting again" \
    "expect:connected again" "send:$2" "expect:$2" "send:$3r" \
    "expect:connecting anew" "expect:connected again" "send:$3q" -- \
    amtterm >"$T/seen" 2>"$T/end"' sh "$t" "$u" "$key"
console=$pid
until_ok grep -q "$t" "$T/seen"
session=$(state .messages.redirection.logins)
is "$(power_request 10)" 0 "reset"
until_ok eval '[ "$(grep -c "amtsim POST" "$T/seen")" -ge 1 ] || grep -q "BOOT disk" "$T/seen"'
is "$(state .messages.redirection.logins)" "$session" "a reset: still the same session"
kill "$sim"; wait "$sim" 2>/dev/null
until_ok grep -q 'connecting again, ^\] q ends' "$T/seen"
again --power on --pace 0
until_ok grep -q 'connected again, after' "$T/seen"
until_ok session_is_open sol
power_loss
wait "$console"
is "$? $(cat "$T/end")" "0 exit 0, terminal restored" "device killed, power lost, ^] r: connected again each time"
hasnt "$(cat "$T/sim.log")" "$(printf lost | od -An -tx1 | tr -d ' \n')" "what was typed meanwhile is not kept for later"
until_ok session_is_closed sol
is "$(ctl violations)" "" "nothing that firmware would mind"

# It may be left while it waits, by key or signal.
for step in "send:${key}q" kill:15; do
	background sh -c 'ptyrun raw "expect:connecting again" "$1" -- amtterm >"$T/seen" 2>"$T/end"' sh "$step"
	console=$pid
	until_ok session_is_open sol
	ctl unplug
	wait "$console"
	has "$(cat "$T/end")" "terminal restored" "while it waits: ${step%%:*} ends it, terminal as before"
	until_ok is_off
	ctl plug
	ctl press
done
until_ok host_echoes

# In a pipe only when told to; input waits, and nothing of it is lost.
run sh -c '(until_gone() { while [ "$(amtsim --ctl "$T/ctl" state | jq .redirection.session.sol)" = null ]; do sleep 0.02; done; }
    until_gone; amtsim --ctl "$T/ctl" fault redirection.cut-after 0; amtsim --ctl "$T/ctl" serial x) | timeout 20 amtterm'
is "$rc" 4 "in a pipe: the end of the connection is the end"
hasnt "$err" "again" "in a pipe: and it says nothing else"
ctl clear-faults
until_ok session_is_closed sol
mkfifo "$T/in"
background sh -c 'exec amtterm --reconnect <"$T/in" >"$T/out" 2>"$T/err"'
console=$pid
exec 9>"$T/in"
until_ok session_is_open sol
ctl fault stale-session
ctl fault redirection.cut-after 0
ctl serial x
said 'connecting again'
ctl clear-faults
said 'is already open'
pass "--reconnect: a session that the device still holds is waited for"
t=$(token)
printf %s "$t" >&9
ctl time +30 >"$T/time"
said 'connected again'
until_ok grep -q "$t" "$T/out"
is "$?" 0 "--reconnect: what came meanwhile arrives"

# The login is refused: no second try, for the account would be locked.
kill "$sim"; wait "$sim" 2>/dev/null
right=$AMT_PASSWORD
start_sim --power on
wait "$console"
is $? 5 "another password there: exit 5"
has "$(cat "$T/err")" "refused the login" "says so"
is "$(state .messages.redirection.connections)" 1 "tried once"
exec 9>&-
AMT_PASSWORD=$right

# A first connection that fails is no reason to wait.
run ptyrun -- amtterm --reconnect --plain 127.0.0.9:1
is "$rc" 4 "no machine at all: exit 4"
run amtterm --reconnect --no-reconnect --eof quit 127.0.0.9:1 </dev/null
is "$rc" 4 "the last of both options holds"
done_testing
