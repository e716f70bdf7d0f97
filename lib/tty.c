/* SPDX-License-Identifier: MIT */
/* Raw terminal: see tty.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/tty.h"

static struct {
	struct termios saved, raw;
	int fd;
	volatile sig_atomic_t is_raw;
	bool prepared;			/* exit and crash handlers are there */
} tty;

/* Signals that end a process unless somebody takes them. */
static const int fatal[] = { SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE,
    SIGILL, SIGTRAP, SIGSYS, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2,
    SIGXCPU, SIGXFSZ, SIGPIPE };

/*
 * Another process group owns the terminal: its settings are not ours to
 * touch, and trying would stop us.
 */
static bool
in_background(void)
{
	pid_t owner = tcgetpgrp(tty.fd);

	return owner != -1 && owner != getpgrp();
}

void
tty_restore(void)
{
	if (!tty.is_raw)
		return;
	tty.is_raw = false;
	if (!in_background())		/* NOW: draining could wait for ever */
		(void)tcsetattr(tty.fd, TCSANOW, &tty.saved);
	log_raw_terminal(false);
}

static int
enter(void)
{
	if (tcsetattr(tty.fd, TCSANOW, &tty.raw) == -1)
		return -1;
	tty.is_raw = true;
	log_raw_terminal(true);
	return 0;
}

/* Only calls that are safe in a signal handler. */
static void
on_fatal(int signo)
{
	if (tty.is_raw && !in_background())
		(void)tcsetattr(tty.fd, TCSANOW, &tty.saved);
	(void)raise(signo);		/* SA_RESETHAND: its own way now */
}

static void
prepare(void)
{
	struct sigaction was, sa = { .sa_handler = on_fatal,
		.sa_flags = SA_RESETHAND | SA_NODEFER };
	size_t i;

	if (tty.prepared)
		return;
	tty.prepared = true;
	(void)atexit(tty_restore);	/* without: main restores anyway */
	for (i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		if (sigaction(fatal[i], NULL, &was) == 0 &&
		    was.sa_handler == SIG_DFL)
			(void)sigaction(fatal[i], &sa, NULL);
}

/* SIGCONT, perhaps after a SIGSTOP that nobody saw coming. */
static void
on_continue(void *arg, int signo)
{
	(void)arg;
	(void)signo;
	if (tty.is_raw && !in_background())
		(void)enter();		/* as it was, if the terminal lives */
}

static void
on_stop(void *arg, int signo)
{
	bool was_raw = tty.is_raw;

	(void)arg;
	(void)signo;
	tty_restore();
	(void)raise(SIGSTOP);
	tty.is_raw = was_raw;		/* on_continue() follows */
}

int
tty_raw(struct loop *l, int fd, struct err *e)
{
	if (tty.is_raw)
		return 0;
	tty.fd = fd;
	if (tcgetattr(fd, &tty.saved) == -1)
		return err_sys(e, ERR_LOCAL, "reading the terminal's "
		    "settings");
	tty.raw = tty.saved;
	cfmakeraw(&tty.raw);
	tty.raw.c_cc[VMIN] = 1;
	tty.raw.c_cc[VTIME] = 0;
	prepare();
	if (loop_signal(l, SIGTSTP, on_stop, NULL, e) == -1 ||
	    loop_signal(l, SIGCONT, on_continue, NULL, e) == -1)
		return -1;
	if (enter() == -1)
		return err_sys(e, ERR_LOCAL, "setting the terminal to raw "
		    "mode");
	return 0;
}

bool
tty_is_raw(void)
{
	return tty.is_raw;
}
