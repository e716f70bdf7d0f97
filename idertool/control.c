/* SPDX-License-Identifier: MIT */
/* The control socket: see control.h. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "idertool/control.h"
#include "idertool/serve.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/loop.h"

#define ANSWER_MAX 4096
#define CALL_SECONDS 10			/* a server answers at once, or never */

struct client {
	struct control *control;
	int fd;				/* -1: unused */
	struct loop_watch *watch;
	struct buf in;
	int passed;			/* a descriptor that came, or -1 */
};

struct control {
	struct loop *loop;
	char path[sizeof ((struct sockaddr_un *)0)->sun_path];
	int fd;
	struct stat made;		/* to remove no socket but ours */
	struct loop_watch *watch;
	struct client clients[CONTROL_CLIENTS_MAX];
	control_fn *fn;
	void *arg;
};

/* ---- lines ---------------------------------------------------------------- */

/* The next word, with what follows in *rest. */
static char *
word(char **rest)
{
	return strsep(rest, " ");
}

static int
parse_insert(struct control_request *q, char *rest, struct err *e)
{
	const char *how = rest != NULL ? word(&rest) : "";

	q->writable = strcmp(how, "rw") == 0;
	if ((!q->writable && strcmp(how, "ro") != 0) || rest == NULL ||
	    rest[0] == '\0' || strlen(rest) >= sizeof q->name)
		return err_set(e, ERR_USAGE, "insert needs a drive, ro or "
		    "rw, and a name");
	memcpy(q->name, rest, strlen(rest) + 1);
	return 0;
}

int
control_parse(struct control_request *q, const char *line, size_t n,
    struct err *e)
{
	char text[CONTROL_LINE_MAX], *rest = text;
	const char *verb, *drive;

	if (n >= sizeof text || memchr(line, '\0', n) != NULL)
		return err_set(e, ERR_USAGE, "not a line");
	memcpy(text, line, n);
	text[n] = '\0';
	*q = (struct control_request){ .what = CONTROL_STATUS };
	verb = word(&rest);
	if (strcmp(verb, "status") == 0 && rest == NULL)
		return 0;
	if (strcmp(verb, "eject") == 0)
		q->what = CONTROL_EJECT;
	else if (strcmp(verb, "insert") == 0)
		q->what = CONTROL_INSERT;
	else
		return err_set(e, ERR_USAGE, "not \"status\", \"eject "
		    "DRIVE\" or \"insert DRIVE\"");
	drive = rest != NULL ? word(&rest) : "";
	if (drive_find(&q->kind, drive) == -1)
		return err_set(e, ERR_USAGE, "which drive? \"cd\" or "
		    "\"floppy\"");
	if (q->what == CONTROL_INSERT)
		return parse_insert(q, rest, e);
	return rest == NULL ? 0 : err_set(e, ERR_USAGE, "too many words");
}

/* ---- a client ------------------------------------------------------------- */

static void
hang_up(struct client *c)
{
	loop_unwatch(c->watch);
	c->watch = NULL;
	if (c->fd != -1)
		(void)close(c->fd);
	if (c->passed != -1)
		(void)close(c->passed);
	c->fd = c->passed = -1;
	buf_clear(&c->in);
}

/* Bytes, and the descriptor that may come with them: the last one counts. */
static ssize_t
receive(struct client *c, void *p, size_t size)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = p, .iov_len = size };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *k;
	ssize_t n = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	size_t i, nfds;
	int fd;

	for (k = n == -1 ? NULL : CMSG_FIRSTHDR(&m); k != NULL;
	    k = CMSG_NXTHDR(&m, k)) {
		if (k->cmsg_level != SOL_SOCKET || k->cmsg_type != SCM_RIGHTS)
			continue;
		nfds = (k->cmsg_len - CMSG_LEN(0)) / sizeof fd;
		for (i = 0; i < nfds; i++) {
			memcpy(&fd, CMSG_DATA(k) + i * sizeof fd, sizeof fd);
			if (c->passed != -1)
				(void)close(c->passed);
			c->passed = fd;
		}
	}
	return n;
}

/* One line, answered: the lines it deserves, then "ok" or "no" and why. */
static int
obey(struct client *c, const char *line, size_t n)
{
	struct control_request q;
	struct buf answer;
	struct err e;
	int fd = -1, rc;

	buf_init(&answer, ANSWER_MAX);
	rc = control_parse(&q, line, n, &e);
	if (rc == 0 && q.what == CONTROL_INSERT) {
		fd = c->passed;
		c->passed = -1;
		if (fd == -1)
			rc = err_set(&e, ERR_USAGE, "no image came along: "
			    "use \"idertool --ctl\"");
	}
	if (rc == 0)
		rc = c->control->fn(c->control->arg, &q, fd, &answer, &e);
	if (rc == -1) {
		buf_clear(&answer);
		rc = buf_addf(&answer, &e, "no %s\n", e.text);
	} else {
		rc = buf_add(&answer, "ok\n", 3, &e);
	}
	/* So little always fits; who does not read it gets none. */
	if (rc == 0 && send(c->fd, answer.data, answer.len, MSG_NOSIGNAL |
	    MSG_DONTWAIT) != (ssize_t)answer.len)
		rc = -1;
	buf_clear(&answer);
	return rc;
}

static void
on_client(void *arg, short revents)
{
	struct client *c = arg;
	char piece[CONTROL_LINE_MAX];
	ssize_t n = receive(c, piece, sizeof piece);
	const uint8_t *end;
	struct err e;
	size_t len;

	(void)revents;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || buf_add(&c->in, piece, (size_t)n, &e) == -1) {
		hang_up(c);
		return;
	}
	while ((end = memchr(c->in.data, '\n', c->in.len)) != NULL) {
		len = (size_t)(end - c->in.data);
		if (obey(c, (const char *)c->in.data, len) == -1) {
			hang_up(c);
			return;
		}
		buf_drop(&c->in, len + 1);
		if (c->in.len == 0)
			return;
	}
	if (c->in.len >= CONTROL_LINE_MAX)
		hang_up(c);
}

static bool
is_ours(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    (peer.uid == geteuid() || peer.uid == 0);
}

static void
on_knock(void *arg, short revents)
{
	struct control *k = arg;
	struct client *c = k->clients;
	int fd = accept4(k->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct err e;

	(void)revents;
	while (c < k->clients + CONTROL_CLIENTS_MAX && c->fd != -1)
		c++;
	if (fd == -1)
		return;
	if (c == k->clients + CONTROL_CLIENTS_MAX || !is_ours(fd) ||
	    (c->watch = loop_watch(k->loop, fd, POLLIN, on_client, c,
	    &e)) == NULL) {
		(void)close(fd);
		return;
	}
	c->fd = fd;
}

/* ---- the socket ------------------------------------------------------------- */

static int
address(struct sockaddr_un *a, const char *path, struct err *e)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof a->sun_path)
		return err_set(e, ERR_USAGE, "%s: a socket's path has at most "
		    "%zu bytes", path, sizeof a->sun_path - 1);
	memcpy(a->sun_path, path, strlen(path) + 1);
	return 0;
}

/* Nobody else may put something in its place. */
static int
check_folder(const char *path, struct err *e)
{
	char copy[PATH_MAX];
	const char *folder;
	struct stat st;

	(void)snprintf(copy, sizeof copy, "%s", path);
	folder = dirname(copy);
	if (stat(folder, &st) == -1)
		return err_sys(e, ERR_LOCAL, "%s", folder);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022) != 0)
		return err_set(e, ERR_LOCAL, "%s: a control socket belongs "
		    "into a folder of your own that nobody else can write "
		    "to, such as $XDG_RUNTIME_DIR", folder);
	return 0;
}

static int
connect_to(const char *path, struct err *e)
{
	struct timeval limit = { .tv_sec = CALL_SECONDS };
	struct sockaddr_un a;
	int fd;

	if (address(&a, path, e) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
	    connect(fd, (const struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	(void)err_sys(e, ERR_LOCAL, "%s", path);
	if (fd != -1)
		(void)close(fd);
	return -1;
}

/* What is there already goes, if it is a socket and nobody answers. */
static int
clear_way(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : err_sys(e, ERR_LOCAL, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_LOCAL, "%s exists and is not a socket",
		    path);
	if ((fd = connect_to(path, e)) != -1) {
		(void)close(fd);
		return err_set(e, ERR_LOCAL, "%s: another program answers "
		    "there", path);
	}
	if (errno != ECONNREFUSED)
		return -1;
	return unlink(path) == 0 ? 0 : err_sys(e, ERR_LOCAL, "%s", path);
}

static int
listen_at(const char *path, struct err *e)
{
	struct sockaddr_un a;
	mode_t mask;
	int fd, rc;

	if (address(&a, path, e) == -1 || check_folder(path, e) == -1 ||
	    clear_way(path, e) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return err_sys(e, ERR_LOCAL, "%s", path);
	mask = umask(0177);
	rc = bind(fd, (const struct sockaddr *)&a, sizeof a);
	(void)umask(mask);
	if (rc == 0 && listen(fd, CONTROL_CLIENTS_MAX) == 0)
		return fd;
	(void)err_sys(e, ERR_LOCAL, "%s", path);
	(void)close(fd);
	return -1;
}

struct control *
control_start(struct loop *l, const char *path, control_fn *fn, void *arg,
    struct err *e)
{
	struct control *k = calloc(1, sizeof *k);
	struct client *c;

	if (k == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", path);
		return NULL;
	}
	k->loop = l;
	k->fn = fn;
	k->arg = arg;
	for (c = k->clients; c < k->clients + CONTROL_CLIENTS_MAX; c++) {
		*c = (struct client){ .control = k, .fd = -1, .passed = -1 };
		buf_init(&c->in, 2 * CONTROL_LINE_MAX);
	}
	if ((k->fd = listen_at(path, e)) == -1) {
		free(k);
		return NULL;
	}
	(void)snprintf(k->path, sizeof k->path, "%s", path);
	if (lstat(path, &k->made) == -1)
		k->made.st_ino = 0;	/* gone already: not ours to remove */
	if ((k->watch = loop_watch(l, k->fd, POLLIN, on_knock, k,
	    e)) == NULL) {
		control_free(k);
		return NULL;
	}
	return k;
}

void
control_free(struct control *k)
{
	struct client *c;
	struct stat st;

	if (k == NULL)
		return;
	for (c = k->clients; c < k->clients + CONTROL_CLIENTS_MAX; c++)
		hang_up(c);
	loop_unwatch(k->watch);
	(void)close(k->fd);
	if (lstat(k->path, &st) == 0 && st.st_ino == k->made.st_ino &&
	    st.st_dev == k->made.st_dev)
		(void)unlink(k->path);	/* it only looks untidy if it stays */
	free(k);
}

/* ---- the client --------------------------------------------------------------- */

/* The line to send, and for "insert" the image, opened here. */
static int
compose(char line[CONTROL_LINE_MAX], char *const words[], bool writable,
    struct medium *m, struct err *e)
{
	struct control_request q;
	bool insert = words[0] != NULL && strcmp(words[0], "insert") == 0;
	const char *name = insert && words[1] != NULL ? words[2] : NULL;
	int n;

	if (insert && name == NULL)
		return err_set(e, ERR_USAGE, "insert needs a drive and an "
		    "image");
	if (words[0] == NULL || (words[1] != NULL && words[2] != NULL &&
	    (!insert || words[3] != NULL)))
		return err_set(e, ERR_USAGE, "--ctl takes \"status\", \"eject "
		    "DRIVE\" or \"insert DRIVE IMAGE\"");
	if (insert)
		n = snprintf(line, CONTROL_LINE_MAX, "insert %s %s %s\n",
		    words[1], writable ? "rw" : "ro", name);
	else
		n = snprintf(line, CONTROL_LINE_MAX, "%s%s%s\n", words[0],
		    words[1] != NULL ? " " : "",
		    words[1] != NULL ? words[1] : "");
	if (n >= CONTROL_LINE_MAX || memchr(line, '\n', (size_t)n - 1) != NULL)
		return err_set(e, ERR_USAGE, "%s: too long a name for the "
		    "control socket, or one with a line end", name);
	if (control_parse(&q, line, (size_t)n - 1, e) == -1)
		return -1;
	if (insert && writable && q.kind == SCSI_CD)
		return err_set(e, ERR_USAGE, "a CD is not writable: --rw is "
		    "for the floppy");
	return insert ? medium_open(m, q.kind, name, writable, e) : 0;
}

static int
send_line(int to, const char *line, int fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fd)];
	} control = { 0 };
	struct iovec iov = { .iov_len = strlen(line) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	char copy[CONTROL_LINE_MAX];
	struct cmsghdr *k;

	memcpy(copy, line, iov.iov_len);
	iov.iov_base = copy;
	if (fd != -1) {
		m.msg_control = &control;
		m.msg_controllen = sizeof control;
		k = CMSG_FIRSTHDR(&m);
		k->cmsg_level = SOL_SOCKET;
		k->cmsg_type = SCM_RIGHTS;
		k->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(k), &fd, sizeof fd);
	}
	return sendmsg(to, &m, MSG_NOSIGNAL) == (ssize_t)iov.iov_len ? 0 : -1;
}

/* An image is a name and perhaps "rw"; none is an empty name. */
static void
image_member(struct json *j, const char *drive, char *name)
{
	char *how = strrchr(name, '\t');
	bool writable = how != NULL && strcmp(how, "\trw") == 0;

	json_name(j, drive);
	if (*name == '\0') {
		json_null(j);
		return;
	}
	if (writable)
		*how = '\0';
	json_object(j);
	json_member(j, "image", name);
	json_name(j, "writable");
	json_bool(j, writable);
	json_object_end(j);
}

/* A line of an answer, name and value, as a member. */
static void
member(struct json *j, char *line)
{
	char *value = line + strcspn(line, "\t");
	enum scsi_kind kind;

	if (*value != '\0')
		*value++ = '\0';
	if (drive_find(&kind, line) == 0) {
		image_member(j, line, value);
	} else if (strcmp(line, "host") == 0 || strcmp(line, "state") == 0) {
		json_member(j, line, value);
	} else {
		json_name(j, line);
		json_int(j, strtoll(value, NULL, 10));
	}
}

/* Lines up to "ok", or "no" and why; as members of j unless it is NULL. */
static int
read_answer(FILE *in, const char *path, struct json *j, struct err *e)
{
	char line[ERR_TEXT_MAX + 8];

	while (fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "ok") == 0)
			return 0;
		if (strncmp(line, "no ", 3) == 0)
			return err_set(e, ERR_NO, "%s", line + 3);
		if (j != NULL)
			member(j, line);
		else
			(void)puts(line);	/* main flushes, and sees */
	}
	return err_set(e, ERR_LOCAL, "%s: the idertool there did not answer",
	    path);
}

static int
print_answer(int fd, const char *path, bool as_json, struct err *e)
{
	FILE *in = fdopen(fd, "r");
	struct json j;
	struct buf out;
	int rc;

	if (in == NULL) {
		(void)close(fd);
		return err_sys(e, ERR_LOCAL, "%s", path);
	}
	buf_init(&out, 2 * ANSWER_MAX);
	json_init(&j, &out);
	json_object(&j);
	rc = read_answer(in, path, as_json ? &j : NULL, e);
	json_object_end(&j);
	if (rc == 0 && j.failed)
		rc = err_set(e, ERR_LOCAL, "out of memory");
	if (rc == 0 && as_json && out.len > 2)	/* more than {} */
		(void)printf("%.*s\n", (int)out.len, (const char *)out.data);
	buf_clear(&out);
	(void)fclose(in);		/* it was only read */
	return rc;
}

int
control_call(const char *path, char *const words[], bool writable,
    bool as_json, struct err *e)
{
	char line[CONTROL_LINE_MAX];
	struct medium m;
	struct err ignored;
	int fd, rc;

	medium_init(&m);
	if (compose(line, words, writable, &m, e) == -1)
		return -1;
	if ((fd = connect_to(path, e)) == -1)
		rc = -1;
	else if (send_line(fd, line, m.fd) == -1) {
		rc = err_sys(e, ERR_LOCAL, "%s", path);
		(void)close(fd);
	} else {
		rc = print_answer(fd, path, as_json, e);
	}
	(void)medium_close(&m, &ignored);	/* nothing was written here */
	return rc;
}
