/* SPDX-License-Identifier: MIT */
/*
 * Records of the controller's two logs, bytes to words.  Pure; hostile bytes
 * become '?' or numbers.
 */
#ifndef WSAMT_RECORD_H
#define WSAMT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define EVENT_BYTES 21			/* of a record of the event log */
#define RECORD_TEXT_MAX 320

struct event {
	bool empty;			/* a slot that was cleared */
	uint32_t time;			/* the device's own, without a zone */
	const char *severity, *entity;
	char text[RECORD_TEXT_MAX];
};
/* -1: ERR_PROTO, not 21 bytes. */
int event_decode(struct event *v, const void *p, size_t n, struct err *e);

struct audit {
	uint16_t app, event;		/* as the table of record.c numbers them */
	uint32_t time;			/* UTC */
	char what[RECORD_TEXT_MAX];	/* "remote control: power up" */
	char who[RECORD_TEXT_MAX];	/* "admin"; "(local)" */
	char where[RECORD_TEXT_MAX];	/* an address; may be "" */
};
int audit_decode(struct audit *v, const void *p, size_t n, struct err *e);

#endif
