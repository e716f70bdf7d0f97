/* SPDX-License-Identifier: MIT */
/* objects: idertool/scsi */
/*
 * idertool's drives: the answers of the reference byte for byte, ranges at
 * their edges, changes of medium, and a table of every opcode with every
 * allocation length in every state of the medium.
 */
#include <stdlib.h>

#include "idertool/scsi.h"
#include "tests/unit/test.h"

static struct scsi_drive cd, floppy;
static struct scsi_answer a;

static void
fresh(void)
{
	cd = (struct scsi_drive){ .kind = SCSI_CD, .loaded = true,
		.blocks = 3000 };
	floppy = (struct scsi_drive){ .kind = SCSI_FLOPPY, .loaded = true,
		.blocks = 2880, .writable = true };
}

/* "28 00 0000 0010 00 0001" and so on; what is missing is zero. */
static size_t
unhex(uint8_t *out, size_t max, const char *text)
{
	unsigned byte;
	size_t n = 0;
	int used;

	for (; n < max && sscanf(text, " %2x%n", &byte, &used) == 1;
	    text += used)
		out[n++] = (uint8_t)byte;
	return n;
}

static void
command(struct scsi_drive *d, const char *text)
{
	uint8_t cdb[SCSI_CDB_LEN] = { 0 };

	unhex(cdb, sizeof cdb, text);
	scsi_command(d, cdb, 1000, &a);
}

static void
is_data(struct scsi_drive *d, const char *cdb, const char *want)
{
	uint8_t bytes[SCSI_DATA_MAX];
	size_t n = unhex(bytes, sizeof bytes, want);

	command(d, cdb);
	is_int(a.what, SCSI_DATA);
	is_mem(a.data, a.len, bytes, n);
}

/* -1: no sense, good */
static void
is_sense(struct scsi_drive *d, const char *cdb, int want)
{
	int got = -1;

	command(d, cdb);
	if (a.what == SCSI_SENSE)
		got = d->sense.key << 16 | d->sense.asc << 8 | d->sense.ascq;
	if (!test_int(got, want, __FILE__, __LINE__, cdb))
		printf("    answer %d\n", a.what);
	if (want == -1)
		is_int(a.what, SCSI_GOOD);
}

/* ---- the answers of the reference -------------------------------------- */

static void
answers(void)
{
	fresh();
	is_data(&cd, "43 00 00 00 00 00 00 00 ff", "00 12 01 01 00 14 01 00 "
	    "00 00 00 00 00 14 aa 00 00 00 0b b8");
	is_data(&cd, "43 02 00 00 00 00 00 00 ff", "00 12 01 01 00 14 01 00 "
	    "00 00 02 00 00 14 aa 00 00 00 2a 00");
	is_data(&cd, "43 00 01 00 00 00 00 00 ff",
	    "00 0a 01 01 00 14 01 00 00 00 00 00");
	is_data(&cd, "43 00 00 00 00 00 00 00 ff 40",
	    "00 0a 01 01 00 14 01 00 00 00 00 00");
	is_data(&cd, "43 00 00 00 00 00 aa 00 ff",
	    "00 0a 01 01 00 14 aa 00 00 00 0b b8");
	is_data(&cd, "46 00 00 00 00 00 00 01 00", "00 00 00 3c 00 00 00 08 "
	    "00 00 03 04 00 08 01 00 00 01 03 04 00 00 00 02 00 02 03 04 "
	    "00 00 00 00 00 03 03 04 29 00 00 00 00 10 01 08 00 00 08 00 "
	    "00 01 00 00 00 1e 03 00 01 00 03 00 01 05 03 00");
	is_data(&cd, "46 02 00 10 00 00 00 01 00", "00 00 00 10 00 00 00 08 "
	    "00 10 01 08 00 00 08 00 00 01 00 00");
	is_data(&cd, "46 02 00 11 00 00 00 01 00", "00 00 00 04 00 00 00 08");
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 00 02 00 00");
	is_data(&cd, "4a 01 00 00 02 00 00 00 08", "00 02 80 10");
	is_data(&cd, "5a 00 3f 00 00 00 00 00 ff", "00 28 01 80 00 00 00 00 "
	    "01 06 00 ff 00 00 00 00 2a 18 00 00 00 00 29 00 00 00 00 00 00 "
	    "80 00 00 00 00 00 00 00 00 00 00 00 00");
	is_data(&cd, "5a 00 2a 00 00 00 00 00 22", "00 20 01 80 00 00 00 00 "
	    "2a 18 00 00 00 00 29 00 00 00 00 00 00 80 00 00 00 00 00 00 00 "
	    "00 00 00 00 00");
	is_data(&cd, "1a 00 01 00 ff", "0b 05 80 00 01 06 00 ff 00 00 00 00");
	is_data(&floppy, "5a 00 3f 00 00 00 00 00 ff", "00 5e 24 00 00 00 00 "
	    "00 01 0a 00 01 00 00 00 00 02 00 00 00 03 16 00 a0 00 00 00 00 "
	    "00 00 00 12 02 00 00 00 00 00 00 00 a0 00 00 00 05 1e 04 b0 02 "
	    "12 02 00 00 50 00 00 00 00 00 00 00 00 00 00 28 00 00 00 00 00 "
	    "00 00 02 d0 00 00 08 0a 00 00 00 00 00 00 00 00 00 00 0b 06 00 "
	    "00 00 11 24 31");
	is_data(&floppy, "23 00 00 00 00 00 00 00 ff",
	    "00 00 00 08 00 00 0b 40 02 00 02 00");
	is_data(&floppy, "25", "00 00 0b 3f 00 00 02 00");
	floppy.writable = false;
	is_data(&floppy, "5a 00 05 00 00 00 00 00 ff", "00 26 24 80 00 00 00 "
	    "00 05 1e 04 b0 02 12 02 00 00 50 00 00 00 00 00 00 00 00 00 00 "
	    "28 00 00 00 00 00 00 00 02 d0 00 00");
	is_data(&floppy, "5a 00 45 00 00 00 00 00 ff", "00 26 24 80 00 00 00 "
	    "00 05 1e 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
	    "00 00 00 00 00 00 00 00 00 00 00 00");
	is_data(&cd, "51 00 00 00 00 00 00 00 ff", "00 20 0e 01 01 01 01 20 "
	    "00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff 00 00 00 00 00 "
	    "00 00 00 00 00");
	is_data(&cd, "52 01 00 00 00 01 00 00 ff", "00 22 01 01 00 04 01 00 "
	    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0b b8 00 "
	    "00 00 00 00 00 00 00");
	is_data(&cd, "bd 00 00 00 00 00 00 00 00 ff",
	    "00 00 00 00 00 01 00 00");
	is_data(&cd, "ac", "00 00 00 04 02 00 00 00");
	is_data(&cd, "42 00 00 00 00 00 00 00 ff", "00 15 00 00");
	command(&cd, "12 00 00 00 ff");
	is_int(a.len, 36);
	is_mem(a.data, 8, "\x05\x80\x00\x21\x1f\x00\x00\x00", 8);
	is_mem(a.data + 16, 16, "IDE-R CD-ROM    ", 16);
	command(&floppy, "12 00 00 00 ff");
	is_mem(a.data, 8, "\x00\x80\x00\x01\x1f\x00\x00\x00", 8);
}

static void
senses(void)
{
	fresh();
	cd.loaded = false;
	is_sense(&cd, "00", 0x023a00);
	is_data(&cd, "03 00 00 00 ff", "70 00 02 00 00 00 00 0a 00 00 00 00 "
	    "3a 00 00 00 00 00");
	is_data(&cd, "03 00 00 00 ff", "70 00 00 00 00 00 00 0a 00 00 00 00 "
	    "00 00 00 00 00 00");
	is_sense(&cd, "12 01 80 00 ff", 0x052400);
	fresh();
	is_sense(&cd, "43 00 02 00 00 00 00 00 ff", 0x052400);
	is_sense(&cd, "43 00 00 00 00 00 02 00 ff", 0x052400);
	is_sense(&cd, "5a 00 05 00 00 00 00 00 ff", 0x052400);
	is_sense(&cd, "5a 00 ea 00 00 00 00 00 ff", 0x053900);
	is_sense(&floppy, "5a 00 03 00 00 00 00 00 ff", 0x052400);
	is_sense(&floppy, "1a 00 2a 00 ff", 0x052400);
	is_sense(&cd, "4a 00 00 00 10 00 00 00 08", 0x052400);
	is_sense(&cd, "46 03 00 00 00 00 00 00 08", 0x052400);
	is_sense(&cd, "52 01 00 00 00 02 00 00 ff", 0x052400);
	is_sense(&cd, "52 00 00 00 0b b8 00 00 ff", 0x052400);
	is_sense(&cd, "ad", 0x052400);
	is_sense(&cd, "be 00 00 00 00 00 00 00 01 f8", 0x052400);
	is_sense(&cd, "be 04 00 00 00 00 00 00 01 10", 0x052400);
	is_sense(&cd, "be 00 00 00 00 00 00 00 01 00", -1);
	is_sense(&floppy, "2f 02 00 00 00 00 00 00 01", 0x052400);
	is_sense(&cd, "2a 00 00 00 00 00 00 00 01", 0x072700);
	floppy.writable = false;
	is_sense(&floppy, "2a 00 00 00 00 00 00 00 01", 0x072700);
	is_sense(&floppy, "0a 00 00 00 01", 0x072700);
}

/* ---- blocks ------------------------------------------------------------ */

static void
is_range(struct scsi_drive *d, const char *cdb, enum scsi_what what,
    uint64_t offset, uint64_t size)
{
	command(d, cdb);
	is_int(a.what, what);
	is_int(a.offset, offset);
	is_int(a.size, size);
}

/*
 * Redirection protocol, test vectors, section 9.12: a boot from a CD of 3000
 * blocks, without a floppy, command by command.
 */
static void
boot(void)
{
	fresh();
	floppy.loaded = false;
	is_sense(&cd, "00", -1);
	is_data(&cd, "25", "00 00 0b b7 00 00 08 00");
	is_sense(&floppy, "00", 0x023a00);
	command(&cd, "5a 00 2a 00 00 00 00 00 22");
	is_int(a.what, SCSI_DATA);
	is_int(a.len, 34);
	is_int(a.data[8] & 0x3f, 0x2a);
	command(&cd, "43 00 00 00 00 00 00 00 14");
	is_int(a.what, SCSI_DATA);
	is_int(a.len, 20);
	is_mem(a.data + 12, 8, "\x00\x14\xaa\x00\x00\x00\x0b\xb8", 8);
	is_range(&cd, "28 00 00 00 00 10 00 00 01", SCSI_READ, 0x10 * 2048,
	    2048);
	is_range(&cd, "28 00 00 00 00 30 00 00 02", SCSI_READ, 0x30 * 2048,
	    4096);
	is_range(&cd, "28 00 00 00 00 40 00 00 20", SCSI_READ, 0x40 * 2048,
	    65536);
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 00 02 00 00");
	is_sense(&cd, "1e 00 00 00 01", -1);
	is_sense(&cd, "28 00 00 00 0b b8 00 00 01", 0x052100);
}

static void
ranges(void)
{
	fresh();
	is_range(&cd, "28 00 00 00 00 10 00 00 01", SCSI_READ, 32768, 2048);
	is_range(&cd, "28 00 00 00 0b b7 00 00 01", SCSI_READ, 6141952, 2048);
	is_sense(&cd, "28 00 00 00 0b b7 00 00 02", 0x052100);
	is_sense(&cd, "28 00 00 00 0b b8 00 00 01", 0x052100);
	is_sense(&cd, "28 00 ff ff ff ff 00 00 01", 0x052100);
	is_sense(&cd, "28 00 00 00 0b b8 00 00 00", -1);
	is_sense(&cd, "28 00 00 00 0b b9 00 00 00", 0x052100);
	is_sense(&cd, "a8 00 00 00 00 01 ff ff ff ff", 0x052100);
	is_range(&cd, "a8 00 00 00 00 01 00 00 01 00", SCSI_READ, 2048,
	    524288);
	is_range(&cd, "08 00 00 05 00", SCSI_READ, 10240, 524288);
	is_range(&cd, "be 00 00 00 00 10 00 00 02 10", SCSI_READ, 32768,
	    4096);
	is_range(&floppy, "2a 00 00 00 00 13 00 00 01", SCSI_WRITE, 9728,
	    512);
	is_int(a.sync, false);
	is_range(&floppy, "2e 00 00 00 00 13 00 00 01", SCSI_WRITE, 9728,
	    512);
	is_int(a.sync, true);
	is_range(&floppy, "0a 1f ff ff 01", SCSI_SENSE, 0, 0);
	is_range(&floppy, "0a 00 0b 3f 01", SCSI_WRITE, 1474048, 512);
	is_range(&floppy, "aa 00 00 00 00 00 00 00 00 02", SCSI_WRITE, 0,
	    1024);
	is_sense(&floppy, "2b 00 00 00 0b 3f", -1);
	is_sense(&floppy, "2b 00 00 00 0b 40", 0x052100);
	is_sense(&floppy, "2f 00 00 00 0b 3f 00 00 02", 0x052100);
	command(&floppy, "35");
	is_int(a.what, SCSI_SYNC);
	/* Beyond 4 GiB, and the last block there can be. */
	cd.blocks = SCSI_BLOCKS_MAX;
	is_range(&cd, "28 00 00 40 00 00 00 00 01", SCSI_READ, 0x200000000,
	    2048);
	is_range(&cd, "28 00 ff ff ff fe 00 00 01", SCSI_READ,
	    0x7fffffff000, 2048);
	is_sense(&cd, "28 00 ff ff ff fe 00 00 02", 0x052100);
	is_data(&cd, "25", "ff ff ff fe 00 00 08 00");
	is_data(&cd, "43 02 00 00 00 00 aa 00 ff",
	    "00 0a 01 01 00 14 aa 00 00 ff 3b 4a");
}

/* ---- the medium in and out ---------------------------------------------- */

static void
changes(void)
{
	uint8_t tur[SCSI_CDB_LEN] = { 0 };

	fresh();
	scsi_remove(&cd);
	is_sense(&cd, "00", 0x023a00);
	is_data(&cd, "4a 01 00 00 10 00 00 00 04", "00 06 04 10");
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 03 00 00 00");
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 00 00 00 00");
	is_data(&cd, "46 01 00 00 00 00 00 00 10", "00 00 00 2c 00 00 00 00 "
	    "00 00 03 04 00 08 00 00");
	scsi_insert(&cd, 100, false, 1000);
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 00 00 00 00");
	is_sense(&cd, "00", 0x023a00);
	scsi_command(&cd, tur, 1999, &a);
	is_int(cd.sense.asc, 0x3a);
	scsi_command(&cd, tur, 2000, &a);
	is_int(a.what, SCSI_SENSE);
	is_int(cd.sense.key, 6);
	is_int(cd.sense.asc, 0x28);
	is_sense(&cd, "00", -1);
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 02 02 00 00");
	is_data(&cd, "4a 01 00 00 10 00 00 00 08", "00 06 04 10 00 02 00 00");
	is_data(&cd, "25", "00 00 00 63 00 00 08 00");
	/* Nobody polled while it settled: the first poll finds nothing. */
	scsi_insert(&cd, 100, false, 0);
	scsi_command(&cd, tur, 5000, &a);
	is_int(cd.sense.asc, 0x3a);
	scsi_command(&cd, tur, 5001, &a);
	is_int(cd.sense.asc, 0x28);
}

static void
ejecting(void)
{
	fresh();
	is_sense(&cd, "1b 00 00 00 02", -1);	/* not unless it may */
	cd.can_eject = true;
	is_sense(&cd, "1b 00 00 00 00", -1);
	is_sense(&cd, "1b 00 00 00 01", -1);
	is_sense(&cd, "1e 00 00 00 01", -1);
	is_sense(&cd, "1b 00 00 00 02", 0x055302);
	is_sense(&cd, "1e 00 00 00 00", -1);
	command(&cd, "1b 00 00 00 02");
	is_int(a.what, SCSI_EJECT);
	scsi_remove(&cd);
	is_sense(&cd, "1b 00 00 00 02", -1);
	is_sense(&cd, "1b 00 00 00 03", 0x023a00);
	fresh();
	is_sense(&cd, "1e 00 00 00 01", -1);
	scsi_reset(&cd);
	is_int(cd.prevented, false);
}

/* ---- every opcode, allocation length, state ------------------------------ */

/* What an opcode answers when all is well; -1: good, -2: blocks, -3: not
 * known, -4: a sense all the same. */
static const struct expected {
	uint8_t opcode;
	const char *cdb;		/* of a good command */
	int at;				/* of the allocation length; 0: none */
	int width;
	int floppy, cd;			/* bytes of the whole answer */
	bool always, without;		/* no attention; works without a medium */
} table[] = {
	{ 0x00, "00", 0, 0, -1, -1, false, false },
	{ 0x03, "03", 4, 1, 18, 18, true, true },
	{ 0x08, "08 00 00 00 01", 0, 0, -2, -2, false, false },
	{ 0x0a, "0a 00 00 00 01", 0, 0, -2, -4, false, false },
	{ 0x12, "12", 3, 2, 36, 36, true, true },
	{ 0x1a, "1a 00 3f", 4, 1, 92, 38, false, false },
	{ 0x1b, "1b", 0, 0, -1, -1, false, true },
	{ 0x1e, "1e", 0, 0, -1, -1, false, true },
	{ 0x23, "23", 7, 2, 12, -3, false, false },
	{ 0x25, "25", 0, 0, 8, 8, false, false },
	{ 0x28, "28 00 00 00 00 00 00 00 01", 0, 0, -2, -2, false, false },
	{ 0x2a, "2a 00 00 00 00 00 00 00 01", 0, 0, -2, -4, false, false },
	{ 0x2b, "2b", 0, 0, -1, -1, false, false },
	{ 0x2e, "2e 00 00 00 00 00 00 00 01", 0, 0, -2, -4, false, false },
	{ 0x2f, "2f", 0, 0, -1, -1, false, false },
	{ 0x35, "35", 0, 0, -2, -1, false, false },
	{ 0x42, "42", 7, 2, -3, 4, false, false },
	{ 0x43, "43", 7, 2, -3, 20, false, false },
	{ 0x46, "46", 7, 2, -3, 64, true, true },
	{ 0x4a, "4a 01 00 00 10", 7, 2, -3, 8, true, true },
	{ 0x51, "51", 7, 2, -3, 34, false, false },
	{ 0x52, "52 01 00 00 00 01", 7, 2, -3, 36, false, false },
	{ 0x5a, "5a 00 3f", 7, 2, 96, 42, false, false },
	{ 0xa8, "a8 00 00 00 00 00 00 00 00 01", 0, 0, -2, -2, false, false },
	{ 0xaa, "aa 00 00 00 00 00 00 00 00 01", 0, 0, -2, -4, false, false },
	{ 0xac, "ac", 0, 0, -3, 8, false, false },
	{ 0xad, "ad", 0, 0, -3, -4, false, false },
	{ 0xbd, "bd", 8, 2, -3, 8, false, false },
	{ 0xbe, "be 00 00 00 00 00 00 00 01 10", 0, 0, -3, -2, false, false },
};

static const struct expected *
expect(unsigned opcode)
{
	static const struct expected unknown = { .floppy = -3, .cd = -3 };
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].opcode == opcode)
			return &table[i];
	return &unknown;
}

enum medium { READY, NONE, CHANGED, SETTLING };

static struct scsi_drive
drive_in(enum scsi_kind kind, enum medium m)
{
	return (struct scsi_drive){ .kind = kind, .loaded = m != NONE,
		.blocks = m != NONE ? 2880 : 0,
		.writable = m != NONE && kind == SCSI_FLOPPY,
		.attention = m == CHANGED || m == SETTLING,
		.settling = m == SETTLING, .ready_ms = 9999 };
}

/* The sense that must come, 0 for none. */
static int
sense_due(const struct expected *x, int len, enum medium m)
{
	if (len == -3)
		return 0x052000;
	if ((m == NONE || m == SETTLING) && !x->without)
		return 0x023a00;
	if (m == CHANGED && !x->always)
		return 0x062800;
	return len == -4 ? 1 : 0;	/* 1: some */
}

static bool
one(unsigned opcode, unsigned allocation, enum scsi_kind kind, enum medium m)
{
	const struct expected *x = expect(opcode);
	int len = kind == SCSI_CD ? x->cd : x->floppy, due, sense;
	struct scsi_drive d = drive_in(kind, m);
	struct scsi_answer all;
	uint8_t cdb[SCSI_CDB_LEN] = { 0 };
	size_t want, room = allocation;

	if (x->cdb != NULL)
		unhex(cdb, sizeof cdb, x->cdb);
	cdb[0] = (uint8_t)opcode;
	if (x->width == 1) {
		cdb[x->at] = allocation > 255 ? 255 : (uint8_t)allocation;
		room = cdb[x->at];
	} else if (x->width == 2) {
		cdb[x->at] = (uint8_t)(allocation >> 8);
		cdb[x->at + 1] = (uint8_t)allocation;
	}
	memset(&a, 0x5a, sizeof a);
	scsi_command(&d, cdb, 1000, &a);
	due = sense_due(x, len, m);
	sense = d.sense.key << 16 | d.sense.asc << 8 | d.sense.ascq;
	if (due != 0)
		return a.what == SCSI_SENSE && (due == 1 || sense == due);
	if (len == -1)
		return a.what == SCSI_GOOD && sense == 0;
	if (len == -2)
		return a.what == SCSI_READ || a.what == SCSI_WRITE ||
		    a.what == SCSI_SYNC;
	/* Without a medium some are shorter; never longer than asked. */
	if (m == READY) {
		want = x->width == 0 || (size_t)len < room ? (size_t)len :
		    room;
		if (a.len != want)
			return false;
	}
	if (a.what != (a.len > 0 ? SCSI_DATA : SCSI_GOOD) ||
	    (x->width != 0 && a.len > room))
		return false;
	/* A short answer is the beginning of the long one. */
	if (x->width > 0) {
		d = drive_in(kind, m);
		cdb[x->at] = x->width == 1 ? 255 : 0;
		if (x->width == 2)
			cdb[x->at + 1] = 255;
		scsi_command(&d, cdb, 1000, &all);
		return memcmp(a.data, all.data, a.len) == 0;
	}
	return true;
}

static void
every(void)
{
	static const unsigned lengths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 17,
		18, 19, 20, 34, 36, 42, 63, 64, 65, 92, 96, 127, 128, 255,
		256, 65535 };
	unsigned opcode;
	size_t i, wrong;
	int kind, m;

	for (kind = SCSI_FLOPPY; kind <= SCSI_CD; kind++)
		for (m = READY; m <= SETTLING; m++) {
			wrong = 0;
			for (opcode = 0; opcode < 256; opcode++)
				for (i = 0; i < sizeof lengths /
				    sizeof lengths[0]; i++)
					if (!one(opcode, lengths[i],
					    (enum scsi_kind)kind,
					    (enum medium)m)) {
						wrong++;
						printf("    kind %d medium %d "
						    "opcode %02x length %u\n",
						    kind, m, opcode,
						    lengths[i]);
					}
			is_int(wrong, 0);
		}
}

int
main(void)
{
	answers();
	senses();
	boot();
	ranges();
	changes();
	ejecting();
	every();
	is_str(scsi_name(0x28), "READ(10)");
	ok(scsi_name(0xff) == NULL);
	return test_done();
}
