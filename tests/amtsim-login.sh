# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The HTTP login: digest, who may come in by which door, what each may do.
. ./lib.sh
. ./wsman.sh
ip addr add 127.0.0.2/8 dev lo 2>/dev/null
export AMT_PASSWORD_bob=Bb1!bob AMT_PASSWORD_eve=Ee1!eve AMT_PASSWORD_lou=Ll1!lou
start_sim --user bob:remote:remotecontrol --user eve:local:admin \
    --user lou:both:redirection --local-address 127.0.0.2
right=$AMT_PASSWORD

get AMT_GeneralSettings
is "$status $(state .http.challenges) $(state .http.calls)" "200 1 1" "one challenge, one call"
is "$(state .http.connections) $(state .http.requests)" "2 2" "a 401 ends its connection"

AMT_PASSWORD=Wrong1!$(token)
get AMT_GeneralSettings
is "$status" 401 "wrong password"
has "$(cat "$T/headers")" "WWW-Authenticate: Digest realm=\"$(state .digest_realm)\", nonce=" "its challenge"
has "$(cat "$T/headers")" "Connection: close" "it closes"
hasnt "$(cat "$T/headers")" 'stale="true"' "and is not called stale"
is "$(state .http.calls)" 1 "it did not get in"
ws_user=Admin AMT_PASSWORD=$right
get AMT_GeneralSettings
is "$status" 401 "names are case-sensitive"

ws_user=bob AMT_PASSWORD=$AMT_PASSWORD_bob
power 2
is "$status $(value ReturnValue)" "200 0" "a user with the realm RemoteControl"
get AMT_RedirectionService
is "$status $(subcode)" "400 AccessDenied" "has no other"
ws_url=http://127.0.0.2:16992/wsman
power 10
is "$status" 401 "one for the network is refused on the machine itself"
ws_user=eve AMT_PASSWORD=$AMT_PASSWORD_eve
get AMT_GeneralSettings
is "$status" 200 "one for the machine itself enters there"
ws_url=
get AMT_GeneralSettings
is "$status" 401 "and not from the network"
ws_user=lou AMT_PASSWORD=$AMT_PASSWORD_lou
get AMT_RedirectionService
is "$status" 200 "realm Redirection reads the redirection service"
invoke AMT_RedirectionService RequestStateChange "<RequestedState>32768</RequestedState>"
is "$status $(subcode)" "400 AccessDenied" "but its state is the administrator's"
ws_user=admin AMT_PASSWORD=$right

# Users are listed as AMT does: without the admin.
invoke AMT_AuthorizationService EnumerateUserAclEntries "<StartIndex>1</StartIndex>"
is "$(value TotalCount) $(value HandlesCount)" "3 3" "EnumerateUserAclEntries"
handle=$(value Handles)
invoke AMT_AuthorizationService GetUserAclEntryEx "<Handle>$handle</Handle>"
is "$(value DigestUsername) $(value AccessPermission) $(value Realms)" "bob 1 5" "GetUserAclEntryEx"
invoke AMT_AuthorizationService GetUserAclEntryEx "<Handle>4711</Handle>"
is "$(value ReturnValue)" 2053 "an unknown handle"
is "$(violations)" "" "so far nothing a correct client does not do"

# Nonces: forgotten ones are stale, not wrong.
ctl fault http-stale
: >"$T/empty"
get AMT_GeneralSettings
is "$status" 200 "curl answers a stale nonce by itself"
ctl fault http-qop 1
get AMT_GeneralSettings
has "$(cat "$T/headers")" 'qop="auth-int"' "only auth-int is offered"
ctl clear-faults
ctl fault http-deny 2
get AMT_GeneralSettings
is "$status" 401 "denied on request"
ctl clear-faults
ctl fault http-lockout 2
for p in a b; do AMT_PASSWORD=Wrong1!$p; get AMT_GeneralSettings; done
AMT_PASSWORD=$right
get AMT_GeneralSettings
is "$status" 401 "locked out: the right password is refused too"
ctl clear-faults
get AMT_GeneralSettings
is "$status" 200 "and works again"

# An answer made by hand: the uri must be the request line's.
challenge=$(curl -s -D - -o "$T/page" -d '' "http://127.0.0.1:16992/wsman" | tr -d '\r' | grep ^WWW)
nonce=$(echo "$challenge" | sed 's/.*nonce="\([^"]*\)".*/\1/')
realm=$(state .digest_realm)
md5() { printf %s "$1" | md5sum | cut -c1-32; }
try() {	# URI NC QOP [BODY-DIGEST]
	r=$(md5 "$(md5 "admin:$realm:$right"):$nonce:$2:abc:$3:$(md5 "POST:$1${4:+:$4}")")
	curl -s -o "$T/answer.xml" -w '%{http_code}' -H "Authorization: Digest username=\"admin\", realm=\"$realm\", nonce=\"$nonce\", uri=\"$1\", qop=$3, nc=$2, cnonce=\"abc\", response=\"$r\"" \
	    --data-binary "@$T/request.xml" http://127.0.0.1:16992/wsman
}
is "$(try /wsman 00000001 auth)" 200 "an answer made by hand"
is "$(try //wsman 00000002 auth)" 401 "the uri of another request"
is "$(try /wsman 2 auth)" 401 "nc of one digit"
is "$(try /wsman 00000003 auth-conf)" 401 "a qop that was not offered"
is "$(try /wsman 00000001 auth)" 200 "nc is not checked, as firmware does not"
ctl fault http-qop 2
body=$(md5sum <"$T/request.xml" | cut -c1-32)
is "$(try /wsman 00000010 auth-int "$body")" 200 "auth-int, when it is offered"
is "$(try /wsman 00000011 auth-int "$(md5 other)")" 401 "auth-int of another body"
ctl clear-faults
for v in "digest uri differs" "nc is not eight" "qop was not offered" "nc did not grow"; do
	has "$(violations)" "$v" "but noted: $v"
done
done_testing
