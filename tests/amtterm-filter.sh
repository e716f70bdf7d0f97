# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What may be changed on the way: newlines, character set, escape sequences;
# and by default nothing is.  The terminal, the log and --wait-for get the
# same.
ANYWHERE=yes
. ./lib.sh
start_sim --power on --pace 0
until_ok host_echoes
prints() {	# TEXT OPTION...: what the host prints, as amtterm shows it
	printed=$1; shift
	(until session_is_open sol; do sleep 0.02; done; ctl serial "$printed"; ctl serial END) &
	out=$(timeout 20 amtterm "$@" --wait-for END </dev/null | tr -d '\0' | sed 's/END$//' | tail -c 60 | od -An -c | tr -s ' \n' ' ')
	until_ok session_is_closed sol
}
# shellcheck disable=SC2059 # what is typed is a format
types() {	# TEXT OPTION...: what arrives: it is echoed
	t=$(token) typed=$1; shift
	out=$(printf "%s$typed." "$t" | timeout 20 amtterm "$@" --wait-for "$t" --wait-for '\.' |
	    tr -d '\0' | sed "1,/$t/s/^.*$t//" | od -An -c | tr -s ' \n' ' ')
	until_ok session_is_closed sol
}
evil='a\x1b]52;c;cm0=\x07b\x1b[6n\x1b[21t\x1bP$qm\x1b\\c\x05\x1b[1md'
prints "$evil"
is "$out" ' a 033 ] 5 2 ; c ; c m 0 = \a b 033 [ 6 n 033 [ 2 1 t 033 P $ q m 033 \ c 005 033 [ 1 m d ' "as it is, by default"
prints "$evil" --filter
is "$out" ' a b c 033 [ 1 m d ' "--filter: clipboard, reports, DCS, answerback are gone; bold is not"
ctl fault split 1
prints "$evil" --filter
is "$out" ' a b c 033 [ 1 m d ' "byte by byte too"
ctl clear-faults
prints '\xc9\xcd\xbb\r\n' --charset CP437
is "$out" ' 342 225 224 342 225 220 342 225 227 \r \n ' "--charset CP437: a BIOS frame in UTF-8"
prints 'a\nb\r\n' --map host-lf-crlf,host-crlf-crlf
is "$out" ' a \r \n b \r \n ' "--map host-lf-crlf"
types 'a\nb'
is "$out" ' a \n b . ' "typed as it is, by default"
types 'a\nb\r\n' --map lf-cr,crlf-cr
is "$out" ' a \r b \r . ' "--map lf-cr,crlf-cr"
types '\303\251' --charset CP437
is "$out" ' 303 251 . ' "typed UTF-8 becomes CP437, and its echo UTF-8 again"
has "$(tail -n 60 "$T/sim.log")" "$(printf '%s\202.' "$t" | od -An -tx1 | tr -d ' \n')" "one byte at the machine"

# A file that ends in half a pair, larger than all buffers.
i=0; while [ $i -lt 3000 ]; do printf '%s\n' "line $i $t"; i=$((i + 1)); done >"$T/in"
size=$(wc -c <"$T/in")
(cat "$T/in"; printf '\r') >"$T/in2"
want=$( (tr '\n' '\r' <"$T/in"; printf '\r') | sha256sum)
background sh -c 'exec amtterm --map crlf-lf,lf-cr <"$T/in2" >"$T/out"'
all_is_back() { [ "$(tail -c $((size + 1)) "$T/out" | sha256sum)" = "$want" ]; }
until_ok all_is_back && pass "$size bytes, and the last CR"
kill "$pid"; wait "$pid" 2>/dev/null
until_ok session_is_closed sol
timeout 20 amtterm --map lf-cr --eof quit <"$T/in" >"$T/out"
is $? 0 "--eof quit: when all of it was sent"
until_ok session_is_closed sol
has "$(tail -n 5 "$T/sim.log")" "EndRedirectionSession" "and the session ended, in order"

run amtterm --map lf-tab </dev/null
is "$rc" 2 "--map: a word that is none"
has "$err" '--map: "lf-tab" is not two of' "says so"
run amtterm --charset no-such-set </dev/null
is "$rc" 2 "--charset: a set that is none"
has "$err" '--charset: "no-such-set" is no' "says so"
(until session_is_open sol; do sleep 0.02; done; ctl serial 'a\x1b]0;x\x07bEND') &
timeout 20 amtterm --filter --log "$T/log" --wait-for abEND </dev/null >"$T/out"
is "$?" 0 "--wait-for sees what is shown"
has "$(tail -c 10 "$T/log")" abEND "and so does the log"
done_testing
