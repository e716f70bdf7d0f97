/* SPDX-License-Identifier: MIT */
/* NAME=VALUE: see input.h. */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "wsamt/input.h"
#include "wsamt/reference.h"
#include "wsamt/typed.h"

/* What a value points to. */
struct owned {
	char *name;
	struct buf text;
	struct reference *reference;
	struct inputs *members;
	struct ws_instance instance;	/* made of these */
};

struct inputs {
	const char *class, *method;
	bool force;
	bool known;			/* the model says what there is */
	struct model_member members[MODEL_MEMBERS_MAX];
	size_t nmembers;
	struct ws_value values[INPUT_MAX + 1];
	struct owned owned[INPUT_MAX];
	size_t nvalues;
	struct ws_field fields[INPUT_MAX + 1];
	size_t nfields;
};

static int
check_method(const struct inputs *in, struct err *e)
{
	struct model_member m[MODEL_MEMBERS_MAX];
	size_t n = model_members(m, in->class, NULL, MODEL_METHOD);

	if (!in->known || in->force || model_find(m, n, in->method) != NULL)
		return 0;
	(void)err_set(e, ERR_USAGE, "%s has no method %s", in->class,
	    in->method);
	return reference_unknown(e, model_near_member(m, n, in->method));
}

struct inputs *
inputs_new(const char *class, const char *method, bool force, struct err *e)
{
	struct inputs *in = calloc(1, sizeof *in);
	struct model_class c;

	if (in == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", class);
		return NULL;
	}
	in->class = class;
	in->method = method;
	in->force = force;
	in->known = model_class(&c, class) && !c.open;
	in->nmembers = model_members(in->members, class, method,
	    method != NULL ? MODEL_INPUT : MODEL_PROPERTY);
	if (reference_class(class, force, e) == 0 && (method == NULL ||
	    check_method(in, e) == 0))
		return in;
	inputs_free(in);
	return NULL;
}

void
inputs_free(struct inputs *in)
{
	size_t i;

	if (in == NULL)
		return;
	for (i = 0; i < in->nvalues; i++) {
		free(in->owned[i].name);
		buf_clear(&in->owned[i].text);
		reference_free(in->owned[i].reference);
		inputs_free(in->owned[i].members);
	}
	free(in);
}

const struct ws_field *
inputs_fields(const struct inputs *in)
{
	return in->fields;
}

const struct ws_value *
inputs_values(const struct inputs *in)
{
	return in->values;
}

/* ---- order --------------------------------------------------------------------- */

/* Where the model has it; what it does not know comes last. */
static size_t
place(const struct inputs *in, const char *name)
{
	const struct model_member *m = model_find(in->members, in->nmembers,
	    name);

	return m != NULL ? (size_t)(m - in->members) : MODEL_MEMBERS_MAX;
}

/* A field for the first value of a name; all of one are of one type. */
static int
add_field(struct inputs *in, const char *name, enum ws_type type,
    struct err *e)
{
	struct ws_field *f = in->fields;
	size_t at, i;

	for (i = 0; i < in->nfields; i++)
		if (strcmp(f[i].name, name) == 0)
			return f[i].type == type ? 0 : err_set(e, ERR_USAGE,
			    "%s: its values are of different kinds", name);
	if (in->nfields == INPUT_MAX)
		return err_set(e, ERR_USAGE, "more than %d names", INPUT_MAX);
	for (at = in->nfields; at > 0 && place(in, f[at - 1].name) >
	    place(in, name); at--)
		f[at] = f[at - 1];
	f[at] = (struct ws_field){ name, type };
	in->nfields++;
	return 0;
}

/* ---- values -------------------------------------------------------------------- */

/* "CLASS.Method", "CLASS" */
static int
unknown(const struct inputs *in, const char *name, struct err *e)
{
	(void)err_set(e, ERR_USAGE, "%s%s%s has no %s", in->class,
	    in->method != NULL ? "." : "", in->method != NULL ? in->method :
	    "", name);
	return reference_unknown(e, model_near_member(in->members,
	    in->nmembers, name));
}

static struct ws_value *
new_value(struct inputs *in, const char *name, struct owned **o,
    struct err *e)
{
	struct ws_value *v = &in->values[in->nvalues];

	if (in->nvalues == INPUT_MAX) {
		(void)err_set(e, ERR_USAGE, "more than %d values", INPUT_MAX);
		return NULL;
	}
	*o = &in->owned[in->nvalues];
	if (((*o)->name = strdup(name)) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", name);
		return NULL;
	}
	buf_init(&(*o)->text, WS_MESSAGE_MAX);
	v->name = (*o)->name;
	in->nvalues++;
	return v;
}

/* What the first value of that name owns; NULL: none was given. */
static const struct owned *
given(const struct inputs *in, const char *name)
{
	size_t i;

	for (i = 0; i < in->nvalues; i++)
		if (strcmp(in->values[i].name, name) == 0)
			return &in->owned[i];
	return NULL;
}

/* Its instance, begun with the first of its members. */
static struct inputs *
members_of(struct inputs *in, const struct model_member *m, struct err *e)
{
	const struct owned *before = given(in, m->name);
	struct ws_value *v;
	struct owned *o;

	if (before != NULL)
		return before->members;
	if ((v = new_value(in, m->name, &o, e)) == NULL ||
	    (o->members = inputs_new(m->class, NULL, in->force, e)) == NULL)
		return NULL;
	o->instance = (struct ws_instance){ m->class, o->members->fields,
	    o->members->values };
	v->instance = &o->instance;
	return add_field(in, v->name, WS_EMBEDDED, e) == 0 ? o->members :
	    NULL;
}

/* m NULL: the model does not know it. */
static int
add_value(struct inputs *in, const struct model_member *m, const char *name,
    char *text, struct err *e)
{
	const struct model_member any = { .name = name };
	enum ws_type type = WS_EPR;
	struct ws_value *v;
	struct owned *o;

	if (m != NULL && !m->array && !in->force && given(in, name) != NULL)
		return err_set(e, ERR_USAGE, "%s is one value, no array",
		    name);
	if ((v = new_value(in, name, &o, e)) == NULL)
		return -1;
	if (m != NULL ? m->type == MODEL_REFERENCE : *text == '@') {
		o->reference = reference_new(text, in->force, e);
		if (o->reference == NULL)
			return err_ctx(e, "%s", name);
		v->epr = &o->reference->epr;
	} else {
		if (typed_value(&o->text, &type, m != NULL ? m : &any, text,
		    in->force, e) == -1)
			return -1;
		v->text = (const char *)o->text.data;
		if (ws_is_secret(name))
			explicit_bzero(text, strlen(text));
	}
	return add_field(in, v->name, type, e);
}

/* "NAME" or "NAME.MEMBER" */
static int
add_named(struct inputs *in, char *name, char *value, struct err *e)
{
	const struct model_member *m;
	char *dot = strchr(name, '.');
	struct inputs *members;

	if (dot != NULL)
		*dot = '\0';
	m = model_find(in->members, in->nmembers, name);
	if (m == NULL && in->known && !in->force)
		return unknown(in, name, e);
	if (m != NULL && m->type == MODEL_INSTANCE) {
		if (dot == NULL)
			return err_set(e, ERR_USAGE, "%s is an instance of "
			    "%s: say %s.NAME=VALUE", name, m->class, name);
		members = members_of(in, m, e);
		return members != NULL ? add_named(members, dot + 1, value,
		    e) : -1;
	}
	return dot == NULL ? add_value(in, m, name, value, e) :
	    err_set(e, ERR_USAGE, "%s is no instance: it has no %s", name,
	    dot + 1);
}

int
inputs_add(struct inputs *in, char *pair, struct err *e)
{
	char *eq = strchr(pair, '=');

	if (eq == NULL || eq == pair)
		return err_set(e, ERR_USAGE, "\"%.64s\" is not NAME=VALUE",
		    pair);
	*eq = '\0';
	return add_named(in, pair, eq + 1, e);
}

int
inputs_leave_out(struct inputs *in, const char *name, struct err *e)
{
	const struct model_member *m = model_find(in->members, in->nmembers,
	    name);

	if (m == NULL && in->known && !in->force)
		return unknown(in, name, e);
	return add_field(in, m != NULL ? m->name : name, WS_TEXT, e);
}

int
inputs_check(const struct inputs *in, struct err *e)
{
	size_t i, missing = 0;

	for (i = 0; i < in->nmembers && !in->force; i++) {
		if (!in->members[i].required ||
		    given(in, in->members[i].name) != NULL)
			continue;
		if (missing++ == 0)
			(void)err_set(e, ERR_USAGE, "%s.%s needs ", in->class,
			    in->method);
		(void)err_more(e, "%s%s", missing > 1 ? ", " : "",
		    in->members[i].name);
	}
	return missing == 0 ? 0 : -1;
}
