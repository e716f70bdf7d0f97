/* SPDX-License-Identifier: MIT */
/*
 * What comes in: echo replies, pongs, the ends of connections, ICMP errors.
 * An echo carries the index of its host and a cookie; a pong is matched by
 * address and tag.  An ICMP error only explains: nothing is decided by it.
 */
#include <errno.h>
#include <poll.h>

#include "lib/log.h"
#include "pingwait/waiter.h"

#define RECEIVE_BATCH 256		/* then the timers have their turn */

static void
answered(struct host *h, const struct answer *a, uint64_t cookie,
    uint32_t round)
{
	static const char *const words[] = {
		[PROBE_COUNTED] = "an answer",
		[PROBE_FORGED] = "not an answer to us",
		[PROBE_DUPLICATE] = "a duplicate",
		[PROBE_ALSO] = "one more answer",
		[PROBE_LATE] = "a late answer"
	};
	enum probe_verdict verdict = probe_answer(&h->probe, loop_now_ms(),
	    &a->from, a->way, cookie, round);
	char text[ADDR_TEXT_MAX];

	if (log_wants(LOG_DEBUG))
		log_debug("%s: %s (%u) from %s", h->target->name,
		    words[verdict], round, addr_text(&a->from, text));
	if (verdict != PROBE_COUNTED)
		return;
	h->answer = *a;
	h->why[0] = '\0';
	host_step(h);
}

static void
on_echo(const struct ear *ear, const struct packet *p)
{
	struct waiter *w = ear->w;
	struct answer a = { .way = WAY_ECHO, .from = p->from, .ttl = p->ttl };
	const struct means *means = &w->means;
	char text[ADDR_TEXT_MAX];
	struct icmp_echo m;
	struct host *h;

	if (!icmp_reply(p->data, p->n, ear->s.form, &m) ||
	    m.id != ear->s.id)
		return;
	if (m.host >= w->n) {
		log_debug("%s: an answer for no host of ours",
		    addr_text(&p->from, text));
		return;
	}
	h = &w->hosts[m.host];
	if (h->probe.met)
		return;
	if (p->ttl < means->ttl_min || p->ttl > means->ttl_max)
		log_debug("%s: its TTL of %d does not count (%u)",
		    h->target->name, p->ttl, m.round);
	else
		answered(h, &a, m.cookie, m.round);
}

static void
on_pong(const struct ear *ear, const struct packet *p)
{
	struct waiter *w = ear->w;
	struct answer a = { .way = WAY_PONG, .from = p->from };
	struct host *h;

	if (!rmcp_pong(p->data, p->n, &a.pong))
		return;
	for (h = w->hosts; h < w->hosts + w->n && !loop_stopped(w->loop);
	    h++) {
		if (h->probe.met || probe_find(&h->probe, &p->from) == -1)
			continue;
		if (w->means.amt_only && !a.pong.amt)
			log_debug("%s: a pong, but not of AMT",
			    h->target->name);
		else
			answered(h, &a, h->probe.cookie, rmcp_round(a.pong.tag,
			    h->probe.cookie, h->probe.sent));
	}
}

static void
on_trouble(struct waiter *w, const struct trouble *t)
{
	struct host *h;

	for (h = w->hosts; h < w->hosts + w->n; h++)
		if (!h->probe.met && probe_find(&h->probe, &t->to) != -1)
			words_probing(h, &t->to, t->error, t->known_by ?
			    &t->by : NULL);
}

void
hear_tcp(void *arg, const struct tcp_try *t, int error)
{
	struct host *h = arg;
	const struct means *means = &h->w->means;
	struct answer a = { .way = WAY_PORT, .from = t->to, .port = t->port };

	if (t->port != means->ports[0])
		a.way++;		/* the second port */
	if (error == 0 || (error == ECONNREFUSED && means->refusal))
		answered(h, &a, h->probe.cookie, t->round);
	else
		words_probing(h, &t->to, error, NULL);
}

static void
hear(void *arg, short revents)
{
	const struct ear *ear = arg;
	struct packet p;
	struct trouble t;
	int i, got;

	for (i = 0; i < RECEIVE_BATCH && (revents & POLLERR); i++) {
		if ((got = sock_trouble(&ear->s, &t)) == -1)
			break;
		if (got == 1)
			on_trouble(ear->w, &t);
	}
	for (i = 0; i < RECEIVE_BATCH && !loop_stopped(ear->w->loop); i++) {
		if ((got = sock_receive(&ear->s, &p)) == -1)
			return;
		if (got == 1)
			ear->take(ear, &p);
	}
}

static int
listen_to(struct waiter *w, struct ear *ear,
    void (*take)(const struct ear *, const struct packet *), struct err *e)
{
	ear->w = w;
	ear->take = take;
	return ear->s.fd == -1 || loop_watch(w->loop, ear->s.fd, POLLIN, hear,
	    ear, e) != NULL ? 0 : -1;
}

/*
 * One family is enough, unless a host has only addresses of the other.  With
 * no echo socket at all, ports are knocked at: any answer there will do.
 */
static int
no_echo(struct waiter *w, struct err *e)
{
	struct means *m = &w->means;

	*e = w->no_socket[w->o->family == AF_INET6];
	if (!m->optional)
		return -1;
	if (!m->rmcp) {
		m->ports[0] = 22;	/* ssh: a Unix */
		m->ports[1] = 445;	/* file sharing: a Windows */
		m->refusal = true;
	}
	log_warn("%s; until then %s", e->text, m->rmcp ? "without echoes" :
	    "TCP ports 22 and 445 are asked instead");
	return 0;
}

int
hear_open(struct waiter *w, struct err *e)
{
	int family = w->o->family, i;

	for (i = 0; i < 2; i++) {
		if (family != AF_UNSPEC && (family == AF_INET6) != (i == 1))
			continue;
		if (w->means.echo)
			(void)sock_open_echo(&w->echo[i].s, i == 1,
			    &w->no_socket[i]);
		if (w->means.rmcp)
			(void)sock_open_udp(&w->rmcp[i].s, i == 1, RMCP_PORT,
			    &w->no_socket[i]);
	}
	if (w->means.echo && w->echo[0].s.fd == -1 &&
	    w->echo[1].s.fd == -1 && no_echo(w, e) == -1)
		return -1;
	if (sock_drop_privilege(e) == -1)
		return -1;
	for (i = 0; i < 2; i++)
		if (listen_to(w, &w->echo[i], on_echo, e) == -1 ||
		    listen_to(w, &w->rmcp[i], on_pong, e) == -1)
			return -1;
	return 0;
}

void
hear_close(struct waiter *w)
{
	int i;

	for (i = 0; i < 2; i++) {
		sock_close(&w->echo[i].s);
		sock_close(&w->rmcp[i].s);
	}
}
