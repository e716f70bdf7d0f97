# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The page says what is so: its examples run, against a machine named htpc in
# the hosts file; the completion completes.
. ./lib.sh
. ./libider.sh

start_sim
mkdir -p "$HOME/.config/amt"
printf 'host htpc\n\taddress %s\n' "$AMT_HOST" >"$HOME/.config/amt/amt.conf"
chmod -R go-rwx "$HOME/.config"
unset AMT_HOST
cd "$T" || exit 3
head -c 81920 /dev/urandom >debian.iso
cp debian.iso 1.iso
head -c 40960 /dev/urandom >2.iso
truncate -s 1474560 dos.img
mkdir -m 700 run
XDG_RUNTIME_DIR=$T/run; export XDG_RUNTIME_DIR
awk -v dir="$T" '/^\.Sh/ { on = $0 == ".Sh EXAMPLES" }
	on && /^\.Bd/ { n++; take = 1; next }
	/^\.Ed/ { take = 0 }
	on && take { print >(dir "/example" n) }' "$TOP/idertool/idertool.1"
is "$(find . -name 'example*' | wc -l)" 3 "three examples"

# What the page does by hand, one line after the other; the first is a job.
lines() {	# N: the example, its job's pid in $job
	sed -n 1p "example$1" | sed 's/&$/>said 2>\&1 \&/; $a echo $! >job' >job.sh
	: >said
	sh -eu ./job.sh
	job=$(cat job)
	pids="$pids $job"
	until_ok grep -q attached said
	sed -n '2,$p' "example$1" >rest.sh
}
until_ok session_is_closed ider
wsamt -h htpc power on --wait
lines 1
run sh -eu ./rest.sh
is "$rc$err" 0 "runs: $(tail -n 2 example1 | tr '\n' ' ')"
until_ok serves
kill "$job"
until_ok session_is_closed ider
sed 's/idle:120/idle:0.5/' example2 >quick.sh
run sh -eu ./quick.sh
is "$rc" 1 "runs: $(cat example2), and nobody read"
has "$out" attached "attached"
lines 3
run sh -eu ./rest.sh
is "$rc$err" 0 "runs: $(tail -n 1 example3)"
has "$(idertool --ctl run/htpc.ider status)" "cd	2.iso" "the CD is another one"
kill "$job"
until_ok session_is_closed ider

offers() {	# WORD...: what bash offers for the last one
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
	    _idertool; printf "%s\n" "${COMPREPLY[@]}"' bash \
	    "$TOP/idertool/idertool.bash" "$@" | sort | tr '\n' ' '
}
if command -v bash >/dev/null; then
	is "$(offers idertool --r)" "--reconnect --rw " "options are completed"
	is "$(offers idertool --start '')" "graceful now reboot " "and words"
	is "$(offers idertool --cd 2)" "2.iso " "and images"
	is "$(offers idertool ht)" "htpc " "and names of the hosts file"
fi
run idertool htpc --cd 2.iso --until never
is "$rc" 2 "options behind the machine"
has "$err" never "are read"
done_testing
