/* SPDX-License-Identifier: MIT */
/* The end and the lock of the setup: unprovision, mebxpass. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wsamt/wsamt.h"

#define SERVICE "AMT_SetupAndConfigurationService"
#define MODE_ENTERPRISE 1		/* the only one there is */

static const struct ws_field mode_in[] = {
	{ "ProvisioningMode", WS_UINT }, { NULL, WS_END }
};
static const struct ws_field password_in[] = {
	{ "Password", WS_TEXT }, { NULL, WS_END }
};
static const struct ws_method
	unprovision = { .class = SERVICE, .name = "Unprovision",
	    .in = mode_in, .why = ws_why_pt },
	set_password = { .class = SERVICE, .name = "SetMEBxPassword",
	    .in = password_in, .why = ws_why_pt };

static int
are_you_sure(struct wsamt *a, struct err *e)
{
	char line[256];

	if (a->force || a->dry)
		return 0;
	if (a->sink != NULL || !isatty(STDIN_FILENO))
		return err_set(e, ERR_USAGE, "unprovision takes AMT's whole "
		    "setup away from %s, and only somebody at the machine can "
		    "set it up again: say --force", a->machine.name);
	(void)fprintf(stderr, "This takes AMT's whole setup away from %s, and "
	    "only somebody at the\nmachine can set it up again.  Type the "
	    "machine's name to go on: ", a->machine.name);
	if (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (strcmp(line, a->machine.name) == 0)
			return 0;
	}
	return err_set(e, ERR_NO, "%s: not unprovisioned", a->machine.name);
}

/* Nobody answers afterwards, so nothing is read again. */
int
cmd_unprovision(struct wsamt *a, int argc, char **argv, struct err *e)
{
	(void)argc, (void)argv;
	if (are_you_sure(a, e) == -1)
		return -1;
	return wsman_invoke(a->wsman, &unprovision, NULL,
	    (const struct ws_value[]){ { "ProvisioningMode",
	    .number = MODE_ENTERPRISE }, { .name = NULL } }, NULL, e);
}

/* Nobody can read it again. */
int
cmd_mebxpass(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct secret s = { 0 };
	int rc = -1;

	(void)argc;
	if (wsamt_secret(&s, argv[0], "mebxpass", e) == 0 &&
	    wsamt_check_password(&s, 8, 32, "mebxpass", e) == 0)
		rc = wsman_invoke(a->wsman, &set_password, NULL,
		    (const struct ws_value[]){ { "Password", .text = s.text },
		    { .name = NULL } }, NULL, e);
	secret_clear(&s);
	return rc;
}
