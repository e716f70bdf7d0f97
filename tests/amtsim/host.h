/* SPDX-License-Identifier: MIT */
/*
 * The computer that the simulated AMT sits in.  A backend (builtin, qemu)
 * fills in a struct host_ops; the device calls them and hears back through
 * the host_* functions below.  Everything runs on the one loop; nothing
 * here blocks.
 */
#ifndef AMTSIM_HOST_H
#define AMTSIM_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct loop;
struct sim;
struct host;

/* What the firmware tells the host for the boot that begins now. */
struct host_boot {
	enum { BOOT_NORMAL, BOOT_PXE, BOOT_HDD, BOOT_CDDVD, BOOT_DIAG,
	    BOOT_SETUP, BOOT_IDER_CD, BOOT_IDER_FLOPPY } device;
	bool sol;			/* UseSOL: console redirected */
};

/* Real states of the board, not CIM orders. */
enum host_power { HOST_OFF, HOST_ON, HOST_SLEEP };

struct host_ops {
	const char *name;		/* "builtin", "qemu" */
	struct host *(*start)(struct sim *sim, struct err *e);	/* powered off */
	void (*stop)(struct host *h);	/* and free; leaves no process */
	/*
	 * Orders; 0 when begun.  Arrival is told with host_power_changed(),
	 * possibly before these return.
	 */
	int (*power_on)(struct host *h, const struct host_boot *b, struct err *e);
	int (*power_off)(struct host *h, struct err *e);	/* hard */
	int (*reset)(struct host *h, const struct host_boot *b, struct err *e);
	int (*nmi)(struct host *h, struct err *e);
	int (*soft_off)(struct host *h, struct err *e);	/* ACPI button; the OS may ignore it */
	/*
	 * Bytes typed at the serial port; takes up to n of them and returns
	 * how many (0: FIFO full; host_serial_ready() is called later).
	 */
	size_t (*serial_in)(struct host *h, const uint8_t *p, size_t n);
	/* Flow control of the other direction: SOL cannot take more now. */
	void (*serial_hold)(struct host *h, bool hold);
	/* Descriptions for the state report (pid, guest); may be NULL. */
	const char *(*describe)(struct host *h);
};

extern const struct host_ops host_builtin, host_qemu;

/* Backend -> device. */
void host_power_changed(struct sim *sim, enum host_power now);
void host_was_reset(struct sim *sim);	/* platform reset, by whomever */
void host_serial_out(struct sim *sim, const uint8_t *p, size_t n);
void host_serial_ready(struct sim *sim);	/* serial_in has room again */
void host_serial_break(struct sim *sim, bool asserted);	/* BREAK on the line */

#endif
