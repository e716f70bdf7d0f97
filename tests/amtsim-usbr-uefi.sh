# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# UEFI boots Linux from a CD that idertool serves: its commands, other than
# those of a BIOS, reach the console too.
# LONG 50
ANYWHERE=yes
. ./lib.sh
command -v qemu-system-x86_64 >/dev/null || { skip "no qemu-system-x86_64"; exit 77; }
guest=$O/tests/guest/linux-usb.img
[ -f "$guest" ] || { skip "no Linux guest with USB: see tests/guest/mklinux"; exit 77; }
ider_is() { [ "$(state .ider."$1")" = true ]; }

AMTSIM_GUEST_PASSWORD="Root$(token)"
export AMTSIM_GUEST_PASSWORD
start_sim --host qemu --firmware uefi
open_console
idertool --cd "$guest" "$AMT_HOST" 2>"$T/ider.err" &
ider=$!
pids="$pids $ider"
until_ok ider_is armed
wsamt boot ider-cd
wsamt power on
# Where all is slow the firmware gives the drive up before it has answered,
# and starts its shell; it is then reset, as an administrator would.
until_ok eval 'unseen | grep -qa -e "EFI stub" -e "Internal Shell"'
if ! unseen | grep -qa "EFI stub"; then
	wsamt boot ider-cd
	wsamt power reset
fi
sees "starting Boot" "UEFI finds something to boot"
sees "Virtual CD-ROM" "which is the CD"
sees "EFI stub" "it runs the program on it"
sees "login: " "Linux is up"
type_line root
sees "Password: " "asks for the password"
type_line "$AMTSIM_GUEST_PASSWORD"
sees "~ # " "lets root in"
type_line '[ -d /sys/firmware/efi ] && echo has" "EFI; until [ -b /dev/sr0 ]; do usleep 100000; done; mkdir /cd; mount -r /dev/sr0 /cd; sha256sum </cd/efi.img'
sees "has EFI" "and was started by UEFI"
xorriso -osirrox on -indev "$guest" -extract /efi.img "$T/efi.img" >"$T/xorriso" 2>&1
sees "$(sha256sum <"$T/efi.img" | cut -d' ' -f1)" "what it read is what is on the CD"
is "$(ctl violations)" "" "nothing was wrong with an answer"
kill "$ider"
wait "$ider"
stop_sim
done_testing
