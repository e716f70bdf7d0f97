/* SPDX-License-Identifier: MIT */
/* objects: tests/amtsim/power tests/amtsim/profile */
/*
 * What amtsim's machine does with power orders: the reference's table of
 * states by generation, refusals, and boot settings that count once.
 */
#include "lib/err.h"
#include "tests/amtsim/journal.h"
#include "tests/amtsim/sim.h"

#include "test.h"

static struct sim sim;
static char did[64];			/* what the host was told: "+-rns" */
static struct host_boot last_boot;
static unsigned violations;
static bool again;			/* the timer of a power cycle */
static loop_timer_fn *again_fn;

/* The log is not looked at here. */
void
journal_boot(struct sim *s)
{
	(void)s;
}

static void
note(const char *what)
{
	strcat(did, what);
}

static int
power_on(struct host *h, const struct host_boot *b, struct err *e)
{
	(void)h, (void)e;
	note("+");
	last_boot = *b;
	host_power_changed(&sim, HOST_ON);
	return 0;
}

static int
power_off(struct host *h, struct err *e)
{
	(void)h, (void)e;
	note("-");
	host_power_changed(&sim, HOST_OFF);
	return 0;
}

static int
reset(struct host *h, const struct host_boot *b, struct err *e)
{
	(void)h, (void)e;
	note("r");
	last_boot = *b;
	host_was_reset(&sim);
	return 0;
}

static int
nmi(struct host *h, struct err *e)
{
	(void)h, (void)e;
	note("n");
	return 0;
}

static int
soft_off(struct host *h, struct err *e)
{
	(void)h, (void)e;
	note("s");			/* the system decides when */
	return 0;
}

void
sim_violation(struct sim *s, const char *door, const char *fmt, ...)
{
	(void)s, (void)door, (void)fmt;
	violations++;
}

void redir_power_changed(struct sim *s) { (void)s; }
void usbr_host_reset(struct sim *s) { (void)s; }
void sim_network_changed(struct sim *s) { (void)s; }
void sim_ports_changed(struct sim *s) { (void)s; }
void sim_consent_update(struct sim *s) { (void)s; }

void
loop_after(struct loop *l, struct loop_timer *t, int64_t ms,
    loop_timer_fn *fn, void *arg)
{
	(void)l, (void)ms, (void)arg;
	if (t == &sim.cycle_timer) {
		again = true;
		again_fn = fn;
	}
}

void
loop_cancel(struct loop_timer *t)
{
	if (t == &sim.cycle_timer)
		again = false;
}

static void
machine(const char *profile, enum host_power power)
{
	static const struct host_ops ops = { .power_on = power_on,
	    .power_off = power_off, .reset = reset, .nmi = nmi,
	    .soft_off = soft_off };

	memset(&sim, 0, sizeof sim);
	sim.model.profile = profile_find(profile);
	sim.model.plugged = true;
	sim.model.power = power;
	sim.model.boot_role = 32768;
	sim.host_ops = &ops;
	did[0] = '\0';
	again = false;
	violations = 0;
}

/* The power cycle's pause is over. */
static void
pause_over(void)
{
	if (!ok(again))
		return;
	again = false;
	again_fn(&sim);
}

static void
test_orders(void)
{
	static const struct {
		const char *profile;
		enum host_power power;
		unsigned state, want;
		const char *did;
	} rows[] = {
		{ "11", HOST_OFF, 2, 0, "+" }, { "11", HOST_ON, 2, 2, "" },
		{ "11", HOST_SLEEP, 2, 0, "+" },
		{ "11", HOST_ON, 8, 0, "-" }, { "11", HOST_OFF, 8, 2, "" },
		{ "11", HOST_ON, 5, 0, "-" }, { "11", HOST_OFF, 5, 2, "" },
		{ "11", HOST_ON, 10, 0, "r" },
		{ "11", HOST_OFF, 10, 0, "" },	/* says yes, does nothing */
		{ "11", HOST_ON, 11, 0, "n" }, { "8", HOST_ON, 11, 1, "" },
		{ "11", HOST_ON, 12, 0, "s" }, { "8", HOST_ON, 12, 1, "" },
		{ "11", HOST_ON, 14, 0, "s" }, { "8", HOST_ON, 14, 1, "" },
		{ "16", HOST_ON, 4, 2, "" }, { "16", HOST_ON, 7, 2, "" },
		{ "8", HOST_ON, 4, 1, "" }, { "16", HOST_ON, 3, 1, "" },
		{ "16", HOST_ON, 6, 1, "" }, { "16", HOST_ON, 16, 1, "" },
		{ "16", HOST_ON, 0, 5, "" }, { "16", HOST_ON, 17, 5, "" },
		{ "16", HOST_ON, 4294967295u, 5, "" },
		{ "8", HOST_ON, 10, 0, "r" }, { "8", HOST_ON, 5, 0, "-" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		machine(rows[i].profile, rows[i].power);
		if (!is_int(sim_power_request(&sim, rows[i].state),
		    rows[i].want) || !is_str(did, rows[i].did))
			printf("    profile %s, power %d, order %u\n",
			    rows[i].profile, rows[i].power, rows[i].state);
	}
}

static void
test_open_session(void)
{
	machine("16", HOST_ON);
	sim.model.session_open[SERVICE_SOL] = true;
	is_int(sim_power_request(&sim, 8), 2);
	is_int(sim_power_request(&sim, 5), 2);
	is_int(sim_power_request(&sim, 10), 0);
	is_str(did, "r");
}

static void
test_cycle(void)
{
	machine("16", HOST_ON);
	is_int(sim_power_request(&sim, 5), 0);
	is_int(sim.model.power, HOST_OFF);
	pause_over();
	is_str(did, "-+");
	is_int(sim.model.cycles, 1);
	machine("16", HOST_ON);		/* switched on in its pause */
	is_int(sim_power_request(&sim, 5), 0);
	is_int(sim_power_request(&sim, 2), 0);
	ok(!again);
	machine("16", HOST_ON);		/* graceful reset */
	is_int(sim_power_request(&sim, 14), 0);
	host_power_changed(&sim, HOST_OFF);
	pause_over();
	is_str(did, "s+");
	machine("16", HOST_ON);		/* graceful off stays off */
	is_int(sim_power_request(&sim, 12), 0);
	host_power_changed(&sim, HOST_OFF);
	ok(!again);
}

static void
test_boot(void)
{
	static const struct {
		const char *source;
		int device;
	} rows[] = {
		{ "Intel(r) AMT: Force PXE Boot", BOOT_PXE },
		{ "Intel(r) AMT: Force Hard-drive Boot", BOOT_HDD },
		{ "Intel(r) AMT: Force CD/DVD Boot", BOOT_CDDVD },
		{ "Intel(r) AMT: Force Diagnostic Boot", BOOT_DIAG },
		{ "", BOOT_NORMAL },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		machine("16", HOST_OFF);
		strcpy(sim.model.boot_source, rows[i].source);
		is_int(sim_power_request(&sim, 2), 0);
		is_int(last_boot.device, BOOT_NORMAL);	/* not armed */
		is_int(sim_power_request(&sim, 8), 0);
		sim.model.boot_role = 1;
		is_int(sim_power_request(&sim, 2), 0);
		is_int(last_boot.device, rows[i].device);
		is_int(sim.model.boot_role, 32768);
		is_int(sim_power_request(&sim, 10), 0);
		is_int(last_boot.device, BOOT_NORMAL);	/* once */
	}
}

static void
test_boot_flags(void)
{
	machine("16", HOST_ON);
	sim.model.boot_role = 1;
	sim.model.boot.use_sol = true;
	sim.model.boot.use_ider = true;
	sim.model.boot.ider_device = 1;
	is_int(sim_power_request(&sim, 10), 0);
	is_int(last_boot.device, BOOT_IDER_CD);	/* the host finds it empty */
	ok(last_boot.sol);
	ok(sim.model.boot.use_sol);		/* reads as before */
	ok(sim.model.boot.options_cleared);
	sim.model.boot_role = 1;
	sim.model.boot.ider_device = 0;
	is_int(sim_power_request(&sim, 10), 0);
	is_int(last_boot.device, BOOT_IDER_FLOPPY);
	sim.model.boot_role = 1;
	sim.model.boot.bios_setup = true;
	is_int(sim_power_request(&sim, 10), 0);
	is_int(last_boot.device, BOOT_SETUP);
}

static void
test_person(void)
{
	machine("16", HOST_OFF);
	sim_press(&sim, false);
	sim_press(&sim, false);
	sim_press(&sim, true);
	is_str(did, "+s-");
	sim_press(&sim, false);
	sim_unplug(&sim);
	is_int(sim.model.power, HOST_OFF);
	sim_press(&sim, false);		/* no power, no effect */
	is_str(did, "+s-+-");
	sim_plug(&sim);
	sim_press(&sim, false);
	is_str(did, "+s-+-+");
}

static void
test_available(void)
{
	unsigned out[16];

	machine("16", HOST_ON);
	is_int(sim_power_available(&sim, out), 6);
	is_int(out[0], 10);
	machine("8", HOST_ON);
	is_int(sim_power_available(&sim, out), 3);
	machine("8", HOST_OFF);
	is_int(sim_power_available(&sim, out), 1);
	is_int(out[0], 2);
	is_int(sim_cim_power(&sim), 8);
	sim.model.power = HOST_SLEEP;
	is_int(sim_cim_power(&sim), 4);
}

int
main(void)
{
	test_orders();
	test_open_session();
	test_cycle();
	test_boot();
	test_boot_flags();
	test_person();
	test_available();
	return test_done();
}
