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
	LINES = 0x29, DATA_FROM_HOST = 0x2a
};

static const struct rtalk_service service = {
	.service = REDIR_SOL, .name = "serial-over-LAN", .first = START,
	.heartbeat_ms = SOL_HEARTBEAT_MS, .silence_ms = 30000,
};

/*
 * What we ask of the device, in milliseconds.  It collects output for
 * TRANSMIT_WAIT before it sends less than a full buffer; the vendor's 100
 * can be felt when typing.  RX_TIMEOUT of silence from us frees the session.
 */
#define TRANSMIT_MAX 4096		/* bytes */
#define TRANSMIT_WAIT 10
#define RX_TIMEOUT 10000

/* header, transmit buffer, transmit wait, overflow, rx timeout, FIFO flush
 * (0: keep until the host reads it), heartbeat, reserved[4] */
int
sol_begin(struct sol *s, const char *host, int64_t now_ms, struct buf *out,
    struct err *e)
{
	uint8_t message[24];
	struct wr w;

	*s = (struct sol){ .state = SOL_OPENING, .talk = { .is = &service,
		.host = host, .seq = 1, .heard_ms = now_ms } };
	wr_init(&w, message, sizeof message);
	rtalk_header(&s->talk, &w, START, 0);
	wr_le16(&w, TRANSMIT_MAX);
	wr_le16(&w, TRANSMIT_WAIT);
	wr_le16(&w, 0);
	wr_le16(&w, RX_TIMEOUT);
	wr_le16(&w, 0);
	wr_le16(&w, SOL_HEARTBEAT_MS);
	wr_zero(&w, 4);
	return rtalk_send(&s->talk, &w, now_ms, out, e);
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
		rtalk_header(&s->talk, &w, SOL_TYPED, 0);
		wr_le16(&w, (uint16_t)part);
		wr_bytes(&w, from, part);
		if (rtalk_send(&s->talk, &w, now_ms, out, e) == -1)
			return -1;
	}
	return 0;
}

int
sol_end(struct sol *s, int64_t now_ms, struct buf *out, struct err *e)
{
	s->state = SOL_ENDING;
	return rtalk_send_header(&s->talk, END, now_ms, out, e);
}

/* header with status, versions, sizes, IANA, OEM: nobody needs the rest */
static int
on_start_reply(struct sol *s, struct rd *r, struct sol_event *ev,
    struct err *e)
{
	uint8_t status = (rd_u8(r), rd_u8(r));

	if (s->state != SOL_OPENING)
		return err_set(e, ERR_PROTO, "%s opened serial-over-LAN "
		    "twice", s->talk.host);
	if (status != 0)
		return err_set(e, ERR_REFUSED, "%s accepted the login, but "
		    "refused serial-over-LAN with status %u; \"wsamt sol\" "
		    "shows if it is enabled", s->talk.host, status);
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
		    "serial-over-LAN", s->talk.host);
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
	if (rtalk_ended(&s->talk, s->state == SOL_ENDING, out, e) == -1)
		return -1;
	s->state = SOL_CLOSED;
	ev->what = SOL_ENDED;
	return 0;
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
	}
	return rtalk_other(&s->talk, p[0], now_ms, out, e);
}

int
sol_step(struct sol *s, struct buf *in, struct buf *out, int64_t now_ms,
    struct sol_event *ev, struct err *e)
{
	int n;

	*ev = (struct sol_event){ .what = SOL_MORE };
	while (ev->what == SOL_MORE && s->state != SOL_CLOSED) {
		if ((n = rtalk_next(&s->talk, in, now_ms, e)) <= 0)
			return n;
		if (message(s, in->data, (size_t)n, out, now_ms, ev, e) == -1)
			return -1;
		rtalk_took(&s->talk, in, (size_t)n, ev->what == SOL_DATA);
	}
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
