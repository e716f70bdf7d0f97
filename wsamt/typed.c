/* SPDX-License-Identifier: MIT */
/*
 * Values by type: see typed.h.  Numbers are decimal or 0x and in the range
 * of their type, or a word of the model; times are sent in UTC, as the
 * controller's clock is; of a PEM file goes what is between its lines.
 * Leaves out fractions of seconds.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "wsamt/pem.h"
#include "wsamt/typed.h"

#define NUMBER_MAX 24

/* ---- times ------------------------------------------------------------------- */

static bool
digits(int *v, const char **p, int n)
{
	for (*v = 0; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		*v = 10 * *v + (**p - '0');
	}
	return true;
}

/* "", "Z", "+02:00": seconds ahead of UTC. */
static bool
zone(int *seconds, const char *p)
{
	int sign = *p == '-' ? -1 : 1, hours, minutes;

	*seconds = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if ((*p != '+' && *p != '-') || (p++, !digits(&hours, &p, 2)) ||
	    *p++ != ':' || !digits(&minutes, &p, 2) || *p != '\0')
		return false;
	*seconds = sign * (hours * 60 + minutes) * 60;
	return hours < 24 && minutes < 60;
}

/* "2026-12-31 06:00", "2026-12-31T06:00:00" and a zone */
static bool
scan_time(struct tm *tm, int *ahead, const char *p)
{
	memset(tm, 0, sizeof *tm);
	if (!digits(&tm->tm_year, &p, 4) || *p++ != '-' ||
	    !digits(&tm->tm_mon, &p, 2) || *p++ != '-' ||
	    !digits(&tm->tm_mday, &p, 2) || (*p != 'T' && *p != ' ') ||
	    (p++, !digits(&tm->tm_hour, &p, 2)) || *p++ != ':' ||
	    !digits(&tm->tm_min, &p, 2))
		return false;
	if (*p == ':' && (p++, !digits(&tm->tm_sec, &p, 2)))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return zone(ahead, p);
}

int
typed_time(char out[TYPED_TIME_MAX], time_t *t, const char *text,
    struct err *e)
{
	struct tm tm, same;
	int ahead;

	if (!scan_time(&tm, &ahead, text))
		goto bad;
	same = tm;
	*t = timegm(&same);		/* the 31st of June moves on */
	if (same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday ||
	    same.tm_hour != tm.tm_hour || same.tm_min != tm.tm_min ||
	    same.tm_sec != tm.tm_sec)
		goto bad;
	*t -= ahead;
	if (gmtime_r(t, &tm) == NULL || strftime(out, TYPED_TIME_MAX,
	    "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		goto bad;
	return 0;
 bad:
	return err_set(e, ERR_USAGE, "\"%s\" is no time: \"2026-12-31 06:00\", "
	    "in UTC", text);
}

int
typed_interval(char out[TYPED_TIME_MAX], const char *text, struct err *e)
{
	static const char units[] = "dhm";
	unsigned long n[3] = { 0 }, v;
	const char *p = text;
	size_t i, from = 0;
	char *end;

	while (*p >= '0' && *p <= '9') {
		v = strtoul(p, &end, 10);
		for (i = from; i < 3 && units[i] != *end; i++)
			;
		if (i == 3 || v > 9999)
			break;
		n[i] = v;
		from = i + 1;
		p = end + 1;
	}
	if (*p != '\0' || n[0] + n[1] + n[2] == 0)
		return err_set(e, ERR_USAGE, "\"%s\" is no interval: \"1d\", "
		    "\"12h\", \"1d12h30m\"", text);
	(void)snprintf(out, TYPED_TIME_MAX, "P%luDT%luH%luM", n[0], n[1],
	    n[2]);
	return 0;
}

/* ISO 8601: P, days, T, hours, minutes, seconds; one of them at least. */
static bool
is_duration(const char *p)
{
	static const char units[] = "YMDTHMS";
	const char *unit = units, *found, *start;
	bool some = false;

	for (p++; *p != '\0'; p++) {
		start = p;
		p += strspn(p, "0123456789");
		if (p - start > 9 || (found = strchr(unit, *p)) == NULL ||
		    *found == '\0' || (*found == 'T') != (p == start))
			return false;
		if (found > units + 3 && unit <= units + 3)
			return false;	/* hours without their T */
		some = *found != 'T';
		unit = found + 1;
	}
	return some;
}

static int
put_datetime(struct buf *out, enum ws_type *type, const char *text,
    struct err *e)
{
	char wire[TYPED_TIME_MAX];
	struct err other;
	time_t t;

	*type = WS_INTERVAL;
	if (*text == 'P' && is_duration(text))
		return buf_addf(out, e, "%s", text);
	if (typed_interval(wire, text, &other) == 0)
		return buf_addf(out, e, "%s", wire);
	*type = WS_DATETIME;
	if (typed_time(wire, &t, text, e) == -1)
		return err_more(e, "; nor an interval: \"1d12h30m\", "
		    "\"P1DT12H30M\"");
	return buf_addf(out, e, "%s", wire);
}

/* ---- numbers ------------------------------------------------------------------- */

static const struct range {
	long long least;
	unsigned long long most;
} ranges[] = {
	[MODEL_UINT8] = { 0, UINT8_MAX },
	[MODEL_UINT16] = { 0, UINT16_MAX },
	[MODEL_UINT32] = { 0, UINT32_MAX },
	[MODEL_UINT64] = { 0, UINT64_MAX },
	[MODEL_SINT8] = { INT8_MIN, INT8_MAX },
	[MODEL_SINT16] = { INT16_MIN, INT16_MAX },
	[MODEL_SINT32] = { INT32_MIN, INT32_MAX },
	[MODEL_SINT64] = { INT64_MIN, INT64_MAX },
};

/* The same letters and digits, whatever else is between them. */
static bool
same_word(const char *a, size_t n, const char *b)
{
	const char *end = a + n;

	for (;; a++, b++) {
		while (a < end && !isalnum((unsigned char)*a))
			a++;
		while (*b != '\0' && !isalnum((unsigned char)*b))
			b++;
		if (a == end || *b == '\0')
			return a == end && *b == '\0';
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
	}
}

/* "Enabled" of "Enabled=2 Disabled=3" is "2". */
static bool
put_word(char out[NUMBER_MAX], const char *words, const char *text)
{
	const char *p = words;
	size_t n;

	for (; *p != '\0'; p += strcspn(p, " "), p += *p == ' ') {
		n = strcspn(p, "=");
		if (!same_word(p, n, text))
			continue;
		(void)snprintf(out, NUMBER_MAX, "%.*s",
		    (int)strcspn(p + n + 1, " "), p + n + 1);
		return true;
	}
	return false;
}

static bool
scan_number(char out[NUMBER_MAX], const struct range *r, const char *text)
{
	bool minus = *text == '-', hex;
	const char *p = text + minus;
	unsigned long long v;
	char *end;

	hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
	if (!isxdigit((unsigned char)p[hex ? 2 : 0]))
		return false;
	errno = 0;
	v = strtoull(p, &end, hex ? 16 : 10);
	if (*end != '\0' || errno != 0 || end == p)
		return false;
	if (v > (minus ? 0 - (unsigned long long)r->least : r->most))
		return false;
	(void)snprintf(out, NUMBER_MAX, "%s%llu", minus && v > 0 ? "-" : "",
	    v);
	return true;
}

/* ", or Enabled, Disabled" */
static int
more_words(struct err *e, const char *words)
{
	const char *p = words;

	for (; *p != '\0'; p += strcspn(p, " "), p += *p == ' ')
		(void)err_more(e, ", %s%.*s", p == words ? "or " : "",
		    (int)strcspn(p, "="), p);
	return -1;
}

static int
put_number(struct buf *out, const struct model_member *m, const char *text,
    struct err *e)
{
	const struct range *r = &ranges[m->type];
	char number[NUMBER_MAX];

	if (scan_number(number, r, text) || put_word(number, m->words, text))
		return buf_addf(out, e, "%s", number);
	(void)err_set(e, ERR_USAGE, "\"%s\" is no %s: a number from %lld to "
	    "%llu", text, model_type_name(m->type), r->least, r->most);
	return more_words(e, m->words);
}

static int
put_double(struct buf *out, const char *text, struct err *e)
{
	char *end;

	if (*text != '\0' && text[strspn(text, "0123456789+-.eE")] == '\0' &&
	    isfinite(strtod(text, &end)) && *end == '\0')
		return buf_addf(out, e, "%s", text);
	return err_set(e, ERR_USAGE, "\"%s\" is no number", text);
}

/* ---- the others ------------------------------------------------------------------ */

static int
put_boolean(struct buf *out, const char *text, struct err *e)
{
	bool yes = strcmp(text, "true") == 0 || strcmp(text, "on") == 0;

	if (!yes && strcmp(text, "false") != 0 && strcmp(text, "off") != 0)
		return err_set(e, ERR_USAGE, "\"%s\" is neither true nor "
		    "false, on nor off", text);
	return buf_addf(out, e, "%s", yes ? "true" : "false");
}

static int
put_hex(struct buf *out, const char *text, struct err *e)
{
	size_t n = strspn(text, "0123456789abcdefABCDEF");

	if (text[n] != '\0' || n % 2 != 0)
		return err_set(e, ERR_USAGE, "these are no bytes in hex, two "
		    "digits each");
	return buf_addf(out, e, "%s", text);
}

/* Base64, without its white space; or @FILE. */
static int
put_base64(struct buf *out, const char *text, struct err *e)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t start = out->len, pad = 0;
	const char *p;

	if (*text == '@') {
		if (base64_file(out, text + 1, e) == -1)
			return -1;
		out->len--;		/* typed_value() ends it */
		return 0;
	}
	for (p = text; *p != '\0'; p++) {
		if (strchr(" \t\r\n", *p) != NULL)
			continue;
		pad += *p == '=';
		if (*p != '=' && (pad > 0 || strchr(alphabet, *p) == NULL))
			goto bad;
		if (buf_add(out, p, 1, e) == -1)
			return -1;
	}
	if ((out->len - start) % 4 == 0 && pad <= 2)
		return 0;
 bad:
	return err_set(e, ERR_USAGE, "this is no base64; @FILE takes what is "
	    "in a file");
}

static int
put_value(struct buf *out, enum ws_type *type, const struct model_member *m,
    const char *text, struct err *e)
{
	*type = WS_TEXT;
	switch (m->type) {
	case MODEL_BOOLEAN:
		return put_boolean(out, text, e);
	case MODEL_DOUBLE:
		return put_double(out, text, e);
	case MODEL_DATETIME:
		return put_datetime(out, type, text, e);
	case MODEL_BASE64:
		return put_base64(out, text, e);
	case MODEL_HEX:
		return put_hex(out, text, e);
	case MODEL_NONE:
	case MODEL_STRING:
	case MODEL_REFERENCE:
	case MODEL_INSTANCE:
		return buf_addf(out, e, "%s", text);
	default:
		return put_number(out, m, text, e);
	}
}

int
typed_value(struct buf *out, enum ws_type *type,
    const struct model_member *m, const char *text, bool force,
    struct err *e)
{
	size_t start = out->len;

	if (put_value(out, type, m, text, e) == 0)
		return buf_add(out, "", 1, e);
	out->len = start;
	if (force && e->kind == ERR_USAGE) {
		*type = WS_TEXT;
		return buf_add(out, text, strlen(text) + 1, e);
	}
	if (e->kind == ERR_USAGE && ws_is_secret(m->name))
		return err_set(e, ERR_USAGE, "%s: its value is no %s", m->name,
		    model_type_name(m->type));
	return err_ctx(e, "%s", m->name);
}
