/* SPDX-License-Identifier: MIT */
/*
 * Class tables: the wired port, its addresses of both families, what AMT
 * says of the host's, remote access, which only reads (WS-Man reference,
 * network).  An address that is set here is told, not used: the port goes
 * on being where amtsim was put.  What has an effect is LinkPolicy: without
 * a link while the machine is off, nobody answers then.  Leaves out:
 * wireless ports, 802.1X.
 */
#include <arpa/inet.h>
#include <string.h>

#include "class.h"
#include "sim.h"

#define ADDRESS_SIZE sizeof(((struct port *)0)->ip)

enum { SUCCESS = 0, INVALID_DHCP_MODE = 26, INVALID_IP_ADDRESS = 27,
    INVALID_PARAMETER = 36, INVALID_NETMASK = 37, UNSUPPORTED = 2066 };

/* ---- AMT_EthernetPortSettings, the wired one ----------------------- */

static void
get_policy(const struct inst *i, struct values *v)
{
	const struct port *p = &i->sim->model.port;
	size_t k;

	for (k = 0; k < p->npolicies; k++)
		values_add(v, "%u", p->policies[k]);
}

static unsigned
add_policy(struct model *m, unsigned index, size_t n, const char *text)
{
	struct port *p = &m->port;
	uint32_t v;

	(void)index;
	if (parse_uint(text, &v) == -1)
		return STATUS_BAD_VALUE;
	if ((v != LINK_S0_AC && v != LINK_SX_AC && v != LINK_S0_DC &&
	    v != LINK_SX_DC) || n >= POLICIES_MAX)
		return INVALID_PARAMETER;
	p->policies[n] = (uint8_t)v;
	p->npolicies = n + 1;
	return SUCCESS;
}

/* Locally administered, drawn from the UUID. */
static void
mac(const struct inst *i, struct values *v, const char *between)
{
	const char *u = i->sim->model.uuid + 26;

	values_add(v, "02%s%.2s%s%.2s%s%.2s%s%.2s%s%.2s", between, u, between,
	    u + 2, between, u + 4, between, u + 6, between, u + 8);
}

static void
get_mac(const struct inst *i, struct values *v)
{
	mac(i, v, "-");
}

static void
get_plain_mac(const struct inst *i, struct values *v)
{
	mac(i, v, "");
}

static void
get_shared_dynamic(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.port.dhcp ? "true" : "false");
}

/* With a lease that the host owns the address is not told. */
static void
get_ip(const struct inst *i, struct values *v)
{
	const struct port *p = &i->sim->model.port;

	if (!p->dhcp && p->ip[0] != '\0')
		values_add(v, "%s", p->ip);
}

/* Dotted quad or nothing; the fact that it was sent is kept too. */
static unsigned
set_quad(struct model *m, char *out, const char *text, unsigned status)
{
	struct in_addr a;

	m->port.given = true;
	if (text[0] != '\0' && inet_pton(AF_INET, text, &a) != 1)
		return status;
	memset(out, 0, ADDRESS_SIZE);
	memcpy(out, text, strlen(text));
	return SUCCESS;
}

#define QUAD(field, status) \
	static void \
	get_##field(const struct inst *i, struct values *v) \
	{ \
		values_add(v, "%s", i->sim->model.port.field); \
	} \
	static unsigned \
	set_##field(struct model *m, unsigned index, const char *text) \
	{ \
		(void)index; \
		return set_quad(m, m->port.field, text, status); \
	}

QUAD(gateway, INVALID_IP_ADDRESS)
QUAD(mask, INVALID_NETMASK)
QUAD(dns1, INVALID_IP_ADDRESS)
QUAD(dns2, INVALID_IP_ADDRESS)

static unsigned
set_ip(struct model *m, unsigned index, const char *text)
{
	(void)index;
	return set_quad(m, m->port.ip, text, INVALID_IP_ADDRESS);
}

static void
get_vlan(const struct inst *i, struct values *v)
{
	if (i->sim->model.port.vlan != 0)
		values_add(v, "%u", i->sim->model.port.vlan);
}

static unsigned
set_vlan(struct model *m, unsigned index, const char *text)
{
	uint32_t v;

	(void)index;
	if (parse_uint(text, &v) == -1)
		return STATUS_BAD_VALUE;
	if (v > 4094)
		return INVALID_PARAMETER;
	m->port.vlan = (uint16_t)v;
	return SUCCESS;
}

#define QUAD_PROP(n, field) { .name = (n), .get = get_##field, \
	.set = set_##field }

static const struct prop port_props[] = {
	BOOL("DHCPEnabled", port.dhcp),
	QUAD_PROP("DefaultGateway", gateway),
	CONST("ElementName", "Intel(r) AMT Ethernet Port Settings"),
	QUAD_PROP("IPAddress", ip),
	KEY("InstanceID", "Intel(r) AMT Ethernet Port Settings 0"),
	BOOL("IpSyncEnabled", port.ip_sync),
	CONST("LinkIsUp", "true"),
	{ .name = "LinkPolicy", .get = get_policy, .add = add_policy },
	CALC("MACAddress", get_mac),
	{ .name = "PhysicalConnectionType", .value = "0", .since = 12 },
	QUAD_PROP("PrimaryDNS", dns1),
	QUAD_PROP("SecondaryDNS", dns2),
	CALC("SharedDynamicIP", get_shared_dynamic),
	CONST("SharedMAC", "true"),
	BOOL("SharedStaticIp", port.shared_static),
	QUAD_PROP("SubnetMask", mask),
	QUAD_PROP("VLANTag", vlan),
	END
};

/* A mask is ones, then zeros. */
static bool
mask_good(const char *text)
{
	struct in_addr a;
	uint32_t v;

	if (inet_pton(AF_INET, text, &a) != 1)
		return false;
	v = ~ntohl(a.s_addr);
	return (v & (v + 1)) == 0;
}

/* Addresses are given for a static port of its own, and then all there is. */
static unsigned
port_check(const struct model *was, const struct model *now)
{
	const struct port *p = &now->port;

	(void)was;
	if (p->given && (p->dhcp || p->ip_sync))
		return INVALID_DHCP_MODE;
	if (p->dhcp || p->ip_sync)
		return SUCCESS;
	if (p->ip[0] == '\0')
		return INVALID_IP_ADDRESS;
	return mask_good(p->mask) ? SUCCESS : INVALID_NETMASK;
}

static void
port_changed(struct sim *sim, const struct model *was)
{
	(void)was;
	sim->model.port.given = false;
	sim_ports_changed(sim);
	sim_network_changed(sim);
}

/* Only a wireless port has a choice. */
static unsigned
set_preference(struct method_call *c)
{
	(void)c;
	return UNSUPPORTED;
}

static const struct input preference_in[] = {
	{ .name = "LinkPreference", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX },
	{ .name = "Timeout", .type = IN_UINT, .max = UINT32_MAX },
	END
};
static const struct method port_methods[] = {
	{ .name = "SetLinkPreference", .in = preference_in,
	    .run = set_preference }, END
};

/* ---- IPS_IPv6PortSettings ------------------------------------------ */

/* In the form that inet_ntop gives; "::" is unset. */
static unsigned
set_six(char out[INET6_ADDRSTRLEN], const char *text)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, text, &a) != 1)
		return INVALID_IP_ADDRESS;
	(void)inet_ntop(AF_INET6, &a, out, INET6_ADDRSTRLEN);
	return SUCCESS;
}

#define SIX(field) \
	static void \
	get_##field(const struct inst *i, struct values *v) \
	{ \
		values_add(v, "%s", i->sim->model.port6.field); \
	} \
	static unsigned \
	set_##field(struct model *m, unsigned index, const char *text) \
	{ \
		(void)index; \
		return set_six(m->port6.field, text); \
	}
#define SIX_CURRENT(field) \
	SIX(field) \
	static void \
	get_current_##field(const struct inst *i, struct values *v) \
	{ \
		values_add(v, "%s", i->sim->model.port6.on ? \
		    i->sim->model.port6.field : "::"); \
	}

SIX(address)
SIX_CURRENT(router)
SIX_CURRENT(six_dns1)
SIX_CURRENT(six_dns2)

/* address,type,state: link-local 0, manual 3; preferred 1. */
static void
get_addresses(const struct inst *i, struct values *v)
{
	const struct port6 *p = &i->sim->model.port6;
	const char *u = i->sim->model.uuid + 24;

	if (!p->on)
		return;
	values_add(v, "fe80::%.4s:%.4s:%.4s,0,1", u, u + 4, u + 8);
	if (strcmp(p->address, "::") != 0)
		values_add(v, "%s,3,1", p->address);
}

static void
get_id(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.port6.id);
}

static unsigned
set_id(struct model *m, unsigned index, const char *text)
{
	(void)index;
	if (strlen(text) != 16 ||
	    strspn(text, "0123456789abcdefABCDEF") != 16)
		return STATUS_BAD_VALUE;
	memcpy(m->port6.id, text, 17);
	return SUCCESS;
}

static const struct prop six_props[] = {
	CALC("CurrentAddressInfo", get_addresses),
	CALC("CurrentDefaultRouter", get_current_router),
	CALC("CurrentPrimaryDNS", get_current_six_dns1),
	CALC("CurrentSecondaryDNS", get_current_six_dns2),
	QUAD_PROP("DefaultRouter", router),
	CONST("ElementName", "Intel(r) IPS IPv6 Settings 0"),
	QUAD_PROP("IPv6Address", address),
	KEY("InstanceID", "Intel(r) IPS IPv6 Settings 0"),
	UINT("InterfaceIDType", port6.id_type, 0, 2),
	{ .name = "ManualInterfaceID", .get = get_id, .set = set_id },
	QUAD_PROP("PrimaryDNS", six_dns1),
	QUAD_PROP("SecondaryDNS", six_dns2),
	END
};

/* ---- CIM_ElementSettingData: is IPv6 on? --------------------------- */

const struct ref wired_port = { "CIM_EthernetPort", {
	{ "CreationClassName", "CIM_EthernetPort" },
	{ "DeviceID", "Intel(r) AMT Ethernet Port 0" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" } } };
static const struct ref six_ref = { "IPS_IPv6PortSettings", {
	{ "InstanceID", "Intel(r) IPS IPv6 Settings 0" } } };

static void
get_current(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->model.port6.on ? 1 : 2);
}

static unsigned
set_current(struct model *m, unsigned index, const char *text)
{
	(void)index;
	if (strcmp(text, "1") != 0 && strcmp(text, "2") != 0)
		return INVALID_PARAMETER;
	m->port6.on = text[0] == '1';
	return SUCCESS;
}

static const struct prop setting_props[] = {
	{ .name = "IsCurrent", .get = get_current, .set = set_current },
	{ .name = "ManagedElement", .ref = &wired_port, .flags = PROP_KEY },
	{ .name = "SettingData", .ref = &six_ref, .flags = PROP_KEY },
	END
};

/* ---- what only tells ----------------------------------------------- */

static const struct prop ethernet_props[] = {
	KEY("CreationClassName", "CIM_EthernetPort"),
	CONST("Description", "Wired0"),
	KEY("DeviceID", "Intel(r) AMT Ethernet Port 0"),
	CONST("ElementName", "Intel(r) AMT Ethernet Port"),
	CONST("EnabledDefault", "5"),
	CONST("EnabledState", "2"),
	CONST("LinkTechnology", "2"),
	CONST("MaxSpeed", "2500000000"),
	CALC("NetworkAddresses", get_plain_mac),
	CONST("OperationalStatus", "0"),
	CONST("PortType", "53"),
	CONST("RequestedState", "12"),
	CONST("Speed", "1000000000"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static const struct prop host_props[] = {
	CONST("DHCPEnabled", "false"),
	CONST("ElementName", "Intel(r) AMT: Host IP Settings"),
	KEY("InstanceID", "Intel(r) AMT: Host IP Settings"),
	END
};

static const struct prop endpoint_props[] = {
	SERVICE_KEYS_1("IPS_LANEndpoint"),
	CONST("EnabledState", "2"),
	CONST("LANType", "2"),
	CALC("MACAddress", get_plain_mac),
	KEY("Name", "Intel(r) AMT LAN Endpoint"),
	CONST("ProtocolType", "0"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static const struct prop access_props[] = {
	CONST("ElementName", "Intel(r) AMT:Remote Access Capabilities"),
	KEY("InstanceID", "Intel(r) AMT:Remote Access Capabilities"),
	CONST("MaxMpsPerPolicy", "2"),
	CONST("MaxTotalMpServers", "6"),
	CONST("MaxTotalPolicies", "3"),
	CONST("MaxTotalProxyEntryPoints", "15"),
	END
};

static const struct prop access_service_props[] = {
	SERVICE_KEYS_1("AMT_RemoteAccessService"),
	CONST("ElementName", "Intel(r) AMT Remote Access Service"),
	{ .name = "IsRemoteTunnelConnected", .value = "false", .since = 15 },
	KEY("Name", "Intel(r) AMT Remote Access Service"),
	{ .name = "RemoteTunnelKeepAliveTimeout", .value = "0",
	    .since = 15 },
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static const struct prop detection_props[] = {
	CONST("DetectionAlgorithm", "0"),
	CONST("DetectionStrings", "example.net"),
	CONST("ElementName", "Intel(r) AMT Environment Detection Settings"),
	KEY("InstanceID", "Intel(r) AMT Environment Detection Settings"),
	END
};

#define ENABLED "CIM_EnabledLogicalElement CIM_LogicalElement " \
	"CIM_ManagedSystemElement CIM_ManagedElement"
#define SETTING "CIM_SettingData CIM_ManagedElement"
#define READ (REALM(REALM_INFO) | REALM(REALM_REMOTECONTROL) | \
	REALM(REALM_REDIRECTION) | REALM(REALM_HWASSET))
#define CLASS(n, line) .name = (n), .ancestors = line, \
	.read_realms = READ, .write_realms = REALM(REALM_ADMIN)

const struct class classes_network[] = {
	{ CLASS("AMT_EthernetPortSettings", SETTING), .props = port_props,
	    .methods = port_methods, .check = port_check,
	    .changed = port_changed },
	{ CLASS("IPS_IPv6PortSettings", SETTING), .props = six_props },
	{ CLASS("CIM_ElementSettingData", NULL), .props = setting_props },
	{ CLASS("CIM_EthernetPort", "CIM_NetworkPort CIM_LogicalPort "
	    "CIM_LogicalDevice " ENABLED), .dated = true,
	    .props = ethernet_props },
	{ CLASS("IPS_HostIPSettings", SETTING), .props = host_props },
	{ CLASS("IPS_LANEndpoint", "CIM_LANEndpoint CIM_ProtocolEndpoint "
	    "CIM_ServiceAccessPoint " ENABLED), .dated = true,
	    .props = endpoint_props },
	{ CLASS("AMT_RemoteAccessCapabilities",
	    "CIM_Capabilities CIM_ManagedElement"), .props = access_props },
	{ CLASS("AMT_RemoteAccessService", "CIM_Service " ENABLED),
	    .dated = true, .props = access_service_props },
	{ CLASS("AMT_EnvironmentDetectionSettingData", SETTING),
	    .props = detection_props },
	{ .name = NULL }
};
