/* SPDX-License-Identifier: MIT */
/*
 * The poll loop: see loop.h.  Watches are a dense array mirrored by pollfds;
 * one that is removed during a turn is only marked, and swept afterwards, so
 * that callbacks may remove what they like.  Timers are a binary heap: a
 * thousand waiting hosts cost a logarithm each.
 */
#include <sys/signalfd.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/loop.h"

struct loop_watch {
	struct loop *loop;
	loop_fd_fn *fn;
	void *arg;
	int fd;
	short events;
	bool gone;
};

struct loop {
	struct loop_watch **watches;
	struct pollfd *polls;
	size_t nwatches, cap;
	bool sweep;
	struct loop_timer **heap;
	size_t ntimers, timer_cap;
	uint32_t firing;		/* counts rounds of fire() */
	loop_signal_fn *signal_fn[NSIG];
	void *signal_arg[NSIG];
	sigset_t caught, old_mask;
	int signal_fd;
	struct loop_watch *signal_watch;
	bool stop;
};

int64_t
loop_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);	/* cannot fail */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct loop *
loop_new(struct err *e)
{
	struct loop *l = calloc(1, sizeof *l);

	if (l == NULL) {
		err_sys(e, ERR_LOCAL, "event loop");
		return NULL;
	}
	l->signal_fd = -1;
	sigemptyset(&l->caught);
	return l;
}

void
loop_free(struct loop *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->ntimers; i++)
		l->heap[i]->loop = NULL;
	for (i = 0; i < l->nwatches; i++)
		free(l->watches[i]);
	if (l->signal_fd != -1) {
		(void)close(l->signal_fd);
		(void)sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
	}
	free(l->watches);
	free(l->polls);
	free(l->heap);
	free(l);
}

struct loop_watch *
loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *arg,
    struct err *e)
{
	struct loop_watch *w = NULL, **watches;
	struct pollfd *polls;
	size_t cap;

	if (l->nwatches == l->cap) {
		cap = l->cap > 0 ? l->cap * 2 : 16;
		if ((watches = reallocarray(l->watches, cap,
		    sizeof *watches)) == NULL)
			goto fail;
		l->watches = watches;
		if ((polls = reallocarray(l->polls, cap,
		    sizeof *polls)) == NULL)
			goto fail;
		l->polls = polls;
		l->cap = cap;
	}
	if ((w = calloc(1, sizeof *w)) == NULL)
		goto fail;
	w->loop = l;
	w->fd = fd;
	w->events = events;
	w->fn = fn;
	w->arg = arg;
	l->watches[l->nwatches++] = w;
	return w;
 fail:
	err_sys(e, ERR_LOCAL, "watching a descriptor");
	return NULL;
}

void
loop_set(struct loop_watch *w, short events)
{
	w->events = events;
}

void
loop_unwatch(struct loop_watch *w)
{
	if (w == NULL)
		return;
	w->gone = true;
	w->loop->sweep = true;
}

static void
sweep(struct loop *l)
{
	size_t i, n = 0;

	for (i = 0; i < l->nwatches; i++) {
		if (l->watches[i]->gone)
			free(l->watches[i]);
		else
			l->watches[n++] = l->watches[i];
	}
	l->nwatches = n;
	l->sweep = false;
}

/* The heap: parent of i is (i-1)/2; earliest deadline on top. */

static void
heap_put(struct loop *l, size_t i, struct loop_timer *t)
{
	l->heap[i] = t;
	t->slot = (uint32_t)i;
}

static void
heap_up(struct loop *l, size_t i)
{
	struct loop_timer *t = l->heap[i];

	for (; i > 0 && l->heap[(i - 1) / 2]->deadline_ms > t->deadline_ms;
	    i = (i - 1) / 2)
		heap_put(l, i, l->heap[(i - 1) / 2]);
	heap_put(l, i, t);
}

static void
heap_down(struct loop *l, size_t i)
{
	struct loop_timer *t = l->heap[i];
	size_t kid;

	while ((kid = 2 * i + 1) < l->ntimers) {
		if (kid + 1 < l->ntimers && l->heap[kid + 1]->deadline_ms <
		    l->heap[kid]->deadline_ms)
			kid++;
		if (l->heap[kid]->deadline_ms >= t->deadline_ms)
			break;
		heap_put(l, i, l->heap[kid]);
		i = kid;
	}
	heap_put(l, i, t);
}

int
loop_at(struct loop *l, struct loop_timer *t, int64_t deadline_ms,
    loop_timer_fn *fn, void *arg, struct err *e)
{
	struct loop_timer **heap;
	size_t cap;

	loop_cancel(t);
	if (l->ntimers == l->timer_cap) {
		cap = l->timer_cap > 0 ? l->timer_cap * 2 : 16;
		if ((heap = reallocarray(l->heap, cap, sizeof *heap)) == NULL)
			return err_sys(e, ERR_LOCAL, "starting a timer");
		l->heap = heap;
		l->timer_cap = cap;
	}
	t->loop = l;
	t->fn = fn;
	t->arg = arg;
	t->deadline_ms = deadline_ms;
	t->born = l->firing;
	heap_put(l, l->ntimers++, t);
	heap_up(l, l->ntimers - 1);
	return 0;
}

int
loop_after(struct loop *l, struct loop_timer *t, int64_t delay_ms,
    loop_timer_fn *fn, void *arg, struct err *e)
{
	return loop_at(l, t, loop_now_ms() + delay_ms, fn, arg, e);
}

void
loop_cancel(struct loop_timer *t)
{
	struct loop *l = t->loop;
	size_t i = t->slot;

	if (l == NULL)
		return;
	t->loop = NULL;
	if (i == --l->ntimers)
		return;
	heap_put(l, i, l->heap[l->ntimers]);
	heap_up(l, i);
	heap_down(l, l->heap[i]->slot);
}

static void
on_signal(void *arg, short revents)
{
	struct loop *l = arg;
	struct signalfd_siginfo si;

	(void)revents;
	while (read(l->signal_fd, &si, sizeof si) == (ssize_t)sizeof si)
		if (si.ssi_signo < NSIG && l->signal_fn[si.ssi_signo] != NULL)
			l->signal_fn[si.ssi_signo](
			    l->signal_arg[si.ssi_signo], (int)si.ssi_signo);
}

int
loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg,
    struct err *e)
{
	sigset_t old;
	int fd;

	l->signal_fn[signo] = fn;
	l->signal_arg[signo] = arg;
	sigaddset(&l->caught, signo);
	if (sigprocmask(SIG_BLOCK, &l->caught, &old) == -1 ||
	    (fd = signalfd(l->signal_fd, &l->caught,
	    SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		return err_sys(e, ERR_LOCAL, "catching signals");
	if (l->signal_fd == -1) {
		l->old_mask = old;
		l->signal_fd = fd;
		if ((l->signal_watch = loop_watch(l, fd, POLLIN, on_signal, l,
		    e)) == NULL)
			return -1;
	}
	return 0;
}

int
loop_signal_unless_ignored(struct loop *l, int signo, loop_signal_fn *fn,
    void *arg, struct err *e)
{
	struct sigaction was;

	if (sigaction(signo, NULL, &was) == 0 && was.sa_handler == SIG_IGN)
		return 0;
	return loop_signal(l, signo, fn, arg, e);
}

void
loop_child_signals(const struct loop *l)
{
	if (l->signal_fd != -1)
		(void)sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
}

/* Milliseconds poll() may sleep. */
static int
patience(const struct loop *l, int wait_ms)
{
	int64_t left;

	if (l->ntimers == 0)
		return wait_ms;
	left = l->heap[0]->deadline_ms - loop_now_ms();
	if (left < 0)
		left = 0;
	if (left > 3600 * 1000)
		left = 3600 * 1000;
	return wait_ms < 0 || left < wait_ms ? (int)left : wait_ms;
}

/* Timers started by timers have to wait a turn: none can starve I/O. */
static void
fire(struct loop *l)
{
	int64_t now = loop_now_ms();
	struct loop_timer *t;

	l->firing++;
	while (!l->stop && l->ntimers > 0 && l->heap[0]->deadline_ms <= now &&
	    l->heap[0]->born != l->firing) {
		t = l->heap[0];
		loop_cancel(t);
		t->fn(t->arg);
	}
}

int
loop_turn(struct loop *l, int wait_ms, struct err *e)
{
	size_t i, n;
	int ready;

	if (l->sweep)
		sweep(l);
	n = l->nwatches;
	for (i = 0; i < n; i++) {
		l->polls[i].fd = l->watches[i]->events == LOOP_NOTHING ?
		    -1 : l->watches[i]->fd;
		l->polls[i].events = l->watches[i]->events;
		l->polls[i].revents = 0;
	}
	ready = poll(l->polls, n, patience(l, wait_ms));
	if (ready == -1 && errno != EINTR)
		return err_sys(e, ERR_LOCAL, "poll");
	for (i = 0; ready > 0 && i < n && !l->stop; i++) {
		struct loop_watch *w = l->watches[i];

		if (l->polls[i].revents == 0)
			continue;
		ready--;
		if (!w->gone && w->events != LOOP_NOTHING)
			w->fn(w->arg, l->polls[i].revents);
	}
	if (!l->stop)
		fire(l);
	return 0;
}

int
loop_run(struct loop *l, struct err *e)
{
	l->stop = false;
	while (!l->stop)
		if (loop_turn(l, -1, e) == -1)
			return -1;
	return 0;
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}

bool
loop_stopped(const struct loop *l)
{
	return l->stop;
}
