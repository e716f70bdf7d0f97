/* SPDX-License-Identifier: MIT */
/* JSON writer: see json.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "lib/json.h"

void
json_init(struct json *j, struct buf *out)
{
	memset(j, 0, sizeof *j);
	j->out = out;
}

static void
put(struct json *j, const char *p, size_t n)
{
	struct err e;

	if (!j->failed && buf_add(j->out, p, n, &e) == -1)
		j->failed = true;
}

/* A value is about to begin. */
static void
before(struct json *j)
{
	if (!j->after_name && j->some[j->depth])
		put(j, ",", 1);
	j->some[j->depth] = true;
	j->after_name = false;
}

static void
open_(struct json *j, const char *bracket)
{
	before(j);
	put(j, bracket, 1);
	if (j->depth + 1 == JSON_DEPTH_MAX) {
		j->failed = true;
		return;
	}
	j->some[++j->depth] = false;
}

static void
close_(struct json *j, const char *bracket)
{
	if (j->depth > 0)
		j->depth--;
	put(j, bracket, 1);
}

void json_object(struct json *j) { open_(j, "{"); }
void json_object_end(struct json *j) { close_(j, "}"); }
void json_array(struct json *j) { open_(j, "["); }
void json_array_end(struct json *j) { close_(j, "]"); }

/*
 * Bytes of the UTF-8 sequence at s (NUL-terminated); 0: not UTF-8 (stray,
 * cut, overlong, surrogate, beyond U+10FFFF).
 */
static size_t
utf8(const unsigned char *s)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 :
	    s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ?
	    4 : 0;
	size_t i;

	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* A control character, C0 or C1, and its bytes; 0: it is none. */
static unsigned
control(const unsigned char *s, size_t *n)
{
	bool c1 = s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f;

	*n = c1 ? 2 : 1;
	return c1 ? s[1] : *s < 0x20 || *s == 0x7f ? *s : 0;
}

static void
string(struct json *j, const char *text)
{
	static const char *const short_form = "\"\"\\\\\bb\ff\nn\rr\tt";
	const unsigned char *s = (const unsigned char *)text;
	const char *f;
	char esc[8];
	unsigned c;
	size_t n, i;

	put(j, "\"", 1);
	for (; *s != '\0'; s += n) {
		n = 1;
		for (f = short_form; *f != '\0' && *f != (char)*s; f += 2)
			;
		if (*f != '\0') {
			esc[0] = '\\';
			esc[1] = f[1];
			put(j, esc, 2);
		} else if ((c = control(s, &n)) != 0) {
			memcpy(esc, "\\u00", 4);
			for (i = 0; i < 2; i++)
				esc[4 + i] = "0123456789abcdef"[
				    c >> (i == 0 ? 4 : 0) & 15];
			put(j, esc, 6);
		} else if ((n = utf8(s)) == 0) {
			put(j, "\xef\xbf\xbd", 3);
			n = 1;
		} else {
			put(j, (const char *)s, n);
		}
	}
	put(j, "\"", 1);
}

void
json_name(struct json *j, const char *name)
{
	before(j);
	string(j, name);
	put(j, ":", 1);
	j->after_name = true;
}

void
json_text(struct json *j, const char *text)
{
	if (text == NULL) {
		json_null(j);
		return;
	}
	before(j);
	string(j, text);
}

void
json_int(struct json *j, int64_t v)
{
	char text[24];

	before(j);
	(void)snprintf(text, sizeof text, "%" PRId64, v);
	put(j, text, strlen(text));
}

void
json_bool(struct json *j, bool v)
{
	before(j);
	put(j, v ? "true" : "false", v ? 4 : 5);
}

void
json_null(struct json *j)
{
	before(j);
	put(j, "null", 4);
}

void
json_member(struct json *j, const char *name, const char *text)
{
	json_name(j, name);
	json_text(j, text);
}
