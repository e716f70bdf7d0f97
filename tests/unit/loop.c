/* SPDX-License-Identifier: MIT */
/* The loop: timers in order, watches that change under it, signals. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/loop.h"
#include "tests/unit/test.h"

#define TIMERS 1000

static struct loop *loop;
static struct err e;

struct tick {
	struct loop_timer timer;
	int64_t due;
};
static struct tick ticks[TIMERS];
static int fired, disorder, early;
static int64_t last_due;

static void
on_tick(void *arg)
{
	struct tick *t = arg;

	fired++;
	disorder += t->due < last_due;
	early += loop_now_ms() < t->due;
	last_due = t->due;
}

static void
run_until(int want)
{
	int64_t limit = loop_now_ms() + 10000;

	while (fired < want && loop_now_ms() < limit)
		if (loop_turn(loop, 100, &e) == -1)
			break;
}

static void
timers_in_order(void)
{
	int64_t now = loop_now_ms();
	int i, cancelled = 0;

	fired = disorder = early = 0;
	last_due = 0;
	srand(1);
	for (i = 0; i < TIMERS; i++) {
		ticks[i].due = now + rand() % 60;
		loop_at(loop, &ticks[i].timer, ticks[i].due, on_tick,
		    &ticks[i]);
	}
	for (i = 0; i < TIMERS; i++) {
		if (i % 3 == 0) {
			loop_cancel(&ticks[i].timer);
			cancelled++;
		} else if (i % 3 == 1) {	/* moved */
			ticks[i].due = now + rand() % 60;
			loop_at(loop, &ticks[i].timer, ticks[i].due,
			    on_tick, &ticks[i]);
		}
	}
	run_until(TIMERS - cancelled);
	is_int(fired, TIMERS - cancelled);
	is_int(disorder, 0);
	is_int(early, 0);
	loop_cancel(&ticks[0].timer);	/* not running: nothing */
	is_int(loop_turn(loop, 0, &e), 0);
	is_int(fired, TIMERS - cancelled);
}

static struct loop_timer again;

static void
on_again(void *arg)
{
	(void)arg;
	fired++;
	loop_after(loop, &again, 0, on_again, NULL);
}

/* A timer that sets itself again has its next turn in the next turn. */
static void
timer_cannot_starve(void)
{
	struct tick other = { .due = 0 };

	fired = 0;
	loop_after(loop, &again, 0, on_again, NULL);
	loop_after(loop, &other.timer, 60000, on_tick, &other);
	is_int(loop_turn(loop, 1000, &e), 0);
	is_int(fired, 1);
	is_int(loop_turn(loop, 1000, &e), 0);
	is_int(fired, 2);
	loop_cancel(&again);
	loop_cancel(&other.timer);
}

static struct tick killer, victim;

static void
on_killer(void *arg)
{
	(void)arg;
	loop_cancel(&victim.timer);
}

static void
cancelled_by_another(void)
{
	int64_t now = loop_now_ms();

	fired = 0;
	loop_at(loop, &killer.timer, now - 2, on_killer, NULL);
	loop_at(loop, &victim.timer, now - 1, on_tick, &victim);
	is_int(loop_turn(loop, 0, &e), 0);
	is_int(loop_turn(loop, 0, &e), 0);
	is_int(fired, 0);
}

struct end {
	int fd;
	struct loop_watch *watch;
	struct end *removes;
	int calls;
	short revents;
};

static void
on_end(void *arg, short revents)
{
	struct end *x = arg;

	x->calls++;
	x->revents = revents;
	if (x->removes != NULL) {
		loop_unwatch(x->removes->watch);
		x->removes->watch = NULL;
	}
}

static void
watches(void)
{
	struct end a = { 0 }, b = { 0 };
	int pa[2], pb[2];

	if (!ok(pipe(pa) == 0) || !ok(pipe(pb) == 0))
		return;
	a.watch = loop_watch(loop, pa[0], POLLIN, on_end, &a, &e);
	b.watch = loop_watch(loop, pb[0], POLLIN, on_end, &b, &e);
	ok(a.watch != NULL && b.watch != NULL);
	is_int(loop_turn(loop, 0, &e), 0);
	is_int(a.calls + b.calls, 0);

	ok(write(pa[1], "x", 1) == 1 && write(pb[1], "x", 1) == 1);
	loop_set(b.watch, LOOP_NOTHING);
	is_int(loop_turn(loop, 1000, &e), 0);
	is_int(a.calls, 1);
	is_int(a.revents & POLLIN, POLLIN);
	is_int(b.calls, 0);

	loop_set(b.watch, POLLIN);
	a.removes = &b;			/* both ready, the first removes */
	is_int(loop_turn(loop, 1000, &e), 0);
	is_int(a.calls, 2);
	is_int(b.calls, 0);
	a.removes = &a;			/* and then itself */
	is_int(loop_turn(loop, 1000, &e), 0);
	is_int(loop_turn(loop, 0, &e), 0);
	is_int(a.calls, 3);

	(void)close(pb[1]);
	a = (struct end){ 0 };
	a.watch = loop_watch(loop, pb[0], 0, on_end, &a, &e);
	is_int(loop_turn(loop, 1000, &e), 0);
	is_int(a.revents & POLLHUP, POLLHUP);	/* always told */
	loop_unwatch(a.watch);
	loop_unwatch(NULL);
	(void)close(pa[0]);
	(void)close(pa[1]);
	(void)close(pb[0]);
}

static int got_signal;

static void
on_signal(void *arg, int signo)
{
	(void)arg;
	got_signal = signo;
	loop_stop(loop);
}

static void
signals(void)
{
	sigset_t mask;

	is_int(loop_signal(loop, SIGUSR1, on_signal, NULL, &e), 0);
	is_int(loop_signal(loop, SIGUSR2, on_signal, NULL, &e), 0);
	(void)raise(SIGUSR2);
	is_int(loop_run(loop, &e), 0);
	is_int(got_signal, SIGUSR2);
	ok(loop_stopped(loop));
	(void)raise(SIGUSR1);
	is_int(loop_run(loop, &e), 0);
	is_int(got_signal, SIGUSR1);
	loop_free(loop);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	is_int(sigismember(&mask, SIGUSR1), 0);	/* as it was */
	loop = loop_new(&e);
}

/* Timers that outlive their loop are stopped, not left dangling. */
static void
freed_with_timers(void)
{
	struct loop_timer t = { 0 };

	loop_after(loop, &t, 1000, on_tick, &victim);
	loop_free(loop);
	ok(t.loop == NULL);
	loop_cancel(&t);
	loop_free(NULL);
}

int
main(void)
{
	loop = loop_new(&e);
	if (!ok(loop != NULL))
		return test_done();
	timers_in_order();
	timer_cannot_starve();
	cancelled_by_another();
	watches();
	signals();
	freed_with_timers();
	return test_done();
}
