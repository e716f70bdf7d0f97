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

struct wait_options {
	struct probe_rules rules;
	int64_t timeout_ms;		/* 0: for ever */
	int64_t delay_ms;		/* before the first probe */
	int family;			/* AF_UNSPEC: both */
	bool any;			/* one host is enough */
	uint16_t port;			/* TCP connections, not echoes; 0: echoes */
	bool quiet;			/* nothing on standard output */
	bool notice;			/* say what lasts long */
};

struct wait_target {
	char *name;			/* as people call it */
	const char *address;		/* what to look up */
};

/*
 * Wait until all (or any) of the n hosts meet the condition, printing
 * "host<TAB>up<TAB>seconds" for each.  -1: ERR_NO when time is up, ERR_USAGE
 * for an address of the wrong family, ERR_LOCAL.
 */
int wait_for_hosts(const struct wait_options *o,
    const struct wait_target *targets, size_t n, struct err *e);

#endif
