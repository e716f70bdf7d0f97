/* SPDX-License-Identifier: MIT */
/* libcurl's multi interface on our loop: see wshttp.h. */
#include <sys/socket.h>
#include <sys/un.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/wshttp.h"
#include "lib/wslink.h"
#include "lib/wsman.h"
#include "lib/wsxml.h"

struct wsman_hub {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;	/* libcurl's */
	unsigned names;			/* machines so far */
};

struct wshttp {
	struct wsman_hub *hub;
	struct wslink *link;
	CURL *easy;
	struct curl_slist *headers, *resolve;
	bool running, too_long;
	size_t header_bytes;
	struct wshttp_answer answer;
	wshttp_done_fn *done;
	void *arg;
};

/* A socket of libcurl's that we poll for it. */
struct watched {
	struct wsman_hub *hub;
	curl_socket_t fd;
	struct loop_watch *watch;
};

/* ---- the loop's side ------------------------------------------------------ */

static enum wshttp_result
result_of(const struct wshttp *c, CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return WSHTTP_OK;
	case CURLE_OUT_OF_MEMORY:
		return WSHTTP_MEMORY;
	case CURLE_COULDNT_CONNECT:	/* our open callback refused */
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return WSHTTP_CUT;
	default:
		return c->too_long ? WSHTTP_LONG : WSHTTP_GARBAGE;
	}
}

static void
stop(struct wshttp *c)
{
	struct curl_slist *h;

	if (!c->running)
		return;
	c->running = false;
	(void)curl_multi_remove_handle(c->hub->multi, c->easy);
	(void)curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, NULL);
	for (h = c->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(c->headers);
	c->headers = NULL;
}

/* Tell who has finished.  done may start the next post, or free its own. */
static void
finish(struct wsman_hub *h)
{
	struct wshttp *c;
	CURLMsg *msg;
	CURLcode rc;
	int left;

	while ((msg = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		rc = msg->data.result;
		c = NULL;
		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
		    (char **)&c);
		stop(c);
		c->done(c->arg, result_of(c, rc));
	}
}

static void
on_socket(void *arg, short revents)
{
	struct watched *s = arg;
	struct wsman_hub *h = s->hub;
	int running, mask = 0;

	if (revents & (POLLIN | POLLHUP))
		mask |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (revents & POLLERR)
		mask |= CURL_CSELECT_ERR;
	(void)curl_multi_socket_action(h->multi, s->fd, mask, &running);
	finish(h);			/* s may be gone */
}

static void
on_timer(void *arg)
{
	struct wsman_hub *h = arg;
	int running;

	(void)curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0,
	    &running);
	finish(h);
}

/* CURLMOPT_SOCKETFUNCTION: poll fd for what, or no more. */
static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct wsman_hub *h = arg;
	struct watched *s = known;
	struct err e;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			loop_unwatch(s->watch);
		free(s);
		return 0;
	}
	if (s == NULL) {
		if ((s = calloc(1, sizeof *s)) == NULL)
			return -1;
		s->hub = h;
		s->fd = fd;
		s->watch = loop_watch(h->loop, fd, LOOP_NOTHING, on_socket, s,
		    &e);
		if (s->watch == NULL) {
			free(s);
			return -1;
		}
		(void)curl_multi_assign(h->multi, fd, s);
	}
	loop_set(s->watch, what == CURL_POLL_IN ? POLLIN :
	    what == CURL_POLL_OUT ? POLLOUT :
	    what == CURL_POLL_INOUT ? POLLIN | POLLOUT : LOOP_NOTHING);
	return 0;
}

static int
set_timer(CURLM *multi, long ms, void *arg)
{
	struct wsman_hub *h = arg;

	(void)multi;
	if (ms < 0)
		loop_cancel(&h->timer);
	else
		loop_after(h->loop, &h->timer, ms, on_timer, h);
	return 0;
}

struct wsman_hub *
wsman_hub_new(struct loop *l, struct err *e)
{
	struct wsman_hub *h = calloc(1, sizeof *h);

	if (h == NULL || curl_global_init(CURL_GLOBAL_NOTHING) != 0 ||
	    (h->multi = curl_multi_init()) == NULL) {
		(void)err_set(e, ERR_LOCAL, "libcurl does not start: no "
		    "memory");
		free(h);
		return NULL;
	}
	h->loop = l;
	(void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION,
	    watch_socket);
	(void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	(void)curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	(void)curl_multi_setopt(h->multi, CURLMOPT_PIPELINING,
	    CURLPIPE_NOTHING);
	return h;
}

void
wsman_hub_free(struct wsman_hub *h)
{
	if (h == NULL)
		return;
	(void)curl_multi_cleanup(h->multi);
	loop_cancel(&h->timer);
	free(h);
}

struct loop *
wshttp_loop(struct wsman_hub *h)
{
	return h->loop;
}

/* ---- libcurl's side ---------------------------------------------------------- */

/*
 * CURLOPT_OPENSOCKETFUNCTION: the other end of our link, whatever address
 * libcurl has in mind.  It gets one for each connection of ours: when a kept
 * connection dies without an answer, libcurl would send the POST once more
 * by itself and report success, a second power cycle.  Here it cannot.
 */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct wshttp *c = arg;
	struct sockaddr_un local;
	int fd;

	(void)purpose;
	if ((fd = wslink_socket(c->link, &local)) == -1)
		return CURL_SOCKET_BAD;
	address->family = AF_UNIX;
	address->socktype = SOCK_STREAM;
	address->protocol = 0;
	/*
	 * libcurl keeps a sockaddr_storage behind "addr", and says so:
	 * addrlen may be more than a sockaddr has.
	 */
	address->addrlen = (unsigned)(offsetof(struct sockaddr_un, sun_path) +
	    strlen(local.sun_path) + 1);
	memcpy((char *)address + offsetof(struct curl_sockaddr, addr), &local,
	    address->addrlen);
	return fd;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct wshttp *c = arg;
	struct err e;

	if (buf_add(&c->answer.body, p, size * n, &e) == -1) {
		c->too_long = true;
		return 0;
	}
	return n;
}

/* "Name: value\r\n" -> value, if it is that header. */
static bool
header(const char *p, size_t n, const char *name, const char **value,
    size_t *len)
{
	size_t k = strlen(name);

	if (n <= k || strncasecmp(p, name, k) != 0 || p[k] != ':')
		return false;
	for (p += k + 1, n -= k + 1; n > 0 && (*p == ' ' || *p == '\t'); n--)
		p++;
	while (n > 0 && strchr(" \t\r\n", p[n - 1]) != NULL)
		n--;
	*value = p;
	*len = n;
	return true;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct wshttp *c = arg;
	struct wshttp_answer *a = &c->answer;
	const char *value;
	size_t len, used = strlen(a->challenge);

	n *= size;
	c->header_bytes += n;
	if (c->header_bytes > WSHTTP_HEADERS_MAX) {
		c->too_long = true;
		return 0;
	}
	if (header(p, n, "WWW-Authenticate", &value, &len))
		(void)snprintf(a->challenge + used, sizeof a->challenge - used,
		    "%s%.*s", used > 0 ? ", " : "", (int)len, value);
	else if (header(p, n, "Server", &value, &len))
		(void)snprintf(a->server, sizeof a->server, "%.*s", (int)len,
		    value);
	else if (header(p, n, "Location", &value, &len))
		(void)snprintf(a->location, sizeof a->location, "%.*s",
		    (int)len, value);
	return n;
}

/* Options that never change.  The name is ours and resolved by us. */
static CURLcode
set_up(struct wshttp *c, const char *url)
{
	CURL *h = c->easy;
	CURLcode rc = CURLE_OK;

#define SET(option, value) \
	if (rc == CURLE_OK) rc = curl_easy_setopt(h, option, value)
	SET(CURLOPT_URL, url);
	SET(CURLOPT_RESOLVE, c->resolve);
	SET(CURLOPT_PRIVATE, c);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, c);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, c);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, c);
#undef SET
	return rc;
}

struct wshttp *
wshttp_new(struct wsman_hub *h, struct wslink *link, wshttp_done_fn *done,
    void *arg, struct err *e)
{
	struct wshttp *c = calloc(1, sizeof *c);
	char url[64], resolve[64];

	if (c == NULL)
		goto memory;
	c->hub = h;
	c->link = link;
	c->done = done;
	c->arg = arg;
	buf_init(&c->answer.body, WS_MESSAGE_MAX);
	/* A name a machine: libcurl reuses connections by name. */
	h->names++;
	(void)snprintf(url, sizeof url, "http://machine%u.invalid/wsman",
	    h->names);
	(void)snprintf(resolve, sizeof resolve, "machine%u.invalid:80:"
	    "127.0.0.1", h->names);
	if ((c->easy = curl_easy_init()) == NULL ||
	    (c->resolve = curl_slist_append(NULL, resolve)) == NULL ||
	    set_up(c, url) != CURLE_OK)
		goto memory;
	return c;
 memory:
	(void)err_set(e, ERR_LOCAL, "libcurl does not start: no memory");
	wshttp_free(c);
	return NULL;
}

void
wshttp_free(struct wshttp *c)
{
	if (c == NULL)
		return;
	stop(c);
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->resolve);
	buf_clear(&c->answer.body);
	free(c);
}

static int
add_header(struct wshttp *c, const char *name, const char *value)
{
	char line[DIGEST_HEADER_MAX + 32];
	struct curl_slist *h;

	(void)snprintf(line, sizeof line, "%s:%s%s", name,
	    *value != '\0' ? " " : "", value);
	h = curl_slist_append(c->headers, line);
	explicit_bzero(line, sizeof line);
	if (h == NULL)
		return -1;
	c->headers = h;
	return 0;
}

int
wshttp_post(struct wshttp *c, const char *host, const char *authorization,
    const void *body, size_t n, struct err *e)
{
	struct wshttp_answer *a = &c->answer;

	buf_clear(&a->body);
	a->status = 0;
	a->challenge[0] = a->server[0] = a->location[0] = '\0';
	c->header_bytes = 0;
	c->too_long = false;
	c->running = true;		/* stop() clears up */
	/* An empty value takes a header of libcurl's away. */
	if (add_header(c, "Host", host) == -1 ||
	    add_header(c, "Content-Type",
	    "application/soap+xml; charset=utf-8") == -1 ||
	    add_header(c, "Expect", "") == -1 ||
	    add_header(c, "Accept", "") == -1 ||
	    (authorization != NULL &&
	    add_header(c, "Authorization", authorization) == -1) ||
	    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) != 0 ||
	    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)n) != 0 ||
	    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS,
	    n > 0 ? body : "") != 0 ||
	    curl_multi_add_handle(c->hub->multi, c->easy) != CURLM_OK) {
		stop(c);
		return err_set(e, ERR_LOCAL, "no memory for a request");
	}
	return 0;
}

void
wshttp_abort(struct wshttp *c)
{
	stop(c);
}

const struct wshttp_answer *
wshttp_answer(struct wshttp *c)
{
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE,
	    &c->answer.status);
	return &c->answer;
}
