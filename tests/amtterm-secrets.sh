# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The password shows nowhere: not to ps, not in -vvv, not in the environment
# of children; and the program links what it needs and no more.
ANYWHERE=yes
. ./lib.sh
start_sim --power on
until_ok host_echoes
p=$AMT_PASSWORD
unset AMT_PASSWORD
mkfifo "$T/in"
background sh -c 'exec amtterm -vvv -p "$1" <"$T/in" >"$T/out" 2>"$T/err"' sh "$p"
exec 9>"$T/in"
until_ok session_is_open sol
cmdline=$(tr '\0' ' ' <"/proc/$pid/cmdline")
has "$cmdline" "amtterm -vvv -p" "ps shows the command"
hasnt "$cmdline" "$p" "but not the password"
typed=$(token)
printf %s "$typed" >&9
until_ok grep -q "$typed" "$T/out"
exec 9>&-
kill "$pid"; wait "$pid" 2>/dev/null
has "$(cat "$T/err")" "sent login" "-vvv shows the login"
hasnt "$(cat "$T/err")" "$p" "without the password"
hex=$(printf %s "$p" | od -An -tx1 -v | tr -d ' \n')
dump=$(sed -n 's/^amtterm:   [0-9a-f]* \(\( [0-9a-f][0-9a-f]\)*\) .*/\1/p' "$T/err" | tr -d ' \n')
[ ${#dump} -gt 500 ]; is $? 0 "there is a dump to look at"
hasnt "$dump" "$hex" "not in hex either"
# The echo shows what was typed; what we sent does not.
sent=$(awk '/amtterm: sent/ { on = 1 } /amtterm: received/ { on = 0 } on' "$T/err")
hasnt "$sent" "$(printf %s "$typed" | cut -c1-4)" "nor what was typed"

printf '%s\nrest' "$p" >"$T/pw"
chmod 644 "$T/pw"
run amtterm --password-file "$T/pw" --eof quit </dev/null
is "$rc" 3 "a password file that others may read is refused"
chmod 600 "$T/pw"
run amtterm --password-file "$T/pw" --eof quit </dev/null
is "$rc" 0 "its first line is the password"
run sh -c 'printf "%s\n%s" "$1" "$2" | timeout 60 amtterm --password-file - --wait-for "$2"' sh "$p" "$typed"
has "$out" "$typed" "from standard input: the rest of it goes to the host"
run amtterm --password-file /dev/fd/3 --eof quit 3<"$T/pw" </dev/null
is "$rc" 0 "from a descriptor"
run amtterm --eof quit </dev/null
is "$rc" 2 "no password and nobody to ask: a usage error"

needed=$(objdump -p "$O/amtterm/amtterm" | awk '/NEEDED/ { print $2 }' |
    grep -v -e '^libasan' -e '^libubsan' -e '^libm\.' | sort | tr '\n' ' ')
is "$needed" "libc.so.6 libgnutls.so.30 " "links GnuTLS and libc"
done_testing
