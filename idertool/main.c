/* SPDX-License-Identifier: MIT */
/*
 * idertool: a machine boots from an image over the network.  Options, and
 * the wiring of a session (session.c) to images, control socket and screen;
 * what ends the program, and how it then ends.
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "idertool/control.h"
#include "idertool/serve.h"
#include "idertool/session.h"
#include "idertool/show.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/inherit.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/opts.h"
#include "lib/secret.h"

#define TURN_MS 250			/* of the live line, and of --until */
#define NOTICE_MS 2000			/* a wait longer than this is explained */
#define PATIENCE_MS 120000		/* to come back after a lost connection */
#define TEXT_MAX 16384

enum { CD = OPTS_LONG, FLOPPY, RW, START, UNTIL, RECONNECT, JSON, CONTROL,
    CTL };
enum until { FOREVER, EJECT, IDLE, SERVED };

static const struct opts_row rows[] = {
	{ CD, "cd", "IMAGE", "a file or block device, as its CD-ROM" },
	{ FLOPPY, "floppy", "IMAGE", "a file or block device, as its floppy" },
	{ RW, "rw", NULL, "the machine may write to the floppy's image" },
	{ START, "start", "WHEN", "it gets the drives at its next reboot "
	    "(default), graceful or now" },
	{ UNTIL, "until", "WHAT", "end by itself: eject, idle:SECONDS or "
	    "served" },
	{ RECONNECT, "reconnect", "SECONDS", "try so long to come back after "
	    "a loss (default 120; 0: never)" },
	{ JSON, "json", NULL, "events and the summary as JSON" },
	{ CONTROL, "control", "SOCKET", "listen there for --ctl" },
	{ CTL, "ctl", "SOCKET", "tell a running idertool: status, eject "
	    "DRIVE, insert DRIVE IMAGE" },
	{ 0, NULL, NULL, NULL }
};

struct app {
	struct opts opts;
	struct machine machine;
	const char *image[SERVE_DRIVES], *control_path, *ctl_path;
	bool rw, json;
	enum ider_start start;
	enum until until;
	int64_t idle_ms, patience_ms;
	struct loop *loop;
	struct serve serve;
	struct session *session;
	struct control *control;
	struct show show;
	struct loop_timer turn;
	int64_t begun_ms;
	const char *noticed;
	bool live, drawn;		/* a live line; it is on the screen */
	bool ending;
	int signo;			/* that ended us, or 0 */
	struct err why;			/* ERR_NONE: all is well */
};

/* ---- options -------------------------------------------------------------- */

static int
take_start(struct app *a, const char *text, struct err *e)
{
	static const struct { const char *word; enum ider_start start; }
	    words[] = {
		{ "reboot", IDER_REBOOT }, { "graceful", IDER_GRACEFUL },
		{ "now", IDER_NOW },
	};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i].word) == 0) {
			a->start = words[i].start;
			return 0;
		}
	return err_set(e, ERR_USAGE, "--start: \"%s\" is none of reboot, "
	    "graceful, now", text);
}

static int
take_until(struct app *a, const char *text, struct err *e)
{
	if (strncmp(text, "idle:", 5) == 0) {
		a->until = IDLE;
		return opts_seconds(&a->idle_ms, text + 5, "--until idle", e);
	}
	if (strcmp(text, "eject") == 0)
		a->until = EJECT;
	else if (strcmp(text, "served") == 0)
		a->until = SERVED;
	else
		return err_set(e, ERR_USAGE, "--until: \"%s\" is none of "
		    "eject, idle:SECONDS, served", text);
	return 0;
}

static int
take(void *arg, int val, char *text, struct err *e)
{
	struct app *a = arg;

	switch (val) {
	case CD:
		a->image[SCSI_CD] = text;
		return 0;
	case FLOPPY:
		a->image[SCSI_FLOPPY] = text;
		return 0;
	case RW:
		a->rw = true;
		return 0;
	case START:
		return take_start(a, text, e);
	case UNTIL:
		return take_until(a, text, e);
	case RECONNECT:
		return opts_seconds(&a->patience_ms, text, "--reconnect", e);
	case JSON:
		a->json = true;
		return 0;
	case CONTROL:
		a->control_path = text;
		return 0;
	default:
		a->ctl_path = text;
		return 0;
	}
}

/* ---- the screen ------------------------------------------------------------- */

/* Before anything else is printed on standard error. */
static void
clear_line(struct app *a)
{
	if (a->drawn)
		(void)fputs("\r\033[K", stderr);
	a->drawn = false;
}

static const char *
state(const struct app *a)
{
	return session_is_attached(a->session) ? "attached" :
	    session_doing(a->session);
}

/* A column less than there are: a line that wraps is no longer one line. */
static size_t
width(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ?
	    w.ws_col - 1u : 79;
}

static void
draw_line(struct app *a, int64_t now)
{
	char line[SHOW_LINE_MAX];

	show_line(&a->show, a->machine.name, state(a), &a->serve.stats, now,
	    width(), line);
	(void)fprintf(stderr, "\r%s\033[K", line);
	a->drawn = true;
}

/* To who reads us; when nobody does any more, the machine is still served. */
static int
print(const struct buf *text, struct err *e)
{
	if ((fwrite(text->data, 1, text->len, stdout) < text->len ||
	    fflush(stdout) == EOF) && (errno != EPIPE ||
	    freopen("/dev/null", "w", stdout) == NULL))
		return err_sys(e, ERR_LOCAL, "writing to standard output");
	return 0;
}

/* An event, for programs: a word, or an object. */
static int
tell(struct app *a, const char *event, struct err *e)
{
	struct buf text;
	struct json j;
	int rc = 0;

	buf_init(&text, TEXT_MAX);
	if (a->json) {
		json_init(&j, &text);
		json_object(&j);
		json_member(&j, "event", event);
		json_member(&j, "host", a->machine.name);
		json_object_end(&j);
		if (j.failed)
			rc = err_set(e, ERR_LOCAL, "out of memory");
	}
	if (rc == 0 && (rc = buf_addf(&text, e, "%s\n", a->json ? "" :
	    event)) == 0)
		rc = print(&text, e);
	buf_clear(&text);
	return rc;
}

/* ---- the end ------------------------------------------------------------------ */

/* Whatever came first is why; the session says goodbye, then all stops. */
static void
end(struct app *a, const struct err *why)
{
	if (a->ending)
		return;
	a->ending = true;
	if (why != NULL)
		a->why = *why;
	session_end(a->session);
}

static void
on_signal(void *arg, int signo)
{
	struct app *a = arg;

	if (a->signo != 0)
		loop_stop(a->loop);	/* the second: no more patience */
	a->signo = signo;
	end(a, NULL);
}

static void
on_ended(void *arg, const struct err *e)
{
	struct app *a = arg;

	if (e != NULL && !a->ending)
		a->why = *e;
	a->ending = true;
	loop_stop(a->loop);
}

/* ---- the session ---------------------------------------------------------------- */

static void
on_attached(void *arg, bool again)
{
	struct app *a = arg;
	struct err e;

	clear_line(a);
	if (a->live || again)
		log_warn("%s: %s", a->machine.name, again ?
		    "attached again" : a->start == IDER_REBOOT ?
		    "attached; it gets the drives when it is reset" :
		    "attached");
	if (tell(a, again ? "attached again" : "attached", &e) == -1)
		end(a, &e);
}

static void
on_reset(void *arg)
{
	struct app *a = arg;

	clear_line(a);
	log_info("%s: the machine was reset", a->machine.name);
}

static void
on_lost(void *arg, const struct err *e)
{
	struct app *a = arg;

	clear_line(a);
	log_warn("%s; connecting again", e->text);
}

static const struct session_events session_events = {
	.attached = on_attached, .reset = on_reset, .lost = on_lost,
	.ended = on_ended,
};

static void
on_trouble(void *arg, const struct err *e)
{
	clear_line(arg);
	log_warn("%s; the machine is told, and served on", e->text);
}

static bool
has_media(const struct app *a)
{
	return a->serve.drive[SCSI_CD].scsi.loaded ||
	    a->serve.drive[SCSI_FLOPPY].scsi.loaded;
}

static void
on_ejected(void *arg, enum scsi_kind kind)
{
	struct app *a = arg;

	clear_line(a);
	log_warn("%s: the machine ejected the %s", a->machine.name,
	    drive_name(kind));
	if (!has_media(a))
		end(a, NULL);
}

static const struct serve_events serve_events = {
	.trouble = on_trouble, .ejected = on_ejected,
};

/* ---- by time ---------------------------------------------------------------------- */

static bool
is_done(const struct app *a, int64_t now)
{
	const struct stats *s = &a->serve.stats;
	int64_t since = s->moved_ms != 0 ? s->moved_ms : s->attached_ms;

	return (a->until == IDLE && since != 0 &&
	    now - since >= a->idle_ms) ||
	    (a->until == SERVED && serve_all_seen(&a->serve));
}

/* Who waits at a terminal is told for what, once for each thing. */
static void
notice(struct app *a, int64_t now)
{
	const char *doing = session_doing(a->session);

	if (session_is_attached(a->session) || doing == a->noticed ||
	    now - a->begun_ms < NOTICE_MS)
		return;
	log_warn("%s: %s ...", a->machine.name, doing);
	a->noticed = doing;
}

static void
on_turn(void *arg)
{
	struct app *a = arg;
	int64_t now = loop_now_ms();

	if (a->live && a->serve.stats.attached_ms != 0 && !a->ending)
		draw_line(a, now);
	else if (a->live)
		notice(a, now);
	if (is_done(a, now))
		end(a, NULL);
	loop_after(a->loop, &a->turn, TURN_MS, on_turn, a);
}

/* ---- the control socket -------------------------------------------------------------- */

static int
answer_status(struct app *a, struct buf *out, struct err *e)
{
	const struct stats *s = &a->serve.stats;
	const struct drive *d;
	int i;

	if (buf_addf(out, e, "host\t%s\nstate\t%s\n", a->machine.name,
	    state(a)) == -1)
		return -1;
	for (i = SERVE_DRIVES - 1; i >= 0; i--) {
		d = &a->serve.drive[i];
		if (buf_addf(out, e, "%s\t%s%s\n", drive_name(d->scsi.kind),
		    d->medium.fd == -1 ? "" : d->medium.name,
		    d->medium.writable ? "\trw" : "") == -1)
			return -1;
	}
	return buf_addf(out, e, "read\t%llu\nwritten\t%llu\ncommands\t%llu\n"
	    "resets\t%llu\nreconnects\t%llu\n",
	    (unsigned long long)s->read_bytes,
	    (unsigned long long)s->written_bytes,
	    (unsigned long long)s->ncommands, (unsigned long long)s->resets,
	    (unsigned long long)s->reconnects);
}

static void warn_of_tail(const struct medium *m);

static int
on_control(void *arg, const struct control_request *q, int fd,
    struct buf *answer, struct err *e)
{
	struct app *a = arg;
	struct medium m;

	switch (q->what) {
	case CONTROL_STATUS:
		return answer_status(a, answer, e);
	case CONTROL_EJECT:
		if (a->serve.drive[q->kind].medium.fd == -1)
			return err_set(e, ERR_NO, "the %s drive is empty",
			    drive_name(q->kind));
		return serve_eject(&a->serve, q->kind, e);
	case CONTROL_INSERT:
		break;
	}
	if (q->writable && q->kind == SCSI_CD) {
		(void)close(fd);
		return err_set(e, ERR_USAGE, "a CD is not writable: --rw is "
		    "for the floppy");
	}
	if (medium_adopt(&m, q->kind, fd, q->name, q->writable, e) == -1)
		return -1;
	warn_of_tail(&m);
	return serve_insert(&a->serve, q->kind, &m, true, loop_now_ms(), e);
}

/* ---- the program ---------------------------------------------------------------------- */

static void
warn_of_tail(const struct medium *m)
{
	if (m->tail != 0)
		log_warn("%s: its last %llu bytes are no whole block, and "
		    "are not served", m->name, (unsigned long long)m->tail);
}

static int
open_images(struct app *a, struct err *e)
{
	struct medium m;
	bool rw;
	int i;

	for (i = 0; i < SERVE_DRIVES; i++) {
		rw = a->rw && i == SCSI_FLOPPY;
		if (a->image[i] == NULL)
			continue;
		if (medium_open(&m, (enum scsi_kind)i, a->image[i], rw,
		    e) == -1)
			return -1;
		warn_of_tail(&m);
		if (serve_insert(&a->serve, (enum scsi_kind)i, &m, false, 0,
		    e) == -1)
			return -1;
	}
	for (i = 0; i < SERVE_DRIVES; i++)
		a->serve.drive[i].scsi.can_eject = a->until == EJECT;
	return a->until == SERVED ? serve_watch_blocks(&a->serve, e) : 0;
}

static int
catch_signals(struct app *a, struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	(void)signal(SIGPIPE, SIG_IGN);	/* cannot fail: a valid signal */
	for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (loop_signal_unless_ignored(a->loop, signals[i], on_signal,
		    a, e) == -1)
			return -1;
	return 0;
}

/* To standard error for people, with --json to standard output too. */
static int
summarize(struct app *a, struct err *e)
{
	const struct stats *s = &a->serve.stats;
	int64_t now = loop_now_ms();
	struct buf text;
	int rc = 0;

	if (s->attached_ms == 0 && !a->json)
		return 0;
	buf_init(&text, TEXT_MAX);
	if (s->attached_ms != 0 &&
	    show_summary(&text, a->machine.name, s, now, e) == 0)
		(void)fwrite(text.data, 1, text.len, stderr);
	buf_clear(&text);
	if (a->json && (rc = show_json(&text, a->machine.name, s, now,
	    e)) == 0)
		rc = print(&text, e);
	buf_clear(&text);
	return rc;
}

/* Whether the session was of any use: ERR_NO if nothing was read. */
static int
judge(const struct app *a, struct err *e)
{
	if (a->why.kind != ERR_NONE) {
		*e = a->why;
		return -1;
	}
	if (a->serve.stats.attached_ms != 0 &&
	    a->serve.stats.read_bytes == 0 && a->signo == 0)
		return err_set(e, ERR_NO, "%s was attached, but read nothing",
		    a->machine.name);
	return 0;
}

static int
serve(struct app *a, struct err *e)
{
	struct err later = { ERR_NONE, "" };
	int rc;

	a->begun_ms = a->show.then_ms = loop_now_ms();
	a->live = isatty(STDERR_FILENO);
	if (a->live || a->until == IDLE || a->until == SERVED)
		loop_after(a->loop, &a->turn, TURN_MS, on_turn, a);
	rc = loop_run(a->loop, e);
	clear_line(a);
	if (rc == 0)
		rc = judge(a, e);
	if (summarize(a, &later) == -1 && rc == 0) {
		*e = later;
		rc = -1;
	}
	return rc;
}

static int
run(struct app *a, const char *host, struct err *e)
{
	struct err later = { ERR_NONE, "" };
	int rc = -1;

	serve_init(&a->serve, &serve_events, a);
	if (machine_find(&a->machine, &machine_redirection, &a->opts, host,
	    e) == -1)
		return -1;
	if (open_images(a, e) == 0 && (a->loop = loop_new(e)) != NULL &&
	    catch_signals(a, e) == 0 && (a->control_path == NULL ||
	    (a->control = control_start(a->loop, a->control_path, on_control,
	    a, e)) != NULL) && (a->session = session_start(a->loop,
	    &a->machine, &a->serve, a->start, a->patience_ms,
	    &session_events, a, e)) != NULL)
		rc = serve(a, e);
	control_free(a->control);
	session_free(a->session);
	if (serve_clear(&a->serve, &later) == -1) {
		if (rc == -1)
			log_error(e);
		*e = later;		/* what was written could not be kept */
		rc = -1;
	}
	loop_free(a->loop);		/* takes the signal mask back */
	machine_clear(&a->machine);
	return rc;
}

static int
check(struct app *a, char **operands, struct err *e)
{
	if (a->ctl_path != NULL)
		return control_call(a->ctl_path, operands, a->rw, a->json,
		    e);
	if (operands[0] != NULL && operands[1] != NULL)
		return err_set(e, ERR_USAGE, "one machine at a time; see "
		    "--help");
	if (a->image[SCSI_CD] == NULL && a->image[SCSI_FLOPPY] == NULL &&
	    a->control_path == NULL)
		return err_set(e, ERR_USAGE, "which image? --cd or --floppy, "
		    "or --control to insert one later");
	if (a->until == SERVED && a->image[SCSI_CD] == NULL &&
	    a->image[SCSI_FLOPPY] == NULL)
		return err_set(e, ERR_USAGE, "--until served needs an image");
	if (a->rw && a->image[SCSI_FLOPPY] == NULL)
		return err_set(e, ERR_USAGE, "--rw is for the floppy, and "
		    "there is no --floppy");
	return run(a, operands[0], e);
}

int
main(int argc, char **argv)
{
	struct app a = { .start = IDER_REBOOT, .patience_ms = PATIENCE_MS };
	const struct opts_spec spec = { .tool = "idertool",
		.synopsis = "[options] [host] --cd IMAGE --floppy IMAGE",
		.rows = rows, .take = take, .arg = &a, .mixed = true };
	struct err e = { 0 };
	int rc;

	secret_protect_process();
	inherit_mend();
	log_init("idertool", 0);
	rc = opts_parse(&a.opts, &spec, argc, argv, &e);
	if (rc == OPTS_HELP) {
		opts_usage(&spec, stdout);
	} else if (rc == OPTS_VERSION) {
		(void)printf("idertool %s\n", VERSION);
	} else if (rc == OPTS_RUN) {
		log_init("idertool", a.opts.verbosity);
		rc = check(&a, argv + a.opts.first_operand, &e);
	}
	if (fflush(stdout) == EOF && rc != -1)
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
