/* SPDX-License-Identifier: MIT */
/* objects: idertool/ider idertool/serve idertool/scsi idertool/medium */
/*
 * idertool's storage redirection: the test vectors byte for byte, whole and
 * cut, with real images behind them; resets, heartbeats on a clock of our
 * own, the end; images that fail; devices that do what they must not.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idertool/ider.h"
#include "idertool/serve.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "tests/unit/hexfile.h"
#include "tests/unit/test.h"

static struct ider s;
static struct serve v;
static struct buf in, out;
static struct ider_event ev;
static struct err e, trouble;
static struct hex_file file;
static char cd_path[] = "/tmp/ider-cd.XXXXXX",
    floppy_path[] = "/tmp/ider-floppy.XXXXXX";
static int64_t now = 1000;
static int ejected, resets, attached, errors;

static void
on_trouble(void *arg, const struct err *why)
{
	(void)arg;
	trouble = *why;
}

static void
on_ejected(void *arg, enum scsi_kind kind)
{
	(void)arg;
	ejected |= 1 << kind;
}

static const struct serve_events events = { on_trouble, on_ejected };

/* 3000 blocks, each beginning with its own number; a descriptor at 16. */
static void
make_images(void)
{
	static uint8_t block[2048];
	int cd = mkstemp(cd_path), floppy = mkstemp(floppy_path);
	int i;

	for (i = 0; i < 3000; i++) {
		memset(block, 0, sizeof block);
		if (i == 16)
			memcpy(block, "\1CD001\1", 7);
		else
			snprintf((char *)block, sizeof block, "%d", i);
		if (write(cd, block, sizeof block) != sizeof block)
			exit(3);
	}
	if (ftruncate(floppy, 1474560) == -1)
		exit(3);
	close(cd);
	close(floppy);
}

static void
load(enum scsi_kind kind, bool rw)
{
	struct medium m;

	is_int(medium_open(&m, kind, kind == SCSI_CD ? cd_path : floppy_path,
	    rw, &e), 0);
	is_int(serve_insert(&v, kind, &m, false, now, &e), 0);
}

static void
begin(uint16_t read_max, uint16_t write_max)
{
	serve_clear(&v, &e);
	serve_init(&v, &events, NULL);
	buf_clear(&in);
	buf_clear(&out);
	is_int(ider_begin(&s, "htpc", IDER_REBOOT, now, &out, &e), 0);
	buf_clear(&out);
	s.state = IDER_ATTACHED;
	s.read_max = read_max;
	s.write_max = write_max;
	s.talk.seq = 0;
	memset(&trouble, 0, sizeof trouble);
	ejected = resets = attached = errors = 0;
}

/* What the session does with an event. */
static int
take(void)
{
	switch (ev.what) {
	case IDER_COMMAND:
		return serve_command(&v, &s, &ev.command, now, &out, &e);
	case IDER_DATA:
		return serve_data(&v, &s, ev.data, ev.len, now, &out, &e);
	case IDER_RESET:
		resets++;
		serve_reset(&v);
		return ider_reset_done(&s, now, &out, &e);
	case IDER_ATTACH:
		attached++;
		return 0;
	case IDER_ERROR:
		errors++;
		return 0;
	default:
		return 0;
	}
}

static int
step(const void *bytes, size_t n)
{
	buf_add(&in, bytes, n, &e);
	do {
		if (ider_step(&s, &in, &out, now, &ev, &e) == -1 ||
		    take() == -1)
			return -1;
	} while (ev.what != IDER_MORE && ev.what != IDER_ENDED);
	return 0;
}
#define STEP(text) step(text, sizeof text - 1)

/* The next message we sent is this one. */
static void
is_sent(const struct hex_message *m)
{
	static uint8_t want[70000];
	size_t n = m->len < m->declared ? m->declared : m->len;
	size_t got = out.len < n ? out.len : n;

	memset(want, 0, sizeof want);
	memcpy(want, m->bytes, m->len);
	test_mem(out.data, got, want, n, m->what, (int)s.talk.seq, "sent");
	buf_drop(&out, got);
}

static void
replay(const char *name, size_t piece, void (*before)(const char *what))
{
	const struct hex_message *m;
	size_t i, at, n;

	hex_read(&file, name);
	for (i = 0; i < file.n; i++) {
		m = &file.m[i];
		if (before != NULL)
			before(m->what);
		if (m->from == 'C') {
			if (m->bytes[0] >= 0x40)
				is_sent(m);
			continue;
		}
		for (at = 0; m->bytes[0] >= 0x40 && at < m->declared;
		    at += n) {
			n = m->declared - at < piece ? m->declared - at :
			    piece;
			is_int(step(m->bytes + at, n), 0);
			if (out.len == 0 && serve_has_more(&v))
				is_int(serve_more(&v, &s, now, &out, &e), 0);
		}
	}
	if (s.state == IDER_CLOSED) {
		is_mem(out.data, out.len, "\x12\0\0\0", 4);
		buf_drop(&out, out.len);
	}
	is_int(out.len, 0);
}

static void
before_opening(const char *what)
{
	int64_t next;

	if (strncmp(what, "OpenSession:", 12) == 0)
		is_int(ider_begin(&s, "htpc", IDER_REBOOT, now, &out, &e), 0);
	if (strstr(what, "get register state") != NULL) {
		s.talk.seq++;		/* a question we never ask */
		buf_add(&out, "\x48\0\0\0\2\0\0\0\2", 9, &e);
	}
	if (strcmp(what, "console heartbeat") == 0) {
		now += IDER_HEARTBEAT_MS;
		is_int(rtalk_tick(&s.talk, now, &next, &out, &e), 0);
		is_int(next, now + IDER_HEARTBEAT_MS);
	}
}

static void
before_change(const char *what)
{
	struct medium m;

	if (strncmp(what, "TEST UNIT READY while", 21) == 0) {
		is_int(medium_open(&m, SCSI_CD, cd_path, false, &e), 0);
		is_int(serve_insert(&v, SCSI_CD, &m, true, now, &e), 0);
	}
	if (strncmp(what, "next poll", 9) == 0)
		now += SCSI_SETTLE_MS;
	if (strcmp(what, "CloseSession") == 0)
		is_int(ider_end(&s, now, &out, &e), 0);
	if (strcmp(what, "CloseSession reply") == 0)
		is_int(s.state, IDER_ENDING);
}

static void
before_write(const char *what)
{
	if (strstr(what, "read-only") != NULL)
		v.drive[SCSI_FLOPPY].scsi.writable = false;
}

static void
vectors(size_t piece)
{
	uint8_t got[512], want[512];
	int fd;

	begin(8192, 8192);
	replay("redir-ider-opening.hex", piece, before_opening);
	is_int(s.state, IDER_ATTACHED);
	is_int(s.read_max, 8192);
	is_int(attached, 1);
	is_int(resets, 1);
	is_int(s.talk.seq, 6);
	is_int(s.device_seq, 6);

	load(SCSI_CD, false);
	s.read_max = 1024;
	replay("redir-ider-commands.hex", piece, NULL);
	is_int(s.talk.seq, 0xd);
	is_int(v.stats.read_bytes, 2048);
	is_int(v.stats.refused, 2);

	load(SCSI_FLOPPY, true);
	replay("redir-ider-write.hex", piece, before_write);
	fd = open(floppy_path, O_RDONLY);
	memset(want, 0, sizeof want);
	memcpy(want, "\xe5\xe5\xe5\xe5\xe5\xe5\xe5\xe5\xe5\xe5\xe5\xe5"
	    "\xe5\xe5\xe5\xe5\xe5\xe5", 18);
	is_int(pread(fd, got, 512, 9728), 512);
	is_mem(got, 512, want, 512);
	close(fd);

	replay("redir-ider-medium-change.hex", piece, before_change);
	is_int(s.state, IDER_CLOSED);
	is_int(v.stats.gaps, 0);
}

/* ---- whole commands, made here ----------------------------------------- */

/* A command to a drive, with the number the device is at. */
static int
order(enum scsi_kind kind, const char *hex)
{
	uint8_t m[28] = { 0x50 };
	unsigned byte;
	size_t n = 16;
	int used;

	m[4] = (uint8_t)s.device_seq;
	m[5] = (uint8_t)(s.device_seq >> 8);
	m[14] = kind == SCSI_CD ? 0xb0 : 0xa0;
	m[15] = 0xa0;
	for (; n < 28 && sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used)
		m[n++] = (uint8_t)byte;
	return step(m, sizeof m);
}

static void
is_sense(int want)
{
	is_int(out.len, 31);
	is_int(out.data[0], 0x51);
	is_int(out.data[28] << 16 | out.data[29] << 8 | out.data[30], want);
	buf_drop(&out, out.len);
}

/* Chunks of the size the device has room for, the last one marked. */
static void
chunks(void)
{
	size_t total = 0, n, messages = 0;
	uint8_t attributes = 0;
	unsigned last = 0;

	begin(1000, 8192);
	load(SCSI_CD, false);
	is_int(order(SCSI_CD, "28 00 00 00 00 20 00 00 20"), 0);
	while (out.len > 0) {
		is_int(out.data[0], 0x54);
		attributes = out.data[3];
		n = out.data[9] | (size_t)out.data[10] << 8;
		ok(n <= 1000);
		total += n;
		messages++;
		last = out.data[4];
		buf_drop(&out, 34 + n);
		if (out.len == 0 && serve_has_more(&v))
			is_int(serve_more(&v, &s, now, &out, &e), 0);
	}
	is_int(total, 65536);
	is_int(messages, 66);		/* of three batches: 32, 32, 2 */
	is_int(attributes, 2);
	is_int(last, messages - 1);
	is_int(v.doing, SERVE_IDLE);
}

static void
two_at_once(void)
{
	begin(8192, 8192);
	load(SCSI_CD, false);
	load(SCSI_FLOPPY, false);
	is_int(order(SCSI_CD, "28 00 00 00 00 00 00 00 80"), 0);
	is_int(order(SCSI_FLOPPY, "28 00 00 00 00 00 00 00 01"), 0);
	is_int(out.len, 65536 + 8 * 34);	/* the first batch alone */
	while (serve_has_more(&v)) {
		buf_drop(&out, out.len);
		is_int(serve_more(&v, &s, now, &out, &e), 0);
	}
	is_int(out.len, 34 + 512);
	is_int(out.data[18], 0xa0);
	is_int(v.stats.read_bytes, 128 * 2048 + 512);
}

static void
resets_in_between(void)
{
	begin(8192, 512);
	load(SCSI_CD, false);
	load(SCSI_FLOPPY, true);
	is_int(order(SCSI_CD, "28 00 00 00 00 00 00 00 80"), 0);
	is_int(STEP("\x46\0\0\0\1\0\0\0\3"), 0);
	is_mem(out.data + out.len - 8, 1, "\x47", 1);
	is_int(serve_has_more(&v), false);
	buf_drop(&out, out.len);
	is_int(order(SCSI_FLOPPY, "2a 00 00 00 00 00 00 00 02"), 0);
	is_int(out.data[0], 0x52);
	buf_drop(&out, out.len);
	is_int(STEP("\x46\0\0\0\3\0\0\0\3"), 0);
	buf_drop(&out, out.len);
	/* What was asked for before comes late: nobody wants it. */
	is_int(STEP("\x53\0\0\0\4\0\0\0\0\4\0\0\0\0zzzz"), 0);
	is_int(out.len, 0);
	is_int(v.stats.written_bytes, 0);
	is_int(order(SCSI_FLOPPY, "00"), 0);
	is_int(out.data[27], 0x50);
}

/* Two parts of 512 bytes, each in pieces; then one byte too many. */
static void
writing(void)
{
	char data[14 + 600] = "\x53\0\0\0\0\0\0\0\0";
	int fd;

	begin(8192, 512);
	load(SCSI_FLOPPY, true);
	is_int(order(SCSI_FLOPPY, "2e 00 00 00 00 01 00 00 02"), 0);
	is_mem(out.data, 3, "\x52\0\0", 3);
	is_mem(out.data + 9, 2, "\0\2", 2);
	buf_drop(&out, out.len);
	memset(data + 14, 'w', 600);
	data[9] = 100;
	is_int(step(data, 114), 0);
	is_int(out.len, 0);
	data[9] = (char)(412 & 0xff);
	data[10] = 1;
	is_int(step(data, 14 + 412), 0);
	is_int(out.data[0], 0x52);
	buf_drop(&out, out.len);
	data[9] = 0;
	data[10] = 2;
	is_int(step(data, 14 + 512), 0);
	is_int(out.data[0], 0x51);
	is_int(out.data[20], 0xc5);
	is_int(v.stats.written_bytes, 1024);
	ok(!v.drive[SCSI_FLOPPY].medium.unsynced);
	buf_drop(&out, out.len);
	is_int(order(SCSI_FLOPPY, "2a 00 00 00 0b 3f 00 00 01"), 0);
	buf_drop(&out, out.len);
	data[9] = 1;
	is_int(step(data, 14 + 513), 0);
	is_sense(0x052100);
	fd = open(floppy_path, O_RDONLY);
	is_int(lseek(fd, 0, SEEK_END), 1474560);
	is_int(pread(fd, data, 1, 1474559), 1);
	is_int(data[0], 0);
	close(fd);
	is_int(order(SCSI_FLOPPY, "35"), 0);
	is_int(out.data[20], 0xc5);
}

static void
shrunk_images(void)
{
	struct stat st;

	begin(8192, 8192);
	load(SCSI_CD, false);
	load(SCSI_FLOPPY, true);
	if (truncate(cd_path, 100 * 2048) == -1 ||
	    truncate(floppy_path, 512) == -1)
		exit(3);
	is_int(order(SCSI_CD, "28 00 00 00 00 63 00 00 01"), 0);
	is_int(out.len, 34 + 2048);
	buf_drop(&out, out.len);
	is_int(order(SCSI_CD, "28 00 00 00 00 63 00 00 02"), 0);
	is_sense(0x031100);
	has(trouble.text, "made shorter");
	is_int(v.stats.read_errors, 1);
	is_int(order(SCSI_FLOPPY, "2a 00 00 00 00 01 00 00 01"), 0);
	buf_drop(&out, out.len);
	is_int(STEP("\x53\0\0\0\0\0\0\0\0\4\0\0\0\0zzzz"), 0);
	is_sense(0x030c00);
	is_int(stat(floppy_path, &st), 0);
	is_int(st.st_size, 512);
	is_int(v.stats.write_errors, 1);
}

/* Its medium goes while a command is half done. */
static void
ejected_meanwhile(void)
{
	begin(8192, 512);
	load(SCSI_CD, false);
	is_int(order(SCSI_CD, "28 00 00 00 00 00 00 00 40"), 0);
	is_int(serve_eject(&v, SCSI_CD, &e), 0);
	buf_drop(&out, out.len);
	is_int(serve_more(&v, &s, now, &out, &e), 0);
	is_sense(0x031100);
	is_int(order(SCSI_CD, "28 00 00 00 00 00 00 00 40"), 0);
	is_sense(0x023a00);
	load(SCSI_CD, false);
	v.drive[SCSI_CD].scsi.can_eject = true;
	is_int(order(SCSI_CD, "1b 00 00 00 02"), 0);
	is_int(out.data[20], 0xc5);
	is_int(ejected, 1 << SCSI_CD);
	is_int(v.drive[SCSI_CD].medium.fd, -1);
}

static void
counting_blocks(void)
{
	begin(8192, 8192);
	load(SCSI_CD, false);
	is_int(v.drive[SCSI_CD].medium.blocks, 100);
	is_int(serve_watch_blocks(&v, &e), 0);
	is_int(order(SCSI_CD, "28 00 00 00 00 00 00 00 10"), 0);
	buf_drop(&out, out.len);
	is_int(order(SCSI_CD, "28 00 00 00 00 08 00 00 10"), 0);
	buf_drop(&out, out.len);
	is_int(v.drive[SCSI_CD].unseen, 76);
	is_int(serve_all_seen(&v), false);
	is_int(order(SCSI_CD, "28 00 00 00 00 18 00 00 4c"), 0);
	while (serve_has_more(&v)) {
		buf_drop(&out, out.len);
		is_int(serve_more(&v, &s, now, &out, &e), 0);
	}
	is_int(serve_all_seen(&v), true);
}

/* ---- what a device must not do ------------------------------------------- */

static const uint8_t open_reply[30] = { 0x41, 0, 0, 0, 0, 0, 0, 0, 1, 0, 16,
	0, 0, 0, 0, 0, 0, 0x20, 0, 0x20, 0, 0, 0, 0, 0, 0x57, 1, 0, 0, 0 };

static void
open_session(enum ider_start start)
{
	begin(0, 0);
	is_int(ider_begin(&s, "htpc", start, now, &out, &e), 0);
	buf_drop(&out, out.len);
}

static void
refused(void)
{
	uint8_t m[30];

	open_session(IDER_NOW);
	is_int(step(open_reply, 30), 0);
	is_mem(out.data, out.len, "\x48\0\0\0\1\0\0\0\3\x19\0\0\0", 13);
	is_int(s.state, IDER_TOGGLING);
	/* A command before the verdict waits for it. */
	is_int(order(SCSI_CD, "00"), 0);
	is_int(out.len, 13);
	buf_drop(&out, out.len);
	is_int(STEP("\x49\0\0\0\2\0\0\0\3\1\0\0\0"), 0);
	is_int(attached, 1);
	is_int(serve_more(&v, &s, now, &out, &e), 0);
	is_sense(0x023a00);
	/* A second verdict, the other way. */
	is_int(STEP("\x49\0\0\0\3\0\0\0\3\0\0\0\0"), -1);
	is_int(e.kind, ERR_REFUSED);

	open_session(IDER_GRACEFUL);
	is_int(step(open_reply, 30), 0);
	is_int(STEP("\x49\0\0\0\1\0\0\0\3\2\0\0\0"), -1);
	is_int(e.kind, ERR_REFUSED);
	has(e.text, "busy with a drive");

	memcpy(m, open_reply, 30);
	m[1] = 7;
	open_session(IDER_REBOOT);
	is_int(step(m, 30), -1);
	is_int(e.kind, ERR_REFUSED);
	has(e.text, "status 7");
	m[1] = m[16] = m[17] = 0;
	open_session(IDER_REBOOT);
	is_int(step(m, 30), -1);
	is_int(e.kind, ERR_PROTO);
}

static void
wrong(const char *bytes, size_t n, enum err_kind kind, const char *part)
{
	begin(8192, 8192);
	is_int(step(bytes, n), -1);
	is_int(e.kind, kind);
	has(e.text, part);
}

static void
bad_devices(void)
{
	int i, rc = 0;

	wrong("\x60", 1, ERR_PROTO, "0x60");
	wrong((const char *)open_reply, 30, ERR_PROTO, "twice");
	wrong("\x43\0\0\0\0\0\0\0", 8, ERR_NET, "ended");
	wrong("\x14\0\0\0\0\0\0\0\0", 9, ERR_PROTO, "no place");
	open_session(IDER_REBOOT);
	is_int(order(SCSI_CD, "00"), -1);
	is_int(e.kind, ERR_PROTO);
	open_session(IDER_REBOOT);
	is_int(STEP("\x49\0\0\0\0\0\0\0\3\1\0\0\0"), -1);
	/* More commands than there are drives, none of them answered. */
	begin(8192, 8192);
	load(SCSI_CD, false);
	is_int(order(SCSI_CD, "28 00 00 00 00 00 00 00 40"), 0);
	for (i = 0; i < SERVE_QUEUE_MAX && rc == 0; i++)
		rc = order(SCSI_CD, "00");
	is_int(rc, 0);
	is_int(order(SCSI_CD, "00"), -1);
	is_int(e.kind, ERR_PROTO);
	/* Numbers that jump are counted, and forgiven. */
	begin(8192, 8192);
	buf_add(&in, "\x4b\0\0\0\5\0\0\0", 8, &e);
	is_int(ider_step(&s, &in, &out, now, &ev, &e), 0);
	is_int(ev.gap, 5);
	is_int(s.device_seq, 6);
	is_int(STEP("\x4a\0\0\0\6\0\0\0\1\0\0"), 0);
	is_int(errors, 1);
	/* An ATA command that carries no packet. */
	is_int(STEP("\x50\0\0\0\7\0\0\0\0\0\0\0\0\0\xb0\xec"
	    "\0\0\0\0\0\0\0\0\0\0\0\0"), 0);
	is_sense(0x052000);
}

static void
silence(void)
{
	int64_t next;

	begin(8192, 8192);
	is_int(rtalk_tick(&s.talk, now + 9999, &next, &out, &e), 0);
	is_int(out.len, 0);
	is_int(next, now + 10000);
	is_int(rtalk_tick(&s.talk, now + 10000, &next, &out, &e), 0);
	is_mem(out.data, out.len, "\x4b\0\0\0\0\0\0\0", 8);
	is_int(rtalk_tick(&s.talk, now + 39999, &next, &out, &e), 0);
	is_int(next, now + 40000);
	is_int(rtalk_tick(&s.talk, now + 40000, &next, &out, &e), -1);
	is_int(e.kind, ERR_NET);
}

int
main(void)
{
	buf_init(&in, 200000);
	buf_init(&out, 200000);
	serve_init(&v, &events, NULL);
	make_images();
	vectors(65536);
	vectors(1);
	vectors(7);
	chunks();
	two_at_once();
	resets_in_between();
	writing();
	shrunk_images();
	ejected_meanwhile();
	counting_blocks();
	refused();
	bad_devices();
	silence();
	serve_clear(&v, &e);
	buf_clear(&in);
	buf_clear(&out);
	unlink(cd_path);
	unlink(floppy_path);
	return test_done();
}
