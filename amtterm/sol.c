/* SPDX-License-Identifier: MIT */
/* Serial-over-LAN: see sol.h. */
#include <stdio.h>
#include <string.h>

#include "amtterm/sol.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"
#include "lib/wire.h"

enum {
	START = 0x20, START_REPLY = 0x21, END = 0x22, END_REPLY = 0x23,
	PING = 0x24, PONG = 0x25, LINES = 0x29,
	DATA_FROM_HOST = 0x2a, HEARTBEAT = 0x2b
};

/*
 * What we ask of the device, in milliseconds.  It collects output for
 * TRANSMIT_WAIT before it sends less than a full buffer; the vendor's 100
 * can be felt when typing.  RX_TIMEOUT of silence from us frees the session.
 */
#define TRANSMIT_MAX 4096		/* bytes */
#define TRANSMIT_WAIT 10
#define RX_TIMEOUT 10000

/* type reserved[3] seq[4] */
static void
header(struct sol *s, struct wr *w, uint8_t type)
{
	wr_u8(w, type);
	wr_zero(w, 3);
	wr_le32(w, s->seq++);
}

static int
emit(struct sol *s, const struct wr *w, int64_t now_ms, struct buf *out,
    struct err *e)
{
	if (buf_add(out, w->buf, w->len, e) == -1)
		return err_ctx(e, "%s", s->host);
	s->sent_ms = now_ms;
	return 0;
}

static int
emit_header(struct sol *s, uint8_t type, int64_t now_ms, struct buf *out,
    struct err *e)
{
	uint8_t message[8];
	struct wr w;

	wr_init(&w, message, sizeof message);
	header(s, &w, type);
	return emit(s, &w, now_ms, out, e);
}

/* header, transmit buffer, transmit wait, overflow, rx timeout, FIFO flush
 * (0: keep until the host reads it), heartbeat, reserved[4] */
int
sol_begin(struct sol *s, const char *host, int64_t now_ms, struct buf *out,
    struct err *e)
{
	uint8_t message[24];
	struct wr w;

	*s = (struct sol){ .host = host, .state = SOL_OPENING, .seq = 1,
		.heard_ms = now_ms };
	wr_init(&w, message, sizeof message);
	header(s, &w, START);
	wr_le16(&w, TRANSMIT_MAX);
	wr_le16(&w, TRANSMIT_WAIT);
	wr_le16(&w, 0);
	wr_le16(&w, RX_TIMEOUT);
	wr_le16(&w, 0);
	wr_le16(&w, SOL_HEARTBEAT_MS);
	wr_zero(&w, 4);
	return emit(s, &w, now_ms, out, e);
}

int
sol_send(struct sol *s, const void *p, size_t n, int64_t now_ms,
    struct buf *out, struct err *e)
{
	uint8_t message[10 + SOL_CHUNK_MAX];
	const uint8_t *from = p;
	struct wr w;
	size_t part;

	for (; n > 0; n -= part, from += part) {
		part = n < SOL_CHUNK_MAX ? n : SOL_CHUNK_MAX;
		wr_init(&w, message, sizeof message);
		header(s, &w, SOL_TYPED);
		wr_le16(&w, (uint16_t)part);
		wr_bytes(&w, from, part);
		if (emit(s, &w, now_ms, out, e) == -1)
			return -1;
	}
	return 0;
}

int
sol_end(struct sol *s, int64_t now_ms, struct buf *out, struct err *e)
{
	s->state = SOL_ENDING;
	return emit_header(s, END, now_ms, out, e);
}

/* header with status, versions, sizes, IANA, OEM: nobody needs the rest */
static int
on_start_reply(struct sol *s, struct rd *r, struct sol_event *ev,
    struct err *e)
{
	uint8_t status = (rd_u8(r), rd_u8(r));

	if (s->state != SOL_OPENING)
		return err_set(e, ERR_PROTO, "%s opened serial-over-LAN "
		    "twice", s->host);
	if (status != 0)
		return err_set(e, ERR_REFUSED, "%s accepted the login, but "
		    "refused serial-over-LAN with status %u; \"wsamt sol\" "
		    "shows if it is enabled", s->host, status);
	s->state = SOL_OPEN;
	ev->what = SOL_OPENED;
	return 0;
}

/* header, control, status; firmware sends it whenever it likes */
static int
on_lines(struct sol *s, struct rd *r, struct sol_event *ev)
{
	uint8_t control, status;

	rd_bytes(r, 8);
	control = rd_u8(r);
	status = rd_u8(r);
	ev->what = SOL_LINES;
	ev->changed_control = s->lines_known ? control ^ s->control : 0xff;
	ev->changed_status = s->lines_known ? status ^ s->status : 0xff;
	s->control = control;
	s->status = status;
	s->lines_known = true;
	return 0;
}

/* header, length[2], data */
static int
on_data(struct sol *s, struct rd *r, struct sol_event *ev, struct err *e)
{
	if (s->state == SOL_OPENING)
		return err_set(e, ERR_PROTO, "%s sent data before it opened "
		    "serial-over-LAN", s->host);
	rd_bytes(r, 8);
	ev->len = rd_le16(r);
	ev->data = rd_bytes(r, ev->len);
	ev->what = SOL_DATA;
	return 0;
}

static int
on_end_reply(struct sol *s, struct sol_event *ev, struct buf *out,
    struct err *e)
{
	uint8_t message[REDIR_END_LEN];
	struct wr w;

	if (s->state != SOL_ENDING)
		return err_set(e, ERR_NET, "%s ended the serial-over-LAN "
		    "session", s->host);
	s->state = SOL_CLOSED;
	ev->what = SOL_ENDED;
	wr_init(&w, message, sizeof message);
	redir_end_encode(&w);
	return buf_add(out, w.buf, w.len, e);
}

static int
message(struct sol *s, const uint8_t *p, size_t n, struct buf *out,
    int64_t now_ms, struct sol_event *ev, struct err *e)
{
	struct rd r;

	rd_init(&r, p, n);
	switch (p[0]) {
	case START_REPLY:
		return on_start_reply(s, &r, ev, e);
	case LINES:
		return on_lines(s, &r, ev);
	case DATA_FROM_HOST:
		return on_data(s, &r, ev, e);
	case END_REPLY:
		return on_end_reply(s, ev, out, e);
	case PING:
		return emit_header(s, PONG, now_ms, out, e);
	case PONG:
	case HEARTBEAT:			/* never answered: it would echo */
	case REDIR_RELAY_NOTE:
		return 0;
	default:
		return err_set(e, ERR_PROTO, "%s sent a message (0x%02x) that "
		    "has no place in serial-over-LAN", s->host, p[0]);
	}
}

int
sol_step(struct sol *s, struct buf *in, struct buf *out, int64_t now_ms,
    struct sol_event *ev, struct err *e)
{
	int n;

	buf_drop(in, s->taken);		/* what the last event borrowed */
	s->taken = 0;
	*ev = (struct sol_event){ .what = SOL_MORE };
	while (ev->what == SOL_MORE && s->state != SOL_CLOSED) {
		n = redir_frame(REDIR_SOL, REDIR_DEVICE, in->data, in->len);
		if (n == 0)
			return 0;
		if (n == -1)
			return err_set(e, ERR_PROTO, "%s sent 0x%02x, which "
			    "begins no message of serial-over-LAN", s->host,
			    in->data[0]);
		s->heard_ms = now_ms;
		if (message(s, in->data, (size_t)n, out, now_ms, ev, e) == -1)
			return -1;
		if (ev->what == SOL_DATA)
			s->taken = (size_t)n;
		else
			buf_drop(in, (size_t)n);
	}
	return 0;
}

int
sol_tick(struct sol *s, int64_t now_ms, bool reading, int64_t *next_ms,
    struct buf *out, struct err *e)
{
	if (!reading)
		s->heard_ms = now_ms;
	if (now_ms - s->heard_ms >= SOL_SILENCE_MS)
		return err_set(e, ERR_NET, "%s has been silent for %d "
		    "seconds; the connection is given up", s->host,
		    SOL_SILENCE_MS / 1000);
	if (now_ms - s->sent_ms >= SOL_HEARTBEAT_MS &&
	    (s->state == SOL_OPEN || s->state == SOL_ENDING) &&
	    emit_header(s, HEARTBEAT, now_ms, out, e) == -1)
		return -1;
	*next_ms = s->sent_ms + SOL_HEARTBEAT_MS;
	if (s->heard_ms + SOL_SILENCE_MS < *next_ms || *next_ms <= now_ms)
		*next_ms = s->heard_ms + SOL_SILENCE_MS;
	return 0;
}

void
sol_lines_text(const struct sol *s, char out[160])
{
	static const struct { uint8_t control, status; const char *text; }
	    rows[] = {
		{ SOL_RTS, 0, "RTS" }, { SOL_DTR, 0, "DTR" },
		{ SOL_BREAK, 0, "break" },
		{ 0, SOL_OVERFLOW, "output was lost" },
		{ 0, SOL_FLUSHED, "input was discarded" },
		{ 0, SOL_LOOPBACK, "serial port in loopback" },
		{ 0, SOL_TEST, "serial port in test mode" },
	};
	size_t i, n;

	n = (size_t)snprintf(out, 160, "host is %s",
	    s->status & SOL_POWER ? "on" : "off");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((s->control & rows[i].control) != 0 ||
		    (s->status & rows[i].status) != 0)
			n += (size_t)snprintf(out + n, 160 - n, ", %s",
			    rows[i].text);
}
