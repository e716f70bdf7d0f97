/* SPDX-License-Identifier: MIT */
/*
 * Class tables: power management (WS-Man reference, power states).  What
 * an order does is power.c's; here is only how it is asked for.
 */
#include <stddef.h>
#include <string.h>

#include "class.h"
#include "journal.h"
#include "sim.h"

enum { INVALID = 5, NO_TIMEOUT = 4098 };

static const struct ref the_service = { "CIM_PowerManagementService", {
	{ "CreationClassName", "CIM_PowerManagementService" },
	{ "Name", "Intel(r) AMT Power Management Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
} };
static const struct ref the_computer = { "CIM_ComputerSystem", {
	{ "CreationClassName", "CIM_ComputerSystem" },
	{ "Name", "ManagedSystem" },
} };

/* ---- CIM_PowerManagementService ------------------------------------ */

static const struct prop service_props[] = {
	SERVICE_KEYS_1("CIM_PowerManagementService"),
	CONST("ElementName", "Intel(r) AMT Power Management Service"),
	CONST("EnabledState", "5"),
	KEY("Name", "Intel(r) AMT Power Management Service"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static unsigned
request_power_state(struct method_call *c)
{
	/* events of the audit log, plus 1 */
	static const uint8_t audits[] = { [2] = 1, [4] = 8, [5] = 3, [7] = 9,
	    [8] = 2, [10] = 4, [11] = 10, [12] = 6, [14] = 7 };
	struct sim *sim = c->inst.sim;
	uint32_t state = c->arg[0].number[0];
	unsigned index, status;

	if (c->arg[2].n > 0 || c->arg[3].n > 0)
		return NO_TIMEOUT;
	if (c->arg[0].n == 0 || c->arg[1].n == 0)
		return INVALID;
	/* the PC is meant, not the management engine */
	if (!epr_names(sim, &c->arg[1].epr, "CIM_ComputerSystem", &index) ||
	    index != 0) {
		sim_violation(sim, "wsman", "RequestPowerStateChange of something "
		    "that is not the managed system");
		return INVALID;
	}
	status = sim_power_request(sim, state);
	if (status == 0 && state < sizeof audits && audits[state] != 0)
		journal_audit(sim, AUDIT_REMOTE, audits[state] - 1u, NULL, 0);
	return status;
}

static const struct input request_in[] = {
	{ .name = "PowerState", .type = IN_UINT, .max = 65535 },
	{ .name = "ManagedElement", .type = IN_EPR },
	{ .name = "Time", .type = IN_TIME },
	{ .name = "TimeoutPeriod", .type = IN_TIME },
	END
};
static const struct method service_methods[] = {
	{ .name = "RequestPowerStateChange", .in = request_in,
	    .run = request_power_state },
	END
};

/* ---- CIM_AssociatedPowerManagementService -------------------------- */

static void
get_available(const struct inst *i, struct values *v)
{
	unsigned states[16];
	size_t n = sim_power_available(i->sim, states), k;

	for (k = 0; k < n; k++)
		values_add(v, "%u", states[k]);
}

static void
get_state(const struct inst *i, struct values *v)
{
	values_add(v, "%d", sim_cim_power(i->sim));
}

static const struct prop associated_props[] = {
	{ .name = "AvailableRequestedPowerStates", .get = get_available,
	    .since = 9 },
	CALC("PowerState", get_state),
	{ .name = "ServiceProvided", .ref = &the_service, .flags = PROP_KEY },
	{ .name = "UserOfService", .ref = &the_computer, .flags = PROP_KEY },
	END
};

/* ---- CIM_PowerManagementCapabilities ------------------------------- */

static void
get_change(const struct inst *i, struct values *v)
{
	static const unsigned can[] = { 2, 3, 4, 7, 8 };
	size_t k;

	(void)i;
	for (k = 0; k < sizeof can / sizeof can[0]; k++)
		values_add(v, "%u", can[k]);
}

static void
get_supported(const struct inst *i, struct values *v)
{
	static const unsigned can[] = { 5, 8, 2, 10, 11, 12, 14 };
	size_t k, n = i->sim->model.profile->graceful_power ? 7 : 4;

	for (k = 0; k < n; k++)
		values_add(v, "%u", can[k]);
}

static const struct prop capability_props[] = {
	CONST("ElementName", "Power Management Capabilities"),
	KEY("InstanceID", "Intel(r) AMT:PowerManagementCapabilities 0"),
	CONST("OtherPowerChangeCapabilities", ""),
	CALC("PowerChangeCapabilities", get_change),
	CALC("PowerStatesSupported", get_supported),
	CALC("RequestedPowerStatesSupported", get_supported),
	END
};

#define POWER REALM(REALM_REMOTECONTROL)
#define LOOK (POWER | REALM(REALM_INFO) | REALM(REALM_HWASSET))

const struct class classes_power[] = {
	{
		.name = "CIM_PowerManagementService",
		.ancestors = "CIM_Service CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = LOOK, .write_realms = POWER,
		.dated = true, .props = service_props, .methods = service_methods,
	}, {
		.name = "CIM_AssociatedPowerManagementService",
		.ancestors = "CIM_ServiceAvailableToElement",
		.read_realms = LOOK, .write_realms = POWER,
		.dated = true, .props = associated_props,
	}, {
		.name = "CIM_PowerManagementCapabilities",
		.ancestors = "CIM_Capabilities CIM_ManagedElement",
		.read_realms = LOOK, .write_realms = POWER,
		.one_per_pull = true, .more_follows = true,
		.props = capability_props,
	},
	{ .name = NULL }
};
