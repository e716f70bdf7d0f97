#!/bin/sh
# SPDX-License-Identifier: MIT
# The password of the BIOS's menu, and the end: only who says so twice.
. ./lib.sh
start_sim

is_gone() { [ "$(state .provisioned)" = false ]; }
pw="Pw1$(token)#"
sets mebxpass "$pw"
is "$(state .mebx_password)" "$pw" "mebxpass: and so it is"
run sh -c 'echo "$1" | wsamt mebxpass -' sh "x$pw"
is "$rc$err $(state .mebx_password)" "0 x$pw" "from standard input"
wrong 'mebxpass: AMT wants 8 to 32 characters, not 3' mebxpass Aa1
ctl fault wsman-return 16
refused 'NOT_PERMITTED' mebxpass "$pw"
refused 'NOT_PERMITTED' unprovision --force
ctl clear-faults
wrong 'only somebody at the machine can set it up again: say --force' unprovision
wrong 'too many arguments' unprovision now
cat >"$T/ask" <<'END'
set timeout 20
spawn -noecho wsamt unprovision
expect "to go on: "; send "$env(ANSWER)\r"
expect eof
exit [lindex [wait] 3]
END
if command -v expect >/dev/null; then
	ANSWER=yes run expect "$T/ask"
	is "$rc $(state .provisioned)" "1 true" "yes is not enough"
	has "$out" "not unprovisioned" "says so"
	ANSWER=$AMT_HOST run expect "$T/ask"
	is "$rc" 0 "its name is"
	until_ok is_gone
else
	skip "no expect"
	sets unprovision --force
fi
stop_sim
start_sim
sets unprovision --force
until_ok is_gone
pass "without a question"
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
