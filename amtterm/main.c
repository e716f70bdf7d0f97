/* SPDX-License-Identifier: MIT */
/*
 * amtterm: the serial console of a machine, over the network.  Options, and
 * the wiring of a session (session.c) to standard input and output
 * (local.c); what ends the program, and how it then ends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amtterm/escape.h"
#include "amtterm/local.h"
#include "amtterm/session.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/opts.h"
#include "lib/secret.h"
#include "lib/tty.h"

#define NOTICE_MS 2000			/* a wait longer than this is explained */
#define EOF_KEEP (-1)

enum { EOF_OPTION = OPTS_LONG };

static const struct opts_row rows[] = {
	{ 'e', "escape", "KEY", "escape key (default ^]), or none" },
	{ EOF_OPTION, "eof", "WHAT", "at the end of input: keep (default), "
	    "quit, or SECONDS of quiet" },
	{ 0, NULL, NULL, NULL }
};

struct app {
	struct opts opts;
	struct machine machine;
	int escape_key;
	int64_t eof_ms;			/* quiet after the input's end, or EOF_KEEP */
	struct loop *loop;
	struct local *local;
	struct session *session;
	struct loop_timer notice, quiet;
	const char *noticed;
	bool ending, input_over;
	bool at_once;			/* not even waiting for our own reader */
	int signo;			/* that ended us, or 0 */
	struct err why;			/* ERR_NONE: all is well */
};

static int
take(void *arg, int val, char *text, struct err *e)
{
	struct app *a = arg;

	if (val == 'e')
		return escape_parse(&a->escape_key, text, e);
	if (strcmp(text, "keep") == 0)
		a->eof_ms = EOF_KEEP;
	else if (strcmp(text, "quit") == 0)
		a->eof_ms = 0;
	else if (opts_seconds(&a->eof_ms, text, "--eof", e) == -1)
		return err_more(e, ", nor keep, nor quit");
	return 0;
}

/* ---- the end ---------------------------------------------------------- */

/* Whatever came first is why; the session says goodbye, then all stops. */
static void
end(struct app *a, const struct err *why)
{
	if (why != NULL && a->why.kind == ERR_NONE && !a->ending)
		a->why = *why;
	if (a->ending)
		return;
	a->ending = true;
	loop_cancel(&a->notice);
	local_read(a->local, false);
	session_end(a->session);
}

/* When the session is over and all it said is written. */
static void
stop_when_done(struct app *a)
{
	if (!session_is_alive(a->session) &&
	    (a->at_once || local_is_drained(a->local)))
		loop_stop(a->loop);
}

static void
on_signal(void *arg, int signo)
{
	struct app *a = arg;

	if (a->signo != 0)
		loop_stop(a->loop);	/* the second: no more patience */
	a->signo = signo;
	a->at_once = true;
	end(a, NULL);
	stop_when_done(a);
}

static void
on_ended(void *arg, const struct err *e)
{
	struct app *a = arg;

	if (e != NULL && !a->ending)
		a->why = *e;
	a->ending = true;
	loop_cancel(&a->notice);
	local_read(a->local, false);
	stop_when_done(a);
}

static void
on_drained(void *arg)
{
	stop_when_done(arg);
}

static void
on_output_end(void *arg, const struct err *e)
{
	struct app *a = arg;

	end(a, e);
	stop_when_done(a);
}

/* ---- the session ------------------------------------------------------ */

static void
on_quiet(void *arg)
{
	end(arg, NULL);
}

/* After the end of input the host has so long to say something. */
static void
wait_for_quiet(struct app *a)
{
	struct err e;

	if (a->input_over && a->eof_ms != EOF_KEEP && !a->ending &&
	    loop_after(a->loop, &a->quiet, a->eof_ms, on_quiet, a, &e) == -1)
		end(a, &e);
}

static void
on_opened(void *arg)
{
	struct app *a = arg;
	char key[8];
	struct err e;

	loop_cancel(&a->notice);
	if (local_is_terminal(a->local)) {
		if (tty_raw(a->loop, STDIN_FILENO, &e) == -1) {
			end(a, &e);
			return;
		}
		escape_name(a->escape_key, key);
		if (a->escape_key != ESCAPE_NO_KEY)
			log_warn("%s: connected; %s q ends, %s ? helps",
			    a->machine.name, key, key);
	}
	local_read(a->local, true);
}

static void
on_data(void *arg, const uint8_t *p, size_t n)
{
	struct app *a = arg;

	local_write(a->local, p, n);
	wait_for_quiet(a);
}

static void
on_room(void *arg)
{
	struct app *a = arg;

	local_more(a->local);
}

static const struct session_events session_events = {
	.opened = on_opened, .data = on_data, .room = on_room,
	.ended = on_ended,
};

/* ---- standard input and output ---------------------------------------- */

static size_t
on_input(void *arg, const uint8_t *p, size_t n)
{
	struct app *a = arg;

	return session_send(a->session, p, n);
}

static void
on_input_end(void *arg, const struct err *e)
{
	struct app *a = arg;

	a->input_over = true;
	if (local_is_terminal(a->local))
		on_signal(a, SIGHUP);	/* the terminal is gone */
	else if (e != NULL)
		end(a, e);
	else
		wait_for_quiet(a);
}

static void
on_command(void *arg, enum escape_command c)
{
	struct app *a = arg;
	char key[8];

	escape_name(a->escape_key, key);
	if (c == ESCAPE_QUIT) {
		a->at_once = true;
		end(a, NULL);
	} else {
		log_warn("%s q or %s . ends the session, %s %s sends %s, "
		    "%s ? prints this", key, key, key, key, key, key);
	}
}

static void
on_full(void *arg, bool full)
{
	struct app *a = arg;

	session_hold(a->session, full);
}

static const struct local_events local_events = {
	.input = on_input, .input_end = on_input_end, .command = on_command,
	.full = on_full, .output_end = on_output_end, .drained = on_drained,
};

/* ---- the program ------------------------------------------------------ */

/* Who waits at a terminal is told for what, once for each thing. */
static void
on_notice(void *arg)
{
	struct app *a = arg;
	const char *doing = session_doing(a->session);
	struct err e;

	if (doing != a->noticed)
		log_warn("%s: %s ...", a->machine.name, doing);
	a->noticed = doing;
	if (loop_after(a->loop, &a->notice, NOTICE_MS, on_notice, a, &e) == -1)
		end(a, &e);
}

/* What our parent ignores (nohup), we do. */
static int
catch_signals(struct app *a, struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction was;
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);	/* cannot fail: a valid signal */
	for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (sigaction(signals[i], NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN &&
		    loop_signal(a->loop, signals[i], on_signal, a, e) == -1)
			return -1;
	return 0;
}

static int
run(struct app *a, const char *host, struct err *e)
{
	int rc = -1;

	if (machine_find(&a->machine, &machine_redirection, &a->opts, host,
	    e) == -1)
		return -1;
	if ((a->loop = loop_new(e)) == NULL || catch_signals(a, e) == -1 ||
	    (a->local = local_new(a->loop, a->escape_key, &local_events, a,
	    e)) == NULL || (a->session = session_start(a->loop, &a->machine,
	    &session_events, a, e)) == NULL)
		goto out;
	if (isatty(STDERR_FILENO) && loop_after(a->loop, &a->notice,
	    NOTICE_MS, on_notice, a, e) == -1)
		goto out;
	if ((rc = loop_run(a->loop, e)) == 0 && a->why.kind != ERR_NONE) {
		*e = a->why;
		rc = -1;
	}
 out:
	if (a->local != NULL && local_mid_line(a->local))
		(void)fputs(tty_is_raw() ? "\r\n" : "\n", stderr);
	tty_restore();
	session_free(a->session);
	local_free(a->local);
	loop_free(a->loop);		/* takes the signal mask back */
	machine_clear(&a->machine);
	return rc;
}

int
main(int argc, char **argv)
{
	struct app a = { .escape_key = ESCAPE_DEFAULT, .eof_ms = EOF_KEEP };
	const struct opts_spec spec = { .tool = "amtterm",
		.synopsis = "[options] [host]", .rows = rows, .take = take,
		.arg = &a };
	struct err e = { 0 };
	int rc;

	secret_protect_process();
	log_init("amtterm", 0);
	rc = opts_parse(&a.opts, &spec, argc, argv, &e);
	if (rc == OPTS_HELP) {
		opts_usage(&spec, stdout);
	} else if (rc == OPTS_VERSION) {
		(void)printf("amtterm %s\n", VERSION);
	} else if (rc == OPTS_RUN) {
		log_init("amtterm", a.opts.verbosity);
		argv += a.opts.first_operand;
		rc = argv[0] != NULL && argv[1] != NULL ?
		    err_set(&e, ERR_USAGE, "one machine at a time; see "
		    "--help") : run(&a, argv[0], &e);
	}
	if (rc != -1 && fflush(stdout) == EOF)
		rc = err_sys(&e, ERR_LOCAL, "writing to standard output");
	opts_clear(&a.opts);
	if (rc == -1)
		log_error(&e);
	if (a.signo != 0) {
		(void)signal(a.signo, SIG_DFL);
		(void)raise(a.signo);
	}
	return rc == -1 ? (int)e.kind : 0;
}
