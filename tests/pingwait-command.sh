# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# -- COMMAND: run when the condition holds, in pingwait's place.
. ./lib.sh
tab=$(printf '\t')
secret=$(token)

run pingwait -q -t 10 127.0.0.1 -- printf '[%s]' {} a={}:80/{} '' x
is "$rc $out$err" "0 [127.0.0.1][a=127.0.0.1:80/127.0.0.1][][x]" "{} is the host, in any word"
run pingwait -t 10 '[::1]' -- echo {}
is "$rc $(printf '%s' "$out" | cut -f 1,2 | tr '\n' ' ')" "0 ::1${tab}up ::1 " "after the line that says it is met"
run pingwait -q -t 10 127.0.0.1 ::1 127.0.0.2 -- printf '[%s]' a {} b
is "$rc $out" "0 [a][127.0.0.1][::1][127.0.0.2][b]" "of several, {} alone is all of them"
run pingwait -q --any -i 0.1 -t 10 10.99.0.1 ::1 -- echo is-{}
is "$rc $out" "0 is-::1" "--any: the one that is met"
run pingwait -q -t 10 127.0.0.1 -- sh -c 'exit 42'
is "$rc" 42 "its exit status"
run pingwait -q -t 10 127.0.0.1 -- echo -t --any -- {}
is "$rc $out" "0 -t --any -- 127.0.0.1" "its options are its own"
echo run >"$T/in"
is "$(pingwait -q -t 10 127.0.0.1 -- cat <"$T/in")" run "its standard input is ours"
run pingwait -q -t 0.3 10.99.0.1 -- echo run
is "$rc $out" "1 " "not run when time is up"

run env AMT_PASSWORD="$secret" WSMAN_PASS="$secret" AMT_HOST=127.0.0.1 pingwait -q -t 10 -- env
is "$rc" 0 "the host from AMT_HOST"
hasnt "$out" "$secret" "no password of ours in its environment"
has "$out" "AMT_HOST=127.0.0.1" "the rest is"
limit='s/^Max open files *\([0-9]*\) .*/\1/p'
background pingwait -q -t 10 -P 16992 127.0.0.1 -- sh -c 'sed -n "$0" /proc/self/limits; ls -l /proc/self/fd; echo "$$"' "$limit" >"$T/out"
waiter=$pid
background socat TCP-LISTEN:16992,fork,reuseaddr EXEC:true
wait "$waiter"; is $? 0 "after waiting for a port"
is "$(sed -n 1p "$T/out")" "$(sed -n "$limit" /proc/self/limits)" "as many descriptors as before"
hasnt "$(cat "$T/out")" socket: "and none of our sockets"
is "$(tail -1 "$T/out")" "$waiter" "the same process"

run pingwait -q -t 10 127.0.0.1 -- "$T/none" x
is "$rc" 3 "a command that is not there is 3"
is "$err" "pingwait: running $T/none: No such file or directory" "and said"
run pingwait 127.0.0.1 --
is "$rc" 2 "nothing after -- is 2"
has "$err" "after -- comes the command" "and said"
run pingwait 127.0.0.1 ::1 -- echo is-{}
is "$rc $out" "2 " "{} in a longer word, with several hosts, is 2"
has "$err" '"is-{}": with several hosts {} must be a word of its own' "and said, before waiting"

# --json: what is printed of other probes.
run pingwait --json -t 10 127.0.0.1 ::1
is "$(printf '%s\n' "$out" | jq -sc 'sort_by(.host) | map(del(.milliseconds))')" \
    '[{"host":"127.0.0.1","state":"up","address":"127.0.0.1","by":"echo","ttl":64},{"host":"::1","state":"up","address":"::1","by":"echo","ttl":64}]' "--json: a line for each"
is "$(printf '%s\n' "$out" | jq -r '.milliseconds | type' | sort -u)" number "and the time"
echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all
run pingwait --json --down -i 0.1 -t 20 127.0.0.1
is "$(printf '%s' "$out" | jq -r '.state, .address')" "down
null" "--json --down"
run pingwait --json -q --down -i 0.1 -t 20 127.0.0.1
is "$rc $out" "0 " "-q is stronger"
done_testing
