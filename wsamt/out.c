/* SPDX-License-Identifier: MIT */
/* Facts as text or JSON: see out.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/wsxml.h"
#include "wsamt/out.h"

void
out_init(struct out *o, bool as_json)
{
	memset(o, 0, sizeof *o);
	o->as_json = as_json;
	buf_init(&o->text, OUT_MAX);
	json_init(&o->json, &o->text);
}

void
out_clear(struct out *o)
{
	buf_clear(&o->text);
}

int
out_print(struct out *o, struct err *e)
{
	if (o->json.failed)
		return err_set(e, ERR_LOCAL, "too much to print");
	if (o->as_json && o->text.len > 0 &&
	    buf_add(&o->text, "\n", 1, e) == -1)
		return -1;
	if (o->text.len > 0 && fwrite(o->text.data, 1, o->text.len, stdout) !=
	    o->text.len)
		return err_sys(e, ERR_LOCAL, "writing to standard output");
	return 0;
}

/*
 * A value stays on its line, and nobody's terminal obeys a stranger:
 * control characters become '?'.
 */
static void
printable(struct out *o, size_t start)
{
	uint8_t *p = o->text.data;
	size_t i;

	for (i = start; i < o->text.len; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			p[i] = '?';
		else if (p[i] == 0xc2 && i + 1 < o->text.len &&
		    p[i + 1] < 0xa0)
			p[i] = p[i + 1] = '?';	/* C1 in UTF-8 */
	}
}

static int
add_line(struct out *o, const char *name, const char *value, struct err *e)
{
	size_t at = o->text.len;

	if (buf_addf(&o->text, e, "%s%s%s", name, *name != '\0' ? "\t" : "",
	    value) == -1)
		return -1;
	printable(o, at + strlen(name) + (*name != '\0'));
	return buf_add(&o->text, "\n", 1, e);
}

int
out_value(struct out *o, const char *name, const char *value, struct err *e)
{
	if (!o->as_json)
		return add_line(o, "", value, e);
	json_object(&o->json);
	json_member(&o->json, name, value);
	json_object_end(&o->json);
	return 0;
}

int
out_text(struct out *o, const char *name, const char *text, struct err *e)
{
	return o->as_json ? out_value(o, name, text, e) :
	    buf_add(&o->text, text, strlen(text), e);
}

void
out_begin(struct out *o)
{
	if (o->as_json)
		json_object(&o->json);
}

int
out_fact(struct out *o, const char *name, const char *value, struct err *e)
{
	if (!o->as_json)
		return add_line(o, name, value, e);
	json_member(&o->json, name, value);
	return 0;
}

int
out_block(struct out *o, const char *name, const char *value, struct err *e)
{
	if (!o->as_json && o->instances++ > 0 &&
	    buf_add(&o->text, "\n", 1, e) == -1)
		return -1;
	out_begin(o);
	return out_fact(o, name, value, e);
}

int
out_setting(struct out *o, const char *name, const char *value,
    const char *origin, struct err *e)
{
	if (!o->as_json)
		return buf_addf(&o->text, e, "%s\t%s\t%s\n", name, value,
		    origin);
	json_name(&o->json, name);
	json_object(&o->json);
	json_member(&o->json, "value", value);
	json_member(&o->json, "origin", origin);
	json_object_end(&o->json);
	return 0;
}

void
out_end(struct out *o)
{
	if (o->as_json)
		json_object_end(&o->json);
}

void
out_several_begin(struct out *o, const char *name)
{
	if (o->as_json) {
		json_name(&o->json, name);
		json_array(&o->json);
	}
}

int
out_several(struct out *o, const char *name, const char *value,
    struct err *e)
{
	if (!o->as_json)
		return add_line(o, name, value, e);
	json_text(&o->json, value);
	return 0;
}

static void
json_list(struct json *j, const char *value)
{
	char word[256];
	size_t n;

	json_array(j);
	while (*value != '\0' && strcmp(value, "none") != 0) {
		n = strcspn(value, ",");
		(void)snprintf(word, sizeof word, "%.*s", (int)n, value);
		json_text(j, word);
		value += n + (value[n] == ',');
	}
	json_array_end(j);
}

int
out_words(struct out *o, const char *name, const char *words, struct err *e)
{
	if (!o->as_json)
		return add_line(o, name, words, e);
	json_name(&o->json, name);
	json_list(&o->json, words);
	return 0;
}

int
out_row(struct out *o, const struct out_cell *c, struct err *e)
{
	size_t start, i;

	if (o->as_json) {
		json_object(&o->json);
		for (; c->name != NULL; c++) {
			json_name(&o->json, c->name);
			if (c->list)
				json_list(&o->json, c->value);
			else
				json_text(&o->json, c->value);
		}
		json_object_end(&o->json);
		return 0;
	}
	for (i = 0; c[i].name != NULL; i++) {
		start = o->text.len;
		if (buf_addf(&o->text, e, "%s", c[i].value != NULL ?
		    c[i].value : "-") == -1)
			return -1;
		printable(o, start);
		if (buf_add(&o->text, c[i + 1].name != NULL ? "\t" : "\n", 1,
		    e) == -1)
			return -1;
	}
	return 0;
}

/* The value of one element, in scratch, NUL-terminated. */
static const char *
value_of(struct buf *scratch, const struct ws_node *n, struct err *e)
{
	buf_clear(scratch);
	if (ws_value_text(scratch, n, e) == -1 ||
	    buf_add(scratch, "", 1, e) == -1)
		return NULL;
	return (const char *)scratch->data;
}

static bool
same_name(const struct ws_node *a, const struct ws_node *b)
{
	return a != NULL && b != NULL && strcmp(ws_name(a), ws_name(b)) == 0;
}

/* A property that repeats is an array; in text its lines repeat. */
static int
properties(struct out *o, const struct ws_node *instance, struct err *e)
{
	const struct ws_node *n, *last = NULL, *next;
	struct buf scratch;
	const char *value;
	int rc = 0;

	buf_init(&scratch, WS_MESSAGE_MAX);
	for (n = ws_first(instance); rc == 0 && n != NULL; last = n, n = next) {
		next = ws_next(n);
		if ((value = value_of(&scratch, n, e)) == NULL) {
			rc = -1;
		} else if (!o->as_json) {
			rc = add_line(o, ws_name(n), value, e);
		} else if (!same_name(n, last) && !same_name(n, next)) {
			json_member(&o->json, ws_name(n), value);
		} else {
			if (!same_name(n, last)) {
				json_name(&o->json, ws_name(n));
				json_array(&o->json);
			}
			json_text(&o->json, value);
			if (!same_name(n, next))
				json_array_end(&o->json);
		}
	}
	buf_clear(&scratch);
	return rc;
}

int
out_instance(struct out *o, const struct ws_node *instance, bool name_class,
    struct err *e)
{
	if (name_class) {
		if (out_block(o, "class", ws_name(instance), e) == -1)
			return -1;
	} else {
		out_begin(o);
	}
	if (properties(o, instance, e) == -1)
		return -1;
	out_end(o);
	return 0;
}

int
out_item(struct out *o, const char *value, struct err *e)
{
	if (!o->as_json)
		return add_line(o, "", value, e);
	json_text(&o->json, value);
	return 0;
}

void
out_list(struct out *o)
{
	if (o->as_json)
		json_array(&o->json);
}

void
out_list_end(struct out *o)
{
	if (o->as_json)
		json_array_end(&o->json);
}
