/* SPDX-License-Identifier: MIT */
/*
 * Class tables: general settings, the web UI, the two computer systems, firmware
 * versions.  Values and their spelling are those of recorded answers.
 */
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "sim.h"

enum { SUCCESS = 0, INVALID_DOMAIN_NAME = 28, INVALID_PARAMETER = 36 };

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
		return INVALID_PARAMETER;
	m->network_enabled = text[0] == '1';
	return SUCCESS;
}

static void
get_fqdn(const struct inst *i, struct values *v)
{
	const struct model *m = &i->sim->model;

	values_add(v, "%.60s.%.190s", m->host_name, m->domain_name);
}

/* 0, or a number with a lower limit; PT_STATUS. */
static unsigned
set_or_zero(uint32_t *out, const char *text, uint32_t least)
{
	uint32_t v;

	if (parse_uint(text, &v) == -1)
		return STATUS_BAD_VALUE;
	if (v != 0 && v < least)
		return INVALID_PARAMETER;
	*out = v;
	return SUCCESS;
}

static void
get_ddns_period(const struct inst *i, struct values *v)
{
	values_add(v, "%u", (unsigned)i->sim->model.ddns_period);
}

static unsigned
set_ddns_period(struct model *m, unsigned index, const char *text)
{
	(void)index;
	return set_or_zero(&m->ddns_period, text, 20);
}

static void
get_notify(const struct inst *i, struct values *v)
{
	values_add(v, "%u", (unsigned)i->sim->model.notify_interval);
}

static unsigned
set_notify(struct model *m, unsigned index, const char *text)
{
	(void)index;
	return set_or_zero(&m->notify_interval, text, 15);
}

static const struct prop general_props[] = {
	{ .name = "AMTNetworkEnabled", .get = get_network, .set = set_network,
	    .since = 9 },
	{ .name = "DDNSPeriodicUpdateInterval", .get = get_ddns_period,
	    .set = set_ddns_period },
	UINT("DDNSTTL", ddns_ttl, 0, UINT32_MAX),
	BOOL("DDNSUpdateByDHCPServerEnabled", ddns_by_dhcp),
	BOOL("DDNSUpdateEnabled", ddns),
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
	{ .name = "PresenceNotificationInterval", .get = get_notify,
	    .set = set_notify, .since = 9 },
	CONST("PrivacyLevel", "0"),
	BOOL("RmcpPingResponseEnabled", rmcp_ping),
	BOOL("SharedFQDN", shared_fqdn),
	{ .name = "ThunderboltDockEnabled", .value = "0", .since = 15 },
	BOOL("WsmanOnlyMode", wsman_only),
	END
};

/* What AMT 8 insists on: the domain goes first, and comes back after. */
static unsigned
general_check(const struct model *was, const struct model *now)
{
	if (now->profile->fqdn_wants_no_domain &&
	    was->shared_fqdn != now->shared_fqdn &&
	    now->domain_name[0] != '\0')
		return INVALID_DOMAIN_NAME;
	return SUCCESS;
}

static void
general_changed(struct sim *sim, const struct model *was)
{
	(void)was;
	sim_network_changed(sim);
	sim_ports_changed(sim);
}

/* ---- AMT_WebUIService ---------------------------------------------- */

static void
get_web_ui(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->model.web_ui ? 2 : 3);
}

static const struct prop web_props[] = {
	SERVICE_KEYS_1("AMT_WebUIService"),
	CONST("ElementName", "Intel(r) AMT Web UI Service"),
	CALC("EnabledState", get_web_ui),
	KEY("Name", "Intel(r) AMT Web UI Service"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static unsigned
web_state_change(struct method_call *c)
{
	uint32_t state = c->arg[0].number[0];

	if (c->arg[1].n > 0)
		return 4098;
	if (c->arg[0].n == 0 || (state != 2 && state != 3))
		return 5;
	c->inst.sim->model.web_ui = state == 2;
	return SUCCESS;
}

static const struct input web_in[] = {
	{ .name = "RequestedState", .type = IN_UINT, .max = 65535 },
	{ .name = "TimeoutPeriod", .type = IN_TIME },
	END
};
static const struct method web_methods[] = {
	{ .name = "RequestStateChange", .in = web_in,
	    .run = web_state_change },
	END
};

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

#define INFO (REALM(REALM_INFO) | REALM(REALM_REMOTECONTROL) | \
	REALM(REALM_REDIRECTION) | REALM(REALM_HWASSET))

const struct class classes_general[] = {
	{
		.name = "AMT_GeneralSettings",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = INFO, .write_realms = REALM(REALM_ADMIN),
		.props = general_props, .check = general_check,
		.changed = general_changed,
	}, {
		.name = "AMT_WebUIService",
		.ancestors = "CIM_Service CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = INFO, .write_realms = REALM(REALM_ADMIN),
		.dated = true, .props = web_props, .methods = web_methods,
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
	},
	{ .name = NULL }
};
