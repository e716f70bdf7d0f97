/* SPDX-License-Identifier: MIT */
/* The messages all redirection services have: see rtalk.h. */
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/rtalk.h"
#include "lib/wire.h"

enum { PING = 4, PONG = 5, HEARTBEAT = 0xb };	/* from the first type on */

void
rtalk_header(struct rtalk *t, struct wr *w, uint8_t type, uint8_t attributes)
{
	wr_u8(w, type);
	wr_zero(w, 2);
	wr_u8(w, attributes);
	wr_le32(w, t->seq++);
}

int
rtalk_send(struct rtalk *t, const struct wr *w, int64_t now_ms,
    struct buf *out, struct err *e)
{
	if (buf_add(out, w->buf, w->len, e) == -1)
		return err_ctx(e, "%s", t->host);
	t->sent_ms = now_ms;
	return 0;
}

int
rtalk_send_header(struct rtalk *t, uint8_t type, int64_t now_ms,
    struct buf *out, struct err *e)
{
	uint8_t message[8];
	struct wr w;

	wr_init(&w, message, sizeof message);
	rtalk_header(t, &w, type, 0);
	return rtalk_send(t, &w, now_ms, out, e);
}

int
rtalk_next(struct rtalk *t, struct buf *in, int64_t now_ms, struct err *e)
{
	int n;

	buf_drop(in, t->taken);
	t->taken = 0;
	n = redir_frame(t->is->service, REDIR_DEVICE, in->data, in->len);
	if (n == -1)
		return err_set(e, ERR_PROTO, "%s sent 0x%02x, which begins no "
		    "message of %s", t->host, in->data[0], t->is->name);
	if (n > 0)
		t->heard_ms = now_ms;
	return n;
}

void
rtalk_took(struct rtalk *t, struct buf *in, size_t n, bool borrowed)
{
	if (borrowed)
		t->taken = n;
	else
		buf_drop(in, n);
}

int
rtalk_other(struct rtalk *t, uint8_t type, int64_t now_ms, struct buf *out,
    struct err *e)
{
	switch (type - t->is->first) {
	case PING:
		return rtalk_send_header(t, t->is->first + PONG, now_ms, out,
		    e);
	case PONG:
	case HEARTBEAT:			/* never answered: it would echo */
		return 0;
	}
	return type == REDIR_RELAY_NOTE ? 0 : err_set(e, ERR_PROTO, "%s sent "
	    "a message (0x%02x) that has no place in %s", t->host, type,
	    t->is->name);
}

int
rtalk_ended(struct rtalk *t, bool asked, struct buf *out, struct err *e)
{
	uint8_t message[REDIR_END_LEN];
	struct wr w;

	if (!asked)
		return err_set(e, ERR_NET, "%s ended the %s session", t->host,
		    t->is->name);
	wr_init(&w, message, sizeof message);
	redir_end_encode(&w);
	return buf_add(out, w.buf, w.len, e);
}

int
rtalk_tick(struct rtalk *t, int64_t now_ms, int64_t *next_ms, struct buf *out,
    struct err *e)
{
	const struct rtalk_service *is = t->is;

	if (now_ms - t->heard_ms >= is->silence_ms)
		return err_set(e, ERR_NET, "%s has been silent for %d "
		    "seconds; the connection is given up", t->host,
		    is->silence_ms / 1000);
	if (now_ms - t->sent_ms >= is->heartbeat_ms &&
	    rtalk_send_header(t, is->first + HEARTBEAT, now_ms, out, e) == -1)
		return -1;
	*next_ms = t->sent_ms + is->heartbeat_ms;
	if (t->heard_ms + is->silence_ms < *next_ms || *next_ms <= now_ms)
		*next_ms = t->heard_ms + is->silence_ms;
	return 0;
}
