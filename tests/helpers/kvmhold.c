/* SPDX-License-Identifier: MIT */
/*
 * kvmhold: opens the screen of the machine that AMT_HOST names, by user
 * admin and AMT_PASSWORD, and holds it until the machine closes it or a
 * signal comes.  Options are those of all tools.  It shows nothing.
 */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/rlink.h"

static struct loop *loop;
static struct rlink *link;

static int
on_ready(void *arg, struct err *e)
{
	static const uint8_t open[8] = { 0x40 };

	(void)arg;
	return buf_add(rlink_out(link), open, sizeof open, e);
}

static int
on_input(void *arg, struct buf *in, struct err *e)
{
	(void)arg, (void)e;
	buf_drop(in, in->len);
	return 0;
}

static int
on_sent(void *arg, struct err *e)
{
	(void)arg, (void)e;
	return 0;
}

static void
on_ended(void *arg, const struct err *e)
{
	(void)arg;
	if (e != NULL)
		fprintf(stderr, "kvmhold: %s\n", e->text);
	loop_stop(loop);
}

int
main(int argc, char **argv)
{
	static const struct opts_row none[] = { { 0, NULL, NULL, NULL } };
	static const struct rlink_events events = { .ready = on_ready,
	    .input = on_input, .sent = on_sent, .ended = on_ended };
	const struct opts_spec spec = { .tool = "kvmhold", .synopsis = "",
	    .rows = none };
	struct machine m;
	struct opts o;
	struct err e;

	log_init("kvmhold", 0);
	if (opts_parse(&o, &spec, argc, argv, &e) != OPTS_RUN ||
	    machine_find(&m, &machine_redirection, &o, NULL, &e) == -1 ||
	    (loop = loop_new(&e)) == NULL || (link = rlink_start(loop, &m,
	    REDIR_KVM, 4096, &events, NULL, &e)) == NULL ||
	    loop_run(loop, &e) == -1) {
		fprintf(stderr, "kvmhold: %s\n", e.text);
		return 1;
	}
	rlink_free(link);
	loop_free(loop);
	machine_clear(&m);
	opts_clear(&o);
	return 0;
}
