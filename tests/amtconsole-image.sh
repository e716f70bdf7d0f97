#!/bin/sh
# SPDX-License-Identifier: MIT
# amtconsole --cd: a machine that is off, and one that is on, boots from an
# image; whatever happens the session is closed and the settings are back.
# LONG 16
. ./lib.sh
. ./libider.sh

boot_is() { state '.boot | "\(.role) \(.use_ider) \(.use_sol)"'; }
clean() {	# TEXT
	until_ok session_is_closed ider
	is "$(boot_is)" "32768 false false" "$1: the next boot is as before"
	is "$(state .redirection.enabled_state)" "$was" "$1: so is what is enabled"
	is "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -newer "$T/begin" -name 'tmp.*' -user "$(id -un)" -type d | wc -l)" 0 "$1: no folder is left"
}
# What the simulated host prints when it has booted from a CD.
TMPDIR=$T/tmp; export TMPDIR; mkdir "$TMPDIR"
make_images
: >"$T/data"; head -c 40960 /dev/urandom >"$T/data"
head -c 512 /dev/urandom >"$T/sector"
sh "$TOP/tests/guest/mkiso" "$T/sector" "$T/data" "$T/boot.iso"
: >"$T/begin"
start_sim
was=$(state .redirection.enabled_state)
boots() {	# TEXT OPTION...
	text=$1; shift
	t=$(token)
	run ptyrun expect:'next boot: ider-cd' expect:'console;' raw send:"$t" expect:"$t" \
	    send:"$(printf '\035q')" -- amtconsole --ping 5 "$@" "$AMT_HOST"
	is "$rc" 0 "$text: the console's status"
	has "$out" "choosing the next boot: ider-cd" "$text: each step is said"
	has "$out" "read," "$text: and in the end what was read"
	clean "$text"
}
boots "it was off" --cd "$T/boot.iso"
is "$(state '.orders | "\(.ons) \(.offs) \(.cycles) \(.resets)"')" "1 0 0 0" "one order: on"
boots "it was on" --hard --cd "$T/boot.iso" --floppy "$T/floppy.img" --rw
is "$(state '.orders | "\(.ons) \(.offs) \(.cycles) \(.resets)"')" "1 0 0 1" "one more: reset"
is "$(ctl violations)" "" "nothing firmware would refuse"

# ---- what goes wrong leaves nothing behind ------------------------------
run amtconsole --cd "$T/none.iso" --hard "$AMT_HOST" </dev/null
is "$rc" 3 "no such image: 3"
has "$err" "none.iso" "and which"
clean "no such image"
ctl fault ider-refuse
run amtconsole --cd "$T/boot.iso" --hard "$AMT_HOST" </dev/null
is "$rc" 7 "the drives are refused: 7"
is "$(state .orders.resets)" 1 "and nothing is reset"
clean "refused"
ctl clear-faults
run setsid amtconsole --cd "$T/boot.iso" "$AMT_HOST" </dev/null
is "$rc" 1 "it is on and nobody to ask: 1"
clean "nobody to ask"

# Ctrl-C while it waits, and SIGTERM while the console is open.
sysctl -q -w net.ipv4.icmp_echo_ignore_all=1 2>/dev/null || :
wsamt ping off >/dev/null 2>&1 || ctl ping off >/dev/null 2>&1 || :
run ptyrun expect:'resetting it' kill:2 -- amtconsole --cd "$T/boot.iso" --hard "$AMT_HOST"
is "$rc" 130 "Ctrl-C: 130"
clean "Ctrl-C"
run ptyrun expect:'ider-cd' expect:'console;' kill:15 -- amtconsole --ping 3 --cd "$T/boot.iso" --hard "$AMT_HOST"
is "$rc" 143 "SIGTERM: 143"
clean "SIGTERM"
is "$(ctl violations)" "" "nothing firmware would refuse"
stop_sim

# ---- a real machine: QEMU's BIOS boots the CD, the guest reads it all ------
command -v qemu-system-x86_64 >/dev/null || done_testing
sh "$TOP/tests/guest/mkiso" "$O/tests/guest/micro.bin" "$T/data" "$T/boot.iso"
sum=$(od -An -v -tu2 --endian=little "$T/data" |
    awk '{ for (i = 1; i <= NF; i++) s += $i } END { printf "%04X", s % 65536 }')
start_sim --profile 16 --host qemu --start-delay 4000
t=$(token)
run ptyrun expect:SeaBIOS expect:"MICRO drive E0 sum $sum" send:"$t" expect:"$t" \
    send:"$(printf '\035q')" -- amtconsole --tofu --ping 5 --cd "$T/boot.iso" "$AMT_HOST"
is "$rc" 0 "AMT 16, TLS, QEMU: the console's status"
has "$out" "MICRO drive E0 sum $sum" "it boots from the CD, and every byte is right"
has "$err" "terminal restored" "terminal as before"
is "$(ctl violations)" "" "nothing firmware would refuse"
stop_sim
done_testing
