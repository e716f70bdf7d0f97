/* SPDX-License-Identifier: MIT */
/*
 * The classes as they are: identify, get, enum, pull, put, create, delete,
 * invoke.  Names and values are checked by the class model before anything
 * is sent.
 */
#include <stdlib.h>
#include <string.h>

#include "wsamt/input.h"
#include "wsamt/reference.h"
#include "wsamt/wsamt.h"

#define PULL_MOST 9999			/* items one may ask for at once */

int
cmd_identify(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct ws_node *n;
	struct ws_doc *d;
	int rc = 0;

	(void)argc, (void)argv;
	if (wsman_call(a->wsman, &(struct ws_request){ .op = WS_IDENTIFY },
	    &d, e) == -1)
		return -1;
	out_begin(&a->out);
	for (n = ws_first(ws_body(d)); rc == 0 && n != NULL; n = ws_next(n))
		if (ws_text(n) != NULL)
			rc = out_fact(&a->out, ws_name(n), ws_text(n), e);
	if (rc == 0 && *wsman_firmware(a->wsman) != '\0')
		rc = out_fact(&a->out, "Firmware", wsman_firmware(a->wsman),
		    e);
	out_end(&a->out);
	ws_doc_free(d);
	return rc;
}

/* CLASS?KEY=VALUE and KEY=VALUE... */
static struct reference *
take_reference(const struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference *r = reference_new(argv[0], a->force, e);
	int i;

	for (i = 1; r != NULL && i < argc; i++)
		if (reference_add(r, argv[i], e) == -1) {
			reference_free(r);
			r = NULL;
		}
	return r;
}

/* Its keys, for a request; NULL: the only instance. */
static const struct ws_selector *
keys_of(const struct reference *r)
{
	return r->nkeys > 0 ? r->keys : NULL;
}

int
cmd_get(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference *r = take_reference(a, argc, argv, e);
	struct ws_doc *d = NULL;
	int rc = -1;

	if (r != NULL && wsman_get(a->wsman, r->class, keys_of(r), &d,
	    e) == 0)
		rc = out_instance(&a->out, ws_body(d), false, e);
	ws_doc_free(d);
	reference_free(r);
	return rc;
}

/* Looked at again; where that is refused nobody knows better. */
static int
confirm(struct wsamt *a, const struct reference *r, bool wanted,
    struct err *e)
{
	static const char *const words[] = { "not there", "there" };
	struct ws_doc *d;
	bool there = wsman_get(a->wsman, r->class, r->keys, &d, e) == 0;

	if (there)
		ws_doc_free(d);
	else if (!wsman_absent(a->wsman))
		return e->kind == ERR_REFUSED ? 0 : -1;
	return there == wanted ? 0 : wsamt_not_taken(a, r->class,
	    words[!wanted], words[wanted], words[there], e);
}

/* CLASS?KEY=VALUE or CLASS KEY=VALUE...: at least one key. */
int
cmd_delete(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference *r = take_reference(a, argc, argv, e);
	int rc = -1;

	if (r != NULL && r->nkeys == 0)
		(void)err_set(e, ERR_USAGE, "delete: which instance of %s? "
		    "Give its keys", r->class);
	else if (r != NULL && wsman_delete(a->wsman, r->class, r->keys,
	    e) == 0)
		rc = confirm(a, r, false, e);
	reference_free(r);
	return rc;
}

/* ---- lists --------------------------------------------------------------------- */

int
cmd_enum(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;
	int rc = 0;

	(void)argc;
	if (reference_class(argv[0], a->force, e) == -1 ||
	    wsman_enumerate(a->wsman, argv[0], &list, e) == -1)
		return -1;
	out_list(&a->out);
	while (rc == 0 && (n = ws_list_next(&list, &at, n)) != NULL)
		rc = out_instance(&a->out, n, true, e);
	out_list_end(&a->out);
	ws_list_free(&list);
	return rc;
}

/* "max=N", "context=CONTEXT" */
static int
take_pull(struct ws_request *r, int argc, char **argv, struct err *e)
{
	long most;
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], "max=", 4) == 0) {
			if (opts_number(&most, argv[i] + 4, 1, PULL_MOST,
			    "max", e) == -1)
				return -1;
			r->most = (unsigned)most;
		} else if (strncmp(argv[i], "context=", 8) == 0) {
			r->context = argv[i] + 8;
		} else {
			return err_set(e, ERR_USAGE, "\"%s\" is neither "
			    "max=N nor context=CONTEXT", argv[i]);
		}
	}
	return 0;
}

static int
print_pull(struct out *o, const struct ws_doc *d, struct err *e)
{
	const char *context = ws_context(d);
	const struct ws_node *n;
	int rc = 0;

	if (o->as_json) {
		json_object(&o->json);
		json_name(&o->json, "items");
	}
	out_list(o);
	for (n = ws_items(d); rc == 0 && n != NULL; n = ws_next(n))
		rc = out_instance(o, n, true, e);
	out_list_end(o);
	if (rc == 0 && !o->as_json)
		return out_block(o, "context", context != NULL ? context :
		    "none", e);
	json_member(&o->json, "context", context);
	json_object_end(&o->json);
	return rc;
}

/* One pull of an enumeration: a new one, or one that goes on. */
int
cmd_pull(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_request r = { .class = argv[0] };
	struct ws_doc *first = NULL, *d = NULL;
	int rc = -1;

	if (reference_class(argv[0], a->force, e) == -1 ||
	    take_pull(&r, argc, argv, e) == -1)
		return -1;
	if (r.context == NULL) {
		r.op = WS_ENUMERATE;
		if (wsman_call(a->wsman, &r, &first, e) == -1)
			return -1;
		r.context = ws_context(first);
	}
	r.op = WS_PULL;
	if (r.context == NULL)
		rc = err_set(e, ERR_PROTO, "%s: Enumerate %s: the answer has "
		    "no context", a->machine.name, r.class);
	else if (wsman_call(a->wsman, &r, &d, e) == 0)
		rc = print_pull(&a->out, d, e);
	ws_doc_free(first);		/* the context may be borrowed of it */
	ws_doc_free(d);
	return rc;
}

/* ---- with values ----------------------------------------------------------------- */

static int
take_inputs(struct inputs *in, int argc, char **argv, struct err *e)
{
	int i;

	for (i = 0; i < argc; i++)
		if (inputs_add(in, argv[i], e) == -1)
			return -1;
	return 0;
}

int
cmd_invoke(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference *r = take_reference(a, 1, argv, e);
	struct ws_method m = { .name = argv[1] };
	struct inputs *in = NULL;
	struct ws_doc *d = NULL;
	int rc = -1;

	if (r == NULL || (in = inputs_new(r->class, m.name, a->force, e)) ==
	    NULL || take_inputs(in, argc - 2, argv + 2, e) == -1 ||
	    inputs_check(in, e) == -1)
		goto out;
	m.class = r->class;
	m.in = inputs_fields(in);
	m.why = ws_why_of(m.class);
	if (wsman_invoke(a->wsman, &m, keys_of(r), inputs_values(in), &d,
	    e) == 0)
		rc = out_instance(&a->out, ws_body(d), false, e);
 out:
	ws_doc_free(d);
	inputs_free(in);
	reference_free(r);
	return rc;
}

/* text: the reference that the machine gave it. */
static int
confirm_created(struct wsamt *a, const char *class, const char *text,
    struct err *e)
{
	struct reference *r = reference_new(text, true, e);
	int rc = r != NULL ? confirm(a, r, true, e) : wsamt_not_taken(a,
	    class, "not there", "there", "not named", e);

	reference_free(r);
	return rc;
}

int
cmd_create(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct inputs *in = inputs_new(argv[0], NULL, a->force, e);
	struct ws_doc *d = NULL;
	struct buf text;
	int rc = -1;

	buf_init(&text, WS_MESSAGE_MAX);
	if (in != NULL && take_inputs(in, argc - 1, argv + 1, e) == 0 &&
	    wsman_create(a->wsman, argv[0], inputs_fields(in),
	    inputs_values(in), &d, e) == 0 &&
	    ws_value_text(&text, ws_body(d), e) == 0 &&
	    buf_add(&text, "", 1, e) == 0 &&
	    confirm_created(a, argv[0], (const char *)text.data, e) == 0)
		rc = out_value(&a->out, "reference", (const char *)text.data,
		    e);
	buf_clear(&text);
	ws_doc_free(d);
	inputs_free(in);
	return rc;
}

/* ---- put ------------------------------------------------------------------- */

/* An instance that is being changed. */
struct change {
	const struct ws_field *fields;
	const struct ws_value *values;
	const struct ws_selector *keys;
	struct ws_doc *was, *wanted, *is;
};

/* The values of a property, with commas; "nothing" when it is not there. */
static int
values_text(struct buf *out, const struct ws_node *instance,
    const char *name, struct err *e)
{
	const struct ws_node *n;
	bool some = false;

	buf_clear(out);
	for (n = ws_first(instance); n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), name) != 0)
			continue;
		if ((some && buf_add(out, ",", 1, e) == -1) ||
		    ws_value_text(out, n, e) == -1)
			return -1;
		some = true;
	}
	if (!some && buf_addf(out, e, "nothing") == -1)
		return -1;
	return buf_add(out, "", 1, e);
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* 1: a field is to become what it is not; what cannot be read is that. */
static int
is_news(const struct change *c, struct err *e)
{
	const struct ws_field *f;
	struct buf was, wanted;
	int rc = 0;

	buf_init(&was, WS_MESSAGE_MAX);
	buf_init(&wanted, WS_MESSAGE_MAX);
	for (f = c->fields; rc == 0 && f->type != WS_END; f++) {
		if (values_text(&was, ws_body(c->was), f->name, e) == -1 ||
		    values_text(&wanted, ws_body(c->wanted), f->name,
		    e) == -1)
			rc = -1;
		else
			rc = ws_is_secret(f->name) || !same(&was, &wanted);
	}
	buf_clear(&was);
	buf_clear(&wanted);
	return rc;
}

/*
 * Is a property as it was wanted?  A reference may come back with more keys
 * than it was given: of that we only see whether it changed.
 */
static int
check_taken(struct wsamt *a, const struct change *c, const struct ws_field *f,
    struct err *e)
{
	struct buf was, wanted, is;
	int rc = -1;

	buf_init(&was, WS_MESSAGE_MAX);
	buf_init(&wanted, WS_MESSAGE_MAX);
	buf_init(&is, WS_MESSAGE_MAX);
	if (values_text(&was, ws_body(c->was), f->name, e) == 0 &&
	    values_text(&wanted, ws_body(c->wanted), f->name, e) == 0 &&
	    values_text(&is, ws_body(c->is), f->name, e) == 0)
		rc = same(&is, &wanted) || (f->type == WS_EPR &&
		    !same(&is, &was)) ? 0 : wsamt_not_taken(a, f->name,
		    (char *)was.data, (char *)wanted.data, (char *)is.data,
		    e);
	buf_clear(&was);
	buf_clear(&wanted);
	buf_clear(&is);
	return rc;
}

/*
 * Read, change, write unless it is so already, read again.  What was left
 * out is the firmware's to keep or not.
 */
static int
change(struct wsamt *a, const char *class, struct change *c, struct err *e)
{
	const struct ws_field *f;
	int rc;

	if (wsman_get(a->wsman, class, c->keys, &c->was, e) == -1 ||
	    wsman_get(a->wsman, class, c->keys, &c->wanted, e) == -1 ||
	    ws_replace(ws_body(c->wanted), c->fields, c->values, e) == -1)
		return -1;
	if ((rc = is_news(c, e)) != 1)
		return rc;
	if (wsman_put(a->wsman, ws_body(c->wanted), c->keys, e) == -1 ||
	    wsman_get(a->wsman, class, c->keys, &c->is, e) == -1)
		return -1;
	for (f = c->fields; f->type != WS_END; f++)
		if (!ws_is_secret(f->name) &&
		    ws_child(ws_body(c->wanted), f->name) != NULL &&
		    check_taken(a, c, f, e) == -1)
			return -1;
	return 0;
}

/* A key says which instance: it could not be changed. */
static int
take_change(struct reference *r, struct inputs *in, char *text,
    struct err *e)
{
	if (*text == '-' && strchr(text, '=') == NULL)
		return inputs_leave_out(in, text + 1, e);
	return reference_takes(r, text) ? reference_add(r, text, e) :
	    inputs_add(in, text, e);
}

int
cmd_put(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference *r = take_reference(a, 1, argv, e);
	struct inputs *in = NULL;
	struct change c = { .fields = NULL };
	int i, rc = -1;

	if (r == NULL || (in = inputs_new(r->class, NULL, a->force, e)) ==
	    NULL)
		goto out;
	for (i = 1; i < argc; i++)
		if (take_change(r, in, argv[i], e) == -1)
			goto out;
	c.fields = inputs_fields(in);
	c.values = inputs_values(in);
	c.keys = keys_of(r);
	rc = c.fields->type != WS_END ? change(a, r->class, &c, e) :
	    err_set(e, ERR_USAGE, "put: %s: nothing but keys", r->class);
 out:
	ws_doc_free(c.was);
	ws_doc_free(c.wanted);
	ws_doc_free(c.is);
	inputs_free(in);
	reference_free(r);
	return rc;
}
