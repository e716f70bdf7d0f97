# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034
# WS-Management spoken with curl, for stories about amtsim: a client that
# shares nothing with wsamt.  Source it after lib.sh.
#
#	ws ACTION CLASS [BODY [SELECTORS [HEADERS]]]
#	post XML		both set $status (of the last answer), $ended
#				(curl's exit: 52 no answer) and $out
#	get CLASS	put CLASS ELEMENTS	invoke CLASS METHOD [INPUTS]
#	enumerate CLASS		pull CLASS CONTEXT [MAX]
#	value NAME		text of the first such element of $out
#	names			local names in $out's body, one a line
#	lines FILE		the instances in it: "name, tab, value" a line,
#				an empty line behind each
s_ns=http://www.w3.org/2003/05/soap-envelope
a_ns=http://schemas.xmlsoap.org/ws/2004/08/addressing
w_ns=http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd
x_ns=http://schemas.xmlsoap.org/ws/2004/09/transfer
n_ns=http://schemas.xmlsoap.org/ws/2004/09/enumeration
anonymous=$a_ns/role/anonymous
s_open="<s:Envelope xmlns:s=\"$s_ns\" xmlns:a=\"$a_ns\" xmlns:w=\"$w_ns\" xmlns:n=\"$n_ns\">"
ws_id=0 ws_user=admin ws_password='' ws_url='' ws_curl='' status='' ended=''
uri() {
	case $1 in
	AMT_*) echo "http://intel.com/wbem/wscim/1/amt-schema/1/$1" ;;
	CIM_*) echo "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/$1" ;;
	*) echo "http://intel.com/wbem/wscim/1/ips-schema/1/$1" ;;
	esac
}
post() {
	printf '%s' "$1" >"$T/request.xml"
	: >"$T/answer.xml"
	# shellcheck disable=SC2086 # options are words
	status=$(curl -s -m 120 --digest -K - -H Expect: -D "$T/headers" \
	    -H 'Content-Type: application/soap+xml;charset=UTF-8' $ws_curl \
	    --data-binary "@$T/request.xml" -o "$T/answer.xml" \
	    -w '%{http_code}' "${ws_url:-http://$AMT_HOST:16992/wsman}" <<-END
		user = "$ws_user:${ws_password:-$AMT_PASSWORD}"
	END
	)
	ended=$?
	out=$(cat "$T/answer.xml")
}
ws() {
	post "$s_open<s:Header><a:Action>$1</a:Action><a:To>/wsman</a:To><w:ResourceURI>$(uri "$2")</w:ResourceURI><a:MessageID>$((ws_id += 1))</a:MessageID><a:ReplyTo><a:Address>$anonymous</a:Address></a:ReplyTo>${5:-}${4:+<w:SelectorSet>$4</w:SelectorSet>}</s:Header><s:Body>${3:-}</s:Body></s:Envelope>"
}
get() { ws "$x_ns/Get" "$1" '' "${2:-}"; }
put() { ws "$x_ns/Put" "$1" "<$1 xmlns=\"$(uri "$1")\">$2</$1>" "${3:-}"; }
invoke() { ws "$(uri "$1")/$2" "$1" "<$2_INPUT xmlns=\"$(uri "$1")\">${3:-}</$2_INPUT>"; }
enumerate() { ws "$n_ns/Enumerate" "$1" "<n:Enumerate>${2:-}</n:Enumerate>"; }
pull() {
	ws "$n_ns/Pull" "$1" "<n:Pull><n:EnumerationContext>$2</n:EnumerationContext>${3:+<n:MaxElements>$3</n:MaxElements>}</n:Pull>"
}
selector() { echo "<w:Selector Name=\"$1\">$2</w:Selector>"; }
epr() {	# CLASS NAME VALUE
	echo "<a:Address>$anonymous</a:Address><a:ReferenceParameters><w:ResourceURI>$(uri "$1")</w:ResourceURI><w:SelectorSet>$(selector "$2" "$3")</w:SelectorSet></a:ReferenceParameters>"
}
value() { printf '%s' "$out" | tr -d '\n' | sed -n "s/<[a-z]*:\{0,1\}$1[ >]/\n&/;s/.*\n<[^>]*>\([^<]*\)<.*/\1/p"; }
names() {
	tr -d '\n' <"$1" | sed 's/.*:Body>\(.*\)<\/[a-z]*:Body>.*/\1/' |
	    grep -o '<[a-z]*:[A-Za-z0-9]*' | sed 's/.*://' | sort -u
}
lines() {	# FILE
	awk 'BEGIN { RS = "<" }
	function name(s) { sub(/^\//, "", s); sub(/[ \/].*/, "", s); sub(/.*:/, "", s); return s }
	NR == 1 || /^\?/ { next }
	/^\// {
		if (top && depth == top + 1) print property "\t" value
		if (top && depth == top) { print ""; top = 0 }
		depth--
		next
	}
	{
		at = index($0, ">"); tag = substr($0, 1, at - 1); text = substr($0, at + 1)
		if (text ~ /\n/) gsub(/^[ \t\n]+|[ \t\n]+$/, "", text)	# indented
		n = name(tag); depth++
		if (n == "Body")
			body = depth
		else if (!body)
			;
		else if (!top && n !~ /^(PullResponse|Items|EndOfSequence|EnumerationContext)$/)
			top = depth
		else if (top && depth == top + 1) {
			property = n; value = text
		} else if (n == "ResourceURI") {
			sub(/.*\//, "", text); value = value "@" text "?"; sep = ""
		} else if (n == "Selector") {
			gsub(/.*Name= *"|"$/, "", tag); value = value sep tag "=" text; sep = ","
		} else if (top && n != "Address")
			value = value text
		if (tag ~ /\/$/) {	# an element without content
			if (top && depth == top + 1) print property "\t"
			if (top && depth == top) { print ""; top = 0 }
			depth--
		}
	}' "$1"
}
fault() { value Value | sed 's/.*://'; }	# of the code; subcode:
subcode() { printf '%s' "$out" | sed -n 's/.*<a:Subcode><a:Value>[a-z]:\([^<]*\)<.*/\1/p'; }
power() {	# ask for a power state
	invoke CIM_PowerManagementService RequestPowerStateChange "<PowerState>$1</PowerState><ManagedElement>$(epr CIM_ComputerSystem Name ManagedSystem)</ManagedElement>"
}
on() { [ "$(state .power)" = on ]; }
violations() { ctl violations; }
