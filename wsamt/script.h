/* SPDX-License-Identifier: MIT */
/*
 * A file of commands, one a line: words between blanks, "..." quotes with \"
 * and \\ in it, # begins a comment where a word could begin.
 */
#ifndef WSAMT_SCRIPT_H
#define WSAMT_SCRIPT_H

#include "lib/buf.h"

#define SCRIPT_MAX (1 << 20)		/* bytes of a file */
#define SCRIPT_WORDS_MAX 128		/* of a line */

struct err;
struct hosts;

struct script_line {
	unsigned number;		/* from 1 */
	int argc;
	char **argv;			/* ends in NULL; into the text */
};
struct script {
	struct script_line *lines;	/* those with words */
	size_t n;
	struct buf text;
};

/* "-": standard input.  -1: ERR_LOCAL, ERR_USAGE with file and line. */
int script_read(struct script *s, const char *path, struct err *e);
/* The names of machines in such a file, and lists and ranges of them. */
int script_read_hosts(struct hosts *h, const char *path, struct err *e);
void script_clear(struct script *s);	/* wipes: it may hold passwords */

#endif
