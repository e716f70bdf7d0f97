# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A real machine behind the simulated device: QEMU with the micro guest.
# LONG 17
ANYWHERE=yes
. ./lib.sh
command -v qemu-system-x86_64 >/dev/null || { skip "no qemu-system-x86_64"; exit 77; }
guest=$O/tests/guest/micro.bin

# The sum that the guest prints: of 16-bit little-endian words, whole blocks.
sum_of() {
	{ cat "$1"; head -c $(((512 - $(wc -c <"$1") % 512) % 512)) /dev/zero; } |
	    od -An -v -tu2 --endian=little |
	    awk '{ for (i = 1; i <= NF; i++) s += $i } END { printf "%04X", s % 65536 }'
}
qemu_pid() { state .host_is | sed -n 's/^pid \([0-9]*\),.*/\1/p'; }
power_is() { [ "$(state .power)" = "$1" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
resets_are() { [ "$(state .orders.host_resets)" = "$1" ]; }

start_sim --host qemu --guest micro
is "$(state .host_is)" "no process, guest micro" "is off at first: no process"
open_console
ctl press
sees SeaBIOS "its BIOS speaks over serial-over-LAN"
sees "MICRO drive 80 sum $(sum_of "$guest")" "boots the disk, and has read what is there"
is "$(state .power)" on "is on"
first=$(qemu_pid)
has "$(tr '\0' ' ' <"/proc/$first/cmdline")" "-accel tcg" "is a process of its own"
hasnt "$(tr '\0' ' ' <"/proc/$first/environ")" "$AMT_PASSWORD" "that does not get the password"

t=$(token)
type_line "$t"
sees "$t" "echoes what was typed at run time"
type_line d
sees "MICRO drive 80 sum" "obeys: reads again"
is "$(state .orders.host_resets)" 0 "was not reset so far"
type_line r
sees "MICRO drive 80 sum" "resets itself when told"
until_ok resets_are 1
is "$(power_request 10)" 0 "takes a reset over WS-Man"
sees SeaBIOS "starts again"
sees "MICRO drive 80 sum" "is up again"
is "$(state .orders.host_resets)" 2 "counts one reset, although the BIOS resets twice"
is "$(qemu_pid)" "$first" "is still the same process"

is "$(power_request 12)" 0 "takes a soft off"
t=$(token)
type_line "$t"
sees "$t" "has no ACPI system: goes on"
is "$(state .power)" on "is still on"
is "$(power_request 8)" 2 "hard off is refused while its console is open"

type_line o
until_ok power_is off
is "$(state .host_is)" "no process, guest micro" "switches itself off, and the device knows"
is_gone "$first"; is $? 0 "leaves no process"
t=$(token)
type_line "$t"
ctl press
sees "MICRO drive 80 sum" "is switched on again"
hasnt "$(cat "$T/screen")" "$t" "keys typed without power went nowhere"

# ---- one boot from another device, then as before ----------------------
boots() {	# DEVICE TEXT WHAT
	wsamt boot "$1"
	wsamt power reset
	sees "$2" "$3"
}
boots cddvd "Booting from DVD/CD" "tries the CD when told"
sees "MICRO drive 80" "and the disk after it, for the CD drive is empty"
boots pxe "net0: " "tries the network when told"
wsamt power reset
sees "Booting from Hard Disk" "once"
sees "MICRO drive 80" "and is back on its disk"
boots bios "Select boot device:" "stops at the boot menu, which is what SeaBIOS has for setup"
printf 1 >&9
sees "MICRO drive 80" "obeys its keys"
wsamt boot cddvd
wsamt power reset
sees "Booting from DVD/CD" "then a CD again"
sees "MICRO drive 80" "and is up"
from=$seen
type_line r
sees "MICRO drive 80" "resets itself"
hasnt "$(tail -c +$((from + 1)) "$T/screen")" "DVD/CD" "and boots as ever: the choice was for one boot"
close_console

pid=$(qemu_pid)
is "$(power_request 5)" 0 "takes a power cycle"
until_ok is_gone "$pid"
until_ok power_is on
is "$(power_request 8)" 0 "takes a hard off"
until_ok power_is off

# ---- accidents ---------------------------------------------------------
ctl press
until_ok power_is on
pid=$(qemu_pid)
kill -9 "$pid"
until_ok power_is off
has "$(cat "$T/sim.err")" "QEMU (pid $pid) was killed by signal 9: the machine is off" "tells when QEMU dies"
ctl press
until_ok power_is on
pid=$(qemu_pid)
kill -9 "$sim"
until_ok is_gone "$pid"
pass "QEMU does not survive amtsim"
rm -f "$T/ctl"

# ---- a disk image of one's own; what it reads is what was written -------
head -c 5000 /dev/urandom >"$T/data"
sh "$TOP/tests/guest/mkdisk" "$guest" "$T/data" "$T/a,disk.img"
start_sim --host qemu --guest "$T/a,disk.img"
open_console
ctl press
sees "MICRO drive 80 sum $(sum_of "$T/data")" "boots an image of one's own, and reads it right"
pid=$(qemu_pid)
before=$(md5sum <"$T/a,disk.img")
kill "$sim"
wait "$sim"
is $? 0 "amtsim ends when told"
is_gone "$pid"; is $? 0 "and QEMU with it"
is "$(md5sum <"$T/a,disk.img")" "$before" "the image is as it was"

# ---- what cannot be ----------------------------------------------------
mkdir "$T/bin"
ln -s "$(command -v amtsim)" "$T/bin/amtsim"
export AMT_PASSWORD
run env PATH="$T/bin" amtsim --host qemu --run-dir "$T"
is $rc 3 "without QEMU: exit 3"
has "$err" "qemu-system-x86_64 is not installed: install the package qemu-system-x86, or use --host builtin" "and a sentence"
run amtsim --host qemu --guest "$T/none.img" --run-dir "$T"
is $rc 3 "without the image: exit 3"
has "$err" "--guest $T/none.img: $T/none.img: No such file or directory" "and a sentence"
mkdir "$T/folder"
start_sim --host qemu --guest "$T/folder"
ctl press
until_ok grep -q "ended with status 1: .*$T/folder" "$T/sim.err"
until_ok power_is off
has "$(cat "$T/sim.err")" "regular file" "passes on what QEMU says of a bad image"
done_testing
