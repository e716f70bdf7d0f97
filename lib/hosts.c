/* SPDX-License-Identifier: MIT */
/* Lists and ranges of names: see hosts.h. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/err.h"
#include "lib/hosts.h"

#define DIGITS "0123456789"
#define NUMBER_MAX 999999999L

struct name { char text[HOSTS_NAME_MAX]; size_t len; };

static int expand(struct hosts *h, const struct name *so_far, const char *rest,
    struct err *e);

bool
hosts_is_list(const char *text)
{
	return strchr(text, ',') != NULL ||
	    (text[0] != '[' && strchr(text, '[') != NULL);
}

static int
same(const void *a, const void *b)
{
	return strcasecmp(a, b);
}

/* One name more, unless it is there. */
static int
add_name(struct hosts *h, const char *text, struct err *e)
{
	char **names, *copy, **node;

	if (h->made++ == HOSTS_MAX)
		return err_set(e, ERR_USAGE, "more than %d machines at once",
		    HOSTS_MAX);
	names = reallocarray(h->names, h->n + 1, sizeof *names);
	if (names == NULL)
		return err_sys(e, ERR_LOCAL, "naming machines");
	h->names = names;
	if ((copy = strdup(text)) == NULL ||
	    (node = tsearch(copy, &h->seen, same)) == NULL) {
		free(copy);
		return err_sys(e, ERR_LOCAL, "naming machines");
	}
	if (*node == copy)
		names[h->n++] = copy;
	else
		free(copy);
	return 0;
}

static int
append(struct name *n, const char *p, size_t len, struct err *e)
{
	if (len >= sizeof n->text - n->len)
		return err_set(e, ERR_USAGE, "\"%.40s...\" is too long for "
		    "the name of a machine", n->text);
	memcpy(n->text + n->len, p, len);
	n->len += len;
	n->text[n->len] = '\0';
	return 0;
}

/* "7" or "01-40", which ends at ',' or ']'; NULL: neither. */
static const char *
range(const char *p, long *low, long *high, int *width)
{
	size_t n = strspn(p, DIGITS);

	if (n == 0 || n > 9)
		return NULL;
	*width = (int)n;
	*low = *high = strtol(p, NULL, 10);
	p += n;
	if (*p == '-') {
		n = strspn(++p, DIGITS);
		if (n == 0 || n > 9)
			return NULL;
		*high = strtol(p, NULL, 10);
		p += n;
	}
	return *p == ',' || *p == ']' ? p : NULL;
}

/* p: behind the bracket that opens the range. */
static int
expand_range(struct hosts *h, const struct name *so_far, const char *p,
    struct err *e)
{
	const char *end = p + strcspn(p, "]"), *all = p;
	char number[16];
	struct name n;
	long low, high;
	int width;

	do {
		if ((p = range(p, &low, &high, &width)) == NULL ||
		    low > high || *end == '\0')
			return err_set(e, ERR_USAGE, "\"%.60s[%.*s]\" is no "
			    "range of names; one is rack[01-40] or "
			    "rack[1-3,7]", so_far->text, (int)(end - all),
			    all);
		for (; low <= high; low++) {
			n = *so_far;
			(void)snprintf(number, sizeof number, "%0*ld", width,
			    low);
			if (append(&n, number, strlen(number), e) == -1 ||
			    expand(h, &n, end + 1, e) == -1)
				return -1;
		}
	} while (*p++ == ',');
	return 0;
}

static int
expand(struct hosts *h, const struct name *so_far, const char *rest,
    struct err *e)
{
	size_t n = strcspn(rest, "[]");
	struct name name = *so_far;

	if (append(&name, rest, n, e) == -1)
		return -1;
	if (rest[n] == '[')
		return expand_range(h, &name, rest + n + 1, e);
	if (rest[n] == ']')
		return err_set(e, ERR_USAGE, "\"%.60s]\": a bracket closes "
		    "that was not opened", name.text);
	return add_name(h, name.text, e);
}

/* Up to the comma that ends it: those in brackets do not. */
static size_t
word_length(const char *p)
{
	bool inside = false;
	size_t n;

	for (n = 0; p[n] != '\0' && (inside || p[n] != ','); n++)
		if (p[n] == '[' || p[n] == ']')
			inside = p[n] == '[';
	return n;
}

static int
add_word(struct hosts *h, const char *text, size_t len, struct err *e)
{
	struct name word = { .len = 0 }, empty = { .len = 0 };

	if (append(&word, text, len, e) == -1)
		return -1;
	return word.text[0] == '[' ? add_name(h, word.text, e) :
	    expand(h, &empty, word.text, e);
}

int
hosts_add(struct hosts *h, const char *text, struct err *e)
{
	const char *p = text;
	size_t n;

	for (;; p += n + 1) {
		if ((n = word_length(p)) == 0)
			return err_set(e, ERR_USAGE, "\"%.60s\": a name is "
			    "missing", text);
		if (add_word(h, p, n, e) == -1)
			return -1;
		if (p[n] == '\0')
			return 0;
	}
}

static void
keep_text(void *text)
{
	(void)text;			/* names[] has it */
}

void
hosts_clear(struct hosts *h)
{
	size_t i;

	tdestroy(h->seen, keep_text);
	for (i = 0; i < h->n; i++)
		free(h->names[i]);
	free(h->names);
	*h = (struct hosts){ .n = 0 };
}
