#!/bin/sh
# SPDX-License-Identifier: MIT
# inventory: the parts of the machine, while it is off.
. ./lib.sh
sum() { awk '{ n += $1 } END { printf "%.0f\n", n }'; }
for profile in 8 11 16; do
	start_sim --profile $profile
	set --
	if [ $profile = 16 ]; then set -- --tofu; fi
	run wsamt "$@" --json inventory
	is $rc 0 "profile $profile"
	part() { printf %s "$out" | jq -r ".[] | select(.part == \"$1\") | $2"; }
	raw() { wsamt "$@" 2>/dev/null; }
	is "$(part chassis '"\(.model) \(.serial)"')" \
	    "$(raw "$@" --json get CIM_Chassis | jq -r '"\(.Model) \(.SerialNumber)"')" "chassis"
	is "$(part chassis .type)" "mini PC" "its type in words"
	is "$(part board .model)" "$(raw "$@" --json get CIM_Card | jq -r .Model)" "board"
	is "$(part bios .version)" "$(raw "$@" --json get CIM_BIOSElement | jq -r .Version)" "BIOS"
	has "$(part processor .model)" "Intel(R) Core(TM) i" "the processor's name, from its chip"
	has "$(part processor .family)" "Core i" "its family in words"
	case $(part processor .socket) in
	LGA*|BGA*) pass "its socket in words" ;;
	*) fail "its socket in words" "$(part processor .socket)" ;;
	esac
	is "$(part memory .bytes | sum)" \
	    "$(raw "$@" --json enum CIM_PhysicalMemory | jq -r '.[].Capacity' | sum)" "all memory"
	is "$(part memory .type | grep -c '^DDR')" "$(part memory .bank | wc -l)" "its type in words"
	is "$(part disk .kilobytes)" "$(raw "$@" --json enum CIM_MediaAccessDevice | jq -r '.[].MaxMediaSize')" "disk"
	stop_sim
done
rm -rf "$HOME/.local"
start_sim
shows 'part	chassis' inventory
is "$(wsamt inventory | grep -c '^$')" "$(($(wsamt --json inventory | jq length) - 1))" "empty lines between"
wrong 'too many arguments' inventory all
busy inventory
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
