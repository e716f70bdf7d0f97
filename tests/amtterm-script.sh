# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A dialogue without expect: --send and --wait-for in order, across what the
# machine prints in pieces; 0 when the last was seen, 1 when time is up.
# LONG 15
. ./lib.sh
k=$(printf '\035')
start_sim --power on --pace 0
until_ok host_echoes
t=$(token) u=$(token)
run timeout 20 amtterm --send "$t\\r\\n" --wait-for "^$t\$" --send "a\\x62\\e\\\\$u" --wait-for "ab.\\\\$u" </dev/null
is "$rc $err" "0 " "seen, in order"
has "$out" "$t" "and printed"
run timeout 20 amtterm --timeout 0.5 --send "$t" --wait-for "$u" </dev/null
is "$rc" 1 "not seen: exit 1"
has "$err" "127.0.0.1: \"$u\" was not seen in time" "says so"
run timeout 20 amtterm --timeout 0.5 --send "$t$u" --wait-for "$u" --wait-for "$t" </dev/null
is "$rc" 1 "what came before the last match does not count"
run timeout 20 amtterm --send "$t$u" --wait-for "$t" --wait-for "$u" </dev/null
is "$rc" 0 "two that came at once are both seen"

# Pieces of any size, a text that scrolled far, other bytes in between.
ctl fault split 1
run timeout 20 amtterm --send "$t\\x00\\xff$u\\n" --wait-for "$t.$u" </dev/null
is "$rc" 0 "byte by byte, without NUL"
ctl clear-faults
(until session_is_open sol; do sleep 0.02; done; ctl serial-fill 1000000; ctl serial "$u") &
timeout 20 amtterm --wait-for "$u" </dev/null >"$T/out"
is "$?" 0 "after a megabyte"

# Standard input: waits for what is to be sent before, then is passed.
run sh -c 'printf "%s" "$2" | timeout 20 amtterm --send "$1" --wait-for "$1" --send . --eof 3' sh "$t" "$u"
is "$rc $(printf %s "$out" | tr -d '\r\n' | tail -c 25)" "0 $t.$u" "a --send at the end: standard input follows"
run sh -c 'printf "%s" "$1" | timeout 20 amtterm --eof quit --wait-for "$1"' sh "$u"
is "$rc" 0 "a --wait-for at the end: the end of input does not end it"
run ptyrun raw "send:$u" -- amtterm --send "$t" --wait-for "$t$u"
is "$rc ${err##*, }" "0 terminal restored" "on a terminal a person may answer"
run ptyrun "expect:$t" "send:$u" "expect:$u" "send:${k}q" -- amtterm --send "$t"
is "$rc" 0 "or go on after a --send"

# --read-only: nothing of standard input, all of the script.
run sh -c 'printf "%s" "$2" | timeout 20 amtterm --read-only --send "$1" --wait-for "$1" --eof 0.3' sh "$t" "$u"
has "$out" "$t" "--read-only: the script talks"
hasnt "$out" "$u" "--read-only: standard input does not"

# Secrets and mistakes.
background sh -c 'exec amtterm --send "$1" --send "\\r" --wait-for never </dev/null >"$T/out"' sh "$t"
until_ok grep -q "$t" "$T/out"
hasnt "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "$t" "ps does not show what is sent"
kill "$pid"; wait "$pid" 2>/dev/null
until_ok session_is_closed sol
# shellcheck disable=SC1003 # as it is
for wrong in 'a\' 'a\q' 'a\x4' 'a\xg0'; do
	run amtterm --send "$wrong" </dev/null
	is "$rc" 2 "--send $wrong: exit 2"
	has "$err" "--send: after \\ comes" "says so"
done
run amtterm --wait-for 'a(b' </dev/null
is "$rc" 2 "a regular expression that is none"
has "$err" '--wait-for "a(b": ' "says so"
(until session_is_open sol; do sleep 0.02; done; ctl unplug) &
run timeout 20 amtterm --wait-for "$u" </dev/null
is "$rc" 4 "the connection is lost before: exit 4"
is "$(ctl violations)" "" "nothing that firmware would mind"
stop_sim

# A real login.
if [ ! -f "$O/tests/guest/linux.img" ]; then
	skip "no Linux guest: no real login"
	done_testing
fi
AMTSIM_GUEST_PASSWORD="pw$(token)"
export AMTSIM_GUEST_PASSWORD
start_sim --host qemu --guest linux --power on
run timeout 280 amtterm --timeout 270 --wait-for 'login: ' --send 'root\r' \
    --wait-for 'Password: ' --send "$AMTSIM_GUEST_PASSWORD\\r" --wait-for '# ' \
    --send 'echo $((6*7))x$(uname)\r' --wait-for '^42xLinux$' </dev/null
is "$rc" 0 "a login to Linux, a command and its answer, without expect"
hasnt "$(cat "$T/sim.log")" "$AMTSIM_GUEST_PASSWORD" "the password is in no log"
done_testing
