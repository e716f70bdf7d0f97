#!/bin/sh
# SPDX-License-Identifier: MIT
# diagnose: each finding is provoked, and the command it names mends it.
. ./lib.sh
start_sim

checks() { wsamt --json diagnose 2>/dev/null | jq -r '.[] | select(.finding == "ok") | .check' | tr '\n' ' '; }
all="port console screen bios consent clock certificate link "
is "$(checks)" "$all" "all is well"
shows "port	ok" diagnose
finds() {	# CHECK TEXT
	run wsamt diagnose
	is $rc 1 "$1: exit 1"
	has "$err" "1 of these would keep somebody out" "$1: one is wrong"
	has "$out" "$1	$2" "$1: says what"
	mend=$(wsamt --json diagnose 2>/dev/null | jq -r '.[] | select(.finding != "ok") | .mend')
}
mends() {	# CHECK TEXT: its command is run
	finds "$1" "$2"
	case $mend in "wsamt "*) ;; *) fail "$1: a command" "$mend" ;; esac
	# shellcheck disable=SC2086
	run $mend
	is $rc 0 "$mend"
	is "$(checks)" "$all" "$1: mended"
}
wsamt redirport off
mends port 'the port of serial console, disk and screen is closed'
wsamt sol off
mends console 'the serial console is off'
wsamt rfbservice off
mends screen 'the screen over the network is off'
ctl mebx kvm off
run wsamt diagnose
has "$out" 'bios	the screen is locked in the BIOS' "bios: says what"
ctl mebx kvm on
wsamt rfbservice on
wsamt power --wait on
wsamt optin kvm
finds consent 'the screen opens only when the person at the machine consents'
is "$mend" "wsamt consent start" "names the command"
$mend
wsamt consent "$(state .consent.code)"
is "$(checks)" "$all" "consent: mended"
wsamt consent cancel
wsamt optin on
finds consent 'screen, disk and boot choice need the consent'
wsamt optin off
wsamt link --force s0-ac
mends link 'the link goes away when the system is off, and AMT with it'
wsamt link --force s0-ac s0-dc
mends link 'the link goes away when the system is off, and AMT with it'
is "$(wsamt --json link | jq -r .policy)" s0-ac,sx-ac,s0-dc "the others are kept"
ctl clock 3600
mends clock 'the clock is 3'	# 3600 seconds ahead, or 3599 a moment later
ctl clock -90
finds clock 'the clock is '
wsamt timesync >"$T/offset"

# A certificate that ends soon: in four days and a half, whatever the second.
cd "$T" || exit 3
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ca -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=pc -keyout pc.key -out pc.csr 2>/dev/null
printf 'tls_www_server\nexpiration_date = "%s"\n' "$(date -ud '108 hours' '+%F %T UTC')" >pc.tmpl
certtool --generate-certificate --load-request pc.csr --load-ca-certificate ca.pem \
    --load-ca-privkey ca.key --template pc.tmpl --outfile pc.pem 2>/dev/null
wsamt addkey pc.key && wsamt addcert pc.pem && wsamt mktlsctx pc.pem && wsamt netboth on && wsamt nettls on && wsamt commit
finds certificate 'the certificate of TLS ends in 4 days'
has "$mend" "wsamt addcert" "names the commands"
wrong 'too many arguments' diagnose now
busy diagnose
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
