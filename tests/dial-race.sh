#!/bin/sh
# SPDX-License-Identifier: MIT
# A name with several addresses, WS-Man's two ports: whoever is silent or
# refuses does not keep us from the one that answers.
if [ -z "${AMT_TEST_NS:-}" ] && unshare -Urnm true 2>/dev/null; then
	AMT_TEST_NS=own exec unshare -Urnm sh "$0" "$@"
fi
. ./lib.sh

ip addr add fd00::7/128 dev lo nodad
ip addr add 10.9.9.9/32 dev lo
printf '127.0.0.1 localhost\nfd00::7 htpc\n127.0.0.1 htpc\n10.9.9.9 dead\nfd00::7 six\n' >"$T/hosts"
mount --bind "$T/hosts" /etc/hosts
drop() { nft "table inet t { chain i { type filter hook input priority 0; $1 drop; }; }"; }
undrop() { nft delete table inet t; }
try() { run timeout 30 amtterm --eof quit "$@" </dev/null; }

# Without --timeout: ten seconds, while all the rest goes on.
nft 'table inet late { chain i { type filter hook input priority 0; ip daddr 10.9.9.9 drop; }; }'
background sh -c 'amtterm 10.9.9.9 </dev/null 2>"$T/late"; echo $? >>"$T/late"'
late=$pid

start_sim --power on
try six; is $rc 0 "IPv6 only"
try '[fd00::7]'; is $rc 0 "an IPv6 literal in brackets"
try fd00::7; is $rc 0 "and without"
try '[fd00::7]:16994'; is $rc 0 "and with a port"

drop 'ip6 daddr fd00::7 tcp dport 16994'
try -v htpc
is $rc 0 "IPv6 is silent: IPv4 is taken"
try --timeout 0.7 six
is $rc 4 "nobody answers: 4"
has "$err" "no answer within 0.7 s" "and says so"
undrop

drop 'tcp dport 623'
run timeout 30 wsamt -v -h htpc power
is "$rc $out" "0 on" "port 623 is silent: 16992 is taken"
has "$err" "port 16992" "and -v names it"
is "$(state .http.challenges)" 1 "only one connection got a login"
undrop
# Another port that was named stands alone, and -P beats what stands with the host.
run timeout 30 wsamt -h htpc:16992 power
is "$rc $out" "0 on" "HOST:PORT"
run timeout 30 wsamt -h '[fd00::7]:16992' power
is "$rc $out" "0 on" "[ADDRESS]:PORT"
run timeout 30 wsamt -h htpc:9 -P 16992 power
is "$rc $out" "0 on" "-P beats HOST:PORT"
run wsamt -h htpc:9 power
is $rc 4 "a port that is named is the only one"

run wsamt -h htpc -P 16994 --timeout 2 power
is "$([ "$rc" -ne 0 ] && echo failed)" failed "WS-Man on a redirection port fails"
kill "$sim"; wait "$sim" 2>/dev/null
run wsamt -h htpc power
is $rc 4 "nothing listens: 4"
has "$err" "ports 623 and 16992" "and says where"
run amtterm htpc </dev/null
is $rc 4 "nothing listens, console: 4"
has "$err" "wsamt -h htpc redirport" "and says what diagnoses it"
# With TLS the same, and never in plain.
start_sim --profile 16 --power on
drop 'tcp dport 664'
run timeout 30 wsamt -v --tofu -h htpc power
is "$rc $out" "0 on" "port 664 is silent: 16993 is taken"
has "$err" "port 16993" "and -v names it"
undrop
stop_sim
start_sim --profile 11 --power on
drop 'tcp dport { 664, 16993 }'
run timeout 30 wsamt --insecure --timeout 0.7 -h htpc power
is $rc 4 "both TLS ports are silent, both others are open: 4"
is "$(state .http.connections)" 0 "and they were not spoken to"
undrop
stop_sim

run amtterm nosuch.invalid </dev/null
is $rc 4 "unknown name: 4"
has "$err" "nosuch.invalid" "and which"
wait "$late"
is "$(cat "$T/late")" "amtterm: 10.9.9.9 port 16994: no answer within 10 s (redirection)
4" "a connection has ten seconds"
done_testing
