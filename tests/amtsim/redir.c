/* SPDX-License-Identifier: MIT */
/*
 * Redirection, session layer: framing, session start, the services and
 * their one session each.  Redirection protocol: message table, session
 * start, sessions.  Sequence numbers of clients are not looked at, for
 * firmware does not; what a client sends out of turn ends the connection
 * and is noted.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "journal.h"
#include "redir.h"

#define IN_MAX (256 * 1024)
#define LOGIN_PAYLOAD_MAX 4096
#define LOGIN_MS 60000			/* silence before a session is open */

enum { START = 0x10, START_REPLY = 0x11, END = 0x12, LOGIN = 0x13 };
enum { STATUS_OK, STATUS_UNKNOWN_TAG, STATUS_BUSY, STATUS_UNSUPPORTED,
    STATUS_CONSENT = 5 };

static const struct frame session_frames[] = {
	{ START, 8, 0, 0, "StartRedirectionSession" },
	{ END, 4, 0, 0, "EndRedirectionSession" },
	{ LOGIN, 9, 5, 4, "AuthenticateSession" },
	{ 0 },
};

static const struct redir_service *const services[] = { &redir_sol,
    &redir_ider, &redir_kvm };

/* What we send, for the log. */
static const struct frame replies[] = {
	{ START_REPLY, 13, 12, 1, "StartRedirectionSession reply" },
	{ 0x14, 9, 5, 4, "AuthenticateSession reply" },
	{ 0x21, 23, 22, 1, "StartSOL reply" },
	{ 0x23, 8, 0, 0, "EndSOL reply" },
	{ 0x24, 8, 0, 0, "SOL ping" },
	{ 0x25, 8, 0, 0, "SOL pong" },
	{ 0x29, 10, 0, 0, "SOL controls from host" },
	{ 0x2a, 10, 8, 2, "SOL data from host" },
	{ 0x2b, 8, 0, 0, "SOL heartbeat" },
	{ 0x41, 30, 29, 1, "OpenSession reply" },
	{ 0x43, 8, 0, 0, "CloseSession reply" },
	{ 0x44, 8, 0, 0, "IDE-R ping" },
	{ 0x45, 8, 0, 0, "IDE-R pong" },
	{ 0x46, 9, 0, 0, "ResetOccurred" },
	{ 0x49, 13, 0, 0, "Features reply" },
	{ 0x4a, 11, 0, 0, "ErrorOccurred" },
	{ 0x4b, 8, 0, 0, "IDE-R heartbeat" },
	{ 0x50, 28, 0, 0, "CommandWritten" },
	{ 0x53, 14, 9, 2, "DataFromHost" },
	{ 0 },
};

/* Messages after which old clients throw away what follows at once. */
static const uint8_t paced[] = { 0x11, 0x14, 0x21, 0x29, 0x41, 0x49 };

static const struct frame *
frame_find(const struct frame *f, uint8_t type)
{
	for (; f != NULL && f->name != NULL; f++)
		if (f->type == type)
			return f;
	return NULL;
}

void
redir_send(struct redir *r, const void *p, size_t n)
{
	uint8_t type = *(const uint8_t *)p;
	const struct frame *f = frame_find(replies, type);

	sim_log(r->sim, DOOR_REDIRECTION, door_peer(r->c), "out", f != NULL ?
	    f->name : "garbage", p, n);
	r->sim->counters[DOOR_REDIRECTION].messages_out++;
	(void)door_write(r->c, p, n);	/* a dead one is told by closed() */
	if (memchr(paced, type, sizeof paced) != NULL)
		door_pause(r->c, r->sim->pace_ms);
}

bool
redir_misbehaves(struct redir *r, enum stage stage)
{
	uint8_t junk[64] = { 0xee };

	if (fault_value(r->sim, "unknown-at", -1) == (long)stage)
		redir_send(r, junk, 8);
	if (fault_value(r->sim, "garbage-at", -1) == (long)stage) {
		sim_random(r->sim, junk, sizeof junk);
		junk[0] |= 0x80;	/* no message begins so */
		redir_send(r, junk, sizeof junk);
		return true;
	}
	if (fault_value(r->sim, "close-at", -1) == (long)stage) {
		redir_end(r, true);
		return true;
	}
	return fault_value(r->sim, "silent-at", -1) == (long)stage;
}

/* ---- sessions ---------------------------------------------------------- */

/* AMT_RedirectionService.AccessLog: the oldest is forgotten. */
static void
note_access(struct sim *sim, const char *peer)
{
	struct model *m = &sim->model;
	time_t now = sim_wall(sim);
	char when[24];
	struct tm tm;

	if (m->naccesses == ACCESSES_MAX)
		memmove(m->accesses[0], m->accesses[1],
		    --m->naccesses * sizeof m->accesses[0]);
	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof when, "%m/%d/%Y, %H:%M:%S", &tm) == 0)
		when[0] = '\0';
	(void)snprintf(m->accesses[m->naccesses++], sizeof m->accesses[0],
	    "%s, %s", when, peer);
}

bool
redir_open(struct redir *r)
{
	struct model *m = &r->sim->model;
	enum service s = r->service->service;

	if (m->session_open[s])
		return false;
	m->session_open[s] = true;
	(void)snprintf(m->session_peer[s], sizeof m->session_peer[s], "%s",
	    door_peer(r->c));
	memcpy(m->session_user[s], r->user, sizeof r->user);
	note_access(r->sim, door_peer(r->c));
	r->sim->sessions[s] = r;
	sim_consent_update(r->sim);
	journal_session(r->sim, s, true);
	return true;
}

static void
vacate(struct sim *sim, enum service s)
{
	sim_cancel(&sim->stale[s]);
	sim->model.session_open[s] = false;
	sim->sessions[s] = NULL;
	sim_consent_update(sim);
	journal_session(sim, s, false);
	sim->model.session_peer[s][0] = '\0';
	sim->model.session_user[s][0] = '\0';
}

static void
stale_over(void *arg)
{
	struct sim_timer *t = arg;

	vacate(t->sim, (enum service)(t - t->sim->stale));
}

void
redir_release(struct redir *r, int64_t stale_ms)
{
	enum service s = r->service->service;

	if (r->sim->sessions[s] != r)
		return;
	r->sim->sessions[s] = NULL;
	if (stale_ms > 0)
		sim_after(r->sim, &r->sim->stale[s], stale_ms, stale_over,
		    &r->sim->stale[s]);
	else
		vacate(r->sim, s);
}

bool
sim_terminate(struct sim *sim, enum service s)
{
	struct redir *r = sim->sessions[s];

	if (!sim->model.session_open[s])
		return false;
	if (r != NULL)
		redir_end(r, true);
	vacate(sim, s);
	return true;
}

/* ---- life -------------------------------------------------------------- */

static void
redir_free(struct redir *r)
{
	buf_clear(&r->in);
	free(r);
}

static void
leave(struct redir *r, bool lost)
{
	r->gone = true;
	sim_cancel(&r->login_timer);
	if (r->service != NULL && r->service->closed != NULL)
		r->service->closed(r, lost);
	if (!r->parsing)
		redir_free(r);
}

void
redir_end(struct redir *r, bool flush)
{
	if (r->gone)
		return;
	door_close(r->c, flush);
	leave(r, false);
}

static void
on_closed(void *arg)
{
	leave(arg, true);
}

static void
on_drained(void *arg)
{
	struct redir *r = arg;

	if (r->service != NULL && r->service->drained != NULL)
		r->service->drained(r);
}

static void
on_login_timeout(void *arg)
{
	redir_end(arg, true);
}

/* ---- framing ----------------------------------------------------------- */

/* Size of the first message; 0: more is needed; SIZE_MAX: none of ours. */
static size_t
frame_size(const struct redir *r, const uint8_t *p, size_t n,
    const struct frame **out)
{
	const struct frame *f = frame_find(session_frames, p[0]);
	size_t i, extra = 0, size;

	if (f == NULL && r->service != NULL && r->state >= LOGGED_IN)
		f = frame_find(r->service->frames, p[0]);
	if ((*out = f) == NULL)
		return SIZE_MAX;
	if (n < f->fixed)
		return 0;
	for (i = f->len_size; i > 0; i--)
		extra = extra << 8 | p[f->len_at + i - 1];
	if (f->type == LOGIN && extra > LOGIN_PAYLOAD_MAX)
		return SIZE_MAX;
	if (r->service != NULL && r->service->extra != NULL)
		extra += r->service->extra(p);
	size = f->fixed + extra;
	return n < size ? 0 : size;
}

static bool
is_enabled(struct sim *sim, const struct redir_service *s)
{
	static const char *const lacks[SERVICES] = { "lacks-sol",
	    "lacks-ider" };
	const struct model *m = &sim->model;

	if (lacks[s->service] != NULL &&
	    fault_value(sim, lacks[s->service], 0) != 0)
		return false;
	return s->service == SERVICE_KVM ? m->kvm_enabled :
	    (m->redirection_state & s->enabled_bit) != 0;
}

static void
start(struct redir *r, const uint8_t *p)
{
	/* type status reserved[2] protocol 1.0 firmware x.0 IANA 343 oem */
	uint8_t m[13 + 255] = { START_REPLY, 0, 0, 0, 1, 0,
	    r->sim->model.profile->firmware_major, 0, 0x57, 0x01, 0, 0, 0 };
	long oem = fault_value(r->sim, "start-oem", 0);
	long lie = fault_value(r->sim, "start-length", -1);
	size_t i;

	for (i = 0; i < sizeof services / sizeof services[0]; i++)
		if (memcmp(services[i]->tag, p + 4, 4) == 0)
			r->service = services[i];
	if (r->service == NULL)
		m[1] = STATUS_UNKNOWN_TAG;
	else if (!is_enabled(r->sim, r->service))
		m[1] = STATUS_UNSUPPORTED;
	else if (r->sim->model.session_open[r->service->service])
		m[1] = STATUS_BUSY;
	else if (!sim_consent_given(r->sim, r->service->service))
		m[1] = STATUS_CONSENT;
	m[1] = (uint8_t)fault_value(r->sim, "start-status", m[1]);
	m[12] = (uint8_t)(lie >= 0 ? lie : oem);
	r->state = AT_LOGIN;
	if (redir_misbehaves(r, STAGE_START))
		return;
	redir_send(r, m, 13 + (lie >= 0 ? 0 : (size_t)(uint8_t)oem));
	if (m[1] != STATUS_OK)
		redir_end(r, true);
}

static int
message(struct redir *r, const uint8_t *p, size_t n, struct err *e)
{
	switch (p[0]) {
	case START:
		if (r->state != AT_START)
			return err_set(e, ERR_PROTO, "started twice");
		start(r, p);
		return 0;
	case END:
		if (r->state == AT_START)
			return err_set(e, ERR_PROTO,
			    "ended before it was started");
		redir_end(r, true);
		return 0;
	case LOGIN:
		if (r->state != AT_LOGIN)
			return err_set(e, ERR_PROTO, "login out of turn");
		return login_message(r, p, n, e);
	default:
		if (r->state == ENDED)
			return 0;	/* amtterm's last byte */
		return r->service->message(r, p, n, e);
	}
}

/* What may be shown: a clear-text password may not. */
static void
note(struct redir *r, const struct frame *f, const uint8_t *p, size_t n)
{
	bool secret = f->type == LOGIN && p[4] == 1;

	sim_log(r->sim, DOOR_REDIRECTION, door_peer(r->c), "in", f->name,
	    secret ? NULL : p, n);
	r->sim->counters[DOOR_REDIRECTION].messages_in++;
}

/* Handle whole messages; returns bytes used. */
static size_t
parse(struct redir *r, const uint8_t *p, size_t n)
{
	const struct frame *f;
	size_t size, used = 0;
	struct err e;

	while (!r->gone && used < n) {
		if (r->state == SESSION && r->service->raw)
			return n;
		size = frame_size(r, p + used, n - used, &f);
		if (size == 0)
			break;
		if (size == SIZE_MAX) {
			sim_violation(r->sim, "redirection", "%s: no message "
			    "begins with %02x here", door_peer(r->c),
			    p[used]);
			redir_end(r, true);
			break;
		}
		note(r, f, p + used, size);
		if (message(r, p + used, size, &e) == -1) {
			sim_violation(r->sim, "redirection", "%s: %s: %s",
			    door_peer(r->c), f->name, e.text);
			redir_end(r, true);
		}
		used += size;
	}
	return used;
}

static void
on_data(void *arg, const uint8_t *p, size_t n)
{
	struct redir *r = arg;
	struct err e;
	size_t used;

	r->parsing = true;
	if (r->in.len == 0) {
		used = parse(r, p, n);
		if (!r->gone && buf_add(&r->in, p + used, n - used, &e) == -1)
			redir_end(r, false);
	} else if (buf_add(&r->in, p, n, &e) == -1)
		redir_end(r, false);
	else {
		used = parse(r, r->in.data, r->in.len);
		buf_drop(&r->in, used);
	}
	r->parsing = false;
	if (r->gone)
		redir_free(r);
	else if (r->state != SESSION)
		sim_after(r->sim, &r->login_timer, LOGIN_MS,
		    on_login_timeout, r);
	else
		sim_cancel(&r->login_timer);
}

void
redir_serve(struct sim *sim, struct door_conn *c)
{
	static const struct door_events events = {
		.data = on_data, .closed = on_closed, .drained = on_drained,
	};
	struct redir *r = calloc(1, sizeof *r);

	if (r == NULL) {
		door_close(c, false);
		return;
	}
	r->sim = sim;
	r->c = c;
	buf_init(&r->in, IN_MAX);
	door_attach(c, &events, r);
	sim_after(sim, &r->login_timer, LOGIN_MS, on_login_timeout, r);
}
