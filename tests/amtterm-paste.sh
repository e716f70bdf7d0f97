# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A paste of 100 kB at a terminal, when the far end is a serial line of
# 115200 baud, 11520 bytes a second: all of it arrives, in order, in messages
# of at most 256 bytes, and the escape key works meanwhile.
# LONG 10
ANYWHERE=yes
. ./lib.sh
k=$(printf '\035')
t=$(token) u=$(token)
i=0; while [ $i -lt 1600 ]; do printf 'line %s of the paste that %s types, %s\r\n' $((10000 + i)) "$t" "0123456789012"; i=$((i + 1)); done >"$T/paste"
size=$(wc -c <"$T/paste")
[ "$size" -ge 100000 ] || exit 3
start_sim --power on --pace 0
until_ok host_echoes
ctl fault redirection.rate 11520
run ptyrun raw "paste:$T/paste" "send:${k}s" "expect:connected for" "send:$u" "expect:$u" "send:${k}q" -- amtterm
is "$rc ${err##*, }" "0 terminal restored" "$size bytes pasted, the escape key in the middle of it"
# Without our own words, which may stand in the middle of a line.
printf '%s\n' "$out" | tr -d '\r\0' | sed '/^amtterm: /d' | tr -d '\n' >"$T/screen"
tr -d '\r\n' <"$T/paste" >"$T/want"
is "$(grep -aoF "$(cat "$T/want")$u" "$T/screen" | sha256sum)" "$(printf '%s%s\n' "$(cat "$T/want")" "$u" | sha256sum)" "every byte is back, in order"
typed() {	# sizes of what amtsim got
	sed -n 's/.*"dir":"in","what":"SOL data to host","len":\([0-9]*\),.*/\1/p' "$T/sim.log"
}
is "$(typed | awk '$1 > 10 + 256' | wc -l)" 0 "no message holds more than 256 bytes"
is "$(ctl violations)" "" "nothing that firmware would mind"
done_testing
