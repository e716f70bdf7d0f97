/* SPDX-License-Identifier: MIT */
/*
 * Storage redirection to one machine, for as long as it is wanted: dials,
 * logs in, opens, attaches, serves, and does all that again when the
 * connection is lost.  Puts ider.h and serve.h on a link (lib/rlink).
 */
#ifndef IDERTOOL_SESSION_H
#define IDERTOOL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "idertool/ider.h"

struct err;
struct loop;
struct machine;
struct serve;
struct session;

/* Called from the loop. */
struct session_events {
	/* The machine has the drives, or gets them at its next reset. */
	void (*attached)(void *arg, bool again);
	void (*reset)(void *arg);	/* of the machine */
	/* The connection is gone and will be made again. */
	void (*lost)(void *arg, const struct err *e);
	/*
	 * The last call: e is NULL after session_end(), else why.  Free it
	 * here or later.
	 */
	void (*ended)(void *arg, const struct err *e);
};

/*
 * m and v must outlive it.  patience_ms: how long to try to come back after
 * a loss; 0: not at all.  NULL: ERR_LOCAL, ERR_NET.
 */
struct session *session_start(struct loop *l, struct machine *m,
    struct serve *v, enum ider_start start, int64_t patience_ms,
    const struct session_events *ev, void *arg, struct err *e);
void session_free(struct session *s);	/* cuts what is left; NULL is fine */

bool session_is_attached(const struct session *s);	/* now */
/* What it waits for before it is attached: "connecting" */
const char *session_doing(const struct session *s);
/* Say goodbye, for at most two seconds; ended() follows, later. */
void session_end(struct session *s);

#endif
