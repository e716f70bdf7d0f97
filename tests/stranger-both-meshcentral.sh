# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# MeshCentral's WS-Man functions and wsamt on one machine: what one sets the
# other reads.
mesh=$(strangers/fetch --path meshcentral) || exit 77
dmt=$(strangers/fetch --path wsman-messages) || exit 77
. ./lib.sh
. ./both.sh
. ./node.sh
who=MeshCentral client=mesh
both 40 ''
