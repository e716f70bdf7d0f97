#!/bin/sh
# SPDX-License-Identifier: MIT
# -f: many commands on one connection, all looked at before the first runs.
. ./lib.sh
start_sim

host=n$(token)
cat >"$T/commands" <<END
# a comment
hostname
hostname "$host"	# with a comment
  get AMT_GeneralSettings?"InstanceID=Intel(r) AMT: General Settings"

power --wait on
ping off
hostname
END
connections=$(state .http.connections)
run wsamt -f "$T/commands"
is "$rc$err" 0 "six commands"
is "$(state .network.host_name)" "$host" "set"
is "$(state .power) $(state .network.ping)" "on false" "and the others"
is "$(printf '%s\n' "$out" | sed -n '1p;$p' | tr '\n' ' ')" "amtsim $host " "their answers, in order"
has "$out" "HostName	$host" "between them that of get"
is "$(($(state .http.connections) - connections))" 2 "one connection, and the one of the challenge"
is "$(printf 'power\nhostname\n' | wsamt -f - --json | jq -c .)" "{\"power\":\"on\"}
{\"hostname\":\"$host\"}" "from standard input, as JSON"
is "$(printf 'rfbpass "Aa1 \\"\\\\x"\n' | wsamt -f - 2>&1)" \
    'wsamt: -:1: rfbpass: AMT takes ASCII characters, without " , and :' "quotes in quotes"
run wsamt -f /dev/null; is "$rc$out$err" 0 "nothing to do"

# What fails.
calls=$(state .http.calls)
printf 'power --wait off\nping maybe\npower --wait on\n' >"$T/bad"
run wsamt -f "$T/bad"
is "$rc $(state .power)" "2 off" "it stops at the first failure"
has "$err" "bad:2: ping: \"maybe\" is neither on nor off" "and says where"
run wsamt -k -f "$T/bad"
is "$rc $(state .power)" "2 on" "-k goes on"
has "$err" "bad:2: ping" "says where"
has "$err" "1 of 3 commands failed" "and how many"
ctl fault wsman-status 16
printf 'ping maybe\nrmcp off\npower\n' >"$T/worse"
run wsamt -k -f "$T/worse"
is "$rc" 7 "the highest exit status"
ctl clear-faults
before=$(state .http.calls)
wrong_file() {	# PART LINES
	printf %b "$2" >"$T/wrong"
	run wsamt -f "$T/wrong"
	is $rc 2 "refused: $1"
	has "$err" "$1" "says so"
}
wrong_file 'wrong:2: "pwer" is no command; did you mean "power"?' 'power off\npwer\n'
wrong_file 'wrong:2: too many arguments' 'power off\nidentify x\n'
wrong_file 'wrong:1: a quote is not closed' 'hostname "x\npower\n'
wrong_file 'wrong: holds a NUL byte' 'power\0\n'
wrong_file 'wrong:1: more than 128 words' "$(printf 'x %.0s' $(seq 129))"

# Of two who would read standard input nobody knows which line is whose.
printf 'rfbpass -\n' >"$T/asks"
one_reader() {	# WORD...: nothing is read
	printf 'power off\nrest\n' >"$T/lines"
	run wsamt "$@" <"$T/lines"
	is "$rc $out" "2 " "$*: exit 2"
	has "$err" "standard input" "$*: says so"
}
one_reader --password-file - -f -
one_reader --hosts - -f -
one_reader --hosts - --password-file - power
one_reader --password-file - rfbpass -
one_reader --password-file - -f "$T/asks"
one_reader --hosts - mebxpass -
printf 'useradd joe - network 3\n' >"$T/lines"
run wsamt -f - <"$T/lines"
is "$rc $err" "2 wsamt: -:1: useradd -: standard input is read already, by --hosts, -f or --password-file" "nor a command of -f -"
is "$(state .http.calls)" "$before" "nothing was sent"
run wsamt -f "$T/none"; is $rc 3 "no such file"
run wsamt -f "$T/bad" power; is $rc 2 "a file and a command"
has "$err" "a command or -f, not both" "says so"
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
