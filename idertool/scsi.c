/* SPDX-License-Identifier: MIT */
/* SCSI of a CD-ROM drive and a floppy drive: see scsi.h. */
#include <string.h>

#include "idertool/scsi.h"
#include "lib/wire.h"

#define TRACK_1 1
#define LEAD_OUT 0xaa

const struct scsi_sense scsi_read_error = { 0x03, 0x11, 0x00 };
const struct scsi_sense scsi_write_error = { 0x03, 0x0c, 0x00 };
const struct scsi_sense scsi_too_much_data = { 0x05, 0x21, 0x00 };
const struct scsi_sense scsi_no_such_command = { 0x05, 0x20, 0x00 };
static const struct scsi_sense no_medium = { 0x02, 0x3a, 0x00 };
static const struct scsi_sense out_of_range = { 0x05, 0x21, 0x00 };
static const struct scsi_sense bad_field = { 0x05, 0x24, 0x00 };
static const struct scsi_sense no_saved_pages = { 0x05, 0x39, 0x00 };
static const struct scsi_sense removal_prevented = { 0x05, 0x53, 0x02 };
static const struct scsi_sense medium_changed = { 0x06, 0x28, 0x00 };
static const struct scsi_sense write_protected = { 0x07, 0x27, 0x00 };

/* One command while it is answered. */
struct call {
	struct scsi_drive *d;
	const uint8_t *cdb;
	struct scsi_answer *a;
	struct wr w;			/* over a->data */
};

static uint32_t
be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static void
fail(struct call *c, struct scsi_sense sense)
{
	c->a->what = SCSI_SENSE;
	c->d->sense = sense;
}

/* As the host is to see it. */
static bool
is_in(const struct scsi_drive *d)
{
	return d->loaded && !d->settling;
}

/* What was written is the answer, as far as the host has room for it. */
static void
answer(struct call *c, size_t allocation)
{
	size_t len = c->w.len < allocation ? c->w.len : allocation;

	c->a->what = len > 0 ? SCSI_DATA : SCSI_GOOD;
	c->a->len = len;
}

/* ---- who it is, how it is ---------------------------------------------- */

static void
good(struct call *c)
{
	c->a->what = SCSI_GOOD;
}

static void
refuse_field(struct call *c)
{
	fail(c, bad_field);
}

static void
inquiry(struct call *c)
{
	bool cd = c->d->kind == SCSI_CD;

	if (c->cdb[1] != 0 || c->cdb[2] != 0) {
		fail(c, bad_field);	/* no vital product data */
		return;
	}
	wr_u8(&c->w, cd ? 0x05 : 0x00);
	wr_u8(&c->w, 0x80);		/* removable */
	wr_u8(&c->w, 0x00);		/* claims no version: ATAPI */
	wr_u8(&c->w, cd ? 0x21 : 0x01);
	wr_u8(&c->w, 0x1f);		/* 31 bytes follow */
	wr_zero(&c->w, 3);
	wr_bytes(&c->w, "AMTTOOLS", 8);
	wr_bytes(&c->w, cd ? "IDE-R CD-ROM    " : "IDE-R FLOPPY    ", 16);
	wr_bytes(&c->w, "1.00", 4);
	answer(c, be16(c->cdb + 3));
}

static void
request_sense(struct call *c)
{
	wr_u8(&c->w, 0x70);
	wr_u8(&c->w, 0);
	wr_u8(&c->w, c->d->sense.key);
	wr_zero(&c->w, 4);
	wr_u8(&c->w, 0x0a);		/* 10 bytes follow */
	wr_zero(&c->w, 4);
	wr_u8(&c->w, c->d->sense.asc);
	wr_u8(&c->w, c->d->sense.ascq);
	wr_zero(&c->w, 4);
	c->d->sense = (struct scsi_sense){ 0, 0, 0 };
	answer(c, c->cdb[4]);
}

static void
read_capacity(struct call *c)
{
	wr_be32(&c->w, (uint32_t)(c->d->blocks - 1));
	wr_be32(&c->w, scsi_block_size(c->d->kind));
	answer(c, SCSI_DATA_MAX);
}

static void
read_format_capacities(struct call *c)
{
	wr_zero(&c->w, 3);
	wr_u8(&c->w, 8);		/* one descriptor: the medium */
	wr_be32(&c->w, (uint32_t)c->d->blocks);
	wr_u8(&c->w, 0x02);		/* formatted */
	wr_u8(&c->w, 0);
	wr_be16(&c->w, 512);
	answer(c, be16(c->cdb + 7));
}

/* ---- mode pages -------------------------------------------------------- */

static const struct geometry {
	uint8_t medium_type, heads, sectors;
	uint16_t cylinders, rate;	/* kbit/s */
} small_floppy = { 0x24, 2, 18, 80, 0x04b0 },
    ls120 = { 0x31, 8, 32, 963, 0x10a9 };

static const struct geometry *
geometry(const struct scsi_drive *d)
{
	return d->blocks <= 2880 ? &small_floppy : &ls120;
}

static void
page_floppy_errors(struct wr *w, const struct scsi_drive *d)
{
	(void)d;
	wr_u8(w, 0);
	wr_u8(w, 1);			/* read retries */
	wr_zero(w, 4);
	wr_u8(w, 2);			/* write retries */
	wr_zero(w, 3);
}

static void
page_format(struct wr *w, const struct scsi_drive *d)
{
	const struct geometry *g = geometry(d);

	wr_be16(w, (uint16_t)(g->cylinders * g->heads));	/* a zone */
	wr_zero(w, 6);
	wr_be16(w, g->sectors);
	wr_be16(w, 512);
	wr_zero(w, 6);
	wr_u8(w, 0xa0);			/* soft sectored, removable */
	wr_zero(w, 3);
}

static void
page_flexible_disk(struct wr *w, const struct scsi_drive *d)
{
	const struct geometry *g = geometry(d);

	wr_be16(w, g->rate);
	wr_u8(w, g->heads);
	wr_u8(w, g->sectors);
	wr_be16(w, 512);
	wr_be16(w, g->cylinders);
	wr_zero(w, 10);
	wr_u8(w, 0x28);			/* motor off delay */
	wr_zero(w, 7);
	wr_be16(w, 720);		/* turns a minute */
	wr_zero(w, 2);
}

static void
page_medium_types(struct wr *w, const struct scsi_drive *d)
{
	(void)d;
	wr_zero(w, 2);
	wr_bytes(w, "\x00\x11\x24\x31", 4);
}

static void
page_cd_errors(struct wr *w, const struct scsi_drive *d)
{
	(void)d;
	wr_u8(w, 0);
	wr_u8(w, 0xff);			/* retries */
	wr_zero(w, 4);
}

static void
page_capabilities(struct wr *w, const struct scsi_drive *d)
{
	(void)d;
	wr_zero(w, 4);			/* writes nothing, plays nothing */
	wr_u8(w, 0x29);			/* tray, eject, lock */
	wr_zero(w, 5);
	wr_be16(w, 128);		/* KiB of buffer */
	wr_zero(w, 12);
}

static void
page_ten_zeros(struct wr *w, const struct scsi_drive *d)
{
	(void)d;
	wr_zero(w, 10);
}

/* In ascending order, as "all pages" lists them. */
static const struct mode_page {
	uint8_t kind, page, len;
	bool among_all, alone;
	void (*body)(struct wr *w, const struct scsi_drive *d);
} mode_pages[] = {
	{ SCSI_FLOPPY, 0x01, 0x0a, true, true, page_floppy_errors },
	{ SCSI_FLOPPY, 0x03, 0x16, true, false, page_format },
	{ SCSI_FLOPPY, 0x05, 0x1e, true, true, page_flexible_disk },
	{ SCSI_FLOPPY, 0x08, 0x0a, true, false, page_ten_zeros },
	{ SCSI_FLOPPY, 0x0b, 0x06, true, false, page_medium_types },
	{ SCSI_CD, 0x01, 0x06, true, true, page_cd_errors },
	{ SCSI_CD, 0x1a, 0x0a, false, true, page_ten_zeros },
	{ SCSI_CD, 0x1d, 0x0a, false, true, page_ten_zeros },
	{ SCSI_CD, 0x2a, 0x18, true, true, page_capabilities },
};

/* Pages behind a header of header_len bytes; false: none is meant. */
static bool
add_pages(struct call *c)
{
	uint8_t wanted = c->cdb[2] & 0x3f, control = c->cdb[2] >> 6;
	const struct mode_page *p;
	bool some = false;
	size_t i;

	for (i = 0; i < sizeof mode_pages / sizeof mode_pages[0]; i++) {
		p = &mode_pages[i];
		if (p->kind != c->d->kind || !(wanted == 0x3f ? p->among_all :
		    p->alone && p->page == wanted))
			continue;
		some = true;
		wr_u8(&c->w, p->page);
		wr_u8(&c->w, p->len);
		if (control == 1)
			wr_zero(&c->w, p->len);	/* nothing can be changed */
		else
			p->body(&c->w, c->d);
	}
	return some;
}

static void
mode_sense(struct call *c)
{
	const struct scsi_drive *d = c->d;
	bool six = c->cdb[0] == 0x1a, cd = d->kind == SCSI_CD;
	uint8_t type = cd ? (six ? 0x05 : 0x01) : geometry(d)->medium_type;

	wr_zero(&c->w, six ? 1 : 2);	/* the length, in the end */
	wr_u8(&c->w, type);
	wr_u8(&c->w, d->writable ? 0 : 0x80);
	wr_zero(&c->w, six ? 1 : 4);	/* no block descriptors */
	if (c->cdb[2] >> 6 == 3) {
		fail(c, no_saved_pages);
		return;
	}
	if ((c->cdb[3] != 0 && c->cdb[3] != 0xff) || !add_pages(c)) {
		fail(c, bad_field);
		return;
	}
	c->a->data[six ? 0 : 1] = (uint8_t)(c->w.len - (six ? 1 : 2));
	answer(c, six ? c->cdb[4] : be16(c->cdb + 7));
}

/* ---- what a CD-ROM drive tells of itself and its disc ------------------- */

/* reserved minute second frame, or an LBA */
static void
address(struct call *c, uint64_t lba)
{
	uint64_t frames = lba + 150;

	if (!(c->cdb[1] & 2)) {
		wr_be32(&c->w, (uint32_t)lba);
		return;
	}
	if (frames > 255 * 60 * 75 + 59 * 75 + 74)
		frames = 255 * 60 * 75 + 59 * 75 + 74;
	wr_u8(&c->w, 0);
	wr_u8(&c->w, (uint8_t)(frames / 75 / 60));
	wr_u8(&c->w, (uint8_t)(frames / 75 % 60));
	wr_u8(&c->w, (uint8_t)(frames % 75));
}

/* reserved, data track, number, reserved, address */
static void
toc_descriptor(struct call *c, uint8_t track, uint64_t lba)
{
	wr_u8(&c->w, 0);
	wr_u8(&c->w, 0x14);
	wr_u8(&c->w, track);
	wr_u8(&c->w, 0);
	address(c, lba);
}

static void
read_toc(struct call *c)
{
	uint8_t format = c->cdb[2] & 0x0f, start = c->cdb[6];

	if (format == 0)
		format = c->cdb[9] >> 6;	/* where old ATAPI had it */
	if (format > 1 || (format == 0 && start > TRACK_1 &&
	    start != LEAD_OUT)) {
		fail(c, bad_field);
		return;
	}
	wr_zero(&c->w, 2);		/* the length, in the end */
	wr_u8(&c->w, 1);		/* first and last track, or session */
	wr_u8(&c->w, 1);
	if (format == 1 || start <= TRACK_1)
		toc_descriptor(c, TRACK_1, 0);
	if (format == 0)
		toc_descriptor(c, LEAD_OUT, c->d->blocks);
	c->a->data[1] = (uint8_t)(c->w.len - 2);
	answer(c, be16(c->cdb + 7));
}

static void
read_sub_channel(struct call *c)
{
	wr_bytes(&c->w, "\x00\x15\x00\x00", 4);	/* plays no audio */
	answer(c, be16(c->cdb + 7));
}

static void
read_disc_information(struct call *c)
{
	if (c->cdb[1] & 7) {
		fail(c, bad_field);
		return;
	}
	wr_be16(&c->w, 32);
	wr_u8(&c->w, 0x0e);		/* disc and its last session complete */
	wr_bytes(&c->w, "\x01\x01\x01\x01", 4);
	wr_u8(&c->w, 0x20);		/* for use anywhere */
	wr_zero(&c->w, 8);		/* disc type 00, no ID */
	wr_be32(&c->w, 0xffffffff);
	wr_be32(&c->w, 0xffffffff);	/* neither lead-in nor more lead-out */
	wr_zero(&c->w, 10);
	answer(c, be16(c->cdb + 7));
}

static void
read_track_information(struct call *c)
{
	uint32_t n = be32(c->cdb + 2);
	uint8_t by = c->cdb[1] & 3;

	if (by == 3 || (by == 0 ? n >= c->d->blocks : n != TRACK_1)) {
		fail(c, bad_field);
		return;
	}
	wr_be16(&c->w, 34);
	wr_bytes(&c->w, "\x01\x01\x00\x04\x01\x00", 6);
	wr_zero(&c->w, 16);
	wr_be32(&c->w, (uint32_t)c->d->blocks);
	wr_zero(&c->w, 8);
	answer(c, be16(c->cdb + 7));
}

static const struct feature {
	uint16_t code;
	uint8_t flags;			/* version, persistent, current */
	bool of_medium;			/* current only with one */
	uint8_t len;
	const char *data;
} features[] = {
	{ 0x0000, 0x03, false, 4, "\x00\x08\x01\x00" },	/* profiles: CD-ROM */
	{ 0x0001, 0x03, false, 4, "\x00\x00\x00\x02" },	/* core: ATAPI */
	{ 0x0002, 0x03, false, 4, "\x00\x00\x00\x00" },	/* morphing */
	{ 0x0003, 0x03, false, 4, "\x29\x00\x00\x00" },	/* tray, eject, lock */
	{ 0x0010, 0x01, true, 8, "\x00\x00\x08\x00\x00\x01\x00\x00" },
	{ 0x001e, 0x03, true, 0, "" },			/* CD read */
	{ 0x0100, 0x03, false, 0, "" },			/* power management */
	{ 0x0105, 0x03, false, 0, "" },			/* timeout */
};

static void
add_feature(struct call *c, const struct feature *f, bool current)
{
	uint8_t data[8];

	memcpy(data, f->data, f->len);
	if (f->code == 0)
		data[2] = is_in(c->d);	/* is the profile the current one? */
	wr_be16(&c->w, f->code);
	wr_u8(&c->w, current ? f->flags : f->flags & 0xfe);
	wr_u8(&c->w, f->len);
	wr_bytes(&c->w, data, f->len);
}

static void
get_configuration(struct call *c)
{
	uint8_t which = c->cdb[1] & 3;	/* all, current ones, one */
	uint32_t start = be16(c->cdb + 2);
	size_t i;
	bool current;

	if (which == 3) {
		fail(c, bad_field);
		return;
	}
	wr_zero(&c->w, 6);		/* the length, in the end */
	wr_be16(&c->w, is_in(c->d) ? 0x0008 : 0);
	for (i = 0; i < sizeof features / sizeof features[0]; i++) {
		current = is_in(c->d) || !features[i].of_medium;
		if (which == 2 ? features[i].code == start :
		    features[i].code >= start && (which == 0 || current))
			add_feature(c, &features[i], current);
	}
	c->a->data[3] = (uint8_t)(c->w.len - 4);
	answer(c, be16(c->cdb + 7));
}

/* Events of the medium are told once, unless there is no room for them. */
static void
get_event_status(struct call *c)
{
	uint32_t room = be16(c->cdb + 7);

	if (!(c->cdb[1] & 1)) {
		fail(c, bad_field);	/* only when asked */
		return;
	}
	if (!(c->cdb[4] & 0x10)) {
		wr_bytes(&c->w, "\x00\x02\x80\x10", 4);
		answer(c, room);
		return;
	}
	wr_bytes(&c->w, "\x00\x06\x04\x10", 4);
	wr_u8(&c->w, c->d->settling ? SCSI_NO_EVENT : (uint8_t)c->d->event);
	wr_u8(&c->w, is_in(c->d) ? 0x02 : 0x00);
	wr_zero(&c->w, 2);
	if (room > 4 && !c->d->settling)
		c->d->event = SCSI_NO_EVENT;
	answer(c, room);
}

static void
mechanism_status(struct call *c)
{
	wr_zero(&c->w, 5);
	wr_u8(&c->w, 1);		/* one slot */
	wr_zero(&c->w, 2);
	answer(c, be16(c->cdb + 8));
}

static void
get_performance(struct call *c)
{
	wr_bytes(&c->w, "\x00\x00\x00\x04\x02\x00\x00\x00", 8);
	answer(c, SCSI_DATA_MAX);	/* its CDB has no allocation length */
}

/* ---- the medium in and out --------------------------------------------- */

static void
start_stop(struct call *c)
{
	bool start = c->cdb[4] & 1, eject = c->cdb[4] & 2;

	if (start && !c->d->loaded)
		fail(c, no_medium);
	else if (start || !eject || !c->d->can_eject || !c->d->loaded)
		good(c);
	else if (c->d->prevented)
		fail(c, removal_prevented);
	else
		c->a->what = SCSI_EJECT;
}

static void
prevent_allow(struct call *c)
{
	c->d->prevented = c->cdb[4] & 1;
	good(c);
}

/* ---- blocks ------------------------------------------------------------ */

/* The range a CDB of six, ten or twelve bytes names. */
static void
range(const uint8_t *cdb, uint64_t *lba, uint64_t *count)
{
	switch (cdb[0] >> 5) {
	case 0:
		*lba = be32(cdb) & 0x1fffff;
		*count = cdb[4] != 0 ? cdb[4] : 256;
		break;
	case 5:
		*lba = be32(cdb + 2);
		*count = be32(cdb + 6);
		break;
	default:
		*lba = be32(cdb + 2);
		*count = be16(cdb + 7);
	}
}

static bool
in_range(struct call *c, uint64_t lba, uint64_t count)
{
	if (lba <= c->d->blocks && count <= c->d->blocks - lba)
		return true;
	fail(c, out_of_range);
	return false;
}

/* An answer of 0 blocks is no data at all. */
static void
transfer(struct call *c, enum scsi_what what, uint64_t lba, uint64_t count)
{
	unsigned size = scsi_block_size(c->d->kind);

	if (!in_range(c, lba, count))
		return;
	c->a->what = count > 0 ? what : SCSI_GOOD;
	c->a->lba = lba;
	c->a->offset = lba * size;
	c->a->size = count * size;
}

static void
read_blocks(struct call *c)
{
	uint64_t lba, count;

	range(c->cdb, &lba, &count);
	transfer(c, SCSI_READ, lba, count);
}

static void
write_blocks(struct call *c)
{
	uint64_t lba, count;

	if (!c->d->writable) {
		fail(c, write_protected);
		return;
	}
	range(c->cdb, &lba, &count);
	transfer(c, SCSI_WRITE, lba, count);
	c->a->sync = c->cdb[0] == 0x2e;	/* and verify */
}

static void
read_cd(struct call *c)
{
	uint8_t sector_type = c->cdb[1] >> 2 & 7, fields = c->cdb[9] & 0xf8;
	uint64_t count = be32(c->cdb + 5) & 0xffffff;

	/* Data in mode 1 is all there is; of it, the user's 2048 bytes. */
	if ((sector_type != 0 && sector_type != 2) ||
	    (fields != 0 && fields != 0x10) || c->cdb[10] & 7 ||
	    c->cdb[9] & 6)
		fail(c, bad_field);
	else if (fields == 0 && in_range(c, be32(c->cdb + 2), count))
		good(c);
	else if (fields != 0)
		transfer(c, SCSI_READ, be32(c->cdb + 2), count);
}

static void
seek(struct call *c)
{
	if (in_range(c, be32(c->cdb + 2), 1))
		good(c);
}

static void
verify(struct call *c)
{
	uint64_t lba, count;

	range(c->cdb, &lba, &count);
	if (c->cdb[1] & 6)
		fail(c, bad_field);	/* would compare with data sent */
	else if (in_range(c, lba, count))
		good(c);
}

static void
synchronize_cache(struct call *c)
{
	c->a->what = c->d->writable ? SCSI_SYNC : SCSI_GOOD;
}

/* ---- commands ---------------------------------------------------------- */

#define F 1
#define C 2
/* Which conditions of the medium come before the command itself. */
enum rule { ALWAYS, ATTENTION, MEDIUM };

static const struct command {
	uint8_t opcode, drives;
	enum rule rule;
	void (*run)(struct call *c);
	const char *name;
} commands[] = {
	{ 0x00, F | C, MEDIUM, good, "TEST UNIT READY" },
	{ 0x03, F | C, ALWAYS, request_sense, "REQUEST SENSE" },
	{ 0x08, F | C, MEDIUM, read_blocks, "READ(6)" },
	{ 0x0a, F | C, MEDIUM, write_blocks, "WRITE(6)" },
	{ 0x12, F | C, ALWAYS, inquiry, "INQUIRY" },
	{ 0x1a, F | C, MEDIUM, mode_sense, "MODE SENSE(6)" },
	{ 0x1b, F | C, ATTENTION, start_stop, "START STOP UNIT" },
	{ 0x1e, F | C, ATTENTION, prevent_allow, "PREVENT ALLOW REMOVAL" },
	{ 0x23, F, MEDIUM, read_format_capacities, "READ FORMAT CAPACITIES" },
	{ 0x25, F | C, MEDIUM, read_capacity, "READ CAPACITY" },
	{ 0x28, F | C, MEDIUM, read_blocks, "READ(10)" },
	{ 0x2a, F | C, MEDIUM, write_blocks, "WRITE(10)" },
	{ 0x2b, F | C, MEDIUM, seek, "SEEK" },
	{ 0x2e, F | C, MEDIUM, write_blocks, "WRITE AND VERIFY" },
	{ 0x2f, F | C, MEDIUM, verify, "VERIFY" },
	{ 0x35, F | C, MEDIUM, synchronize_cache, "SYNCHRONIZE CACHE" },
	{ 0x42, C, MEDIUM, read_sub_channel, "READ SUB-CHANNEL" },
	{ 0x43, C, MEDIUM, read_toc, "READ TOC" },
	{ 0x46, C, ALWAYS, get_configuration, "GET CONFIGURATION" },
	{ 0x4a, C, ALWAYS, get_event_status, "GET EVENT STATUS" },
	{ 0x51, C, MEDIUM, read_disc_information, "READ DISC INFORMATION" },
	{ 0x52, C, MEDIUM, read_track_information,
	    "READ TRACK INFORMATION" },
	{ 0x5a, F | C, MEDIUM, mode_sense, "MODE SENSE(10)" },
	{ 0xa8, F | C, MEDIUM, read_blocks, "READ(12)" },
	{ 0xaa, F | C, MEDIUM, write_blocks, "WRITE(12)" },
	{ 0xac, C, MEDIUM, get_performance, "GET PERFORMANCE" },
	{ 0xad, C, MEDIUM, refuse_field, "READ DVD STRUCTURE" },
	{ 0xbd, C, MEDIUM, mechanism_status, "MECHANISM STATUS" },
	{ 0xbe, C, MEDIUM, read_cd, "READ CD" },
};
#undef F
#undef C

static const struct command *
find(uint8_t opcode)
{
	size_t i;

	for (i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (commands[i].opcode == opcode)
			return &commands[i];
	return NULL;
}

/* A medium that has just been changed is not there until it was missed. */
static void
settle(struct scsi_drive *d, int64_t now_ms)
{
	if (d->settling && d->polled && now_ms >= d->ready_ms)
		d->settling = false;
	d->polled = true;
}

void
scsi_command(struct scsi_drive *d, const uint8_t cdb[SCSI_CDB_LEN],
    int64_t now_ms, struct scsi_answer *a)
{
	const struct command *k = find(cdb[0]);
	struct call c = { .d = d, .cdb = cdb, .a = a };

	a->what = SCSI_GOOD;
	a->len = 0;
	a->offset = a->size = a->lba = 0;
	a->sync = false;
	wr_init(&c.w, a->data, sizeof a->data);
	if (cdb[0] != 0x03)
		d->sense = (struct scsi_sense){ 0, 0, 0 };
	if (k != NULL && (k->rule == MEDIUM || k->run == get_event_status))
		settle(d, now_ms);
	if (k == NULL || !(k->drives & 1 << d->kind)) {
		fail(&c, scsi_no_such_command);
	} else if (k->rule == MEDIUM && !is_in(d)) {
		fail(&c, no_medium);
	} else if (k->rule != ALWAYS && d->attention && !d->settling) {
		d->attention = false;
		fail(&c, medium_changed);
	} else {
		k->run(&c);
	}
}

void
scsi_failed(struct scsi_drive *d, struct scsi_sense sense)
{
	d->sense = sense;
}

void
scsi_insert(struct scsi_drive *d, uint64_t blocks, bool writable,
    int64_t now_ms)
{
	d->loaded = true;
	d->blocks = blocks;
	d->writable = writable;
	d->settling = true;
	d->polled = false;
	d->ready_ms = now_ms + SCSI_SETTLE_MS;
	d->attention = true;
	d->event = SCSI_EVENT_NEW;
}

void
scsi_remove(struct scsi_drive *d)
{
	d->loaded = d->writable = false;
	d->settling = d->attention = d->prevented = false;
	d->blocks = 0;
	d->event = SCSI_EVENT_GONE;
}

void
scsi_reset(struct scsi_drive *d)
{
	d->prevented = false;
	d->sense = (struct scsi_sense){ 0, 0, 0 };
}

const char *
scsi_name(uint8_t opcode)
{
	const struct command *k = find(opcode);

	return k != NULL ? k->name : NULL;
}
