# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The log: its owner's, appended, with times if wished, opened again by
# SIGHUP, complete across lost connections; a terminal that hangs up ends
# the program all the same, and a full disk is told.
. ./lib.sh
k=$(printf '\035')
start_sim --power on --pace 0
until_ok host_echoes
console() {	# OPTION...: in the background, its keyboard at 9
	mkfifo "$T/in"
	: >"$T/err"
	background setsid sh -c 'exec amtterm "$@" <"$T/in" >"$T/out" 2>"$T/err"' sh "$@"
	console=$pid
	exec 9>"$T/in"
	until_ok session_is_open sol
}
over() { kill "$console"; wait "$console" 2>/dev/null; exec 9>&-; rm "$T/in"; until_ok session_is_closed sol; }
arrives() { printf '%s\r\n' "$1" >&9; until_ok grep -q "$1" "$2"; }

echo "from before" >"$T/old"
cp "$T/old" "$T/log"
chmod 600 "$T/log"
a=$(token) b=$(token) c=$(token)
console -v --log "$T/log" --reconnect
arrives "$a" "$T/log"
mv "$T/log" "$T/log.1"
arrives "$b" "$T/log.1"
kill -HUP "$console"
until_ok grep -q 'log is open again' "$T/err"
arrives "$c" "$T/log"
is "$(stat -c %a "$T/log")" 600 "a new log is its owner's alone"
has_all() { [ "$(cat "$T/old" "$T/out")" = "$(cat "$T/log.1" "$T/log")" ]; }
until_ok has_all && pass "renamed and SIGHUP: not a byte is missing or twice"

# Lost connections: what the machine printed at each is in the log.
kill "$sim"; wait "$sim" 2>/dev/null
until_ok grep -q 'connecting again' "$T/err"
SAME_PASSWORD=$AMT_PASSWORD start_sim --power on --pace 0
until_ok session_is_open sol
a=$(token)
arrives "$a" "$T/log"
until_ok has_all && pass "device killed and started: the log is complete"
over

# No new log can be opened: the old one goes on, and the next SIGHUP tries again.
mkdir "$T/logs"
a=$(token) b=$(token)
console -v --log "$T/logs/log"
mv "$T/logs" "$T/logs.1"
kill -HUP "$console"
until_ok grep -q 'No such file.*; going on in the one that was open' "$T/err"
arrives "$a" "$T/logs.1/log"
mkdir "$T/logs"
kill -HUP "$console"
until_ok grep -q 'log is open again' "$T/err"
arrives "$b" "$T/logs/log"
over
is "$(cat "$T/out")" "$(cat "$T/logs.1/log" "$T/logs/log")" "SIGHUP without a folder: not a byte is missing or twice"

# Times.
TZ=UTC0 console --log "$T/times" --log-time
ctl serial 'one\r\ntw' && ctl serial 'o\r\n\n' && ctl serial 'three\r\n'
until_ok grep -q three "$T/times"
over
is "$(tr -d '\r' <"$T/times" | sed 's/^20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]+0000 /TIME /' | grep -A3 one)" \
    "TIME one
TIME two
TIME 
TIME three" "each line has one time, however it comes"

# SIGHUP without a log, a terminal that hangs up with one, nohup with one.
console
kill -HUP "$console"; wait "$console"
is $? 129 "without a log SIGHUP ends it"
exec 9>&-; rm "$T/in"
until_ok session_is_closed sol
run ptyrun raw hangup -- amtterm --log "$T/hup"
is "$rc" 129 "with one, a terminal that goes away does"
until_ok session_is_closed sol
u=$(token)
run ptyrun raw kill:1 "send:$u" "expect:$u" "send:${k}q" -- amtterm --log "$T/hup"
is "$rc ${err##*, }" "0 terminal restored" "a SIGHUP while it is there does not"
u=$(token)
(until session_is_open sol; do sleep 0.02; done; ctl serial "$u") &
run ptyrun "expect:$u" hangup -- sh -c 'exec amtterm --log "$T/hup" </dev/null'
is "$rc" 129 "a terminal that goes away ends a pipeline too"
until_ok session_is_closed sol

# The menu.
cd "$T" || exit 3
u=$(token) v=$(token) w=$(token)
run ptyrun raw "send:$u" "expect:$u" "send:${k}l" "expect:the log goes to 127.0.0.1.log" \
    "send:$v" "expect:$v" "send:${k}s" "expect:the log goes to 127.0.0.1.log" \
    "send:${k}l" "expect:is stopped" "send:$w" "expect:$w" "send:${k}q" -- amtterm
is "$rc" 0 "^] l starts and stops a log"
is "$(cat 127.0.0.1.log)" "$v" "with what comes meanwhile"
cd - >/dev/null || exit 3

# What cannot be logged to.
run amtterm --log "$T/none/log" --eof quit </dev/null
is "$rc" 3 "a folder that is not there: exit 3"
has "$err" "$T/none/log: No such file" "says so"
mkfifo "$T/pipe"
run amtterm --log "$T/pipe" --eof quit </dev/null
is "$rc" 3 "a pipe is none"
console --log /dev/full
ctl serial xyz
until_ok grep -q xyz "$T/out"
until_ok grep -q 'No space left on device; the console goes on' "$T/err"
exec 9>&-
over
pass "a full disk is told, and does not end a console"
done_testing
