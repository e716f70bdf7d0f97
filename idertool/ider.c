/* SPDX-License-Identifier: MIT */
/* Storage redirection: see ider.h. */
#include <string.h>

#include "idertool/ider.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"
#include "lib/wire.h"

enum {
	OPEN = 0x40, OPEN_REPLY = 0x41, CLOSE = 0x42, CLOSE_REPLY = 0x43,
	RESET = 0x46, RESET_DONE = 0x47, FEATURES = 0x48,
	FEATURES_REPLY = 0x49, ERROR = 0x4a, COMMAND = 0x50,
	COMMAND_END = 0x51, WANT = 0x52, DATA_FROM_HOST = 0x53,
	DATA_TO_HOST = 0x54
};

/* What we ask of the device, in milliseconds: firmware is known to take it. */
#define RX_TIMEOUT 30000		/* our silence after which it ends it */
#define TX_TIMEOUT 0
#define HEARTBEAT_INTERVAL 20000
#define VERSION_1 1

#define SET_REGISTER 3			/* of FEATURES */

enum { MORE_DATA = 0, USES_DMA = 1, COMPLETES = 2 };	/* attributes */

static const struct rtalk_service service = {
	.service = REDIR_IDER, .name = "storage redirection", .first = OPEN,
	.heartbeat_ms = IDER_HEARTBEAT_MS,
	.silence_ms = 2 * HEARTBEAT_INTERVAL,
};

/* header, rx timeout, tx timeout, heartbeat interval, version[4] */
int
ider_begin(struct ider *s, const char *host, enum ider_start start,
    int64_t now_ms, struct buf *out, struct err *e)
{
	uint8_t message[18];
	struct wr w;

	*s = (struct ider){ .state = IDER_OPENING, .start = start,
		.talk = { .is = &service, .host = host,
		.heard_ms = now_ms } };
	wr_init(&w, message, sizeof message);
	rtalk_header(&s->talk, &w, OPEN, 0);
	wr_le16(&w, RX_TIMEOUT);
	wr_le16(&w, TX_TIMEOUT);
	wr_le16(&w, HEARTBEAT_INTERVAL);
	wr_le32(&w, VERSION_1);
	return rtalk_send(&s->talk, &w, now_ms, out, e);
}

/* header, what to do, value[4] */
static int
emit_toggle(struct ider *s, int64_t now_ms, struct buf *out, struct err *e)
{
	uint8_t message[13];
	struct wr w;

	wr_init(&w, message, sizeof message);
	rtalk_header(&s->talk, &w, FEATURES, 0);
	wr_u8(&w, SET_REGISTER);
	wr_le32(&w, s->start);
	return rtalk_send(&s->talk, &w, now_ms, out, e);
}

/* ---- answers to commands ------------------------------------------------ */

/* header, reserved, transfer bytes[2], packet number, input block[8],
 * output block: mask error reason sector count[2] drive status, sense[3] */
static int
emit_end(struct ider *s, const struct ider_command *c,
    const struct scsi_sense *sense, int64_t now_ms, struct buf *out,
    struct err *e)
{
	uint8_t message[31];
	struct wr w;

	wr_init(&w, message, sizeof message);
	rtalk_header(&s->talk, &w, COMMAND_END, COMPLETES);
	wr_zero(&w, 12);
	wr_u8(&w, sense == NULL ? 0xc5 : 0x87);
	wr_u8(&w, sense == NULL ? 0 : (uint8_t)(sense->key << 4));
	wr_u8(&w, 0x03);
	wr_zero(&w, 3);
	wr_u8(&w, c->device);
	wr_u8(&w, sense == NULL ? 0x50 : 0x51);
	wr_u8(&w, sense == NULL ? 0 : sense->key);
	wr_u8(&w, sense == NULL ? 0 : sense->asc);
	wr_u8(&w, sense == NULL ? 0 : sense->ascq);
	return rtalk_send(&s->talk, &w, now_ms, out, e);
}

int
ider_good(struct ider *s, const struct ider_command *c, int64_t now_ms,
    struct buf *out, struct err *e)
{
	return emit_end(s, c, NULL, now_ms, out, e);
}

int
ider_check(struct ider *s, const struct ider_command *c,
    struct scsi_sense sense, int64_t now_ms, struct buf *out, struct err *e)
{
	return emit_end(s, c, &sense, now_ms, out, e);
}

int
ider_data_room(struct ider *s, struct buf *out, size_t *n,
    struct iovec iov[IDER_PARTS_MAX], int *parts, struct err *e)
{
	size_t most = (size_t)s->read_max * IDER_PARTS_MAX, left, part;
	uint8_t *p;

	if (most > IDER_BATCH_MAX)
		most = IDER_BATCH_MAX;
	if (*n > most)
		*n = most;
	*parts = (int)((*n + s->read_max - 1) / s->read_max);
	p = buf_room(out, *n + (size_t)*parts * IDER_DATA_HEADER, e);
	if (p == NULL)
		return err_ctx(e, "%s", s->talk.host);
	for (left = *n; left > 0; left -= part) {
		part = left < s->read_max ? left : s->read_max;
		p += IDER_DATA_HEADER;
		*iov++ = (struct iovec){ .iov_base = p, .iov_len = part };
		p += part;
	}
	return 0;
}

/* header, reserved, size[2], packet number, input block: mask error reason
 * sector count[2] drive status, output block[8], sense[3], reserved[3] */
static void
data_header(struct ider *s, struct wr *w, const struct ider_command *c,
    uint16_t n, bool last)
{
	rtalk_header(&s->talk, w, DATA_TO_HOST, (c->dma ? USES_DMA : 0) |
	    (last ? COMPLETES : MORE_DATA));
	wr_u8(w, 0);
	wr_le16(w, n);
	wr_u8(w, 0);
	wr_u8(w, c->dma ? 0xb4 : 0xb5);
	wr_u8(w, 0);
	wr_u8(w, 0x02);			/* towards the host */
	wr_u8(w, 0);
	wr_le16(w, c->dma ? 0 : n);
	wr_u8(w, c->device);
	wr_u8(w, 0x58);
	if (last) {
		wr_bytes(w, "\x85\0\x03\0\0\0", 6);
		wr_u8(w, c->device);
		wr_u8(w, 0x50);
	} else {
		wr_zero(w, 8);
	}
	wr_zero(w, 6);
}

void
ider_data_send(struct ider *s, const struct ider_command *c, size_t n,
    bool last, int64_t now_ms, struct buf *out)
{
	uint8_t *p = out->data + out->len;
	size_t part, done;
	struct wr w;

	for (done = 0; done < n; done += part) {
		part = n - done < s->read_max ? n - done : s->read_max;
		wr_init(&w, p, IDER_DATA_HEADER);
		data_header(s, &w, c, (uint16_t)part,
		    last && done + part == n);
		p += IDER_DATA_HEADER + part;
		buf_grew(out, IDER_DATA_HEADER + part);
	}
	s->talk.sent_ms = now_ms;
}

/* header, reserved, wanted[2], reserved, input block as for data but from
 * the host, reserved[11] */
int
ider_want(struct ider *s, const struct ider_command *c, uint16_t n,
    int64_t now_ms, struct buf *out, struct err *e)
{
	uint8_t message[31];
	struct wr w;

	wr_init(&w, message, sizeof message);
	rtalk_header(&s->talk, &w, WANT, 0);
	wr_u8(&w, 0);
	wr_le16(&w, n);
	wr_u8(&w, 0);
	wr_u8(&w, 0xb5);
	wr_zero(&w, 3);
	wr_le16(&w, n);
	wr_u8(&w, c->device);
	wr_u8(&w, 0x58);
	wr_zero(&w, 11);
	return rtalk_send(&s->talk, &w, now_ms, out, e);
}

int
ider_reset_done(struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	return rtalk_send_header(&s->talk, RESET_DONE, now_ms, out, e);
}

int
ider_end(struct ider *s, int64_t now_ms, struct buf *out, struct err *e)
{
	s->state = IDER_ENDING;
	return rtalk_send_header(&s->talk, CLOSE, now_ms, out, e);
}

/* ---- what the device says ----------------------------------------------- */

/* type status reserved[2] seq[4] version[2] firmware[2] unknown[4]
 * read buffer[2] write buffer[2] unknown, protocol, unknown[3] IANA[4] OEM */
static int
on_open_reply(struct ider *s, struct rd *r, struct buf *out, int64_t now_ms,
    struct ider_event *ev, struct err *e)
{
	uint8_t status = (rd_u8(r), rd_u8(r));

	if (s->state != IDER_OPENING)
		return err_set(e, ERR_PROTO, "%s opened storage redirection "
		    "twice", s->talk.host);
	if (status != 0)
		return err_set(e, ERR_REFUSED, "%s accepted the login, but "
		    "refused storage redirection with status %u; \"wsamt "
		    "ider\" shows if it is enabled", s->talk.host, status);
	rd_bytes(r, 8);			/* the rest of the header, version */
	s->firmware_major = rd_u8(r);
	s->firmware_minor = rd_u8(r);
	rd_bytes(r, 4);
	s->read_max = rd_le16(r);
	s->write_max = rd_le16(r);
	if (s->read_max == 0 || s->write_max == 0)
		return err_set(e, ERR_PROTO, "%s has no room for data: it "
		    "announced buffers of %u and %u bytes", s->talk.host,
		    s->read_max, s->write_max);
	s->state = IDER_TOGGLING;
	ev->what = IDER_OPENED;
	return emit_toggle(s, now_ms, out, e);
}

/* header, what was done, value[4] */
static int
on_features_reply(struct ider *s, struct rd *r, struct ider_event *ev,
    struct err *e)
{
	uint32_t value;

	rd_bytes(r, 8);
	if (rd_u8(r) != SET_REGISTER)
		return 0;		/* nobody asked */
	value = rd_le32(r);
	if (s->state == IDER_OPENING)
		return err_set(e, ERR_PROTO, "%s answered before storage "
		    "redirection was open", s->talk.host);
	if (value != 1 && s->state == IDER_ATTACHED)
		return err_set(e, ERR_REFUSED, "%s no longer shows the drives "
		    "to the machine (verdict %u); it has lost them", s->talk.host,
		    value);
	if (value != 1)
		return err_set(e, ERR_REFUSED, "%s refused to show the drives "
		    "to the machine (verdict %u), so nothing was served%s",
		    s->talk.host, value, s->start == IDER_GRACEFUL ?
		    "; the machine is busy with a drive: try again, or "
		    "--start reboot" : "");
	if (s->state != IDER_TOGGLING)
		return 0;
	s->state = IDER_ATTACHED;
	ev->what = IDER_ATTACH;
	return 0;
}

/* header, reserved, features, count, number, byte count[2], drive, command,
 * CDB[12] */
static int
on_command(struct ider *s, struct rd *r, struct ider_event *ev, struct err *e)
{
	struct ider_command *c = &ev->command;

	if (s->state == IDER_OPENING)
		return err_set(e, ERR_PROTO, "%s sent a command before "
		    "storage redirection was open", s->talk.host);
	rd_bytes(r, 9);
	c->dma = rd_u8(r) & 1;
	rd_bytes(r, 4);
	c->device = rd_u8(r);
	c->drive = (c->device & 0x10) != 0 ? SCSI_CD : SCSI_FLOPPY;
	c->packet = rd_u8(r) == 0xa0;
	memcpy(c->cdb, rd_bytes(r, SCSI_CDB_LEN), SCSI_CDB_LEN);
	ev->what = IDER_COMMAND;
	return 0;
}

/* header, reserved, size[2], reserved[3], data */
static int
on_data(struct rd *r, struct ider_event *ev)
{
	rd_bytes(r, 9);
	ev->len = rd_le16(r);
	rd_bytes(r, 3);
	ev->data = rd_bytes(r, ev->len);
	ev->what = IDER_DATA;
	return 0;
}

static int
on_close(struct ider *s, struct ider_event *ev, struct buf *out,
    struct err *e)
{
	if (rtalk_ended(&s->talk, s->state == IDER_ENDING, out, e) == -1)
		return -1;
	s->state = IDER_CLOSED;
	ev->what = IDER_ENDED;
	return 0;
}

/* header, code; the two bytes that may follow are not published */
static void
on_code(struct rd *r, enum ider_what what, struct ider_event *ev)
{
	rd_bytes(r, 8);
	ev->code = rd_u8(r);
	ev->what = what;
}

static int
message(struct ider *s, const uint8_t *p, size_t n, struct buf *out,
    int64_t now_ms, struct ider_event *ev, struct err *e)
{
	struct rd r;

	rd_init(&r, p, n);
	switch (p[0]) {
	case OPEN_REPLY:
		return on_open_reply(s, &r, out, now_ms, ev, e);
	case FEATURES_REPLY:
		return on_features_reply(s, &r, ev, e);
	case COMMAND:
		return on_command(s, &r, ev, e);
	case DATA_FROM_HOST:
		return on_data(&r, ev);
	case RESET:
		on_code(&r, IDER_RESET, ev);
		return 0;
	case ERROR:
		on_code(&r, IDER_ERROR, ev);
		return 0;
	case CLOSE_REPLY:
		return on_close(s, ev, out, e);
	}
	return rtalk_other(&s->talk, p[0], now_ms, out, e);
}

/* The device counts all its messages; what is missing is told, not fatal. */
static uint32_t
count(struct ider *s, const uint8_t *p, size_t n)
{
	uint32_t gap, got;
	struct rd r;

	if (p[0] == REDIR_RELAY_NOTE || p[0] < OPEN)
		return 0;
	rd_init(&r, p, n);
	rd_bytes(&r, 4);
	got = rd_le32(&r);
	gap = got - s->device_seq;
	s->device_seq = got + 1;
	return gap;
}

int
ider_step(struct ider *s, struct buf *in, struct buf *out, int64_t now_ms,
    struct ider_event *ev, struct err *e)
{
	int n;

	*ev = (struct ider_event){ .what = IDER_MORE };
	while (ev->what == IDER_MORE && s->state != IDER_CLOSED) {
		if ((n = rtalk_next(&s->talk, in, now_ms, e)) <= 0)
			return n;
		ev->gap += count(s, in->data, (size_t)n);
		if (message(s, in->data, (size_t)n, out, now_ms, ev, e) == -1)
			return -1;
		rtalk_took(&s->talk, in, (size_t)n, ev->what == IDER_DATA);
	}
	return 0;
}
