#!/bin/sh
# SPDX-License-Identifier: MIT
# How many HTTP requests a command costs: the challenge, what must be asked,
# the order, and the look afterwards; nothing else.
. ./lib.sh
start_sim
ctl event ff056f006808ff17000000000000000000
pw="Pw1$(token)+"
costs() {	# REQUESTS COMMAND...
	want=$1; shift
	before=$(state .http.requests)
	run wsamt "$@"
	is "$rc $(($(state .http.requests) - before))" "0 $want" "$*"
}
# The challenge, and a question.
for c in identify power boot redirport sol ider solider ping rmcp idle dhcpv6 wsman outgoingv6 amtnet \
    hostname domain sharedfqdn link ipv4 webui rfbport rfbservice timeout optin consent localtime timesync \
    nettls lcltls netcert lclcert netboth lclboth auditlog; do
	costs 2 $c
done
costs 3 alarm			# Enumerate and Pull
costs 3 ipv6			# whether, and which
costs 3 log			# where it begins, and what it has
costs 3 userlst			# the administrator, and who else: nobody
costs 5 kvm			# of four classes
costs 12 info

# Asked, ordered, looked at.
for c in 'ping off' 'idle 7' 'hostname x' 'sharedfqdn off' 'sol off' 'redirport off' 'webui off' 'rfbservice off' \
    'link s0-ac sx-ac s0-dc' 'ipv4 --force 192.0.2.9/24' 'ipv6 on' 'timeout 7' 'optin kvm' 'localtime off' \
    'nettls on' 'log freeze on' 'consent start'; do
	# shellcheck disable=SC2086 # words
	costs 4 $c
done
ctl clock 5000
costs 4 timesync
costs 4 alarm add x '2037-01-01 00:00'		# what is there is not asked
costs 3 power on				# looked at with --wait
costs 3 rfbpass 'Aa1!Aa1!'			# nobody can look
costs 2 mebxpass "$pw"
costs 6 boot default
costs 8 boot pxe
costs 6 useradd bob "$pw" both info	# realm, order, who it is, whether enabled
# So already: asked and not ordered.
costs 2 ping off
costs 2 sol off
costs 2 ipv4 --force 192.0.2.9/24
# A file of commands is one challenge.
printf 'ping\nrmcp\nsol\npower\n' >"$T/file"
costs 5 -f "$T/file"
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
