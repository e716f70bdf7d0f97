/* SPDX-License-Identifier: MIT */
/*
 * From a machine to a verified connection: resolve, race addresses and
 * ports, TLS, trust.  Asynchronous; the sentence for every failure is
 * written here, so that all tools say the same.
 */
#ifndef LIB_DIAL_H
#define LIB_DIAL_H

#include <stdint.h>

#include "lib/conn.h"
#include "lib/machine.h"

struct dial;

enum dial_service { DIAL_REDIRECTION, DIAL_WSMAN };

/*
 * done is called once, later, from the loop: with a connection (then its
 * owner is the callee) or with NULL and the error.
 */
typedef void dial_done_fn(void *arg, struct conn *c, const struct err *e);

/* m must live until done.  NULL: the error is in e, done is not called. */
struct dial *dial_start(struct loop *l, const struct machine *m,
    enum dial_service service, dial_done_fn *done, void *arg, struct err *e);
void dial_cancel(struct dial *d);	/* done is not called; NULL is fine */

#endif
