# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the stories
# They are strangers/classes.js, which answers order by order: for both.sh.
# $client, $mesh and $dmt say which.
run_client() {	# USER PASSWORD
	TZ=UTC0 AMT_PASSWORD=$2 node --no-deprecation strangers/classes.js "$client" "$mesh" "$dmt" \
	    "http://$AMT_HOST:16992" "$1"
}
they_are() {
	if [ -n "${their_pid:-}" ]; then
		exec 7>&- 8<&-
		kill "$their_pid" 2>/dev/null
		rm "$T/orders" "$T/answers"
	fi
	mkfifo "$T/orders" "$T/answers"
	run_client "$1" "$2" <"$T/orders" >"$T/answers" &
	their_pid=$!
	pids="$pids $their_pid"
	exec 7>"$T/orders" 8<"$T/answers"
}
they_log_in() {
	printf 'get\tAMT_GeneralSettings\n' | run_client "$1" "$2" | sed -n 's/^\.	//p'
}
they() {
	said='' status=gone
	for w; do printf '%s\t' "$w"; done | sed 's/	$//' >&7
	echo >&7
	while IFS= read -r line <&8; do
		case $line in
		'.	'*) status=${line#.	}; return ;;
		'')	[ -z "$said" ] || said="$said
" ;;
		*)	said="$said$line
" ;;
		esac
	done
}
