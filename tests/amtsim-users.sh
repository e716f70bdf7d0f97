# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Users made over WS-Man by a stranger, curl, are those that log in: a hash
# is all the device gets, and both doors judge by it.
ANYWHERE=yes
. ./lib.sh
. ./wsman.sh
start_sim --profile 11
admin_pass=$AMT_PASSWORD
realm=$(state .digest_realm)
hash() { printf %s "$1:$realm:$2" | openssl dgst -md5 -binary | base64; }
acl() { invoke AMT_AuthorizationService "$@"; }
by() { ws_user=$1 AMT_PASSWORD=$2; }	# who asks from now on
may() { get AMT_GeneralSettings; is "$status" "$1" "$2"; }
add() {	# NAME PASSWORD ACCESS [REALM...]; the handle is in $handle
	inputs="<DigestUsername>$1</DigestUsername><DigestPassword>$(hash "$1" "$2")</DigestPassword><AccessPermission>$3</AccessPermission>"
	shift 3
	for r; do inputs="$inputs<Realms>$r</Realms>"; done
	acl AddUserAclEntryEx "$inputs"
	handle=$(value Handle)
}

# A user is added and logs in, with what he was given and no more.
bob="Bb1!$(token)"
add bob "$bob" 2 13
is "$status $(value ReturnValue)" "200 0" "AddUserAclEntryEx"
first=$handle
by bob "$bob"
may 200 "bob logs in"
power 2
is "$status $(subcode)" "400 AccessDenied" "but may not switch power"
by admin "$admin_pass"
acl GetUserAclEntryEx "<Handle>$first</Handle>"
is "$(value DigestUsername) $(value AccessPermission) $(value Realms)" "bob 2 13" "GetUserAclEntryEx"
hasnt "$out" DigestPassword "gives no hash"

# Update: what is left out stays; a new name needs a new hash.
acl UpdateUserAclEntryEx "<Handle>$first</Handle><AccessPermission>2</AccessPermission><Realms>5</Realms><Realms>13</Realms>"
is "$(value ReturnValue) $(state '.users[1].realms | join(" ")')" "0 remotecontrol info" "UpdateUserAclEntryEx of the realms"
by bob "$bob"
power 2
is "$(value ReturnValue)" 0 "bob may switch power now"
by admin "$admin_pass"
acl UpdateUserAclEntryEx "<Handle>$first</Handle><DigestUsername>rob</DigestUsername><AccessPermission>2</AccessPermission>"
is "$(value ReturnValue)" 2054 "a new name without a password"
bob2="Bb2!$(token)"
acl UpdateUserAclEntryEx "<Handle>$first</Handle><DigestUsername>rob</DigestUsername><DigestPassword>$(hash rob "$bob2")</DigestPassword><AccessPermission>2</AccessPermission>"
is "$(value ReturnValue)" 0 "a new name with one"
by bob "$bob"
may 401 "the old name is gone"
by rob "$bob2"
may 200 "the new one logs in"

# Disabled, enabled, local only, removed.
by admin "$admin_pass"
acl SetAclEnabledState "<Handle>$first</Handle><Enabled>false</Enabled>"
is "$(value ReturnValue)" 0 "SetAclEnabledState false"
acl GetAclEnabledState "<Handle>$first</Handle>"
is "$(value Enabled)" false "GetAclEnabledState"
by rob "$bob2"
may 401 "a disabled user does not log in"
by admin "$admin_pass"
acl SetAclEnabledState "<Handle>$first</Handle><Enabled>true</Enabled>"
acl UpdateUserAclEntryEx "<Handle>$first</Handle><AccessPermission>0</AccessPermission>"
by rob "$bob2"
may 401 "nor a local one from the network"
by admin "$admin_pass"
acl RemoveUserAclEntry "<Handle>$first</Handle>"
is "$(value ReturnValue) $(state '.users | length')" "0 1" "RemoveUserAclEntry"
acl GetUserAclEntryEx "<Handle>$first</Handle>"
is "$(value ReturnValue)" 2053 "no such handle any more"

# What is refused.
for bad in 'a,b' '$$uns' seventeen-letters '' 'a b'; do
	add "$bad" x 2
	is "$(value ReturnValue)" 12 "the name \"$bad\""
done
add eve x 3
is "$(value ReturnValue)" 36 "an access that is none"
add eve x 2 22
is "$(value ReturnValue)" 2055 "a realm that is none"
add admin x 2
is "$(value ReturnValue)" 2058 "the name of the admin"
acl AddUserAclEntryEx "<DigestUsername>eve</DigestUsername><DigestPassword>AAECAwQF</DigestPassword><AccessPermission>2</AccessPermission>"
is "$(value ReturnValue)" 2054 "a hash that is too short"
acl AddUserAclEntryEx "<DigestUsername>eve</DigestUsername><DigestPassword>not base64!</DigestPassword><AccessPermission>2</AccessPermission>"
is "$status $(subcode)" "400 SchemaValidationError" "and one that is not base64"
acl AddUserAclEntryEx "<AccessPermission>2</AccessPermission><DigestUsername>eve</DigestUsername>"
is "$status $(subcode)" "400 SchemaValidationError" "inputs out of order"
acl AddUserAclEntryEx "<DigestUsername>eve</DigestUsername><AccessPermission>2</AccessPermission>"
is "$(value ReturnValue)" 36 "no password at all"

# Kerberos users are listed like others; S-1-5-21-1-2-3-500.
sid=AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAA9AEAAA==
acl AddUserAclEntryEx "<KerberosUserSid>$sid</KerberosUserSid><AccessPermission>2</AccessPermission><Realms>3</Realms>"
is "$(value ReturnValue)" 0 "a Kerberos user"
acl GetUserAclEntryEx "<Handle>$(value Handle)</Handle>"
is "$(value KerberosUserSid) $(value DigestUsername)" "$sid " "GetUserAclEntryEx of it"
by '' ''
may 401 "nobody logs in without a name"
by admin "$admin_pass"

# Until it is full; the list comes in pages.
i=0
while add "u$i" x 2 2; [ -n "$handle" ]; do i=$((i + 1)); done
is "$(value ReturnValue) $(state '.users | length')" "23 16" "no more room after $i"
got=0 pages=0 total=1
while [ $got -lt "$total" ]; do
	acl EnumerateUserAclEntries "<StartIndex>$((got + 1))</StartIndex>"
	total=$(value TotalCount) n=$(value HandlesCount)
	is "$(printf %s "$out" | grep -o '<g:Handles>' | wc -l)" "$n" "a page of $n"
	got=$((got + n)) pages=$((pages + 1))
	[ $pages -lt 20 ] || break
done
is "$got $pages" "15 3" "all of them"
acl EnumerateUserAclEntries "<StartIndex>16</StartIndex>"
is "$(value ReturnValue)" 35 "behind the last"

# The admin: a new name and password, at once.
new="Ad9!$(token)"
acl SetAdminAclEntryEx "<Username>u1</Username><DigestPassword>$(hash u1 "$new")</DigestPassword>"
is "$(value ReturnValue)" 2058 "not the name of another"
acl SetAdminAclEntryEx "<Username>boss</Username><DigestPassword>$(hash boss "$new")</DigestPassword>"
is "$(value ReturnValue)" 0 "SetAdminAclEntryEx"
may 401 "the old admin is nobody"
by boss "$new"
acl GetAdminAclEntry
is "$status $(value Username)" "200 boss" "GetAdminAclEntry"
stop_sim
done_testing
