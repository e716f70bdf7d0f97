/* SPDX-License-Identifier: MIT */
/*
 * What people and programs are told of a session: one live line while it
 * runs, and a summary at its end, as text or JSON.
 */
#ifndef IDERTOOL_SHOW_H
#define IDERTOOL_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "idertool/serve.h"

struct buf;
struct err;

#define SHOW_LINE_MAX 160
#define SHOW_RATE_MS 1000		/* a rate is of the last second */

/* The bytes served some time ago, for a rate that follows. */
struct show {
	int64_t then_ms;
	uint64_t then_bytes, rate;	/* rate: bytes a second */
};

/* "12.3 MB"; at most 16 bytes with NUL. */
void show_bytes(char out[16], uint64_t bytes);
/*
 * "htpc: attached, 12.3 MB, 4.1 MB/s, 1 reset, 523 commands, cd at block 7";
 * at most width bytes of it, the last pieces left out.
 */
void show_line(struct show *w, const char *host, const char *state,
    const struct stats *s, int64_t now_ms, size_t width,
    char out[SHOW_LINE_MAX]);
/* Two or three lines, appended. */
int show_summary(struct buf *out, const char *host, const struct stats *s,
    int64_t now_ms, struct err *e);
/* One JSON object and a newline, appended. */
int show_json(struct buf *out, const char *host, const struct stats *s,
    int64_t now_ms, struct err *e);

#endif
