/* SPDX-License-Identifier: MIT */
/*
 * The poll loop: see loop.h.  Watches are a dense array mirrored by pollfds;
 * one that is removed during a turn is only marked, and swept afterwards, so
 * that callbacks may remove what they like.  Timers are a heap: a thousand
 * waiting hosts cost a logarithm each.
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
	struct loop_timer *timers;	/* the first that is due, or NULL */
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
	while (l->timers != NULL)
		loop_cancel(l->timers);
	for (i = 0; i < l->nwatches; i++)
		free(l->watches[i]);
	if (l->signal_fd != -1) {
		(void)close(l->signal_fd);
		(void)sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
	}
	free(l->watches);
	free(l->polls);
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

/*
 * Timers are a pairing heap: none is due before the one it hangs from.  The
 * kids of a timer are a list; it needs no memory but theirs.
 */

/* Both or one may be NULL; of equals a comes first. */
static struct loop_timer *
meld(struct loop_timer *a, struct loop_timer *b)
{
	struct loop_timer *first = a;

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (b->deadline_ms < a->deadline_ms) {
		first = b;
		b = a;
	}
	b->next = first->kid;
	b->link = &first->kid;
	if (b->next != NULL)
		b->next->link = &b->next;
	first->kid = b;
	return first;
}

/* The siblings of a list become one: in pairs, then these from the end on. */
static struct loop_timer *
meld_all(struct loop_timer *list)
{
	struct loop_timer *pairs = NULL, *a, *b;

	while ((a = list) != NULL) {
		b = a->next;
		list = b != NULL ? b->next : NULL;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	for (; (a = pairs) != NULL; list = meld(list, a))
		pairs = a->next;
	return list;
}

static void
add_timers(struct loop *l, struct loop_timer *t)
{
	l->timers = meld(l->timers, t);
	if (l->timers != NULL) {
		l->timers->next = NULL;
		l->timers->link = &l->timers;
	}
}

void
loop_at(struct loop *l, struct loop_timer *t, int64_t deadline_ms,
    loop_timer_fn *fn, void *arg)
{
	loop_cancel(t);
	*t = (struct loop_timer){ .deadline_ms = deadline_ms, .fn = fn,
		.arg = arg, .loop = l, .born = l->firing };
	add_timers(l, t);
}

void
loop_after(struct loop *l, struct loop_timer *t, int64_t delay_ms,
    loop_timer_fn *fn, void *arg)
{
	loop_at(l, t, loop_now_ms() + delay_ms, fn, arg);
}

void
loop_cancel(struct loop_timer *t)
{
	struct loop *l = t->loop;

	if (l == NULL)
		return;
	t->loop = NULL;
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	add_timers(l, meld_all(t->kid));
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

	if (l->timers == NULL)
		return wait_ms;
	left = l->timers->deadline_ms - loop_now_ms();
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
	while (!l->stop && (t = l->timers) != NULL && t->deadline_ms <= now &&
	    t->born != l->firing) {
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
