/* SPDX-License-Identifier: MIT */
/*
 * What a console's storage messages must look like, field by field, and
 * what its answers to SCSI commands must be.  Redirection protocol:
 * CommandEndResponse, DataToHost, GetDataFromHost, the command set.  It
 * only notes; ider.c decides what to make of a wrong message.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ider.h"

struct check {
	struct redir *r;
	const struct scsi_command *c;	/* NULL: none */
	const char *what;		/* the message */
	const uint8_t *m;
};

static void __attribute__((format(printf, 2, 3)))
complain(const struct check *k, const char *fmt, ...)
{
	char text[160], command[32] = "";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (k->c != NULL)
		(void)snprintf(command, sizeof command, " to %02x of the %s",
		    k->c->cdb[0], usbr_names[k->c->drive]);
	sim_violation(k->r->sim, "redirection", "%s: %s%s: %s",
	    door_peer(k->r->c), k->what, command, text);
}

/* ---- fields ------------------------------------------------------------ */

/* len bytes at offset at, little-endian, are this value. */
static void
want(const struct check *k, size_t at, size_t len, uint32_t value,
    const char *field)
{
	uint32_t v = 0;
	size_t i;

	for (i = len; i > 0; i--)
		v = v << 8 | k->m[at + i - 1];
	if (v != value)
		complain(k, "%s is %x where %x is due", field, v, value);
}

static void
want_zeros(const struct check *k, size_t at, size_t len, const char *field)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (k->m[at + i] != 0) {
			complain(k, "%s: byte %zu is %02x where 0 is due",
			    field, at + i, k->m[at + i]);
			return;
		}
}

struct registers {
	uint8_t mask, error, reason;
	uint16_t count;
	uint8_t device, status;
};

/* mask error interrupt-reason sector-number byte-count[2] drive status */
static void
want_registers(const struct check *k, size_t at, const struct registers *g)
{
	want(k, at, 1, g->mask, "register mask");
	want(k, at + 1, 1, g->error, "error register");
	want(k, at + 2, 1, g->reason, "interrupt reason");
	want(k, at + 3, 1, 0, "sector number");
	want(k, at + 4, 2, g->count, "byte count");
	want(k, at + 6, 1, g->device, "drive select");
	want(k, at + 7, 1, g->status, "status register");
}

static unsigned
le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint8_t
device_of(const struct scsi_command *c)
{
	return c->drive == USBR_CD ? 0xb0 : 0xa0;
}

/* 0x40: header[8] rx[2] tx[2] heartbeat[2] version[4] */
void
ider_check_open(struct redir *r, const uint8_t *m)
{
	struct check k = { r, NULL, "OpenSession", m };
	unsigned rx = le16(m + 8), heartbeat = le16(m + 12);

	want_zeros(&k, 1, 3, "header");
	want(&k, 4, 4, 0, "sequence number");
	if (rx > 0 && rx < 10000)
		complain(&k, "RxTimeout %u is below 10000", rx);
	if (heartbeat > 0 && heartbeat < 100)
		complain(&k, "HeartbeatInterval %u is below 100", heartbeat);
	want(&k, 14, 4, 1, "protocol version");
}

/* 0x51: header[8] 0 bytes[2] packet registers[8] registers[8] sense[3] */
void
ider_check_end(struct redir *r, const struct scsi_command *c,
    const uint8_t *m)
{
	struct check k = { r, c, "CommandEndResponse", m };
	bool good = m[28] == 0 && m[29] == 0 && m[30] == 0;
	struct registers g = { .mask = 0x87, .error = (uint8_t)(m[28] << 4),
	    .reason = 3, .device = device_of(c), .status = 0x51 };

	if (good) {
		g.mask = m[20] == 0x85 ? 0x85 : 0xc5;	/* both are seen */
		g.status = 0x50;
	} else if (m[28] == 0 || m[28] > 0x0b)
		complain(&k, "sense key %x", m[28]);
	want_zeros(&k, 1, 2, "header");
	want(&k, 3, 1, 2, "attributes");
	want_zeros(&k, 8, 4, "transfer bytes");
	want_zeros(&k, 12, 8, "input registers");
	want_registers(&k, 20, &g);
}

/* 0x52: header[8] 0 bytes[2] packet registers[8] registers[8] sense[3] */
void
ider_check_get(struct redir *r, const struct scsi_command *c,
    const uint8_t *m, size_t write_max)
{
	struct check k = { r, c, "GetDataFromHost", m };
	size_t n = le16(m + 9);
	struct registers g = { .mask = 0xb5, .count = (uint16_t)n,
	    .device = device_of(c), .status = 0x58 };

	if (n == 0 || n > write_max)
		complain(&k, "asks for %zu bytes, 1 to %zu are allowed", n,
		    write_max);
	else if (n > c->out_len - c->fetched)
		complain(&k, "asks for %zu bytes, %zu are left", n,
		    c->out_len - c->fetched);
	want_zeros(&k, 1, 3, "header, attributes");
	want_zeros(&k, 8, 1, "reserved");
	want(&k, 11, 1, 0, "packet number");
	want_registers(&k, 12, &g);
	want_zeros(&k, 20, 8, "output registers");
	want_zeros(&k, 28, 3, "sense");
}

/*
 * 0x54: header[8] 0 bytes[2] packet registers[8] registers[8] sense[3]
 * reserved[3] data
 */
void
ider_check_data(struct redir *r, const struct scsi_command *c,
    const uint8_t *m, size_t n, size_t read_max)
{
	struct check k = { r, c, "DataToHost", m };
	bool last = (m[3] & 2) != 0;
	struct registers in = { .mask = c->dma ? 0xb4 : 0xb5, .reason = 2,
	    .count = c->dma ? 0 : (uint16_t)n, .device = device_of(c),
	    .status = 0x58 };
	struct registers out = { .mask = 0x85, .reason = 3,
	    .device = device_of(c), .status = 0x50 };

	if (n == 0 || n > read_max)
		complain(&k, "%zu bytes, 1 to %zu are allowed", n, read_max);
	want_zeros(&k, 1, 2, "header");
	want(&k, 3, 1, (last ? 2 : 0) | (c->dma ? 1 : 0), "attributes");
	want_zeros(&k, 8, 1, "reserved");
	want(&k, 11, 1, 0, "packet number");
	want_registers(&k, 12, &in);
	if (last)
		want_registers(&k, 20, &out);
	else
		want_zeros(&k, 20, 8, "output registers");
	want_zeros(&k, 28, 6, "sense, reserved");
}

/* ---- SCSI -------------------------------------------------------------- */

enum kind { BLOCKS_IN, BLOCKS_OUT, ALLOCATION, PARAMETERS, EIGHT };

/* Where the CDBs that move data say how much. */
static const struct {
	uint8_t opcode;
	enum kind kind;
	uint8_t at, size;
} shapes[] = {
	{ 0x03, ALLOCATION, 4, 1 }, { 0x08, BLOCKS_IN, 4, 1 },
	{ 0x0a, BLOCKS_OUT, 4, 1 }, { 0x12, ALLOCATION, 3, 2 },
	{ 0x15, PARAMETERS, 4, 1 }, { 0x1a, ALLOCATION, 4, 1 },
	{ 0x23, ALLOCATION, 7, 2 }, { 0x25, EIGHT, 0, 0 },
	{ 0x28, BLOCKS_IN, 7, 2 }, { 0x2a, BLOCKS_OUT, 7, 2 },
	{ 0x2e, BLOCKS_OUT, 7, 2 }, { 0x42, ALLOCATION, 7, 2 },
	{ 0x43, ALLOCATION, 7, 2 }, { 0x46, ALLOCATION, 7, 2 },
	{ 0x4a, ALLOCATION, 7, 2 }, { 0x4c, PARAMETERS, 7, 2 },
	{ 0x51, ALLOCATION, 7, 2 }, { 0x52, ALLOCATION, 7, 2 },
	{ 0x55, PARAMETERS, 7, 2 }, { 0x5a, ALLOCATION, 7, 2 },
	{ 0xa0, ALLOCATION, 6, 4 }, { 0xa8, BLOCKS_IN, 6, 4 },
	{ 0xaa, BLOCKS_OUT, 6, 4 }, { 0xad, ALLOCATION, 8, 2 },
	{ 0xbd, ALLOCATION, 8, 2 },
};

static uint32_t
be(const uint8_t *p, size_t size)
{
	uint32_t v = 0;

	for (; size > 0; size--)
		v = v << 8 | *p++;
	return v;
}

static size_t
block_size(enum usbr_drive d)
{
	return d == USBR_CD ? 2048 : 512;
}

struct scsi_shape
scsi_shape(const uint8_t *cdb, enum usbr_drive d)
{
	struct scsi_shape none = { SCSI_NOTHING, false, 0 };
	size_t i, n;

	if (cdb[0] == 0xac || cdb[0] == 0xbe)	/* GET PERFORMANCE, READ CD */
		return (struct scsi_shape){ SCSI_IN, false, USBR_DATA_MAX };
	for (i = 0; shapes[i].opcode != cdb[0]; )
		if (++i == sizeof shapes / sizeof shapes[0])
			return none;
	n = be(cdb + shapes[i].at, shapes[i].size);
	switch (shapes[i].kind) {
	case BLOCKS_IN:
	case BLOCKS_OUT:
		if (shapes[i].size == 1 && n == 0)
			n = 256;
		return (struct scsi_shape){ shapes[i].kind == BLOCKS_IN ?
		    SCSI_IN : SCSI_OUT, true, n * block_size(d) };
	case PARAMETERS:
		return (struct scsi_shape){ SCSI_OUT, false, n };
	case EIGHT:
		return (struct scsi_shape){ SCSI_IN, false, 8 };
	case ALLOCATION:
		break;
	}
	return (struct scsi_shape){ SCSI_IN, false, n };
}

/* The answer says how long it is in whole; what came is that, or cut. */
static void
want_total(const struct check *k, size_t total)
{
	size_t max = scsi_shape(k->c->cdb, k->c->drive).len;
	size_t due = total < max ? total : max;

	if (k->c->in.len != due && k->c->in.len <= max)
		complain(k, "%zu bytes, says it has %zu, %zu were asked for",
		    k->c->in.len, total, max);
}

static void
capacity(const struct check *k, struct medium *m)
{
	const struct buf *in = &k->c->in;

	if (in->len > 0 && in->len < 8)
		complain(k, "%zu bytes, 8 are due", in->len);
	if (in->len != 8)
		return;
	m->known = true;
	m->absent = false;
	m->blocks = be(in->data, 4) + 1;
	if (be(in->data + 4, 4) != block_size(k->c->drive))
		complain(k, "blocks of %u bytes", be(in->data + 4, 4));
}

static void
format_capacities(const struct check *k, struct medium *m)
{
	const struct buf *in = &k->c->in;

	if (in->len < 12)
		return;
	want_total(k, 4 + (size_t)in->data[3]);
	if (m->known && be(in->data + 4, 4) != m->blocks)
		complain(k, "%u blocks, the medium has %u",
		    be(in->data + 4, 4), m->blocks);
}

/* The lead-out, descriptor AA, begins where the medium ends. */
static void
toc(const struct check *k, struct medium *m)
{
	const struct buf *in = &k->c->in;
	const uint8_t *cdb = k->c->cdb;
	uint8_t format = (cdb[2] & 15) != 0 ? cdb[2] & 15 : cdb[9] >> 6;
	uint32_t end = m->blocks, t = m->blocks + 150;
	size_t at;

	if (in->len < 4)
		return;
	want_total(k, 2 + (size_t)be(in->data, 2));
	if (cdb[1] & 2)
		end = t / 4500 << 16 | t / 75 % 60 << 8 | t % 75;
	for (at = 4; format == 0 && at + 8 <= in->len; at += 8)
		if (in->data[at + 2] == 0xaa && m->known &&
		    be(in->data + at + 4, 4) != end)
			complain(k, "the lead-out is at %x where %x is due",
			    be(in->data + at + 4, 4), end);
}

/* header, block descriptors, pages: each says its length. */
static void
mode(const struct check *k, size_t header, size_t total, size_t descriptors)
{
	const struct buf *in = &k->c->in;
	size_t at = header + descriptors;

	want_total(k, total);
	if (in->len < total)
		return;			/* cut: nothing to be seen */
	while (at + 2 <= total)
		at += 2 + (size_t)in->data[at + 1];
	if (at != total)
		complain(k, "its pages do not fill its %zu bytes", total);
}

static void
mode_sense(const struct check *k, struct medium *m)
{
	const struct buf *in = &k->c->in;

	(void)m;
	if (k->c->cdb[0] == 0x5a && in->len >= 8)
		mode(k, 8, 2 + (size_t)be(in->data, 2), be(in->data + 6, 2));
	else if (k->c->cdb[0] == 0x1a && in->len >= 4)
		mode(k, 4, 1 + (size_t)in->data[0], in->data[3]);
}

/* header[8], features: code[2] flags length */
static void
configuration(const struct check *k, struct medium *m)
{
	const struct buf *in = &k->c->in;
	size_t total, at = 8;

	(void)m;
	if (in->len < 8)
		return;
	total = 4 + (size_t)be(in->data, 4);
	want_total(k, total);
	if (k->c->cdb[1] == 0 && be(k->c->cdb + 2, 2) == 0 &&
	    in->len >= 12 && be(in->data + 8, 2) != 0)
		complain(k, "all features, but the first is %04x",
		    be(in->data + 8, 2));
	if (in->len < total)
		return;
	while (at + 4 <= total)
		at += 4 + (size_t)in->data[at + 3];
	if (at != total)
		complain(k, "its features do not fill its %zu bytes", total);
}

static void
with_length(const struct check *k, struct medium *m)
{
	(void)m;
	if (k->c->in.len >= 2)
		want_total(k, 2 + (size_t)be(k->c->in.data, 2));
}

static const struct {
	uint8_t opcode;
	void (*fn)(const struct check *k, struct medium *m);
} contents[] = {
	{ 0x1a, mode_sense }, { 0x23, format_capacities },
	{ 0x25, capacity }, { 0x43, toc }, { 0x46, configuration },
	{ 0x4a, with_length }, { 0x51, with_length }, { 0x52, with_length },
	{ 0x5a, mode_sense },
};

/* READ, WRITE, READ CAPACITY, ...: not these. */
static bool
needs_medium(uint8_t opcode)
{
	return memchr("\x03\x12\x1b\x1e\x46\x4a\x55", opcode, 7) == NULL;
}

static void
check_range(const struct check *k, const struct medium *m)
{
	const uint8_t *cdb = k->c->cdb;
	struct scsi_shape s = scsi_shape(cdb, k->c->drive);
	uint64_t lba = cdb[0] < 0x20 ? be(cdb + 1, 3) & 0x1fffff :
	    be(cdb + 2, 4);

	if (s.exact && m->known && !m->absent &&
	    lba + s.len / block_size(k->c->drive) > m->blocks)
		complain(k, "good, beyond the end of the medium");
}

static void
check_good(const struct check *k, struct medium *m)
{
	const struct scsi_command *c = k->c;
	struct scsi_shape s = scsi_shape(c->cdb, c->drive);
	size_t i;

	if (s.dir == SCSI_OUT) {
		if (c->fetched < c->out_len)
			complain(k, "good, %zu of %zu bytes were taken",
			    c->fetched, c->out_len);
	} else if (s.dir == SCSI_NOTHING ? c->in.len > 0 : s.exact ?
	    c->in.len != s.len : c->in.len > s.len)
		complain(k, "%zu bytes, %zu were asked for", c->in.len,
		    s.len);
	else if (s.dir == SCSI_IN && s.len > 0 && c->in.len == 0)
		complain(k, "good, without data");
	check_range(k, m);
	for (i = 0; i < sizeof contents / sizeof contents[0]; i++)
		if (contents[i].opcode == c->cdb[0])
			contents[i].fn(k, m);
	if (m->known && m->absent && needs_medium(c->cdb[0]))
		complain(k, "good, but there is no medium");
}

void
ider_check_answer(struct redir *r, const struct scsi_command *c,
    struct medium *m, uint8_t key, uint8_t asc)
{
	struct check k = { r, c, "answer", NULL };

	if (key == 0) {
		check_good(&k, m);
	} else if (key == 2 && asc == 0x3a) {
		m->known = m->absent = true;
	} else if (key == 6 || key == 2)
		m->known = false;	/* it may be another one */
}
