# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # variables of lib.sh and stories
# Every command, read and set, on one generation of firmware: it is done, or
# the firmware does not have it and that is said; nothing is misunderstood.
# The one story of wsamt-profile-*.sh, after lib.sh: "on_profile".
cd "$T" || exit 3

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=root" -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=leaf" -keyout leaf.key 2>/dev/null |
    openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -out leaf.pem 2>/dev/null
cert amtsim
leaf=$(openssl x509 -in leaf.pem -outform der | sha256sum | cut -d ' ' -f 1)

# What prints when it has no value.
readers() {
	wsamt --list-commands | awk -F '\t' '$3 == "reads" && $2 !~ /^class/ ||
	    $3 == "changes" && $2 ~ /^\[/ { print $1 }'
}
# What is set, and in this order.
setters() {
	pw=$(token | cut -c 1-4)
	at=$(date -u -d "@$(($(state .time) + 7200))" '+%Y-%m-%d %H:%M')
	for c in $(wsamt --list-commands | awk -F '\t' '$2 == "[on|off]" { print $1 }'); do
		case $c in
		amtnet) printf '%s\n' "amtnet on" ;;
		rfbport) printf '%s\n' "rfbpass Aa1!$pw" "rfbport on" "rfbport off" ;;
		*) [ "$(wsamt "$@" "$c" 2>/dev/null)" = on ] && printf '%s\n' "$c off" "$c on" ||
			printf '%s\n' "$c on" "$c off" ;;
		esac
	done
	cat <<-END
	idle 7
	dhcpv6 7
	timeout 7
	hostname pc$pw
	domain d$pw.example
	link s0-ac sx-ac s0-dc
	ipv4 --force 192.0.2.7/24 192.0.2.1
	ipv4 --force dhcp
	boot bios
	boot default
	power on
	optin kvm
	consent start
	consent cancel
	optin off
	timesync
	useradd amy$pw Pw1+$pw both info
	usermod amy$pw off
	userchg amy$pw Pw2+$pw
	userdel amy$pw
	addca ca.pem
	addkey leaf.key
	addcert leaf.pem
	certs
	mktlsctx leaf.pem
	commit
	rmtlsctx
	create AMT_TLSCredentialContext "ElementInContext=@AMT_PublicKeyCertificate?InstanceID=\$(cert_id "\$@")" "ElementProvidingContext=$collection"
	rmtlsctx
	delcertkey leaf.pem
	delca ca.pem
	genkey
	csr "\$(wsamt "\$@" genkey)" CN=$pw
	alarm add wake "$at"
	alarm delete wake
	log freeze on
	log freeze off
	log clear
	mebxpass Pw3+$pw
	get AMT_GeneralSettings
	enum CIM_Chip
	pull CIM_BIOSElement
	put AMT_GeneralSettings IdleWakeTimeout=9
	alarm add again "$at"
	delete IPS_AlarmClockOccurrence InstanceID=again
	invoke AMT_MessageLog FreezeLog Freeze=false
	unprovision --force
	END
}
collection='@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'
cert_id() { wsamt "$@" --json certs | jq -r '.[] | select(.kind == "cert+key") | .id'; }
done_or_not() {	# [OPTION]... of wsamt's; $command
	# shellcheck disable=SC2294 # its words, as a shell reads them
	eval "run wsamt \"\$@\" $command"
	echo "${command%% *}" >>"$T/run"
	case $rc in
	0) pass "$profile: $command" ;;
	7)	want=$(refusals | grep -e "^[^|]*${profile}[^|]*|$command|" -e "^$profile|${command%% *}|")
		has "$err" "${want##*|}" "$profile: $command: is not done, and why"
		[ -n "$want" ] || fail "$profile: $command" "$err" ;;
	*) [ "$rc $command" = "1 diagnose" ] || fail "$profile: $command" "exit $rc" "$err" ;;
	esac
}
# On which, what is refused, and how that is said.
refusals() {
	cat <<-'END'
	8|amtnet|this firmware does not have amtnet
	8|amtnet on|this firmware does not have amtnet
	8|localtime|this firmware does not have localtime
	8|localtime on|this firmware does not have localtime
	8|localtime off|this firmware does not have localtime
	8 11 16|lclcert on|AMT-STATUS 36, INVALID_PARAMETER
	16|rmtlsctx|nothing but TLS, which needs a certificate: "wsamt mktlsctx" gives it another
	16|create|it exists already
	16|delcertkey|what is in use cannot be deleted
	16|nettls off|this firmware speaks nothing but TLS
	16|lcltls off|this firmware speaks nothing but TLS
	16|netboth on|this firmware speaks nothing but TLS
	16|lclboth on|this firmware speaks nothing but TLS
	END
}
on_profile() {	# PROFILE [OPTION]...: wsamt's; $pin and $leaf are of TLS
	profile=$1
	shift
	start_sim --profile "$profile" --cert "$T/amtsim.pem" --key "$T/amtsim.key"
	ctl event ff0f6f026802ff22004013000000000000
	: >"$T/run"
	for command in $(readers); do
		done_or_not "$@"
	done
	setters "$@" >"$T/setters"
	while IFS= read -r command <&3; do
		done_or_not "$@"
	done 3<"$T/setters"
	is "$(sort -u "$T/run")" "$(wsamt --list-commands | cut -f 1 | sort)" "$profile: that is every command"
	is "$(ctl violations)" "" "$profile: no violation"
	stop_sim
	done_testing
}
