# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # variables of stories and of lib.sh
# What a stranger sets wsamt prints, and what wsamt sets the stranger reads:
# the one story of stranger-both-*.sh.  A story sources this after lib.sh,
# says who the stranger is, and defines
#
#	they VERB CLASS...	an order, as strangers/classes.js has them; sets
#				$status, "lacks" if they have no function for it,
#				and $said: "name, tab, value" a line, references
#				behind "@", an empty line behind an instance
#	they_are USER PASSWORD	who they log in as from now on, on new connections
#	they_log_in USER PASSWORD	the status of a Get as somebody else
#
# and may define their_logs, how they read those, besides.  It calls "both".
# Values are new each time.  At the end each command was seen in both
# directions, or is in only_so.

theirs() { is "$2" "$3" "$who sets $1, wsamt prints it"; echo "theirs $1" >>"$T/seen"; }
ours() { is "$2" "$3" "wsamt sets $1, $who reads it"; echo "ours $1" >>"$T/seen"; }
lacks() {	# COMMAND...: they have no function for what it sets
	[ "$status" = lacks ] && for c; do echo "lacks $c" >>"$T/seen"; done
}
obeyed() { is "$status $(field ReturnValue)" "200 0" "$who: $1"; }
field() { printf '%s\n' "$said" | sed -n "s/^$1	//p"; }
instance() {	# NAME VALUE: of those in $said, the one that has it
	said=$(printf '%s\n' "$said" | awk -v line="$1	$2" 'BEGIN { RS = ""; FS = "\n" }
		{ for (i = 1; i <= NF; i++) if ($i == line) print }')
}
fields() { for f; do printf '%s ' "$(field "$f")"; done; }
password() { echo "Pw1$(token)+"; }
blob() { openssl "$1" -in "$2" -outform DER ${3:+"$3"} 2>/dev/null | base64 -w 0; }

# Command, class, property, what its words are on the wire ("/": both), and
# the method that sets it, if that is not Put.
settings() {
	net='AMT_TLSSettingData?InstanceID=Intel(r) AMT 802.3 TLS Settings'
	lcl='AMT_TLSSettingData?InstanceID=Intel(r) AMT LMS TLS Settings'
	cat <<-END
	ping|AMT_GeneralSettings|PingResponseEnabled|off=false on=true
	rmcp|AMT_GeneralSettings|RmcpPingResponseEnabled|off=false on=true
	idle|AMT_GeneralSettings|IdleWakeTimeout|1-65535
	dhcpv6|AMT_GeneralSettings|DHCPv6ConfigurationTimeout|0-65535
	wsman|AMT_GeneralSettings|WsmanOnlyMode|off=false on=true
	outgoingv6|AMT_GeneralSettings|PreferredAddressFamily|off=0 on=1
	hostname|AMT_GeneralSettings|HostName|name
	domain|AMT_GeneralSettings|DomainName|name
	sharedfqdn|AMT_GeneralSettings|SharedFQDN|off=false on=true
	redirport|AMT_RedirectionService|ListenerEnabled|off=false on=true
	sol|AMT_RedirectionService|EnabledState|off=32768 on=32770|RequestStateChange RequestedState
	ider|AMT_RedirectionService|EnabledState|off=32768 on=32769|RequestStateChange RequestedState
	webui|AMT_WebUIService|EnabledState|off=3 on=2|RequestStateChange RequestedState
	rfbservice|CIM_KVMRedirectionSAP|EnabledState|off=3 on=2/6|RequestStateChange RequestedState
	timeout|IPS_KVMRedirectionSettingData|SessionTimeout|0-65535
	rfbport|IPS_KVMRedirectionSettingData|Is5900PortEnabled|off=false on=true
	optin|IPS_OptInService|OptInRequired|off=0 kvm=1 on=4294967295
	nettls|$net|Enabled|off=false on=true
	netcert|$net|MutualAuthentication|off=false on=true
	netboth|$net|AcceptNonSecureConnections|off=false on=true
	lcltls|$lcl|Enabled|off=false on=true
	lclboth|$lcl|AcceptNonSecureConnections|off=false on=true
	END
}
pick() {	# KIND NOT: $word and $wire of another value
	case $1 in
	*=*)	# shellcheck disable=SC2086 # words
		word=$(printf '%s\n' $1 | grep -v "^$2=" | shuf -n 1)
		wire=${word#*=} word=${word%%=*} ;;
	name)	word=pc$(token) wire=$word ;;
	*)	word=$(shuf -i "$1" -n 2 | grep -vx "$2" | head -n 1) wire=$word ;;
	esac
}
one_setting() {	# COMMAND CLASS PROPERTY KIND [METHOD INPUT]
	pick "$4" "$(wsamt "$1")"
	if [ -n "${6:-}" ]; then
		they call "$2" "$5" "$6=${wire%/*}"
	else
		they put "$2" "$3=${wire%/*}"
	fi
	lacks "$1" && return
	theirs "$1" "$status $(wsamt "$1")" "200 $word"
	pick "$4" "$word"
	run wsamt "$1" "$word"
	they get "$2"
	ours "$1" "$rc$err $(case /$wire/ in */$(field "$3")/*) echo "$wire" ;; *) field "$3" ;; esac)" "0 $wire"
}
all_settings() {
	settings >"$T/settings"
	while IFS='|' read -r command class property kind by <&3; do
		# shellcheck disable=SC2086 # method and input
		one_setting "$command" "$class" "$property" "$kind" $by
	done 3<"$T/settings"
	wsamt optin off
	they put "$lcl" MutualAuthentication=true
	run wsamt lclcert on
	is "$status $rc" "500 7" "lclcert: refused to both"
}

# Those that cannot be read again; the machine knows.
rfb_password() {
	pw="Aa1!$(token | cut -c 1-4)"
	they put IPS_KVMRedirectionSettingData "RFBPassword=$pw"
	theirs rfbpass "$(state .redirection.rfb_password)" "$pw"
	pw="Bb2?$(token | cut -c 1-4)"
	wsamt rfbpass "$pw"
	ours rfbpass "$(state .redirection.rfb_password)" "$pw"
}
mebx_password() {
	pw=$(password)
	they call AMT_SetupAndConfigurationService SetMEBxPassword "Password=$pw"
	theirs mebxpass "$(state .mebx_password)" "$pw"
	pw=$(password)
	wsamt mebxpass "$pw"
	ours mebxpass "$(state .mebx_password)" "$pw"
}

redirection_bits() {	# both at once
	they call AMT_RedirectionService RequestStateChange RequestedState=32768
	theirs solider "$(wsamt solider | tr '\n\t' '  ')" "sol off ider off "
	wsamt solider on
	they get AMT_RedirectionService
	ours solider "$(field EnabledState)" 32771
}

network() {
	port='AMT_EthernetPortSettings?InstanceID=Intel(r) AMT Ethernet Port Settings 0'
	addresses='IPAddress SubnetMask DefaultGateway PrimaryDNS SecondaryDNS'
	# shellcheck disable=SC2086 # words
	they put "$port" $addresses LinkPolicy=1 LinkPolicy=14 LinkPolicy=224
	theirs link "$status $(wsamt link | sed -n 's/^policy	//p')" "200 s0-ac,sx-ac,sx-dc"
	wsamt link s0-ac sx-ac s0-dc
	they get "$port"
	ours link "$(field LinkPolicy | sort -n | tr '\n' ' ')" "1 14 16 "
	n=$(shuf -i 1-200 -n 1)
	they put "$port" DHCPEnabled=false IpSyncEnabled=false SharedStaticIp=false "IPAddress=192.0.2.$n" \
	    SubnetMask=255.255.255.128 "DefaultGateway=192.0.2.$((n + 1))" "PrimaryDNS=192.0.2.$((n + 2))" \
	    SecondaryDNS=198.51.100.1
	theirs ipv4 "$status $(wsamt --json ipv4 | jq -r '"\(.dhcp) \(.address) \(.mask) \(.gateway) \(.dns) \(.dns2)"')" \
	    "200 off 192.0.2.$n 255.255.255.128 192.0.2.$((n + 1)) 192.0.2.$((n + 2)) 198.51.100.1"
	wsamt --force ipv4 "198.51.100.$n/20" 198.51.96.1 192.0.2.53
	they get "$port"
	ours ipv4 "$(fields DHCPEnabled IPAddress SubnetMask DefaultGateway PrimaryDNS)" \
	    "false 198.51.100.$n 255.255.240.0 198.51.96.1 192.0.2.53 "
	wsamt --force ipv4 dhcp
	they get "$port"
	ours ipv4 "$(field DHCPEnabled)" true

	v6='CIM_ElementSettingData?ManagedElement=@CIM_EthernetPort?DeviceID=Intel(r) AMT Ethernet Port 0,SettingData=@IPS_IPv6PortSettings?InstanceID=Intel(r) IPS IPv6 Settings 0'
	they put "$v6" IsCurrent=1
	lacks ipv6 && return
	theirs ipv6 "$status $(wsamt --json ipv6 | jq -r .ipv6)" "200 on"
	wsamt ipv6 off
	they get "$v6"
	ours ipv6 "$(field IsCurrent)" 2
}

# All management over the network is switched off, and from inside on again.
network_ends() {
	they put AMT_GeneralSettings AMTNetworkEnabled=0
	run wsamt hostname
	theirs amtnet "$rc $(wsamt -h "$inside" amtnet)" "4 off"
	is "$(wsamt -h "$inside" amtnet on; wsamt amtnet)" on "only the system itself takes it back"
	they_are admin "$AMT_PASSWORD"
	they get AMT_GeneralSettings
	is "$(field AMTNetworkEnabled)" 1 "$who reads that"
	wsamt amtnet off --force
	they_are admin "$AMT_PASSWORD"
	they get AMT_GeneralSettings
	ours amtnet "$([ "$status" = 200 ] || echo gone)" gone
	wsamt -h "$inside" amtnet on
	they_are admin "$AMT_PASSWORD"
}

# A user's digest, as whoever makes one computes it.
digest() {
	they get AMT_GeneralSettings
	printf '%s:%s:%s' "$1" "$(field DigestRealm)" "$2" | openssl dgst -md5 -binary | base64
}
their_user() {	# NAME: $said is it, $handle its handle; status 1: there is none
	they call AMT_AuthorizationService EnumerateUserAclEntries StartIndex=1
	for handle in $(field Handles); do
		they call AMT_AuthorizationService GetUserAclEntryEx "Handle=$handle"
		[ "$(field DigestUsername)" != "$1" ] || return 0
	done
	return 1
}
users() {
	acl=AMT_AuthorizationService
	amy=amy$(token | cut -c 1-5) bob=bob$(token | cut -c 1-5) pw=$(password)
	d=$(digest "$amy" "$pw")
	they call $acl AddUserAclEntryEx "DigestUsername=$amy" "DigestPassword=$d" AccessPermission=2 Realms=5 Realms=13
	obeyed "$amy is made"
	theirs useradd "$(wsamt userlst | grep "^$amy")" "$amy	on	both	remotecontrol,info"
	is "$(AMT_PASSWORD=$pw wsamt -u "$amy" power)" off "and wsamt logs in as $amy"
	wsamt useradd "$bob" "$pw" remote info eventlog
	their_user "$bob"
	ours useradd "$(field AccessPermission) $(field Realms | sort -n | tr '\n' ' ')" "1 13 19 "
	is "$(they_log_in "$bob" "$pw")" 200 "and $who logs in as $bob"

	their_user "$amy"
	they call $acl SetAclEnabledState "Handle=$handle" Enabled=false
	obeyed "$amy is disabled"
	theirs usermod "$(wsamt usermod "$amy")" off
	run env "AMT_PASSWORD=$pw" wsamt -u "$amy" power
	is "$rc" 5 "$amy does not log in any more"
	wsamt usermod "$bob" off
	their_user "$bob"
	they call $acl GetAclEnabledState "Handle=$handle"
	ours usermod "$(field Enabled)" false
	is "$(they_log_in "$bob" "$pw")" 401 "nor does $bob"
	wsamt usermod "$bob" on

	new=$(password)
	d=$(digest "$amy" "$new")
	their_user "$amy"
	they call $acl UpdateUserAclEntryEx "Handle=$handle" "DigestUsername=$amy" "DigestPassword=$d" AccessPermission=1 Realms=5
	obeyed "$amy is changed"
	they call $acl SetAclEnabledState "Handle=$handle" Enabled=true
	theirs userchg "$(wsamt userlst | grep "^$amy")" "$amy	on	remote	remotecontrol"
	is "$(AMT_PASSWORD=$new wsamt -u "$amy" power)" off "$amy's new password"
	wsamt userchg "$bob" "$new" both info
	their_user "$bob"
	ours userchg "$(fields AccessPermission Realms)" "2 13 "
	is "$(they_log_in "$bob" "$new")" 200 "$bob's new password"
	is "$(they_log_in "$bob" "$pw")" 401 "$bob's old one"

	their_user "$amy"
	they call $acl RemoveUserAclEntry "Handle=$handle"
	theirs userdel "$(wsamt userlst | cut -f 1 | grep -v '^admin$')" "$bob"
	wsamt userdel "$bob"
	ours userdel "$(their_user "$bob" || echo none)" none
}

# Certificates: $T/one is theirs, $T/two ours, both of the authority $T/root.
make_certificates() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=root $(token)" -keyout "$T/root.key" -out "$T/root.pem"
	openssl req -x509 -key "$T/root.key" -days 30 -subj "/CN=other $(token)" -out "$T/other.pem"
	for n in one two; do
		openssl req -newkey rsa:2048 -nodes -subj "/CN=$n $(token)" -keyout "$T/$n.key" -out "$T/$n.csr"
		openssl x509 -req -in "$T/$n.csr" -CA "$T/root.pem" -CAkey "$T/root.key" -CAcreateserial -days 20 -out "$T/$n.pem"
	done
} 2>/dev/null
name_of() { openssl x509 -in "$1" -noout -subject -nameopt sep_comma_plus | sed 's/^subject=//'; }
kinds() { wsamt --json certs | jq -r --arg s "$1" '.[] | select(.subject == $s) | .kind'; }	# SUBJECT
id_of() { wsamt --json certs | jq -r --arg s "$1" '.[] | select(.subject == $s) | .id'; }
their_certificate() {	# FILE: $said is its instance, or nothing
	they enum AMT_PublicKeyCertificate
	instance X509Certificate "$(blob x509 "$1")"
}
certificates() {
	pki=AMT_PublicKeyManagementService
	make_certificates
	they call $pki AddTrustedRootCertificate "CertificateBlob=$(blob x509 "$T/root.pem")"
	obeyed "a root is added"
	theirs addca "$(kinds "$(name_of "$T/root.pem")")" ca
	wsamt addca "$T/other.pem"
	their_certificate "$T/other.pem"
	ours addca "$(field TrustedRootCertficate)" true

	they call $pki AddKey "KeyBlob=$(blob rsa "$T/one.key" -traditional)"
	obeyed "a key is added"
	onekey=$(printf "%s\n" "$said" | sed -n "s/.*InstanceID=//p")
	theirs addkey "$(wsamt --json certs | jq -r '.[].kind' | sort | tr '\n' ' ')" "ca ca key "
	wsamt addcert "$T/one.pem"
	their_certificate "$T/one.pem"
	ours addcert "$(field TrustedRootCertficate)" false
	is "$(kinds "$(name_of "$T/one.pem")")" cert+key "and wsamt finds their key behind it"
	wsamt addkey "$T/two.key"
	they enum AMT_PublicPrivateKeyPair
	instance DERKey "$(openssl rsa -in "$T/two.key" -RSAPublicKey_out -outform DER 2>/dev/null | base64 -w 0)"
	ours addkey "$(field ElementName)" "Intel(r) AMT Key"
	they call $pki AddCertificate "CertificateBlob=$(blob x509 "$T/two.pem")"
	obeyed "a certificate is added"
	theirs addcert "$(kinds "$(name_of "$T/two.pem")")" cert+key

	they call $pki GenerateKeyPair KeyAlgorithm=0 KeyLength=2048
	obeyed "a key is made"
	made=$(field KeyPair)
	theirs genkey "$(wsamt certs | grep -c "${made#*InstanceID=}\$")" 1
	made=$(wsamt genkey)
	they enum AMT_PublicPrivateKeyPair
	instance InstanceID "$made"
	ours genkey "$(field InstanceID)" "$made"
	# what the key made inside signs, its certificate, given by them
	wsamt csr "$made" "CN=inside $made" >"$T/inside.csr"
	openssl x509 -req -in "$T/inside.csr" -CA "$T/root.pem" -CAkey "$T/root.key" -CAcreateserial -days 20 -out "$T/inside.pem" 2>/dev/null
	they call $pki AddCertificate "CertificateBlob=$(blob x509 "$T/inside.pem")"
	ours csr "$(field ReturnValue) $(kinds "CN=inside $made")" "0 cert+key"
}

collection='@AMT_TLSProtocolEndpointCollection?ElementName=TLSProtocolEndpointInstances Collection'
certificate() { echo "@AMT_PublicKeyCertificate?InstanceID=$1"; }
used() { wsamt --json certs | jq -r '.[] | select(.used | index("tls")) | .id'; }
their_used() {
	they enum AMT_TLSCredentialContext
	field ElementInContext | sed 's/.*InstanceID=//'
}
tls() {
	one=$(id_of "$(name_of "$T/one.pem")") two=$(id_of "$(name_of "$T/two.pem")")
	they create AMT_TLSCredentialContext "ElementInContext=$(certificate "$one")" "ElementProvidingContext=$collection"
	theirs mktlsctx "$(used)" "$one"
	theirs create "$(wsamt enum AMT_TLSCredentialContext | grep -c "InstanceID=$one")" 1
	wsamt mktlsctx "$T/two.pem"
	ours mktlsctx "$(their_used)" "$two"

	# with it, and a commit, TLS
	pin=$(openssl x509 -in "$T/two.pem" -outform DER | sha256sum | cut -d ' ' -f 1)
	they put "$net" Enabled=true AcceptNonSecureConnections=true
	they call AMT_SetupAndConfigurationService CommitChanges
	until_ok wsamt --pin "$pin" power
	theirs commit "$(wsamt --pin "$pin" nettls)" on
	wsamt --plain nettls off
	wsamt --plain commit
	they_are admin "$AMT_PASSWORD"
	they get "$net"
	run curl -s "https://$AMT_HOST:16993"
	ours commit "$(field Enabled) $rc" "false 7"

	they delete "AMT_TLSCredentialContext?ElementInContext=$(certificate "$two"),ElementProvidingContext=$collection"
	theirs rmtlsctx "$status $(used)" "200 "
	theirs delete "$(wsamt enum AMT_TLSCredentialContext)" ""
	wsamt create AMT_TLSCredentialContext "ElementInContext=$(certificate "$one")" "ElementProvidingContext=$collection" >/dev/null
	ours create "$(their_used)" "$one"
	wsamt rmtlsctx
	ours rmtlsctx "$(their_used)" ""
}
certificates_go() {
	they delete "AMT_PublicKeyCertificate?InstanceID=$one"
	they delete "AMT_PublicPrivateKeyPair?InstanceID=$onekey"
	theirs delcertkey "$(kinds "$(name_of "$T/one.pem")")$(wsamt certs | grep "$onekey\$")" ""
	wsamt delcertkey "$T/two.pem"
	their_certificate "$T/two.pem"
	ours delcertkey "$said" ""
	they delete "AMT_PublicKeyCertificate?InstanceID=$(id_of "$(name_of "$T/root.pem")")"
	theirs delca "$(kinds "$(name_of "$T/root.pem")")" ""
	wsamt delca "$T/other.pem"
	their_certificate "$T/other.pem"
	ours delca "$said" ""
}

is_power() { [ "$(state .power)" = "$1" ]; }
managed='@CIM_ComputerSystem?Name=ManagedSystem'
# What consoles take out of AMT_BootSettingData before they send it back.
read_only='BIOSLastStatus BootguardStatus OptionsCleared RPEEnabled RSEPassword
SecureBootControlEnabled UEFIHTTPSBootEnabled UEFILocalPBABootEnabled
UefiBootParametersArray WinREBootEnabled'
power_and_boot() {
	they call CIM_BootConfigSetting ChangeBootOrder
	obeyed "no boot order"
	# shellcheck disable=SC2086 # words
	they put AMT_BootSettingData BIOSSetup=true UseSOL=true UseIDER=false $read_only
	is "$status" 200 "$who: Put of the boot settings"
	they call CIM_BootService SetBootConfigRole 'BootConfigSetting=@CIM_BootConfigSetting?InstanceID=Intel(r) AMT: Boot Configuration 0' Role=1
	obeyed "the boot settings are for the next boot"
	theirs boot "$(wsamt --json boot | jq -r '"\(.BIOSSetup) \(.UseSOL) \(.UseIDER)"')" "true true false"
	wsamt boot bios
	they get AMT_BootSettingData
	ours boot "$(fields BIOSSetup UseSOL UseIDER)" "true false false "
	wsamt boot default
	they get AMT_BootSettingData
	ours boot "$(field BIOSSetup)" false

	they call CIM_PowerManagementService RequestPowerStateChange PowerState=2 "ManagedElement=$managed"
	obeyed "the machine goes on"
	until_ok is_power on
	theirs power "$(wsamt power)" on
	wsamt power --wait off
	they enum CIM_ServiceAvailableToElement
	ours power "$(field PowerState)" 8
	they call CIM_PowerManagementService RequestPowerStateChange PowerState=2 "ManagedElement=$managed"
	until_ok is_power on
}

consent() {	# the machine is on: the code is shown at once
	wsamt optin kvm
	they call IPS_OptInService StartOptIn
	obeyed "consent is asked for"
	theirs consent "$(wsamt --json consent | jq -r .state)" displayed
	they call IPS_OptInService SendOptInCode "OptInCode=$(state .consent.code)"
	obeyed "the code is right"
	theirs consent "$(wsamt --json consent | jq -r .state)" received
	they call IPS_OptInService CancelOptIn
	theirs consent "$(wsamt --json consent | jq -r .state)" none
	wsamt consent start
	they get IPS_OptInService
	ours consent "$(field OptInState)" 2
	wsamt consent "$(state .consent.code)"
	they get IPS_OptInService
	ours consent "$(field OptInState)" 3
	wsamt consent cancel
	they get IPS_OptInService
	ours consent "$(field OptInState)" 0
}

sessions() {
	open_console
	they call AMT_RedirectionService TerminateSession SessionType=1
	lacks sessions || theirs sessions "$(field ReturnValue) $(wsamt sessions | grep ^sol | cut -f 2)" "0 closed"
	close_console
	open_console
	they enum IPS_SolSessionUsingPort
	was=$said
	wsamt sessions end sol
	they enum IPS_SolSessionUsingPort
	lacks sessions || ours sessions "${was:+open} $said" "open "
	close_console
}
right() { [ "$1" -ge -30 ] && [ "$1" -le 30 ] && echo right; }	# we may be slow
clock() {
	service=AMT_TimeSynchronizationService
	ctl clock "$(shuf -i 100-90000 -n 1)"
	they call $service GetLowAccuracyTimeSynch
	t=$(date +%s)
	they call $service SetHighAccuracyTimeSynch "Ta0=$(field Ta0)" "Tm1=$t" "Tm2=$t"
	obeyed "the clock is set"
	theirs timesync "$(right "$(wsamt --json timesync | jq -r .before)")" right
	ctl clock "-$(shuf -i 100-90000 -n 1)"
	wsamt timesync >/dev/null
	they call $service GetLowAccuracyTimeSynch
	ours timesync "$(right $(($(field Ta0) - $(date +%s))))" right
	they call $service EnableLocalTimeSync Enable=false
	lacks localtime && return
	theirs localtime "$(wsamt localtime)" off
	wsamt localtime on
	they get $service
	on=$(field LocalTimeSyncEnabled)
	wsamt localtime off
	they get $service
	ours localtime "$on $(field LocalTimeSyncEnabled)" "1 2"
}

alarms() {
	wake=wake$(token) t=$(date -u -d "@$(($(date +%s) + $(shuf -i 5000-900000 -n 1)))" +%Y-%m-%dT%H:%M:00Z)
	they call AMT_AlarmClockService AddAlarm "InstanceID=$wake" "ElementName=$wake" "StartTime=$t" Interval=P1DT2H30M DeleteOnCompletion=true
	theirs alarm "$status $(wsamt alarm)" "200 $wake	$t	1d2h30m"
	mine=ring$(token)
	wsamt alarm add "$mine" "$t" 2d
	they enum IPS_AlarmClockOccurrence
	instance InstanceID "$mine"
	ours alarm "$(fields ElementName StartTime Interval)" "$mine $t P2DT0H0M "
	they delete "IPS_AlarmClockOccurrence?InstanceID=$mine"
	theirs alarm "$(wsamt alarm | cut -f 1)" "$wake"
	wsamt delete IPS_AlarmClockOccurrence "InstanceID=$wake"
	they enum IPS_AlarmClockOccurrence
	ours delete "$said" ""
}

event_log() {
	wsamt log freeze on
	they get AMT_MessageLog
	ours log "$(field IsFrozen)" true
	wsamt invoke AMT_MessageLog FreezeLog Freeze=false >/dev/null
	they get AMT_MessageLog
	ours invoke "$(field IsFrozen)" false
	they call AMT_MessageLog FreezeLog Freeze=true
	lacks log.freeze || theirs log "$(wsamt log freeze)" on
	wsamt log freeze off
	they call AMT_MessageLog ClearLog
	lacks log.clear || theirs log "$(wsamt log)" ""
	ctl event ff0f6f026802ff22004013000000000000
	wsamt log clear
	they get AMT_MessageLog
	ours log "$(field CurrentNumberOfRecords)" 0
}

raw() {
	t=dom$(token)
	wsamt put AMT_GeneralSettings "DomainName=$t" "IdleWakeTimeout=17" >/dev/null
	they get AMT_GeneralSettings
	ours put "$(fields DomainName IdleWakeTimeout)" "$t 17 "
	t=box$(token)
	they put AMT_GeneralSettings "HostName=$t"
	theirs put "$(wsamt get AMT_GeneralSettings | sed -n 's/^HostName	//p')" "$t"
	they call CIM_KVMRedirectionSAP RequestStateChange RequestedState=3
	theirs invoke "$(wsamt get CIM_KVMRedirectionSAP | sed -n 's/^EnabledState	//p')" 3
	wsamt rfbservice on
}

# What only reads: the same values, read by them.
agree() { is "$2" "$3" "wsamt $1 prints what $who reads"; echo "reads $1" >>"$T/seen"; }
json() { wsamt --json "$1" | jq -r "$2"; }	# COMMAND FILTER
reads() {
	they get IPS_KVMRedirectionSettingData
	agree kvm "$(json kvm '"\(.timeout) \(.["allowed-by-bios"])"')" "$(field SessionTimeout) on"
	they enum CIM_SoftwareIdentity
	all=$said
	instance InstanceID AMT
	version=$(field VersionString) said=$all
	instance InstanceID 'Build Number'
	version="$version $(field VersionString)"
	they call AMT_SetupAndConfigurationService GetUuid
	uuid=$(field UUID | base64 -d | od -An -tx1 | tr -d ' \n' |	# three groups little-endian
	    sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(....\)/\4\3\2\1-\6\5-\8\7-\9-/')
	they get "$port"
	agree info "$(json info '"\(.version) \(.build) \(.uuid) \(.mac)"')" "$version $uuid $(field MACAddress)"
	they enum CIM_PhysicalMemory
	agree inventory "$(json inventory '.[] | select(.part == "memory") | "\(.serial) \(.bytes)"')" \
	    "$(printf '%s\n' "$said" | awk -F '\t' '$1 == "SerialNumber" { print $2, bytes } $1 == "Capacity" { bytes = $2 }')"
}
# The records of both logs, as they come.
bytes() { printf '%s' "$1" | base64 -d | od -An -v -tu1 | tr -s ' \n' ' '; }
logs() {
	for e in ff0f6f026802ff22004013000000000000 ff056f006808ff17000000000000000000; do ctl event $e; done
	they call AMT_MessageLog PositionToFirstRecord
	they call AMT_MessageLog GetRecords "IterationIdentifier=$(field IterationIdentifier)" MaxReadRecords=390
	records=$(for r in $(field RecordArray); do bytes "$r"; echo; done |
	    awk 'BEGIN { w[2] = "information"; w[8] = "warning" }
		$1 + $2 + $3 + $4 { print $1 + 256 * ($2 + 256 * ($3 + 256 * $4)), w[$10] }')
	agree log "$(json log '.[] | "\(.time | strptime("%Y-%m-%d %H:%M:%S") | mktime) \(.severity)"')" "$records"
	n=1 records=''
	while :; do
		they call AMT_AuditLog ReadRecords StartIndex=$n
		for r in $(field EventRecords); do
			records="$records$(bytes "$r" | awk '$5 == 2 { s = "(local)"; i = 6 }
				$5 == 0 { s = ""; for (i = 7; i < 7 + $6; i++) s = s sprintf("%c", $i) }
				{ print ((($i * 256) + $(i + 1)) * 256 + $(i + 2)) * 256 + $(i + 3), s }')
"
			n=$((n + 1))
		done
		[ "$n" -le "$(field TotalRecordCount)" ] || break
	done
	agree auditlog "$(json auditlog '.[] | "\(.time | strptime("%Y-%m-%d %H:%M:%S") | mktime) \(.user)"')
" "$records"
}
every_class() {	# of listall, all instances
	n=0
	for class in $(wsamt listall 2>/dev/null | sed -n 's/^class	//p' | sort -u); do
		they enum "$class"
		[ "$status" != lacks ] || continue
		n=$((n + 1))
		agree enum "$(wsamt enum "$class" | sed '/^class	/d')" "$(printf '%s\n' "$said" | sed 's/	@/	/')"
	done
	is "$((n >= classes))" 1 "wsamt listall: $who reads $n of its classes"
	echo "reads listall" >>"$T/seen"
	they get AMT_GeneralSettings
	agree get "$(wsamt get AMT_GeneralSettings)" "$(printf '%s\n' "$said")"
}

administrator() {	# last: everybody has another password then
	pw=$(password)
	d=$(digest admin "$pw")
	they call AMT_AuthorizationService SetAdminAclEntryEx Username=admin "DigestPassword=$d"
	obeyed "the administrator's password"
	AMT_PASSWORD=$pw
	is "$(wsamt hostname)" "$(state .network.host_name)" "wsamt logs in with it"
	pw=$(password)
	wsamt userchg admin "$pw"
	AMT_PASSWORD=$pw
	they_are admin "$AMT_PASSWORD"
	they get AMT_GeneralSettings
	is "$status" 200 "$who logs in with what wsamt makes of it"
}
is_gone() { [ "$(state .provisioned)" = false ]; }
end() {
	they call AMT_SetupAndConfigurationService Unprovision ProvisioningMode=1
	obeyed "unprovisioned"
	until_ok is_gone
	run wsamt --timeout 2 power
	theirs unprovision "$rc" 4
	stop_sim
	start_sim
	they_are admin "$AMT_PASSWORD"
	they get AMT_GeneralSettings
	was=$status
	wsamt unprovision --force
	until_ok is_gone
	they get AMT_GeneralSettings
	ours unprovision "$was $([ "$status" = 200 ] || echo gone)" "200 gone"
}

# What is not seen in a direction, and why.
only_so() {
	case $1 in
	diagnose) echo "reads: it prints findings, not values" ;;
	identify|listepr|pull) echo "reads: none of them asks just so" ;;
	userlst|certs) echo "reads: seen with what sets them" ;;
	csr) echo "theirs: it prints what the machine signed, and sets nothing" ;;
	lclcert) echo "both: no firmware from version 8 on takes it" ;;
	esac
}
count() {	# LACKS: the commands they have no functions for
	wsamt --list-commands | cut -f 1,3 | while read -r c kind; do
		case $kind in changes) ways='theirs ours' ;; *) ways=reads ;; esac
		for way in $ways; do
			grep -qx "$way $c" "$T/seen" || case $(only_so "$c")$(grep "^lacks $c" "$T/seen") in
			"$way:"*|both:*|*lacks*) ;;
			*) echo "$way $c" ;;
			esac
		done
	done >"$T/unseen"
	is "$(cat "$T/unseen")" "" "each command is seen in each direction"
	is "$(sed -n 's/^lacks //p' "$T/seen" | sort -u | tr '\n' ' ')" "$1" "what $who has no function for"
}

both() {	# CLASSES-AT-LEAST LACKS
	classes=$1
	inside=127.0.0.9
	start_sim --local-address $inside --tls-priority NORMAL
	they_are admin "$AMT_PASSWORD"
	rfb_password
	all_settings
	redirection_bits
	mebx_password
	network
	network_ends
	users
	certificates
	tls
	certificates_go
	power_and_boot
	consent
	sessions
	clock
	alarms
	event_log
	raw
	reads
	logs
	if command -v their_logs >/dev/null; then their_logs; fi
	every_class
	administrator
	# two clients, each with a connection: that is all
	is "$(ctl violations | grep -v 'while another connection is open')" "" "nothing firmware would refuse"
	end
	count "$2"
	done_testing
}
