# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A real machine, reset while somebody watches; its AMT killed and started
# again: one console sees all of it, and its log is complete.
. ./lib.sh
command -v qemu-system-x86_64 >/dev/null || { skip "no qemu-system-x86_64"; exit 77; }
start_sim --host qemu --guest micro --power on
mkfifo "$T/keys"
background sh -c 'exec amtterm --reconnect --log "$T/log" <"$T/keys" >"$T/screen" 2>"$T/err"'
console=$pid
exec 9>"$T/keys"
seen=0
until_ok session_is_open sol
answers() {
	t=$(token)
	type_line "$t"
	sees "$t" "$1"
}
is "$(power_request 10)" 0 "reset"
sees SeaBIOS "the BIOS of a reset machine is seen"
sees "MICRO drive 80" "and what it boots"
answers "which answers"
is "$(state .redirection.session.sol | grep -c null)" 0 "in the same session"
hasnt "$(cat "$T/err")" "again" "nothing was lost"
kill "$sim"; wait "$sim" 2>/dev/null
until_ok grep -q 'connecting again' "$T/err"
SAME_PASSWORD=$AMT_PASSWORD start_sim --host qemu --guest micro
until_ok grep -q 'connected again' "$T/err"
is "$(power_request 2)" 0 "switched on at the new one"
sees SeaBIOS "its BIOS is seen"
sees "MICRO drive 80" "and what it boots"
answers "which answers"
kill "$console"; wait "$console" 2>/dev/null
exec 9>&-
is "$(sha256sum <"$T/log")" "$(sha256sum <"$T/screen")" "the log has every byte"
done_testing
