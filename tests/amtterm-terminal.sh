# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# However it ends, the terminal is as before, the session is over at the
# device, and the exit status tells the signal.
. ./lib.sh
start_sim --power on
until_ok host_echoes
leaves() {	# RC WHY STEP...
	want=$1 why=$2; shift 2
	run ptyrun expect:'q ends' raw "$@" -- amtterm
	is "$rc" "$want" "$why: exit $want"
	is "${err##*, }" "terminal restored" "$why: terminal as before"
	until_ok session_is_closed sol
}
key=$(printf '\035')
leaves 0 "^] q" "send:${key}q"
leaves 0 "^] ." "send:${key}."
leaves 143 SIGTERM kill:15
leaves 129 SIGHUP kill:1
leaves 130 SIGINT kill:2
leaves 131 SIGQUIT kill:3
leaves 143 "SIGTERM while stopped" kill:20 stopped cooked kill:15 kill:18
leaves 0 "stopped and continued" kill:20 stopped cooked kill:18 raw \
    send:abc expect:abc "send:${key}q"
run ptyrun raw kill:9 -- amtterm
is "$rc" 137 "SIGKILL cannot be helped"
until_ok session_is_closed sol
run ptyrun raw hangup -- amtterm
is "$rc" 129 "a terminal that goes away: exit 129"
until_ok session_is_closed sol

# The keyboard is the host's: control characters arrive, our key does not.
ctl_c=$(printf '\003\032\034\023\021')
run ptyrun raw "send:$ctl_c" "expect:$ctl_c" \
    "send:ab${key}${key}cd" "expect:ab${key}cd" "send:${key}?" \
    "expect:^] ^] sends ^]" "send:x${key}zy" "expect:xy" "send:${key}q" -- amtterm
is "$rc" 0 "^C ^Z ^\\ ^S ^Q reach the host, ^] ^] sends one, ^] z nothing"
t=$(token)
run ptyrun raw "send:$t${key}qignored" -- amtterm
until_ok session_is_closed sol
has "$(tail -n 5 "$T/sim.log")" "$(printf %s "$t" | od -An -tx1 | tr -d ' \n')" "what was typed before ^] q is sent"
hasnt "$(cat "$T/sim.log")" "$(printf ignored | od -An -tx1 | tr -d ' \n')" "what comes after is not"
run ptyrun expect:'^A q ends' "send:$(printf '\035\001\001')" expect:"$(printf '\035\001')" \
    "send:$(printf '\001')." -- amtterm --escape ^A
is "$rc" 0 "another key is ours instead"
run ptyrun raw "send:${key}q" "expect:${key}q" kill:15 -- amtterm -e none
is "$rc" 143 "no key is ours"
run amtterm -e wrong
is "$rc" 2 "a key that is none"
has "$err" '"wrong" is not a key' "says so"

# The password at the prompt: not shown, and Ctrl-C leaves.
p=$AMT_PASSWORD; unset AMT_PASSWORD
run ptyrun "expect:Password of admin on 127.0.0.1: " "send:$p
" raw "send:${key}q" -- amtterm
is "$rc" 0 "the password is asked for"
hasnt "$out" "$p" "and not shown"
run ptyrun "expect:Password" kill:2 -- amtterm
is "$rc ${err##*, }" "130 terminal restored" "Ctrl-C instead of a password"

# Without a terminal to type at, Ctrl-C is the pipeline's.
AMT_PASSWORD=$p; export AMT_PASSWORD
t=$(token)
(until session_is_open sol; do sleep 0.02; done; ctl serial "$t") &
run ptyrun "expect:$t" "send:$(printf '\003')" -- sh -c 'amtterm </dev/null; exit 1'
is "$rc" 130 "Ctrl-C ends a pipeline"
until_ok session_is_closed sol
has "$(tail -n 2 "$T/sim.log")" EndRedirectionSession "and the session, in order"
done_testing
