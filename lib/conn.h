/* SPDX-License-Identifier: MIT */
/*
 * A connection to a machine: a byte stream, plain or TLS, already verified,
 * on the loop.  Its user asks to be called when it can go on, then reads or
 * writes until CONN_AGAIN.  What TLS holds back from poll() is its business.
 */
#ifndef LIB_CONN_H
#define LIB_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct err;
struct loop;
struct tls;

enum conn_result { CONN_ERROR = -1, CONN_AGAIN = 0, CONN_OK = 1, CONN_EOF = 2 };

/* Takes fd, and tls (NULL: plain); closes both in the end.  peer: for sentences. */
struct conn *conn_new(struct loop *l, int fd, struct tls *tls,
    const char *peer, struct err *e);
void conn_free(struct conn *c);		/* close_notify if it fits; no waiting */

/*
 * Up to size bytes.  CONN_OK: *got > 0.  CONN_EOF: the peer closed (a TLS
 * peer that just drops the line counts as closing: firmware does).
 * Errors are ERR_NET sentences that name the peer.
 */
int conn_read(struct conn *c, void *p, size_t size, size_t *got,
    struct err *e);
int conn_write(struct conn *c, const void *p, size_t n, size_t *put,
    struct err *e);

/*
 * Call ready(arg) from the loop when reading (if wanted) or writing (if
 * wanted) may get on; level-triggered; stays until changed.  Neither: rest.
 */
void conn_want(struct conn *c, bool read, bool write,
    void (*ready)(void *arg), void *arg);

const char *conn_peer(const struct conn *c);
uint16_t conn_port(const struct conn *c);	/* the one that was dialled; 0: unknown */
const char *conn_describe(const struct conn *c);	/* "TLS 1.2, ..." or "plain" */
bool conn_is_tls(const struct conn *c);

#endif
