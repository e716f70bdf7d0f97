/* SPDX-License-Identifier: MIT */
/*
 * One connection: TCP, TLS by GnuTLS, then the fault layer, then a service.
 *
 * What a service writes is a queue of messages; each leaves in a write of
 * its own (one segment, one TLS record) and not before it is due.  Pauses,
 * delays, rates and splitting are all a matter of when and how much of the
 * first message may go; without any of them a message is sent at once and
 * not copied.  A callback may close its own connection: memory is freed
 * when the last of them has returned.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "door.h"
#include "fault.h"

#define READ_MAX 65536
#define READS_A_TURN 4
#define LINGER_MS 1000			/* for the peer to close too */
#define HANDSHAKE_MS 20000

struct chunk {
	struct chunk *next;
	int64_t due_ms;
	size_t len, off;
	uint8_t *data;
};

struct door_conn {
	struct sim *sim;
	struct door_conn *next, **prev;
	enum door door;
	uint16_t port;
	bool local;
	char peer[64];

	int fd;
	struct loop_watch *watch;
	gnutls_session_t tls;		/* NULL: plain */
	bool handshaking;
	size_t in_tls;			/* bytes GnuTLS has taken and not sent */
	void (*serve)(struct sim *, struct door_conn *);

	const struct door_events *ev;
	void *arg;
	int depth;			/* callbacks running */
	bool hold, want_out, closing, shut, dead;

	struct chunk *head, *tail;
	size_t backlog;
	int64_t not_before_ms;		/* the next message; 0: any time */
	int64_t piece_ms;		/* the next piece of it */
	uint64_t sent, fault_base;	/* bytes; where faults count from */
	struct loop_timer send_timer, linger_timer, kick_timer;
};

static uint8_t read_buf[READ_MAX];

static void on_event(void *arg, short revents);
static void flush(struct door_conn *c);

/* ---- life -------------------------------------------------------------- */

static void
enter(struct door_conn *c)
{
	c->depth++;
}

static void
leave(struct door_conn *c)
{
	struct chunk *k;

	if (--c->depth > 0 || !c->dead)
		return;
	while ((k = c->head) != NULL) {
		c->head = k->next;
		free(k->data);
		free(k);
	}
	free(c);
}

/* The descriptor goes at once, the rest with the last callback. */
static void
drop(struct door_conn *c)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	if (c->dead)
		return;
	enter(c);
	c->dead = true;
	c->ev = NULL;
	if (!c->shut)
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset,
		    sizeof reset);
	loop_unwatch(c->watch);
	loop_cancel(&c->send_timer);
	loop_cancel(&c->linger_timer);
	loop_cancel(&c->kick_timer);
	if (c->tls != NULL)
		gnutls_deinit(c->tls);
	(void)close(c->fd);
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	leave(c);
}

static void
drop_later(void *arg)
{
	drop(arg);
}

/* The peer, or a fault, has ended it. */
static void
lost(struct door_conn *c)
{
	const struct door_events *ev = c->ev;
	void *arg = c->arg;

	if (c->dead)
		return;
	enter(c);
	sim_log(c->sim, c->door, c->peer, "closed", "connection ended", NULL,
	    0);
	c->shut = true;			/* not by us: an ordinary close */
	drop(c);
	if (ev != NULL)
		ev->closed(arg);
	leave(c);
}

static long
fault(const struct door_conn *c, const char *name, long none)
{
	return fault_bytes(c->sim, name, c->door, c->port, none);
}

static bool
stalled(const struct door_conn *c)
{
	long after;

	if (!fault_bytes_any(c->sim) || (after = fault(c, "stall", -1)) < 0)
		return false;
	return c->sent - c->fault_base >= (uint64_t)after;
}

static void
poll_again(struct door_conn *c)
{
	short want = 0;

	if (c->dead)
		return;
	if (c->handshaking)
		want = gnutls_record_get_direction(c->tls) == 1 ?
		    POLLOUT : POLLIN;
	else if (!stalled(c))
		want = (short)((c->hold ? 0 : POLLIN) |
		    (c->want_out ? POLLOUT : 0));
	loop_set(c->watch, want);
}

/* ---- sending ----------------------------------------------------------- */

/* Bytes taken; 0: the socket is full; -1: the connection is gone. */
static ssize_t
send_bytes(struct door_conn *c, const uint8_t *p, size_t n)
{
	ssize_t r;

	if (c->tls != NULL) {
		r = c->in_tls > 0 ? gnutls_record_send(c->tls, NULL, 0) :
		    gnutls_record_send(c->tls, p, n);
		if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED) {
			c->in_tls = n;
			return 0;
		}
		c->in_tls = 0;
		return r > 0 ? r : -1;
	}
	do
		r = send(c->fd, p, n, MSG_NOSIGNAL);
	while (r == -1 && errno == EINTR);
	if (r == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return r;
}

static void
sent(struct door_conn *c, size_t n)
{
	c->sent += n;
	c->sim->counters[c->door].bytes_out += n;
}

/* Of n bytes those that stay below a limit; done have gone already. */
static size_t
below(long limit, uint64_t done, size_t n)
{
	uint64_t left = done < (uint64_t)limit ? (uint64_t)limit - done : 0;

	return n < left ? n : (size_t)left;
}

/*
 * How much of the first message may go now, by the faults in force; 0:
 * nothing, and a timer or the end of the fault continues.
 */
static size_t
allowed(struct door_conn *c, struct chunk *k)
{
	size_t n = k->len - k->off;
	uint64_t done = c->sent - c->fault_base;
	long v;

	if (c->in_tls > 0)
		return c->in_tls;
	if ((v = fault(c, "split", 0)) > 0 && n > (size_t)v)
		n = (size_t)v;
	if ((v = fault(c, "rate", 0)) > 0 && n > (size_t)v / 50 + 1)
		n = (size_t)v / 50 + 1;
	if ((v = fault(c, "stall", -1)) >= 0)
		n = below(v, done, n);
	if ((v = fault(c, "cut-after", -1)) >= 0)
		n = below(v, done, n);
	if ((v = fault(c, "flip", -1)) >= 0 && done <= (uint64_t)v &&
	    (uint64_t)v < done + n)
		k->data[k->off + ((uint64_t)v - done)] ^= 1;
	return n;
}

/* After n bytes: when the next may go, and whether it is time to cut. */
static void
account(struct door_conn *c, size_t n)
{
	int64_t now;
	long v;

	sent(c, n);
	c->backlog -= n;
	if (!fault_bytes_any(c->sim))
		return;
	now = loop_now_ms();
	if (fault(c, "split", 0) > 0)
		c->piece_ms = now + 1;
	if ((v = fault(c, "rate", 0)) > 0)
		c->piece_ms = now + (int64_t)n * 1000 / v;
}

static bool
cut_now(const struct door_conn *c)
{
	long v = fault_bytes_any(c->sim) ? fault(c, "cut-after", -1) : -1;

	return v >= 0 && c->sent - c->fault_base >= (uint64_t)v;
}

static void
flush_later(void *arg)
{
	flush(arg);
}

static void
wait_until(struct door_conn *c, int64_t due_ms)
{
	c->want_out = false;
	loop_at(c->sim->loop, &c->send_timer, due_ms, flush_later, c);
}

static void
finish(struct door_conn *c)
{
	if (c->shut)
		return;
	if (c->tls != NULL)
		(void)gnutls_bye(c->tls, GNUTLS_SHUT_WR);
	c->shut = true;
	(void)shutdown(c->fd, SHUT_WR);
	loop_after(c->sim->loop, &c->linger_timer, LINGER_MS, drop_later, c);
}

/* Send what may go from the first message; false: not now. */
static bool
flush_one(struct door_conn *c)
{
	struct chunk *k = c->head;
	int64_t due = k->due_ms > c->piece_ms ? k->due_ms : c->piece_ms;
	ssize_t r;
	size_t n = k->len - k->off;

	if (due > 0 && c->in_tls == 0 && loop_now_ms() < due) {
		wait_until(c, due);
		return false;
	}
	if (fault_bytes_any(c->sim) && (n = allowed(c, k)) == 0) {
		c->want_out = false;
		return false;
	}
	if ((r = send_bytes(c, k->data + k->off, n)) <= 0) {
		c->want_out = r == 0;
		if (r < 0)
			lost(c);
		return false;
	}
	account(c, (size_t)r);
	k->off += (size_t)r;
	if (k->off == k->len) {
		if ((c->head = k->next) == NULL)
			c->tail = NULL;
		free(k->data);
		free(k);
	}
	return true;
}

static void
flush(struct door_conn *c)
{
	enter(c);
	while (!c->dead && c->head != NULL)
		if (cut_now(c) || !flush_one(c))
			break;
	if (!c->dead && cut_now(c))
		lost(c);
	if (!c->dead && c->head == NULL) {
		c->want_out = false;
		if (c->closing)
			finish(c);
		else if (c->ev != NULL && c->ev->drained != NULL)
			c->ev->drained(c->arg);
	}
	poll_again(c);
	leave(c);
}

/* When a message written now may leave. */
static int64_t
due_time(struct door_conn *c)
{
	int64_t due = c->not_before_ms;
	long v;

	if (!fault_bytes_any(c->sim))
		return due;
	if ((v = fault(c, "delay", 0)) > 0 && loop_now_ms() + v > due)
		due = loop_now_ms() + v;
	if ((v = fault(c, "join", 0)) > 0 && loop_now_ms() + v > due)
		due = loop_now_ms() + v;
	return due;
}

/* Under the fault "join" a message is added to the one that waits. */
static int
enqueue(struct door_conn *c, const uint8_t *p, size_t n)
{
	struct chunk *k = c->tail;
	uint8_t *data;

	if (k == NULL || k->off > 0 || c->in_tls > 0 ||
	    !fault_bytes_any(c->sim) || fault(c, "join", 0) == 0) {
		if ((k = calloc(1, sizeof *k)) == NULL)
			return -1;
		k->due_ms = due_time(c);
	}
	if ((data = realloc(k->data, k->len + n)) == NULL) {
		if (k != c->tail)
			free(k);
		return -1;
	}
	memcpy(data + k->len, p, n);
	k->data = data;
	k->len += n;
	c->backlog += n;
	if (k == c->tail)
		return 0;
	if (c->tail != NULL)
		c->tail->next = k;
	else
		c->head = k;
	c->tail = k;
	return 0;
}

int
door_write(struct door_conn *c, const void *p, size_t n)
{
	const uint8_t *bytes = p;
	ssize_t r = 0;
	bool at_once, first = c->head == NULL;

	if (c->dead || c->closing || n == 0)
		return c->dead ? -1 : 0;
	if (c->not_before_ms != 0 && first &&
	    loop_now_ms() >= c->not_before_ms)
		c->not_before_ms = 0;
	at_once = first && c->not_before_ms == 0 &&
	    !fault_bytes_any(c->sim);
	if (at_once) {
		while (n > 0 && (r = send_bytes(c, bytes, n)) > 0) {
			sent(c, (size_t)r);
			bytes += r;
			n -= (size_t)r;
		}
		if (n == 0)
			return 0;
	}
	/* A dead socket is found by the next poll, outside the caller. */
	if (r < 0 || enqueue(c, bytes, n) == -1)
		return -1;
	if (at_once)
		c->want_out = true;
	else if (first)
		wait_until(c, c->head->due_ms);
	poll_again(c);
	return 0;
}

void
door_pause(struct door_conn *c, int ms)
{
	int64_t from = loop_now_ms();

	if (ms <= 0)
		return;
	if (c->tail != NULL && c->tail->due_ms > from)
		from = c->tail->due_ms;
	if (c->not_before_ms > from)
		from = c->not_before_ms;
	c->not_before_ms = from + ms;
}

size_t
door_backlog(const struct door_conn *c)
{
	return c->backlog;
}

/* ---- receiving --------------------------------------------------------- */

/* Bytes; 0: none now; -1: ended. */
static ssize_t
receive(struct door_conn *c)
{
	ssize_t r;

	if (c->tls != NULL) {
		r = gnutls_record_recv(c->tls, read_buf, sizeof read_buf);
		if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED ||
		    (r < 0 && !gnutls_error_is_fatal((int)r)))
			return 0;
		return r > 0 ? r : -1;
	}
	r = recv(c->fd, read_buf, sizeof read_buf, 0);
	if (r == -1 && (errno == EAGAIN || errno == EWOULDBLOCK ||
	    errno == EINTR))
		return 0;
	return r > 0 ? r : -1;
}

static void
read_some(struct door_conn *c)
{
	ssize_t r;
	int i;

	for (i = 0; i < READS_A_TURN && !c->dead && (!c->hold || c->closing);
	    i++) {
		if ((r = receive(c)) == 0)
			return;
		if (r < 0) {
			lost(c);
			return;
		}
		c->sim->counters[c->door].bytes_in += (unsigned)r;
		if (c->ev != NULL && !c->closing)
			c->ev->data(c->arg, read_buf, (size_t)r);
		if (c->tls == NULL && (size_t)r < sizeof read_buf)
			return;
	}
}

/* GnuTLS may hold bytes that poll does not see. */
static void
kick(void *arg)
{
	struct door_conn *c = arg;

	enter(c);
	if (!stalled(c))
		read_some(c);
	if (!c->dead && c->tls != NULL && !c->hold &&
	    gnutls_record_check_pending(c->tls) > 0)
		loop_after(c->sim->loop, &c->kick_timer, 0, kick, c);
	poll_again(c);
	leave(c);
}

static void
handshake(struct door_conn *c)
{
	int r = gnutls_handshake(c->tls);

	if (r == GNUTLS_E_SUCCESS) {
		c->handshaking = false;
		loop_cancel(&c->linger_timer);
		c->sim->counters[c->door].tls_connections++;
		c->serve(c->sim, c);
		if (!c->dead)
			kick(c);
	} else if (gnutls_error_is_fatal(r)) {
		sim_log(c->sim, c->door, c->peer, "tls", gnutls_strerror(r),
		    NULL, 0);
		(void)gnutls_alert_send_appropriate(c->tls, r);
		lost(c);
	}
}

static void
on_event(void *arg, short revents)
{
	struct door_conn *c = arg;

	enter(c);
	if (c->handshaking)
		handshake(c);
	else if (stalled(c)) {
		if (revents & (POLLHUP | POLLERR))
			lost(c);
	} else {
		if (revents & POLLOUT)
			flush(c);
		if (!c->dead && revents & POLLIN)
			kick(c);
		else if (!c->dead && revents & (POLLHUP | POLLERR))
			lost(c);
	}
	poll_again(c);
	leave(c);
}

/* ---- what services call ------------------------------------------------ */

void
door_attach(struct door_conn *c, const struct door_events *ev, void *arg)
{
	c->ev = ev;
	c->arg = arg;
}

void
door_hold(struct door_conn *c, bool hold)
{
	if (c->dead || c->hold == hold)
		return;
	c->hold = hold;
	if (!hold && c->tls != NULL)
		loop_after(c->sim->loop, &c->kick_timer, 0, kick, c);
	poll_again(c);
}

void
door_close(struct door_conn *c, bool do_flush)
{
	if (c->dead)
		return;
	c->ev = NULL;
	c->closing = true;
	if (!do_flush) {
		drop(c);
		return;
	}
	c->hold = false;
	if (c->head == NULL)
		finish(c);
	poll_again(c);
}

const char *
door_peer(const struct door_conn *c)
{
	return c->peer;
}

bool
door_is_tls(const struct door_conn *c)
{
	return c->tls != NULL;
}

bool
door_is_local(const struct door_conn *c)
{
	return c->local;
}

uint16_t
door_port(const struct door_conn *c)
{
	return c->port;
}

/* ---- what listen.c calls ----------------------------------------------- */

void
door_text(const struct sockaddr_storage *ss, char *out, size_t size)
{
	char host[INET6_ADDRSTRLEN + 16], port[8];
	bool v6 = ss->ss_family == AF_INET6;

	if (getnameinfo((const void *)ss, sizeof *ss, host, sizeof host, port,
	    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		(void)snprintf(out, size, "?");
	else
		(void)snprintf(out, size, v6 ? "[%s]:%s" : "%s:%s", host,
		    port);
}

static void
names(struct door_conn *c)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;

	memset(&ss, 0, sizeof ss);
	if (getpeername(c->fd, (struct sockaddr *)&ss, &len) == 0)
		door_text(&ss, c->peer, sizeof c->peer);
	len = sizeof ss;
	if (getsockname(c->fd, (struct sockaddr *)&ss, &len) == 0)
		c->port = ntohs(ss.ss_family == AF_INET6 ?
		    ((struct sockaddr_in6 *)&ss)->sin6_port :
		    ((struct sockaddr_in *)&ss)->sin_port);
}

void
door_accept(struct sim *sim, int fd, gnutls_session_t tls, enum door door,
    bool local, void (*serve)(struct sim *, struct door_conn *))
{
	struct door_conn *c = calloc(1, sizeof *c);
	struct err e;
	int one = 1;

	if (c == NULL || (c->watch = loop_watch(sim->loop, fd, POLLIN,
	    on_event, c, &e)) == NULL) {
		if (tls != NULL)
			gnutls_deinit(tls);
		(void)close(fd);
		free(c);
		return;
	}
	c->sim = sim;
	c->fd = fd;
	c->tls = tls;
	c->door = door;
	c->local = local;
	c->serve = serve;
	names(c);
	if ((c->next = sim->conns) != NULL)
		c->next->prev = &c->next;
	c->prev = &sim->conns;
	sim->conns = c;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	sim->counters[door].connections++;
	sim_log(sim, door, c->peer, "opened", tls != NULL ? "TLS" : "TCP",
	    NULL, 0);
	if (tls != NULL) {
		gnutls_transport_set_int(tls, fd);
		c->handshaking = true;
		loop_after(sim->loop, &c->linger_timer, HANDSHAKE_MS,
		    drop_later, c);
		return;
	}
	enter(c);
	serve(sim, c);
	poll_again(c);
	leave(c);
}

void
door_reset_all(struct sim *sim)
{
	const struct door_events *ev;
	struct door_conn *c;
	void *arg;

	while ((c = sim->conns) != NULL) {
		ev = c->ev;
		arg = c->arg;
		enter(c);
		drop(c);
		if (ev != NULL)
			ev->closed(arg);
		leave(c);
	}
}

/* Faults count bytes from here; what waited for one may go on. */
void
doors_faults_changed(struct sim *sim)
{
	struct door_conn *c;

	doors_filter(sim);
	for (c = sim->conns; c != NULL; c = c->next) {
		c->fault_base = c->sent;
		c->piece_ms = 0;
		if (c->handshaking)
			continue;
		wait_until(c, 0);
		if (c->tls != NULL)
			loop_after(sim->loop, &c->kick_timer, 0, kick, c);
		poll_again(c);
	}
}
