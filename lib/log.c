/* SPDX-License-Identifier: MIT */
/* Logging to standard error: see log.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "lib/log.h"

#define LINE_MAX_ 2048

static const char *log_tool = "amt";
static int log_verbosity;
static const char *log_eol = "\n";

void
log_init(const char *tool, int verbosity)
{
	log_tool = tool;
	log_verbosity = verbosity;
}

bool
log_wants(enum log_level level)
{
	return (int)level <= log_verbosity;
}

void
log_raw_terminal(bool raw)
{
	log_eol = raw ? "\r\n" : "\n";
}

/* One write a line, so that tools sharing a terminal do not mix lines. */
static void
line(const char *text)
{
	int saved = errno;
	char out[LINE_MAX_ + 64];

	(void)snprintf(out, sizeof out, "%s: %s%s", log_tool, text, log_eol);
	(void)fputs(out, stderr);	/* nobody to tell when stderr is gone */
	(void)fflush(stderr);
	errno = saved;
}

static void __attribute__((format(printf, 1, 0)))
vline(const char *fmt, va_list ap)
{
	int saved = errno;
	char text[LINE_MAX_];

	(void)vsnprintf(text, sizeof text, fmt, ap);
	err_printable(text);
	errno = saved;
	line(text);
}

void
log_error(const struct err *e)
{
	line(e->text);
}

#define LOG_FN(name, level)						\
void									\
name(const char *fmt, ...)						\
{									\
	va_list ap;							\
									\
	if (!log_wants(level))						\
		return;							\
	va_start(ap, fmt);						\
	vline(fmt, ap);							\
	va_end(ap);							\
}

LOG_FN(log_warn, LOG_WARN)
LOG_FN(log_info, LOG_INFO)
LOG_FN(log_debug, LOG_DEBUG)

void
log_bytes(const char *what, const void *data, size_t len)
{
	const uint8_t *p = data;
	char text[96];
	size_t i, j, n;

	if (!log_wants(LOG_BYTES))
		return;
	(void)snprintf(text, sizeof text, "%s: %zu bytes", what, len);
	line(text);
	for (i = 0; i < len; i += 16) {
		n = (size_t)snprintf(text, sizeof text, "  %04zx ", i);
		for (j = i; j < i + 16; j++)
			n += (size_t)snprintf(text + n, sizeof text - n,
			    j < len ? " %02x" : "   ", j < len ? p[j] : 0);
		n += (size_t)snprintf(text + n, sizeof text - n, "  ");
		for (j = i; j < i + 16 && j < len; j++)
			text[n++] = p[j] >= 0x20 && p[j] < 0x7f ?
			    (char)p[j] : '.';
		text[n] = '\0';
		line(text);
	}
}
