# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Names that do not resolve yet, change, or never come back from a dead name
# server.  /etc/hosts, nsswitch.conf and resolv.conf are the test's own.
# LONG 16
if [ -z "${AMT_TEST_NS:-}" ] && unshare -Urnm true 2>/dev/null; then
	AMT_TEST_NS=own exec unshare -Urnm sh "$0" "$@"
fi
. ./lib.sh
ip addr add 10.9.0.7/32 dev lo
ip addr add 10.9.0.8/32 dev lo
ip addr add fd00::7/128 dev lo nodad
echo "hosts: files" >"$T/nsswitch"
: >"$T/hosts"
printf 'nameserver 10.9.0.8\noptions timeout:30 attempts:1\n' >"$T/resolv"
mount --bind "$T/nsswitch" /etc/nsswitch.conf &&
    mount --bind "$T/hosts" /etc/hosts || exit 77
ping4() { echo "$1" >/proc/sys/net/ipv4/icmp_echo_ignore_all; }
start() {
	: >"$T/out"; : >"$T/err"
	background pingwait "$@" >"$T/out" 2>"$T/err"; waiter=$pid
}
ended() { wait "$waiter"; rc=$?; out=$(cut -f 1,2 "$T/out"); err=$(cat "$T/err"); }

start -v htpc 10.9.0.7
until_ok grep -q '^10.9.0.7' "$T/out"
until_ok grep -q 'looking up htpc' "$T/err"
kill -0 "$waiter"; is $? 0 "a name that does not resolve yet is waited for"
echo "10.9.0.7 htpc" >>"$T/hosts"
ended
is "$rc" 0 "it is met when it resolves"
has "$out" "htpc	up" "under its name"
has "$err" "htpc: is 10.9.0.7" "and -v says what it is"

# All addresses are probed; the one that answers will do.
printf '10.9.0.99 many\n10.9.0.98 many\nfd00::7 many\n' >>"$T/hosts"
run pingwait -t 10 many
is "$rc" 0 "one of three addresses answers"
run pingwait -4 -t 0.5 many
is "$rc" 1 "-4 leaves that one out"
echo "10.9.0.7 four" >>"$T/hosts"
run pingwait -6 -t 0.5 four
is "$rc" 1 "-6 leaves an IPv4 name unresolved"
has "$err" "four did not resolve" "and said"

# A name with an address that answers still is not down.
printf '10.9.0.7 both\nfd00::7 both\n' >>"$T/hosts"
ping4 1
run pingwait --down -i 0.1 -t 2.5 both
is "$rc" 1 "one address that answers is not down"
ping4 0

# It moves while we wait.
ping4 1
echo "10.9.0.7 mover" >>"$T/hosts"
start -v -i 0.2 mover
until_ok grep -q 'mover: is 10.9.0.7' "$T/err"
sed 's/.* mover/fd00::7 mover/' "$T/hosts" >"$T/new"
cat "$T/new" >"$T/hosts"	# the same file: it is mounted
ended
is "$rc" 0 "it is looked up again while waiting"
has "$err" "mover: is fd00::7" "and -v says that it moved"
ping4 0

# A name server that says nothing holds up nobody else.
echo "hosts: files dns" >"$T/nsswitch"
mount --bind "$T/resolv" /etc/resolv.conf || exit 77
background socat -u UDP-RECV:53,bind=10.9.0.8 "OPEN:$T/asked,creat"
silent=n$(token).test
until_ok sh -c "ss -Hlun | grep -q '10.9.0.8:53'"
start -i 0.2 "$silent" 10.9.0.7
until_ok grep -q "$(printf %s "${silent%.test}")" "$T/asked"
until_ok grep -q '^10.9.0.7' "$T/out"
ms=$(cut -f 3 "$T/out" | tr -d .)
is "$([ "$(printf %s "$ms" | sed 's/^0*//')" -lt 25000 ] && echo yes)" yes "the other is met meanwhile ($ms ms)"
kill "$waiter"
wait "$waiter"; is $? 143 "and a lookup under way does not keep it from dying"
run pingwait -t 0.5 "$silent"
is "$rc" 1 "nor from ending in time"
done_testing
