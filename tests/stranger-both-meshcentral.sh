# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# MeshCentral's WS-Man functions and wsamt on one machine: what one sets the
# other reads.
# LONG 35
mesh=$(strangers/fetch --path meshcentral) || exit 77
dmt=$(strangers/fetch --path wsman-messages) || exit 77
. ./lib.sh
. ./both.sh
. ./node.sh
who=MeshCentral client=mesh
their_logs() {
	they log AMT_MessageLog
	agree log "$(json log '.[] | .time | strptime("%Y-%m-%d %H:%M:%S") | mktime')" "$(field Time)"
	they log AMT_AuditLog	# which it takes for text: times are garbled
	agree auditlog "$(json auditlog '.[].user' | grep -v local)" "$(field Initiator | grep -v Local)"
}
both 40 ''
