/* SPDX-License-Identifier: MIT */
/*
 * Certificates and key pairs (WS-Man reference, certificate store; facts of
 * certificates): a certificate is at most 4100 bytes of DER, a key PKCS#1 of
 * at most 1210, RSA with exponent 65537.  A certificate for the device
 * needs its key to be there first, and somebody else's signature; only
 * those of authorities, for the chain, come without a key.
 */
#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>

#include "store.h"

#define CERT_BYTES_MAX 4100
#define KEY_BYTES_MAX 1210
#define ID_MAX 64			/* of a public key */

struct store *
store_new(void)
{
	return calloc(1, sizeof(struct store));
}

static int
blob_copy(struct blob *to, const void *p, size_t n)
{
	if ((to->data = malloc(n)) == NULL)
		return -1;
	memcpy(to->data, p, n);
	to->len = n;
	return 0;
}

void
store_remove_cert(struct store *s, size_t i)
{
	gnutls_x509_crt_deinit(s->certs[i].crt);
	free(s->certs[i].der.data);
	s->ncerts--;
	memmove(&s->certs[i], &s->certs[i + 1],
	    (s->ncerts - i) * sizeof s->certs[0]);
}

void
store_remove_key(struct store *s, size_t i)
{
	gnutls_x509_privkey_deinit(s->keys[i].key);
	free(s->keys[i].public.data);
	s->nkeys--;
	memmove(&s->keys[i], &s->keys[i + 1],
	    (s->nkeys - i) * sizeof s->keys[0]);
}

void
store_clear(struct store *s)
{
	while (s->ncerts > 0)
		store_remove_cert(s, s->ncerts - 1);
	while (s->nkeys > 0)
		store_remove_key(s, s->nkeys - 1);
	s->next_cert = s->next_key = 0;
}

void
store_free(struct store *s)
{
	if (s != NULL)
		store_clear(s);
	free(s);
}

const struct store_cert *
store_cert(const struct store *s, unsigned handle)
{
	size_t i;

	for (i = 0; i < s->ncerts; i++)
		if (s->certs[i].handle == handle)
			return &s->certs[i];
	return NULL;
}

const struct store_key *
store_key(const struct store *s, unsigned handle)
{
	size_t i;

	for (i = 0; i < s->nkeys; i++)
		if (s->keys[i].handle == handle)
			return &s->keys[i];
	return NULL;
}

/* ---- which key is whose --------------------------------------------- */

static bool
same_id(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
	return n == m && memcmp(a, b, n) == 0;
}

const struct store_key *
store_key_of(const struct store *s, const struct store_cert *c)
{
	uint8_t want[ID_MAX], have[ID_MAX];
	size_t n = sizeof want, m, i;

	if (gnutls_x509_crt_get_key_id(c->crt, 0, want, &n) < 0)
		return NULL;
	for (i = 0; i < s->nkeys; i++) {
		m = sizeof have;
		if (gnutls_x509_privkey_get_key_id(s->keys[i].key, 0, have,
		    &m) == 0 && same_id(want, n, have, m))
			return &s->keys[i];
	}
	return NULL;
}

/* ---- certificates ---------------------------------------------------- */

/* "C=..,O=..,CN=..": the last part of the name comes first. */
static void
name_text(gnutls_datum_t *dn, char out[STORE_NAME_MAX])
{
	size_t n = dn->size < STORE_NAME_MAX ? dn->size : STORE_NAME_MAX - 1;

	memcpy(out, dn->data, n);
	out[n] = '\0';
	gnutls_free(dn->data);
}

static bool
names(struct store_cert *c)
{
	gnutls_datum_t dn;

	if (gnutls_x509_crt_get_dn3(c->crt, &dn, 0) < 0)
		return false;
	name_text(&dn, c->subject);
	if (gnutls_x509_crt_get_issuer_dn3(c->crt, &dn, 0) < 0)
		return false;
	name_text(&dn, c->issuer);
	return true;
}

static bool
self_signed(const struct store_cert *c)
{
	return gnutls_x509_crt_check_issuer(c->crt, c->crt) != 0;
}

/* What the device wants of it; the key is not looked at for a root. */
static unsigned
cert_fits(const struct store *s, const struct store_cert *c, unsigned version)
{
	unsigned critical;

	if (c->root)
		return version < 11 && !self_signed(c) ? STORE_INVALID_CERT :
		    STORE_OK;
	if (gnutls_x509_crt_get_ca_status(c->crt, &critical) > 0)
		return STORE_OK;	/* an intermediate one */
	if (s->nkeys == 0)
		return STORE_MISSING_KEYS;
	if (store_key_of(s, c) == NULL)
		return STORE_KEY_MISMATCH;
	return self_signed(c) ? STORE_INVALID_CERT : STORE_OK;
}

static bool
have_cert(const struct store *s, const struct blob *der, bool root)
{
	size_t i;

	for (i = 0; i < s->ncerts; i++)
		if (s->certs[i].root == root && same_id(s->certs[i].der.data,
		    s->certs[i].der.len, der->data, der->len))
			return true;
	return false;
}

unsigned
store_add_cert(struct store *s, const struct blob *der, bool root,
    unsigned version, unsigned *handle)
{
	gnutls_datum_t d = { der->data, (unsigned)der->len };
	struct store_cert c = { .root = root };
	unsigned status = STORE_INVALID_CERT;

	if (gnutls_x509_crt_init(&c.crt) < 0)
		return STORE_INTERNAL;
	if (der->len <= CERT_BYTES_MAX &&
	    gnutls_x509_crt_import(c.crt, &d, GNUTLS_X509_FMT_DER) == 0 &&
	    names(&c))
		status = have_cert(s, der, root) ? STORE_DUPLICATE :
		    s->ncerts == STORE_MAX ? STORE_FULL :
		    cert_fits(s, &c, version);
	if (status == STORE_OK && blob_copy(&c.der, der->data, der->len) == -1)
		status = STORE_INTERNAL;
	if (status != STORE_OK) {
		gnutls_x509_crt_deinit(c.crt);
		return status;
	}
	*handle = c.handle = s->next_cert++;
	s->certs[s->ncerts++] = c;
	return STORE_OK;
}

/* ---- keys ------------------------------------------------------------ */

static size_t
der_length(uint8_t *out, size_t n)
{
	if (n < 0x80) {
		out[0] = (uint8_t)n;
		return 1;
	}
	if (n < 0x100) {
		out[0] = 0x81;
		out[1] = (uint8_t)n;
		return 2;
	}
	out[0] = 0x82;
	out[1] = (uint8_t)(n >> 8);
	out[2] = (uint8_t)n;
	return 3;
}

/* An INTEGER: unsigned, so a zero in front of a set top bit. */
static size_t
der_integer(uint8_t *out, const gnutls_datum_t *d)
{
	const uint8_t *p = d->data;
	size_t n = d->size, at = 1;
	bool zero;

	while (n > 1 && *p == 0) {
		p++;
		n--;
	}
	zero = (*p & 0x80) != 0;
	out[0] = 0x02;
	at += der_length(out + 1, n + zero);
	if (zero)
		out[at++] = 0;
	memcpy(out + at, p, n);
	return at + n;
}

/* SEQUENCE of modulus and exponent. */
static int
public_der(const gnutls_datum_t *m, const gnutls_datum_t *e, struct blob *out)
{
	uint8_t body[1100], all[1104] = { 0x30 };
	size_t n, head;

	if (m->size == 0 || m->size + e->size > sizeof body - 16)
		return -1;
	n = der_integer(body, m);
	n += der_integer(body + n, e);
	head = 1 + der_length(all + 1, n);
	memcpy(all + head, body, n);
	return blob_copy(out, all, head + n);
}

unsigned
store_keep_key(struct store *s, gnutls_x509_privkey_t key, unsigned *handle)
{
	gnutls_datum_t d[6] = { { NULL, 0 } };
	struct store_key k = { .key = key };
	uint8_t want[ID_MAX], have[ID_MAX];
	size_t n = sizeof want, m, i;
	unsigned status = STORE_OK;

	if (gnutls_x509_privkey_get_key_id(key, 0, want, &n) < 0)
		status = STORE_INVALID_KEY;
	for (i = 0; i < s->nkeys && status == STORE_OK; i++) {
		m = sizeof have;
		if (gnutls_x509_privkey_get_key_id(s->keys[i].key, 0, have,
		    &m) == 0 && same_id(want, n, have, m))
			status = STORE_DUPLICATE;
	}
	if (status == STORE_OK && s->nkeys == STORE_MAX)
		status = STORE_FULL;
	if (status == STORE_OK && (gnutls_x509_privkey_export_rsa_raw(key,
	    &d[0], &d[1], &d[2], &d[3], &d[4], &d[5]) < 0 ||
	    public_der(&d[0], &d[1], &k.public) == -1))
		status = STORE_INVALID_KEY;
	for (i = 0; i < 6; i++)
		gnutls_free(d[i].data);
	if (status != STORE_OK) {
		gnutls_x509_privkey_deinit(key);
		return status;
	}
	*handle = k.handle = s->next_key++;
	s->keys[s->nkeys++] = k;
	return STORE_OK;
}

/* PKCS#1 has the modulus behind the version; PKCS#8 an algorithm. */
static bool
is_pkcs1(const struct blob *b)
{
	return b->len > 8 && b->len <= KEY_BYTES_MAX && b->data[0] == 0x30 &&
	    b->data[1] == 0x82 && memcmp(b->data + 4, "\2\1\0\2", 4) == 0;
}

unsigned
store_add_key(struct store *s, const struct blob *der, unsigned *handle)
{
	gnutls_datum_t d = { der->data, (unsigned)der->len };
	gnutls_x509_privkey_t key;

	if (!is_pkcs1(der))
		return STORE_INVALID_KEY;
	if (gnutls_x509_privkey_init(&key) < 0)
		return STORE_INTERNAL;
	if (gnutls_x509_privkey_import(key, &d, GNUTLS_X509_FMT_DER) < 0 ||
	    gnutls_x509_privkey_verify_params(key) < 0) {
		gnutls_x509_privkey_deinit(key);
		return STORE_INVALID_KEY;
	}
	return store_keep_key(s, key, handle);
}

unsigned
store_generate(struct store *s, unsigned bits, unsigned version,
    unsigned *handle)
{
	gnutls_x509_privkey_t key;

	if (bits != 2048 && !(version < 11 && (bits == 1024 || bits == 1536)) &&
	    !(version >= 16 && bits == 3072))
		return STORE_UNSUPPORTED;
	if (s->nkeys == STORE_MAX)
		return STORE_FULL;
	if (gnutls_x509_privkey_init(&key) < 0)
		return STORE_INTERNAL;
	if (gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, bits, 0) < 0) {
		gnutls_x509_privkey_deinit(key);
		return STORE_INTERNAL;
	}
	return store_keep_key(s, key, handle);
}

/* ---- requests -------------------------------------------------------- */

struct der { const uint8_t *p, *value; size_t len, value_len; };

/* The element at p: its tag must be this one; -1: it is not. */
static int
der_take(const uint8_t *p, size_t n, uint8_t tag, struct der *out)
{
	size_t head = 2, len, k;

	if (n < 2 || p[0] != tag)
		return -1;
	len = p[1];
	if (len >= 0x80) {
		k = len & 0x7f;
		if (k == 0 || k > 2 || n < 2 + k)
			return -1;
		for (len = 0; head < 2 + k; head++)
			len = len << 8 | p[head];
	}
	if (len > n - head)
		return -1;
	*out = (struct der){ p, p + head, head + len, len };
	return 0;
}

/* CertificationRequest { info { version, subject, key, ... } ... } */
static int
request_parts(const struct blob *request, struct der *info, struct der *key)
{
	struct der all, part;
	const uint8_t *p;
	size_t n;

	if (der_take(request->data, request->len, 0x30, &all) == -1 ||
	    all.len != request->len ||
	    der_take(all.value, all.value_len, 0x30, info) == -1 ||
	    der_take(info->value, info->value_len, 0x02, &part) == -1)
		return -1;
	p = part.p + part.len;
	n = info->value_len - part.len;
	if (der_take(p, n, 0x30, &part) == -1)
		return -1;
	return der_take(p + part.len, n - part.len, 0x30, key);
}

static bool
is_key(const struct der *spki, const struct store_key *k)
{
	gnutls_datum_t d = { (void *)(uintptr_t)spki->p, (unsigned)spki->len };
	uint8_t a[ID_MAX], b[ID_MAX];
	size_t n = sizeof a, m = sizeof b;
	gnutls_pubkey_t pub;
	bool same;

	if (gnutls_pubkey_init(&pub) < 0)
		return false;
	same = gnutls_pubkey_import(pub, &d, GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls_pubkey_get_key_id(pub, 0, a, &n) == 0 &&
	    gnutls_x509_privkey_get_key_id(k->key, 0, b, &m) == 0 &&
	    same_id(a, n, b, m);
	gnutls_pubkey_deinit(pub);
	return same;
}

static unsigned
put_request(const struct der *info, gnutls_digest_algorithm_t hash,
    const gnutls_datum_t *signature, struct blob *out)
{
	/* sha..WithRSAEncryption, NULL */
	uint8_t algorithm[15] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
	    0x86, 0xf7, 0x0d, 0x01, 0x01, 0, 0x05, 0x00 };
	uint8_t bits[5] = { 0x03 };	/* BIT STRING, 0 bits unused */
	size_t head = 1 + der_length(bits + 1, signature->size + 1u) + 1;
	size_t body = info->len + sizeof algorithm + head + signature->size, n;
	uint8_t *p = malloc(body + 4);

	if (p == NULL)
		return STORE_INTERNAL;
	algorithm[12] = hash == GNUTLS_DIG_SHA1 ? 5 :
	    hash == GNUTLS_DIG_SHA256 ? 11 : 12;
	p[0] = 0x30;
	n = 1 + der_length(p + 1, body);
	memcpy(p + n, info->p, info->len);
	n += info->len;
	memcpy(p + n, algorithm, sizeof algorithm);
	n += sizeof algorithm;
	memcpy(p + n, bits, head);
	n += head;
	memcpy(p + n, signature->data, signature->size);
	*out = (struct blob){ p, n + signature->size };
	return STORE_OK;
}

unsigned
store_sign(const struct store_key *k, const struct blob *request,
    gnutls_digest_algorithm_t hash, struct blob *out)
{
	gnutls_datum_t data, signature = { NULL, 0 };
	gnutls_privkey_t key = NULL;
	struct der info, spki;
	unsigned status = STORE_INTERNAL;

	if (request_parts(request, &info, &spki) == -1)
		return STORE_INVALID_PARAMETER;
	if (!is_key(&spki, k))
		return STORE_KEY_MISMATCH;
	data.data = (void *)(uintptr_t)info.p;
	data.size = (unsigned)info.len;
	if (gnutls_privkey_init(&key) == 0 &&
	    gnutls_privkey_import_x509(key, k->key, 0) == 0 &&
	    gnutls_privkey_sign_data(key, hash, 0, &data, &signature) == 0)
		status = put_request(&info, hash, &signature, out);
	gnutls_free(signature.data);
	if (key != NULL)
		gnutls_privkey_deinit(key);
	return status;
}
