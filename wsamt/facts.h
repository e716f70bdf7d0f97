/* SPDX-License-Identifier: MIT */
/*
 * Views: properties of several classes under words of ours, as a table.  A
 * class or property that the firmware does not have is left out; so is, with
 * a warning, what this user may not see.
 */
#ifndef WSAMT_FACTS_H
#define WSAMT_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/wsxml.h"

struct err;
struct wsamt;

enum fact_how {
	FACT_TEXT,			/* as it is */
	FACT_BOOL,			/* on, off */
	FACT_STATE,			/* EnabledState: 3 is off, others on */
	FACT_WORD,			/* of words, else the number */
	FACT_WORDS,			/* each of an array, with commas */
	FACT_ADDRESSES,			/* the same of "ADDRESS,KIND,STATE" */
};

/* Rows of one class and instance stand together: it is read once. */
struct fact {
	const char *word, *class;
	const char *instance;		/* InstanceID; NULL: the only one */
	const char *property;
	enum fact_how how;
	const struct ws_word *words;
};

/* Between out_begin() and out_end().  -1 when not even one class is there. */
int facts_print(struct wsamt *a, const struct fact *rows, size_t n,
    struct err *e);
/* The same of an instance at hand, whatever the rows' class. */
int facts_print_node(struct wsamt *a, const struct fact *rows, size_t n,
    const struct ws_node *instance, struct err *e);
/* Was e such an error, after which one goes on?  Warns. */
bool facts_may_lack(struct wsamt *a, const struct err *e);
/* The word of a number, or the number itself. */
const char *fact_word(const struct ws_word *words, const char *number);

#endif
