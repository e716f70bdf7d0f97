#!/bin/sh
# SPDX-License-Identifier: MIT
# Each command is in the page, in the help and in a story; the examples of
# the page run; the completion completes; mistakes on the command line are
# told before anything is sent.
if [ -z "${AMT_TEST_NS:-}" ] && unshare -Urnm true 2>/dev/null; then
	AMT_TEST_NS=own exec unshare -Urnm sh "$0" "$@"
fi
. ./lib.sh
page=$TOP/wsamt/wsamt.1

# In its stories each command prints, does, is given a wrong value, and is
# refused; after what it did somebody looks, within three lines.  "setting"
# and "switch" are all of them.
looked_at() {
	tr -d "\"'" <"$T/stories" | awk -v c="$1" '
	$0 ~ "^[[:space:]]*(setting|switch) " c " " { yes = 1 }
	left > 0 && /^[[:space:]]*(gets|shows|is|has|hasnt|until_ok|pass|refused) / { yes = 1 }
	{ left-- }
	$0 ~ "^[[:space:]]*(sets|gets|shows|check|run wsamt) (.* )?" c "( |;|$)" { left = 3 }
	END { exit !yes }' && echo again
}
has_case() {	# CASE COMMAND
	case $1 in
	again) looked_at "$2"; return ;;
	prints) verbs='gets|shows' ;;
	does) verbs='sets|gets|shows' ;;
	refused) verbs='refused|busy' ;;
	*) verbs=$1 ;;
	esac
	tr -d "\"'" <"$T/stories" | grep -qE "^[[:space:]]*(($verbs) (.* )?$2( |;|\$)|(setting|switch) $2 )" && echo "$1"
}
cat wsamt-*.sh >"$T/stories"
for c in $(wsamt --list-commands | cut -f 1); do
	has "$(cat "$page")" "
.It Cm $c" "$c is in the page"
	has "$(wsamt --help)" "
  $c " "$c is in the help"
	# What needs its value, or acts without one, has nothing to print.
	cases=$(wsamt --list-commands | awk -F '\t' -v c="$c" '$1 == c {
		if ($3 == "reads" || $2 ~ /^\[|\[on/) print "prints"
		if ($3 == "changes") print "does again" }')
	for case in $cases wrong refused; do
		is "$(has_case "$case" "$c")" "$case" "$c has its case: $case"
	done
done
# Words of power and boot, in table and page.
for c in power boot; do
	for w in $(wsamt --list-commands | awk -F '\t' -v c=$c '$1 == c { gsub(/[][|]/, " ", $2); print $2 }'); do
		is "$(grep -cE "^\.It Cm (.* , )?$w( |\$)|^\.It Cm ([a-z]+ , )*$w( |\$)" "$page")" 1 "$c $w is in the page"
	done
done
is "$(wsamt --list-commands | awk -F '\t' 'NF != 4 || ($3 != "reads" && $3 != "changes")')" "" "--list-commands has four columns"

# Before the network: nothing listens here.
wrong() {	# PART ARG...
	part=$1; shift
	run wsamt "$@"
	is $rc 2 "wsamt $*: exit 2"
	has "$err" "$part" "wsamt $*: says so"
}
wrong 'which command? "wsamt --help" lists them'
wrong '"pwer" is no command; did you mean "power"?' pwer
wrong '"xyzzy" is no command; "wsamt --help" lists them, and -h names the machine' xyzzy
wrong 'options stand before it' power -h 127.0.0.1
is "$(wsamt power --help)" "$(wsamt --help)" "--help behind a command"
wrong 'missing arguments; usage: wsamt get class [key=value...]' get
wrong 'missing arguments; usage: wsamt invoke class method [name=value...]' invoke CIM_X
wrong 'too many arguments; usage: wsamt identify' identify now
wrong 'too many arguments; usage: wsamt sol [on|off]' sol on off
wrong '"Win32_Fan" is no class: their names begin with AMT_, CIM_ or IPS_' get Win32_Fan
wrong '--wait is for "wsamt power STATE"' --wait sol on
wrong 'unknown option --colour' --colour power

# The examples, on a machine called htpc.
echo "hosts: files" >"$T/nsswitch"
printf '127.0.0.1 htpc rack1 rack2 rack3\n' >"$T/hosts"
if [ "$AMT_TEST_NS" = own ] && mount --bind "$T/nsswitch" /etc/nsswitch.conf &&
    mount --bind "$T/hosts" /etc/hosts; then
	start_sim
	awk -v dir="$T" '/^\.Sh/ { on = $0 == ".Sh EXAMPLES" }
		on && /^\.Bd/ { n++; take = 1; next }
		/^\.Ed/ { take = 0 }
		on && take { gsub(/\\e$/, "\\"); print >(dir "/example" n) }' "$page"
	is "$(find "$T" -name 'example*' | wc -l)" 7 "seven examples"
	for n in 1 2 3 4 5 6 7; do
		case $n in
		4) sed -i 's/--timeout 60/--timeout 2/' "$T/example4" ;;	# no system runs there
		6) wsamt power --wait on ;;
		7) sed -i 's/-h/-j 1 -h/' "$T/example7" ;;	# the three are one
		esac
		run sh -eu "$T/example$n"
		[ $n -eq 4 ] || [ $n -eq 7 ] || is "$err" "" "example $n: no complaint"
		is "$rc" 0 "example $n: $(head -1 "$T/example$n")"
		case $n in
		1) is "$out" off "it is off" ;;
		2) is "$(state .power)" on "it is on" ;;
		3) is "$(state '"\(.redirection.enabled_state) \(.boot.bios_setup) \(.orders.resets)"')" "32771 true 1" "the console is on, the BIOS setup was entered" ;;
		4) is "$(state .power)" off "it is off" ;;
		5) is "$out" "$(state .version)
$(state .network.host_name)" "version and name" ;;
		6) is "$(state .orders.nmis)" 1 "one interrupt" ;;
		7) is "$out $(printf '%s\n' "$err" | grep -c '^wsamt: 3 machines, all done$')" " 2" "all are on, both summaries say" ;;
		esac
	done
	is "$(ctl violations)" "" "no violation"
else
	skip "no mount namespace"
fi

# The completion, by a bash that is not interactive.
cat >"$T/complete" <<'END'
. "$TOP/wsamt/wsamt.bash"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_wsamt
printf '%s\n' "${COMPREPLY[@]}" | sort -u | tr '\n' ' '
END
completes() { bash "$T/complete" wsamt "$@"; }
printf 'host htpc nas   # two names\nhost other\n' >"$T/amt.conf"
export AMT_CONF="$T/amt.conf"
is "$(completes po)" "power " "a command"
is "$(completes -h htpc so)" "sol solider " "behind options"
is "$(completes power --wait so)" "soft-off soft-reset " "a state"
is "$(completes boot ider)" "ider-cd ider-floppy " "a device"
is "$(completes sol '')" "off on " "on or off"
is "$(completes ipv4 dhcp '')" " " "nothing where anything goes"
is "$(completes get AMT_Gen)" "AMT_GeneralSettings AMT_GeneralSystemDefenseCapabilities " "a class"
is "$(completes -h htpc delete --force IPS_AlarmClockOccurrence '')" "InstanceID= " "a key"
is "$(completes enum CIM_BootService '')" " " "nothing behind the class of enum"
is "$(completes pull CIM_BootService '')" "context= max= " "words of pull"
is "$(completes put "'AMT_GeneralSettings?InstanceID=x'" PingResponseEnabled = on Ho)" "HostName= HostOSFQDN= " "a property"
is "$(completes put AMT_GeneralSettings PingResponseEnabled =)" "false true " "of its values those"
is "$(completes create AMT_GeneralSettings PingResponseEnabled=t)" "PingResponseEnabled=true " "also where the shell does not split"
is "$(completes invoke AMT_RedirectionService Req)" "RequestStateChange " "a method"
is "$(completes invoke AMT_RedirectionService RequestStateChange '')" "RequestedState= TimeoutPeriod= " "its inputs"
is "$(completes invoke AMT_RedirectionService RequestStateChange RequestedState = enable-S)" "enable-SOL-and-disable-IDER " "a name of a value"
is "$(completes invoke AMT_AlarmClockService AddAlarm Al)" "AlarmTemplate. " "an instance as input"
is "$(completes invoke AMT_AlarmClockService AddAlarm AlarmTemplate.I)" "AlarmTemplate.InstanceID= AlarmTemplate.Interval= " "and what is in it"
is "$(completes put AMT_Nothing X)" " " "nothing in no class"
is "$(completes -h ht)" "htpc " "a host"
is "$(completes --js)" "--json " "an option"
done_testing
