# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Storage redirection: idertool beside a bare loop that sends the same blocks
# with sendfile() (the limit) and MeshCentral's client, page cache warm, on
# loopback: MB/s, milliseconds of CPU a GB, microseconds from a command to
# its first data; then over a line whose round trip takes 1, 10, 50 ms more.
mesh=$(strangers/fetch --path meshcentral 2>/dev/null) || mesh=
. ./lib.sh
head -c 67108864 /dev/urandom >"$T/cd.iso"
cat "$T/cd.iso" >/dev/null

serves() { [ "$(state .ider.serves)" = true ]; }
start() {	# PROGRAM: until it serves
	case $1 in
	idertool) idertool --cd "$T/cd.iso" --start now >/dev/null 2>&1 & ;;
	idertool-tls) idertool --insecure --tls --cd "$T/cd.iso" --start now >/dev/null 2>&1 & ;;
	sendfile) iderloop "$AMT_HOST" "$T/cd.iso" >/dev/null 2>&1 & ;;
	meshcentral) node --no-deprecation strangers/meshcentral-ider.js "$mesh" "$AMT_HOST" 16994 plain "$T/cd.iso" - 2 >/dev/null 2>&1 & ;;
	meshcentral-tls) node --no-deprecation strangers/meshcentral-ider.js "$mesh" "$AMT_HOST" 16995 tls "$T/cd.iso" - 2 >/dev/null 2>&1 & ;;
	esac
	server=$!
	pids="$pids $server"
	until_ok serves
}
ticks() { sed 's/.*) //' "/proc/$server/stat" | awk '{ print $12 + $13 }'; }
hz=$(getconf CLK_TCK)
measure() {	# ROW PROGRAM BLOCKS MIB
	start "$2"
	ctl read cd "$3" 1 >/dev/null	# warm
	before=$(ticks)
	ctl read cd "$3" "$4" >"$T/read"
	after=$(ticks)
	awk -F '\t' -v row="$1" -v program="$2" -v ticks=$((after - before)) -v hz="$hz" '
	    { v[$1] = $2 }
	    END {
		printf "%s-MB/s %s %.1f\n", row, program, v["bytes"] / v["seconds"] / 1e6
		printf "%s-cpu-ms/GB %s %.0f\n", row, program, ticks * 1e12 / hz / v["bytes"]
		printf "%s-p50-us %s %d\n", row, program, v["first-p50-us"]
		printf "%s-p99-us %s %d\n", row, program, v["first-p99-us"]
	    }' "$T/read"
	kill "$server"
	wait "$server" 2>/dev/null
	until_ok session_is_closed ider
}
# 64 KiB and 2 KiB a command.
rounds() {	# SUFFIX PROGRAM...
	suffix=$1; shift
	round=0
	while [ $round -lt "$ROUNDS" ]; do
		for program; do
			case $program in
			meshcentral*) [ -n "$mesh" ] || continue; big=2 small=4 ;;
			*) big=256 small=32 ;;
			esac
			measure 64K "$program" 32 "$big"
			measure 2K "$program" 1 "$small"
		done
		round=$((round + 1))
	done >"$T/figures"
	echo "-- $suffix"
	awk -f bench/table.awk "$T/figures"
}
start_sim --profile 11 --power on --tls-too
rounds plain idertool sendfile meshcentral
rounds TLS idertool-tls meshcentral-tls

for ms in 1 10 50; do
	ctl fault delay "$ms" >/dev/null
	for program in idertool sendfile; do measure 64K "$program" 32 2; done >"$T/figures"
	echo "-- plain, $ms ms"
	grep MB/s "$T/figures" | awk -f bench/table.awk
	ctl clear-faults >/dev/null
done
