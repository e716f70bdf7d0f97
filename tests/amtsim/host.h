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
	/* The USB-R drives appear on the bus, or go; may be NULL. */
	void (*usbr_plug)(struct host *h, bool plugged);
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

/*
 * Host -> device: the floppy and the CD drive that AMT shows the host
 * (USB-R).  A command is answered by the firmware or by the console of the
 * IDE-R session; commands for one drive wait for each other.
 */
enum usbr_drive { USBR_FLOPPY, USBR_CD, USBR_DRIVES };
extern const char *const usbr_names[USBR_DRIVES];	/* "floppy", "cd" */
#define USBR_DATA_MAX (1024 * 1024)	/* of one command */

struct usbr_result {
	const uint8_t *data;		/* for the length of the call */
	size_t len;
	uint8_t key, asc, ascq;		/* all 0: good */
	uint32_t first_us;		/* until the first data */
};
typedef void usbr_done(void *arg, const struct usbr_result *res);

enum usbr_transfer { USBR_USUAL, USBR_PIO, USBR_DMA };
/* done is called once, perhaps before this returns, unless cancelled. */
void usbr_command(struct sim *sim, enum usbr_drive d, const uint8_t *cdb,
    size_t cdb_len, const uint8_t *out, size_t out_len,
    enum usbr_transfer how, usbr_done *done, void *arg);
void usbr_cancel(struct sim *sim, void *arg);	/* all that arg waits for */
/* Boot code: reads what a BIOS reads, and sums it up; usbrboot.c. */
typedef void usbr_booted(void *arg, bool found, uint16_t sum);
struct usbr_boot;
struct usbr_boot *usbr_boot_start(struct sim *sim, enum usbr_drive d,
    usbr_booted *done, void *arg);	/* NULL: done was called */
void usbr_boot_stop(struct usbr_boot *b);	/* NULL is fine */

#endif
