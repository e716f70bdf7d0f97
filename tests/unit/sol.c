/* SPDX-License-Identifier: MIT */
/* objects: amtterm/sol */
/*
 * amtterm's serial-over-LAN: the test vectors, heartbeats on a clock of our
 * own, the end, and devices that do what they must not.
 */
#include "amtterm/sol.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "tests/unit/hexfile.h"
#include "tests/unit/test.h"

static struct sol s;
static struct buf in, out;
static struct sol_event ev;
static struct err e;
static struct hex_file file;

static void
begin(void)
{
	buf_clear(&in);
	buf_clear(&out);
	memset(&e, 0, sizeof e);
	is_int(sol_begin(&s, "htpc", 1000, &out, &e), 0);
}

static int
step(const char *bytes, size_t n)
{
	buf_add(&in, bytes, n, &e);
	return sol_step(&s, &in, &out, 1000, &ev, &e);
}
#define STEP(text) step(text, sizeof text - 1)

static const char opened[] = "\x21\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\x57\1\0\0";

static void
open_session(void)
{
	begin();
	is_int(step(opened, sizeof opened), 0);
	is_int(ev.what, SOL_OPENED);
	is_int(s.state, SOL_OPEN);
	buf_clear(&out);
}

static void
start(void)
{
	/* 24 bytes; buffer 4096, collect 10 ms, silence 10 s, beat 5 s. */
	static const uint8_t want[] = { 0x20, 0, 0, 0, 1, 0, 0, 0, 0, 0x10,
		10, 0, 0, 0, 0x10, 0x27, 0, 0, 0x88, 0x13, 0, 0, 0, 0 };

	begin();
	is_mem(out.data, out.len, want, sizeof want);
}

/* The device's half of both recorded styles, whole and byte by byte. */
static void
vectors(const char *name, size_t piece)
{
	char got[512] = "";
	char text[160];
	size_t i, at, n;

	hex_read(&file, name);
	begin();
	for (i = 0; i < file.n; i++) {
		const struct hex_message *m = &file.m[i];

		if (strcmp(m->what, "EndSOL") == 0)
			is_int(sol_end(&s, 1000, &out, &e), 0);
		for (at = 0; m->from == 'D' && at < m->len; at += n) {
			n = m->len - at < piece ? m->len - at : piece;
			is_int(step((const char *)m->bytes + at, n), 0);
			if (ev.what == SOL_DATA)
				sprintf(got + strlen(got), "'%.*s' ",
				    (int)ev.len, (const char *)ev.data);
			else if (ev.what == SOL_LINES)
				sprintf(got + strlen(got), "%02x/%02x ",
				    ev.changed_control, ev.changed_status);
			else if (ev.what != SOL_MORE)
				sprintf(got + strlen(got), "%d ", ev.what);
		}
	}
	is_str(got, "1 ff/ff 'login: ' 00/01 4 ");
	is_mem(out.data + out.len - 4, 4, "\x12\0\0\0", 4);
	is_int(s.state, SOL_CLOSED);
	sol_lines_text(&s, text);
	is_str(text, "host is on, RTS, DTR, output was lost");
}

static void
sending(void)
{
	char big[600];

	open_session();
	is_int(sol_send(&s, "root\r", 5, 2000, &out, &e), 0);
	is_mem(out.data, out.len, "\x28\0\0\0\2\0\0\0\5\0root\r", 15);
	buf_clear(&out);
	memset(big, 'x', sizeof big);
	is_int(sol_send(&s, big, sizeof big, 2000, &out, &e), 0);
	is_int(out.len, 600 + 3 * 10);
	is_mem(out.data, 10, "\x28\0\0\0\3\0\0\0\0\1", 10);
	is_mem(out.data + 266, 10, "\x28\0\0\0\4\0\0\0\0\1", 10);
	is_mem(out.data + 532, 10, "\x28\0\0\0\5\0\0\0\x58\0", 10);
}

static void
joined(void)
{
	open_session();
	is_int(STEP("\x29\0\0\0\2\0\0\0\3\4\x2a\0\0\0\3\0\0\0\2\0ab"
	    "\x2b\0\0\0\4\0\0\0\x2a\0\0\0\5\0\0\0\0\0\xf0"
	    "\x2a\0\0\0\6\0\0\0\1\0c"), 0);
	is_int(ev.what, SOL_LINES);
	is_int(STEP(""), 0);
	is_mem(ev.data, ev.len, "ab", 2);
	is_int(STEP(""), 0);
	is_int(ev.what, SOL_DATA);
	is_int(ev.len, 0);
	is_int(STEP(""), 0);
	is_mem(ev.data, ev.len, "c", 1);
	is_int(STEP(""), 0);
	is_int(ev.what, SOL_MORE);
	is_int(in.len, 0);
	is_int(out.len, 0);		/* a heartbeat is never answered */
	is_int(STEP("\x24\0\0\0\7\0\0\0"), 0);
	is_mem(out.data, out.len, "\x25\0\0\0\2\0\0\0", 8);
}

static void
heartbeats(void)
{
	int64_t next;

	open_session();
	is_int(rtalk_tick(&s.talk, 5999, &next, &out, &e), 0);
	is_int(out.len, 0);
	is_int(next, 6000);
	is_int(rtalk_tick(&s.talk, 6000, &next, &out, &e), 0);
	is_mem(out.data, out.len, "\x2b\0\0\0\2\0\0\0", 8);
	is_int(next, 11000);
	is_int(sol_send(&s, "a", 1, 9000, &out, &e), 0);
	buf_clear(&out);
	is_int(rtalk_tick(&s.talk, 11000, &next, &out, &e), 0);
	is_int(out.len, 0);		/* typing was a sign of life */
	is_int(next, 14000);
	/* Silent since 1000. */
	is_int(rtalk_tick(&s.talk, 30999, &next, &out, &e), 0);
	is_int(next, 31000);
	is_int(rtalk_tick(&s.talk, 31000, &next, &out, &e), -1);
	is_int(e.kind, ERR_NET);
	has(e.text, "htpc has been silent for 30 seconds");
}

static void
refused(const char *bytes, size_t n, bool is_open, int kind,
    const char *sentence)
{
	if (is_open)
		open_session();
	else
		begin();
	is_int(step(bytes, n), -1);
	is_int(e.kind, kind);
	has(e.text, sentence);
}
#define REFUSED(text, is_open, kind, sentence) \
	refused(text, sizeof text - 1, is_open, kind, sentence)

static void
bad_devices(void)
{
	REFUSED("\x21\1\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\x57\1\0\0\0", false,
	    ERR_REFUSED, "refused serial-over-LAN with status 1");
	refused(opened, sizeof opened, true, ERR_PROTO, "twice");
	REFUSED("\x2a\0\0\0\1\0\0\0\1\0a", false, ERR_PROTO, "before");
	REFUSED("\x23\0\0\0\1\0\0\0", true, ERR_NET,
	    "htpc ended the serial-over-LAN session");
	REFUSED("\x50", true, ERR_PROTO, "0x50, which begins no message");
	REFUSED("\x14\0\0\0\4\0\0\0\0", true, ERR_PROTO, "has no place");
	REFUSED("\x14\0\0\0\4\0\0\1\0", true, ERR_PROTO, "0x14");
	open_session();			/* lengths at their maximum: waits */
	is_int(STEP("\x2a\0\0\0\1\0\0\0\xff\xff" "a"), 0);
	is_int(ev.what, SOL_MORE);
}

static void
after_the_end(void)
{
	open_session();
	is_int(sol_end(&s, 2000, &out, &e), 0);
	is_mem(out.data, out.len, "\x22\0\0\0\2\0\0\0", 8);
	is_int(STEP("\x2a\0\0\0\2\0\0\0\1\0z\x23\0\0\0\3\0\0\0\x50"), 0);
	is_mem(ev.data, ev.len, "z", 1);	/* still worth printing */
	is_int(STEP(""), 0);
	is_int(ev.what, SOL_ENDED);
	is_int(STEP(""), 0);		/* what follows is not looked at */
	is_int(ev.what, SOL_MORE);
}

/* A device that pings and never reads: memory stays bounded. */
static void
flooded(void)
{
	int i, rc = 0;

	open_session();
	for (i = 0; i < 10000 && rc == 0; i++)
		rc = STEP("\x24\0\0\0\1\0\0\0");
	is_int(rc, -1);
	is_int(e.kind, ERR_PROTO);
}

int
main(void)
{
	buf_init(&in, 1 << 17);
	buf_init(&out, 4096);
	start();
	vectors("redir-sol.hex", 4096);
	vectors("redir-sol.hex", 1);
	sending();
	joined();
	heartbeats();
	bad_devices();
	after_the_end();
	flooded();
	buf_clear(&in);
	buf_clear(&out);
	return test_done();
}
