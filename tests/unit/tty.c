/* SPDX-License-Identifier: MIT */
/*
 * lib/tty on a pseudo-terminal: raw, and as before after a restore, an
 * exit(), a stop, a crash signal.  Each case is a child of its own.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/tty.h"
#include "tests/unit/test.h"

static int master;
static int keep;			/* a slave: without one there are no settings */

static bool
is_raw(void)
{
	struct termios t;

	return tcgetattr(master, &t) == 0 && !(t.c_lflag & ICANON) &&
	    !(t.c_lflag & ECHO) && !(t.c_oflag & OPOST) &&
	    !(t.c_iflag & ICRNL) && !(t.c_lflag & ISIG);
}

static bool
same(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
	    a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
	    memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

enum how { BY_RESTORE, BY_EXIT, BY_CRASH, BY_QUIT, NOT_AT_ALL };

/* In the child: raw, tell the parent, then end. */
static void
child(enum how how, int told)
{
	struct err e = { 0 };
	int slave;
	struct loop *l;

	(void)setsid();
	if ((slave = open(ptsname(master), O_RDWR)) == -1)
		_exit(9);		/* the last child's end hung it up */
	if ((l = loop_new(&e)) == NULL || tty_raw(l, slave, &e) == -1) {
		fprintf(stderr, "%s\n", e.text);
		_exit(9);
	}
	(void)!write(told, "r", 1);
	switch (how) {
	case BY_RESTORE:
		(void)loop_turn(l, 200, &e);
		tty_restore();
		tty_restore();		/* twice is fine */
		_exit(0);
	case BY_EXIT:
		exit(0);
	case BY_CRASH:
		abort();
		break;
	case BY_QUIT:
		(void)kill(getpid(), SIGQUIT);
		break;
	case NOT_AT_ALL:
		for (;;)
			(void)loop_turn(l, -1, &e);
	}
	_exit(9);
}

static pid_t
start(enum how how)
{
	int told[2];
	char c = 0;
	pid_t pid;

	if (pipe(told) == -1 || (pid = fork()) == -1)
		exit(3);
	if (pid == 0) {
		close(told[0]);
		child(how, told[1]);
	}
	close(told[1]);
	is_int(read(told[0], &c, 1), 1);
	close(told[0]);
	return pid;
}

static void
restored(enum how how, int signo)
{
	struct termios before, after;
	int status = 0;
	pid_t pid;

	is_int(tcgetattr(master, &before), 0);
	pid = start(how);
	is_int(waitpid(pid, &status, 0), pid);
	is_int(WIFSIGNALED(status) ? WTERMSIG(status) : 0, signo);
	is_int(tcgetattr(master, &after), 0);
	ok(same(&before, &after));
}

static void
until(bool raw)
{
	int i;

	for (i = 0; i < 1000 && is_raw() != raw; i++)
		(void)poll(NULL, 0, 10);
	is_int(is_raw(), raw);
}

/* SIGTSTP gives the terminal back, SIGCONT takes it again. */
static void
stopped(void)
{
	struct termios cooked;
	int status = 0;
	pid_t pid;

	is_int(tcgetattr(master, &cooked), 0);
	pid = start(NOT_AT_ALL);
	ok(is_raw());
	kill(pid, SIGTSTP);
	is_int(waitpid(pid, &status, WUNTRACED), pid);
	ok(WIFSTOPPED(status));
	ok(!is_raw());
	kill(pid, SIGCONT);
	until(true);
	/* A stop that cannot be caught: somebody else tidies up. */
	kill(pid, SIGSTOP);
	is_int(waitpid(pid, &status, WUNTRACED), pid);
	is_int(tcsetattr(master, TCSANOW, &cooked), 0);
	ok(!is_raw());
	kill(pid, SIGCONT);
	until(true);
	kill(pid, SIGQUIT);
	is_int(waitpid(pid, &status, 0), pid);
	until(false);
}

static void
no_terminal(void)
{
	struct err e = { 0 };
	struct loop *l = loop_new(&e);
	int fd = open("/dev/null", O_RDWR);

	is_int(tty_raw(l, fd, &e), -1);
	is_int(e.kind, ERR_LOCAL);
	ok(!tty_is_raw());
	tty_restore();
	close(fd);
	loop_free(l);
}

int
main(void)
{
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1 ||
	    (keep = open(ptsname(master), O_RDWR | O_NOCTTY)) == -1) {
		printf("skip - unit/tty: no pseudo-terminal\n");
		return 77;
	}
	ok(!is_raw());
	restored(BY_RESTORE, 0);
	restored(BY_EXIT, 0);
	restored(BY_CRASH, SIGABRT);
	restored(BY_QUIT, SIGQUIT);
	stopped();
	no_terminal();
	return test_done();
}
