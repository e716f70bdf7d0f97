/* SPDX-License-Identifier: MIT */
/*
 * --dry-run: orders in words instead of sent.  Of a Put only what it changes
 * is said, for which the present instance is read.  Secrets are masked, and
 * what is long is counted.
 */
#include <stdio.h>
#include <string.h>

#include "wsamt/wsamt.h"

#define VALUE_SHOWN 80			/* characters */
#define ORDER_MAX 4096

static int add_keys(struct buf *out, const struct ws_selector *s,
    struct err *e);

static int
add_epr(struct buf *out, const struct ws_epr *epr, struct err *e)
{
	if (buf_addf(out, e, "%s", epr->class) == -1)
		return -1;
	return epr->selectors != NULL ? add_keys(out, epr->selectors, e) : 0;
}

/* "?KEY=VALUE,KEY=VALUE" */
static int
add_keys(struct buf *out, const struct ws_selector *s, struct err *e)
{
	const char *sep = "?";

	for (; s->name != NULL; s++, sep = ",")
		if (buf_addf(out, e, "%s%s=%s", sep, s->name,
		    s->epr == NULL ? s->value : "") == -1 ||
		    (s->epr != NULL && add_epr(out, s->epr, e) == -1))
			return -1;
	return 0;
}

static int
add_text(struct buf *out, const char *name, const char *text, struct err *e)
{
	size_t n = strlen(text);

	if (ws_is_secret(name))
		return buf_addf(out, e, "(secret)");
	if (n > VALUE_SHOWN)
		return buf_addf(out, e, "(%zu characters)", n);
	return buf_addf(out, e, "%s", text);
}

static int add_values(struct buf *out, const char *before,
    const struct ws_field *f, const struct ws_value *values, struct err *e);

static int
add_value(struct buf *out, const char *before, enum ws_type type,
    const struct ws_value *v, struct err *e)
{
	char inside[WS_NAME_MAX];

	if (type == WS_EMBEDDED) {
		(void)snprintf(inside, sizeof inside, "%s%s.", before,
		    v->name);
		return add_values(out, inside, v->instance->fields,
		    v->instance->values, e);
	}
	if (buf_addf(out, e, " %s%s=", before, v->name) == -1)
		return -1;
	switch (type) {
	case WS_UINT:
		return ws_is_secret(v->name) ? add_text(out, v->name, "", e) :
		    buf_addf(out, e, "%llu", (unsigned long long)v->number);
	case WS_BOOL:
		return buf_addf(out, e, "%s", v->flag ? "true" : "false");
	case WS_EPR:
		return add_epr(out, v->epr, e);
	case WS_TEXT:
	case WS_EMBEDDED:
	case WS_DATETIME:
	case WS_INTERVAL:
	case WS_END:
		break;
	}
	return add_text(out, v->name, v->text, e);
}

/* before: of members of an instance, its name and a dot. */
static int
add_values(struct buf *out, const char *before, const struct ws_field *f,
    const struct ws_value *values, struct err *e)
{
	const struct ws_value *v;

	for (; f != NULL && f->type != WS_END; f++)
		for (v = values; v != NULL && v->name != NULL; v++)
			if (strcmp(v->name, f->name) == 0 &&
			    add_value(out, before, f->type, v, e) == -1)
				return -1;
	return 0;
}

/* All values of a property, "a,b"; nothing when it is not there. */
static int
join(struct buf *out, const struct ws_node *instance, const char *name,
    struct err *e)
{
	const struct ws_node *n;
	struct buf one;
	int rc = 0;

	buf_init(&one, WS_MESSAGE_MAX);
	for (n = ws_first(instance); rc == 0 && n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), name) != 0)
			continue;
		if (one.len > 0)
			rc = buf_add(&one, ",", 1, e);
		if (rc == 0)
			rc = ws_value_text(&one, n, e);
	}
	if (rc == 0 && buf_add(&one, "", 1, e) == 0)
		rc = add_text(out, name, (const char *)one.data, e);
	buf_clear(&one);
	return rc;
}

/* What cannot be read comes back empty and is not sent back so. */
static bool
new_secret(const struct ws_node *now, const struct ws_node *then)
{
	const struct ws_node *old = ws_child(now, ws_name(then));
	const char *a = old != NULL ? ws_text(old) : NULL;
	const char *b = ws_text(then);

	return b != NULL && *b != '\0' && (a == NULL || strcmp(a, b) != 0);
}

/* " NAME OLD -> NEW" of what differs. */
static int
add_changes(struct buf *out, const struct ws_node *now,
    const struct ws_node *then, struct err *e)
{
	const struct ws_node *n, *last = NULL;
	struct buf a, b;
	int rc = 0;

	buf_init(&a, ORDER_MAX);
	buf_init(&b, ORDER_MAX);
	for (n = ws_first(then); rc == 0 && n != NULL; last = n,
	    n = ws_next(n)) {
		if (last != NULL && strcmp(ws_name(n), ws_name(last)) == 0)
			continue;
		buf_clear(&a);
		buf_clear(&b);
		rc = join(&a, now, ws_name(n), e) == -1 ||
		    join(&b, then, ws_name(n), e) == -1 ? -1 : 0;
		if (rc == 0 && (ws_is_secret(ws_name(n)) ? new_secret(now, n) :
		    a.len != b.len || memcmp(a.data, b.data, a.len) != 0))
			rc = buf_addf(out, e, " %s %.*s -> %.*s", ws_name(n),
			    (int)a.len, (const char *)a.data, (int)b.len,
			    (const char *)b.data);
	}
	buf_clear(&a);
	buf_clear(&b);
	return rc;
}

static int
add_put(struct wsamt *a, struct buf *out, const struct ws_request *r,
    struct err *e)
{
	struct ws_doc *d;
	int rc;

	if (r->instance == NULL)
		return add_values(out, "", r->fields, r->values, e);
	if (wsman_get(a->wsman, r->class, r->selectors, &d, e) == -1)
		return -1;
	rc = add_changes(out, ws_body(d), r->instance, e);
	ws_doc_free(d);
	return rc;
}

int
wsamt_say_order(void *arg, const struct ws_request *r, struct err *e)
{
	char what[2 * WS_NAME_MAX];
	struct wsamt *a = arg;
	struct buf out;
	int rc;

	buf_init(&out, ORDER_MAX);
	rc = buf_addf(&out, e, "%s", ws_describe(r, what, sizeof what));
	if (rc == 0 && r->selectors != NULL)
		rc = add_keys(&out, r->selectors, e);
	if (rc == 0 && r->op == WS_INVOKE)
		rc = add_values(&out, "", r->method->in, r->values, e);
	else if (rc == 0 && r->op == WS_CREATE)
		rc = add_values(&out, "", r->fields, r->values, e);
	else if (rc == 0 && r->op == WS_PUT)
		rc = add_put(a, &out, r, e);
	if (rc == 0 && buf_add(&out, "", 1, e) == 0)
		rc = out_item(&a->said, (const char *)out.data, e);
	a->orders++;
	buf_clear(&out);
	return rc;
}
