#!/bin/sh
# SPDX-License-Identifier: MIT
# The screen's settings, its password, and the consent of whoever sits there.
. ./lib.sh
start_sim

onoff='neither on nor off'
setting timeout "$(wsamt timeout)" 9 -1 'timeout: "-1"'
setting optin off kvm all 'optin: "all" is none of off, kvm, on'
sets optin on
is "$(state .consent.required)" 4294967295 "for everything"
sets optin off
setting sharedfqdn on off both "$onoff"
switch() {	# COMMAND STATE: what a state change switches
	sets "$1" off
	gets off "$1"
	is "$(state "$2")" false "$1: and so it is"
	wrong "$onoff" "$1" 3
	busy "$1" on
	ctl fault wsman-return 0
	refused "did not take: it was off, on was wanted, it is off" "$1" on
	ctl clear-faults
	sets "$1" on
	gets on "$1"
}
switch webui .web_ui
switch rfbservice .redirection.kvm_enabled

refused 'INVALID_PASSWORD: the password does not meet AMT'"'"'s rules; "wsamt rfbpass" comes first' rfbport on
pw="Aa1!$(token | cut -c 1-4)"
sets rfbpass "$pw"
is "$(state .redirection.rfb_password)" "$pw" "rfbpass: and so it is"
run sh -c 'echo "$1" | wsamt rfbpass -' sh "Bb2?$(token | cut -c 1-4)"
is "$rc$err" 0 "from standard input"
hasnt "$(state .redirection.rfb_password)" "$pw" "another one"
wrong 'rfbpass: AMT wants exactly 8 characters, not 9' rfbpass "${pw}x"
wrong 'it has no capital letter' rfbpass 'aaaa111!'
ctl fault wsman-status 38
refused 'FLASH_WRITE_LIMIT_EXCEEDED' rfbpass "$pw"
ctl clear-faults
run wsamt -vvv rfbpass "$pw"
hasnt "$err" "$pw" "no trace of it"

setting rfbport off on 5900 "$onoff"
sets rfbport on
shows 'rfbport	on' kvm
shows 'rfbservice	on' kvm
shows 'allowed-by-bios	on' kvm
shows 'optin	off' kvm
ctl mebx kvm off
shows 'allowed-by-bios	off' kvm
ctl mebx kvm on
is "$(wsamt --json kvm | jq -r .timeout)" "$(wsamt timeout)" "kvm as JSON"
wrong 'too many arguments' kvm on
busy kvm

# Consent.
shows 'needed	off' consent
refused 'StartOptIn: refused: ReturnValue 2, not possible in the present state; nothing needs consent: optin is off' consent start
sets optin kvm
run wsamt consent start
is "$rc" 0 "asked for while the machine is off"
has "$err" 'will be on the screen when the machine is on' "says so"
shows 'state	requested' consent
wsamt power --wait on
shows 'state	displayed' consent status
code=$(state .consent.code)
[ "$code" = 000000 ] && other=000001 || other=000000
refused 'SendOptInCode: refused: ReturnValue 4, the code is wrong' consent "$other"
sets consent "$code"
shows 'state	received' consent
sets consent cancel
sets consent cancel
shows 'state	none' consent
sets consent start
sets consent cancel
wrong 'neither start, cancel, status nor the six digits' consent 12345
wrong 'neither start, cancel, status nor the six digits' consent begin
busy consent start
is "$(ctl violations)" "" "no violation"
stop_sim

# Firmware as old as version 6 knows consent for the screen only.
start_sim --without IPS_OptInService
gets off optin
sets optin kvm
gets kvm optin
is "$(state .consent.required)" 1 "for the screen"
is "$(wsamt --json optin)" '{"optin":"kvm"}' "as JSON"
refused 'this firmware is as old as version 6: optin: "on" is none of off, kvm' optin on
sets optin off
gets off optin
ctl fault wsman-ignore
refused 'optin did not take: it was off, kvm was wanted, it is off' optin kvm
ctl clear-faults
shows 'timeout	3' kvm
refused 'no such class' consent
stop_sim
start_sim --without IPS_OptInService,IPS_KVMRedirectionSettingData,CIM_KVMRedirectionSAP
refused 'no such class' optin
refused 'no such class' rfbservice on
stop_sim
run env AMT_PASSWORD=x amtsim --without AMT_Bicycle
is "$rc" 2 "what is not there cannot be left out"
done_testing
