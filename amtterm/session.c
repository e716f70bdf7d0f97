/* SPDX-License-Identifier: MIT */
/* A serial-over-LAN session: see session.h. */
#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amtterm/session.h"
#include "lib/buf.h"
#include "lib/dial.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/redir.h"

#define ANSWER_MS 60000			/* for each answer until it is open */
#define GOODBYE_MS 2000			/* for the whole end of a session */
#define READ_MAX 16384			/* bytes a turn: others want theirs too */
#define QUEUE_MAX 8192			/* bytes to the device we hold */
#define QUEUE_ROOM 4096			/* with fewer we take input again */

enum stage { DIALING, LOGIN, SOL, GOODBYE, OVER };

struct session {
	struct loop *loop;
	struct machine *machine;
	const struct session_events *ev;
	void *arg;
	enum stage stage;
	struct dial *dial;
	struct conn *conn;
	struct redir_login login;
	char cnonce[DIGEST_HEX + 1];
	struct sol sol;
	struct buf in, out;
	size_t traced;			/* bytes of out that were logged */
	struct loop_timer limit;	/* of the answer we wait for, or goodbye */
	struct loop_timer tick;		/* heartbeats */
	bool held, starved;		/* starved: owes a room() */
	struct err why;
	bool failed, told;		/* told: ended() was called */
};

static void pump(void *arg);

/* ---- the end ---------------------------------------------------------- */

static void
tell_end(void *arg)
{
	struct session *s = arg;

	s->told = true;
	s->ev->ended(s->arg, s->failed ? &s->why : NULL);
}

/* ended() comes from a timer: never from inside a call of the user. */
static void
finish(struct session *s, const struct err *e)
{
	struct err ignored;

	if (s->stage == OVER)
		return;
	s->stage = OVER;
	s->failed = e != NULL;
	if (e != NULL)
		s->why = *e;
	dial_cancel(s->dial);
	s->dial = NULL;
	conn_free(s->conn);
	s->conn = NULL;
	loop_cancel(&s->tick);
	if (loop_after(s->loop, &s->limit, 0, tell_end, s, &ignored) == -1)
		tell_end(s);		/* no memory for a timer */
}

static void
on_goodbye_late(void *arg)
{
	log_debug("no answer to the end of the session");
	finish(arg, NULL);
}

static void
on_answer_late(void *arg)
{
	struct session *s = arg;
	const char *what = s->stage == LOGIN ?
	    redir_login_waits_for(&s->login) : "its serial-over-LAN answer";
	struct err e;

	/* It may have said why and forgotten to close. */
	if (s->stage == LOGIN)
		(void)redir_login_closed(&s->login, &s->in, &e);
	if (s->stage != LOGIN || e.kind != ERR_REFUSED)
		(void)err_set(&e, ERR_NET, "%s took the connection, but has "
		    "not sent %s in time; give --timeout to wait longer",
		    s->machine->name, what);
	finish(s, &e);
}

static int
expect_answer(struct session *s, struct err *e)
{
	int64_t ms = s->machine->timeout_ms != -1 ? s->machine->timeout_ms :
	    ANSWER_MS;

	return loop_after(s->loop, &s->limit, ms, on_answer_late, s, e);
}

/* ---- messages --------------------------------------------------------- */

/*
 * Each message of p[0..n) for -vvv.  Of the login only the header, of what
 * is typed too: it may be a password.
 */
static void
trace(enum redir_side from, const uint8_t *p, size_t n)
{
	char what[64];
	const char *name;
	size_t show;
	int len;

	while (log_wants(LOG_BYTES) &&
	    (len = redir_frame(REDIR_SOL, from, p, n)) > 0) {
		name = redir_message_name(REDIR_SOL, from, p[0]);
		show = p[0] == REDIR_AUTH ? 9 : p[0] == SOL_TYPED ? 10 :
		    (size_t)len;
		(void)snprintf(what, sizeof what, "%s %s%s",
		    from == REDIR_CONSOLE ? "sent" : "received", name,
		    show < (size_t)len ? ", header only" : "");
		log_bytes(what, p, show);
		p += len;
		n -= (size_t)len;
	}
}

static void
on_tick(void *arg)
{
	struct session *s = arg;
	int64_t next;
	struct err e;

	if (sol_tick(&s->sol, loop_now_ms(), !s->held, &next, &s->out,
	    &e) == -1 || loop_at(s->loop, &s->tick, next, on_tick, s,
	    &e) == -1) {
		finish(s, &e);
		return;
	}
	pump(s);
}

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

static int
take_event(struct session *s, const struct sol_event *ev, struct err *e)
{
	switch (ev->what) {
	case SOL_OPENED:
		loop_cancel(&s->limit);
		if (loop_after(s->loop, &s->tick, SOL_HEARTBEAT_MS, on_tick,
		    s, e) == -1)
			return -1;
		log_info("%s: serial-over-LAN is open", s->machine->name);
		s->ev->opened(s->arg);
		return 0;
	case SOL_DATA:
		s->ev->data(s->arg, ev->data, ev->len);
		return 0;
	case SOL_LINES:
		report_lines(s, ev);
		return 0;
	case SOL_ENDED:
	case SOL_MORE:
		return 0;
	}
	return 0;
}

static int
on_login_done(struct session *s, struct err *e)
{
	const struct redir_start_reply *d = &s->login.device;

	log_info("%s: logged in as %s; firmware %u.%u, redirection protocol "
	    "%u.%u", s->machine->name, s->login.user, d->firmware_major,
	    d->firmware_minor, d->protocol_major, d->protocol_minor);
	s->stage = SOL;
	return sol_begin(&s->sol, s->machine->name, loop_now_ms(), &s->out,
	    e);
}

/* All that is in s->in.  -1: the session fails with e. */
static int
take_input(struct session *s, struct err *e)
{
	struct sol_event ev;
	enum redir_login_state was = s->login.state;
	int rc;

	if (s->stage == LOGIN) {
		if ((rc = redir_login_step(&s->login, &s->in, &s->out,
		    e)) == -1)
			return -1;
		if (s->login.state != was && expect_answer(s, e) == -1)
			return -1;
		if (rc == 0)
			return 0;
		if (on_login_done(s, e) == -1)
			return -1;
	}
	do {
		if (sol_step(&s->sol, &s->in, &s->out, loop_now_ms(), &ev,
		    e) == -1 || take_event(s, &ev, e) == -1)
			return -1;
	} while (ev.what != SOL_MORE && s->stage != OVER);
	return 0;
}

/* ---- bytes ------------------------------------------------------------ */

static int
closed(struct session *s, struct err *e)
{
	if (s->stage == LOGIN)
		return redir_login_closed(&s->login, &s->in, e);
	return err_set(e, ERR_NET, "%s closed the connection",
	    s->machine->name);
}

static int
read_some(struct session *s, struct err *e)
{
	size_t got;
	uint8_t *room;
	int rc;

	if ((room = buf_room(&s->in, READ_MAX, e)) == NULL)
		return -1;
	rc = conn_read(s->conn, room, READ_MAX, &got, e);
	if (rc == CONN_EOF)
		return closed(s, e);
	if (rc != CONN_OK)
		return rc == CONN_AGAIN ? 0 : -1;
	buf_grew(&s->in, got);
	trace(REDIR_DEVICE, s->in.data, s->in.len);	/* of whole ones: all new */
	return take_input(s, e);
}

static int
write_some(struct session *s, struct err *e)
{
	size_t put;
	int rc = CONN_OK;

	if (s->out.len > s->traced)
		trace(REDIR_CONSOLE, s->out.data + s->traced,
		    s->out.len - s->traced);
	s->traced = s->out.len;
	while (s->out.len > 0 && rc == CONN_OK) {
		if ((rc = conn_write(s->conn, s->out.data, s->out.len, &put,
		    e)) == CONN_ERROR)
			return -1;
		if (rc == CONN_OK)
			buf_drop(&s->out, put);
	}
	s->traced = s->out.len;
	return rc == CONN_EOF ? closed(s, e) : 0;
}

/* Say what to call pump() for. */
static int
want(struct session *s, struct err *e)
{
	return conn_want(s->conn, !s->held, s->out.len > 0, pump, s, e);
}

/* Receive, answer, and send what waits. */
static void
pump(void *arg)
{
	struct session *s = arg;
	struct err e;
	int rc = 0;

	if (s->conn == NULL)
		return;
	if (!s->held)
		rc = read_some(s, &e);
	if (s->stage == OVER)
		return;
	if (rc == 0)
		rc = write_some(s, &e);
	if (s->stage == GOODBYE && (rc == -1 ||
	    (s->sol.state == SOL_CLOSED && s->out.len == 0))) {
		finish(s, NULL);
		return;
	}
	if (rc == -1 || want(s, &e) == -1) {
		finish(s, &e);
		return;
	}
	if (s->starved && s->out.len < QUEUE_ROOM) {
		s->starved = false;
		s->ev->room(s->arg);
	}
}

/* ---- the beginning ---------------------------------------------------- */

static int
begin_login(struct session *s, struct err *e)
{
	uint8_t random[DIGEST_RANDOM];

	/* The peer is verified: now the password may be asked for. */
	if (machine_password(s->machine, &machine_redirection, e) == -1)
		return -1;
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return err_sys(e, ERR_LOCAL, "drawing a random number");
	digest_cnonce(s->cnonce, random);
	s->login = (struct redir_login){ .service = REDIR_SOL,
		.host = s->machine->name, .user = s->machine->user,
		.password = s->machine->password.text, .cnonce = s->cnonce,
		.tls = conn_is_tls(s->conn) };
	s->stage = LOGIN;
	if (redir_login_begin(&s->login, &s->out, e) == -1)
		return -1;
	return expect_answer(s, e);
}

static void
on_dialed(void *arg, struct conn *c, const struct err *failed)
{
	struct session *s = arg;
	struct err e;

	s->dial = NULL;			/* it is gone after this call */
	if (c == NULL) {
		finish(s, failed);
		return;
	}
	s->conn = c;
	if (begin_login(s, &e) == -1)
		finish(s, &e);
	else
		pump(s);
}

struct session *
session_start(struct loop *l, struct machine *m,
    const struct session_events *ev, void *arg, struct err *e)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL) {
		err_sys(e, ERR_LOCAL, "session");
		return NULL;
	}
	s->loop = l;
	s->machine = m;
	s->ev = ev;
	s->arg = arg;
	buf_init(&s->in, REDIR_MESSAGE_MAX + READ_MAX);
	buf_init(&s->out, 2 * QUEUE_MAX);
	if ((s->dial = dial_start(l, m, DIAL_REDIRECTION, on_dialed, s,
	    e)) == NULL) {
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
	dial_cancel(s->dial);
	conn_free(s->conn);
	loop_cancel(&s->limit);
	loop_cancel(&s->tick);
	buf_clear(&s->in);
	buf_clear(&s->out);
	free(s);
}

bool
session_is_open(const struct session *s)
{
	return s->stage == SOL && s->sol.state == SOL_OPEN;
}

bool
session_is_alive(const struct session *s)
{
	return !s->told;
}

const char *
session_doing(const struct session *s)
{
	return s->stage == DIALING ? "connecting" : s->stage == LOGIN ?
	    "logging in" : "opening serial-over-LAN";
}

size_t
session_send(struct session *s, const void *p, size_t n)
{
	struct err e;
	size_t room = s->out.len < QUEUE_MAX ? QUEUE_MAX - s->out.len : 0;

	if (!session_is_open(s))
		return 0;
	/* Each chunk costs a header; what is left of `out` holds them. */
	if (n > room) {
		n = room;
		s->starved = true;
	}
	if (n > 0 && (sol_send(&s->sol, p, n, loop_now_ms(), &s->out,
	    &e) == -1 || write_some(s, &e) == -1 || want(s, &e) == -1)) {
		finish(s, &e);
		return 0;
	}
	return n;
}

void
session_hold(struct session *s, bool hold)
{
	struct err e;

	if (s->held == hold || s->stage == OVER)
		return;
	s->held = hold;
	if (s->conn != NULL && want(s, &e) == -1)
		finish(s, &e);
}

void
session_end(struct session *s)
{
	struct err e;

	if (s->stage == GOODBYE || s->stage == OVER)
		return;
	if (!session_is_open(s)) {
		finish(s, NULL);
		return;
	}
	s->stage = GOODBYE;
	s->held = false;
	if (sol_end(&s->sol, loop_now_ms(), &s->out, &e) == -1 ||
	    loop_after(s->loop, &s->limit, GOODBYE_MS, on_goodbye_late, s,
	    &e) == -1 || write_some(s, &e) == -1 || want(s, &e) == -1)
		finish(s, NULL);
}
