/* SPDX-License-Identifier: MIT */
/* Live line and summary: see show.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "idertool/show.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

void
show_bytes(char out[16], uint64_t bytes)
{
	static const char units[] = "kMGTPE";
	double v = (double)bytes;
	int i = -1;

	if (bytes < 1000) {
		(void)snprintf(out, 16, "%" PRIu64 " bytes", bytes);
		return;
	}
	while (v >= 999.95 && units[i + 1] != '\0') {
		v /= 1000;
		i++;
	}
	(void)snprintf(out, 16, "%.1f %cB", v, i < 0 ? 'k' : units[i]);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Whole pieces only: half a number would be another one. */
static void __attribute__((format(printf, 3, 4)))
add_piece(char out[SHOW_LINE_MAX], size_t width, const char *fmt, ...)
{
	char piece[48];
	size_t len = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(piece, sizeof piece, fmt, ap);
	va_end(ap);
	if (len + strlen(piece) <= width)
		(void)strcpy(out + len, piece);
}

void
show_line(struct show *w, const char *host, const char *state,
    const struct stats *s, int64_t now_ms, size_t width,
    char out[SHOW_LINE_MAX])
{
	uint64_t bytes = s->read_bytes + s->written_bytes;
	int64_t past = now_ms - w->then_ms;
	char served[16], rate[16];

	if (past >= SHOW_RATE_MS) {
		w->rate = (bytes - w->then_bytes) * 1000 / (uint64_t)past;
		w->then_ms = now_ms;
		w->then_bytes = bytes;
	}
	show_bytes(served, bytes);
	show_bytes(rate, w->rate);
	if (width >= SHOW_LINE_MAX)
		width = SHOW_LINE_MAX - 1;
	(void)snprintf(out, width + 1, "%.40s: %.30s", host, state);
	add_piece(out, width, ", %s, %s/s", served, rate);
	if (s->resets > 0)
		add_piece(out, width, ", %" PRIu64 " reset%s", s->resets,
		    plural(s->resets));
	add_piece(out, width, ", %" PRIu64 " command%s", s->ncommands,
	    plural(s->ncommands));
	if (s->drive != -1)
		add_piece(out, width, ", %s at block %" PRIu64,
		    drive_name((enum scsi_kind)s->drive), s->lba);
}

static int64_t
lasted_ms(const struct stats *s, int64_t now_ms)
{
	return s->attached_ms != 0 ? now_ms - s->attached_ms : 0;
}

/* From the first moment to the last block: what comes after is waiting. */
static uint64_t
bytes_per_second(const struct stats *s)
{
	int64_t ms = s->moved_ms - s->first_ms;

	return ms > 0 ? (s->read_bytes + s->written_bytes) * 1000 /
	    (uint64_t)ms : 0;
}

/* "READ(10)", or the byte of what has no name. */
static const char *
opcode_name(unsigned opcode, char room[8])
{
	const char *name = scsi_name((uint8_t)opcode);

	(void)snprintf(room, 8, "0x%02x", opcode);
	return name != NULL ? name : room;
}

static int
add_commands(struct buf *out, const struct stats *s, struct err *e)
{
	const char *comma = "commands: ";
	char room[8];
	unsigned i;

	for (i = 0; i < 256; i++) {
		if (s->commands[i] == 0)
			continue;
		if (buf_addf(out, e, "%s%" PRIu64 " %s", comma,
		    s->commands[i], opcode_name(i, room)) == -1)
			return -1;
		comma = ", ";
	}
	return s->ncommands > 0 ? buf_addf(out, e, "\n") : 0;
}

int
show_summary(struct buf *out, const char *host, const struct stats *s,
    int64_t now_ms, struct err *e)
{
	char r[16], w[16], rate[16];
	int64_t ms = lasted_ms(s, now_ms);

	show_bytes(r, s->read_bytes);
	show_bytes(w, s->written_bytes);
	show_bytes(rate, bytes_per_second(s));
	if (buf_addf(out, e, "%s: %s read, %s written, %s/s; attached for "
	    "%.1f s\n", host, r, w, rate, (double)ms / 1000) == -1 ||
	    buf_addf(out, e, "%" PRIu64 " command%s, %" PRIu64 " of them "
	    "refused; %" PRIu64 " machine reset%s, %" PRIu64 " reconnection%s"
	    "\n", s->ncommands, plural(s->ncommands), s->refused, s->resets,
	    plural(s->resets), s->reconnects, plural(s->reconnects)) == -1 ||
	    add_commands(out, s, e) == -1)
		return -1;
	if (s->read_errors + s->write_errors == 0)
		return 0;
	return buf_addf(out, e, "images: %" PRIu64 " read%s and %" PRIu64
	    " write%s failed\n", s->read_errors, plural(s->read_errors),
	    s->write_errors, plural(s->write_errors));
}

static void
number(struct json *j, const char *name, uint64_t n)
{
	json_name(j, name);
	json_int(j, (int64_t)n);
}

int
show_json(struct buf *out, const char *host, const struct stats *s,
    int64_t now_ms, struct err *e)
{
	struct json j;
	char room[8];
	unsigned i;

	json_init(&j, out);
	json_object(&j);
	json_member(&j, "event", "summary");
	json_member(&j, "host", host);
	json_name(&j, "attached");
	json_bool(&j, s->attached_ms != 0);
	json_name(&j, "read");
	json_bool(&j, s->read_bytes > 0);
	number(&j, "read_bytes", s->read_bytes);
	number(&j, "written_bytes", s->written_bytes);
	number(&j, "bytes_per_second", bytes_per_second(s));
	number(&j, "milliseconds", (uint64_t)lasted_ms(s, now_ms));
	number(&j, "resets", s->resets);
	number(&j, "reconnects", s->reconnects);
	number(&j, "gaps", s->gaps);
	number(&j, "refused", s->refused);
	number(&j, "read_errors", s->read_errors);
	number(&j, "write_errors", s->write_errors);
	json_name(&j, "commands");
	json_object(&j);
	for (i = 0; i < 256; i++)
		if (s->commands[i] > 0)
			number(&j, opcode_name(i, room), s->commands[i]);
	json_object_end(&j);
	json_object_end(&j);
	if (j.failed)
		return err_set(e, ERR_LOCAL, "out of memory");
	return buf_add(out, "\n", 1, e);
}
