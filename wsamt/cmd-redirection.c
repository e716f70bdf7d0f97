/* SPDX-License-Identifier: MIT */
/*
 * Redirection: redirport, sol, ider, solider.  RequestStateChange of
 * AMT_RedirectionService sets SOL and IDE-R at once, so the new state is
 * computed from the present one.  Nothing is written that is so already:
 * the firmware's memory wears.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/wsamt.h"

#define SERVICE "AMT_RedirectionService"
#define STATE_BASE 32768		/* + bits */
#define BIT_IDER 1u
#define BIT_SOL 2u

static const struct ws_field state_in[] = {
	{ "RequestedState", WS_UINT }, { NULL, WS_END }
};
static const struct ws_method request_state = {
	.class = SERVICE, .name = "RequestStateChange", .in = state_in,
	.why = ws_why_state,
};

/* EnabledState as bits.  2 and 3 are what some tools have put there. */
static int
state_bits(const struct wsamt *a, const struct ws_node *service,
    uint32_t *bits, struct err *e)
{
	uint32_t state;

	if (ws_get_uint(service, "EnabledState", &state, e) == -1)
		return err_ctx(e, "%s", a->machine.name);
	if (state == 2)
		*bits = BIT_IDER | BIT_SOL;
	else if (state == 3)
		*bits = 0;
	else if (state >= STATE_BASE && state <= STATE_BASE + 3)
		*bits = state - STATE_BASE;
	else
		return err_set(e, ERR_PROTO, "%s: EnabledState of " SERVICE
		    " is %u, which means nothing", a->machine.name,
		    (unsigned)state);
	return 0;
}

static int
read_bits(struct wsamt *a, uint32_t *bits, bool *listening, struct err *e)
{
	struct ws_doc *d;
	int rc;

	if (wsman_get(a->wsman, SERVICE, NULL, &d, e) == -1)
		return -1;
	rc = state_bits(a, ws_body(d), bits, e);
	if (rc == 0 && ws_get_bool(ws_body(d), "ListenerEnabled", listening,
	    e) == -1)
		rc = err_ctx(e, "%s", a->machine.name);
	ws_doc_free(d);
	return rc;
}

/* "sol,ider" of those that mask has */
static const char *
bits_text(uint32_t bits, uint32_t mask)
{
	static const char *const both[] = { "off", "ider", "sol", "sol,ider" };

	return mask == (BIT_SOL | BIT_IDER) ? both[bits & mask] :
	    wsamt_word(bits & mask);
}

static int
print_bits(struct wsamt *a, const char *word, uint32_t mask, uint32_t bits,
    struct err *e)
{
	if (mask != (BIT_SOL | BIT_IDER))
		return out_value(&a->out, word, wsamt_word(bits & mask), e);
	out_begin(&a->out);
	if (out_fact(&a->out, "sol", wsamt_word(bits & BIT_SOL), e) == -1 ||
	    out_fact(&a->out, "ider", wsamt_word(bits & BIT_IDER), e) == -1)
		return -1;
	out_end(&a->out);
	return 0;
}

/* Print or set the bits of mask; a change is read back. */
static int
service_bits(struct wsamt *a, const char *word, uint32_t mask, int argc,
    char **argv, struct err *e)
{
	uint32_t before, bits, want;
	bool listening, on;

	if (argc > 0 && wsamt_on_off(&on, argv[0], word, e) == -1)
		return -1;
	if (read_bits(a, &bits, &listening, e) == -1)
		return -1;
	if (argc == 0)
		return print_bits(a, word, mask, bits, e);
	if (on && !listening)
		log_warn("%s: nobody can connect while the redirection port "
		    "is closed: \"wsamt redirport on\" opens it",
		    a->machine.name);
	before = bits;
	want = on ? bits | mask : bits & ~mask;
	if (want == bits) {
		log_info("%s: %s is %s already", a->machine.name, word,
		    argv[0]);
		return 0;
	}
	if (wsman_invoke(a->wsman, &request_state, NULL,
	    (const struct ws_value[]){ { "RequestedState",
	    .number = STATE_BASE + want }, { .name = NULL } }, NULL, e) == -1 ||
	    read_bits(a, &bits, &listening, e) == -1)
		return -1;
	if (bits == want || wsamt_not_taken(a, word, bits_text(before, mask),
	    bits_text(want, mask), bits_text(bits, mask), e) == 0)
		return 0;
	return err_more(e, "; its BIOS may forbid it");
}

int
cmd_sol(struct wsamt *a, int argc, char **argv, struct err *e)
{
	return service_bits(a, "sol", BIT_SOL, argc, argv, e);
}

int
cmd_ider(struct wsamt *a, int argc, char **argv, struct err *e)
{
	return service_bits(a, "ider", BIT_IDER, argc, argv, e);
}

int
cmd_solider(struct wsamt *a, int argc, char **argv, struct err *e)
{
	return service_bits(a, "solider", BIT_SOL | BIT_IDER, argc, argv, e);
}

int
cmd_redirport(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_doc *d = NULL;
	uint32_t bits;
	bool on, now;
	int rc = -1;

	if (argc > 0 && wsamt_on_off(&on, argv[0], "redirport", e) == -1)
		return -1;
	if (wsman_get(a->wsman, SERVICE, NULL, &d, e) == -1)
		return -1;
	if (ws_get_bool(ws_body(d), "ListenerEnabled", &now, e) == -1) {
		(void)err_ctx(e, "%s", a->machine.name);
	} else if (argc == 0) {
		rc = out_value(&a->out, "redirport", wsamt_word(now), e);
	} else if (now == on) {
		log_info("%s: redirport is %s already", a->machine.name,
		    argv[0]);
		rc = 0;
	} else if (ws_set(ws_body(d), "ListenerEnabled", on ? "true" : "false",
	    e) == 0 && wsman_put(a->wsman, ws_body(d), NULL, e) == 0 &&
	    read_bits(a, &bits, &now, e) == 0) {
		rc = now == on ? 0 : wsamt_not_taken(a, "redirport",
		    wsamt_word(!on), argv[0], wsamt_word(now), e);
	}
	ws_doc_free(d);
	return rc;
}
