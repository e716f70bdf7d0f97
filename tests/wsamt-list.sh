#!/bin/sh
# SPDX-License-Identifier: MIT
# listall and listepr: every instance of the machine once, also where it
# refuses to enumerate some classes.
. ./lib.sh
start_sim

keys() { jq -r '.[] | "\(.class) \(.InstanceID // .Name // .Tag // .DeviceID // "")"' | sort; }
shows 'HostName	amtsim' listall
is "$(wsamt --json listall | keys | uniq -d | grep -v 'Service$' | head -3)" "" "no instance twice"
wsamt listepr >"$T/eprs"
is "$(sort "$T/eprs" | uniq -d)" "" "no reference twice"
is "$(wsamt --json listepr | jq length)" "$(wsamt --json listall | jq length)" "as many references as instances"
shows 'CIM_ComputerSystem?CreationClassName=CIM_ComputerSystem,Name=ManagedSystem' listepr
# Each can be taken as it is printed.
ok=0
while read -r reference; do
	case $reference in
	*=CIM_*\?*|*=AMT_*\?*) continue ;;	# its keys are references
	esac
	wsamt get "$reference" >/dev/null && ok=$((ok + 1))
done <<END
$(head -8 "$T/eprs")
END
is $ok 8 "eight of them by get"
wrong 'too many arguments' listall AMT_X
wrong 'too many arguments' listepr AMT_X

# It goes on over what is refused.
ctl fault wsman-no-enumerate
run wsamt listall
is $rc 0 "Enumerate is refused: what is there once is got"
has "$out" 'class	AMT_GeneralSettings' "like this"
has "$err" 'Enumerate AMT_TLSSettingData: refused' "what is there twice is named"
has "$(wsamt listepr 2>/dev/null)" AMT_GeneralSettings "the same with references"
ctl clear-faults
ctl fault wsman-busy 4		# Enumerate and Get, of two
run wsamt listall
is $rc 0 "two classes are refused: it goes on"
is "$(printf '%s\n' "$err" | grep -c 'busy: try again')" 2 "and says which"
has "$out" "class	CIM_ComputerSystem" "the others are there"
ctl fault wsman-busy 9999
refused 'busy: try again' listall
refused 'busy: try again' listepr
ctl clear-faults
is "$(ctl violations)" "" "no violation"
stop_sim
run wsamt listall; is $rc 4 "nobody there"
done_testing
