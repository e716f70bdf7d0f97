/* SPDX-License-Identifier: MIT */
/*
 * Services that a state change switches: webui, rfbservice.  The state is
 * read again afterwards.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/wsamt.h"

#define STATE_ENABLED 2
#define STATE_DISABLED 3
#define STATE_OFFLINE 6			/* enabled, and nobody there */

static const struct ws_field state_in[] = {
	{ "RequestedState", WS_UINT }, { NULL, WS_END }
};
static const struct row { const char *word, *class; } rows[] = {
	{ "webui", "AMT_WebUIService" },
	{ "rfbservice", "CIM_KVMRedirectionSAP" },
};

static int
fetch(struct wsamt *a, const struct row *r, bool *on, struct err *e)
{
	struct ws_doc *d;
	uint32_t state;
	int rc = -1;

	if (wsman_get(a->wsman, r->class, NULL, &d, e) == -1)
		return -1;
	if (ws_get_uint(ws_body(d), "EnabledState", &state, e) == -1)
		(void)err_ctx(e, "%s", a->machine.name);
	else if (state != STATE_ENABLED && state != STATE_DISABLED &&
	    state != STATE_OFFLINE)
		(void)err_set(e, ERR_PROTO, "%s: EnabledState of %s is %u, "
		    "which means nothing", a->machine.name, r->class,
		    (unsigned)state);
	else
		rc = 0;
	if (rc == 0)
		*on = state != STATE_DISABLED;
	ws_doc_free(d);
	return rc;
}

static int
change(struct wsamt *a, const struct row *r, bool on, struct err *e)
{
	const struct ws_method request = { .class = r->class,
	    .name = "RequestStateChange", .in = state_in,
	    .why = ws_why_state };
	bool after;

	if (wsman_invoke(a->wsman, &request, NULL, (const struct ws_value[]){
	    { "RequestedState", .number = on ? STATE_ENABLED :
	    STATE_DISABLED }, { .name = NULL } }, NULL, e) == -1 ||
	    fetch(a, r, &after, e) == -1)
		return -1;
	return after == on ? 0 : wsamt_not_taken(a, r->word, wsamt_word(!on),
	    wsamt_word(on), wsamt_word(after), e);
}

int
cmd_service(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct row *r = rows;
	bool on, now;

	while (strcmp(r->word, a->command) != 0)
		r++;
	if (argc > 0 && wsamt_on_off(&on, argv[0], r->word, e) == -1)
		return -1;
	if (fetch(a, r, &now, e) == -1)
		return -1;
	if (argc == 0)
		return out_value(&a->out, r->word, wsamt_word(now), e);
	if (now != on)
		return change(a, r, on, e);
	log_info("%s: %s is %s already", a->machine.name, r->word, argv[0]);
	return 0;
}
