/* SPDX-License-Identifier: MIT */
/* Errors: see err.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"

/*
 * Control characters become '?'; bytes of 0x80 and more stay, for names may
 * be UTF-8, but not the C1 controls in their UTF-8 form (c2 80..c2 9f).
 */
void
err_printable(char *s)
{
	unsigned char *p;

	for (p = (unsigned char *)s; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			p[0] = p[1] = '?';
	}
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	e->kind = kind;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);	/* cut is fine */
	va_end(ap);
	err_printable(e->text);
	return -1;
}

int
err_sys(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	e->kind = kind;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof e->text - n, ": %s",
	    strerror(saved));
	err_printable(e->text);
	errno = saved;
	return -1;
}

int
err_ctx(struct err *e, const char *fmt, ...)
{
	char was[ERR_TEXT_MAX];
	va_list ap;
	size_t n;

	memcpy(was, e->text, sizeof was);
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof e->text - n, ": %s", was);
	err_printable(e->text);
	return -1;
}

int
err_more(struct err *e, const char *fmt, ...)
{
	size_t n = strlen(e->text);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(e->text + n, sizeof e->text - n, fmt, ap);
	va_end(ap);
	err_printable(e->text);
	return -1;
}
