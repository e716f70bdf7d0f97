# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Serial-over-LAN by strangers: Debian's amtterm, and bytes said by hand.
. ./lib.sh
real=$(PATH=/usr/local/bin:/usr/bin:/bin command -v amtterm) || exit 77
command -v expect >/dev/null || exit 77

# Clear-text login with the password of this run, then SOL, type, read back.
stranger() {	# TEXT
	cat >"$T/amtterm.exp" <<-EOF
	log_user 1
	set timeout 15
	spawn $real -u admin \$env(AMT_HOST)
	expect "serial-over-lan redirection ok"
	expect "RTS is asserted"
	send "$1"
	expect {
		"$1" {}
		timeout { exit 9 }
	}
	send "\035"
	expect eof
	EOF
	AMT_PASSWORD=$AMT_PASSWORD expect "$T/amtterm.exp"
}
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
log_in() {	# lines for hextalk: session start and clear-text login
	cat <<-EOF
	> 10 00 00 00 "SOL "
	< 11 00 00 00 01 00 .. 00 57 01 00 00 00
	> 13 00 00 00 01 $(printf %02x $((7 + ${#1}))) 00 00 00 05 "admin" $(printf %02x "${#1}") "$1"
	< 14 00 00 00 01 00 00 00 00
	EOF
}
open_sol() {	# [STATUS], of the 0x29 at the start; 04: power is on
	log_in "$AMT_PASSWORD"
	cat <<-EOF
	> 20 00 00 00 00 00 00 00 e8 03 0a 00 00 00 10 27 00 00 88 13 00 00 00 00
	< 21 00 00 00 01 00 00 00 .. .. .. .. .. .. .. .. .. .. 57 01 00 00 00
	< 29 00 00 00 02 00 00 00 03 ${1:-04}
	EOF
}
talk() { run hextalk "$AMT_HOST" 16994; is "$rc$out" 0 "$1"; }
talk_on() { hextalk "$AMT_HOST" 16994 <"$1" >"$T/talk.out" & talker=$!; pids="$pids $talker"; }
talked() { wait "$talker"; is "$?$(cat "$T/talk.out")" 0 "$1"; }
open_now() { [ "$(state .redirection.session.sol)" != null ]; }
closed_now() { [ "$(state .redirection.session.sol)" = null ]; }

for profile in 8 11; do
	start_sim --profile $profile --power on
	text=$(token)
	run stranger "$text"
	is "$rc" 0 "profile $profile: amtterm 1.4 types and reads"
	has "$out" "$text" "profile $profile: the token came back"
	is "$(ctl violations)" "" "profile $profile: no violation"
	hasnt "$(cat "$T/sim.log")" "$(hex "$AMT_PASSWORD")" \
	    "profile $profile: the log has no password"
	until_ok closed_now
	stop_sim
done

start_sim --profile 11 --power on
is "$(state .power)" on "--power on: on when ready"
booted() { [ "$(state .host_is | cut -d' ' -f2)" = up ]; }
until_ok booted
{ log_in "wrong$(token)" | sed '$d'; echo '< 14 01 00 00 01 00 00 00 00'; echo eof; } >"$T/in"
talk "a wrong password: status 1 and the end" <"$T/in"

# One session per device; the second client is told at once.
mkfifo "$T/first"
talk_on "$T/first"
exec 3>"$T/first"
open_sol >&3
until_ok open_now
talk "a second session: busy" <<-EOF
	> 10 00 00 00 "SOL "
	< 11 02 00 00 01 00 .. 00 57 01 00 00 00
	eof
EOF
printf '> 22 00 00 00 00 00 00 00\n<? 23\n' >&3
until_ok closed_now
pass "EndSOL frees the session"
exec 3>&-
talked "the first session went as it should"

# All bytes, both ways, in messages that TCP splits and joins.
all=$(i=0; while [ $i -lt 256 ]; do printf ' %02x' $i; i=$((i + 1)); done)
{ open_sol; echo "> 28 00 00 00 00 00 00 00 00 01 $all"
  echo "< 2a 00 00 00 .. 00 00 00 00 01 $all"; } >"$T/in"
talk "all 256 bytes" <"$T/in"
until_ok closed_now
ctl fault redirection.split 7
talk "all 256 bytes, in pieces" <"$T/in"
until_ok closed_now
ctl clear-faults

# Power and the host's words come while the session runs.
text=$(token)
{ open_sol; cat <<-EOF; } >"$T/in"
	> 28 00 00 00 00 00 00 00 01 00 7e
	< 2a 00 00 00 .. 00 00 00 01 00 7e
	< 2a 00 00 00 .. 00 00 00 0c 00 "$text"
	< 29 00 00 00 .. 00 00 00 07 04
	< 29 00 00 00 .. 00 00 00 03 04
	< 29 00 00 00 .. 00 00 00 03 00
EOF
echoes=$(grep -c '"SOL data from host","len":11' "$T/sim.log")
echoed() { [ "$(grep -c '"SOL data from host","len":11' "$T/sim.log")" -gt "$echoes" ]; }
talk_on "$T/in"
until_ok echoed
ctl serial "$text"
ctl break on; ctl break off
ctl press held
talked "host text, BREAK and power off arrive"
is "$(state .power)" off "the button held: off"
until_ok closed_now

# A fault set while a session runs counts from there.
{ open_sol 00; echo eof; } >"$T/in"
talk_on "$T/in"
until_ok open_now
ctl fault redirection.cut-after
talked "the connection is cut at once"
until_ok closed_now
ctl clear-faults

# Silence: the session ends after its receive time-out, by the one clock.
{ open_sol 00; echo '<? 2b'; echo '< 00 00 00 .. 00 00 00'; echo eof; } >"$T/in"
talk_on "$T/in"
until_ok open_now
ctl time +60 >/dev/null
talked "a silent client gets a heartbeat, then the end"
has "$(ctl violations)" "silent for longer" "and that is noted"

# A connection lost without a word keeps the session busy, when asked to.
ctl fault stale-session
{ open_sol 00; echo reset; } >"$T/in"
talk "a client is lost" <"$T/in"
talk "its session is still there: busy" <<-EOF
	> 10 00 00 00 "SOL "
	< 11 02
EOF
ctl time +60 >/dev/null
until_ok closed_now
pass "until its time is over"

# Who may enter: by realm, and by side of the machine.
if [ "$AMT_TEST_NS" = own ]; then
	stop_sim
	AMT_PASSWORD_lou=Lou$(token) AMT_PASSWORD_ina=Ina$(token)
	export AMT_PASSWORD_lou AMT_PASSWORD_ina
	start_sim --local-address 127.0.0.2 --user lou:local:redirection --user ina:both:info
	enters() {	# ADDRESS NAME PASSWORD STATUS
		run hextalk "$1" 16994 <<-EOF
		> 10 00 00 00 "SOL "
		< 11 00 00 00 01 00 0b 00 57 01 00 00 00
		> 13 00 00 00 01 $(printf %02x $((5 + ${#3}))) 00 00 00 03 "$2" $(printf %02x "${#3}") "$3"
		< 14 $4
		EOF
		is "$rc$out" 0 "$2 at $1: status $4"
	}
	enters 127.0.0.2 lou "$AMT_PASSWORD_lou" 00
	enters 127.0.0.1 lou "$AMT_PASSWORD_lou" 01
	enters 127.0.0.1 ina "$AMT_PASSWORD_ina" 01
fi
stop_sim
done_testing
