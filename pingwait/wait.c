/* SPDX-License-Identifier: MIT */
/*
 * Waiting for hosts: see wait.h.  A thousand hosts share two sockets and the
 * timers of one loop; what comes back finds its host by the index that the
 * echo carries.
 */
#include <sys/random.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/resolve.h"
#include "pingwait/sock.h"
#include "pingwait/tcp.h"
#include "pingwait/wait.h"

#define NOTICE_MS 2000			/* longer than this is said */
#define RECEIVE_BATCH 256		/* then the timers have their turn */
#define NAMES_SAID 5			/* in a sentence about many hosts */

struct host {
	struct waiter *w;
	const char *name, *address;	/* what people call it, where it is */
	struct probe probe;
	struct tcp_try tries[PROBE_ADDRS_MAX];
	struct loop_timer timer;
	struct resolve *lookup;		/* under way */
	char why[160];			/* the last failure; "": none */
};

struct waiter {
	const struct wait_options *o;
	struct loop *loop;
	struct sock socks[2];		/* IPv4, IPv6 */
	struct err sock_errors[2];	/* why one is not open */
	struct host *hosts;
	size_t n, left;			/* left: still to be met */
	char where[16];			/* " on port 1", or "" */
	int64_t start_ms;
	struct loop_timer deadline, notice;
	struct err *e;			/* of what stopped the loop */
	bool failed;
};

static void step(void *arg);

static void
give_up(struct waiter *w)
{
	w->failed = true;
	loop_stop(w->loop);
}

static const char *
state_word(const struct waiter *w)
{
	return w->o->rules.down ? "down" : "up";
}

/* With -v, once for each new reason. */
static void
failure(struct host *h, const char *why)
{
	if (strncmp(h->why, why, sizeof h->why - 1) == 0)
		return;
	(void)snprintf(h->why, sizeof h->why, "%.*s", (int)sizeof h->why - 1,
	    why);
	log_info("%s: %s", h->name, h->why);
}

static void
host_stop(struct host *h)
{
	size_t i;

	loop_cancel(&h->timer);
	resolve_cancel(h->lookup);
	h->lookup = NULL;
	for (i = 0; i < PROBE_ADDRS_MAX; i++)
		tcp_stop(&h->tries[i]);
}

static void
met(struct host *h)
{
	struct waiter *w = h->w;
	int64_t ms = loop_now_ms() - w->start_ms;

	host_stop(h);
	if (!w->o->quiet && (printf("%s\t%s\t%jd.%03jd\n", h->name,
	    state_word(w), (intmax_t)ms / 1000, (intmax_t)ms % 1000) < 0 ||
	    fflush(stdout) == EOF)) {
		err_sys(w->e, ERR_LOCAL, "writing to standard output");
		give_up(w);
		return;
	}
	if (--w->left == 0 || w->o->any)
		loop_stop(w->loop);
}

/* The addresses that we have a socket for; 0 and the reason when none. */
static size_t
usable(const struct waiter *w, const struct addrinfo *list,
    struct addr out[PROBE_ADDRS_MAX], struct err *e)
{
	const struct addrinfo *ai;
	size_t n = 0;

	for (ai = list; ai != NULL && n < PROBE_ADDRS_MAX; ai = ai->ai_next) {
		if (!addr_from(&out[n], ai->ai_addr))
			continue;
		if (w->o->port != 0 || w->socks[out[n].v6].fd != -1)
			n++;
		else
			*e = w->sock_errors[out[n].v6];
	}
	return n;
}

static int
take_addresses(struct host *h, const struct addrinfo *list, bool literal,
    struct err *e)
{
	struct addr addrs[PROBE_ADDRS_MAX];
	char text[ADDR_TEXT_MAX];
	size_t i, n = usable(h->w, list, addrs, e);

	if (n == 0)
		return err_ctx(e, "%s", h->name);
	for (i = 0; i < n && !literal; i++)
		if (i >= h->probe.naddrs ||
		    !addr_same(&addrs[i], &h->probe.addrs[i]))
			log_info("%s: is %s", h->name,
			    addr_text(&addrs[i], text));
	h->why[0] = '\0';
	probe_resolved(&h->probe, loop_now_ms(), addrs, n, literal);
	return 0;
}

static void
on_lookup(void *arg, struct addrinfo *list, const struct err *e)
{
	struct host *h = arg;
	int rc = 0;

	h->lookup = NULL;
	if (list == NULL) {
		failure(h, e->text);
		probe_resolved(&h->probe, loop_now_ms(), NULL, 0, false);
	} else {
		rc = take_addresses(h, list, false, h->w->e);
		freeaddrinfo(list);
	}
	if (rc == -1)
		give_up(h->w);
	else
		step(h);
}

static void
verdict_is(struct host *h, enum probe_verdict verdict, uint32_t round,
    const char *from)
{
	static const char *const words[] = {
		[PROBE_COUNTED] = "an answer",
		[PROBE_FORGED] = "not an answer to us",
		[PROBE_LATE] = "a late or second answer"
	};

	log_debug("%s: %s (%u) from %s", h->name, words[verdict], round, from);
	if (verdict == PROBE_COUNTED)
		step(h);
}

static void
could_not(struct host *h, const char *address, int error)
{
	char why[160];

	(void)snprintf(why, sizeof why, "probing %s: %s", address,
	    strerror(error));
	failure(h, why);
}

static void
on_tcp(void *arg, const struct tcp_try *t, int error)
{
	struct host *h = arg;
	char text[ADDR_TEXT_MAX];

	addr_text(&t->to, text);
	if (error != 0)
		could_not(h, text, error);
	else
		verdict_is(h, probe_answer(&h->probe, loop_now_ms(), &t->to,
		    h->probe.cookie, t->round), t->round, text);
}

static int
send_probe(struct host *h, size_t i, uint32_t round)
{
	const struct wait_options *o = h->w->o;
	const struct addr *to = &h->probe.addrs[i];
	struct icmp_echo m = {
		.cookie = h->probe.cookie,
		.host = (uint32_t)(h - h->w->hosts),
		.round = round
	};

	if (o->port == 0)
		return sock_send(&h->w->socks[to->v6], to, &m);
	return tcp_start(&h->tries[i], h->w->loop, to, o->port, round,
	    loop_now_ms(), o->rules.patience_ms, on_tcp, h);
}

/* One round; what cannot be sent now may be next time. */
static void
send_round(struct host *h)
{
	struct probe *p = &h->probe;
	uint32_t round = p->sent + 1;
	char text[ADDR_TEXT_MAX];
	bool left = false;
	size_t i;

	for (i = 0; i < p->naddrs; i++) {
		addr_text(&p->addrs[i], text);
		if (send_probe(h, i, round) == -1) {
			could_not(h, text, errno);
			continue;
		}
		log_debug("%s: %s %u to %s", h->name, h->w->o->port == 0 ?
		    "echo request" : "connection", round, text);
		left = true;
	}
	if (left && h->w->o->port == 0)
		h->why[0] = '\0';
	probe_sent(p, loop_now_ms(), left);
}

static void
look_up(struct host *h)
{
	struct err e;

	h->lookup = resolve_start(h->w->loop, h->address, NULL, h->w->o->family,
	    on_lookup, h, &e);
	if (h->lookup != NULL)
		return;
	failure(h, e.text);		/* no memory now: tried again */
	probe_resolved(&h->probe, loop_now_ms(), NULL, 0, false);
}

/* Do what is due for a host, and set its timer for what comes next. */
static void
step(void *arg)
{
	struct host *h = arg;
	enum probe_do todo;
	int64_t next;

	while ((todo = probe_step(&h->probe, loop_now_ms())) != PROBE_WAIT) {
		if (todo == PROBE_MET) {
			met(h);
			return;
		}
		if (todo == PROBE_LOOKUP)
			look_up(h);
		else
			send_round(h);
	}
	loop_cancel(&h->timer);
	next = probe_next_ms(&h->probe);
	if (next != PROBE_NEVER && loop_at(h->w->loop, &h->timer, next, step,
	    h, h->w->e) == -1)
		give_up(h->w);
}

static void
on_reply(struct waiter *w, const struct addr *from, const struct icmp_echo *m)
{
	char text[ADDR_TEXT_MAX];
	struct host *h;

	addr_text(from, text);
	if (m->host >= w->n) {
		log_debug("%s: an answer for no host of ours", text);
		return;
	}
	h = &w->hosts[m->host];
	if (!h->probe.met)
		verdict_is(h, probe_answer(&h->probe, loop_now_ms(), from,
		    m->cookie, m->round), m->round, text);
}

static void
receive(struct waiter *w, const struct sock *s)
{
	struct icmp_echo m;
	struct addr from;
	int i, got;

	for (i = 0; i < RECEIVE_BATCH && !loop_stopped(w->loop); i++) {
		if ((got = sock_receive(s, &from, &m)) == -1)
			return;
		if (got == 1)
			on_reply(w, &from, &m);
	}
}

static void
on_v4(void *arg, short revents)
{
	struct waiter *w = arg;

	(void)revents;
	receive(w, &w->socks[0]);
}

static void
on_v6(void *arg, short revents)
{
	struct waiter *w = arg;

	(void)revents;
	receive(w, &w->socks[1]);
}

/* "a", "a, b and c" or "a, b, c, d, e and 95 others": those not met. */
static void
names_left(const struct waiter *w, const char *and, char *out, size_t size)
{
	size_t i, said = 0, len = 0;
	size_t say = w->left <= NAMES_SAID + 1 ? w->left : NAMES_SAID;

	out[0] = '\0';
	for (i = 0; i < w->n && said < say && len < size; i++) {
		if (w->hosts[i].probe.met)
			continue;
		len += (size_t)snprintf(out + len, size - len, "%s%s",
		    said == 0 ? "" : said == w->left - 1 ? and : ", ",
		    w->hosts[i].name);
		said++;
	}
	if (said < w->left && len < size)
		(void)snprintf(out + len, size - len, "%s%zu others", and,
		    w->left - said);
}

static const struct host *
first_left(const struct waiter *w)
{
	size_t i;

	for (i = 0; i < w->n && w->hosts[i].probe.met; i++)
		;
	return &w->hosts[i];
}

static void
on_notice(void *arg)
{
	struct waiter *w = arg;
	const struct host *h = first_left(w);
	char names[400];

	names_left(w, w->o->any ? " or " : " and ", names, sizeof names);
	if (w->left == 1 && h->probe.naddrs == 0)
		log_warn("waiting for the name %s to resolve", names);
	else
		log_warn("waiting for %s to %s%s", names, w->o->rules.down ?
		    "stop answering" : "answer", w->where);
}

/* The one sentence at the end: who, how long, and what was wrong last. */
static void
on_deadline(void *arg)
{
	struct waiter *w = arg;
	const struct host *h = first_left(w);
	double seconds = (double)w->o->timeout_ms / 1000;
	char names[400];

	names_left(w, " and ", names, sizeof names);
	if (w->n > 1)
		err_set(w->e, ERR_NO, "%zu of %zu hosts ", w->left, w->n);
	else
		err_set(w->e, ERR_NO, "%s ", names);
	if (w->left == 1 && h->probe.naddrs == 0)
		err_more(w->e, "did not resolve within %.10g s", seconds);
	else if (w->o->rules.down)
		err_more(w->e, "still answered%s after %.10g s", w->where,
		    seconds);
	else
		err_more(w->e, "did not answer%s within %.10g s", w->where,
		    seconds);
	if (w->n > 1)
		err_more(w->e, ": %s", names);
	if (w->left == 1 && h->why[0] != '\0')
		err_more(w->e, " (%s)", h->why);
	give_up(w);
}

/* One family is enough, unless a host has only addresses of the other. */
static int
open_sockets(struct waiter *w, struct err *e)
{
	int family = w->o->family, first = family == AF_INET6;
	int i;

	for (i = 0; i < 2; i++)
		if (family == AF_UNSPEC || i == first)
			(void)sock_open(&w->socks[i], i == 1,
			    &w->sock_errors[i]);
	if (w->socks[0].fd == -1 && w->socks[1].fd == -1) {
		*e = w->sock_errors[first];
		return -1;
	}
	if (sock_drop_privilege(e) == -1)
		return -1;
	for (i = 0; i < 2; i++)
		if (w->socks[i].fd != -1 && loop_watch(w->loop,
		    w->socks[i].fd, POLLIN, i == 0 ? on_v4 : on_v6, w,
		    e) == NULL)
			return -1;
	return 0;
}

/*
 * The first probes of many hosts are spread, one a millisecond, over at most
 * an interval: their answers come spread, too.
 */
static int
add_host(struct waiter *w, size_t i, const struct wait_target *target,
    struct err *e)
{
	struct host *h = &w->hosts[i];
	struct addrinfo *list;
	uint64_t cookie;
	int literal;

	h->w = w;
	h->name = target->name;
	h->address = target->address;
	if (getrandom(&cookie, sizeof cookie, 0) != sizeof cookie)
		return err_sys(e, ERR_LOCAL, "random numbers");
	probe_init(&h->probe, &w->o->rules, cookie, w->start_ms, w->start_ms +
	    w->o->delay_ms + (int64_t)i % w->o->rules.interval_ms);
	literal = resolve_literal(h->address, NULL, w->o->family, &list, e);
	if (literal == 1) {
		literal = take_addresses(h, list, true, e);
		freeaddrinfo(list);
	}
	return literal == -1 ? -1 : 0;
}

static int
start(struct waiter *w, const struct wait_target *targets, struct err *e)
{
	size_t i;

	if ((w->loop = loop_new(e)) == NULL)
		return -1;
	if (w->o->port != 0)
		tcp_more_descriptors();
	else if (open_sockets(w, e) == -1)
		return -1;
	if ((w->hosts = calloc(w->n, sizeof *w->hosts)) == NULL)
		return err_sys(e, ERR_LOCAL, "%zu hosts", w->n);
	for (i = 0; i < w->n; i++)
		if (add_host(w, i, &targets[i], e) == -1)
			return -1;
	if (w->o->timeout_ms > 0 && loop_at(w->loop, &w->deadline,
	    w->start_ms + w->o->timeout_ms, on_deadline, w, e) == -1)
		return -1;
	if (w->o->notice && loop_at(w->loop, &w->notice, w->start_ms +
	    NOTICE_MS, on_notice, w, e) == -1)
		return -1;
	for (i = 0; i < w->n && !w->failed; i++)
		step(&w->hosts[i]);
	return w->failed ? -1 : 0;
}

int
wait_for_hosts(const struct wait_options *o,
    const struct wait_target *targets, size_t n, struct err *e)
{
	struct waiter w = {
		.o = o, .n = n, .left = n, .start_ms = loop_now_ms(), .e = e,
		.socks = { { .fd = -1 }, { .fd = -1 } }
	};
	size_t i;
	int rc = -1;

	if (o->port != 0)
		(void)snprintf(w.where, sizeof w.where, " on port %u", o->port);
	if (start(&w, targets, e) == 0 && loop_run(w.loop, e) == 0 && !w.failed)
		rc = 0;
	for (i = 0; w.hosts != NULL && i < n; i++)
		host_stop(&w.hosts[i]);
	loop_free(w.loop);
	free(w.hosts);
	sock_close(&w.socks[0]);
	sock_close(&w.socks[1]);
	return rc;
}
