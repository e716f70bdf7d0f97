# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# In a pipeline: bytes are exact both ways, slow readers slow the machine
# down, the end of input does what --eof says, and whatever happens to
# standard output is told by the exit status.
ANYWHERE=yes
. ./lib.sh
start_sim --power on --pace 0
until_ok host_echoes

# 300,000 bytes of every value there and back; the echo is their copy.
i=0; while [ $i -lt 3000 ]; do printf '%s\n' "line $i $(token)"; i=$((i + 100)); done >"$T/in"
head -c 300000 /dev/urandom >>"$T/in"
size=$(wc -c <"$T/in")
background sh -c 'exec amtterm --eof keep <"$T/in" >"$T/out" 2>"$T/err"'
enough() { [ "$(wc -c <"$T/out")" -ge "$size" ]; }
until_ok enough
kill "$pid"; wait "$pid" 2>/dev/null
is $? 143 "SIGTERM ends a pipeline too, with 128 + 15"
tail -c "$size" "$T/out" >"$T/echo"
is "$(sha256sum <"$T/echo")" "$(sha256sum <"$T/in")" "$size bytes there and back, exact"

# A reader that does not read: the device is held, not our memory; then all comes.
mkfifo "$T/slow"
background sh -c 'exec amtterm --eof keep </dev/null >"$T/slow"'
writer=$pid
exec 8<"$T/slow"
until_ok session_is_open sol
ctl serial-fill 4000000
still() { a=$(state .messages.redirection.bytes_out); sleep 0.3; [ "$(state .messages.redirection.bytes_out)" = "$a" ]; }
until_ok still
rss=$(awk '/VmRSS/ { print $2 }' "/proc/$writer/status")
[ "$rss" -lt 40000 ]
is $? 0 "a slow reader: $rss kB in memory"
got=$(head -c 4000000 <&8 | wc -c)
is "$got" 4000000 "and every byte comes when it reads"
exec 8<&-
wait "$writer"
is $? 0 "a reader that is gone ends it quietly"

# The end of input.
t=$(token)
run sh -c 'printf %s '"$t"' | timeout 60 amtterm --eof 3'
has "$out" "$t" "--eof 3: waits for what is said"
is "$rc" 0 "--eof 3: then ends"
printf %s "$t" | amtterm --eof quit >/dev/null 2>"$T/err"
is "$? $(cat "$T/err")" "0 " "--eof quit: ends at once"
background sh -c 'exec amtterm </dev/null >"$T/kept"'
until_ok session_is_open sol
t=$(token)
ctl serial "$t"
until_ok grep -q "$t" "$T/kept"
is $? 0 "keep, the default: goes on printing"
kill -INT "$pid" 2>/dev/null; kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null
run amtterm --eof never </dev/null
is "$rc" 2 "--eof never: no such word"

# Standard output.
(until session_is_open sol; do sleep 0.02; done; ctl serial-fill 10000) &
timeout 20 amtterm 2>"$T/err" </dev/null | head -c 5 >/dev/null
is "$(cat "$T/err")" "" "a pipe closed by its reader: no word"
until_ok session_is_closed sol
until_ok session_is_closed sol
(until session_is_open sol; do sleep 0.02; done; ctl serial x) &
amtterm </dev/null >/dev/full 2>"$T/err"
is $? 3 "a full disk: exit 3"
has "$(cat "$T/err")" "No space left on device" "a full disk: says so"
until_ok session_is_closed sol
is "$(ctl violations)" "" "nothing that firmware would mind"

# Descriptors that are closed at the start do not become ours.
run amtterm --eof quit <&-
is "$rc $err" "0 " "no standard input: as if empty"
until_ok session_is_closed sol
(until session_is_open sol; do sleep 0.02; done; ctl serial x) &
amtterm </dev/null >&- 2>"$T/err"
is "$?" 3 "no standard output: exit 3 when there is something to write"
until_ok session_is_closed sol

# What the serial port is set to is told.
# shellcheck disable=SC2094 # the one waits for what the other writes
(until session_is_open sol; do sleep 0.02; done; ctl break on; until_ok grep -q break "$T/err" >&2) |
    timeout 20 amtterm -v --eof quit 2>"$T/err"
has "$(cat "$T/err")" "break" "-v: a break of the host is told"
done_testing
