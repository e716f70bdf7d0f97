/* SPDX-License-Identifier: MIT */
/*
 * A fiber: a function with a stack of its own, in this thread, that gives
 * way wherever it waits.  So code that asks one thing after the other, and
 * runs the loop until each answer, can be done for many machines at once.
 * Whoever made the fibers turns the loop, and runs those that can go on.
 */
#ifndef LIB_FIBER_H
#define LIB_FIBER_H

#include <stdbool.h>

struct err;
struct fiber;
struct loop;

typedef void fiber_fn(void *arg);

/* NULL: ERR_LOCAL.  It begins with the first fiber_run(). */
struct fiber *fiber_new(fiber_fn *fn, void *arg, struct err *e);
/* One that has ended or not begun; NULL is fine. */
void fiber_free(struct fiber *f);

/* Has what it waits for happened? */
bool fiber_ready(const struct fiber *f);
/* Until it waits: false.  Until its function has returned: true. */
bool fiber_run(struct fiber *f);

/*
 * Wait until *done, which a callback of the loop sets.  Outside of a fiber
 * this turns the loop; -1: that failed.
 */
int fiber_wait(struct loop *l, const bool *done, struct err *e);

#endif
