# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What may happen in the middle: resets, lost connections, pings, gaps, disks
# that fail, files that shrink.
. ./lib.sh
. ./libider.sh

make_images
start_sim --power on --ider-buffers 2048,512
block=$(od -An -v -tx1 -N 1024 /dev/urandom | tr -d ' \n')
serve --cd "$T/cd.iso" --floppy "$T/floppy.img" --rw --start now -v
ctl fault ider-reset-in-read
same_blocks cd 28 100 30
is "$(state .ider.resets)" 1 "a reset in the middle of a read"
ctl fault ider-reset-in-write
is "$(scsi floppy "$(cdb 2a 5 2)" "$block")" good "a reset in the middle of a write"
is "$(state .ider.resets)" 2 "which begins again"
is "$(dd if="$T/floppy.img" bs=512 skip=5 count=2 2>/dev/null | hex)" "$block" "and is whole"
ctl fault ider-split 100
is "$(scsi floppy "$(cdb 2a 9 2)" "$block")" good "data in pieces of 100 bytes"
is "$(dd if="$T/floppy.img" bs=512 skip=9 count=2 2>/dev/null | hex)" "$block" "are put together"
ctl clear-faults
ctl fault ider-long 9
is "$(scsi floppy "$(cdb 2a 2878 2)" "$block")" "sense 05/21/00" "more data than asked for"
is "$(wc -c <"$T/floppy.img")" 1474560 "make the image no longer"
ctl clear-faults
ctl fault ider-ping 3
ctl fault ider-gap 2
ctl fault ider-error
same_blocks cd 28 200 4
until_ok grep -q "not numbered in order" "$T/served.err"
has "$(cat "$T/served.err")" "reports an error (0x01)" "an error that the device reports is told"
until_ok grep -q "IDE-R pong" "$T/sim.log"
is "$(ctl violations)" "" "pings are answered, numbers that jump forgiven"

# ---- the connection is lost ------------------------------------------------
ctl fault ider-cut
same_blocks cd 28 300 40
has "$(cat "$T/served")" "attached again" "a lost connection comes back, and the read is whole"
is "$(state .ider.sessions)" 2 "in a second session"
stop_serving TERM
has "$(cat "$T/served.err")" "1 reconnection" "the summary counts"
until_ok session_is_closed ider
ctl fault stale-session
ctl fault cut-after 250
serve --cd "$T/cd.iso" --start now -v
poll() { for i in 1 2 3 4 5 6 7 8; do scsi cd 00; done; }
background poll >"$T/polled"
until_ok grep -q "already open" "$T/served.err"
has "$(cat "$T/served.err")" "connecting again" "where the old session is still open it tries again"
stop_serving TERM
is "$rc" 143 "and ends when told to, meanwhile"
kill "$sim"; wait "$sim"

start_sim --power on
serve --cd "$T/cd.iso" --start now --reconnect 0
ctl fault ider-cut
background scsi cd "$(cdb 28 0 40)" >"$T/polled"
ended
is "$rc" 4 "--reconnect 0: a lost connection ends it"
serve --cd "$T/cd.iso" --start now --reconnect 0.5
kill -9 "$sim"
ended
is "$rc" 4 "a machine that is gone: 4"
has "$(cat "$T/served.err")" "giving up after" "after the time given"

# ---- disks that fail ---------------------------------------------------------
start_sim --power on
if strace -o /dev/null true 2>/dev/null; then
	cat >"$T/failing" <<-'END'
	# Under strace leaks cannot be looked for.
	exec env --default-signal=INT ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace=preadv -e inject=preadv:error=EIO:when=2 idertool "$@"
	END
	background sh "$T/failing" --cd "$T/cd.iso" --start now --until eject >"$T/served" 2>"$T/served.err"
	server=$pid
	until_ok is_attached
	same_blocks cd 28 0 1
	is "$(scsi cd "$(cdb 28 1 1)")" "sense 03/11/00" "a disk that fails: a read error"
	same_blocks cd 28 1 1
	has "$(cat "$T/served.err")" "Input/output error" "which is told here too"
	is "$(state .ider.sessions)" 1 "in the same session"
	is "$(scsi cd 1b0000000200)" good "the host ejects it"
	ended
	is "$rc" 0 "and ends well"
	until_ok session_is_closed ider
fi
serve --cd "$T/cd.iso" --floppy "$T/floppy.img" --rw --start now
same_blocks cd 28 0 4
truncate -s 20480 "$T/cd.iso"
truncate -s 512 "$T/floppy.img"
same_blocks cd 28 8 2
is "$(scsi cd "$(cdb 28 8 4)")" "sense 03/11/00" "an image made shorter: a read error"
is "$(scsi floppy "$(cdb 2a 1 2)" "$block")" "sense 03/0c/00" "a write error"
is "$(wc -c <"$T/floppy.img")" 512 "and it is not made longer again"
has "$(cat "$T/served.err")" "made shorter while it was served" "which is told"
stop_serving TERM
is "$rc" 143 "no signal but ours"
is "$(ctl violations)" "" "no violations"
done_testing
