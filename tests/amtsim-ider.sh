# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Storage redirection, the device's side: the reference's messages byte for
# byte, then what a console may do wrong, and what amtsim does wrong on request.
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
done_testing
