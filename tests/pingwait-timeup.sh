# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Time that is up, wrong words, signals, a reader that is gone.
. ./lib.sh
ip addr add 10.9.0.7/32 dev lo
ip addr add fd00::7/128 dev lo nodad
echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all

run pingwait -t 0.3 10.9.0.7
is "$rc $out" "1 " "time up is 1"
is "$err" "pingwait: 10.9.0.7 did not answer within 0.3 s" "and said"
run pingwait --timeout 0.3 10.9.0.7
is "$rc" 1 "--timeout is -t"
run pingwait -q -t 0.3 10.9.0.7
is "$rc $out$err" "1 " "-q: only the status"
run pingwait -t 0.0001 10.9.0.7
is "$rc" 1 "less than a millisecond is not for ever"
run pingwait -t 0.3 10.99.0.1
is "$rc" 1 "no route is not an end"
has "$err" "(probing 10.99.0.1: Network is unreachable)" "but the reason at the end"
run pingwait -t 2 10.9.0.7 fd00::7 10.99.0.1
is "$rc" 1 "all must answer"
is "$err" "pingwait: 2 of 3 hosts did not answer within 2 s: 10.9.0.7 and 10.99.0.1" "those that did not"
is "${out%%	*}" "fd00::7" "those that did"
# shellcheck disable=SC2046
run pingwait -t 0.3 $(awk 'BEGIN { for (i = 1; i < 21; i++) print "10.9.1." i }')
has "$err" "20 of 20 hosts did not answer within 0.3 s: 10.9.1.1, 10.9.1.2, 10.9.1.3, 10.9.1.4, 10.9.1.5 and 15 others" "many are counted"
run pingwait --any -t 0.3 10.9.0.7 10.9.0.6
is "$rc" 1 "none of several is 1"
has "$err" "2 of 2 hosts did not answer" "and said"
gone=n$(token).invalid
run pingwait -t 0.3 "$gone"
is "$rc" 1 "a name that never resolves is 1, too"
has "$err" "$gone did not resolve within 0.3 s" "and said"

usage() {	# PART ARG...
	part=$1; shift
	run pingwait "$@"
	is "$rc $out" "2 " "usage: $*"
	has "$err" "$part" "sentence: $*"
}
usage "which host"
usage "-t: \"x\" is not a number of seconds" -t x 10.9.0.7
usage "-t: \"-1\"" -t -1 10.9.0.7
usage "-i: \"0.01\" is not from 0.1 to 3600" -i 0.01 10.9.0.7
usage "-n: \"0\" is not a number from 1 to 1000" -n 0 10.9.0.7
usage "option -d needs an argument" -d
usage "option --timeout needs an argument" --timeout
usage "unknown option --nosuch; see" --nosuch=s3cret 10.9.0.7
usage "unknown option -X" -X 10.9.0.7
usage "exclude each other" -4 -6 10.9.0.7
usage "--down and --reboot exclude each other" --down --reboot 10.9.0.7
usage "-P, --rmcp, --amt and --os exclude each other" --os -P 16994 10.9.0.7
usage "-P, --rmcp, --amt and --os exclude each other" --rmcp --amt 10.9.0.7
usage "fd00::7 is not an IPv4 address" -4 fd00::7
usage "10.9.0.7 is not an IPv6 address" -6 10.9.0.7
usage "name the host alone" 10.9.0.7:16994
usage "a name is missing" ""
usage "nothing would be probed" -d 3 -t 2 10.9.0.7
run pingwait --config "$T/none" 10.9.0.7
is "$rc" 3 "a hosts file that is not there is 3"

run pingwait --help
is "$rc $err" "0 " "--help is no error"
has "$out" "usage: pingwait [options] host... [-- command...]" "and begins with usage"
run pingwait --version
is "$rc $out" "0 pingwait ${VERSION:-${out#pingwait }}" "--version"

# Started from a shell in the background it would ignore SIGINT.
for sig in INT TERM HUP QUIT; do
	: >"$T/err"
	background env --default-signal="$sig" pingwait -vv -i 0.1 10.9.0.7 2>"$T/err"
	until_ok grep -q 'echo request' "$T/err"
	kill -"$sig" "$pid"
	wait "$pid"; rc=$?
	is "$rc" "$((128 + $(kill -l "$sig" 2>/dev/null || case $sig in INT) echo 2 ;; TERM) echo 15 ;; HUP) echo 1 ;; QUIT) echo 3 ;; esac)))" "SIG$sig kills it"
done

run sh -c 'pingwait -t 10 fd00::7 >/dev/full'
is "$rc" 3 "a full disk is 3"
has "$err" "writing to standard output: No space left" "and said"

# On a terminal it says what it waits for, if that lasts.
cat >"$T/tty.exp" <<'X'
set timeout 20
spawn -noecho pingwait 10.9.0.7
expect "waiting for 10.9.0.7 to answer" { puts "SAID" }
send "\003"
expect eof
lassign [wait] p s o code how sig
puts "HOW $how $sig"
X
sed 's/spawn.*/spawn -noecho pingwait --reboot fd00::7/; s/for 10.9.0.7 to answer/for fd00::7 to go down and come back/' "$T/tty.exp" >"$T/tty2.exp"
run expect "$T/tty2.exp"
has "$out" "SAID" "also of a reboot"
run expect "$T/tty.exp"
has "$out" "SAID" "on a terminal it says what it waits for"
has "$out" "HOW CHILDKILLED SIGINT" "Ctrl-C kills it"
done_testing
