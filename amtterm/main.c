/* SPDX-License-Identifier: MIT */
/*
 * amtterm: the serial console of a machine, over the network.  Options, and
 * the wiring of sessions (stay.c) to standard input and output (local.c);
 * what ends the program, and how it then ends.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amtterm/app.h"
#include "amtterm/local.h"
#include "amtterm/pty.h"
#include "amtterm/session.h"
#include "amtterm/talk.h"
#include "lib/inherit.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/tty.h"

enum { EOF_OPTION = OPTS_LONG, RECONNECT, NO_RECONNECT, READ_ONLY,
    LOG_FILE, LOG_TIME, SEND, WAIT_FOR, MAP, CHARSET, FILTER,
    PTY };

#define PENDING_MAX (1 << 16)		/* a piece of input, grown */
#define DATA_MAX 65535			/* bytes the machine prints at once */

static const struct opts_row rows[] = {
	{ 'e', "escape", "KEY", "escape key (default ^]), or none" },
	{ EOF_OPTION, "eof", "WHAT", "at the end of input: keep (default), "
	    "quit, or SECONDS of quiet" },
	{ RECONNECT, "reconnect", NULL, "connect again when it is lost "
	    "(default on a terminal)" },
	{ NO_RECONNECT, "no-reconnect", NULL, "end when the connection is "
	    "lost (default in a pipe)" },
	{ LOG_FILE, "log", "FILE", "append what the machine prints; SIGHUP "
	    "opens it again" },
	{ LOG_TIME, "log-time", NULL, "with the time of each line" },
	{ SEND, "send", "TEXT", "send TEXT (\\r is Enter) before what is "
	    "typed" },
	{ WAIT_FOR, "wait-for", "REGEX", "wait until it is printed; exit 0 "
	    "after the last" },
	{ MAP, "map", "FROM-TO,...", "change cr, lf, crlf, bs, del typed; "
	    "host-...: printed" },
	{ CHARSET, "charset", "NAME", "the machine's, such as CP437; ours is "
	    "UTF-8" },
	{ FILTER, "filter", NULL, "pass only escape sequences that draw" },
	{ PTY, "pty", "LINK", "be a serial port for other programs, at LINK" },
	{ READ_ONLY, "read-only", NULL, "send nothing of what is typed" },
	{ 0, NULL, NULL, NULL }
};

static int
take_eof(struct app *a, const char *text, struct err *e)
{
	if (strcmp(text, "keep") == 0)
		a->eof_ms = EOF_KEEP;
	else if (strcmp(text, "quit") == 0)
		a->eof_ms = 0;
	else if (opts_seconds(&a->eof_ms, text, "--eof", e) == -1)
		return err_more(e, ", nor keep, nor quit");
	return 0;
}

static int
take(void *arg, int val, char *text, struct err *e)
{
	struct app *a = arg;

	switch (val) {
	case 'e': return escape_parse(&a->escape_key, text, e);
	case EOF_OPTION: return take_eof(a, text, e);
	case RECONNECT: a->stay = STAY_YES; break;
	case NO_RECONNECT: a->stay = STAY_NO; break;
	case LOG_FILE: a->record.path = text; break;
	case LOG_TIME: a->record.stamp = true; break;
	case SEND: return script_add_send(&a->script, text, e);
	case WAIT_FOR: return script_add_wait(&a->script, text, e);
	case MAP:
		a->stream.map = true;
		return map_parse(&a->stream.typed_map, &a->stream.printed_map,
		    text, e);
	case CHARSET: a->stream.charset = text; break;
	case FILTER: a->stream.filter = true; break;
	case PTY: a->pty_link = text; break;
	case READ_ONLY: a->read_only = true; break;
	}
	return 0;
}

/* ---- the end ---------------------------------------------------------- */

static void
stop_when_done(struct app *a)
{
	if (a->ending && !session_is_alive(a->session) &&
	    (a->at_once || local_is_drained(a->local)))
		loop_stop(a->loop);
}

void
app_end(struct app *a, const struct err *why)
{
	if (!a->ending) {
		if (why != NULL)
			a->why = *why;
		a->ending = true;
		loop_cancel(&a->notice);
		loop_cancel(&a->retry);
		local_read(a->local, LOCAL_HOLD);
		session_end(a->session);
	}
	stop_when_done(a);
}

static void
on_signal(void *arg, int signo)
{
	struct app *a = arg;

	if (a->signo != 0)
		loop_stop(a->loop);	/* the second: no more patience */
	a->signo = signo;
	a->at_once = true;
	app_end(a, NULL);
}

/* We are a person's job; a daemon has none, nor who was hung up on. */
static bool
has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd != -1)
		(void)close(fd);
	return fd != -1;
}

/* To programs with a log it says "open it again", unless a terminal went. */
static void
on_hangup(void *arg, int signo)
{
	struct app *a = arg;
	struct err e;

	if (a->record.fd == -1 || (a->had_terminal && !has_terminal())) {
		if (!a->hangup_ignored)
			on_signal(a, signo);
	} else if (record_open(&a->record, &e) == -1) {
		log_warn("%s; going on in the one that was open", e.text);
		a->record.failed = true;
	} else {
		log_info("the log %s is open again", a->record.path);
	}
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

	app_end(a, e);
}

/* ---- standard input and output ---------------------------------------- */

static size_t
on_input(void *arg, const uint8_t *p, size_t n)
{
	return talk_input(arg, p, n);
}

static void
on_input_end(void *arg, const struct err *e)
{
	struct app *a = arg;

	a->input_over = true;
	if (local_is_terminal(a->local))
		on_signal(a, SIGHUP);	/* the terminal is gone */
	else if (e != NULL)
		app_end(a, e);
	else
		talk_input_end(a);
}

static void
on_command(void *arg, const struct escape *s, enum escape_command c)
{
	menu_command(arg, c, s->order);
}

static void
on_full(void *arg, bool full)
{
	struct app *a = arg;

	a->full = full;
	if (session_is_open(a->session))
		session_hold(a->session, full);
}

static const struct local_events local_events = {
	.input = on_input, .input_end = on_input_end, .command = on_command,
	.full = on_full, .output_end = on_output_end, .drained = on_drained,
};

static const struct pty_events pty_events = { .input = on_input };

/* ---- the program ------------------------------------------------------ */

/* What our parent ignores (nohup), we do; but a log is opened again. */
static int
catch_signals(struct app *a, struct err *e)
{
	struct sigaction was;

	a->hangup_ignored = sigaction(SIGHUP, NULL, &was) == 0 &&
	    was.sa_handler == SIG_IGN;
	a->had_terminal = has_terminal();
	if (loop_signal(a->loop, SIGHUP, on_hangup, a, e) == -1)
		return -1;
	(void)signal(SIGPIPE, SIG_IGN);	/* cannot fail: a valid signal */
	return loop_signal_unless_ignored(a->loop, SIGINT, on_signal, a,
	    e) == -1 || loop_signal_unless_ignored(a->loop, SIGTERM,
	    on_signal, a, e) == -1 ? -1 : 0;
}

static int
run(struct app *a, const char *host, struct err *e)
{
	int rc = -1;

	if (machine_find(&a->machine, &machine_redirection, &a->opts, host,
	    e) == -1)
		return -1;
	buf_init(&a->pending, PENDING_MAX);
	if (stream_open(&a->stream, DATA_MAX, e) == -1 ||
	    (a->loop = loop_new(e)) == NULL || catch_signals(a, e) == -1 ||
	    (a->local = local_new(a->loop, a->escape_key, &local_events, a,
	    e)) == NULL || (a->pty_link != NULL && (a->pty = pty_new(a->loop,
	    a->pty_link, &pty_events, a, e)) == NULL) || (a->record.path != NULL &&
	    record_open(&a->record, e) == -1) || stay_start(a, e) == -1)
		goto out;
	if ((rc = loop_run(a->loop, e)) == 0 && a->why.kind != ERR_NONE) {
		*e = a->why;
		rc = -1;
	}
	if (rc == 0 && a->record.failed)
		rc = err_set(e, ERR_LOCAL, "the log %s is not complete",
		    a->record.path);
 out:
	if (a->local != NULL)
		local_fresh_line(a->local);
	tty_restore();
	menu_close(a);
	session_free(a->session);
	pty_free(a->pty);
	local_free(a->local);
	record_close(&a->record);
	stream_close(&a->stream);
	buf_clear(&a->pending);
	loop_free(a->loop);		/* takes the signal mask back */
	machine_clear(&a->machine);
	return rc;
}

static int
check(const struct app *a, char *const operands[], struct err *e)
{
	if (operands[0] != NULL && operands[1] != NULL)
		return err_set(e, ERR_USAGE, "one machine at a time; see "
		    "--help");
	if (a->pty_link != NULL && a->eof_ms != EOF_KEEP)
		return err_set(e, ERR_USAGE, "--eof is for standard input, "
		    "which is not used with --pty");
	return 0;
}

int
main(int argc, char **argv)
{
	struct app a = { .escape_key = ESCAPE_DEFAULT, .eof_ms = EOF_KEEP,
		.record = RECORD_INIT };
	const struct opts_spec spec = { .tool = "amtterm",
		.synopsis = "[options] [host]", .rows = rows, .take = take,
		.arg = &a, .mixed = true };
	struct err e = { 0 };
	int rc;

	secret_protect_process();
	inherit_mend();
	log_init("amtterm", 0);
	rc = opts_parse(&a.opts, &spec, argc, argv, &e);
	if (rc == OPTS_HELP) {
		opts_usage(&spec, stdout);
	} else if (rc == OPTS_VERSION) {
		(void)printf("amtterm %s\n", VERSION);
	} else if (rc == OPTS_RUN) {
		log_init("amtterm", a.opts.verbosity);
		argv += a.opts.first_operand;
		rc = check(&a, argv, &e) == -1 ? -1 : run(&a, argv[0], &e);
	}
	if (rc != -1 && fflush(stdout) == EOF)
		rc = err_sys(&e, ERR_LOCAL, "writing to standard output");
	script_free(&a.script);
	opts_clear(&a.opts);
	if (rc == -1)
		log_error(&e);
	if (a.signo != 0) {
		(void)signal(a.signo, SIG_DFL);
		(void)raise(a.signo);
	}
	return rc == -1 ? (int)e.kind : 0;
}
