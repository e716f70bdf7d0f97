/* SPDX-License-Identifier: MIT */
/*
 * Class tables: boot settings, what they can be, boot sources, their order
 * and the arming of them (WS-Man reference, part d: boot objects, order of
 * calls).  The rules that real firmware enforces, and that a client gets
 * wrong, are check() and the two methods.  Leaves out: one-click recovery,
 * remote erase beyond its flags.
 */
#include <string.h>

#include "class.h"
#include "sim.h"

#define PT_INVALID_PARAMETER 36
#define PT_UNSUPPORTED_BOOT_OPTION 2050
#define PT_USER_CONSENT_REQUIRED 2081
#define VENDOR 32768			/* and a PT_STATUS: of a CIM_ method */

/* CIM_BootConfigSetting, CIM_BootService */
enum { DONE = 0, NOT_SUPPORTED = 1, INVALID_REFERENCE = 4, INVALID = 5 };

/* ---- AMT_BootSettingData ------------------------------------------- */

static void
get_last_status(const struct inst *i, struct values *v)
{
	(void)i;
	values_add(v, "2");
	values_add(v, "0");
}

static void
get_cleared(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.boot.options_cleared ? "true" :
	    "false");
}

#define FLAG(n, field) { .name = (n), .type = T_BOOL, \
	MODEL_FIELD(boot.field), .flags = PROP_REQUIRED }
#define NUMBER(n, field, top) { .name = (n), .type = T_UINT, \
	MODEL_FIELD(boot.field), .max = (top), .flags = PROP_REQUIRED }
/* Read-only ones that a client drops before it writes back. */
#define DROPPED(n, v, version) { .name = (n), .value = (v), \
	.since = (version), .flags = PROP_NO_ECHO }

static const struct prop setting_props[] = {
	{ .name = "BIOSLastStatus", .get = get_last_status,
	    .flags = PROP_NO_ECHO, .since = 11 },
	FLAG("BIOSPause", bios_pause),
	FLAG("BIOSSetup", bios_setup),
	NUMBER("BootMediaIndex", boot_media_index, 65535),
	DROPPED("BootguardStatus", "127", 15),
	FLAG("ConfigurationDataReset", configuration_data_reset),
	CONST("ElementName", "Intel(r) AMT Boot Configuration Settings"),
	{ .name = "EnforceSecureBoot", .type = T_BOOL,
	    MODEL_FIELD(boot.enforce_secure_boot), .since = 11 },
	NUMBER("FirmwareVerbosity", firmware_verbosity, 3),
	FLAG("ForcedProgressEvents", forced_progress_events),
	NUMBER("IDERBootDevice", ider_device, 1),
	KEY("InstanceID", "Intel(r) AMT:BootSettingData 0"),
	FLAG("LockKeyboard", lock_keyboard),
	FLAG("LockPowerButton", lock_power),
	FLAG("LockResetButton", lock_reset),
	FLAG("LockSleepButton", lock_sleep),
	{ .name = "OptionsCleared", .get = get_cleared,
	    .flags = PROP_NO_ECHO, .since = 11 },
	CONST("OwningEntity", "Intel(r) AMT"),
	{ .name = "PlatformErase", .value = "false", .since = 16 },
	{ .name = "RPEEnabled", .value = "true", .since = 16 },
	{ .name = "RSEPassword", .flags = PROP_WRITE_ONLY, .since = 11 },
	FLAG("ReflashBIOS", reflash_bios),
	DROPPED("SecureBootControlEnabled", "true", 15),
	{ .name = "SecureErase", .type = T_BOOL,
	    MODEL_FIELD(boot.secure_erase), .flags = PROP_REQUIRED, .since = 11 },
	DROPPED("UEFIHTTPSBootEnabled", "true", 15),
	DROPPED("UEFILocalPBABootEnabled", "true", 15),
	{ .name = "UefiBootNumberOfParams", .value = "0", .since = 15 },
	FLAG("UseIDER", use_ider),
	FLAG("UseSOL", use_sol),
	FLAG("UseSafeMode", safe_mode),
	FLAG("UserPasswordBypass", user_password_bypass),
	DROPPED("WinREBootEnabled", "true", 15),
	END
};

/* Flags that go with no forced source. */
static bool
flags_exclude_source(const struct boot_settings *b)
{
	return b->use_ider || b->use_sol || b->bios_setup || b->bios_pause ||
	    b->secure_erase;
}

/* When consent is asked for everything, boot options want it too. */
static bool
boot_consent(const struct model *m)
{
	return m->consent.required <= CONSENT_KVM ||
	    m->consent.state >= CONSENT_RECEIVED;
}

static unsigned
settings_check(const struct model *was, const struct model *now)
{
	const struct boot_settings *b = &now->boot;

	if (!boot_consent(now) && memcmp(&was->boot, b, sizeof *b) != 0)
		return PT_USER_CONSENT_REQUIRED;
	/* what AMT_BootCapabilities says this machine cannot do */
	if (b->bios_pause || b->safe_mode || b->configuration_data_reset ||
	    b->lock_power || b->lock_reset || b->lock_sleep || b->secure_erase ||
	    b->firmware_verbosity != 0)
		return PT_UNSUPPORTED_BOOT_OPTION;
	if (now->boot_source[0] != '\0' && flags_exclude_source(b))
		return PT_INVALID_PARAMETER;
	return 0;
}

static void
settings_changed(struct sim *sim, const struct model *was)
{
	(void)was;
	sim->model.boot.options_cleared = false;
}

/* ---- AMT_BootCapabilities ------------------------------------------ */

static void
get_has_ider(const struct inst *i, struct values *v)
{
	values_add(v, "%s", fault_value(i->sim, "lacks-ider", 0) != 0 ?
	    "false" : "true");
}

static void
get_has_sol(const struct inst *i, struct values *v)
{
	values_add(v, "%s", fault_value(i->sim, "lacks-sol", 0) != 0 ?
	    "false" : "true");
}

static const struct prop capability_props[] = {
	CONST("BIOSPause", "false"),
	CONST("BIOSReflash", "true"),
	{ .name = "BIOSSecureBoot", .value = "true", .since = 11 },
	CONST("BIOSSetup", "true"),
	CONST("ConfigurationDataReset", "false"),
	CONST("ElementName", "Intel(r) AMT: Boot Capabilities"),
	CONST("ForceCDorDVDBoot", "true"),
	CONST("ForceDiagnosticBoot", "false"),
	CONST("ForceHardDriveBoot", "true"),
	CONST("ForceHardDriveSafeModeBoot", "false"),
	CONST("ForcePXEBoot", "true"),
	CONST("ForcedProgressEvents", "true"),
	CALC("IDER", get_has_ider),
	KEY("InstanceID", "Intel(r) AMT:BootCapabilities 0"),
	CONST("KeyboardLock", "true"),
	CONST("PowerButtonLock", "false"),
	CONST("ResetButtonLock", "false"),
	CALC("SOL", get_has_sol),
	{ .name = "SecureErase", .value = "false", .since = 11 },
	CONST("SleepButtonLock", "false"),
	CONST("UserPasswordBypass", "true"),
	CONST("VerbosityQuiet", "false"),
	CONST("VerbosityScreenBlank", "false"),
	CONST("VerbosityVerbose", "false"),
	END
};

/* ---- CIM_BootSourceSetting ----------------------------------------- */

static const struct {
	const char *id, *boot_string;
} sources[] = {
	{ "Intel(r) AMT: Force Hard-drive Boot", "CIM:Hard-Disk:1" },
	{ "Intel(r) AMT: Force PXE Boot", "CIM:Network:1" },
	{ "Intel(r) AMT: Force CD/DVD Boot", "CIM:CD/DVD:1" },
};

static unsigned
source_count(struct sim *sim)
{
	(void)sim;
	return sizeof sources / sizeof sources[0];
}

static void
get_source(const struct inst *i, struct values *v)
{
	values_add(v, "%s", sources[i->index].id);
}

static void
get_boot_string(const struct inst *i, struct values *v)
{
	values_add(v, "%s", sources[i->index].boot_string);
}

static const struct prop source_props[] = {
	CONST("ElementName", "Intel(r) AMT: Boot Source"),
	CONST("FailThroughSupported", "2"),
	{ .name = "InstanceID", .get = get_source, .flags = PROP_KEY },
	CALC("StructuredBootString", get_boot_string),
	END
};

/* ---- CIM_BootConfigSetting ----------------------------------------- */

static const struct prop config_props[] = {
	CONST("ElementName", "Intel(r) AMT: Boot Configuration"),
	KEY("InstanceID", "Intel(r) AMT: Boot Configuration 0"),
	END
};

/* No source clears; only the first of several counts. */
static unsigned
change_boot_order(struct method_call *c)
{
	struct sim *sim = c->inst.sim;
	struct model *m = &sim->model;
	unsigned index;

	if (c->arg[0].n == 0) {
		m->boot_source[0] = '\0';
		return DONE;
	}
	if (!boot_consent(m))
		return VENDOR + PT_USER_CONSENT_REQUIRED;
	if (!epr_names(sim, &c->arg[0].epr, "CIM_BootSourceSetting", &index))
		return INVALID_REFERENCE;
	if (flags_exclude_source(&m->boot)) {
		sim_violation(sim, "wsman", "ChangeBootOrder with a source while "
		    "boot settings exclude one");
		return INVALID;
	}
	if (m->boot.boot_media_index != 0 &&
	    strstr(sources[index].id, "PXE") != NULL)
		return INVALID;
	memset(m->boot_source, 0, sizeof m->boot_source);
	memcpy(m->boot_source, sources[index].id, strlen(sources[index].id));
	return DONE;
}

static const struct input order_in[] = {
	{ .name = "Source", .type = IN_EPR, .array = true }, END
};
static const struct method config_methods[] = {
	{ .name = "ChangeBootOrder", .in = order_in, .run = change_boot_order },
	END
};

/* ---- CIM_BootService ----------------------------------------------- */

static void
get_boot_state(const struct inst *i, struct values *v)
{
	values_add(v, "%u", i->sim->model.boot_service_state);
}

static const struct prop service_props[] = {
	SERVICE_KEYS_1("CIM_BootService"),
	CONST("ElementName", "Intel(r) AMT Boot Service"),
	CALC("EnabledState", get_boot_state),
	KEY("Name", "Intel(r) AMT Boot Service"),
	CONST("OperationalStatus", "0"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static unsigned
set_boot_config_role(struct method_call *c)
{
	struct sim *sim = c->inst.sim;
	struct model *m = &sim->model;
	uint32_t role = c->arg[1].number[0];

	if (!epr_names(sim, &c->arg[0].epr, "CIM_BootConfigSetting", NULL))
		return INVALID_REFERENCE;
	if (role == 0 || role == 2)
		return NOT_SUPPORTED;
	if (role != 1 && (role != 32768 || !m->profile->boot_role_falls_back))
		return INVALID;
	m->boot_role = role;
	return DONE;
}

static const struct input role_in[] = {
	{ .name = "BootConfigSetting", .type = IN_EPR, .required = true },
	{ .name = "Role", .type = IN_UINT, .required = true, .max = 65535 },
	END
};

/* 2, and from 16 on 32768 + bit 0 one-click recovery + bit 1 erase. */
static unsigned
boot_state_change(struct method_call *c)
{
	uint32_t state = c->arg[0].number[0];

	if (c->arg[1].n > 0)
		return 4098;
	if (c->arg[0].n == 0 || (state != 2 && (amt_version(c->inst.sim) < 16 ||
	    state < 32768 || state > 32771)))
		return INVALID;
	c->inst.sim->model.boot_service_state = state;
	return DONE;
}

static const struct input state_in[] = {
	{ .name = "RequestedState", .type = IN_UINT, .max = 65535 },
	{ .name = "TimeoutPeriod", .type = IN_TIME },
	END
};
static const struct method service_methods[] = {
	{ .name = "SetBootConfigRole", .in = role_in,
	    .run = set_boot_config_role },
	{ .name = "RequestStateChange", .in = state_in,
	    .run = boot_state_change },
	END
};

#define BOOT REALM(REALM_REMOTECONTROL)

const struct class classes_boot[] = {
	{
		.name = "AMT_BootSettingData",
		.ancestors = "CIM_BootSettingData CIM_SettingData "
		    "CIM_ManagedElement",
		.read_realms = BOOT, .write_realms = BOOT,
		.props = setting_props, .check = settings_check,
		.changed = settings_changed,
	}, {
		.name = "AMT_BootCapabilities",
		.ancestors = "CIM_Capabilities CIM_ManagedElement",
		.read_realms = BOOT, .write_realms = BOOT,
		.props = capability_props,
	}, {
		.name = "CIM_BootSourceSetting",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = BOOT, .write_realms = BOOT,
		.count = source_count, .props = source_props,
	}, {
		.name = "CIM_BootConfigSetting",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = BOOT, .write_realms = BOOT,
		.props = config_props, .methods = config_methods,
	}, {
		.name = "CIM_BootService",
		.ancestors = "CIM_Service CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = BOOT, .write_realms = BOOT,
		.dated = true, .props = service_props, .methods = service_methods,
	},
	{ .name = NULL }
};
