/* SPDX-License-Identifier: MIT */
/* The log of a console: see record.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "amtterm/record.h"
#include "lib/err.h"
#include "lib/log.h"

int
record_open(struct record *r, struct err *e)
{
	struct stat st;
	/* NONBLOCK: a pipe that nobody reads is refused, not waited for. */
	int fd = open(r->path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY |
	    O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd == -1)
		return err_sys(e, ERR_LOCAL, "the log %s", r->path);
	if (fstat(fd, &st) == -1 || (!S_ISREG(st.st_mode) &&
	    !S_ISCHR(st.st_mode))) {
		(void)close(fd);
		return err_set(e, ERR_LOCAL, "the log %s is no regular file",
		    r->path);
	}
	record_close(r);
	r->fd = fd;
	return 0;
}

void
record_close(struct record *r)
{
	if (r->fd != -1)
		(void)close(r->fd);
	r->fd = -1;
}

static void
put(struct record *r, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	ssize_t k;

	for (; n > 0; n -= (size_t)k, p += k) {
		if ((k = write(r->fd, p, n)) == -1 && errno == EINTR)
			k = 0;
		if (k == -1)
			break;
	}
	if (n > 0 && r->missing == 0)
		log_warn("the log %s: %s; the console goes on without it",
		    r->path, strerror(errno));
	if (n == 0 && r->missing > 0) {
		log_warn("the log %s goes on; %llu bytes are missing",
		    r->path, (unsigned long long)r->missing);
		r->missing = 0;
	}
	r->failed = r->failed || n > 0;
	r->missing += n;
}

static void
put_time(struct record *r)
{
	time_t now = time(NULL);
	char text[64];
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		put(r, text, strftime(text, sizeof text,
		    "%Y-%m-%dT%H:%M:%S%z ", &tm));
}

void
record_write(struct record *r, const uint8_t *p, size_t n)
{
	const uint8_t *end;
	size_t part;

	if (r->fd == -1 || n == 0)
		return;
	for (; r->stamp && n > 0; n -= part, p += part) {
		end = memchr(p, '\n', n);
		part = end != NULL ? (size_t)(end + 1 - p) : n;
		if (!r->mid_line)
			put_time(r);
		r->mid_line = end == NULL;
		put(r, p, part);
	}
	if (n > 0)
		put(r, p, n);
}
