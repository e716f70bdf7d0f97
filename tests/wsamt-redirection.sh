#!/bin/sh
# SPDX-License-Identifier: MIT
# redirport, sol, ider, solider: printed, set, and really so; one switch
# never turns the other.
. ./lib.sh
start_sim

is "$(state .redirection.enabled_state)" 32771 "both are on at first"
is "$(wsamt sol) $(wsamt ider)" "on on" "as wsamt says"
is "$(wsamt solider)" "sol	on
ider	on" "solider prints both"
is "$(wsamt --json solider)" '{"sol":"on","ider":"on"}' "as JSON too"
check() {	# COMMAND WORD STATE
	run wsamt "$1" "$2"
	is "$rc $out$(state .redirection.enabled_state)" "0 $3" "$1 $2"
}
check sol off 32769
check ider off 32768
check sol on 32770
check ider on 32771
check solider off 32768
check solider on 32771
check ider off 32770
is "$(wsamt sol) $(wsamt ider)" "on off" "as wsamt says"

# Written only when it changes something.
calls() { state .http.calls; }
before=$(calls); check ider off 32770
is "$(($(calls) - before))" 1 "off while off: asked, not written"

for w in on off; do
	wsamt redirport $w
	is "$? $(wsamt redirport)" "0 $w" "redirport $w"
	is "$(state '.redirection | "\(.listener) \(.enabled_state)"')" "$([ $w = on ] && echo true || echo false) 32770" "and so it is, SOL untouched"
done
run wsamt ider on
is $rc 0 "ider on while the port is closed"
has "$err" '"wsamt redirport on" opens it' "says that nobody can connect"
wsamt redirport on
until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:16994
pass "the port is open"

# The machine says yes and does nothing.
ctl fault wsman-return 0
run wsamt sol off
is $rc 7 "a change that is not one: refused"
has "$err" "sol did not take: it was on, off was wanted, it is on; its BIOS may forbid it" "says so"
ctl clear-faults
ctl fault wsman-return 4099
run wsamt sol off
is $rc 7 "busy"
has "$err" "AMT_RedirectionService.RequestStateChange: refused: ReturnValue 4099, busy" "in words"
ctl clear-faults
run wsamt sol maybe; is $rc 2 "neither on nor off"
has "$err" 'sol: "maybe" is neither on nor off' "says so"
is "$(ctl violations)" "" "no violation"
done_testing
