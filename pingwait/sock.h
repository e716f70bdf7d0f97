/* SPDX-License-Identifier: MIT */
/*
 * Datagram sockets, one a family for all hosts: of ICMP echo, a ping socket
 * where net.ipv4.ping_group_range lets us, else a raw one where we have
 * CAP_NET_RAW; or of UDP.  What is in the datagrams is icmp.h and rmcp.h.
 */
#ifndef PINGWAIT_SOCK_H
#define PINGWAIT_SOCK_H

#include <sys/socket.h>

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "pingwait/icmp.h"
#include "pingwait/probe.h"

struct err;

union sockaddr_any {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct sock {
	int fd;				/* -1: not open */
	bool v6;
	uint16_t port;			/* UDP: where to */
	enum icmp_form form;		/* echo: of what is received */
	uint16_t id;			/* echo: identifier of ours */
};

/* ERR_LOCAL when neither kind is permitted, saying what to set. */
int sock_open_echo(struct sock *s, bool v6, struct err *e);
int sock_open_udp(struct sock *s, bool v6, uint16_t port, struct err *e);
void sock_close(struct sock *s);
/*
 * Give up CAP_NET_RAW, which was only for sock_open_echo(): before the first
 * byte of a stranger is read, and before any thread.
 */
int sock_drop_privilege(struct err *e);

/* 0, or -1 with errno: it did not leave this machine. */
int sock_send(const struct sock *s, const struct addr *to, const void *p,
    size_t n);

#define PACKET_MAX 256			/* a reply of ours with any IP header */
struct packet {
	struct addr from;
	int ttl;			/* as it arrived; -1: not told */
	size_t n;
	uint8_t data[PACKET_MAX];
};
/* 1; 0: something too long for us; -1: nothing more to read now. */
int sock_receive(const struct sock *s, struct packet *p);

/* What the network says of a datagram of ours: an ICMP error. */
struct trouble {
	struct addr to;
	struct addr by;			/* who says it */
	bool known_by;
	int error;			/* errno */
};
int sock_trouble(const struct sock *s, struct trouble *t);	/* 1, 0, -1 */

/* false for another family */
bool addr_from(struct addr *a, const struct sockaddr *sa);
socklen_t addr_to(union sockaddr_any *any, const struct addr *a,
    uint16_t port);
#define ADDR_TEXT_MAX 64
const char *addr_text(const struct addr *a, char out[ADDR_TEXT_MAX]);

#endif
