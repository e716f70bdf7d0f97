#!/bin/sh
# SPDX-License-Identifier: MIT
# amtconsole's own logic, with stand-ins for the tools: what is sent, in
# which order, how often, with which password.
ANYWHERE=yes
. ./lib.sh

mkdir "$T/bin"
# A machine in a file; every call leaves a line in $T/calls.
cat >"$T/bin/wsamt" <<'END'
#!/bin/sh
secret=none cmd='' wait=''
while [ $# -gt 0 ]; do
	case $1 in
	--password-file) secret=$(cat "$2"); shift ;;
	-h|-u) shift ;;
	--show-config) cmd="$cmd --show-config" ;;
	--wait) wait=' --wait' ;;
	-*) ;;
	*) cmd="$cmd $1" ;;
	esac
	shift
done
echo "wsamt$cmd$wait [$secret]" >>"$T/calls"
case $cmd in
' --show-config') printf 'user\tadmin\tbuilt-in\naddress\t192.0.2.7\tx\npassword\t%s\tx\n' "$(cat "$T/source")" ;;
' power') cat "$T/power" ;;
' sol') cat "$T/sol" ;;
' ider') cat "$T/ider" ;;
' ider '*) echo "${cmd##* }" >"$T/ider" ;;
' power '*)
	rc=$(cat "$T/rc" 2>/dev/null || echo 0)
	rm -f "$T/rc"
	[ "$rc" -eq 0 ] || [ -e "$T/acts" ] || exit "$rc"
	case $cmd in *off) echo off >"$T/power" ;; *) echo on >"$T/power" ;; esac
	exit "$rc" ;;
esac
END
cat >"$T/bin/pingwait" <<'END'
#!/bin/sh
echo "pingwait $*" >>"$T/calls"
exit "$(cat "$T/ping.rc" 2>/dev/null || echo 0)"
END
cat >"$T/bin/amtterm" <<'END'
#!/bin/sh
secret=none
while [ $# -gt 0 ]; do
	case $1 in --password-file) secret=$(cat "$2") ;; --escape) echo "escape $2" >>"$T/calls" ;; esac
	shift
done
echo "amtterm [$secret]" >>"$T/calls"
exit 42
END
# Says what $T/says has, and stays.
cat >"$T/bin/idertool" <<'END'
#!/bin/sh
trap 'echo "idertool ended" >>"$T/calls"; exit 143' TERM
secret=none images=''
while [ $# -gt 0 ]; do
	case $1 in
	--password-file) secret=$(cat "$2"); shift ;;
	--cd|--floppy) images="$images $1 $2"; shift ;;
	--rw) images="$images --rw" ;;
	esac
	shift
done
echo "idertool$images [$secret]" >>"$T/calls"
cat "$T/says"
[ "$(cat "$T/says")" = attached ] || { echo "idertool: refused" >&2; exit 7; }
while :; do sleep 0.05; done
END
chmod +x "$T"/bin/*
PATH=$T/bin:$PATH
begin() { echo "$1" >"$T/power"; echo on >"$T/sol"; echo off >"$T/ider"; echo attached >"$T/says"; echo 'env AMT_PASSWORD' >"$T/source"; rm -f "$T/calls" "$T/rc" "$T/acts" "$T/ping.rc"; }
calls() { grep -v -e show-config -e 'wsamt sol ' "$T/calls" | tr '\n' '|'; }
secret=$(token)

begin off
run amtconsole htpc </dev/null
is $rc 42 "the console's status is ours"
is "$(calls)" "wsamt power [none]|wsamt power on --wait [none]|pingwait -q -d 2 -t 120 192.0.2.7|amtterm [none]|" "off: on, ping, console"
has "$err" "switching it on" "says each step"

begin on
run setsid amtconsole htpc </dev/null
is $rc 1 "on, nobody to ask: 1"
has "$err" "--soft" "and says what to give"
is "$(calls)" "wsamt power [none]|" "and sends nothing"

begin on
run amtconsole --hard --ping 7 htpc </dev/null
is "$(calls)" "wsamt power [none]|wsamt power off --wait [none]|wsamt power on --wait [none]|pingwait -q -d 2 -t 7 192.0.2.7|amtterm [none]|" "--hard: off, on, ping, console"

begin on
run amtconsole --soft htpc </dev/null
has "$(calls)" "wsamt power soft-off --wait [none]|wsamt power on" "--soft"

begin on
run amtconsole --keep --escape ^A htpc </dev/null
is "$(calls)" "wsamt power [none]|escape ^A|amtterm [none]|" "--keep: only the console"

begin off
printf '%s\nrest' "$secret" >"$T/in"
run setsid amtconsole --password-file - htpc <"$T/in"
is "$(calls)" "wsamt power [$secret]|wsamt power on --wait [$secret]|pingwait -q -d 2 -t 120 192.0.2.7|amtterm [$secret]|" "a password from standard input is read once and given to each"

begin off
echo 'env WSMAN_PASS' >"$T/source"
WSMAN_PASS=$secret run amtconsole htpc </dev/null
has "$(calls)" "amtterm [$secret]" "WSMAN_PASS reaches the console too"

begin off; echo ask >"$T/source"
run setsid amtconsole htpc </dev/null
is $rc 2 "no password and no terminal: 2"

begin off; echo off >"$T/sol"
run amtconsole htpc </dev/null
is $rc 7 "SOL off: 7"
is "$(calls)" "wsamt power [none]|" "and nothing is switched"

begin off; echo 8 >"$T/rc"
run amtconsole htpc </dev/null
is $rc 8 "no answer and still off: 8"
is "$(grep -c 'power on' "$T/calls")" 1 "the order was sent once"
begin off; echo 8 >"$T/rc"; : >"$T/acts"
run amtconsole htpc </dev/null
is $rc 42 "no answer but on: goes on"
is "$(grep -c 'power on' "$T/calls")" 1 "the order was sent once"
begin off; echo 5 >"$T/rc"
run amtconsole htpc </dev/null
is $rc 5 "a refused login ends it"
begin off; echo 1 >"$T/ping.rc"
run amtconsole htpc </dev/null
is $rc 42 "no ping: the console is tried all the same"

# ---- what is wrong is found before anything is switched ---
wrong() {	# PART OPTION...
	part=$1; shift
	begin on
	: >"$T/calls"
	run amtconsole --hard "$@" htpc </dev/null
	is "$rc $(cat "$T/calls")" "2 " "$*: 2, and no tool was called"
	has "$err" "$part" "$*: says so"
}
for value in abc '' 1.2.3 . -1; do
	wrong "--ping: \"$value\" is not a number of seconds" --ping "$value"
done
wrong '--escape: "abc" is not a key' --escape abc
wrong '--escape: "^1" is not a key' --escape=^1
wrong 'option --frob is unknown' --frob=s3cret
hasnt "$err" s3cret "what stands behind = is not shown"
wrong 'takes no argument' --tls=s3cret
wrong 'hide -p' --password=s3cret
hasnt "$err" s3cret "nor the password"
begin off
run amtconsole --ping=2.5 --escape='^_' -uroot --tls htpc </dev/null
is $rc 42 "an argument may stand with its option"
has "$(calls)" "pingwait -q -d 2 -t 2.5 192.0.2.7|escape ^_|" "and is passed on"

# ---- from an image ------------------------------------------------------
begin off
run amtconsole --cd "my cd" htpc </dev/null
is $rc 42 "--cd: the console's status is ours"
is "$(calls)" "wsamt power [none]|wsamt ider [none]|wsamt ider on [none]|idertool --cd my cd [none]|wsamt boot ider-cd sol [none]|wsamt power on --wait [none]|pingwait -q -d 2 -t 120 192.0.2.7|amtterm [none]|idertool ended|wsamt boot default [none]|wsamt ider off [none]|" "--cd: attach, choose, on, console; then all is as before"
begin on; echo on >"$T/ider"
printf '%s\n' "$secret" >"$T/in"
run setsid amtconsole --password-file - --hard --floppy f --rw htpc <"$T/in"
is "$(calls)" "wsamt power [$secret]|wsamt ider [$secret]|idertool --floppy f --rw [$secret]|wsamt boot ider-floppy sol [$secret]|wsamt power reset [$secret]|pingwait -q -d 2 -t 120 192.0.2.7|amtterm [$secret]|idertool ended|wsamt boot default [$secret]|" "--floppy --hard: is reset; what was enabled stays"
begin on
run amtconsole --soft --cd c --floppy f htpc </dev/null
has "$(calls)" "idertool --cd c --floppy f [none]|wsamt boot ider-cd sol [none]|wsamt power soft-reset" "both, --soft"
begin off; echo no >"$T/says"
run amtconsole --cd c htpc </dev/null
is $rc 7 "idertool's status, when it does not attach"
has "$err" "idertool: refused" "and its words"
is "$(calls)" "wsamt power [none]|wsamt ider [none]|wsamt ider on [none]|idertool --cd c [none]|wsamt ider off [none]|" "nothing is switched; the setting is back"
begin off; echo 5 >"$T/rc"
run amtconsole --cd c htpc </dev/null
is $rc 5 "power on fails: its status"
has "$(calls)" "power on --wait [none]|idertool ended|wsamt boot default [none]|wsamt ider off" "and all is as before"

# ---- the examples of the page ----------------------------------------------
printf '#!/bin/sh\necho %s\n' "$secret" >"$T/bin/pass"
chmod +x "$T/bin/pass"
sed -n 's/^\.Dl \$ //p' "$TOP/scripts/amtconsole.1" >"$T/examples"
is "$(wc -l <"$T/examples")" 3 "three examples"
while read -r example; do
	begin off
	run setsid sh -uc "$example" </dev/null
	is $rc 42 "$example: to the console"
	has "$(calls)" "wsamt power on --wait" "$example: it is switched on"
done <"$T/examples"
has "$(calls)" "amtterm [$secret]" "$example: with its password"

run amtconsole; is $rc 2 "no host: 2"
run amtconsole --keep --cd c a; is $rc 2 "--keep --cd: 2"
run amtconsole --rw a; is $rc 2 "--rw without --floppy: 2"
run amtconsole a b; is $rc 2 "two hosts: 2"
run amtconsole -p x a; is $rc 2 "-p: 2"
has "$err" "cannot hide" "and why"
run amtconsole --frob a; is $rc 2 "unknown option: 2"
run amtconsole --soft --hard a; is $rc 2 "--soft --hard: 2"
begin off; rm "$T/bin/pingwait"
ln -s "$(command -v sh)" "$T/bin/sh"
run env PATH="$T/bin:/usr/bin:/bin" "$TOP/scripts/amtconsole" a
is $rc 3 "a tool that is not there: 3"
has "$err" "pingwait is not installed" "and which"
done_testing
