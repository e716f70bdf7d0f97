/* SPDX-License-Identifier: MIT */
/*
 * What tests read afterwards: the log, one JSON object a line, and the
 * list of what no correct client does.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "sim.h"

#define HEX_MAX 48			/* bytes of a message shown */

const char *const door_names[DOORS] = { "wsman", "redirection", "presence" };

void
sim_log_flush(struct sim *sim)
{
	if (sim->log != NULL)
		(void)fflush(sim->log);
	loop_cancel(&sim->log_timer);
}

static void
flush_later(void *arg)
{
	sim_log_flush(arg);
}

/* A JSON string; peers' text may be anything. */
static void
put_string(FILE *f, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	(void)putc('"', f);
	for (; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			(void)fprintf(f, "\\%c", *p);
		else if (*p < 0x20 || *p > 0x7e)
			(void)fprintf(f, "\\u%04x", *p);
		else
			(void)putc(*p, f);
	}
	(void)putc('"', f);
}

void
sim_log(struct sim *sim, enum door door, const char *peer, const char *dir,
    const char *what, const void *data, size_t len)
{
	const uint8_t *p = data;
	char hex[2 * HEX_MAX + 1];
	size_t i, n = len < HEX_MAX ? len : HEX_MAX;

	if (sim->log == NULL)
		return;
	for (i = 0; data != NULL && i < n; i++) {
		hex[2 * i] = "0123456789abcdef"[p[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
	hex[data != NULL ? 2 * n : 0] = '\0';
	(void)fprintf(sim->log, "{\"ms\":%lld,\"door\":\"%s\",\"peer\":\"%s\","
	    "\"dir\":\"%s\",\"what\":", (long long)sim_now_ms(sim),
	    door_names[door], peer, dir);
	put_string(sim->log, what);
	(void)fprintf(sim->log, ",\"len\":%zu,\"hex\":\"%s\"}\n", len, hex);
	if (sim->log_timer.loop == NULL)
		loop_after(sim->loop, &sim->log_timer, 0, flush_later, sim);
}

void
sim_violation(struct sim *sim, const char *door, const char *fmt, ...)
{
	char *text, *line;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		text = NULL;
	va_end(ap);
	if (text != NULL && asprintf(&line, "%s: %s", door, text) != -1) {
		sim_log(sim, strcmp(door, "wsman") == 0 ? DOOR_WSMAN :
		    DOOR_REDIRECTION, "", "violation", line, NULL, 0);
		if (sim->nviolations < VIOLATIONS_MAX)
			sim->violations[sim->nviolations] = line;
		else
			free(line);
	}
	sim->nviolations++;
	free(text);
}
