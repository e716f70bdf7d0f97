/* SPDX-License-Identifier: MIT */
/* --map: see filter.h. */
#include <string.h>

#include "amtterm/filter.h"
#include "lib/buf.h"
#include "lib/err.h"

static const struct { const char *word, *bytes; } words[MAP_TO + 1] = {
	[MAP_CR] = { "cr", "\r" }, [MAP_LF] = { "lf", "\n" },
	[MAP_CRLF] = { "crlf", "\r\n" }, [MAP_BS] = { "bs", "\b" },
	[MAP_DEL] = { "del", "\177" }, [MAP_NONE] = { "none", "" },
};

/* Which of the first `many` words is text[0..n)? */
static int
word_of(const char *text, size_t n, int many)
{
	int i;

	for (i = 0; i < many; i++)
		if (strlen(words[i].word) == n &&
		    strncmp(text, words[i].word, n) == 0)
			return i;
	return -1;
}

static int
parse_one(struct map *m, const char *text, size_t n)
{
	const char *dash = memchr(text, '-', n);
	int from, to;

	if (dash == NULL)
		return -1;
	from = word_of(text, (size_t)(dash - text), MAP_FROM);
	to = word_of(dash + 1, (size_t)(text + n - dash - 1), MAP_TO);
	if (from == -1 || to == -1)
		return -1;
	m->to[from] = words[to].bytes;
	return 0;
}

int
map_parse(struct map *typed, struct map *printed, const char *text,
    struct err *e)
{
	const char *p = text;
	struct map *m;
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, ",");
		m = typed;
		if (strncmp(p, "host-", 5) == 0) {
			m = printed;
			p += 5;
			n -= 5;
		}
		if (parse_one(m, p, n) == -1)
			return err_set(e, ERR_USAGE, "--map: \"%.*s\" is not "
			    "two of cr, lf, crlf, bs, del, none with - "
			    "between them", (int)n, p);
		if (p[n] == '\0')
			return 0;
	}
}

static int
add(const struct map *m, int what, struct buf *out, struct err *e)
{
	const char *to = m->to[what] != NULL ? m->to[what] :
	    words[what].bytes;

	return buf_add(out, to, strlen(to), e);
}

/* A pair that becomes CR or CR LF can be told before it is whole. */
static bool
cr_can_go(const struct map *m)
{
	return m->to[MAP_CRLF] == NULL || (m->to[MAP_CR] == NULL &&
	    m->to[MAP_CRLF][0] == '\r');
}

static int
on_lf(struct map *m, struct buf *out, struct err *e)
{
	const char *to = m->to[MAP_CRLF];

	if (!m->cr || to == NULL)
		return add(m, MAP_LF, out, e);
	if (!m->held)
		to++;			/* its CR went ahead */
	m->held = false;
	return buf_add(out, to, strlen(to), e);
}

static int
on_cr(struct map *m, struct buf *out, struct err *e)
{
	m->held = !cr_can_go(m);
	return m->held ? 0 : add(m, MAP_CR, out, e);
}

int
map_end(struct map *m, struct buf *out, struct err *e)
{
	bool held = m->held;

	m->held = m->cr = false;
	return held ? add(m, MAP_CR, out, e) : 0;
}

int
map_run(struct map *m, const uint8_t *p, size_t n, struct buf *out,
    struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		if (m->held && p[i] != '\n' && map_end(m, out, e) == -1)
			return -1;
		switch (p[i]) {
		case '\r': rc = on_cr(m, out, e); break;
		case '\n': rc = on_lf(m, out, e); break;
		case '\b': rc = add(m, MAP_BS, out, e); break;
		case 0x7f: rc = add(m, MAP_DEL, out, e); break;
		default: rc = buf_add(out, &p[i], 1, e); break;
		}
		m->cr = p[i] == '\r';
	}
	return rc;
}
