#!/bin/sh
# SPDX-License-Identifier: MIT
# Certificates and keys: files judged, stored, listed, taken away again; keys
# made inside, and their requests.
. ./lib.sh
. ./certs.sh
cd "$T" || exit 3
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
sets delcertkey pc.pem
sets delca ours.pem
refused 'does not have what is in' delca ours.pem
refused 'does not have what is in' delcertkey pc.pem
gets '' certs

# The raw classes do the same.
sets addkey pc.key
sets addcert pc.pem
id=$(wsamt --json certs | jq -r '.[] | select(.kind == "cert+key") | .id')
context() { wsamt enum AMT_TLSCredentialContext; }
shows 'AMT_TLSCredentialContext?ElementInContext=' create AMT_TLSCredentialContext \
    "ElementInContext=@AMT_PublicKeyCertificate?InstanceID=$id" \
    'ElementProvidingContext=@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'
has "$(context)" "$id" "and it is there"
refused 'it exists already' create AMT_TLSCredentialContext \
    "ElementInContext=@AMT_PublicKeyCertificate?InstanceID=$id" \
    'ElementProvidingContext=@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'
wrong 'is not NAME=VALUE' create AMT_TLSCredentialContext x
refused 'the firmware refused' delete AMT_PublicKeyCertificate "InstanceID=$id"
sets rmtlsctx
sets delete AMT_PublicKeyCertificate "InstanceID=$id"
wrong 'which instance of AMT_PublicKeyCertificate? Give its keys' delete AMT_PublicKeyCertificate
refused 'no such class or instance' delete "AMT_PublicKeyCertificate?InstanceID=$id"
sets delcertkey pc.pem

# A key made inside; a controller that is busy is asked again.
ctl fault wsman-return 2061
refused 'PKI_GENERATING_KEYS' --timeout 0.2 genkey
calls=$(state .http.calls)
asked_twice() { [ "$(state .http.calls)" -ge $((calls + 2)) ]; }
background wsamt genkey >busy
until_ok asked_twice
ctl clear-faults
wait "$pid"; is $? 0 "busy, and then not"
has "$(cat busy)" 'Intel(r) AMT Key: Handle: ' "its key"
shows 'Intel(r) AMT Key: Handle: ' genkey
shows "$out" certs
key=$(wsamt certs | sed -n "s/^key.*Handle: //p" | tail -1)
shows 'BEGIN NEW CERTIFICATE REQUEST' csr "$key" CN=inside.example,O=Tests inside.example other.example 192.0.2.7 2001:db8::7
printf '%s\n' "$out" >inside.csr
is "$(openssl req -in inside.csr -noout -verify 2>&1 | grep -ciE 'verify ok|self-signature verify ok')" 1 "openssl verifies it"
has "$(openssl req -in inside.csr -noout -subject -nameopt compat)" "CN=inside.example" "its subject"
has "$(openssl req -in inside.csr -noout -text)" "DNS:inside.example, DNS:other.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7" "its names"
openssl x509 -req -in inside.csr -CA ours.pem -CAkey ours.key -CAcreateserial -days 20 -out inside.pem 2>/dev/null
sets addcert inside.pem
shows 'cert+key' certs
is "$(wsamt --json csr "$key" CN=x | jq -r '.request' | head -1)" '-----BEGIN NEW CERTIFICATE REQUEST-----' "as JSON"
refused 'there is no key "77": "wsamt certs" lists them' csr 77 CN=x
wrong 'missing arguments' csr "$key"
run wsamt csr "$key" x; is $rc 2 "no subject"; has "$err" '"x" is no subject' "says so"
run wsamt csr "$key" ''; is $rc 2 "nor nothing"
run wsamt csr "$key" CN=x 'a b'; is $rc 2 "no name"; has "$err" '"a b" is neither a name of DNS nor an address' "says so"
wrong 'too many arguments' genkey 4096
wrong 'too many arguments' certs x
wrong 'too many arguments' commit x
wrong 'too many arguments' rmtlsctx x
busy certs
busy rmtlsctx
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
