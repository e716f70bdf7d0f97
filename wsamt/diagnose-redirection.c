/* SPDX-License-Identifier: MIT */
/*
 * diagnose, redirection: of console, disk and screen each, is it supported,
 * is it switched on, can it be reached, has somebody else got it; and what
 * makes a picture: power, a display, its size, consent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsamt/diagnose.h"

#define PIXELS_MOST (9216000 / 2)	/* of 16 bits; more and AMT hangs up */
#define SCREENS "IPS_ScreenSettingData"
#define SCREENS_MAX 4

/* ---- port and power ------------------------------------------------------- */

/* The port that amtterm and the others take, with the options given. */
static uint16_t
redirection_port(const struct diagnosis *d)
{
	const char *own = d->a->machine.set[CONF_REDIRECTION_PORT].value;
	long port = d->a->machine.trust.tls ? 16995 : 16994;
	struct err ignored;

	if (own != NULL)
		(void)opts_number(&port, own, 1, UINT16_MAX, "port", &ignored);
	return (uint16_t)port;
}

static int
check_port(struct diagnosis *d, struct err *e)
{
	uint16_t port = redirection_port(d);
	bool on = true;
	int rc = ask_truth(d, REDIRECTION, NULL, "ListenerEnabled", &on, e);

	if (rc != 0)
		return rc;
	if (!on)
		return found(d, FOUND_PORT_OFF, NULL, e, "%s", "");
	if (reached(d, port) == REACH_OPEN)
		return 0;
	return found(d, FOUND_PORT_LOST, NULL, e, "%u %s", port,
	    reached(d, port) == REACH_SILENT ? "is silent" : "is refused");
}

static int
ask_power(struct diagnosis *d, uint32_t *state, struct err *e)
{
	return ask_number(d, "CIM_AssociatedPowerManagementService",
	    "PowerState", state, e);
}

static int
check_power(struct diagnosis *d, struct err *e)
{
	uint32_t state = 2;
	int rc = ask_power(d, &state, e);

	if (rc != 0 || state == 2)
		return rc;
	return found(d, FOUND_POWER, NULL, e, "%s", state == 3 || state == 4 ?
	    "it sleeps" : state == 7 ? "it hibernates" : "it is off");
}

/* ---- console and disk ----------------------------------------------------- */

/* EnabledState: 32768 + 1 the disk + 2 the console; 2 and 3 all and none. */
static int
ask_enabled(struct diagnosis *d, uint32_t bit, bool *on, struct err *e)
{
	uint32_t state = 0;
	int rc = ask_number(d, REDIRECTION, "EnabledState", &state, e);

	*on = state == 2 || (state >= 32768 && ((state - 32768) & bit) != 0);
	return rc;
}

static int
say_busy(struct diagnosis *d, enum finding f, const struct session *s,
    struct err *e)
{
	if (s->user[0] == '\0')
		return found(d, f, NULL, e, "%s", "");
	return found(d, f, NULL, e, "%s%s%s, since %s UTC", s->user,
	    s->from[0] != '\0' ? " from " : "", s->from, s->since);
}

static int
check_busy(struct diagnosis *d, enum session_kind kind, enum finding f,
    struct err *e)
{
	if (!d->have_sessions && sessions_read(d->a, d->sessions, e) == -1)
		return -1;
	d->have_sessions = true;
	if (d->sessions[kind].state != SESSION_OPEN)
		return 0;
	return say_busy(d, f, &d->sessions[kind], e);
}

struct feature {
	const char *capability;		/* of AMT_BootCapabilities */
	uint32_t bit;
	enum session_kind kind;
	enum finding lacks, off, busy;
};

static int
check_feature(struct diagnosis *d, const struct feature *f, struct err *e)
{
	const struct ws_node *n;
	bool is = true;
	int rc = ask(d, "AMT_BootCapabilities", NULL, &n, e);

	if (rc == 0) {
		is = false;		/* what is not named is not there */
		if (ws_child(n, f->capability) != NULL)
			rc = ws_get_bool(n, f->capability, &is, e);
	}
	if (rc == -1)
		return -1;
	if (!is)
		return found(d, f->lacks, NULL, e, "%s", "");
	if ((rc = ask_enabled(d, f->bit, &is, e)) != 0)
		return rc;
	if (!is)
		return found(d, f->off, NULL, e, "%s", "");
	return check_busy(d, f->kind, f->busy, e);
}

static int
check_console(struct diagnosis *d, struct err *e)
{
	static const struct feature f = { "SOL", 2, SESSION_SOL, FOUND_NO_SOL,
	    FOUND_SOL_OFF, FOUND_SOL_BUSY };

	return check_feature(d, &f, e);
}

static int
check_disk(struct diagnosis *d, struct err *e)
{
	static const struct feature f = { "IDER", 1, SESSION_IDER,
	    FOUND_NO_IDER, FOUND_IDER_OFF, FOUND_IDER_BUSY };

	return check_feature(d, &f, e);
}

/* ---- screen --------------------------------------------------------------- */

static int
check_screen(struct diagnosis *d, struct err *e)
{
	uint32_t state = 2;
	bool allowed = true;
	int settings = ask_truth(d, KVM, NULL, "EnabledByMEBx", &allowed, e);
	int rc = settings == -1 ? -1 :
	    ask_number(d, ACCESS_POINT, "EnabledState", &state, e);

	if (settings == ABSENT && rc == ABSENT)
		return found(d, FOUND_NO_KVM, NULL, e, "%s", "");
	if (rc == -1)
		return -1;
	if (!allowed)
		return found(d, FOUND_KVM_LOCKED, NULL, e, "%s", "");
	if (state == 3)
		return found(d, FOUND_KVM_OFF, NULL, e, "%s", "");
	return check_busy(d, SESSION_KVM, FOUND_KVM_BUSY, e);
}

struct screen { bool active; uint32_t width, height; };

/* Arrays: the nth value of each name is of the nth screen. */
static size_t
read_screens(const struct ws_node *n, struct screen s[SCREENS_MAX])
{
	size_t i = 0, x = 0, y = 0;
	const char *text;

	for (n = ws_first(n); n != NULL; n = ws_next(n)) {
		if ((text = ws_text(n)) == NULL)
			continue;
		if (strcmp(ws_name(n), "IsActive") == 0 && i < SCREENS_MAX)
			s[i++].active = strcmp(text, "true") == 0 ||
			    strcmp(text, "1") == 0;
		if (strcmp(ws_name(n), "ResolutionX") == 0 && x < SCREENS_MAX)
			s[x++].width = (uint32_t)strtoul(text, NULL, 10);
		if (strcmp(ws_name(n), "ResolutionY") == 0 && y < SCREENS_MAX)
			s[y++].height = (uint32_t)strtoul(text, NULL, 10);
	}
	return i;
}

static int
judge_screens(struct diagnosis *d, const struct screen *s, size_t n,
    size_t shown, struct err *e)
{
	char number[24];
	size_t i;

	for (i = 0; i < n && !s[i].active; i++)
		;
	if (i == n)
		return found(d, FOUND_NO_DISPLAY, NULL, e, "%s", "");
	if (shown >= n || !s[shown].active) {
		(void)snprintf(number, sizeof number, "%zu", i);
		return found(d, FOUND_DARK, number, e, "%zu is shown", shown);
	}
	if ((uint64_t)s[shown].width * s[shown].height > PIXELS_MOST)
		return found(d, FOUND_TOO_LARGE, NULL, e, "%ux%u",
		    (unsigned)s[shown].width, (unsigned)s[shown].height);
	return 0;
}

/*
 * That DefaultScreen counts the screens as these arrays do is a guess; and
 * without power there is none to judge.
 */
static int
check_display(struct diagnosis *d, struct err *e)
{
	struct screen s[SCREENS_MAX] = { { false, 0, 0 } };
	uint32_t power = 2, shown = 0;
	const struct ws_node *n;
	size_t count;
	int rc = ask(d, SCREENS, NULL, &n, e);

	if (rc != 0)
		return rc;
	if (ask_power(d, &power, e) == -1 ||
	    ask_number(d, KVM, "DefaultScreen", &shown, e) == -1)
		return -1;
	count = read_screens(n, s);
	return power != 2 || count == 0 ? ABSENT :
	    judge_screens(d, s, count, shown, e);
}

/* ---- consent -------------------------------------------------------------- */

static int
check_consent(struct diagnosis *d, struct err *e)
{
	uint32_t required = 0, state = 0;
	int rc = ask_number(d, "IPS_OptInService", "OptInRequired", &required,
	    e);

	if (rc == 0 && required != 0)
		rc = ask_number(d, "IPS_OptInService", "OptInState", &state,
		    e);
	if (rc != 0 || required == 0 || state >= 3)
		return rc;
	return found(d, state == 0 ? FOUND_CONSENT : FOUND_CODE, NULL, e, "%s",
	    required == 1 ? "to the screen" : "to screen, disk and the choice "
	    "of the boot");
}

const struct check checks_redirection[] = {
	{ "port", check_port }, { "power", check_power },
	{ "console", check_console }, { "disk", check_disk },
	{ "screen", check_screen }, { "display", check_display },
	{ "consent", check_consent }, { NULL, NULL }
};
