#!/bin/sh
# SPDX-License-Identifier: MIT
# A tool meets a bad hosts file: one sentence with file and line, exit 3, and
# nothing sent.  And what others could have written is refused.
. ./lib.sh
mkdir -m 700 "$T/c"
c=$T/c/amt.conf

mistake() {	# TEXT PART: a file of this text is refused with that part
	printf '%b' "$1" >"$c"
	run amtterm --config "$c" htpc </dev/null
	is $rc 3 "exit 3: $1"
	has "$err" "$2" "says: $2"
	is "$(printf '%s\n' "$err" | wc -l)" 1 "in one line"
}
mistake 'user bob\n' 'amt.conf:1: "user" stands before'
mistake 'host htpc\n\tadress 1.2.3.4\n' 'amt.conf:2: "adress" is not a word of amt.conf(5); did you mean "address"?'
mistake 'host htpc\nhost HTPC\n' 'amt.conf:2: "HTPC" stands in the block of line 1 already'
mistake 'host "my pc"\n' '"my pc" is not a host'
mistake 'host "#pc"\n' '"#pc" is not a host'
mistake 'host htpc\n password hunter2\n' 'never by the password'
mistake 'host htpc\n pin 12\n' '64 hexadecimal digits'
mistake 'host htpc\n tls perhaps\n' 'is yes or no'
mistake 'host htpc\n ca "/etc\n' 'quoted word does not end'
mistake 'host htpc\n user \0033[2Jx\n' 'control character'
hasnt "$err" "$(printf '\033')" "and no control character reaches the terminal"
mistake 'host htpc\n user a\n user b\n' 'stands in this block already'
mistake 'default\ndefault\n' 'there is a default block already'

printf 'host htpc\n address 127.0.0.1\n' >"$c"
chmod 666 "$c"
run amtterm --config "$c" htpc </dev/null
is $rc 3 "writable by others: 3"
has "$err" "chmod go-w" "and says what to do"
chmod 600 "$c"; chmod 777 "$T/c"
run amtterm --config "$c" htpc </dev/null
is $rc 3 "folder writable by others: 3"
chmod 700 "$T/c"
run amtterm --config '' 127.0.0.1 </dev/null
is $rc 3 "--config without a name: 3"
AMT_CONF=$T/none run amtterm htpc </dev/null
is $rc 3 "AMT_CONF names no file: 3"
has "$err" "$T/none" "and which"

# The password of the file.
secret=$(token)
start_sim --power on
AMT_PASSWORD=wrong
export AMT_PASSWORD
try() { printf 'host htpc\n address 127.0.0.1\n password %s\n' "$1" >"$c"; run timeout 20 amtterm --eof quit --config "$c" htpc </dev/null; }
printf '%s\n' "$(tr '\0' '\n' <"/proc/$sim/environ" | sed -n 's/^AMT_PASSWORD=//p')" >"$T/pw"
chmod 600 "$T/pw"
try "command cat '$T/pw' # $secret"; is $rc 0 "password command: welcome, and AMT_PASSWORD is not tried"
try "file $T/pw"; is $rc 0 "password file: welcome"
mkdir -m 700 "$T/my (default)"; cp "$c" "$T/my (default)/c"
run timeout 20 amtterm --eof quit --config "$T/my (default)/c" htpc </dev/null
is $rc 0 "and in a folder that is called after a block"
chmod 644 "$T/pw"
try "file $T/pw"; is $rc 3 "password file that others can read: 3"
has "$err" "chmod 600" "and says what to do"
try "command exit 7"; is $rc 3 "password command fails: 3"
has "$err" "status 7" "and says so"
try "env NO_SUCH"; is $rc 3 "password env not set: 3"
try "file $T/none"; is $rc 3 "password file missing: 3"
CREDENTIALS_DIRECTORY=$T/cred; export CREDENTIALS_DIRECTORY
mkdir "$CREDENTIALS_DIRECTORY"; chmod 600 "$T/pw"; cp "$T/pw" "$CREDENTIALS_DIRECTORY/amt"; chmod 400 "$CREDENTIALS_DIRECTORY/amt"
try "credential amt"; is $rc 0 "password credential: welcome"
done_testing
