/* SPDX-License-Identifier: MIT */
/*
 * A stream from one character set to another by iconv(3), cut wherever it
 * may be.  What has no equal becomes a sign that says so.
 */
#ifndef AMTTERM_CHARSET_H
#define AMTTERM_CHARSET_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHARSET_REST_MAX 16		/* bytes of a character cut in two */

struct buf;
struct err;

struct charset {
	iconv_t cd;
	bool open, from_utf8;
	uint8_t rest[CHARSET_REST_MAX];
	size_t nrest;
};

/* name to UTF-8, or from it.  ERR_USAGE: no such set. */
int charset_open(struct charset *c, const char *name, bool from_utf8,
    struct err *e);
void charset_close(struct charset *c);	/* not open is fine */
/* Appends at most 4 bytes a byte, and those of the rest.  -1: out is full. */
int charset_run(struct charset *c, const uint8_t *p, size_t n,
    struct buf *out, struct err *e);

#endif
