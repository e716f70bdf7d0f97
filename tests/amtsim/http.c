/* SPDX-License-Identifier: MIT */
/*
 * The HTTP door (WS-Man reference, part a.1): only POST /wsman, answers in
 * chunks of at most 762 bytes, 401 and faults close the connection.
 *
 * libmicrohttpd speaks HTTP, without threads, on the one loop.  Each door
 * connection is joined to it by a socket pair; what comes back passes a
 * filter that writes chunk sizes as firmware does (four upper-case digits)
 * and drops "100 Continue", which firmware never sends.  libmicrohttpd
 * cannot misbehave: the faults named http-* and xml-* (fault.c has the
 * list) are acted out here, around it.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <microhttpd.h>

#include <lib/buf.h>
#include <lib/err.h>

#include "httpdigest.h"
#include "sim.h"
#include "soap.h"

#define BODY_MAX (64 * 1024)		/* of a request */
#define PENDING_MAX (128 * 1024)	/* read from the door, not yet taken */
#define HEAD_MAX (16 * 1024)		/* of an answer of ours */
#define FIRST_CHUNK 544
#define NEXT_CHUNK 762

/* Where in libmicrohttpd's output we are. */
enum filter { IN_HEAD, IN_BODY, IN_SIZE, IN_CHUNK, IN_END };

struct conn {
	struct conn *next, **prev;
	struct web *web;
	struct door_conn *door;		/* NULL: gone, waits to be freed */
	int fd;				/* our end of the pair */
	struct loop_watch *watch;
	struct buf pending;		/* towards libmicrohttpd */

	enum filter at;
	struct buf head;		/* of the answer, or a chunk's size line */
	size_t left;			/* of the body or chunk */
	struct buf out;			/* filtered, not yet written */
	struct loop_timer drip;

	unsigned requests, answers;
	bool silent;			/* answers are thrown away */
	bool ended;			/* libmicrohttpd has closed its end */
	bool joined;			/* libmicrohttpd holds its end */
};

struct web {
	struct sim *sim;
	struct MHD_Daemon *daemon;
	struct loop_watch *epoll;
	struct loop_timer tick;
	struct conn *conns, *graves, *joining;
	struct nonces nonces;
	struct soap soap;
	long wrong;			/* passwords in a row */
};

/* One request, from its first header to its answer. */
struct request {
	struct conn *conn;
	struct buf body;
	bool too_long;
};

/* ---- connections ---------------------------------------------------- */

static void
bury(struct conn *c)
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

/* Only from the loop, when nobody is inside a connection. */
static void
free_graves(struct web *w)
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

static void
hang_up(struct conn *c)
{
	struct door_conn *door = c->door;

	if (door == NULL)
		return;
	bury(c);
	door_close(door, true);
}

static void run_daemon(struct web *w);

static void
on_tick(void *arg)
{
	run_daemon(arg);
}

static void
on_epoll(void *arg, short revents)
{
	(void)revents;
	run_daemon(arg);
}

static void
run_daemon(struct web *w)
{
	MHD_UNSIGNED_LONG_LONG ms;
	struct err e;

	free_graves(w);
	(void)MHD_run(w->daemon);
	if (MHD_get_timeout(w->daemon, &ms) == MHD_YES)
		(void)loop_after(w->sim->loop, &w->tick, (int64_t)ms, on_tick, w,
		    &e);
	else
		loop_cancel(&w->tick);
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
		hang_up(c);
	else
		push_pending(c);
}

static void
door_closed(void *arg)
{
	bury(arg);			/* closes the pair: libmicrohttpd sees it */
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
		hang_up(c);
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
	struct err e;

	if (n > 1 && ms > 0) {
		byte = c->out.data[0];
		buf_drop(&c->out, 1);
		(void)door_write(c->door, &byte, 1);
		if (c->door != NULL)
			(void)loop_after(c->web->sim->loop, &c->drip, ms, drip, c,
			    &e);
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

/* ---- answers ---------------------------------------------------------- */

static ssize_t
read_chunk(void *cls, uint64_t pos, char *out, size_t max)
{
	const struct buf *text = cls;
	size_t n = pos == 0 ? FIRST_CHUNK : NEXT_CHUNK;

	if (pos >= text->len)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n > max)
		n = max;
	if (n > text->len - pos)
		n = text->len - (size_t)pos;
	memcpy(out, text->data + pos, n);
	return (ssize_t)n;
}

static void
free_text(void *cls)
{
	buf_clear(cls);
	free(cls);
}

static void
head_lines(const struct sim *sim, char date[64], char server[96])
{
	time_t now = sim_wall(sim);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, 64, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	snprintf(server, 96, "Intel(R) Active Management Technology %s",
	    sim->model.profile->version);
}

/* Headers that every answer has; takes the response. */
static enum MHD_Result
queue(struct conn *c, struct MHD_Connection *mc, unsigned status,
    struct MHD_Response *r, const char *type)
{
	struct sim *sim = c->web->sim;
	char date[64], server[96];
	enum MHD_Result done;

	if (r == NULL)
		return MHD_NO;
	head_lines(sim, date, server);
	(void)MHD_add_response_header(r, "Date", date);
	(void)MHD_add_response_header(r, "Server", server);
	if (sim->model.profile->firmware_major >= 15)
		(void)MHD_add_response_header(r, "X-Frame-Options", "DENY");
	if (type != NULL)
		(void)MHD_add_response_header(r, "Content-Type", type);
	if (status != 200)
		(void)MHD_add_response_header(r, "Connection", "close");
	done = MHD_queue_response(mc, status, r);
	MHD_destroy_response(r);
	sim->counters[DOOR_WSMAN].messages_out++;
	return done;
}

static const char login_page[] =
    "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">\n"
    "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; "
    "charset=utf-8\"><title>Intel&reg; Active Management Technology</title>"
    "</head><body><h1>Log on failed</h1><p>Incorrect user name or password, "
    "or the user account is temporarily locked.</p></body></html>\n";
static const char error_page[] =
    "<html><head><title>Error</title></head><body><h1>The page is not here, "
    "or the request was not understood</h1></body></html>\n";

static struct MHD_Response *
page(const char *text)
{
	return MHD_create_response_from_buffer_with_free_callback(strlen(text),
	    (void *)(uintptr_t)text, NULL);
}

static enum MHD_Result
refuse(struct request *q, struct MHD_Connection *mc, unsigned status,
    const char *why)
{
	struct conn *c = q->conn;

	sim_violation(c->web->sim, "wsman", "%s", why);
	sim_log(c->web->sim, DOOR_WSMAN, door_peer(c->door), "out", why, NULL,
	    0);
	return queue(c, mc, status, page(error_page), "text/html");
}

static const char *
offered(struct sim *sim)
{
	static const char *const qops[] = { "auth", "auth-int",
	    "auth,auth-int" };
	long v = fault_value(sim, "http-qop", 0);

	return qops[v >= 0 && v <= 2 ? v : 0];
}

static enum MHD_Result
challenge(struct conn *c, struct MHD_Connection *mc, bool stale)
{
	struct web *w = c->web;
	struct MHD_Response *r = page(login_page);
	char text[256];

	w->sim->http.challenges++;
	digest_challenge(&w->nonces, w->sim, offered(w->sim), stale, text);
	sim_log(w->sim, DOOR_WSMAN, door_peer(c->door), "out", "401", NULL, 0);
	if (r != NULL)
		(void)MHD_add_response_header(r, "WWW-Authenticate", text);
	return queue(c, mc, 401, r, "text/html");
}

/* Bytes past libmicrohttpd, then the end. */
static enum MHD_Result
raw(struct conn *c, const void *p, size_t n)
{
	(void)door_write(c->door, p, n);
	hang_up(c);
	return MHD_NO;
}

/* ---- faults in the answer --------------------------------------------- */

/* A document type in front; use, if any, behind the first RelatesTo text. */
static void
add_doctype(struct buf *text, const char *doctype, const char *use)
{
	struct buf was = *text;
	struct err e;
	char *decl = memmem(was.data, was.len, "?>", 2), *id;
	size_t skip, cut;

	if (decl == NULL)
		return;
	skip = (size_t)((uint8_t *)decl - was.data) + 2;
	id = memmem(was.data, was.len, "</b:RelatesTo>", 14);
	cut = id == NULL ? was.len : (size_t)((uint8_t *)id - was.data);
	buf_init(text, SOAP_ANSWER_MAX);
	(void)buf_add(text, was.data, skip, &e);
	(void)buf_addf(text, &e, "<!DOCTYPE a:Envelope%s>", doctype);
	(void)buf_add(text, was.data + skip, cut - skip, &e);
	(void)buf_add(text, use, strlen(use), &e);
	(void)buf_add(text, was.data + cut, was.len - cut, &e);
	buf_clear(&was);
}

static const char bomb[] = " [<!ENTITY a \"0123456789012345\">"
    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
    "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
    "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">"
    "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">"
    "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">"
    "<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">]";

static void
spoil(struct sim *sim, struct buf *text)
{
	long kib = fault_value(sim, "xml-pad", 0);
	struct err e;
	char *at;

	if (fault_take(sim, "xml-namespace") && (at = memmem(text->data,
	    text->len, "/soap-envelope", 14)) != NULL)
		memcpy(at, "/soap-envelopf", 14);
	if (fault_take(sim, "xml-doctype"))
		add_doctype(text, "", "");
	if (fault_take(sim, "xml-bomb"))
		add_doctype(text, bomb, "&g;");
	if (fault_take(sim, "xml-truncate"))
		text->len /= 2;
	for (text->max += (size_t)kib * 1024; kib > 0; kib--)
		(void)buf_addf(text, &e, "%1024s", "\n");
}

/* ---- requests ---------------------------------------------------------- */

/* One at a time: another connection that is in use is a client's mistake. */
static void
note_concurrency(struct conn *c)
{
	const struct conn *o;

	for (o = c->web->conns; o != NULL; o = o->next)
		if (o != c && o->requests > 0) {
			sim_violation(c->web->sim, "wsman", "a request while "
			    "another connection is open");
			return;
		}
}

static enum MHD_Result
send_length_lie(struct conn *c, struct buf *text, long more)
{
	char head[512], date[64], server[96];
	struct err e;
	int n;

	head_lines(c->web->sim, date, server);
	n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nDate: %s\r\n"
	    "Server: %s\r\nContent-Type: application/soap+xml; charset=UTF-8\r\n"
	    "Content-Length: %zu\r\n\r\n", date, server,
	    text->len + (size_t)more);
	if (buf_add(&c->out, head, (size_t)n, &e) == -1 ||
	    buf_add(&c->out, text->data, text->len, &e) == -1)
		return MHD_NO;
	return raw(c, c->out.data, c->out.len);
}

/* The request is whole and its sender known: act, then answer. */
static enum MHD_Result
act(struct request *q, struct MHD_Connection *mc, const struct user *who)
{
	struct conn *c = q->conn;
	struct sim *sim = c->web->sim;
	struct buf *text = calloc(1, sizeof *text);
	struct MHD_Response *r;
	char what[128], line[160];
	long lie = fault_value(sim, "http-length", 0);
	int status;

	if (text == NULL)
		return MHD_NO;
	buf_init(text, SOAP_ANSWER_MAX);
	sim->http.calls++;
	status = soap_handle(&c->web->soap, who, q->body.data, q->body.len,
	    text, what);
	snprintf(line, sizeof line, "%s %d", what, status);
	sim_log(sim, DOOR_WSMAN, door_peer(c->door), "in", line, NULL, 0);
	if (status == 0 || fault_take(sim, "http-hangup-after")) {
		free_text(text);
		return MHD_NO;
	}
	c->silent |= fault_take(sim, "http-silent");
	spoil(sim, text);
	if (lie > 0) {
		enum MHD_Result done = send_length_lie(c, text, lie);

		free_text(text);
		return done;
	}
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_chunk,
	    text, free_text);
	if (r == NULL)
		free_text(text);
	return queue(c, mc, (unsigned)status, r,
	    "application/soap+xml; charset=UTF-8");
}

static bool
locked_out(struct web *w)
{
	long limit = fault_value(w->sim, "http-lockout", 0);

	return limit > 0 && w->wrong >= limit;
}

static enum MHD_Result
login(struct request *q, struct MHD_Connection *mc, const char *method,
    const char *url)
{
	struct conn *c = q->conn;
	struct web *w = c->web;
	struct user *who;
	const char *why;
	struct digest_request d = {
		.authorization = MHD_lookup_connection_value(mc,
		    MHD_HEADER_KIND, "Authorization"),
		.method = method, .target = url, .body = q->body.data,
		.body_len = q->body.len, .local = door_is_local(c->door),
		.qops = offered(w->sim),
	};
	enum digest_verdict v;

	if (d.authorization != NULL && fault_take(w->sim, "http-stale"))
		digest_forget(&w->nonces);
	v = digest_judge(&w->nonces, w->sim, &d, &who, &why);
	if (why != NULL)
		sim_violation(w->sim, "wsman", "%s", why);
	if (v == DIGEST_WRONG || v == DIGEST_MALFORMED)
		w->wrong++;
	if (v != DIGEST_OK || locked_out(w) || fault_take(w->sim, "http-deny"))
		return challenge(c, mc, v == DIGEST_STALE);
	w->wrong = 0;
	w->sim->counters[DOOR_WSMAN].logins++;
	return act(q, mc, who);
}

/* Faults that need no login, then what HTTP itself must get right. */
static enum MHD_Result
answer(struct request *q, struct MHD_Connection *mc, const char *method,
    const char *url, const char *version)
{
	struct conn *c = q->conn;
	struct sim *sim = c->web->sim;
	struct MHD_Response *r;
	long status = fault_value(sim, "http-status", 0);
	uint8_t noise[512];

	c->requests++;
	sim->http.requests++;
	sim->counters[DOOR_WSMAN].messages_in++;
	note_concurrency(c);
	if (fault_take(sim, "http-hangup"))
		return MHD_NO;
	if (fault_take(sim, "http-garbage")) {
		sim_random(sim, noise, sizeof noise);
		return raw(c, noise, sizeof noise);
	}
	if (status >= 200 && status <= 599)
		return queue(c, mc, (unsigned)status, page(""), NULL);
	if (fault_take(sim, "http-redirect")) {
		r = page(error_page);
		if (r != NULL)
			(void)MHD_add_response_header(r, "Location",
			    "http://192.0.2.66:16992/wsman");
		return queue(c, mc, 302, r, "text/html");
	}
	if (strcmp(url, "/wsman") != 0)
		return refuse(q, mc, 404, "a path that is not /wsman");
	if (strcmp(version, "HTTP/1.1") != 0 || strcmp(method, "POST") != 0)
		return refuse(q, mc, 400, "a request that is not POST, HTTP/1.1");
	if (MHD_lookup_connection_value(mc, MHD_HEADER_KIND,
	    "Transfer-Encoding") != NULL)
		return refuse(q, mc, 400, "a request in chunks");
	if (q->too_long)
		return refuse(q, mc, 400, "a request body that is too long");
	if (MHD_lookup_connection_value(mc, MHD_HEADER_KIND, "Expect") != NULL)
		sim_violation(sim, "wsman", "header Expect");
	return login(q, mc, method, url);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mc, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
	struct request *q = *state;
	const union MHD_ConnectionInfo *info;
	struct err e;

	(void)cls;
	if (q == NULL) {
		info = MHD_get_connection_info(mc,
		    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
		q = calloc(1, sizeof *q);
		if (q == NULL || info == NULL || info->socket_context == NULL) {
			free(q);
			return MHD_NO;
		}
		q->conn = info->socket_context;
		buf_init(&q->body, BODY_MAX);
		*state = q;
		return MHD_YES;
	}
	if (q->conn->door == NULL)
		return MHD_NO;		/* it went while we were reading */
	if (*size == 0)
		return answer(q, mc, method, url, version);
	if (!q->too_long && buf_add(&q->body, data, *size, &e) == -1)
		q->too_long = true;
	*size = 0;
	return MHD_YES;
}

static void
on_done(void *cls, struct MHD_Connection *mc, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct request *q = *state;

	(void)cls;
	(void)mc;
	(void)why;
	if (q == NULL)
		return;
	buf_clear(&q->body);
	free(q);
	*state = NULL;
}

/* libmicrohttpd's connection learns which of ours it is. */
static void
on_join(void *cls, struct MHD_Connection *mc, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct web *w = cls;
	struct conn *c = *context;

	(void)mc;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*context = c = w->joining;
	c->joined = what == MHD_CONNECTION_NOTIFY_STARTED;
}

/* ---- life -------------------------------------------------------------- */

static const struct door_events events = {
	.data = door_data, .closed = door_closed, .drained = door_drained,
};

void
http_serve(struct sim *sim, struct door_conn *door)
{
	static const struct sockaddr_un nowhere = { .sun_family = AF_UNIX };
	struct web *w = sim->web;
	struct conn *c = calloc(1, sizeof *c);
	struct err e;
	int pair[2];

	if (c == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, pair) == -1) {
		free(c);
		door_close(door, false);
		return;
	}
	c->web = w;
	c->door = door;
	c->fd = pair[0];
	buf_init(&c->pending, PENDING_MAX);
	buf_init(&c->head, HEAD_MAX);
	buf_init(&c->out, 64 * SOAP_ANSWER_MAX);
	c->next = w->conns;
	c->prev = &w->conns;
	if (c->next != NULL)
		c->next->prev = &c->next;
	w->conns = c;
	sim->http.connections++;
	door_attach(door, &events, c);
	c->watch = loop_watch(sim->loop, c->fd, POLLIN, on_pair, c, &e);
	w->joining = c;
	if (c->watch == NULL || MHD_add_connection(w->daemon, pair[1],
	    (const struct sockaddr *)&nowhere, sizeof nowhere) == MHD_NO)
		hang_up(c);		/* libmicrohttpd closed pair[1] */
	w->joining = NULL;
	run_daemon(w);
}

int
http_start(struct sim *sim, struct err *e)
{
	struct web *w = calloc(1, sizeof *w);
	const union MHD_DaemonInfo *info;

	if (w == NULL)
		return err_sys(e, ERR_LOCAL, "WS-Man door");
	w->sim = sim;
	w->soap.sim = sim;
	sim->web = w;
	w->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
	    MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL, on_request, w,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, w,
	    MHD_OPTION_NOTIFY_CONNECTION, on_join, w,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 * 1024,
	    MHD_OPTION_END);
	if (w->daemon == NULL)
		return err_set(e, ERR_LOCAL, "WS-Man door: libmicrohttpd does not "
		    "start");
	info = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return err_set(e, ERR_LOCAL, "WS-Man door: this libmicrohttpd has "
		    "no epoll");
	w->epoll = loop_watch(sim->loop, info->epoll_fd, POLLIN, on_epoll, w, e);
	return w->epoll == NULL ? -1 : 0;
}

/* The doors have been closed before. */
void
http_stop(struct sim *sim)
{
	struct web *w = sim->web;

	if (w == NULL)
		return;
	loop_cancel(&w->tick);
	loop_unwatch(w->epoll);
	while (w->conns != NULL)
		bury(w->conns);
	if (w->daemon != NULL)
		MHD_stop_daemon(w->daemon);
	free_graves(w);
	free(w);
	sim->web = NULL;
}
