# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The page says what is so: its examples run, against a machine named htpc
# in the hosts file; the completion completes.
. ./lib.sh
start_sim --power on --tls-too
mkdir -p "$HOME/.config/amt"
printf 'host htpc rack1 # comment\n\taddress 127.0.0.1\n' >"$HOME/.config/amt/amt.conf"
chmod -R go-rwx "$HOME/.config"
unset AMT_HOST
cd "$T" || exit 3
awk -v dir="$T" '/^\.Sh/ { on = $0 == ".Sh EXAMPLES" }
	on && /^\.Bd/ { n++; take = 1; next }
	/^\.Ed/ { take = 0 }
	on && take { gsub(/\\e/, "\\"); print >(dir "/example" n) }' "$TOP/amtterm/amtterm.1"
is "$(find . -name 'example*' | wc -l)" 5 "five examples"
until_ok host_echoes htpc
for n in 1 2; do
	t=$(token)
	run ptyrun raw "send:$t" "expect:$t" "send:$(printf '\035q')" -- sh -eu "./example$n"
	is "$rc" 0 "runs: $(cat "example$n")"
done
has "$(cat "$HOME/.local/state/amt/known_hosts")" htpc "the certificate is kept"

# In the background, as the example is; it is ended like any job.  From now
# on plain would be a step back, so it says --plain.
sed 's/amtterm /&--plain /; s/&$/2>err \& echo $!/' example3 >log.sh
job=$(sh -eu ./log.sh)
pids="$pids $job"
until_ok session_is_open sol
t=$(token)
ctl serial "$t"
until_ok grep -q "$t" htpc.log
pass "runs: $(cat example3)"
kill "$job"
until_ok session_is_closed sol
sed 's/amtterm /&--plain /' example4 >uptime.sh
run sh -eu ./uptime.sh
is "$rc" 0 "runs: $(cat example4)"
has "$out" "uptime" "and prints what came"
sed 's/amtterm /&--plain /' example5 >login.sh
(until session_is_open sol; do sleep 0.02; done; ctl serial 'login: Password: # \nLinux\r\n') &
PW=$(token); export PW
run sh -eu ./login.sh </dev/null
is "$rc" 0 "runs: $(cat example5)"

offers() {	# WORD...: what bash offers for the last one
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
	    _amtterm; printf "%s\n" "${COMPREPLY[@]}"' bash \
	    "$TOP/amtterm/amtterm.bash" "$@" | sort | tr '\n' ' '
}
run amtterm htpc pbx
is "$rc $err" "2 amtterm: one machine at a time; see --help" "two machines"
run amtterm htpc --eof never
is "$rc" 2 "an option behind the machine"
has "$err" '"never"' "is read"
if command -v bash >/dev/null; then
	is "$(offers amtterm --e)" "--eof --escape " "options are completed"
	is "$(offers amtterm --eof '')" "keep quit " "and words of --eof"
	is "$(offers amtterm ht)" "htpc " "and names of the hosts file"
	is "$(offers amtterm -u '')" " " "nothing else where a user belongs"
fi
done_testing
