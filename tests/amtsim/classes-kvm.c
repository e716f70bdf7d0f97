/* SPDX-License-Identifier: MIT */
/*
 * Class tables: KVM settings, user consent, the screen that shows the code
 * (WS-Man reference, KVM and user consent).  OptInPolicy of the KVM settings
 * mirrors the consent service.
 */
#include <ctype.h>
#include <string.h>

#include "class.h"
#include "consent.h"
#include "sim.h"

enum { SUCCESS = 0, FAILED = 2, INVALID_PARAMETER = 36,
    INVALID_PASSWORD = 2054 };

/* ---- IPS_KVMRedirectionSettingData --------------------------------- */

static void
get_by_mebx(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.kvm.enabled_by_mebx ? "true" :
	    "false");
}

static void
get_policy(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.consent.required != CONSENT_NONE ?
	    "true" : "false");
}

static unsigned
set_policy(struct model *m, unsigned index, const char *text)
{
	uint32_t on;

	(void)index;
	if (parse_bool(text, &on) == -1)
		return STATUS_BAD_VALUE;
	if (on && m->consent.required == CONSENT_NONE)
		m->consent.required = CONSENT_KVM;
	else if (!on)
		m->consent.required = CONSENT_NONE;
	return SUCCESS;
}

/* Not there while no consent is asked for. */
static void
get_policy_timeout(const struct inst *i, struct values *v)
{
	if (i->sim->model.consent.required != CONSENT_NONE)
		values_add(v, "%u", i->sim->model.consent.policy_timeout);
}

static unsigned
set_policy_timeout(struct model *m, unsigned index, const char *text)
{
	uint32_t v;

	(void)index;
	if (parse_uint(text, &v) == -1 || v > UINT16_MAX)
		return STATUS_BAD_VALUE;
	m->consent.policy_timeout = (uint16_t)v;
	return SUCCESS;
}

/*
 * Eight characters, of each kind at least one, none of ", and :.  The empty
 * text that a Get gave, sent back, changes nothing.
 */
static unsigned
set_password(struct model *m, unsigned index, const char *text)
{
	bool upper = false, lower = false, digit = false, special = false;
	size_t i;

	(void)index;
	if (text[0] == '\0')
		return SUCCESS;
	if (strlen(text) != 8 || strpbrk(text, "\",:") != NULL)
		return STATUS_BAD_VALUE;
	for (i = 0; i < 8; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c > '~')
			return STATUS_BAD_VALUE;
		upper |= isupper(c) != 0;
		lower |= islower(c) != 0;
		digit |= isdigit(c) != 0;
		special |= ispunct(c) != 0;
	}
	if (!upper || !lower || !digit || !special)
		return STATUS_BAD_VALUE;
	memcpy(m->kvm.rfb_password, text, 9);
	return SUCCESS;
}

#define ONLY_16(n, v) { .name = (n), .value = (v), .since = 16 }

static const struct prop kvm_props[] = {
	BOOL("BackToBackFbMode", kvm.back_to_back),
	UINT("DefaultScreen", kvm.default_screen, 0, 3),
	ONLY_16("DoubleBufferActive", "false"),
	{ .name = "DoubleBufferEnabled", .type = T_BOOL,
	    MODEL_FIELD(kvm.double_buffer), .since = 16 },
	CONST("ElementName", "Intel(r) KVM Redirection Settings"),
	CALC("EnabledByMEBx", get_by_mebx),
	ONLY_16("GrayscalePixelFormatSupported", "true"),
	{ .name = "InitialDecimationModeForLowRes", .type = T_UINT,
	    MODEL_FIELD(kvm.decimation), .max = 3, .since = 16 },
	KEY("InstanceID", "Intel(r) KVM Redirection Settings"),
	BOOL("Is5900PortEnabled", kvm.port_5900),
	{ .name = "OptInPolicy", .get = get_policy, .set = set_policy },
	{ .name = "OptInPolicyTimeout", .get = get_policy_timeout,
	    .set = set_policy_timeout },
	{ .name = "RFBPassword", .set = set_password,
	    .flags = PROP_WRITE_ONLY },
	UINT("SessionTimeout", kvm.session_timeout, 0, 65535),
	ONLY_16("ZlibControlSupported", "true"),
	END
};

static unsigned
kvm_check(const struct model *was, const struct model *now)
{
	if (now->kvm.port_5900 && !was->kvm.port_5900 &&
	    now->kvm.rfb_password[0] == '\0')
		return INVALID_PASSWORD;
	return SUCCESS;
}

static void
kvm_changed(struct sim *sim, const struct model *was)
{
	if (was->kvm.port_5900 != sim->model.kvm.port_5900)
		sim_ports_changed(sim);
}

static unsigned
terminate_kvm(struct method_call *c)
{
	return sim_terminate(c->inst.sim, SERVICE_KVM) ? SUCCESS : FAILED;
}

static const struct method kvm_methods[] = {
	{ .name = "TerminateSession", .run = terminate_kvm }, END
};

/* ---- IPS_OptInService ---------------------------------------------- */

static void
get_required(const struct inst *i, struct values *v)
{
	values_add(v, "%u", (unsigned)i->sim->model.consent.required);
}

static unsigned
set_required(struct model *m, unsigned index, const char *text)
{
	uint32_t v;

	(void)index;
	if (parse_uint(text, &v) == -1)
		return STATUS_BAD_VALUE;
	if (v > CONSENT_KVM && v != UINT32_MAX)
		return INVALID_PARAMETER;
	m->consent.required = v;
	return SUCCESS;
}

static void
get_consent_state(const struct inst *i, struct values *v)
{
	values_add(v, "%u", i->sim->model.consent.state);
}

static const struct prop consent_props[] = {
	CONST("CanModifyOptInPolicy", "1"),
	SERVICE_KEYS_1("IPS_OptInService"),
	CONST("ElementName", "Intel(r) AMT OptIn Service"),
	KEY("Name", "Intel(r) AMT OptIn Service"),
	UINT("OptInCodeTimeout", consent.code_timeout, 60, 900),
	UINT("OptInDisplayTimeout", consent.display_timeout, 30, 900),
	{ .name = "OptInRequired", .get = get_required,
	    .set = set_required },
	CALC("OptInState", get_consent_state),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static unsigned
start_consent(struct method_call *c)
{
	return consent_start(c->inst.sim);
}

static unsigned
cancel_consent(struct method_call *c)
{
	return consent_cancel(c->inst.sim);
}

static unsigned
send_code(struct method_call *c)
{
	if (c->arg[0].n == 0)
		return CONSENT_FAILED;
	return consent_code(c->inst.sim, c->arg[0].number[0]);
}

static const struct input code_in[] = {
	{ .name = "OptInCode", .type = IN_UINT, .max = 999999 }, END
};
static const struct method consent_methods[] = {
	{ .name = "StartOptIn", .run = start_consent },
	{ .name = "CancelOptIn", .run = cancel_consent },
	{ .name = "SendOptInCode", .in = code_in, .run = send_code },
	END
};

/* ---- IPS_SecIOService: the screen of the code ---------------------- */

static const struct prop screen_props[] = {
	SERVICE_KEYS_1("IPS_SecIOService"),
	UINT("DefaultScreen", kvm.default_screen, 0, 3),
	CONST("EnabledState", "2"),
	KEY("Name", "SecIO"),
	CONST("RequestedLanguage", "2"),
	CONST("Started", "true"),
	CONST("Status", "OK"),
	SERVICE_KEYS_2("ManagedSystem"),
	CONST("language", "1"),
	CONST("zoom", "65535"),
	END
};

/* ---- IPS_ScreenSettingData: what the displays show ----------------- */

static struct screen
nth_screen(const struct inst *i, size_t n)
{
	const struct model *m = &i->sim->model;

	return m->power == HOST_ON ? m->screens[n] : (struct screen){ 0, 0 };
}

static void
get_active(const struct inst *i, struct values *v)
{
	size_t n;

	for (n = 0; n < SCREENS_MAX; n++)
		values_add(v, "%s", nth_screen(i, n).width > 0 ? "true" :
		    "false");
}

static void
get_width(const struct inst *i, struct values *v)
{
	size_t n;

	for (n = 0; n < SCREENS_MAX; n++)
		values_add(v, "%u", nth_screen(i, n).width);
}

static void
get_height(const struct inst *i, struct values *v)
{
	size_t n;

	for (n = 0; n < SCREENS_MAX; n++)
		values_add(v, "%u", nth_screen(i, n).height);
}

/* Side by side; -1 where there is none. */
static void
get_left(const struct inst *i, struct values *v)
{
	unsigned x = 0;
	size_t n;

	for (n = 0; n < SCREENS_MAX; n++) {
		if (nth_screen(i, n).width > 0)
			values_add(v, "%u", x);
		else
			values_add(v, "-1");
		x += nth_screen(i, n).width;
	}
}

static void
get_top(const struct inst *i, struct values *v)
{
	size_t n;

	for (n = 0; n < SCREENS_MAX; n++)
		values_add(v, nth_screen(i, n).width > 0 ? "0" : "-1");
}

static const struct prop display_props[] = {
	CONST("ElementName", "Intel(r) Screen Settings"),
	KEY("InstanceID", "Intel(r) Screen Settings"),
	CALC("IsActive", get_active),
	CONST("PrimaryIndex", "1"),
	CONST("QuadraryIndex", "4"),
	CALC("ResolutionX", get_width),
	CALC("ResolutionY", get_height),
	CONST("SecondaryIndex", "2"),
	CONST("TertiaryIndex", "3"),
	CALC("UpperLeftX", get_left),
	CALC("UpperLeftY", get_top),
	END
};

#define SERVICE_LINE "CIM_Service CIM_EnabledLogicalElement " \
	"CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement"
#define REDIRECTION REALM(REALM_REDIRECTION)

const struct class classes_kvm[] = {
	{
		.name = "IPS_KVMRedirectionSettingData",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = REDIRECTION, .write_realms = REDIRECTION,
		.props = kvm_props, .methods = kvm_methods,
		.check = kvm_check, .changed = kvm_changed,
	}, {
		.name = "IPS_OptInService", .ancestors = SERVICE_LINE,
		.read_realms = REDIRECTION, .write_realms = REDIRECTION,
		.dated = true, .props = consent_props,
		.methods = consent_methods,
	}, {
		.name = "IPS_SecIOService", .ancestors = SERVICE_LINE,
		.read_realms = REDIRECTION, .write_realms = REDIRECTION,
		.dated = true, .props = screen_props,
	}, {
		.name = "IPS_ScreenSettingData",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = REDIRECTION, .write_realms = REDIRECTION,
		.props = display_props,
	},
	{ .name = NULL }
};
