/* SPDX-License-Identifier: MIT */
/*
 * Keeps a session: opens the first, says what is waited for, and when one is
 * lost opens another, 1 to 15 seconds apart, until somebody ends the
 * program.  A refused login, a certificate that is not the one, a peer that
 * speaks something else end it too: to go on would lock the account, or
 * tell a stranger more.
 */
#include <string.h>
#include <unistd.h>

#include "amtterm/app.h"
#include "amtterm/local.h"
#include "amtterm/session.h"
#include "amtterm/talk.h"
#include "lib/log.h"
#include "lib/tty.h"

#define NOTICE_MS 2000			/* a wait longer than this is explained */
#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 15000		/* and what lasted longer was a session */

static void begin(void *arg);

/* Who waits at a terminal is told for what, once for each thing. */
static void
on_notice(void *arg)
{
	struct app *a = arg;
	const char *doing = session_doing(a->session);

	if (doing != a->noticed)
		log_warn("%s: %s ...", a->machine.name, doing);
	a->noticed = doing;
	loop_after(a->loop, &a->notice, NOTICE_MS, on_notice, a);
}

/* ---- a session that is open -------------------------------------------- */

static void
on_quiet(void *arg)
{
	app_end(arg, NULL);
}

void
stay_wait_for_quiet(struct app *a)
{
	if (a->input_over && a->eof_ms != EOF_KEEP && !a->ending &&
	    session_is_open(a->session) &&
	    script_state(&a->script) == SCRIPT_OVER && a->pending.len == 0)
		loop_after(a->loop, &a->quiet, a->eof_ms, on_quiet, a);
}

static int
greet(struct app *a, struct err *e)
{
	char key[8];

	if (a->connects > 1)
		log_warn("%s: connected again, after %lld s",
		    a->machine.name,
		    (long long)(a->opened_ms - a->lost_ms + 500) / 1000);
	if (a->pty != NULL || !local_is_terminal(a->local))
		return 0;
	if (tty_raw(a->loop, STDIN_FILENO, e) == -1)
		return -1;
	escape_name(a->escape_key, key);
	if (a->connects == 1 && a->escape_key != ESCAPE_NO_KEY)
		log_warn("%s: connected; %s q ends, %s ? helps",
		    a->machine.name, key, key);
	return 0;
}

static void
on_opened(void *arg)
{
	struct app *a = arg;
	struct err e;

	loop_cancel(&a->notice);
	a->opened_ms = loop_now_ms();
	a->connects++;
	a->told.kind = ERR_NONE;
	if (greet(a, &e) == -1) {
		app_end(a, &e);
		return;
	}
	session_hold(a->session, a->full);
	local_read(a->local, a->pty != NULL ? LOCAL_HOLD : LOCAL_PASS);
	talk_go_on(a);
}

static void
on_data(void *arg, const uint8_t *p, size_t n)
{
	struct app *a = arg;

	a->received += n;
	talk_printed(a, p, n);
	stay_wait_for_quiet(a);
}

static void
on_room(void *arg)
{
	talk_go_on(arg);
}

/* ---- a session that is lost -------------------------------------------- */

static bool
stays(const struct app *a)
{
	return a->stay == STAY_YES ||
	    (a->stay == STAY_AUTO && (local_is_terminal(a->local) ||
	    a->pty != NULL));
}

static bool
worth_another(const struct app *a, const struct err *e)
{
	return stays(a) && a->connects > 0 &&
	    (e->kind == ERR_NET || e->kind == ERR_REFUSED);
}

/* Each reason once, though it may come again each 15 seconds. */
static void
say_why(struct app *a, const struct err *e)
{
	char key[8] = "";

	if (a->told.kind != ERR_NONE && strcmp(a->told.text, e->text) == 0)
		return;
	a->told = *e;
	local_fresh_line(a->local);
	escape_name(a->escape_key, key);
	if (tty_is_raw() && a->escape_key != ESCAPE_NO_KEY)
		log_warn("%s; connecting again, %s q ends", e->text, key);
	else
		log_warn("%s; connecting again", e->text);
}

static void
again_after(struct app *a, int64_t ms)
{
	loop_after(a->loop, &a->retry, ms, begin, a);
}

/* Between two sessions. */
static void
lost(struct app *a)
{
	int64_t now = loop_now_ms();

	session_free(a->session);
	a->session = NULL;
	loop_cancel(&a->notice);
	loop_cancel(&a->quiet);
	if (tty_is_raw()) {
		local_read(a->local, LOCAL_DROP);
		buf_drop(&a->pending, a->pending.len);
	} else {
		local_read(a->local, LOCAL_HOLD);
	}
	if (a->opened_ms > a->lost_ms) {	/* it was open */
		if (now - a->opened_ms >= PAUSE_MAX_MS)
			a->pause_ms = 0;
		a->lost_ms = now;
	}
}

static void
failed(struct app *a, const struct err *e)
{
	const struct err why = *e;	/* e dies with the session */

	lost(a);
	if (!worth_another(a, &why)) {
		app_end(a, &why);
		return;
	}
	say_why(a, &why);
	a->pause_ms = a->pause_ms == 0 ? PAUSE_MIN_MS :
	    a->pause_ms * 2 < PAUSE_MAX_MS ? a->pause_ms * 2 : PAUSE_MAX_MS;
	log_debug("next try in %lld ms", (long long)a->pause_ms);
	again_after(a, a->pause_ms);
}

static void
on_ended(void *arg, const struct err *e)
{
	struct app *a = arg;
	bool anew = a->anew;

	a->anew = false;
	if (a->ending) {
		lost(a);
		app_end(a, NULL);
	} else if (anew || e == NULL) {
		lost(a);
		if (!menu_order_waits(a))
			again_after(a, 0);
	} else {
		failed(a, e);
	}
}

static const struct session_events session_events = {
	.opened = on_opened, .data = on_data, .room = on_room,
	.ended = on_ended,
};

static void
begin(void *arg)
{
	struct app *a = arg;
	struct err e;

	if (stay_start(a, &e) == -1)
		failed(a, &e);
}

int
stay_start(struct app *a, struct err *e)
{
	if ((a->session = session_start(a->loop, &a->machine,
	    &session_events, a, e)) == NULL)
		return -1;
	if (a->connects == 0 && isatty(STDERR_FILENO))
		loop_after(a->loop, &a->notice, NOTICE_MS, on_notice, a);
	return 0;
}

void
stay_anew(struct app *a)
{
	loop_cancel(&a->retry);
	a->pause_ms = 0;
	if (session_is_alive(a->session)) {
		a->anew = true;
		session_end(a->session);
	} else if (!menu_order_waits(a)) {
		again_after(a, 0);
	}
}
