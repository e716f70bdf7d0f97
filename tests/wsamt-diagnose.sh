#!/bin/sh
# SPDX-License-Identifier: MIT
# diagnose: each finding of its table is provoked, and each command that it
# names mends what was found.
# LONG 12
. ./lib.sh
cd "$T" || exit 3

list=$(wsamt diagnose list)
: >"$T/found"
: >"$T/mended"
text_of() { printf '%s\n' "$list" | awk -F '\t' -v c="$1" -v w="$2" '$1 == c && $2 == w { print $3 }'; }
wrong_rows() { printf '%s\n' "$out" | awk -F '\t' '$2 != "ok" && $2 !~ /^not told/'; }
checks() { printf '%s\n' "$out" | cut -f 1 | tr '\n' ' '; }
all="name machine login port power console disk screen display consent tls certificate clock link "
well() {	# TEXT [OPTION]...: nothing is wrong
	text=$1; shift
	run wsamt "$@" diagnose
	is "$rc $(wrong_rows)" "0 " "$text"
}
finds() {	# CHECK WORD [OPTION]...: alone; sets $mend
	check=$1 word=$2; shift 2
	run wsamt "$@" diagnose
	is $rc 1 "$check $word: exit 1"
	has "$err" ": 1 thing is in somebody's way" "$check $word: one thing"
	case $(wrong_rows) in
	"$check	$(text_of "$check" "$word")"*) pass "$check $word: found" ;;
	*) fail "$check $word: found" "$out" ;;
	esac
	mend=$(wrong_rows | cut -f 3)
	echo "$check	$word" >>"$T/found"
}
mends() {	# the same, and what mends it does
	finds "$@"
	shift 2
	case $mend in "wsamt -h $AMT_HOST "*) ;; *) fail "$check $word: a command" "$mend" ;; esac
	eval "run $mend"
	is $rc 0 "$mend"
	echo "$check	$word" >>"$T/mended"
	case $mend in *diagnose) ;; *) well "$check $word: mended" "$@" ;; esac
}
forget() { rm -r "$HOME/.local"; }	# what --tofu knows
ports_closed() { [ "$(state '.network.ports | length')" = 0 ]; }
detail() { has "$out" ": $1	" "$check $word: $1"; }

# The way in.
start_sim
finds power off
is "$(checks)" "$(echo "$all" | sed 's/display //')" "without power no display is judged"
detail 'it is off'
mends power off
is "$(checks)" "$all" "all checks"
shows "port	ok" diagnose
finds machine port -P 17000
finds name unresolved -h no-such-name.invalid
is "$(checks)" "name " "what cannot be asked is not"
ctl unplug
finds machine closed
ctl plug
wsamt power --wait on
ctl fault http-garbage 9
finds machine other
ctl clear-faults
ctl fault http-hangup 9
finds machine failed
ctl clear-faults
AMT_PASSWORD=wrong finds login refused
has "$out" "refused the login of user admin: wrong user or password" "login refused: says who"
wsamt useradd amy 'Pw0amy+1' both info
AMT_PASSWORD='Pw0amy+1' finds login no-right -u amy
has "$out" "
console	not told: " "what this user may not ask is said"
mends tls no-tls --tofu

# Redirection.
wsamt redirport off
mends port off
ctl fault 16994.filtered
finds port unreachable
detail '16994 is silent'
ctl clear-faults
wsamt sol off
mends console off
wsamt sol off
(umask 077; printf '%s\n' "$AMT_PASSWORD" >"$T/it's a file")
mends console off --password-file "$T/it's a file"
wsamt ider off
mends disk off
ctl fault lacks-sol
finds console unsupported
ctl clear-faults
ctl fault lacks-ider
finds disk unsupported
ctl clear-faults
open_console
kill -STOP "$console"			# or it connects again
mends console busy
has "$(wsamt sessions)" "sol	closed" "the console is free"
kill -CONT "$console"
close_console
truncate -s 64k floppy
idertool --floppy floppy >ider.out 2>&1 &
disk=$!
pids="$pids $disk"
until_ok session_is_open ider
kill -STOP "$disk"
finds disk busy
has "$out" ": admin from $AMT_HOST, since 20" "says who and since when"
mends disk busy
kill -KILL "$disk"

# The screen.
wsamt rfbservice off
mends screen off
ctl mebx kvm off
finds screen locked
ctl mebx kvm on
wsamt rfbservice on
background kvmhold
until_ok session_is_open kvm
mends screen busy
ctl screens
finds display none
ctl screens 3840x2160
finds display too-large
detail 3840x2160
ctl screens 2560x1600
well "9.2 million bytes are not too many"
ctl screens off 1920x1080
mends display other
ctl screens 1920x1080
mends display other
wsamt optin kvm
finds consent needed
detail 'to the screen'
eval "run $mend"
is $rc 0 "$mend"
finds consent code
run wsamt -h "$AMT_HOST" consent "$(state .consent.code)"	# as $mend says
well "consent: mended"
printf 'consent\tneeded\nconsent\tcode\n' >>"$T/mended"
is "$mend" "wsamt -h $AMT_HOST consent CODE" "names the command"
wsamt consent cancel
wsamt optin on
finds consent needed
detail 'to screen, disk and the choice of the boot'
wsamt optin off

# Link and clock.
wsamt link --force s0-ac
mends link goes
wsamt link --force s0-ac s0-dc
mends link goes
is "$(wsamt --json link | jq -r '.policy | join(",")')" s0-ac,sx-ac,s0-dc "the others are kept"
ctl clock 3600
mends clock wrong
ctl clock -90
finds clock wrong
ctl clock 0

# TLS and its certificates: one ends in four days and a half, whatever the
# second.
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ca -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=pc -keyout pc.key -out pc.csr 2>/dev/null
make() {	# NAME BEGIN END
	printf 'tls_www_server\nactivation_date = "%s"\nexpiration_date = "%s"\n' \
	    "$(date -ud "$2" '+%F %T UTC')" "$(date -ud "$3" '+%F %T UTC')" >"$1.tmpl"
	certtool --generate-certificate --load-request pc.csr --load-ca-certificate ca.pem \
	    --load-ca-privkey ca.key --template "$1.tmpl" --outfile "$1.pem" 2>/dev/null
	wsamt addcert "$1.pem"
}
wsamt addca ca.pem
wsamt addkey pc.key
make good '-1 day' '+90 days'
make over '-9 days' '-1 day'
make early '+1 day' '+90 days'
make ends '-1 day' '+108 hours'
wsamt netboth on
wsamt nettls on
finds tls no-certificate
wsamt mktlsctx good.pem
mends tls waits
wsamt mktlsctx over.pem
finds certificate over
wsamt mktlsctx early.pem
finds certificate early
wsamt mktlsctx ends.pem
finds certificate ends
detail 'in 4 days'
wsamt mktlsctx good.pem
well "a good one"
wsamt netcert on
wsamt commit
finds tls mutual
well "with a certificate of ours" --tofu --cert good.pem --key pc.key
forget
wrong 'it is "diagnose", or "diagnose list"' diagnose now
run prlimit --nofile=12 wsamt diagnose
is $rc 3 "no descriptors: that is ours"
has "$err" 'Too many open files' "says so"
wrong 'too many arguments' diagnose list all
busy diagnose
is "$(ctl violations)" "" "no violation"
stop_sim

# Other firmware.
start_sim --without IPS_KVMRedirectionSettingData,CIM_KVMRedirectionSAP --power on
finds screen unsupported
stop_sim
start_sim --without AMT_BootCapabilities,IPS_ScreenSettingData,IPS_OptInService,AMT_TimeSynchronizationService --power on
well "what it does not have is not wrong"
stop_sim
start_sim --tls-too
ctl fault filtered
finds machine filtered
detail 'ports 623, 664, 16992, 16993, 16994, 16995 silent'
ctl clear-faults
wsamt rmcp off
ctl fault filtered
finds machine silent --timeout 0.5
ctl clear-faults
wsamt rmcp on
wsamt unprovision --force
until_ok ports_closed
finds machine not-set-up
stop_sim
start_sim --profile 16 --power on
mends tls only-tls
well "version 16" --tofu
wsamt --tofu sol off
mends console off --tofu
finds trust none --pin "$(printf %064d 0)"
stop_sim
forget
start_sim --profile 8 --tls-too --power on
well "version 8"
mends tls old --tofu
stop_sim

is "$(sort -u "$T/found")" "$(printf '%s\n' "$list" | cut -f 1,2 | sort)" "each finding was provoked"
is "$(sort -u "$T/mended")" "$(printf '%s\n' "$list" | awk -F '\t' '$4 ~ /^wsamt / { print $1 "\t" $2 }' | sort)" "each command has mended"
page=$(awk '/^\.It / { if (on) print line; on = 0 }
	/^\.It [a-z]+ [a-z-]+$/ { line = $2 "\t" $3 "\t"; on = 1; sep = ""; next }
	/^\.El/ { if (on) print line; on = 0 }
	on { line = line sep $0; sep = " " }' "$TOP/wsamt/wsamt.1")
is "$page" "$(printf '%s\n' "$list" | cut -f 1-3)" "the page has the table"
done_testing
