/* SPDX-License-Identifier: MIT */
/* objects: amtterm/sol */
/*
 * A serial-over-LAN session: what the device says, any bytes, the first of
 * them telling how they are cut and when we ask for the end.
 */
#include <stdlib.h>

#include "amtterm/sol.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All events of what is in `in`; -1 when the session is over. */
static int
events(struct sol *s, struct buf *in, struct buf *out, int64_t now)
{
	struct sol_event ev;
	char text[160];
	unsigned sum = 0;
	struct err e;
	size_t i;

	do {
		if (sol_step(s, in, out, now, &ev, &e) == -1)
			return -1;
		for (i = 0; i < ev.len; i++)
			sum += ev.data[i];	/* all of it is readable */
		if (ev.what == SOL_LINES)
			sol_lines_text(s, text);
		if (ev.what == SOL_DATA && ev.len > 65535)
			abort();
	} while (ev.what != SOL_MORE && ev.what != SOL_ENDED);
	return ev.what == SOL_ENDED || sum == 1 ? -1 : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece, part, at = 1;
	struct buf in, out;
	int64_t now = 0, next;
	struct sol s;
	struct err e;

	if (size == 0)
		return 0;
	piece = 1 + (data[0] & 0x3f);
	buf_init(&in, REDIR_MESSAGE_MAX + 64);
	buf_init(&out, 4096);
	if (sol_begin(&s, "htpc", now, &out, &e) == -1)
		abort();
	for (; at < size; at += part, now += 100) {
		part = piece < size - at ? piece : size - at;
		if (buf_add(&in, data + at, part, &e) == -1)
			abort();	/* a whole message always fits */
		if (events(&s, &in, &out, now) == -1)
			break;
		if (s.state == SOL_OPEN && (data[0] & 0x80) &&
		    sol_end(&s, now, &out, &e) == -1)
			break;
		if (s.state == SOL_OPEN && (data[0] & 0x40) &&
		    sol_send(&s, "x", 1, now, &out, &e) == -1)
			break;
		if (s.state != SOL_OPEN)
			continue;
		if (rtalk_tick(&s.talk, now, &next, &out, &e) == -1)
			break;
		if (next <= now)
			abort();	/* a loop that would not sleep */
	}
	buf_clear(&in);
	buf_clear(&out);
	return 0;
}
