# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Requests written by hand, sent by curl, and wsamt, on one machine: what one
# sets the other reads.
# LONG 35
. ./lib.sh
. ./wsman.sh
. ./both.sh
who=curl

they_are() { ws_user=$1 ws_password=$2; }
they_log_in() (
	they_are "$1" "$2"
	get AMT_GeneralSettings
	echo "$status"
)
reference() {	# CLASS?KEY=VALUE,...
	echo "<a:Address>$anonymous</a:Address><a:ReferenceParameters><w:ResourceURI>$(uri "${1%%\?*}")</w:ResourceURI><w:SelectorSet>$(selectors "$1")</w:SelectorSet></a:ReferenceParameters>"
}
selectors() {	# CLASS?KEY=VALUE,...; "" without keys
	case $1 in *\?*) ;; *) return ;; esac
	printf '%s\n' "${1#*\?}" | tr ',' '\n' | while IFS= read -r key; do
		v=${key#*=}
		case $v in @*) v="<a:EndpointReference>$(reference "${v#@}")</a:EndpointReference>" ;; esac
		selector "${key%%=*}" "$v"
	done
}
elements() {	# lines "name, tab, value"
	while IFS='	' read -r n v; do
		case $v in @*) v=$(reference "${v#@}") ;; esac
		printf '<%s>%s</%s>' "$n" "$v" "$n"
	done
}
inputs() { for w; do printf '%s\t%s\n' "${w%%=*}" "${w#*=}"; done | elements; }
alarm() {	# the template of AddAlarm
	o="xmlns:o=\"$(uri IPS_AlarmClockOccurrence)\" xmlns:c=\"http://schemas.dmtf.org/wbem/wscim/1/common\""
	echo "<AlarmTemplate $o>"
	for w; do
		n=${w%%=*} v=${w#*=}
		case $n in
		StartTime) v="<c:Datetime>$v</c:Datetime>" ;;
		Interval) v="<c:Interval>$v</c:Interval>" ;;
		esac
		echo "<o:$n>$v</o:$n>"
	done
	echo "</AlarmTemplate>"
}
changed() {	# NAME[=VALUE]...: $said with these changed or left out
	for w; do printf '%s\n' "${w%%=*}"; done >"$T/names"
	printf '%s\n' "$said" | awk -F '\t' -v names="$T/names" '
		BEGIN { while ((getline n <names) > 0) not[n] = 1 }
		$1 != "" && !($1 in not)'
	for w; do case $w in *=*) printf '%s\t%s\n' "${w%%=*}" "${w#*=}" ;; esac; done
}
they() {
	verb=$1 of=${2%%\?*} keys=$(selectors "$2")
	shift 2
	case $verb in
	get) get "$of" "$keys" ;;
	enum)
		items=''
		enumerate "$of"
		context=$(value EnumerationContext)
		while [ -n "$context" ]; do
			pull "$of" "$context" 999
			got=$(lines "$T/answer.xml")
			items="$items${got:+$got

}"
			context=$(value EnumerationContext)
		done ;;
	put)
		get "$of" "$keys"
		said=$(lines "$T/answer.xml")
		put "$of" "$(changed "$@" | elements)" "$keys" ;;
	create) ws "$x_ns/Create" "$of" "<$of xmlns=\"$(uri "$of")\">$(inputs "$@")</$of>" ;;
	delete) ws "$x_ns/Delete" "$of" '' "$keys" ;;
	call)
		method=$1
		shift
		[ "$method" = AddAlarm ] && with=$(alarm "$@") || with=$(inputs "$@")
		invoke "$of" "$method" "$with" "$keys" ;;
	esac
	case $verb in enum) said=$items ;; *) said=$(lines "$T/answer.xml") ;; esac
}
both 40 ''
