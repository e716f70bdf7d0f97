#!/bin/sh
# SPDX-License-Identifier: MIT
# Whom wsamt does not talk to: names that are none, closed ports, TLS on a
# plain port and the reverse, certificates that are not the one.  Refused
# means that not one request was sent.
. ./lib.sh
refused() {	# TEXT RC PART OPTION...
	text=$1 want=$2 part=$3; shift 3
	requests=$(state .http.requests)
	run timeout 30 wsamt "$@" power
	is $rc "$want" "$text: exit $want"
	has "$err" "$part" "$text: says so"
	is "$out $(state .http.requests)" " $requests" "$text: nothing was sent"
	is "$(printf '%s\n' "$err" | wc -l)" 1 "$text: in one line"
}

start_sim --power on
refused "unknown name" 4 "no-such-host.invalid" -h no-such-host.invalid
refused "closed port" 4 "127.0.0.1" -P 9
refused "TLS wanted, only plain ports" 4 "127.0.0.1" --insecure
# Its web server answers in plain, or just closes.
requests=$(state .http.requests)
run timeout 30 wsamt --insecure -P 623 power
is "$out $(state .http.calls)" " 0" "TLS on a plain port: nothing was sent"
case $rc in
4 | 6) has "$err" "TLS handshake: the" "TLS on a plain port: says so" ;;
*) fail "TLS on a plain port: exit 4 or 6" "got: $rc $err" ;;
esac
is "$(http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9 wsamt power)" on "a proxy in the environment is not asked"
kill "$sim"; wait "$sim" 2>/dev/null

cert localhost; mine=$pin
cert htpc; other=$pin
start_sim --power on --tls --cert "$T/localhost.pem" --key "$T/localhost.key"
is "$(wsamt -h localhost -c "$T/localhost.pem" power)" on "a CA"
is "$(wsamt --pin "$mine" power)" on "a pin"
run wsamt --insecure power
is "$rc $out" "0 on" "no check"
has "$err" "not checked" "which is said"
is "$(printf '%s\n' "$err" | wc -l)" 1 "once, for all connections"
refused "another CA" 5 "not trusted" -h localhost -c "$T/htpc.pem"
refused "another name" 5 "for another name" -c "$T/localhost.pem"
refused "another pin" 5 "not the pinned one" --pin "$other"
refused "plain wanted, only TLS ports" 4 "TLS, is open" --plain
requests=$(state .http.requests)
run timeout 30 wsamt --plain -P 664 power
is "$out $(state .http.requests)" " $requests" "plain on a TLS port: nothing understood"
case $rc in
6) has "$err" "that port speaks TLS: say --tls, -c CA or --pin" "plain on a TLS port: says so" ;;
*) fail "plain on a TLS port: exit 6" "got: $rc $err" ;;
esac
is "$(wsamt --tofu power 2>/dev/null)" on "trust on first use"
is "$(wsamt --tofu power 2>&1)" on "and then"
kill "$sim"; wait "$sim" 2>/dev/null
start_sim --power on --tls --cert "$T/htpc.pem" --key "$T/htpc.key"
refused "the certificate has changed" 5 "has changed" --tofu

# TLS keeps connections too.
before=$(state .http.connections)
wsamt --pin "$other" sol off
is "$? $(($(state .http.connections) - before))" "0 2" "three calls over TLS: two connections"
is "$(ctl violations)" "" "no violation"
done_testing
