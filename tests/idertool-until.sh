# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# It ends by itself when it was told when; says what was read, and 1 if that
# was nothing.
. ./lib.sh
. ./libider.sh

make_images
truncate -s 40960 "$T/small.iso"
start_sim --power on
serve --cd "$T/cd.iso" --start now --until idle:0.5
ended
is "$rc" 1 "idle:0.5, and nothing was read: 1"
has "$(cat "$T/served.err")" "read nothing" "and that is said"
until_ok session_is_closed ider

serve --cd "$T/cd.iso" --start now --until idle:4 --json	# time enough for us
is "$(scsi cd "$(cdb 28 0 1)")" good "a block is read"
ended
is "$rc" 0 "idle:4 after a block: 0"
is "$(tail -n 1 "$T/served" | jq -c '[.event, .attached, .read, .read_bytes]')" '["summary",true,true,2048]' "the summary"

serve --cd "$T/small.iso" --start now --until served
is "$(scsi cd "$(cdb 28 0 19)")" good "all blocks but the last"
is "$(scsi cd "$(cdb 28 0 4)")" good "some of them again"
kill -0 "$server"; is "$?" 0 "it goes on"
is "$(scsi cd "$(cdb 28 19 1)")" good "the last one"
ended
is "$rc" 0 "--until served: 0"

c=$HOME/ider
serve --cd "$T/cd.iso" --start now --until served --control "$c"
idertool --ctl "$c" eject cd
is "$(scsi cd 00)" "sense 02/3a/00" "one that was not read is taken out"
idertool --ctl "$c" insert cd "$T/small.iso"
changed() { [ "$(scsi cd 00)" = "sense 06/28/00" ]; }
until_ok changed
is "$(scsi cd "$(cdb 28 0 20)")" good "and another is read to its end"
ended
is "$rc" 0 "--until served: what was changed counts, too"

serve --cd "$T/cd.iso" --floppy "$T/floppy.img" --start now --until eject
is "$(scsi floppy "$(cdb 28 0 1)")" good "a block is read"
is "$(scsi cd 1e0000000100)" good "the host locks the drive"
is "$(scsi cd 1b0000000200)" "sense 05/53/02" "so it cannot eject"
is "$(scsi cd 1e0000000000)" good "and unlocks it"
is "$(scsi cd 1b0000000200)" good "ejects the CD"
is "$(scsi cd 00)" "sense 02/3a/00" "which is gone"
is "$(scsi floppy 00)" good "the floppy is not"
is "$(scsi floppy 1b0000000200)" good "ejects the floppy too"
ended
is "$rc" 0 "--until eject: 0"
has "$(cat "$T/served.err")" "the machine ejected the cd" "says so"

serve --cd "$T/cd.iso" --start now
is "$(scsi cd 1b0000000200)" good "without --until eject"
is "$(scsi cd 00)" good "ejecting does nothing"
stop_serving INT
is "$rc" 130 "SIGINT: 130"
until_ok session_is_closed ider
is "$(ctl violations)" "" "no violations"

# A terminal shows a line while it runs, and nothing of it stays.
run ptyrun expect:'attached, 0 bytes' kill:15 -- idertool --cd "$T/cd.iso" --start now "$AMT_HOST"
is "$rc" 143 "ends by SIGTERM"
has "$out" "attached, 0 bytes, 0 bytes/s, 0 commands" "with a live line before"

# However long, it is one line: of the pieces that fit.
name=a-machine-whose-name-is-not-a-short-one
mkdir -p "$HOME/.config/amt"
printf 'host %s\n\taddress %s\n' $name "$AMT_HOST" >"$HOME/.config/amt/amt.conf"
chmod -R go-rwx "$HOME/.config"
(until_ok serves; until_ok session_is_open ider; scsi cd "$(cdb 28 0 1)") >"$T/read" &
run ptyrun expect:'2.0 kB' expect:'1 command' kill:15 -- idertool --cd "$T/cd.iso" --start now $name
is "$rc" 143 "a long name"
line=$(printf '%s\n' "$out" | tr '\r' '\n' | grep '1 command' | head -n 1)
hasnt "$line" "at block" "pieces that do not fit are left out"
[ ${#line} -lt 83 ]
is $? 0 "and a terminal of 80 columns holds it: $line"
done_testing
