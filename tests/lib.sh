# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the variables are the stories'
# What a story needs.  Source it first: the script then runs in a network
# namespace of its own (loopback up, v4 and v6, all ports free) with an
# empty folder $T, and whatever it starts is ended when it ends.
#
#	is GOT WANT TEXT	has GOT PART TEXT	hasnt GOT PART TEXT
#	run COMMAND...		sets $out $err $rc; never fails
#	until_ok COMMAND...	wait until it succeeds (60 s), else not ok
#	start_sim [ARG...]	a simulated machine; sets AMT_HOST AMT_PASSWORD
#				SAME_PASSWORD: not a new one
#	stop_sim		end it before the story ends; it must end well
#	ctl WORD...		a line to amtsim's control socket
#	state PATH		a value of its state, as jq path: state .power
#	background COMMAND...	start it; its pid is in $pid
#	open_console		amtterm in the background; close_console
#	type_line TEXT		TEXT and Enter on its keyboard
#	sees TEXT WHAT		the console shows TEXT, after what was seen last
#	host_echoes [ARG...]	the builtin host takes input; use with until_ok
#	cert NAME		a certificate: $T/NAME.pem, $T/NAME.key, $pin
#	power_request STATE	over WS-Man, by curl; prints the ReturnValue
set -u
umask 022
: "${O:=$(cd .. && pwd)/build}"
: "${TOP:=$(cd .. && pwd)}"
export O TOP
name=$(basename "$0" .sh)

if [ -z "${AMT_TEST_NS:-}" ]; then
	if unshare -Urn true 2>/dev/null; then
		AMT_TEST_NS=own exec unshare -Urn sh "$0" "$@"
	fi
	export AMT_TEST_NS=none
elif [ "$AMT_TEST_NS" = own ]; then
	ip link set lo up || exit 3
fi

T=$(mktemp -d "${TMPDIR:-/tmp}/$name.XXXXXX") || exit 3
export T HOME="$T/home"
mkdir -m 700 "$HOME"
unset AMT_HOST AMT_PASSWORD AMT_CONF WSMAN_HOST WSMAN_PORT WSMAN_USER WSMAN_PASS \
    XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR CREDENTIALS_DIRECTORY \
    http_proxy https_proxy all_proxy ALL_PROXY HTTPS_PROXY
export LC_ALL=C			# what sort, date and others print
pids='' pid='' out='' err='' rc=''
fails=0
cleanup() {
	[ "$fails" -eq 0 ] || sed 's/^/    amtsim says: /' "$T/sim.err" 2>/dev/null
	for p in $pids; do kill "$p" 2>/dev/null; done
	for p in $pids; do
		i=0
		while kill -0 "$p" 2>/dev/null && [ $i -lt 100 ]; do
			sleep 0.02; i=$((i + 1))
		done
		kill -9 "$p" 2>/dev/null
	done
	rm -rf "$T"
}
trap 'cleanup' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
PATH=$O/amtterm:$O/idertool:$O/wsamt:$O/pingwait:$O/tests/amtsim:$O/tests/helpers:$TOP/scripts:$PATH

pass() { echo "ok - $name: $1"; }
fail() { fails=$((fails + 1)); echo "not ok - $name: $1"; shift; for l; do echo "    $l"; done; }
is() { if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "want: $2" "got:  $1"; fi; }
has() { case $1 in *"$2"*) pass "$3" ;; *) fail "$3" "want in it: $2" "got: $1" ;; esac; }
hasnt() { case $1 in *"$2"*) fail "$3" "must not be in it: $2" "got: $1" ;; *) pass "$3" ;; esac; }
skip() { echo "skip - $name: $1"; }
done_testing() { [ "$fails" -eq 0 ]; exit; }
# Other stories run beside this one: without a namespace only those that say
# that they are content with amtsim --address 127.x.y.z, or need no machine.
if [ "$AMT_TEST_NS" = none ] && [ -z "${ANYWHERE:-}" ]; then
	skip "no network namespace"
	exit 77
fi
background() { "$@" & pid=$!; pids="$pids $pid"; }
run() {
	"$@" >"$T/.out" 2>"$T/.err"
	rc=$?
	out=$(cat "$T/.out"); err=$(cat "$T/.err")
}
until_ok() {
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		if [ $i -ge 1200 ]; then fail "in 60 s: $*"; return 1; fi
		sleep 0.05
	done
}
cert() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" \
	    -addext "subjectAltName=DNS:$1" -keyout "$T/$1.key" -out "$T/$1.pem" 2>/dev/null
	pin=$(openssl x509 -in "$T/$1.pem" -outform der | sha256sum | cut -d' ' -f1)
}
token() { od -An -N6 -tx1 /dev/urandom | tr -d ' \n'; }	# new each time

# amtsim prints "ready" when its doors are open.
start_sim() {
	AMT_HOST=127.0.0.1
	case $AMT_TEST_NS in
	own) set -- --own-network "$@" ;;
	*)	AMT_HOST=127.$(od -An -N3 -tu1 /dev/urandom | awk '{ print $1 "." $2 "." $3 % 254 + 1 }')
		set -- --address "$AMT_HOST" "$@" ;;
	esac
	AMT_PASSWORD=${SAME_PASSWORD:-"Pw0$(token)!"}
	export AMT_HOST AMT_PASSWORD
	: >"$T/sim.out"
	# shellcheck disable=SC2046
	background env AMT_PASSWORD="$AMT_PASSWORD" amtsim --control "$T/ctl" \
	    --run-dir "$T" --log "$T/sim.log" "$@" >"$T/sim.out" 2>"$T/sim.err"
	sim=$pid
	i=0
	until grep -q '^ready' "$T/sim.out"; do
		i=$((i + 1))
		if [ $i -ge 3000 ] || ! kill -0 "$sim" 2>/dev/null; then
			fail "amtsim is ready" "$(cat "$T/sim.err")"
			done_testing
		fi
		sleep 0.02
	done
}
stop_sim() {	# a leak or a crash of its own is a failure too
	kill "$sim"
	wait "$sim"
	is "$?$(cat "$T/sim.err")" 0 "amtsim ends well"
}
ctl() { amtsim --ctl "$T/ctl" "$@"; }
state() { ctl state | jq -r "$1"; }

# Commands of wsamt: each has its cases, and wsamt-page counts them.
gets() { want=$1; shift; run wsamt "$@"; is "$rc $out$err" "0 $want" "$*: printed"; }
shows() { part=$1; shift; run wsamt "$@"; is "$rc$err" 0 "$*: printed"; has "$out" "$part" "$*: has it"; }
sets() { run wsamt "$@"; is "$rc $out$err" "0 " "$*: done"; }
wrong() {
	part=$1; shift
	before=$(state .http.calls)
	run wsamt "$@"
	is "$rc $out" "2 " "$*: exit 2"
	has "$err" "$part" "$*: says so"
	is "$(state .http.calls)" "$before" "$*: nothing was sent"
}
refused() {
	part=$1; shift
	run wsamt "$@"
	is "$rc $out" "7 " "$*: refused"
	has "$err" "$part" "$*: says so"
}
busy() {
	ctl fault wsman-busy 9
	refused 'busy: try again' "$@"
	ctl clear-faults
}
setting() {
	gets "$2" "$1"
	sets "$1" "$3"
	gets "$3" "$1"
	is "$(wsamt --json "$1")" "{\"$1\":\"$3\"}" "$1: as JSON"
	calls=$(state .http.calls)
	sets "$1" "$3"
	is "$(($(state .http.calls) - calls))" 1 "$1 $3 once more: asked, not written"
	wrong "$5" "$1" "$4"
	ctl fault wsman-status 38
	refused "AMT-STATUS 38, FLASH_WRITE_LIMIT_EXCEEDED: too many changes" "$1" "$2"
	ctl clear-faults
	ctl fault wsman-ignore
	refused "the machine said yes, but $1 did not take: it was $3, $2 was wanted, it is $3" "$1" "$2"
	ctl clear-faults
	sets "$1" "$2"
	gets "$2" "$1"
}

# amtterm in pipe mode: $T/keys is its keyboard, $T/screen its output.
open_console() {
	rm -f "$T/keys"
	mkfifo "$T/keys"
	: >"$T/screen"
	seen=0
	exec 9<>"$T/keys"
	amtterm <"$T/keys" >"$T/screen" 2>"$T/console.err" &
	console=$!
	pids="$pids $console"
	until_ok session_is_open sol
}
close_console() {
	kill "$console" 2>/dev/null
	wait "$console" 2>/dev/null
	exec 9>&-
	until_ok session_is_closed sol
}
session_is_open() { [ "$(state ".redirection.session.$1")" != null ]; }
session_is_closed() { [ "$(state ".redirection.session.$1")" = null ]; }
host_echoes() { t=$(token); printf %s "$t" | amtterm --eof 0.3 "$@" | grep -q "$t"; }
type_line() { printf '%s\r' "$1" >&9; }
unseen() { tail -c +$((seen + 1)) "$T/screen"; }
sees() {
	tries=0
	until at=$(unseen | grep -aboF -m 1 -e "$1"); do
		tries=$((tries + 1))
		if [ $tries -ge 4800 ]; then
			fail "$2" "not seen: $1" "but:" \
			    "$(unseen | tail -c 600 | cat -v)"
			return 1
		fi
		# Who has ended prints no more: look once again.
		kill -0 "$console" 2>/dev/null || tries=$((tries + 2400))
		sleep 0.05
	done
	seen=$((seen + ${at%%:*} + ${#1}))
	pass "$2"
}

# CIM_PowerManagementService.RequestPowerStateChange by a stranger.
power_request() {
	cim=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
	wsa=http://schemas.xmlsoap.org/ws/2004/08/addressing
	wsman=http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd
	curl -sS --digest -K - -H 'Content-Type: application/soap+xml;charset=UTF-8' \
	    --data "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='$wsa' xmlns:w='$wsman'>
<s:Header><a:Action>$cim/CIM_PowerManagementService/RequestPowerStateChange</a:Action>
<a:To>/wsman</a:To><w:ResourceURI>$cim/CIM_PowerManagementService</w:ResourceURI><a:MessageID>1</a:MessageID>
<a:ReplyTo><a:Address>$wsa/role/anonymous</a:Address></a:ReplyTo></s:Header>
<s:Body><r:RequestPowerStateChange_INPUT xmlns:r='$cim/CIM_PowerManagementService'>
<r:PowerState>$1</r:PowerState><r:ManagedElement><a:Address>$wsa</a:Address><a:ReferenceParameters>
<w:ResourceURI>$cim/CIM_ComputerSystem</w:ResourceURI><w:SelectorSet><w:Selector Name='Name'>ManagedSystem</w:Selector>
</w:SelectorSet></a:ReferenceParameters></r:ManagedElement></r:RequestPowerStateChange_INPUT></s:Body></s:Envelope>" \
	    "http://$AMT_HOST:16992/wsman" <<-END | sed -n 's/.*ReturnValue>\([0-9][0-9]*\)<.*/\1/p'
	user = "admin:$AMT_PASSWORD"
	END
}
