/* SPDX-License-Identifier: MIT */
/*
 * QMP, as docs/interop/qmp-spec of QEMU describes it: after the greeting
 * and qmp_capabilities, commands are answered in their order, with events
 * in between.  A command's name travels as its id, so that a refusal says
 * what was refused; successes carry no news here.  The end of the
 * connection is the end of the process, which its owner watches itself.
 */
#include <sys/socket.h>

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "qmp.h"

#define QMP_LINE_MAX (1u << 20)
#define QMP_QUEUE_MAX (64u << 10)

struct qmp {
	int fd;
	struct loop_watch *watch;
	const struct qmp_events *ev;
	void *arg;
	struct buf in, out;
	bool busy, freed;		/* freed from within its own event */
};

static const char *
text_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ?
	    json_object_get_string(v) : "";
}

static void
take_line(struct qmp *q, const char *line, size_t len)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *m, *part = NULL;

	if (tok == NULL)
		return;
	m = json_tokener_parse_ex(tok, line, (int)len);
	if (json_object_object_get_ex(m, "event", NULL)) {
		(void)json_object_object_get_ex(m, "data", &part);
		q->ev->event(q->arg, text_of(m, "event"), part);
	} else if (json_object_object_get_ex(m, "error", &part)) {
		q->ev->failed(q->arg, text_of(m, "id"), text_of(part, "desc"));
	}
	json_object_put(m);
	json_tokener_free(tok);
}

static void
take_lines(struct qmp *q)
{
	uint8_t *nl;

	while (!q->freed && q->in.len > 0 &&
	    (nl = memchr(q->in.data, '\n', q->in.len)) != NULL) {
		size_t len = (size_t)(nl - q->in.data);

		take_line(q, (const char *)q->in.data, len);
		buf_drop(&q->in, len + 1);
	}
}

static void
flush(struct qmp *q)
{
	ssize_t n;

	while (q->out.len > 0) {
		n = send(q->fd, q->out.data, q->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			break;
		buf_drop(&q->out, (size_t)n);
	}
	loop_set(q->watch, q->out.len > 0 ? POLLIN | POLLOUT : POLLIN);
}

static void
on_io(void *arg, short revents)
{
	struct qmp *q = arg;
	struct err e;
	uint8_t *room = buf_room(&q->in, 4096, &e);
	ssize_t n;

	if (revents & POLLOUT)
		flush(q);
	n = room == NULL ? 0 : recv(q->fd, room, 4096, MSG_DONTWAIT);
	if (n > 0) {
		buf_grew(&q->in, (size_t)n);
		q->busy = true;
		take_lines(q);
		q->busy = false;
		if (q->freed)
			qmp_free(q);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		loop_set(q->watch, LOOP_NOTHING);
	}
}

struct qmp *
qmp_new(struct loop *loop, int fd, const struct qmp_events *ev, void *arg,
    struct err *e)
{
	struct qmp *q = calloc(1, sizeof *q);

	if (q == NULL) {
		err_sys(e, ERR_LOCAL, "QMP");
		(void)close(fd);
		return NULL;
	}
	q->fd = fd;
	q->ev = ev;
	q->arg = arg;
	buf_init(&q->in, QMP_LINE_MAX);
	buf_init(&q->out, QMP_QUEUE_MAX);
	q->watch = loop_watch(loop, fd, POLLIN, on_io, q, e);
	/* QEMU reads it when it is up; the greeting need not be awaited */
	if (q->watch == NULL ||
	    qmp_send(q, "qmp_capabilities", NULL, e) == -1) {
		qmp_free(q);
		return NULL;
	}
	return q;
}

void
qmp_hear(struct qmp *q)
{
	if (!q->busy)
		on_io(q, 0);
}

void
qmp_free(struct qmp *q)
{
	if (q == NULL)
		return;
	q->freed = q->busy;
	if (q->busy)
		return;
	loop_unwatch(q->watch);
	(void)close(q->fd);
	buf_clear(&q->in);
	buf_clear(&q->out);
	free(q);
}

int
qmp_send(struct qmp *q, const char *command, struct json_object *args,
    struct err *e)
{
	struct json_object *m = json_object_new_object();
	int rc;

	if (m == NULL) {
		json_object_put(args);
		return err_set(e, ERR_LOCAL, "QMP %s: out of memory", command);
	}
	json_object_object_add(m, "execute", json_object_new_string(command));
	json_object_object_add(m, "id", json_object_new_string(command));
	if (args != NULL)
		json_object_object_add(m, "arguments", args);
	rc = buf_addf(&q->out, e, "%s\n",
	    json_object_to_json_string_ext(m, JSON_C_TO_STRING_PLAIN));
	json_object_put(m);
	if (rc == 0)
		flush(q);
	return rc;
}
