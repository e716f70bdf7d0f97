# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Who answers: AMT while the machine is off or boots, then the operating
# system.  --os, --amt, --rmcp and --reboot against a simulated machine.
# LONG 26
. ./lib.sh
tab=$(printf '\t')
responder() { [ "$(state .network.responder)" = "$1" ]; }
waiting() {	# PART ARG...: in the background, until it has said PART
	part=$1; shift
	: >"$T/out"; : >"$T/err"
	background pingwait -vv -i 0.1 "$@" "$AMT_HOST" >"$T/out" 2>"$T/err"; waiter=$pid
	until_ok grep -q "$part" "$T/err"
}
ended() { wait "$waiter"; rc=$?; out=$(cat "$T/out"); err=$(cat "$T/err"); }
column() { printf '%s\n' "$out" | cut -f "$1"; }

start_sim --profile 11 --os-delay 2500
until_ok responder me

# Off: AMT answers, and nothing else does.
run pingwait -t 10 "$AMT_HOST"
is "$rc" 0 "a plain ping is answered while the machine is off"
run pingwait --os -t 0.6 -i 0.1 "$AMT_HOST" ::1
is "$rc $out" "1 " "--os is not"
has "$err" "2 of 2 hosts did not answer from its operating system" "and said"
run pingwait --os -vv -t 1 "$AMT_HOST"
has "$err" "its TTL of 255 does not count" "-vv says why"
for h in "$AMT_HOST" ::1; do
	run pingwait --amt -t 10 "$h"
	is "$rc $(column 1,2)" "0 $h${tab}up" "--amt is met with the machine off: $h"
	case $(column 4) in
	pong | 'TTL 255' | 'port 16992') pass "and says by what sign: $(column 4)" ;;
	*) fail "and says by what sign" "got: $out" ;;
	esac
done
run pingwait --rmcp -t 10 "$AMT_HOST" ::1
is "$rc $(column 4- | sort -u)" "0 AMT${tab}11.8${tab}set up${tab}16992" "--rmcp: what the pong says, IPv4 and IPv6"
run pingwait --rmcp --json -t 10 "$AMT_HOST"
is "$(printf '%s' "$out" | jq -c 'del(.milliseconds)')" \
    "{\"host\":\"$AMT_HOST\",\"state\":\"up\",\"address\":\"$AMT_HOST\",\"by\":\"pong\",\"amt\":true,\"version\":\"11.8\",\"setup\":\"set up\",\"ports\":[16992],\"ipmi\":false,\"dash\":true}" "the same as JSON"

hosts=$(awk 'BEGIN { for (i = 0; i < 1000; i++) print "127.8." int(i / 250) "." i % 250 + 1 }')
# shellcheck disable=SC2086 # words
run pingwait --rmcp -t 60 $hosts
is "$rc $(printf '%s\n' "$out" | sort -u | grep -c 11.8)" "0 1000" "a thousand pongs"

# On: AMT answers while it boots, then the system.
waiting 'TTL of 255' --os
ctl press
ended
is "$rc $(column 2)" "0 up" "--os waits until the operating system answers"
responder os; is $? 0 "and not only AMT"
run pingwait --os --json -t 10 "$AMT_HOST"
is "$(printf '%s' "$out" | jq -r '.by, .ttl' | tr '\n' ' ')" "echo 64 " "its TTL"
run pingwait --amt -t 10 "$AMT_HOST"
is "$rc $(column 4 | sed 's/port 16992/pong/')" "0 pong" "--amt: AMT is there with the machine on"

# Reboots.  For --os, a system that AMT answers for is away.
waiting 'an answer (2)' --os --reboot
kill -0 "$waiter"; is $? 0 "--reboot: being up is not enough"
power_request 10 >/dev/null
ended
is "$rc $(column 2)" "0 up" "--os --reboot: across a reset"
has "$err" "is down, now it has to come back" "it was seen down"
responder os; is $? 0 "and up"

waiting 'an answer (2)' --os --reboot -n 3
power_request 5 >/dev/null
ended
is "$rc" 0 "across a power cycle"
is "$(printf '%s\n' "$err" | sed '1,/is down/d' | grep -c ' an answer')" 3 "-n: three answers, once it is back"

run pingwait --reboot -i 0.1 -t 0.5 "$AMT_HOST"
is "$rc" 1 "no reboot is 1"
has "$err" "did not go down within 0.5 s" "and said"
waiting 'an answer (2)' --os --reboot -t 8
ctl press held
ended
is "$rc" 1 "nor one that does not come back"
has "$err" "went down and did not answer from its operating system within 8 s" "and said"

# No network at all: nothing of AMT is left.
ctl unplug
run pingwait --amt --down -i 0.1 -t 20 "$AMT_HOST"
is "$rc $(column 2)" "0 down" "--amt --down: unplugged"
run pingwait --rmcp -i 0.1 -t 1 "$AMT_HOST"
is "$rc" 1 "no pong"
has "$err" "did not answer presence pings within 1 s" "and said"
kill "$sim"; wait "$sim"

# A port with nothing behind it refuses, which is no answer.
run pingwait --rmcp -v -i 0.1 -t 1 "$AMT_HOST" ::1
is "$rc" 1 "no pong from a closed port"
has "$err" "$AMT_HOST: probing $AMT_HOST: Connection refused" "-v says what ICMP says"
has "$err" "::1: probing ::1: Connection refused" "over IPv6 too"

# AMT 16 behind TLS, then with pings and pongs switched off.
start_sim --profile 16
until_ok responder me
run pingwait --rmcp -t 10 "$AMT_HOST"
is "$rc $(column 4-)" "0 AMT${tab}16.1${tab}set up${tab}16993" "another generation: its version and port"
kill "$sim"; wait "$sim"
echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all
background socat TCP-LISTEN:16993,bind=127.0.0.1,fork,reuseaddr EXEC:true
until_ok pingwait -q -t 1 -P 16993 127.0.0.1
run pingwait --amt -t 10 127.0.0.1
is "$rc $(column 4)" "0 port 16993" "--amt: an open port alone will do"
run pingwait --amt --json -t 10 127.0.0.1
is "$(printf '%s' "$out" | jq -r '.by, .port' | tr '\n' ' ')" "port 16993 " "as JSON"

# A BMC answers presence pings, too.
bmc='\006\000\377\006\000\000\021\276\100%b\000\020\000\000\021\276\000\000\000\000\201\000\000\000\000\000\000\000'
cat >"$T/bmc" <<X
#!/bin/sh
dd bs=512 count=1 2>/dev/null >"$T/ping.\$\$"
tag=\$(od -An -j9 -N1 -to1 "$T/ping.\$\$" | tr -d ' ')
printf '$bmc' "\\\\0\$tag"
X
background socat UDP-RECVFROM:623,bind=127.0.0.3,fork "EXEC:sh $T/bmc"
run pingwait --rmcp -t 10 -i 0.2 127.0.0.3
is "$rc $(column 4-)" "0 no AMT${tab}-${tab}-${tab}-" "a BMC: not AMT"
run pingwait --rmcp --json -t 10 -i 0.2 127.0.0.3
is "$(printf '%s' "$out" | jq -r '.amt, .ipmi' | tr '\n' ' ')" "false true " "as JSON"
AMT_HOST=127.0.0.3 waiting 'a pong, but not of AMT' --amt
kill -0 "$waiter"; is $? 0 "nor a sign of it; -vv says why"
done_testing
