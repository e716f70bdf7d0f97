/* SPDX-License-Identifier: MIT */
/*
 * The screen: its password, all its settings in one view, and the consent of
 * the person in front of it.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/facts.h"
#include "wsamt/wsamt.h"

#define KVM "IPS_KVMRedirectionSettingData"
#define CONSENT "IPS_OptInService"
#define CODE_MOST 999999

/* ---- rfbpass -------------------------------------------------------------- */

static int
write_password(struct wsamt *a, const char *text, struct err *e)
{
	struct ws_doc *d;
	int rc;

	if (wsman_get(a->wsman, KVM, NULL, &d, e) == -1)
		return -1;
	rc = ws_set(ws_body(d), "RFBPassword", text, e);
	if (rc == 0)
		rc = wsman_put(a->wsman, ws_body(d), NULL, e);
	ws_doc_free(d);
	return rc;
}

/* Nobody can read it again. */
int
cmd_rfbpass(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct secret s = { 0 };
	int rc = -1;

	(void)argc;
	if (wsamt_secret(&s, argv[0], "rfbpass", e) == 0 &&
	    wsamt_check_password(&s, 8, 8, "rfbpass", e) == 0)
		rc = write_password(a, s.text, e);
	secret_clear(&s);
	return rc;
}

/* ---- kvm ---------------------------------------------------------------------- */

static const struct ws_word consent_words[] = {
	{ 0, "off" }, { 1, "kvm" }, { UINT32_MAX, "on" }, { 0, NULL }
};
static const struct fact facts[] = {
	{ "rfbservice", "CIM_KVMRedirectionSAP", NULL, "EnabledState",
	    FACT_STATE, NULL },
	{ "redirport", "AMT_RedirectionService", NULL, "ListenerEnabled",
	    FACT_BOOL, NULL },
	{ "rfbport", KVM, NULL, "Is5900PortEnabled", FACT_BOOL, NULL },
	{ "timeout", KVM, NULL, "SessionTimeout", FACT_TEXT, NULL },
	{ "allowed-by-bios", KVM, NULL, "EnabledByMEBx", FACT_BOOL, NULL },
	{ "screen", KVM, NULL, "DefaultScreen", FACT_TEXT, NULL },
	{ "double-buffer", KVM, NULL, "DoubleBufferEnabled", FACT_BOOL, NULL },
	{ "zlib", KVM, NULL, "ZlibControlSupported", FACT_BOOL, NULL },
	{ "grayscale", KVM, NULL, "GrayscalePixelFormatSupported", FACT_BOOL,
	    NULL },
	{ "optin", CONSENT, NULL, "OptInRequired", FACT_WORD, consent_words },
};

int
cmd_kvm(struct wsamt *a, int argc, char **argv, struct err *e)
{
	int rc;

	(void)argc, (void)argv;
	out_begin(&a->out);
	rc = facts_print(a, facts, sizeof facts / sizeof facts[0], e);
	out_end(&a->out);
	return rc;
}

/* ---- consent -------------------------------------------------------------------- */

static const struct ws_word why_consent[] = {
	{ 1, "internal error" },
	{ 2, "not possible in the present state" },
	{ 3, "blocked after too many wrong codes" },
	{ 4, "the code is wrong" },
	{ 0, NULL }
};
static const char *const consent_states[] = { "none", "requested",
    "displayed", "received", "in session" };
static const struct ws_field code_in[] = {
	{ "OptInCode", WS_UINT }, { NULL, WS_END }
};
static const struct ws_method
	start_consent = { .class = CONSENT, .name = "StartOptIn",
	    .why = why_consent },
	cancel_consent = { .class = CONSENT, .name = "CancelOptIn",
	    .why = why_consent },
	send_code = { .class = CONSENT, .name = "SendOptInCode",
	    .in = code_in, .why = why_consent };

enum { NONE, REQUESTED, DISPLAYED, RECEIVED, IN_SESSION, CONSENT_STATES };

static int
read_consent(struct wsamt *a, uint32_t *required, uint32_t *state,
    struct err *e)
{
	struct ws_doc *d;
	int rc = 0;

	if (wsman_get(a->wsman, CONSENT, NULL, &d, e) == -1)
		return -1;
	if (ws_get_uint(ws_body(d), "OptInRequired", required, e) == -1 ||
	    ws_get_uint(ws_body(d), "OptInState", state, e) == -1)
		rc = err_ctx(e, "%s", a->machine.name);
	else if (*state >= CONSENT_STATES)
		rc = err_set(e, ERR_PROTO, "%s: OptInState %u means nothing",
		    a->machine.name, (unsigned)*state);
	ws_doc_free(d);
	return rc;
}

static int
print_consent(struct wsamt *a, struct err *e)
{
	uint32_t required, state;

	if (read_consent(a, &required, &state, e) == -1)
		return -1;
	out_begin(&a->out);
	if (out_fact(&a->out, "needed", required == 0 ? "off" :
	    required == 1 ? "kvm" : "on", e) == -1 ||
	    out_fact(&a->out, "state", consent_states[state], e) == -1)
		return -1;
	out_end(&a->out);
	return 0;
}

/* Call a method, and see the consent in one of two states. */
static int
move_consent(struct wsamt *a, const struct ws_method *m,
    const struct ws_value *values, uint32_t wanted, uint32_t or_this,
    struct err *e)
{
	uint32_t required, before, after;

	if (read_consent(a, &required, &before, e) == -1)
		return -1;
	if (wanted == NONE && before == NONE) {
		log_info("%s: there is none to cancel", a->machine.name);
		return 0;
	}
	if (wsman_invoke(a->wsman, m, NULL, values, NULL, e) == -1)
		return e->kind == ERR_REFUSED && required == 0 ? err_more(e,
		    "; nothing needs consent: optin is off") : -1;
	if (read_consent(a, &required, &after, e) == -1)
		return -1;
	if (after != wanted && after != or_this)
		return wsamt_not_taken(a, "consent", consent_states[before],
		    consent_states[wanted], consent_states[after], e);
	if (after == REQUESTED)
		log_warn("%s: the code will be on the screen when the machine "
		    "is on", a->machine.name);
	return 0;
}

int
cmd_consent(struct wsamt *a, int argc, char **argv, struct err *e)
{
	long code;

	if (argc == 0 || strcmp(argv[0], "status") == 0)
		return print_consent(a, e);
	if (strcmp(argv[0], "start") == 0)
		return move_consent(a, &start_consent, NULL, DISPLAYED,
		    REQUESTED, e);
	if (strcmp(argv[0], "cancel") == 0)
		return move_consent(a, &cancel_consent, NULL, NONE, NONE, e);
	if (strspn(argv[0], "0123456789") != 6 || argv[0][6] != '\0' ||
	    opts_number(&code, argv[0], 0, CODE_MOST, "code", e) == -1)
		return err_set(e, ERR_USAGE, "consent: \"%s\" is neither "
		    "start, cancel, status nor the six digits on the screen",
		    argv[0]);
	return move_consent(a, &send_code, (const struct ws_value[]){
	    { "OptInCode", .number = (uint64_t)code }, { .name = NULL } },
	    RECEIVED, IN_SESSION, e);
}
