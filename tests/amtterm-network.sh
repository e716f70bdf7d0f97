# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Nobody there: each way of that is exit 4, with the host in the sentence.
. ./lib.sh
export AMT_PASSWORD=Unused1!
gone() {	# TEXT WHY ARG...
	text=$1 why=$2; shift 2
	run timeout 30 amtterm --eof quit "$@" </dev/null
	is "$rc" 4 "$why: exit 4"
	has "$err" "$text" "$why: says so"
	is "$(printf '%s\n' "$err" | wc -l)" 1 "$why: in one line"
}
gone "no-such-host.invalid" "an unknown name" no-such-host.invalid
gone "127.0.0.1" "a closed port" 127.0.0.1
# Takes the connection and never says a word.
background socat TCP-LISTEN:16994,bind=127.0.0.3,fork,reuseaddr SYSTEM:'sleep 60'
until_ok sh -c 'ss -Hltn | grep -q 127.0.0.3:16994'
gone "127.0.0.3 took the connection, but has not sent its answer to the session start" \
    "a silent peer" --timeout 1 127.0.0.3
# Not AMT at all.
background socat TCP-LISTEN:16994,bind=127.0.0.4,fork,reuseaddr SYSTEM:'echo HTTP/1.1 400; cat'
until_ok sh -c 'ss -Hltn | grep -q 127.0.0.4:16994'
run amtterm --eof quit 127.0.0.4 </dev/null
is "$rc" 6 "a web server: exit 6"
has "$err" "127.0.0.4 does not speak the redirection protocol" "a web server: says so"
# A wait of more than two seconds is explained to a person.
run ptyrun expect:'127.0.0.3: logging in ...' kill:2 -- amtterm 127.0.0.3
is "$rc" 130 "who waits at a terminal is told for what, and may leave"
done_testing
