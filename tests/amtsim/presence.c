/* SPDX-License-Identifier: MIT */
/*
 * RMCP presence ping on UDP 623: who is there, is it AMT, which version,
 * which WS-Man port.  ASF presence ping and pong as firmware fills them.
 * Nothing else is answered, for AMT is no IPMI device.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "door.h"

#define SOCKETS 2

struct presence {
	struct sim *sim;
	struct presence_socket { struct presence *p; int fd;
	    struct loop_watch *watch; } sockets[SOCKETS];
};

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Pong: RMCP and ASF header as in the ping, then 16 bytes. */
static void
pong(const struct sim *sim, const uint8_t *ping, uint8_t out[28])
{
	const struct profile *p = sim->model.profile;
	const struct tls_side *t = &sim->model.tls[SIDE_NETWORK];
	bool plain = p->plain_ports && (!t->enabled || t->accept_plain);

	memset(out, 0, 28);
	memcpy(out, ping, 12);
	out[8] = 0x40;
	out[11] = 16;
	put16(out + 14, 0x0157);	/* Intel's enterprise number */
	put16(out + 16, plain ? 16992 : 16993);
	if (p->firmware_major <= 15) {
		out[18] = (uint8_t)(p->firmware_major << 4 |
		    p->firmware_minor);
	} else {
		out[22] = p->firmware_major;
		out[23] = p->firmware_minor;
	}
	out[19] = sim->model.provisioned ? 2 : 0;	/* set up? */
	if (plain && t->enabled)
		out[19] |= 4;		/* both ports open */
	out[20] = 0x01;			/* ASF 1.0, no IPMI */
	out[21] = 0x20;			/* DASH */
}

static bool
is_ping(const uint8_t *m, ssize_t n)
{
	static const uint8_t asf[] = { 0, 0, 0x11, 0xbe, 0x80 };

	return n >= 12 && m[0] == 6 && m[3] == 6 &&
	    memcmp(m + 4, asf, sizeof asf) == 0;
}

static void
on_packet(void *arg, short revents)
{
	struct presence_socket *s = arg;
	struct sim *sim = s->p->sim;
	struct sockaddr_storage from;
	char control[128], peer[64];
	uint8_t m[64], answer[28];
	struct iovec iov = { m, sizeof m };
	struct msghdr h = { .msg_name = &from, .msg_namelen = sizeof from,
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
	    .msg_controllen = sizeof control };
	ssize_t n;

	(void)revents;
	memset(&from, 0, sizeof from);
	if ((n = recvmsg(s->fd, &h, 0)) == -1)
		return;
	door_text(&from, peer, sizeof peer);
	sim->counters[DOOR_PRESENCE].messages_in++;
	sim->counters[DOOR_PRESENCE].bytes_in += (unsigned)n;
	sim_log(sim, DOOR_PRESENCE, peer, "in", "datagram", m, (size_t)n);
	if (!is_ping(m, n) || !sim->model.rmcp_ping || !sim->model.plugged ||
	    !model_link(&sim->model) ||
	    !sim->model.network_enabled)
		return;
	pong(sim, m, answer);
	iov = (struct iovec){ answer, sizeof answer };
	/* The control data names the address it came to: answer from there. */
	if (sendmsg(s->fd, &h, 0) == -1)
		return;
	sim->counters[DOOR_PRESENCE].messages_out++;
	sim->counters[DOOR_PRESENCE].bytes_out += sizeof answer;
	sim_log(sim, DOOR_PRESENCE, peer, "out", "pong", answer,
	    sizeof answer);
}

static int
open_socket(struct presence_socket *s, bool v6, struct err *e)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
	    .sin6_port = htons(623) };
	struct sockaddr_in a4 = { .sin_family = AF_INET,
	    .sin_port = htons(623) };
	int one = 1;

	if ((s->fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM |
	    SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) == -1)
		return v6 ? 0 : err_sys(e, ERR_LOCAL, "UDP port 623");
	if (v6) {
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof one);
		(void)setsockopt(s->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one,
		    sizeof one);
	} else
		(void)setsockopt(s->fd, IPPROTO_IP, IP_PKTINFO, &one,
		    sizeof one);
	if (bind(s->fd, v6 ? (struct sockaddr *)&a6 :
	    (struct sockaddr *)&a4, v6 ? sizeof a6 : sizeof a4) == -1) {
		(void)close(s->fd);
		s->fd = -1;
		return v6 || errno == EACCES ? 0 :
		    err_sys(e, ERR_LOCAL, "UDP port 623");
	}
	s->watch = loop_watch(s->p->sim->loop, s->fd, POLLIN, on_packet, s,
	    e);
	return s->watch != NULL ? 0 : -1;
}

/*
 * Only where all addresses are ours: bound to chosen ones, several
 * simulated machines may share a system, and port 623 with it.
 */
int
presence_start(struct sim *sim, struct err *e)
{
	struct presence *p;
	int i;

	if (sim->naddresses > 0)
		return 0;
	if ((p = calloc(1, sizeof *p)) == NULL)
		return err_sys(e, ERR_LOCAL, "presence ping");
	p->sim = sim;
	for (i = 0; i < SOCKETS; i++)
		p->sockets[i] = (struct presence_socket){ .p = p, .fd = -1 };
	sim->presence = p;
	for (i = 0; i < SOCKETS; i++)
		if (open_socket(&p->sockets[i], i == 1, e) == -1)
			return -1;
	return 0;
}

void
presence_stop(struct sim *sim)
{
	int i;

	if (sim->presence == NULL)
		return;
	for (i = 0; i < SOCKETS; i++) {
		loop_unwatch(sim->presence->sockets[i].watch);
		if (sim->presence->sockets[i].fd != -1)
			(void)close(sim->presence->sockets[i].fd);
	}
	free(sim->presence);
	sim->presence = NULL;
}
