/* SPDX-License-Identifier: MIT */
/*
 * The two directions of a console and what is changed on the way: typed, by
 * --map and --charset; printed, by --charset, --filter and --map.  By
 * default nothing is, and nothing is copied.
 */
#ifndef AMTTERM_STREAM_H
#define AMTTERM_STREAM_H

#include <stdbool.h>

#include "amtterm/charset.h"
#include "amtterm/filter.h"
#include "lib/buf.h"

#define STREAM_GROWS 8			/* times, at most */

struct stream {
	/* Set by options. */
	const char *charset;		/* the host's; NULL: none */
	bool filter, map;
	struct map typed_map, printed_map;
	/* private */
	struct charset typed_set, printed_set;
	struct clean clean;
	struct buf one, two;
};

/* max: bytes that come at once. */
int stream_open(struct stream *s, size_t max, struct err *e);
void stream_close(struct stream *s);
bool stream_changes_typed(const struct stream *s);
/*
 * What p[0..*n) becomes; *n is then its size.  Borrows p, or is the
 * stream's until the next call.  NULL: no memory.
 */
const uint8_t *stream_typed(struct stream *s, const uint8_t *p, size_t *n,
    struct err *e);
const uint8_t *stream_printed(struct stream *s, const uint8_t *p, size_t *n,
    struct err *e);

#endif
