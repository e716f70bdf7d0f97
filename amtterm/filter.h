/* SPDX-License-Identifier: MIT */
/*
 * What may be changed in a stream on its way, each a pure state machine that
 * does not mind where the stream is cut: newlines and the erase key (--map),
 * escape sequences that could harm a terminal (--filter).  The character set
 * is charset.h.
 */
#ifndef AMTTERM_FILTER_H
#define AMTTERM_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* ---- --map ------------------------------------------------------------- */

enum { MAP_CR, MAP_LF, MAP_CRLF, MAP_BS, MAP_DEL, MAP_FROM, MAP_NONE = MAP_FROM,
    MAP_TO };

struct map {				/* zero: changes nothing */
	const char *to[MAP_FROM];	/* NULL: as it is */
	bool cr;			/* the last byte: the next may be LF */
	bool held;			/* and it was not passed on yet */
};

/*
 * "lf-cr", "crlf-lf", "bs-del", "cr-none", joined by commas; for what the
 * host prints, "host-" before it.  ERR_USAGE.
 */
int map_parse(struct map *typed, struct map *printed, const char *text,
    struct err *e);
/* Appends at most 2 bytes a byte, and 2.  -1: out is full. */
int map_run(struct map *m, const uint8_t *p, size_t n, struct buf *out,
    struct err *e);
/* What is held at the end of the stream. */
int map_end(struct map *m, struct buf *out, struct err *e);

/* ---- --filter ---------------------------------------------------------- */

#define CLEAN_MAX 64			/* bytes of a sequence that is kept */

/*
 * Lets through text, and of ECMA-48 and xterm what draws: see amtterm(1).
 * For terminals that read UTF-8, where a byte from 0x80 to 0x9f that is not
 * part of a character, or that character itself, is a control too.
 */
struct clean {				/* zero: at the start of a stream */
	enum { CLEAN_TEXT, CLEAN_ESCAPE, CLEAN_CSI, CLEAN_STRING,
	    CLEAN_STRING_ESCAPE } state;
	uint8_t sequence[CLEAN_MAX];
	size_t len;			/* more than CLEAN_MAX: too long */
	int rest;			/* bytes that a UTF-8 character lacks */
	bool c2;			/* 0xc2 was seen and is held */
	uint64_t removed;		/* sequences and controls */
};

/* Appends at most as much as came, and CLEAN_MAX.  -1: out is full. */
int clean_run(struct clean *c, const uint8_t *p, size_t n, struct buf *out,
    struct err *e);

#endif
