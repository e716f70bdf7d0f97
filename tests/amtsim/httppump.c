/* SPDX-License-Identifier: MIT */
/*
 * The bytes of HTTP between a door connection and libmicrohttpd, which are
 * joined by a socket pair.  What comes back passes a filter: it writes
 * chunk sizes as firmware does (four upper-case digits), drops "100
 * Continue", which firmware never sends, and counts answers.
 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <lib/err.h>

#include "http.h"

#define PENDING_MAX (128 * 1024)	/* read from the door, not yet taken */
#define HEAD_MAX (16 * 1024)		/* of an answer of ours */

/* ---- life -------------------------------------------------------------- */

void
conn_bury(struct conn *c)
{
	struct web *w = c->web;

	if (c->door == NULL)
		return;
	c->door = NULL;
	loop_unwatch(c->watch);
	loop_cancel(&c->drip);
	(void)close(c->fd);
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	c->next = w->graves;
	w->graves = c;
}

void
conn_free_buried(struct web *w)
{
	struct conn **at = &w->graves, *c;

	while ((c = *at) != NULL) {
		if (c->joined) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		buf_clear(&c->pending);
		buf_clear(&c->head);
		buf_clear(&c->out);
		free(c);
	}
}

void
conn_hang_up(struct conn *c)
{
	struct door_conn *door = c->door;

	if (door == NULL)
		return;
	conn_bury(c);
	door_close(door, true);
}

/* ---- from the door to libmicrohttpd ---------------------------------- */

static void
poll_pair(struct conn *c)
{
	bool full = door_backlog(c->door) > PENDING_MAX || c->out.len > 0;

	loop_set(c->watch, c->ended ? LOOP_NOTHING : (short)((full ? 0 :
	    POLLIN) | (c->pending.len > 0 ? POLLOUT : 0)));
	door_hold(c->door, c->pending.len > PENDING_MAX / 2);
}

static void
push_pending(struct conn *c)
{
	ssize_t n;

	while (c->pending.len > 0) {
		n = send(c->fd, c->pending.data, c->pending.len, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			buf_drop(&c->pending, c->pending.len);
		if (n <= 0)
			break;
		buf_drop(&c->pending, (size_t)n);
	}
	poll_pair(c);
}

static void
door_data(void *arg, const uint8_t *p, size_t n)
{
	struct conn *c = arg;
	struct err e;

	if (buf_add(&c->pending, p, n, &e) == -1)
		conn_hang_up(c);
	else
		push_pending(c);
}

static void
door_closed(void *arg)
{
	conn_bury(arg);			/* closes the pair: libmicrohttpd sees it */
}

static void
door_drained(void *arg)
{
	poll_pair(arg);
}

/* ---- from libmicrohttpd to the door ----------------------------------- */

/* Value of a header in an answer's head, or NULL. */
static const char *
head_value(const char *head, const char *name)
{
	const char *p = head;
	size_t n = strlen(name);

	while ((p = strstr(p, "\r\n")) != NULL) {
		p += 2;
		if (strncasecmp(p, name, n) == 0 && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, " ");
	}
	return NULL;
}

static void
answer_over(struct conn *c)
{
	c->at = IN_HEAD;
	c->answers++;
}

/* The head is whole: pass it on, or not, and see what follows. */
static int
end_head(struct conn *c, struct err *e)
{
	char head[HEAD_MAX + 1];
	const char *v;

	memcpy(head, c->head.data, c->head.len);
	head[c->head.len] = '\0';
	if (strncmp(head, "HTTP/1.1 100", 12) == 0) {
		buf_drop(&c->head, c->head.len);
		return 0;
	}
	if (buf_add(&c->out, head, c->head.len, e) == -1)
		return -1;
	buf_drop(&c->head, c->head.len);
	v = head_value(head, "Transfer-Encoding");
	if (v != NULL && strncasecmp(v, "chunked", 7) == 0) {
		c->at = IN_SIZE;
		return 0;
	}
	v = head_value(head, "Content-Length");
	c->left = v == NULL ? 0 : strtoul(v, NULL, 10);
	c->at = IN_BODY;
	if (c->left == 0)
		answer_over(c);
	return 0;
}

static int
end_size(struct conn *c, struct err *e)
{
	char line[16] = "";

	memcpy(line, c->head.data, c->head.len < 15 ? c->head.len : 15);
	buf_drop(&c->head, c->head.len);
	c->left = strtoul(line, NULL, 16);
	c->at = c->left == 0 ? IN_END : IN_CHUNK;
	if (c->left == 0) {
		c->left = 2;
		return buf_addf(&c->out, e, "0\r\n");
	}
	c->left += 2;			/* the chunk's own line end */
	return buf_addf(&c->out, e, "%04zX\r\n", c->left - 2);
}

/* Collect up to and with the end mark; 1 when it is there. */
static int
collect(struct conn *c, const char *mark, const uint8_t **p, size_t *n,
    struct err *e)
{
	size_t m = strlen(mark);

	while (*n > 0) {
		if (buf_add(&c->head, *p, 1, e) == -1)
			return -1;
		(*p)++;
		(*n)--;
		if (c->head.len >= m && memcmp(c->head.data + c->head.len - m,
		    mark, m) == 0)
			return 1;
	}
	return 0;
}

static int
filter(struct conn *c, const uint8_t *p, size_t n, struct err *e)
{
	size_t k;
	int r;

	while (n > 0) {
		if (c->at == IN_HEAD || c->at == IN_SIZE) {
			bool head = c->at == IN_HEAD;

			r = collect(c, head ? "\r\n\r\n" : "\r\n", &p, &n, e);
			if (r <= 0)
				return r;
			if ((head ? end_head : end_size)(c, e) == -1)
				return -1;
			continue;
		}
		k = n < c->left ? n : c->left;
		if (buf_add(&c->out, p, k, e) == -1)
			return -1;
		p += k;
		n -= k;
		c->left -= k;
		if (c->left > 0)
			continue;
		if (c->at == IN_CHUNK)
			c->at = IN_SIZE;
		else
			answer_over(c);
	}
	return 0;
}

/* All is written: is it time to close? */
static void
all_out(struct conn *c)
{
	long n = fault_value(c->web->sim, "http-close-after", 0);

	if (c->door == NULL)
		return;
	if (c->ended || (n > 0 && c->at == IN_HEAD &&
	    c->answers >= (unsigned long)n))
		conn_hang_up(c);
	else
		poll_pair(c);
}

static void
drip(void *arg)
{
	struct conn *c = arg;
	long ms = fault_value(c->web->sim, "http-drip", 0);
	size_t n = c->out.len;
	uint8_t byte;

	if (n > 1 && ms > 0) {
		byte = c->out.data[0];
		buf_drop(&c->out, 1);
		(void)door_write(c->door, &byte, 1);
		if (c->door != NULL)
			loop_after(c->web->sim->loop, &c->drip, ms, drip, c);
		return;
	}
	(void)door_write(c->door, c->out.data, n);
	buf_drop(&c->out, n);
	all_out(c);
}

static void
flush_out(struct conn *c)
{
	if (c->silent)
		buf_drop(&c->out, c->out.len);
	if (c->drip.loop != NULL)
		return;			/* the timer goes on with it */
	if (c->out.len > 0)
		drip(c);
	else
		all_out(c);
}

static void
on_pair(void *arg, short revents)
{
	struct conn *c = arg;
	uint8_t bytes[8192];
	struct err e;
	ssize_t n;

	if (revents & POLLOUT)
		push_pending(c);
	if (!(revents & (POLLIN | POLLHUP | POLLERR)))
		return;
	n = recv(c->fd, bytes, sizeof bytes, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || filter(c, bytes, (size_t)n, &e) == -1) {
		c->ended = true;
		loop_set(c->watch, LOOP_NOTHING);
	}
	if (!c->ended || !c->silent)	/* mute, but open */
		flush_out(c);
}

/* ---- joining ------------------------------------------------------------ */

static const struct door_events events = {
	.data = door_data, .closed = door_closed, .drained = door_drained,
};

struct conn *
conn_new(struct web *w, struct door_conn *door, int *peer_fd)
{
	struct conn *c = calloc(1, sizeof *c);
	struct err e;
	int pair[2];

	if (c == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, pair) == -1) {
		free(c);
		door_close(door, false);
		return NULL;
	}
	c->watch = loop_watch(w->sim->loop, pair[0], POLLIN, on_pair, c, &e);
	if (c->watch == NULL) {
		(void)close(pair[0]);
		(void)close(pair[1]);
		free(c);
		door_close(door, false);
		return NULL;
	}
	c->web = w;
	c->door = door;
	c->fd = pair[0];
	*peer_fd = pair[1];
	buf_init(&c->pending, PENDING_MAX);
	buf_init(&c->head, HEAD_MAX);
	buf_init(&c->out, 64 * SOAP_ANSWER_MAX);
	c->next = w->conns;
	c->prev = &w->conns;
	if (c->next != NULL)
		c->next->prev = &c->next;
	w->conns = c;
	door_attach(door, &events, c);
	return c;
}
