/* SPDX-License-Identifier: MIT */
/*
 * The escape key and its menu: finds them in what is typed, wherever a read
 * happens to cut.  Key, then a letter of the table is a command; the key
 * again sends it once.  A power order is key, p, its letter, y.  Anything
 * else after the key is swallowed, so that a slip types nothing.
 */
#ifndef AMTTERM_ESCAPE_H
#define AMTTERM_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define ESCAPE_NO_KEY (-1)
#define ESCAPE_DEFAULT 0x1d		/* ^] */

enum escape_command {
	ESCAPE_NONE, ESCAPE_QUIT, ESCAPE_HELP, ESCAPE_RECONNECT, ESCAPE_LOG,
	ESCAPE_READ_ONLY, ESCAPE_STATE,
	ESCAPE_POWER,			/* which order? */
	ESCAPE_ASK,			/* this order, really? */
	ESCAPE_ORDER,			/* yes */
	ESCAPE_CANCEL,			/* no */
	ESCAPE_UNKNOWN
};

struct escape {
	int key;			/* a byte, or ESCAPE_NO_KEY */
	const char *order;		/* of ESCAPE_ASK, ESCAPE_ORDER: "off" */
	enum { ESCAPE_IDLE, ESCAPE_ARMED, ESCAPE_WHICH, ESCAPE_SURE } state;
};

/*
 * Reads typed[0..n) up to the next command or to its end.  Returns how many
 * bytes it read; bytes for the host are in out[0..*len), at most n.
 */
size_t escape_filter(struct escape *s, const uint8_t *typed, size_t n,
    uint8_t *out, size_t *len, enum escape_command *command);

/* "^]", "^a", "~", "none".  ERR_USAGE. */
int escape_parse(int *key, const char *text, struct err *e);
/* The key as people write it: "^]". */
void escape_name(int key, char out[8]);
/* Row i of the menu for people: its letter and what it does; NULL: no row. */
const char *escape_help(size_t i, char *letter);

#endif
