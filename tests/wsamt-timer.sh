#!/bin/sh
# SPDX-License-Identifier: MIT
# amt-timesync@.timer: the units by systemd's own judgement, and what the
# service would run, with the credential and environment that it would have.
. ./lib.sh
units=$TOP/wsamt
unit() { sed -n "s/^$1=//p" "$units/amt-timesync@.service"; }

# systemd looks for a command in folders of its own, where it is installed;
# and this tree may be where a name has blanks.
ln -s "$O/wsamt/wsamt" "$T/wsamt"
mkdir "$T/units"
for u in service timer; do
	sed "s|^ExecStart=wsamt |ExecStart=$T/wsamt |" "$units/amt-timesync@.$u" >"$T/units/amt-timesync@htpc.$u"
done
export XDG_RUNTIME_DIR="$T"
run systemd-analyze verify --man=no "$T/units/amt-timesync@htpc.service" "$T/units/amt-timesync@htpc.timer"
is "$rc$out$err" 0 "systemd finds nothing wrong with the units"
run systemd-analyze security --offline=true --threshold=20 --no-pager "$T/units/amt-timesync@htpc.service"
is "$rc" 0 "nor with the sandbox: exposure 2.0 at most"
is "$(sed -n 's/^OnCalendar=//p' "$units/amt-timesync@.timer" | xargs systemd-analyze calendar --iterations=1 >/dev/null; echo $?)" 0 "the timer names a time"

start_sim
ctl clock 3000
mkdir -m 700 "$T/credentials"
credential=$(unit LoadCredential)
is "${credential#*:}" "/etc/amt/%i.password" "the file of the password"
printf '%s\n' "$AMT_PASSWORD" >"$T/credentials/${credential%%:*}"
chmod 400 "$T/credentials/${credential%%:*}"
start() {
	command=$(unit ExecStart | sed "s|^wsamt|$T/wsamt|;s|%i|$AMT_HOST|")
	# shellcheck disable=SC2086 # its words
	run env -i PATH=/usr/bin:/bin CREDENTIALS_DIRECTORY="$T/credentials" \
	    "$(unit Environment | sed "s|%S|$T|")" "$@" $command
}
off() {	# its clock beside ours, as it was before and after the look at it
	before=$(date +%s) time=$(state .time) after=$(date +%s)
	[ $((time >= before - 2 && time <= after + 2)) = 1 ] && echo right || echo "wrong by $((time - after))"
}
has "$(off)" "wrong by" "the clock is 50 minutes fast"
start
is "$rc $err" "0 " "the service sets it"
is "$(off)" right "and now it is right"

# What it calls is what its filter lets through.
if [ -n "${SAN:-}" ]; then
	pass "system calls: looked at by the plain run"
	done_testing
fi
ctl clock 3000
start strace -f -o "$T/trace" -e signal=none
is "$rc $(off)" "0 right" "once more, watched"
systemd-analyze syscall-filter --no-pager >"$T/groups" 2>/dev/null
members() {	# of a group, with those of the groups in it
	awk -v want="$1" '
	/^@/ { group = $1; next }
	$1 != "#" && NF { has[group] = has[group] " " $1 }
	function show(g, n, list, i) {
		n = split(has[g], list, " ")
		for (i = 1; i <= n; i++)
			if (list[i] ~ /^@/) show(list[i]); else print list[i]
	}
	END { show(want) }' "$T/groups" | sort -u
}
members @system-service >"$T/some"
members @default >>"$T/some"
members @privileged >"$T/denied"
sort -u "$T/some" | comm -23 - "$T/denied" >"$T/allowed"
is "$(wc -l <"$T/allowed" | awk '{ print ($1 > 200) }')" 1 "the filter has its calls"
sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$T/trace" | sort -u >"$T/called"
is "$(comm -23 "$T/called" "$T/allowed" | tr '\n' ' ')" "" "no call that the filter refuses"
has "$(cat "$T/called")" connect "of calls that were seen"
families=$(grep -oE 'socket\(AF_[A-Z0-9]*' "$T/trace" | sort -u | sed 's/socket(//')
for f in $families; do
	has " $(unit RestrictAddressFamilies) " " $f " "$f is let through"
done
done_testing
