# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Only an answer to our own probe counts, on raw and on ping sockets.
. ./lib.sh
[ "$AMT_TEST_NS" = own ] || exit 77
ip addr add 10.9.0.7/32 dev lo
echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all
ways="id sequence future cookie host code short long bare checksum source"

story() {
	: >"$T/out"; : >"$T/err"; : >"$T/peer"
	# shellcheck disable=SC2086 # words
	background icmp-peer $ways >"$T/peer"; peer=$pid
	until_ok grep -q ready "$T/peer"
	background pingwait -vv -i 0.1 10.9.0.7 >"$T/out" 2>"$T/err"; waiter=$pid
	for way in $ways; do
		until_ok grep -q "sent $way" "$T/peer" && pass "$1: sent $way"
	done
	until_ok grep -q 'not an answer to us ([0-9]*) from 127.0.0.2' "$T/err"
	kill -0 "$waiter"; is $? 0 "$1: it still waits"
	is "$(cat "$T/out")" "" "$1: none was taken"
	hasnt "$(cat "$T/err")" ": an answer (" "$1: none counted"
	kill "$peer"
	background icmp-peer good good
	wait "$waiter"; rc=$?
	is "$rc $(wc -l <"$T/out")" "0 1" "$1: a good answer is, once"
	kill "$pid"
}
story "raw socket"
echo "0 0" >/proc/sys/net/ipv4/ping_group_range
story "ping socket"
done_testing
