/* SPDX-License-Identifier: MIT */
/* What goes to and comes from the machine: see talk.h. */
#include "amtterm/app.h"
#include "amtterm/local.h"
#include "amtterm/pty.h"
#include "amtterm/session.h"
#include "amtterm/talk.h"

#define TYPED_PIECE 2048		/* bytes that are changed at once */

/* ---- to the machine ------------------------------------------ */

static size_t
say(struct app *a, const uint8_t *p, size_t n)
{
	size_t sent = session_send(a->session, p, n);

	a->sent += sent;
	return sent;
}

/* What was typed and changed, and did not fit. */
static void
say_pending(struct app *a)
{
	if (a->pending.len > 0)
		buf_drop(&a->pending, say(a, a->pending.data,
		    a->pending.len));
}

static int
change(struct app *a, const uint8_t *p, size_t n, struct err *e)
{
	const uint8_t *q = stream_typed(&a->stream, p, &n, e);

	return q == NULL ? -1 : buf_add(&a->pending, q, n, e);
}

size_t
talk_input(struct app *a, const uint8_t *p, size_t n)
{
	struct err e;

	if (a->read_only)
		return n;
	if (script_has_to_send(&a->script))
		return 0;
	if (!stream_changes_typed(&a->stream))
		return say(a, p, n);
	say_pending(a);
	if (a->pending.len > 0)
		return 0;
	n = n < TYPED_PIECE ? n : TYPED_PIECE;
	if (change(a, p, n, &e) == -1) {
		app_end(a, &e);
		return 0;
	}
	say_pending(a);
	return n;
}

/* ---- the script ------------------------------------------ */

static void
on_late(void *arg)
{
	struct app *a = arg;
	struct err e;

	(void)err_set(&e, ERR_NO, "%s: \"%s\" was not seen in time",
	    a->machine.name, script_regex(&a->script));
	app_end(a, &e);
}

static void
be_patient(struct app *a)
{
	if (a->machine.timeout_ms != -1 && a->patience.loop == NULL)
		loop_after(a->loop, &a->patience, a->machine.timeout_ms,
		    on_late, a);
}

static void
run_script(struct app *a)
{
	const uint8_t *p;
	size_t n, sent = 1;

	while (script_state(&a->script) == SCRIPT_SENDS && sent > 0) {
		p = script_text(&a->script, &n);
		sent = n > 0 ? say(a, p, n) : 1;
		script_sent(&a->script, n > 0 ? sent : 0);
	}
	if (script_state(&a->script) == SCRIPT_WAITS)
		be_patient(a);
}

void
talk_go_on(struct app *a)
{
	run_script(a);
	say_pending(a);
	if (a->pty != NULL)
		pty_more(a->pty);
	else
		local_more(a->local);
	stay_wait_for_quiet(a);
}

void
talk_input_end(struct app *a)
{
	struct err e;

	if (map_end(&a->stream.typed_map, &a->pending, &e) == -1)
		app_end(a, &e);
	say_pending(a);
	stay_wait_for_quiet(a);
}

/* ---- from the machine ------------------------------------------ */

void
talk_printed(struct app *a, const uint8_t *p, size_t n)
{
	struct err e;

	if ((p = stream_printed(&a->stream, p, &n, &e)) == NULL) {
		app_end(a, &e);
		return;
	}
	record_write(&a->record, p, n);
	if (a->pty != NULL)
		pty_write(a->pty, p, n);
	else
		local_write(a->local, p, n);
	while (script_printed(&a->script, p, n)) {
		loop_cancel(&a->patience);
		n = 0;			/* the next may be there already */
		if (script_state(&a->script) == SCRIPT_OVER &&
		    script_ends_waiting(&a->script))
			app_end(a, NULL);
		else
			talk_go_on(a);
	}
}
