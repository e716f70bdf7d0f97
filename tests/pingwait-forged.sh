# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Only an answer to our own probe counts, on raw and on ping sockets.
. ./lib.sh
ip addr add 10.9.0.7/32 dev lo
echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all
ways="id sequence future cookie host code short long bare checksum source"

peer() {	# WAY...: answer so from now on
	: >"$T/peer"
	background icmp-peer "$@" >"$T/peer"; peer=$pid
	until_ok grep -q ready "$T/peer"
}

story() {
	: >"$T/out"; : >"$T/err"
	# shellcheck disable=SC2086 # words
	peer $ways
	background pingwait -vv -i 0.1 10.9.0.7 >"$T/out" 2>"$T/err"; waiter=$pid
	for way in $ways; do
		until_ok grep -q "sent $way" "$T/peer" && pass "$1: sent $way"
	done
	until_ok grep -q 'not an answer to us ([0-9]*) from 127.0.0.2' "$T/err"
	kill -0 "$waiter"; is $? 0 "$1: it still waits"
	is "$(cat "$T/out")" "" "$1: none was taken"
	hasnt "$(cat "$T/err")" ": an answer (" "$1: none counted"
	kill "$peer"
	peer good good
	wait "$waiter"; rc=$?
	is "$rc $(wc -l <"$T/out")" "0 1" "$1: a good answer is, once"
	kill "$peer"

	# A router's word explains; the late and the second are told apart.
	peer unreachable
	run pingwait -v -i 0.1 -t 0.5 10.9.0.7
	is "$rc" 1 "$1: an ICMP error ends nothing"
	is "$(printf '%s\n' "$err" | grep -c '^pingwait: 10.9.0.7: probing 10.9.0.7: No route to host, says 127.0.0.2$')" 1 "$1: -v says it, once"
	has "$err" "did not answer within 0.5 s (probing 10.9.0.7: No route to host, says 127.0.0.2)" "$1: and the end"
	kill "$peer"
	peer late good good
	run pingwait -vv -n 3 -i 0.1 -t 10 10.9.0.7
	is "$rc" 0 "$1: three in a row"
	has "$err" "a duplicate (1) from 10.9.0.7" "$1: a second one is a duplicate"
	kill "$peer"
	peer good late
	run pingwait -vv -n 3 -i 0.1 -t 10 10.9.0.7
	has "$err" "a duplicate (1) from 10.9.0.7" "$1: also when it is late"
	kill "$peer"
	peer late
	run pingwait -vv -n 3 -i 0.1 -t 10 10.9.0.7
	is "$rc $(printf '%s\n' "$err" | grep -c ': an answer')" "0 3" "$1: slow ones count"
	kill "$peer"
}
story "raw socket"
echo "0 0" >/proc/sys/net/ipv4/ping_group_range
story "ping socket"
done_testing
