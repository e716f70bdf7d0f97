# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Answers recorded from real machines, printed by wsamt as a reader of a few
# lines of awk has them; and every command that reads, on a machine made of
# them.  The recordings are not part of this tree; AMT_CAPTURES says where
# they are.
# LONG 12
. ./lib.sh
. ./wsman.sh
captures=${AMT_CAPTURES:-$TOP/../shared/captures/wsman}
[ -f "$captures/README.md" ] && [ "$AMT_TEST_NS" = own ] && command -v node >/dev/null || exit 77
export AMT_HOST=127.0.0.1 AMT_PASSWORD=Recorded1!

part() { tr -d '\n' <"$captures/$1" | sed -n "s/<[a-z]*:$2[ >]/\n&/;s/.*\n<[^>]*> *\([^ <]*\).*/\1/p"; }
: >"$T/choice"
background node replay.js "$captures" "$T/choice" 16992 >"$T/ready"
until_ok grep -q ready "$T/ready"
n=0
for f in $(cd "$captures" && find . -name '*.xml' | sed 's/^\.\///' | sort); do
	class=$(part "$f" ResourceURI)
	class=${class##*/}
	case $(part "$f" Action) in
	*/transfer/GetResponse) verb='get' ;;
	*/enumeration/PullResponse|*/enumeration/EnumerateResponse) verb=enum ;;
	*) continue ;;
	esac
	n=$((n + 1))
	echo "$f" >"$T/choice"
	run wsamt "$verb" "$class"
	is "$rc$err
$(printf '%s\n' "$out" | sed '/^class	/d')" "0
$(lines "$captures/$f" | sed '/^EnumerationContext	/d; s/	@/	/')" "$f"
done
is "$((n > 90))" 1 "$n recordings"

# All of them are one machine, which lacks what was not recorded.
: >"$T/choice"
n=0
for c in $(wsamt --list-commands | awk -F '\t' '$3 == "reads" && $2 !~ /^class/ || $2 ~ /^\[/ { print $1 }'); do
	run wsamt "$c"
	case $rc in
	0) n=$((n + 1)); pass "$c: printed" ;;
	*)	has "$rc $err" "7 wsamt: $AMT_HOST: " "$c: refused"
		has "$err" 'no such class or instance (DestinationUnreachable: "not recorded")' "$c: not recorded" ;;
	esac
done
is "$((n > 35))" 1 "$n commands print what was recorded"
done_testing
