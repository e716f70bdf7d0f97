# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# -P: a TCP port that takes connections, or no longer does.
. ./lib.sh
ip addr add 10.9.0.7/32 dev lo
ip addr add fd00::7/128 dev lo nodad
listen() { background socat "TCP$1-LISTEN:$2,bind=$3,fork,reuseaddr" EXEC:true; }
waiting() {
	: >"$T/out"; : >"$T/err"
	background pingwait -v -i 0.1 "$@" >"$T/out" 2>"$T/err"; waiter=$pid
	until_ok grep -q 'Connection refused' "$T/err"
}
ended() { wait "$waiter"; rc=$?; out=$(cut -f 1,2 "$T/out"); }

# Neither ping sockets nor CAP_NET_RAW: not needed.
run setpriv --bounding-set=-net_raw --inh-caps=-net_raw pingwait -t 0.5 -P 16994 10.9.0.7
is "$rc $out" "1 " "a port that is closed"
is "$err" "pingwait: 10.9.0.7 did not answer on port 16994 within 0.5 s (probing 10.9.0.7: Connection refused)" "and said"

waiting -P 16994 10.9.0.7
listen 4 16994 10.9.0.7; server=$pid
ended
is "$rc $out" "0 10.9.0.7	up" "met when it opens"
waiting -P 16995 '[fd00::7]'
listen 6 16995 '[fd00::7]'
ended
is "$rc $out" "0 fd00::7	up" "IPv6"

: >"$T/out"; : >"$T/err"
background pingwait --down -vv -i 0.2 -P 16994 10.9.0.7 >"$T/out" 2>"$T/err"; waiter=$pid
until_ok grep -q 'an answer (2)' "$T/err"
kill "$server"
ended
is "$rc $out" "0 10.9.0.7	down" "--down: met when it is closed"

# The only local port left is the one that is waited for.
echo "40000 40000" >/proc/sys/net/ipv4/ip_local_port_range
run pingwait -v -t 1 -i 0.1 -P 40000 127.0.0.1
is "$rc $out" "1 " "a connection to oneself is none"
has "$err" "Connection refused" "but a refusal"
echo "32768 60999" >/proc/sys/net/ipv4/ip_local_port_range

ip addr add 10.8.0.1/16 dev lo
listen 4 16994 0.0.0.0
until_ok pingwait -q -t 1 -P 16994 10.8.0.1
hosts=$(awk 'BEGIN { for (i = 0; i < 300; i++) print "10.8." int(i / 250) "." i % 250 + 1 }')
# shellcheck disable=SC2086 # words
run pingwait -t 60 -P 16994 $hosts
is "$rc $(printf '%s\n' "$out" | grep -c up)" "0 300" "many hosts"

run pingwait -P 0 10.9.0.7
is "$rc" 2 "-P 0"
has "$err" '-P: "0" is not a number from 1 to 65535' "and said"
done_testing
