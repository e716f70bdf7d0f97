/* SPDX-License-Identifier: MIT */
/*
 * A connection to a machine's redirection port, logged in for one service:
 * dials, verifies, asks for the password, logs in, then passes bytes both
 * ways.  The I/O that serial-over-LAN and storage redirection have in
 * common; what is said after the login is the user's.
 */
#ifndef LIB_RLINK_H
#define LIB_RLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/redir.h"

struct buf;
struct err;
struct loop;
struct machine;
struct rlink;
struct rtalk;

#define RLINK_READ_MAX 16384		/* bytes a turn: others want theirs too */

/* Called from the loop.  -1 ends the link with e; so does rlink_end(). */
struct rlink_events {
	/* Logged in: the first message goes into rlink_out(). */
	int (*ready)(void *arg, struct err *e);
	/* Bytes of the service: take what is whole from `in`, keep the rest. */
	int (*input)(void *arg, struct buf *in, struct err *e);
	/* What could be sent was: rlink_out() has room, or is empty. */
	int (*sent)(void *arg, struct err *e);
	/*
	 * The last call, from the loop itself: e is why, or NULL after
	 * rlink_end() without an error.  Free it here or later.
	 */
	void (*ended)(void *arg, const struct err *e);
};

/* m must outlive it; out_max bounds rlink_out().  NULL: ERR_LOCAL, ERR_NET. */
struct rlink *rlink_start(struct loop *l, struct machine *m,
    enum redir_service service, size_t out_max, const struct rlink_events *ev,
    void *arg, struct err *e);
void rlink_free(struct rlink *k);	/* cuts it; NULL is fine */

/* Whole messages to the machine; they go out when the event returns. */
struct buf *rlink_out(struct rlink *k);
/* The same outside of an event: send now what can be sent. */
void rlink_flush(struct rlink *k);
void rlink_hold(struct rlink *k, bool hold);	/* no input for now */
/* An answer is due: after so long late(arg) is called.  NULL: it has come. */
void rlink_await(struct rlink *k, int64_t ms, void (*late)(void *arg));
/*
 * The service is open: heartbeats from now on, and its silence ends the link.
 * t must outlive it.
 */
void rlink_beat(struct rlink *k, struct rtalk *t);

/* Close it: ended() follows, with a copy of e or, for NULL, without. */
void rlink_end(struct rlink *k, const struct err *e);
/*
 * The service was asked to end, and what ends the link from now on is no
 * error: rlink_bye(), when it has, and all is sent; or two seconds.
 */
void rlink_part(struct rlink *k);
void rlink_bye(struct rlink *k);

bool rlink_is_up(const struct rlink *k);	/* logged in, not ended */
/* What it waits for until it is up: "connecting" */
const char *rlink_doing(const struct rlink *k);
/* "plain", "TLS 1.3, ..."; NULL: not connected. */
const char *rlink_describe(const struct rlink *k);
/* How long an answer may take: --timeout, else a minute. */
int64_t rlink_answer_ms(const struct rlink *k);

#endif
