/* SPDX-License-Identifier: MIT */
/*
 * Secrets: see secret.h.  A secret has a page of its own: locked, left out
 * of core files, unmapped after wiping.  Where the limit on locked memory
 * is used up the page is used all the same; core files are off anyway.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/secret.h"

#define PAGE 4096
#define COMMAND_MS 20			/* between two looks if a command ended */

void
secret_protect_process(void)
{
	const struct rlimit none = { 0, 0 };

	/* Best effort: neither can fail in a way that we could mend. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

static int
make_room(struct secret *s, struct err *e)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return err_sys(e, ERR_LOCAL, "memory for a password");
	(void)mlock(page, PAGE);
	(void)madvise(page, PAGE, MADV_DONTDUMP);
	secret_clear(s);
	s->text = page;
	return 0;
}

void
secret_clear(struct secret *s)
{
	if (s->text != NULL) {
		explicit_bzero(s->text, PAGE);
		(void)munmap(s->text, PAGE);
	}
	s->text = NULL;
	s->len = 0;
}

int
secret_set(struct secret *s, const char *text, size_t len, struct err *e)
{
	if (len > SECRET_MAX)
		return err_set(e, ERR_LOCAL, "a password has at most %d bytes",
		    SECRET_MAX);
	if (make_room(s, e) == -1)
		return -1;
	memcpy(s->text, text, len);
	s->len = len;
	return 0;
}

int
secret_take_arg(struct secret *s, char *arg, struct err *e)
{
	size_t len = strlen(arg);
	int rc = secret_set(s, arg, len, e);

	explicit_bzero(arg, len);
	return rc;
}

/*
 * The first line of a descriptor, byte by byte where it may be shared (the
 * rest of standard input belongs to others).
 */
static int
read_line(struct secret *s, int fd, const char *what, struct err *e)
{
	char c;
	ssize_t n;

	if (make_room(s, e) == -1)
		return -1;
	for (;;) {
		n = read(fd, &c, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			(void)err_sys(e, ERR_LOCAL, "password from %s", what);
			goto fail;
		}
		if (n == 0 || c == '\n')
			break;
		if (c == '\0' || s->len == SECRET_MAX) {
			(void)err_set(e, ERR_LOCAL, "password from %s: the "
			    "first line is not a password of at most %d bytes",
			    what, SECRET_MAX);
			goto fail;
		}
		s->text[s->len++] = c;
	}
	if (s->len > 0 && s->text[s->len - 1] == '\r')
		s->text[--s->len] = '\0';
	if (s->len == 0) {
		(void)err_set(e, ERR_LOCAL, "password from %s: it is empty",
		    what);
		goto fail;
	}
	return 0;
 fail:
	secret_clear(s);
	return -1;
}

static bool
runs_with_group(gid_t gid)
{
	gid_t groups[256];
	int i, n;

	if (getegid() == gid)
		return true;
	n = getgroups(256, groups);
	for (i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* Readable by nobody but its owner, or root's and for our own group. */
static int
check_mode(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, ERR_LOCAL, "password file %s", path);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, ERR_LOCAL, "password file %s belongs to "
		    "somebody else (uid %u): refused", path,
		    (unsigned)st.st_uid);
	if ((st.st_mode & 077) == 0 || (st.st_uid == 0 &&
	    (st.st_mode & 037) == 0 && runs_with_group(st.st_gid)))
		return 0;
	return err_set(e, ERR_LOCAL, "password file %s can be read by others "
	    "(mode %03o): chmod 600 %s", path, st.st_mode & 0777, path);
}

static int
read_path(struct secret *s, const char *path, bool judged, struct err *e)
{
	int fd, rc = 0;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_sys(e, ERR_LOCAL, "password file %s", path);
	if (judged)
		rc = check_mode(fd, path, e);
	if (rc == 0)
		rc = read_line(s, fd, path, e);
	(void)close(fd);
	return rc;
}

int
secret_read_file(struct secret *s, const char *path, struct err *e)
{
	unsigned fd_given;
	char end;

	if (strcmp(path, "-") == 0)
		return read_line(s, STDIN_FILENO, "standard input", e);
	if (sscanf(path, "/dev/fd/%u%c", &fd_given, &end) == 1)
		return read_line(s, (int)fd_given, path, e);
	return read_path(s, path, true, e);
}

/*
 * systemd decides who reads a credential, and for a service with a user of
 * its own by an access list: the file is root's then and shows mode 440.
 */
int
secret_read_credential(struct secret *s, const char *name, struct err *e)
{
	const char *dir = secure_getenv("CREDENTIALS_DIRECTORY");
	char path[4096];

	if (dir == NULL)
		return err_set(e, ERR_LOCAL, "credential %s: "
		    "$CREDENTIALS_DIRECTORY is not set", name);
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
		return err_set(e, ERR_USAGE, "credential \"%s\": not a name",
		    name);
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return read_path(s, path, false, e);
}

/* What is meant for us stays here; in a child, where nobody else looks. */
static void
drop_our_environment(void)
{
	char **from, **to;

	for (from = to = environ; from != NULL && *from != NULL; from++)
		if (strncmp(*from, "AMT_", 4) != 0 &&
		    strncmp(*from, "WSMAN_", 6) != 0)
			*to++ = *from;
	if (to != NULL)
		*to = NULL;
}

static void
run_command(const char *command, int out)
{
	sigset_t none;

	drop_our_environment();
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);		/* a tool may ignore it */
	/* Libraries do not mark all of theirs. */
	(void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	if (dup2(out, STDOUT_FILENO) != -1)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/*
 * To its end, reading on: it may say more than a line.  Who still holds the
 * pipe then, an agent that it started, is not waited for.
 */
static int
finish_command(pid_t pid, int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char rest[512];
	int status = -1;
	ssize_t n = 1;

	while (n != 0 && waitpid(pid, &status, WNOHANG) != pid)
		if (poll(&p, 1, COMMAND_MS) == 1)
			n = read(fd, rest, sizeof rest);
	explicit_bzero(rest, sizeof rest);
	while (n == 0 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

int
secret_read_command(struct secret *s, const char *command, struct err *e)
{
	struct sigaction was, children = { .sa_handler = SIG_DFL };
	int status, pipefd[2], rc;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC) == -1)
		return err_sys(e, ERR_LOCAL, "password command");
	/* Where our parent ignores it, a child leaves no status behind. */
	(void)sigaction(SIGCHLD, &children, &was);
	if ((pid = fork()) == -1) {
		(void)err_sys(e, ERR_LOCAL, "password command");
		(void)sigaction(SIGCHLD, &was, NULL);
		(void)close(pipefd[0]);
		(void)close(pipefd[1]);
		return -1;
	}
	if (pid == 0)
		run_command(command, pipefd[1]);
	(void)close(pipefd[1]);
	rc = read_line(s, pipefd[0], "password command", e);
	status = finish_command(pid, pipefd[0]);
	(void)close(pipefd[0]);
	(void)sigaction(SIGCHLD, &was, NULL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return rc;
	secret_clear(s);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_LOCAL, "password command \"%s\" was "
		    "killed by signal %d", command, WTERMSIG(status));
	return err_set(e, ERR_LOCAL, "password command \"%s\" failed with "
	    "status %d", command, WEXITSTATUS(status));
}

/*
 * Signals wait while the echo is off and strike once it is on again: nobody
 * is left with a mute terminal.  ^C is read as a byte.
 */
static int
read_quietly(struct secret *s, int fd, const char *prompt, struct err *e)
{
	struct termios was, mute;
	sigset_t all, old;
	bool interrupted = false;
	int rc;

	if (tcgetattr(fd, &was) == -1)
		return err_sys(e, ERR_LOCAL, "terminal");
	mute = was;
	mute.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	mute.c_lflag |= ICANON;
	sigemptyset(&all);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGHUP);
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGQUIT);
	sigaddset(&all, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	(void)tcsetattr(fd, TCSAFLUSH, &mute);
	/* Not before: who types at once would be seen, and not heard. */
	(void)!write(fd, prompt, strlen(prompt));
	for (;;) {			/* a line or a signal */
		struct pollfd p = { fd, POLLIN, 0 };
		sigset_t pending;

		if (poll(&p, 1, 100) > 0)
			break;
		sigemptyset(&pending);
		(void)sigpending(&pending);
		if (sigismember(&pending, SIGTERM) ||
		    sigismember(&pending, SIGHUP) ||
		    sigismember(&pending, SIGINT) ||
		    sigismember(&pending, SIGQUIT)) {
			interrupted = true;
			break;
		}
	}
	rc = interrupted ? err_set(e, ERR_LOCAL, "interrupted") :
	    read_line(s, fd, "the terminal", e);
	(void)tcsetattr(fd, TCSAFLUSH, &was);
	(void)!write(fd, "\n", 1);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);	/* and it strikes */
	return rc;
}

int
secret_prompt(struct secret *s, const char *prompt, struct err *e)
{
	int fd, rc;

	if ((fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_set(e, ERR_USAGE, "no password, and no terminal to "
		    "ask on: use --password-file, AMT_PASSWORD or amt.conf(5)");
	rc = read_quietly(s, fd, prompt, e);
	(void)close(fd);
	return rc;
}
