/* SPDX-License-Identifier: MIT */
/*
 * What a commit does to TLS, and unprovisioning: the ports close and open
 * again with new settings and a new certificate, some time after the answer
 * (WS-Man reference, commit).  Open connections die.
 */
#include <string.h>

#include "lib/err.h"
#include "door.h"
#include "store.h"

#define ANSWER_MS 150			/* for the answer to get out */
#define RESTART_MS 300

enum { SUCCESS = 0, DATA_MISSING = 2057 };

static void
restarted(void *arg)
{
	struct sim *sim = arg;

	sim->model.restarting = false;
	sim_ports_changed(sim);
}

static void
restart(void *arg)
{
	struct sim *sim = arg;
	struct model *m = &sim->model;

	memcpy(m->tls, m->tls_pending, sizeof m->tls);
	m->tls_cert_used = m->tls_cert;
	m->restarting = true;
	sim_ports_changed(sim);
	door_reset_all(sim);
	cred_free(sim);
	loop_after(sim->loop, &sim->restart_timer,
	    fault_value(sim, "commit-takes", RESTART_MS), restarted, sim);
}

static bool
has_root(const struct store *s)
{
	size_t i;

	for (i = 0; i < s->ncerts; i++)
		if (s->certs[i].root)
			return true;
	return false;
}

/* TLS that would be on now, but has no certificate; or nobody to trust. */
static bool
data_missing(const struct sim *sim)
{
	const struct model *m = &sim->model;
	const struct tls_side *t;
	/* one of its own: the generation has it, or it was given at start */
	bool factory = !m->profile->plain_ports || sim->cert_file != NULL ||
	    (m->tls[SIDE_NETWORK].enabled && m->tls_cert_used == NO_HANDLE);

	for (t = m->tls_pending; t < m->tls_pending + SIDES; t++) {
		if (t->enabled && m->tls_cert == NO_HANDLE && !factory)
			return true;
		if (t->enabled && t->mutual && !has_root(sim->store) &&
		    sim->client_ca == NULL)
			return true;
	}
	return false;
}

unsigned
sim_commit(struct sim *sim)
{
	const struct model *m = &sim->model;

	if (data_missing(sim))
		return DATA_MISSING;
	if (memcmp(m->tls, m->tls_pending, sizeof m->tls) != 0 ||
	    m->tls_cert != m->tls_cert_used)
		loop_after(sim->loop, &sim->restart_timer, ANSWER_MS,
		    restart, sim);
	return SUCCESS;
}

static void
forget(void *arg)
{
	struct sim *sim = arg;
	struct model *m = &sim->model;

	m->nusers = 1;
	m->tls_cert = m->tls_cert_used = NO_HANDLE;
	memset(m->tls, 0, sizeof m->tls);
	m->tls[SIDE_NETWORK].enabled = !m->profile->plain_ports;
	m->tls[SIDE_LOCAL].accept_plain = true;
	memcpy(m->tls_pending, m->tls, sizeof m->tls_pending);
	m->provisioned = false;
	store_clear(sim->store);
	cred_free(sim);
	door_reset_all(sim);
	sim_ports_changed(sim);
	sim_network_changed(sim);
}

void
sim_unprovision(struct sim *sim)
{
	loop_after(sim->loop, &sim->restart_timer, ANSWER_MS, forget, sim);
}
