#!/bin/sh
# SPDX-License-Identifier: MIT
# amt(7), TRUST: each rule, by amtterm against a device with certificates of
# our own.  Refused means that not one byte of the login was sent.
. ./lib.sh
cd "$T" || exit 3

certtool_() { certtool --no-text "$@" 2>>"$T/certtool.err"; }
# ca NAME; leaf NAME CA LINES...
ca() {
	certtool_ --generate-privkey --bits 2048 --outfile "$1.key"
	printf 'cn = %s\nca\ncert_signing_key\nexpiration_days = 9\n' "$1" >"$1.tmpl"
	certtool_ --generate-self-signed --load-privkey "$1.key" --template "$1.tmpl" --outfile "$1.pem"
}
leaf() {
	leaf=$1 by=$2; shift 2
	certtool_ --generate-privkey --bits "${bits:-2048}" --outfile "$leaf.key"
	{ printf '%s\n' "${use:-tls_www_server}" 'encryption_key' 'signing_key' "$@"; } >"$leaf.tmpl"
	certtool_ --generate-certificate --load-privkey "$leaf.key" --load-ca-certificate "$by.pem" \
	    --load-ca-privkey "$by.key" --template "$leaf.tmpl" ${hash:+--hash "$hash"} --outfile "$leaf.pem"
}
pin_of() { certtool --fingerprint --hash sha256 --infile "$1.pem"; }
restart() { kill "$sim"; wait "$sim" 2>/dev/null; start_sim --profile 16 "$@"; }
said() { grep -c Redirection "$T/sim.log"; }	# messages so far
try() {	# the one before has ended, and its messages are counted
	until_ok session_is_closed sol
	before=$(said)
	run timeout 20 amtterm --eof quit "$@" </dev/null
}
refused() {	# TEXT PART
	is $rc 5 "$1: exit 5"
	has "$err" "$2" "$1: says \"$2\""
	is "$(said)" "$before" "$1: nothing was sent"
}

ca ours; ca other
leaf good ours 'cn = htpc' 'dns_name = localhost' 'ip_address = 127.0.0.1' 'ip_address = fe80::7' 'expiration_days = 5'
leaf noname ours 'cn = somebody else' 'expiration_days = 5'
leaf old ours 'cn = localhost' 'dns_name = localhost' 'activation_date = 2001-01-01 00:00:00' 'expiration_date = 2002-01-01 00:00:00'

start_sim --profile 16 --cert good.pem --key good.key
try -c ours.pem localhost; is $rc 0 "CA, name: welcome"
try -c ours.pem 127.0.0.1; is $rc 0 "CA, address in the certificate: welcome"
if [ "$AMT_TEST_NS" = own ]; then
	ip addr add fe80::7/64 dev lo nodad
	try -c ours.pem '[fe80::7%lo]'; is $rc 0 "CA, an address with a zone: welcome"
fi
try --pin "$(pin_of good)" 127.0.0.1; is $rc 0 "pin: welcome"
pretty=sha256:$(pin_of good | tr a-f A-F | sed 's/../&:/g; s/:$//')
try --pin "$pretty" 127.0.0.1; is $rc 0 "pin with colons and capitals: welcome"
try --pin "$(pin_of noname)" --pin "$(pin_of good)" 127.0.0.1; is $rc 0 "one of two pins: welcome"
try -c ours.pem --pin "$(pin_of good)" localhost; is $rc 0 "CA and pin, both hold: welcome"
try --insecure localhost; is $rc 0 "--insecure: welcome"
has "$err" "certificate is not checked" "and it says so"
try --plain localhost; is $rc 4 "--plain to a TLS-only machine: 4"
has "$err" "port 16995, with TLS, is open" "and says what to give"

restart --cert good.pem --key good.key
try -c other.pem localhost; refused "another CA" "not trusted by other.pem"
has "$err" "--pin sha256:$(pin_of good)" "it names the pin"
try --pin "$(pin_of noname)" localhost; refused "another pin" "expected sha256:$(pin_of noname), got sha256:$(pin_of good)"
try -c other.pem --pin "$(pin_of good)" localhost; refused "right pin, wrong CA" "not trusted by other.pem"
try -c ours.pem --pin "$(pin_of noname)" localhost; refused "right CA, wrong pin" "not the pinned one"
try --tls localhost
# A machine without any CA certificates says so (3); else it refuses.
if [ "$rc" -eq 3 ]; then
	has "$err" "no CA" "--tls without system CAs"
else
	refused "--tls, not by a system CA" "the system's CAs"
fi
try -c nowhere.pem localhost; is $rc 3 "CA file missing: 3"
try -c good.tmpl localhost; is $rc 3 "CA file without a certificate: 3"
has "$err" "no CA certificate" "and says so"

restart --cert noname.pem --key noname.key
try -c ours.pem localhost; refused "certificate of another name" 'another name ("somebody else")'
mkdir -p conf; chmod 700 conf
printf 'host localhost\n ca %s/ours.pem\n verify ca-only\nhost pinned\n address 127.0.0.1\n pin %s\n' "$T" "$(pin_of noname)" >conf/amt.conf
try --config conf/amt.conf localhost; is $rc 0 "verify ca-only: welcome"
try --config conf/amt.conf pinned; is $rc 0 "pin in amt.conf, named by the file: welcome"
restart --cert old.pem --key old.key
try -c ours.pem localhost; refused "expired" "expired"
try --pin "$(pin_of old)" localhost; is $rc 0 "expired but pinned: welcome"

# First use, then a change; then never plain.
restart --cert good.pem --key good.key
try --tofu localhost; is $rc 0 "tofu, first use: welcome"
has "$err" "first connection" "and it says so"
has "$(cat "$HOME/.local/state/amt/known_hosts")" "localhost sha256:$(pin_of good)" "the pin is stored"
try --tofu localhost; is $rc 0 "tofu, again: welcome"
hasnt "$err" "first connection" "without a word"
try localhost; is $rc 5 "known by TLS, asked for in plain: 5"
has "$err" "known by TLS" "and says so"
# Nor under a name that only the hosts file connects with it.
printf 'host box crate\n address 127.0.0.1\n' >conf/names
try --config conf/names --tofu box; is $rc 0 "tofu, a name of the hosts file: welcome"
for called in box crate 127.0.0.1; do
	try --config conf/names "$called"; refused "box is known by TLS, $called in plain" "known by TLS"
done
try 127.0.0.1; is $rc 4 "an address that nothing connects with it"
printf 'host vault\n address 127.0.0.1\n ca %s/ours.pem\n' "$T" >conf/vault
try --config conf/vault vault; is $rc 0 "TLS by the hosts file: welcome"
try --config conf/vault 127.0.0.1; refused "TLS by the hosts file, its address in plain" "127.0.0.1 is vault of conf/vault:1"
try --config conf/vault --plain 127.0.0.1; is $rc 4 "unless it is to be"
restart --cert noname.pem --key noname.key
try --tofu localhost; refused "tofu, changed" "has changed"
has "$err" "sha256:$(pin_of good)" "the old fingerprint"
has "$err" "sha256:$(pin_of noname)" "the new one"
has "$err" "known_hosts:1" "and the line to delete"

# Weak: refused, unless for old-tls.
bits=1024 leaf weak ours 'cn = localhost' 'dns_name = localhost' 'expiration_days = 5'
hash=SHA1 leaf sha1 ours 'cn = localhost' 'dns_name = localhost' 'expiration_days = 5'
restart --cert weak.pem --key weak.key
try -c ours.pem localhost; is $rc 5 "1024-bit key: 5"
try -c ours.pem --old-tls localhost; is $rc 0 "1024-bit key with --old-tls: welcome"
restart --cert sha1.pem --key sha1.key
try -c ours.pem localhost; is $rc 5 "SHA-1 signature: 5"
try -c ours.pem --old-tls localhost; is $rc 0 "SHA-1 signature with --old-tls: welcome"
restart --cert good.pem --key good.key --tls-priority 'NORMAL:-VERS-ALL:+VERS-TLS1.0:+SHA1:+SIGN-RSA-SHA1:%COMPAT'
try -c ours.pem localhost; is $rc 5 "TLS 1.0 only: 5"
has "$err" "--old-tls" "and says what to give"
try -c ours.pem --old-tls localhost; is $rc 0 "TLS 1.0 with --old-tls: welcome"
restart --cert good.pem --key good.key --tls-priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA:%DISABLE_SAFE_RENEGOTIATION'
try -v -c ours.pem localhost; is $rc 0 "TLS 1.2 without RFC 5746: welcome"
has "$err" "RFC 5746" "and -v names it"

# Mutual TLS.
use=tls_www_client leaf client ours 'cn = localhost' 'dns_name = localhost' 'expiration_days = 5'
restart --cert client.pem --key client.key
try -c ours.pem localhost; refused "a client's certificate of the right name" "purpose"
printf 'host localhost\n ca %s/ours.pem\n verify ca-only\n' "$T" >conf/ca-only
try --config conf/ca-only localhost; refused "a client's certificate, names not compared" "purpose"
restart --cert good.pem --key good.key --client-ca ours.pem
try -c ours.pem localhost; is $rc 5 "client certificate wanted, none given: 5"
has "$err" "client certificate" "and says so"
try -c ours.pem --cert client.pem --key client.key localhost; is $rc 0 "client certificate: welcome"

# The same in a token: a PKCS#11 URI, with its PIN in a file.
mkdir tokens
echo "directories.tokendir = $T/tokens" >softhsm.conf
SOFTHSM2_CONF=$T/softhsm.conf; export SOFTHSM2_CONF
printf %s "$(token)" >pin
openssl pkcs8 -topk8 -nocrypt -in client.key -out client.p8
softhsm2-util --init-token --free --label ours --pin "$(cat pin)" --so-pin "$(token)" >softhsm.out 2>&1
softhsm2-util --import client.p8 --token ours --label key --id 01 --pin "$(cat pin)" >>softhsm.out 2>&1
GNUTLS_PIN=$(cat pin) p11tool --login --write --load-certificate client.pem --label cert pkcs11:token=ours >>softhsm.out 2>&1
key='pkcs11:token=ours;object=key;type=private'
try -c ours.pem --cert client.pem --key "$key;pin-source=$T/pin" localhost; is $rc 0 "key in a token: welcome"
try -c ours.pem --cert 'pkcs11:token=ours;object=cert;type=cert' --key "$key;pin-source=$T/pin" localhost
is $rc 0 "certificate too: welcome"
try -c ours.pem --cert client.pem --key "$key" localhost; is $rc 3 "without its PIN: 3"
has "$err" ";pin-source=/path" "and says how"
try -c ours.pem --cert client.pem --key "$key;pin-value=$(cat pin)" localhost; is $rc 2 "with the PIN in it: 2"
hasnt "$err" "$(cat pin)" "and does not repeat it"
openssl rsa -aes256 -passout pass:x -in client.key -out locked.key 2>>softhsm.out
try -c ours.pem --cert client.pem --key locked.key localhost; is $rc 3 "a key with a passphrase: 3"
has "$err" "takes it off" "and says what to do"

for option in '--cert client.pem --key client.key' --old-tls '--key client.key'; do
	# shellcheck disable=SC2086 # words
	try $option localhost; is $rc 2 "$option and no TLS: 2"
	has "$err" "is for TLS" "and says so"
done

# The other kind of port.
kill "$sim"; wait "$sim" 2>/dev/null
start_sim --profile 11
try --insecure -P 16994 localhost
case $rc in 4|5|6) pass "TLS on a plain port: exit $rc" ;; *) fail "TLS on a plain port" "want 4..6" "got $rc" ;; esac
has "$err" "TLS" "and says so"
try --tofu 127.0.0.1; is $rc 4 "TLS port closed: 4"
has "$err" "port 16994, without TLS, is open" "and says so"
done_testing
