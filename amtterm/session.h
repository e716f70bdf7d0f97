/* SPDX-License-Identifier: MIT */
/*
 * One serial-over-LAN session over the network: dial, login, SOL, end.
 * Puts the pure parts (lib/redir, sol) on a connection and a loop, with a
 * limit on every wait.  Free it and start another to connect again.
 */
#ifndef AMTTERM_SESSION_H
#define AMTTERM_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amtterm/sol.h"

struct err;
struct loop;
struct machine;
struct session;

/* Called from the loop. */
struct session_events {
	void (*opened)(void *arg);
	/* All n bytes are the callee's; session_hold() stops more. */
	void (*data)(void *arg, const uint8_t *p, size_t n);
	/* Room for input again, after session_send() took less than all. */
	void (*room)(void *arg);
	/*
	 * The last call: e is NULL after session_end(), else why.  Free it
	 * here or later.
	 */
	void (*ended)(void *arg, const struct err *e);
};

/* m must outlive it.  NULL: ERR_LOCAL, ERR_NET. */
struct session *session_start(struct loop *l, struct machine *m,
    const struct session_events *ev, void *arg, struct err *e);
void session_free(struct session *s);	/* cuts what is left; NULL is fine */

/* Where there is no session, NULL, it is neither, and nothing happens. */
bool session_is_open(const struct session *s);
bool session_is_alive(const struct session *s);	/* ended() is yet to come */
/* What it waits for before it is open: "connecting" */
const char *session_doing(const struct session *s);
/* How we are connected: "plain", "TLS 1.3, ..."; NULL: not yet. */
const char *session_link(const struct session *s);
/* What the machine says of the host's side, see sol.h; false: nothing yet. */
bool session_lines(const struct session *s, char out[160]);
/* Returns how many bytes it took; 0 unless open. */
size_t session_send(struct session *s, const void *p, size_t n);
void session_hold(struct session *s, bool hold);	/* no data() for now */
/* Say goodbye, for at most two seconds; ended() follows, later. */
void session_end(struct session *s);

#endif
