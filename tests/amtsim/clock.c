/* SPDX-License-Identifier: MIT */
/*
 * The one clock and the one source of chance.  Protocol time-outs hang on
 * the clock, which a test can put forward; a seeded run draws the same
 * numbers again.
 */
#include <sys/random.h>

#include <string.h>

#include "lib/err.h"
#include "sim.h"

int64_t
sim_now_ms(const struct sim *sim)
{
	return loop_now_ms() + sim->clock_offset_ms;
}

time_t
sim_wall(const struct sim *sim)
{
	return time(NULL) + (time_t)(sim->clock_offset_ms / 1000 +
	    sim->device_clock_s);
}

void
sim_cancel(struct sim_timer *t)
{
	loop_cancel(&t->t);
	if (t->prev == NULL)
		return;
	*t->prev = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	t->prev = NULL;
}

static void
fire(void *arg)
{
	struct sim_timer *t = arg;

	sim_cancel(t);
	t->fn(t->arg);
}

static void
arm(struct sim_timer *t)
{
	loop_at(t->sim->loop, &t->t,
	    t->due_ms - t->sim->clock_offset_ms, fire, t);
}

void
sim_after(struct sim *sim, struct sim_timer *t, int64_t ms,
    void (*fn)(void *arg), void *arg)
{
	sim_cancel(t);
	t->sim = sim;
	t->due_ms = sim_now_ms(sim) + ms;
	t->fn = fn;
	t->arg = arg;
	t->next = sim->timers;
	t->prev = &sim->timers;
	if (t->next != NULL)
		t->next->prev = &t->next;
	sim->timers = t;
	arm(t);
}

void
sim_time_skip(struct sim *sim, int64_t ms)
{
	struct sim_timer *t;

	sim->clock_offset_ms += ms;
	for (t = sim->timers; t != NULL; t = t->next)
		arm(t);
}

/* splitmix64: good enough for names and nonces of a test that repeats. */
static uint64_t
next_number(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
sim_random(struct sim *sim, void *p, size_t n)
{
	uint8_t *out = p;
	uint64_t v = 0;
	size_t i;

	if (!sim->seeded && getrandom(p, n, 0) == (ssize_t)n)
		return;
	for (i = 0; i < n; i++) {
		if (i % 8 == 0)
			v = next_number(&sim->seed_state);
		out[i] = (uint8_t)(v >> i % 8 * 8);
	}
}

void
sim_random_hex(struct sim *sim, char *out, size_t digits)
{
	uint8_t b;
	size_t i;

	for (i = 0; i < digits; i++) {
		sim_random(sim, &b, 1);
		out[i] = "0123456789abcdef"[b & 15];
	}
	out[digits] = '\0';
}
