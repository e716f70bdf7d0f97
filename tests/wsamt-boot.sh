#!/bin/sh
# SPDX-License-Identifier: MIT
# boot: each device is set as firmware wants it, without a violation, and is
# what the next boot takes; what the machine cannot do is refused first.
. ./lib.sh
start_sim
wanted() { state '.boot | "\(.role) \(.source) \(.use_ider) \(.ider_device) \(.bios_setup)"'; }
check() {	# DEVICE WANTED
	run wsamt boot "$1"
	is "$rc $out$err" "0 " "boot $1"
	is "$(wanted)" "$2" "boot $1: in the machine"
}
check pxe '1 Intel(r) AMT: Force PXE Boot false 0 false'
check ider-cd '1  true 1 false'
check hdd '1 Intel(r) AMT: Force Hard-drive Boot false 0 false'
check bios '1  false 0 true'
check cddvd '1 Intel(r) AMT: Force CD/DVD Boot false 0 false'
check ider-floppy '1  true 0 false'
is "$(wsamt boot | grep -E 'UseIDER|IDERBootDevice' | tr '\n' ' ')" "UseIDER	true IDERBootDevice	0 " "the flags can be read"
is "$(wsamt --json boot | jq -r .UseIDER)" true "as JSON too"
check default '32768  false 0 false'

# The boot that comes takes it, once.
check bios '1  false 0 true'
wsamt power --wait on
is "$(state '"\(.boot.role) \(.boot.options_cleared)"')" "32768 true" "the boot has used it up"

before=$(state .http.calls)
run wsamt boot diag
is $rc 7 "a device that the machine cannot boot"
has "$err" 'cannot boot "diag": its AMT_BootCapabilities say no to ForceDiagnosticBoot' "says so"
is "$(($(state .http.calls) - before))" 1 "nothing but the capabilities was asked"
run wsamt boot ider-cd sol
is "$rc $(state '.boot | "\(.use_ider) \(.use_sol)"')" "0 true true" "the serial console with it"
run wsamt boot pxe sol; is $rc 2 "not with a forced source"
run wsamt boot ider-cd lan; is $rc 2 "nor anything else"
run wsamt boot usb; is $rc 2 "no such device"
has "$err" '"usb" is nothing to boot from: default, pxe' "lists them"
ctl fault wsman-return 3
run wsamt boot pxe
is $rc 7 "busy"; has "$err" "ChangeBootOrder: refused: ReturnValue 3, busy" "in the words of its class"
ctl clear-faults

is "$(ctl violations)" "" "no violation"

# Other generations of firmware.
for profile in 8 16; do
	kill "$sim"; wait "$sim" 2>/dev/null
	start_sim --profile $profile
	for d in pxe ider-cd bios default; do
		if [ $profile = 16 ]; then run wsamt --insecure boot $d; else run wsamt boot $d; fi
		is $rc 0 "profile $profile: boot $d"
	done
	is "$(ctl violations)" "" "profile $profile: no violation"
done
done_testing
