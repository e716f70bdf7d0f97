/* SPDX-License-Identifier: MIT */
/*
 * libcurl's cable.  libcurl wants to make its connection itself; ours is
 * made, secured and verified already.  So it connects to a local socket,
 * and this file pumps between that and the conn.
 *
 * The socket has a path only while it is being made: libcurl gets the
 * address /proc/self/fd/N of an O_PATH descriptor.  (A socketpair with
 * CURL_SOCKOPT_ALREADY_CONNECTED is connected once more by libcurl 7.88,
 * and its connection to an abstract address is never used again.)
 */
#ifndef LIB_WSLINK_H
#define LIB_WSLINK_H

#include <stdbool.h>
#include <stddef.h>

struct conn;
struct err;
struct loop;
struct sockaddr_un;
struct wslink;

struct wslink *wslink_new(struct loop *l, struct err *e);
void wslink_free(struct wslink *k);	/* NULL is fine */

/* Takes c.  The next wslink_socket() gets it; what was there is closed. */
void wslink_attach(struct wslink *k, struct conn *c);
void wslink_close(struct wslink *k);
/* Is a connection there that neither side has closed?  Looks, now. */
bool wslink_alive(struct wslink *k);

/*
 * A socket for libcurl and where to connect it.  One for each connection
 * attached: -1 says that there is none left.
 */
int wslink_socket(struct wslink *k, struct sockaddr_un *address);

/* Counted from here: bytes that went to the machine. */
void wslink_mark(struct wslink *k);
size_t wslink_sent(const struct wslink *k);
/* What broke the connection; NULL: nothing, or its peer closed it. */
const struct err *wslink_failure(const struct wslink *k);
/* Did the machine speak first, and in TLS? */
bool wslink_hears_tls(const struct wslink *k);

#endif
