/* SPDX-License-Identifier: MIT */
/*
 * Class tables: general settings, the two computer systems, firmware
 * versions, the wired port.  Values and their spelling are those of
 * recorded answers.  Leaves out: changing the port's address, hardware
 * inventory.
 */
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "sim.h"

/* ---- AMT_GeneralSettings ------------------------------------------- */

static void
get_realm(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.digest_realm);
}

static void
get_network(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->model.network_enabled ? 1 : 0);
}

static unsigned
set_network(struct model *m, unsigned index, const char *text)
{
	(void)index;
	if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
		return 36;
	m->network_enabled = text[0] == '1';
	return 0;
}

static void
get_fqdn(const struct inst *i, struct values *v)
{
	const struct model *m = &i->sim->model;

	values_add(v, "%.60s.%.190s", m->host_name, m->domain_name);
}

static const struct prop general_props[] = {
	{ .name = "AMTNetworkEnabled", .get = get_network, .set = set_network,
	    .since = 9 },
	CONST("DDNSPeriodicUpdateInterval", "1440"),
	CONST("DDNSTTL", "900"),
	CONST("DDNSUpdateByDHCPServerEnabled", "true"),
	CONST("DDNSUpdateEnabled", "false"),
	{ .name = "DHCPSyncRequiresHostname", .value = "1", .since = 16 },
	UINT("DHCPv6ConfigurationTimeout", dhcpv6_timeout, 0, 65535),
	CALC("DigestRealm", get_realm),
	TEXT("DomainName", domain_name),
	CONST("ElementName", "Intel(r) AMT: General Settings"),
	TEXT("HostName", host_name),
	CALC("HostOSFQDN", get_fqdn),
	UINT("IdleWakeTimeout", idle_wake_timeout, 1, 65535),
	KEY("InstanceID", "Intel(r) AMT: General Settings"),
	CONST("NetworkInterfaceEnabled", "true"),
	BOOL("PingResponseEnabled", ping),
	CONST("PowerSource", "0"),
	UINT("PreferredAddressFamily", preferred_family, 0, 1),
	{ .name = "PresenceNotificationInterval", .value = "0", .since = 9 },
	CONST("PrivacyLevel", "0"),
	BOOL("RmcpPingResponseEnabled", rmcp_ping),
	BOOL("SharedFQDN", shared_fqdn),
	{ .name = "ThunderboltDockEnabled", .value = "0", .since = 15 },
	BOOL("WsmanOnlyMode", wsman_only),
	END
};

static void
general_changed(struct sim *sim, const struct model *was)
{
	(void)was;
	sim_network_changed(sim);
	sim_ports_changed(sim);
}

/* ---- CIM_ComputerSystem: the PC and the management engine ----------- */

static unsigned
two(struct sim *sim)
{
	(void)sim;
	return 2;
}

static void
get_system(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->index == 0 ? "ManagedSystem" : "Intel(r) AMT");
}

static void
get_system_label(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->index == 0 ? "Managed System" :
	    "Intel(r) AMT Subsystem");
}

static const struct prop system_props[] = {
	KEY("CreationClassName", "CIM_ComputerSystem"),
	CALC("ElementName", get_system_label),
	CONST("EnabledState", "2"),
	{ .name = "Name", .get = get_system, .flags = PROP_KEY },
	CONST("OperationalStatus", "0"),
	CONST("RequestedState", "12"),
	END
};

/* ---- CIM_SoftwareIdentity ------------------------------------------ */

enum { PART_VERSION, PART_BUILD, PART_TEXT };

static const struct {
	const char *id;
	int part;
	const char *text;
} software[] = {
	{ "Flash", PART_VERSION, NULL },
	{ "Netstack", PART_VERSION, NULL },
	{ "AMTApps", PART_VERSION, NULL },
	{ "AMT", PART_VERSION, NULL },
	{ "Sku", PART_TEXT, "16392" },
	{ "VendorID", PART_TEXT, "8086" },
	{ "Build Number", PART_BUILD, NULL },
	{ "Recovery Version", PART_VERSION, NULL },
	{ "Recovery Build Num", PART_BUILD, NULL },
	{ "Legacy Mode", PART_TEXT, "False" },
};

static unsigned
software_count(struct sim *sim)
{
	(void)sim;
	return sizeof software / sizeof software[0];
}

static void
get_software(const struct inst *i, struct values *v)
{
	values_add(v, "%s", software[i->index].id);
}

/* "16.1.25.2124": the version is 16.1.25, the build 2124. */
static void
get_software_version(const struct inst *i, struct values *v)
{
	const char *all = i->sim->model.profile->version;
	const char *build = strrchr(all, '.');

	if (software[i->index].part == PART_TEXT)
		values_add(v, "%s", software[i->index].text);
	else if (software[i->index].part == PART_BUILD)
		values_add(v, "%s", build + 1);
	else
		values_add(v, "%.*s", (int)(build - all), all);
}

static const struct prop software_props[] = {
	{ .name = "InstanceID", .get = get_software, .flags = PROP_KEY },
	CONST("IsEntity", "true"),
	CALC("VersionString", get_software_version),
	END
};

/* ---- AMT_EthernetPortSettings, the wired one ----------------------- */

static void
get_policy(const struct inst *i, struct values *v)
{
	(void)i;
	values_add(v, "1");		/* S0 on AC */
	values_add(v, "14");		/* Sx on AC: reachable while off */
}

/* Locally administered, drawn from the UUID. */
static void
get_mac(const struct inst *i, struct values *v)
{
	const char *u = i->sim->model.uuid + 24;

	if (strlen(i->sim->model.uuid) == 36)
		values_add(v, "02-%.2s-%.2s-%.2s-%.2s-%.2s", u + 2, u + 4, u + 6,
		    u + 8, u + 10);
}

static const struct prop port_props[] = {
	CONST("DHCPEnabled", "true"),
	CONST("DefaultGateway", "192.0.2.1"),
	CONST("ElementName", "Intel(r) AMT Ethernet Port Settings"),
	KEY("InstanceID", "Intel(r) AMT Ethernet Port Settings 0"),
	CONST("IpSyncEnabled", "true"),
	CONST("LinkIsUp", "true"),
	CALC("LinkPolicy", get_policy),
	CALC("MACAddress", get_mac),
	{ .name = "PhysicalConnectionType", .value = "0", .since = 12 },
	CONST("PrimaryDNS", "192.0.2.1"),
	CONST("SecondaryDNS", "192.0.2.2"),
	CONST("SharedDynamicIP", "true"),
	CONST("SharedMAC", "true"),
	CONST("SharedStaticIp", "false"),
	CONST("SubnetMask", "255.255.255.0"),
	END
};

#define INFO (REALM(REALM_INFO) | REALM(REALM_REMOTECONTROL) | \
	REALM(REALM_REDIRECTION) | REALM(REALM_HWASSET))

const struct class classes_general[] = {
	{
		.name = "AMT_GeneralSettings",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = INFO, .write_realms = REALM(REALM_ADMIN),
		.props = general_props, .changed = general_changed,
	}, {
		.name = "CIM_ComputerSystem",
		.ancestors = "CIM_System CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = INFO, .write_realms = REALM(REALM_ADMIN),
		.dated = true, .count = two, .props = system_props,
	}, {
		.name = "CIM_SoftwareIdentity",
		.ancestors = "CIM_LogicalElement CIM_ManagedSystemElement "
		    "CIM_ManagedElement",
		.read_realms = INFO, .write_realms = REALM(REALM_ADMIN),
		.dated = true, .count = software_count, .props = software_props,
	}, {
		.name = "AMT_EthernetPortSettings",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = INFO, .write_realms = REALM(REALM_ADMIN),
		.props = port_props,
	},
	{ .name = NULL }
};
