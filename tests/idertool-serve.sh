# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Images served to a machine: every byte right, both drives, written and read
# back, whatever buffers the device has, over plain and TLS.
. ./lib.sh
. ./libider.sh

make_images
start_sim --power on --tls-too
serve --cd "$T/cd.iso" --floppy "$T/floppy.img" --rw
is "$(cat "$T/served")" attached "says that it is attached"
is "$(state .ider.serves)" false "but not before the next reset"
is "$(power_request 10)" 0 "reset, while the session is open"
until_ok serves
is "$(scsi cd 00)" good "a CD is in"
is "$(scsi cd 25)" good "and has"
is "$(answer)" 0000039f00000800 "its size, and not the tail"
has "$(cat "$T/served.err")" "its last 100 bytes are no whole block" "which is told"
same_blocks cd 28 0 1
same_blocks cd 28 915 13
same_blocks cd a8 100 64
same_blocks cd 08 31 200
is "$(scsi cd "$(cdb 28 928 1)")" "sense 05/21/00" "nothing beyond the end"
block=$(od -An -v -tx1 -N 1024 /dev/urandom | tr -d ' \n')
is "$(scsi floppy "$(cdb 2a 19 2)" "$block")" good "writes two blocks"
is "$(dd if="$T/floppy.img" bs=512 skip=19 count=2 2>/dev/null | hex)" "$block" "which are in the image"
is "$(scsi floppy "$(cdb 28 19 2)")" good "reads them back"
is "$(answer)" "$block" "as they were"
is "$(scsi floppy 35)" good "flushes them"
is "$(scsi cd "$(cdb 2a 19 1)" "$(printf '%4096s' '' | tr ' ' 0)")" "sense 07/27/00" "a CD is not written to"
is "$(wc -c <"$T/floppy.img")" 1474560 "the image is as long as before"

# ---- the end: SIGTERM, then what was done ------------------------------
stop_serving TERM
is "$rc" 143 "dies of the signal"
until_ok session_is_closed ider
has "$(cat "$T/served.err")" "1 TEST UNIT READY" "the summary counts commands"
has "$(cat "$T/served.err")" "1.0 kB written" "and bytes"
is "$(ctl violations)" "" "and no field of any message was wrong"

# ---- TLS; a device with odd buffers ------------------------------------
stop_sim
start_sim --power on --tls-too --ider-buffers 1000,100
serve --tofu --cd "$T/cd.iso" --floppy "$T/floppy.img" --rw --start now --json
is "$(jq -r .event "$T/served")" attached "attached, as JSON"
is "$(state .ider.serves)" true "at once with --start now"
same_blocks cd 28 7 40
is "$(scsi floppy "$(cdb 2a 100 2)" "$block")" good "writes in parts of 100 bytes"
is "$(dd if="$T/floppy.img" bs=512 skip=100 count=2 2>/dev/null | hex)" "$block" "which are in the image"
stop_serving INT
is "$rc" 130 "dies of the signal"
is "$(tail -n 1 "$T/served" | jq -r '"\(.event) \(.read) \(.read_bytes) \(.written_bytes) \(.commands["WRITE(10)"]) \(.gaps)"')" \
    "summary true 81920 1024 1 0" "the summary, as JSON"
is "$(ctl violations)" "" "no violations"
done_testing
