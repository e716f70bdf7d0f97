/* SPDX-License-Identifier: MIT */
/* Cursors over protocol bytes: see wire.h. */
#include <string.h>

#include "lib/wire.h"

void
rd_init(struct rd *r, const void *p, size_t n)
{
	r->p = p;
	r->left = n;
	r->bad = false;
}

const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	if (n > 0)
		r->p += n;
	r->left -= n;
	return p;
}

uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);

	return p != NULL ? p[0] : 0;
}

uint16_t
rd_le16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p != NULL ? (uint16_t)(p[0] | p[1] << 8) : 0;
}

uint32_t
rd_le32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	return p != NULL ? (uint32_t)p[0] | (uint32_t)p[1] << 8 |
	    (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 : 0;
}

uint16_t
rd_be16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t
rd_be32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | (uint32_t)p[3] : 0;
}

bool
rd_end(const struct rd *r)
{
	return !r->bad && r->left == 0;
}

void
wr_init(struct wr *w, void *buf, size_t size)
{
	w->buf = buf;
	w->size = size;
	w->len = 0;
	w->bad = false;
}

void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	if (w->bad || n > w->size - w->len) {
		w->bad = true;
		return;
	}
	if (n > 0)
		memcpy(w->buf + w->len, p, n);
	w->len += n;
}

void
wr_zero(struct wr *w, size_t n)
{
	while (n-- > 0 && !w->bad)
		wr_u8(w, 0);
}

void
wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

void
wr_le16(struct wr *w, uint16_t v)
{
	const uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	wr_bytes(w, b, sizeof b);
}

void
wr_le32(struct wr *w, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8),
	    (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	wr_bytes(w, b, sizeof b);
}

void
wr_be16(struct wr *w, uint16_t v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	wr_bytes(w, b, sizeof b);
}

void
wr_be32(struct wr *w, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v };

	wr_bytes(w, b, sizeof b);
}

void
wr_patch_le32(struct wr *w, size_t at, uint32_t v)
{
	struct wr hole;

	if (w->bad || at > w->len || w->len - at < 4) {
		w->bad = true;
		return;
	}
	wr_init(&hole, w->buf + at, 4);
	wr_le32(&hole, v);
}

bool
is_tls_record(const uint8_t *p, size_t n)
{
	return n >= TLS_SIGN && (p[0] == 0x15 || p[0] == 0x16) &&
	    p[1] == 3 && p[2] <= 4;
}
