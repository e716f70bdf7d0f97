# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Answers have the shape of recorded ones of real firmware: for each
# recording of a class that amtsim has, one profile gives the same name
# spaces under the same prefixes and the same elements in the same order.
# The recordings are not part of this tree; AMT_CAPTURES says where they are.
# LONG 20
. ./lib.sh
. ./wsman.sh
captures=${AMT_CAPTURES:-$TOP/../shared/captures/wsman}
[ -f "$captures/README.md" ] || exit 77
# Prefixes and elements of a message, one a line, repeats folded.
shape() {
	tr -d '\n' <"$1" | sed 's/= *"/="/g' | grep -o 'xmlns:[a-z]*="[^"]*"' | grep -v :xsi=
	tr -d '\n' <"$1" | grep -o '<[a-z]*:[A-Za-z0-9_]*' | uniq
}
part() { tr -d '\n' <"$1" | sed -n "s/<[a-z]*:$2[ >]/\n&/;s/.*\n<[^>]*> *\([^<]*\)<.*/\1/p"; }
written() { grep -q "^| \`$1\` | H |" "$captures/README.md"; }	# by hand

# Ask for what a recording answers.
ask() {	# CLASS ACTION INSTANCE
	case $2 in
	*/GetResponse) get "$1" "$3" ;;
	*/PutResponse) put "$1" "$(inputs "$1")" "$3" ;;
	*/EnumerateResponse) enumerate "$1" ;;
	*/PullResponse)
		enumerate "$1"
		[ "$status" != 200 ] || pull "$1" "$(value EnumerationContext)" ;;
	*/EnumerateUserAclEntriesResponse)
		invoke "$1" EnumerateUserAclEntries "<StartIndex>1</StartIndex>" ;;
	*/RequestStateChangeResponse)
		invoke "$1" RequestStateChange "<RequestedState>2</RequestedState>" ;;
	*) method=${2##*/}; method=${method%Response}; invoke "$1" "$method" "$(inputs "$method")" ;;
	esac
}
prepare() {	# what a recording was made with
	case $1 in
	*/kvmredirection/settings/pull.xml) consent=1 ;;
	*/kvmredirection/settings/put.xml) consent=0 ;;
	*) return ;;
	esac
	put IPS_OptInService "<OptInRequired>$consent</OptInRequired>"
}
inputs() {	# of a method, or a Put, that wants some
	case $1 in
	AMT_TLSSettingData) echo "<Enabled>false</Enabled>" ;;
	RemoveUserAclEntry) echo "<Handle>2</Handle>" ;;
	AddCertificate) echo "<CertificateBlob>$(base64 -w0 <"$T/leaf.der")</CertificateBlob>" ;;
	AddTrustedRootCertificate) echo "<CertificateBlob>$(base64 -w0 <"$T/other.der")</CertificateBlob>" ;;
	GenerateKeyPair) echo "<KeyAlgorithm>0</KeyAlgorithm><KeyLength>2048</KeyLength>" ;;
	SetHighAccuracyTimeSynch)
		t=$(date +%s); echo "<Ta0>$t</Ta0><Tm1>$t</Tm1><Tm2>$t</Tm2>" ;;
	SetAdminAclEntryEx) echo "<Username>admin</Username><DigestPassword>$(printf %s "admin:$(state .digest_realm):$AMT_PASSWORD" | openssl dgst -md5 -binary | base64)</DigestPassword>" ;;
	esac
}
stock() {	# an event, a root and a key as certificate and key 0
	ctl event ff0f6f026801ff220040130000000000aa
	invoke AMT_PublicKeyManagementService AddTrustedRootCertificate "<CertificateBlob>$(base64 -w0 <"$T/root.der")</CertificateBlob>"
	invoke AMT_PublicKeyManagementService AddKey "<KeyBlob>$(base64 -w0 <"$T/key.der")</KeyBlob>"
}
for ca in root other; do
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$ca" -keyout "$T/$ca.key" -outform DER -out "$T/$ca.der" 2>/dev/null
done
openssl req -newkey rsa:2048 -nodes -subj /CN=leaf -keyout "$T/key.pem" 2>/dev/null |
    openssl x509 -req -CA "$T/root.der" -CAkey "$T/root.key" -CAcreateserial -outform DER -out "$T/leaf.der" 2>/dev/null
openssl rsa -in "$T/key.pem" -traditional -outform DER -out "$T/key.der" 2>/dev/null
# What is asked: file, class, action, instance a line.
(cd "$captures" && find . -name '*.xml') | sed 's/^\.\///' | sort | while read -r f; do
	written "$f" && continue
	case $f in
	*unprovision.xml) continue ;;	# would end it
	cim/credential/*) continue ;;	# of a class that has none here
	esac
	resource=$(part "$captures/$f" ResourceURI)
	echo "$f ${resource##*/} $(part "$captures/$f" Action) $(part "$captures/$f" InstanceID)"
done >"$T/list"
: >"$T/same"
export AMT_PASSWORD_amy=Aa1!amy AMT_PASSWORD_bob=Bb1!bob
for profile in 8 11 16; do
	start_sim --profile $profile --user amy:both:info --user bob:both:redirection
	if [ $profile = 16 ]; then ws_url=https://127.0.0.1:16993/wsman ws_curl=-k; fi
	stock
	while read -r f class action id; do
		! grep -qx "$f" "$T/same" || continue
		prepare "$f"
		ask "$class" "$action" "${id:+$(selector InstanceID "$id")}"
		case $status$(subcode) in
		*DestinationUnreachable|*ActionNotSupported) continue ;;
		esac
		shape "$captures/$f" >"$T/want"
		shape "$T/answer.xml" >"$T/got"
		echo "$f" >>"$T/tried"
		if cmp -s "$T/want" "$T/got"; then
			echo "$f" >>"$T/same"
		else
			diff "$T/want" "$T/got" >"$T/diff.$(echo "$f" | tr / _)"
		fi
	done <"$T/list"
	kill "$sim"
	wait "$sim" 2>/dev/null
done
sort -u "$T/tried" >"$T/all"

# Faults, and the names of HTTP headers.
start_sim --profile 16
get AMT_NoSuchThing
grep '^<?xml' "$captures/http/400-fault-alreadyexists-amt15.http" >"$T/want.xml"
is "$(shape "$T/answer.xml")" "$(shape "$T/want.xml")" "a fault"
headers() { tr -d '\r' <"$1" | sed -n '/^HTTP/d;/^$/q;s/:.*//p' | sort; }
is "$(tac "$T/headers" | sed -n '2,/^HTTP/p' | tac >"$T/last"; headers "$T/last")" \
    "$(headers "$captures/http/400-fault-alreadyexists-amt15.http")" "its headers"
AMT_PASSWORD=wrong
get AMT_GeneralSettings
is "$(tac "$T/headers" | sed -n '2,/^HTTP/p' | tac | grep -v -e ^X-Frame -e ^Date >"$T/last"; headers "$T/last")" \
    "$(headers "$captures/http/401-header-amt15.http")" "those of a 401"
is "$(($(wc -l <"$T/all") >= 30))" 1 "$(wc -l <"$T/all") recordings were compared"
while read -r f; do
	if grep -qx "$f" "$T/same"; then
		pass "$f"
	else
		fail "$f" "$(cat "$T/diff.$(echo "$f" | tr / _)")"
	fi
done <"$T/all"
done_testing
