# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A serial port for other programs: raw, private, found by a link that is
# replaced and removed only when it is nobody else's; readers come and go.
# ConMan, minicom, screen and expect use it as they would any.
# LONG 14
. ./lib.sh
start_sim --power on --pace 0
until_ok host_echoes
port() {
	: >"$T/err"
	background sh -c 'exec amtterm --pty "$T/port" </dev/null 2>"$T/err"'
	port=$pid
	until_ok session_is_open sol
}
unplugged() { kill "$port"; wait "$port" 2>/dev/null; until_ok session_is_closed sol; }
echoes() {	# each time another reader
	exec 8<>"$T/port"
	t=$(token)
	printf '%s\n' "$t" >&8
	got=$(timeout 10 sed "/$t/q" <&8 | tail -n 1)
	exec 8>&-
	is "$got" "$t" "$1"
}
port
is "$(stat -L -c '%a %F' "$T/port")" "600 character special file" "it is its owner's alone"
is "$(stty -F "$T/port" | grep -o -e '-icanon' -e '-opost' -e '-echo$' | sort | tr '\n' ' ')" "-echo -icanon -opost " "raw"
echoes "a program that opens it talks to the machine"
echoes "and so does the next one"

# Nobody reads: the newest is kept, the rest is counted, nothing stops.
ctl serial-fill 300000
t=$(token)
ctl serial "$t"
far() { [ "$(state .messages.redirection.bytes_out)" -gt 300000 ]; }
until_ok far
ctl serial '\n'
got=$(timeout 10 sed "/$t/q" <"$T/port" | wc -c)
until_ok grep -q 'bytes that nobody read are lost' "$T/err"
lost=$(sed -n 's/.*: \([0-9]*\) bytes that nobody.*/\1/p' "$T/err" | head -n 1)
is "$((lost + got))" 300013 "300 kB that nobody reads: $got kept, $lost lost, and said"

# The device is lost: the port stays.
kill "$sim"; wait "$sim" 2>/dev/null
until_ok grep -q 'connecting again' "$T/err"
SAME_PASSWORD=$AMT_PASSWORD start_sim --power on --pace 0
until_ok session_is_open sol
until_ok grep -q 'connected again' "$T/err"
echoes "the device was killed and started: it goes on"
unplugged
[ ! -L "$T/port" ]
is $? 0 "the link goes with it"

# Links.  A number that is free now may be anybody's in a moment.
ln -s /dev/pts/99999999 "$T/port"
port
[ -c "$T/port" ]
is $? 0 "a link to a dead one is replaced"
run timeout 20 amtterm --pty "$T/port" </dev/null
is "$rc" 3 "one that is in use is not"
has "$err" "which is in use" "says so"
ln -sf /dev/null "$T/port"
unplugged
is "$(readlink "$T/port")" /dev/null "and is not removed when it has become another's"
run timeout 20 amtterm --pty "$T/port" </dev/null
is "$rc $(readlink "$T/port")" "3 /dev/null" "a link to something else stays"
echo mine >"$T/file"
run timeout 20 amtterm --pty "$T/file" </dev/null
is "$rc $(cat "$T/file")" "3 mine" "a file stays"
has "$err" "no link to a pseudo terminal" "says so"
rm "$T/port"

run amtterm --pty "$T/port" --eof quit </dev/null
is "$rc" 2 "--eof has no meaning with --pty"

# Other people's programs.
port
if command -v expect >/dev/null; then
	t=$(token)
	run expect -c "set timeout 10; spawn -noecho -open [open $T/port r+]; send \"$t\\r\"; expect { $t { exit 0 } timeout { exit 1 } }"
	is "$rc" 0 "expect talks through it"
else
	skip "no expect"
fi
if command -v conmand >/dev/null; then
	cat >"$T/conman.conf" <<-END
	server port=7890
	server loopback=on
	server pidfile="$T/conman.pid"
	server logdir="$T"
	console name="htpc" dev="$T/port" log="htpc.log"
	END
	background conmand -F -c "$T/conman.conf" >"$T/conmand.out" 2>&1
	conmand=$pid
	up() { conman -d 127.0.0.1:7890 -q; }
	until_ok up
	t=$(token)
	run ptyrun expect:'Connection to console' "send:$t" "expect:$t" 'send:&.' -- \
	    conman -d 127.0.0.1:7890 htpc
	is "$rc" 0 "ConMan's client talks through conmand"
	until_ok grep -q "$t" "$T/htpc.log"
	kill "$conmand"; wait "$conmand" 2>/dev/null
	has "$(cat "$T/htpc.log")" "$t" "and conmand keeps its log"
else
	skip "no conmand"
fi
is_free() { (exec 8<>"$T/port"); }
prints() { i=0; until grep -q "$1" "$T/shown" || [ $((i += 1)) -gt 99 ]; do ctl serial "$1 "; sleep 0.1; done; }
person() {	# PROGRAM STEP... -- COMMAND
	if ! command -v "$1" >/dev/null; then skip "no $1"; return; fi
	what=$1 t=$(token) u=$(token); shift
	: >"$T/shown"
	background prints "$u"
	TERM=vt100 ptyrun "expect:$u" "send: $t" "expect:$t" "$@" >"$T/shown" 2>/dev/null
	is $? 0 "$what shows what the machine prints, and sends what is typed"
	wait "$pid"
	ctl serial '\n'		# what it printed last may still be there
	until_ok is_free
	echoes "$what leaves the port to the next one"
}
ctl_a=$(printf '\001')
person minicom "send:${ctl_a}x" "expect:Leave Minicom?" "send:$(printf '\r')" -- minicom -o -D "$T/port"
mkdir -m 700 "$T/screens"
SCREENDIR=$T/screens
export SCREENDIR
person screen "send:${ctl_a}k" send:y -- screen -S amt "$T/port" 115200
stty -F "$T/port" echo icanon
raw() { stty -a -F "$T/port" | grep -q -e '-icanon .*-echo '; }
until_ok raw && pass "an echo that somebody left there does not stay"
is "$(ctl violations)" "" "nothing that firmware would mind"
done_testing
