#!/bin/sh
# SPDX-License-Identifier: MIT
# Certificates and TLS from first to last: files judged, stored, used by TLS,
# committed, seen by strangers, and taken away again.
# LONG 12
. ./lib.sh
cd "$T" || exit 3
make_ca() { # NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1 root/O=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
leaf() {	# NAME [CA]
	openssl req -newkey rsa:2048 -nodes -subj "/O=Tests/CN=$1.example" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "${2:-ours}.pem" -CAkey "${2:-ours}.key" -CAcreateserial -days 20 -out "$1.pem" 2>/dev/null
}
make_ca ours
leaf pc
leaf spare
start_sim --tls-priority NORMAL
names() { state '.store.certificates[] | "\(.root) \(.subject)"'; }

# The switches, each of its side.
setting nettls off on 2 'neither on nor off'
setting lcltls off on 2 'neither on nor off'
setting netcert off on 2 'neither on nor off'
gets off lclcert
sets lclcert off
wrong 'neither on nor off' lclcert 2
refused 'INVALID_PARAMETER' lclcert on	# as firmware from version 8 on
setting netboth "$(wsamt netboth)" "$([ "$(wsamt netboth)" = on ] && echo off || echo on)" 2 'neither on nor off'
setting lclboth "$(wsamt lclboth)" "$([ "$(wsamt lclboth)" = on ] && echo off || echo on)" 2 'neither on nor off'

# Files that are nothing for AMT; nothing is sent.
cat pc.pem ours.pem >chain.pem
openssl rsa -in pc.key -aes128 -passout pass:x -out locked.key 2>/dev/null
openssl genrsa -out big.key 3072 2>/dev/null
openssl genrsa -3 -out three.key 2048 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
echo '-----BEGIN CERTIFICATE-----
AAAA
-----END CERTIFICATE-----' >damaged.pem
wrong 'holds 2 certificates; AMT takes one at a time' addcert chain.pem
wrong 'holds no certificate in PEM' addcert pc.key
wrong 'not the certificate of a certification authority: "wsamt addcert"' addca pc.pem
wrong 'damaged.pem: not an X.509 certificate' addca damaged.pem
wrong 'the key has a passphrase' addkey locked.key
wrong 'the key has 3072 bits; AMT takes 1024 to 2048' addkey big.key
wrong "the key's exponent is not 65537" addkey three.key
wrong 'not an RSA key' addkey ec.key
wrong 'holds no private key' addkey pc.pem
wrong 'holds no certificate' delca pc.key
wrong 'holds no certificate' delcertkey pc.key
wrong 'holds no certificate' mktlsctx pc.key
run wsamt addca none.pem; is $rc 3 "no such file"

# Store them.  PKCS#8, as openssl writes it, is made PKCS#1.
gets '' certs
refused 'PKI_MISSING_KEYS; its key comes first: "wsamt addkey"' addcert pc.pem
sets addkey pc.key
sets addkey pc.key
is "$(wsamt certs | cut -f 1)" key "one key, stored once"
sets addcert pc.pem
sets addca ours.pem
sets addca ours.pem
is "$(names | sort | tr '\n' ' ')" "false CN=pc.example,O=Tests true O=ours,CN=ours root " "stored"
is "$(wsamt --json certs | jq -r '.[] | "\(.kind) \(.ends) \(.used | length)"' | sort | head -2 | tr '\n' ' ')" \
    "ca $(date -u -d "$(openssl x509 -in ours.pem -noout -enddate | cut -d = -f 2)" +%Y-%m-%d) 0 cert+key $(date -u -d "$(openssl x509 -in pc.pem -noout -enddate | cut -d = -f 2)" +%Y-%m-%d) 0 " "certs lists them"
shows 'CN=pc.example' certs
ctl fault wsman-return 38
refused 'FLASH_WRITE_LIMIT_EXCEEDED' addkey spare.key
refused 'FLASH_WRITE_LIMIT_EXCEEDED' genkey
ctl clear-faults
ctl fault wsman-return 0
make_ca theirs
refused 'did not take: it was not there, there was wanted' addca theirs.pem
ctl clear-faults

# TLS beside plain.
refused 'does not have the certificate of spare.pem: "wsamt addcert" comes first' mktlsctx spare.pem
sets netboth on
sets nettls on
refused 'DATA_MISSING; TLS needs a certificate: "wsamt mktlsctx"' commit
sets nettls off
sets mktlsctx pc.pem
sets mktlsctx pc.pem
shows 'tls' certs
sets nettls on
gets on nettls
is "$(state .network.network.enabled)" false "not before the commit"
port=7700
cut_at() {	# WHEN
	port=$((port + 1))
	background cut-relay $port 623 CommitChanges_INPUT "$1" 1
	until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:$port
}
cut_at after
sets -P $port commit	# its answer is lost, and the ports restart
is "$(state .network.network.enabled)" true "and after it"
gets off power
run wsamt -c ours.pem power
has "$err" "certificate" "TLS shows the certificate, whose name is another"
pin=$(openssl x509 -in pc.pem -outform DER | sha256sum | cut -d ' ' -f 1)
is "$(wsamt --pin "$pin" power)" off "the very one"

# Who would be asked for a certificate has one.
sets --pin "$pin" netcert on
refused 'this would ask for a certificate, and this very command comes without' --pin "$pin" commit
sets --plain commit
is "$(state .network.network.mutual)" true "it asks"
refused 'none is added while clients are asked for a certificate: "wsamt netcert off"' --plain addca theirs.pem
sets --plain netcert off
sets --plain commit

# TLS alone: not from here.
sets --plain netboth off
refused 'this would leave TLS only' --plain commit
sets --pin "$pin" commit
until_ok wsamt --pin "$pin" power
run wsamt --plain power; is $rc 4 "plain is closed"

# Another certificate is not the pinned one; the commit is done.
sets --pin "$pin" addkey spare.key
sets --pin "$pin" addcert spare.pem
sets --pin "$pin" mktlsctx spare.pem
run wsamt --pin "$pin" commit
is $rc 5 "another certificate"
has "$err" 'is not the pinned one' "says so"
has "$err" '; it is committed' "and what is done"
spare=$(openssl x509 -in spare.pem -outform DER | sha256sum | cut -d ' ' -f 1)
sets --pin "$spare" mktlsctx pc.pem
sets --pin "$spare" --pin "$pin" commit
sets --pin "$pin" delcertkey spare.pem

# Not from here.
refused 'this would end TLS' --pin "$pin" -f /dev/stdin <<END
nettls off
commit
END

# And back.
refused 'TLS must be off, and committed so' --pin "$pin" rmtlsctx
sets --pin "$pin" nettls on
refused 'TLS is on: "wsamt nettls off"' --pin "$pin" rmtlsctx
sets --pin "$pin" netboth on
run wsamt --pin "$pin" --force commit
until_ok wsamt --plain power
sets --plain nettls off
sets --plain commit

# No answer and no restart: nobody knows.
for when in before after; do
	cut_at $when
	run wsamt --plain -P $port commit
	is $rc 8 "its line is cut $when it acts, and nothing restarts"
	has "$err" "not known, for its ports did not restart; to repeat it does no harm" "nobody knows"
done
ctl fault wsman-return 38
refused 'FLASH_WRITE_LIMIT' --plain commit
ctl clear-faults
sets --plain rmtlsctx
sets --plain rmtlsctx
is "$(state .store.context)" -1 "no context any more"
sets --plain delcertkey pc.pem
sets --plain delca ours.pem
refused 'does not have what is in' --plain delca ours.pem
refused 'does not have what is in' --plain delcertkey pc.pem
gets '' --plain certs

# The raw classes do the same.
sets --plain addkey pc.key
sets --plain addcert pc.pem
id=$(wsamt --plain --json certs | jq -r '.[] | select(.kind == "cert+key") | .id')
context() { wsamt --plain enum AMT_TLSCredentialContext; }
shows 'AMT_TLSCredentialContext?ElementInContext=' --plain create AMT_TLSCredentialContext \
    "ElementInContext=@AMT_PublicKeyCertificate?InstanceID=$id" \
    'ElementProvidingContext=@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'
has "$(context)" "$id" "and it is there"
refused 'it exists already' --plain create AMT_TLSCredentialContext \
    "ElementInContext=@AMT_PublicKeyCertificate?InstanceID=$id" \
    'ElementProvidingContext=@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'
wrong 'is not NAME=VALUE' --plain create AMT_TLSCredentialContext x
refused 'the firmware refused' --plain delete AMT_PublicKeyCertificate "InstanceID=$id"
sets --plain rmtlsctx
sets --plain delete AMT_PublicKeyCertificate "InstanceID=$id"
wrong 'which instance of AMT_PublicKeyCertificate? Give its keys' --plain delete AMT_PublicKeyCertificate
refused 'no such class or instance' --plain delete "AMT_PublicKeyCertificate?InstanceID=$id"
sets --plain delcertkey pc.pem

# A key made inside; a controller that is busy is asked again.
ctl fault wsman-return 2061
refused 'PKI_GENERATING_KEYS' --plain --timeout 0.2 genkey
calls=$(state .http.calls)
asked_twice() { [ "$(state .http.calls)" -ge $((calls + 2)) ]; }
background wsamt --plain genkey >busy
until_ok asked_twice
ctl clear-faults
wait "$pid"; is $? 0 "busy, and then not"
has "$(cat busy)" 'Intel(r) AMT Key: Handle: ' "its key"
shows 'Intel(r) AMT Key: Handle: ' --plain genkey
shows "$out" --plain certs
key=$(wsamt --plain certs | sed -n "s/^key.*Handle: //p" | tail -1)
shows 'BEGIN NEW CERTIFICATE REQUEST' --plain csr "$key" CN=inside.example,O=Tests inside.example other.example 192.0.2.7 2001:db8::7
printf '%s\n' "$out" >inside.csr
is "$(openssl req -in inside.csr -noout -verify 2>&1 | grep -ciE 'verify ok|self-signature verify ok')" 1 "openssl verifies it"
has "$(openssl req -in inside.csr -noout -subject -nameopt compat)" "CN=inside.example" "its subject"
has "$(openssl req -in inside.csr -noout -text)" "DNS:inside.example, DNS:other.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7" "its names"
openssl x509 -req -in inside.csr -CA ours.pem -CAkey ours.key -CAcreateserial -days 20 -out inside.pem 2>/dev/null
sets --plain addcert inside.pem
shows 'cert+key' --plain certs
is "$(wsamt --plain --json csr "$key" CN=x | jq -r '.request' | head -1)" '-----BEGIN NEW CERTIFICATE REQUEST-----' "as JSON"
refused 'there is no key "77": "wsamt certs" lists them' --plain csr 77 CN=x
wrong 'missing arguments' --plain csr "$key"
run wsamt --plain csr "$key" x; is $rc 2 "no subject"; has "$err" '"x" is no subject' "says so"
run wsamt --plain csr "$key" ''; is $rc 2 "nor nothing"
run wsamt --plain csr "$key" CN=x 'a b'; is $rc 2 "no name"; has "$err" '"a b" is neither a name of DNS nor an address' "says so"
wrong 'too many arguments' --plain genkey 4096
wrong 'too many arguments' --plain certs x
wrong 'too many arguments' --plain commit x
wrong 'too many arguments' --plain rmtlsctx x
busy --plain certs
busy --plain rmtlsctx
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
