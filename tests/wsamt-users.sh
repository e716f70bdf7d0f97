#!/bin/sh
# SPDX-License-Identifier: MIT
# Users: listed, made, changed, disabled and deleted, and they really log in.
. ./lib.sh
start_sim

users() { state '.users[] | "\(.name) \(.enabled) \(.access) \(.realms | join(","))"'; }
as() {	# USER PASSWORD COMMAND...
	u=$1 p=$2; shift 2
	AMT_PASSWORD=$p wsamt -u "$u" "$@"
}
pw="Pw1$(token)+"
is "$(wsamt userlst | head -1)" "admin	on	both	admin" "the administrator"
sets useradd bob "$pw" both info remotecontrol
shows "bob	on	both	remotecontrol,info" userlst
has "$(users)" "bob true both remotecontrol,info" "and so it is"
is "$(wsamt --json userlst | jq -c '.[] | select(.user == "bob")')" \
    '{"user":"bob","enabled":"on","access":"both","realms":["remotecontrol","info"]}' "as JSON"
is "$(as bob "$pw" power)" off "bob logs in"

# Rights by number; the password from standard input, or asked.
run sh -c 'echo "$1" | wsamt useradd eve - 1 2 13' sh "$pw"
is "$rc$err" 0 "a password from standard input"
shows "eve	on	remote	redirection,info" userlst
is "$(as eve "$pw" hostname)" "$(state .network.host_name)" "eve logs in"
refused 'DUPLICATE' useradd bob "$pw" both info

# Changes.
new="Pw2$(token)%"
sets userchg bob "$new"
shows "bob	on	both	remotecontrol,info" userlst
is "$(as bob "$new" power)" off "with the new password"
run as bob "$pw" power; is $rc 5 "and not with the old one"
sets userchg bob "$new" local
shows "bob	on	local	remotecontrol,info" userlst
sets userchg bob "$new" remote admin
shows "bob	on	remote	admin" userlst
gets on usermod bob
sets usermod bob off
gets off usermod bob
has "$(users)" "bob false" "and so it is"
run as bob "$new" power; is $rc 5 "a disabled user does not log in"
sets usermod bob on
sets usermod bob on
is "$(as bob "$new" power)" off "an enabled one does"
sets userdel bob
hasnt "$(wsamt userlst)" bob "deleted"
hasnt "$(users)" bob "and so it is"

# The administrator.
refused 'admin is the administrator and cannot be disabled' usermod admin off
refused 'admin is the administrator and cannot be deleted' userdel admin
run wsamt userchg admin "$new" both admin
is "$rc" 2 "the administrator has all rights"; has "$err" 'only the password can be changed' "says so"
sets userchg admin "$new"
run wsamt power; is $rc 5 "the old password is none any more"
AMT_PASSWORD=$new
gets off power

# One's own login is not taken away unawares.
own="Pw3$(token)+"
sets useradd amy "$own" both acl info
for c in 'usermod amy off' 'userdel amy'; do
	# shellcheck disable=SC2086 # words
	run as amy "$own" $c
	is "$rc" 7 "$c, by herself: refused"
	has "$err" 'amy is who this very command logs in as; say --force' "says so"
	# shellcheck disable=SC2086
	run as amy "$own" --force $c
	is "$rc$err" 0 "$c: forced"
	run as amy "$own" hostname
	is "$rc" 5 "$c: and so it is"
	wsamt usermod amy on 2>/dev/null
done
hasnt "$(users)" amy "she is gone"

# Nothing is sent.
wrong 'too many arguments' userlst bob
wrong 'AMT wants 8 to 32 characters, not 7' useradd amy 'Pw1xxx!' both info
wrong 'it has no special character' useradd amy 'Password1_' both info
wrong 'it has no capital letter' useradd amy 'password1!' both info
wrong 'it has no digit' userchg eve 'Password!'
wrong 'without " , and :' userchg eve 'Passw:rd1!'
wrong 'a user'"'"'s name has 1 to 16 characters' useradd amyamyamyamyamyam "$pw" both info
wrong 'names that begin with $$' useradd '$$amy' "$pw" both info
wrong 'is no access: local (0), remote (1) or both (2)' useradd amy "$pw" net info
wrong '"infos" is no realm; did you mean "info"?' useradd amy "$pw" both infos
for realm in 0 1 22 23 25; do
	wrong "\"$realm\" is no realm: they are in wsamt(1)" useradd amy "$pw" both $realm
done
wrong 'is ASCII without blanks' useradd 'a my' "$pw" both info
for c in 'usermod $$OsAdmin off' 'userdel $$OsAdmin' "userchg \$\$OsAdmin $pw"; do
	# shellcheck disable=SC2086 # words
	wrong 'names that begin with $$ are the firmware' $c
done
wrong 'neither on nor off' usermod eve yes
wrong 'missing arguments' userdel

# The machine says no.
refused 'there is no user "amy"' userchg amy "$pw"
refused 'there is no user "amy"' usermod amy on
refused 'there is no user "amy"' userdel amy
ctl fault wsman-return 2054
refused 'the password does not meet' userlst
refused 'INVALID_PASSWORD' useradd amy "$pw" both info
ctl clear-faults

# The password is in no list of processes and in no trace.
sets useradd amy "$pw" local 13
run wsamt -vvv userchg amy "$new"
is $rc 0 "traced"
hasnt "$err" "$new" "no password in the trace"
has "$err" "<DigestPassword>(secret)" "nor its digest"
is "$(ctl violations)" "" "no violation"

# A change that cannot be looked at again is not said to be done: the line is
# cut at the request that looks, and at its repetition.
calls=$(state .http.calls)
sets usermod amy off
looks=$(($(state .http.calls) - calls - 1))
sets usermod amy on
background cut-relay 17000 17001 "nc=$(printf %08x $looks)," before 1
background cut-relay 17001 16992 "nc=$(printf %08x $((looks + 1)))," before 1
until_ok curl -s -o "$T/page" "http://127.0.0.1:17000/"
run wsamt -P 17000 usermod amy off
is "$rc $out" "4 " "cut when it looks again: not done"
has "$err" "without an answer" "says so"
gets off usermod amy

# A password from a terminal is asked twice.
cat >"$T/ask" <<'END'
set timeout 20
spawn -noecho wsamt useradd $env(WHO) - both info
expect "New password: "; send "$env(ONE)\r"
expect "Again: "; send "$env(TWO)\r"
expect eof
exit [lindex [wait] 3]
END
if command -v expect >/dev/null; then
	WHO=joe ONE=$pw TWO=$pw run expect "$T/ask"
	is $rc 0 "asked twice"; hasnt "$out" "$pw" "and not echoed"
	is "$(as joe "$pw" power)" off "joe logs in"
	WHO=jim ONE=$pw TWO=$new run expect "$T/ask"
	is $rc 2 "two that differ"; has "$out" "the two are not the same" "says so"
else
	skip "no expect"
fi
stop_sim
done_testing
