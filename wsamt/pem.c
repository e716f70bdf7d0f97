/* SPDX-License-Identifier: MIT */
/*
 * PEM files by GnuTLS: see pem.h.  AMT takes one certificate at a time, and
 * a key only as PKCS#1 without a passphrase, so other files are told apart
 * and said what to do with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "lib/err.h"
#include "lib/log.h"
#include "wsamt/pem.h"

#define RSA_LEAST 1024
#define RSA_MOST 2048

/* ---- base64 ------------------------------------------------------------------ */

int
base64_text(struct buf *out, const void *p, size_t n, struct err *e)
{
	const union { const void *in; void *out; } u = { p };
	gnutls_datum_t raw = { u.out, (unsigned)n }, text = { NULL, 0 };
	int rc;

	if (gnutls_base64_encode2(&raw, &text) != 0)
		return err_set(e, ERR_LOCAL, "no memory for base64");
	rc = buf_add(out, text.data, text.size, e);
	if (rc == 0)
		rc = buf_add(out, "", 1, e);
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
	return rc;
}

int
base64_bytes(struct buf *out, const char *text, struct err *e)
{
	gnutls_datum_t in, raw = { NULL, 0 };
	struct buf bare;
	int rc = 0;

	buf_init(&bare, 4 * PEM_FILE_MAX);
	for (; rc == 0 && *text != '\0'; text++)
		if (strchr(" \t\r\n", *text) == NULL)
			rc = buf_add(&bare, text, 1, e);
	in = (gnutls_datum_t){ bare.data, (unsigned)bare.len };
	if (rc == 0 && bare.len > 0 && gnutls_base64_decode2(&in, &raw) != 0)
		rc = err_set(e, ERR_PROTO, "what should be base64 is not");
	if (rc == 0 && raw.size > 0)
		rc = buf_add(out, raw.data, raw.size, e);
	gnutls_free(raw.data);
	buf_clear(&bare);
	return rc;
}

/* ---- files ----------------------------------------------------------------------- */

static int
read_file(struct buf *out, const char *path, struct err *e)
{
	char piece[4096];
	size_t n;
	FILE *f;
	int rc = 0;

	if ((f = fopen(path, "re")) == NULL)
		return err_sys(e, ERR_LOCAL, "%s", path);
	setvbuf(f, NULL, _IONBF, 0);	/* no copy of a key stays behind */
	while (rc == 0 && (n = fread(piece, 1, sizeof piece, f)) > 0)
		if ((rc = buf_add(out, piece, n, e)) == -1)
			(void)err_set(e, ERR_USAGE, "%s: longer than %d bytes",
			    path, PEM_FILE_MAX);
	if (rc == 0 && ferror(f))
		rc = err_sys(e, ERR_LOCAL, "%s", path);
	if (rc == 0)
		rc = buf_add(out, "", 1, e);
	explicit_bzero(piece, sizeof piece);
	(void)fclose(f);
	return rc;
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text += strlen(part);
	}
	return n;
}

/* What the lines of base64 of one PEM text stand for. */
static int
pem_to_base64(struct buf *out, const struct buf *text, const char *path,
    struct err *e)
{
	gnutls_datum_t in = { text->data, (unsigned)text->len - 1 };
	gnutls_datum_t der = { NULL, 0 };
	int rc;

	if (count((const char *)text->data, "-----BEGIN ") > 1)
		return err_set(e, ERR_USAGE, "%s: holds several things in "
		    "PEM: give each a file of its own", path);
	if (gnutls_pem_base64_decode2(NULL, &in, &der) != 0)
		return err_set(e, ERR_USAGE, "%s: its PEM is damaged", path);
	rc = base64_text(out, der.data, der.size, e);
	gnutls_memset(der.data, 0, der.size);
	gnutls_free(der.data);
	return rc;
}

int
base64_file(struct buf *out, const char *path, struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, PEM_FILE_MAX);
	rc = read_file(&text, path, e);
	if (rc == 0 && text.len == 1)
		rc = err_set(e, ERR_USAGE, "%s: it is empty", path);
	else if (rc == 0 && strstr((const char *)text.data, "-----BEGIN ") != NULL)
		rc = pem_to_base64(out, &text, path, e);
	else if (rc == 0)
		rc = base64_text(out, text.data, text.len - 1, e);
	buf_clear(&text);
	return rc;
}

/* ---- certificates ------------------------------------------------------------------- */

static char *
dn_text(gnutls_x509_crt_t crt, bool issuer)
{
	gnutls_datum_t d = { NULL, 0 };
	char *text = NULL;

	if ((issuer ? gnutls_x509_crt_get_issuer_dn3 :
	    gnutls_x509_crt_get_dn3)(crt, &d, 0) == 0)
		text = strndup((const char *)d.data, d.size);
	gnutls_free(d.data);
	return text != NULL ? text : strdup("");
}

/* The public key of a certificate or of a private key: one is NULL. */
static int
add_public_key(struct buf *out, gnutls_x509_crt_t crt,
    gnutls_x509_privkey_t private, struct err *e)
{
	gnutls_datum_t d = { NULL, 0 };
	gnutls_privkey_t abstract = NULL;
	gnutls_pubkey_t key;
	int rc = -1;

	if (gnutls_pubkey_init(&key) != 0)
		return err_set(e, ERR_LOCAL, "no memory for a key");
	if (crt != NULL)
		rc = gnutls_pubkey_import_x509(key, crt, 0);
	else if (gnutls_privkey_init(&abstract) == 0 &&
	    gnutls_privkey_import_x509(abstract, private, 0) == 0)
		rc = gnutls_pubkey_import_privkey(key, abstract, 0, 0);
	if (rc != 0 || gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER,
	    &d) != 0)
		rc = err_set(e, ERR_USAGE, "its public key is of a kind that "
		    "is not known here");
	else
		rc = buf_add(out, d.data, d.size, e);
	if (abstract != NULL)
		gnutls_privkey_deinit(abstract);
	gnutls_free(d.data);
	gnutls_pubkey_deinit(key);
	return rc;
}

static int
add_facts(struct pem_cert *c, gnutls_x509_crt_t crt, struct err *e)
{
	unsigned critical, is_ca = 0;
	int status;

	c->subject = dn_text(crt, false);
	c->issuer = dn_text(crt, true);
	if (c->subject == NULL || c->issuer == NULL)
		return err_set(e, ERR_LOCAL, "no memory for a certificate");
	c->begins = gnutls_x509_crt_get_activation_time(crt);
	c->ends = gnutls_x509_crt_get_expiration_time(crt);
	c->self_signed = gnutls_x509_crt_check_issuer(crt, crt) != 0;
	status = gnutls_x509_crt_get_basic_constraints(crt, &critical, &is_ca,
	    NULL);
	/* the oldest kind of root says nothing about itself */
	c->ca = status == 0 ? is_ca != 0 : c->self_signed;
	return add_public_key(&c->key, crt, NULL, e);
}

int
pem_cert_decode(struct pem_cert *c, const void *der, size_t len,
    struct err *e)
{
	const union { const void *in; void *out; } u = { der };
	gnutls_datum_t d = { u.out, (unsigned)len };
	gnutls_x509_crt_t crt;
	int rc;

	*c = (struct pem_cert){ 0 };
	buf_init(&c->der, PEM_FILE_MAX);
	buf_init(&c->key, PEM_FILE_MAX);
	if (gnutls_x509_crt_init(&crt) != 0)
		return err_set(e, ERR_LOCAL, "no memory for a certificate");
	if (gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_DER) != 0)
		rc = err_set(e, ERR_PROTO, "not an X.509 certificate");
	else if ((rc = buf_add(&c->der, der, len, e)) == 0)
		rc = add_facts(c, crt, e);
	gnutls_x509_crt_deinit(crt);
	if (rc == -1)
		pem_cert_clear(c);
	return rc;
}

void
pem_cert_clear(struct pem_cert *c)
{
	buf_clear(&c->der);
	buf_clear(&c->key);
	free(c->subject);
	free(c->issuer);
	*c = (struct pem_cert){ 0 };
}

static int
pem_to_cert(struct pem_cert *c, const struct buf *text, const char *path,
    struct err *e)
{
	const char *pem = (const char *)text->data;
	gnutls_datum_t in = { text->data, (unsigned)text->len - 1 };
	gnutls_datum_t der = { NULL, 0 };
	size_t n = count(pem, "-----BEGIN CERTIFICATE-----") +
	    count(pem, "-----BEGIN X509 CERTIFICATE-----");
	int rc;

	if (n == 0)
		return err_set(e, ERR_USAGE, "%s: holds no certificate in PEM "
		    "(BEGIN CERTIFICATE)", path);
	if (n > 1)
		return err_set(e, ERR_USAGE, "%s: holds %zu certificates; AMT "
		    "takes one at a time: give each a file of its own", path,
		    n);
	if (gnutls_pem_base64_decode2(NULL, &in, &der) != 0)
		return err_set(e, ERR_USAGE, "%s: its PEM is damaged", path);
	rc = pem_cert_decode(c, der.data, der.size, e);
	gnutls_free(der.data);
	if (rc == -1 && e->kind == ERR_PROTO)
		e->kind = ERR_USAGE;
	return rc == 0 ? 0 : err_ctx(e, "%s", path);
}

int
pem_cert_read(struct pem_cert *c, const char *path, struct err *e)
{
	struct buf text;
	int rc;

	*c = (struct pem_cert){ 0 };
	buf_init(&text, PEM_FILE_MAX);
	rc = read_file(&text, path, e);
	if (rc == 0)
		rc = pem_to_cert(c, &text, path, e);
	buf_clear(&text);
	if (rc == -1)
		return -1;
	if (c->der.len <= PEM_CERT_MAX) {
		if (c->ends < time(NULL))
			log_warn("%s: this certificate is over", path);
		return 0;
	}
	(void)err_set(e, ERR_USAGE, "%s: the certificate has %zu bytes, and "
	    "AMT stores %d", path, c->der.len, PEM_CERT_MAX);
	pem_cert_clear(c);
	return -1;
}

/*
 * The firmware gives RSAPublicKey, which is the tail of what a certificate
 * holds, or for other algorithms all of it.
 */
bool
pem_same_key(const struct buf *public, const void *key, size_t len)
{
	return len >= 64 && len <= public->len &&
	    memcmp(public->data + public->len - len, key, len) == 0;
}

/* ---- keys ----------------------------------------------------------------------------- */

/* 65537, of the many that are possible */
static bool
has_usual_exponent(gnutls_x509_privkey_t key)
{
	static const uint8_t usual[] = { 1, 0, 1 };
	gnutls_datum_t part[6] = { { NULL, 0 } }, *e = &part[1];
	bool is = false;
	size_t i;

	if (gnutls_x509_privkey_export_rsa_raw(key, &part[0], &part[1],
	    &part[2], &part[3], &part[4], &part[5]) == 0)
		is = e->size >= sizeof usual && memcmp(e->data + e->size -
		    sizeof usual, usual, sizeof usual) == 0 && (e->size ==
		    sizeof usual || (e->size == 4 && e->data[0] == 0));
	for (i = 0; i < sizeof part / sizeof part[0]; i++) {
		if (part[i].data != NULL)
			gnutls_memset(part[i].data, 0, part[i].size);
		gnutls_free(part[i].data);
	}
	return is;
}

static int
export_key(struct buf *der, gnutls_x509_privkey_t key, const char *path,
    struct err *e)
{
	gnutls_datum_t d = { NULL, 0 };
	unsigned bits = 0;
	int kind = gnutls_x509_privkey_get_pk_algorithm2(key, &bits), rc;

	if (kind != GNUTLS_PK_RSA)
		return err_set(e, ERR_USAGE, "%s: not an RSA key; AMT takes "
		    "no other as a file", path);
	if (bits < RSA_LEAST || bits > RSA_MOST)
		return err_set(e, ERR_USAGE, "%s: the key has %u bits; AMT "
		    "takes %d to %d", path, bits, RSA_LEAST, RSA_MOST);
	if (!has_usual_exponent(key))
		return err_set(e, ERR_USAGE, "%s: the key's exponent is not "
		    "65537, and AMT takes no other", path);
	if (gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_DER, &d) != 0)
		return err_set(e, ERR_LOCAL, "%s: no memory", path);
	if (d.size > PEM_KEY_MAX)
		rc = err_set(e, ERR_USAGE, "%s: the key has %u bytes, and AMT "
		    "stores %d", path, d.size, PEM_KEY_MAX);
	else
		rc = buf_add(der, d.data, d.size, e);
	gnutls_memset(d.data, 0, d.size);
	gnutls_free(d.data);
	return rc;
}

int
pem_key_read(struct buf *der, struct buf *public, const char *path,
    struct err *e)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t in;
	struct buf text;
	const char *pem;
	int rc = -1;

	buf_init(&text, PEM_FILE_MAX);
	if (read_file(&text, path, e) == -1)
		goto out;
	pem = (const char *)text.data;
	in = (gnutls_datum_t){ text.data, (unsigned)text.len - 1 };
	if (strstr(pem, "PRIVATE KEY-----") == NULL)
		(void)err_set(e, ERR_USAGE, "%s: holds no private key in PEM "
		    "(BEGIN PRIVATE KEY)", path);
	else if (strstr(pem, "ENCRYPTED") != NULL)
		(void)err_set(e, ERR_USAGE, "%s: the key has a passphrase, "
		    "and AMT takes it without: \"openssl rsa -in %s\" prints "
		    "it so", path, path);
	else if (gnutls_x509_privkey_init(&key) != 0)
		(void)err_set(e, ERR_LOCAL, "%s: no memory", path);
	else {
		if (gnutls_x509_privkey_import2(key, &in, GNUTLS_X509_FMT_PEM,
		    NULL, GNUTLS_PKCS_PLAIN) != 0)
			(void)err_set(e, ERR_USAGE, "%s: its key is damaged "
			    "or of a kind that is not known here", path);
		else
			rc = export_key(der, key, path, e);
		if (rc == 0 && add_public_key(public, NULL, key, e) == -1)
			rc = err_ctx(e, "%s", path);
		gnutls_x509_privkey_deinit(key);
	}
 out:
	buf_clear(&text);
	return rc;
}
