/* SPDX-License-Identifier: MIT */
/* Reading the audit log: who did what, and whence. */
#ifndef WSAMT_AUDIT_H
#define WSAMT_AUDIT_H

#include "wsamt/record.h"
#include "wsamt/wsamt.h"

/* -1 with e ends the reading. */
typedef int audit_fn(void *arg, const struct audit *v, struct err *e);

/* The last so many records, or all there are for 0; the oldest first. */
int audit_read(struct wsamt *a, uint32_t most, audit_fn *fn, void *arg,
    struct err *e);

#endif
