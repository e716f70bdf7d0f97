/* SPDX-License-Identifier: MIT */
/*
 * The smallest computer: it prints a POST text, says which device it boots
 * and a number drawn at start, prompts, and from then on its serial port
 * gives back every byte it gets, unchanged.  The ACPI button switches it
 * off.  From a USB-R drive it reads what a BIOS reads, and prints its sum.  What is typed before the prompt waits, as in a UART's FIFO that
 * nobody reads yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "sim.h"

#define POWER_MS 30			/* an order takes its time */
#define POST_MS 100

struct host {
	struct sim *sim;
	struct host_boot boot;
	enum host_power target;
	char number[13];
	bool up;			/* the "operating system" runs */
	bool held;			/* SOL cannot take more */
	bool waiting;			/* serial_in was refused */
	struct loop_timer power_timer, post_timer;
	struct usbr_boot *usbr_boot;	/* in progress */
	char text[96], told[32];
};

static const char *const devices[] = {
	[BOOT_NORMAL] = "disk", [BOOT_PXE] = "pxe", [BOOT_HDD] = "hdd",
	[BOOT_CDDVD] = "cddvd", [BOOT_DIAG] = "diag", [BOOT_SETUP] = "setup",
	[BOOT_IDER_CD] = "ider-cd", [BOOT_IDER_FLOPPY] = "ider-floppy",
};

static void
print(struct host *h, const char *text)
{
	host_serial_out(h->sim, (const uint8_t *)text, strlen(text));
}

static struct host *
start(struct sim *sim, struct err *e)
{
	struct host *h = calloc(1, sizeof *h);

	if (h == NULL) {
		err_sys(e, ERR_LOCAL, "host");
		return NULL;
	}
	h->sim = sim;
	sim_random_hex(sim, h->number, sizeof h->number - 1);
	return h;
}

static void
stop(struct host *h)
{
	loop_cancel(&h->power_timer);
	loop_cancel(&h->post_timer);
	usbr_boot_stop(h->usbr_boot);
	free(h);
}

/* What was refused may be offered again. */
static void
ready(struct host *h)
{
	if (!h->up || h->held || !h->waiting)
		return;
	h->waiting = false;
	host_serial_ready(h->sim);
}

static void
up(struct host *h, const char *device, const char *more)
{
	(void)snprintf(h->text, sizeof h->text, "BOOT %s %s%s%s\r\namtsim$ ",
	    device, h->number, more, h->boot.sol ? " sol" : "");
	h->up = true;
	print(h, h->text);
	ready(h);
}

static void
read_usbr(void *arg, bool found, uint16_t sum)
{
	struct host *h = arg;
	char text[64];

	h->usbr_boot = NULL;
	if (found) {
		(void)snprintf(text, sizeof text, " sum %04X", sum);
		up(h, devices[h->boot.device], text);
		return;
	}
	(void)snprintf(text, sizeof text, "%s: nothing to boot from\r\n",
	    devices[h->boot.device]);
	print(h, text);
	up(h, devices[BOOT_NORMAL], "");
}

static void
booted(void *arg)
{
	struct host *h = arg;

	if (h->boot.device == BOOT_IDER_CD ||
	    h->boot.device == BOOT_IDER_FLOPPY)
		h->usbr_boot = usbr_boot_start(h->sim,
		    h->boot.device == BOOT_IDER_CD ? USBR_CD : USBR_FLOPPY,
		    read_usbr, h);
	else
		up(h, devices[h->boot.device], "");
}

static void
post(void *arg)
{
	struct host *h = arg;

	h->up = false;
	print(h, "\r\namtsim BIOS\r\nmemory ok\r\n");
	loop_after(h->sim->loop, &h->post_timer, POST_MS, booted, h);
}

static void
arrived(void *arg)
{
	struct host *h = arg;

	host_power_changed(h->sim, h->target);
	if (h->target == HOST_ON)
		loop_after(h->sim->loop, &h->post_timer,
		    h->sim->start_delay_ms, post, h);
}

static int
go(struct host *h, enum host_power target, struct err *e)
{
	(void)e;
	loop_cancel(&h->post_timer);
	usbr_boot_stop(h->usbr_boot);
	h->usbr_boot = NULL;
	h->target = target;
	h->up = false;
	loop_after(h->sim->loop, &h->power_timer, POWER_MS, arrived, h);
	return 0;
}

static int
power_on(struct host *h, const struct host_boot *b, struct err *e)
{
	h->boot = *b;
	return go(h, HOST_ON, e);
}

static int
power_off(struct host *h, struct err *e)
{
	return go(h, HOST_OFF, e);
}

static int
reset(struct host *h, const struct host_boot *b, struct err *e)
{
	(void)e;
	h->boot = *b;
	loop_cancel(&h->post_timer);
	usbr_boot_stop(h->usbr_boot);
	h->usbr_boot = NULL;
	host_was_reset(h->sim);
	post(h);
	return 0;
}

static int
nmi(struct host *h, struct err *e)
{
	(void)e;
	print(h, "\r\nNMI received\r\n");
	return 0;
}

static int
soft_off(struct host *h, struct err *e)
{
	if (!h->up)
		return 0;		/* no operating system listens */
	print(h, "\r\npowering off\r\n");
	return go(h, HOST_OFF, e);
}

static size_t
serial_in(struct host *h, const uint8_t *p, size_t n)
{
	if (!h->up || h->held) {
		h->waiting = true;
		return 0;
	}
	host_serial_out(h->sim, p, n);
	return n;
}

static void
serial_hold(struct host *h, bool hold)
{
	h->held = hold;
	ready(h);
}

static const char *
describe(struct host *h)
{
	(void)snprintf(h->told, sizeof h->told, "%s %s", h->number, h->up ?
	    "up" : h->sim->model.power == HOST_ON ? "post" : "off");
	return h->told;
}

const struct host_ops host_builtin = {
	.name = "builtin",
	.start = start,
	.stop = stop,
	.power_on = power_on,
	.power_off = power_off,
	.reset = reset,
	.nmi = nmi,
	.soft_off = soft_off,
	.serial_in = serial_in,
	.serial_hold = serial_hold,
	.describe = describe,
};
