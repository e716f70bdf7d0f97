/* SPDX-License-Identifier: MIT */
/*
 * --list-classes: the class model.  listall, listepr: all instances, or references to them, of all classes.
 * Most classes are absent on most machines, and that is not worth a word;
 * what the machine refuses otherwise is told, and the walk goes on.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/model.h"
#include "wsamt/wsamt.h"

/* ---- the class model -------------------------------------------------------- */

static const char *
kind_of(const struct model_member *m)
{
	static const char *const kinds[] = { [MODEL_PROPERTY] = "property",
	    [MODEL_METHOD] = "method", [MODEL_INPUT] = "input",
	    [MODEL_OUTPUT] = "output" };

	return m->key ? "key" : kinds[m->kind];
}

/* A line: kind, name, type, flags, names of values. */
static int
print_member(struct out *o, const char *method, const struct model_member *m,
    struct err *e)
{
	static const char *const flags[] = { "none", "required", "array",
	    "required,array" };
	char name[2 * WS_NAME_MAX], words[1024], *p;

	(void)snprintf(name, sizeof name, "%s%s%s", method,
	    *method != '\0' ? "." : "", m->name);
	(void)snprintf(words, sizeof words, "%s",
	    *m->words != '\0' ? m->words : "none");
	for (p = words; *p != '\0'; p++)
		if (*p == ' ')
			*p = ',';
	return out_row(o, (const struct out_cell[]){
	    { "kind", kind_of(m), false }, { "name", name, false },
	    { "type", *m->class != '\0' ? m->class :
	    model_type_name(m->type), false },
	    { "flags", flags[m->required + 2 * m->array], true },
	    { "values", words, true }, { NULL, NULL, false } }, e);
}

static int
print_members(struct out *o, const char *class, const char *method,
    enum model_kind kind, struct err *e)
{
	struct model_member m[MODEL_MEMBERS_MAX];
	size_t i, n = model_members(m, class, method, kind);
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		rc = print_member(o, method != NULL ? method : "", &m[i], e);
		if (rc == 0 && kind == MODEL_METHOD &&
		    (rc = print_members(o, class, m[i].name, MODEL_INPUT,
		    e)) == 0)
			rc = print_members(o, class, m[i].name, MODEL_OUTPUT,
			    e);
	}
	return rc;
}

int
wsamt_list_classes(struct out *o, const char *class, struct err *e)
{
	struct model_class c;
	const char *near;
	int rc = 0;
	size_t i;

	if (class != NULL && !model_class(&c, class)) {
		near = model_near_class(class);
		return err_set(e, ERR_USAGE, "the class model has no %s%s%s%s",
		    class, near != NULL ? "; did you mean " : "",
		    near != NULL ? near : "", near != NULL ? "?" : "");
	}
	out_list(o);
	for (i = 0; class == NULL && rc == 0 && model_class_at(&c, i); i++)
		rc = out_row(o, (const struct out_cell[]){
		    { "class", c.name, false }, { "parent", c.parent, false },
		    { NULL, NULL, false } }, e);
	if (class != NULL && (rc = print_members(o, class, NULL,
	    MODEL_PROPERTY, e)) == 0)
		rc = print_members(o, class, NULL, MODEL_METHOD, e);
	out_list_end(o);
	return rc;
}

/* ---- what a machine has ----------------------------------------------------- */

static int
print_reference(struct wsamt *a, const struct ws_node *n, struct err *e)
{
	struct buf text;
	int rc = -1;

	buf_init(&text, WS_MESSAGE_MAX);
	if (ws_value_text(&text, n, e) == 0 && buf_add(&text, "", 1, e) == 0)
		rc = out_item(&a->out, (const char *)text.data, e);
	buf_clear(&text);
	return rc;
}

/* Is it an instance, or a reference to one, of this very class? */
static bool
is_own(const struct model_class *c, const struct ws_node *n, bool references)
{
	const char *class = references ? ws_key_class(n) : ws_name(n);

	return !c->derived || strcmp(class, c->name) == 0;
}

/*
 * Some firmware refuses to enumerate a class of AMT's own and gives the one
 * instance when it is asked for it.
 */
static int
print_single(struct wsamt *a, const struct model_class *c, bool references,
    struct err *e)
{
	struct err second;
	struct ws_doc *d;
	int rc;

	if (strncmp(c->name, "CIM_", 4) == 0)
		return -1;
	if (wsman_get(a->wsman, c->name, NULL, &d, &second) == -1) {
		if (second.kind != ERR_REFUSED)
			*e = second;
		return -1;
	}
	rc = references ? out_item(&a->out, c->name, e) :
	    out_instance(&a->out, ws_body(d), true, e);
	ws_doc_free(d);
	return rc;
}

static int
print_class(struct wsamt *a, const struct model_class *c, bool references,
    struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;
	int rc = references ? wsman_references(a->wsman, c->name, &list, e) :
	    wsman_enumerate(a->wsman, c->name, &list, e);

	if (rc == -1)
		return e->kind != ERR_REFUSED ? -1 :
		    print_single(a, c, references, e);
	while (rc == 0 && (n = ws_list_next(&list, &at, n)) != NULL)
		if (is_own(c, n, references))
			rc = references ? print_reference(a, n, e) :
			    out_instance(&a->out, n, true, e);
	ws_list_free(&list);
	return rc;
}

static int
list(struct wsamt *a, bool references, struct err *e)
{
	size_t i, walked = 0, absent = 0, refused = 0;
	struct model_class c;

	out_list(&a->out);
	for (i = 0; model_class_at(&c, i); i++) {
		if (!c.listed)
			continue;
		walked++;
		if (print_class(a, &c, references, e) == 0)
			continue;
		if (e->kind != ERR_REFUSED)
			return -1;
		if (wsman_absent(a->wsman)) {
			absent++;
		} else {
			refused++;
			log_warn("%s", e->text);
		}
	}
	if (absent + refused == walked)
		return -1;		/* it told nothing at all */
	out_list_end(&a->out);
	log_info("%s: %zu of %zu classes are not there", a->machine.name,
	    absent, walked);
	return 0;
}

int
cmd_listall(struct wsamt *a, int argc, char **argv, struct err *e)
{
	(void)argc, (void)argv;
	return list(a, false, e);
}

int
cmd_listepr(struct wsamt *a, int argc, char **argv, struct err *e)
{
	(void)argc, (void)argv;
	return list(a, true, e);
}
