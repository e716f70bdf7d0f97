/* SPDX-License-Identifier: MIT */
/* Between libcurl's socket and a conn: see wslink.h. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/conn.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "lib/wire.h"
#include "lib/wslink.h"

#define FLOW_MAX (64 * 1024)		/* bytes waiting in one direction */

struct wslink {
	struct loop *loop;
	int listener, path;		/* path: O_PATH, names the listener */
	struct loop_watch *accepting, *watch;
	struct conn *conn;		/* NULL: closed */
	bool offered;			/* libcurl has its socket */
	int local;			/* our end of it; -1: not yet */
	bool conn_eof;
	struct buf up, down;		/* to the machine, to libcurl */
	size_t sent, received;
	uint8_t first[TLS_SIGN];	/* bytes of the machine */
	struct err failure;
};

static void pump(struct wslink *k);

static void
on_conn(void *arg)
{
	pump(arg);
}

static void
on_local(void *arg, short revents)
{
	(void)revents;
	pump(arg);
}

void
wslink_close(struct wslink *k)
{
	conn_free(k->conn);
	k->conn = NULL;
	loop_unwatch(k->watch);
	k->watch = NULL;
	if (k->local != -1)
		(void)close(k->local);
	k->local = -1;
	buf_clear(&k->up);
	buf_clear(&k->down);
	k->conn_eof = false;
	k->offered = false;
}

static void
fail(struct wslink *k, const struct err *e)
{
	k->failure = *e;
	wslink_close(k);
}

/* ---- the two flows ------------------------------------------------------- */

/* libcurl -> machine.  false: closed. */
static bool
pump_up(struct wslink *k, struct err *e)
{
	uint8_t *room;
	ssize_t n;
	size_t put;
	int rc;

	if (k->up.len < FLOW_MAX) {
		if ((room = buf_room(&k->up, FLOW_MAX - k->up.len, e)) == NULL)
			return false;
		n = recv(k->local, room, FLOW_MAX - k->up.len, 0);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
			wslink_close(k);	/* libcurl is done with it */
			return false;
		}
		if (n > 0)
			buf_grew(&k->up, (size_t)n);
	}
	while (k->up.len > 0 && (rc = conn_write(k->conn, k->up.data,
	    k->up.len, &put, e)) != CONN_AGAIN) {
		if (rc != CONN_OK) {
			fail(k, e);
			return false;
		}
		k->sent += put;
		buf_drop(&k->up, put);
	}
	return true;
}

static bool
read_conn(struct wslink *k, struct err *e)
{
	size_t got, i;
	uint8_t *room;
	int rc;

	while (!k->conn_eof && k->down.len < FLOW_MAX) {
		if ((room = buf_room(&k->down, FLOW_MAX - k->down.len, e)) ==
		    NULL)
			return false;
		rc = conn_read(k->conn, room, FLOW_MAX - k->down.len, &got, e);
		if (rc == CONN_AGAIN)
			break;
		if (rc == CONN_ERROR) {
			fail(k, e);
			return false;
		}
		if (rc == CONN_EOF) {
			k->conn_eof = true;
			break;
		}
		for (i = 0; i < got && k->received + i < TLS_SIGN; i++)
			k->first[k->received + i] = room[i];
		k->received += got;
		buf_grew(&k->down, got);
	}
	return true;
}

/* Machine -> libcurl, which then sees the end as well. */
static bool
pump_down(struct wslink *k, struct err *e)
{
	ssize_t n = 1;

	if (!read_conn(k, e))
		return false;
	while (k->down.len > 0 && n > 0) {
		n = send(k->local, k->down.data, k->down.len, MSG_NOSIGNAL);
		if (n > 0)
			buf_drop(&k->down, (size_t)n);
		else if (n == -1 && errno != EAGAIN && errno != EINTR) {
			wslink_close(k);
			return false;
		}
	}
	if (k->conn_eof && k->down.len == 0) {
		wslink_close(k);
		return false;
	}
	return true;
}

/* Until both sides want to wait, and then for what. */
static void
pump(struct wslink *k)
{
	short events = 0;
	struct err e;

	if (k->conn == NULL || k->local == -1)
		return;
	if (!pump_up(k, &e) || !pump_down(k, &e))
		return;
	if (k->up.len < FLOW_MAX)
		events |= POLLIN;
	if (k->down.len > 0)
		events |= POLLOUT;
	loop_set(k->watch, events);
	conn_want(k->conn, !k->conn_eof && k->down.len < FLOW_MAX,
	    k->up.len > 0, on_conn, k);
}

/* ---- the local socket ---------------------------------------------------- */

/* Only this process can have reached the listener; make sure. */
static bool
is_ours(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    peer.pid == getpid();
}

/* Who knocks is sent away with the listener, and libcurl told so. */
static void
cannot_accept(struct wslink *k)
{
	struct err e;

	(void)err_sys(&e, ERR_LOCAL, "local socket");
	fail(k, &e);
	loop_unwatch(k->accepting);
	k->accepting = NULL;
	(void)close(k->listener);
	k->listener = -1;
}

static void
on_connect(void *arg, short revents)
{
	struct wslink *k = arg;
	struct err e;
	int fd = accept4(k->listener, NULL, NULL, SOCK_CLOEXEC |
	    SOCK_NONBLOCK);

	(void)revents;
	if (fd == -1) {			/* or the other end has gone again */
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			cannot_accept(k);
		return;
	}
	if (k->conn == NULL || k->local != -1 || !is_ours(fd)) {
		(void)close(fd);
		return;
	}
	k->local = fd;
	k->watch = loop_watch(k->loop, fd, POLLIN, on_local, k, &e);
	if (k->watch == NULL)
		fail(k, &e);
	pump(k);
}

int
wslink_socket(struct wslink *k, struct sockaddr_un *address)
{
	int fd;

	if (k->conn == NULL || k->offered)
		return -1;
	k->offered = true;
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	(void)snprintf(address->sun_path, sizeof address->sun_path,
	    "/proc/self/fd/%d", k->path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		(void)err_sys(&k->failure, ERR_LOCAL, "local socket");
	return fd;
}

/* Bind in a folder of our own, keep a handle, leave nothing behind. */
static int
listen_unnamed(struct wslink *k, struct err *e)
{
	static const char *const places[] = { "XDG_RUNTIME_DIR", "TMPDIR" };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const char *tmp = NULL;
	char dir[sizeof a.sun_path - 8];
	size_t i;
	int rc = -1;

	for (i = 0; tmp == NULL && i < sizeof places / sizeof places[0]; i++)
		if ((tmp = secure_getenv(places[i])) != NULL &&
		    (strlen(tmp) > 64 || access(tmp, W_OK | X_OK) == -1))
			tmp = NULL;
	(void)snprintf(dir, sizeof dir, "%s/amt.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		return err_sys(e, ERR_LOCAL, "%s", dir);
	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s/s", dir);
	if ((k->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0)) == -1 ||
	    bind(k->listener, (struct sockaddr *)&a, sizeof a) == -1 ||
	    listen(k->listener, 4) == -1 ||
	    (k->path = open(a.sun_path, O_PATH | O_CLOEXEC)) == -1)
		(void)err_sys(e, ERR_LOCAL, "local socket %s", a.sun_path);
	else
		rc = 0;
	if (rc == 0 && access("/proc/self/fd", F_OK) == -1)
		rc = err_set(e, ERR_LOCAL, "WS-Man needs /proc, and it is not "
		    "mounted here");
	(void)unlink(a.sun_path);	/* may not be there */
	(void)rmdir(dir);
	return rc;
}

struct wslink *
wslink_new(struct loop *l, struct err *e)
{
	struct wslink *k = calloc(1, sizeof *k);

	if (k == NULL) {
		(void)err_sys(e, ERR_LOCAL, "WS-Man");
		return NULL;
	}
	k->loop = l;
	k->listener = k->path = k->local = -1;
	buf_init(&k->up, FLOW_MAX);
	buf_init(&k->down, FLOW_MAX);
	if (listen_unnamed(k, e) == -1 || (k->accepting = loop_watch(l,
	    k->listener, POLLIN, on_connect, k, e)) == NULL) {
		wslink_free(k);
		return NULL;
	}
	return k;
}

void
wslink_free(struct wslink *k)
{
	if (k == NULL)
		return;
	wslink_close(k);
	loop_unwatch(k->accepting);
	if (k->listener != -1)
		(void)close(k->listener);
	if (k->path != -1)
		(void)close(k->path);
	free(k);
}

void
wslink_attach(struct wslink *k, struct conn *c)
{
	wslink_close(k);
	k->conn = c;
	k->received = 0;
	k->failure.kind = ERR_NONE;
}

bool
wslink_alive(struct wslink *k)
{
	pump(k);
	return k->conn != NULL;
}

void
wslink_mark(struct wslink *k)
{
	k->sent = 0;
}

size_t
wslink_sent(const struct wslink *k)
{
	return k->sent;
}

const struct err *
wslink_failure(const struct wslink *k)
{
	return k->failure.kind != ERR_NONE ? &k->failure : NULL;
}

bool
wslink_hears_tls(const struct wslink *k)
{
	return is_tls_record(k->first, k->received);
}
