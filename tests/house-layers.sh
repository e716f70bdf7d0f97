#!/bin/sh
# SPDX-License-Identifier: MIT
# The house's rules that grep can check: who includes and links what.
ANYWHERE=yes
. ./lib.sh
cd "$TOP" || exit 3

# offenders TEXT FILES... -- PATTERN: lines of FILES that match PATTERN.
offenders() {
	text=$1; shift
	files=
	while [ "$1" != -- ]; do files="$files $1"; shift; done
	# shellcheck disable=SC2086
	found=$(grep -nE "$2" $files /dev/null)
	is "$found" "" "$text"
}

tools='amtterm|idertool|wsamt|amtproxy|amtmapper|pingwait'
offenders "an include says its folder" lib/*.[ch] amtterm/*.[ch] idertool/*.[ch] wsamt/*.[ch] pingwait/*.[ch] -- \
    '#include "[^/"]*\.h"'
offenders "lib includes no tool" lib/*.[ch] -- "#include \"($tools|tests)/"
for t in amtterm idertool wsamt pingwait; do
	others=$(grep -nE "#include \"($tools|tests)/" "$t"/*.[ch] | grep -v "#include \"$t/")
	is "$others" "" "$t includes no other tool's header"
done
# digest.c has its MD5 from GnuTLS, and nothing else.
codecs=
for c in lib/wire lib/buf lib/err lib/json lib/redir lib/rmcp lib/wsxml lib/wsemit lib/wsfault amtterm/sol amtterm/escape amtterm/clean \
    idertool/scsi idertool/ider pingwait/icmp pingwait/probe wsamt/record; do
	for f in "$c".[ch]; do [ ! -f "$f" ] || codecs="$codecs $f"; done
done
# shellcheck disable=SC2086
offenders "codecs know no sockets, clocks, files, curl" $codecs lib/digest.h -- \
    '#include <(sys/socket|sys/stat|sys/time|netdb|poll|time|fcntl|unistd|curl/|gnutls/)|[^_a-z](fopen|open|clock_gettime|time|printf)\('
offenders "amtsim shares no codec with lib" tests/amtsim/*.[ch] -- \
    '#include "lib/(wire|redir|digest|wsxml|wsman|wsemit|wsfault|tls|conn|dial|net)'

needed() { readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\.so.*/\1/p' | grep -v -e '^libasan' -e '^libubsan' | sort | tr '\n' ' '; }
is "$(needed "$O/pingwait/pingwait")" "libc " "pingwait needs libc"
is "$(needed "$O/amtterm/amtterm")" "libc libgnutls " "amtterm needs GnuTLS"
is "$(needed "$O/idertool/idertool")" "libc libgnutls " "idertool needs GnuTLS"
has "$(needed "$O/wsamt/wsamt")" libcurl "wsamt needs libcurl"
has "$(needed "$O/wsamt/wsamt")" libxml2 "wsamt needs libxml2"

done_testing
