#!/bin/sh
# SPDX-License-Identifier: MIT
# --dry-run: orders in words, and nothing changed.
. ./lib.sh
start_sim

pw="Pw1$(token)-"
snapshot() { state 'del(.http, .messages, .time, .audits, .events)'; }
before=$(snapshot)
says() {	# WANT COMMAND...
	want=$1; shift
	run wsamt --dry-run "$@"
	is "$rc$err$out" "0$want" "$*: said"
	is "$(snapshot)" "$before" "$*: nothing changed"
}
says 'Put AMT_GeneralSettings PingResponseEnabled true -> false' ping off
says '' ping on
says 'Put AMT_GeneralSettings AMTNetworkEnabled 1 -> 0' amtnet off --force
says 'AMT_RedirectionService.RequestStateChange RequestedState=32769' sol off
says 'CIM_PowerManagementService.RequestPowerStateChange PowerState=2 ManagedElement=CIM_ComputerSystem?CreationClassName=CIM_ComputerSystem,Name=ManagedSystem' power on --wait
says 'CIM_BootConfigSetting.ChangeBootOrder?InstanceID=Intel(r) AMT: Boot Configuration 0
Put AMT_BootSettingData BIOSSetup false -> true
CIM_BootService.SetBootConfigRole BootConfigSetting=CIM_BootConfigSetting?InstanceID=Intel(r) AMT: Boot Configuration 0 Role=1' boot bios
says 'Put IPS_KVMRedirectionSettingData RFBPassword (secret) -> (secret)' rfbpass "Aa1!Aa1!"
says 'AMT_AuthorizationService.AddUserAclEntryEx DigestUsername=bob DigestPassword=(secret) AccessPermission=2 Realms=2 Realms=13' useradd bob "$pw" both redirection info
says 'AMT_SetupAndConfigurationService.Unprovision ProvisioningMode=1' unprovision
says 'AMT_SetupAndConfigurationService.CommitChanges' commit
says 'AMT_PublicKeyManagementService.GenerateKeyPair KeyAlgorithm=0 KeyLength=2048' genkey
says 'Put AMT_EthernetPortSettings?InstanceID=Intel(r) AMT Ethernet Port Settings 0 LinkPolicy 1,14 -> 1,14,16' link s0-ac sx-ac s0-dc
says 'AMT_AlarmClockService.AddAlarm AlarmTemplate.InstanceID=x AlarmTemplate.ElementName=x AlarmTemplate.StartTime=2037-01-01T00:00:00Z AlarmTemplate.Interval=P0DT0H0M AlarmTemplate.DeleteOnCompletion=true' alarm add x '2037-01-01 00:00'
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=ca -keyout "$T/ca.key" -out "$T/ca.pem" 2>/dev/null
run wsamt --dry-run addca "$T/ca.pem"
is "$rc$err" 0 "addca"; has "$out" 'AddTrustedRootCertificate CertificateBlob=(' "counted"
says 'Delete AMT_PublicKeyCertificate?InstanceID=x' delete AMT_PublicKeyCertificate InstanceID=x
says "$(wsamt ping)" ping
is "$(wsamt --dry-run --json ping off)" '["Put AMT_GeneralSettings PingResponseEnabled true -> false"]' "as JSON"
run wsamt --dry-run ping maybe; is $rc 2 "a bad value is one"
ctl fault wsman-busy 9
run wsamt --dry-run ping off; is $rc 7 "a refusal to read is one"
ctl clear-faults
printf 'ping off\nrmcp off\n' >"$T/file"
is "$(wsamt --dry-run -f "$T/file")" "Put AMT_GeneralSettings PingResponseEnabled true -> false
Put AMT_GeneralSettings RmcpPingResponseEnabled true -> false" "of a file too"
is "$(snapshot)" "$before" "nothing changed"
is "$(ctl violations)" "" "no violation"
stop_sim
done_testing
