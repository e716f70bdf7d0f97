# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# 500 simulated machines, "wsamt power" on 250 at a time in one process,
# beside 250 curl processes at a time by xargs with the same requests:
# seconds, processor seconds of the clients alone, memory a machine.
# Alone: cd tests && sh bench/bench-fleet.sh
. ./lib.sh
[ "$AMT_TEST_NS" = own ] || exit 77
machines=500 wide=250
# shellcheck disable=SC3045 # dash and bash have it
ulimit -n "$(ulimit -H -n)"
start_sim --fleet $machines --address 127.5.0.1 --power on
class=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_AssociatedPowerManagementService
add=http://schemas.xmlsoap.org/ws/2004/08/addressing
cat >"$T/get.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="$add" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action><a:To>/wsman</a:To><w:ResourceURI>$class</w:ResourceURI><a:MessageID>1</a:MessageID><a:ReplyTo><a:Address>$add/role/anonymous</a:Address></a:ReplyTo><w:OperationTimeout>PT60S</w:OperationTimeout></s:Header><s:Body/></s:Envelope>
END
awk -v n=$machines 'BEGIN { for (i = 0; i < n; i++) printf "127.5.%d.%d\n", (i + 1) / 256, (i + 1) % 256 }' >"$T/hosts"
by_wsamt() { wsamt --hosts "$T/hosts" -j "${1:-$wide}" power; }
by_curl() {
	xargs -a "$T/hosts" -P $wide -I {} curl -sS --digest -u "admin:$AMT_PASSWORD" \
	    -H 'Content-Type: application/soap+xml; charset=utf-8' \
	    --data-binary "@$T/get.xml" -o /dev/null -w '%{http_code}\n' "http://{}:16992/wsman"
}
answered() {	# PROGRAM: how many did
	case $1 in
	wsamt) grep -c '	on$' "$T/answers" ;;
	curl) grep -c '^200$' "$T/answers" ;;
	esac
}
measure() {	# PROGRAM; times prints what children took
	(
	start=$(date +%s%N)
	"by_$1" >"$T/answers" 2>"$T/errors"
	echo "fleet-s $1 $(($(date +%s%N) - start))" | awk '{ printf "%s %s %.3f\n", $1, $2, $3 / 1e9 }'
	times >"$T/times"
	awk -v p="$1" 'NR == 2 { split($1, u, /[ms]/); split($2, s, /[ms]/)
		printf "fleet-cpu-s %s %.3f\n", p, u[1] * 60 + u[2] + s[1] * 60 + s[2] }' "$T/times"
	)
	[ "$(answered "$1")" = $machines ] || { echo "$1: not all answered" >&2; sort "$T/errors" | uniq -c | head -3 >&2; sort "$T/answers" | uniq -c >&2; exit 1; }
}
# The most memory at a time, as the kernel counted it, KiB.
peak() {	# MACHINES
	head -n "$1" "$T/hosts" >"$T/some"
	wsamt --hosts "$T/some" -j "$1" power >"$T/answers" 2>"$T/errors" &
	while kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$!/status" 2>"$T/gone") && [ -n "$kib" ]; do
		most=$kib
	done
	wait $!
	echo "$most"
}
memory() { echo "machine-KiB wsamt $((($(peak $wide) - $(peak 1)) / (wide - 1)))"; }
round=0
while [ $round -lt "${ROUNDS:-5}" ]; do
	measure wsamt
	measure curl
	memory
	round=$((round + 1))
done >"$T/figures"
awk -f bench/table.awk "$T/figures"
