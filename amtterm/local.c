/* SPDX-License-Identifier: MIT */
/* Standard input and output on the loop: see local.h. */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "amtterm/local.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "lib/tty.h"

#define INPUT_MAX 4096			/* bytes read at once, and held */
#define TYPED_MAX (1 << 18)		/* held of a terminal: a paste, and the key */
#define OUTPUT_FULL 32768		/* bytes that wait: say so */
#define OUTPUT_LOW 8192			/* and from here on, go on */
#define OUTPUT_MAX (1 << 20)		/* full, and the longest message, grown */
#define WRITE_MAX 4096			/* PIPE_BUF: room for it after POLLOUT */

struct local {
	const struct local_events *ev;
	void *arg;
	struct escape escape;
	enum local_mode mode;
	bool terminal, input_over, told_end;
	struct loop_watch *in_watch, *out_watch;
	struct buf input, output;
	int out_fd;
	bool out_is_ours, out_is_socket, out_over, out_full, mid_line;
};

/* ---- input ------------------------------------------------------------ */

/*
 * A terminal is read though the machine is slow: the escape key may be in
 * what comes.
 */
static void
arm_input(struct local *s)
{
	bool room = s->terminal ? s->input.len <= TYPED_MAX - INPUT_MAX :
	    s->input.len == 0;

	loop_set(s->in_watch, s->mode != LOCAL_HOLD && !s->input_over &&
	    room ? POLLIN : LOOP_NOTHING);
}

static void
pass_on(struct local *s)
{
	size_t took = 1;

	while (s->mode == LOCAL_PASS && s->input.len > 0 && took > 0) {
		took = s->ev->input(s->arg, s->input.data, s->input.len);
		buf_drop(&s->input, took);
	}
}

void
local_more(struct local *s)
{
	pass_on(s);
	arm_input(s);
	if (s->input_over && s->input.len == 0 && !s->told_end) {
		s->told_end = true;
		s->ev->input_end(s->arg, NULL);
	}
}

static void
input_failed(struct local *s)
{
	struct err e;

	s->input_over = s->told_end = true;
	arm_input(s);
	(void)err_sys(&e, ERR_LOCAL, "reading standard input");
	s->ev->input_end(s->arg, &e);
}

/* Typed bytes: some are ours. */
static int
typed(struct local *s, const uint8_t *p, size_t n, struct err *e)
{
	uint8_t host[INPUT_MAX];
	enum escape_command command;
	size_t used, len;

	for (; n > 0; n -= used, p += used) {
		used = escape_filter(&s->escape, p, n, host, &len, &command);
		if (s->mode == LOCAL_PASS &&
		    buf_add(&s->input, host, len, e) == -1)
			return -1;
		if (command == ESCAPE_NONE)
			continue;
		pass_on(s);		/* what was typed before it */
		s->ev->command(s->arg, &s->escape, command);
	}
	return 0;
}

static void
on_input(void *arg, short revents)
{
	struct local *s = arg;
	uint8_t bytes[INPUT_MAX];
	struct err e;
	ssize_t n;

	(void)revents;
	n = read(STDIN_FILENO, bytes, sizeof bytes);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1) {
		input_failed(s);
		return;
	}
	s->input_over = n == 0;
	if ((s->terminal ? typed(s, bytes, (size_t)n, &e) :
	    buf_add(&s->input, bytes, (size_t)n, &e)) == -1) {
		errno = ENOMEM;
		input_failed(s);
		return;
	}
	local_more(s);
}

void
local_read(struct local *s, enum local_mode m)
{
	s->mode = m;
	if (m == LOCAL_DROP)
		buf_drop(&s->input, s->input.len);
	if (m == LOCAL_PASS)
		local_more(s);
	else
		arm_input(s);
}

/* ---- output ----------------------------------------------------------- */

/*
 * Standard output without blocking, though others may share it: O_NONBLOCK
 * would change it for them too, so a pipe or a terminal is opened anew.
 */
static void
open_output(struct local *s)
{
	struct stat st;
	int fd = -1;

	s->out_fd = STDOUT_FILENO;
	if (fstat(STDOUT_FILENO, &st) == 0) {
		s->out_is_socket = S_ISSOCK(st.st_mode);
		if (S_ISFIFO(st.st_mode) || isatty(STDOUT_FILENO))
			fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK |
			    O_NOCTTY | O_CLOEXEC);
	}
	if (fd != -1) {
		s->out_fd = fd;
		s->out_is_ours = true;
	}
}

static void
output_over(struct local *s, const struct err *e)
{
	s->out_over = true;
	buf_clear(&s->output);
	loop_set(s->out_watch, LOOP_NOTHING);
	s->ev->output_end(s->arg, e);
}

static ssize_t
put(struct local *s)
{
	size_t n = s->output.len;

	if (s->out_is_socket)
		return send(s->out_fd, s->output.data, n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!s->out_is_ours && n > WRITE_MAX)
		n = WRITE_MAX;
	return write(s->out_fd, s->output.data, n);
}

/* Write what can be; afterwards poll for more room, or for a closed pipe. */
static void
flush(struct local *s)
{
	struct err e;
	ssize_t n;

	while (s->output.len > 0) {
		if ((n = put(s)) == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			break;
		if (n == -1) {
			(void)err_sys(&e, ERR_LOCAL, "writing to standard "
			    "output");
			output_over(s, errno == EPIPE ? NULL : &e);
			return;
		}
		buf_drop(&s->output, (size_t)n);
		if (!s->out_is_ours && !s->out_is_socket)
			break;		/* the next could block: poll first */
	}
	loop_set(s->out_watch, s->output.len > 0 ? POLLOUT : 0);
	if (s->out_full != (s->output.len >= (s->out_full ? OUTPUT_LOW :
	    OUTPUT_FULL))) {
		s->out_full = !s->out_full;
		s->ev->full(s->arg, s->out_full);
	}
}

static void
on_output(void *arg, short revents)
{
	struct local *s = arg;

	if (s->output.len > 0) {
		flush(s);
		if (!s->out_over && s->output.len == 0)
			s->ev->drained(s->arg);
	} else if (revents & (POLLERR | POLLHUP | POLLNVAL)) {
		output_over(s, NULL);
	}
}

void
local_write(struct local *s, const uint8_t *p, size_t n)
{
	struct err e;

	if (s->out_over || n == 0)
		return;
	s->mid_line = p[n - 1] != '\n';
	if (buf_add(&s->output, p, n, &e) == -1) {
		output_over(s, &e);
		return;
	}
	flush(s);
}

bool
local_is_drained(const struct local *s)
{
	return s->output.len == 0;
}

/* ---- both ------------------------------------------------------------- */

struct local *
local_new(struct loop *l, int escape_key, const struct local_events *ev,
    void *arg, struct err *e)
{
	struct local *s = calloc(1, sizeof *s);

	if (s == NULL) {
		err_sys(e, ERR_LOCAL, "standard input and output");
		return NULL;
	}
	s->ev = ev;
	s->arg = arg;
	s->terminal = isatty(STDIN_FILENO);
	s->escape.key = s->terminal ? escape_key : ESCAPE_NO_KEY;
	buf_init(&s->input, TYPED_MAX);
	buf_init(&s->output, OUTPUT_MAX);
	open_output(s);
	if ((s->in_watch = loop_watch(l, STDIN_FILENO, LOOP_NOTHING,
	    on_input, s, e)) == NULL ||
	    (s->out_watch = loop_watch(l, s->out_fd, 0, on_output, s,
	    e)) == NULL) {
		local_free(s);
		return NULL;
	}
	return s;
}

void
local_free(struct local *s)
{
	if (s == NULL)
		return;
	loop_unwatch(s->in_watch);
	loop_unwatch(s->out_watch);
	if (s->out_is_ours)
		(void)close(s->out_fd);
	buf_clear(&s->input);
	buf_clear(&s->output);
	free(s);
}

bool
local_is_terminal(const struct local *s)
{
	return s->terminal;
}

void
local_fresh_line(struct local *s)
{
	if (s->mid_line && isatty(STDOUT_FILENO))
		(void)fputs(tty_is_raw() ? "\r\n" : "\n", stderr);
	s->mid_line = false;
}
