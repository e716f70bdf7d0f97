/* SPDX-License-Identifier: MIT */
/* A byte stream on the loop, plain or TLS: see conn.h. */
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conn.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "lib/tls.h"

struct conn {
	struct loop *loop;
	int fd;
	struct tls *tls;		/* NULL: plain */
	char *peer;
	struct loop_watch *watch;
	struct loop_timer pending;	/* TLS has bytes that poll() cannot see */
	bool want_read, want_write;
	bool read_needs_write;		/* TLS: reading waits for the socket to drain */
	void (*ready)(void *arg);
	void *arg;
};

static void
on_ready(void *arg, short revents)
{
	struct conn *c = arg;

	(void)revents;
	if (c->ready != NULL && (c->want_read || c->want_write))
		c->ready(c->arg);
}

struct conn *
conn_new(struct loop *l, int fd, struct tls *tls, const char *peer,
    struct err *e)
{
	struct conn *c = calloc(1, sizeof *c);

	if (c == NULL || (c->peer = strdup(peer)) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", peer);
		free(c);
		return NULL;
	}
	c->loop = l;
	c->watch = loop_watch(l, fd, LOOP_NOTHING, on_ready, c, e);
	if (c->watch == NULL) {
		free(c->peer);
		free(c);
		return NULL;
	}
	c->fd = fd;
	c->tls = tls;
	return c;
}

void
conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	loop_cancel(&c->pending);
	loop_unwatch(c->watch);
	if (c->tls != NULL)
		tls_bye(c->tls);
	tls_free(c->tls);
	(void)close(c->fd);
	free(c->peer);
	free(c);
}

static void
on_pending(void *arg)
{
	on_ready(arg, 0);
}

/* Poll for what the user and TLS want. */
static void
arm(struct conn *c)
{
	short events = 0;

	if (c->want_read)
		events |= POLLIN;
	if (c->want_write || (c->want_read && c->read_needs_write))
		events |= POLLOUT;
	loop_set(c->watch, events != 0 ? events : LOOP_NOTHING);
	loop_cancel(&c->pending);
	if (c->want_read && c->tls != NULL && tls_pending(c->tls))
		loop_after(c->loop, &c->pending, 0, on_pending, c);
}

void
conn_want(struct conn *c, bool read, bool write, void (*ready)(void *arg),
    void *arg)
{
	c->want_read = read;
	c->want_write = write;
	c->ready = ready;
	c->arg = arg;
	arm(c);
}

static enum conn_result
plain_read(struct conn *c, void *p, size_t size, size_t *got, struct err *e)
{
	ssize_t n;

	do {
		n = recv(c->fd, p, size, 0);
	} while (n == -1 && errno == EINTR);
	if (n > 0) {
		*got = (size_t)n;
		return CONN_OK;
	}
	if (n == 0)
		return CONN_EOF;
	if (errno == EAGAIN)
		return CONN_AGAIN;
	(void)err_sys(e, ERR_NET, "connection lost");
	return CONN_ERROR;
}

int
conn_read(struct conn *c, void *p, size_t size, size_t *got, struct err *e)
{
	enum conn_result rc = c->tls != NULL ?
	    tls_read(c->tls, p, size, got, e) : plain_read(c, p, size, got, e);

	c->read_needs_write = rc == CONN_AGAIN && c->tls != NULL &&
	    tls_wants_write(c->tls);
	/* Level-triggered: TLS may hold more than this call took. */
	if (rc == CONN_OK)
		arm(c);
	if (rc == CONN_ERROR)
		(void)err_ctx(e, "%s", c->peer);
	return rc;
}

static enum conn_result
plain_write(struct conn *c, const void *p, size_t n, size_t *put,
    struct err *e)
{
	ssize_t done;

	do {
		done = send(c->fd, p, n, MSG_NOSIGNAL);
	} while (done == -1 && errno == EINTR);
	if (done >= 0) {
		*put = (size_t)done;
		return CONN_OK;
	}
	if (errno == EAGAIN)
		return CONN_AGAIN;
	(void)err_sys(e, ERR_NET, "connection lost");
	return CONN_ERROR;
}

int
conn_write(struct conn *c, const void *p, size_t n, size_t *put,
    struct err *e)
{
	enum conn_result rc = c->tls != NULL ?
	    tls_write(c->tls, p, n, put, e) : plain_write(c, p, n, put, e);

	if (rc == CONN_ERROR)
		(void)err_ctx(e, "%s", c->peer);
	return rc;
}

uint16_t
conn_port(const struct conn *c)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof a;

	if (getpeername(c->fd, (struct sockaddr *)&a, &size) == -1)
		return 0;
	if (a.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&a)->sin_port);
	return a.ss_family == AF_INET6 ?
	    ntohs(((struct sockaddr_in6 *)&a)->sin6_port) : 0;
}

const char *
conn_peer(const struct conn *c)
{
	return c->peer;
}

const char *
conn_describe(const struct conn *c)
{
	return c->tls != NULL ? tls_describe(c->tls) : "plain, not encrypted";
}

bool
conn_is_tls(const struct conn *c)
{
	return c->tls != NULL;
}
