/* SPDX-License-Identifier: MIT */
/* The redirection protocol: see redir.h. */
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"
#include "lib/wire.h"

#define URI "/RedirectionService"
#define NC "00000002"			/* firmware has seen this one for years */

/* ---- framing: redirection protocol, length of every message ------------ */

#define SOL (1 << REDIR_SOL)
#define IDER (1 << REDIR_IDER)
#define KVM (1 << REDIR_KVM)
#define ANY (SOL | IDER | KVM)
#define D REDIR_DEVICE
#define C REDIR_CONSOLE

static const struct frame {
	uint8_t type, services, from;
	uint8_t size;			/* without the part of variable size */
	uint8_t at, width;		/* where that part's size is; 0: none */
	const char *name;
} frames[] = {
	{ 0x11, ANY, D, 13, 12, 1, "session start reply" },
	{ 0x14, ANY, D, 9, 5, 4, "login reply" },
	{ 0xf0, ANY, D, 1, 0, 0, "note of a relay" },
	{ 0x10, ANY, C, 8, 0, 0, "session start" },
	{ 0x12, ANY, C, 4, 0, 0, "session end" },
	{ 0x13, ANY, C, 9, 5, 4, "login" },

	{ 0x21, SOL, D, 23, 22, 1, "SOL start reply" },
	{ 0x23, SOL, D, 8, 0, 0, "SOL end reply" },
	{ 0x24, SOL, D, 8, 0, 0, "ping" },
	{ 0x25, SOL, D, 8, 0, 0, "pong" },
	{ 0x29, SOL, D, 10, 0, 0, "control lines of the host" },
	{ 0x2a, SOL, D, 10, 8, 2, "data from the host" },
	{ 0x2b, SOL, D, 8, 0, 0, "heartbeat" },
	{ 0x20, SOL, C, 24, 0, 0, "SOL start" },
	{ 0x22, SOL, C, 8, 0, 0, "SOL end" },
	{ 0x24, SOL, C, 8, 0, 0, "ping" },
	{ 0x25, SOL, C, 8, 0, 0, "pong" },
	{ 0x27, SOL, C, 14, 0, 0, "control lines to the host" },
	{ 0x28, SOL, C, 10, 8, 2, "data to the host" },
	{ 0x2b, SOL, C, 8, 0, 0, "heartbeat" },

	{ 0x41, IDER, D, 30, 29, 1, "IDE-R open reply" },
	{ 0x43, IDER, D, 8, 0, 0, "IDE-R close reply" },
	{ 0x44, IDER, D, 8, 0, 0, "ping" },
	{ 0x45, IDER, D, 8, 0, 0, "pong" },
	{ 0x46, IDER, D, 9, 0, 0, "reset occurred" },
	{ 0x49, IDER, D, 13, 0, 0, "features reply" },
	{ 0x4a, IDER, D, 11, 0, 0, "error occurred" },
	{ 0x4b, IDER, D, 8, 0, 0, "heartbeat" },
	{ 0x50, IDER, D, 28, 0, 0, "command" },
	{ 0x53, IDER, D, 14, 9, 2, "data from the host" },
	{ 0x40, IDER, C, 18, 0, 0, "IDE-R open" },
	{ 0x42, IDER, C, 8, 0, 0, "IDE-R close" },
	{ 0x44, IDER, C, 8, 0, 0, "ping" },
	{ 0x45, IDER, C, 8, 0, 0, "pong" },
	{ 0x47, IDER, C, 8, 0, 0, "reset response" },
	{ 0x48, IDER, C, 9, 0, 0, "features" },
	{ 0x00, IDER, C, 1, 0, 0, "padding" },	/* of a short 0x48 */
	{ 0x4b, IDER, C, 8, 0, 0, "heartbeat" },
	{ 0x51, IDER, C, 31, 0, 0, "command end" },
	{ 0x52, IDER, C, 31, 0, 0, "request for data" },
	{ 0x54, IDER, C, 34, 9, 2, "data to the host" },

	{ 0x41, KVM, D, 8, 0, 0, "KVM open reply" },
	{ 0x40, KVM, C, 8, 0, 0, "KVM open" },
};

static const struct frame *
frame_find(enum redir_service s, enum redir_side from, uint8_t type)
{
	size_t i;

	for (i = 0; i < sizeof frames / sizeof frames[0]; i++)
		if (frames[i].type == type && frames[i].from == from &&
		    (frames[i].services & 1 << s) != 0)
			return &frames[i];
	return NULL;
}

/* Size of the variable part; p holds at least f->size bytes. */
static size_t
variable_part(const struct frame *f, const uint8_t *p)
{
	struct rd r;

	if (f->type == 0x11 && p[1] != REDIR_OK)
		return 0;		/* a refusal: the rest is not sent */
	if (f->type == 0x48)
		return p[8] == 3 ? 4 : 0;	/* only "set" has a value */
	if (f->width == 0)
		return 0;
	rd_init(&r, p + f->at, f->width);
	return f->width == 1 ? rd_u8(&r) :
	    f->width == 2 ? rd_le16(&r) : rd_le32(&r);
}

int
redir_frame(enum redir_service s, enum redir_side from, const uint8_t *p,
    size_t n)
{
	const struct frame *f;
	size_t more;

	if (n == 0)
		return 0;
	if ((f = frame_find(s, from, p[0])) == NULL)
		return -1;
	if (n < f->size)
		return 0;
	more = variable_part(f, p);
	if (f->width == 4 && more > REDIR_AUTH_MAX)
		return -1;
	return n < f->size + more ? 0 : (int)(f->size + more);
}

const char *
redir_message_name(enum redir_service s, enum redir_side from, uint8_t type)
{
	const struct frame *f = frame_find(s, from, type);

	return f != NULL ? f->name : NULL;
}

/* ---- session start and end -------------------------------------------- */

static const struct {
	const char *tag, *name, *remedy, *word;	/* word: for wsamt */
} services[] = {
	[REDIR_SOL] = { "SOL ", "serial-over-LAN",
	    "enable it with \"wsamt sol on\", the port with "
	    "\"wsamt redirport on\"", "sol" },
	[REDIR_IDER] = { "IDER", "storage redirection",
	    "enable it with \"wsamt ider on\", the port with "
	    "\"wsamt redirport on\"", "ider" },
	[REDIR_KVM] = { "KVMR", "KVM",
	    "enable it in the firmware's own menu (MEBx)", "kvm" },
};

const char *
redir_service_name(enum redir_service s)
{
	return services[s].name;
}

/* type option reserved[2] service[4]; option is 1 for KVM in all clients */
void
redir_start_encode(struct wr *w, enum redir_service s)
{
	wr_u8(w, REDIR_START);
	wr_u8(w, s == REDIR_KVM);
	wr_zero(w, 2);
	wr_bytes(w, services[s].tag, 4);
}

int
redir_start_decode(struct rd *r, enum redir_service *s, struct err *e)
{
	uint8_t type = rd_u8(r);
	const uint8_t *tag;
	size_t i;

	rd_bytes(r, 3);			/* nobody knows what they mean */
	tag = rd_bytes(r, 4);
	if (rd_end(r) && type == REDIR_START)
		for (i = 0; i < sizeof services / sizeof services[0]; i++)
			if (memcmp(tag, services[i].tag, 4) == 0) {
				*s = (enum redir_service)i;
				return 0;
			}
	return err_set(e, ERR_PROTO, "malformed session start");
}

/* type reserved[3] */
void
redir_end_encode(struct wr *w)
{
	wr_u8(w, REDIR_END);
	wr_zero(w, 3);
}

/* type status reserved[2] protocol[2] firmware[2] IANA[4] length[1] OEM */
int
redir_start_reply_decode(struct rd *r, struct redir_start_reply *m,
    struct err *e)
{
	struct redir_start_reply got = { 0 };
	uint8_t type = rd_u8(r);

	got.status = rd_u8(r);
	if (type != REDIR_START_REPLY || r->bad)
		goto bad;
	if (got.status != REDIR_OK && r->left < REDIR_START_REPLY_MIN - 2) {
		*m = got;
		return 0;
	}
	rd_bytes(r, 2);
	got.protocol_major = rd_u8(r);
	got.protocol_minor = rd_u8(r);
	got.firmware_major = rd_u8(r);
	got.firmware_minor = rd_u8(r);
	got.vendor = rd_le32(r);
	if (got.status == REDIR_OK)
		rd_bytes(r, rd_u8(r));
	else
		rd_u8(r);
	if (!rd_end(r))
		goto bad;
	*m = got;
	return 0;
 bad:
	return err_set(e, ERR_PROTO, "malformed session start reply");
}

int
redir_start_error(enum redir_service s, uint8_t status, const char *host,
    struct err *e)
{
	const char *name = services[s].name;

	switch (status) {
	case REDIR_BUSY:
		return err_set(e, ERR_REFUSED, "%s: a %s session is already "
		    "open, and there can be one only; one that was cut off "
		    "ends by itself within a minute, \"wsamt sessions\" "
		    "shows whose it is, \"wsamt sessions end %s\" ends it",
		    host, name, services[s].word);
	case REDIR_NO_SERVICE:
	case REDIR_DISABLED:
		return err_set(e, ERR_REFUSED, "%s: %s is disabled; %s", host,
		    name, services[s].remedy);
	case REDIR_CONSENT:
		return err_set(e, ERR_REFUSED, "%s: %s needs the consent of "
		    "whoever sits in front of the machine; \"wsamt consent "
		    "start\" asks for it", host, name);
	default:
		return err_set(e, ERR_REFUSED, "%s refused %s with status %u, "
		    "which says no more; \"wsamt sol\" and \"wsamt "
		    "redirport\" show what is enabled", host, name, status);
	}
}

/* ---- login messages --------------------------------------------------- */

/* length[1] text */
static void
field(struct wr *w, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;

	if (n > REDIR_FIELD_MAX) {
		w->bad = true;
		return;
	}
	wr_u8(w, (uint8_t)n);
	wr_bytes(w, text != NULL ? text : "", n);
}

/* type reserved[3] method length[4] fields; method 3 has no qop field */
void
redir_auth_encode(struct wr *w, const struct redir_auth *m)
{
	const char *const fields[] = { m->user, m->realm, m->nonce, m->uri,
		m->cnonce, m->nc, m->response, m->qop };
	size_t n = m->method == REDIR_DIGEST ? 8 :
	    m->method == REDIR_DIGEST_NO_QOP ? 7 : 0;
	size_t i, hole;

	wr_u8(w, REDIR_AUTH);
	wr_zero(w, 3);
	wr_u8(w, m->method);
	hole = w->len;
	wr_le32(w, 0);
	for (i = 0; i < n; i++)
		field(w, fields[i]);
	wr_patch_le32(w, hole, (uint32_t)(w->len - hole - 4));
}

/* type status reserved[2] method length[4] data */
int
redir_auth_reply_decode(struct rd *r, struct redir_auth_reply *m,
    struct err *e)
{
	struct redir_auth_reply got = { 0 };
	uint8_t type = rd_u8(r);

	got.status = rd_u8(r);
	rd_bytes(r, 2);
	got.method = rd_u8(r);
	got.len = rd_le32(r);
	got.data = rd_bytes(r, got.len);
	if (!rd_end(r) || type != REDIR_AUTH_REPLY)
		return err_set(e, ERR_PROTO, "malformed login reply");
	*m = got;
	return 0;
}

/* A field as text; a NUL would make what we hash shorter than what came. */
static bool
field_text(struct rd *r, char out[REDIR_FIELD_MAX + 1])
{
	size_t n = rd_u8(r);
	const uint8_t *p = rd_bytes(r, n);

	if (p == NULL || memchr(p, '\0', n) != NULL)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

int
redir_challenge_decode(const struct redir_auth_reply *m,
    struct redir_challenge *c, struct err *e)
{
	struct redir_challenge got = { "", "", "" };
	struct rd r;

	rd_init(&r, m->data, m->len);
	if (!field_text(&r, got.realm) || !field_text(&r, got.nonce) ||
	    (m->method == REDIR_DIGEST && !field_text(&r, got.qop)) ||
	    !rd_end(&r))
		return err_set(e, ERR_PROTO, "malformed login challenge");
	*c = got;
	return 0;
}

/* ---- the login -------------------------------------------------------- */

static int
send_auth(const struct redir_login *l, const struct redir_auth *m,
    struct buf *out, struct err *e)
{
	uint8_t message[9 + 8 * (REDIR_FIELD_MAX + 1)];
	struct wr w;
	int rc;

	wr_init(&w, message, sizeof message);
	redir_auth_encode(&w, m);
	if (w.bad)
		return err_set(e, ERR_USAGE, "%s: the user name is longer "
		    "than the %d bytes a login can hold", l->host,
		    REDIR_FIELD_MAX);
	rc = buf_add(out, w.buf, w.len, e);
	explicit_bzero(message, sizeof message);
	return rc;
}

int
redir_login_begin(struct redir_login *l, struct buf *out, struct err *e)
{
	uint8_t message[REDIR_START_LEN];
	struct wr w;

	l->state = REDIR_LOGIN_START;
	wr_init(&w, message, sizeof message);
	redir_start_encode(&w, l->service);
	return buf_add(out, w.buf, w.len, e);
}

static int
out_of_order(const struct redir_login *l, struct err *e)
{
	return err_set(e, ERR_PROTO, "%s sent something else than %s",
	    l->host, redir_login_waits_for(l));
}

static int
on_start_reply(struct redir_login *l, struct rd *r, struct buf *out,
    struct err *e)
{
	if (l->state != REDIR_LOGIN_START)
		return out_of_order(l, e);
	if (redir_start_reply_decode(r, &l->device, e) == -1)
		return err_ctx(e, "%s", l->host);
	if (l->device.status != REDIR_OK)
		return redir_start_error(l->service, l->device.status,
		    l->host, e);
	l->state = REDIR_LOGIN_QUERY;
	return send_auth(l, &(struct redir_auth){ .method = REDIR_QUERY },
	    out, e);
}

static int
no_digest(const struct redir_login *l, const struct redir_auth_reply *m,
    struct err *e)
{
	if (m->len > 0 && memchr(m->data, REDIR_CLEAR, m->len) != NULL)
		return err_set(e, ERR_TRUST, "%s wants the password in clear "
		    "text, where everybody on the way could read it, so it "
		    "was not sent; update the AMT firmware to a version that "
		    "knows the digest login", l->host);
	if (m->len > 0 && memchr(m->data, REDIR_KERBEROS, m->len) != NULL)
		return err_set(e, ERR_TRUST, "%s offers the Kerberos login "
		    "only, which is not supported; create a digest user",
		    l->host);
	return err_set(e, ERR_TRUST, "%s offers no login that we know; this "
	    "needs the digest login", l->host);
}

/* The list of methods: a byte each. */
static int
on_methods(struct redir_login *l, const struct redir_auth_reply *m,
    struct buf *out, struct err *e)
{
	struct redir_auth first = { .user = l->user, .uri = URI };

	if (m->method != REDIR_QUERY || m->status != REDIR_AUTH_OK)
		return err_set(e, ERR_PROTO, "%s does not say which logins "
		    "it knows", l->host);
	if (m->len > 0 && memchr(m->data, REDIR_DIGEST, m->len) != NULL)
		l->method = REDIR_DIGEST;
	else if (m->len > 0 &&
	    memchr(m->data, REDIR_DIGEST_NO_QOP, m->len) != NULL)
		l->method = REDIR_DIGEST_NO_QOP;
	else
		return no_digest(l, m, e);
	first.method = l->method;
	l->state = REDIR_LOGIN_ASKED;
	return send_auth(l, &first, out, e);
}

static int
wrong_password(const struct redir_login *l, struct err *e)
{
	return err_set(e, ERR_TRUST, "%s refused the login of user %s: wrong "
	    "user name or password, or a user without the redirection realm",
	    l->host, l->user);
}

static int
on_challenge(struct redir_login *l, const struct redir_auth_reply *m,
    struct buf *out, struct err *e)
{
	struct redir_challenge c;
	char response[DIGEST_HEX + 1];
	struct redir_auth answer = { .method = l->method, .user = l->user,
		.realm = c.realm, .nonce = c.nonce, .uri = URI,
		.cnonce = l->cnonce, .nc = NC, .response = response,
		.qop = c.qop };
	struct digest_input in = { .user = l->user, .realm = c.realm,
		.password = l->password, .nonce = c.nonce, .method = "POST",
		.uri = URI, .nc = NC, .cnonce = l->cnonce,
		.qop = l->method == REDIR_DIGEST ? c.qop : NULL };

	if (m->len == 0)
		return wrong_password(l, e);	/* no such user */
	if (redir_challenge_decode(m, &c, e) == -1)
		return err_ctx(e, "%s", l->host);
	/* Empty is answered as other clients do: hashed as empty text. */
	if (l->method == REDIR_DIGEST && c.qop[0] != '\0' &&
	    strcmp(c.qop, "auth") != 0)
		return err_set(e, ERR_PROTO, "%s wants digest with qop "
		    "\"%.40s\", which the redirection protocol does not have",
		    l->host, c.qop);
	if (digest_response(response, &in, e) == -1)
		return err_ctx(e, "%s: login", l->host);
	l->state = REDIR_LOGIN_ANSWERED;
	return send_auth(l, &answer, out, e);
}

static int
on_auth_reply(struct redir_login *l, struct rd *r, struct buf *out,
    struct err *e)
{
	struct redir_auth_reply m;

	if (l->state == REDIR_LOGIN_START)
		return out_of_order(l, e);
	if (redir_auth_reply_decode(r, &m, e) == -1)
		return err_ctx(e, "%s", l->host);
	if (l->state == REDIR_LOGIN_QUERY)
		return on_methods(l, &m, out, e);
	if (m.method != l->method)
		return out_of_order(l, e);
	if (m.status == REDIR_AUTH_NO_METHOD)
		return err_set(e, ERR_PROTO, "%s listed the digest login, "
		    "then said that it does not support it", l->host);
	if (l->state == REDIR_LOGIN_ASKED)
		return m.status == REDIR_AUTH_CHALLENGE ?
		    on_challenge(l, &m, out, e) : out_of_order(l, e);
	/* A second challenge means the same: never answer it. */
	if (m.status != REDIR_AUTH_OK)
		return wrong_password(l, e);
	l->state = REDIR_LOGIN_DONE;
	return 0;
}

static int
not_redirection(const struct redir_login *l, const struct buf *in,
    struct err *e)
{
	if (!l->tls && is_tls_record(in->data, in->len))
		return err_set(e, ERR_PROTO, "%s answered in TLS; give "
		    "--tls, and --pin, --tofu or -c to know it by", l->host);
	return err_set(e, ERR_PROTO, "%s does not speak the redirection "
	    "protocol (its answer begins with 0x%02x); is this the port of "
	    "an AMT machine?", l->host, in->data[0]);
}

int
redir_login_step(struct redir_login *l, struct buf *in, struct buf *out,
    struct err *e)
{
	struct rd r;
	int n, rc;

	while (l->state != REDIR_LOGIN_DONE) {
		n = redir_frame(l->service, REDIR_DEVICE, in->data, in->len);
		if (n == 0)
			return 0;
		if (n == -1 && in->data[0] == REDIR_AUTH_REPLY)
			return err_set(e, ERR_PROTO, "%s declared a login "
			    "reply of more than %d bytes", l->host,
			    REDIR_AUTH_MAX);
		if (n == -1)
			return not_redirection(l, in, e);
		rd_init(&r, in->data, (size_t)n);
		switch (in->data[0]) {
		case REDIR_START_REPLY:
			rc = on_start_reply(l, &r, out, e);
			break;
		case REDIR_AUTH_REPLY:
			rc = on_auth_reply(l, &r, out, e);
			break;
		case REDIR_RELAY_NOTE:
			rc = 0;
			break;
		default:
			rc = out_of_order(l, e);
		}
		buf_drop(in, (size_t)n);
		if (rc == -1)
			return -1;
	}
	return 1;
}

int
redir_login_closed(const struct redir_login *l, const struct buf *in,
    struct err *e)
{
	/* Some say why in fewer bytes than they should. */
	if (l->state == REDIR_LOGIN_START && in->len >= 2 &&
	    in->data[0] == REDIR_START_REPLY && in->data[1] != REDIR_OK)
		return redir_start_error(l->service, in->data[1], l->host, e);
	return err_set(e, ERR_NET, "%s closed the connection instead of "
	    "sending %s%s", l->host, redir_login_waits_for(l),
	    l->state == REDIR_LOGIN_START && in->len == 0 && !l->tls ?
	    "; if this is a TLS port, give --tls" : "");
}

const char *
redir_login_waits_for(const struct redir_login *l)
{
	static const char *const texts[] = {
		[REDIR_LOGIN_START] = "its answer to the session start",
		[REDIR_LOGIN_QUERY] = "the list of logins it knows",
		[REDIR_LOGIN_ASKED] = "a login challenge",
		[REDIR_LOGIN_ANSWERED] = "the outcome of the login",
		[REDIR_LOGIN_DONE] = "anything more",
	};

	return texts[l->state];
}
