/* SPDX-License-Identifier: MIT */
/*
 * The classes as they are: identify, get, enum, put, create, delete, invoke.
 * A reference to an instance is written, and printed, as
 * CLASS?KEY=VALUE,KEY=VALUE.  Leaves out references as values of put.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsamt/wsamt.h"

#define KEYS_MAX 16
#define VALUES_MAX 64

/* A reference being built; borrows from the text it cut up. */
struct reference {
	struct ws_epr epr;
	struct ws_selector keys[KEYS_MAX + 1];
};

/* "NAME=VALUE": text becomes the name; returns the value. */
static char *
cut_pair(char *text, struct err *e)
{
	char *eq = strchr(text, '=');

	if (eq == NULL || eq == text) {
		(void)err_set(e, ERR_USAGE, "\"%s\" is not NAME=VALUE", text);
		return NULL;
	}
	*eq = '\0';
	return eq + 1;
}

/* The comma before the next KEY=; others belong to the value. */
static char *
next_key(char *text)
{
	char *comma = text, *p;

	while ((comma = strchr(comma, ',')) != NULL) {
		for (p = comma + 1; isalnum((unsigned char)*p) || *p == '_'; )
			p++;
		if (p > comma + 1 && *p == '=')
			return comma;
		comma++;
	}
	return NULL;
}

static int
add_key(struct reference *r, char *text, struct err *e)
{
	char *value;
	size_t n = 0;

	while (r->keys[n].name != NULL)
		n++;
	if (n == KEYS_MAX)
		return err_set(e, ERR_USAGE, "more than %d keys", KEYS_MAX);
	if ((value = cut_pair(text, e)) == NULL)
		return -1;
	r->keys[n].name = text;
	r->keys[n].value = value;
	return 0;
}

/* CLASS[?KEY=VALUE[,KEY=VALUE]...]; cuts text up, r borrows it. */
static int
parse_reference(struct reference *r, char *text, struct err *e)
{
	char *keys = strchr(text, '?'), *comma;

	memset(r, 0, sizeof *r);
	r->epr.class = text;
	r->epr.selectors = r->keys;
	if (keys == NULL)
		return 0;
	for (*keys++ = '\0'; keys != NULL; keys = comma) {
		if ((comma = next_key(keys)) != NULL)
			*comma++ = '\0';
		if (add_key(r, keys, e) == -1)
			return -1;
	}
	return 0;
}

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

int
cmd_get(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference r;
	struct ws_doc *d;
	int i, rc;

	if (parse_reference(&r, argv[0], e) == -1)
		return -1;
	for (i = 1; i < argc; i++)
		if (add_key(&r, argv[i], e) == -1)
			return -1;
	if (wsman_get(a->wsman, r.epr.class, r.keys, &d, e) == -1)
		return -1;
	rc = out_instance(&a->out, ws_body(d), false, e);
	ws_doc_free(d);
	return rc;
}

int
cmd_enum(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;
	int rc = 0;

	(void)argc;
	if (wsman_enumerate(a->wsman, argv[0], &list, e) == -1)
		return -1;
	out_list(&a->out);
	while (rc == 0 && (n = ws_list_next(&list, &at, n)) != NULL)
		rc = out_instance(&a->out, n, true, e);
	out_list_end(&a->out);
	ws_list_free(&list);
	return rc;
}

/* A method's inputs as given: in that order, @CLASS?KEY=VALUE a reference. */
struct inputs {
	struct ws_field fields[VALUES_MAX + 1];
	struct ws_value values[VALUES_MAX + 1];
	struct reference references[VALUES_MAX];
	size_t nfields, nvalues;
};

static int
add_input(struct inputs *in, char *text, struct err *e)
{
	struct ws_value *v = &in->values[in->nvalues];
	struct reference *r = &in->references[in->nvalues];
	enum ws_type type;
	char *value;
	size_t i;

	if (in->nvalues == VALUES_MAX)
		return err_set(e, ERR_USAGE, "more than %d values",
		    VALUES_MAX);
	if ((value = cut_pair(text, e)) == NULL)
		return -1;
	v->name = text;
	type = *value == '@' ? WS_EPR : WS_TEXT;
	if (type == WS_EPR && parse_reference(r, value + 1, e) == -1)
		return -1;
	if (type == WS_EPR)
		v->epr = &r->epr;
	else
		v->text = value;
	in->nvalues++;
	for (i = 0; i < in->nfields; i++)
		if (strcmp(in->fields[i].name, text) == 0)
			return in->fields[i].type == type ? 0 : err_set(e,
			    ERR_USAGE, "%s: both text and reference", text);
	in->fields[in->nfields++] = (struct ws_field){ text, type };
	return 0;
}

int
cmd_invoke(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_method m = { .name = argc > 1 ? argv[1] : "" };
	struct inputs *in = NULL;
	struct ws_doc *d = NULL;
	struct reference r;
	int i, rc = -1;

	if ((in = calloc(1, sizeof *in)) == NULL)
		return err_sys(e, ERR_LOCAL, "invoke");
	if (parse_reference(&r, argv[0], e) == -1)
		goto out;
	for (i = 2; i < argc; i++)
		if (add_input(in, argv[i], e) == -1)
			goto out;
	m.class = r.epr.class;
	m.in = in->fields;
	m.why = ws_why_of(m.class);
	if (wsman_invoke(a->wsman, &m, r.keys, in->values, &d, e) == -1)
		goto out;
	rc = out_instance(&a->out, ws_body(d), false, e);
 out:
	ws_doc_free(d);
	free(in);
	return rc;
}

int
cmd_create(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct inputs *in = calloc(1, sizeof *in);
	struct ws_doc *d = NULL;
	struct buf text;
	int i, rc = -1;

	buf_init(&text, WS_MESSAGE_MAX);
	if (in == NULL)
		return err_sys(e, ERR_LOCAL, "create");
	for (i = 1; i < argc; i++)
		if (add_input(in, argv[i], e) == -1)
			goto out;
	if (wsman_create(a->wsman, argv[0], in->fields, in->values, &d,
	    e) == 0 && ws_value_text(&text, ws_body(d), e) == 0 &&
	    buf_add(&text, "", 1, e) == 0)
		rc = out_value(&a->out, "reference", (const char *)text.data,
		    e);
 out:
	buf_clear(&text);
	ws_doc_free(d);
	free(in);
	return rc;
}

/* CLASS?KEY=VALUE or CLASS KEY=VALUE...: at least one key. */
int
cmd_delete(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct reference r;
	int i;

	if (parse_reference(&r, argv[0], e) == -1)
		return -1;
	for (i = 1; i < argc; i++)
		if (add_key(&r, argv[i], e) == -1)
			return -1;
	if (r.keys[0].name == NULL)
		return err_set(e, ERR_USAGE, "delete: which instance of %s? "
		    "Give its keys", argv[0]);
	return wsman_delete(a->wsman, r.epr.class, r.keys, e);
}

/* ---- put ------------------------------------------------------------------- */

/* The values of a property, with commas; "nothing" when it is not there. */
static int
values_text(struct buf *out, const struct ws_node *instance,
    const char *name, struct err *e)
{
	const struct ws_node *n;
	bool some = false;

	for (n = ws_first(instance); n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), name) != 0)
			continue;
		if ((some && buf_add(out, ",", 1, e) == -1) ||
		    ws_value_text(out, n, e) == -1)
			return -1;
		some = true;
	}
	return some ? 0 : buf_addf(out, e, "nothing");
}

/* A property that repeats in names is set once for all its values. */
static int
edit(struct ws_node *instance, int n, char *const names[],
    char *const values[], struct err *e)
{
	int i, k;

	for (i = 0; i < n; i++) {
		if (ws_child(instance, names[i]) == NULL &&
		    !ws_is_secret(names[i]))
			return err_set(e, ERR_USAGE, "%s has no %s",
			    ws_name(instance), names[i]);
		for (k = 0; k < i && strcmp(names[k], names[i]) != 0; k++)
			;
		if ((k == i ? ws_set : ws_add)(instance, names[i], values[i],
		    e) == -1)
			return -1;
	}
	return 0;
}

/* Is each property of the instance as it was edited? */
static int
compare(struct wsamt *a, const struct ws_node *was,
    const struct ws_node *wanted, const struct ws_node *is, int n,
    char *const names[], struct err *e)
{
	struct buf text[3];
	int i, k, rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		if (ws_is_secret(names[i]))
			continue;	/* cannot be read */
		for (k = 0; k < 3; k++)
			buf_init(&text[k], WS_MESSAGE_MAX);
		for (k = 0; k < 3 && rc == 0; k++)
			if ((rc = values_text(&text[k], k == 0 ? was : k == 1 ?
			    wanted : is, names[i], e)) == 0)
				rc = buf_add(&text[k], "", 1, e);
		if (rc == 0 && strcmp((char *)text[1].data,
		    (char *)text[2].data) != 0)
			rc = wsamt_not_taken(a, names[i],
			    (char *)text[0].data, (char *)text[1].data,
			    (char *)text[2].data, e);
		for (k = 0; k < 3; k++)
			buf_clear(&text[k]);
	}
	return rc;
}

int
cmd_put(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_doc *was = NULL, *wanted = NULL, *is = NULL;
	char *values[VALUES_MAX], **names = argv + 1;
	const struct ws_selector *keys;
	struct reference r;
	int i, n = argc - 1, rc = -1;

	if (parse_reference(&r, argv[0], e) == -1)
		return -1;
	if (n > VALUES_MAX)
		return err_set(e, ERR_USAGE, "more than %d values",
		    VALUES_MAX);
	for (i = 0; i < n; i++)
		if ((values[i] = cut_pair(names[i], e)) == NULL)
			return -1;
	keys = r.keys[0].name != NULL ? r.keys : NULL;
	if (wsman_get(a->wsman, r.epr.class, keys, &was, e) == 0 &&
	    wsman_get(a->wsman, r.epr.class, keys, &wanted, e) == 0 &&
	    edit(ws_body(wanted), n, names, values, e) == 0 &&
	    wsman_put(a->wsman, ws_body(wanted), keys, e) == 0 &&
	    wsman_get(a->wsman, r.epr.class, keys, &is, e) == 0)
		rc = compare(a, ws_body(was), ws_body(wanted), ws_body(is), n,
		    names, e);
	ws_doc_free(was);
	ws_doc_free(wanted);
	ws_doc_free(is);
	return rc;
}
