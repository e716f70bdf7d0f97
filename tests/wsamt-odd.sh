#!/bin/sh
# SPDX-License-Identifier: MIT
# A peer of our own, one request a connection: no login asked, the power
# state only in a list of the super class, a list in two pulls, odd types.
. ./lib.sh
cd "$T" || exit 3
export AMT_HOST=127.0.0.1:7623

cat >answer <<'END'
#!/bin/sh
# An HTTP request on stdin, its answer on stdout.
length=0
while read -r name value; do
	case $name in
	[Cc]ontent-[Ll]ength:) length=$(printf %s "$value" | tr -d '\r') ;;
	$(printf '\r')) break ;;
	esac
done
body=$(head -c "$length")
soap=http://www.w3.org/2003/05/soap-envelope
add=http://schemas.xmlsoap.org/ws/2004/08/addressing
enum=http://schemas.xmlsoap.org/ws/2004/09/enumeration
cim=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
echo "$body" >>requests
reply() {
	text="<S:Envelope xmlns:S='$soap'><S:Body>$2</S:Body></S:Envelope>"
	printf 'HTTP/1.1 %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$1" "${#text}" "$text"
}
pull() { reply "200 OK" "<PullResponse xmlns='$enum'>$1</PullResponse>"; }
state="<x:CIM_AssociatedPowerManagementService xmlns:x='$cim/CIM_AssociatedPowerManagementService'><x:PowerState> 4 </x:PowerState></x:CIM_AssociatedPowerManagementService>"
case $body in
'') printf 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' ;;
*transfer/Get*CIM_AssociatedPower*) reply "400 Bad Request" "<S:Fault><S:Code><S:Value>S:Sender</S:Value><S:Subcode><S:Value xmlns:q='$add'>q:DestinationUnreachable</S:Value></S:Subcode></S:Code></S:Fault>" ;;
*enumeration/Enumerate*) reply "200 OK" "<EnumerateResponse xmlns='$enum'><EnumerationContext>1</EnumerationContext></EnumerateResponse>" ;;
*'EnumerationContext>1<'*) pull "<EnumerationContext>2</EnumerationContext><Items><x:CIM_Other xmlns:x='$cim/CIM_Other'/></Items>" ;;
*'EnumerationContext>2<'*) pull "<EnumerationContext>3</EnumerationContext><Items/>" ;;
*'EnumerationContext>3<'*) pull "<Items>$state</Items><EndOfSequence/>" ;;
*CIM_Odd*) reply "200 OK" "<y:CIM_Odd xmlns:y='$cim/CIM_Odd' xmlns:c='http://schemas.dmtf.org/wbem/wscim/1/common'><y:When><c:Datetime>2026-01-31T08:00:00Z</c:Datetime></y:When><y:Many>a</y:Many><y:Many>b	&#xA;c</y:Many><y:One>&lt;&quot;</y:One><y:Nested><y:A>1</y:A><y:B>2</y:B></y:Nested><y:Empty/></y:CIM_Odd>" ;;
*) printf 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n' ;;
esac
END
chmod +x answer
background socat TCP-LISTEN:7623,fork,reuseaddr EXEC:./answer
until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:7623

run wsamt power
is "$rc $out" "0 sleep" "the power state, from the third pull of a list"
hasnt "$(cat requests)" "Authorization" "no login was asked, none was sent"
run wsamt enum CIM_ServiceAvailableToElement
is "$out" "class	CIM_Other

class	CIM_AssociatedPowerManagementService
PowerState	 4 " "all items of all pulls"
run wsamt --force get CIM_Odd Name=x
is "$out" "When	2026-01-31T08:00:00Z
Many	a
Many	b??c
One	<\"
Nested	{A=1,B=2}
Empty	" "dates, arrays, nested values, a value stays on its line"
is "$(wsamt --force --json get CIM_Odd | jq -c .)" '{"When":"2026-01-31T08:00:00Z","Many":["a","b\t\nc"],"One":"<\"","Nested":"{A=1,B=2}","Empty":""}' "the same as JSON"
is "$(wsamt --json enum CIM_ServiceAvailableToElement | jq -c .)" '[{"class":"CIM_Other"},{"class":"CIM_AssociatedPowerManagementService","PowerState":" 4 "}]' "a list as JSON"
run wsamt --force get CIM_Nothing
is $rc 6 "HTTP 404"
has "$err" "no WS-Man service there" "says so"
has "$(cat requests)" '<w:Selector Name="Name">x</w:Selector>' "keys are selectors"

# What we send is plain and whole.
run wsamt --force invoke 'CIM_X?Name=a, b,Key=c=d' Do Text='<&>' 'Ref=@CIM_Y?A=1,B=2' List=1 List=2
has "$(tail -1 requests)" '<w:SelectorSet><w:Selector Name="Name">a, b</w:Selector><w:Selector Name="Key">c=d</w:Selector></w:SelectorSet>' "selectors with commas"
has "$(tail -1 requests)" '<Text>&lt;&amp;&gt;</Text><Ref><a:Address>' "values are escaped"
has "$(tail -1 requests)" 'CIM_Y</w:ResourceURI><w:SelectorSet><w:Selector Name="A">1</w:Selector><w:Selector Name="B">2</w:Selector></w:SelectorSet></a:ReferenceParameters></Ref><List>1</List><List>2</List>' "references, arrays"
for bad in 'Win32_X Do' 'CIM_X Do Name' 'CIM_X Do =1' 'CIM_X Do a-b=1' 'CIM_X D/o' 'CIM_X?A Do'; do
	: >requests
	# shellcheck disable=SC2086
	run wsamt --force invoke $bad
	is "$rc $(cat requests)" "2 " "refused before sending: invoke $bad"
done

# Peers that never end, or want another login.
peer() {	# PORT SHELL-TEXT
	printf '#!/bin/sh\n%s\n' "$2" >"peer$1"
	chmod +x "peer$1"
	background socat "TCP-LISTEN:$1,fork,reuseaddr" "EXEC:./peer$1" 2>/dev/null
	until_ok sh -c "ss -Hltn | grep -q :$1"
}
endless() {	# PORT TEXT SHELL-TEXT
	peer "$1" "$3"
	run timeout 20 wsamt -P "$1" power
	is $rc 6 "$2: exit 6"
	has "$err" "the answer is longer than" "$2: says so"
}
export AMT_HOST=127.0.0.1
# shellcheck disable=SC2016 # for the peer
{
endless 7701 "headers without end" 'printf "HTTP/1.1 200 OK\r\n"; yes "X: y"'
endless 7702 "a body without end" 'printf "HTTP/1.1 200 OK\r\n\r\n"; yes x'
endless 7703 "chunks without end" 'printf "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"; yes "$(printf "2\r\nxx\r")"'
endless 7704 "100 without end" 'yes "$(printf "HTTP/1.1 100 Continue\r\n\r")"'
peer 7705 'printf "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"; cat >>basic'
}
AMT_PASSWORD=$(token) run wsamt -P 7705 power
is $rc 6 "a login without digest"
has "$err" "it asks for a login that we do not have" "says so"
hasnt "$(cat basic)" "Authorization" "nothing was given away"

# Too few descriptors, wherever they run out: said, and at once.
start_sim --power on
short=0
for n in 6 7 8 9 10 11 12; do
	run timeout 20 prlimit --nofile=$n:$n wsamt power
	case "$rc $out $err" in
	'0 on ') ;;
	'3  wsamt: '*'Too many open files') short=$((short + 1)) ;;
	*) fail "with $n descriptors" "want: 0 or 3" "got:  $rc $out $err" ;;
	esac
done
[ $short -gt 2 ]; is $? 0 "too few descriptors are said"
stop_sim

# A connection that is reset: one sentence, the host in it once.
background socat TCP-LISTEN:7706,fork,reuseaddr,linger=0 SYSTEM:'head -c 20 >/dev/null' 2>/dev/null
until_ok sh -c 'ss -Hltn | grep -q :7706'
run wsamt -P 7706 power
is $rc 4 "a connection that is reset"
is "$(printf '%s\n' "$err" | grep -o 127.0.0.1 | wc -l) $(printf '%s\n' "$err" | wc -l)" "1 1" "one sentence, the host in it once"
done_testing
