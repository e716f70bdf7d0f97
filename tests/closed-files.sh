#!/bin/sh
# SPDX-License-Identifier: MIT
# Started without standard input, output or error: no socket of ours takes
# their place, so nothing that is printed reaches the machine.
. ./lib.sh
start_sim --power on
refused() {	# COMMAND...: with standard output closed
	timeout 20 "$@" 2>"$T/.err" >&-
	is $? 3 "$1, no standard output: exit 3"
	has "$(cat "$T/.err")" "standard output: Bad file descriptor" "$1: says so"
}
refused wsamt power
refused wsamt --version
refused pingwait 127.0.0.1
until_ok host_echoes
echo | refused amtterm --eof 1
is "$(timeout 20 wsamt -vvv power 2>&-)" on "wsamt -vvv, no standard error"
is "$(timeout 20 pingwait -vv 127.0.0.1 2>&- | cut -f 1,2)" "127.0.0.1	up" "pingwait -vv, no standard error"
is "$(timeout 20 amtterm -vvv --eof quit </dev/null 2>&-)" "" "amtterm -vvv, no standard error"
is "$(timeout 20 wsamt power <&-)" on "wsamt, no standard input"
timeout 20 wsamt -vvv power <&- >&- 2>&-
is $? 3 "wsamt with none of them"
is "$(ctl violations)" "" "the machine saw nothing odd"
done_testing
