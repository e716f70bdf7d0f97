#!/bin/sh
# SPDX-License-Identifier: MIT
# The general settings: printed, set, really so, confirmed.
. ./lib.sh
start_sim

onoff='neither on nor off'
setting ping on off maybe "$onoff"
setting rmcp on off 1 "$onoff"
setting wsman off on '' "$onoff"
setting outgoingv6 off on v6 "$onoff"
setting idle "$(state .network.idle_wake_timeout)" 7 0 'idle: "0"'
setting dhcpv6 "$(wsamt dhcpv6)" 65535 65536 'dhcpv6: "65536"'
setting hostname "$(state .network.host_name)" "n$(token)" 'a b' 'letters, digits and "-" only'
setting domain "$(state .network.domain_name)" "d.$(token).example" 'a_b' 'letters, digits, dots and "-" only'

sets ping off; is "$(state .network.ping)" false "ping: and so it is"
sets rmcp off; is "$(state .network.rmcp_ping)" false "rmcp: and so it is"
sets idle 007; is "$(state .network.idle_wake_timeout)" 7 "idle: and so it is"
h=h$(token); sets hostname "$h"; is "$(state .network.host_name)" "$h" "hostname: and so it is"
wrong 'at most 63 characters' hostname "$(printf '%064d' 0)"
wrong 'begins or ends wrongly' hostname -- -x
wrong 'letters, digits and "-" only' hostname a.b

# What ends the connection it runs over.
gets on amtnet
sets amtnet on
wrong "$onoff" amtnet 0
refused 'only somebody at the machine can take it back; say --force' amtnet off
is "$(state .network.enabled)" true "and it is still there"
ctl fault wsman-status 16
refused 'AMT-STATUS 16, NOT_PERMITTED' amtnet off --force
ctl clear-faults
sets amtnet off --force
is "$(state .network.enabled)" false "forced: it is gone"
is "$(ctl violations)" "" "no violation"

stop_sim

# AMT 8 wants no domain while the name's sharing changes: it comes back.
start_sim --profile 8
refused "this firmware does not have amtnet" amtnet
domain=$(wsamt domain)
for want in off on; do
	sets sharedfqdn $want
	gets $want sharedfqdn
	is "$(state .network.domain_name)" "$domain" "sharedfqdn $want: the domain as before"
done
ctl fault wsman-status 38
refused 'FLASH_WRITE_LIMIT_EXCEEDED' sharedfqdn off
ctl clear-faults
is "$(state .network.domain_name)" "$domain" "refused: the domain as before"
background cut-relay 7623 623 'DomainName/>' after 1
until_ok socat -u OPEN:/dev/null TCP:127.0.0.1:7623
run wsamt -P 7623 sharedfqdn off
is "$rc $(state .network.domain_name)" "8 " "cut while it is cleared"
has "$err" "the domain name was \"$domain\" and may be gone: \"wsamt domain\" tells, and sets it" "says so"
sets domain "$domain"
stop_sim
done_testing
