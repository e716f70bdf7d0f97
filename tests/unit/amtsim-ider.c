/* SPDX-License-Identifier: MIT */
/* objects: tests/amtsim/idercheck */
/*
 * amtsim's checks of what a console sends: the reference's messages pass,
 * and not one bit of them may be another.
 */
#include <stdarg.h>
#include <stdio.h>

#include "lib/err.h"
#include "tests/amtsim/ider.h"

#include "test.h"

static unsigned complaints;
static char last[256];
static struct sim sim;
static struct redir redir = { .sim = &sim };

void
sim_violation(struct sim *s, const char *door, const char *fmt, ...)
{
	va_list ap;

	(void)s, (void)door;
	va_start(ap, fmt);
	(void)vsnprintf(last, sizeof last, fmt, ap);
	va_end(ap);
	complaints++;
}

const char *
door_peer(const struct door_conn *c)
{
	(void)c;
	return "peer";
}

const char *const usbr_names[USBR_DRIVES] = { "floppy", "cd" };

/* ---- fields ------------------------------------------------------------ */

enum which { END, GET, DATA };

static void
check(enum which w, const struct scsi_command *c, const uint8_t *m)
{
	complaints = 0;
	switch (w) {
	case END:
		ider_check_end(&redir, c, m);
		break;
	case GET:
		ider_check_get(&redir, c, m, 8192);
		break;
	case DATA:
		ider_check_data(&redir, c, m, m[9] | (size_t)m[10] << 8,
		    8192);
		break;
	}
}

/* Bit by bit; the sequence number and the sense are not fields of form. */
static void
each_bit(const char *what, enum which w, const struct scsi_command *c,
    const uint8_t *good, size_t n, const char *free_bytes)
{
	uint8_t m[40];
	size_t bit;

	check(w, c, good);
	if (!is_int(complaints, 0))
		printf("    %s: %s\n", what, last);
	for (bit = 8; bit < 8 * n; bit++) {
		if ((bit >= 32 && bit < 64) || free_bytes[bit / 8] == 'x')
			continue;
		memcpy(m, good, n);
		m[bit / 8] ^= (uint8_t)(1 << bit % 8);
		check(w, c, m);
		if (complaints == 0)
			printf("    %s: byte %zu may be %02x\n", what,
			    bit / 8, m[bit / 8]);
		ok(complaints > 0);
	}
}

static void
test_fields(void)
{
	struct scsi_command cd = { .drive = USBR_CD }, dma = cd,
	    floppy = { .drive = USBR_FLOPPY, .out_len = 512 };
	static const uint8_t good[31] = { 0x51, 0, 0, 2, 6, [20] = 0xc5, 0,
	    3, 0, 0, 0, 0xb0, 0x50 };
	static const uint8_t sense[31] = { 0x51, 0, 0, 2, 12, [20] = 0x87,
	    0x50, 3, 0, 0, 0, 0xb0, 0x51, 5, 0x21, 0 };
	static const uint8_t get[31] = { 0x52, 0, 0, 0, 13, [10] = 2,
	    [12] = 0xb5, 0, 0, 0, 0, 2, 0xa0, 0x58 };
	static const uint8_t part[34] = { 0x54, 0, 0, 1, 10, [10] = 4,
	    [12] = 0xb4, 0, 2, 0, 0, 0, 0xb0, 0x58 };
	static const uint8_t whole[34] = { 0x54, 0, 0, 2, 8, [9] = 8,
	    [12] = 0xb5, 0, 2, 0, 8, 0, 0xb0, 0x58, 0x85, 0, 3, 0, 0, 0,
	    0xb0, 0x50 };

	dma.dma = true;
	each_bit("good", END, &cd, good, sizeof good,
	    "....................x..........");
	each_bit("sense", END, &cd, sense, sizeof sense,
	    ".............................xx");
	each_bit("get", GET, &floppy, get, sizeof get,
	    "...............................");
	each_bit("part", DATA, &dma, part, sizeof part,
	    ".........xx.......................");
	each_bit("whole", DATA, &cd, whole, sizeof whole,
	    "..................................");
}

/* The other mask that is seen of good ends; sizes that are not allowed. */
static void
test_limits(void)
{
	struct scsi_command c = { .drive = USBR_CD, .out_len = 2048 };
	uint8_t end[31] = { 0x51, 0, 0, 2, [20] = 0x85, [22] = 3,
	    [26] = 0xb0, [27] = 0x50 };
	uint8_t m[34] = { 0x54, 0, 0, 0, [12] = 0xb5, [14] = 2,
	    [18] = 0xb0, [19] = 0x58 };

	check(END, &c, end);
	is_int(complaints, 0);
	end[20] = 0xc4;
	check(END, &c, end);
	is_str(last, "peer: CommandEndResponse to 00 of the cd: register "
	    "mask is c4 where c5 is due");
	check(DATA, &c, m);
	is_str(last, "peer: DataToHost to 00 of the cd: 0 bytes, 1 to 8192 "
	    "are allowed");
	m[9] = m[16] = 1;
	m[10] = m[17] = 0x20;
	check(DATA, &c, m);
	is_str(last, "peer: DataToHost to 00 of the cd: 8193 bytes, 1 to 8192 "
	    "are allowed");
	memset(m, 0, sizeof m);
	m[0] = 0x52;
	m[10] = m[17] = 8;
	m[12] = 0xb5;
	m[18] = 0xb0;
	m[19] = 0x58;
	check(GET, &c, m);
	is_int(complaints, 0);
	c.fetched = 1;
	check(GET, &c, m);
	is_str(last, "peer: GetDataFromHost to 00 of the cd: asks for 2048 "
	    "bytes, 2047 are left");
}

static void
test_open(void)
{
	uint8_t m[18] = { 0x40, [8] = 0x30, 0x75, 0, 0, 0x20, 0x4e, 1 };

	complaints = 0;
	ider_check_open(&redir, m);
	is_int(complaints, 0);
	m[8] = 0x0f;
	m[9] = 0x27;			/* 9999 */
	ider_check_open(&redir, m);
	is_str(last, "peer: OpenSession: RxTimeout 9999 is below 10000");
	m[12] = 99;
	m[13] = 0;
	m[9] = 0x75;
	ider_check_open(&redir, m);
	is_str(last, "peer: OpenSession: HeartbeatInterval 99 is below 100");
	m[12] = 0;
	m[14] = 2;
	ider_check_open(&redir, m);
	is_str(last, "peer: OpenSession: protocol version is 2 where 1 is due");
}

/* ---- answers ----------------------------------------------------------- */

/* One answer of n bytes; the complaint, "" for none, without its start. */
static const char *
answer(struct medium *medium, enum usbr_drive d, const char *cdb,
    size_t cdb_len, const void *data, size_t n)
{
	struct scsi_command c = { .drive = d };
	const char *colon;
	struct err e;

	memcpy(c.cdb, cdb, cdb_len);
	buf_init(&c.in, USBR_DATA_MAX);
	(void)buf_add(&c.in, data, n, &e);
	complaints = 0;
	last[0] = '\0';
	ider_check_answer(&redir, &c, medium, 0, 0);
	buf_clear(&c.in);
	colon = strrchr(last, ':');
	return colon != NULL ? colon + 2 : last;
}
#define ANSWER(medium, d, cdb, data) \
	answer(medium, d, cdb, sizeof cdb - 1, data, sizeof data - 1)

static void
test_answers(void)
{
	struct medium m = { .known = false };
	static const char capacity[] = "\x25\0\0\0\0\0\0\0\0\0";

	is_str(ANSWER(&m, USBR_CD, capacity, "\0\0\x0b\xb7\0\0\2\0"),
	    "blocks of 512 bytes");
	is_str(ANSWER(&m, USBR_CD, capacity, "\0\0\x0b\xb7\0\0\x08"),
	    "7 bytes, 8 are due");
	is_str(ANSWER(&m, USBR_CD, capacity, "\0\0\x0b\xb7\0\0\x08\0"), "");
	ok(m.known && !m.absent && m.blocks == 3000);
	/* READ TOC: as it should be, LBA and MSF; with another lead-out */
	is_str(ANSWER(&m, USBR_CD, "\x43\0\0\0\0\0\0\0\x14\0", "\0\x12\1\1"
	    "\0\x14\1\0\0\0\0\0\0\x14\xaa\0\0\0\x0b\xb8"), "");
	is_str(ANSWER(&m, USBR_CD, "\x43\2\0\0\0\0\0\0\x14\0", "\0\x12\1\1"
	    "\0\x14\1\0\0\0\2\0\0\x14\xaa\0\0\0\x2a\0"), "");
	is_str(ANSWER(&m, USBR_CD, "\x43\2\0\0\0\0\0\0\x14\0", "\0\x12\1\1"
	    "\0\x14\1\0\0\0\2\0\0\x14\xaa\0\0\0\x2a\1"),
	    "the lead-out is at 2a01 where 2a00 is due");
	/* READ(10): the last block, one more, too few bytes of it */
	is_str(ANSWER(&m, USBR_FLOPPY, "\x28\0\0\0\x0b\xb8\0\0\0\0", ""), "");
	is_str(ANSWER(&m, USBR_FLOPPY, "\x28\0\0\0\x0b\xb7\0\0\2\0", ""),
	    "good, beyond the end of the medium");
	is_str(ANSWER(&m, USBR_FLOPPY, "\x28\0\0\0\x0b\xb7\0\0\1\0", "ab"),
	    "2 bytes, 512 were asked for");
	/* MODE SENSE(10): whole, cut, a page too long */
	is_str(ANSWER(&m, USBR_CD, "\x5a\0\1\0\0\0\0\0\x20\0",
	    "\0\x0e\1\x80\0\0\0\0\1\6\0\xff\0\0\0\0"), "");
	is_str(ANSWER(&m, USBR_CD, "\x5a\0\1\0\0\0\0\0\x0a\0",
	    "\0\x0e\1\x80\0\0\0\0\1\6"), "");
	is_str(ANSWER(&m, USBR_CD, "\x5a\0\1\0\0\0\0\0\x20\0",
	    "\0\x0e\1\x80\0\0\0\0\1\7\0\xff\0\0\0\0"),
	    "its pages do not fill its 16 bytes");
	/* GET CONFIGURATION: header and profiles; a feature too long */
	is_str(ANSWER(&m, USBR_CD, "\x46\0\0\0\0\0\0\1\0\0",
	    "\0\0\0\x0c\0\0\0\x08\0\0\3\4\0\x08\1\0"), "");
	is_str(ANSWER(&m, USBR_CD, "\x46\0\0\0\0\0\0\1\0\0",
	    "\0\0\0\x0c\0\0\0\x08\0\0\3\x08\0\x08\1\0"),
	    "its features do not fill its 16 bytes");
	is_str(ANSWER(&m, USBR_CD, "\0\0\0\0\0\0", "x"),
	    "1 bytes, 0 were asked for");
}

static void
test_medium(void)
{
	struct medium m = { .known = false };
	struct scsi_command c = { .cdb = { 0x25 }, .drive = USBR_CD };

	ider_check_answer(&redir, &c, &m, 2, 0x3a);
	ok(m.known && m.absent);
	is_str(ANSWER(&m, USBR_CD, "\0\0\0\0\0\0",  ""),
	    "good, but there is no medium");
	is_str(ANSWER(&m, USBR_CD, "\x1e\0\0\0\1\0",  ""), "");
	ider_check_answer(&redir, &c, &m, 6, 0x28);
	ok(!m.known);
	is_str(ANSWER(&m, USBR_CD, "\0\0\0\0\0\0",  ""), "");
}

int
main(void)
{
	test_fields();
	test_limits();
	test_open();
	test_answers();
	test_medium();
	return test_done();
}
