/* SPDX-License-Identifier: MIT */
/*
 * Asking whether a port takes connections: one attempt an address at a time,
 * closed as soon as it is answered, for firmware has few sockets.
 */
#ifndef PINGWAIT_TCP_H
#define PINGWAIT_TCP_H

#include <sys/resource.h>

#include <stdint.h>

#include "pingwait/probe.h"

struct loop;
struct loop_watch;
struct tcp_try;

/*
 * The attempt of t->round is over: error is 0 when the port took it, else an
 * errno.
 */
typedef void tcp_fn(void *arg, const struct tcp_try *t, int error);

/* Zero it before first use; stop it before its owner goes. */
struct tcp_try {
	struct addr to;
	uint16_t port;
	uint32_t round;
	/* private */
	tcp_fn *fn;
	void *arg;
	int fd;
	struct loop_watch *watch;	/* NULL: none under way */
	int64_t until_ms;
};

/*
 * Begin an attempt, unless one to the same address is under way since less
 * than patience_ms: a longer silence needs a new SYN, the kernel sends its
 * own later and later.  0; -1 with errno when it could not leave.  fn is
 * called from the loop, not from here.
 */
int tcp_start(struct tcp_try *t, struct loop *l, const struct addr *to,
    uint16_t port, uint32_t round, int64_t now_ms, int64_t patience_ms,
    tcp_fn *fn, void *arg);
void tcp_stop(struct tcp_try *t);
/*
 * As many descriptors as we may have: a thousand hosts need them.  old is
 * what was allowed, for those who come after us.
 */
void tcp_more_descriptors(struct rlimit *old);

#endif
