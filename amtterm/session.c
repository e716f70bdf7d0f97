/* SPDX-License-Identifier: MIT */
/* A serial-over-LAN session: see session.h. */
#include <stdlib.h>

#include "amtterm/session.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/rlink.h"

#define QUEUE_MAX 8192			/* bytes to the device we hold */
#define QUEUE_ROOM 4096			/* with fewer we take input again */

struct session {
	struct machine *machine;
	const struct session_events *ev;
	void *arg;
	struct rlink *link;
	struct sol sol;
	bool goodbye;
	bool starved;			/* owes a room() */
	bool told;			/* ended() was called */
};

/* ---- the end ---------------------------------------------------------- */

static void
on_ended(void *arg, const struct err *e)
{
	struct session *s = arg;

	s->told = true;
	s->ev->ended(s->arg, e);
}

static void
on_answer_late(void *arg)
{
	struct session *s = arg;
	struct err e;

	(void)err_set(&e, ERR_NET, "%s took the connection, but has not sent "
	    "its serial-over-LAN answer in time; give --timeout to wait "
	    "longer", s->machine->name);
	rlink_end(s->link, &e);
}

/* ---- messages --------------------------------------------------------- */

/* What people want to know of the host's side of the line. */
static void
report_lines(const struct session *s, const struct sol_event *ev)
{
	const char *name = s->machine->name;
	uint8_t risen = ev->changed_status & s->sol.status;
	char text[160];

	if (ev->changed_control != 0 || ev->changed_status != 0) {
		sol_lines_text(&s->sol, text);
		log_info("%s: %s", name, text);
	}
	if (risen & SOL_OVERFLOW)
		log_warn("%s could not send all that the host printed: some "
		    "of it is lost", name);
	if (risen & SOL_FLUSHED)
		log_warn("%s: the host did not read its serial port: some "
		    "input is lost", name);
}

static void
take_event(struct session *s, const struct sol_event *ev)
{
	switch (ev->what) {
	case SOL_OPENED:
		rlink_await(s->link, 0, NULL);
		rlink_beat(s->link, &s->sol.talk);
		log_info("%s: serial-over-LAN is open", s->machine->name);
		s->ev->opened(s->arg);
		break;
	case SOL_DATA:
		s->ev->data(s->arg, ev->data, ev->len);
		break;
	case SOL_LINES:
		report_lines(s, ev);
		break;
	case SOL_ENDED:
		rlink_bye(s->link);
		break;
	case SOL_MORE:
		break;
	}
}

static int
on_ready(void *arg, struct err *e)
{
	struct session *s = arg;

	rlink_await(s->link, rlink_answer_ms(s->link), on_answer_late);
	return sol_begin(&s->sol, s->machine->name, loop_now_ms(),
	    rlink_out(s->link), e);
}

static int
on_input(void *arg, struct buf *in, struct err *e)
{
	struct session *s = arg;
	struct sol_event ev;

	do {
		if (sol_step(&s->sol, in, rlink_out(s->link), loop_now_ms(),
		    &ev, e) == -1)
			return -1;
		take_event(s, &ev);
	} while (ev.what != SOL_MORE && rlink_is_up(s->link));
	return 0;
}

static int
on_sent(void *arg, struct err *e)
{
	struct session *s = arg;
	size_t waits = rlink_out(s->link)->len;

	(void)e;
	if (s->starved && waits < QUEUE_ROOM) {
		s->starved = false;
		s->ev->room(s->arg);
	}
	return 0;
}

static const struct rlink_events link_events = {
	.ready = on_ready, .input = on_input, .sent = on_sent,
	.ended = on_ended,
};

/* ---- for the user ------------------------------------------------------ */

struct session *
session_start(struct loop *l, struct machine *m,
    const struct session_events *ev, void *arg, struct err *e)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL) {
		(void)err_sys(e, ERR_LOCAL, "session");
		return NULL;
	}
	s->machine = m;
	s->ev = ev;
	s->arg = arg;
	if ((s->link = rlink_start(l, m, REDIR_SOL, 2 * QUEUE_MAX,
	    &link_events, s, e)) == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	rlink_free(s->link);
	free(s);
}

bool
session_is_open(const struct session *s)
{
	return s != NULL && rlink_is_up(s->link) && !s->goodbye &&
	    s->sol.state == SOL_OPEN;
}

bool
session_is_alive(const struct session *s)
{
	return s != NULL && !s->told;
}

const char *
session_doing(const struct session *s)
{
	return rlink_is_up(s->link) ? "opening serial-over-LAN" :
	    rlink_doing(s->link);
}

const char *
session_link(const struct session *s)
{
	return s != NULL ? rlink_describe(s->link) : NULL;
}

bool
session_lines(const struct session *s, char out[160])
{
	if (s == NULL || !s->sol.lines_known)
		return false;
	sol_lines_text(&s->sol, out);
	return true;
}

size_t
session_send(struct session *s, const void *p, size_t n)
{
	struct buf *out;
	struct err e;
	size_t room;

	if (!session_is_open(s))
		return 0;
	out = rlink_out(s->link);
	room = out->len < QUEUE_MAX ? QUEUE_MAX - out->len : 0;
	/* Each chunk costs a header; what is left of `out` holds them. */
	if (n > room) {
		n = room;
		s->starved = true;
	}
	if (n == 0)
		return 0;
	if (sol_send(&s->sol, p, n, loop_now_ms(), out, &e) == -1) {
		rlink_end(s->link, &e);
		return 0;
	}
	rlink_flush(s->link);
	return n;
}

void
session_hold(struct session *s, bool hold)
{
	rlink_hold(s->link, hold);
}

void
session_end(struct session *s)
{
	struct err e;
	bool open = session_is_open(s);

	if (s == NULL || s->goodbye || s->told)
		return;
	s->goodbye = true;
	if (!open || sol_end(&s->sol, loop_now_ms(), rlink_out(s->link),
	    &e) == -1) {
		rlink_end(s->link, NULL);
		return;
	}
	rlink_part(s->link);
	session_hold(s, false);
	rlink_flush(s->link);
}
