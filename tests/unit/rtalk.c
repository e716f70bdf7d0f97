/* SPDX-License-Identifier: MIT */
/*
 * What redirection services have in common: numbers, pings, heartbeats on a
 * clock of our own, silence, the end; what is borrowed, and what is no
 * message.
 */
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/rtalk.h"
#include "lib/wire.h"
#include "tests/unit/test.h"

static const struct rtalk_service service = {
	.service = REDIR_SOL, .name = "small talk", .first = 0x20,
	.heartbeat_ms = 5000, .silence_ms = 30000,
};
static struct rtalk t;
static struct buf in, out;
static struct err e;

static void
begin(void)
{
	t = (struct rtalk){ .is = &service, .host = "htpc", .seq = 0x102,
		.sent_ms = 1000, .heard_ms = 1000 };
	buf_clear(&in);
	buf_clear(&out);
}

static void
sending(void)
{
	uint8_t message[9];
	struct wr w;

	begin();
	wr_init(&w, message, sizeof message);
	rtalk_header(&t, &w, 0x53, 2);
	wr_u8(&w, 0xff);
	is_int(rtalk_send(&t, &w, 1500, &out, &e), 0);
	is_int(rtalk_send_header(&t, 0x22, 1600, &out, &e), 0);
	is_mem(out.data, out.len, "\x53\0\0\2\2\1\0\0\xff\x22\0\0\0\3\1\0\0",
	    17);
	is_int(t.sent_ms, 1600);
	while (rtalk_send_header(&t, 0x22, 9999, &out, &e) == 0)
		;
	has(e.text, "htpc");		/* out is full: said, not overrun */
}

static void
receiving(void)
{
	static const char three[] = "\x2b\0\0\0\1\0\0\0" "\x2a\0\0\0\2\0\0\0"
	    "\1\0a" "\x2b\0\0";

	begin();
	is_int(buf_add(&in, three, sizeof three - 1, &e), 0);
	is_int(rtalk_next(&t, &in, 2000, &e), 8);
	is_int(t.heard_ms, 2000);
	rtalk_took(&t, &in, 8, false);
	is_int(rtalk_next(&t, &in, 2001, &e), 11);
	rtalk_took(&t, &in, 11, true);
	is_mem(in.data + 10, 1, "a", 1);	/* still there */
	is_int(rtalk_next(&t, &in, 2002, &e), 0);
	is_mem(in.data, in.len, "\x2b\0\0", 3);
	is_int(t.heard_ms, 2001);	/* a piece is no message yet */
	buf_clear(&in);
	is_int(buf_add(&in, "\x54", 1, &e), 0);
	is_int(rtalk_next(&t, &in, 2003, &e), -1);
	is_int(e.kind, ERR_PROTO);
	has(e.text, "htpc sent 0x54, which begins no message of small talk");
}

static void
others(void)
{
	begin();
	is_int(rtalk_other(&t, 0x24, 2000, &out, &e), 0);
	is_mem(out.data, out.len, "\x25\0\0\0\2\1\0\0", 8);
	is_int(rtalk_other(&t, 0x25, 2000, &out, &e), 0);
	is_int(rtalk_other(&t, 0x2b, 2000, &out, &e), 0);
	is_int(rtalk_other(&t, REDIR_RELAY_NOTE, 2000, &out, &e), 0);
	is_int(out.len, 8);		/* none of them is answered */
	is_int(rtalk_other(&t, 0x2c, 2000, &out, &e), -1);
	is_int(e.kind, ERR_PROTO);
	has(e.text, "a message (0x2c) that has no place in small talk");
}

static void
ending(void)
{
	begin();
	is_int(rtalk_ended(&t, false, &out, &e), -1);
	is_int(e.kind, ERR_NET);
	has(e.text, "htpc ended the small talk session");
	is_int(out.len, 0);
	is_int(rtalk_ended(&t, true, &out, &e), 0);
	is_mem(out.data, out.len, "\x12\0\0\0", 4);
}

static void
ticking(void)
{
	int64_t next;

	begin();
	is_int(rtalk_tick(&t, 5999, &next, &out, &e), 0);
	is_int(out.len, 0);
	is_int(next, 6000);
	is_int(rtalk_tick(&t, 6000, &next, &out, &e), 0);
	is_mem(out.data, out.len, "\x2b\0\0\0\2\1\0\0", 8);
	is_int(next, 11000);
	t.sent_ms = 28000;		/* then silence comes first */
	is_int(rtalk_tick(&t, 30999, &next, &out, &e), 0);
	is_int(next, 31000);
	is_int(out.len, 8);
	is_int(rtalk_tick(&t, 31000, &next, &out, &e), -1);
	is_int(e.kind, ERR_NET);
	has(e.text, "htpc has been silent for 30 seconds");
}

int
main(void)
{
	buf_init(&in, 4096);
	buf_init(&out, 64);
	sending();
	receiving();
	others();
	ending();
	ticking();
	buf_clear(&in);
	buf_clear(&out);
	return test_done();
}
