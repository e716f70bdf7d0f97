/* SPDX-License-Identifier: MIT */
/*
 * One socket a family for the echoes of all hosts: a ping socket where
 * net.ipv4.ping_group_range lets us, else a raw one where we have
 * CAP_NET_RAW.
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
	enum icmp_form form;
	uint16_t id;			/* identifier of our echoes */
};

/* ERR_LOCAL when neither kind is permitted, saying what to set. */
int sock_open(struct sock *s, bool v6, struct err *e);
void sock_close(struct sock *s);
/*
 * Give up CAP_NET_RAW, which was only for sock_open(): before the first byte
 * of a stranger is read, and before any thread.
 */
int sock_drop_privilege(struct err *e);

/* 0, or -1 with errno: it did not leave this machine. */
int sock_send(const struct sock *s, const struct addr *to,
    const struct icmp_echo *m);
/*
 * 1: a reply to a request of this socket, from *from; 0: something else was
 * there; -1: nothing more to read now.
 */
int sock_receive(const struct sock *s, struct addr *from,
    struct icmp_echo *m);

/* false for another family */
bool addr_from(struct addr *a, const struct sockaddr *sa);
socklen_t addr_to(union sockaddr_any *any, const struct addr *a,
    uint16_t port);
#define ADDR_TEXT_MAX 64
const char *addr_text(const struct addr *a, char out[ADDR_TEXT_MAX]);

#endif
