#!/bin/sh
# SPDX-License-Identifier: MIT
# info: one view of the machine, for each generation of firmware.
. ./lib.sh
start_sim
wsamt sol off
shows 'redirection	ider' info
wrong 'too many arguments' info all
busy info
# A user of few rights is told what he may not see.
pw="Pw1$(token)+"
wsamt useradd joe "$pw" both info
AMT_PASSWORD=$pw run wsamt -u joe info
is "$rc $(printf '%s\n' "$out" | grep -cE '^(version|uuid|mode|hostname|tls)	')" "0 5" "what he may see"
hasnt "$out" redirport "but not all"
has "$err" 'wsamt: 127.0.0.1: Get AMT_RedirectionService: refused: this user has no right to it' "says so"
wsamt useradd may "$pw" both audit
AMT_PASSWORD=$pw run wsamt -u may info
is "$rc $out" "7 " "who may see nothing is refused"
is "$(ctl violations)" "" "no violation"
stop_sim
for profile in 8 11 16; do
	start_sim --profile $profile
	set --
	[ "$profile" != 16 ] || set -- --tofu
	run wsamt "$@" --json info
	is $rc 0 "profile $profile"
	get() { printf %s "$out" | jq -r "$1"; }
	is "$(get '"\(.version).\(.build)"')" "$(state .version)" "version and build"
	is "$(get .uuid)" "$(state .uuid)" "uuid"
	is "$(get '"\(.hostname).\(.domain)"')" "$(state '.network | "\(.host_name).\(.domain_name)"')" "names"
	is "$(get .mode)" admin "mode"
	is "$(get .redirection)" "sol,ider" "redirection"
	[ $profile = 16 ] && tls=on || tls=off
	is "$(get .tls)" "$tls" "TLS"
	stop_sim
done
done_testing
