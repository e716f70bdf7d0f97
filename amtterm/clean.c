/* SPDX-License-Identifier: MIT */
/*
 * --filter: see filter.h.  ECMA-48 says how sequences are built, xterm's
 * list of control sequences what terminals do with them.  Only what is known
 * to draw passes; what makes a terminal answer, store, print, run or change
 * its keys does not.
 */
#include <string.h>

#include "amtterm/filter.h"
#include "lib/buf.h"

#define ENQ 0x05			/* answerback */
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b

/*
 * Modes that change how text is drawn, what cursor keys and keypad send, and
 * that pasted text is marked.  The others make a terminal speak unasked, of
 * mouse, focus and size, lock its keyboard, echo, or leave ANSI for VT52.
 */
static const uint16_t ansi_modes[] = { 4, 20, 0 };
static const uint16_t dec_modes[] = { 1, 3, 4, 5, 6, 7, 8, 12, 25, 40, 45, 47,
    66, 69, 1047, 1048, 1049, 2004, 2026, 0 };

/* CSI: what comes before the final byte, then the finals that draw. */
static const struct {
	const char *mark, *finals;
	const uint16_t *modes;		/* NULL: whatever the numbers are */
} drawing[] = {
	{ "", "@ABCDEFGHIJKLMPSTXZ`abdefgmrsu", NULL },
	{ "", "hl", ansi_modes },
	{ "?", "JK", NULL },		/* selective erase */
	{ "?", "hlrs", dec_modes },
	{ " ", "q@A", NULL },		/* shape of the cursor; shift */
	{ "!", "p", NULL },		/* soft reset */
	{ "\"", "q", NULL },		/* what may be erased */
};
/* ESC and one byte; ESC, one of `charsets`, and one byte. */
static const char escapes[] = "78=>DEHMNOcno|}~";
static const char charsets[] = "()*+-./#";	/* not %: it leaves UTF-8 */

static bool
one_of(const char *set, uint8_t c)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* n is a mode that passes: those are in ascending order, 0 at the end. */
static bool
mode_passes(const uint16_t *modes, unsigned n)
{
	while (*modes != 0 && *modes < n)
		modes++;
	return n != 0 && *modes == n;
}

/* All of the modes that a CSI sequence names. */
static bool
modes_pass(const struct clean *c, const uint16_t *modes)
{
	unsigned n = 0;
	size_t i;

	for (i = c->sequence[2] == '?' ? 3 : 2; i < c->len; i++) {
		if (c->sequence[i] >= '0' && c->sequence[i] <= '9') {
			n = n < 10000 ? n * 10 + c->sequence[i] - '0' : n;
			continue;
		}
		if (!mode_passes(modes, n))
			return false;
		n = 0;
	}
	return true;
}

/* The bytes of a CSI sequence that are no digits, ; or : say what it is. */
static bool
draws(const struct clean *c)
{
	uint8_t final = c->sequence[c->len - 1];
	char mark[CLEAN_MAX];
	size_t i, n = 0;

	for (i = 2; i < c->len - 1; i++)
		if (!(c->sequence[i] >= '0' && c->sequence[i] <= ';'))
			mark[n++] = (char)c->sequence[i];
	mark[n] = '\0';
	for (i = 0; i < sizeof drawing / sizeof drawing[0]; i++)
		if (strcmp(mark, drawing[i].mark) == 0 &&
		    one_of(drawing[i].finals, final))
			return drawing[i].modes == NULL ||
			    modes_pass(c, drawing[i].modes);
	return false;
}

static void
keep(struct clean *c, uint8_t byte)
{
	if (c->len < CLEAN_MAX)
		c->sequence[c->len] = byte;
	c->len = c->len < CLEAN_MAX ? c->len + 1 : CLEAN_MAX + 1;
}

/* The sequence is over: out with it, one way or the other. */
static int
finish(struct clean *c, bool good, struct buf *out, struct err *e)
{
	c->state = CLEAN_TEXT;
	if (!good) {
		c->removed++;
		return 0;
	}
	return buf_add(out, c->sequence, c->len, e);
}

static void
begin(struct clean *c)
{
	c->state = CLEAN_ESCAPE;
	c->len = 0;
	keep(c, ESC);
}

static int
in_escape(struct clean *c, uint8_t byte, struct buf *out, struct err *e)
{
	keep(c, byte);
	if (c->len == 2 && byte == '[') {
		c->state = CLEAN_CSI;
		return 0;
	}
	if (c->len == 2 && one_of("]P_^X", byte)) {
		c->state = CLEAN_STRING;
		return 0;
	}
	if (byte >= 0x20 && byte <= 0x2f)	/* there is more to come */
		return 0;
	if (c->len == 2)
		return finish(c, one_of(escapes, byte), out, e);
	return finish(c, c->len == 3 && byte < 0x7f &&
	    one_of(charsets, c->sequence[1]), out, e);
}

/* A C1 control does what ESC and a byte 0x40 below it does. */
static int
on_c1(struct clean *c, uint8_t byte, struct buf *out, struct err *e)
{
	begin(c);
	return in_escape(c, byte - 0x40, out, e);
}

static int
in_csi(struct clean *c, uint8_t byte, struct buf *out, struct err *e)
{
	keep(c, byte);
	if (byte >= 0x20 && byte <= 0x3f)
		return 0;
	return finish(c, byte >= 0x40 && byte <= 0x7e &&
	    c->len <= CLEAN_MAX && draws(c), out, e);
}

/*
 * Of a string nothing is kept.  It ends with ST, BEL or, for the sake of
 * noise on the line, any other control: what follows is looked at anew.
 */
static int
in_string(struct clean *c, uint8_t byte, struct buf *out, struct err *e)
{
	if (c->state == CLEAN_STRING_ESCAPE) {
		(void)finish(c, false, out, e);
		if (byte == '\\')
			return 0;
		begin(c);
		return in_escape(c, byte, out, e);
	}
	if (byte == ESC)
		c->state = CLEAN_STRING_ESCAPE;
	else if (byte < 0x20)
		return finish(c, false, out, e);
	return 0;
}

static int
in_sequence(struct clean *c, uint8_t byte, struct buf *out, struct err *e)
{
	if (c->state == CLEAN_STRING || c->state == CLEAN_STRING_ESCAPE)
		return in_string(c, byte, out, e);
	if (byte == ESC) {
		c->removed++;
		begin(c);
		return 0;
	}
	if (byte < 0x20 || byte >= 0x7f) {	/* broken off */
		(void)finish(c, false, out, e);
		return byte == ENQ || byte >= 0x7f || byte == CAN ||
		    byte == SUB ? 0 : buf_add(out, &byte, 1, e);
	}
	return c->state == CLEAN_CSI ? in_csi(c, byte, out, e) :
	    in_escape(c, byte, out, e);
}

/* How many bytes follow this one in UTF-8; 0 too for one that is none. */
static int
follow(uint8_t byte)
{
	return byte >= 0xc2 && byte <= 0xdf ? 1 :
	    byte >= 0xe0 && byte <= 0xef ? 2 :
	    byte >= 0xf0 && byte <= 0xf4 ? 3 : 0;
}

static int
in_text(struct clean *c, uint8_t byte, struct buf *out, struct err *e)
{
	bool c2 = c->c2;

	c->c2 = false;
	if (c2 && byte >= 0x80 && byte <= 0x9f) {
		c->rest = 0;
		return on_c1(c, byte, out, e);
	}
	if (c2 && buf_add(out, "\xc2", 1, e) == -1)
		return -1;
	if (c->rest > 0 && byte >= 0x80 && byte <= 0xbf) {
		c->rest--;
		return buf_add(out, &byte, 1, e);
	}
	c->rest = follow(byte);
	if (byte == ESC) {
		begin(c);
		return 0;
	}
	if (byte >= 0x80 && byte <= 0x9f)
		return on_c1(c, byte, out, e);
	if (byte == ENQ) {
		c->removed++;
		return 0;
	}
	c->c2 = byte == 0xc2;
	return c->c2 ? 0 : buf_add(out, &byte, 1, e);
}

int
clean_run(struct clean *c, const uint8_t *p, size_t n, struct buf *out,
    struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = c->state == CLEAN_TEXT ? in_text(c, p[i], out, e) :
		    in_sequence(c, p[i], out, e);
	return rc;
}
