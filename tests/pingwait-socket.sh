# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Which socket: a ping socket, a raw one, none; privileges are given up.
. ./lib.sh
command -v strace >/dev/null && command -v setpriv >/dev/null || exit 77
bare="setpriv --bounding-set=-net_raw --inh-caps=-net_raw"
traced() {
	run env ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=socket,capset -o "$T/trace" "$@"
	grep -v NETLINK "$T/trace" | grep socket >"$T/sockets" || :
}

readelf -d "$(command -v pingwait)" >"$T/elf"
if [ -z "${SAN:-}" ]; then
	is "$(sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' "$T/elf" | grep -vx 'libpthread.so.0\|libasan.*\|libubsan.*')" libc.so.6 "it needs libc alone"
fi

# A new namespace lets no group ping: then TCP ports are asked, where a
# refusal is an answer, too.
# shellcheck disable=SC2086 # words
run $bare pingwait -t 10 127.0.0.1 ::1
is "$rc $(printf '%s\n' "$out" | grep -c up)" "0 2" "no permitted socket: TCP is next"
has "$err" 'sysctl -w net.ipv4.ping_group_range="0 2147483647"' "it says what to set"
has "$err" "CAP_NET_RAW" "and what else"
has "$err" "until then TCP ports 22 and 445 are asked instead" "and what it does"
# shellcheck disable=SC2086
run $bare pingwait --json -t 10 127.0.0.1
is "$(printf '%s' "$out" | jq -r .by)" port "and that it did"
# shellcheck disable=SC2086
run $bare pingwait --down -i 0.1 -t 1.5 127.0.0.1
is "$rc" 1 "a host that refuses is not down"
# shellcheck disable=SC2086
run $bare pingwait --os -t 1 127.0.0.1
is "$rc $out" "3 " "--os needs the TTL: no permitted socket is 3"
has "$err" 'net.ipv4.ping_group_range="0 2147483647"' "and said"
background socat TCP-LISTEN:16992,bind=127.0.0.1,fork,reuseaddr EXEC:true
# shellcheck disable=SC2086
run $bare pingwait --amt -i 0.1 -t 10 127.0.0.1
is "$rc $(printf '%s' "$out" | cut -f 4)" "0 port 16992" "--amt does without echoes"
has "$err" "until then without echoes" "and says so"
# shellcheck disable=SC2086
run $bare pingwait --rmcp -t 0.3 127.0.0.1
hasnt "$err" sysctl "--rmcp needs none"

traced pingwait -t 10 127.0.0.1 ::1
is "$rc" 0 "root falls back to raw sockets"
has "$(cat "$T/sockets")" "SOCK_DGRAM" "after trying ping sockets"
is "$(grep -c 'SOCK_RAW.* = [0-9]' "$T/sockets")" 2 "both families"
hasnt "$(sed -n 's/.*capset.*permitted=\([^,}]*\).*/\1/p' "$T/trace" | tail -1)" CAP_NET_RAW "and gives the capability up"

# A capability that is permitted by the file, not in force.
cp "$(command -v pingwait)" "$T/pingwait"
if setcap cap_net_raw+p "$T/pingwait" 2>/dev/null; then
	run setpriv --securebits=+noroot,+noroot_locked --inh-caps=-all "$T/pingwait" -t 10 127.0.0.1
	is "$rc" 0 "a file capability is raised for the socket"
fi

echo "0 0" >/proc/sys/net/ipv4/ping_group_range
# shellcheck disable=SC2086 # words
traced $bare pingwait -t 10 127.0.0.1 ::1
is "$rc" 0 "ping sockets need no privilege"
is "$(grep -c 'SOCK_DGRAM.* = [0-9]' "$T/sockets")" 2 "both families"
hasnt "$(cat "$T/sockets")" SOCK_RAW "no raw one is tried"
done_testing
