/* SPDX-License-Identifier: MIT */
/* Storage redirection that comes back: see session.h. */
#include <stdlib.h>

#include "idertool/serve.h"
#include "idertool/session.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/rlink.h"

#define RETRY_MS 1000			/* between two attempts to come back */
/* One batch of data, its headers, and answers to what arrives meanwhile. */
#define OUT_MAX (IDER_BATCH_MAX + IDER_PARTS_MAX * IDER_DATA_HEADER + 65536)

struct session {
	struct loop *loop;
	struct machine *machine;
	struct serve *serve;
	const struct session_events *ev;
	void *arg;
	enum ider_start start;
	struct rlink *link;		/* NULL: between two attempts */
	struct ider ider;
	struct loop_timer retry;	/* the next attempt */
	int64_t patience_ms, give_up_ms;
	bool was_attached, effective;	/* effective: the machine used a drive */
	bool goodbye, told;
	struct err why;			/* why the last attempt failed */
};

static int connect_again(struct session *s, struct err *e);

/* ---- the end, or not ---------------------------------------------------- */

static void
finish(struct session *s, const struct err *e)
{
	loop_cancel(&s->retry);
	s->told = true;
	s->ev->ended(s->arg, e);
}

static void
on_retry(void *arg)
{
	struct session *s = arg;
	struct err e;

	if (s->goodbye)
		finish(s, NULL);
	else if (connect_again(s, &e) == -1)
		finish(s, &e);
}

/*
 * A connection that was good and is gone comes back: the machine's network
 * changes hands while it boots.  The old session may keep the place busy
 * until AMT misses it.
 */
static bool
may_come_back(const struct session *s, const struct err *e)
{
	return s->was_attached && s->patience_ms > 0 &&
	    (e->kind == ERR_NET ||
	    (e->kind == ERR_REFUSED && s->give_up_ms != 0));
}

static void
on_ended(void *arg, const struct err *e)
{
	struct session *s = arg;
	int64_t now = loop_now_ms();
	bool first = s->give_up_ms == 0;
	struct err *last = &s->why;

	serve_reset(s->serve);
	if (e == NULL || !may_come_back(s, e)) {
		finish(s, e);
		return;
	}
	*last = *e;
	if (first)
		s->give_up_ms = now + s->patience_ms;
	if (now >= s->give_up_ms) {
		(void)err_ctx(last, "giving up after %lld s",
		    (long long)s->patience_ms / 1000);
		finish(s, last);
		return;
	}
	if (first)
		s->ev->lost(s->arg, e);
	else
		log_info("%s", e->text);
	rlink_free(s->link);
	s->link = NULL;
	s->ider.state = IDER_CLOSED;
	loop_after(s->loop, &s->retry, first ? 0 : RETRY_MS, on_retry, s);
}

static void
on_answer_late(void *arg)
{
	struct session *s = arg;
	const char *name = s->machine->name;
	struct err e;

	if (s->ider.state == IDER_TOGGLING)
		(void)err_set(&e, ERR_UNKNOWN, "%s was asked to show the "
		    "drives to the machine and has not said if it does; "
		    "nothing was served", name);
	else
		(void)err_set(&e, ERR_NET, "%s took the connection, but has "
		    "not sent its storage redirection answer in time; give "
		    "--timeout to wait longer", name);
	rlink_end(s->link, &e);
}

/* ---- messages ------------------------------------------------------------ */

static void
on_opened(struct session *s)
{
	log_info("%s: storage redirection is open, firmware %u.%u, buffers "
	    "%u and %u bytes", s->machine->name, s->ider.firmware_major,
	    s->ider.firmware_minor, s->ider.read_max, s->ider.write_max);
	rlink_await(s->link, IDER_VERDICT_MS, on_answer_late);
}

static void
on_attach(struct session *s)
{
	bool again = s->was_attached;

	rlink_await(s->link, 0, NULL);
	rlink_beat(s->link, &s->ider.talk);
	s->was_attached = true;
	s->give_up_ms = 0;
	if (again)
		s->serve->stats.reconnects++;
	else
		s->serve->stats.attached_ms = loop_now_ms();
	s->ev->attached(s->arg, again);
}

static int
on_reset(struct session *s, uint8_t code, int64_t now, struct err *e)
{
	log_debug("%s: reset, drives 0x%02x", s->machine->name, code);
	s->effective = true;
	serve_reset(s->serve);
	s->serve->stats.resets++;
	s->ev->reset(s->arg);
	return ider_reset_done(&s->ider, now, rlink_out(s->link), e);
}

static int
take_event(struct session *s, const struct ider_event *ev, int64_t now,
    struct err *e)
{
	struct buf *out = rlink_out(s->link);

	if (ev->gap != 0) {
		s->serve->stats.gaps++;
		log_info("%s: its messages are not numbered in order: %u "
		    "ahead", s->machine->name, ev->gap);
	}
	switch (ev->what) {
	case IDER_OPENED:
		on_opened(s);
		return 0;
	case IDER_ATTACH:
		on_attach(s);
		return 0;
	case IDER_COMMAND:
		s->effective = true;
		return s->goodbye ? 0 : serve_command(s->serve, &s->ider,
		    &ev->command, now, out, e);
	case IDER_DATA:
		return serve_data(s->serve, &s->ider, ev->data, ev->len, now,
		    out, e);
	case IDER_RESET:
		return on_reset(s, ev->code, now, e);
	case IDER_ERROR:
		log_warn("%s reports an error (0x%02x) of storage "
		    "redirection; going on", s->machine->name, ev->code);
		return 0;
	case IDER_ENDED:
		rlink_bye(s->link);
		return 0;
	case IDER_MORE:
		return 0;
	}
	return 0;
}

/* ---- on the link --------------------------------------------------------- */

static int
on_ready(void *arg, struct err *e)
{
	struct session *s = arg;
	/* What had the drives lost them: it is to get them back at once. */
	enum ider_start start = s->effective ? IDER_NOW : s->start;

	rlink_await(s->link, rlink_answer_ms(s->link), on_answer_late);
	return ider_begin(&s->ider, s->machine->name, start, loop_now_ms(),
	    rlink_out(s->link), e);
}

static int
on_input(void *arg, struct buf *in, struct err *e)
{
	struct session *s = arg;
	int64_t now = loop_now_ms();
	struct ider_event ev;

	do {
		if (ider_step(&s->ider, in, rlink_out(s->link), now, &ev,
		    e) == -1 || take_event(s, &ev, now, e) == -1)
			return -1;
	} while (ev.what != IDER_MORE && rlink_is_up(s->link));
	return 0;
}

/* All of the last batch is out: the next one, or the next command. */
static int
on_sent(void *arg, struct err *e)
{
	struct session *s = arg;
	struct buf *out = rlink_out(s->link);

	if (out->len > 0 || s->goodbye || !serve_has_more(s->serve))
		return 0;
	return serve_more(s->serve, &s->ider, loop_now_ms(), out, e);
}

static const struct rlink_events link_events = {
	.ready = on_ready, .input = on_input, .sent = on_sent,
	.ended = on_ended,
};

static int
connect_again(struct session *s, struct err *e)
{
	s->link = rlink_start(s->loop, s->machine, REDIR_IDER, OUT_MAX,
	    &link_events, s, e);
	return s->link != NULL ? 0 : -1;
}

/* ---- for the user ---------------------------------------------------------- */

struct session *
session_start(struct loop *l, struct machine *m, struct serve *v,
    enum ider_start start, int64_t patience_ms,
    const struct session_events *ev, void *arg, struct err *e)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL) {
		(void)err_sys(e, ERR_LOCAL, "session");
		return NULL;
	}
	s->loop = l;
	s->machine = m;
	s->serve = v;
	s->start = start;
	s->patience_ms = patience_ms;
	s->ev = ev;
	s->arg = arg;
	if (connect_again(s, e) == -1) {
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
	loop_cancel(&s->retry);
	free(s);
}

bool
session_is_attached(const struct session *s)
{
	return s->link != NULL && rlink_is_up(s->link) &&
	    s->ider.state == IDER_ATTACHED;
}

const char *
session_doing(const struct session *s)
{
	if (s->link == NULL || !rlink_is_up(s->link))
		return s->was_attached ? "connecting again" :
		    s->link == NULL ? "connecting" : rlink_doing(s->link);
	return s->ider.state == IDER_TOGGLING ? "attaching the drives" :
	    "opening storage redirection";
}

void
session_end(struct session *s)
{
	bool open = s->link != NULL && rlink_is_up(s->link) &&
	    (s->ider.state == IDER_TOGGLING ||
	    s->ider.state == IDER_ATTACHED);
	struct err e;

	if (s->goodbye || s->told)
		return;
	s->goodbye = true;
	if (s->link == NULL) {
		loop_after(s->loop, &s->retry, 0, on_retry, s);
		return;
	}
	if (!open || ider_end(&s->ider, loop_now_ms(), rlink_out(s->link),
	    &e) == -1) {
		rlink_end(s->link, NULL);
		return;
	}
	rlink_part(s->link);
	rlink_flush(s->link);
}
