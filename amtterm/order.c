/* SPDX-License-Identifier: MIT */
/* Power orders: see order.h. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amtterm/order.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"

#define SAID_MAX 8192			/* bytes of it; the rest is not shown */
#define WORDS_MAX (24 + 2 * OPTS_PINS_MAX)
#define PASSWORD_FD 3

struct order {
	order_done_fn *done;
	void *arg;
	struct loop_watch *watch;
	struct buf said;
	pid_t pid;
	int fd;				/* what it says */
};

/* A word and its value, or a word alone. */
static void
add(const char **argv, size_t *n, const char *word, const char *value)
{
	if (value == NULL)
		return;
	argv[(*n)++] = word;
	if (value != word)
		argv[(*n)++] = value;
}

static void
words(const char *argv[WORDS_MAX], const struct machine *m,
    const struct opts *o, const char *order)
{
	size_t n = 0;
	int i;

#define FLAG(on, word) add(argv, &n, word, (on) ? word : NULL)
	argv[n++] = "wsamt";
	add(argv, &n, "-h", m->name);
	add(argv, &n, "-u", m->user);
	add(argv, &n, "--password-file", "/dev/fd/3");
	add(argv, &n, "--config", o->config);
	add(argv, &n, "-c", o->ca);
	add(argv, &n, "--cert", o->cert);
	add(argv, &n, "--key", o->key);
	for (i = 0; i < o->npins; i++)
		add(argv, &n, "--pin", o->pins[i]);
	FLAG(o->tls, "--tls");
	FLAG(o->plain, "--plain");
	FLAG(o->insecure, "--insecure");
	FLAG(o->tofu, "--tofu");
	FLAG(o->old_tls, "--old-tls");
	add(argv, &n, "power", order);
	argv[n] = NULL;
#undef FLAG
}

static void __attribute__((noreturn))
become_wsamt(const struct loop *l, const char **argv, int password, int out)
{
	union { const char **from; char *const *to; } v = { argv };
	int null = open("/dev/null", O_RDONLY);

	/* Above where they go, so that none overwrites another. */
	password = fcntl(password, F_DUPFD, PASSWORD_FD + 1);
	out = fcntl(out, F_DUPFD, PASSWORD_FD + 1);
	if (null == -1 || password == -1 || out == -1 ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(out, STDOUT_FILENO) == -1 ||
	    dup2(out, STDERR_FILENO) == -1 ||
	    dup2(password, PASSWORD_FD) == -1)
		_exit((int)ERR_LOCAL);
	(void)close(password);
	(void)close(out);
	(void)unsetenv("AMT_PASSWORD");
	(void)unsetenv("WSMAN_PASS");
	(void)signal(SIGPIPE, SIG_DFL);
	loop_child_signals(l);
	(void)execvp(argv[0], v.to);
	(void)dprintf(STDERR_FILENO, "%s: %s; it gives the power orders\n",
	    argv[0], strerror(errno));
	_exit(127);
}

/* A pipe holds a password: SECRET_MAX is far below PIPE_BUF. */
static int
password_pipe(const struct machine *m, int fd[2], struct err *e)
{
	if (pipe2(fd, O_CLOEXEC) == -1)
		return err_sys(e, ERR_LOCAL, "a pipe to wsamt");
	if (write(fd[1], m->password.text, m->password.len) ==
	    (ssize_t)m->password.len && write(fd[1], "\n", 1) == 1) {
		(void)close(fd[1]);
		return 0;
	}
	(void)err_sys(e, ERR_LOCAL, "a pipe to wsamt");
	(void)close(fd[0]);
	(void)close(fd[1]);
	return -1;
}

/* Lines of another program: made printable by the log. */
static void
repeat(struct order *o)
{
	char *line, *rest;
	struct err e;

	if (o->said.len == 0 || buf_add(&o->said, "", 1, &e) == -1)
		return;
	rest = (char *)o->said.data;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			log_warn("%s", line);
}

static void
on_said(void *arg, short revents)
{
	struct order *o = arg;
	char text[512];
	struct err e;
	int status;
	ssize_t n;

	(void)revents;
	n = read(o->fd, text, sizeof text);
	if (n > 0) {
		if (o->said.len + (size_t)n < o->said.max)
			(void)buf_add(&o->said, text, (size_t)n, &e);
		return;
	}
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	loop_set(o->watch, LOOP_NOTHING);
	while (waitpid(o->pid, &status, 0) == -1 && errno == EINTR)
		;
	repeat(o);
	o->done(o->arg, WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status));
}

static int
start(struct order *o, struct loop *l, const char **argv, int password,
    struct err *e)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) == -1)
		return err_sys(e, ERR_LOCAL, "a pipe from wsamt");
	o->fd = fd[0];
	/* Where our parent ignores it, a child leaves no status behind. */
	(void)signal(SIGCHLD, SIG_DFL);
	if ((o->pid = fork()) == 0)
		become_wsamt(l, argv, password, fd[1]);
	(void)close(fd[1]);
	if (o->pid == -1)
		return err_sys(e, ERR_LOCAL, "starting wsamt");
	o->watch = loop_watch(l, o->fd, POLLIN, on_said, o, e);
	return o->watch != NULL ? 0 : -1;
}

struct order *
order_start(struct loop *l, const struct machine *m, const struct opts *opts,
    const char *word, order_done_fn *done, void *arg, struct err *e)
{
	const char *argv[WORDS_MAX];
	struct order *o;
	int password[2], rc;

	if ((o = calloc(1, sizeof *o)) == NULL) {
		err_sys(e, ERR_LOCAL, "starting wsamt");
		return NULL;
	}
	o->done = done;
	o->arg = arg;
	o->fd = -1;
	buf_init(&o->said, SAID_MAX);
	words(argv, m, opts, word);
	if (password_pipe(m, password, e) == -1) {
		order_free(o);
		return NULL;
	}
	rc = start(o, l, argv, password[0], e);
	(void)close(password[0]);
	if (rc == 0)
		return o;
	order_free(o);
	return NULL;
}

void
order_free(struct order *o)
{
	if (o == NULL)
		return;
	loop_unwatch(o->watch);
	if (o->fd != -1)
		(void)close(o->fd);
	buf_clear(&o->said);
	free(o);
}
