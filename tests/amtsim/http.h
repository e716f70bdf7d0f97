/* SPDX-License-Identifier: MIT */
/*
 * Between http.c, which answers requests, and httppump.c, which carries
 * bytes between a door connection and libmicrohttpd.
 */
#ifndef AMTSIM_HTTP_H
#define AMTSIM_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <lib/buf.h>

#include "httpdigest.h"
#include "sim.h"
#include "soap.h"

/* Where in libmicrohttpd's output we are. */
enum filter { IN_HEAD, IN_BODY, IN_SIZE, IN_CHUNK, IN_END };

struct conn {
	struct conn *next, **prev;
	struct web *web;
	struct door_conn *door;		/* NULL: gone, waits to be freed */
	int fd;				/* our end of the pair */
	struct loop_watch *watch;
	struct buf pending;		/* towards libmicrohttpd */

	enum filter at;
	struct buf head;		/* of the answer, or a chunk's size line */
	size_t left;			/* of the body or chunk */
	struct buf out;			/* filtered, not yet written */
	struct loop_timer drip;

	unsigned requests, answers;
	bool silent;			/* answers are thrown away */
	bool ended;			/* libmicrohttpd has closed its end */
	bool joined;			/* libmicrohttpd holds its end */
};

struct web {
	struct sim *sim;
	struct MHD_Daemon *daemon;
	struct loop_watch *epoll;
	struct loop_timer tick;
	struct conn *conns, *graves, *joining;
	struct nonces nonces;
	struct soap soap;
	long wrong;			/* passwords in a row */
};

/*
 * A connection of the door; *peer_fd is the end that libmicrohttpd gets.
 * NULL: no memory or descriptors, and the door is closed.
 */
struct conn *conn_new(struct web *w, struct door_conn *door, int *peer_fd);
void conn_hang_up(struct conn *c);	/* what is written still goes out */
void conn_bury(struct conn *c);		/* the door is gone already */
/* Only from the loop, when nobody is inside a connection. */
void conn_free_buried(struct web *w);

#endif
