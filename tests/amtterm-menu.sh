# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The menu behind the escape key: state, looking only, and power orders by
# wsamt, which gets the password by a descriptor.  Orders that AMT refuses
# while a session is open end it first.
. ./lib.sh
k=$(printf '\035')
person() {	# WHAT STEP...: at a console, until ^] q
	what=$1; shift
	run ptyrun 'expect:? helps' raw "$@" "send:${k}q" -- amtterm -v
	is "$rc ${err##*, }" "0 terminal restored" "$what"
}
counts() { state '.orders | "\(.ons) \(.offs) \(.cycles) \(.resets)"'; }
start_sim --power on --pace 0
until_ok host_echoes
before=$(counts)
t=$(token) u=$(token)
person "state, looking only, help" \
    "send:${k}s" "expect:connected for " "expect:plain" "expect:session 1" "expect:host is on" \
    "send:${k}o" "expect:looking only" "send:$t" "send:${k}s" "expect:; looking only" \
    "send:${k}o" "expect:what you type is sent" "send:$u" "expect:$u" \
    "send:${k}?" "expect:^] q ends" "expect:^] p power" "expect:^] ^] sends ^]"
hasnt "$out" "$t" "what is typed while looking only does not arrive"
person "questions answered with no" \
    "send:${k}pfn" "expect:n on, f off, c cycle, r reset" \
    "expect:power off, without asking its operating system?  y: yes" "expect:nothing is done" \
    "send:${k}px" "expect:nothing is done" "send:${k}pr${k}" "expect:nothing is done" \
    "send:$u" "expect:$u"
is "$(counts)" "$before" "and no order was given"

person "reset: in the open session" "send:${k}pry" "expect:power reset: done" "expect:BOOT disk"
hasnt "$out" "again" "which goes on"
person "off: ends the session, connects again; on" \
    "send:${k}pfy" "expect:power off: done" "expect:connected again" "expect:host is off" \
    "send:${k}pny" "expect:power on: done" "expect:BOOT disk"
person "cycle: sees the machine start" \
    "send:${k}pcy" "expect:power cycle: done" "expect:connected again" "expect:BOOT disk"
is "$(counts)" "$(echo "$before" | awk '{ print $1 + 1, $2 + 1, $3 + 1, $4 + 1 }')" "each order was given once"
run ptyrun 'expect:? helps' raw "send:${k}pcy${k}q" -- amtterm
is "$rc" 0 "an order, and ^] q at once"
has "$out" "power cycle: not done" "says that it was not given"
until_ok session_is_closed sol
is "$(ctl violations)" "" "nothing that firmware would mind"

# What wsamt is told, and that its failure is told.
mkdir "$T/bin"
cat >"$T/bin/wsamt" <<'END'
#!/bin/sh
printf '%s\n' "$*" >"$T/args"
env >"$T/env"
cat /dev/fd/3 >"$T/password"
echo "wsamt: no such luck" >&2
exit 7
END
chmod 755 "$T/bin/wsamt"
p=$AMT_PASSWORD path=$PATH
PATH=$T/bin:$PATH
person "an order that fails" "send:${k}pfy" "expect:wsamt: no such luck" \
    "expect:power off failed: wsamt ended with status 7" "expect:connected again" "send:$u" "expect:$u"
is "$(cat "$T/args")" "-h 127.0.0.1 -u admin --password-file /dev/fd/3 power off" "wsamt's words"
is "$(cat "$T/password")" "$p" "the password comes by descriptor"
hasnt "$(cat "$T/args" "$T/env")" "$p" "and by no other way"
run ptyrun 'expect:? helps' "send:${k}pry" 'expect:wsamt ended with status 7' "send:${k}q" -- \
    env --ignore-signal=CHLD amtterm
is "$rc" 0 "also where SIGCHLD is ignored"
touch "$T/none"
run ptyrun 'expect:? helps' "send:${k}pry" 'expect:failed' "send:${k}q" -- \
    amtterm --plain --config "$T/none" 127.0.0.1:16994
is "$(cat "$T/args")" "-h 127.0.0.1 -u admin --password-file /dev/fd/3 --config $T/none --plain power reset" \
    "what we were told of the machine, it is told, but for the port"
printf '#!/bin/sh\nexec sleep 1\n' >"$T/bin/wsamt"
run ptyrun 'expect:? helps' raw "send:${k}pry${k}q" -- amtterm
has "$out" "power reset: its outcome was not waited for" "^] q while wsamt runs: that is said"
rm "$T/bin/wsamt"
PATH=$T/bin:$O/tests/helpers:/usr/bin:/bin
run ptyrun 'expect:? helps' "send:${k}pcy" 'expect:wsamt: No such file' 'expect:connected again' \
    "send:${k}q" -- "$O/amtterm/amtterm"
is "$rc" 0 "no wsamt: says so, and connects again"
PATH=$path
done_testing
