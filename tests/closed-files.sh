#!/bin/sh
# SPDX-License-Identifier: MIT
# Started without standard input, output or error: no socket of ours takes
# their place, so nothing that is printed reaches the machine.  And a pipe
# that nobody reads ends a tool quietly, even where SIGPIPE is ignored.
. ./lib.sh
. ./libider.sh
start_sim --power on
make_images
truncate -s 2048 "$T/block.iso"
refused() {	# COMMAND...: with standard output closed
	timeout 20 "$@" 2>"$T/.err" >&-
	is $? 3 "$1, no standard output: exit 3"
	has "$(cat "$T/.err")" "standard output: Bad file descriptor" "$1: says so"
}
refused wsamt power
refused wsamt --version
refused pingwait 127.0.0.1
until_ok host_echoes
echo | refused amtterm --eof keep
is "$(timeout 20 wsamt -vvv power 2>&-)" on "wsamt -vvv, no standard error"
is "$(timeout 20 pingwait -vv 127.0.0.1 2>&- | cut -f 1,2)" "127.0.0.1	up" "pingwait -vv, no standard error"
is "$(timeout 20 amtterm -vvv --eof quit </dev/null 2>&-)" "" "amtterm -vvv, no standard error"
is "$(timeout 20 wsamt power <&-)" on "wsamt, no standard input"
timeout 20 wsamt -vvv power <&- >&- 2>&-
is $? 3 "wsamt with none of them"

mkfifo "$T/pipe"
exec 8<>"$T/pipe"
exec 9>"$T/pipe" 8<&-			# 9 is a pipe that nobody reads
unread() {	# STATUS COMMAND...
	want=$1; shift
	for pipe in default-signal ignore-signal; do
		timeout 20 env --$pipe=PIPE "$@" >&9 2>"$T/.err"
		is $? "$want" "$1, $pipe: ends"
		hasnt "$(cat "$T/.err")" pipe "$1, $pipe: quietly"
	done
}
unread 141 wsamt power
unread 141 wsamt --help
unread 141 wsamt --json get AMT_GeneralSettings
unread 141 wsamt -h "$AMT_HOST,$AMT_HOST" power
unread 141 pingwait 127.0.0.1
unread 141 pingwait --json 127.0.0.1
unread 141 amtterm --version
unread 0 amtterm
unread 141 idertool --help
# Who serves a machine goes on without an audience.
for json in '' --json; do
	# shellcheck disable=SC2086 # none, or one
	background idertool $json --cd "$T/block.iso" --start now --until served >&9 2>"$T/.err"
	until_ok serves
	is "$(scsi cd "$(cdb 28 0 1)")" good "idertool $json: serves on"
	wait "$pid"
	is "$?" 0 "idertool $json: to its end"
	hasnt "$(cat "$T/.err")" "standard output" "idertool $json: quietly"
done
is "$(ctl violations)" "" "the machine saw nothing odd"
done_testing
