/* SPDX-License-Identifier: MIT */
/*
 * From a machine to a verified connection: see dial.h.  Addresses are raced
 * (RFC 8305 in small): each gets a head start on the next.  WS-Man has two
 * ports; the second is tried beside the first when that one refuses or is
 * silent for 300 ms.  The first to connect wins, and only it gets a login.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/dial.h"
#include "lib/err.h"
#include "lib/known.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/resolve.h"
#include "lib/tls.h"

#define ADDRESSES_MAX 8
#define PORTS_MAX 2
#define HEAD_START_MS 250		/* RFC 8305, 5: connection attempt delay */
#define OTHER_PORT_MS 300
#define CONNECT_MS 10000
#define HANDSHAKE_MS 10000
#define PROBE_MS 1000			/* is the other kind of port open? */

static const uint16_t ports[2][2][PORTS_MAX] = {	/* [service][tls] */
	[DIAL_REDIRECTION] = { { 16994, 0 }, { 16995, 0 } },
	[DIAL_WSMAN] = { { 623, 16992 }, { 664, 16993 } },
};

struct attempt {
	struct dial *dial;
	const struct addrinfo *ai;
	uint16_t port;
	int fd;				/* -1: not begun, or over */
	int error;			/* errno of a failed one, 0: none yet */
	bool begun;
	struct loop_watch *watch;
	struct loop_timer start;
};

struct dial {
	struct loop *loop;
	const struct machine *m;
	enum dial_service service;
	dial_done_fn *done;
	void *arg;
	struct resolve *resolve;
	struct addrinfo *list;
	struct attempt tries[ADDRESSES_MAX * PORTS_MAX];
	size_t ntries;
	bool probing;			/* only to word the error: see probe() */
	struct err failure;
	struct loop_timer deadline;
	int64_t limit_ms;
	int fd;
	uint16_t port;
	struct tls *tls;
	struct loop_watch *watch;
};

static void
close_try(struct attempt *a)
{
	loop_cancel(&a->start);
	loop_unwatch(a->watch);
	a->watch = NULL;
	if (a->fd != -1)
		(void)close(a->fd);
	a->fd = -1;
}

static void
forget_tries(struct dial *d)
{
	size_t i;

	for (i = 0; i < d->ntries; i++)
		close_try(&d->tries[i]);
	d->ntries = 0;
}

void
dial_cancel(struct dial *d)
{
	if (d == NULL)
		return;
	resolve_cancel(d->resolve);
	forget_tries(d);
	loop_cancel(&d->deadline);
	loop_unwatch(d->watch);
	tls_free(d->tls);
	if (d->fd != -1)
		(void)close(d->fd);
	if (d->list != NULL)
		freeaddrinfo(d->list);
	free(d);
}

/* The end of every failure; d is gone afterwards. */
static void
fail(struct dial *d)
{
	dial_done_fn *done = d->done;
	struct err e = d->failure;
	void *arg = d->arg;

	dial_cancel(d);
	done(arg, NULL, &e);
}

static void
succeed(struct dial *d)
{
	dial_done_fn *done = d->done;
	void *arg = d->arg;
	struct conn *c;
	struct err e;

	loop_cancel(&d->deadline);
	loop_unwatch(d->watch);
	d->watch = NULL;
	c = conn_new(d->loop, d->fd, d->tls, d->m->name, &e);
	if (c != NULL) {
		d->fd = -1;
		d->tls = NULL;
		log_info("%s: connected to port %u, %s", d->m->name, d->port,
		    conn_describe(c));
	}
	dial_cancel(d);
	done(arg, c, &e);
}

static const char *
what(const struct dial *d)
{
	return d->service == DIAL_WSMAN ? "WS-Man" : "redirection";
}

/* ---- TLS -------------------------------------------------------------- */

static void
verify(struct dial *d)
{
	static const struct machine *warned_of;	/* once a run, not a connection */
	const struct machine *m = d->m;
	char *news = NULL;

	if (tls_verify(d->tls, &m->trust, &news, &d->failure) == -1) {
		(void)err_ctx(&d->failure, "%s port %u", m->name, d->port);
		fail(d);
		return;
	}
	if (news != NULL)
		log_warn("%s", news);
	free(news);
	if (m->trust.insecure && m != warned_of)
		log_warn("%s: --insecure: the machine's certificate is not "
		    "checked; whoever answers gets the login", m->name);
	warned_of = m;
	succeed(d);
}

static void
on_handshake(void *arg, short revents)
{
	struct dial *d = arg;

	(void)revents;
	switch (tls_handshake(d->tls, &d->failure)) {
	case CONN_OK:
		verify(d);
		return;
	case CONN_AGAIN:
		loop_set(d->watch, tls_wants_write(d->tls) ? POLLOUT : POLLIN);
		return;
	default:
		(void)err_ctx(&d->failure, "%s port %u", d->m->name, d->port);
		fail(d);
	}
}

static void
on_handshake_late(void *arg)
{
	struct dial *d = arg;

	(void)err_set(&d->failure, ERR_NET, "%s port %u: no TLS handshake "
	    "within %g s; is it a port without TLS?", d->m->name, d->port,
	    (double)d->limit_ms / 1000);
	fail(d);
}

static void
begin_tls(struct dial *d)
{
	struct err *e = &d->failure;

	d->limit_ms = d->m->timeout_ms >= 0 ? d->m->timeout_ms : HANDSHAKE_MS;
	if ((d->tls = tls_new(d->fd, &d->m->trust, e)) == NULL ||
	    (d->watch = loop_watch(d->loop, d->fd, POLLOUT, on_handshake, d,
	    e)) == NULL) {
		(void)err_ctx(e, "%s", d->m->name);
		fail(d);
		return;
	}
	loop_after(d->loop, &d->deadline, d->limit_ms, on_handshake_late, d);
}

/* ---- connecting ------------------------------------------------------- */

static void all_failed(struct dial *d);
static void begin_try(void *arg);

static void
connected(struct attempt *a)
{
	struct dial *d = a->dial;
	const int one = 1;

	d->fd = a->fd;
	d->port = a->port;
	a->fd = -1;
	forget_tries(d);
	loop_cancel(&d->deadline);
	if (d->probing) {
		(void)err_more(&d->failure, d->m->trust.tls ?
		    "; port %u, without TLS, is open: leave out the TLS "
		    "options, or give --plain, if that will do" : "; port %u, with TLS, is open: "
		    "give --tofu, --pin or -c", d->port);
		fail(d);
		return;
	}
	/* Small messages both ways: Nagle's algorithm costs 40 ms each. */
	(void)setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	(void)setsockopt(d->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	if (d->m->trust.tls)
		begin_tls(d);
	else
		succeed(d);
}

/* One is over: begin what waited for it; or was it the last? */
static void
try_failed(struct attempt *a, int error)
{
	struct dial *d = a->dial;
	struct attempt *other, *next = NULL;
	bool more = false;
	size_t i;

	close_try(a);
	a->error = error;
	log_debug("%s port %u: %s", d->m->name, a->port, strerror(error));
	for (i = 0; i < d->ntries; i++) {
		other = &d->tries[i];
		if (other->error == 0)
			more = true;
		if (!other->begun && next == NULL)
			next = other;
	}
	if (next != NULL)
		begin_try(next);
	else if (!more)
		all_failed(d);
}

static void
on_connect(void *arg, short revents)
{
	struct attempt *a = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)revents;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error == 0)
		connected(a);
	else
		try_failed(a, error);
}

static void
begin_try(void *arg)
{
	struct attempt *a = arg;
	struct sockaddr_storage ss;

	loop_cancel(&a->start);
	a->begun = true;
	memcpy(&ss, a->ai->ai_addr, a->ai->ai_addrlen);
	if (a->ai->ai_family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_port = htons(a->port);
	else
		((struct sockaddr_in *)&ss)->sin_port = htons(a->port);
	a->fd = socket(a->ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (a->fd == -1 || (connect(a->fd, (struct sockaddr *)&ss,
	    a->ai->ai_addrlen) == -1 && errno != EINPROGRESS)) {
		try_failed(a, errno);
		return;
	}
	a->watch = loop_watch(a->dial->loop, a->fd, POLLOUT, on_connect, a,
	    &a->dial->failure);
	if (a->watch == NULL)
		try_failed(a, ENOMEM);
}

static bool
usable(const struct addrinfo *ai)
{
	return (ai->ai_family == AF_INET || ai->ai_family == AF_INET6) &&
	    ai->ai_addrlen <= sizeof(struct sockaddr_storage);
}

/*
 * The addresses with the families in turn, the system's favourite first.
 */
static size_t
in_turn(const struct addrinfo *list, const struct addrinfo *out[ADDRESSES_MAX])
{
	const struct addrinfo *a = list, *b = list;
	int family;
	size_t n = 0;

	while (a != NULL && !usable(a))
		a = a->ai_next;
	if (a == NULL)
		return 0;
	family = a->ai_family;
	while (n < ADDRESSES_MAX && (a != NULL || b != NULL)) {
		while (a != NULL && (!usable(a) || a->ai_family != family))
			a = a->ai_next;
		if (a != NULL && n < ADDRESSES_MAX) {
			out[n++] = a;
			a = a->ai_next;
		}
		while (b != NULL && (!usable(b) || b->ai_family == family))
			b = b->ai_next;
		if (b != NULL && n < ADDRESSES_MAX) {
			out[n++] = b;
			b = b->ai_next;
		}
	}
	return n;
}

/*
 * Lay out all attempts: every address on the first port, each with a head
 * start, then the same on the second.
 */
static void
lay_out(struct dial *d, const uint16_t want[PORTS_MAX])
{
	const struct addrinfo *order[ADDRESSES_MAX];
	size_t i, p, n = in_turn(d->list, order);
	struct attempt *a;

	for (p = 0; p < PORTS_MAX && want[p] != 0; p++)
		for (i = 0; i < n; i++) {
			a = &d->tries[d->ntries++];
			memset(a, 0, sizeof *a);
			a->dial = d;
			a->ai = order[i];
			a->port = want[p];
			a->fd = -1;
			loop_after(d->loop, &a->start, (int64_t)(
			    p * OTHER_PORT_MS + i * HEAD_START_MS), begin_try,
			    a);
		}
}

static void
on_connect_late(void *arg)
{
	struct dial *d = arg;
	size_t i;

	if (d->probing) {
		fail(d);
		return;
	}
	for (i = 0; i < d->ntries; i++)
		if (d->tries[i].error == 0)
			d->tries[i].error = ETIMEDOUT;
	all_failed(d);
}

static void
wanted_ports(const struct dial *d, bool tls, uint16_t want[PORTS_MAX])
{
	memcpy(want, ports[d->service][tls], sizeof ports[0][0]);
	if (d->m->port != 0) {
		want[0] = d->m->port;
		want[1] = 0;
	}
}

/*
 * The port wanted is closed.  Is the one of the other kind open?  Nothing is
 * sent there: it only makes the error say what to do.
 */
static bool
probe(struct dial *d)
{
	uint16_t want[PORTS_MAX];

	if (d->probing || d->m->port != 0)
		return false;
	forget_tries(d);
	d->probing = true;
	wanted_ports(d, !d->m->trust.tls, want);
	lay_out(d, want);
	loop_after(d->loop, &d->deadline, PROBE_MS, on_connect_late, d);
	return d->ntries > 0;
}

static void
all_failed(struct dial *d)
{
	char which[32];
	uint16_t want[PORTS_MAX];
	int error = 0;
	size_t i;

	if (d->probing) {
		fail(d);
		return;
	}
	/* A refusal tells more than silence, and silence more than no route. */
	for (i = 0; i < d->ntries; i++)
		if (error == 0 || d->tries[i].error == ECONNREFUSED ||
		    (d->tries[i].error == ETIMEDOUT && error != ECONNREFUSED))
			error = d->tries[i].error;
	wanted_ports(d, d->m->trust.tls, want);
	(void)snprintf(which, sizeof which, want[1] != 0 ?
	    "ports %u and %u" : "port %u", want[0], want[1]);
	if (error == ETIMEDOUT)
		(void)err_set(&d->failure, ERR_NET, "%s %s: no answer within "
		    "%g s (%s)", d->m->name, which,
		    (double)d->limit_ms / 1000, what(d));
	else if (error == ECONNREFUSED && d->service == DIAL_REDIRECTION)
		(void)err_set(&d->failure, ERR_NET, "%s %s: connection "
		    "refused; is redirection on? \"wsamt -h %s redirport\" "
		    "tells", d->m->name, which, d->m->name);
	else
		(void)err_set(&d->failure, ERR_NET, "%s %s: %s (%s)",
		    d->m->name, which, strerror(error), what(d));
	if (error != ECONNREFUSED || !probe(d))
		fail(d);
}

static void
on_resolved(void *arg, struct addrinfo *list, const struct err *e)
{
	struct dial *d = arg;
	uint16_t want[PORTS_MAX];

	d->resolve = NULL;
	d->list = list;
	if (list == NULL) {
		d->failure = *e;
		fail(d);
		return;
	}
	wanted_ports(d, d->m->trust.tls, want);
	lay_out(d, want);
	if (d->ntries == 0) {
		(void)err_set(&d->failure, ERR_NET, "%s: no usable address",
		    d->m->name);
		fail(d);
	}
}

static void
on_late(void *arg)
{
	struct dial *d = arg;

	if (d->ntries > 0) {
		on_connect_late(d);
		return;
	}
	(void)err_set(&d->failure, ERR_NET, "%s: the name was not resolved within "
	    "%g s", d->m->name, (double)d->limit_ms / 1000);
	fail(d);
}

/* Does the block name it, or its address? */
static bool
is_about(const struct conf_block *b, const char *name)
{
	const struct conf_value *address = b->value[CONF_ADDRESS];
	size_t i;

	for (i = 0; b->names[i] != NULL; i++)
		if (strcasecmp(b->names[i], name) == 0)
			return true;
	return address != NULL && strcasecmp(address->text, name) == 0;
}

static int
known_by_block(const struct conf_block *b, struct known *k, struct err *e)
{
	size_t i;
	int rc = b->value[CONF_ADDRESS] == NULL ? 0 :
	    known_find(k, b->value[CONF_ADDRESS]->text, e);

	for (i = 0; b->names[i] != NULL && rc == 0; i++)
		rc = known_find(k, b->names[i], e);
	return rc;
}

/* A machine that is called by an address of a block that asks for TLS. */
static int
refuse_plain_alias(const struct machine *m, const struct conf_block *b,
    struct err *e)
{
	const char *why;

	if (conf_host(&m->conf, m->name) != NULL ||
	    machine_block_tls(b, &why) != 1)
		return 0;
	return err_set(e, ERR_TRUST, "%s is %s of %s:%d, known by TLS, and is "
	    "not spoken to in plain: call it %s, or give --plain if it is to "
	    "be", m->name, b->names[0], m->conf.path, b->line, b->names[0]);
}

/* Known by TLS under any of its names: never plain without --plain. */
static int
refuse_plain(const struct machine *m, struct err *e)
{
	const char *names[2] = { m->name, m->address };
	const struct conf_block *b;
	struct known k;
	size_t i;
	int rc = 0;

	if (m->trust.tls || m->trust.plain)
		return 0;
	for (i = 0; i < 2 && rc == 0; i++)
		rc = known_find(&k, names[i], e);
	for (b = m->conf.blocks; b != NULL && rc == 0; b = b->next)
		if (b->names != NULL && (is_about(b, m->name) ||
		    is_about(b, m->address)) &&
		    (rc = known_by_block(b, &k, e)) == 0)
			rc = refuse_plain_alias(m, b, e);
	if (rc == 1)
		return err_set(e, ERR_TRUST, "%s is known by TLS (%s) and is "
		    "not spoken to in plain: give --tofu, or --plain if it is "
		    "to be", m->name, k.where);
	return rc;
}

struct dial *
dial_start(struct loop *l, const struct machine *m, enum dial_service service,
    dial_done_fn *done, void *arg, struct err *e)
{
	struct dial *d;

	if (refuse_plain(m, e) == -1)
		return NULL;
	if ((d = calloc(1, sizeof *d)) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", m->name);
		return NULL;
	}
	d->loop = l;
	d->m = m;
	d->service = service;
	d->done = done;
	d->arg = arg;
	d->fd = -1;
	d->limit_ms = m->timeout_ms >= 0 ? m->timeout_ms : CONNECT_MS;
	loop_after(l, &d->deadline, d->limit_ms, on_late, d);
	if ((d->resolve = resolve_start(l, m->address, NULL, AF_UNSPEC,
	    on_resolved, d, e)) == NULL) {
		(void)err_ctx(e, "%s", m->name);
		dial_cancel(d);
		return NULL;
	}
	return d;
}
