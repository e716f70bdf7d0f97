/* SPDX-License-Identifier: MIT */
/*
 * The presence ping: see presence.h.  Sent three times, for datagrams get
 * lost; the first pong whose tag is one of ours counts.
 */
#include <sys/random.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include "lib/loop.h"
#include "lib/resolve.h"
#include "wsamt/presence.h"
#include "wsamt/wsamt.h"

#define ADDRESSES_MAX 4
#define ROUNDS 3
#define PACKET_MAX 256

struct asked;

struct ear {
	struct asked *asked;
	int fd;
	struct loop_watch *watch;
};

struct asked {
	struct addrinfo *list;
	struct resolve *resolve;
	struct ear ears[ADDRESSES_MAX];
	size_t n;
	uint64_t cookie;
	uint32_t sent;
	struct rmcp_pong pong;
	bool heard, done;
};

static void
on_packet(void *arg, short revents)
{
	struct ear *ear = arg;
	struct asked *a = ear->asked;
	uint8_t packet[PACKET_MAX];
	struct rmcp_pong pong;
	ssize_t n;

	(void)revents;
	n = recv(ear->fd, packet, sizeof packet, MSG_DONTWAIT);
	if (n > 0 && rmcp_pong(packet, (size_t)n, &pong) &&
	    rmcp_round(pong.tag, a->cookie, a->sent) != 0) {
		a->pong = pong;
		a->heard = a->done = true;
	}
}

static void
on_resolved(void *arg, struct addrinfo *list, const struct err *e)
{
	struct asked *a = arg;

	(void)e;
	a->resolve = NULL;
	a->list = list;
	a->done = true;
}

/* A socket for each address; one that cannot be had is left out. */
static void
listen_to(struct loop *l, struct asked *a)
{
	const struct addrinfo *ai;
	struct ear *ear;
	struct err e;

	for (ai = a->list; ai != NULL && a->n < ADDRESSES_MAX;
	    ai = ai->ai_next) {
		ear = &a->ears[a->n++];
		ear->asked = a;
		ear->fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
		if (ear->fd != -1 && connect(ear->fd, ai->ai_addr,
		    ai->ai_addrlen) == 0)
			ear->watch = loop_watch(l, ear->fd, POLLIN, on_packet,
			    ear, &e);
	}
}

static void
send_all(struct asked *a)
{
	uint8_t ping[RMCP_PING_LEN];
	size_t i;

	rmcp_ping(ping, a->cookie, ++a->sent);
	for (i = 0; i < a->n; i++)
		if (a->ears[i].watch != NULL)	/* a refusal is no answer */
			(void)send(a->ears[i].fd, ping, sizeof ping,
			    MSG_NOSIGNAL);
}

int
presence_ask(struct loop *l, const char *address, int64_t limit_ms,
    struct rmcp_pong *pong, struct err *e)
{
	struct asked a = { .sent = 0 };
	int rc = -1;
	size_t i;

	if (getrandom(&a.cookie, sizeof a.cookie, 0) != sizeof a.cookie) {
		(void)err_sys(e, ERR_LOCAL, "drawing a number");
		return -1;
	}
	if ((a.resolve = resolve_start(l, address, "623", AF_UNSPEC,
	    on_resolved, &a, e)) == NULL ||
	    wsamt_until(l, &a.done, limit_ms, e) == -1)
		goto out;
	listen_to(l, &a);
	for (rc = 0, i = 0; rc == 0 && !a.heard && i < ROUNDS; i++) {
		send_all(&a);
		a.done = false;
		rc = wsamt_until(l, &a.done, limit_ms / ROUNDS, e);
	}
	if (rc == 0 && a.heard) {
		*pong = a.pong;
		rc = 1;
	}
 out:
	resolve_cancel(a.resolve);
	for (i = 0; i < a.n; i++) {
		loop_unwatch(a.ears[i].watch);
		if (a.ears[i].fd != -1)
			(void)close(a.ears[i].fd);
	}
	if (a.list != NULL)
		freeaddrinfo(a.list);
	return rc;
}
