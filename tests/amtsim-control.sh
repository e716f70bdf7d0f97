# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control socket: words, faults, and what is refused.
ANYWHERE=yes
. ./lib.sh

start='> 10 00 00 00 "SOL "'
reply='< 11 00 00 00 01 00 0b 00 57 01 00 00 00'
log_in() {
	cat <<-EOF
	$start
	$reply
	> 13 00 00 00 01 $(printf %02x $((7 + ${#AMT_PASSWORD}))) 00 00 00 05 "admin" $(printf %02x ${#AMT_PASSWORD}) "$AMT_PASSWORD"
	EOF
}
good='< 14 00 00 00 01 00 00 00 00'
open='> 20 00 00 00 00 00 00 00 e8 03 0a 00 00 00 10 27 00 00 88 13 00 00 00 00'
opened='< 21 00 00 00 01 00 00 00 .. .. .. .. .. .. .. .. .. .. 57 01 00 00 00'
# The state of the lines, told once soon after that: before what we do next.
controls='<? 29
< 00 00 00 .. 00 00 00 .. ..'
talk() {	# FAULT [VALUE], then hextalk's lines on standard input: all under that fault
	run ctl fault "$@"
	is "$rc$err" 0 "fault $* is set"
	run hextalk "$AMT_HOST" 16994
	is "$rc$out" 0 "fault $*"
	ctl clear-faults
}
lines() { for l; do echo "$l"; done; }

start_sim --profile 11 --seed 5
first=$(state '.uuid + .digest_realm + .host_is')
stop_sim
start_sim --profile 11 --seed 5
is "$(state '.uuid + .digest_realm + .host_is')" "$first" "the same seed, the same machine"
stop_sim
start_sim --profile 11 --power on
hasnt "$first" "$(state .uuid)" "no seed, another machine"

# Words that are none, values that are none.
refused() { run ctl "$@"; is "$rc" 2 "refused: $*"; has "$err" "$want" "refused: $*: says why"; }
want="words are state"; refused nonsense
want="no fault is called"; refused fault nonsense
want="needs a value"; refused fault delay
want="bad value"; refused fault delay 1x
want="bad value"; refused fault close-at nowhere
want="takes no door"; refused fault redirection.sol-ping
want="neither a door nor a port"; refused fault front.split
want="time +SECONDS"; refused time 5
want="scsi cd|floppy"; refused scsi cd 123; refused scsi tape 000000000000; refused scsi cd pio
want="read cd|floppy"; refused read cd 513; refused read cd 1 x
want="sense 02/3a/00"; refused read cd 1
run amtsim --ctl "$T/none" state
is "$rc" 4 "no such socket"
ctl fault 16994.delay 5; ctl fault wsman.rate 1000; ctl fault close-at sol
is "$(state '.faults | tostring')" '{"16994.delay":5,"wsman.rate":1000,"close-at":"sol"}' "faults in force"
ctl clear-faults
is "$(state '.faults | tostring')" '{}' "cleared"

# Options that make no sense, a port that is taken.
wont() { run env AMT_PASSWORD=x timeout 10 amtsim "$@"; is "$rc" "$status" "amtsim $*: exit $status"; has "$err" "$want" "amtsim $*: says why"; }
status=2
want="no profile"; wont --profile 7
want="no host"; wont --host none
want="no firmware"; wont --firmware none
want="not two numbers"; wont --ider-buffers 0,1
want="belong together"; wont --cert "$T/none"
want="no such realm: cook"; wont --user bob:both:info,cook
want="AMT_PASSWORD_bob is not set"; wont --user bob:both:info
want="local, remote or both"; wont --user bob:here:info
want="bad number"; wont --pace fast
want="what is"; wont nonsense
run env -u AMT_PASSWORD amtsim
is "$rc" 2 "no password: exit 2"
has "$err" "AMT_PASSWORD is not set" "no password: says why"
status=3
want="port "; wont --address "$AMT_HOST"
want="while reading file"; wont --profile 16 --address 127.0.0.99 --cert "$T/none" --key "$T/none"

# Every word and every fault is on the page, and the other way round.
page=$TOP/tests/amtsim/amtsim.1
amtsim --list-faults | cut -f1 | sort >"$T/faults"
sed -n '/^\.Sh FAULTS/,/^\.Sh ENVIRONMENT/s/^\.It Cm \([a-z-]*\).*/\1/p' "$page" | sort >"$T/paged"
is "$(diff "$T/faults" "$T/paged")" "" "the page has all faults"
run ctl nonsense
printf '%s\n' "${err#*words are }" | tr ' ' '\n' | sort >"$T/words"
sed -n '/^\.Sh CONTROL/,/^\.Sh FAULTS/s/^\.It Cm \([a-z-]*\).*/\1/p' "$page" | sort >"$T/paged"
is "$(diff "$T/words" "$T/paged")" "" "the page has all control words"
amtsim --help | sed -n 's/^  \(--.*\)/\1/p' | grep -o -e '--[a-z-]*' | sort -u >"$T/options"
sed -n 's/^\.It Fl Fl \([a-z-]*\).*/--\1/p' "$page" | sort -u >"$T/paged"
is "$(diff "$T/options" "$T/paged" | grep -v -e '^[0-9]' -e '--ctl' )" "" "the page has all options"

# The byte layer.
# The pieces come 1 ms apart; on a busy machine TCP may join some of them.
lines "$start" 'read 1' 'read 1' >"$T/split"
ctl fault split 1
tries=0
until hextalk "$AMT_HOST" 16994 <"$T/split" >/dev/null || [ $tries -ge 50 ]; do
	tries=$((tries + 1))
done
is "$([ $tries -lt 50 ] && echo seen)" seen "fault split 1"
ctl clear-faults
lines "$start" "$reply" 'since 390' | talk delay 400
lines "$start" '< 11 00 00 00 01' 'quiet 300' | talk stall 5
lines "$start" '< 11 00 00 00 01' eof | talk cut-after 5
lines "$start" '< 10' | talk redirection.flip 0
lines "$start" '< 11 00 00 01' | talk 16994.flip 3
lines "$start" '< 11 00 00 00 01' 'since 390' | talk rate 10
lines "$start" "$reply" | talk wsman.cut-after 0
{ log_in | sed '2d'; echo 'read 22'; } | talk join 1000

# Redirection.
lines "$start" '< 11 05 00 00 01 00 0b 00 57 01 00 00 00' eof | talk start-status 5
lines "$start" '< 11 00 00 00 01 00 0b 00 57 01 00 00 03 00 00 00' 'quiet 50' | talk start-oem 3
lines "$start" '< 11 00 00 00 01 00 0b 00 57 01 00 00 ff' 'quiet 50' | talk start-length
lines "$start" "$reply" '> 13 00 00 00 00 00 00 00 00' '< 14 00 00 00 00 01 00 00 00 01' \
    '> 13 00 00 00 04 00 00 00 00' '< 14 02 00 00 04 00 00 00 00' | talk auth-only 1
lines "$start" "$reply" '> 13 00 00 00 00 00 00 00 00' '< 14 00 00 00 00 e7 03 00 00 01 04' | talk auth-length 999
{ log_in; lines '< 14 07 00 00 01 00 00 00 00' eof; } | talk auth-status 7
{ log_in; lines '< 14 01 00 00 01 49' ; } | talk auth-loop
lines "$start" "$reply" '> 13 00 00 00 04 08 00 00 00 00 00 00 00 00 00 00 00' \
    "< 14 01 00 00 04 4a 00 00 00 27 \"$(state .digest_realm)\" 20" | talk null-qop
{ log_in; lines "$good" "$open" '< 21 09' '<? 00' '<? 57' '< 01 00 00 00' eof; } | talk sol-status 9
{ log_in; lines "$good" "$open" '< 21 00 00 00 01 00 00 00 .. .. .. .. .. .. .. .. .. .. 57 01 00 00 ff 29'; } | talk sol-length
{ log_in; lines "$good" "$open" "$opened" '<? 24' '< 00 00 00 .. 00 00 00'; } | talk sol-ping 50
{ log_in; lines "$good" "$open" "$opened" "$controls" '> 28 00 00 00 00 00 00 00 01 00 61' '<? 2a' \
    '< 00 00 00 .. 00 00 00 ff ff 61'; } | talk data-length

# Each stage: close, silence, garbage, a message that nobody knows.
lines "$start" eof | talk close-at start
lines "$start" "$reply" '> 13 00 00 00 00 00 00 00 00' eof | talk close-at query
lines "$start" "$reply" '> 13 00 00 00 04 08 00 00 00 00 00 00 00 00 00 00 00' eof | talk close-at challenge
{ log_in; echo eof; } | talk close-at login
{ log_in; lines "$good" "$open" eof; } | talk close-at sol
lines "$start" 'quiet 100' | talk silent-at start
{ log_in; lines 'quiet 100'; } | talk silent-at login
lines "$start" 'read 64' | talk garbage-at start
lines "$start" '< ee 00 00 00 00 00 00 00' "$reply" | talk unknown-at start
{ log_in; lines "$good" "$open" "$opened" "$controls" '> 28 00 00 00 00 00 00 00 01 00 61' eof; } |
    talk close-at data
is "$(ctl violations)" "" "faults are the device's, not violations of the client"

# Counters and the log.
before=$(state .messages.redirection.in)
lines "$start" "$reply" '> 12 00 00 00' eof | hextalk "$AMT_HOST" 16994
is "$(state .messages.redirection.in)" $((before + 2)) "messages are counted"
has "$(ctl messages)" "redirection	connections " "ctl messages"
is "$(jq -r .door "$T/sim.log" | sort -u)" redirection "each line of the log is JSON"
is "$(jq -r 'select(.dir == "in") | .what' "$T/sim.log" | tail -1)" EndRedirectionSession "with the name of the message"
before=$(date +%s); a=$(ctl time +3600); b=$(ctl time); after=$(date +%s)
is "$((a >= before + 3600 && b >= a && b <= after + 3600))" 1 "the clock goes forward"
stop_sim
done_testing
