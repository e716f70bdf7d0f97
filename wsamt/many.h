/* SPDX-License-Identifier: MIT */
/*
 * The same work on many machines at once, in one process and thread: each
 * machine is a fiber, all share one loop.
 */
#ifndef WSAMT_MANY_H
#define WSAMT_MANY_H

#include "lib/hosts.h"
#include "wsamt/wsamt.h"

#define MANY_JOBS 32			/* at once, unless -j */
#define MANY_JOBS_MAX 1000

struct many {
	const struct hosts *hosts;
	struct opts *opts;		/* what was secret in files is read */
	const struct machine_spec *spec;
	unsigned jobs;			/* so many at once */
	int64_t stagger_ms;		/* from the start of one to the next */
	bool json, several;		/* several results a machine */
	bool no_login;			/* no password is asked for or read */
	/* The work; it prints to a->sink. */
	int (*work)(struct wsamt *a, struct wsman_hub *hub, void *arg,
	    struct err *e);
	void *arg;
};

/*
 * Prints what each machine said when it is done with.  Every name is looked
 * at before the first is spoken to.  -1: the highest kind of error of all,
 * and how many failed.
 */
int many_run(const struct many *m, struct err *e);

#endif
