# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Requests as Open AMT's consoles build them, and wsamt, on one machine: what
# one sets the other reads.
# LONG 35
mesh=$(strangers/fetch --path meshcentral) || exit 77
dmt=$(strangers/fetch --path wsman-messages) || exit 77
. ./lib.sh
. ./both.sh
. ./node.sh
who="Open AMT" client=dmt
both 35 'ipv6 localtime log.clear log.freeze sessions webui '
