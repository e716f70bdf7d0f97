/* SPDX-License-Identifier: MIT */
/*
 * Waiting for hosts: names, sockets and time around the state machines of
 * probe.h, in one loop.
 */
#ifndef PINGWAIT_WAIT_H
#define PINGWAIT_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pingwait/probe.h"

struct err;

#define MEANS_PORTS 2

/* How to ask a host, and what is an answer. */
struct means {
	bool echo;
	int ttl_min, ttl_max;		/* of an echo reply that counts */
	bool rmcp;			/* presence ping */
	bool amt_only;			/* a pong of anything else does not count */
	uint16_t ports[MEANS_PORTS];	/* TCP; 0: none */
	bool refusal;			/* by a port is an answer, too */
	bool optional;			/* without an echo socket the rest will do */
	bool tells_pong, tells_sign;	/* more columns: see the page */
	char how[32];			/* "did not answer" + how */
};
extern const struct means means_echo, means_os, means_rmcp, means_amt;

struct wait_options {
	struct probe_rules rules;
	struct means means;
	int64_t timeout_ms;		/* 0: for ever */
	int64_t delay_ms;		/* before the first probe */
	int family;			/* AF_UNSPEC: both */
	bool any;			/* one host is enough */
	bool json;
	bool quiet;			/* nothing on standard output */
	bool notice;			/* say what lasts long */
};

struct wait_target {
	char *name;			/* as people call it */
	const char *address;		/* what to look up */
	bool met;			/* at the end */
};

/*
 * Wait until all (or any) of the n hosts meet the condition, printing a line
 * for each.  -1: ERR_NO when time is up, ERR_USAGE for an address of the
 * wrong family, ERR_LOCAL.
 */
int wait_for_hosts(const struct wait_options *o, struct wait_target *targets,
    size_t n, struct err *e);

#endif
