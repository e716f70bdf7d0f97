/* SPDX-License-Identifier: MIT */
/* Sentences about waiting: what is wrong, what lasts, what did not happen. */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "pingwait/waiter.h"

#define NAMES_SAID 5			/* in a sentence about many hosts */
#define FRESH_MS 5000			/* a failure is still news */

static bool
fresh(const struct host *h)
{
	int64_t age = loop_now_ms() - h->why_ms;

	return h->why[0] != '\0' && (age < FRESH_MS ||
	    age < 2 * h->w->o->rules.interval_ms);
}

void
words_failure(struct host *h, const char *why)
{
	bool said = fresh(h) && strncmp(h->why, why, sizeof h->why - 1) == 0;

	h->why_ms = loop_now_ms();
	if (said)
		return;
	(void)snprintf(h->why, sizeof h->why, "%s", why);
	log_info("%s: %s", h->target->name, h->why);
}

void
words_probing(struct host *h, const struct addr *to, int error,
    const struct addr *by)
{
	char address[ADDR_TEXT_MAX], who[ADDR_TEXT_MAX], why[160];

	addr_text(to, address);
	if (by == NULL || addr_same(by, to))
		(void)snprintf(why, sizeof why, "probing %s: %s", address,
		    strerror(error));
	else
		(void)snprintf(why, sizeof why, "probing %s: %s, says %s",
		    address, strerror(error), addr_text(by, who));
	words_failure(h, why);
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
		    w->hosts[i].target->name);
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

void
words_notice(void *arg)
{
	struct waiter *w = arg;
	const struct host *h = first_left(w);
	char names[400];

	names_left(w, w->o->any ? " or " : " and ", names, sizeof names);
	if (w->left == 1 && h->probe.naddrs == 0)
		log_warn("waiting for the name %s to resolve", names);
	else if (w->o->rules.goal == PROBE_REBOOT)
		log_warn("waiting for %s to go down and come back", names);
	else
		log_warn("waiting for %s to %s%s", names, w->o->rules.goal ==
		    PROBE_DOWN ? "stop answering" : "answer", w->means.how);
}

/* The one sentence at the end: who, how long, and what was wrong last. */
void
words_deadline(void *arg)
{
	struct waiter *w = arg;
	const struct host *h = first_left(w);
	double seconds = (double)w->o->timeout_ms / 1000;
	enum probe_goal goal = w->o->rules.goal;
	char names[400];

	names_left(w, " and ", names, sizeof names);
	if (w->n > 1)
		err_set(w->e, ERR_NO, "%zu of %zu hosts ", w->left, w->n);
	else
		err_set(w->e, ERR_NO, "%s ", names);
	if (w->left == 1 && h->probe.naddrs == 0)
		err_more(w->e, "did not resolve within %.10g s", seconds);
	else if (goal == PROBE_REBOOT && (w->left > 1 || h->probe.falling))
		err_more(w->e, "did not go down%s within %.10g s",
		    w->left > 1 ? " and come back" : "", seconds);
	else if (goal == PROBE_DOWN)
		err_more(w->e, "still answered%s after %.10g s",
		    w->means.how, seconds);
	else
		err_more(w->e, "%sdid not answer%s within %.10g s",
		    goal == PROBE_REBOOT ? "went down and " : "",
		    w->means.how, seconds);
	if (w->n > 1)
		err_more(w->e, ": %s", names);
	if (w->left == 1 && fresh(h))
		err_more(w->e, " (%s)", h->why);
	w->failed = true;
	loop_stop(w->loop);
}
