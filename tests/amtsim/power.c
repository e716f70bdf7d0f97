/* SPDX-License-Identifier: MIT */
/*
 * Power: what CIM_PowerManagementService orders, what a person does at the
 * machine, and what the host tells when it has happened.  States and
 * refusals: WS-Man reference, power states.  Sleep and hibernation need an
 * agent in the operating system that no host of ours runs: refused.
 */
#include <string.h>

#include "lib/err.h"
#include "journal.h"
#include "sim.h"

enum { DONE = 0, NOT_SUPPORTED = 1, FAILED = 2, INVALID = 5 };

/* One row for each value of PowerState that CIM defines. */
static const struct {
	bool old, recent;		/* known before AMT 9, from 9 on */
	bool needs_off;			/* or asleep; the others need on */
	bool cuts_sessions;		/* refused while redirection is open */
	bool available;			/* listed when it would work */
} orders[17] = {
	[2] = { .old = true, .recent = true, .needs_off = true,
	    .available = true },
	[4] = { .recent = true },
	[5] = { .old = true, .recent = true, .cuts_sessions = true,
	    .available = true },
	[7] = { .recent = true },
	[8] = { .old = true, .recent = true, .cuts_sessions = true,
	    .available = true },
	[10] = { .old = true, .recent = true, .available = true },
	[11] = { .recent = true, .available = true },
	[12] = { .recent = true, .available = true },
	[14] = { .recent = true, .available = true },
};
/* The order in which a device lists them. */
static const uint8_t listing[] = { 10, 8, 5, 11, 4, 7, 14, 12, 2 };

static bool
known(const struct sim *sim, unsigned state)
{
	return sim->model.profile->graceful_power ? orders[state].recent :
	    orders[state].old;
}

static bool
redirecting(const struct model *m)
{
	size_t i;

	for (i = 0; i < SERVICES; i++)
		if (m->session_open[i])
			return true;
	return false;
}

enum cim_power
sim_cim_power(const struct sim *sim)
{
	switch (sim->model.power) {
	case HOST_ON:
		return CIM_ON;
	case HOST_SLEEP:
		return CIM_DEEP_SLEEP;
	case HOST_OFF:
		break;
	}
	return CIM_OFF;
}

size_t
sim_power_available(const struct sim *sim, unsigned out[16])
{
	bool off = sim->model.power != HOST_ON;
	size_t i, n = 0;

	for (i = 0; i < sizeof listing; i++)
		if (known(sim, listing[i]) && orders[listing[i]].available &&
		    orders[listing[i]].needs_off == off)
			out[n++] = listing[i];
	return n;
}

static void
device_of_source(const char *source, struct host_boot *b)
{
	static const struct {
		const char *part;
		int device;
	} sources[] = {
		{ "PXE", BOOT_PXE }, { "Hard-drive", BOOT_HDD },
		{ "CD/DVD", BOOT_CDDVD }, { "Diagnostic", BOOT_DIAG },
	};
	size_t i;

	for (i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strstr(source, sources[i].part) != NULL)
			b->device = sources[i].device;
}

/*
 * The boot that begins now: settings count only when the role was armed,
 * and only once.  The properties stay readable as they were.
 */
static struct host_boot
take_boot(struct sim *sim)
{
	struct host_boot b = { .device = BOOT_NORMAL };
	struct model *m = &sim->model;

	if (m->boot_role != 1)
		return b;
	b.sol = m->boot.use_sol;
	if (m->boot.bios_setup)
		b.device = BOOT_SETUP;
	else if (m->boot.use_ider)
		b.device = m->boot.ider_device == 1 ? BOOT_IDER_CD :
		    BOOT_IDER_FLOPPY;
	else
		device_of_source(m->boot_source, &b);
	if (m->profile->boot_role_falls_back)
		m->boot_role = 32768;
	if (!m->profile->keeps_boot_source)
		m->boot_source[0] = '\0';
	m->boot.options_cleared = true;
	return b;
}

static int
order_on(struct sim *sim, struct err *e)
{
	struct host_boot b = take_boot(sim);

	loop_cancel(&sim->cycle_timer);
	sim->model.ons++;
	return sim->host_ops->power_on(sim->host, &b, e);
}

static int
order_off(struct sim *sim, struct err *e)
{
	sim->model.offs++;
	return sim->host_ops->power_off(sim->host, e);
}

static int
order_cycle(struct sim *sim, struct err *e)
{
	sim->model.cycles++;
	sim->boot_next = take_boot(sim);
	sim->on_after_off = true;
	return sim->host_ops->power_off(sim->host, e);
}

static int
order_reset(struct sim *sim, struct err *e)
{
	struct host_boot b;

	if (sim->model.power != HOST_ON)
		return 0;		/* firmware says yes and does nothing */
	b = take_boot(sim);
	sim->model.resets++;
	return sim->host_ops->reset(sim->host, &b, e);
}

static int
order_nmi(struct sim *sim, struct err *e)
{
	sim->model.nmis++;
	return sim->host_ops->nmi(sim->host, e);
}

static int
order_soft_off(struct sim *sim, struct err *e)
{
	sim->model.soft_offs++;
	sim->on_after_off = false;
	return sim->host_ops->soft_off(sim->host, e);
}

static int
order_soft_reset(struct sim *sim, struct err *e)
{
	sim->model.soft_offs++;
	sim->boot_next = take_boot(sim);
	sim->on_after_off = true;
	return sim->host_ops->soft_off(sim->host, e);
}

static int (*const begin[17])(struct sim *, struct err *) = {
	[2] = order_on, [5] = order_cycle, [8] = order_off,
	[10] = order_reset, [11] = order_nmi, [12] = order_soft_off,
	[14] = order_soft_reset,
};

unsigned
sim_power_request(struct sim *sim, unsigned state)
{
	const struct model *m = &sim->model;
	struct err e;

	if (state == 0 || state >= sizeof orders / sizeof orders[0])
		return INVALID;
	if (!known(sim, state))
		return NOT_SUPPORTED;
	if (begin[state] == NULL)
		return FAILED;		/* sleep without an agent */
	if (state == 10 && m->power != HOST_ON) {
		sim_violation(sim, "wsman", "reset of a machine that is off: "
		    "answered 0, nothing happens");
		return DONE;
	}
	if (orders[state].needs_off == (m->power == HOST_ON))
		return FAILED;
	if (orders[state].cuts_sessions && redirecting(m))
		return FAILED;
	return begin[state](sim, &e) == 0 ? DONE : FAILED;
}

#define GAP_MS 300			/* the network port changes hands */
#define CYCLE_MS 100			/* off, in a power cycle */

static void
gap_over(void *arg)
{
	struct sim *sim = arg;

	sim->os_gap = false;
	sim_network_changed(sim);
}

static void
gap(struct sim *sim)
{
	sim->os_gap = true;
	loop_after(sim->loop, &sim->gap_timer, GAP_MS, gap_over, sim);
	sim_network_changed(sim);
}

static void
booted(void *arg)
{
	struct sim *sim = arg;

	sim->os_boots = false;
	gap(sim);
}

/* The management engine keeps the port until the system's driver takes it. */
static void
boot(struct sim *sim)
{
	sim->os_boots = sim->model.power == HOST_ON && sim->os_delay_ms > 0;
	if (sim->os_boots)
		loop_after(sim->loop, &sim->boot_timer, sim->os_delay_ms,
		    booted, sim);
	else
		loop_cancel(&sim->boot_timer);
	gap(sim);
}

static void
on_again(void *arg)
{
	struct sim *sim = arg;
	struct err e;

	if (sim->model.plugged && sim->model.power == HOST_OFF)
		(void)sim->host_ops->power_on(sim->host, &sim->boot_next, &e);
}

void
host_power_changed(struct sim *sim, enum host_power now)
{
	if (sim->model.power == now)
		return;
	sim->model.power = now;
	redir_power_changed(sim);
	if (now == HOST_ON)
		usbr_host_reset(sim);
	sim_consent_update(sim);
	if (now == HOST_ON)
		journal_boot(sim);
	sim_ports_changed(sim);
	boot(sim);
	if (now == HOST_OFF && sim->on_after_off) {
		sim->on_after_off = false;
		loop_after(sim->loop, &sim->cycle_timer, CYCLE_MS,
		    on_again, sim);
	}
}

void
host_was_reset(struct sim *sim)
{
	sim->model.host_resets++;
	journal_boot(sim);
	usbr_host_reset(sim);
	boot(sim);
}

void
sim_press(struct sim *sim, bool held)
{
	struct err e;

	if (!sim->model.plugged)
		return;
	sim->on_after_off = false;
	if (sim->model.power != HOST_ON)
		(void)order_on(sim, &e);
	else if (held)
		(void)sim->host_ops->power_off(sim->host, &e);
	else
		(void)sim->host_ops->soft_off(sim->host, &e);
}

void
sim_unplug(struct sim *sim)
{
	struct err e;

	if (!sim->model.plugged)
		return;
	sim->model.plugged = false;
	sim->on_after_off = false;
	/* Off as well: it may be about to go on. */
	(void)sim->host_ops->power_off(sim->host, &e);
	sim_ports_changed(sim);
	sim_network_changed(sim);
}

void
sim_plug(struct sim *sim)
{
	sim->model.plugged = true;
	sim_ports_changed(sim);
	sim_network_changed(sim);
}
