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
	p->falling = rules->goal != PROBE_UP;
	p->cookie = cookie;
	p->lookup_ms = now_ms;
	p->send_ms = start_ms;
	p->silent_ms = PROBE_NEVER;
}

/* From now on answers are wanted, to what is asked from now on. */
static void
fell(struct probe *p)
{
	p->falling = false;
	p->silent_ms = PROBE_NEVER;
	p->run = 0;
	p->answered = p->sent;
}

enum probe_do
probe_step(struct probe *p, int64_t now_ms)
{
	if (p->met)
		return PROBE_WAIT;
	if (p->falling ? now_ms >= p->silent_ms :
	    p->run >= p->rules->answers) {
		p->met = p->rules->goal != PROBE_REBOOT || !p->falling;
		if (p->met)
			return PROBE_MET;
		fell(p);
		return PROBE_FELL;
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

static bool
same_addresses(const struct probe *p, const struct addr *addrs, size_t n)
{
	size_t i;

	for (i = 0; i < n && n == p->naddrs; i++)
		if (!addr_same(&p->addrs[i], &addrs[i]))
			return false;
	return n == p->naddrs;
}

void
probe_resolved(struct probe *p, int64_t now_ms, const struct addr *addrs,
    size_t n, bool literal)
{
	p->looking = false;
	if (n > PROBE_ADDRS_MAX)
		n = PROBE_ADDRS_MAX;
	if (n > 0) {
		if (!same_addresses(p, addrs, n))
			memset(p->heard, 0, sizeof p->heard);
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
 * Silence is proven when `misses' rounds after the latest answered one were
 * sent and the last of those had its time.
 */
static void
silence(struct probe *p, int64_t now_ms)
{
	p->silent_ms = !p->falling ||
	    p->sent - p->answered < p->rules->misses ?
	    PROBE_NEVER : now_ms + p->rules->patience_ms;
}

static uint64_t
bit_of(uint32_t round)
{
	return UINT64_C(1) << round % PROBE_REMEMBERED;
}

void
probe_sent(struct probe *p, int64_t now_ms, bool left)
{
	size_t i, way;

	if (!left)
		return;
	p->sent++;
	for (i = 0; i < PROBE_ADDRS_MAX; i++)
		for (way = 0; way < PROBE_WAYS; way++)
			p->heard[i][way] &= ~bit_of(p->sent);
	if (p->silent_ms == PROBE_NEVER)
		silence(p, now_ms);
}

int
probe_find(const struct probe *p, const struct addr *a)
{
	size_t i;

	for (i = 0; i < p->naddrs; i++)
		if (addr_same(&p->addrs[i], a))
			return (int)i;
	return -1;
}

/*
 * An answer to an earlier round than the latest answered proves nothing new.
 * One that skips rounds begins a new row, even if the skipped ones are still
 * to come.
 */
enum probe_verdict
probe_answer(struct probe *p, int64_t now_ms, const struct addr *from,
    unsigned way, uint64_t cookie, uint32_t round)
{
	int i = probe_find(p, from);
	uint64_t *heard;

	if (i == -1 || way >= PROBE_WAYS || cookie != p->cookie ||
	    round == 0 || round > p->sent)
		return PROBE_FORGED;
	if (p->sent - round >= PROBE_REMEMBERED)
		return PROBE_LATE;
	heard = &p->heard[i][way];
	if (*heard & bit_of(round))
		return PROBE_DUPLICATE;
	*heard |= bit_of(round);
	if (round < p->answered || p->met)
		return PROBE_LATE;
	if (round == p->answered)
		return p->run > 0 ? PROBE_ALSO : PROBE_LATE;
	p->run = round == p->answered + 1 ? p->run + 1 : 1;
	p->answered = round;
	silence(p, now_ms);
	return PROBE_COUNTED;
}
