/* SPDX-License-Identifier: MIT */
/*
 * The device's two logs: events (records of 21 bytes) and the audit log of
 * who did what.  Both forget their oldest records when full.
 */
#ifndef AMTSIM_JOURNAL_H
#define AMTSIM_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

#define EVENTS_MAX 390
#define EVENT_LEN 21
#define AUDITS_MAX 200
#define AUDIT_LEN_MAX 112

/* Applications of audit records. */
enum audit_app { AUDIT_SECURITY = 16, AUDIT_REMOTE = 17, AUDIT_REDIRECTION = 18,
    AUDIT_LOG = 20, AUDIT_TIME = 21, AUDIT_NETWORK = 22, AUDIT_EVENTS = 24,
    AUDIT_CONSENT = 30 };

struct audit {
	uint8_t bytes[AUDIT_LEN_MAX];
	size_t len;
	int64_t time;
};

struct journal {
	uint8_t events[EVENTS_MAX][EVENT_LEN];	/* oldest first */
	size_t nevents, ncleared;	/* slots freed by ClearLog */
	bool frozen;

	struct audit audits[AUDITS_MAX];
	size_t naudits;
	bool audit_off;
	uint32_t lock;			/* its handle; 0 not locked */
	uint32_t last_lock;
	int64_t locked_until_ms;
	char actor[USER_NAME_MAX + 1];	/* who acts now; "" the device */
};

/* Everything behind the time: 17 bytes. */
void journal_event(struct sim *sim, const uint8_t rest[EVENT_LEN - 4]);
void journal_boot(struct sim *sim);	/* the BIOS starts an OS */
void journal_session(struct sim *sim, enum service s, bool open);
/* data may be NULL; at most 32 bytes of it are kept. */
void journal_audit(struct sim *sim, enum audit_app app, unsigned event,
    const void *data, size_t len);
void journal_actor(struct sim *sim, const struct user *u);	/* or NULL */

#endif
