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
	PING = 0x44, PONG = 0x45, RESET = 0x46, RESET_DONE = 0x47,
	FEATURES = 0x48, FEATURES_REPLY = 0x49, ERROR = 0x4a,
	HEARTBEAT = 0x4b, COMMAND = 0x50, COMMAND_END = 0x51, WANT = 0x52,
	DATA_FROM_HOST = 0x53, DATA_TO_HOST = 0x54
};

/* What we ask of the device, in milliseconds: firmware is known to take it. */
#define RX_TIMEOUT 30000		/* our silence after which it ends it */
#define TX_TIMEOUT 0
#define HEARTBEAT_INTERVAL 20000
#define VERSION_1 1

#define SET_REGISTER 3			/* of FEATURES */

enum { MORE_DATA = 0, USES_DMA = 1, COMPLETES = 2 };	/* attributes */

/* type reserved[2] attributes seq[4] */
static void
header(struct ider *s, struct wr *w, uint8_t type, uint8_t attributes)
{
	wr_u8(w, type);
	wr_zero(w, 2);
	wr_u8(w, attributes);
	wr_le32(w, s->seq++);
}

static int
emit(struct ider *s, const struct wr *w, int64_t now_ms, struct buf *out,
    struct err *e)
{
	if (buf_add(out, w->buf, w->len, e) == -1)
		return err_ctx(e, "%s", s->host);
	s->sent_ms = now_ms;
	return 0;
}

static int
emit_header(struct ider *s, uint8_t type, int64_t now_ms, struct buf *out,
    struct err *e)
{
	uint8_t message[8];
	struct wr w;

	wr_init(&w, message, sizeof message);
	header(s, &w, type, 0);
	return emit(s, &w, now_ms, out, e);
}

/* header, rx timeout, tx timeout, heartbeat interval, version[4] */
int
ider_begin(struct ider *s, const char *host, enum ider_start start,
    int64_t now_ms, struct buf *out, struct err *e)
{
	uint8_t message[18];
	struct wr w;

	*s = (struct ider){ .host = host, .state = IDER_OPENING,
		.start = start, .heard_ms = now_ms };
	wr_init(&w, message, sizeof message);
	header(s, &w, OPEN, 0);
	wr_le16(&w, RX_TIMEOUT);
	wr_le16(&w, TX_TIMEOUT);
	wr_le16(&w, HEARTBEAT_INTERVAL);
	wr_le32(&w, VERSION_1);
	return emit(s, &w, now_ms, out, e);
}

/* header, what to do, value[4] */
static int
emit_toggle(struct ider *s, int64_t now_ms, struct buf *out, struct err *e)
{
	uint8_t message[13];
	struct wr w;

	wr_init(&w, message, sizeof message);
	header(s, &w, FEATURES, 0);
	wr_u8(&w, SET_REGISTER);
	wr_le32(&w, s->start);
	return emit(s, &w, now_ms, out, e);
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
	header(s, &w, COMMAND_END, COMPLETES);
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
	return emit(s, &w, now_ms, out, e);
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
		return err_ctx(e, "%s", s->host);
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
	header(s, w, DATA_TO_HOST, (c->dma ? USES_DMA : 0) |
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
	s->sent_ms = now_ms;
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
	header(s, &w, WANT, 0);
	wr_u8(&w, 0);
	wr_le16(&w, n);
	wr_u8(&w, 0);
	wr_u8(&w, 0xb5);
	wr_zero(&w, 3);
	wr_le16(&w, n);
	wr_u8(&w, c->device);
	wr_u8(&w, 0x58);
	wr_zero(&w, 11);
	return emit(s, &w, now_ms, out, e);
}

int
ider_reset_done(struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	return emit_header(s, RESET_DONE, now_ms, out, e);
}

int
ider_end(struct ider *s, int64_t now_ms, struct buf *out, struct err *e)
{
	s->state = IDER_ENDING;
	return emit_header(s, CLOSE, now_ms, out, e);
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
		    "twice", s->host);
	if (status != 0)
		return err_set(e, ERR_REFUSED, "%s accepted the login, but "
		    "refused storage redirection with status %u; \"wsamt "
		    "ider\" shows if it is enabled", s->host, status);
	rd_bytes(r, 8);			/* the rest of the header, version */
	s->firmware_major = rd_u8(r);
	s->firmware_minor = rd_u8(r);
	rd_bytes(r, 4);
	s->read_max = rd_le16(r);
	s->write_max = rd_le16(r);
	if (s->read_max == 0 || s->write_max == 0)
		return err_set(e, ERR_PROTO, "%s has no room for data: it "
		    "announced buffers of %u and %u bytes", s->host,
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
		    "redirection was open", s->host);
	if (value != 1 && s->state == IDER_ATTACHED)
		return err_set(e, ERR_REFUSED, "%s no longer shows the drives "
		    "to the machine (verdict %u); it has lost them", s->host,
		    value);
	if (value != 1)
		return err_set(e, ERR_REFUSED, "%s refused to show the drives "
		    "to the machine (verdict %u), so nothing was served%s",
		    s->host, value, s->start == IDER_GRACEFUL ?
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
		    "storage redirection was open", s->host);
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
	uint8_t message[REDIR_END_LEN];
	struct wr w;

	if (s->state != IDER_ENDING)
		return err_set(e, ERR_NET, "%s ended the storage redirection "
		    "session", s->host);
	s->state = IDER_CLOSED;
	ev->what = IDER_ENDED;
	wr_init(&w, message, sizeof message);
	redir_end_encode(&w);
	return buf_add(out, w.buf, w.len, e);
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
	case PING:
		return emit_header(s, PONG, now_ms, out, e);
	case PONG:
	case HEARTBEAT:			/* never answered: it would echo */
	case REDIR_RELAY_NOTE:
		return 0;
	default:
		return err_set(e, ERR_PROTO, "%s sent a message (0x%02x) that "
		    "has no place in storage redirection", s->host, p[0]);
	}
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

	buf_drop(in, s->taken);		/* what the last event borrowed */
	s->taken = 0;
	*ev = (struct ider_event){ .what = IDER_MORE };
	while (ev->what == IDER_MORE && s->state != IDER_CLOSED) {
		n = redir_frame(REDIR_IDER, REDIR_DEVICE, in->data, in->len);
		if (n == 0)
			return 0;
		if (n == -1)
			return err_set(e, ERR_PROTO, "%s sent 0x%02x, which "
			    "begins no message of storage redirection",
			    s->host, in->data[0]);
		s->heard_ms = now_ms;
		ev->gap += count(s, in->data, (size_t)n);
		if (message(s, in->data, (size_t)n, out, now_ms, ev, e) == -1)
			return -1;
		if (ev->what == IDER_DATA)
			s->taken = (size_t)n;
		else
			buf_drop(in, (size_t)n);
	}
	return 0;
}

int
ider_tick(struct ider *s, int64_t now_ms, int64_t *next_ms, struct buf *out,
    struct err *e)
{
	if (now_ms - s->heard_ms >= IDER_SILENCE_MS)
		return err_set(e, ERR_NET, "%s has been silent for %d "
		    "seconds; the connection is given up", s->host,
		    IDER_SILENCE_MS / 1000);
	if (now_ms - s->sent_ms >= IDER_HEARTBEAT_MS &&
	    s->state != IDER_CLOSED && s->state != IDER_OPENING &&
	    emit_header(s, HEARTBEAT, now_ms, out, e) == -1)
		return -1;
	*next_ms = s->sent_ms + IDER_HEARTBEAT_MS;
	if (s->heard_ms + IDER_SILENCE_MS < *next_ms || *next_ms <= now_ms)
		*next_ms = s->heard_ms + IDER_SILENCE_MS;
	return 0;
}
