# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A machine with an operating system behind the simulated device: login,
# reboot, shutdown; what a board forgets without power.
# LONG 60
ANYWHERE=yes
. ./lib.sh
command -v qemu-system-x86_64 >/dev/null || { skip "no qemu-system-x86_64"; exit 77; }
[ -f "$O/tests/guest/linux.img" ] || { skip "no Linux guest: see tests/guest/mklinux"; exit 77; }
power_is() { [ "$(state .power)" = "$1" ]; }

AMTSIM_GUEST_PASSWORD="Root$(token)"
export AMTSIM_GUEST_PASSWORD
start_sim --host qemu --guest linux
machine=$(state .network.host_name)
log_in() {
	sees "$machine login: " "asks who it is"
	type_line root
	sees "Password: " "asks for the password"
	type_line "$AMTSIM_GUEST_PASSWORD"
	sees "~ # " "lets root in"
}

open_console
is "$(power_request 2)" 0 "is switched on over WS-Man"
sees SeaBIOS "shows its BIOS"
sees ISOLINUX "its boot loader"
sees "Linux version" "its kernel"
sees "$machine login: " "asks who it is"
type_line root
sees "Password: " "asks for the password"
type_line "$(token)"
sees "Login incorrect" "keeps out who does not know it"
log_in
hasnt "$(cat "$T/screen")" "$AMTSIM_GUEST_PASSWORD" "does not show the password"
type_line "cat /sys/class/dmi/id/product_uuid"
sees "$(state .uuid)" "is the machine that the device says it is in"

# ---- both directions, faster than either side --------------------------
type_line "seq 1 20000 | sed 's/^/line /'; echo over \$((40 + 2))"
sees "over 42" "prints 200 kB"
is "$(tr -d '\r' <"$T/screen" | grep -a '^line ' | md5sum)" \
    "$(seq 1 20000 | sed 's/^/line /' | md5sum)" "and every byte arrives, in order"
head -c 12000 /dev/urandom | od -An -v -tx1 >"$T/paste"
type_line "stty -echo; cat >/root/paste; stty echo; md5sum </root/paste"
sees "/root/paste" "takes a paste"
tr '\n' '\r' <"$T/paste" >&9
printf '\004' >&9
sees "$(md5sum <"$T/paste" | cut -d ' ' -f 1)" "of $(wc -c <"$T/paste") bytes, unharmed"

t=$(token)
type_line "echo $t >/root/kept; cat /root/kept; hostname"
sees "$machine" "has a file in memory"
is "$(power_request 11)" 0 "takes an NMI"
sees "NMI received" "and its kernel says so"
type_line "reboot"
sees "SeaBIOS" "reboots"
log_in
is "$(state .orders.host_resets)" 1 "which was one reset"

# ---- soft off, hard off ------------------------------------------------
is "$(power_request 12)" 0 "takes a soft off"
sees "Requesting system poweroff" "and shuts down"
until_ok power_is off
is "$(state .host_is)" "no process, guest linux" "is off"
ctl press
log_in
type_line "test -e /root/kept || echo forgot \$((6 * 7))"
sees "forgot 42" "has forgotten what was in memory"
close_console
ctl press
until_ok power_is off
pass "the button on the front shuts it down, too"
stop_sim
done_testing
