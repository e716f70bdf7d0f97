/* SPDX-License-Identifier: MIT */
/* Bounded byte buffer: see buf.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof *b);
	b->max = max;
}

void
buf_clear(struct buf *b)
{
	size_t max = b->max;

	if (b->base != NULL)
		explicit_bzero(b->base, b->cap);
	free(b->base);
	buf_init(b, max);
}

uint8_t *
buf_room(struct buf *b, size_t n, struct err *e)
{
	uint8_t *fresh;
	size_t cap;

	if (n > b->max || b->len > b->max - n) {
		err_set(e, ERR_PROTO, "too long: more than %zu bytes", b->max);
		return NULL;
	}
	if (b->off > 0 && b->off + b->len + n > b->cap) {
		memmove(b->base, b->data, b->len);
		b->off = 0;
		b->data = b->base;
	}
	if (b->len + n > b->cap) {
		for (cap = b->cap > 0 ? b->cap : 256; cap < b->len + n; )
			cap *= 2;
		if ((fresh = malloc(cap)) == NULL) {
			err_sys(e, ERR_LOCAL, "%zu bytes", cap);
			return NULL;
		}
		if (b->len > 0)
			memcpy(fresh, b->data, b->len);
		if (b->base != NULL)
			explicit_bzero(b->base, b->cap);
		free(b->base);
		b->base = b->data = fresh;
		b->cap = cap;
		b->off = 0;
	}
	return b->base + b->off + b->len;
}

void
buf_grew(struct buf *b, size_t n)
{
	b->len += n;
}

int
buf_add(struct buf *b, const void *p, size_t n, struct err *e)
{
	uint8_t *room;

	if (n == 0)
		return 0;
	if ((room = buf_room(b, n, e)) == NULL)
		return -1;
	memcpy(room, p, n);
	buf_grew(b, n);
	return 0;
}

int
buf_addf(struct buf *b, struct err *e, const char *fmt, ...)
{
	uint8_t *room;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, ERR_LOCAL, "formatting failed");
	if ((room = buf_room(b, (size_t)n + 1, e)) == NULL)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf((char *)room, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_grew(b, (size_t)n);		/* the NUL is not counted */
	return 0;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n == 0)
		return;			/* perhaps nothing was ever in it */
	b->off += n;
	b->len -= n;
	b->data = b->base + b->off;
	if (b->len == 0) {
		b->off = 0;
		b->data = b->base;
	}
}
