# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The serial console: amtterm beside Debian's amtterm 1.4, on one amtsim of
# the generation that lets both in (that one knows clear text only).
. ./lib.sh
theirs=/usr/bin/amtterm
[ -x "$theirs" ] || { echo "no $theirs"; exit 1; }
start_sim --profile 8 --power on
until_ok host_echoes >/dev/null
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	solbench "$T/ctl" 4000000 -- amtterm 127.0.0.1 | sed 's/\t/ amtterm /'
	until_ok session_is_closed sol
	solbench "$T/ctl" 100000 -- "$theirs" -u admin -p "$AMT_PASSWORD" 127.0.0.1 |
	    sed 's/\t/ Debian-1.4 /'
	until_ok session_is_closed sol
	round=$((round + 1))
done >"$T/figures"
awk -f bench/table.awk "$T/figures"
