/* SPDX-License-Identifier: MIT */
/* Which TCP ports take connections: see reach.h. */
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/loop.h"
#include "lib/resolve.h"
#include "wsamt/reach.h"
#include "wsamt/wsamt.h"

#define ADDRESSES_MAX 4
#define RESOLVE_MS 10000
#define PORTS_MAX 8

struct scan;

struct knock {
	struct scan *scan;
	struct reach *port;
	int fd;
	struct loop_watch *watch;
};

struct scan {
	struct loop *loop;
	struct addrinfo *list;
	struct resolve *resolve;
	struct knock knocks[ADDRESSES_MAX * PORTS_MAX];
	size_t nknocks, left;
	bool done;
	int lack;			/* errno, of what is ours */
	struct err failure;		/* of the name */
};

static void
end_knock(struct knock *k)
{
	loop_unwatch(k->watch);
	k->watch = NULL;
	if (k->fd != -1)
		(void)close(k->fd);
	k->fd = -1;
}

static void
answered(struct knock *k, int error)
{
	enum reach_how how = error == 0 ? REACH_OPEN :
	    error == ECONNREFUSED ? REACH_REFUSED :
	    error == ETIMEDOUT ? REACH_SILENT : REACH_AWAY;

	end_knock(k);
	if (how > k->port->how)
		k->port->how = how;
	if (--k->scan->left == 0)
		k->scan->done = true;
}

static void
on_connect(void *arg, short revents)
{
	struct knock *k = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	(void)revents;
	if (getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	answered(k, error);
}

static void
knock(struct scan *s, const struct addrinfo *ai, struct reach *port)
{
	struct knock *k = &s->knocks[s->nknocks++];
	struct sockaddr_storage ss;
	struct err e;

	*k = (struct knock){ .scan = s, .port = port };
	memcpy(&ss, ai->ai_addr, ai->ai_addrlen);
	if (ai->ai_family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_port = htons(port->port);
	else
		((struct sockaddr_in *)&ss)->sin_port = htons(port->port);
	k->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (k->fd == -1 && (errno == EMFILE || errno == ENFILE ||
	    errno == ENOBUFS || errno == ENOMEM))
		s->lack = errno;
	if (k->fd == -1 || (connect(k->fd, (struct sockaddr *)&ss,
	    ai->ai_addrlen) == -1 && errno != EINPROGRESS))
		answered(k, errno);
	else if ((k->watch = loop_watch(s->loop, k->fd, POLLOUT, on_connect,
	    k, &e)) == NULL)
		answered(k, ENOMEM);
}

static void
on_resolved(void *arg, struct addrinfo *list, const struct err *e)
{
	struct scan *s = arg;

	s->resolve = NULL;
	s->list = list;
	if (list == NULL)
		s->failure = *e;
	s->done = true;
}

static int
find_addresses(struct scan *s, const char *address, int64_t limit_ms,
    struct err *e)
{
	if ((s->resolve = resolve_start(s->loop, address, NULL, AF_UNSPEC,
	    on_resolved, s, e)) == NULL ||
	    wsamt_until(s->loop, &s->done, limit_ms, e) == -1)
		return -1;
	if (s->list != NULL)
		return 0;
	if (s->resolve != NULL)
		return err_set(e, ERR_NET, "%s: the name server does not "
		    "answer", address);
	*e = s->failure;
	return -1;
}

int
reach_ports(struct loop *l, const char *address, struct reach *ports,
    size_t n, int64_t limit_ms, struct err *e)
{
	struct scan s = { .loop = l };
	const struct addrinfo *ai;
	size_t i, addresses = 0;
	int rc = -1;

	for (i = 0; i < n; i++)
		ports[i].how = REACH_SILENT;
	if (find_addresses(&s, address, RESOLVE_MS, e) == -1)
		goto out;
	s.done = false;
	for (ai = s.list; ai != NULL && addresses < ADDRESSES_MAX;
	    ai = ai->ai_next, addresses++)
		s.left += n;
	addresses = 0;
	for (ai = s.list; ai != NULL && addresses < ADDRESSES_MAX;
	    ai = ai->ai_next, addresses++)
		for (i = 0; i < n && i < PORTS_MAX; i++)
			knock(&s, ai, &ports[i]);
	rc = wsamt_until(l, &s.done, limit_ms, e);
	if (rc == 0 && (errno = s.lack) != 0)
		rc = err_sys(e, ERR_LOCAL, "knocking at ports of %s (fewer "
		    "machines at once: -j)", address);
 out:
	resolve_cancel(s.resolve);
	for (i = 0; i < s.nknocks; i++)
		end_knock(&s.knocks[i]);
	if (s.list != NULL)
		freeaddrinfo(s.list);
	return rc;
}
