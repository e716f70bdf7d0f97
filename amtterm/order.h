/* SPDX-License-Identifier: MIT */
/*
 * A power order, given by wsamt(1): found on PATH, told the machine and whom
 * to trust by the options that we were given, the password by a descriptor.
 * What it says is for the log; when it has ended, done is told.
 */
#ifndef AMTTERM_ORDER_H
#define AMTTERM_ORDER_H

struct err;
struct loop;
struct machine;
struct opts;
struct order;

/* Exit status of wsamt, 128 and the number for a signal. */
typedef void order_done_fn(void *arg, int status);

/* NULL: ERR_LOCAL.  m knows its password. */
struct order *order_start(struct loop *l, const struct machine *m,
    const struct opts *o, const char *word, order_done_fn *done, void *arg,
    struct err *e);
void order_free(struct order *o);	/* an order that was given stays given */

#endif
