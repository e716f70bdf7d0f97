/* SPDX-License-Identifier: MIT */
/*
 * boot: what the next boot does.  The order of calls is load-bearing: a
 * forced source and the flags exclude each other, and firmware refuses
 * whichever comes while the other is set.  So: clear the source (with no
 * Source element at all; an empty one is a violation), write the flags, arm
 * the role, and only then force a source.  The power order is the user's.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/wsamt.h"

#define SETTINGS "AMT_BootSettingData"
#define ROLE_NEXT_SINGLE_USE 1
#define ROLE_NOT_NEXT 32768

static const struct device {
	const char *word;
	const char *capability;		/* of AMT_BootCapabilities; NULL: none */
	const char *flag;		/* of AMT_BootSettingData; NULL: none */
	const char *ider_device;
	const char *source;		/* of CIM_BootSourceSetting; NULL: none */
} devices[] = {
	{ "default", NULL, NULL, "0", NULL },
	{ "pxe", "ForcePXEBoot", NULL, "0", "Intel(r) AMT: Force PXE Boot" },
	{ "cddvd", "ForceCDorDVDBoot", NULL, "0",
	    "Intel(r) AMT: Force CD/DVD Boot" },
	{ "hdd", "ForceHardDriveBoot", NULL, "0",
	    "Intel(r) AMT: Force Hard-drive Boot" },
	{ "diag", "ForceDiagnosticBoot", NULL, "0",
	    "Intel(r) AMT: Force Diagnostic Boot" },
	{ "bios", "BIOSSetup", "BIOSSetup", "0", NULL },
	{ "ider-cd", "IDER", "UseIDER", "1", NULL },
	{ "ider-floppy", "IDER", "UseIDER", "0", NULL },
};
#define NDEVICES (sizeof devices / sizeof devices[0])

/*
 * What is written, each as it is for an ordinary boot; EnforceSecureBoot is a
 * decision of the owner's.
 */
static const struct { const char *name, *none; } settings[] = {
	{ "BIOSPause", "false" }, { "BIOSSetup", "false" },
	{ "BootMediaIndex", "0" }, { "ConfigurationDataReset", "false" },
	{ "FirmwareVerbosity", "0" }, { "ForcedProgressEvents", "false" },
	{ "IDERBootDevice", "0" }, { "LockKeyboard", "false" },
	{ "LockPowerButton", "false" }, { "LockResetButton", "false" },
	{ "LockSleepButton", "false" }, { "PlatformErase", "false" },
	{ "ReflashBIOS", "false" }, { "SecureErase", "false" },
	{ "UefiBootNumberOfParams", "0" }, { "UseIDER", "false" },
	{ "UseSOL", "false" }, { "UseSafeMode", "false" },
	{ "UserPasswordBypass", "false" },
};
/* What firmware gives but refuses to be given. */
static const char *const read_only[] = { "BIOSLastStatus", "BootguardStatus",
    "OptionsCleared", "RPEEnabled", "RSEPassword", "SecureBootControlEnabled",
    "UEFIHTTPSBootEnabled", "UEFILocalPBABootEnabled",
    "UefiBootParametersArray", "WinREBootEnabled" };
#define COUNT(a) (sizeof (a) / sizeof (a)[0])
#define SETTING_MAX 12			/* bytes of a value, with NUL */

static const struct ws_selector config_key[] = {
	{ .name = "InstanceID",
	    .value = "Intel(r) AMT: Boot Configuration 0" }, { .name = NULL }
};
static const struct ws_epr config = { "CIM_BootConfigSetting", config_key };

static const struct ws_field order_in[] = {
	{ "Source", WS_EPR }, { NULL, WS_END }
};
static const struct ws_method change_order = {
	.class = "CIM_BootConfigSetting", .name = "ChangeBootOrder",
	.in = order_in, .why = ws_why_boot,
};
static const struct ws_field role_in[] = {
	{ "BootConfigSetting", WS_EPR }, { "Role", WS_UINT }, { NULL, WS_END }
};
static const struct ws_method set_role = {
	.class = "CIM_BootService", .name = "SetBootConfigRole",
	.in = role_in, .why = ws_why_boot,
};

static int
check_capability(struct wsamt *a, const struct device *dev, struct err *e)
{
	struct ws_doc *d;
	bool can = false;
	int rc = 0;

	if (dev->capability == NULL)
		return 0;
	if (wsman_get(a->wsman, "AMT_BootCapabilities", NULL, &d, e) == -1)
		return -1;
	if (ws_child(ws_body(d), dev->capability) != NULL)
		rc = ws_get_bool(ws_body(d), dev->capability, &can, e);
	ws_doc_free(d);
	if (rc == -1)
		return err_ctx(e, "%s", a->machine.name);
	return can ? 0 : err_set(e, ERR_REFUSED, "%s: this machine cannot "
	    "boot \"%s\": its AMT_BootCapabilities say no to %s",
	    a->machine.name, dev->word, dev->capability);
}

static int
change_source(struct wsamt *a, const char *source, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = source }, { .name = NULL }
	};
	const struct ws_epr epr = { "CIM_BootSourceSetting", key };
	const struct ws_value values[] = {
		{ source != NULL ? "Source" : NULL, .epr = &epr },
		{ .name = NULL }
	};

	return wsman_invoke(a->wsman, &change_order, config_key, values, NULL,
	    e);
}

/* What of it the firmware has. */
static const char *
value_of(const struct ws_node *n, size_t i)
{
	const struct ws_node *child = ws_child(n, settings[i].name);

	return child != NULL ? ws_text(child) : NULL;
}

/* Only what the firmware has is written, but for what was asked for. */
static int
edit_settings(struct ws_node *n, const struct device *dev, bool sol,
    struct err *e)
{
	size_t i;

	for (i = 0; i < COUNT(read_only); i++)
		ws_drop(n, read_only[i]);
	for (i = 0; i < COUNT(settings); i++)
		if (value_of(n, i) != NULL &&
		    ws_set(n, settings[i].name, settings[i].none, e) == -1)
			return -1;
	if (strcmp(dev->ider_device, "0") != 0 &&
	    ws_set(n, "IDERBootDevice", dev->ider_device, e) == -1)
		return -1;
	if (sol && ws_set(n, "UseSOL", "true", e) == -1)
		return -1;
	return dev->flag != NULL ? ws_set(n, dev->flag, "true", e) : 0;
}

/* Read again, for what did not take. */
static int
confirm_settings(struct wsamt *a, char before[][SETTING_MAX],
    const struct ws_node *wanted, struct err *e)
{
	const char *want, *now;
	struct ws_doc *d;
	size_t i;
	int rc = 0;

	if (wsman_get(a->wsman, SETTINGS, NULL, &d, e) == -1)
		return -1;
	for (i = 0; rc == 0 && i < COUNT(settings); i++) {
		if ((want = value_of(wanted, i)) == NULL)
			continue;
		if ((now = value_of(ws_body(d), i)) == NULL)
			now = "absent";
		if (strcmp(now, want) != 0)
			rc = wsamt_not_taken(a, settings[i].name, before[i],
			    want, now, e);
	}
	ws_doc_free(d);
	return rc;
}

static int
write_settings(struct wsamt *a, const struct device *dev, bool sol,
    struct err *e)
{
	char before[COUNT(settings)][SETTING_MAX];
	const char *text;
	struct ws_doc *d;
	size_t i;
	int rc;

	if (wsman_get(a->wsman, SETTINGS, NULL, &d, e) == -1)
		return -1;
	for (i = 0; i < COUNT(settings); i++) {
		text = value_of(ws_body(d), i);
		(void)snprintf(before[i], SETTING_MAX, "%s",
		    text != NULL ? text : "absent");
	}
	rc = edit_settings(ws_body(d), dev, sol, e);
	if (rc == 0)
		rc = wsman_put(a->wsman, ws_body(d), NULL, e);
	if (rc == 0)
		rc = confirm_settings(a, before, ws_body(d), e);
	ws_doc_free(d);
	return rc;
}

static int
arm(struct wsamt *a, uint32_t role, struct err *e)
{
	return wsman_invoke(a->wsman, &set_role, NULL,
	    (const struct ws_value[]){
		{ "BootConfigSetting", .epr = &config },
		{ "Role", .number = role }, { .name = NULL }
	    }, NULL, e);
}

/* A forced source cannot be read back: these are all that AMT says. */
static int
print_settings(struct wsamt *a, struct err *e)
{
	static const char *const shown[] = { "UseIDER", "IDERBootDevice",
	    "BIOSSetup", "BIOSPause", "UseSOL", "BootMediaIndex",
	    "OptionsCleared" };
	struct ws_node *n;
	struct ws_doc *d;
	size_t i;
	int rc = 0;

	if (wsman_get(a->wsman, SETTINGS, NULL, &d, e) == -1)
		return -1;
	out_begin(&a->out);
	for (i = 0; rc == 0 && i < COUNT(shown); i++)
		if ((n = ws_child(ws_body(d), shown[i])) != NULL &&
		    ws_text(n) != NULL)
			rc = out_fact(&a->out, shown[i], ws_text(n), e);
	out_end(&a->out);
	ws_doc_free(d);
	return rc;
}

int
cmd_boot(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct device *dev = NULL;
	size_t i;

	if (argc == 0)
		return print_settings(a, e);
	for (i = 0; i < NDEVICES; i++)
		if (strcmp(argv[0], devices[i].word) == 0)
			dev = &devices[i];
	if (dev == NULL) {
		(void)err_set(e, ERR_USAGE, "\"%s\" is nothing to boot from:",
		    argv[0]);
		for (i = 0; i < NDEVICES; i++)
			(void)err_more(e, "%s %s", i > 0 ? "," : "",
			    devices[i].word);
		return -1;
	}
	if (argc > 1 && (strcmp(argv[1], "sol") != 0 || dev->flag == NULL))
		return err_set(e, ERR_USAGE, "boot %s %s: \"sol\" goes with "
		    "bios, ider-cd and ider-floppy, and nothing else does",
		    argv[0], argv[1]);
	if (check_capability(a, dev, e) == -1 ||
	    change_source(a, NULL, e) == -1 ||
	    write_settings(a, dev, argc > 1, e) == -1 ||
	    arm(a, dev == &devices[0] ? ROLE_NOT_NEXT : ROLE_NEXT_SINGLE_USE,
	    e) == -1)
		return -1;
	return dev->source != NULL ? change_source(a, dev->source, e) : 0;
}
