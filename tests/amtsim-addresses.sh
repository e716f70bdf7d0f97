# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The wired port's settings, of both families, changed by a stranger, curl;
# the link policy decides who answers while the machine is off.
ANYWHERE=yes
. ./lib.sh
. ./wsman.sh
start_sim --profile 11
port() { put AMT_EthernetPortSettings "<InstanceID>Intel(r) AMT Ethernet Port Settings 0</InstanceID>$1" "$(selector InstanceID 'Intel(r) AMT Ethernet Port Settings 0')"; }
refused() { is "$status $(value text)" "500 AMT-STATUS $1" "$2"; }
static="<DHCPEnabled>false</DHCPEnabled><IpSyncEnabled>false</IpSyncEnabled><SharedStaticIp>false</SharedStaticIp>"

get AMT_EthernetPortSettings
hasnt "$out" "<g:IPAddress>" "a lease tells no address"
port "<DHCPEnabled>true</DHCPEnabled><SubnetMask>255.255.255.0</SubnetMask>"
refused 26 "addresses with DHCP"
port "$static"
refused 27 "static without an address"
port "$static<IPAddress>192.0.2.300</IPAddress><SubnetMask>255.255.255.0</SubnetMask>"
refused 27 "an address that is none"
port "$static<IPAddress>192.0.2.10</IPAddress><SubnetMask>255.0.255.0</SubnetMask>"
refused 37 "a mask with a hole"
port "$static<IPAddress>192.0.2.10</IPAddress><SubnetMask>255.255.255.0</SubnetMask><DefaultGateway>192.0.2.1</DefaultGateway><PrimaryDNS>192.0.2.1</PrimaryDNS>"
is "$status $(value IPAddress) $(value SharedDynamicIP)" "200 192.0.2.10 false" "a static address"
is "$(state .network.dhcp) $(state .network.ip)" "false 192.0.2.10" "is kept"
port "<DHCPEnabled>true</DHCPEnabled><IpSyncEnabled>true</IpSyncEnabled>"
is "$status $(state .network.dhcp)" "200 true" "DHCP again"
port "<VLANTag>5000</VLANTag>"
refused 36 "a VLAN that is none"
port "<LinkPolicy>1</LinkPolicy><LinkPolicy>2</LinkPolicy>"
refused 36 "a link policy that is none"

# IPv6, switched by an association.
six() { put IPS_IPv6PortSettings "<InstanceID>Intel(r) IPS IPv6 Settings 0</InstanceID>$1" "$(selector InstanceID 'Intel(r) IPS IPv6 Settings 0')"; }
six "<IPv6Address>2001:DB8::10</IPv6Address><DefaultRouter>2001:db8::1</DefaultRouter>"
is "$status $(value IPv6Address) $(value CurrentDefaultRouter)" "200 2001:db8::10 ::" "a manual address, not in use yet"
six "<IPv6Address>192.0.2.1</IPv6Address>"
refused 27 "one of the other family"
key() { echo "<w:Selector Name=\"$1\"><a:EndpointReference>$(epr "$2" "$3" "$4")</a:EndpointReference></w:Selector>"; }
both="$(key ManagedElement CIM_EthernetPort DeviceID 'Intel(r) AMT Ethernet Port 0')$(key SettingData IPS_IPv6PortSettings InstanceID 'Intel(r) IPS IPv6 Settings 0')"
put CIM_ElementSettingData "<IsCurrent>1</IsCurrent>" "$both"
is "$status $(value IsCurrent) $(state .network.ipv6)" "200 1 true" "IPv6 on"
get IPS_IPv6PortSettings
has "$out" "<g:CurrentAddressInfo>2001:db8::10,3,1<" "the address is used"
put CIM_ElementSettingData "<IsCurrent>2</IsCurrent>" "$(key SettingData IPS_IPv6PortSettings InstanceID 'Intel(r) IPS IPv6 Settings 1')"
is "$status $(subcode)" "400 DestinationUnreachable" "a setting that is not there"

# No link while off: nobody is there, until somebody presses the button.
ports() { state '.network.ports | join(" ")'; }
off=$(ports)
is "$off" "623 16992 16994" "it answers while off"
port "<LinkPolicy>1</LinkPolicy>"
dark() { [ -z "$(ports)" ]; }
until_ok dark
is "$(state .network.responder) $(state .network.link)" "nobody false" "not with a link policy of S0 only"
ctl press
until_ok on
is "$(ports)" "$off" "on, it does"
port "<LinkPolicy>1</LinkPolicy><LinkPolicy>14</LinkPolicy>"
ctl press held
off() { [ "$(state .power)" = off ]; }
until_ok off
is "$(ports)" "$off" "and off too, with the other policy back"
is "$(violations)" "" "all of it was correct"
stop_sim
done_testing
