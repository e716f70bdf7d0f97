/* SPDX-License-Identifier: MIT */
/*
 * Owned bytes with a maximum from birth: what a peer can make us hold is
 * decided where the buffer is made.  Read at data/len, append at the end,
 * drop from the front.  Cleared buffers are wiped: they may have held a
 * secret.
 */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct buf {
	uint8_t *data;			/* NULL while empty and unused */
	size_t len;			/* bytes in use */
	size_t max;			/* never more than this */
	size_t cap, off;		/* private */
	uint8_t *base;			/* private */
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);		/* wipes and frees; usable again */
/* Append; -1 with ERR_PROTO "too long" beyond max, ERR_LOCAL without memory. */
int buf_add(struct buf *b, const void *p, size_t n, struct err *e);
int buf_addf(struct buf *b, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * Room for n more bytes behind the used ones, to read() into; account for
 * them with buf_grew().  NULL as buf_add() fails.
 */
uint8_t *buf_room(struct buf *b, size_t n, struct err *e);
void buf_grew(struct buf *b, size_t n);
void buf_drop(struct buf *b, size_t n);	/* from the front; n <= len */

#endif
