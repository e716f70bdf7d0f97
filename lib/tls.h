/* SPDX-License-Identifier: MIT */
/*
 * TLS by GnuTLS, as a client, over a non-blocking socket.  Trust is judged
 * in one place, tls_verify(), after the handshake and before the first byte
 * of ours: amt(7), TRUST.
 */
#ifndef LIB_TLS_H
#define LIB_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/conn.h"
#include "lib/machine.h"

struct tls;

/* fd stays the caller's.  trust must live as long.  ERR_LOCAL: files. */
struct tls *tls_new(int fd, const struct trust *trust, struct err *e);
void tls_free(struct tls *t);

/* CONN_OK: done.  CONN_AGAIN: poll in the direction of tls_wants_write(). */
enum conn_result tls_handshake(struct tls *t, struct err *e);
bool tls_wants_write(const struct tls *t);

/*
 * Whom do we talk to?  Everything given must hold: pins, the first use's
 * certificate, chain to the CA with name and dates.  0, or -1 with ERR_TRUST
 * and the remedy.  With tofu the pin of a new machine is stored and *news
 * (if not NULL) set to a sentence for the user, to be freed.
 */
int tls_verify(struct tls *t, const struct trust *trust, char **news,
    struct err *e);

enum conn_result tls_read(struct tls *t, void *p, size_t size, size_t *got,
    struct err *e);
/* After CONN_AGAIN the next call's bytes must begin with the same ones. */
enum conn_result tls_write(struct tls *t, const void *p, size_t n,
    size_t *put, struct err *e);
bool tls_pending(const struct tls *t);	/* bytes that poll() cannot see */
void tls_bye(struct tls *t);		/* close_notify, if it fits */
/* "TLS 1.2, ECDHE-RSA ..., no RFC 5746"; lives with t. */
const char *tls_describe(struct tls *t);

#endif
