# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Clients that are not ours at every port: gnutls-cli at the TLS ports, with
# the first words of HTTP and of redirection; rmcpping and ipmiping at UDP 623.
PATH=$PATH:/usr/sbin
for c in gnutls-cli rmcpping ipmiping; do
	command -v $c >/dev/null || { echo "$c is missing: see tests/deps"; exit 77; }
done
. ./lib.sh

# gnutls-cli ends with its input: hold that open until the answer is there.
hello() {	# PORT BYTES ANSWER [OPTION]...
	port=$1 bytes=$2 answer=$3
	shift 3
	rm -f "$T/in"
	mkfifo "$T/in"
	: >"$T/out"
	exec 8<>"$T/in"
	gnutls-cli -p "$port" "$@" "$AMT_HOST" <"$T/in" >"$T/out" 2>&1 8>&- &
	client=$!
	pids="$pids $client"
	# shellcheck disable=SC2059 # escapes are meant
	until_ok grep -q 'Simple Client Mode' "$T/out" && printf "$bytes" >&8 &&
	    until_ok grep -qa "$(printf "$answer")" "$T/out"
	exec 8>&-
	wait "$client"
	out=$(tr -d '\0' <"$T/out")
}
pin() { printf '%s\n' "$out" | sed -n 's/^.*sha256:\([0-9a-f]*\).*/\1/p' | head -n 1; }
post='POST /wsman HTTP/1.1\r\nHost: amt\r\nContent-Length: 0\r\n\r\n'
sol='\020\0\0\0SOL '

start_sim --profile 16
is "$(state '.network.ports | join(" ")')" "664 16993 16995" "profile 16 has only TLS ports"
pins=
for port in 664 16993; do
	hello $port "$post" 'HTTP/1.1 401' --insecure
	has "$out" 'Description: (TLS1.3-' "port $port: TLS 1.3"
	has "$out" 'WWW-Authenticate: Digest realm="Digest:' "port $port: HTTP asks for a digest"
	pins="$pins $(pin)"
done
hello 16995 "$sol" '\021' --insecure
has "$out" 'Description: (TLS1.3-' "port 16995: TLS 1.3"
pins="$pins $(pin)"
is "$(printf '%s\n' "$pins" | tr ' ' '\n' | sort -u | wc -l)" 2 "one certificate on all ports"
is "$(state '"\(.messages.wsman.tls_connections) \(.messages.redirection.tls_connections) \(.messages.redirection.out)"')" \
    "2 1 1" "amtsim saw them"
hello 16993 "$post" 'HTTP/1.1 401' --insecure --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2'
has "$out" 'Description: (TLS1.2-' "TLS 1.2"
run gnutls-cli --insecure -p 16993 --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1' "$AMT_HOST"
is "$rc" 1 "no TLS 1.1"
run gnutls-cli -p 16993 "$AMT_HOST"
has "$out" 'The certificate issuer is unknown' "self-signed: not trusted without --insecure"
kill "$sim"; wait "$sim"

# A certificate of one's own.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=amt" \
    -addext "subjectAltName=IP:127.0.0.1" -keyout "$T/key.pem" -out "$T/cert.pem" 2>"$T/openssl.err"
start_sim --profile 16 --cert "$T/cert.pem" --key "$T/key.pem"
hello 16993 "$post" 'HTTP/1.1 401' --x509cafile "$T/cert.pem"
has "$out" 'The certificate is trusted' "gnutls-cli verifies a certificate given to it"
kill "$sim"; wait "$sim"

# Old firmware.
start_sim --profile 8 --tls
run gnutls-cli --insecure -p 16993 --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2' "$AMT_HOST"
is "$rc" 1 "profile 8: no TLS 1.2"
hello 16993 "$post" 'HTTP/1.1 401' --insecure --priority \
    'NORMAL:-VERS-ALL:+VERS-TLS1.1:+RSA:+AES-128-CBC:+SHA1:%DISABLE_SAFE_RENEGOTIATION:%VERIFY_ALLOW_SIGN_WITH_SHA1'
has "$out" 'Description: (TLS1.1-X.509)-(RSA)' "profile 8: TLS 1.1, RSA key exchange"
kill "$sim"; wait "$sim"

start_sim
run rmcpping -c 2 -i 1 -t 5 "$AMT_HOST"
is "$rc" 0 "rmcpping"
has "$out" "2 pongs received in time, 0.0% packet loss" "gets its pongs"
run ipmiping -c 1 -t 1 "$AMT_HOST"
has "$out" "0 responses received in time, 100.0% packet loss" "ipmiping does not"
is "$(state .messages.presence.in) $(state .messages.presence.out)" "3 2" "amtsim heard all three"
is "$(ctl violations)" "" "nothing firmware would refuse"
done_testing
