#!/bin/sh
# SPDX-License-Identifier: MIT
# A cluster fences a machine: what it gives on standard input, what it gets,
# by the fence agents' conventions; and what it must never be told.
. ./lib.sh
agent() { printf '%s\n' "$@" >"$T/in"; run fence_wsamt <"$T/in"; }
ordered() { state '.orders | "\(.ons) \(.cycles) \(.resets)"'; }
start_sim
at=$AMT_HOST good=$AMT_PASSWORD
machine=ip=$at
unset AMT_HOST AMT_PASSWORD

agent "$machine" "password=$good" action=status
is "$rc $out" "2 Status: OFF" "status of a machine that is off: 2"
agent "$machine" "password=$good" action=on
is "$rc $out" "0 Success: Powered ON" "on"
is "$(state .power)" on "and it is on"
agent "$machine" "password=$good" action=on
is "$rc $out" "0 Success: Already ON" "on once more"
agent "$machine" "password=$good" action=status
is "$rc $out" "0 Status: ON" "status of a machine that is on: 0"
agent "$machine" "password=$good" action=monitor
is "$rc $out$err" "0 " "monitor: 0, silent"
is "$(ordered)" "1 0 0" "one order until here"
agent '# a comment' '' "$machine" 'nodename=node1' "passwd=\"$good\"" 'login=admin' 'power-timeout=30' option=off
is "$rc $out$err" "0 Success: Rebootedfence_wsamt: ignoring the unknown option \"option\"" "older names, quotes, hyphens, comments; reboot is the default"
is "$(ordered) $(state .power)" "2 0 0 on" "off, then on"
agent "$machine" "password=$good" action=OFF power_wait=1
is "$rc $out $(state .power)" "0 Success: Powered OFF off" "off"
agent "$machine" "password=$good" action=off
is "$rc $out" "0 Success: Already OFF" "off once more"
agent "$machine" "password=$good" action=reboot
is "$rc $out $(ordered)" "0 Success: Rebooted 3 0 0" "reboot of a machine that is off: on"
agent "$machine" "password=$good" action=reboot method=cycle
is "$rc $out $(ordered)" "0 Success: Rebooted 3 1 0" "method=cycle"

agent "ip=$at,$at" "password=$good" action=off
is "$rc $out $(state .power)" "1  on" "a list of machines: 1"
has "$err" "this takes one at a time" "and it says so"

# The same on the command line.
run fence_wsamt -a "$at" -p "$good" -o status
is "$rc $out" "0 Status: ON" "short options"
run fence_wsamt "-vqa$at" --password="$good" --action status
is "$rc $out$err" "0 Status: ON" "joined and long options; -q"
run fence_wsamt -v "--ip=$at" --password="$good" --action=on
has "$err" "connected to port" "-v says more"

# A console that is open must not keep a machine from being fenced.
export AMT_HOST="$at" AMT_PASSWORD="$good"
wsamt sol on; wsamt redirport on
# shellcheck disable=SC2119 # no options
open_console
unset AMT_HOST AMT_PASSWORD
agent "$machine" "password=$good" action=off
is "$rc $out $(state .power)" "1  on" "off while somebody has the console: 1"
has "$err" "close it first" "and it says why"
agent "$machine" "password=$good" action=reboot
is "$rc $out $(ordered)" "0 Success: Rebooted 3 1 1" "reboot then: reset"
has "$err" "$at is reset instead" "and it says so"
agent "$machine" "password=$good" action=reboot method=cycle
is "$rc $out $(ordered)" "0 Success: Rebooted 3 1 2" "cycle then: reset"
close_console

# Failures: 1, never 0 or 2.
agent "$machine" "password=$good" action=on
ctl fault wsman-return 0
agent "$machine" "password=$good" action=off power_timeout=1
is "$rc $out" "1 " "it says yes and stays on: 1"
has "$err" "still on after 1 s" "and says so"
ctl clear-faults
ctl fault http-silent
agent "$machine" "password=$good" action=status login_timeout=1
is "$rc $out" "1 " "silent: 1"
has "$err" "the state of $at is not known" "and says so"
ctl clear-faults
agent "$machine" "password=x$good" action=off
is "$rc $out $(state .power)" "1  on" "wrong password: 1"
agent "$machine" ipport=9 "password=$good" action=monitor
is "$rc $out" "1 " "nobody there: 1"
requests=$(state .http.requests)
for bad in method=reset delay=soon power_timeout=0 retry_on=010 ssl=perhaps; do
	agent "$machine" "password=$good" "$bad"
	is "$rc $out" "1 " "$bad: 1"
	has "$err" "${bad%%=*}" "$bad: says so"
done
agent "$machine" action=explode
is "$rc$err" "1fence_wsamt: \"explode\" is no action: on, off, reboot, status, monitor, list, validate-all, metadata" "no such action"
agent "password=$good" action=status
is "$rc $out$err" "1 fence_wsamt: no machine: give ip, or plug" "no machine"
run fence_wsamt --frobnicate; is "$rc$err" "1fence_wsamt: unknown option --frobnicate; see --help" "unknown option"
run fence_wsamt -o; is "$rc$err" "1fence_wsamt: option -o needs an argument; see --help" "no argument"
agent "$machine" "password=$good" action=list
is "$rc $out" "0 N/A" "list: a machine has no outlets"
agent "$machine" "password=$good" action=validate-all
is "$rc $out$err" "0 " "validate-all: right"
agent "$machine" "pin=123" action=validate-all
is "$rc $out" "1 " "validate-all: wrong"
is "$(state .http.requests)" "$requests" "nothing was sent for all that"

# A cluster's nodes by their names in amt.conf(5); the password is there, or
# a program tells it, or the unit has it.
mkdir -p "$HOME/.config/amt"
printf '%s\n' "$good" >"$T/secret"
chmod 600 "$T/secret"
printf 'host node1\n\taddress %s\n\tpassword file %s\n' "$at" "$T/secret" >"$HOME/.config/amt/amt.conf"
agent port=node1 action=status
is "$rc $out" "0 Status: ON" "plug, a name of amt.conf(5)"
agent port=node2 action=status
is "$rc $out" "1 " "another name is no machine"
agent "$machine" "password_script=cat '$T/secret'" action=status
is "$rc $out" "0 Status: ON" "password_script"
agent "$machine" password_script=false action=status
is "$rc $out" "1 " "password_script that fails"

# The password is in nobody's sight but on the descriptor.
mkdir "$T/bin"
cat >"$T/bin/wsamt" <<END
#!/bin/sh
tr '\\0' ' ' </proc/\$\$/cmdline >>"$T/seen"
tr '\\0' ' ' </proc/\$\$/environ >>"$T/seen"
exec "$O/wsamt/wsamt" "\$@"
END
chmod +x "$T/bin/wsamt"
printf '%s\n' "$machine" "password=$good" action=status >"$T/in"
PATH=$T/bin:$PATH run fence_wsamt <"$T/in"
is "$rc $out" "0 Status: ON" "with a witness"
has "$(cat "$T/seen")" /dev/fd/3 "who saw a descriptor"
hasnt "$(cat "$T/seen")" "$good" "and no password"

# Asleep is not off: it would go on where it was.  amtsim does not sleep.
cat >"$T/bin/wsamt" <<'END'
#!/bin/sh
while [ "$1" != power ]; do shift; done
if [ $# -eq 1 ]; then cat "$T/power"; else echo "$*" >>"$T/orders"; echo "$2" >"$T/power"; fi
exit "$(cat "$T/rc")"
END
asleep() { echo 0 >"$T/rc"; echo "$1" >"$T/power"; : >"$T/orders"; shift; PATH=$T/bin:$PATH; agent "$machine" "$@"; PATH=${PATH#*:}; }
asleep sleep action=status
is "$rc $out" "0 Status: ON" "asleep counts as on"
has "$err" "is in sleep, which is not off" "and says so"
asleep hibernate action=off
is "$rc $out $(cat "$T/orders")" "0 Success: Powered OFF power off --wait" "hibernated: off switches it off"
asleep hibernate action=reboot method=cycle
is "$rc $(tr '\n' ' ' <"$T/orders")" "0 power off --wait power on --wait " "hibernated: never only on"
asleep unknown action=off
is "$rc $out$(cat "$T/orders")" "1 " "a state nobody knows: 1"

# Metadata.
run fence_wsamt -o metadata
is "$rc$err" 0 "metadata"
printf '%s\n' "$out" >"$T/metadata.xml"
is "$(echo action=metadata | fence_wsamt)" "$out" "the same from standard input"
run xmllint --noout --relaxng /usr/share/cluster/relaxng/metadata.rng "$T/metadata.xml"
is "$rc $err" "0 $T/metadata.xml validates" "by the fence agents' grammar"
xml() { xmllint --xpath "$1" "$T/metadata.xml"; }
is "$(xml 'string(/resource-agent/@name)')" fence_wsamt "its name"
is "$(xml 'count(//action[@name="on" or @name="off" or @name="reboot" or @name="status" or @name="monitor" or @name="metadata" or @name="validate-all"])')" 7 "seven actions"
is "$(xml 'count(//action[@name="list"])')" 0 "list is none: it tells no machines"
is "$(xml 'string(//parameter[@name="action"]/content/@default)')" reboot "reboot is the default"
for p in ip ipaddr plug port username login password passwd method delay; do
	is "$(xml "count(//parameter[@name='$p'])")" 1 "parameter $p"
done
# Every parameter is in the page, and every one is taken.
for p in $(xml '//parameter/@name' | sed 's/.*"\(.*\)"/\1/'); do
	grep -qE "^\.It Cm .*\\b$p\\b" "$TOP/scripts/fence_wsamt.8" || fail "$p is in the page"
	agent "$p=" action=metadata
	hasnt "$err" unknown "$p is taken"
done

# And by Pacemaker, which looks for agents in /usr/sbin only.
mkdir "$T/sbin"
cp /usr/sbin/stonith_admin "$TOP/scripts/fence_wsamt" "$T/sbin/"
pacemaker() { unshare -m sh -c 'mount --bind "$T/sbin" /usr/sbin && exec /usr/sbin/stonith_admin "$@"' sh "$@"; }
if [ "$AMT_TEST_NS" = own ]; then
	run pacemaker -M -a fence_wsamt
	is "$rc" 0 "Pacemaker reads the metadata"
	has "$out" '<parameter name="plug"' "and finds what it passes the node's name as"
	run pacemaker --validate -a fence_wsamt --option "$machine"
	is "$rc" 0 "Pacemaker: parameters that are right"
	run pacemaker --validate -a fence_wsamt --option "$machine" --option method=magic
	is "$rc" 1 "Pacemaker: parameters that are wrong"
	has "$out$err" 'method: "magic" is none of onoff cycle' "with our words"
fi
done_testing
