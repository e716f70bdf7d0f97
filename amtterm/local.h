/* SPDX-License-Identifier: MIT */
/*
 * Our side of the line: standard input, a terminal with an escape key or
 * any file, and standard output.  Bytes pass exactly as they are; neither
 * side is read while the other is slow.
 */
#ifndef AMTTERM_LOCAL_H
#define AMTTERM_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amtterm/escape.h"

struct err;
struct local;
struct loop;

struct local_events {
	/* Returns how many of n bytes it took; for more see local_more(). */
	size_t (*input)(void *arg, const uint8_t *p, size_t n);
	/* All input was taken and there is no more; e: reading failed. */
	void (*input_end)(void *arg, const struct err *e);
	void (*command)(void *arg, const struct escape *s,
	    enum escape_command c);
	/* Output waits: hold the source of it; or no longer. */
	void (*full)(void *arg, bool full);
	/* No more output is possible; e NULL: the reader closed its pipe. */
	void (*output_end)(void *arg, const struct err *e);
	void (*drained)(void *arg);	/* all output is out, after a wait */
};

/* escape_key: only for a terminal.  NULL: ERR_LOCAL. */
struct local *local_new(struct loop *l, int escape_key,
    const struct local_events *ev, void *arg, struct err *e);
void local_free(struct local *s);

/* Of input: not read; read for its commands only; taken. */
enum local_mode { LOCAL_HOLD, LOCAL_DROP, LOCAL_PASS };

bool local_is_terminal(const struct local *s);	/* standard input is */
void local_read(struct local *s, enum local_mode m);	/* HOLD at first */
void local_more(struct local *s);	/* input() would take more now */
void local_write(struct local *s, const uint8_t *p, size_t n);
bool local_is_drained(const struct local *s);
/* Before we say something: not in the middle of the host's line. */
void local_fresh_line(struct local *s);

#endif
