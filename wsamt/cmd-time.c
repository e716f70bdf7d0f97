/* SPDX-License-Identifier: MIT */
/*
 * The controller's clock: timesync, localtime.  The clock is asked (Ta0) and
 * told what ours showed when the answer came (Tm1) and shows now (Tm2), from
 * which the firmware works out the way between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"
#include "wsamt/wsamt.h"

#define SERVICE "AMT_TimeSynchronizationService"
#define CLOSE_ENOUGH 2			/* seconds; both clocks are cut off */
#define LOCAL_OFF 2			/* LocalTimeSyncEnabled: 0, 1 are on */

static const struct ws_field set_in[] = {
	{ "Ta0", WS_UINT }, { "Tm1", WS_UINT }, { "Tm2", WS_UINT },
	{ NULL, WS_END }
};
static const struct ws_field enable_in[] = {
	{ "Enable", WS_BOOL }, { NULL, WS_END }
};
static const struct ws_method
	get_time = { .class = SERVICE, .name = "GetLowAccuracyTimeSynch",
	    .why = ws_why_pt, .reads = true },
	set_time = { .class = SERVICE, .name = "SetHighAccuracyTimeSynch",
	    .in = set_in, .why = ws_why_pt },
	enable_local = { .class = SERVICE, .name = "EnableLocalTimeSync",
	    .in = enable_in, .why = ws_why_pt };

struct times { uint32_t ta0, tm1; };

static int
ask(struct wsamt *a, struct times *t, struct err *e)
{
	struct ws_doc *d;
	int rc = -1;

	if (wsman_invoke(a->wsman, &get_time, NULL, NULL, &d, e) == -1)
		goto out;
	t->tm1 = (uint32_t)time(NULL);
	rc = ws_get_uint(ws_body(d), "Ta0", &t->ta0, e);
	if (rc == -1)
		(void)err_ctx(e, "%s", a->machine.name);
 out:
	ws_doc_free(d);
	return rc;
}

static int64_t
offset(const struct times *t)
{
	return (int64_t)t->ta0 - (int64_t)t->tm1;
}

static int
print_offset(struct wsamt *a, const char *name, int64_t seconds,
    struct err *e)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%lld", (long long)seconds);
	return out_fact(&a->out, name, text, e);
}

int
cmd_timesync(struct wsamt *a, int argc, char **argv, struct err *e)
{
	char was[32], is[32];
	struct times before, after;

	(void)argc, (void)argv;
	if (ask(a, &before, e) == -1)
		return -1;
	after = before;
	if (llabs(offset(&before)) > CLOSE_ENOUGH) {
		if (wsman_invoke(a->wsman, &set_time, NULL,
		    (const struct ws_value[]){ { "Ta0", .number = before.ta0 },
		    { "Tm1", .number = before.tm1 },
		    { "Tm2", .number = (uint32_t)time(NULL) },
		    { .name = NULL } }, NULL, e) == -1 ||
		    ask(a, &after, e) == -1)
			return -1;
	} else {
		log_info("%s: the clock is right", a->machine.name);
	}
	(void)snprintf(was, sizeof was, "off by %lld s",
	    (long long)offset(&before));
	(void)snprintf(is, sizeof is, "off by %lld s",
	    (long long)offset(&after));
	if (llabs(offset(&after)) > CLOSE_ENOUGH)
		return wsamt_not_taken(a, "the clock", was, "0 s", is, e);
	out_begin(&a->out);
	if (print_offset(a, "before", offset(&before), e) == -1 ||
	    print_offset(a, "after", offset(&after), e) == -1)
		return -1;
	out_end(&a->out);
	return 0;
}

static int
read_local(struct wsamt *a, bool *on, struct err *e)
{
	struct ws_doc *d;
	uint32_t value;
	int rc = -1;

	if (wsman_get(a->wsman, SERVICE, NULL, &d, e) == -1)
		return -1;
	if (ws_child(ws_body(d), "LocalTimeSyncEnabled") == NULL)
		(void)err_set(e, ERR_REFUSED, "%s: this firmware does not have "
		    "localtime", a->machine.name);
	else if ((rc = ws_get_uint(ws_body(d), "LocalTimeSyncEnabled", &value,
	    e)) == -1)
		(void)err_ctx(e, "%s", a->machine.name);
	else
		*on = value != LOCAL_OFF;
	ws_doc_free(d);
	return rc;
}

int
cmd_localtime(struct wsamt *a, int argc, char **argv, struct err *e)
{
	bool on, before, after;

	if (argc > 0 && wsamt_on_off(&on, argv[0], "localtime", e) == -1)
		return -1;
	if (read_local(a, &before, e) == -1)
		return -1;
	if (argc == 0)
		return out_value(&a->out, "localtime", wsamt_word(before), e);
	if (on == before) {
		log_info("%s: localtime is %s already", a->machine.name,
		    argv[0]);
		return 0;
	}
	if (wsman_invoke(a->wsman, &enable_local, NULL,
	    (const struct ws_value[]){ { "Enable", .flag = on },
	    { .name = NULL } }, NULL, e) == -1 ||
	    read_local(a, &after, e) == -1)
		return -1;
	return after == on ? 0 : wsamt_not_taken(a, "localtime",
	    wsamt_word(before), argv[0], wsamt_word(after), e);
}
