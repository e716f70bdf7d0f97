# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # lib.sh has, stories use them
# For stories of idertool, after lib.sh:
#
#	make_images		$T/cd.iso, random; $T/floppy.img, zeros
#	serve OPTION...		idertool in the background, until it is attached
#	start_serving OPTION...	the same without waiting
#	stop_serving SIGNAL	end it; sets $rc; served: its output
#	scsi DRIVE CDB [DATA]	a command of the host, hex; its outcome
#	cdb OP LBA COUNT	a CDB of 6, 10 or 12 bytes as hex
#	answer			the data of the last scsi, in hex
#	same_blocks DRIVE OP LBA COUNT	what is read is what is in the image
make_images() {
	head -c $((928 * 2048 + 100)) /dev/urandom >"$T/cd.iso"
	truncate -s 1474560 "$T/floppy.img"
}
start_serving() {
	rm -f "$T/served" "$T/served.err"
	background env --default-signal=INT idertool "$@" >"$T/served" 2>"$T/served.err"
	server=$pid
}
is_attached() { grep -q attached "$T/served"; }
serve() {
	start_serving "$@"
	until_ok is_attached || cat "$T/served.err"
}
ended() { rc=0; wait "$server" || rc=$?; }
stop_serving() { kill -s "$1" "$server"; ended; }
serves() { [ "$(state .ider.serves)" = true ]; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
cdb() {
	case $1 in
	0*) printf '%s%06x%02x00' "$1" "$2" "$(($3 % 256))" ;;
	a*) printf '%s00%08x%08x0000' "$1" "$2" "$3" ;;
	*) printf '%s00%08x00%04x00' "$1" "$2" "$3" ;;
	esac
}
scsi() {	# its first line
	drive=$1
	bytes=$(printf '%s000000000000000000000000' "$2" | head -c 24)
	ctl scsi "$drive" "$bytes" ${3:+"$3"} >"$T/scsi" 2>&1
	head -n 1 "$T/scsi"
}
answer() { tail -n 1 "$T/scsi"; }
same_blocks() {
	size=2048 image=$T/cd.iso
	if [ "$1" = floppy ]; then size=512 image=$T/floppy.img; fi
	is "$(scsi "$1" "$(cdb "$2" "$3" "$4")")" good "reads $4 blocks of the $1 from $3 on, by $2"
	is "$(answer | sha256sum)" \
	    "$( (dd if="$image" bs=$size skip="$3" count="$4" 2>/dev/null | hex; echo) | sha256sum)" \
	    "and they are what the image has"
}
