#!/bin/sh
# SPDX-License-Identifier: MIT
# make demo where there is neither a network namespace nor QEMU: the builtin
# host, without the real ports, and a status that says how it went.
. ./lib.sh
mkdir -p "$T/o/tests"
for f in amtterm wsamt pingwait idertool tests/amtsim tests/helpers; do
	ln -s "$O/$f" "$T/o/$f"
done
demo() { run env O="$T/o" AMT_TEST_NS=none timeout 60 sh ./demo; }
demo
is "$rc" 0 "it goes well"
has "$out" "No QEMU, or no guest for it" "it says what it is without"
has "$out" "switches it on" "it shows the steps"
has "$out" "*** It gives back what was typed" "what was typed comes back"
has "$out" "wsamt power says: on" "and the machine is on"

mkdir "$T/bin"
printf '#!/bin/sh\nexit 7\n' >"$T/bin/amtterm"
chmod +x "$T/bin/amtterm"
rm "$T/o/amtterm"
ln -s "$T/bin" "$T/o/amtterm"
demo
is "$([ "$rc" -ne 0 ] && echo failed)" failed "without a console it fails"
has "$out" "FAILED" "and says so"
done_testing
