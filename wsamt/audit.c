/* SPDX-License-Identifier: MIT */
/*
 * The audit log: see audit.h.  It is read from a record on, and gives as
 * many as the firmware pleases.
 */
#include <string.h>

#include "lib/log.h"
#include "wsamt/audit.h"
#include "wsamt/pem.h"

#define LOG "AMT_AuditLog"
#define ROUNDS_MOST 1000
#define RECORD_MAX 4096			/* bytes of one */

static const struct ws_field start_in[] = {
	{ "StartIndex", WS_UINT }, { NULL, WS_END }
};
static const struct ws_method read_records = { .class = LOG,
    .name = "ReadRecords", .in = start_in, .why = ws_why_pt, .reads = true };

/* The records of an answer that promises so many; a damaged one is told. */
static int
take(struct wsamt *a, const struct ws_node *out, uint32_t promised,
    audit_fn *fn, void *arg, struct err *e)
{
	const struct ws_node *n;
	struct audit v;
	struct buf bytes;
	uint32_t count = 0;
	int rc = 0;

	buf_init(&bytes, RECORD_MAX);
	for (n = ws_first(out); rc == 0 && n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), "EventRecords") != 0 ||
		    ws_text(n) == NULL)
			continue;
		count++;
		buf_clear(&bytes);
		if (base64_bytes(&bytes, ws_text(n), e) == 0 &&
		    audit_decode(&v, bytes.data, bytes.len, e) == 0)
			rc = fn(arg, &v, e);
		else
			log_warn("%s: a record of the audit log is left out: "
			    "%s", a->machine.name, e->text);
	}
	buf_clear(&bytes);
	if (rc == 0 && count != promised)
		rc = err_set(e, ERR_PROTO, "%s: the audit log promises %u "
		    "records and gives %u", a->machine.name,
		    (unsigned)promised, (unsigned)count);
	return rc;
}

/* From record start, 1 the oldest; *got of *total. */
static int
page(struct wsamt *a, uint32_t start, uint32_t *got, uint32_t *total,
    struct ws_doc **d, struct err *e)
{
	if (wsman_invoke(a->wsman, &read_records, NULL,
	    (const struct ws_value[]){ { "StartIndex", .number = start },
	    { .name = NULL } }, d, e) == -1)
		return -1;
	if (ws_get_uint(ws_body(*d), "TotalRecordCount", total, e) == -1 ||
	    ws_get_uint(ws_body(*d), "RecordsReturned", got, e) == -1)
		return err_ctx(e, "%s", a->machine.name);
	return 0;
}

int
audit_read(struct wsamt *a, uint32_t most, audit_fn *fn, void *arg,
    struct err *e)
{
	uint32_t start = 1, got = 0, total = 0;
	int rounds = 0, rc;
	struct ws_doc *d;

	do {
		d = NULL;
		rc = page(a, start, &got, &total, &d, e);
		if (rc == 0 && most > 0 && start == 1 && total > most) {
			start = total - most + 1;
			got = most;
		} else if (rc == 0) {
			rc = take(a, ws_body(d), got, fn, arg, e);
			start += got;
		}
		ws_doc_free(d);
		if (rc == 0 && ++rounds == ROUNDS_MOST)
			rc = err_set(e, ERR_PROTO, "%s: the audit log does "
			    "not end", a->machine.name);
	} while (rc == 0 && got > 0 && start <= total);
	return rc;
}
