#!/bin/sh
# SPDX-License-Identifier: MIT
# The wired port: its link, its addresses of both families; what would cut
# the connection it runs over is refused.
. ./lib.sh
start_sim

shows 'policy	s0-ac,sx-ac' link
shows 'link	on' link
sets link sx-ac s0-ac sx-dc
shows 'policy	s0-ac,sx-ac,sx-dc' link
sets link s0-ac sx-ac sx-dc
refused 'without sx-ac the machine is not reached while it is off; say --force' link s0-ac
refused 'without s0-ac the machine is not reached while it is on; say --force' link sx-ac
wrong '"always" is none of s0-ac, sx-ac, s0-dc, sx-dc' link always
ctl fault wsman-ignore
refused 'it was s0-ac,sx-ac,sx-dc, s0-ac,sx-ac was wanted, it is s0-ac,sx-ac,sx-dc' link s0-ac sx-ac
ctl clear-faults
sets link s0-ac sx-ac
wsamt power --wait on
sets link s0-ac --force
shows 'policy	s0-ac' link
sets link s0-ac sx-ac
busy link

shows 'dhcp	on' ipv4
refused 'this may change the address over which this very command comes; say --force' ipv4 192.0.2.10/24
sets ipv4 --force 192.0.2.10/20 192.0.2.1 192.0.2.2
is "$(wsamt --json ipv4 | jq -c '[.dhcp, .address, .mask, .gateway, .dns]')" \
    '["off","192.0.2.10","255.255.240.0","192.0.2.1","192.0.2.2"]' "a static address"
is "$(state .network.ip)" 192.0.2.10 "and so it is"
sets ipv4 "$AMT_HOST/8" 192.0.2.1
shows "address	$AMT_HOST" ipv4
sets ipv4 "$AMT_HOST/8"
sets ipv4 "$AMT_HOST/16" 192.0.2.1 192.0.2.5
is "$(wsamt --json ipv4 | jq -c '[.mask, .dns]')" '["255.255.0.0","192.0.2.5"]' "its mask, and a name server"
ctl fault wsman-ignore
refused "it was $AMT_HOST 255.255.0.0 192.0.2.1 192.0.2.5 192.0.2.2, $AMT_HOST 255.255.0.0 192.0.2.3 was wanted" ipv4 "$AMT_HOST/16" 192.0.2.3
ctl clear-faults
sets ipv4 --force system
shows 'as-the-system	on' ipv4
ctl fault wsman-ignore
sets ipv4 system
refused 'ipv4 did not take: it was system, dhcp was wanted, it is system' --force ipv4 dhcp
ctl clear-faults
sets ipv4 dhcp --force
shows 'dhcp	on' ipv4
is "$(state .network.dhcp)" true "and so it is"
wrong 'is neither dhcp, system nor an address as 192.0.2.10/24' ipv4 192.0.2.10
wrong 'ipv4: "192.0.2.256" is no address' ipv4 192.0.2.256/24
wrong 'ipv4: "gw" is no gateway' ipv4 192.0.2.10/24 gw
wrong 'ipv4: "dns" is no name server' ipv4 192.0.2.10/24 192.0.2.1 dns
wrong 'ipv4: bits of the network: "33"' ipv4 192.0.2.10/33
wrong 'ipv4 dhcp takes no addresses' ipv4 dhcp 192.0.2.1
busy ipv4

for want in off on; do
	sets ipv6 $want
	shows "ipv6	$want" ipv6
	is "$(state .network.ipv6)" "$([ $want = on ] && echo true || echo false)" "ipv6 $want: and so it is"
done
sets ipv6 on
shows ' link-local preferred' ipv6
address=$(printf '%s\n' "$out" | sed -n 's/^address	\(.*\) link.*/\1/p')
is "$(wsamt --json ipv6 | jq -c '[.ipv6, (.address | length)]')" '["on",1]' "addresses are a list"
shows "ipv6	$address" info
wrong 'neither on nor off' ipv6 auto
ctl fault wsman-ignore
refused 'ipv6 did not take: it was on, off was wanted, it is on' ipv6 off
ctl clear-faults
if [ "$AMT_TEST_NS" = own ]; then
	refused 'comes over IPv6; come over IPv4, or say --force' -h ::1 ipv6 off
	sets -h ::1 ipv4 192.0.2.10/24
	is "$(state .network.ip)" 192.0.2.10 "the IPv4 address, over IPv6"
else
	skip "no namespace of our own"
fi
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
