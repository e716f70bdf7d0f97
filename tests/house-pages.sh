#!/bin/sh
# SPDX-License-Identifier: MIT
# Pages and scripts: lint, and what pages say against what programs do.
# LONG 20
ANYWHERE=yes
. ./lib.sh
cd "$TOP" || exit 3

for page in lib/*.[57] */*.[18] tests/amtsim/*.1; do
	[ -f "$page" ] || continue
	is "$(mandoc -T lint -W warning "$page" 2>&1)" "" "$page is clean mdoc"
	for section in NAME DESCRIPTION; do
		has "$(cat "$page")" ".Sh $section" "$page has $section"
	done
done
for page in */*.[18]; do
	for section in SYNOPSIS ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		has "$(cat "$page")" ".Sh $section" "$page has $section"
	done
done

scripts=$(grep -lE '^#!.*/(sh|bash)' .ci/run scripts/* tests/* tests/*/* 2>/dev/null)
# shellcheck disable=SC2086
is "$(shellcheck -x -P tests $scripts 2>&1 | head -40)" "" "shellcheck finds nothing"

# amt.conf(5) names exactly the words of the table.
table=$(sed -n 's/^	\[CONF_[A-Z0-9_]*\] = { "\([a-z0-9-]*\)".*/\1/p' lib/conf.c | sort)
words=$(sed -n 's/^\.It \(Ic .*\)/\1/p' lib/amt.conf.5 | tr ',' '\n' |
    sed -n 's/^ *Ic \([a-z0-9-]*\).*/\1/p' | grep -vxE 'host|default|command|file|env|credential|ask' | sort)
is "$words" "$table" "amt.conf(5) has the words of the table"

# Every option of --help is in the tool's page or, for those of all tools,
# in amt(7); and the page names no option that the tool does not know.
for page in amtterm/amtterm.1 idertool/idertool.1 wsamt/wsamt.1 pingwait/pingwait.1 scripts/amtconsole.1; do
	t=$(basename "$page" .1)
	"$t" --help >"$T/help"
	items=$(grep '^\.It Fl' "$page" | grep -oE 'Fl -?[A-Za-z0-9-]+' | sed 's/Fl /-/' | sort -u)
	for o in $items; do
		grep -qE -e "(^|[ ,])$o([ ,]|\$)" "$T/help"
		is $? 0 "$page: $t knows $o"
	done
	for o in $(grep -oE '(^|[ ,])-{1,2}[a-z0-9][a-z0-9-]*' "$T/help" | tr -d ' ,' | grep -vx -e -vv -e -vvv | sort -u); do
		case $o in
		--*) mark="Fl -${o#--}" ;;
		*) mark="Fl ${o#-}" ;;
		esac
		if grep -qE -e "$mark( |\$|,)" "$page" lib/amt.7; then
			pass "$t $o is in its page"
		else
			fail "$t $o is in its page" "no $mark in $page or lib/amt.7"
		fi
	done
done
done_testing
