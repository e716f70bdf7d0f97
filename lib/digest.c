/* SPDX-License-Identifier: MIT */
/* Digest access authentication: see digest.h.  RFC 2617 section 3. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "lib/digest.h"
#include "lib/err.h"

static const char hex_digits[] = "0123456789abcdef";

static void
hex(char *out, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = hex_digits[p[i] >> 4];
		*out++ = hex_digits[p[i] & 15];
	}
	*out = '\0';
}

void
digest_cnonce(char out[DIGEST_HEX + 1], const uint8_t random[DIGEST_RANDOM])
{
	hex(out, random, DIGEST_RANDOM);
}

/* ---- the challenge ---------------------------------------------------- */

struct text { const char *p, *end; };

/* One challenge while it is read. */
struct candidate {
	struct digest_challenge c;
	bool digest, realm, nonce, other_algorithm, bad;
};

static void
skip(struct text *t, const char *what)
{
	while (t->p < t->end && *t->p != '\0' && strchr(what, *t->p) != NULL)
		t->p++;
}

/* A run of anything that does not end a word; wider than a token. */
static struct text
word(struct text *t, const char *stops)
{
	struct text w = { t->p, t->p };

	while (t->p < t->end && *t->p != '\0' && strchr(stops, *t->p) == NULL)
		t->p++;
	w.end = t->p;
	return w;
}

/*
 * A value, quoted or not, into out, without its quotes and backslashes.
 * -1: no end, too long, or a character that no header may hold.
 */
static int
value(struct text *t, char out[DIGEST_TEXT_MAX + 1])
{
	bool quoted = t->p < t->end && *t->p == '"';
	size_t n = 0;

	for (t->p += quoted; t->p < t->end; t->p++) {
		if (quoted ? *t->p == '"' : strchr(" \t,", *t->p) != NULL)
			break;
		if (quoted && *t->p == '\\' && ++t->p == t->end)
			return -1;
		if ((unsigned char)*t->p < 0x20 || *t->p == 0x7f ||
		    n == DIGEST_TEXT_MAX)
			return -1;
		out[n++] = *t->p;
	}
	out[n] = '\0';
	if (!quoted)
		return 0;
	return t->p < t->end && *t->p++ == '"' ? 0 : -1;
}

static bool
is_word(struct text w, const char *name)
{
	return (size_t)(w.end - w.p) == strlen(name) &&
	    strncasecmp(w.p, name, strlen(name)) == 0;
}

static unsigned
qop_bits(const char *list)
{
	struct text t = { list, list + strlen(list) }, w;
	unsigned bits = 0;

	for (;;) {
		skip(&t, " \t,");
		if (t.p == t.end)
			return bits;
		w = word(&t, " \t,");
		if (is_word(w, "auth"))
			bits |= DIGEST_AUTH;
		else if (is_word(w, "auth-int"))
			bits |= DIGEST_AUTH_INT;
	}
}

static void
parameter(struct candidate *k, struct text name, const char *v)
{
	if (is_word(name, "realm")) {
		k->bad |= k->realm;	/* twice: which one was hashed? */
		k->realm = true;
		strcpy(k->c.realm, v);	/* all of one size, DIGEST_TEXT_MAX */
	} else if (is_word(name, "nonce")) {
		k->bad |= k->nonce;
		k->nonce = true;
		strcpy(k->c.nonce, v);
	} else if (is_word(name, "opaque")) {
		k->c.has_opaque = true;
		strcpy(k->c.opaque, v);
	} else if (is_word(name, "stale")) {
		k->c.stale = strcasecmp(v, "true") == 0;
	} else if (is_word(name, "algorithm")) {
		k->c.algorithm = true;
		k->other_algorithm = strcasecmp(v, "MD5") != 0;
	} else if (is_word(name, "qop")) {
		k->c.qop |= qop_bits(v);
		/* Only such as we do not know: cannot be answered. */
		k->bad |= k->c.qop == 0 && v[0] != '\0';
	}
}

static bool
usable(const struct candidate *k)
{
	return k->digest && k->realm && k->nonce && !k->other_algorithm &&
	    !k->bad;
}

int
digest_challenge_parse(struct digest_challenge *c, const char *p, size_t len,
    struct err *e)
{
	struct candidate k = { .digest = false };
	struct text t = { p, p + len }, name;
	char v[DIGEST_TEXT_MAX + 1];

	if (len > DIGEST_CHALLENGE_MAX)
		return err_set(e, ERR_PROTO, "the login challenge is longer "
		    "than %d bytes", DIGEST_CHALLENGE_MAX);
	for (;;) {
		skip(&t, " \t,");
		name = word(&t, " \t,=\"");
		if (name.p == name.end)
			break;		/* the end, or nonsense */
		skip(&t, " \t");
		if (t.p < t.end && *t.p == '=') {
			t.p++;
			skip(&t, " \t");
			if (value(&t, v) == -1) {
				k.bad = true;
				break;
			}
			parameter(&k, name, v);
		} else if (usable(&k)) {
			break;		/* the next one begins */
		} else {
			memset(&k, 0, sizeof k);
			k.digest = is_word(name, "Digest");
		}
	}
	if (!usable(&k))
		return err_set(e, ERR_PROTO, "the login challenge holds no "
		    "usable MD5 digest");
	*c = k.c;
	return 0;
}

/* ---- the response ----------------------------------------------------- */

/*
 * MD5 of texts (ends in NULL) with colons between, as hex.  Hashed piece by
 * piece: no copy of a password is made.
 */
static int
md5_joined(char out[DIGEST_HEX + 1], const char *const texts[], struct err *e)
{
	uint8_t sum[16];
	gnutls_hash_hd_t h;
	size_t i;
	int rc;

	if ((rc = gnutls_hash_init(&h, GNUTLS_DIG_MD5)) < 0)
		goto fail;
	for (i = 0; rc >= 0 && texts[i] != NULL; i++) {
		if (i > 0)
			rc = gnutls_hash(h, ":", 1);
		if (rc >= 0)
			rc = gnutls_hash(h, texts[i], strlen(texts[i]));
	}
	gnutls_hash_deinit(h, sum);
	if (rc >= 0) {
		hex(out, sum, sizeof sum);
		explicit_bzero(sum, sizeof sum);
		return 0;
	}
 fail:
	return err_set(e, ERR_LOCAL, "computing MD5: %s", gnutls_strerror(rc));
}

static int
md5_body(char out[DIGEST_HEX + 1], const struct digest_input *in,
    struct err *e)
{
	uint8_t sum[16];
	int rc = gnutls_hash_fast(GNUTLS_DIG_MD5,
	    in->body_len > 0 ? in->body : "", in->body_len, sum);

	if (rc < 0)
		return err_set(e, ERR_LOCAL, "computing MD5: %s",
		    gnutls_strerror(rc));
	hex(out, sum, sizeof sum);
	return 0;
}

int
digest_response(char out[DIGEST_HEX + 1], const struct digest_input *in,
    struct err *e)
{
	bool whole = in->qop != NULL && strcmp(in->qop, "auth-int") == 0;
	char ha1[DIGEST_HEX + 1], ha2[DIGEST_HEX + 1], body[DIGEST_HEX + 1];
	const char *const a1[] = { in->user, in->realm, in->password, NULL };
	const char *const a2[] = { in->method, in->uri, whole ? body : NULL,
	    NULL };
	const char *const with_qop[] = { ha1, in->nonce, in->nc, in->cnonce,
	    in->qop, ha2, NULL };
	const char *const without[] = { ha1, in->nonce, ha2, NULL };
	int rc = -1;

	if ((whole && md5_body(body, in, e) == -1) ||
	    md5_joined(ha1, a1, e) == -1 || md5_joined(ha2, a2, e) == -1)
		goto out;
	rc = md5_joined(out, in->qop != NULL ? with_qop : without, e);
 out:
	explicit_bzero(ha1, sizeof ha1);	/* as good as the password */
	return rc;
}

/* ---- the header ------------------------------------------------------- */

struct header { char *out; size_t len; bool bad; };

static void __attribute__((format(printf, 2, 3)))
add(struct header *h, const char *fmt, ...)
{
	size_t room = DIGEST_HEADER_MAX - h->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(h->out + h->len, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		h->bad = true;
	else
		h->len += (size_t)n;
}

static void
add_quoted(struct header *h, const char *name, const char *text)
{
	add(h, "%s=\"", name);
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			h->bad = true;
		add(h, "%s%c", *text == '"' || *text == '\\' ? "\\" : "",
		    *text);
	}
	add(h, "\"");
}

int
digest_authorization(char out[DIGEST_HEADER_MAX],
    const struct digest_challenge *c, const struct digest_request *q,
    struct err *e)
{
	const char *qop = c->qop & DIGEST_AUTH ? "auth" :
	    c->qop & DIGEST_AUTH_INT ? "auth-int" : NULL;
	struct header h = { .out = out };
	char nc[9], response[DIGEST_HEX + 1];
	struct digest_input in = { .user = q->user, .realm = c->realm,
		.password = q->password, .nonce = c->nonce,
		.method = q->method, .uri = q->uri, .qop = qop, .nc = nc,
		.cnonce = q->cnonce, .body = q->body,
		.body_len = q->body_len };

	(void)snprintf(nc, sizeof nc, "%08" PRIx32, q->nc);
	if (digest_response(response, &in, e) == -1)
		return -1;
	add_quoted(&h, "Digest username", q->user);
	add_quoted(&h, ", realm", c->realm);
	add_quoted(&h, ", nonce", c->nonce);
	add_quoted(&h, ", uri", q->uri);
	if (c->algorithm)
		add(&h, ", algorithm=MD5");
	if (qop != NULL) {
		add(&h, ", qop=%s, nc=%s", qop, nc);
		add_quoted(&h, ", cnonce", q->cnonce);
	}
	add_quoted(&h, ", response", response);
	if (c->has_opaque)
		add_quoted(&h, ", opaque", c->opaque);
	if (h.bad)
		return err_set(e, ERR_USAGE, "user name \"%.40s\" does not "
		    "fit into an HTTP header", q->user);
	return 0;
}
