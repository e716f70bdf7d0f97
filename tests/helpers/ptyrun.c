/* SPDX-License-Identifier: MIT */
/*
 * ptyrun [STEP...] -- COMMAND...: run a command on a terminal of its own and
 * act as the person in front of it.  Steps, each within 60 seconds:
 *	expect:TEXT	until TEXT was printed, since the last expect
 *	send:TEXT	type it
 *	paste:FILE	type what is in it, as fast as it is taken
 *	raw, cooked	until the terminal is in that mode
 *	kill:NUMBER	send the command that signal
 *	stopped		until the command is
 *	hangup		take the terminal away
 * What the command prints goes to standard output, the last line of standard
 * error is "exit N" or "signal N", and "terminal restored", "changed" or
 * "gone".  Exit status: that of the command, 128+n for a signal; 99 if a
 * step failed.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 60000
#define SEEN_MAX (1 << 20)

static char seen[SEEN_MAX];		/* what it printed */
static size_t nseen, looked;		/* looked: expect begins there */
static int master = -1, keep = -1;	/* keep: a slave, for the settings */
static pid_t pid;
static struct termios before;
static int status;
static bool over;			/* the command has ended */

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* False: nothing came. */
static bool
listen_for(int ms)
{
	struct pollfd p = { master, POLLIN, 0 };
	ssize_t n;

	if (poll(&p, 1, ms) < 1 || (n = read(master, seen + nseen,
	    SEEN_MAX - nseen)) <= 0) {
		if (p.revents != 0)	/* no slave is open: do not spin */
			(void)poll(NULL, 0, ms);
		return false;
	}
	(void)!write(STDOUT_FILENO, seen + nseen, (size_t)n);
	nseen += (size_t)n;
	return true;
}

static bool
is_raw(void)
{
	struct termios t;

	return tcgetattr(master, &t) == 0 && !(t.c_lflag & (ICANON | ECHO));
}

static void
reap(int options)
{
	if (!over && waitpid(pid, &status, WNOHANG | options) == pid)
		over = !WIFSTOPPED(status);
}

static bool
reached(const char *step)
{
	char *at;

	if (strncmp(step, "expect:", 7) == 0) {
		at = memmem(seen + looked, nseen - looked, step + 7,
		    strlen(step + 7));
		if (at != NULL)
			looked = (size_t)(at - seen) + strlen(step + 7);
		return at != NULL;
	}
	if (strcmp(step, "stopped") == 0) {
		reap(WUNTRACED);
		return !over && WIFSTOPPED(status);
	}
	return strcmp(step, "raw") == 0 ? is_raw() : !is_raw();
}

/* What it prints meanwhile is read, or both would wait for each other. */
static bool
paste(const char *path, int64_t deadline)
{
	struct pollfd p = { master, POLLIN | POLLOUT, 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t n, at, k;

	while (fd != -1 && (n = read(fd, text, sizeof text)) > 0)
		for (at = 0; at < n; at += k) {
			if (now_ms() >= deadline || poll(&p, 1, 100) == -1)
				return false;
			if (p.revents & POLLIN)
				(void)listen_for(0);
			k = p.revents & POLLOUT ? write(master, text + at,
			    (size_t)(n - at)) : 0;
			if (k == -1)
				return false;
		}
	return fd != -1 && close(fd) == 0;
}

static bool
act(const char *step)
{
	int64_t deadline = now_ms() + LIMIT_MS;

	if (strncmp(step, "paste:", 6) == 0)
		return paste(step + 6, deadline);
	if (strncmp(step, "send:", 5) == 0)
		return write(master, step + 5, strlen(step + 5)) ==
		    (ssize_t)strlen(step + 5);
	if (strncmp(step, "kill:", 5) == 0)
		return kill(pid, atoi(step + 5)) == 0;
	if (strcmp(step, "hangup") == 0) {
		(void)close(keep);
		(void)close(master);
		master = -1;
		return true;
	}
	while (!reached(step)) {
		if (now_ms() >= deadline)
			return false;
		(void)listen_for(10);
	}
	return true;
}

static void
start(char **argv)
{
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1 ||
	    (keep = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC)) ==
	    -1 || tcgetattr(master, &before) == -1) {
		fprintf(stderr, "ptyrun: no pseudo-terminal\n");
		exit(77);
	}
	if ((pid = fork()) == 0) {
		int slave;

		(void)setsid();		/* the open makes it our terminal */
		if ((slave = open(ptsname(master), O_RDWR)) == -1)
			_exit(98);
		(void)dup2(slave, 0);
		(void)dup2(slave, 1);
		(void)dup2(slave, 2);
		if (slave > 2)
			(void)close(slave);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
}

static const char *
settings(void)
{
	struct termios t;

	if (master == -1 || tcgetattr(master, &t) == -1)
		return "gone";
	return t.c_iflag == before.c_iflag && t.c_oflag == before.c_oflag &&
	    t.c_cflag == before.c_cflag && t.c_lflag == before.c_lflag &&
	    memcmp(t.c_cc, before.c_cc, sizeof t.c_cc) == 0 ? "restored" :
	    "changed";
}

int
main(int argc, char **argv)
{
	int64_t deadline;
	int i, n = 1, rc = 0;

	while (n < argc && strcmp(argv[n], "--") != 0)
		n++;
	if (n + 1 >= argc) {
		fprintf(stderr, "usage: ptyrun [step...] -- command...\n");
		return 2;
	}
	start(argv + n + 1);
	for (i = 1; i < n && rc == 0; i++)
		if (!act(argv[i])) {
			fprintf(stderr, "ptyrun: failed: %s\n", argv[i]);
			rc = 99;
		}
	deadline = now_ms() + LIMIT_MS;
	while (!over && rc == 0) {
		if (master != -1)
			(void)listen_for(20);
		else
			(void)poll(NULL, 0, 20);
		reap(0);
		if (now_ms() >= deadline) {
			fprintf(stderr, "ptyrun: still running\n");
			rc = 99;
		}
	}
	if (!over) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
	}
	while (master != -1 && listen_for(0))
		;			/* its last words */
	fprintf(stderr, "%s %d, terminal %s\n", WIFSIGNALED(status) ?
	    "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) :
	    WEXITSTATUS(status), settings());
	if (rc != 0)
		return rc;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}
