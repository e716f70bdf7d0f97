/* SPDX-License-Identifier: MIT */
/*
 * Class tables: setup service with its commit and unprovisioning, the state
 * of setup, the clock (WS-Man reference, unprovision and timesync).  Leaves
 * out: host-based setup's methods, maintenance of the provisioning server.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "class.h"
#include "journal.h"
#include "sim.h"

#define TIME_MIN 1072915200		/* 2004-01-01 */

enum { SUCCESS = 0, INTERNAL_ERROR = 1, INVALID_TIME = 34,
    INVALID_PARAMETER = 36, INVALID_PASSWORD = 2054 };

/* ---- AMT_SetupAndConfigurationService ------------------------------ */

static void
get_provisioned(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->model.provisioned ? 2 : 0);
}

static const struct prop setup_props[] = {
	SERVICE_KEYS_1("AMT_SetupAndConfigurationService"),
	CONST("ElementName", "Intel(r) AMT Setup and Configuration Service"),
	CONST("EnabledState", "5"),
	KEY("Name", "Intel(r) AMT Setup and Configuration Service"),
	CONST("PasswordModel", "1"),
	CONST("ProvisioningMode", "1"),
	CONST("ProvisioningServerOTP",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
	CALC("ProvisioningState", get_provisioned),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	CONST("ZeroTouchConfigurationEnabled", "true"),
	END
};

static unsigned
get_uuid(struct method_call *c)
{
	uint8_t raw[16];
	gnutls_datum_t bin = { raw, sizeof raw }, text;
	char base64[32];

	if (model_uuid_bytes(&c->inst.sim->model, raw) == -1 ||
	    gnutls_base64_encode2(&bin, &text) != 0)
		return INTERNAL_ERROR;
	snprintf(base64, sizeof base64, "%.*s", (int)text.size,
	    (const char *)text.data);
	gnutls_free(text.data);
	out_text(c, "UUID", base64);
	return SUCCESS;
}

static unsigned
commit(struct method_call *c)
{
	return sim_commit(c->inst.sim);
}

static unsigned
unprovision(struct method_call *c)
{
	if (c->arg[0].number[0] > 3)
		return INVALID_PARAMETER;
	sim_unprovision(c->inst.sim);
	return SUCCESS;
}

static unsigned
partial_unprovision(struct method_call *c)
{
	sim_unprovision(c->inst.sim);
	return SUCCESS;
}

/* Clear text, and the device has rules for it. */
static unsigned
set_mebx_password(struct method_call *c)
{
	const char *p = c->arg[0].text;
	bool kind[4] = { false };
	size_t i, n = strlen(p);

	for (i = 0; i < n; i++)
		kind[isupper((unsigned char)p[i]) ? 0 :
		    islower((unsigned char)p[i]) ? 1 :
		    isdigit((unsigned char)p[i]) ? 2 : 3] = true;
	if (n < 8 || n > 32 || strpbrk(p, "\",:") != NULL ||
	    !kind[0] || !kind[1] || !kind[2] || !kind[3])
		return INVALID_PASSWORD;
	memcpy(c->inst.sim->model.mebx_password, p, n + 1);
	return SUCCESS;
}

static unsigned
blocking_components(struct method_call *c)
{
	(void)c;
	return SUCCESS;			/* none */
}

static const struct input unprovision_in[] = {
	{ .name = "ProvisioningMode", .type = IN_UINT, .max = UINT32_MAX },
	END
};
static const struct input password_in[] = {
	{ .name = "Password", .type = IN_STRING }, END
};
static const struct method setup_methods[] = {
	{ .name = "CommitChanges", .run = commit },
	{ .name = "Unprovision", .in = unprovision_in, .run = unprovision },
	{ .name = "PartialUnprovision", .run = partial_unprovision },
	{ .name = "SetMEBxPassword", .in = password_in,
	    .run = set_mebx_password },
	{ .name = "GetUnprovisionBlockingComponents",
	    .run = blocking_components, .reads = true },
	{ .name = "GetUuid", .run = get_uuid, .reads = true },
	END
};

/* ---- IPS_HostBasedSetupService ------------------------------------- */

static void
get_modes(const struct inst *i, struct values *v)
{
	(void)i;
	values_add(v, "2");
	values_add(v, "1");
}

static void
get_mode(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->model.provisioned ? 2 : 0);
}

static const struct prop host_setup_props[] = {
	CALC("AllowedControlModes", get_modes),
	CONST("CertChainStatus", "0"),
	CONST("ConfigurationNonce", "4P3sY7swlhjkhJNxDkEBIUcmpHE="),
	SERVICE_KEYS_1("IPS_HostBasedSetupService"),
	CALC("CurrentControlMode", get_mode),
	CONST("ElementName", "Intel(r) AMT Host Based Setup Service"),
	KEY("Name", "Intel(r) AMT Host Based Setup Service"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

/* ---- AMT_TimeSynchronizationService -------------------------------- */

static void
get_local_sync(const struct inst *i, struct values *v)
{
	values_add(v, "%u", i->sim->model.local_time_sync);
}

static void
get_time_source(const struct inst *i, struct values *v)
{
	values_add(v, "%u", i->sim->model.time_source);
}

static const struct prop time_props[] = {
	SERVICE_KEYS_1("AMT_TimeSynchronizationService"),
	CONST("ElementName", "Intel(r) AMT Time Synchronization Service"),
	CONST("EnabledState", "5"),
	{ .name = "LocalTimeSyncEnabled", .get = get_local_sync,
	    .since = 11 },
	KEY("Name", "Intel(r) AMT Time Synchronization Service"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	{ .name = "TimeSource", .get = get_time_source, .since = 11 },
	END
};

static unsigned
get_time(struct method_call *c)
{
	out_uint(c, "Ta0", (unsigned long)sim_wall(c->inst.sim));
	return SUCCESS;
}

/*
 * Ta0 is what the device said, Tm1 the client's time when it heard it, Tm2
 * that of this call.  What of the device's time since then the client has
 * not seen pass was spent on the way, half of it on the way here.
 */
static unsigned
set_time(struct method_call *c)
{
	struct sim *sim = c->inst.sim;
	int64_t ta0 = c->arg[0].number[0], tm1 = c->arg[1].number[0],
	    tm2 = c->arg[2].number[0], now = sim_wall(sim), delay;

	if (ta0 < TIME_MIN || tm1 < TIME_MIN || tm2 < TIME_MIN)
		return INVALID_TIME;
	if (ta0 > now || tm1 > tm2)
		return INVALID_PARAMETER;
	delay = now - ta0 - (tm2 - tm1);
	if (delay < 0)
		delay = 0;
	sim->device_clock_s += tm2 + delay / 2 - now;
	sim->model.time_source = 1;
	journal_audit(sim, AUDIT_TIME, 0, NULL, 0);
	sim_alarms_changed(sim);
	return SUCCESS;
}

static unsigned
enable_local_sync(struct method_call *c)
{
	c->inst.sim->model.local_time_sync = c->arg[0].number[0] ? 1 : 2;
	return SUCCESS;
}

static const struct input set_time_in[] = {
	{ .name = "Ta0", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX },
	{ .name = "Tm1", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX },
	{ .name = "Tm2", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX },
	END
};
static const struct input local_sync_in[] = {
	{ .name = "Enable", .type = IN_BOOL, .required = true }, END
};
static const struct method time_methods[] = {
	{ .name = "GetLowAccuracyTimeSynch", .run = get_time, .reads = true },
	{ .name = "SetHighAccuracyTimeSynch", .in = set_time_in,
	    .run = set_time },
	{ .name = "EnableLocalTimeSync", .in = local_sync_in,
	    .run = enable_local_sync },
	END
};

#define SERVICE_LINE "CIM_Service CIM_EnabledLogicalElement " \
	"CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement"
#define LOOK (REALM(REALM_INFO) | REALM(REALM_HWASSET))

const struct class classes_setup[] = {
	{
		.name = "AMT_SetupAndConfigurationService",
		.ancestors = "CIM_CredentialManagementService CIM_SecurityService "
		    SERVICE_LINE,
		.read_realms = LOOK, .write_realms = REALM(REALM_ADMIN),
		.dated = true, .props = setup_props, .methods = setup_methods,
	}, {
		.name = "IPS_HostBasedSetupService",
		.ancestors = "CIM_SecurityService " SERVICE_LINE,
		.read_realms = LOOK, .write_realms = REALM(REALM_ADMIN),
		.dated = true, .props = host_setup_props,
	}, {
		.name = "AMT_TimeSynchronizationService",
		.ancestors = SERVICE_LINE,
		.read_realms = LOOK | REALM(12),
		.write_realms = REALM(REALM_ADMIN) | REALM(12),
		.dated = true, .props = time_props, .methods = time_methods,
	},
	{ .name = NULL }
};
