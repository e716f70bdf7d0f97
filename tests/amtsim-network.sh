# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Ports, TLS, presence ping and echo replies, as strangers see them.
. ./lib.sh
command -v gnutls-cli >/dev/null && command -v rmcpping >/dev/null || exit 77

ports() { state '.network.ports | join(" ")'; }
ttl() { ping -c1 -W1 "$1" 2>/dev/null | sed -n 's/.*ttl=\([0-9]*\).*/\1/p'; }
responder() { [ "$(state .network.responder)" = "$1" ]; }
powered() { [ "$(state .power)" = "$1" ]; }
greets() {	# PORT [gnutls-cli option]...: status of the answer to StartRedirectionSession
	p=$1; shift
	{ printf '\020\000\000\000SOL '; answer_or_2s; } |
	    gnutls-cli --insecure --no-ca-verification --logfile="$T/gnutls" \
	    "$@" -p "$p" 127.0.0.1 >"$T/tls" 2>/dev/null
	od -An -N4 -tx1 "$T/tls"
}
greeted() { : >"$T/tls"; [ "$(greets "$@")" = " 11 00 00 00" ]; }
answer_or_2s() { n=0; until answered || [ $n -ge 40 ]; do sleep 0.05; n=$((n + 1)); done; }
answered() { [ -s "$T/tls" ]; }
shakes() {	# PORT [gnutls-cli option]...
	p=$1; shift
	run gnutls-cli --insecure --no-ca-verification "$@" -p "$p" 127.0.0.1 </dev/null
	[ "$rc" -eq 0 ]
}

start_sim --profile 16
is "$(ports)" "664 16993 16995" "profile 16 has only TLS ports"
for p in 16993 16995; do
	shakes $p
	is "$rc" 0 "gnutls-cli reaches $p"
	has "$out" "RSA key 2048 bits" "$p: a certificate of 2048 bits"
done
: >"$T/tls"
is "$(greets 16995)" " 11 00 00 00" "redirection answers inside TLS"
shakes 16995 --priority "NORMAL:-VERS-ALL:+VERS-TLS1.1"
is "$rc" 1 "profile 16 has no TLS 1.1"
run hextalk 127.0.0.1 16994 </dev/null
is "$rc" 4 "16994 is closed"
stop_sim

start_sim --profile 8 --tls-too
is "$(ports)" "623 664 16992 16993 16994 16995" "--tls-too: both"
old="NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1:+SHA1:+SIGN-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1"
shakes 16995 --priority "$old"
is "$rc" 0 "profile 8 speaks TLS 1.1"
shakes 16995 --priority "NORMAL:-VERS-ALL:+VERS-TLS1.2"
is "$rc" 1 "and no TLS 1.2"
stop_sim

# Certificates: given ones are shown, and of clients one may be demanded.
{ certtool --generate-privkey --key-type rsa --bits 2048 --outfile "$T/key.pem" &&
    printf 'cn = %s\nca\nsigning_key\ntls_www_client\n' "client $(token)" >"$T/template" &&
    certtool --generate-self-signed --load-privkey "$T/key.pem" \
    --template "$T/template" --outfile "$T/cert.pem"; } 2>/dev/null
start_sim --profile 16 --cert "$T/cert.pem" --key "$T/key.pem" --client-ca "$T/cert.pem"
until_ok greeted 16995 --x509certfile "$T/cert.pem" --x509keyfile "$T/key.pem"
is "$?" 0 "a client with the right certificate is served"
has "$(cat "$T/gnutls")" "$(sed -n 's/^cn = //p' "$T/template")" "the certificate given is shown"
greeted 16995
is "$?" 1 "one without is not"
stop_sim

start_sim --profile 11 --tls
is "$(ports)" "664 16993 16995" "--tls: only TLS"
stop_sim

start_sim --profile 11
is "$(ports)" "623 16992 16994" "profile 11: plain ports"
for a in 127.0.0.1 ::1; do
	run hextalk $a 16994 <<-EOF
	> 10 00 00 00 "SOL "
	< 11 00
	EOF
	is "$rc$out" 0 "16994 answers at $a"
done
printf '> 16 03 01 00\neof\n' >"$T/in"
run hextalk 127.0.0.1 16994 <"$T/in"
is "$rc$out" 0 "TLS on a plain port: closed"
has "$(ctl violations)" "begins with 16" "and noted"

run rmcpping -c 1 -t 1 127.0.0.1
is "$rc" 0 "rmcpping gets its pong"
has "$out" "pong received from 127.0.0.1" "from the address it asked"
run ipmiping -c 1 -t 1 127.0.0.1
is "$rc" 1 "ipmiping does not: AMT is no IPMI device"

# Who answers a ping follows power; while the port changes hands, nobody.
until_ok responder me
is "$(ttl 127.0.0.1)" 255 "off: the management engine, TTL 255"
is "$(ttl ::1)" 255 "off: over IPv6 too"
ctl press
until_ok powered on
until_ok responder os
is "$(ttl 127.0.0.1)" 64 "on: the operating system, TTL 64"
is "$(ttl ::1)" 64 "on: over IPv6 too"

ctl unplug
is "$(state .network.responder)" nobody "unplugged: silence at once"
is "$(ttl 127.0.0.1)$(ttl ::1)" "" "no echo"
is "$(ports)" "" "no ports"
run rmcpping -c 1 -t 1 127.0.0.1
is "$rc" 1 "no pong"
ctl plug
until_ok powered off
until_ok responder me
is "$(ports)" "623 16992 16994" "plugged in: the ports are back"
is "$(ttl 127.0.0.1)" 255 "and AMT answers"
stop_sim
done_testing
