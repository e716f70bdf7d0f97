# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# pingwait beside fping: from a host that comes up to the exit, at an
# interval of 200 ms; and processor time for 1000 silent hosts, asked each
# second for 10 s.
. ./lib.sh
[ "$AMT_TEST_NS" = own ] && command -v fping >/dev/null || exit 1
ignore=/proc/sys/net/ipv4/icmp_echo_ignore_all
ip addr add 10.9.0.7/32 dev lo
ip addr add 10.8.0.1/16 dev lo
hosts=$(awk 'BEGIN { for (i = 0; i < 1000; i++) print "10.8." int(i / 250) "." i % 250 + 1 }')

# It comes up at another point of the interval in each round.
delay() {	# COMMAND...: milliseconds
	echo 1 >$ignore
	updelay $((620 + i % 5 * 40)) $ignore 0 "$@" 2>/dev/null | cut -d ' ' -f 1
}
cpu() {		# COMMAND...: milliseconds
	echo 1 >$ignore
	updelay 1 $ignore 1 "$@" 2>/dev/null | cut -d ' ' -f 2
}
i=0
while [ $i -lt "$ROUNDS" ]; do
	echo "up-to-exit-ms pingwait $(delay pingwait -i 0.2 10.9.0.7)"
	echo "up-to-exit-ms fping $(delay fping -q -r 100 -B 1 -t 200 10.9.0.7)"
	# shellcheck disable=SC2086 # words
	echo "1000-cpu-ms pingwait $(cpu timeout -s INT 10 pingwait -q $hosts)"
	# shellcheck disable=SC2086
	echo "1000-cpu-ms fping $(cpu timeout -s INT 10 fping -q -l -p 1000 -i 1 $hosts)"
	i=$((i + 1))
done >"$T/figures"
awk -f bench/table.awk "$T/figures"
awk '/^up.* pingwait/ && $3 > most { most = $3 }
	END { print "   goal: at most an interval and 5 ms, 205: " (most <= 205 ? "met" : "missed") }' "$T/figures"
