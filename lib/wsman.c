/* SPDX-License-Identifier: MIT */
/*
 * WS-Management with one machine: see wsman.h.  An exchange is one request
 * until its answer: dial, ask for a challenge, log in, send, and what to do
 * when that goes wrong.  Every sentence about it is written here.
 */
#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/conn.h"
#include "lib/dial.h"
#include "lib/digest.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/wshttp.h"
#include "lib/wslink.h"
#include "lib/wsman.h"

#define ANSWER_MS (60 * 1000)		/* unless --timeout */
#define NOTICE_MS 2000			/* longer is explained to a person */
#define CHALLENGE_FRESH_MS 5000		/* older: ask for another */
#define HOST_MAX 280

enum login {
	LOGIN_UNKNOWN,			/* not asked yet */
	LOGIN_NONE,			/* the machine wants none */
	LOGIN_DIGEST,
};

struct wsman {
	wsman_order_fn *order;		/* instead of sending */
	void *order_arg;
	struct loop *loop;
	struct machine *machine;
	const struct machine_spec *spec;
	struct wslink *link;
	struct wshttp *http;
	struct dial *dial;
	struct loop_timer timer;	/* for an answer */
	struct loop_timer slow;		/* for somebody who waits */
	char host[HOST_MAX];		/* for the Host header */

	enum login login;
	struct digest_challenge challenge;
	uint32_t nc;			/* uses of its nonce */
	bool accepted;			/* this password is right */
	uint32_t id;			/* MessageID */
	bool read_only, explain;
	bool login_refused;		/* the last exchange ended so */
	const char *fault;		/* a word of ours; "" none */
	char firmware[64];

	/* the exchange; done NULL: none */
	wsman_done_fn *done;
	void *arg;
	struct ws_request request;	/* for its answer; see keep_request() */
	struct ws_method method;
	char class[WS_NAME_MAX], name[WS_NAME_MAX];
	struct buf body;		/* the envelope */
	bool probing;			/* an empty POST is out, for a challenge */
	bool relogin;			/* a second login was tried */
	bool kept;			/* over a connection used before */
	unsigned cuts;			/* connections that ended on us */
};

static void go(struct wsman *w);

/* ---- the end of an exchange -------------------------------------------------- */

static void
finish(struct wsman *w, struct ws_doc *answer, const struct err *e)
{
	wsman_done_fn *done = w->done;

	loop_cancel(&w->timer);
	loop_cancel(&w->slow);
	w->done = NULL;
	buf_clear(&w->body);
	done(w->arg, answer, e);	/* w may be gone */
}

/* "host: Get AMT_X: " in front. */
static void
fail(struct wsman *w, struct err *e)
{
	char what[2 * WS_NAME_MAX + 16];

	(void)err_ctx(e, "%s: %s", w->machine->name,
	    ws_describe(&w->request, what, sizeof what));
	finish(w, NULL, e);
}

/*
 * The request, not a probe, is out and no answer can be had.  An order may
 * have been carried out.
 */
static void
fail_sent(struct wsman *w, struct err *e)
{
	if (ws_changes(&w->request) && !w->probing &&
	    wslink_sent(w->link) > 0) {
		e->kind = ERR_UNKNOWN;
		(void)err_more(e, "; the order was sent, and whether it was "
		    "carried out is not known");
	}
	fail(w, e);
}

/* ---- sending -------------------------------------------------------------------- */

static void
log_message(const char *arrow, const char *what, const struct buf *b)
{
	char *text, *line, *rest;

	if (!log_wants(LOG_BYTES) || b->len == 0)
		return;
	if ((text = ws_show(b->data, b->len)) == NULL) {
		log_bytes(what, b->data, b->len);
		return;
	}
	for (rest = text; (line = strsep(&rest, "\n")) != NULL; )
		if (*line != '\0')
			log_debug("%s %s", arrow, line);
	free(text);
}

static int64_t
answer_ms(const struct wsman *w)
{
	return w->machine->timeout_ms >= 0 ? w->machine->timeout_ms :
	    ANSWER_MS;
}

static void
on_silence(void *arg)
{
	struct wsman *w = arg;
	struct err e;

	wshttp_abort(w->http);
	wslink_close(w->link);	/* a late answer must not meet the next request */
	(void)err_set(&e, ERR_NET, "no answer within %g s",
	    (double)answer_ms(w) / 1000);
	fail_sent(w, &e);
}

static int
authorization(struct wsman *w, char out[DIGEST_HEADER_MAX], struct err *e)
{
	uint8_t random[DIGEST_RANDOM];
	char cnonce[DIGEST_HEX + 1];
	struct digest_request q = {
		.user = w->machine->user, .method = "POST", .uri = "/wsman",
		.cnonce = cnonce, .nc = ++w->nc,
		.body = w->body.data, .body_len = w->body.len,
	};

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return err_sys(e, ERR_LOCAL, "drawing a nonce");
	digest_cnonce(cnonce, random);
	q.password = w->machine->password.text;
	return digest_authorization(out, &w->challenge, &q, e);
}

/*
 * One POST over the connection that is there.  Without a challenge an empty
 * one, which cannot do anything and carries nothing, goes ahead to get it.
 */
static void
transmit(struct wsman *w)
{
	char login[DIGEST_HEADER_MAX] = "", what[2 * WS_NAME_MAX + 16];
	struct machine *m = w->machine;
	struct err e;

	w->probing = w->login == LOGIN_UNKNOWN;
	if (w->login == LOGIN_DIGEST && authorization(w, login, &e) == -1) {
		fail(w, &e);
		return;
	}
	log_debug("%s: %s%s", m->name, ws_describe(&w->request, what,
	    sizeof what), w->probing ? ", asking for a challenge first" : "");
	if (!w->probing)
		log_message(">", "request", &w->body);
	wslink_mark(w->link);
	if (wshttp_post(w->http, w->host, *login != '\0' ? login : NULL,
	    w->body.data, w->probing ? 0 : w->body.len, &e) == -1) {
		wshttp_abort(w->http);
		fail(w, &e);
	} else {
		loop_after(w->loop, &w->timer, answer_ms(w), on_silence, w);
	}
	explicit_bzero(login, sizeof login);
}

static void
on_dial(void *arg, struct conn *c, const struct err *failure)
{
	struct wsman *w = arg;
	struct err e;
	bool v6 = strchr(w->machine->name, ':') != NULL;

	w->dial = NULL;
	if (c == NULL) {
		e = *failure;		/* names the machine already */
		finish(w, NULL, &e);
		return;
	}
	(void)snprintf(w->host, sizeof w->host, "%s%s%s:%u", v6 ? "[" : "",
	    w->machine->name, v6 ? "]" : "", (unsigned)conn_port(c));
	wslink_attach(w->link, c);
	w->kept = false;
	transmit(w);
}

static void
on_slow(void *arg)
{
	struct wsman *w = arg;
	char what[2 * WS_NAME_MAX + 16];

	if (w->dial != NULL)
		log_warn("%s: connecting ...", w->machine->name);
	else
		log_warn("%s: waiting for the answer to %s ...",
		    w->machine->name, ws_describe(&w->request, what,
		    sizeof what));
}

/* The next step: over the connection that is there, or a new one. */
static void
go(struct wsman *w)
{
	struct err e;

	if (w->explain && w->slow.loop == NULL)
		loop_after(w->loop, &w->slow, NOTICE_MS, on_slow, w);
	if (wslink_alive(w->link)) {
		w->kept = true;
		transmit(w);
		return;
	}
	wslink_close(w->link);
	w->dial = dial_start(w->loop, w->machine, DIAL_WSMAN, on_dial, w, &e);
	if (w->dial == NULL)
		finish(w, NULL, &e);
}

/* ---- what came back ----------------------------------------------------------------- */

/* A challenge, and the password to answer it: this is where we ask for it. */
static void
log_in(struct wsman *w, const struct wshttp_answer *a)
{
	int64_t now = loop_now_ms();
	struct err e;

	if (digest_challenge_parse(&w->challenge, a->challenge,
	    strlen(a->challenge), &e) == -1) {
		(void)err_ctx(&e, "it asks for a login that we do not have");
		fail(w, &e);
		return;
	}
	loop_cancel(&w->slow);		/* the person may take his time */
	if (machine_password(w->machine, w->spec, &e) == -1) {
		finish(w, NULL, &e);	/* names the machine already */
		return;
	}
	w->nc = 0;
	/* Somebody typed for a while: the nonce may be stale by now. */
	w->login = loop_now_ms() - now > CHALLENGE_FRESH_MS ? LOGIN_UNKNOWN :
	    LOGIN_DIGEST;
	go(w);
}

/*
 * A login is tried a second time only by who was let in before: its nonce
 * may be old, its password is not wrong.
 */
static void
on_unauthorized(struct wsman *w, const struct wshttp_answer *a)
{
	bool first = w->probing || w->login == LOGIN_NONE;
	struct digest_challenge c;
	struct err e, ignored;

	if (!first && (!w->accepted || w->relogin)) {
		w->login_refused = true;
		(void)err_set(&e, ERR_TRUST, "%s refused the login of user "
		    "%s: ", w->machine->name, w->machine->user);
		if (digest_challenge_parse(&c, a->challenge,
		    strlen(a->challenge), &ignored) == 0 && c.stale)
			(void)err_more(&e, "the machine has forgotten its "
			    "challenge; try again");
		else
			(void)err_more(&e, "wrong user or password, or the "
			    "account is locked for a while; not tried again");
		finish(w, NULL, &e);
		return;
	}
	if (!first)
		w->relogin = true;
	log_in(w, a);
}

/* Statuses that are no answer of WS-Man. */
static void
on_bad_status(struct wsman *w, const struct wshttp_answer *a)
{
	struct err e;

	if (a->status >= 300 && a->status < 400)
		(void)err_set(&e, ERR_PROTO, "answered with a redirect to "
		    "\"%s\", which is not followed: AMT sends none",
		    a->location);
	else if (a->status == 403)
		(void)err_set(&e, ERR_REFUSED, "refused: this user may not "
		    "use WS-Man (HTTP status 403)");
	else if (a->status == 404)
		(void)err_set(&e, ERR_PROTO, "no WS-Man service there (HTTP "
		    "status 404): is this the port of an AMT machine?");
	else if (a->status == 503)
		(void)err_set(&e, ERR_REFUSED, "busy (HTTP status 503): try "
		    "again");
	else if (a->status == 400)
		(void)err_set(&e, ERR_REFUSED, "refused without a reason "
		    "(HTTP status 400): a name or a value does not please it");
	else
		(void)err_set(&e, ERR_PROTO, "HTTP status %ld", a->status);
	fail(w, &e);
}

/* "Intel(R) Active Management Technology 15.0.23.1706" */
static void
note_firmware(struct wsman *w, const char *server)
{
	const char *at = strstr(server, "Technology ");

	if (at != NULL)
		(void)snprintf(w->firmware, sizeof w->firmware, "%s", at + 11);
}

static void
on_answer(struct wsman *w, const struct wshttp_answer *a)
{
	struct ws_doc *d;
	struct err e;

	log_message("<", "answer", &a->body);
	w->accepted = true;
	if ((d = ws_parse(a->body.data, a->body.len, &e)) == NULL) {
		/* A bare 400 or 500 says no; of a 200 we cannot know. */
		if (a->status != 200)
			on_bad_status(w, a);
		else
			fail_sent(w, &e);
		return;
	}
	if (ws_check(d, &w->request, &e) == 0) {
		finish(w, d, NULL);
		return;
	}
	w->fault = ws_fault_code(d);
	ws_doc_free(d);
	if (e.kind == ERR_REFUSED)
		fail(w, &e);
	else
		fail_sent(w, &e);
}

/* What the conn says, without the machine's name, which fail() adds. */
static void
set_failure(struct wsman *w, struct err *e, const struct err *why)
{
	size_t n = strlen(w->machine->name);
	const char *text = why->text;

	if (strncmp(text, w->machine->name, n) == 0 && text[n] == ':')
		text += n + strspn(text + n, ": ");
	(void)err_set(e, why->kind, "%s", text);
}

/* The connection ended before the answer was whole. */
static void
on_cut(struct wsman *w, const struct wshttp_answer *a)
{
	bool sent = wslink_sent(w->link) > 0;
	bool harmless = w->probing || (!ws_changes(&w->request) &&
	    w->request.op != WS_PULL);	/* the next pull brings other items */
	const struct err *why = wslink_failure(w->link);
	struct err e;

	if (a->status == 0 && w->cuts++ == 0 &&
	    (sent ? harmless : w->kept)) {
		log_debug("%s: connection closed, asking again",
		    w->machine->name);
		wslink_close(w->link);
		go(w);
		return;
	}
	if (wslink_hears_tls(w->link))
		(void)err_set(&e, ERR_PROTO, "that port speaks TLS: say --tls, "
		    "-c CA or --pin");
	else if (a->status != 0)
		(void)err_set(&e, ERR_PROTO, "the answer broke off");
	else if (why != NULL)
		set_failure(w, &e, why);
	else
		(void)err_set(&e, ERR_NET, "the connection was closed without "
		    "an answer");
	fail_sent(w, &e);
}

static void
on_http(void *arg, enum wshttp_result result)
{
	struct wsman *w = arg;
	const struct wshttp_answer *a = wshttp_answer(w->http);
	struct err e;

	loop_cancel(&w->timer);
	log_debug("%s: HTTP status %ld, %zu bytes", w->machine->name,
	    a->status, a->body.len);
	switch (result) {
	case WSHTTP_OK:
		break;
	case WSHTTP_CUT:
		on_cut(w, a);
		return;
	case WSHTTP_GARBAGE:
		(void)err_set(&e, ERR_PROTO, "%s", wslink_hears_tls(w->link) ?
		    "that port speaks TLS: say --tls, -c CA or --pin" :
		    "the answer is not HTTP: is this the port of an AMT "
		    "machine?");
		fail_sent(w, &e);
		return;
	case WSHTTP_LONG:
		(void)err_set(&e, ERR_PROTO, "the answer is longer than %d "
		    "bytes", WS_MESSAGE_MAX);
		fail_sent(w, &e);
		return;
	case WSHTTP_MEMORY:
		(void)err_set(&e, ERR_LOCAL, "no memory");
		fail_sent(w, &e);
		return;
	}
	note_firmware(w, a->server);
	if (a->status == 401) {
		on_unauthorized(w, a);
	} else if (a->status != 200 && a->status != 400 && a->status != 500) {
		on_bad_status(w, a);
	} else if (w->probing) {
		w->login = LOGIN_NONE;	/* it did not ask who we are */
		go(w);
	} else {
		on_answer(w, a);
	}
}

/* ---- the interface --------------------------------------------------------------------- */

struct wsman *
wsman_new(struct wsman_hub *h, struct machine *m,
    const struct machine_spec *spec, struct err *e)
{
	struct wsman *w = calloc(1, sizeof *w);

	if (w == NULL) {
		(void)err_sys(e, ERR_LOCAL, "WS-Man");
		return NULL;
	}
	w->fault = "";
	w->loop = wshttp_loop(h);
	w->machine = m;
	w->spec = spec;
	buf_init(&w->body, WS_MESSAGE_MAX);
	if ((w->link = wslink_new(w->loop, e)) == NULL ||
	    (w->http = wshttp_new(h, w->link, on_http, w, e)) == NULL) {
		wsman_free(w);
		return NULL;
	}
	return w;
}

void
wsman_free(struct wsman *w)
{
	if (w == NULL)
		return;
	loop_cancel(&w->timer);
	loop_cancel(&w->slow);
	dial_cancel(w->dial);
	wshttp_free(w->http);
	wslink_free(w->link);
	buf_clear(&w->body);
	explicit_bzero(&w->challenge, sizeof w->challenge);
	free(w);
}

/* What ws_check() and the sentences need once r itself is gone. */
static void
keep_request(struct wsman *w, const struct ws_request *r)
{
	const char *class = r->op == WS_INVOKE ? r->method->class : r->class;

	(void)snprintf(w->class, sizeof w->class, "%s",
	    class != NULL ? class : "");
	w->request = (struct ws_request){
		.op = r->op, .class = class != NULL ? w->class : NULL
	};
	if (r->op == WS_INVOKE) {
		(void)snprintf(w->name, sizeof w->name, "%s", r->method->name);
		w->method = *r->method;
		w->method.class = w->class;
		w->method.name = w->name;
		w->request.method = &w->method;
	}
}

int
wsman_send(struct wsman *w, const struct ws_request *r, wsman_done_fn *done,
    void *arg, struct err *e)
{
	if (w->done != NULL)
		return err_set(e, ERR_LOCAL, "%s: one request at a time",
		    w->machine->name);
	if (w->read_only && ws_changes(r))
		return err_set(e, ERR_LOCAL, "%s: this command may not change "
		    "anything", w->machine->name);
	if (ws_encode(&w->body, r, ++w->id, e) == -1) {
		buf_clear(&w->body);
		return -1;
	}
	keep_request(w, r);
	w->done = done;
	w->arg = arg;
	w->relogin = w->login_refused = false;
	w->fault = "";
	w->cuts = 0;
	go(w);
	return 0;
}

void
wsman_read_only(struct wsman *w, bool yes)
{
	w->read_only = yes;
}

void
wsman_dry_run(struct wsman *w, wsman_order_fn *fn, void *arg)
{
	w->order = fn;
	w->order_arg = arg;
}

wsman_order_fn *
wsman_dry(const struct wsman *w, void **arg)
{
	*arg = w->order_arg;
	return w->order;
}

bool
wsman_login_refused(const struct wsman *w)
{
	return w->login_refused;
}

bool
wsman_absent(const struct wsman *w)
{
	return strcmp(w->fault, "DestinationUnreachable") == 0;
}

const char *
wsman_fault(const struct wsman *w)
{
	return w->fault;
}

const char *
wsman_firmware(const struct wsman *w)
{
	return w->firmware;
}

const char *
wsman_host(const struct wsman *w)
{
	return w->machine->name;
}

struct loop *
wsman_loop(const struct wsman *w)
{
	return w->loop;
}

bool
wsman_cut(const struct wsman *w)
{
	return w->cuts > 0;
}

void
wsman_explain(struct wsman *w, bool yes)
{
	w->explain = yes;
}
