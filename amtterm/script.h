/* SPDX-License-Identifier: MIT */
/*
 * --send and --wait-for, in the order in which they were given: what to say
 * now, and whether what was waited for was printed.  Pure, but for the
 * regular expressions of libc.
 */
#ifndef AMTTERM_SCRIPT_H
#define AMTTERM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define SCRIPT_WINDOW 65536		/* bytes in which it is looked for */

struct script_step;

struct script {				/* zero: no steps */
	struct script_step *steps;
	size_t nsteps, at;
	struct buf window;		/* printed since the last match, no CR */
};

enum script_state { SCRIPT_SENDS, SCRIPT_WAITS, SCRIPT_OVER };

/* Text with \r \n \t \e \\ \xNN; wiped: it may be a password.  ERR_USAGE. */
int script_add_send(struct script *s, char *text, struct err *e);
/* An extended regular expression; ^ and $ are those of lines. */
int script_add_wait(struct script *s, const char *regex, struct err *e);
void script_free(struct script *s);

enum script_state script_state(const struct script *s);
/* Is there still something to send, now or later? */
bool script_has_to_send(const struct script *s);
bool script_ends_waiting(const struct script *s);	/* the last step does */
/* SCRIPT_SENDS: what is left of it; say how much was sent. */
const uint8_t *script_text(const struct script *s, size_t *n);
void script_sent(struct script *s, size_t n);
/* SCRIPT_WAITS: for what, as it was given. */
const char *script_regex(const struct script *s);
/* The host printed this; true: what was waited for is there, go on. */
bool script_printed(struct script *s, const uint8_t *p, size_t n);

#endif
