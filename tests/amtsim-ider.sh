# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Storage redirection, the device's side: the reference's messages byte for
# byte, then what a console may do wrong, and what amtsim does wrong on request.
ANYWHERE=yes
. ./lib.sh

# A file of vectors as lines for hextalk: "C>D N text", hex, "+ N" zeros.
vectors() {	# NAME
	awk '/^[CD]>[CD]/ { printf "%s%s", (n++ ? "\n" : ""), /^C/ ? ">" : "<" }
	    /^\t\+/ { for (i = 0; i < $2; i++) printf " 00"; next }
	    /^\t/ { sub(/^\t/, " "); printf "%s", $0 }
	    END { print "" }' "data/redir-ider-$1.hex"
}
log_in() {
	cat <<-EOF
	> 10 00 00 00 "IDER"
	< 11 00 00 00 01 00 0b 00 57 01 00 00 00
	> 13 00 00 00 01 $(printf %02x $((7 + ${#AMT_PASSWORD}))) 00 00 00 05 "admin" $(printf %02x "${#AMT_PASSWORD}") "$AMT_PASSWORD"
	< 14 00 00 00 01 00 00 00 00
	EOF
}
talk_on() { hextalk "$AMT_HOST" 16994 <"$1" >"$T/talk.out" & talker=$!; pids="$pids $talker"; }
talked() { wait "$talker"; is "$?$(cat "$T/talk.out")" 0 "$1"; }
serves() { [ "$(state .ider.serves)" = true ]; }
sent_is() { [ "$(grep -c "\"dir\":\"$1\",\"what\":\"$2\"" "$T/sim.log")" = "$3" ]; }
zeros() { i=0; while [ $i -lt "$1" ]; do printf 00; i=$((i + 1)); done; }
scsi() { ctl scsi "$@" >"$T/scsi"; head -n 1 "$T/scsi"; }

# ---- the vectors, all in one session -----------------------------------
start_sim --power on --ider-buffers 1024,8192
{
	log_in
	vectors opening | sed '1,2d; s/^\(< 41.*\) 01 00 10 00/\1 01 00 0b 00/; s/ 00 20 00 20 / 00 04 00 20 /'
	vectors commands
	vectors write
	vectors medium-change
	echo eof
} >"$T/in"
is "$(ctl scsi cd 000000000000)" "sense 02/3a/00" "no console: no medium"
is "$(ctl scsi cd 030000001200 | tail -n 1)" 70000200000000"0a000000003a0000000000" "whose sense is kept"
has "$(ctl scsi cd 120000002400)" 0580 "INQUIRY needs no console"
talk_on "$T/in"
until_ok sent_is out "Features reply" 2
is "$(state '"\(.ider.serves) \(.ider.shown)"')" "false false" "enabled, not before the next reset"
is "$(power_request 10)" 0 "reset"
until_ok serves
ctl fault ider-ping
until_ok sent_is in "IDE-R pong" 1
is "$(ctl time +20 >/dev/null; state .ider.shown)" true "drives are there"
z6=000000000000
scsi_is() {	# WANT DRIVE... ; the answer's first line
	want=$1; shift
	is "$(scsi "$@")" "$want" "scsi $(printf '%.40s' "$*")"
}
until_ok sent_is in "IDE-R heartbeat" 1
scsi_is good cd 000000000000$z6
scsi_is "sense 02/3a/00" floppy 000000000000$z6
scsi_is good cd pio 250000000000$z6
is "$(tail -n 1 "$T/scsi")" 00000bb700000800 "its capacity"
scsi_is good cd dma 250000000000$z6
scsi_is good cd 280000000010000001000000
is "$(tail -n 1 "$T/scsi")" "014344303031""01$(zeros 2041)" "2048 bytes, in two messages"
scsi_is "sense 05/21/00" cd pio 2800000fffff000001000000
e5=e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5
scsi_is good floppy pio 2a0000000013000001000000 "$e5$(zeros 494)"
scsi_is "sense 07/27/00" floppy pio 2a0000000013000001000000 "$(zeros 512)"
scsi_is "sense 02/3a/00" cd 000000000000$z6
scsi_is "sense 06/28/00" cd 000000000000$z6
scsi_is good cd 000000000000$z6
scsi_is good cd 4a0100001000000008000000
talked "every message of the reference, in one session"
is "$(ctl violations | cut -d: -f5-)" " good, but there is no medium" \
    "and sees that its floppy drive was empty when it was asked first"
stop_sim

# ---- a console that is wrong -------------------------------------------
h='00 00 00 .. 00 00 00'	# what follows the type: reserved, sequence number
zeros_of() { printf '%s' "$(zeros "$1")" | sed 's/../ &/g'; }
open='> 40 00 00 00 00 00 00 00 30 75 00 00 20 4e 01 00 00 00'
opened="< 41 00 $(echo "$h" | cut -c4-) 01 00 0b 00 00 00 00 00 00 20 00 20 00 00 00 00 00 57 01 00 00 00"
now='> 48 00 00 00 01 00 00 00 03 19 00 00 00'
yes="< 49 $h 03 01 00 00 00"
command() { echo "< 50 $h 00 00 00 00 fe ff $1 a0"; echo '<? '"${2%% *}"; echo "< ${2#* }"; }	# DRIVE CDB
good() { echo "> 51 00 00 02 $1 00 00 00 $(zeros_of 12) c5 00 03 00 00 00 $2 50 00 00 00"; }	# SEQ DRIVE
get4() { echo "> 52 00 00 00 $1 00 00 00 00 04 00 00 b5 00 00 00 04 00 a0 58 $(zeros_of 11)"; }	# SEQ
lines() { for l; do echo "$l"; done; }
attached() { log_in; lines "$open" "$opened" "$now" "$yes"; }
noted() { has "$(ctl violations | tail -n 1)" "$1" "${2:-noted: $1}"; }
talk() { cat >"$T/in"; run hextalk "$AMT_HOST" 16994 <"$T/in"; is "$rc$out" 0 "$1"; until_ok session_is_closed ider; }
tur="00 00 00 00 00 00 00 00 00 00 00 00"

start_sim --power on
open_console
wsamt boot ider-cd
wsamt power reset
sees "ider-cd: nothing to boot from" "a boot from a CD that nobody serves"
sees "BOOT disk" "goes on with the next device"
close_console
{ log_in; lines "$open" "$opened" '> 47 00 00 00 01 00 00 00' eof; } | talk "an answer to no reset ends it"
noted "ResetOccurred response: nothing was reset"
{ log_in; lines "$open" "$opened" '> 48 00 00 00 01 00 00 00 07' eof; } | talk "so does an unknown subcommand"
noted "no subcommand 7"
{ log_in; lines "$open" "$opened" '> 48 00 00 00 01 00 00 00 01 00 00 00 00' "< 49 $h 01 01 00 00 00" \
    '> 48 00 00 00 02 00 00 00 02 00 00 00 00' "< 49 $h 02 00 00 00 00" '> 00' eof; } |
    talk "a short Features may be padded, by no more than its value"
noted "no message begins so"
{ log_in; lines "$open" "$opened" '> 48 00 00 00 01 00 00 00 03 01 00 00 00' "< 49 $h 03 00 00 00 00" '> 42 00 00 00 09 00 00 00' "< 43 $h" eof; } |
    talk "a register that cannot be"
noted "sequence number 9 where 2 is due"
has "$(ctl violations)" "Features sets register 00000001" "noted"
{ attached; good 02 b0; echo reset; } | talk "an answer to nothing"
noted "CommandEndResponse for drive b0, without a command"
{ attached; lines '> 44 00 00 00 02 00 00 00' "< 45 $h" reset; } | talk "a ping has a pong"
{ log_in; vectors opening-amtterm; lines '<? 49' "< $h 03 01 00 00 00" '<? 44' "< $h" eof; } >"$T/in"
talk_on "$T/in"
until_ok serves
is "$(ctl violations | tail -n 4 | cut -d: -f4-)" " OpenSession: header: byte 1 is 64 where 0 is due
 OpenSession: sequence number is 1138827 where 0 is due
 OpenSession: protocol version is 0 where 1 is due
 sequence number 5 where 1 is due" "amtterm's odd opening is taken, and noted"
{ lines '> 10 00 00 00 "IDER"' "< 11 02"; } | hextalk "$AMT_HOST" 16994 >"$T/second"
is "$?$(cat "$T/second")" 0 "a second console: busy"
ctl time +31 >/dev/null
talked "it is pinged, says nothing, and that is the end"
until_ok session_is_closed ider
noted "silent for longer than its receive time-out"

# A command is pending: gracefully means no.
{ attached; command b0 "00 00 00 00 00 00 00 00 00 00 00 00"; lines '> 48 00 00 00 02 00 00 00 03 11 00 00 00' "< 49 $h 03 00 00 00 00" reset; } >"$T/in"
talk_on "$T/in"
until_ok serves
is "$(scsi cd 000000000000)" "sense 02/3a/00" "refused while a command runs: nothing is served any more"
talked "a graceful enable is refused while a command runs"

# ---- faults ------------------------------------------------------------
fault() {	# FAULT [VALUE]; hextalk's lines on standard input
	until_ok session_is_closed ider
	ctl fault "$@"
	talk "fault $*"
	ctl clear-faults
}
{ log_in; lines "$open" '< 41 07' "< 00 00" "<? 57" '< 01 00 00 00' eof; } | fault ider-status 7
{ log_in; lines "$open" "< 41 $h 01 00 0b 00 00 00 00 00 00 20 00 20 00 02 00 00 00 57"; } | fault ider-protocol 2
{ log_in; lines "$open" "< 41 $h 01 00 0b 00 00 00 00 00 00 20 00 20 00 00 00 00 00 57 01 00 00 ff" 'quiet 50'; } | fault ider-length
{ log_in; lines "$open" "$opened" "$now" "< 49 $h 03 00 00 00 00"; } | fault ider-refuse
{ log_in; lines "$open" "$opened" "$now" 'quiet 100'; } | fault ider-no-verdict
{ attached; lines "< 49 $h 01 01 00 00 00" '> 48 00 00 00 02 00 00 00 03 19 00 00 00' "< 49 $h 03 00 00 00 00"; } | fault ider-second-verdict
{ attached; lines "< 49 $h 03 00 00 00 00"; } | fault ider-second-verdict 50
{ log_in; lines "$open" "< 41 00 00 00 01 00 00 00"; } | fault ider-gap
{ attached; lines "< 44 $h" "< 44 $h"; } | fault ider-ping 2
{ log_in; lines "$open" eof; } | fault close-at ider
{ log_in; lines "$open" "$opened" "$now" 'quiet 50'; } | fault silent-at features

# Those that need a command: while hextalk plays the console.
during() {	# WANT SCSI-WORDS FAULT [VALUE]; hextalk's lines on standard input
	cat >"$T/in"
	answer=$1 words=$2
	shift 2
	until_ok session_is_closed ider
	ctl fault "$@"
	talk_on "$T/in"
	until_ok serves
	# shellcheck disable=SC2086 # they are words
	is "$(scsi $words)" "$answer" "fault $*: the host's answer"
	talked "fault $*"
	ctl clear-faults
}
write="floppy 55000000000000000400 01020304"
written="55 00 00 00 00 00 00 00 04 00 00 00"
data() { n=$(($(printf %s "$1" | wc -w))); echo "< 53 $h 00 $(printf %02x $n) 00 00 00 00 $1"; }	# BYTES
{ attached; echo "< 4a $h 01 00 00"; command b0 "$tur"; good 02 b0; } | during good "cd 000000000000" ider-error
{ attached; command a0 "$written"; get4 02; data "01 02 03"; data "04"; good 03 a0; } | during good "$write" ider-split 3
{ attached; command a0 "$written"; get4 02; data "01 02 03"; lines 'quiet 100'; good 03 a0; } | during good "$write" ider-short
{ attached; command a0 "$written"; get4 02; data "01 02 03 04 00 00"; good 03 a0; } | during good "$write" ider-long 2
{
	attached; command a0 "$written"; get4 02; data "01 02"
	lines "< 46 $h 01" 'quiet 50' '> 47 00 00 00 03 00 00 00'; data "00 00"
	command a0 "$written"; get4 04; data "01 02 03 04"; good 05 a0
} | during good "$write" ider-reset-in-write
part() { echo "> 54 00 00 00 $1 00 00 00 00 02 00 00 b5 00 02 00 02 00 b0 58 $(zeros_of 14) aa bb"; }	# SEQ
whole() { echo "> 54 00 00 02 $1 00 00 00 00 04 00 00 b5 00 02 00 04 00 b0 58 85 00 03 00 00 00 b0 50 $(zeros_of 6) 00 02 00 00"; }
read="cd 4a010000100000000400" is_read="4a 01 00 00 10 00 00 00 04 00 00 00"
{
	attached; command b0 "$is_read"; part 02
	lines "< 46 $h 02"; part 03; lines '> 47 00 00 00 04 00 00 00'
	command b0 "$is_read"; whole 05
} | during good "$read" ider-reset-in-read
is "$(tail -n 1 "$T/scsi")" 00020000 "what came before the reset does not count"
{ attached; command b0 "$is_read"; part 02; lines eof; } >"$T/in"
until_ok session_is_closed ider
ctl fault ider-cut
talk_on "$T/in"
until_ok serves
scsi cd 4a010000100000000400 >"$T/answer" &
asked=$!
talked "fault ider-cut"
{ attached; command b0 "$is_read"; whole 02; } | talk "the next console is asked again"
wait "$asked"
is "$(cat "$T/answer" "$T/scsi")" "good
good
00020000" "and answers for the one that is lost"
stop_sim
done_testing
