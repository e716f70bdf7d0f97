/* SPDX-License-Identifier: MIT */
/* A pseudo terminal for others: see pty.h. */
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "amtterm/pty.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"

#define INPUT_MAX 4096			/* bytes read at once, and held */
#define KEPT_MAX (1 << 16)		/* bytes that nobody has read */

struct pty {
	struct loop *loop;
	const struct pty_events *ev;
	void *arg;
	const char *link;
	char name[64];			/* "/dev/pts/7" */
	int master, slave;
	int leaving;			/* inotify: somebody closed it; or -1 */
	struct termios raw;
	struct loop_watch *watch, *leave_watch;
	struct buf input, kept;
	uint64_t lost;			/* bytes, since it was said last */
};

/* ---- the link ------------------------------------------ */

/* A link that we, or one like us, left behind. */
static int
may_replace(const struct pty *s, struct err *e)
{
	char to[sizeof s->name];
	struct stat st;
	ssize_t n;

	if (lstat(s->link, &st) == -1)
		return errno == ENOENT ? 0 : err_sys(e, ERR_LOCAL, "--pty %s",
		    s->link);
	n = readlink(s->link, to, sizeof to - 1);
	if (n < 9 || memcmp(to, "/dev/pts/", 9) != 0)
		return err_set(e, ERR_LOCAL, "--pty %s: it is there already, "
		    "and no link to a pseudo terminal", s->link);
	to[n] = '\0';
	/* The kernel may have given us the number of the dead one. */
	if (strcmp(to, s->name) == 0 || access(to, F_OK) == -1)
		return 0;
	return err_set(e, ERR_LOCAL, "--pty %s: it leads to %s, which is in "
	    "use; remove it if that is somebody else's", s->link, to);
}

/* By rename, so that there is never half a link, nor a moment without. */
static int
make_link(const struct pty *s, struct err *e)
{
	char temporary[PATH_MAX];

	if (may_replace(s, e) == -1)
		return -1;
	if ((size_t)snprintf(temporary, sizeof temporary, "%s.%ld", s->link,
	    (long)getpid()) >= sizeof temporary) {
		errno = ENAMETOOLONG;
		return err_sys(e, ERR_LOCAL, "--pty %s", s->link);
	}
	if (symlink(s->name, temporary) == -1)
		return err_sys(e, ERR_LOCAL, "--pty %s", temporary);
	if (rename(temporary, s->link) == 0)
		return 0;
	(void)err_sys(e, ERR_LOCAL, "--pty %s", s->link);
	(void)unlink(temporary);
	return -1;
}

static void
remove_link(const struct pty *s)
{
	char to[sizeof s->name];
	ssize_t n = readlink(s->link, to, sizeof to - 1);

	if (n == -1)
		return;
	to[n] = '\0';
	if (strcmp(to, s->name) == 0)
		(void)unlink(s->link);
}

/* ---- bytes ------------------------------------------ */

static void
arm(struct pty *s)
{
	loop_set(s->watch, (short)((s->input.len == 0 ? POLLIN : 0) |
	    (s->kept.len > 0 ? POLLOUT : 0)));
}

void
pty_more(struct pty *s)
{
	size_t took = 1;

	while (s->input.len > 0 && took > 0) {
		took = s->ev->input(s->arg, s->input.data, s->input.len);
		buf_drop(&s->input, took);
	}
	arm(s);
}

static void
tell_loss(struct pty *s)
{
	if (s->lost > 0)
		log_warn("--pty %s: %llu bytes that nobody read are lost",
		    s->link, (unsigned long long)s->lost);
	s->lost = 0;
}

static void
flush(struct pty *s)
{
	ssize_t n;

	while (s->kept.len > 0 &&
	    (n = write(s->master, s->kept.data, s->kept.len)) > 0)
		buf_drop(&s->kept, (size_t)n);
	if (s->kept.len == 0)
		tell_loss(s);
	arm(s);
}

static void
on_ready(void *arg, short revents)
{
	struct pty *s = arg;
	uint8_t bytes[INPUT_MAX];
	struct err e;
	ssize_t n;

	if (revents & POLLOUT)
		flush(s);
	if (s->input.len > 0 || !(revents & POLLIN))
		return;
	n = read(s->master, bytes, sizeof bytes);
	if (n > 0 && buf_add(&s->input, bytes, (size_t)n, &e) == -1)
		log_error(&e);
	pty_more(s);
}

void
pty_write(struct pty *s, const uint8_t *p, size_t n)
{
	size_t drop = 0;
	struct err e;

	if (n > KEPT_MAX) {
		s->lost += n - KEPT_MAX;
		p += n - KEPT_MAX;
		n = KEPT_MAX;
	}
	if (s->kept.len + n > KEPT_MAX)
		drop = s->kept.len + n - KEPT_MAX;
	buf_drop(&s->kept, drop);
	s->lost += drop;
	if (buf_add(&s->kept, p, n, &e) == -1)
		s->lost += n;
	flush(s);
}

/* ---- who comes and goes ------------------------------------------ */

/*
 * The slave that we hold keeps what a program leaves behind: screen's claim
 * to have it alone, an echo that would send the machine its own words.  The
 * next one finds it as the first did.
 */
static void
on_leave(void *arg, short revents)
{
	struct pty *s = arg;
	uint8_t events[1024];

	(void)revents;
	while (read(s->leaving, events, sizeof events) > 0)
		;			/* that there are some is enough */
	(void)ioctl(s->slave, TIOCNXCL);
	(void)tcsetattr(s->slave, TCSANOW, &s->raw);	/* or as it was left */
}

/* A user has only so many of these: without one it is a port all the same. */
static void
watch_leaving(struct pty *s)
{
	struct err e;

	s->leaving = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->leaving == -1 ||
	    inotify_add_watch(s->leaving, s->name, IN_CLOSE) == -1 ||
	    (s->leave_watch = loop_watch(s->loop, s->leaving, POLLIN,
	    on_leave, s, &e)) == NULL)
		log_info("--pty %s: what a program sets there stays when it "
		    "leaves: %s", s->link, strerror(errno));
}

/* ---- both sides ------------------------------------------ */

static int
open_both(struct pty *s, struct err *e)
{
	s->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (s->master == -1 || grantpt(s->master) == -1 ||
	    unlockpt(s->master) == -1 || ptsname_r(s->master, s->name,
	    sizeof s->name) != 0 || (s->slave = open(s->name, O_RDWR |
	    O_NOCTTY | O_CLOEXEC)) == -1 || fchmod(s->slave, 0600) == -1 ||
	    tcgetattr(s->slave, &s->raw) == -1)
		return err_sys(e, ERR_LOCAL, "--pty: a pseudo terminal");
	cfmakeraw(&s->raw);
	if (tcsetattr(s->slave, TCSANOW, &s->raw) == -1)
		return err_sys(e, ERR_LOCAL, "--pty: a pseudo terminal");
	return 0;
}

struct pty *
pty_new(struct loop *l, const char *link_path, const struct pty_events *ev,
    void *arg, struct err *e)
{
	struct pty *s = calloc(1, sizeof *s);

	if (s == NULL) {
		(void)err_sys(e, ERR_LOCAL, "--pty");
		return NULL;
	}
	s->loop = l;
	s->ev = ev;
	s->arg = arg;
	s->link = link_path;
	s->master = s->slave = s->leaving = -1;
	buf_init(&s->input, INPUT_MAX);
	buf_init(&s->kept, KEPT_MAX);
	if (open_both(s, e) == -1 || (s->watch = loop_watch(l, s->master,
	    POLLIN, on_ready, s, e)) == NULL || make_link(s, e) == -1) {
		pty_free(s);
		return NULL;
	}
	watch_leaving(s);
	return s;
}

void
pty_free(struct pty *s)
{
	if (s == NULL)
		return;
	remove_link(s);
	tell_loss(s);
	loop_unwatch(s->watch);
	loop_unwatch(s->leave_watch);
	if (s->leaving != -1)
		(void)close(s->leaving);
	if (s->slave != -1)
		(void)close(s->slave);
	if (s->master != -1)
		(void)close(s->master);
	buf_clear(&s->input);
	buf_clear(&s->kept);
	free(s);
}
