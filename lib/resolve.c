/* SPDX-License-Identifier: MIT */
/*
 * Lookups in threads: see resolve.h.  A job is shared by its thread and by
 * its handle, and freed by whichever lets go last: a lookup that is
 * cancelled runs to its end, unheard.  The thread says that it is done
 * through an eventfd.
 */
#include <sys/eventfd.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/resolve.h"

#define THREAD_STACK (512 * 1024)	/* name service modules need some */

struct job {
	atomic_int refs;
	atomic_bool done;		/* all below is the handle's, now */
	int fd;				/* readable when done */
	char *name, *service;
	int family;
	struct addrinfo *list;
	int status, saved_errno;	/* of getaddrinfo() */
};

struct resolve {
	struct loop *loop;
	resolve_fn *fn;
	void *arg;
	struct job *job;
	struct loop_watch *watch;	/* NULL: waits its turn, or timer */
	struct loop_timer timer;	/* for an answer that is there already */
	struct err error;		/* why it could not run */
	struct resolve *next;
};

static struct resolve *queue;		/* waiting for their turn, in order */
static unsigned running;

static void
job_unref(struct job *j)
{
	if (j == NULL || atomic_fetch_sub(&j->refs, 1) > 1)
		return;
	if (j->list != NULL)
		freeaddrinfo(j->list);
	if (j->fd != -1)
		(void)close(j->fd);
	free(j->name);
	free(j->service);
	free(j);
}

static struct job *
job_new(const char *name, const char *service, int family)
{
	struct job *j = calloc(1, sizeof *j);

	if (j == NULL)
		return NULL;
	atomic_init(&j->refs, 1);
	j->fd = -1;
	j->family = family;
	j->name = strdup(name);
	j->service = service != NULL ? strdup(service) : NULL;
	if (j->name == NULL || (service != NULL && j->service == NULL)) {
		job_unref(j);
		return NULL;
	}
	return j;
}

static int
lookup(const char *name, const char *service, int family, int flags,
    struct addrinfo **list)
{
	struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,	/* one entry an address */
		.ai_flags = flags | (service != NULL ? AI_NUMERICSERV : 0),
	};

	*list = NULL;
	return getaddrinfo(name, service, &hints, list);
}

static void *
run(void *arg)
{
	const uint64_t one = 1;
	struct job *j = arg;

	j->status = lookup(j->name, j->service, j->family, 0, &j->list);
	j->saved_errno = errno;
	atomic_store(&j->done, true);
	(void)!write(j->fd, &one, sizeof one);	/* an empty eventfd takes it */
	job_unref(j);
	return NULL;
}

static void
answer(struct resolve *r)
{
	struct job *j = r->job;
	struct addrinfo *list = j->list;
	resolve_fn *fn = r->fn;
	struct err e = r->error;
	void *arg = r->arg;

	j->list = NULL;			/* the callback's now */
	if (list == NULL && e.kind == ERR_NONE)
		err_set(&e, j->status == EAI_MEMORY ? ERR_LOCAL : ERR_NET,
		    "looking up %s: %s", j->name, j->status == EAI_SYSTEM ?
		    strerror(j->saved_errno) : gai_strerror(j->status));
	resolve_cancel(r);
	fn(arg, list, &e);
}

static void
on_done(void *arg, short revents)
{
	struct resolve *r = arg;

	(void)revents;
	if (atomic_load(&r->job->done))
		answer(r);
}

static void
on_timer(void *arg)
{
	answer(arg);
}

/* Threads take no signals: those are for the loop. */
static int
spawn(struct job *j)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	if ((rc = pthread_attr_init(&attr)) != 0)
		return rc;
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, THREAD_STACK);
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	atomic_fetch_add(&j->refs, 1);
	if ((rc = pthread_create(&thread, &attr, run, j)) != 0)
		atomic_fetch_sub(&j->refs, 1);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return rc;
}

static int
launch(struct resolve *r, struct err *e)
{
	struct job *j = r->job;

	if ((j->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1)
		return err_sys(e, ERR_LOCAL, "looking up %s", j->name);
	if ((r->watch = loop_watch(r->loop, j->fd, POLLIN, on_done, r,
	    e)) == NULL)
		return -1;
	if ((errno = spawn(j)) != 0) {
		err_sys(e, ERR_LOCAL, "looking up %s: starting a thread",
		    j->name);
		loop_unwatch(r->watch);
		r->watch = NULL;
		return -1;
	}
	running++;
	return 0;
}

/* What cannot be launched answers with the reason, through the loop. */
static void
launch_next(void)
{
	struct resolve *r;

	while (running < RESOLVE_AT_ONCE && (r = queue) != NULL) {
		queue = r->next;
		r->next = NULL;
		if (launch(r, &r->error) == -1)
			loop_after(r->loop, &r->timer, 0, on_timer, r);
	}
}

static void
enqueue(struct resolve *r)
{
	struct resolve **p = &queue;

	while (*p != NULL)
		p = &(*p)->next;
	*p = r;
}

static void
dequeue(struct resolve *r)
{
	struct resolve **p = &queue;

	while (*p != NULL && *p != r)
		p = &(*p)->next;
	if (*p == r)
		*p = r->next;
}

int
resolve_literal(const char *name, const char *service, int family,
    struct addrinfo **list, struct err *e)
{
	int rc = lookup(name, service, family, AI_NUMERICHOST, list);

	if (rc == 0)
		return 1;
	if (rc == EAI_MEMORY)
		return err_set(e, ERR_LOCAL, "looking up %s: %s", name,
		    gai_strerror(rc));
	if (family == AF_UNSPEC ||
	    lookup(name, service, AF_UNSPEC, AI_NUMERICHOST, list) != 0)
		return 0;
	freeaddrinfo(*list);
	*list = NULL;
	return err_set(e, ERR_USAGE, "%s is not an IPv%d address", name,
	    family == AF_INET ? 4 : 6);
}

struct resolve *
resolve_start(struct loop *l, const char *name, const char *service,
    int family, resolve_fn *fn, void *arg, struct err *e)
{
	struct resolve *r = calloc(1, sizeof *r);
	int literal;

	if (r == NULL || (r->job = job_new(name, service, family)) == NULL) {
		err_sys(e, ERR_LOCAL, "looking up %s", name);
		goto fail;
	}
	r->loop = l;
	r->fn = fn;
	r->arg = arg;
	literal = resolve_literal(name, service, family, &r->job->list, e);
	if (literal == -1)
		goto fail;
	if (literal == 1)
		loop_after(l, &r->timer, 0, on_timer, r);
	else if (running >= RESOLVE_AT_ONCE)
		enqueue(r);
	else if (launch(r, e) == -1)
		goto fail;
	return r;
 fail:
	if (r != NULL)
		job_unref(r->job);
	free(r);
	return NULL;
}

void
resolve_cancel(struct resolve *r)
{
	if (r == NULL)
		return;
	loop_cancel(&r->timer);
	dequeue(r);
	if (r->watch != NULL) {
		loop_unwatch(r->watch);
		running--;
	}
	job_unref(r->job);
	free(r);
	launch_next();
}
