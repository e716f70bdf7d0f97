/* SPDX-License-Identifier: MIT */
/*
 * The HTTP door (WS-Man reference, part a.1): only POST /wsman, answers in
 * chunks of at most 762 bytes, 401 and faults close the connection.
 *
 * libmicrohttpd speaks HTTP, without threads, on the one loop; httppump.c
 * joins each door connection to it.  It cannot misbehave: the faults named
 * http-* and xml-* (fault.c has the list) are acted out around it.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include <lib/buf.h>
#include <lib/err.h>

#include "http.h"

#define BODY_MAX (64 * 1024)		/* of a request */
#define FIRST_CHUNK 544
#define NEXT_CHUNK 762

/* One request, from its first header to its answer. */
struct request {
	struct conn *conn;
	struct buf body;
	bool too_long;
};

/* ---- running it --------------------------------------------------------- */

static void
run_daemon(void *arg)
{
	struct web *w = arg;
	MHD_UNSIGNED_LONG_LONG ms;

	conn_free_buried(w);
	(void)MHD_run(w->daemon);
	if (MHD_get_timeout(w->daemon, &ms) == MHD_YES)
		loop_after(w->sim->loop, &w->tick, (int64_t)ms, run_daemon, w);
	else
		loop_cancel(&w->tick);
}

static void
on_epoll(void *arg, short revents)
{
	(void)revents;
	run_daemon(arg);
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
    "</head><body><table><tr><td><h1>Intel&reg; Active Management Technology"
    "</h1></td></tr><tr><td><h2>Log on failed. Incorrect user name or "
    "password, or the user account is temporarily locked.</h2></td></tr><tr>"
    "<td><form method=\"get\" action=\"index.htm\"><h2><input type=\"submit\" "
    "value=\"Try again\"></h2></form></td></tr></table></body></html>\n";
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
	conn_hang_up(c);
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
	int n;

	head_lines(c->web->sim, date, server);
	n = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nDate: %s\r\n"
	    "Server: %s\r\nContent-Type: application/soap+xml; charset=UTF-8\r\n"
	    "Content-Length: %zu\r\n\r\n", date, server,
	    text->len + (size_t)more);
	(void)door_write(c->door, head, (size_t)n);
	return c->door == NULL ? MHD_NO : raw(c, text->data, text->len);
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

/* Firmware forgets its digest sessions: a client is asked once more. */
void
sim_acl_changed(struct sim *sim)
{
	digest_forget(&sim->web->nonces);
}

/* ---- life -------------------------------------------------------------- */

void
http_serve(struct sim *sim, struct door_conn *door)
{
	static const struct sockaddr_un nowhere = { .sun_family = AF_UNIX };
	struct web *w = sim->web;
	int fd;

	w->joining = conn_new(w, door, &fd);
	if (w->joining == NULL)
		return;
	sim->http.connections++;
	if (MHD_add_connection(w->daemon, fd,
	    (const struct sockaddr *)&nowhere, sizeof nowhere) == MHD_NO)
		conn_hang_up(w->joining);	/* it closed fd */
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
		conn_bury(w->conns);
	if (w->daemon != NULL)
		MHD_stop_daemon(w->daemon);
	conn_free_buried(w);
	free(w);
	sim->web = NULL;
}
