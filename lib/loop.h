/* SPDX-License-Identifier: MIT */
/*
 * One poll loop: descriptors, timers, signals (by signalfd).  Callbacks
 * never block; every wait has a deadline.  Times are milliseconds of the
 * monotonic clock.
 *
 * A watch may be removed, or the loop stopped, inside any callback, its own
 * included.  The loop does not own descriptors.
 */
#ifndef LIB_LOOP_H
#define LIB_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct loop;
struct loop_watch;

typedef void loop_fd_fn(void *arg, short revents);
typedef void loop_timer_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signo);

/*
 * A timer lives in its owner, with all the memory it needs.  Zero it before
 * first use; stop it before its owner goes.
 */
struct loop_timer {
	int64_t deadline_ms;
	loop_timer_fn *fn;
	void *arg;
	struct loop *loop;		/* NULL: not running */
	/* private */
	struct loop_timer *kid, *next, **link;	/* later ones; link: to us */
	uint32_t born;			/* not before the next turn */
};

int64_t loop_now_ms(void);

struct loop *loop_new(struct err *e);	/* NULL: ERR_LOCAL */
void loop_free(struct loop *l);		/* drops watches and timers */

/*
 * Call fn when poll() reports one of events (POLLIN, POLLOUT, 0), or an
 * error or hang-up, which are always reported while events is not
 * LOOP_NOTHING.  NULL: no memory.
 */
#define LOOP_NOTHING (-1)		/* keep the watch, do not poll it */
struct loop_watch *loop_watch(struct loop *l, int fd, short events,
    loop_fd_fn *fn, void *arg, struct err *e);
void loop_set(struct loop_watch *w, short events);
void loop_unwatch(struct loop_watch *w);	/* NULL is fine */

/* Start or move; fires once, at the earliest in the next turn. */
void loop_at(struct loop *l, struct loop_timer *t, int64_t deadline_ms,
    loop_timer_fn *fn, void *arg);
void loop_after(struct loop *l, struct loop_timer *t, int64_t delay_ms,
    loop_timer_fn *fn, void *arg);
void loop_cancel(struct loop_timer *t);	/* not running is fine */

/*
 * Take a signal away from the process and deliver it here.  The old mask
 * comes back with loop_free().  Children must call loop_child_signals()
 * between fork and exec, or the mask goes with them.
 */
int loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg,
    struct err *e);
/* The same for what ends a program: what our parent ignores (nohup), we do. */
int loop_signal_unless_ignored(struct loop *l, int signo, loop_signal_fn *fn,
    void *arg, struct err *e);
void loop_child_signals(const struct loop *l);

int loop_run(struct loop *l, struct err *e);	/* until loop_stop() */
/* One turn, waiting at most wait_ms (-1: as long as timers say). */
int loop_turn(struct loop *l, int wait_ms, struct err *e);
void loop_stop(struct loop *l);
bool loop_stopped(const struct loop *l);

#endif
