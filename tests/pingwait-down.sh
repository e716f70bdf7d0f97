# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# --down: until it no longer answers.
# LONG 16
. ./lib.sh
ip addr add 10.9.0.7/32 dev lo
ip addr add fd00::7/128 dev lo nodad
v4() { echo "$1" >/proc/sys/net/ipv4/icmp_echo_ignore_all; }
v6() { echo "$1" >/proc/sys/net/ipv6/icmp/echo_ignore_all; }

run pingwait --down -i 0.1 -t 2 10.9.0.7
is "$rc $out" "1 " "one that answers is not down"
is "$err" "pingwait: 10.9.0.7 still answered after 2 s" "and said"

background pingwait --down -vv -i 0.1 10.9.0.7 >"$T/out" 2>"$T/err"
until_ok grep -q 'an answer (2)' "$T/err"
kill -0 "$pid"; is $? 0 "it waits while it answers"
v4 1
wait "$pid"; rc=$?
is "$rc" 0 "down when it is silent"
is "$(sed 's/[0-9]*\.[0-9]*$/N/' "$T/out")" "10.9.0.7	down	N" "and said"
last=$(sed -n 's/.*an answer (\([0-9]*\)).*/\1/p' "$T/err" | tail -1)
sent=$(sed -n 's/.*echo request \([0-9]*\) .*/\1/p' "$T/err" | tail -1)
is "$([ "$sent" -ge $((last + 3)) ] && echo yes)" yes "three rounds at least went unanswered ($last, $sent)"

v4 1
run pingwait --down -i 0.1 -t 5 10.9.0.7 fd00::7
is "$rc" 1 "all must be down"
is "${out%%	*}" 10.9.0.7 "one is"
v6 1
run pingwait --down -i 0.1 -t 20 10.9.0.7 fd00::7
is "$rc $(printf '%s\n' "$out" | grep -c down)" "0 2" "now both are"

run pingwait --down -vv -n 6 -i 0.2 -t 20 10.9.0.7
is "$rc" 0 "-n 6: down"
is "$([ "$(printf '%s\n' "$err" | grep -c 'echo request')" -ge 6 ] && echo yes)" yes "after six at least"

# What cannot be asked is not known to be down.
run pingwait --down -i 0.1 -t 2 10.99.0.1
is "$rc" 1 "no route from here proves nothing"
has "$err" "Network is unreachable" "and the reason is said"
run pingwait --down -i 0.1 -t 2 "n$(token).invalid"
is "$rc" 1 "nor does a name that does not resolve"
has "$err" "did not resolve within 2 s" "and the reason is said"
done_testing
