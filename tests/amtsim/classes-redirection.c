/* SPDX-License-Identifier: MIT */
/*
 * Class tables: the redirection service (SOL, IDE-R, its listener), the
 * KVM access point, and who uses the port now (WS-Man reference, redirection
 * and KVM).
 * RequestStateChange of the former sets the whole state: what is not asked
 * for goes off.
 */
#include <stdlib.h>
#include <string.h>

#include "class.h"
#include "sim.h"

enum { DONE = 0, FAILED = 2, INVALID = 5, NO_TIMEOUT = 4098 };

static const struct input state_in[] = {
	{ .name = "RequestedState", .type = IN_UINT, .max = 65535 },
	{ .name = "TimeoutPeriod", .type = IN_TIME },
	END
};

/* ---- AMT_RedirectionService ---------------------------------------- */

static void
get_state(const struct inst *i, struct values *v)
{
	values_add(v, "%u", i->sim->model.redirection_state);
}

/* A Put may carry the vendor's value, or 2 or 3, which change nothing. */
static unsigned
set_state(struct model *m, unsigned index, const char *text)
{
	unsigned long v = strtoul(text, NULL, 10);

	(void)index;
	if (v == 2 || v == 3)
		return 0;
	if (v < 32768 || v > 32771)
		return 36;
	m->redirection_state = (unsigned)v;
	return 0;
}

/* None: absent, as in what firmware without sessions was seen to answer. */
static void
get_accesses(const struct inst *i, struct values *v)
{
	const struct model *m = &i->sim->model;
	size_t n;

	for (n = 0; n < m->naccesses; n++)
		values_add(v, "%s", m->accesses[n]);
}

static const struct prop service_props[] = {
	CALC("AccessLog", get_accesses),
	SERVICE_KEYS_1("AMT_RedirectionService"),
	CONST("ElementName", "Intel(r) AMT Redirection Service"),
	{ .name = "EnabledState", .get = get_state, .set = set_state },
	BOOL("ListenerEnabled", listener_enabled),
	KEY("Name", "Intel(r) AMT Redirection Service"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static void
service_changed(struct sim *sim, const struct model *was)
{
	if (was->listener_enabled != sim->model.listener_enabled)
		sim_ports_changed(sim);
}

static unsigned
service_state_change(struct method_call *c)
{
	uint32_t state = c->arg[0].number[0];

	if (c->arg[1].n > 0)
		return NO_TIMEOUT;
	if (c->arg[0].n == 0 || state < 32768 || state > 32771) {
		sim_violation(c->inst.sim, "wsman", "AMT_RedirectionService."
		    "RequestStateChange to %u", (unsigned)state);
		return INVALID;
	}
	c->inst.sim->model.redirection_state = state;
	return DONE;
}

static unsigned
terminate_session(struct method_call *c)
{
	uint32_t type = c->arg[0].number[0];

	if (c->arg[0].n == 0 || type > 1)
		return INVALID;
	return sim_terminate(c->inst.sim, type == 0 ? SERVICE_IDER :
	    SERVICE_SOL) ? DONE : FAILED;
}

static const struct input terminate_in[] = {
	{ .name = "SessionType", .type = IN_UINT, .max = UINT32_MAX }, END
};
static const struct method service_methods[] = {
	{ .name = "RequestStateChange", .in = state_in,
	    .run = service_state_change, .realms = REALM(REALM_ADMIN) },
	{ .name = "TerminateSession", .in = terminate_in,
	    .run = terminate_session },
	END
};

/* ---- CIM_KVMRedirectionSAP ----------------------------------------- */

static void
get_kvm_state(const struct inst *i, struct values *v)
{
	const struct model *m = &i->sim->model;

	values_add(v, "%d", !m->kvm_enabled ? 3 :
	    m->session_open[SERVICE_KVM] ? 2 : 6);
}

static void
get_kvm_requested(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->model.kvm_enabled ? 2 : 3);
}

static const struct prop kvm_props[] = {
	SERVICE_KEYS_1("CIM_KVMRedirectionSAP"),
	CONST("ElementName", "KVM Redirection Service Access Point"),
	CALC("EnabledState", get_kvm_state),
	CONST("KVMProtocol", "4"),
	KEY("Name", "KVM Redirection Service Access Point"),
	CALC("RequestedState", get_kvm_requested),
	SERVICE_KEYS_2("ManagedSystem"),
	END
};

static unsigned
kvm_state_change(struct method_call *c)
{
	uint32_t state = c->arg[0].number[0];

	if (c->arg[1].n > 0)
		return NO_TIMEOUT;
	if (c->arg[0].n == 0 || (state != 2 && state != 3))
		return INVALID;
	if (state == 2 && !c->inst.sim->model.kvm.enabled_by_mebx)
		return FAILED;
	c->inst.sim->model.kvm_enabled = state == 2;
	sim_ports_changed(c->inst.sim);
	return DONE;
}

static const struct method kvm_methods[] = {
	{ .name = "RequestStateChange", .in = state_in,
	    .run = kvm_state_change },
	END
};

/* ---- IPS_SolSessionUsingPort and its kin --------------------------- */

/*
 * An association of the port and what is used there: an instance while a
 * session is open.  The class model names no more than its two ends, so the
 * second one is a guess.
 */
static const struct ref service_ref = { "AMT_RedirectionService", {
	{ "CreationClassName", "AMT_RedirectionService" },
	{ "Name", "Intel(r) AMT Redirection Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" } } };
static const struct ref kvm_ref = { "CIM_KVMRedirectionSAP", {
	{ "CreationClassName", "CIM_KVMRedirectionSAP" },
	{ "Name", "KVM Redirection Service Access Point" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" } } };

static unsigned
sol_open(struct sim *sim)
{
	return sim->model.session_open[SERVICE_SOL];
}

static unsigned
ider_open(struct sim *sim)
{
	return sim->model.session_open[SERVICE_IDER];
}

static unsigned
kvm_open(struct sim *sim)
{
	return sim->model.session_open[SERVICE_KVM];
}

static unsigned
no_tunnel(struct sim *sim)
{
	(void)sim;
	return 0;
}

static const struct prop session_props[] = {
	{ .name = "Antecedent", .ref = &wired_port, .flags = PROP_KEY },
	{ .name = "Dependent", .ref = &service_ref, .flags = PROP_KEY },
	END
};
static const struct prop screen_session_props[] = {
	{ .name = "Antecedent", .ref = &wired_port, .flags = PROP_KEY },
	{ .name = "Dependent", .ref = &kvm_ref, .flags = PROP_KEY },
	END
};

#define REDIRECTION REALM(REALM_REDIRECTION)
#define USING_PORT(n, open, p) { .name = (n), \
	.ancestors = "IPS_SessionUsingPort CIM_Dependency", \
	.read_realms = REDIRECTION, .write_realms = REDIRECTION, \
	.count = (open), .props = (p) }

const struct class classes_redirection[] = {
	{
		.name = "AMT_RedirectionService",
		.ancestors = "CIM_Service CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = REDIRECTION, .write_realms = REDIRECTION,
		.dated = true, .props = service_props,
		.methods = service_methods, .changed = service_changed,
	}, {
		.name = "CIM_KVMRedirectionSAP",
		.ancestors = "CIM_ServiceAccessPoint CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = REDIRECTION, .write_realms = REDIRECTION,
		.dated = true, .props = kvm_props, .methods = kvm_methods,
	},
	USING_PORT("IPS_SolSessionUsingPort", sol_open, session_props),
	USING_PORT("IPS_IderSessionUsingPort", ider_open, session_props),
	USING_PORT("IPS_KvmSessionUsingPort", kvm_open, screen_session_props),
	USING_PORT("IPS_RasSessionUsingPort", no_tunnel, session_props),
	{ .name = NULL }
};
