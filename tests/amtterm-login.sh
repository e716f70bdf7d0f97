# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Each generation of firmware lets us in, prints, and gives back what is
# typed; each on its own way: plain, plain, TLS with a pin.
. ./lib.sh

# Type a token at a terminal and read it back, leave with the escape key.
types() {	# TEXT OPTION...
	text=$1; shift
	t=$(token)
	run ptyrun expect:'q ends' raw send:"$t" expect:"$t" \
	    send:"$(printf '\035q')" -- amtterm "$@"
	is "$rc ${err##*, }" "0 terminal restored" "$text: in, echo, out, terminal as before"
	has "$out" "connected; ^] q ends" "$text: says how to leave"
	until_ok session_is_closed sol
	is "$(ctl violations)" "" "$text: nothing that firmware would mind"
}
for p in 8 11; do
	start_sim --profile $p --power on --address 127.0.0.$p
	AMT_HOST=127.0.0.$p
	until_ok host_echoes
	types "profile $p"
	run amtterm -v --eof 2 </dev/null
	has "$err" "firmware $p." "profile $p: -v tells the firmware"
	has "$err" "host is on, RTS, DTR" "profile $p: and the host's lines"
	is "$rc" 0 "profile $p: quits at the end of input"
done

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=amt16 \
    -keyout "$T/key.pem" -out "$T/cert.pem" 2>/dev/null
pin=$(openssl x509 -in "$T/cert.pem" -outform der | sha256sum | cut -d' ' -f1)
start_sim --profile 16 --power on --tls --cert "$T/cert.pem" --key "$T/key.pem" \
    --address 127.0.0.16
AMT_HOST=127.0.0.16
printf 'default\n\tpin sha256:%s\n' "$pin" >"$T/pins"; chmod 600 "$T/pins"
AMT_CONF=$T/pins; export AMT_CONF
until_ok host_echoes
unset AMT_CONF
types "profile 16" --pin "sha256:$pin"
run amtterm -v --eof quit --pin "$pin" </dev/null
has "$err" "TLS1.3" "profile 16: -v tells the TLS version"

# What the screen shows while nobody types: the boot from its first line on.
# shellcheck disable=SC2086
kill $pids; for p in $pids; do wait "$p"; done 2>/dev/null
start_sim --power off
(until session_is_open sol; do sleep 0.02; done
ctl press >/dev/null) &
run ptyrun expect:'amtsim BIOS' expect:'memory ok' expect:'BOOT disk' \
    send:"$(printf '\035.')" -- amtterm
is "$rc" 0 "a machine that is off is watched while it starts"

# Names: -h, host:port, the hosts file.
run amtterm -h 127.0.0.1 -P 16994 --eof quit </dev/null
is "$rc" 0 "-h and -P"
run amtterm --eof quit 127.0.0.1:16994 </dev/null
is "$rc" 0 "host:port"
run amtterm --eof quit '[::1]' </dev/null
is "$rc" 0 "an IPv6 address"
mkdir -p "$HOME/.config/amt"
printf 'host htpc\n\taddress 127.0.0.1\n\tpassword file %s\n' "$T/pw" >"$HOME/.config/amt/amt.conf"
chmod -R go-rwx "$HOME/.config"
printf '%s\n' "$AMT_PASSWORD" >"$T/pw"; chmod 600 "$T/pw"
unset AMT_PASSWORD AMT_HOST
run amtterm --eof quit htpc </dev/null
is "$rc $err" "0 " "a name and a password of the hosts file"
run amtterm --eof quit </dev/null
is "$rc" 2 "no host at all is a usage error"
run amtterm one two </dev/null
is "$rc" 2 "so are two"
done_testing
