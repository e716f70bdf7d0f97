# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Each generation is another machine, each start another copy of it; a
# stranger, curl, takes stock while it is off.
. ./lib.sh
. ./wsman.sh
items() {	# CLASS: what all pulls give, in $T/items; $pulls
	: >"$T/items"
	pulls=0
	enumerate "$1"
	while context=$(value EnumerationContext); [ -n "$context" ]; do
		pull "$1" "$context" 50
		cat "$T/answer.xml" >>"$T/items"
		pulls=$((pulls + 1))
		[ $pulls -lt 20 ] || break
	done
}
each() { tr -d '\n' <"$T/items" | grep -o "<[a-z]:$1>[^<]*" | sed 's/.*>//'; }
bytes() { echo "$1" | sed 's/../& /g'; }
for profile in 8 11 16; do
	start_sim --profile $profile
	ws_url=http://127.0.0.1:16992/wsman ws_curl=
	if [ $profile = 16 ]; then ws_url=https://127.0.0.1:16993/wsman ws_curl=-k; fi
	is "$(state .power)" off "$profile: it is off"
	get CIM_Chassis
	is "$status $(value Tag)" "200 CIM_Chassis" "$profile: the chassis"
	serials="${serials:-} $(value SerialNumber)"
	get CIM_Card
	case $profile in
	16) hasnt "$out" SerialNumber "$profile: a board without serial number" ;;
	*) has "$out" "<g:SerialNumber>KN" "$profile: a board with one" ;;
	esac
	get CIM_BIOSElement
	has "$out" "<g:ReleaseDate><h:Datetime>20" "$profile: the date of the BIOS"
	get CIM_ComputerSystemPackage
	# shellcheck disable=SC2046
	set -- $(bytes "$(value PlatformGUID)")
	is "$(echo "$4$3$2$1-$6$5-$8$7-$9${10}-${11}${12}${13}${14}${15}${16}" | tr A-F a-f)" "$(state .uuid)" "$profile: the UUID, swapped"
	items CIM_PhysicalMemory
	dimms=$(each Tag | wc -l)
	is "$(each Tag | sort | uniq -d)" "" "$profile: $dimms modules, each with a tag"
	items CIM_Chip
	is "$(each ElementName | grep -c Memory) $pulls" "$dimms $((dimms + 1))" "$profile: a chip for each, one a pull"
	is "$(each ElementName | head -n 1)" "Managed System Processor Chip" "$profile: after the processor's"
	has "$(each Version)" "Core(TM) i" "$profile: its name"
	items CIM_PhysicalPackage
	is "$(each Tag | tr '\n' ' ')" "CIM_Chassis CIM_Card " "$profile: packages are chassis and card"
	get CIM_Processor
	has "$(value Family)" "$(case $profile in 8) echo 205 ;; *) echo 198 ;; esac)" "$profile: its family, an SMBIOS number"
	stop_sim
done
start_sim
ws_url=http://127.0.0.1:16992/wsman ws_curl=
get CIM_Chassis
is "$status" 200 "the chassis of another"
hasnt "$serials" " $(value SerialNumber)" "another start, another machine"
is "$(violations)" "" "all of it was correct"
done_testing
