# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The control socket: status, eject, insert by descriptor; who may, where it
# may be, what is no request.
. ./lib.sh
. ./libider.sh

make_images
head -c 81920 /dev/urandom >"$T/second.iso"
c=$HOME/ider
ask() { run idertool --ctl "$c" "$@"; }
start_sim --power on
serve --cd "$T/cd.iso" --start now --control "$c"
is "$(stat -c %a "$c")" 600 "the socket is the user's own"
same_blocks cd 28 0 2
ask status
is "$rc" 0 "status"
is "$(printf '%s\n' "$out" | awk -F '\t' '/^(state|cd|floppy|read|commands)/ { printf "%s=%s ", $1, $2 }')" \
    "state=attached cd=$T/cd.iso floppy= read=4096 commands=1 " "says how it is"
ask eject floppy
is "$rc" 1 "an empty drive cannot be ejected: 1"
ask eject cd
is "$rc" 0 "eject cd"
is "$(scsi cd 00)" "sense 02/3a/00" "the host sees no medium"
is "$(scsi cd 4a0100001000000008 >/dev/null; answer)" 0006041003000000 "and is told that it is gone"

# The server needs no path: it may not even read the folder.
cp "$T/second.iso" "$T/home/moved.iso"
ask insert cd "$T/home/moved.iso"
is "$rc" 0 "insert cd"
rm "$T/home/moved.iso"
is "$(scsi cd 00)" "sense 02/3a/00" "no medium for a moment"
changed() { [ "$(scsi cd 00)" = "sense 06/28/00" ]; }
until_ok changed
is "$(scsi cd 00)" good "then a changed one, once"
is "$(scsi cd 4a0100001000000008 >/dev/null; answer)" 0006041002020000 "and the event of it"
is "$(scsi cd "$(cdb 28 39 1)")" good "the last block of the second CD"
is "$(answer)" "$(dd if="$T/second.iso" bs=2048 skip=39 2>/dev/null | hex)" "is right, though it has no name any more"
is "$(scsi cd "$(cdb 28 40 1)")" "sense 05/21/00" "and the last"
run idertool --rw --ctl "$c" insert floppy "$T/floppy.img"
is "$rc" 0 "insert floppy, to be written to"
is "$(idertool --json --ctl "$c" status | jq -c '[.host, .state, .cd.writable, .floppy, .read > 0]')" \
    "[\"$AMT_HOST\",\"attached\",false,{\"image\":\"$T/floppy.img\",\"writable\":true},true]" "status, as JSON"
floppy_is_in() { [ "$(scsi floppy 00)" = good ]; }
until_ok floppy_is_in
block=$(od -An -v -tx1 -N 512 /dev/urandom | tr -d ' \n')
is "$(scsi floppy "$(cdb 2a 7 1)" "$block")" good "is written to"
ask eject floppy
is "$(dd if="$T/floppy.img" bs=512 skip=7 count=1 2>/dev/null | hex)" "$block" "and is what it should be"

# ---- what is refused -----------------------------------------------------
ask insert cd "$T/none.iso"; is "$rc" 3 "no such image: 3"
ask insert tape "$T/cd.iso"; is "$rc" 2 "no such drive: 2"
ask frob; is "$rc" 2 "no such word: 2"
ask insert cd; is "$rc" 2 "insert what? 2"
run idertool --rw --ctl "$c" insert cd "$T/cd.iso"
is "$rc" 2 "a CD to be written to: 2"
has "$err" "--rw is for the floppy" "and why"
say() { printf %b "$1" | socat -t 2 - "UNIX-CONNECT:$c"; }
has "$(say 'insert cd ro x\n')" "no no image came along" "a name alone is no image"
has "$(say 'eject\n')" "no which drive" "eject what?"
is "$(say 'status\nstatus\n' | grep -c '^ok$')" 2 "two lines at once"
is "$(head -c 5000 /dev/zero | tr '\0' a | socat -t 2 - "UNIX-CONNECT:$c" 2>/dev/null)" "" "a line without end is cut off"
is "$(idertool --json --ctl "$c" status | jq -c .floppy)" null "an empty drive, as JSON"
ask status; is "$rc" 0 "and it is still there"
run idertool --cd "$T/cd.iso" --control "$c"
is "$rc" 3 "another server at the same place: 3"
has "$err" "answers there" "and why"
stop_serving TERM
is "$([ -e "$c" ] || echo gone)" gone "the socket goes with it"
ask status; is "$rc" 3 "nobody there: 3"

serve --cd "$T/second.iso" --start now --control "$c"
kill -9 "$server"; wait "$server" 2>/dev/null
until_ok session_is_closed ider
serve --start now --control "$c"
pass "one left behind is replaced; no image is needed"
ask insert cd "$T/second.iso"; is "$rc" 0 "it is inserted later"
stop_serving TERM
mkdir -m 777 "$T/open"
run idertool --cd "$T/cd.iso" --control "$T/open/c"
is "$rc" 3 "a folder that others can write to: 3"
has "$err" "folder of your own" "and why"
: >"$HOME/file"
run idertool --cd "$T/cd.iso" --control "$HOME/file"
is "$rc" 3 "a file is in the way: 3"
is "$([ -f "$HOME/file" ] && echo there)" there "and stays"
is "$(ctl violations)" "" "no violations"
done_testing
