#!/bin/sh
# SPDX-License-Identifier: MIT
# amtconsole on a real machine: off if it was on, on, BIOS and boot on the
# console, for each generation; then a person who is asked for the password
# once, and one who changes his mind.
# LONG 19
. ./lib.sh

boots() {	# TEXT AMTCONSOLE-OPTION...: the machine boots, and answers
	text=$1; shift
	t=$(token)
	run ptyrun expect:SeaBIOS expect:'MICRO drive 80 sum' send:"$t" expect:"$t" \
	    send:"$(printf '\035q')" -- amtconsole "$@" "$AMT_HOST"
	is "$rc" 0 "$text: the console's status"
	has "$out" "MICRO drive 80 sum" "$text: one sees it boot"
	has "$out" "$t" "$text: and types"
	has "$err" "terminal restored" "$text: terminal as before"
}

start_sim --profile 11 --host qemu --start-delay 4000
boots "it was off"
is "$(state '.orders | "\(.ons) \(.offs) \(.cycles) \(.resets)"')" "1 0 0 0" "one order: on"
boots "it was on" --hard
is "$(state '.orders | "\(.ons) \(.offs) \(.cycles) \(.resets)"')" "2 1 0 0" "two more: off, on"

# Without AMT_PASSWORD: asked once, and the answer serves all tools.
secret=$AMT_PASSWORD
unset AMT_PASSWORD
run ptyrun expect:'Password of admin on 127.0.0.1: ' send:"$secret
" expect:'h]ard' send:'k
' expect:'console;' raw send:"$(printf '\035q')" -- amtconsole 127.0.0.1
is $rc 0 "asked on the terminal: password and what to do"
is "$(printf %s "$out" | grep -c 'Password of')" 1 "asked once"
hasnt "$out$err" "$secret" "and not echoed"
has "$err" "terminal restored" "terminal as before"
run ptyrun expect:'Password of' kill:2 -- amtconsole 127.0.0.1
is $rc 130 "Ctrl-C at the question: 130"
has "$err" "terminal restored" "terminal as before"
run ptyrun expect:'Password of' kill:15 -- amtconsole 127.0.0.1
is $rc 143 "SIGTERM at the question: 143"
has "$err" "signal 15, terminal restored" "terminal as before"
AMT_PASSWORD=$secret; export AMT_PASSWORD
run ptyrun expect:'h]ard' send:'q
' -- amtconsole "$AMT_HOST"
is $rc 1 "quit at the question: 1"
is "$(wsamt power)" on "left as it is"
AMT_PASSWORD=wrong run amtconsole --hard "$AMT_HOST" </dev/null
is $rc 5 "wrong password: 5"
is "$(wsamt power)" on "left as it is"

# Ctrl-C while it waits for the answer.

sysctl -q -w net.ipv4.icmp_echo_ignore_all=1 2>/dev/null || :
wsamt power off --wait
run ptyrun expect:'waiting until it answers' kill:2 -- amtconsole "$AMT_HOST"
is $rc 130 "Ctrl-C while waiting: 130"
has "$out$err" "wsamt -h $AMT_HOST power" "it says how to look"
stop_sim

start_sim --profile 16 --host qemu --start-delay 4000
boots "AMT 16, TLS" --tofu
has "$out" "only the certificate" "the first connection is told"
is "$(ctl violations)" "" "nothing firmware would refuse"
stop_sim
done_testing
