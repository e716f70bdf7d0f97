# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the variables are the stories'
# What a story needs.  Source it first: the script then runs in a network
# namespace of its own (loopback up, v4 and v6, all ports free) with an
# empty folder $T, and whatever it starts is ended when it ends.
#
#	is GOT WANT TEXT	has GOT PART TEXT	hasnt GOT PART TEXT
#	run COMMAND...		sets $out $err $rc; never fails
#	until_ok COMMAND...	wait until it succeeds (20 s), else not ok
#	start_sim [ARG...]	a simulated machine; sets AMT_HOST AMT_PASSWORD
#	ctl WORD...		a line to amtsim's control socket
#	state PATH		a value of its state, as jq path: state .power
#	background COMMAND...	start it; its pid is in $pid
set -u
: "${O:=$(cd .. && pwd)/build}"
: "${TOP:=$(cd .. && pwd)}"
export O TOP
name=$(basename "$0" .sh)

if [ -z "${AMT_TEST_NS:-}" ]; then
	if unshare -Urn true 2>/dev/null; then
		AMT_TEST_NS=own exec unshare -Urn sh "$0" "$@"
	fi
	export AMT_TEST_NS=none		# amtsim --address 127.x.y.z instead
elif [ "$AMT_TEST_NS" = own ]; then
	ip link set lo up
fi

T=$(mktemp -d "${TMPDIR:-/tmp}/$name.XXXXXX") || exit 3
export T HOME="$T/home"
mkdir -m 700 "$HOME"
unset AMT_HOST AMT_PASSWORD AMT_CONF WSMAN_HOST WSMAN_PORT WSMAN_USER WSMAN_PASS \
    XDG_CONFIG_HOME XDG_STATE_HOME CREDENTIALS_DIRECTORY http_proxy https_proxy
pids='' pid='' out='' err='' rc=''
fails=0
cleanup() {
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
PATH=$O/amtterm:$O/wsamt:$O/pingwait:$O/tests/amtsim:$O/tests/helpers:$TOP/scripts:$PATH

pass() { echo "ok - $name: $1"; }
fail() { fails=$((fails + 1)); echo "not ok - $name: $1"; shift; for l; do echo "    $l"; done; }
is() { if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "want: $2" "got:  $1"; fi; }
has() { case $1 in *"$2"*) pass "$3" ;; *) fail "$3" "want in it: $2" "got: $1" ;; esac; }
hasnt() { case $1 in *"$2"*) fail "$3" "must not be in it: $2" "got: $1" ;; *) pass "$3" ;; esac; }
skip() { echo "skip - $name: $1"; }
done_testing() { [ "$fails" -eq 0 ]; exit; }
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
		if [ $i -ge 400 ]; then fail "in 20 s: $*"; return 1; fi
		sleep 0.05
	done
}
token() { od -An -N6 -tx1 /dev/urandom | tr -d ' \n'; }	# new each time

# amtsim prints "ready" when its doors are open.
start_sim() {
	AMT_HOST=127.0.0.1
	AMT_PASSWORD="Pw0$(token)!"
	export AMT_HOST AMT_PASSWORD
	: >"$T/sim.out"
	# shellcheck disable=SC2046
	background env AMT_PASSWORD="$AMT_PASSWORD" amtsim --control "$T/ctl" \
	    --run-dir "$T" --log "$T/sim.log" "$@" >"$T/sim.out" 2>"$T/sim.err"
	sim=$pid
	i=0
	until grep -q '^ready' "$T/sim.out"; do
		i=$((i + 1))
		if [ $i -ge 400 ] || ! kill -0 "$sim" 2>/dev/null; then
			fail "amtsim is ready" "$(cat "$T/sim.err")"
			done_testing
		fi
		sleep 0.02
	done
}
ctl() { amtsim --ctl "$T/ctl" "$@"; }
state() { ctl state | jq -r "$1"; }
