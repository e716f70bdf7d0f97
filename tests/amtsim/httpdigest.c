/* SPDX-License-Identifier: MIT */
/*
 * HTTP digest login, the device's half (RFC 2617 with qop auth and
 * auth-int, MD5; the WS-Man reference's table of firmware facts: quoted
 * stale, no opaque, no algorithm, nonces of 32 base64 characters).  Any nc
 * is taken, as firmware takes it, but one that does not grow is reported.
 * Leaves out: domain, session algorithms, Authentication-Info, Negotiate.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "httpdigest.h"
#include "model.h"
#include "sim.h"

#define FIELD_MAX 256

enum field { F_USERNAME, F_REALM, F_NONCE, F_URI, F_QOP, F_NC, F_CNONCE,
    F_RESPONSE, F_ALGORITHM, FIELDS };

static const char *const field_names[FIELDS] = { "username", "realm", "nonce",
    "uri", "qop", "nc", "cnonce", "response", "algorithm" };

struct answer {
	char text[FIELDS][FIELD_MAX];
	bool given[FIELDS];
};

static void
hex(const uint8_t *p, size_t n, char *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
}

/* MD5 of strings joined by colons; the list ends in NULL. */
static void
md5_joined(char out[33], const char *first, ...)
{
	gnutls_hash_hd_t h;
	uint8_t d[16];
	const char *s;
	va_list ap;

	if (gnutls_hash_init(&h, GNUTLS_DIG_MD5) != 0)
		abort();		/* a build without MD5 is of no use */
	gnutls_hash(h, first, strlen(first));
	va_start(ap, first);
	while ((s = va_arg(ap, const char *)) != NULL) {
		gnutls_hash(h, ":", 1);
		gnutls_hash(h, s, strlen(s));
	}
	va_end(ap);
	gnutls_hash_deinit(h, d);
	hex(d, sizeof d, out);
}

/* One value, quoted or bare; NULL at a broken or over-long one. */
static const char *
take_value(const char *p, char out[FIELD_MAX])
{
	bool quoted = *p == '"';
	size_t n = 0;

	if (quoted)
		p++;
	while (*p != '\0' && (quoted ? *p != '"' : strchr(", \t", *p) == NULL)) {
		if (quoted && *p == '\\' && p[1] != '\0')
			p++;
		if (n == FIELD_MAX - 1)
			return NULL;
		out[n++] = *p++;
	}
	out[n] = '\0';
	if (quoted && *p++ != '"')
		return NULL;
	return p;
}

/* "Digest name=value, ..."; unknown names are skipped, a second one of a
 * known name is refused. */
static int
parse(const char *p, struct answer *a)
{
	char value[FIELD_MAX];
	size_t n, i;

	memset(a, 0, sizeof *a);
	if (strncasecmp(p, "Digest ", 7) != 0)
		return -1;
	for (p += 7;;) {
		p += strspn(p, ", \t");
		if (*p == '\0')
			return 0;
		n = strcspn(p, "=, \t");
		if (p[n] != '=')
			return -1;
		for (i = 0; i < FIELDS; i++)
			if (strlen(field_names[i]) == n &&
			    strncasecmp(p, field_names[i], n) == 0)
				break;
		p = take_value(p + n + 1, value);
		if (p == NULL || (i < FIELDS && a->given[i]))
			return -1;
		if (i < FIELDS) {
			a->given[i] = true;
			memcpy(a->text[i], value, sizeof value);
		}
	}
}

static bool
listed(const char *word, const char *list)
{
	size_t n = strlen(word);

	for (; *list != '\0'; list += strspn(list, ", ")) {
		size_t m = strcspn(list, ", ");

		if (n == m && memcmp(word, list, n) == 0)
			return true;
		list += m;
	}
	return false;
}

static const char *
malformed(const struct answer *a, const struct digest_request *q,
    const char *realm)
{
	static const enum field needed[] = { F_USERNAME, F_REALM, F_NONCE,
	    F_URI, F_QOP, F_NC, F_CNONCE, F_RESPONSE };
	size_t i;

	for (i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!a->given[needed[i]])
			return "a field of the digest answer is missing";
	if (a->given[F_ALGORITHM] && strcasecmp(a->text[F_ALGORITHM], "MD5") != 0)
		return "digest algorithm is not MD5";
	if (strcmp(a->text[F_REALM], realm) != 0)
		return "digest realm is not this device's";
	if (strcmp(a->text[F_URI], q->target) != 0)
		return "digest uri differs from the request line";
	if (!listed(a->text[F_QOP], q->qops))
		return "digest qop was not offered";
	if (strlen(a->text[F_NC]) != 8 ||
	    strspn(a->text[F_NC], "0123456789abcdefABCDEF") != 8)
		return "digest nc is not eight hex digits";
	if (a->text[F_CNONCE][0] == '\0')
		return "digest cnonce is empty";
	return NULL;
}

static bool
response_right(const struct answer *a, const struct digest_request *q,
    const char *ha1)
{
	char ha2[33], body[33], want[33];
	uint8_t d[16];

	if (strcmp(a->text[F_QOP], "auth-int") == 0) {
		if (gnutls_hash_fast(GNUTLS_DIG_MD5, q->body, q->body_len, d) != 0)
			abort();
		hex(d, sizeof d, body);
		md5_joined(ha2, q->method, a->text[F_URI], body, NULL);
	} else {
		md5_joined(ha2, q->method, a->text[F_URI], NULL);
	}
	md5_joined(want, ha1, a->text[F_NONCE], a->text[F_NC],
	    a->text[F_CNONCE], a->text[F_QOP], ha2, NULL);
	return strcmp(want, a->text[F_RESPONSE]) == 0;
}

static struct nonce *
find_nonce(struct nonces *ns, const char *text)
{
	size_t i;

	for (i = 0; i < NONCES_MAX; i++)
		if (ns->slot[i].text[0] != '\0' &&
		    strcmp(ns->slot[i].text, text) == 0)
			return &ns->slot[i];
	return NULL;
}

enum digest_verdict
digest_judge(struct nonces *ns, struct sim *sim,
    const struct digest_request *q, struct user **who, const char **why)
{
	struct answer a;
	struct nonce *n;
	uint32_t nc;

	*who = NULL;
	*why = NULL;
	if (q->authorization == NULL)
		return DIGEST_ABSENT;
	if (parse(q->authorization, &a) == -1) {
		*why = "the Authorization header is not a digest answer";
		return DIGEST_MALFORMED;
	}
	*who = model_user(&sim->model, a.text[F_USERNAME]);
	*why = malformed(&a, q, sim->model.digest_realm);
	if (*why != NULL)
		return DIGEST_MALFORMED;
	if (*who == NULL || !response_right(&a, q, (*who)->ha1))
		return DIGEST_WRONG;
	if (!user_enters(*who, q->local))
		return DIGEST_WRONG;
	n = find_nonce(ns, a.text[F_NONCE]);
	if (n == NULL)
		return DIGEST_STALE;
	nc = (uint32_t)strtoul(a.text[F_NC], NULL, 16);
	if (nc <= n->nc)
		*why = "digest nc did not grow";
	else
		n->nc = nc;
	return DIGEST_OK;
}

/* 24 bytes: 4 at random, a counter of 8, 12 at random. */
static void
new_nonce(struct nonces *ns, struct sim *sim, char out[NONCE_TEXT + 1])
{
	uint8_t raw[24];
	gnutls_datum_t bin = { raw, sizeof raw }, text;
	size_t i;

	sim_random(sim, raw, sizeof raw);
	ns->issued++;
	for (i = 0; i < 8; i++)
		raw[4 + i] = (uint8_t)(ns->issued >> (8 * i));
	if (gnutls_base64_encode2(&bin, &text) != 0)
		abort();
	memcpy(out, text.data, NONCE_TEXT);
	out[NONCE_TEXT] = '\0';
	gnutls_free(text.data);
}

void
digest_challenge(struct nonces *ns, struct sim *sim, const char *qops,
    bool stale, char out[256])
{
	struct nonce *n = &ns->slot[ns->next];

	ns->next = (ns->next + 1) % NONCES_MAX;
	new_nonce(ns, sim, n->text);
	n->nc = 0;
	snprintf(out, 256, "Digest realm=\"%s\", nonce=\"%s\",stale=\"%s\","
	    "qop=\"%s\"", sim->model.digest_realm, n->text, stale ? "true" : "false", qops);
}

void
digest_forget(struct nonces *ns)
{
	memset(ns->slot, 0, sizeof ns->slot);
}
