#!/bin/sh
# SPDX-License-Identifier: MIT
# make install, one tool or all, and back.
ANYWHERE=yes
. ./lib.sh
cd "$TOP" || exit 3
O=${O#"$TOP"/}			# make takes no blanks in it
unset MAKEFLAGS MFLAGS		# of the make that runs this: its -j is not ours
[ -n "${SAN:-}" ] && { pass "installed by the plain run"; done_testing; }

list() { (cd "$1" && find . -type f | sort | tr '\n' ' '); }
# Of a tool alone nothing of the others is needed, nor asked for.
run make -s O="$O" PKG_CONFIG="$T/none" DESTDIR="$T/one" PREFIX=/usr install-pingwait
is "$rc $err" "0 " "make install-pingwait, without pkg-config"
is "$(list "$T/one")" "./usr/bin/pingwait ./usr/share/bash-completion/completions/pingwait ./usr/share/man/man1/pingwait.1 " \
    "installs pingwait, its page, its completion, and nothing else"
run make -s O="$O" DESTDIR="$T/all of it" PREFIX=/usr install
is $rc 0 "make install"
for f in bin/amtterm bin/wsamt bin/pingwait bin/amtconsole share/man/man7/amt.7 share/man/man5/amt.conf.5 share/man/man1/amtconsole.1 \
    sbin/fence_wsamt share/man/man8/fence_wsamt.8 lib/systemd/system/amt-timesync@.service lib/systemd/system/amt-timesync@.timer \
    share/amt-tools/wsamt.dev; do
	is "$([ -f "$T/all of it/usr/$f" ] && echo there)" there "installs $f"
done
hasnt "$(list "$T/all of it")" amtsim "amtsim installs nowhere"
run "$T/all of it/usr/bin/pingwait" --version
is $rc 0 "an installed tool runs"
run make -s O="$O" DESTDIR="$T/all of it" PREFIX=/usr uninstall
is "$(list "$T/all of it")" "" "uninstall leaves nothing"
is "$([ -d "$T/all of it/usr/share/amt-tools" ] && echo there)" "" "nor a folder of its own"
done_testing
