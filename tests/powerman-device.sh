#!/bin/sh
# SPDX-License-Identifier: MIT
# The real powermand switches a machine, by our device file.
. ./lib.sh
start_sim
printf '%s\n' "$AMT_PASSWORD" >"$T/secret"
chmod 600 "$T/secret"
cat >"$T/amt.conf" <<END
host node1
	address $AMT_HOST
	password file $T/secret
host node2		# nobody is there
	address 127.0.0.1:9
	password file $T/secret
host node3		# no password
	address $AMT_HOST
END
unset AMT_HOST AMT_PASSWORD
export AMT_CONF="$T/amt.conf"
# A failure is the end of a time limit: a short one, for the second device.
sed 's/specification "wsamt"/specification "impatient"/;s/^	timeout .*/	timeout 3/' \
    "$TOP/scripts/powerman/wsamt.dev" >"$T/impatient.dev"
cp "$TOP/scripts/powerman/wsamt.dev" "$T/"
cat >"$T/powerman.conf" <<END
include "$T/wsamt.dev"
include "$T/impatient.dev"
listen "127.0.0.1:10101"
device "amt" "wsamt" "/bin/sh |&"
device "other" "impatient" "/bin/sh |&"
node "node1" "amt" "node1"
node "node[2-3]" "other" "node[2-3]"
END
background /usr/sbin/powermand -f -c "$T/powerman.conf" 2>"$T/powermand.err"
powers() { powerman -h 127.0.0.1:10101 "$@"; }
until_ok powers -l
states() { run powers -q; printf '%s' "$out" | tr -s ' \n' ' '; }

is "$(states)" "on: off: node1 unknown: node[2-3]" "off; where nobody is, or no password, it is unknown"
run powers -1 node1; is "$rc $(state .power)" "0 on" "on"
has "$(states)" "on: node1" "and says so"
run powers -c node1; is "$rc $(state .orders.cycles)" "0 1" "cycle"
run powers -r node1; is "$rc $(state .orders.resets)" "0 1" "reset"
run powers -0 node1; is "$rc $(state .power)" "0 off" "off"
has "$(states)" "off: node1" "and says so"
run powers -1 node2
is "$([ "$rc" -ne 0 ]; echo $?)" 0 "what fails is told"
has "$out$err" "errors" "in words"
has "$(states)" "off: node1" "and powermand goes on"
requests=$(state .http.requests)
run powers -Q node3
has "$out" "unknown: node3" "without a password: unknown"
is "$(($(state .http.requests) - requests))" 1 "a challenge, and no login: no command is taken for one"
is "$(state '.orders | "\(.ons) \(.cycles) \(.resets)"')" "1 1 1" "each order was sent once"
done_testing
