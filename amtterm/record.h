/* SPDX-License-Identifier: MIT */
/*
 * What the machine prints, in a file: appended, readable by its owner only
 * when it is new, each line with its time if wished.  A file that cannot be
 * written (a full disk) does not end a console: it is said, once, and how
 * much is missing when it goes on.
 */
#ifndef AMTTERM_RECORD_H
#define AMTTERM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct record {
	const char *path;		/* borrowed; NULL: none */
	bool stamp;			/* the time at the start of each line */
	int fd;				/* -1: off */
	bool mid_line;
	uint64_t missing;		/* bytes since it failed; 0: all is well */
	bool failed;			/* something was never written */
};

#define RECORD_INIT { .fd = -1 }

/* Open r->path, or again after it was renamed.  -1: ERR_LOCAL, as before. */
int record_open(struct record *r, struct err *e);
void record_close(struct record *r);	/* off is fine */
void record_write(struct record *r, const uint8_t *p, size_t n);

#endif
