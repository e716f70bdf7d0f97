/* SPDX-License-Identifier: MIT */
/*
 * Cursors over bytes of a protocol; the only place that knows byte order.
 * A reader borrows its bytes, fails once and stays failed, so that a decoder
 * reads like the layout of its message and checks once, at the end.
 */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd { const uint8_t *p; size_t left; bool bad; };	/* bad: ran past the end; sticky */
struct wr { uint8_t *buf; size_t size, len; bool bad; };	/* bad: did not fit; sticky */

void rd_init(struct rd *r, const void *p, size_t n);
uint8_t rd_u8(struct rd *r);		/* 0 when bad, as all of these */
uint16_t rd_le16(struct rd *r);
uint32_t rd_le32(struct rd *r);
uint16_t rd_be16(struct rd *r);
uint32_t rd_be32(struct rd *r);
const uint8_t *rd_bytes(struct rd *r, size_t n);	/* NULL when short */
bool rd_end(const struct rd *r);	/* nothing missing, nothing left */

void wr_init(struct wr *w, void *buf, size_t size);
void wr_u8(struct wr *w, uint8_t v);
void wr_le16(struct wr *w, uint16_t v);
void wr_le32(struct wr *w, uint32_t v);
void wr_be16(struct wr *w, uint16_t v);
void wr_be32(struct wr *w, uint32_t v);
void wr_zero(struct wr *w, size_t n);
void wr_bytes(struct wr *w, const void *p, size_t n);
void wr_patch_le32(struct wr *w, size_t at, uint32_t v);	/* a hole */

/* Do these bytes begin a TLS record, alert or handshake?  (RFC 8446, 5.1) */
#define TLS_SIGN 3			/* bytes that tell */
bool is_tls_record(const uint8_t *p, size_t n);

#endif
