/* SPDX-License-Identifier: MIT */
/* objects: pingwait/probe */
/* The state machine of one host, without a socket and with our own clock. */
#include "pingwait/probe.h"
#include "tests/unit/test.h"

#define COOKIE 0xfeedfacecafebeef

static const struct addr a4 = { false, { 192, 0, 2, 1 }, 0 };
static const struct addr b4 = { false, { 192, 0, 2, 2 }, 0 };
static const struct addr a6 = { true, { 0xfe, 0x80, [15] = 1 }, 3 };

static const struct probe_rules up = { PROBE_UP, 1, 3, 1000, 1000 };
static const struct probe_rules up3 = { PROBE_UP, 3, 3, 1000, 1000 };
static const struct probe_rules down = { PROBE_DOWN, 1, 3, 1000, 1500 };
static const struct probe_rules reboot = { PROBE_REBOOT, 2, 3, 1000, 1500 };

/* One that is resolved at 0 and begins at start. */
static struct probe
begin(const struct probe_rules *rules, int64_t start)
{
	struct probe p;

	probe_init(&p, rules, COOKIE, 0, start);
	is_int(probe_step(&p, 0), PROBE_LOOKUP);
	probe_resolved(&p, 0, &a4, 1, true);
	return p;
}

/* Send the round that is due at now. */
static void
round_at(struct probe *p, int64_t now)
{
	is_int(probe_next_ms(p) <= now, true);
	is_int(probe_step(p, now), PROBE_SEND);
	probe_sent(p, now, true);
}

static enum probe_verdict
answer(struct probe *p, int64_t now, uint32_t n)
{
	return probe_answer(p, now, &a4, 0, COOKIE, n);
}

static void
comes_up(void)
{
	struct probe p = begin(&up, 2000);

	is_int(probe_next_ms(&p), 2000);	/* the first delay */
	is_int(probe_step(&p, 1999), PROBE_WAIT);
	round_at(&p, 2000);
	is_int(probe_step(&p, 2000), PROBE_WAIT);
	is_int(probe_next_ms(&p), 3000);
	round_at(&p, 3000);
	is_int(answer(&p, 3001, 2), PROBE_COUNTED);
	is_int(probe_step(&p, 3001), PROBE_MET);
	is_int(probe_step(&p, 4001), PROBE_WAIT);	/* said once */
	ok(probe_next_ms(&p) == PROBE_NEVER);
	is_int(answer(&p, 3002, 2), PROBE_DUPLICATE);
	is_int(answer(&p, 3003, 1), PROBE_LATE);
}

static void
late_answer_counts(void)
{
	struct probe p = begin(&up, 0);

	round_at(&p, 0);
	round_at(&p, 1000);
	is_int(answer(&p, 1800, 1), PROBE_COUNTED);	/* slow, but alive */
	is_int(probe_step(&p, 1800), PROBE_MET);
}

static void
forged(void)
{
	struct probe p = begin(&up, 0);

	is_int(answer(&p, 0, 1), PROBE_FORGED);	/* nothing sent yet */
	round_at(&p, 0);
	is_int(answer(&p, 1, 0), PROBE_FORGED);
	is_int(answer(&p, 1, 2), PROBE_FORGED);	/* a round to come */
	is_int(probe_answer(&p, 1, &a4, 0, COOKIE ^ 1, 1), PROBE_FORGED);
	is_int(probe_answer(&p, 1, &b4, 0, COOKIE, 1), PROBE_FORGED);
	is_int(probe_answer(&p, 1, &a6, 0, COOKIE, 1), PROBE_FORGED);
	is_int(probe_step(&p, 1), PROBE_WAIT);
	is_int(answer(&p, 1, 1), PROBE_COUNTED);
}

static void
in_a_row(void)
{
	struct probe p = begin(&up3, 0);

	round_at(&p, 0);
	is_int(answer(&p, 1, 1), PROBE_COUNTED);
	is_int(answer(&p, 2, 1), PROBE_DUPLICATE);
	round_at(&p, 1000);
	is_int(answer(&p, 1001, 2), PROBE_COUNTED);
	is_int(probe_step(&p, 1001), PROBE_WAIT);
	round_at(&p, 2000);			/* 3 is lost */
	round_at(&p, 3000);
	is_int(answer(&p, 3001, 4), PROBE_COUNTED);
	is_int(probe_step(&p, 3001), PROBE_WAIT);
	is_int(answer(&p, 3002, 3), PROBE_LATE);
	round_at(&p, 4000);
	is_int(answer(&p, 4001, 5), PROBE_COUNTED);
	round_at(&p, 5000);
	is_int(answer(&p, 5001, 6), PROBE_COUNTED);
	is_int(probe_step(&p, 5001), PROBE_MET);
}

/* Duplicates are of one address and one way; other answers come as well. */
static void
told_apart(void)
{
	const struct addr both[] = { a4, b4 };
	struct probe p = begin(&up3, 0);
	int64_t now;

	probe_resolved(&p, 0, both, 2, true);
	round_at(&p, 0);
	round_at(&p, 1000);
	is_int(answer(&p, 1001, 2), PROBE_COUNTED);
	is_int(probe_answer(&p, 1002, &a4, 1, COOKIE, 2), PROBE_ALSO);
	is_int(probe_answer(&p, 1002, &b4, 0, COOKIE, 2), PROBE_ALSO);
	is_int(probe_answer(&p, 1003, &b4, 0, COOKIE, 2), PROBE_DUPLICATE);
	is_int(answer(&p, 1003, 2), PROBE_DUPLICATE);
	is_int(answer(&p, 1004, 1), PROBE_LATE);
	is_int(answer(&p, 1005, 1), PROBE_DUPLICATE);
	is_int(probe_answer(&p, 1005, &a4, PROBE_WAYS, COOKIE, 2),
	    PROBE_FORGED);
	for (now = 2000; now < (2 + PROBE_REMEMBERED) * 1000; now += 1000)
		round_at(&p, now);
	is_int(answer(&p, now, 2), PROBE_LATE);	/* forgotten */
	is_int(answer(&p, now, 3), PROBE_COUNTED);
}

static void
reboots(void)
{
	struct probe p = begin(&reboot, 0);

	round_at(&p, 0);
	is_int(answer(&p, 1, 1), PROBE_COUNTED);
	round_at(&p, 1000);
	is_int(answer(&p, 1001, 2), PROBE_COUNTED);
	is_int(probe_step(&p, 1001), PROBE_WAIT);	/* up is not enough */
	ok(p.falling);
	round_at(&p, 2000);
	round_at(&p, 3000);
	round_at(&p, 4000);
	is_int(probe_step(&p, 5500), PROBE_FELL);
	ok(!p.falling);
	is_int(answer(&p, 5500, 5), PROBE_LATE);	/* asked before */
	round_at(&p, 5500);
	is_int(answer(&p, 5501, 6), PROBE_COUNTED);
	is_int(probe_step(&p, 5501), PROBE_WAIT);
	round_at(&p, 6500);			/* not caught up: 6000 */
	is_int(answer(&p, 6501, 7), PROBE_COUNTED);
	is_int(probe_step(&p, 6501), PROBE_MET);
	ok(p.met);
}

static void
goes_down(void)
{
	struct probe p = begin(&down, 0);

	round_at(&p, 0);
	is_int(answer(&p, 1, 1), PROBE_COUNTED);
	round_at(&p, 1000);
	round_at(&p, 2000);
	round_at(&p, 3000);		/* 2, 3, 4: three without answer */
	round_at(&p, 4000);
	is_int(probe_next_ms(&p), 4500);
	is_int(probe_step(&p, 4499), PROBE_WAIT);
	is_int(probe_step(&p, 4500), PROBE_MET);
}

static void
not_down_yet(void)
{
	struct probe p = begin(&down, 0);

	round_at(&p, 0);
	round_at(&p, 1000);
	round_at(&p, 2000);
	round_at(&p, 3000);
	is_int(answer(&p, 3400, 1), PROBE_COUNTED);	/* alive at 3400 */
	is_int(probe_step(&p, 3500), PROBE_WAIT);
	is_int(answer(&p, 3600, 3), PROBE_COUNTED);
	is_int(probe_step(&p, 3999), PROBE_WAIT);
	round_at(&p, 4000);
	is_int(probe_step(&p, 4999), PROBE_WAIT);
	round_at(&p, 5000);
	round_at(&p, 6000);			/* 4 to 6; 7 */
	is_int(probe_step(&p, 6499), PROBE_WAIT);
	is_int(probe_step(&p, 6500), PROBE_MET);
}

static void
unsent_rounds_prove_nothing(void)
{
	struct probe p = begin(&down, 0);
	int64_t now;

	for (now = 0; now < 60000; now += 1000) {
		is_int(probe_step(&p, now), PROBE_SEND);
		probe_sent(&p, now, false);
	}
	is_int(p.sent, 0);
	is_int(probe_step(&p, 59999), PROBE_WAIT);
}

static void
names(void)
{
	struct addr many[PROBE_ADDRS_MAX + 2] = { a4, a4, a4, a6, b4, b4 };
	struct probe p;

	probe_init(&p, &up, COOKIE, 100, 100);
	is_int(probe_step(&p, 100), PROBE_LOOKUP);
	is_int(probe_step(&p, 90000), PROBE_WAIT);	/* one at a time */
	ok(probe_next_ms(&p) == PROBE_NEVER);
	probe_resolved(&p, 90000, NULL, 0, false);
	is_int(probe_next_ms(&p), 90000 + PROBE_LOOKUP_MS);
	is_int(probe_step(&p, 92000), PROBE_LOOKUP);
	probe_resolved(&p, 92001, many, PROBE_ADDRS_MAX + 2, false);
	is_int(p.naddrs, PROBE_ADDRS_MAX);
	round_at(&p, 92001);
	is_int(probe_answer(&p, 92001, &b4, 0, COOKIE, 1), PROBE_FORGED);
	is_int(probe_next_ms(&p), 93001);	/* none to catch up */

	is_int(probe_step(&p, 92001 + PROBE_LOOKUP_AGAIN_MS), PROBE_LOOKUP);
	probe_resolved(&p, 102002, NULL, 0, false);
	is_int(p.naddrs, PROBE_ADDRS_MAX);	/* kept */
	is_int(probe_step(&p, 102002 + PROBE_LOOKUP_AGAIN_MS), PROBE_LOOKUP);
	probe_resolved(&p, 112003, &b4, 1, false);
	round_at(&p, 112003);
	is_int(answer(&p, 112004, 2), PROBE_FORGED);	/* it moved */
	is_int(probe_answer(&p, 112004, &b4, 0, COOKIE, 2), PROBE_COUNTED);
}

static void
addresses(void)
{
	struct addr other = a6;

	ok(addr_same(&a6, &a6));
	ok(!addr_same(&a4, &b4));
	other.scope = 4;
	ok(!addr_same(&a6, &other));	/* the same, on another link */
	other.scope = 0;
	ok(addr_same(&a6, &other));
	other = a4;
	other.v6 = true;
	ok(!addr_same(&a4, &other));
}

int
main(void)
{
	comes_up();
	late_answer_counts();
	forged();
	in_a_row();
	told_apart();
	reboots();
	goes_down();
	not_down_yet();
	unsent_rounds_prove_nothing();
	names();
	addresses();
	return test_done();
}
