/* SPDX-License-Identifier: MIT */
/*
 * Waiting for hosts: see wait.h.  A thousand hosts share a socket a family
 * and the timers of one loop; only TCP needs one for each.
 */
#include <sys/random.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/resolve.h"
#include "pingwait/waiter.h"

#define NOTICE_MS 2000			/* longer than this is said */
#define LINE_MAX_BYTES 4096		/* of a host, in JSON */
#define TTL_OS_MAX 128			/* Linux sends 64, Windows 128, AMT 255 */

const struct means means_echo = {
	.echo = true, .ttl_min = -1, .ttl_max = 255, .optional = true
};
const struct means means_os = {
	.echo = true, .ttl_min = 0, .ttl_max = TTL_OS_MAX,
	.how = " from its operating system"
};
const struct means means_rmcp = {
	.rmcp = true, .tells_pong = true, .how = " presence pings"
};
/* WS-Man's ports: those of redirection may be off. */
const struct means means_amt = {
	.echo = true, .ttl_min = TTL_OS_MAX + 1, .ttl_max = 255,
	.rmcp = true, .amt_only = true, .ports = { 16992, 16993 },
	.optional = true, .tells_sign = true, .how = " with a sign of AMT"
};

static void
give_up(struct waiter *w)
{
	w->failed = true;
	loop_stop(w->loop);
}

static void
host_stop(struct host *h)
{
	size_t i, j;

	loop_cancel(&h->timer);
	resolve_cancel(h->lookup);
	h->lookup = NULL;
	for (i = 0; i < PROBE_ADDRS_MAX; i++)
		for (j = 0; j < MEANS_PORTS; j++)
			tcp_stop(&h->tries[i][j]);
}

static int
print(const struct host *h, struct err *e)
{
	const struct wait_options *o = h->w->o;
	struct report r = {
		.host = h->target->name, .ms = loop_now_ms() - h->w->start_ms,
		.answer = h->probe.falling ? NULL : &h->answer
	};
	struct buf line;
	int rc;

	buf_init(&line, LINE_MAX_BYTES);
	rc = o->json ? report_json(&line, &r, e) :
	    report_columns(&line, &r, &h->w->means, e);
	if (rc == 0 && (fwrite(line.data, 1, line.len, stdout) != line.len ||
	    fflush(stdout) == EOF))
		rc = err_sys(e, ERR_LOCAL, "writing to standard output");
	buf_clear(&line);
	return rc;
}

static void
met(struct host *h)
{
	struct waiter *w = h->w;

	host_stop(h);
	h->target->met = true;
	if (!w->o->quiet && print(h, w->e) == -1)
		give_up(w);
	else if (--w->left == 0 || w->o->any)
		loop_stop(w->loop);
}

/* The addresses that we can ask; 0 and the reason when none. */
static size_t
usable(const struct waiter *w, const struct addrinfo *list,
    struct addr out[PROBE_ADDRS_MAX], struct err *e)
{
	const struct addrinfo *ai;
	size_t n = 0;

	for (ai = list; ai != NULL && n < PROBE_ADDRS_MAX; ai = ai->ai_next) {
		if (!addr_from(&out[n], ai->ai_addr))
			continue;
		if (w->means.ports[0] != 0 ||
		    w->echo[out[n].v6].s.fd != -1 ||
		    w->rmcp[out[n].v6].s.fd != -1)
			n++;
		else
			*e = w->no_socket[out[n].v6];
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
		return err_ctx(e, "%s", h->target->name);
	for (i = 0; i < n && !literal; i++)
		if (i >= h->probe.naddrs ||
		    !addr_same(&addrs[i], &h->probe.addrs[i]))
			log_info("%s: is %s", h->target->name,
			    addr_text(&addrs[i], text));
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
		words_failure(h, e->text);
		probe_resolved(&h->probe, loop_now_ms(), NULL, 0, false);
	} else {
		rc = take_addresses(h, list, false, h->w->e);
		freeaddrinfo(list);
	}
	if (rc == -1)
		give_up(h->w);
	else
		host_step(h);
}

static void
look_up(struct host *h)
{
	struct err e;

	h->lookup = resolve_start(h->w->loop, h->target->address, NULL,
	    h->w->o->family, on_lookup, h, &e);
	if (h->lookup != NULL)
		return;
	words_failure(h, e.text);	/* no memory now: tried again */
	probe_resolved(&h->probe, loop_now_ms(), NULL, 0, false);
}

/* ---- asking ----------------------------------------------------------- */

static int
send_echo(struct host *h, const struct addr *to, uint32_t round)
{
	const struct sock *s = &h->w->echo[to->v6].s;
	uint8_t packet[ICMP_ECHO_LEN];
	struct icmp_echo m = {
		.id = s->id, .cookie = h->probe.cookie,
		.host = (uint32_t)(h - h->w->hosts), .round = round
	};

	icmp_request(packet, s->form, &m);
	return sock_send(s, to, packet, sizeof packet);
}

static int
send_ping(struct host *h, const struct addr *to, uint32_t round)
{
	uint8_t packet[RMCP_PING_LEN];

	rmcp_ping(packet, h->probe.cookie, round);
	return sock_send(&h->w->rmcp[to->v6].s, to, packet, sizeof packet);
}

/* Whether it left; if not, the reason is said. */
static bool
asked(struct host *h, const struct addr *to, int rc, const char *what,
    uint32_t round)
{
	char text[ADDR_TEXT_MAX];

	if (rc == -1)
		words_probing(h, to, errno, NULL);
	else if (log_wants(LOG_DEBUG))
		log_debug("%s: %s %u to %s", h->target->name, what, round,
		    addr_text(to, text));
	return rc == 0;
}

/* In all ways that there are. */
static bool
ask(struct host *h, size_t i, uint32_t round)
{
	const struct waiter *w = h->w;
	const struct addr *to = &h->probe.addrs[i];
	bool left = false;
	size_t j;

	if (w->echo[to->v6].s.fd != -1)
		left |= asked(h, to, send_echo(h, to, round), "echo request",
		    round);
	if (w->rmcp[to->v6].s.fd != -1)
		left |= asked(h, to, send_ping(h, to, round), "presence ping",
		    round);
	for (j = 0; j < MEANS_PORTS && w->means.ports[j] != 0; j++)
		left |= asked(h, to, tcp_start(&h->tries[i][j], w->loop, to,
		    w->means.ports[j], round, loop_now_ms(),
		    w->o->rules.patience_ms, hear_tcp, h), "connection",
		    round);
	return left;
}

/* One round; what cannot be sent now may be next time. */
static void
send_round(struct host *h)
{
	struct probe *p = &h->probe;
	uint32_t round = p->sent + 1;
	bool left = false;
	size_t i;

	for (i = 0; i < p->naddrs; i++)
		left |= ask(h, i, round);
	probe_sent(p, loop_now_ms(), left);
}

void
host_step(void *arg)
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
		else if (todo == PROBE_SEND)
			send_round(h);
		else
			log_info("%s: is down, now it has to come back",
			    h->target->name);
	}
	loop_cancel(&h->timer);
	next = probe_next_ms(&h->probe);
	if (next != PROBE_NEVER)
		loop_at(h->w->loop, &h->timer, next, host_step, h);
}

/* ---- all of them ------------------------------------------------------ */

/*
 * The first probes of many hosts are spread, one a millisecond, over at most
 * an interval: their answers come spread, too.
 */
static int
add_host(struct waiter *w, size_t i, struct wait_target *target,
    struct err *e)
{
	struct host *h = &w->hosts[i];
	struct addrinfo *list;
	uint64_t cookie;
	int literal;

	h->w = w;
	h->target = target;
	if (getrandom(&cookie, sizeof cookie, 0) != sizeof cookie)
		return err_sys(e, ERR_LOCAL, "random numbers");
	probe_init(&h->probe, &w->o->rules, cookie, w->start_ms, w->start_ms +
	    w->o->delay_ms + (int64_t)i % w->o->rules.interval_ms);
	literal = resolve_literal(target->address, NULL, w->o->family, &list,
	    e);
	if (literal == 1) {
		literal = take_addresses(h, list, true, e);
		freeaddrinfo(list);
	}
	return literal == -1 ? -1 : 0;
}

static int
start(struct waiter *w, struct wait_target *targets, struct err *e)
{
	size_t i;

	if ((w->loop = loop_new(e)) == NULL || hear_open(w, e) == -1)
		return -1;
	if ((w->hosts = calloc(w->n, sizeof *w->hosts)) == NULL)
		return err_sys(e, ERR_LOCAL, "%zu hosts", w->n);
	for (i = 0; i < w->n; i++)
		if (add_host(w, i, &targets[i], e) == -1)
			return -1;
	if (w->o->timeout_ms > 0)
		loop_at(w->loop, &w->deadline, w->start_ms +
		    w->o->timeout_ms, words_deadline, w);
	if (w->o->notice)
		loop_at(w->loop, &w->notice, w->start_ms + NOTICE_MS,
		    words_notice, w);
	for (i = 0; i < w->n && !w->failed; i++)
		host_step(&w->hosts[i]);
	return w->failed ? -1 : 0;
}

int
wait_for_hosts(const struct wait_options *o, struct wait_target *targets,
    size_t n, struct err *e)
{
	static const struct ear closed = { .s.fd = -1 };
	struct waiter w = {
		.o = o, .means = o->means, .n = n, .left = n,
		.start_ms = loop_now_ms(), .e = e,
		.echo = { closed, closed }, .rmcp = { closed, closed }
	};
	struct rlimit descriptors;
	size_t i;
	int rc = -1;

	tcp_more_descriptors(&descriptors);
	if (start(&w, targets, e) == 0 && loop_run(w.loop, e) == 0 && !w.failed)
		rc = 0;
	for (i = 0; w.hosts != NULL && i < n; i++)
		host_stop(&w.hosts[i]);
	hear_close(&w);
	loop_free(w.loop);
	free(w.hosts);
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
	return rc;
}
