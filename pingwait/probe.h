/* SPDX-License-Identifier: MIT */
/*
 * One host that is waited for: a state machine of time and answers in, and
 * "look the name up", "send a probe", "met" out.  No socket, no clock: the
 * caller tells the time, in milliseconds.
 *
 * A probe is sent in numbered rounds, one an interval, to all addresses of
 * the host at once, in up to PROBE_WAYS ways; whatever answers first answers
 * the round.  Up is `answers' rounds in a row answered.  Down is `misses' in
 * a row not answered, the last of them given `patience_ms'.  A reboot is
 * down, then up.  A round that could not be sent is no round.
 */
#ifndef PINGWAIT_PROBE_H
#define PINGWAIT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_ADDRS_MAX 4		/* of one name */
#define PROBE_WAYS 4			/* to ask one address */
#define PROBE_REMEMBERED 64		/* rounds; older answers are late */
#define PROBE_LOOKUP_MS 2000		/* while the name does not resolve */
#define PROBE_LOOKUP_AGAIN_MS 10000	/* it may change while it boots */
#define PROBE_NEVER INT64_MAX

struct addr {
	bool v6;
	uint8_t ip[16];			/* IPv4: the first four, others 0 */
	uint32_t scope;			/* IPv6 link-local: interface */
};

enum probe_goal { PROBE_UP, PROBE_DOWN, PROBE_REBOOT };

struct probe_rules {			/* the same for all hosts */
	enum probe_goal goal;
	uint32_t answers, misses;	/* in a row; at least 1 */
	int64_t interval_ms;
	int64_t patience_ms;
};

struct probe {
	const struct probe_rules *rules;
	uint64_t cookie;		/* random; comes back in answers */
	struct addr addrs[PROBE_ADDRS_MAX];
	size_t naddrs;			/* 0: not resolved yet */
	bool met;
	bool falling;			/* silence is waited for */
	uint32_t sent;			/* the last round sent; 0: none */
	/* private */
	bool looking;			/* a lookup is under way */
	uint32_t answered;		/* the latest round answered */
	uint32_t run;			/* answered in a row, up to that */
	int64_t send_ms, lookup_ms;	/* when next */
	int64_t silent_ms;		/* when silence will be proven */
	uint64_t heard[PROBE_ADDRS_MAX][PROBE_WAYS];	/* bit: round % 64 */
};

enum probe_do {
	PROBE_WAIT,			/* nothing, until probe_next_ms() */
	PROBE_LOOKUP,			/* then say probe_resolved() */
	PROBE_SEND,			/* round sent + 1, then probe_sent() */
	PROBE_FELL,			/* down; now it has to come up */
	PROBE_MET			/* the condition holds; said once */
};

enum probe_verdict {
	PROBE_COUNTED,
	PROBE_FORGED,			/* never asked like that, or not there */
	PROBE_DUPLICATE,		/* the same again */
	PROBE_ALSO,			/* of a round answered in another way */
	PROBE_LATE			/* of a round before the latest answered */
};

/* rules are borrowed for its life.  The first probe is due at start_ms. */
void probe_init(struct probe *p, const struct probe_rules *rules,
    uint64_t cookie, int64_t now_ms, int64_t start_ms);
/* What to do now.  Call again until it says PROBE_WAIT or PROBE_MET. */
enum probe_do probe_step(struct probe *p, int64_t now_ms);
int64_t probe_next_ms(const struct probe *p);	/* or PROBE_NEVER */

/*
 * A lookup's answer, n addresses (more than PROBE_ADDRS_MAX are cut), 0 when
 * it failed: the addresses known before stay then.  Those of a literal hold
 * for ever.
 */
void probe_resolved(struct probe *p, int64_t now_ms, const struct addr *addrs,
    size_t n, bool literal);
/* The round was sent, or it could not even leave this machine. */
void probe_sent(struct probe *p, int64_t now_ms, bool left);
/* Somebody answered, in this way.  Follow with probe_step(). */
enum probe_verdict probe_answer(struct probe *p, int64_t now_ms,
    const struct addr *from, unsigned way, uint64_t cookie, uint32_t round);
/* Index of an address of the host; -1: it is none. */
int probe_find(const struct probe *p, const struct addr *a);

bool addr_same(const struct addr *a, const struct addr *b);

#endif
