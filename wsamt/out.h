/* SPDX-License-Identifier: MIT */
/*
 * What a command found: facts.  As text one a line, "name<TAB>value", or
 * the bare value when there is but one; as JSON objects.  Nothing is
 * printed until all is known, so that a failure prints no half.
 */
#ifndef WSAMT_OUT_H
#define WSAMT_OUT_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/json.h"

struct err;
struct ws_node;

#define OUT_MAX (32 << 20)		/* bytes printed */

struct out {
	bool as_json;
	struct buf text;
	struct json json;
	unsigned instances;
};

void out_init(struct out *o, bool as_json);
void out_clear(struct out *o);
int out_print(struct out *o, struct err *e);	/* all of it, to stdout */

/* The only fact of a command. */
int out_value(struct out *o, const char *name, const char *value,
    struct err *e);
/* The same of several lines, which are ours and not the machine's. */
int out_text(struct out *o, const char *name, const char *text,
    struct err *e);
/* Facts, between begin and end. */
void out_begin(struct out *o);
int out_fact(struct out *o, const char *name, const char *value,
    struct err *e);
/* One of several values of a fact, a line each; a list in JSON. */
void out_several_begin(struct out *o, const char *name);
int out_several(struct out *o, const char *name, const char *value,
    struct err *e);				/* ends by out_list_end() */
/* "a,b" or "none", in JSON a list. */
int out_words(struct out *o, const char *name, const char *words,
    struct err *e);
/* out_begin() of one of several: its first fact, an empty line before. */
int out_block(struct out *o, const char *name, const char *value,
    struct err *e);
/* A fact with its origin in a third column. */
int out_setting(struct out *o, const char *name, const char *value,
    const char *origin, struct err *e);
void out_end(struct out *o);

/*
 * A line of a table: cells with tabs between, or an object.  Ends in a NULL
 * name.  A list is "a,b", or "none"; in JSON an array.  A value NULL is not
 * known: "-", in JSON null.
 */
struct out_cell { const char *name, *value; bool list; };
int out_row(struct out *o, const struct out_cell *cells, struct err *e);

/* An instance: each property a fact, in the firmware's order. */
int out_instance(struct out *o, const struct ws_node *instance,
    bool name_class, struct err *e);
/* A bare value among others of a list. */
int out_item(struct out *o, const char *value, struct err *e);
void out_list(struct out *o);		/* before several instances or rows */
void out_list_end(struct out *o);

#endif
