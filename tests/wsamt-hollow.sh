#!/bin/sh
# SPDX-License-Identifier: MIT
# A machine that says yes to every order and does nothing: each command that
# changes something finds out and says so, with what was, was wanted and is.
. ./lib.sh
. ./certs.sh
cd "$T" || exit 3
make_ca ca
make_ca other
leaf one ca
leaf two ca
start_sim --power on
pw="Pw1$(token)+"
ctl event ff056f006808ff17000000000000000000
printf '%s\n' "useradd bob $pw both info" "addca ca.pem" "addkey one.key" "addcert one.pem" \
    "addkey two.key" "addcert two.pem" "mktlsctx one.pem" "addkey other.key" "optin kvm" \
    "rfbpass Aa1!Aa1!" "alarm add there '2037-01-01 00:00'" | sed "s/'/\"/g" >before
run wsamt -f before
is "$rc$err" 0 "what there is at first"

done=''
hollow() {	# PART COMMAND...: what it says did not take
	part=$1; shift
	run wsamt --force "$@"
	is "$rc $out" "7 " "$*: exit 7"
	has "$err" "the machine said yes, but $part" "$*: says so"
	done="$done $1"
}
flipped() {	# COMMAND: on to off, or off to on
	was=$(wsamt "$1" | sed 's/^ipv6	//; 1q')
	want=$([ "$was" = on ] && echo off || echo on)
	hollow "$1 did not take: it was $was, $want was wanted, it is $was" "$1" "$want"
}
ctl clock 5500
# shellcheck disable=SC2119 # no options
open_console
ctl fault wsman-hollow
hollow 'the session did not take: it was open, closed was wanted, it is open' sessions end sol
close_console
for c in redirport sol ider ping rmcp wsman outgoingv6 amtnet sharedfqdn ipv6 webui rfbport \
    rfbservice localtime nettls lcltls netcert netboth lclboth; do
	flipped $c
done
hollow 'solider did not take: it was sol,ider, off was wanted, it is sol,ider' solider off
hollow 'idle did not take: it was 65535, 9 was wanted, it is 65535' idle 9
hollow 'dhcpv6 did not take: it was 0, 9 was wanted, it is 0' dhcpv6 9
hollow "hostname did not take: it was $(wsamt hostname), other was wanted" hostname other
hollow "domain did not take: it was $(wsamt domain), other.example was wanted" domain other.example
hollow 'timeout did not take: it was 3, 9 was wanted, it is 3' timeout 9
hollow 'optin did not take: it was kvm, on was wanted, it is kvm' optin on
hollow 'link did not take: it was s0-ac,sx-ac, s0-ac was wanted, it is s0-ac,sx-ac' link s0-ac
hollow 'ipv4 did not take: it was dhcp, 192.0.2.7 255.255.255.0 192.0.2.1 was wanted, it is dhcp' ipv4 192.0.2.7/24 192.0.2.1
hollow 'BIOSSetup did not take: it was false, true was wanted, it is false' boot bios
hollow 'consent did not take: it was none, displayed was wanted, it is none' consent start
hollow 'the clock did not take: it was off by 5' timesync
hollow 'bob did not take: it was on, off was wanted, it is on' usermod bob off
hollow 'bob did not take: it was bob both info, bob remote info was wanted, it is bob both info' userchg bob "$pw" remote
hollow 'amy did not take: it was nobody, amy local info was wanted, it is nobody' useradd amy "$pw" local info
hollow 'bob did not take: it was there, nobody was wanted' userdel bob
hollow 'does not let admin in with the new password: the old one may still hold' userchg admin "$pw"
hollow 'other.pem did not take: it was not there, there was wanted' addca other.pem
hollow 'other.pem did not take: it was not there, there was wanted' addcert other.pem
hollow 'ca.key did not take: it was not there, there was wanted' addkey ca.key
hollow 'ca.pem did not take: it was there, not there was wanted' delca ca.pem
hollow 'two.pem did not take: it was there, not there was wanted' delcertkey two.pem
hollow 'genkey did not take: it was not there, a key was wanted' genkey
hollow 'the certificate of TLS did not take: it was Intel(r) AMT Certificate: Handle: ' mktlsctx two.pem
hollow 'the certificate of TLS did not take: it was Intel(r) AMT Certificate: Handle: ' rmtlsctx
hollow 'x did not take: it was not there, there was wanted' alarm add x '2037-01-01 00:00'
hollow 'there did not take: it was there, not there was wanted' alarm delete there
hollow 'log freeze did not take: it was off, on was wanted, it is off' log freeze on
hollow 'the number of records did not take: it was' log clear
run wsamt --timeout 1 --wait power off
is "$rc" 1 "power --wait sees it"
has "$err" "still on after 1 s" "and says so"
done="$done power"

hollow 'PingResponseEnabled did not take: it was true, false was wanted' put AMT_GeneralSettings PingResponseEnabled=false
hollow 'IPS_AlarmClockOccurrence did not take: it was there, not there was wanted' delete IPS_AlarmClockOccurrence InstanceID=there
hollow 'AMT_TLSCredentialContext did not take: it was not there, there was wanted' create AMT_TLSCredentialContext \
    'ElementInContext=@AMT_PublicKeyCertificate?InstanceID=Intel(r) AMT Certificate: Handle: 1' \
    'ElementProvidingContext=@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'

# What cannot be read again: two passwords, a state that nothing shows, the
# end; a request that changes nothing; a switch that this firmware refuses;
# and a method, whose answer is printed as it is.
done="$done rfbpass mebxpass commit unprovision csr lclcert invoke"
wsamt --list-commands | awk -F '\t' '$3 == "changes" { print $1 }' | sort >commands
printf '%s' "$done" | tr ' ' '\n' | grep . | sort -u >tried
is "$(comm -3 commands tried)" "" "every command that changes something"
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
