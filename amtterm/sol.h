/* SPDX-License-Identifier: MIT */
/*
 * Serial-over-LAN inside a redirection session, after its login.  Pure:
 * bytes and times in, bytes and events out; one struct sol is one session,
 * begin again for the next.  Redirection protocol, serial-over-LAN.  Leaves
 * out 0x27 (control lines to the host): its bits are not published.
 */
#ifndef AMTTERM_SOL_H
#define AMTTERM_SOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/rtalk.h"

#define SOL_TYPED 0x28			/* the message with data to the host */
#define SOL_CHUNK_MAX 256		/* bytes a message takes to the host */
#define SOL_HEARTBEAT_MS 5000		/* ours, and asked of the device */

enum sol_state { SOL_CLOSED, SOL_OPENING, SOL_OPEN, SOL_ENDING };

enum sol_control { SOL_RTS = 1, SOL_DTR = 2, SOL_BREAK = 4 };
enum sol_status { SOL_OVERFLOW = 1, SOL_LOOPBACK = 2, SOL_POWER = 4,
    SOL_FLUSHED = 8, SOL_TEST = 16 };

struct sol {
	struct rtalk talk;
	enum sol_state state;
	uint8_t control, status;	/* the last 0x29 */
	bool lines_known;
};

enum sol_what {
	SOL_MORE,			/* nothing: needs more bytes */
	SOL_OPENED,			/* the session is open */
	SOL_DATA,			/* data[0..len) from the host */
	SOL_LINES,			/* control, status came; see changed */
	SOL_ENDED,			/* the end that we asked for */
};

struct sol_event {
	enum sol_what what;
	const uint8_t *data;		/* borrows from `in` until the next call */
	size_t len;
	uint8_t changed_control, changed_status;	/* bits that differ */
};

/* All that send append whole messages to out.  Times: loop_now_ms(). */
int sol_begin(struct sol *s, const char *host, int64_t now_ms,
    struct buf *out, struct err *e);
/*
 * The next event in `in`, which loses what was read.  -1: ERR_REFUSED,
 * ERR_PROTO, ERR_NET (the device ended it).
 */
int sol_step(struct sol *s, struct buf *in, struct buf *out, int64_t now_ms,
    struct sol_event *ev, struct err *e);
/* Bytes for the host; only while SOL_OPEN. */
int sol_send(struct sol *s, const void *p, size_t n, int64_t now_ms,
    struct buf *out, struct err *e);
/* Ask for the end; SOL_ENDED comes, and with it the last message to send. */
int sol_end(struct sol *s, int64_t now_ms, struct buf *out, struct err *e);

/* "host is on, RTS, DTR, output lost"; at most 160 bytes with NUL. */
void sol_lines_text(const struct sol *s, char out[160]);

#endif
