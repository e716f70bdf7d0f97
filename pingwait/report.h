/* SPDX-License-Identifier: MIT */
/* What is printed of a host that is met: a line of columns or of JSON. */
#ifndef PINGWAIT_REPORT_H
#define PINGWAIT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/rmcp.h"
#include "pingwait/probe.h"

struct buf;
struct err;
struct means;

/* Numbers of probe.h's ways to ask an address. */
enum way { WAY_ECHO, WAY_PONG, WAY_PORT };	/* ports: from this one up */

struct answer {
	unsigned way;
	struct addr from;
	int ttl;			/* WAY_ECHO; -1: not told */
	uint16_t port;			/* WAY_PORT */
	struct rmcp_pong pong;		/* WAY_PONG */
};

struct report {
	const char *host;
	int64_t ms;			/* since the start */
	const struct answer *answer;	/* NULL: it is down */
};

int report_columns(struct buf *out, const struct report *r,
    const struct means *means, struct err *e);
int report_json(struct buf *out, const struct report *r, struct err *e);

#endif
