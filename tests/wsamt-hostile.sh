#!/bin/sh
# SPDX-License-Identifier: MIT
# What a hostile device can put into its answers: nothing of it moves a
# cursor, forges a line, or is kept without a limit.
. ./lib.sh
cd "$T" || exit 3

# Lists without end, long before memory is short.  (A sanitizer reserves
# terabytes of addresses.)
start_sim
limit=400000000
readelf -d "$O/wsamt/wsamt" | grep -q libasan && limit=unlimited
ctl fault wsman-endless
for c in info certs 'enum CIM_SoftwareIdentity'; do
	# shellcheck disable=SC2086 # words
	run timeout 60 prlimit --as=$limit wsamt $c
	is "$rc $out" "6 " "$c: a list without end"
	has "$err" "it does not end" "$c: says so"
done
ctl clear-faults
stop_sim

# A peer of our own: each request is answered by the file of its class.
cat >answer <<'END2'
#!/bin/sh
length=0
while read -r name value; do
	case $name in
	[Cc]ontent-[Ll]ength:) length=$(printf %s "$value" | tr -d '\r') ;;
	"$(printf '\r')") break ;;
	esac
done
body=$(head -c "$length")
enum=http://schemas.xmlsoap.org/ws/2004/09/enumeration
class=$(printf %s "$body" | sed -n 's|.*<w:ResourceURI>[^<]*/\([A-Za-z0-9_]*\)<.*|\1|p')
method=$(printf %s "$body" | sed -n 's|.*Body><\(\([a-z]*:\)\{0,1\}[A-Za-z0-9]*\)_INPUT.*|\1|p')
status='200 OK'
case $body in
*enumeration/Enumerate*) text="<EnumerateResponse xmlns='$enum'><EnumerationContext>1</EnumerationContext></EnumerateResponse>" ;;
*enumeration/Pull*) text="<PullResponse xmlns='$enum'><Items>$(cat "$class" 2>/dev/null)</Items><EndOfSequence/></PullResponse>" ;;
*) text=$(cat "${method##*:}" 2>/dev/null || cat "$class" 2>/dev/null) ;;
esac
case $text in *Fault*) status='400 Bad Request' ;; esac
text="<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope'><S:Body>$text</S:Body></S:Envelope>"
printf 'HTTP/1.1 %s\r\nServer: X Technology 1%b2J\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$status" '\033[' \
    "$(printf %s "$text" | wc -c)" "$text"
END2
chmod +x answer
background socat TCP-LISTEN:7623,fork,reuseaddr EXEC:./answer
until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:7623
export AMT_HOST=127.0.0.1:7623 AMT_PASSWORD=x
amt=http://intel.com/wbem/wscim/1/amt-schema/1 cim=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
says() {	# CLASS NAMESPACE PROPERTIES: what the peer answers
	printf %s "<x:$1 xmlns:x='$2/$1'>$3</x:$1>" >"$1"
}
wild() { printf '%s' "$out$err" | LC_ALL=C grep -c "$(printf '[\001-\010\013-\037\177]\|\302[\200-\237]')"; }
tame() {	# LINES TEXT: so many lines were printed, and nothing wild
	is "$(printf '%s\n' "$out" | grep -c .) $(wild)" "$1 0" "$2"
}
# A value stays on its line, and its columns are ours.
evil='a&#10;ping&#9;off&#x9b;2J&#x85;&#x7f;b'
says AMT_GeneralSettings $amt "<x:HostName>$evil</x:HostName><x:DomainName>$evil</x:DomainName>"
run wsamt hostname
is "$rc $out" "0 a?ping?off??2J???b" "a name with lines, tabs and controls"
tame 1 "of one line"
run wsamt --json hostname
is "$out" '{"hostname":"a\nping\toff\u009b2J\u0085\u007fb"}' "as JSON, escaped"
tame 1 "in plain characters"
run wsamt get AMT_GeneralSettings
tame 2 "raw properties too"
run wsamt -h 127.0.0.1:7623,localhost:7623 hostname
tame 2 "and those of many machines"
run wsamt domain x
tame 0 "an error that quotes it"
printf %s "<x:GetAdminAclEntry_OUTPUT xmlns:x='$amt/AMT_AuthorizationService'><x:Username>$evil</x:Username><x:ReturnValue>0</x:ReturnValue></x:GetAdminAclEntry_OUTPUT>" >GetAdminAclEntry
printf %s "<x:EnumerateUserAclEntries_OUTPUT xmlns:x='$amt/AMT_AuthorizationService'><x:TotalCount>4294967295</x:TotalCount><x:HandlesCount>0</x:HandlesCount><x:ReturnValue>0</x:ReturnValue></x:EnumerateUserAclEntries_OUTPUT>" >EnumerateUserAclEntries
run timeout 20 wsamt userlst
is "$rc $out" "0 a?ping?off??2J???b	on	both	admin" "a user of that name"
run wsamt identify
is "$(wild)" 0 "its Server header"
# Reasons, and names that are markup.
printf %s "<S:Fault><S:Code><S:Value>S:Sender</S:Value><S:Subcode><S:Value>q$evil</S:Value></S:Subcode></S:Code><S:Reason><S:Text xml:lang='en'>$evil</S:Text></S:Reason></S:Fault>" >AMT_WebUIService
run wsamt webui
is "$rc $(printf '%s\n' "$err" | grep -c .) $(wild)" "7 1 0" "a reason: one line"
run wsamt -vvv webui
is "$(wild)" 0 "nor in the trace"
# Numbers that are none, or too great.
for n in 4294967296 -1 1e3 0x10 99999999999999999999 '' ' ' 7seven; do
	says AMT_GeneralSettings $amt "<x:IdleWakeTimeout>$n</x:IdleWakeTimeout>"
	run wsamt idle
	is "$rc $out" "6 " "the number '$n'"
done
# Records that are none, and fewer than promised.
audit() {	# PROMISED RECORD...
	promised=$1; shift
	printf %s "<x:ReadRecords_OUTPUT xmlns:x='$amt/AMT_AuditLog'><x:TotalRecordCount>$promised</x:TotalRecordCount><x:RecordsReturned>$promised</x:RecordsReturned>$(printf '<x:EventRecords>%s</x:EventRecords>' "$@")<x:ReturnValue>0</x:ReturnValue></x:ReadRecords_OUTPUT>" >ReadRecords
}
good=ABAAAAAFYWRtaW5oAAAAAgAA
audit 3 AAAA $good '!'
run wsamt auditlog
is "$rc $out" "0 2025-04-16 19:07:44	admin	-	security: setup started" "one good record of three"
is "$(printf '%s\n' "$err" | grep -c 'a record of the audit log is left out')" 2 "the others are told"
audit 4294967295 $good
run timeout 20 wsamt auditlog
is "$rc $out" "6 " "fewer than promised"
has "$err" "promises 4294967295 records and gives 1" "says so"
# A great many of everything.
awk -v ns="$amt/AMT_EthernetPortSettings" 'BEGIN {
	printf "<x:AMT_EthernetPortSettings xmlns:x=\"%s\"><x:DHCPEnabled>true</x:DHCPEnabled>", ns
	for (i = 0; i < 30000; i++) printf "<x:LinkPolicy>1</x:LinkPolicy>"
	print "</x:AMT_EthernetPortSettings>" }' >AMT_EthernetPortSettings
run timeout 20 wsamt link s0-ac
is "$rc" 0 "30000 values where four are possible"
run timeout 20 wsamt link
is "$rc $out" "6 " "are not printed"
has "$err" "LinkPolicy: too long" "says so"
# The log of sessions, and screens that nobody has.
says AMT_RedirectionService $amt "<x:AccessLog>11/20/2026, 13:00:00, $evil</x:AccessLog><x:AccessLog>99/99/9, $evil</x:AccessLog>"
run wsamt sessions
is "$(printf '%s\n' "$out" | sed -n 's/^log	-	-	//p')" "a?ping?off??2J???b	2026-11-20 13:00:00
99/99/9, a?ping?off??2J???b	-" "a log with lines and tabs in it, and a date that is none"
says IPS_ScreenSettingData http://intel.com/wbem/wscim/1/ips-schema/1 \
    "$(yes '<x:IsActive>true</x:IsActive><x:ResolutionX>99999999999</x:ResolutionX><x:ResolutionY>-1</x:ResolutionY>' | head -n 1000)"
run timeout 20 wsamt diagnose
is "$rc $(wild)" "1 0" "a thousand screens of any size"
# Certificates that are none.
says AMT_PublicKeyCertificate $amt "<x:InstanceID>1</x:InstanceID><x:TrustedRootCertficate>true</x:TrustedRootCertficate><x:X509Certificate>$(head -c 300000 /dev/zero | base64 -w 0)</x:X509Certificate>"
run timeout 20 wsamt certs
is "$rc $out" "0 " "a certificate of 300 kB of nothing"
has "$err" "a AMT_PublicKeyCertificate is left out" "is left out"
done_testing
