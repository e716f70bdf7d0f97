# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A client that is not ours, MeshCentral's node modules: its WS-Man boots the
# machine once from the network, its serial-over-LAN (digest login) reads what
# that boot says and types.  Each profile, plain and TLS.
mesh=$(strangers/fetch --path meshcentral) || exit 77
. ./lib.sh

mesh() {	# SCRIPT ARG...
	script=$1; shift
	node --no-deprecation "strangers/meshcentral-$script.js" "$mesh" "$AMT_HOST" "$@"
}

# The last such message that amtsim sent.
last_out() {
	ctl state >"$T/flushed"
	grep "\"what\":\"$1\"" "$T/sim.log" | tail -n 1 | jq -r .hex
}

judge() {	# PROFILE TRANSPORT [OPTION]...
	profile=$1 transport=$2 what="$1, $2"
	shift 2
	start_sim --profile "$profile" --seed "$((0x$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')))" "$@"
	case $transport in
	plain) ws=16992 sol=16994 ;;
	tls) ws=16993 sol=16995 ;;
	esac
	version=$(state .version) box=pc$(token) typed=$(token)

	run env AMT_PASSWORD=Wrong1!x node --no-deprecation strangers/meshcentral-sol.js \
	    "$mesh" "$AMT_HOST" "$sol" "$transport" 'amtsim$ ' "$typed"
	is "$rc $out$err" "1 " "$what: a wrong password opens nothing"
	is "$(state .messages.redirection.logins) $(last_out 'AuthenticateSession reply')" \
	    "0 140100000400000000" "$what: its digest was refused"

	: >"$T/open"
	mesh sol "$sol" "$transport" 'amtsim$ ' "$typed" >"$T/sol" 2>"$T/open" &
	console=$!
	pids="$pids $console"
	until_ok grep -q open "$T/open"
	run mesh sol "$sol" "$transport" x x
	is "$rc $out" "1 " "$what: a second console is refused"
	is "$(last_out 'StartRedirectionSession reply' | cut -c1-4)" 1102 "$what: as busy"

	run mesh wsman "$ws" "$transport" "$box"
	is "$rc" 0 "$what: WS-Man"
	is "$out" "$(printf '%s\t%s\n' DigestRealm "$(state .digest_realm)" Server "$version" \
	    AMT "${version%.*}" PowerState 8 HostName "$box" RequestStateChange 0 UseSOL false \
	    SetBootConfigRole 0 ChangeBootOrder 0 RequestPowerStateChange 0)" "$what: its answers"
	is "$(state '"\(.network.host_name) \(.redirection.enabled_state) \(.orders.ons)"')" \
	    "$box 32770 1" "$what: the machine is changed by them"
	is "$(state '"\(.http.challenges) \(.http.connections)"')" "1 2" "$what: one challenge"

	wait "$console"
	is $? 0 "$what: SOL"
	has "$(cat "$T/sol")" "BOOT pxe $(state .host_is | cut -d" " -f1)" "$what: it reads the boot just ordered"
	has "$(cat "$T/sol")" "$typed" "$what: and what it typed"
	is "$(ctl violations)" "" "$what: nothing firmware would refuse"
	kill "$sim"; wait "$sim"
}

judge 8 plain
judge 11 plain
judge 11 tls --tls
judge 16 tls

# What the presence pong says, read by a stranger.
pong() {	# VERSION PORTS [OPTION]...
	version=$1 ports=$2
	shift 2
	start_sim "$@"
	run mesh ping
	is "$rc $out" "0 $(printf '%s\t%s\n' version "$version" state 2 ports "$ports")" "pong: $*"
	kill "$sim"; wait "$sim"
}
pong 8.1 16992 --profile 8
pong 11.8 16992,16993 --profile 11 --tls-too
pong 11.8 16993 --profile 11 --tls
pong 0.0 16993 --profile 16
done_testing
