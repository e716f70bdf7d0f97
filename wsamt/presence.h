/* SPDX-License-Identifier: MIT */
/* The presence ping: is AMT there, though no port takes us? */
#ifndef WSAMT_PRESENCE_H
#define WSAMT_PRESENCE_H

#include <stdint.h>

#include "lib/rmcp.h"

struct err;
struct loop;

/*
 * Ask an address or a name.  1: a pong came, and says what is there; 0: none
 * within limit_ms, or no such name; -1: ERR_LOCAL.
 */
int presence_ask(struct loop *l, const char *address, int64_t limit_ms,
    struct rmcp_pong *pong, struct err *e);

#endif
