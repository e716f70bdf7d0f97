/* SPDX-License-Identifier: MIT */
/*
 * A USB device that amtsim is for QEMU, over one line of usbredir.  The
 * device (usbstorage.c) knows descriptors and data; usbredir.c the protocol.
 */
#ifndef AMTSIM_USBREDIR_H
#define AMTSIM_USBREDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct loop;
struct usb_line;

struct usb_device {
	/* USB descriptors; config is followed by those it contains. */
	const uint8_t *device, *config;
	const char *const *strings;	/* from index 1 on, NULL ends */
	/* Requests of the class: bytes of answer in data, -1 refused. */
	int (*control)(void *arg, uint8_t type, uint8_t request,
	    uint8_t data[64]);
	/* Data for an OUT endpoint; false: stalled. */
	bool (*out)(void *arg, const uint8_t *p, size_t n);
	/* The host wants at most n bytes: usb_line_in() with that id. */
	void (*in)(void *arg, uint64_t id, size_t n);
	void (*cancel)(void *arg, uint64_t id);	/* it no longer does */
	void (*reset)(void *arg);
};

/* Takes fd, also when it fails. */
struct usb_line *usb_line_new(struct loop *loop, int fd,
    const struct usb_device *dev, void *arg, struct err *e);
void usb_line_free(struct usb_line *l);		/* NULL is fine */
void usb_line_plug(struct usb_line *l, bool plugged);
void usb_line_in(struct usb_line *l, uint64_t id, const void *p, size_t n);

/* usbstorage.c: the USB-R drives. */
struct sim;
struct usb_storage;
struct usb_storage *usb_storage_new(struct sim *sim, int drive, int fd,
    struct err *e);		/* takes fd; drive: enum usbr_drive */
void usb_storage_free(struct usb_storage *s);	/* NULL is fine */
void usb_storage_plug(struct usb_storage *s, bool plugged);

#endif
