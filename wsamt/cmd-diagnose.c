/* SPDX-License-Identifier: MIT */
/*
 * diagnose: why is the console silent, the screen black, the machine not
 * reached.  Each check reads one or two classes and says what is wrong, and
 * the command that mends it; what the firmware does not have is no check.
 * Leaves out what cannot be asked: cables, switches, the system's drivers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wsamt/store.h"

#define REDIRECTION "AMT_RedirectionService"
#define KVM "IPS_KVMRedirectionSettingData"
#define TLS "AMT_TLSSettingData"
#define PORT "AMT_EthernetPortSettings"
#define CLOCK_MOST 60			/* seconds off that hurt nobody */
#define DAYS_LEFT 30			/* of a certificate, to be told */

/* What a check found; mend NULL: nothing is wrong. */
struct finding {
	char text[160];
	const char *mend;
};
enum { ABSENT = 1 };			/* no such class: no check */

static int
get(struct wsamt *a, const char *class, const char *instance,
    struct ws_doc **d, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = instance }, { .name = NULL }
	};

	if (wsman_get(a->wsman, class, instance != NULL ? key : NULL, d,
	    e) == 0)
		return 0;
	return wsman_absent(a->wsman) ? ABSENT : -1;
}

/* A number or a truth of one class. */
static int
get_number(struct wsamt *a, const char *class, const char *name, uint32_t *n,
    struct err *e)
{
	struct ws_doc *d;
	int rc = get(a, class, NULL, &d, e);

	if (rc != 0)
		return rc;
	rc = ws_child(ws_body(d), name) == NULL ? ABSENT :
	    ws_get_uint(ws_body(d), name, n, e);
	ws_doc_free(d);
	return rc;
}

static int
get_truth(struct wsamt *a, const char *class, const char *instance,
    const char *name, bool *on, struct err *e)
{
	struct ws_doc *d;
	int rc = get(a, class, instance, &d, e);

	if (rc != 0)
		return rc;
	rc = ws_child(ws_body(d), name) == NULL ? ABSENT :
	    ws_get_bool(ws_body(d), name, on, e);
	ws_doc_free(d);
	return rc;
}

static void
found(struct finding *f, const char *text, const char *mend)
{
	(void)snprintf(f->text, sizeof f->text, "%s", text);
	f->mend = mend;
}

/* ---- the checks ------------------------------------------------------------ */

static int
check_listener(struct wsamt *a, struct finding *f, struct err *e)
{
	bool on = true;
	int rc = get_truth(a, REDIRECTION, NULL, "ListenerEnabled", &on, e);

	if (rc == 0 && !on)
		found(f, "the port of serial console, disk and screen is "
		    "closed", "wsamt redirport on");
	return rc;
}

static int
check_sol(struct wsamt *a, struct finding *f, struct err *e)
{
	uint32_t state = 32771;
	int rc = get_number(a, REDIRECTION, "EnabledState", &state, e);

	if (rc == 0 && (state == 3 || state == 32768 || state == 32769))
		found(f, "the serial console is off", "wsamt sol on");
	return rc;
}

static int
check_screen(struct wsamt *a, struct finding *f, struct err *e)
{
	uint32_t state = 2;
	int rc = get_number(a, "CIM_KVMRedirectionSAP", "EnabledState",
	    &state, e);

	if (rc == 0 && state == 3)
		found(f, "the screen over the network is off",
		    "wsamt rfbservice on");
	return rc;
}

static int
check_bios(struct wsamt *a, struct finding *f, struct err *e)
{
	bool on = true;
	int rc = get_truth(a, KVM, NULL, "EnabledByMEBx", &on, e);

	if (rc == 0 && !on)
		found(f, "the screen is locked in the BIOS",
		    "at the machine: AMT's menu in its BIOS, KVM");
	return rc;
}

static int
check_consent(struct wsamt *a, struct finding *f, struct err *e)
{
	uint32_t required = 0, state = 0;
	int rc = get_number(a, "IPS_OptInService", "OptInRequired",
	    &required, e);

	if (rc == 0 && required != 0)
		rc = get_number(a, "IPS_OptInService", "OptInState", &state,
		    e);
	if (rc == 0 && required != 0 && state < 3)
		found(f, required == 1 ? "the screen opens only when the "
		    "person at the machine consents" : "screen, disk and boot "
		    "choice need the consent of the person at the machine",
		    "wsamt consent start");
	return rc;
}

static int
check_clock(struct wsamt *a, struct finding *f, struct err *e)
{
	static const struct ws_method get_time = {
		.class = "AMT_TimeSynchronizationService",
		.name = "GetLowAccuracyTimeSynch", .why = ws_why_pt,
		.reads = true };
	struct ws_doc *d;
	uint32_t t = 0;
	int64_t off;
	int rc = wsman_invoke(a->wsman, &get_time, NULL, NULL, &d, e);

	if (rc == 0)
		rc = ws_get_uint(ws_body(d), "Ta0", &t, e);
	else if (wsman_absent(a->wsman))
		rc = ABSENT;
	ws_doc_free(d);
	off = (int64_t)t - (int64_t)time(NULL);
	if (rc == 0 && llabs(off) > CLOCK_MOST) {
		(void)snprintf(f->text, sizeof f->text, "the clock is %lld "
		    "seconds %s; certificates are judged by it",
		    (long long)llabs(off), off > 0 ? "ahead" : "behind");
		f->mend = "wsamt timesync";
	}
	return rc;
}

/* Which certificate does TLS show, and how long? */
static void
judge_certs(struct finding *f, const struct store *s, const char *id)
{
	int64_t left;
	size_t i;

	for (i = 0; i < s->ncerts; i++) {
		if (strcmp(s->certs[i].id, id) != 0)
			continue;
		left = s->certs[i].cert.ends - time(NULL);
		if (left < 0)
			found(f, "the certificate of TLS is over",
			    "wsamt addcert and mktlsctx a new one");
		else if (left < (int64_t)DAYS_LEFT * 86400) {
			(void)snprintf(f->text, sizeof f->text, "the "
			    "certificate of TLS ends in %d days",
			    (int)(left / 86400));
			f->mend = "wsamt addcert and mktlsctx a new one";
		}
	}
}

static int
check_certificate(struct wsamt *a, struct finding *f, struct err *e)
{
	const struct ws_node *n, *cert;
	struct store *s = NULL;
	struct ws_list list;
	const char *id;
	size_t at = 0;
	bool on = false;
	int rc = get_truth(a, TLS, "Intel(r) AMT 802.3 TLS Settings",
	    "Enabled", &on, e);

	if (rc != 0 || !on)
		return rc;
	if (wsman_enumerate(a->wsman, "AMT_TLSCredentialContext", &list,
	    e) == -1)
		return wsman_absent(a->wsman) ? ABSENT : -1;
	if ((n = ws_list_next(&list, &at, NULL)) == NULL) {
		/* newer firmware shows one of its own */
	} else if ((cert = ws_child(n, "ElementInContext")) != NULL &&
	    (id = ws_key(cert, "InstanceID")) != NULL) {
		if ((s = store_read(a, e)) == NULL)
			rc = -1;
		else
			judge_certs(f, s, id);
	}
	store_free(s);
	ws_list_free(&list);
	return rc;
}

/* Of the link: whether it stays while the system is off. */
static int
check_link(struct wsamt *a, struct finding *f, struct err *e)
{
	const struct ws_node *n;
	bool stays = false, said = false, battery = false;
	struct ws_doc *d;
	int rc = get(a, PORT, "Intel(r) AMT Ethernet Port Settings 0", &d, e);

	if (rc != 0)
		return rc;
	for (n = ws_first(ws_body(d)); n != NULL; n = ws_next(n))
		if (strcmp(ws_name(n), "LinkPolicy") == 0 &&
		    ws_text(n) != NULL) {
			said = true;
			stays = stays || strcmp(ws_text(n), "14") == 0 ||
			    strcmp(ws_text(n), "224") == 0;
			battery = battery || strcmp(ws_text(n), "16") == 0;
		}
	ws_doc_free(d);
	if (said && !stays)
		found(f, "the link goes away when the system is off, and AMT "
		    "with it", battery ? "wsamt link s0-ac sx-ac s0-dc" :
		    "wsamt link s0-ac sx-ac");
	return 0;
}

static const struct check {
	const char *word;
	int (*run)(struct wsamt *a, struct finding *f, struct err *e);
} checks[] = {
	{ "port", check_listener }, { "console", check_sol },
	{ "screen", check_screen }, { "bios", check_bios },
	{ "consent", check_consent }, { "clock", check_clock },
	{ "certificate", check_certificate }, { "link", check_link },
};

int
cmd_diagnose(struct wsamt *a, int argc, char **argv, struct err *e)
{
	size_t i, wrong = 0;
	struct finding f;
	int rc;

	(void)argc, (void)argv;
	out_list(&a->out);
	for (i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		f = (struct finding){ .mend = NULL };
		rc = checks[i].run(a, &f, e);
		if (rc == -1)
			return -1;
		if (rc == ABSENT)
			continue;
		if (f.mend != NULL)
			wrong++;
		if (out_row(&a->out, (const struct out_cell[]){
		    { "check", checks[i].word, false },
		    { "finding", f.mend != NULL ? f.text : "ok", false },
		    { "mend", f.mend != NULL ? f.mend : "", false },
		    { NULL, NULL, false } }, e) == -1)
			return -1;
	}
	out_list_end(&a->out);
	return wrong == 0 ? 0 : err_set(e, ERR_NO, "%s: %zu of these would "
	    "keep somebody out", a->machine.name, wrong);
}
