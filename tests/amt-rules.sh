#!/bin/sh
# SPDX-License-Identifier: MIT
# amt(7) and amt.conf(5), what holds for every tool: which machine, which
# hosts file, when a password command runs, one pin for all ports, where a
# password is while it is known.
. ./lib.sh
start_sim --profile 11 --power on --tls
good=$AMT_PASSWORD
ran() { wc -l 2>/dev/null <"$T/ran" || echo 0; }

# Nobody is taken for the machine that was not named.
unset AMT_HOST
for t in amtterm idertool; do
	run $t ${cd:+--cd "$T/home"} </dev/null
	is $rc 2 "$t without a machine: 2"
	cd=yes
done
AMT_HOST=127.0.0.1; export AMT_HOST

# The hosts file: the user's own, else the system's, and never both.
if [ "$AMT_TEST_NS" = own ]; then
	cat >"$T/etc" <<-'END'
	mount -t tmpfs tmpfs /etc && mkdir /etc/amt
	printf 'host htpc\n user etc\n' >/etc/amt/amt.conf
	wsamt --show-config htpc | sed -n 's/^user//p'
	mkdir -p "$HOME/.config/amt"
	chmod -R go-w "$HOME/.config"
	printf 'host other\n user home\n' >"$HOME/.config/amt/amt.conf"
	wsamt --show-config htpc | sed -n 's/^user//p'
	END
	run unshare -m sh -eu "$T/etc"
	is "$rc $err$out" "0 	etc	/etc/amt/amt.conf:2
	admin	built-in" "/etc/amt/amt.conf, and ~/.config/amt/amt.conf instead of it"
	rm -r "$HOME/.config"
fi

# A password command: for the machine that is spoken to, once, and not
# before it has shown who it is.
mkdir -p "$HOME/.config/amt"
chmod -R go-w "$HOME/.config"
cat >"$HOME/.config/amt/amt.conf" <<END
host htpc
	address 127.0.0.1
	tofu yes
	password command echo x >>'$T/ran'; cat '$T/pw'
host fake
	address 127.0.0.1
	pin $(printf %064d 0)
	password command echo x >>'$T/ran'; cat '$T/pw'
END
printf '%s\n' "$good" >"$T/pw"
unset AMT_PASSWORD
run wsamt --show-config htpc
has "$out" "password	command echo x" "--show-config shows the command"
bash -c '. "$TOP/wsamt/wsamt.bash"; COMP_WORDS=(wsamt -h ht); COMP_CWORD=2; _wsamt'
run wsamt -h fake power
is "$rc $(ran)" "5 0" "nor it, nor completion, nor a machine that is not trusted runs it"
run wsamt -h htpc sol off
is "$rc $(ran)" "0 1" "several requests: once"
run wsamt -h htpc sol on
has "$(wsamt -v -h htpc power 2>&1)" "port 664" "over TLS"

# Trusted by one tool, trusted by all; the first use is told once.
hasnt "$err" "first connection" "wsamt, the second time: silent"
run timeout 20 amtterm --eof quit htpc </dev/null
is "$rc $err" "0 " "amtterm: the pin of wsamt holds, without a word"
is "$(wc -l <"$HOME/.local/state/amt/known_hosts")" 1 "one line for the machine"

# While it is known: locked memory, no core file.
mkfifo "$T/keys"
background sh -c 'exec amtterm htpc <"$T/keys" >"$T/screen"'
exec 9>"$T/keys"
until_ok session_is_open sol
if [ -n "${SAN:-}" ]; then	# the sanitizer locks nothing
	pass "locked memory: looked at by the plain run"
else
	is "$(awk '$1 == "VmLck:" { print $2 >= 4 }' "/proc/$pid/status")" 1 "the password is in locked memory"
fi
is "$(awk '/^Max core file size/ { print $5 $6 }' "/proc/$pid/limits")" 00 "there will be no core file"
exec 9>&-
kill "$pid"
is "$(ctl violations)" "" "nothing firmware would refuse"
done_testing
