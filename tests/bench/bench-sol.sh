# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The serial console: amtterm beside Debian's amtterm 1.4, on one amtsim of
# the generation that lets both in (that one knows clear text only), and
# beside the smallest client there can be, which is the limit.
. ./lib.sh
theirs=/usr/bin/amtterm
[ -x "$theirs" ] || { echo "no $theirs"; exit 1; }
start_sim --profile 8 --power on
until_ok host_echoes >/dev/null
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	solbench "$T/ctl" 4000000 -- amtterm 127.0.0.1 | sed 's/\t/ amtterm /'
	until_ok session_is_closed sol
	solbench "$T/ctl" 4000000 -- solsmallest 127.0.0.1 | sed 's/\t/ smallest /'
	until_ok session_is_closed sol
	solbench "$T/ctl" 100000 -- "$theirs" -u admin -p "$AMT_PASSWORD" 127.0.0.1 |
	    sed 's/\t/ Debian-1.4 /'
	until_ok session_is_closed sol
	round=$((round + 1))
done >"$T/figures"
awk -f bench/table.awk "$T/figures"
awk '/^echo_us/ { n[$2]++; us[$2, n[$2]] = $3 }
	function median(p, i, j, t) {
		for (i = 1; i <= n[p]; i++) for (j = i + 1; j <= n[p]; j++)
			if (us[p, j] < us[p, i]) { t = us[p, i]; us[p, i] = us[p, j]; us[p, j] = t }
		return us[p, int((n[p] + 1) / 2)]
	}
	END { r = median("amtterm") / median("smallest")
		printf "   goal: echo at most 1.25 times the smallest: %.2f, %s\n", r, r <= 1.25 ? "met" : "missed" }' "$T/figures"
