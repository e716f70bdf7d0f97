#!/bin/sh
# SPDX-License-Identifier: MIT
# The login: one challenge a process, one try for a wrong password, and the
# password in nobody's sight.
. ./lib.sh
start_sim --power on
count() { state ".http.$1"; }
more_than() { [ "$(count requests)" -gt "$((requests + $1))" ]; }	# since noted
good=$AMT_PASSWORD

# Two connections and one extra request a process; then one request a call.
connections=$(count connections) requests=$(count requests)
wsamt power >/dev/null
is "$(($(count connections) - connections)) $(($(count requests) - requests))" "2 2" "one question: two connections, one extra request"
connections=$(count connections) requests=$(count requests)
wsamt sol off
is "$(($(count connections) - connections)) $(($(count requests) - requests))" "2 4" "three calls: the connection is kept, and the challenge"
is "$(count challenges)" 2 "a challenge each"

# A password that is wrong is tried once.
wrong() {	# TEXT COMMAND...
	text=$1; shift
	run "$@"
	is $rc 5 "$text: exit 5"
	has "$err" "127.0.0.1 refused the login of user" "$text: says so"
	has "$err" "not tried again" "$text: and is not tried again"
}
requests=$(count requests)
wrong "wrong password" env AMT_PASSWORD="x$good" wsamt power
is "$(($(count requests) - requests))" 2 "a challenge and one login attempt"
requests=$(count requests)
wrong "wrong user" wsamt -u nobody power off
is "$(($(count requests) - requests)) $(state .power)" "2 on" "one attempt here too, and nothing was done"
ctl fault http-deny
wrong "right password, locked account" wsamt power
ctl clear-faults

# An old nonce: a process that was let in before answers the new challenge,
# once; another would count as a second try.
ctl fault http-stale 1
run wsamt power
is $rc 5 "the machine forgets its challenge at the first login: exit 5"
has "$err" "has forgotten its challenge; try again" "says so"
ctl fault wsman-return 0
background wsamt --timeout 60 power --wait off
requests=$(count requests)
until_ok more_than 4
challenges=$(count challenges) requests=$(count requests)
ctl fault http-stale 1
until_ok more_than 4
is "$(($(count challenges) - challenges))" 1 "it forgets it later: answered"
ctl press held
wait "$pid"; is $? 0 "and the process did what it was told"
ctl clear-faults
wsamt power --wait on

for qop in 1 2; do
	ctl fault http-qop $qop
	is "$(wsamt power)" on "qop, variant $qop"
done
ctl clear-faults

# Where the password comes from.
unset AMT_PASSWORD
is "$(WSMAN_PASS=$good wsamt power)" on "WSMAN_PASS"
is "$(WSMAN_HOST=localhost WSMAN_PORT=16992 WSMAN_USER=admin WSMAN_PASS=$good AMT_HOST=nowhere.invalid wsamt power)" on "WSMAN_HOST, PORT, USER"
is "$(printf '%s\nmore\n' "$good" | wsamt --password-file - power)" on "standard input"
is "$(wsamt -p "$good" power)" on "-p"
run wsamt -p "$good" --show-config
has "$out" "password	given	option -p" "--show-config says whence, not what"
hasnt "$out$err" "$good" "the password is not shown"
run wsamt power
is $rc 2 "no password, no terminal"
has "$err" "wsamt: 127.0.0.1: no password" "which is all that it says"
run sh -c 'echo | wsamt --password-file - power'
is "$rc $err" "3 wsamt: 127.0.0.1: password from standard input: it is empty" "an empty one"
run ptyrun 'expect:Password of admin on 127.0.0.1: ' "send:$good
" expect:on -- wsamt power
is $rc 0 "asked for at a terminal"
hasnt "$out" "$good" "without showing it"
run ptyrun 'expect:Password of admin on 127.0.0.1: ' kill:2 -- wsamt power off
is "$rc $(state .power)" "130 on" "Ctrl-C at the question"
AMT_PASSWORD=$good; export AMT_PASSWORD

# In nobody's sight: log, errors, command line.
digest=$(printf 'D%s' "$good" | base64)
run wsamt -vvv -p "$good" invoke AMT_AuthorizationService AddUserAclEntryEx DigestUsername=joe DigestPassword="$digest" AccessPermission=2 Realms=3
hasnt "$out$err" "$good" "-vvv shows no password"
hasnt "$out$err" "$digest" "nor a digest that is one"
has "$err" "<DigestPassword>(secret)</DigestPassword>" "it is masked"
hasnt "$err" "Authorization:" "nor an Authorization header"
hasnt "$err" "response=" "nor a digest"
ctl fault http-silent
requests=$(count requests)
background env --default-signal=INT wsamt -p "$good" power
until_ok more_than 1
until_ok grep -q wsamt "/proc/$pid/cmdline"
hasnt "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "$good" "-p is gone from the command line"
kill -INT "$pid"; wait "$pid"; is $? 130 "Ctrl-C ends it at once, by the signal"
ctl clear-faults
is "$(wsamt power)" on "and the machine is as before"
done_testing
