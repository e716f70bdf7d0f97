# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Many machines at once: names, output, failures, order, what is asked once.
. ./lib.sh
start_sim --fleet 40 --address 127.4.0.1
state_of() { ctl "@$1" state | jq -r "$2"; }
fleet='127.4.0.[1-40]'
all() { printf "$1%s$2\n" $(seq 40) | sort; }

# Asked: a line each, behind its name.
run wsamt -h "$fleet" power
is "$rc $(printf '%s\n' "$out" | sort)" "0 $(all 127.4.0. '	off')" "forty machines are off"
is "$(printf %s "$err" | tail -n 1)" "wsamt: 40 machines, all done" "the summary"
run wsamt -h 127.4.0.1,127.4.0.2 -j 1 get AMT_GeneralSettings
is "$(printf '%s\n' "$out" | grep -c '^127.4.0.[12]	.')" "$(printf '%s\n' "$out" | wc -l)" "each line has its name"
is "$(printf '%s\n' "$out" | grep HostName | tr '\n' ' ')" "127.4.0.1	HostName	amtsim-1 127.4.0.2	HostName	amtsim-2 " "-j 1: in order"
is "$(wsamt -h 127.4.0.3,127.4.0.3 hostname)" "127.4.0.3	amtsim-3" "twice named is once asked"
connections=$(state_of 9 .http.connections)
printf 'hostname\npower\n' >"$T/commands"
is "$(wsamt -h '127.4.0.[9-10]' -j 1 -f "$T/commands")" "127.4.0.9	amtsim-9
127.4.0.9	off
127.4.0.10	amtsim-10
127.4.0.10	off" "many commands on many machines"
is "$(($(state_of 9 .http.connections) - connections))" 2 "on one connection each, and the one of the challenge"

# Changed, with names from a file and from standard input.
printf '127.4.0.[1-38] # the room\n\n127.4.0.39,127.4.0.40\n' >"$T/room"
run wsamt --hosts "$T/room" power --wait on
is "$rc$out" 0 "all are switched on"
is "$(state_of 1 .orders.ons) $(state_of 40 .orders.ons)" "1 1" "each once"
is "$(wsamt --hosts - -h 127.4.0.40 power <"$T/room" | sort)" "$(all 127.4.0. '	on')" "and on they are"
host=n$(token)
wsamt -h '127.4.0.[5,7]' hostname "$host" 2>"$T/err"
is "$(wsamt -h '127.4.0.[5-7]' hostname | sort | tr '\n' ' ')" "127.4.0.5	$host 127.4.0.6	amtsim-6 127.4.0.7	$host " "two of three have a new name"

# A secret is read once and reaches all, and is not to be seen.
printf '%s\n' 'Ab1!cdef' | wsamt -h '127.4.0.[1-3]' rfbpass - 2>"$T/err"
is "$?" 0 "a password from standard input, for three"
run wsamt -h '127.4.0.[1-3]' rfbpass 'short'
is "$rc" 2 "a bad one"
is "$(printf '%s\n' "$err" | grep -c 'rfbpass: AMT wants exactly 8 characters, not 5')" 3 "each of them says so"
printf '%s\n' "$AMT_PASSWORD" >"$T/pw"
is "$(env -u AMT_PASSWORD wsamt --password-file - -h '127.4.0.[1-3]' power <"$T/pw" | wc -l)" 3 "the login from standard input, read once"
run env -u AMT_PASSWORD ptyrun "expect:Password of admin on 127.4.0.1 and 39 more: " \
    "send:$AMT_PASSWORD
" -- wsamt -h "$fleet" power
is "$rc $(printf '%s\n' "$out" | grep -c '	on')" "0 40" "a person is asked once for forty"

# JSON: an object a machine.
run wsamt -h '127.4.0.[1-3]' --json power
is "$(printf '%s\n' "$out" | jq -c . | sort | head -1)" '{"host":"127.4.0.1","status":0,"result":{"power":"on"}}' "as JSON"
is "$(wsamt -h 127.4.0.1, --json power 2>&1; echo $?)" "wsamt: \"127.4.0.1,\": a name is missing
2" "a comma too many"
is "$(wsamt -h '127.4.0.[1-1]' --json -f "$T/commands" | jq -c .)" '{"host":"127.4.0.1","status":0,"results":[{"hostname":"amtsim-1"},{"power":"on"}]}' "several results"

# The environment names machines as -h does, and -h and --hosts win.
is "$(AMT_HOST='127.4.0.[1-2]' wsamt -j 1 hostname)" "127.4.0.1	amtsim-1
127.4.0.2	amtsim-2" "AMT_HOST is a range"
is "$(AMT_HOST=127.4.0.9 WSMAN_HOST=127.4.0.3,127.4.0.4 wsamt -j 1 hostname)" "127.4.0.3	amtsim-3
127.4.0.4	amtsim-4" "WSMAN_HOST is a list, and comes first"
export AMT_HOST='127.4.0.[1-2]'
is "$(wsamt -h 127.4.0.3 hostname)" amtsim-3 "-h wins"
is "$(echo 127.4.0.3 | wsamt --hosts - hostname)" "127.4.0.3	amtsim-3" "--hosts wins"
is "$(pingwait | cut -f 1,2 | sort)" "127.4.0.1	up
127.4.0.2	up" "pingwait understands it, too"
is "$(pingwait 127.4.0.3 '127.4.0.[3-4]' | cut -f 1,2 | sort)" "127.4.0.3	up
127.4.0.4	up" "and waits for each once"
for tool in amtterm "idertool --cd /dev/null" amtconsole; do
	# shellcheck disable=SC2086 # its words
	run $tool
	is "$rc" 2 "$tool: one machine at a time"
	has "$err" '"127.4.0.[1-2]" names several machines' "$tool: says so"
	# shellcheck disable=SC2086
	run $tool 127.4.0.1,127.4.0.2
	is "$rc" 2 "$tool: nor by its operand"
done

# What holds for each of them.
is "$(wsamt --show-config | grep '	user' | sort)" \
    "127.4.0.1	user	admin	built-in
127.4.0.2	user	admin	built-in" "--show-config, of what the environment names"
run wsamt --json --show-config '127.4.0.[3-5]'
is "$rc $(printf '%s\n' "$out" | jq -c '[.host,.status,.result.host]' | sort | tr '\n' ' ')" \
    '0 ["127.4.0.3",0,"127.4.0.3"] ["127.4.0.4",0,"127.4.0.4"] ["127.4.0.5",0,"127.4.0.5"] ' "as JSON"
run env -u AMT_PASSWORD setsid wsamt --show-config "$fleet" </dev/null
is "$rc $(printf '%s\n' "$out" | grep -c '	password	ask')" "0 40" "nothing is asked"
run wsamt --show-config --hosts "$T/room"
is "$rc $(printf '%s\n' "$out" | grep -c '	host	')" "0 40" "--hosts"
export AMT_HOST=127.4.0.1

# Some fail: the others do not, and the highest status counts.
ctl @3 fault wsman-busy 9
ctl @4 fault wsman-return 4099
ctl @6 fault http-deny
run wsamt -h '127.4.0.[1-6],127.5.0.1' power --wait off
is "$rc" 7 "the highest exit status"
is "$(state_of 1 .power)$(state_of 2 .power)$(state_of 5 .power)" offoffoff "the others are off"
has "$err" "wsamt: 127.4.0.3: " "who was busy"
has "$err" "busy: try again" "says so"
has "$err" "wsamt: 127.4.0.6 refused the login" "who was not let in"
has "$err" "wsamt: 127.5.0.1 ports 623 and 16992: Connection refused" "who is not there"
has "$(printf '%s\n' "$err" | tail -n 1)" "wsamt: 4 of 7 machines failed: " "the summary is last"
ctl @6 fault http-deny
run wsamt -h '127.4.0.[5-6]' --json power
is "$rc $(printf '%s\n' "$out" | jq -c '[.host,.status,.result,(.error|type)]' | sort | tr '\n' ' ')" \
    '5 ["127.4.0.5",0,{"power":"off"},"null"] ["127.4.0.6",5,null,"string"] ' "a failure as JSON"
for n in 3 4 6; do ctl "@$n" clear-faults; done

# The slow one is waited for by nobody: it is printed last, and the order is
# that of the answers.
ctl @1 fault delay 300
run wsamt -h '127.4.0.[1-20]' power
is "$(printf '%s\n' "$out" | sed -n '$p')" "127.4.0.1	off" "the slow one comes last"
ctl @1 clear-faults

# One after the other, so many seconds apart.
start=$(date +%s%N)
run wsamt -h '127.4.0.[1-4]' --stagger 0.3 power on
ms=$((($(date +%s%N) - start) / 1000000))
is "$rc $([ $ms -ge 900 ] && [ $ms -lt 8000 ] && echo apart)" "0 apart" "--stagger ($ms ms)"

# Mistakes are told before anything is sent.
calls=$(state .http.calls)
mistake() {	# PART ARG...
	part=$1; shift
	run wsamt "$@"
	is "$rc$out" 2 "$*: exit 2"
	has "$err" "$part" "$*: says so"
}
mistake '"127.4.0.[40-1]" is no range of names' -h '127.4.0.1,127.4.0.[40-1]' power
mistake '"rack[1-x]" is no range of names' -h 'rack[1-x]' power
mistake "more than 16384 machines at once" -h 'rack[1-99999]' power
mistake '-j: is for many machines' -h 127.4.0.1 -j 4 power
mistake '--stagger: is for many machines' -h 127.4.0.1 --stagger 4 power
mistake 'standard input can be read once' --hosts - -f -
mistake 'no machine' --hosts /dev/null power
mistake 'say --force' -h 127.4.0.1,127.4.0.2 unprovision
is "$(state .http.calls)" "$calls" "nothing was sent"
run wsamt --hosts "$T/none" power
is $rc 3 "no such file"
printf 'a\nb[\n' >"$T/wrong"
mistake "wrong:2: \"b[]\" is no range" --hosts "$T/wrong" power

# Interrupted: what is out is told, the rest is not asked.
for n in 2 3; do ctl "@$n" fault http-silent 99; done
interrupt() {	# SIGNAL STATUS
	run ptyrun "expect:127.4.0.1" "expect:waiting for 127.4.0.2, 127.4.0.3 ..." "kill:$1" -- \
	    wsamt -h '127.4.0.[1-9]' -j 2 power
	is "$rc" "$2" "it dies of signal $1"
	has "$out" "1 of 9 machines done, waiting for 127.4.0.2, 127.4.0.3 ..." "progress on a terminal"
	has "$out" "wsamt: 127.4.0.2: interrupted" "it says what was out"
	has "$out" "1 of 9 machines done, 0 of them failed, 6 not asked" "and the rest"
}
interrupt 2 130
interrupt 15 143
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
