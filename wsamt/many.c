/* SPDX-License-Identifier: MIT */
/*
 * Many machines at once: see many.h.  A machine's output is kept until it
 * is done with and then printed whole, each line behind its name, so that
 * lines of two never mix.  An order that is out when somebody interrupts us
 * may be carried out, and is told as such.
 */
#include <sys/resource.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "wsamt/many.h"

#define PROGRESS_FIRST_MS 2000
#define PROGRESS_MS 5000
#define NAMED_MAX 8			/* of those that failed, in the summary */
#define FILES_EACH 6			/* descriptors of a machine, at most */

struct job {
	const struct many *m;
	struct wsman_hub *hub;
	struct fiber *fiber;
	struct wsamt a;
	struct buf sink;
	struct err e;
	int rc;
};

struct crowd {
	const struct many *m;
	struct loop *loop;
	struct wsman_hub *hub;
	struct job **jobs;
	size_t running, next, done, failed;
	struct secret password;		/* asked once, for all that would ask */
	enum err_kind worst;
	char named[512];		/* who failed */
	struct loop_timer stagger, progress;
	bool too_early;			/* for the next one */
	int signo;
};

/* ---- one machine --------------------------------------------------------------- */

/* "host: " in front of a sentence that has it not. */
static void
name_host(struct err *e, const char *host)
{
	size_t n = strlen(host);

	if (strncmp(e->text, host, n) != 0)
		(void)err_ctx(e, "%s", host);
}

static void
print_lines(const char *host, const struct buf *b)
{
	const char *p = (const char *)b->data, *eol;
	const char *end = b->len > 0 ? p + b->len : p;
	int n;

	for (; p < end; p += n + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		n = (int)((eol != NULL ? eol : end) - p);
		(void)printf("%s\t%.*s\n", host, n, p);
	}
}

/* {"host":"a","status":0,"result":...}: what the command printed, or null. */
static void
print_object(const struct job *j, const char *host)
{
	bool several = j->m->several;
	struct json json;
	struct buf b;

	buf_init(&b, 16 * ERR_TEXT_MAX);
	json_init(&json, &b);
	json_object(&json);
	json_member(&json, "host", host);
	json_name(&json, "status");
	json_int(&json, j->rc == 0 ? 0 : (int)j->e.kind);
	if (j->rc == -1)
		json_member(&json, "error", j->e.text);
	(void)printf("%.*s,\"result%s\":%s", (int)b.len, (char *)b.data,
	    several ? "s" : "", several ? "[" : "");
	if (j->sink.len > 0)
		(void)fwrite(j->sink.data, 1, j->sink.len, stdout);
	else if (!several)
		(void)printf("null");
	(void)printf("%s}\n", several ? "]" : "");
	buf_clear(&b);
}

static void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	fiber_free(j->fiber);
	machine_clear(&j->a.machine);
	buf_clear(&j->sink);
	free(j);
}

/* A machine is done with: say what it said. */
static void
report(struct crowd *c, struct job *j)
{
	const char *host = c->m->hosts->names[j->a.index];
	size_t n = strlen(c->named);

	c->done++;
	if (j->rc == -1)
		name_host(&j->e, host);
	if (c->m->json)
		print_object(j, host);
	else
		print_lines(host, &j->sink);
	(void)fflush(stdout);
	if (j->rc == 0)
		return;
	log_error(&j->e);
	if (c->failed++ < NAMED_MAX)
		(void)snprintf(c->named + n, sizeof c->named - n, "%s%.50s",
		    n > 0 ? ", " : "", host);
	if (j->e.kind > c->worst)
		c->worst = j->e.kind;
}

/* What its fiber does. */
static void
work(void *arg)
{
	struct job *j = arg;

	j->rc = j->m->work(&j->a, j->hub, j->m->arg, &j->e);
}

static bool
wants_asking(struct machine *machine, const struct many *m, bool *asks,
    struct err *e)
{
	struct setting s;

	if (machine_password_source(machine, m->spec, &s, e) == -1)
		return false;
	*asks = strcmp(s.value, "ask") == 0;
	return true;
}

static int
prepare(struct job *j, struct crowd *c, struct err *e)
{
	const struct many *m = c->m;
	bool asks;

	if (machine_find(&j->a.machine, m->spec, m->opts,
	    m->hosts->names[j->a.index], e) == -1 ||
	    !wants_asking(&j->a.machine, m, &asks, e))
		return -1;
	if (asks && c->password.text != NULL && secret_set(
	    &j->a.machine.password, c->password.text, c->password.len,
	    e) == -1)
		return -1;
	j->fiber = fiber_new(work, j, e);
	return j->fiber != NULL ? 0 : -1;
}

/* One that cannot begin has failed, as one that fails later: no fiber. */
static struct job *
job_new(struct crowd *c, size_t index, struct err *e)
{
	struct job *j = calloc(1, sizeof *j);

	if (j == NULL) {
		(void)err_sys(e, ERR_LOCAL, "memory for one machine more");
		return NULL;
	}
	j->m = c->m;
	j->hub = c->hub;
	j->a.index = index;
	buf_init(&j->sink, OUT_MAX);
	j->a.sink = &j->sink;
	j->rc = prepare(j, c, &j->e);
	return j;
}

/* ---- all of them ------------------------------------------------------------------ */

static void
on_stagger(void *arg)
{
	struct crowd *c = arg;

	c->too_early = false;
}

static void
on_progress(void *arg)
{
	struct crowd *c = arg;
	char some[256] = "";
	size_t i, n;

	for (i = 0; i < c->running && i < 3; i++) {
		n = strlen(some);
		(void)snprintf(some + n, sizeof some - n, "%s%.60s",
		    i > 0 ? ", " : "", c->jobs[i]->a.machine.name);
	}
	log_warn("%zu of %zu machines done%s%s%s ...", c->done,
	    c->m->hosts->n, i > 0 ? ", waiting for " : "", some,
	    c->running > i ? " and others" : "");
	loop_after(c->loop, &c->progress, PROGRESS_MS, on_progress, c);
}

static void
on_signal(void *arg, int signo)
{
	struct crowd *c = arg;

	c->signo = signo;
}

/* Let it go on if it can; true: it is done with. */
static bool
step(struct crowd *c, struct job *j)
{
	if (j->fiber != NULL && (!fiber_ready(j->fiber) ||
	    !fiber_run(j->fiber)))
		return false;
	report(c, j);
	job_free(j);
	return true;
}

static int
start_more(struct crowd *c, struct err *e)
{
	const struct many *m = c->m;
	struct job *j;

	while (c->next < m->hosts->n && c->running < m->jobs &&
	    !c->too_early) {
		if ((j = job_new(c, c->next++, e)) == NULL)
			return -1;
		c->too_early = m->stagger_ms > 0;
		if (c->too_early)
			loop_after(c->loop, &c->stagger, m->stagger_ms,
			    on_stagger, c);
		if (!step(c, j))
			c->jobs[c->running++] = j;
	}
	return 0;
}

/* Those that can go on, in the order they began. */
static void
step_all(struct crowd *c)
{
	size_t i, left = 0;

	for (i = 0; i < c->running; i++)
		if (!step(c, c->jobs[i]))
			c->jobs[left++] = c->jobs[i];
	c->running = left;
}

static int
go(struct crowd *c, struct err *e)
{
	if (isatty(STDERR_FILENO))
		loop_after(c->loop, &c->progress, PROGRESS_FIRST_MS,
		    on_progress, c);
	for (;;) {
		step_all(c);
		if (c->signo != 0)
			return 0;
		if (start_more(c, e) == -1)
			return -1;
		if (c->running == 0 && c->next == c->m->hosts->n)
			return 0;
		if (loop_turn(c->loop, -1, e) == -1)
			return -1;
	}
}

/* ---- before and after ---------------------------------------------------------------- */

/*
 * What is wrong with a name is told before anything is sent; and a person is
 * asked before anybody waits for him.
 */
static int
look_at_all(struct crowd *c, struct err *e)
{
	const struct many *m = c->m;
	struct machine machine;
	size_t i, asking = 0;
	char prompt[512];
	bool asks = false, ok;

	for (i = 0; i < m->hosts->n; i++) {
		if (machine_find(&machine, m->spec, m->opts,
		    m->hosts->names[i], e) == -1)
			return -1;
		ok = wants_asking(&machine, m, &asks, e);
		if (ok && asks && asking++ == 0)
			(void)snprintf(prompt, sizeof prompt, "Password of %s "
			    "on %s", machine.user, machine.name);
		machine_clear(&machine);
		if (!ok)
			return -1;
	}
	if (asking == 0 || m->no_login)
		return 0;
	i = strlen(prompt);
	if (asking > 1)
		(void)snprintf(prompt + i, sizeof prompt - i, " and %zu "
		    "more: ", asking - 1);
	else
		(void)snprintf(prompt + i, sizeof prompt - i, ": ");
	return secret_prompt(&c->password, prompt, e);
}

/* A file is read once: it may be a pipe. */
static int
read_password_file(struct opts *o, struct err *e)
{
	if (o->password_file == NULL || o->password.text != NULL)
		return 0;
	return secret_read_file(&o->password, o->password_file, e);
}

/* More descriptors than the 1024 of old; fewer machines if that fails. */
static int
enough_files(const struct many *m, struct err *e)
{
	const rlim_t need = 64 + (rlim_t)m->jobs * FILES_EACH;
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1 || r.rlim_cur >= need)
		return 0;
	r.rlim_cur = r.rlim_max < need ? r.rlim_max : need;
	if (setrlimit(RLIMIT_NOFILE, &r) == -1 || r.rlim_cur < need)
		return err_set(e, ERR_LOCAL, "-j %u: that needs %llu open "
		    "files and %llu are allowed; ask fewer at once, or see "
		    "\"ulimit -n\"", m->jobs, (unsigned long long)need,
		    (unsigned long long)r.rlim_cur);
	return 0;
}

/* Who had not answered, and die of the signal. */
static void
interrupted(struct crowd *c)
{
	size_t i;

	for (i = 0; i < c->running; i++)
		log_warn("%s: interrupted: it had not answered; what it was "
		    "told to do may be done", c->jobs[i]->a.machine.name);
	log_warn("%zu of %zu machines done, %zu of them failed, %zu not "
	    "asked", c->done, c->m->hosts->n, c->failed,
	    c->m->hosts->n - c->next);
	(void)fflush(stdout);
	secret_clear(&c->password);
	loop_free(c->loop);		/* the signals are as they were */
	(void)raise(c->signo);
	_exit(128 + c->signo);		/* our parent blocked it */
}

static int
summary(const struct crowd *c, struct err *e)
{
	if (ferror(stdout))
		return err_sys(e, ERR_LOCAL, "writing to standard output");
	if (c->failed > 0)
		return err_set(e, c->worst, "%zu of %zu machines failed: "
		    "%s%s", c->failed, c->m->hosts->n, c->named,
		    c->failed > NAMED_MAX ? " and others" : "");
	log_warn("%zu machine%s, all done", c->m->hosts->n,
	    c->m->hosts->n == 1 ? "" : "s");
	return 0;
}

static int
catch_signals(struct crowd *c, struct err *e)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (loop_signal_unless_ignored(c->loop, signals[i], on_signal,
		    c, e) == -1)
			return -1;
	return 0;
}

int
many_run(const struct many *m, struct err *e)
{
	struct crowd c = { .m = m };
	int rc = -1;

	if (enough_files(m, e) == -1 || (!m->no_login &&
	    read_password_file(m->opts, e) == -1) || look_at_all(&c, e) == -1)
		goto out;
	if ((c.jobs = calloc(m->jobs, sizeof *c.jobs)) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "naming machines");
		goto out;
	}
	if ((c.loop = loop_new(e)) == NULL || catch_signals(&c, e) == -1 ||
	    (c.hub = wsman_hub_new(c.loop, e)) == NULL)
		goto out;
	rc = go(&c, e);
	if (c.signo != 0)
		interrupted(&c);	/* does not return, as a rule */
	if (rc == 0)
		rc = summary(&c, e);
	loop_cancel(&c.stagger);
	loop_cancel(&c.progress);
 out:
	/* After an error of ours machines may be left, in the middle. */
	if (c.running == 0) {
		wsman_hub_free(c.hub);
		loop_free(c.loop);
		free(c.jobs);
	}
	secret_clear(&c.password);
	return rc;
}
