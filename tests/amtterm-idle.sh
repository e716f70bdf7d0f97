# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Nobody types and the host prints nothing: our heartbeats keep the session,
# which the device would end after ten seconds of silence; a device whose
# heartbeats stop, as when the network is lost, is given up after thirty, and
# another connection tried.
# LONG 31
. ./lib.sh
start_sim --power on --address 127.0.0.2
until_ok host_echoes 127.0.0.2
ctl fault heartbeat-stop
mkfifo "$T/mute-in"
background sh -c 'exec amtterm --reconnect 127.0.0.2 <"$T/mute-in" >"$T/mute" 2>"$T/mute.err"'
mute=$pid
exec 7>"$T/mute-in"
began=$(date +%s)
mv "$T/sim.log" "$T/mute.log"

start_sim --power on --address 127.0.0.1
until_ok host_echoes
open_console
heartbeats() { [ "$(grep -c '"dir":"in","what":"SOL heartbeat"' "$T/sim.log")" -ge "$1" ]; }
until_ok heartbeats 1
until_ok heartbeats 3	# fifteen seconds
t=$(token)
type_line "$t"
sees "$t" "after three heartbeats the session is alive"
close_console
is "$(cat "$T/console.err")" "" "and nothing was said about it"
is "$(ctl violations)" "" "nothing that firmware would mind"

until_ok grep -q "127.0.0.2: connected again" "$T/mute.err"
has "$(cat "$T/mute.err")" "127.0.0.2 has been silent for 30 seconds; the connection is given up; connecting again" "a mute device: says so"
waited=$(($(stat -c %Y "$T/mute.err") - began))
[ $waited -ge 29 ] && [ $waited -le 45 ]
is $? 0 "a mute device: not before 30 seconds, nor much later: $waited"
kill "$mute"
wait "$mute"
is $? 143 "and goes on until it is ended"
done_testing
