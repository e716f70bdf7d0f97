# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A stranger, curl, puts keys and certificates into the device, binds TLS to
# one of them and commits: from then on the ports are what was asked for, and
# the certificate is that one.
# LONG 9
. ./lib.sh
. ./wsman.sh
cd "$T" || exit 3
store() { invoke AMT_PublicKeyManagementService "$@"; }
is_value() { is "$status $(value ReturnValue)" "200 $1" "$2"; }
cert64() { openssl x509 -in "$1" -outform DER | base64 -w0; }
key64() { openssl rsa -in "$1" -traditional -outform DER 2>/dev/null | base64 -w0; }
make_ca() {	# NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1 root/O=$1" \
	    -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
sign() {	# CSR CA OUT [DAYS]
	openssl x509 -req -in "$1" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
	    -days "${4:-20}" -out "$3" 2>/dev/null
}
leaf() {	# NAME CA [DAYS]
	openssl req -newkey rsa:2048 -nodes -subj "/C=NL/O=Tests/CN=$1.example" \
	    -keyout "$1.key" -out "$1.csr" 2>/dev/null
	sign "$1.csr" "$2" "$1.pem" "${3:-}"
}
make_ca ours
make_ca theirs
leaf pc ours
leaf console ours
leaf stranger theirs
start_sim --profile 11 --tls-priority NORMAL
plain=http://127.0.0.1:16992/wsman

# What the store refuses, and takes.
store AddCertificate "<CertificateBlob>$(cert64 pc.pem)</CertificateBlob>"
is_value 2060 "a certificate before any key"
store AddKey "<KeyBlob>$(openssl pkcs8 -topk8 -nocrypt -in pc.key -outform DER | base64 -w0)</KeyBlob>"
is_value 2062 "a key that is not PKCS#1"
openssl genrsa 3072 >big.key 2>/dev/null
store AddKey "<KeyBlob>$(key64 big.key)</KeyBlob>"
is_value 2062 "a key that is too long"
store AddKey "<KeyBlob>$(key64 console.key)</KeyBlob>"
is_value 0 "AddKey of another"
store AddCertificate "<CertificateBlob>$(cert64 pc.pem)</CertificateBlob>"
is_value 2064 "a certificate without its key"
store AddKey "<KeyBlob>$(key64 pc.key)</KeyBlob>"
is_value 0 "AddKey"
store AddKey "<KeyBlob>$(key64 pc.key)</KeyBlob>"
is_value 2058 "the same key again"
store AddCertificate "<CertificateBlob>$(cert64 pc.pem)</CertificateBlob>"
is_value 0 "AddCertificate"
has "$out" "AMT_PublicKeyCertificate</c:ResourceURI><c:SelectorSet><c:Selector Name=\"InstanceID\">Intel(r) AMT Certificate: Handle: 0</c:Selector>" "its reference"
store AddCertificate "<CertificateBlob>$(cert64 pc.pem)</CertificateBlob>"
is_value 2058 "the same certificate again"
store AddCertificate "<CertificateBlob>AAAA</CertificateBlob>"
is_value 2063 "what is no certificate"
store AddTrustedRootCertificate "<CertificateBlob>$(cert64 ours.pem)</CertificateBlob>"
is_value 0 "AddTrustedRootCertificate"
id0='Intel(r) AMT Certificate: Handle: 0'
get AMT_PublicKeyCertificate "$(selector InstanceID "$id0")"
is "$(value X509Certificate)" "$(cert64 pc.pem)" "Get gives it back"
is "$(value Subject)" "CN=pc.example,O=Tests,C=NL" "its subject, last part first"
is "$(value Issuer) $(value TrustedRootCertficate)" "O=ours,CN=ours root false" "its issuer"
get AMT_PublicPrivateKeyPair "$(selector InstanceID 'Intel(r) AMT Key: Handle: 1')"
is "$(value DERKey)" "$(openssl rsa -in pc.key -RSAPublicKey_out -outform DER 2>/dev/null | base64 -w0)" "the key's public half"
enumerate CIM_ConcreteDependency
pull CIM_ConcreteDependency "$(value EnumerationContext)"
has "$out" "Certificate: Handle: 0</c:Selector>" "the certificate and"
has "$out" "Key: Handle: 1</c:Selector>" "its key are associated"

# A key made inside, and a request signed with it.
store GenerateKeyPair "<KeyAlgorithm>0</KeyAlgorithm><KeyLength>512</KeyLength>"
is_value 2066 "a length that is too small"
store GenerateKeyPair "<KeyAlgorithm>0</KeyAlgorithm><KeyLength>2048</KeyLength>"
is_value 0 "GenerateKeyPair"
pair=$(epr AMT_PublicPrivateKeyPair InstanceID 'Intel(r) AMT Key: Handle: 2')
get AMT_PublicPrivateKeyPair "$(selector InstanceID 'Intel(r) AMT Key: Handle: 2')"
value DERKey | base64 -d | openssl rsa -RSAPublicKey_in -inform DER -pubout >inside.pub 2>/dev/null
openssl req -new -key pc.key -subj /CN=amt.example -outform DER 2>/dev/null >dummy.csr
store GeneratePKCS10RequestEx "<KeyPair>$pair</KeyPair><SigningAlgorithm>1</SigningAlgorithm><NullSignedCertificateRequest>$(base64 -w0 dummy.csr)</NullSignedCertificateRequest>"
is_value 2064 "a request for another key"
# the public key inside the request is replaced, so its signature is void
off=$(openssl asn1parse -inform DER -in dummy.csr | sed -n 's/^ *\([0-9]*\):d=3.*BIT STRING.*/\1/p')
openssl rsa -pubin -in inside.pub -outform DER 2>/dev/null | tail -c 271 >inside.bits
{ head -c $((off + 4)) dummy.csr; cat inside.bits; tail -c +$((off + 4 + 271 + 1)) dummy.csr; } >null.csr
store GeneratePKCS10RequestEx "<KeyPair>$pair</KeyPair><SigningAlgorithm>1</SigningAlgorithm><NullSignedCertificateRequest>$(base64 -w0 null.csr)</NullSignedCertificateRequest>"
is_value 0 "GeneratePKCS10RequestEx"
value SignedCertificateRequest | base64 -d | openssl req -inform DER -verify -subject >signed.csr 2>signed.err
has "$(cat signed.err signed.csr)" "verify OK" "its signature is right"
sign signed.csr ours inside.pem
store AddCertificate "<CertificateBlob>$(cert64 inside.pem)</CertificateBlob>"
is_value 0 "the certificate for it"

# TLS: a context, settings, and only a commit makes them so.
commit() { invoke AMT_SetupAndConfigurationService CommitChanges; }
ports() { state '.network.ports | join(" ")'; }
net='Intel(r) AMT 802.3 TLS Settings'
nettls() { put AMT_TLSSettingData "$1<InstanceID>$net</InstanceID>${2:-}" "$(selector InstanceID "$net")"; }
nettls "<AcceptNonSecureConnections>true</AcceptNonSecureConnections>"
is "$status $(subcode)" "400 InvalidRepresentation" "Put without Enabled"
nettls "<AcceptNonSecureConnections>true</AcceptNonSecureConnections><Enabled>true</Enabled>"
is "$status $(value Enabled)" "200 true" "TLS is to be on"
commit
is_value 2057 "a commit without a certificate to use"
bind() {
	echo "<ElementInContext>$(epr AMT_PublicKeyCertificate InstanceID "Intel(r) AMT Certificate: Handle: $1")</ElementInContext><ElementProvidingContext>$(epr AMT_TLSProtocolEndpointCollection ElementName 'TLSProtocolEndpointInstances Collection')</ElementProvidingContext>"
}
create() { ws "$x_ns/Create" AMT_TLSCredentialContext "<AMT_TLSCredentialContext xmlns=\"$(uri AMT_TLSCredentialContext)\">$1</AMT_TLSCredentialContext>"; }
create "$(bind 1)"
is "$status $(subcode)" "500 InternalError" "a root is nothing to be bound to"
create "$(bind 0)"
is "$status" 200 "Create of the context"
has "$out" "ResourceCreated><b:Address>" "answers its reference"
has "$out" "<c:Selector Name=\"ElementInContext\"><b:EndpointReference>" "by its keys"
create "$(bind 2)"
is "$status $(subcode)" "400 AlreadyExists" "there is one only"
is "$(ports)" "623 16992 16994" "nothing has happened yet"
commit
is_value 0 CommitChanges
secure() { ports | grep -q 16993; }
until_ok secure
is "$(ports)" "623 664 16992 16993 16994 16995" "TLS ports, and the plain ones"
fingerprint() { openssl x509 -in "$1" -noout -fingerprint -sha256; }
peer() { echo | openssl s_client -connect "127.0.0.1:$1" 2>/dev/null | openssl x509 >peer.pem; fingerprint peer.pem; }
is "$(peer 16993)" "$(fingerprint pc.pem)" "with that certificate"
is "$(peer 16995)" "$(fingerprint pc.pem)" "on both"
ws_url=https://pc.example:16993/wsman ws_curl="--cacert ours.pem --resolve pc.example:16993:127.0.0.1"
get AMT_GeneralSettings
is "$status" 200 "its chain and name are verified"

# Another certificate; the plain ports close.
put AMT_TLSCredentialContext "$(bind 2)"
is "$status" 200 "Put of another certificate"
nettls "<AcceptNonSecureConnections>false</AcceptNonSecureConnections><Enabled>true</Enabled>"
commit
is_value 0 "a commit over TLS"
only_tls() { [ "$(ports)" = "664 16993 16995" ]; }
until_ok only_tls
is "$(peer 16993)" "$(fingerprint inside.pem)" "the key that was made inside serves"
ws_curl=-k ws_url=$plain
get AMT_GeneralSettings
is "$ended" 7 "plain is refused"
ws_url=https://127.0.0.1:16993/wsman

# In use is not deleted.
delete() { ws "$x_ns/Delete" "$1" '' "$2"; }
delete AMT_PublicKeyCertificate "$(selector InstanceID 'Intel(r) AMT Certificate: Handle: 2')"
is "$status $(value text)" "500 AMT-STATUS 16" "the certificate in use stays"
delete AMT_PublicPrivateKeyPair "$(selector InstanceID 'Intel(r) AMT Key: Handle: 1')"
is "$status $(value text)" "500 AMT-STATUS 16" "so does a key with a certificate"
delete AMT_PublicKeyCertificate "$(selector InstanceID "$id0")"
is "$status" 200 "another is deleted"
delete AMT_PublicPrivateKeyPair "$(selector InstanceID 'Intel(r) AMT Key: Handle: 1')"
is "$status $(state '.store.keys | join(" ")')" "200 0 2" "and its key"
delete AMT_PublicKeyCertificate "$(selector InstanceID "$id0")"
is "$status $(subcode)" "400 DestinationUnreachable" "twice is once too much"
delete AMT_GeneralSettings ''
is "$status $(subcode)" "400 ActionNotSupported" "what cannot be deleted"

# Mutual: who has no certificate of ours, or a wrong name, or a wrong time.
nettls "<AcceptNonSecureConnections>false</AcceptNonSecureConnections><Enabled>true</Enabled><MutualAuthentication>true</MutualAuthentication>"
commit
mutual() { [ "$(state .network.network.mutual)" = true ] && ports | grep -q 16993; }
until_ok mutual
enters() { get AMT_GeneralSettings; [ "$status" = 200 ]; }
refused() { if enters; then fail "$1"; else pass "$1"; fi; }
refused "no certificate"
ws_curl="-k --cert stranger.pem --key stranger.key"
refused "one of somebody else"
ws_curl="-k --cert console.pem --key console.key"
enters
is "$status" 200 "one of ours"
store AddTrustedRootCertificate "<CertificateBlob>$(cert64 theirs.pem)</CertificateBlob>"
is_value 16 "no new roots meanwhile"
nettls "<Enabled>true</Enabled>" "<TrustedCN>other.example</TrustedCN>"
refused "a name that is not trusted, without a commit"
stop_sim

# Off again: TLS, its context, everything.
start_sim --profile 8 --tls-too --tls-priority NORMAL
ws_url=$plain ws_curl=
nettls "<Enabled>false</Enabled>"
commit
plain_only() { [ "$(ports)" = "623 16992 16994" ]; }
until_ok plain_only
store AddKey "<KeyBlob>$(key64 pc.key)</KeyBlob>"
store AddCertificate "<CertificateBlob>$(cert64 pc.pem)</CertificateBlob>"
create "$(bind 0)"
commit
bound() { [ "$(state .store.used)" = 0 ] && plain_only; }
until_ok bound
delete AMT_TLSCredentialContext "<w:Selector Name=\"ElementInContext\"><a:EndpointReference>$(epr AMT_PublicKeyCertificate InstanceID "$id0")</a:EndpointReference></w:Selector><w:Selector Name=\"ElementProvidingContext\"><a:EndpointReference>$(epr AMT_TLSProtocolEndpointCollection ElementName 'TLSProtocolEndpoint Instances Collection')</a:EndpointReference></w:Selector>"
is "$status $(state .store.context)" "200 -1" "the context is deleted by its two references"
invoke AMT_SetupAndConfigurationService SetMEBxPassword "<Password>weak</Password>"
is_value 2054 "a weak MEBx password"
invoke AMT_SetupAndConfigurationService SetMEBxPassword "<Password>Str0ng!Pass</Password>"
is "$(value ReturnValue) $(state .mebx_password)" "0 Str0ng!Pass" "a good one"
invoke AMT_SetupAndConfigurationService Unprovision "<ProvisioningMode>1</ProvisioningMode>"
is_value 0 Unprovision
gone() { [ "$(state .provisioned)" = false ] && [ -z "$(ports)" ]; }
until_ok gone
is "$(state '.store.keys | length')" 0 "nothing is left"
is "$(violations)" "" "all of it was correct"
stop_sim

# Newer ones have no plain ports to go back to.
start_sim --profile 16
ws_url=https://127.0.0.1:16993/wsman ws_curl=-k
nettls "<Enabled>false</Enabled>"
is "$status $(value text)" "500 AMT-STATUS 36" "TLS cannot go off"
nettls "<AcceptNonSecureConnections>true</AcceptNonSecureConnections><Enabled>true</Enabled>"
is "$status $(value text)" "500 AMT-STATUS 36" "nor plain come on"
stop_sim
done_testing
