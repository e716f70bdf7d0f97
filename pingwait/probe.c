/* SPDX-License-Identifier: MIT */
/* The state machine of one host: see probe.h. */
#include <string.h>

#include "pingwait/probe.h"

bool
addr_same(const struct addr *a, const struct addr *b)
{
	return a->v6 == b->v6 && memcmp(a->ip, b->ip, sizeof a->ip) == 0 &&
	    (a->scope == b->scope || a->scope == 0 || b->scope == 0);
}

void
probe_init(struct probe *p, const struct probe_rules *rules, uint64_t cookie,
    int64_t now_ms, int64_t start_ms)
{
	memset(p, 0, sizeof *p);
	p->rules = rules;
	p->cookie = cookie;
	p->lookup_ms = now_ms;
	p->send_ms = start_ms;
	p->silent_ms = PROBE_NEVER;
}

enum probe_do
probe_step(struct probe *p, int64_t now_ms)
{
	if (p->met)
		return PROBE_WAIT;
	if (p->rules->down ? now_ms >= p->silent_ms :
	    p->run >= p->rules->need) {
		p->met = true;
		return PROBE_MET;
	}
	if (!p->looking && now_ms >= p->lookup_ms) {
		p->looking = true;
		return PROBE_LOOKUP;
	}
	if (p->naddrs > 0 && now_ms >= p->send_ms) {
		p->send_ms += p->rules->interval_ms;
		if (p->send_ms <= now_ms)	/* late: none to catch up */
			p->send_ms = now_ms + p->rules->interval_ms;
		return PROBE_SEND;
	}
	return PROBE_WAIT;
}

int64_t
probe_next_ms(const struct probe *p)
{
	int64_t next = p->silent_ms;

	if (p->met)
		return PROBE_NEVER;
	if (!p->looking && p->lookup_ms < next)
		next = p->lookup_ms;
	if (p->naddrs > 0 && p->send_ms < next)
		next = p->send_ms;
	return next;
}

void
probe_resolved(struct probe *p, int64_t now_ms, const struct addr *addrs,
    size_t n, bool literal)
{
	p->looking = false;
	if (n > PROBE_ADDRS_MAX)
		n = PROBE_ADDRS_MAX;
	if (n > 0) {
		memcpy(p->addrs, addrs, n * sizeof *addrs);
		p->naddrs = n;
	}
	if (literal)
		p->lookup_ms = PROBE_NEVER;
	else
		p->lookup_ms = now_ms + (p->naddrs > 0 ?
		    PROBE_LOOKUP_AGAIN_MS : PROBE_LOOKUP_MS);
}

/*
 * Silence is proven when `need' rounds after the latest answered one were
 * sent and the last of those had its time.
 */
static void
silence(struct probe *p, int64_t now_ms)
{
	p->silent_ms = !p->rules->down ||
	    p->sent - p->answered < p->rules->need ?
	    PROBE_NEVER : now_ms + p->rules->patience_ms;
}

void
probe_sent(struct probe *p, int64_t now_ms, bool left)
{
	if (!left)
		return;
	p->sent++;
	if (p->silent_ms == PROBE_NEVER)
		silence(p, now_ms);
}

/*
 * An answer to an earlier round than the latest answered proves nothing new.
 * One that skips rounds begins a new row, even if the skipped ones are still
 * to come.
 */
enum probe_verdict
probe_answer(struct probe *p, int64_t now_ms, const struct addr *from,
    uint64_t cookie, uint32_t round)
{
	size_t i;

	for (i = 0; i < p->naddrs && !addr_same(&p->addrs[i], from); i++)
		;
	if (i == p->naddrs || cookie != p->cookie || round == 0 ||
	    round > p->sent)
		return PROBE_FORGED;
	if (round <= p->answered || p->met)
		return PROBE_LATE;
	p->run = round == p->answered + 1 ? p->run + 1 : 1;
	p->answered = round;
	silence(p, now_ms);
	return PROBE_COUNTED;
}
