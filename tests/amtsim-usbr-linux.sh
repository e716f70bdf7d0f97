# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Linux boots from a CD that idertool serves, mounts it, and reads every file
# right; what it writes to the floppy is in the image; connections break and
# drives are reset meanwhile.
# LONG 40
ANYWHERE=yes
. ./lib.sh
command -v qemu-system-x86_64 >/dev/null || { skip "no qemu-system-x86_64"; exit 77; }
guest=$O/tests/guest/linux-usb.img
[ -f "$guest" ] || { skip "no Linux guest with USB: see tests/guest/mklinux"; exit 77; }
ider_is() { [ "$(state .ider."$1")" = true ]; }

mkdir "$T/data"
head -c 5000000 /dev/urandom >"$T/data/big"
head -c 30000 /dev/urandom >"$T/data/block"
head -c 777 /dev/urandom >"$T/data/small"
: >"$T/data/empty"
xorriso -indev "$guest" -outdev "$T/cd.iso" -boot_image any replay \
    -map "$T/data" /data >"$T/xorriso" 2>&1 || fail "xorriso" "$(cat "$T/xorriso")"
head -c 1474560 /dev/urandom >"$T/floppy.img"
cp "$T/floppy.img" "$T/before.img"

AMTSIM_GUEST_PASSWORD="Root$(token)"
export AMTSIM_GUEST_PASSWORD
start_sim --host qemu --guest linux
open_console
idertool --cd "$T/cd.iso" --floppy "$T/floppy.img" --rw "$AMT_HOST" 2>"$T/ider.err" &
ider=$!
pids="$pids $ider"
until_ok ider_is armed
wsamt boot ider-cd
wsamt power on
sees "Booting from DVD/CD" "the BIOS boots the CD"
sees ISOLINUX "its boot loader reads on"
sees "login: " "Linux is up"
type_line root
sees "Password: " "asks for the password"
type_line "$AMTSIM_GUEST_PASSWORD"
sees "~ # " "lets root in"
type_line 'stty -echo; until [ -b /dev/sr0 ] && [ -b /dev/sda ]; do usleep 100000; done; echo drives" are there"'
sees "drives are there" "both drives are found"

# ---- the CD --------------------------------------------------------------
files_are_right() {	# WHAT
	type_line "echo 3 >/proc/sys/vm/drop_caches; cd /cd/data; sha256sum * | sha256sum; cd /; echo sums\" \"end"
	sees "sums end" "$1: all files can be read"
	has "$(tr -d '\r' <"$T/screen" | tail -n 8)" "$(cd "$T/data" && sha256sum -- * | sha256sum)" "$1: and are what they were"
}
type_line 'mkdir /cd; mount -r /dev/sr0 /cd && echo mount""ed'
sees mounted "the CD can be mounted"
files_are_right "the CD"
ctl fault ider-reset-in-read 2
files_are_right "drive resets in the middle of reads"
ctl clear-faults
ctl fault ider-cut 3
files_are_right "connections lost in the middle of reads"
ctl clear-faults
is "$(state .ider.sessions)" 4 "that took four sessions"

# ---- the floppy ----------------------------------------------------------
write_to() {	# BLOCK WHAT: a file of the CD to a place on the floppy
	type_line "dd if=/cd/data/block of=/dev/sda bs=512 seek=$1 conv=notrunc; sync; blockdev --flushbufs /dev/sda; echo written\" \"$1"
	sees "written $1" "$2: it writes to the floppy"
	dd if="$T/data/block" of="$T/before.img" bs=512 seek="$1" conv=notrunc status=none
	is "$(sha256sum <"$T/floppy.img")" "$(sha256sum <"$T/before.img")" "$2: the image has that, and nothing else"
}
write_to 7 "the floppy"
ctl fault ider-split 1001
write_to 99 "data in pieces"
ctl clear-faults
ctl fault ider-reset-in-write 1
write_to 2000 "a reset in the middle of a write"
ctl clear-faults
type_line 'head -c 1474560 /dev/sda | sha256sum'
sees "$(sha256sum <"$T/floppy.img" | cut -d' ' -f1)" "what it reads from the floppy is what is there"

is "$(ctl violations)" "" "nothing was wrong with an answer"
kill "$ider"
wait "$ider"
stop_sim
done_testing
