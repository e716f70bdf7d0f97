# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A device that cuts its bytes as it likes is understood; one that lies,
# babbles, stalls or goes away gets one clear sentence and the right exit
# status, at each stage of a session.
. ./lib.sh
start_sim --power on --pace 0
until_ok host_echoes
works() {	# WHY FAULT...
	why=$1; shift
	ctl fault "$@"
	t=$(token)
	run ptyrun raw send:"$t" expect:"$t" send:"$(printf '\035q')" -- amtterm
	is "$rc" 0 "$why"
	ctl clear-faults
}
fails() {	# RC TEXT WHY FAULT...
	want=$1 text=$2 why=$3; shift 3
	case $text in *'has not sent'*) limit=0.5 ;; *) limit=30 ;; esac
	ctl fault "$@"
	mkfifo "$T/in"		# input that stays open
	sh -c 'printf x; exec sleep 60' >"$T/in" & holder=$!
	run timeout 60 amtterm --timeout $limit <"$T/in"
	kill $holder; rm "$T/in"
	is "$rc" "$want" "$why: exit $want"
	has "$err" "$text" "$why: says so"
	is "$(printf '%s\n' "$err" | wc -l)" 1 "$why: in one line"
	ctl clear-faults
}
works "a byte at a time" split 1
works "all at once" join 50
works "seven bytes at a time, slowly" split 7
works "OEM data in the start reply" start-oem 200
works "pings in the session" sol-ping 20
works "no control lines" no-controls 1

for stage in start query challenge login sol; do
	fails 4 "127.0.0.1 closed the connection" "closed at $stage" close-at $stage
	fails 4 "has not sent" "silent at $stage" silent-at $stage
	fails 6 "127.0.0.1" "a message of no kind at $stage" unknown-at $stage
	ctl fault garbage-at $stage
	run timeout 20 amtterm --timeout 0.5 --eof quit </dev/null
	case $rc in 4|5|6|7) pass "garbage at $stage: exit $rc" ;;
	*) fail "garbage at $stage" "exit $rc" "$err" ;; esac
	has "$err" "127.0.0.1" "garbage at $stage: a sentence"
	ctl clear-faults
done
fails 6 "127.0.0.1 declared a login reply of more than 4096 bytes" "a login reply of 2 GB" auth-length
fails 4 "has not sent" "a start reply shorter than it says" start-length
fails 4 "has not sent" "a SOL reply shorter than it says" sol-length
fails 6 "127.0.0.1" "a message of no kind in the session" unknown-at data
fails 4 "closed the connection" "closed in the session" close-at data
fails 4 "closed the connection" "cut after 100 bytes" cut-after 100
fails 4 "has not sent" "stalled after 30 bytes" stall 30

# The device goes away while a person types: told, terminal as before.
(until session_is_open sol; do sleep 0.02; done
kill "$sim") &
run ptyrun raw -- amtterm --no-reconnect
is "$rc" 4 "device gone: exit 4"
has "$(printf %s "$out" | tail -1)" "amtterm: 127.0.0.1" "device gone: says so"
has "$err" "terminal restored" "device gone: terminal as before"

# TLS warnings without end do not stop the clock.
cert localhost
background alert-flood 7701 "$T/localhost.pem" "$T/localhost.key" >"$T/flood"
until_ok grep -q ready "$T/flood"
run timeout 60 amtterm -P 7701 --pin "$pin" --timeout 2 --eof quit </dev/null
is "$rc" 4 "TLS warnings without end: exit 4"
has "$err" "has not sent" "TLS warnings without end: says so"
done_testing
