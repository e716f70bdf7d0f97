# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# "Attached" is said when the machine gets the drives, and only then: each
# --start, refusals, silence; the errors of the way there; bad images.
# LONG 10
. ./lib.sh
. ./libider.sh

make_images
start_sim --power on
refuses() {	# STATUS WORDS TEXT OPTION...
	want=$1 words=$2 text=$3; shift 3
	run idertool "$@" --cd "$T/cd.iso"
	is "$rc" "$want" "$text: $want"
	has "$err" "$words" "$text: and why"
	is "$out" "" "$text: not said to be attached"
	ctl clear-faults
	until_ok session_is_closed ider
}

# ---- when --------------------------------------------------------------
serve --cd "$T/cd.iso"
is "$(state '"\(.ider.serves) \(.ider.armed)"')" "false true" "--start reboot, the default: at the next reset"
stop_serving TERM
serve --cd "$T/cd.iso" --start graceful
is "$(state .ider.serves)" true "--start graceful: now"
stop_serving TERM
serve --cd "$T/cd.iso" --start now
is "$(scsi cd 00)" good "--start now: now"
run idertool --cd "$T/cd.iso"
is "$rc" 7 "a second session: 7"
has "$err" "already open" "and why"
stop_serving TERM
until_ok session_is_closed ider

# ---- no ------------------------------------------------------------------
for start in reboot graceful now; do
	ctl fault ider-refuse
	refuses 7 "refused to show the drives" "--start $start refused" --start "$start"
done
ctl fault ider-second-verdict 300
start_serving --cd "$T/cd.iso"
ended
is "$rc" 7 "refused later: 7"
has "$(cat "$T/served.err")" "no longer shows the drives" "and why"
is "$(cat "$T/served")" attached "it had been attached"
ctl clear-faults
ctl fault ider-no-verdict
refuses 8 "has not said if it does" "no verdict in five seconds"
ctl fault ider-status 4
refuses 7 "status 4" "refused at the opening"
ctl fault silent-at ider
refuses 4 "storage redirection answer in time" "silence at the opening" --timeout 0.5
ctl fault silent-at start
refuses 4 "answer to the session start" "silence at the start" --timeout 0.5
ctl fault garbage-at ider
refuses 6 "storage redirection" "garbage"
ctl fault close-at features
refuses 4 "closed the connection" "closes instead of a verdict"
ctl fault start-status 3
refuses 7 "wsamt ider on" "storage redirection is disabled"
AMT_PASSWORD=wrong refuses 5 "wrong user name or password" "a wrong password"
refuses 4 "refused" "nobody there" -P 1

# ---- images ----------------------------------------------------------------
bad() {	# WORDS TEXT OPTION...
	words=$1 text=$2; shift 2
	run idertool "$@"
	is "$rc" 3 "$text: 3"
	has "$err" "$words" "$text: and why"
}
bad "No such file" "no such image" --cd "$T/none"
bad "neither a file nor a block device" "a folder" --cd "$T"
mkfifo "$T/fifo"
bad "neither a file nor a block device" "a FIFO" --cd "$T/fifo"
bad "neither a file nor a block device" "a device of characters" --floppy /dev/null
: >"$T/empty"
bad "less than one block" "an empty file" --cd "$T/empty"
ln -s floppy.img "$T/link"
bad "symbolic link" "--rw through a symbolic link" --rw --floppy "$T/link"
truncate -s 9T "$T/huge" 2>/dev/null && bad "larger than" "more blocks than there are numbers" --cd "$T/huge"
serve --floppy "$T/floppy.img" --rw
bad "in use" "an image that another idertool writes" --floppy "$T/floppy.img"
stop_serving TERM
run idertool; is "$rc" 2 "no image: 2"
run idertool --rw --cd "$T/cd.iso"; is "$rc" 2 "--rw without a floppy: 2"
run idertool --start soon --cd "$T/cd.iso"; is "$rc" 2 "--start soon: 2"
run idertool --until late --cd "$T/cd.iso"; is "$rc" 2 "--until late: 2"
run idertool --cd "$T/cd.iso" a b; is "$rc" 2 "two machines: 2"
done_testing
