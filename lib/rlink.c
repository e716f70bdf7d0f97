/* SPDX-License-Identifier: MIT */
/* A connection logged in for a redirection service: see rlink.h. */
#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/dial.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/rlink.h"
#include "lib/rtalk.h"

#define ANSWER_MS 60000			/* for each answer of the login */
#define GOODBYE_MS 2000			/* for the whole end of a session */

enum stage { DIALING, LOGIN, UP, OVER };

struct rlink {
	struct loop *loop;
	struct machine *machine;
	enum redir_service service;
	const struct rlink_events *ev;
	void *arg;
	enum stage stage;
	struct dial *dial;
	struct conn *conn;
	struct redir_login login;
	char cnonce[DIGEST_HEX + 1];
	struct buf in, out;
	size_t traced;			/* bytes of out that were logged */
	struct loop_timer limit;	/* of the answer we wait for, or the end */
	struct rtalk *talk;		/* open: has a heartbeat */
	struct loop_timer beat;
	bool held;
	bool parting, bye;
	struct err why;
	bool failed;
};

static void pump(void *arg);

/* ---- the end ---------------------------------------------------------- */

static void
tell_end(void *arg)
{
	struct rlink *k = arg;

	k->ev->ended(k->arg, k->failed && !k->parting ? &k->why : NULL);
}

/* ended() comes from a timer: never from inside a call of the user. */
void
rlink_end(struct rlink *k, const struct err *e)
{
	if (k->stage == OVER)
		return;
	k->stage = OVER;
	k->failed = e != NULL;
	if (e != NULL)
		k->why = *e;
	dial_cancel(k->dial);
	k->dial = NULL;
	conn_free(k->conn);
	k->conn = NULL;
	loop_cancel(&k->beat);
	loop_after(k->loop, &k->limit, 0, tell_end, k);
}

static void
on_goodbye_late(void *arg)
{
	log_debug("no answer to the end of the session");
	rlink_end(arg, NULL);
}

void
rlink_part(struct rlink *k)
{
	k->parting = true;
	loop_after(k->loop, &k->limit, GOODBYE_MS, on_goodbye_late, k);
}

void
rlink_bye(struct rlink *k)
{
	k->bye = true;
	loop_cancel(&k->beat);
}

static void
on_answer_late(void *arg)
{
	struct rlink *k = arg;
	struct err e;

	/* It may have said why and forgotten to close. */
	(void)redir_login_closed(&k->login, &k->in, &e);
	if (e.kind != ERR_REFUSED)
		(void)err_set(&e, ERR_NET, "%s took the connection, but has "
		    "not sent %s in time; give --timeout to wait longer",
		    k->machine->name, redir_login_waits_for(&k->login));
	rlink_end(k, &e);
}

int64_t
rlink_answer_ms(const struct rlink *k)
{
	return k->machine->timeout_ms != -1 ? k->machine->timeout_ms :
	    ANSWER_MS;
}

static void
expect_answer(struct rlink *k)
{
	loop_after(k->loop, &k->limit, rlink_answer_ms(k), on_answer_late, k);
}

/* ---- messages --------------------------------------------------------- */

/* Bytes of a message to show: a password may be in a login and in what is
 * typed, and nobody reads a disk in hex. */
static size_t
visible(uint8_t type, size_t len)
{
	static const struct { uint8_t type; size_t header; } rows[] = {
		{ REDIR_AUTH, 9 }, { 0x28, 10 }, { 0x53, 14 }, { 0x54, 34 },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].type == type)
			return rows[i].header;
	return len;
}

/* Each message of p[0..n) for -vvv. */
static void
trace(const struct rlink *k, enum redir_side from, const uint8_t *p, size_t n)
{
	char what[64];
	size_t show;
	int len;

	while (log_wants(LOG_BYTES) &&
	    (len = redir_frame(k->service, from, p, n)) > 0) {
		show = visible(p[0], (size_t)len);
		(void)snprintf(what, sizeof what, "%s %s%s",
		    from == REDIR_CONSOLE ? "sent" : "received",
		    redir_message_name(k->service, from, p[0]),
		    show < (size_t)len ? ", header only" : "");
		log_bytes(what, p, show);
		p += len;
		n -= (size_t)len;
	}
}

static int
on_login_done(struct rlink *k, struct err *e)
{
	const struct redir_start_reply *d = &k->login.device;

	log_info("%s: logged in as %s; firmware %u.%u, redirection protocol "
	    "%u.%u", k->machine->name, k->login.user, d->firmware_major,
	    d->firmware_minor, d->protocol_major, d->protocol_minor);
	loop_cancel(&k->limit);
	k->stage = UP;
	return k->ev->ready(k->arg, e);
}

/* All that is in k->in.  -1: the link fails with e. */
static int
take_input(struct rlink *k, struct err *e)
{
	enum redir_login_state was = k->login.state;
	int rc;

	if (k->stage == LOGIN) {
		if ((rc = redir_login_step(&k->login, &k->in, &k->out,
		    e)) == -1)
			return -1;
		if (k->login.state != was)
			expect_answer(k);
		if (rc == 0 || on_login_done(k, e) == -1)
			return rc == 0 ? 0 : -1;
	}
	return k->stage == UP ? k->ev->input(k->arg, &k->in, e) : 0;
}

/* ---- bytes ------------------------------------------------------------ */

static int
closed(struct rlink *k, struct err *e)
{
	if (k->stage == LOGIN)
		return redir_login_closed(&k->login, &k->in, e);
	return err_set(e, ERR_NET, "%s closed the connection",
	    k->machine->name);
}

static int
read_some(struct rlink *k, struct err *e)
{
	size_t got;
	uint8_t *room;
	int rc;

	if ((room = buf_room(&k->in, RLINK_READ_MAX, e)) == NULL)
		return -1;
	rc = conn_read(k->conn, room, RLINK_READ_MAX, &got, e);
	if (rc == CONN_EOF)
		return closed(k, e);
	if (rc != CONN_OK)
		return rc == CONN_AGAIN ? 0 : -1;
	buf_grew(&k->in, got);
	trace(k, REDIR_DEVICE, k->in.data, k->in.len);	/* of whole ones: all new */
	return take_input(k, e);
}

static int
write_some(struct rlink *k, struct err *e)
{
	size_t put;
	int rc = CONN_OK;

	if (k->out.len > k->traced)
		trace(k, REDIR_CONSOLE, k->out.data + k->traced,
		    k->out.len - k->traced);
	k->traced = k->out.len;
	while (k->out.len > 0 && rc == CONN_OK) {
		if ((rc = conn_write(k->conn, k->out.data, k->out.len, &put,
		    e)) == CONN_ERROR)
			return -1;
		if (rc == CONN_OK)
			buf_drop(&k->out, put);
	}
	k->traced = k->out.len;
	return rc == CONN_EOF ? closed(k, e) : 0;
}

/* Receive, answer, and send what waits; say what to call this for. */
static void
pump(void *arg)
{
	struct rlink *k = arg;
	struct err e;
	int rc = 0;

	if (!k->held)
		rc = read_some(k, &e);
	if (rc == 0 && k->stage != OVER)
		rc = write_some(k, &e);
	if (rc == 0 && k->stage == UP)
		rc = k->ev->sent(k->arg, &e);
	if (rc == 0 && k->bye && k->out.len == 0)
		rlink_end(k, NULL);
	if (k->stage == OVER)
		return;
	if (rc == -1)
		rlink_end(k, &e);
	else
		conn_want(k->conn, !k->held, k->out.len > 0, pump, k);
}

struct buf *
rlink_out(struct rlink *k)
{
	return &k->out;
}

void
rlink_flush(struct rlink *k)
{
	struct err e;

	if (k->conn == NULL)
		return;
	if (write_some(k, &e) == -1)
		rlink_end(k, &e);
	else	/* Writable at once, if all is out: then sent() is called. */
		conn_want(k->conn, !k->held, true, pump, k);
}

void
rlink_hold(struct rlink *k, bool hold)
{
	if (k->held == hold)
		return;
	k->held = hold;
	if (k->conn != NULL)
		conn_want(k->conn, !hold, k->out.len > 0, pump, k);
}

/* ---- time ------------------------------------------------------------- */

void
rlink_await(struct rlink *k, int64_t ms, void (*late)(void *arg))
{
	loop_cancel(&k->limit);
	if (late != NULL)
		loop_after(k->loop, &k->limit, ms, late, k->arg);
}

static void
on_beat(void *arg)
{
	struct rlink *k = arg;
	int64_t now = loop_now_ms(), next;
	struct err e;

	if (k->held)
		k->talk->heard_ms = now;	/* we did not listen */
	if (rtalk_tick(k->talk, now, &next, &k->out, &e) == -1) {
		rlink_end(k, &e);
		return;
	}
	loop_at(k->loop, &k->beat, next, on_beat, k);
	rlink_flush(k);
}

void
rlink_beat(struct rlink *k, struct rtalk *t)
{
	k->talk = t;
	loop_after(k->loop, &k->beat, t->is->heartbeat_ms, on_beat, k);
}

/* ---- the beginning ---------------------------------------------------- */

static int
begin_login(struct rlink *k, struct err *e)
{
	uint8_t random[DIGEST_RANDOM];

	/* The peer is verified: now the password may be asked for. */
	if (machine_password(k->machine, &machine_redirection, e) == -1)
		return -1;
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return err_sys(e, ERR_LOCAL, "drawing a random number");
	digest_cnonce(k->cnonce, random);
	k->login = (struct redir_login){ .service = k->service,
		.host = k->machine->name, .user = k->machine->user,
		.password = k->machine->password.text, .cnonce = k->cnonce,
		.tls = conn_is_tls(k->conn) };
	k->stage = LOGIN;
	expect_answer(k);
	return redir_login_begin(&k->login, &k->out, e);
}

static void
on_dialed(void *arg, struct conn *c, const struct err *failed)
{
	struct rlink *k = arg;
	struct err e;

	k->dial = NULL;			/* it is gone after this call */
	if (c == NULL) {
		rlink_end(k, failed);
		return;
	}
	k->conn = c;
	if (begin_login(k, &e) == -1)
		rlink_end(k, &e);
	else
		pump(k);
}

struct rlink *
rlink_start(struct loop *l, struct machine *m, enum redir_service service,
    size_t out_max, const struct rlink_events *ev, void *arg, struct err *e)
{
	struct rlink *k = calloc(1, sizeof *k);

	if (k == NULL) {
		(void)err_sys(e, ERR_LOCAL, "session");
		return NULL;
	}
	k->loop = l;
	k->machine = m;
	k->service = service;
	k->ev = ev;
	k->arg = arg;
	buf_init(&k->in, REDIR_MESSAGE_MAX + RLINK_READ_MAX);
	buf_init(&k->out, out_max);
	if ((k->dial = dial_start(l, m, DIAL_REDIRECTION, on_dialed, k,
	    e)) == NULL) {
		free(k);
		return NULL;
	}
	return k;
}

void
rlink_free(struct rlink *k)
{
	if (k == NULL)
		return;
	dial_cancel(k->dial);
	conn_free(k->conn);
	loop_cancel(&k->limit);
	loop_cancel(&k->beat);
	buf_clear(&k->in);
	buf_clear(&k->out);
	free(k);
}

bool
rlink_is_up(const struct rlink *k)
{
	return k->stage == UP;
}

const char *
rlink_doing(const struct rlink *k)
{
	return k->stage == DIALING ? "connecting" : "logging in";
}

const char *
rlink_describe(const struct rlink *k)
{
	return k->conn != NULL ? conn_describe(k->conn) : NULL;
}
