/* SPDX-License-Identifier: MIT */
/* Character sets: see charset.h. */
#include <errno.h>
#include <string.h>

#include "amtterm/charset.h"
#include "lib/buf.h"
#include "lib/err.h"

#define PIECE 256

int
charset_open(struct charset *c, const char *name, bool from_utf8,
    struct err *e)
{
	*c = (struct charset){ .from_utf8 = from_utf8 };
	c->cd = from_utf8 ? iconv_open(name, "UTF-8") :
	    iconv_open("UTF-8", name);
	if (c->cd == (iconv_t)-1)
		return err_set(e, ERR_USAGE, "--charset: \"%s\" is no "
		    "character set that iconv(3) knows", name);
	c->open = true;
	return 0;
}

void
charset_close(struct charset *c)
{
	if (c->open)
		(void)iconv_close(c->cd);
	c->open = false;
}

/* What is no character of the one, or has none in the other. */
static size_t
skip(const struct charset *c, const char *p, size_t n, struct buf *out,
    struct err *e)
{
	const char *instead = c->from_utf8 ? "?" : "\357\277\275";
	size_t k = 1;

	while (c->from_utf8 && k < n && ((uint8_t)p[k] & 0xc0) == 0x80)
		k++;
	return buf_add(out, instead, strlen(instead), e) == -1 ? 0 : k;
}

/* All of p[0..n) but a character that is cut at its end, which is kept. */
static int
convert(struct charset *c, char *p, size_t n, struct buf *out, struct err *e)
{
	char to[PIECE * 4], *at;
	size_t room, k, rc;
	int why;

	while (n > 0) {
		at = to;
		room = sizeof to;
		rc = iconv(c->cd, &p, &n, &at, &room);
		why = rc == (size_t)-1 ? errno : 0;
		if (buf_add(out, to, sizeof to - room, e) == -1)
			return -1;
		if (why == EINVAL && n < CHARSET_REST_MAX) {
			memcpy(c->rest, p, n);
			c->nrest = n;
			return 0;
		}
		if (why == EILSEQ || why == EINVAL) {
			if ((k = skip(c, p, n, out, e)) == 0)
				return -1;
			p += k;
			n -= k;
		}
	}
	return 0;
}

int
charset_run(struct charset *c, const uint8_t *p, size_t n, struct buf *out,
    struct err *e)
{
	char piece[CHARSET_REST_MAX + PIECE];
	size_t have, part;

	for (; n > 0; n -= part, p += part) {
		part = n < PIECE ? n : PIECE;
		have = c->nrest;
		memcpy(piece, c->rest, have);
		memcpy(piece + have, p, part);
		c->nrest = 0;
		if (convert(c, piece, have + part, out, e) == -1)
			return -1;
	}
	return 0;
}
