# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A client that is not ours: MeshCentral's serves a CD and a floppy.  The
# machine boots from them, plain and over TLS, and what amtsim's checks say of
# this client is what is known to be wrong with it, no less and no more.
mesh=$(strangers/fetch --path meshcentral) || exit 77
. ./lib.sh

sum_of() {	# FILE FIRST COUNT BLOCK-SIZE: 16 bit, of little-endian words
	dd if="$1" bs="$4" skip="$2" count="$3" status=none | od -An -v -tu2 --endian=little |
	    awk '{ for (i = 1; i <= NF; i++) s += $i } END { printf "%04X", s % 65536 }'
}
ider_is() { [ "$(state .ider."$1")" = true ]; }
serve() {	# CD FLOPPY START: until it is so
	node --no-deprecation strangers/meshcentral-ider.js "$mesh" "$AMT_HOST" "$port" "$transport" "$1" "$2" "$3" 2>"$T/mesh.err" &
	server=$!
	pids="$pids $server"
	case $3 in 0) until_ok ider_is armed ;; *) until_ok ider_is serves ;; esac
}
leaves() { kill "$server"; wait "$server"; until_ok session_is_closed ider; }
boots() {	# DEVICE STATE SUM WHAT
	wsamt boot "$1"
	wsamt power "$2"
	sees "BOOT $1 $(state .host_is | cut -d' ' -f1) sum $3" "$4"
}

head -c 400000 /dev/urandom >"$T/data"
sh guest/mkiso "$O/tests/guest/micro.bin" "$T/data" "$T/cd.iso"
sh guest/mkdisk "$O/tests/guest/micro.bin" "$T/data" "$T/floppy.img"
truncate -s 1440K "$T/floppy.img"
cd_sum=$(sum_of "$T/cd.iso" 16 5 2048)
floppy_sum=$(sum_of "$T/floppy.img" 0 64 512)

export AMT_CONF="$T/amt.conf"
(umask 077; : >"$AMT_CONF")
for transport in plain tls; do
	case $transport in
	plain) port=16994; set -- --profile 11 --power on ;;
	tls) port=16995; set -- --profile 16; printf 'default\n\ttofu yes\n' >"$AMT_CONF" ;;
	esac
	start_sim "$@"
	open_console
	serve "$T/cd.iso" "$T/floppy.img" 0
	[ "$transport" = tls ] && how=on || how=reset
	boots ider-cd "$how" "$cd_sum" "$transport: boots from its CD"
	boots ider-floppy reset "$floppy_sum" "$transport: and its floppy"
	is "$(ctl violations)" "" "$transport: it answers a BIOS right"
	leaves
	close_console
	stop_sim
done
unset AMT_CONF

# ---- what is known to be wrong with it -----------------------------------
port=16994 transport=plain
start_sim --power on
finds() {	# WHAT ANSWER VIOLATIONS SCSI-ARGUMENT...: the first line of the answer, what is noted
	what=$1 answer=$2 want=$3 before=$(state .violations)
	shift 3
	is "$(ctl scsi "$@" | head -n 1)" "$answer" "$what: the answer"
	is "$(ctl violations | tail -n +$((before + 1)) | sed 's/^redirection: [^ ]*: //')" "$want" "$what: noted"
}
zeros() { printf "%0$((2 * $1))d" 0; }

serve "$T/cd.iso" "$T/floppy.img" 2
finds "CD capacity" good "" cd 25000000000000000000
finds "floppy capacity" good "" floppy 25000000000000000000
finds "a read" good "" cd 280000000000000004000000
finds "a read by DMA" good "" floppy dma 280000000000000020000000
is "$(ctl read cd 31 | sed -n 's/^sha256	//p')" "$(sha256sum <"$T/cd.iso" | cut -d' ' -f1)" "all of its CD"
is "$(ctl read floppy 128 | sed -n 's/^sha256	//p')" "$(sha256sum <"$T/floppy.img" | cut -d' ' -f1)" "all of its floppy"
finds "beyond the end" good "answer to 28 of the cd: 0 bytes, 2048 were asked for
answer to 28 of the cd: good, beyond the end of the medium" cd 2800000fffff000001000000
finds "MODE SENSE(6)" good "answer to 1a of the cd: 4 bytes, says it has 1, 255 were asked for
answer to 1a of the cd: its pages do not fill its 1 bytes" cd 1a003f00ff00
finds "MODE SENSE(10)" good "" cd 5a003f00000000010000
finds "MODE SENSE(10), cut" good "answer to 5a of the cd: 42 bytes, 8 were asked for" cd 5a003f00000000000800
finds "MODE SENSE(10), page 03" good "answer to 5a of the floppy: its pages do not fill its 94 bytes" floppy 5a003f00000000010000
finds "READ FORMAT CAPACITIES" good "" floppy 23000000000000000c00
finds "READ FORMAT CAPACITIES of a CD" good "answer to 23 of the cd: 2880 blocks, the medium has $(($(wc -c <"$T/cd.iso") / 2048))" cd 23000000000000000c00
finds "READ TOC" good "answer to 43 of the cd: the lead-out is at 0 where $(printf %x $(($(wc -c <"$T/cd.iso") / 2048))) is due" cd 43000000000000001400
finds "READ TOC, cut" good "answer to 43 of the cd: 12 bytes, 4 were asked for" cd 43000100000000000400
finds "READ TOC of a floppy" good "answer to 43 of the floppy: good, without data" floppy 43000000000000001400
finds "GET CONFIGURATION" good "answer to 46 of the cd: all features, but the first is 0105" cd 46000000000000010000
finds "GET EVENT STATUS" good "" cd 4a010000100000000800
finds "a write" "sense 07/27/00" "" floppy 2a000000001300000100 "$(zeros 512)"
finds "a long write" "sense 07/27/00" "GetDataFromHost to 2a of the floppy: asks for 10240 bytes, 1 to 8192 are allowed" \
    floppy 2a000000001300001400 "$(zeros 10240)"
finds "a write to the CD" "sense 07/27/00" "CommandEndResponse for drive a0, which is not the one that was asked
CommandEndResponse to 2a of the cd: drive select is a0 where b0 is due" cd 2a000000001300000100 "$(zeros 2048)"
finds "WRITE(6)" good "answer to 0a of the floppy: good, 0 of 512 bytes were taken" floppy 0a0000010100 "$(zeros 512)"
finds "READ(12)" "sense 05/20/00" "" cd a80000000010000000010000
time_goes_by() { until_ok sent 43000200; ctl time +11 >/dev/null; }
sent() { ctl state >/dev/null; grep -q "\"CommandWritten\".*$1" "$T/sim.log"; }
time_goes_by &
finds "READ TOC of format 2" "sense 0b/08/01" "no answer to command 43 of the cd" cd 43000200000000001400
wait $!
finds "after a reset" good "" cd 280000000000000004000000
ctl fault ider-reset-in-read
finds "a reset in the middle of a read" good "" cd 280000000000000020000000
ctl time +31 >/dev/null
until_ok session_is_closed ider
has "$(ctl violations | tail -n 1)" "silent for longer than its receive time-out" "it never says that it lives"

serve "$T/cd.iso" - 2
finds "no floppy" good "" floppy 000000000000
finds "no floppy, its capacity" "sense 02/3a/00" "" floppy 25000000000000000000
finds "no floppy, but ready" good "answer to 00 of the floppy: good, but there is no medium" floppy 000000000000
ctl fault ider-gap
ctl scsi cd 000000000000 >"$T/gap" &
until_ok session_is_closed ider
wait "$server"
is $? 1 "a gap in our sequence ends it"
stop_sim
done_testing
