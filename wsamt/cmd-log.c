/* SPDX-License-Identifier: MIT */
/*
 * log, auditlog.  The event log is read by an iterator that the firmware
 * counts in its own way, so what it says is handed back unread; after a
 * clearing it pads the log with empty records.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"
#include "wsamt/audit.h"
#include "wsamt/pem.h"

#define LOG "AMT_MessageLog"
#define RECORDS_MOST 390		/* of one answer */
#define ROUNDS_MOST 1000
#define ID_MAX 64

static const struct ws_word why_log[] = {
	{ 1, "not supported" }, { 2, "invalid record pointer" },
	{ 3, "no such record" }, { 0, NULL }
};
static const struct ws_field records_in[] = {
	{ "IterationIdentifier", WS_TEXT }, { "MaxReadRecords", WS_UINT },
	{ NULL, WS_END }
};
static const struct ws_field freeze_in[] = {
	{ "Freeze", WS_BOOL }, { NULL, WS_END }
};
static const struct ws_method
	first_record = { .class = LOG, .name = "PositionToFirstRecord",
	    .why = why_log, .reads = true },
	get_records = { .class = LOG, .name = "GetRecords",
	    .in = records_in, .why = why_log, .reads = true },
	clear_log = { .class = LOG, .name = "ClearLog", .why = ws_why_pt },
	freeze_log = { .class = LOG, .name = "FreezeLog", .in = freeze_in,
	    .why = ws_why_pt };

/* In text; NULL: not known. */
static const char *
date(char text[32], uint32_t seconds)
{
	time_t t = seconds;
	struct tm tm;

	if (seconds == 0 || seconds == UINT32_MAX ||
	    gmtime_r(&t, &tm) == NULL ||
	    strftime(text, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return NULL;
	return text;
}

/* ---- event log ------------------------------------------------------------------ */

static int
print_event(struct wsamt *a, const struct buf *bytes, struct err *e)
{
	struct event v;
	char when[32];

	if (event_decode(&v, bytes->data, bytes->len, e) == -1)
		return -1;
	if (v.empty)
		return 0;
	return out_row(&a->out, (const struct out_cell[]){
	    { "time", date(when, v.time), false },
	    { "severity", v.severity, false }, { "entity", v.entity, false },
	    { "event", v.text, false },
	    { NULL, NULL, false } }, e);
}

/* All records of an answer. */
static int
print_events(struct wsamt *a, const struct ws_node *out, struct err *e)
{
	const struct ws_node *n;
	struct buf bytes;
	int rc = 0;

	buf_init(&bytes, 4096);
	for (n = ws_first(out); rc == 0 && n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), "RecordArray") != 0 ||
		    ws_text(n) == NULL)
			continue;
		buf_clear(&bytes);
		rc = base64_bytes(&bytes, ws_text(n), e);
		if (rc == 0)
			rc = print_event(a, &bytes, e);
		if (rc == -1)
			(void)err_ctx(e, "%s", a->machine.name);
	}
	buf_clear(&bytes);
	return rc;
}

/* 1: an iterator; 0: the log is empty. */
static int
position(struct wsamt *a, char id[ID_MAX], struct err *e)
{
	uint32_t value = 0;
	struct ws_doc *d;
	struct err other;
	const char *text;
	int rc = wsman_invoke(a->wsman, &first_record, NULL, NULL, &d, e);

	if (rc == -1 && d != NULL && ws_return_value(d, &first_record,
	    &value, &other) == -1 && value == 2)
		rc = 0;
	else if (rc == 0 && (rc = ws_get_text(ws_body(d),
	    "IterationIdentifier", &text, e)) == 0)
		rc = snprintf(id, ID_MAX, "%s", text) < ID_MAX ? 1 :
		    err_set(e, ERR_PROTO, "%s: an iterator too long",
		    a->machine.name);
	ws_doc_free(d);
	return rc;
}

/* Prints one answer; 1: there is more, and id says where. */
static int
print_some(struct wsamt *a, char id[ID_MAX], struct err *e)
{
	const char *text;
	struct ws_doc *d;
	bool last = true;
	int rc;

	rc = wsman_invoke(a->wsman, &get_records, NULL,
	    (const struct ws_value[]){ { "IterationIdentifier", .text = id },
	    { "MaxReadRecords", .number = RECORDS_MOST }, { .name = NULL } },
	    &d, e);
	if (rc == 0)
		rc = print_events(a, ws_body(d), e);
	if (rc == 0 && ws_get_bool(ws_body(d), "NoMoreRecords", &last,
	    e) == -1)
		rc = err_ctx(e, "%s", a->machine.name);
	if (rc == 0 && !last) {
		rc = ws_get_text(ws_body(d), "IterationIdentifier", &text, e);
		if (rc == 0 && (strcmp(text, id) == 0 ||
		    strlen(text) >= ID_MAX))
			rc = err_set(e, ERR_PROTO, "%s: the log does not go on",
			    a->machine.name);
		if (rc == 0)
			rc = snprintf(id, ID_MAX, "%s", text) > 0 ? 1 : 0;
	}
	ws_doc_free(d);
	return rc;
}

static int
print_log(struct wsamt *a, struct err *e)
{
	char id[ID_MAX];
	int rc, rounds;

	out_list(&a->out);
	rc = position(a, id, e);
	for (rounds = 0; rc == 1 && rounds < ROUNDS_MOST; rounds++)
		rc = print_some(a, id, e);
	out_list_end(&a->out);
	return rc == 1 ? err_set(e, ERR_PROTO, "%s: the log does not end",
	    a->machine.name) : rc;
}

static int
read_state(struct wsamt *a, uint32_t *records, bool *frozen, struct err *e)
{
	struct ws_doc *d;
	int rc = 0;

	if (wsman_get(a->wsman, LOG, NULL, &d, e) == -1)
		return -1;
	if (ws_get_uint(ws_body(d), "CurrentNumberOfRecords", records,
	    e) == -1 || ws_get_bool(ws_body(d), "IsFrozen", frozen, e) == -1)
		rc = err_ctx(e, "%s", a->machine.name);
	ws_doc_free(d);
	return rc;
}

/* New events may come at once. */
static int
clear(struct wsamt *a, struct err *e)
{
	char was[16], is[16];
	uint32_t before, after;
	bool frozen;

	if (read_state(a, &before, &frozen, e) == -1)
		return -1;
	if (before == 0) {
		log_info("%s: the log is empty already", a->machine.name);
		return 0;
	}
	if (wsman_invoke(a->wsman, &clear_log, NULL, NULL, NULL, e) == -1 ||
	    read_state(a, &after, &frozen, e) == -1)
		return -1;
	if (after < before)
		return 0;
	(void)snprintf(was, sizeof was, "%u", (unsigned)before);
	(void)snprintf(is, sizeof is, "%u", (unsigned)after);
	return wsamt_not_taken(a, "the number of records", was, "0", is, e);
}

static int
freeze(struct wsamt *a, const char *text, struct err *e)
{
	bool on, before, after;
	uint32_t records;

	if (text != NULL && wsamt_on_off(&on, text, "log freeze", e) == -1)
		return -1;
	if (read_state(a, &records, &before, e) == -1)
		return -1;
	if (text == NULL)
		return out_value(&a->out, "frozen", wsamt_word(before), e);
	if (on == before) {
		log_info("%s: that is so already", a->machine.name);
		return 0;
	}
	if (wsman_invoke(a->wsman, &freeze_log, NULL,
	    (const struct ws_value[]){ { "Freeze", .flag = on },
	    { .name = NULL } }, NULL, e) == -1 ||
	    read_state(a, &records, &after, e) == -1)
		return -1;
	return after == on ? 0 : wsamt_not_taken(a, "log freeze",
	    wsamt_word(before), text, wsamt_word(after), e);
}

int
cmd_log(struct wsamt *a, int argc, char **argv, struct err *e)
{
	if (argc == 0)
		return print_log(a, e);
	if (strcmp(argv[0], "freeze") == 0)
		return freeze(a, argc > 1 ? argv[1] : NULL, e);
	if (strcmp(argv[0], "clear") != 0 || argc > 1)
		return err_set(e, ERR_USAGE, "log: it is \"log\", \"log "
		    "clear\" or \"log freeze on|off\"");
	return clear(a, e);
}

/* ---- audit log --------------------------------------------------------------------- */

static int
print_audit(void *arg, const struct audit *v, struct err *e)
{
	struct wsamt *a = arg;
	char when[32];

	return out_row(&a->out, (const struct out_cell[]){
	    { "time", date(when, v->time), false }, { "user", v->who, false },
	    { "from", *v->where != '\0' ? v->where : NULL, false },
	    { "event", v->what, false },
	    { NULL, NULL, false } }, e);
}

int
cmd_auditlog(struct wsamt *a, int argc, char **argv, struct err *e)
{
	int rc;

	(void)argc, (void)argv;
	out_list(&a->out);
	rc = audit_read(a, 0, print_audit, a, e);
	out_list_end(&a->out);
	return rc;
}
