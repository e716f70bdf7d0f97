/* SPDX-License-Identifier: MIT */
/*
 * HTTP POST to /wsman by libcurl, which carries HTTP and nothing else: its
 * connection is a wslink, so names, ports, TLS and trust are not its
 * business; it follows no redirect, asks no proxy, and never sees a
 * password.  Private to wsman.c.
 */
#ifndef LIB_WSHTTP_H
#define LIB_WSHTTP_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/digest.h"

struct err;
struct loop;
struct wshttp;
struct wslink;
struct wsman_hub;

#define WSHTTP_HEADERS_MAX (32 * 1024)	/* bytes of an answer's headers */

struct wshttp_answer {
	long status;			/* 0: not even a status line came */
	struct buf body;
	char challenge[DIGEST_CHALLENGE_MAX];	/* WWW-Authenticate, joined */
	char server[128], location[256];	/* "" if absent */
};

enum wshttp_result {
	WSHTTP_OK,			/* a whole answer, of any status */
	WSHTTP_CUT,			/* the connection ended before that */
	WSHTTP_GARBAGE,			/* not HTTP */
	WSHTTP_LONG,			/* more than we take */
	WSHTTP_MEMORY
};

typedef void wshttp_done_fn(void *arg, enum wshttp_result result);

struct loop *wshttp_loop(struct wsman_hub *h);
/* Borrows link.  done is called from the loop, once for each post. */
struct wshttp *wshttp_new(struct wsman_hub *h, struct wslink *link,
    wshttp_done_fn *done, void *arg, struct err *e);
void wshttp_free(struct wshttp *c);

/*
 * body must live until done.  authorization: the header's value or NULL; it
 * is copied, and wiped here afterwards.
 */
int wshttp_post(struct wshttp *c, const char *host, const char *authorization,
    const void *body, size_t n, struct err *e);
void wshttp_abort(struct wshttp *c);	/* done is not called */
const struct wshttp_answer *wshttp_answer(struct wshttp *c);

#endif
