/* SPDX-License-Identifier: MIT */
/*
 * Which TCP ports of a machine take connections.  Each connection is closed
 * as soon as it is there and nothing is sent, so it leaves nothing behind.
 */
#ifndef WSAMT_REACH_H
#define WSAMT_REACH_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct loop;

/* In the order of what tells more; the best of all addresses counts. */
enum reach_how { REACH_SILENT, REACH_AWAY, REACH_REFUSED, REACH_OPEN };

struct reach {
	uint16_t port;
	enum reach_how how;
};

/* -1: the name has no address (ERR_NET), or ERR_LOCAL. */
int reach_ports(struct loop *l, const char *address, struct reach *ports,
    size_t n, int64_t limit_ms, struct err *e);

#endif
