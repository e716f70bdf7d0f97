/* SPDX-License-Identifier: MIT */
/*
 * The redirection login.  Redirection protocol: authentication frames,
 * digest computation, state machine.  The digest is computed over what the
 * client sent (uri, nc, cnonce, qop); realm and nonce must be those of the
 * challenge on this connection.  A rejected login gets status 1 without a
 * new challenge, and the connection is closed.
 */
#include <string.h>

#include <gnutls/crypto.h>

#include "lib/err.h"
#include "redir.h"

#define FIELDS_MAX 8

enum { QUERY = 0, CLEAR = 1, DIGEST_OLD = 3, DIGEST = 4 };
enum { GOOD = 0, BAD = 1, UNSUPPORTED = 2 };
/* Fields of a digest message, in order. */
enum { USER, REALM, NONCE, URI, CNONCE, NC, RESPONSE, QOP };

struct field { const char *p; size_t len; };

static void
reply(struct redir *r, uint8_t status, uint8_t method, const void *payload,
    size_t n)
{
	uint8_t m[9 + 256] = { 0x14, status, 0, 0, method };
	size_t len = (size_t)fault_value(r->sim, "auth-length", (long)n);
	size_t i;

	for (i = 0; i < 4; i++)
		m[5 + i] = (uint8_t)(len >> 8 * i);
	if (n > 0)
		memcpy(m + 9, payload, n);
	redir_send(r, m, 9 + n);
}

/* The methods this device offers; returns how many. */
static size_t
offered(const struct redir *r, uint8_t out[4])
{
	const struct profile *p = r->sim->model.profile;
	long only = fault_value(r->sim, "auth-only", -1);
	size_t n = 0;

	if (only >= 0) {
		out[n++] = (uint8_t)only;
		return n;
	}
	if (p->clear_text_login)
		out[n++] = CLEAR;
	if (p->old_digest)
		out[n++] = DIGEST_OLD;
	out[n++] = DIGEST;
	return n;
}

/* Exactly want fields of one length byte and that many bytes. */
static bool
split(const uint8_t *p, size_t n, struct field *out, size_t want)
{
	size_t i;

	for (i = 0; i < want; i++) {
		if (n < 1 || (size_t)p[0] + 1 > n)
			return false;
		out[i].len = p[0];
		out[i].p = (const char *)p + 1;
		n -= (size_t)p[0] + 1;
		p += (size_t)p[0] + 1;
	}
	return n == 0;
}

static bool
same(const struct field *f, const char *text)
{
	return f->len == strlen(text) && memcmp(f->p, text, f->len) == 0;
}

static size_t
put_field(uint8_t *p, const char *text)
{
	size_t n = strlen(text);

	p[0] = (uint8_t)n;
	memcpy(p + 1, text, n);
	return n + 1;
}

static void
challenge(struct redir *r, uint8_t method)
{
	bool null_qop = fault_value(r->sim, "null-qop", 0) != 0;
	uint8_t m[128];
	size_t n;

	sim_random_hex(r->sim, r->nonce, 32);
	r->challenged = method;
	n = put_field(m, r->sim->model.digest_realm);
	n += put_field(m + n, r->nonce);
	if (method == DIGEST)
		n += put_field(m + n, null_qop ? "" : "auth");
	reply(r, BAD, method, m, n);
}

static void
md5_hex(const struct field *parts, size_t n, char out[33])
{
	gnutls_hash_hd_t h;
	uint8_t digest[16];
	size_t i;

	out[0] = '\0';
	if (gnutls_hash_init(&h, GNUTLS_DIG_MD5) < 0)
		return;
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)gnutls_hash(h, ":", 1);
		(void)gnutls_hash(h, parts[i].p, parts[i].len);
	}
	gnutls_hash_deinit(h, digest);
	for (i = 0; i < sizeof digest; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* Same hex digits, in the same time wherever they differ. */
static bool
same_digest(const struct field *f, const char *hex)
{
	unsigned differ = 0;
	size_t i;
	char c;

	if (f->len != 32 || strlen(hex) != 32)
		return false;
	for (i = 0; i < 32; i++) {
		c = f->p[i];
		if (c >= 'A' && c <= 'F')
			c = (char)(c + 'a' - 'A');
		differ |= (unsigned)(c ^ hex[i]);
	}
	return differ == 0;
}

static bool
digest_good(const struct user *u, const struct field *f, uint8_t method)
{
	char ha2[33], want[33];
	const struct field ha2_parts[] = { { "POST", 4 }, f[URI] };
	const struct field ha1 = { u->ha1, 32 }, hashed = { ha2, 32 };
	const struct field old[] = { ha1, f[NONCE], hashed };
	const struct field full[] = { ha1, f[NONCE], f[NC], f[CNONCE],
	    f[QOP], hashed };

	md5_hex(ha2_parts, 2, ha2);
	if (method == DIGEST)
		md5_hex(full, 6, want);
	else
		md5_hex(old, 3, want);
	return same_digest(&f[RESPONSE], want);
}

static struct user *
find_user(const struct redir *r, const struct field *name)
{
	char text[USER_NAME_MAX + 1];

	if (name->len > USER_NAME_MAX || memchr(name->p, 0, name->len))
		return NULL;
	memcpy(text, name->p, name->len);
	text[name->len] = '\0';
	return model_user(&r->sim->model, text);
}

static void
verdict(struct redir *r, uint8_t method, const struct user *u, bool good)
{
	uint8_t status = BAD;

	if (good && user_may(u, REALM_REDIRECTION) &&
	    user_enters(u, door_is_local(r->c)))
		status = GOOD;
	if (redir_misbehaves(r, STAGE_LOGIN))
		return;
	if (fault_take(r->sim, "auth-loop")) {
		challenge(r, method);
		return;
	}
	status = (uint8_t)fault_value(r->sim, "auth-status", status);
	reply(r, status, method, NULL, 0);
	if (status != GOOD) {
		redir_end(r, true);
		return;
	}
	if (u != NULL)
		memcpy(r->user, u->name, sizeof r->user);
	r->state = LOGGED_IN;
	r->sim->counters[DOOR_REDIRECTION].logins++;
}

static int
clear_text(struct redir *r, const uint8_t *p, size_t n, struct err *e)
{
	struct field f[2];
	struct user *u;
	char ha1[33];
	bool good;

	if (!split(p, n, f, 2))
		return err_set(e, ERR_PROTO, "malformed user and password");
	u = find_user(r, &f[0]);
	if (u != NULL)
		model_ha1(&r->sim->model, u->name, f[1].p, f[1].len, ha1);
	good = u != NULL && memcmp(ha1, u->ha1, 32) == 0;
	verdict(r, CLEAR, u, good);
	return 0;
}

static int
digest(struct redir *r, uint8_t method, const uint8_t *p, size_t n,
    struct err *e)
{
	struct field f[FIELDS_MAX] = { { "", 0 } };
	struct user *u;
	bool ours;

	if (!split(p, n, f, method == DIGEST ? 8 : 7))
		return err_set(e, ERR_PROTO, "malformed digest fields");
	if (f[RESPONSE].len == 0) {
		if (f[NONCE].len > 0)
			sim_violation(r->sim, "redirection", "%s: a nonce "
			    "without a response", door_peer(r->c));
		if (!redir_misbehaves(r, STAGE_CHALLENGE))
			challenge(r, method);
		return 0;
	}
	ours = r->challenged == method && same(&f[NONCE], r->nonce) &&
	    same(&f[REALM], r->sim->model.digest_realm);
	if (!ours)
		sim_violation(r->sim, "redirection", "%s: realm or nonce is "
		    "not that of the challenge", door_peer(r->c));
	u = find_user(r, &f[USER]);
	verdict(r, method, u, ours && u != NULL &&
	    digest_good(u, f, method));
	return 0;
}

int
login_message(struct redir *r, const uint8_t *p, size_t n, struct err *e)
{
	uint8_t methods[4], method = p[4];
	size_t count = offered(r, methods);

	if (method == QUERY) {
		if (!redir_misbehaves(r, STAGE_QUERY))
			reply(r, GOOD, QUERY, methods, count);
		return 0;
	}
	if (memchr(methods, method, count) == NULL) {
		reply(r, UNSUPPORTED, method, NULL, 0);
		return 0;
	}
	if (method == CLEAR)
		return clear_text(r, p + 9, n - 9, e);
	if (method == DIGEST || method == DIGEST_OLD)
		return digest(r, method, p + 9, n - 9, e);
	reply(r, UNSUPPORTED, method, NULL, 0);	/* offered by a fault */
	return 0;
}
