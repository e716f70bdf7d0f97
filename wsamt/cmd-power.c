/* SPDX-License-Identifier: MIT */
/*
 * power: print the state, or request one and, with --wait, see it reached.
 * The firmware takes orders that make no sense, says 0 and does nothing (a
 * reset of a machine that is off), so the state is looked at first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "wsamt/wsamt.h"

#define WAIT_MS (120 * 1000)		/* unless --timeout */
#define POLL_FIRST_MS 50		/* then doubling */
#define POLL_MOST_MS 2000
#define NOTICE_MS 2000			/* longer is explained on a terminal */
#define LEAVE_MS 10000			/* an order has begun by then */

enum state { STATE_UNKNOWN, STATE_ON, STATE_SLEEP, STATE_HIBERNATE, STATE_OFF };

/* CIM power states as they are read. */
static const struct { uint32_t number; enum state state; } states[] = {
	{ 2, STATE_ON }, { 3, STATE_SLEEP }, { 4, STATE_SLEEP },
	{ 6, STATE_OFF }, { 7, STATE_HIBERNATE }, { 8, STATE_OFF },
	{ 9, STATE_OFF }, { 12, STATE_OFF }, { 13, STATE_OFF },
};
static const char *const state_words[] = { "unknown", "on", "sleep",
    "hibernate", "off" };

/* And as they are requested.  needs_on: does nothing to a machine that is off */
static const struct order {
	uint32_t number;
	const char *word;
	enum state reached;		/* STATE_UNKNOWN: stays as it is */
	bool needs_on;
	bool closes;			/* refused during redirection */
	bool leaves;			/* is off in between */
} orders[] = {
	{ 2, "on", STATE_ON, false, false, false },
	{ 4, "sleep", STATE_SLEEP, true, false, false },
	{ 5, "cycle", STATE_ON, true, true, true },
	{ 7, "hibernate", STATE_HIBERNATE, true, false, false },
	{ 8, "off", STATE_OFF, false, true, false },
	{ 10, "reset", STATE_ON, true, false, false },
	{ 11, "nmi", STATE_UNKNOWN, true, false, false },
	{ 12, "soft-off", STATE_OFF, false, true, false },
	{ 14, "soft-reset", STATE_ON, true, false, false },
};
#define NORDERS (sizeof orders / sizeof orders[0])

static const struct ws_field power_in[] = {	/* class model order */
	{ "PowerState", WS_UINT }, { "ManagedElement", WS_EPR },
	{ NULL, WS_END }
};
static const struct ws_method power_request = {
	.class = "CIM_PowerManagementService",
	.name = "RequestPowerStateChange", .in = power_in,
	.why = ws_why_state,
};
static const struct ws_selector system_keys[] = {
	{ .name = "CreationClassName", .value = "CIM_ComputerSystem" },
	{ .name = "Name", .value = "ManagedSystem" }, { .name = NULL }
};
static const struct ws_epr managed_system = { "CIM_ComputerSystem",
    system_keys };

static const struct order *
find_order(const char *text, struct err *e)
{
	char number[16];
	size_t i;

	for (i = 0; i < NORDERS; i++) {
		(void)snprintf(number, sizeof number, "%u",
		    (unsigned)orders[i].number);
		if (strcmp(text, orders[i].word) == 0 ||
		    strcmp(text, number) == 0)
			return &orders[i];
	}
	(void)err_set(e, ERR_USAGE, "\"%s\" is no power state:", text);
	for (i = 0; i < NORDERS; i++)
		(void)err_more(e, "%s %s (%u)", i > 0 ? "," : "",
		    orders[i].word, (unsigned)orders[i].number);
	return NULL;
}

/* ---- reading ------------------------------------------------------------------ */

struct power {
	enum state state;
	uint32_t number;
	char possible[160];		/* "reset, off"; "" when not said */
};

static void
read_possible(struct power *p, const struct ws_node *n)
{
	const struct ws_node *child;
	size_t i, len = 0;

	for (child = ws_first(n); child != NULL; child = ws_next(child)) {
		if (strcmp(ws_name(child), "AvailableRequestedPowerStates") !=
		    0 || ws_text(child) == NULL)
			continue;
		for (i = 0; i < NORDERS && len < sizeof p->possible; i++)
			if (strtoul(ws_text(child), NULL, 10) ==
			    orders[i].number)
				len += (size_t)snprintf(p->possible + len,
				    sizeof p->possible - len, "%s%s",
				    len > 0 ? ", " : "", orders[i].word);
	}
}

static int
read_node(struct wsamt *a, struct power *p, const struct ws_node *n,
    struct err *e)
{
	size_t i;

	*p = (struct power){ 0 };
	if (ws_get_uint(n, "PowerState", &p->number, e) == -1)
		return err_ctx(e, "%s", a->machine.name);
	for (i = 0; i < sizeof states / sizeof states[0]; i++)
		if (states[i].number == p->number)
			p->state = states[i].state;
	read_possible(p, n);
	return 0;
}

/* Old firmware has the association only in a list of its super class. */
static int
read_from_list(struct wsamt *a, struct power *p, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;
	int rc;

	if (wsman_enumerate(a->wsman, "CIM_ServiceAvailableToElement", &list,
	    e) == -1)
		return -1;
	while ((n = ws_list_next(&list, &at, n)) != NULL &&
	    ws_child(n, "PowerState") == NULL)
		;
	rc = n != NULL ? read_node(a, p, n, e) : err_set(e, ERR_PROTO,
	    "%s: the machine does not say its power state", a->machine.name);
	ws_list_free(&list);
	return rc;
}

static int
read_power(struct wsamt *a, struct power *p, struct err *e)
{
	struct ws_doc *d;
	int rc;

	if (wsman_get(a->wsman, "CIM_AssociatedPowerManagementService", NULL,
	    &d, e) == -1)
		return wsman_absent(a->wsman) ? read_from_list(a, p, e) : -1;
	rc = read_node(a, p, ws_body(d), e);
	ws_doc_free(d);
	return rc;
}

/* ---- waiting ------------------------------------------------------------------ */

/* A machine that goes down or up may be deaf for a moment: ask on. */
static int
wait_for(struct wsamt *a, const struct order *o, struct err *e)
{
	int64_t start = loop_now_ms(), pause = POLL_FIRST_MS, now;
	int64_t limit = a->machine.timeout_ms >= 0 ? a->machine.timeout_ms :
	    WAIT_MS;
	bool noticed = a->sink != NULL || !isatty(STDERR_FILENO), left = !o->leaves, heard;
	struct power p = { 0 };

	wsman_read_only(a->wsman, true);
	wsman_explain(a->wsman, false);		/* it is said here */
	for (;;) {
		heard = read_power(a, &p, e) == 0;
		now = loop_now_ms();
		/* "on" may be the state before a cycle, or after it. */
		left = left || (heard && p.state != o->reached) ||
		    now - start >= LEAVE_MS;
		if (heard && left && p.state == o->reached)
			return 0;
		if (!heard && e->kind != ERR_NET)
			return -1;
		if (now - start >= limit)
			break;
		if (!noticed && now - start >= NOTICE_MS) {
			log_warn("waiting until %s is %s", a->machine.name,
			    state_words[o->reached]);
			noticed = true;
		}
		if (pause > limit - (now - start))
			pause = limit - (now - start);
		if (wsamt_rest(a, pause, e) == -1)
			return -1;
		pause = pause * 2 < POLL_MOST_MS ? pause * 2 : POLL_MOST_MS;
	}
	if (!heard)
		return err_more(e, "; gave up waiting for %s after %g s",
		    state_words[o->reached], (double)limit / 1000);
	return err_set(e, ERR_NO, "%s: still %s after %g s%s",
	    a->machine.name, state_words[p.state], (double)limit / 1000,
	    o->number == 12 ? "; \"wsamt power off\" switches off without "
	    "asking the system" : "");
}

/* ---- setting ------------------------------------------------------------------- */

static int
request(struct wsamt *a, const struct order *o, const struct power *p,
    struct err *e)
{
	struct ws_doc *d;
	uint32_t value = 0;
	struct err ignored;
	int rc = wsman_invoke(a->wsman, &power_request, NULL,
	    (const struct ws_value[]){
		{ "PowerState", .number = o->number },
		{ "ManagedElement", .epr = &managed_system },
		{ .name = NULL }
	    }, &d, e);

	if (rc == -1 && e->kind == ERR_REFUSED && d != NULL) {
		(void)ws_return_value(d, &power_request, &value, &ignored);
		if (value == 2 && o->closes)
			(void)err_more(e, "; AMT does not switch off while a "
			    "serial console, remote disk or screen is open: "
			    "close it first");
		else if (p->possible[0] != '\0')
			(void)err_more(e, "; possible now: %s", p->possible);
	}
	ws_doc_free(d);
	return rc;
}

static int
set_power(struct wsamt *a, const struct order *o, struct err *e)
{
	const char *host = a->machine.name;
	struct power p;

	if (a->wait && o->reached == STATE_UNKNOWN)
		return err_set(e, ERR_USAGE, "--wait: %s reaches no state to "
		    "wait for", o->word);
	if (read_power(a, &p, e) == -1)
		return -1;
	if (!o->needs_on && p.state == o->reached) {
		log_info("%s: is %s already", host, state_words[p.state]);
		return 0;
	}
	if (o->needs_on && (p.state == STATE_OFF ||
	    p.state == STATE_HIBERNATE))
		return err_set(e, ERR_REFUSED, "%s: %s needs a machine that "
		    "is on, and it is %s: \"wsamt power on\" starts it", host,
		    o->word, p.state == STATE_OFF ? "off" : "hibernated");
	if (request(a, o, &p, e) == -1)
		return -1;
	return a->wait ? wait_for(a, o, e) : 0;
}

int
cmd_power(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct order *o;
	struct power p;
	char text[32];

	if (argc > 0)
		return (o = find_order(argv[0], e)) != NULL ?
		    set_power(a, o, e) : -1;
	if (read_power(a, &p, e) == -1)
		return -1;
	if (p.state != STATE_UNKNOWN)
		return out_value(&a->out, "power", state_words[p.state], e);
	(void)snprintf(text, sizeof text, "unknown (%u)", (unsigned)p.number);
	return out_value(&a->out, "power", text, e);
}
