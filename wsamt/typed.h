/* SPDX-License-Identifier: MIT */
/*
 * Values as people type them, checked against a type of the class model and
 * turned into what goes on the wire.
 */
#ifndef WSAMT_TYPED_H
#define WSAMT_TYPED_H

#include <time.h>

#include "lib/buf.h"
#include "lib/wsxml.h"
#include "wsamt/model.h"

#define TYPED_TIME_MAX 32		/* bytes of a time or interval */

/*
 * Appends text, NUL-terminated, and says as what it is sent; with force as
 * it is, where it does not fit.  Not for references and instances.
 * ERR_USAGE, or ERR_LOCAL of a file.
 */
int typed_value(struct buf *out, enum ws_type *type,
    const struct model_member *m, const char *text, bool force,
    struct err *e);

/* "2026-12-31 06:00", with seconds or a zone; UTC without one. */
int typed_time(char out[TYPED_TIME_MAX], time_t *t, const char *text,
    struct err *e);
/* "1d12h30m" */
int typed_interval(char out[TYPED_TIME_MAX], const char *text,
    struct err *e);

#endif
