/* SPDX-License-Identifier: MIT */
/*
 * User consent: a code is shown on the machine's screen, the person in front
 * of it reads it out, whoever sends it back may open a session (WS-Man
 * reference, user consent; redirection protocol, sessions and consent).
 * Counts for KVM and, when "all" is required, for IDE-R and boot options;
 * sources disagree about SOL, which needs none here.  A code that is not
 * used in time is void; three wrong ones block further asking for a while.
 */
#include <stdio.h>
#include <string.h>

#include "consent.h"
#include "sim.h"

#define WRONG_MAX 3
#define BLOCKED_MS 300000

bool
sim_consent_given(const struct sim *sim, enum service s)
{
	const struct consent *c = &sim->model.consent;
	bool needed = c->required != CONSENT_NONE && s != SERVICE_SOL &&
	    (c->required != CONSENT_KVM || s == SERVICE_KVM);

	return !needed || c->state >= CONSENT_RECEIVED;
}

static void
over(void *arg)
{
	struct sim *sim = arg;
	struct consent *c = &sim->model.consent;

	sim_cancel(&sim->consent_timer);
	c->state = CONSENT_IDLE;
	memset(c->code, 0, sizeof c->code);
}

static void
display(struct sim *sim)
{
	struct consent *c = &sim->model.consent;
	uint32_t v;

	sim_random(sim, &v, sizeof v);
	(void)snprintf(c->code, sizeof c->code, "%06u",
	    (unsigned)(v % 1000000));
	c->state = CONSENT_DISPLAYED;
	sim_after(sim, &sim->consent_timer, c->display_timeout * 1000LL, over,
	    sim);
}

/* Sessions and power move it on. */
void
sim_consent_update(struct sim *sim)
{
	struct consent *c = &sim->model.consent;
	bool open = sim->model.session_open[SERVICE_KVM] ||
	    sim->model.session_open[SERVICE_IDER];

	if (c->state == CONSENT_REQUESTED && sim->model.power == HOST_ON)
		display(sim);
	else if (c->state == CONSENT_RECEIVED && open) {
		sim_cancel(&sim->consent_timer);
		c->state = CONSENT_SESSION;
	} else if (c->state == CONSENT_SESSION && !open)
		over(sim);
}

enum consent_result
consent_start(struct sim *sim)
{
	struct consent *c = &sim->model.consent;

	if (sim_now_ms(sim) < c->blocked_until_ms)
		return CONSENT_BLOCKED;
	if (c->required == CONSENT_NONE || c->state != CONSENT_IDLE)
		return CONSENT_INVALID_STATE;
	c->state = CONSENT_REQUESTED;
	sim_consent_update(sim);
	return CONSENT_DONE;
}

enum consent_result
consent_cancel(struct sim *sim)
{
	if (sim->model.consent.state == CONSENT_IDLE ||
	    sim->model.consent.state == CONSENT_SESSION)
		return CONSENT_INVALID_STATE;
	over(sim);
	return CONSENT_DONE;
}

enum consent_result
consent_code(struct sim *sim, uint32_t code)
{
	struct consent *c = &sim->model.consent;
	char text[16];

	if (c->state != CONSENT_DISPLAYED)
		return CONSENT_INVALID_STATE;
	(void)snprintf(text, sizeof text, "%06u", (unsigned)code);
	if (strcmp(text, c->code) != 0) {
		if (++c->wrong < WRONG_MAX)
			return CONSENT_FAILED;
		c->wrong = 0;
		c->blocked_until_ms = sim_now_ms(sim) + BLOCKED_MS;
		over(sim);
		return CONSENT_BLOCKED;
	}
	c->wrong = 0;
	memset(c->code, 0, sizeof c->code);
	c->state = CONSENT_RECEIVED;
	sim_after(sim, &sim->consent_timer, c->code_timeout * 1000LL, over,
	    sim);
	return CONSENT_DONE;
}
