/* SPDX-License-Identifier: MIT */
/*
 * What the files around the loop share: wait.c does what is due, hear.c
 * takes what comes in, words.c says what is wrong.  Private to them.
 */
#ifndef PINGWAIT_WAITER_H
#define PINGWAIT_WAITER_H

#include "lib/err.h"
#include "lib/loop.h"
#include "pingwait/report.h"
#include "pingwait/sock.h"
#include "pingwait/tcp.h"
#include "pingwait/wait.h"

struct host {
	struct waiter *w;
	struct wait_target *target;
	struct probe probe;
	struct tcp_try tries[PROBE_ADDRS_MAX][MEANS_PORTS];
	struct answer answer;		/* the last that counted */
	struct loop_timer timer;
	struct resolve *lookup;		/* under way */
	char why[160];			/* the last failure; "": none */
	int64_t why_ms;			/* when */
};

struct ear {
	struct sock s;
	struct waiter *w;
	void (*take)(const struct ear *ear, const struct packet *p);
};

struct waiter {
	const struct wait_options *o;
	struct means means;		/* those that are left */
	struct loop *loop;
	struct ear echo[2], rmcp[2];	/* IPv4, IPv6 */
	struct err no_socket[2];	/* why one is not open */
	struct host *hosts;
	size_t n, left;			/* left: still to be met */
	int64_t start_ms;
	struct loop_timer deadline, notice;
	struct err *e;			/* of what stopped the loop */
	bool failed;
};

/* wait.c: do what is due for a host. */
void host_step(void *host);

/* hear.c */
int hear_open(struct waiter *w, struct err *e);
void hear_close(struct waiter *w);
tcp_fn hear_tcp;

/* words.c: of a failure, with -v, each once; the two that are timers. */
void words_failure(struct host *h, const char *why);
void words_probing(struct host *h, const struct addr *to, int error,
    const struct addr *by);
loop_timer_fn words_notice, words_deadline;

#endif
