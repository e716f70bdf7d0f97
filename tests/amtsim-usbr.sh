# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A real machine boots over storage redirection: QEMU's BIOS reads a CD and a
# floppy that idertool serves, and the sum of what it read proves it.
# LONG 18
ANYWHERE=yes
. ./lib.sh
command -v qemu-system-x86_64 >/dev/null || { skip "no qemu-system-x86_64"; exit 77; }
micro=$O/tests/guest/micro.bin

sum_of() {	# FILE BLOCK-SIZE: as the guest prints it, of whole blocks
	{ cat "$1"; head -c $((($2 - $(wc -c <"$1") % $2) % $2)) /dev/zero; } |
	    od -An -v -tu2 --endian=little |
	    awk '{ for (i = 1; i <= NF; i++) s += $i } END { printf "%04X", s % 65536 }'
}
ider_is() { [ "$(state .ider."$1")" = true ]; }
serve() {	# until its drives will be there at the next reset
	idertool --cd "$T/cd.iso" --floppy "$T/floppy.img" "$AMT_HOST" >"$T/ider.out" 2>&1 &
	ider=$!
	pids="$pids $!"
	until_ok ider_is armed
}
boots() {	# DEVICE STATE TEXT WHAT
	wsamt boot "$1"
	wsamt power "$2"
	sees "$3" "$4"
}

head -c 90000 /dev/urandom >"$T/cd.data"
head -c 40000 /dev/urandom >"$T/floppy.data"
sh guest/mkiso "$micro" "$T/cd.data" "$T/cd.iso"
sh guest/mkdisk "$micro" "$T/floppy.data" "$T/floppy.img"
truncate -s 1440K "$T/floppy.img"
cd="MICRO drive E0 sum $(sum_of "$T/cd.data" 2048)"
floppy="MICRO drive 80 sum $(sum_of "$T/floppy.data" 512)"
disk="MICRO drive 80 sum $(sum_of "$micro" 512)"

start_sim --host qemu --ider-buffers 700,300
open_console
boots ider-cd on "$disk" "without a console to serve it: the next device boots"
is "$(state .ider.shown)" false "there are no drives on the bus"
serve
is "$(state .ider.shown)" false "with one: not before the next reset"
boots ider-cd reset "Booting from DVD/CD" "the BIOS finds the CD"
sees "$cd" "the machine boots from it, and reads what is in the image"
is "$(state .ider.shown)" true "the drives are on the bus"
type_line d
sees "$cd" "and reads it again"
boots ider-floppy reset "$floppy" "boots from the floppy"
boots default reset "$disk" "and from its disk again"

# ---- what happens in between -------------------------------------------
ctl fault ider-reset-in-read 3
boots ider-cd reset "$cd" "resets in the middle of reads: the data are right"
ctl clear-faults
ctl fault ider-cut 2
boots ider-cd reset "$cd" "connections lost in the middle of reads: the data are right"
ctl clear-faults
is "$(state '"\(.ider.sessions) \(.ider.resets >= 8)"')" "3 true" "three sessions it took"
is "$(ctl violations)" "" "nothing was wrong with an answer"

kill "$ider"
wait "$ider"
boots ider-cd reset "$disk" "the console has gone: the next device boots"
is "$(state .ider.shown)" false "the drives are gone"
close_console
stop_sim

# ---- TLS --------------------------------------------
export AMT_CONF="$T/amt.conf"
(umask 077; printf 'default\n\ttofu yes\n' >"$AMT_CONF")
start_sim --host qemu --profile 16
open_console
serve
boots ider-cd on "$cd" "boots over TLS"
boots ider-floppy reset "$floppy" "from either drive"
is "$(ctl violations)" "" "nothing was wrong with an answer"
kill "$ider"
wait "$ider"
stop_sim
done_testing
