/* SPDX-License-Identifier: MIT */
/*
 * The running program, as its parts share it: main.c wires, stay.c keeps a
 * session alive, menu.c does what the escape key asks for.
 */
#ifndef AMTTERM_APP_H
#define AMTTERM_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "amtterm/escape.h"
#include "amtterm/record.h"
#include "amtterm/script.h"
#include "amtterm/stream.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/opts.h"

#define EOF_KEEP (-1)

struct local;
struct order;
struct pty;
struct session;

struct app {
	struct opts opts;
	struct machine machine;
	int escape_key;
	int64_t eof_ms;			/* quiet after the input's end, or EOF_KEEP */
	enum { STAY_AUTO, STAY_YES, STAY_NO } stay;
	bool read_only;
	struct record record;
	struct script script;
	struct stream stream;

	struct loop *loop;
	struct local *local;
	struct pty *pty;		/* in place of it, or NULL */
	const char *pty_link;
	struct session *session;	/* NULL: between two */
	struct order *order;		/* to wsamt, or NULL */
	struct loop_timer notice, quiet, retry;
	const char *noticed;
	bool ending, input_over;
	bool full;			/* standard output is slow */
	bool at_once;			/* not even waiting for our own reader */
	bool had_terminal;		/* a controlling one, at the start */
	bool hangup_ignored;		/* SIGHUP, by who started us */
	int signo;			/* that ended us, or 0 */
	struct err why;			/* ERR_NONE: all is well */

	/* talk.c */
	struct buf pending;		/* typed and changed, not sent yet */
	struct loop_timer patience;	/* of --wait-for */

	/* stay.c */
	int64_t opened_ms, lost_ms;
	int64_t pause_ms;		/* before the next try */
	unsigned connects;		/* sessions that were open */
	bool anew;			/* the session is ended to begin another */
	struct err told;		/* the last reason that was said */
	uint64_t received, sent;	/* bytes */

	/* menu.c */
	const char *word;		/* order that waits for the session's end */
	char log_name[256];		/* of a log that nobody named */
};

/* ---- main.c ------------------------------------------------------------ */

/* Whatever came first is why; the session says goodbye, then all stops. */
void app_end(struct app *a, const struct err *why);

/* ---- stay.c ------------------------------------------------------------ */

int stay_start(struct app *a, struct err *e);
/* End the session, if there is one, and begin another. */
void stay_anew(struct app *a);
/* After the end of input the host has so long to say something. */
void stay_wait_for_quiet(struct app *a);

/* ---- menu.c ------------------------------------------------------------ */

void menu_command(struct app *a, enum escape_command c, const char *order);
/* The session is over: is there an order that waited for it?  Then it runs. */
bool menu_order_waits(struct app *a);
/* At the end: an order that was not given, or is under way, is said. */
void menu_close(struct app *a);

#endif
