/* SPDX-License-Identifier: MIT */
/*
 * Writing the two logs (WS-Man reference, logs: record layouts, tables of
 * events).  Event records are little endian, audit records big endian.
 */
#include <string.h>

#include "journal.h"
#include "sim.h"

/* The new last of n items of this size, with room for max. */
static void *
append(void *items, size_t size, size_t max, size_t *n)
{
	uint8_t *p = items;

	if (*n == max)
		memmove(p, p + size, --*n * size);
	memset(p + *n * size, 0, size);
	return p + (*n)++ * size;
}

void
journal_event(struct sim *sim, const uint8_t rest[EVENT_LEN - 4])
{
	struct journal *j = sim->journal;
	uint32_t now = (uint32_t)sim_wall(sim);
	uint8_t *p;
	int i;

	if (j->frozen)
		return;
	if (j->ncleared > 0)
		j->ncleared--;
	p = append(j->events, EVENT_LEN, EVENTS_MAX, &j->nevents);
	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(now >> 8 * i);
	memcpy(p + 4, rest, EVENT_LEN - 4);
}

/* Firmware progress 19, from the BIOS: what a normal boot leaves. */
void
journal_boot(struct sim *sim)
{
	static const uint8_t rest[EVENT_LEN - 4] = { 0xff, 15, 0x6f, 2, 0x68, 1,
	    0xff, 34, 0, 0x40, 19 };

	journal_event(sim, rest);
}

static size_t
put(uint8_t *p, uint32_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
	return n;
}

/* A length and so many characters. */
static size_t
put_text(uint8_t *p, const char *text, size_t len)
{
	*p = (uint8_t)len;
	memcpy(p + 1, text, len);
	return 1 + len;
}

/* Where a peer, "127.0.0.1:40000" or "[::1]:40000", is: without the port. */
static size_t
put_address(uint8_t *p, const char *peer)
{
	const char *end = strrchr(peer, ':');
	bool six = peer[0] == '[';

	*p = six ? 1 : 0;
	return 1 + put_text(p + 1, peer + six, (size_t)(end - peer) -
	    2 * six);
}

static void
add_audit(struct sim *sim, enum audit_app app, unsigned event,
    const char *actor, const char *peer, const void *data, size_t len)
{
	struct journal *j = sim->journal;
	struct audit *a;
	uint8_t *p;

	if (j->audit_off)
		return;
	a = append(j->audits, sizeof *a, AUDITS_MAX, &j->naudits);
	a->time = (int64_t)sim_wall(sim);
	p = a->bytes;
	p += put(p, app, 2);
	p += put(p, event, 2);
	*p++ = actor[0] != '\0' ? 0 : 2;	/* by digest, or local */
	if (actor[0] != '\0')
		p += put_text(p, actor, strlen(actor));
	p += put(p, (uint32_t)a->time, 4);
	if (strchr(peer, ':') != NULL)
		p += put_address(p, peer);
	else
		p += put(p, 0x0200, 2);	/* no address */
	p += put_text(p, data != NULL ? data : "", len > 32 ? 32 : len);
	a->len = (size_t)(p - a->bytes);
}

void
journal_session(struct sim *sim, enum service s, bool open)
{
	/* address sensor type offset source severity number entity instance */
	uint8_t rest[EVENT_LEN - 4] = { 0xff, 192, 0x6f, 0, 0x68, 1, 0xff, 38,
	    0, 0xaa, 0x30 };
	static const unsigned opened[SERVICES] = { [SERVICE_SOL] = 4,
	    [SERVICE_IDER] = 0, [SERVICE_KVM] = 8 };

	rest[11] = (uint8_t)((s == SERVICE_IDER ? 2 : 0) + !open);
	if (s != SERVICE_KVM)
		journal_event(sim, rest);
	add_audit(sim, AUDIT_REDIRECTION, opened[s] + !open,
	    sim->model.session_user[s], sim->model.session_peer[s], NULL, 0);
}

void
journal_actor(struct sim *sim, const struct user *u)
{
	struct journal *j = sim->journal;

	memset(j->actor, 0, sizeof j->actor);
	if (u != NULL)
		memcpy(j->actor, u->name, strlen(u->name));
}

void
journal_audit(struct sim *sim, enum audit_app app, unsigned event,
    const void *data, size_t len)
{
	add_audit(sim, app, event, sim->journal->actor, "", data, len);
}
