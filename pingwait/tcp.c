/* SPDX-License-Identifier: MIT */
/* Attempts at TCP connections: see tcp.h. */
#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/loop.h"
#include "pingwait/sock.h"
#include "pingwait/tcp.h"

/*
 * On one's own machine a port nobody listens on may be chosen as our own end
 * of the connection to it: TCP then connects the socket to itself.
 */
static bool
to_itself(int fd)
{
	struct sockaddr_storage here, there;
	socklen_t nhere = sizeof here, nthere = sizeof there;

	return getsockname(fd, (struct sockaddr *)&here, &nhere) == 0 &&
	    getpeername(fd, (struct sockaddr *)&there, &nthere) == 0 &&
	    nhere == nthere && memcmp(&here, &there, nhere) == 0;
}

static void
on_connect(void *arg, short revents)
{
	struct tcp_try *t = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)revents;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error == 0 && to_itself(t->fd))
		error = ECONNREFUSED;
	tcp_stop(t);
	t->fn(t->arg, t, error);
}

void
tcp_stop(struct tcp_try *t)
{
	if (t->watch == NULL)
		return;
	loop_unwatch(t->watch);
	t->watch = NULL;
	(void)close(t->fd);
}

int
tcp_start(struct tcp_try *t, struct loop *l, const struct addr *to,
    uint16_t port, uint32_t round, int64_t now_ms, int64_t patience_ms,
    tcp_fn *fn, void *arg)
{
	union sockaddr_any any;
	socklen_t len = addr_to(&any, to, port);
	struct err e;

	if (t->watch != NULL && addr_same(&t->to, to) && now_ms < t->until_ms)
		return 0;
	tcp_stop(t);
	t->to = *to;
	t->port = port;
	t->round = round;
	t->until_ms = now_ms + patience_ms;
	t->fn = fn;
	t->arg = arg;
	t->fd = socket(any.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (t->fd == -1)
		return -1;
	if ((connect(t->fd, &any.sa, len) == 0 || errno == EINPROGRESS) &&
	    (t->watch = loop_watch(l, t->fd, POLLOUT, on_connect, t,
	    &e)) != NULL)
		return 0;
	(void)close(t->fd);
	return -1;
}

void
tcp_more_descriptors(struct rlimit *old)
{
	struct rlimit more;

	(void)getrlimit(RLIMIT_NOFILE, old);	/* cannot fail */
	more = *old;
	more.rlim_cur = more.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &more);	/* or what we have will do */
}
