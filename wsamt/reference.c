/* SPDX-License-Identifier: MIT */
/* References: see reference.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "wsamt/reference.h"
#include "wsamt/typed.h"

/* The references around the one that is being read. */
struct outer {
	const struct reference *r;
	const struct outer *next;
	unsigned depth;
};

int
reference_unknown(struct err *e, const char *near)
{
	if (near != NULL)
		(void)err_more(e, "; did you mean %s?", near);
	return err_more(e, " (--force sends it as it is)");
}

int
reference_class(const char *class, bool force, struct err *e)
{
	char uri[WS_URI_MAX];
	struct model_class c;

	if (ws_class_uri(uri, class, e) == -1)
		return -1;
	if (force || model_class(&c, class))
		return 0;
	(void)err_set(e, ERR_USAGE, "the class model has no %s", class);
	return reference_unknown(e, model_near_class(class));
}

void
reference_free(struct reference *r)
{
	size_t i;
	union { const char *in; char *out; } u;

	if (r == NULL)
		return;
	for (i = 0; i < r->nkeys; i++) {
		if ((u.in = r->keys[i].value) != NULL)
			explicit_bzero(u.out, strlen(u.out));
		free(u.out);
		u.in = r->keys[i].name;
		free(u.out);
		reference_free(r->nested[i]);
	}
	free(r->class);
	free(r);
}

/* ---- keys ---------------------------------------------------------------------- */

static bool
is_known(const char *class)
{
	struct model_class c;

	return model_class(&c, class) && !c.open;
}

/* A key of the class; NULL when it is none, or not known. */
static const struct model_member *
find_key(struct model_member m[MODEL_MEMBERS_MAX], size_t *n,
    const char *class, const char *name)
{
	size_t i, keys = 0;

	*n = model_members(m, class, NULL, MODEL_PROPERTY);
	for (i = 0; i < *n; i++)
		if (m[i].key)
			m[keys++] = m[i];
	*n = keys;
	return model_find(m, keys, name);
}

/* "NAME=" at p: its length, 0 when there is none. */
static size_t
name_at(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return p[n] == '=' ? n : 0;
}

bool
reference_takes(const struct reference *r, const char *p)
{
	struct model_member m[MODEL_MEMBERS_MAX];
	char name[WS_NAME_MAX];
	size_t i, n = name_at(p);

	if (n == 0 || n >= sizeof name)
		return false;
	memcpy(name, p, n);
	name[n] = '\0';
	for (i = 0; i < r->nkeys; i++)
		if (strcmp(r->keys[i].name, name) == 0)
			return false;
	return find_key(m, &n, r->class, name) != NULL;
}

static bool
belongs_outside(const struct reference *r, const struct outer *o,
    const char *p)
{
	if (reference_takes(r, p))
		return false;
	for (; o != NULL; o = o->next)
		if (reference_takes(o->r, p))
			return true;
	return false;
}

static struct reference *parse(const char **at, const struct outer *o,
    bool force, struct err *e);

/* The value of key i: to the next ",NAME=", or with whole to the end. */
static int
add_text(struct reference *r, size_t i, const struct model_member *m,
    const char **at, bool whole, struct err *e)
{
	const char *end = *at + strlen(*at), *comma = *at;
	struct buf text, wire;
	enum ws_type type;
	int rc;

	while (!whole && (comma = strchr(comma, ',')) != NULL)
		if (name_at(++comma) > 0) {
			end = comma - 1;
			break;
		}
	buf_init(&text, WS_MESSAGE_MAX);
	buf_init(&wire, WS_MESSAGE_MAX);
	rc = buf_addf(&text, e, "%.*s", (int)(end - *at), *at);
	if (rc == 0 && (rc = buf_add(&text, "", 1, e)) == 0 &&
	    (rc = typed_value(&wire, &type, m, (char *)text.data, r->force,
	    e)) == 0 &&
	    (r->keys[i].value = strdup((char *)wire.data)) == NULL)
		rc = err_sys(e, ERR_LOCAL, "a reference");
	buf_clear(&text);
	buf_clear(&wire);
	*at = end + (*end == ',');
	return rc;
}

/* "NAME=VALUE" at *at, which moves on behind it and its comma. */
static int
add_pair(struct reference *r, const char **at, const struct outer *o,
    bool whole, struct err *e)
{
	const struct outer here = { r, o, o != NULL ? o->depth + 1 : 1 };
	struct model_member m[MODEL_MEMBERS_MAX], any = { .name = "key" };
	size_t i = r->nkeys, len = name_at(*at), n;
	const struct model_member *key;
	char *name;

	if (len == 0)
		return err_set(e, ERR_USAGE, "\"%.64s\" is not NAME=VALUE",
		    *at);
	if (i == REFERENCE_KEYS_MAX)
		return err_set(e, ERR_USAGE, "more than %d keys",
		    REFERENCE_KEYS_MAX);
	if ((name = strndup(*at, len)) == NULL)
		return err_sys(e, ERR_LOCAL, "a reference");
	r->keys[i].name = name;
	r->nkeys++;
	*at += len + 1;
	key = find_key(m, &n, r->class, name);
	if (key == NULL && !r->force && is_known(r->class)) {
		(void)err_set(e, ERR_USAGE, "%s has no key %s", r->class,
		    name);
		return reference_unknown(e, model_near_member(m, n, name));
	}
	if (key != NULL ? key->type != MODEL_REFERENCE : **at != '@')
		return add_text(r, i, key != NULL ? key : &any, at, whole, e);
	if ((r->nested[i] = parse(at, &here, r->force, e)) == NULL)
		return -1;
	r->keys[i].epr = &r->nested[i]->epr;
	return 0;
}

static int
add_pairs(struct reference *r, const char **at, const struct outer *o,
    struct err *e)
{
	do {
		if (add_pair(r, at, o, false, e) == -1)
			return -1;
	} while (**at != '\0' && !belongs_outside(r, o, *at));
	return 0;
}

static struct reference *
parse(const char **at, const struct outer *o, bool force, struct err *e)
{
	struct reference *r = calloc(1, sizeof *r);
	size_t n;

	*at += **at == '@';
	n = strcspn(*at, o != NULL ? "?," : "?");
	if (r == NULL || (r->class = strndup(*at, n)) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "a reference");
		goto fail;
	}
	r->epr.class = r->class;
	r->epr.selectors = r->keys;
	r->force = force;
	if (o != NULL && o->depth > REFERENCE_DEPTH_MAX) {
		(void)err_set(e, ERR_USAGE, "too many references inside each "
		    "other");
		goto fail;
	}
	if (reference_class(r->class, force, e) == -1)
		goto fail;
	*at += n;
	if (*(*at) == '\0')
		return r;
	if (*(*at)++ == ',' || add_pairs(r, at, o, e) == 0)
		return r;
 fail:
	reference_free(r);
	return NULL;
}

struct reference *
reference_new(const char *text, bool force, struct err *e)
{
	return parse(&text, NULL, force, e);
}

int
reference_add(struct reference *r, const char *pair, struct err *e)
{
	do {
		if (add_pair(r, &pair, NULL, true, e) == -1)
			return -1;
	} while (*pair != '\0');	/* behind a reference go others */
	return 0;
}
