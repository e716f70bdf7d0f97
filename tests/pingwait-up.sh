# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Hosts that are up are met at once, those that come up when they do.
. ./lib.sh
ip addr add 10.9.0.7/32 dev lo
ip addr add 10.9.0.8/32 dev lo
ip addr add fd00::7/128 dev lo nodad
tab=$(printf '\t')
echoes() {	# on|off
	case $1 in on) v=0 ;; off) v=1 ;; esac
	echo "$v" >/proc/sys/net/ipv4/icmp_echo_ignore_all
	echo "$v" >/proc/sys/net/ipv6/icmp/echo_ignore_all
}
line() { printf '%s\n' "$out" | grep -Ec "^$1${tab}up${tab}[0-9]+\.[0-9]{3}\$"; }
alive() { kill -0 "$waiter" 2>/dev/null; }
waiting() {	# start it in the background; it has sent a probe when this ends
	: >"$T/out"; : >"$T/err"
	background pingwait -vv "$@" >"$T/out" 2>"$T/err"; waiter=$pid
	until_ok grep -q 'echo request' "$T/err"
}
ended() { wait "$waiter"; rc=$?; out=$(cat "$T/out"); err=$(cat "$T/err"); }

for h in 10.9.0.7 fd00::7 localhost; do
	run pingwait -t 10 $h
	is "$rc $(line $h)" "0 1" "$h is up"
	is "$err" "" "$h: nothing on stderr"
done
run pingwait -t 10 '[fd00::7]'
is "$rc $(line fd00::7)" "0 1" "a literal in brackets"
run pingwait -t 10 -h 10.9.0.7 10.9.0.8
is "$rc $(line 10.9.0.7) $(line 10.9.0.8)" "0 1 1" "-h is an operand"
run env AMT_HOST=10.9.0.8 pingwait -t 10
is "$rc $(line 10.9.0.8)" "0 1" "AMT_HOST"
run pingwait -q -t 10 10.9.0.7
is "$rc $out$err" "0 " "-q says nothing"
run pingwait -4 -t 10 localhost
is "$rc" 0 "-4"
run pingwait -6 -t 10 ::1 fd00::7
is "$rc" 0 "-6"

box=htpc$(token)
printf 'host %s\n\taddress 10.9.0.8\n' "$box" >"$T/amt.conf"
run pingwait --config "$T/amt.conf" -vv -t 10 "$box"
is "$rc $(line "$box")" "0 1" "a name of the hosts file"
has "$err" "echo request 1 to 10.9.0.8" "its address there is probed"

run pingwait -d 0.4 -t 10 10.9.0.7
ms=$(printf '%s' "${out##*"$tab"}" | tr -d .)
is "$rc $([ "${ms#0}" -ge 400 ] && echo yes)" "0 yes" "-d delays the first probe ($out)"

echoes off
waiting -i 0.1 10.9.0.7
is "$(cat "$T/out")" "" "not before it answers"
alive; is $? 0 "it waits"
echoes on
ended
is "$rc $(line 10.9.0.7)" "0 1" "up when it answers"

echoes off
waiting -i 0.1 fd00::7
alive; is $? 0 "IPv6: it waits"
echoes on
ended
is "$rc $(line fd00::7)" "0 1" "IPv6: up when it answers"

# All of several: the one that is late keeps it, each is said as it is met.
waiting -i 0.1 10.9.0.7 10.9.0.99
until_ok grep -q '^10.9.0.7' "$T/out"
alive; is $? 0 "one of two is not enough"
has "$(cat "$T/err")" "Network is unreachable" "-v says what is wrong"
ip addr add 10.9.0.99/32 dev lo
ended
is "$rc $(line 10.9.0.7) $(line 10.9.0.99)" "0 1 1" "all of several"

run pingwait --any -i 0.1 -t 10 10.9.0.98 10.9.0.8 10.9.0.97
is "$rc $(line 10.9.0.8) $(printf '%s\n' "$out" | wc -l)" "0 1 1" "any of several"
run pingwait --any --all -i 0.1 -t 0.5 10.9.0.98 10.9.0.8
is "$rc" 1 "--all takes --any back"

run pingwait -n 4 -vv -i 0.1 -t 10 10.9.0.7
is "$rc $(printf '%s\n' "$err" | grep -c 'an answer')" "0 4" "-n: four in a row"
echoes off
waiting -i 0.1 -n 3 10.9.0.7
echoes on
ended
is "$rc $(printf '%s\n' "$err" | grep -c 'an answer')" "0 3" "-n: and no fewer after it came up"

# A thousand share one socket.
ip addr add 10.8.0.1/16 dev lo
hosts=$(awk 'BEGIN { for (i = 0; i < 1000; i++) print "10.8." int(i / 250) "." i % 250 + 1 }')
# shellcheck disable=SC2086 # words
run pingwait -t 60 $hosts
is "$rc $(printf '%s\n' "$out" | sort -u | grep -c up)" "0 1000" "a thousand hosts"
# shellcheck disable=SC2086
run strace -f -e trace=socket -o "$T/trace" pingwait -q -t 60 $hosts
is "$(grep -v NETLINK "$T/trace" | grep -c 'INET, .* = [0-9]')" 1 "share a socket"
echoes off
# shellcheck disable=SC2086
background pingwait -t 60 $hosts >"$T/out"; waiter=$pid
# shellcheck disable=SC2086
background pingwait --down -t 60 $hosts >"$T/down"; down=$pid
wait "$down"; is "$? $(grep -c down "$T/down")" "0 1000" "a thousand are down"
is "$(cat "$T/out")" "" "none of the thousand is up"
echoes on
wait "$waiter"; is "$? $(grep -c up "$T/out")" "0 1000" "a thousand come up"
done_testing
