/* SPDX-License-Identifier: MIT */
/*
 * csr: a certificate request for a key that never leaves the controller.  It
 * is written here around the public key, signed by a key of the moment, for
 * there must be some signature, and signed anew by the controller; what
 * comes back is verified before it is printed.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "wsamt/store.h"

#define SERVICE "AMT_PublicKeyManagementService"
#define SHA256_RSA 1
#define MOMENT_BITS 2048
#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"

static const struct ws_field sign_in[] = {
	{ "KeyPair", WS_EPR }, { "SigningAlgorithm", WS_UINT },
	{ "NullSignedCertificateRequest", WS_TEXT }, { NULL, WS_END }
};
static const struct ws_method sign_method = { .class = SERVICE,
	.name = "GeneratePKCS10RequestEx", .in = sign_in, .why = ws_why_pt };

static int
failed(int status, const char *what, struct err *e)
{
	return status == 0 ? 0 : err_set(e, ERR_LOCAL, "csr: %s: %s", what,
	    gnutls_strerror(status));
}

/* ---- the public key ------------------------------------------------------- */

/* A DER header: tag, length of what follows. */
static int
add_header(struct buf *out, uint8_t tag, size_t n, struct err *e)
{
	uint8_t h[4] = { tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n };

	if (n > 0xffff)
		return err_set(e, ERR_PROTO, "a key of %zu bytes", n);
	return buf_add(out, h, sizeof h, e);
}

/* RSAPublicKey as SubjectPublicKeyInfo, which GnuTLS reads. */
static int
import_public(gnutls_pubkey_t key, const struct buf *rsa, struct err *e)
{
	static const uint8_t algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a,
	    0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	gnutls_datum_t d;
	struct buf der;
	int rc = -1;

	buf_init(&der, PEM_FILE_MAX);
	if (add_header(&der, 0x30, sizeof algorithm + 4 + 1 + rsa->len,
	    e) == 0 && buf_add(&der, algorithm, sizeof algorithm, e) == 0 &&
	    add_header(&der, 0x03, 1 + rsa->len, e) == 0 &&
	    buf_add(&der, "", 1, e) == 0 &&
	    buf_add(&der, rsa->data, rsa->len, e) == 0) {
		d = (gnutls_datum_t){ der.data, (unsigned)der.len };
		rc = gnutls_pubkey_import(key, &d, GNUTLS_X509_FMT_DER) == 0 ?
		    0 : err_set(e, ERR_PROTO, "the machine's public key is no "
		    "RSA key");
	}
	buf_clear(&der);
	return rc;
}

/* ---- the request ------------------------------------------------------------- */

/* A name of DNS, or an address; the nth. */
static int
add_name(gnutls_x509_crq_t crq, const char *name, int n, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	unsigned flag = n == 0 ? GNUTLS_FSAN_SET : GNUTLS_FSAN_APPEND;
	const char *rest = strncmp(name, "*.", 2) == 0 ? name + 2 : name;
	uint8_t address[16];
	unsigned len = inet_pton(AF_INET, name, address) == 1 ? 4 :
	    inet_pton(AF_INET6, name, address) == 1 ? 16 : 0;

	if (len > 0)
		return failed(gnutls_x509_crq_set_subject_alt_name(crq,
		    GNUTLS_SAN_IPADDRESS, address, len, flag), "names", e);
	if (*rest == '\0' || rest[strspn(rest, letters)] != '\0')
		return err_set(e, ERR_USAGE, "csr: \"%s\" is neither a name "
		    "of DNS nor an address", name);
	return failed(gnutls_x509_crq_set_subject_alt_name(crq,
	    GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), flag), "names",
	    e);
}

static int
fill(gnutls_x509_crq_t crq, gnutls_pubkey_t key, const char *subject,
    int nnames, char **names, struct err *e)
{
	const char *at = NULL;
	int i, rc = 0;

	if (*subject == '\0' || gnutls_x509_crq_set_dn(crq, subject, &at) != 0)
		return err_set(e, ERR_USAGE, "csr: \"%s\" is no subject: "
		    "\"CN=pc.example.net,O=Example\"", subject);
	for (i = 0; rc == 0 && i < nnames; i++)
		rc = add_name(crq, names[i], i, e);
	if (rc == 0)
		rc = failed(gnutls_x509_crq_set_version(crq, 1), "version", e);
	if (rc == 0)
		rc = failed(gnutls_x509_crq_set_key_purpose_oid(crq,
		    SERVER_AUTH, 0), "purpose", e);
	return rc == 0 ? failed(gnutls_x509_crq_set_pubkey(crq, key),
	    "public key", e) : -1;
}

/* Complete but for a signature that counts. */
static int
sign_for_now(gnutls_x509_crq_t crq, struct err *e)
{
	gnutls_x509_privkey_t moment;
	int rc;

	if (gnutls_x509_privkey_init(&moment) != 0)
		return err_set(e, ERR_LOCAL, "csr: no memory");
	rc = failed(gnutls_x509_privkey_generate(moment, GNUTLS_PK_RSA,
	    MOMENT_BITS, 0), "a key", e);
	if (rc == 0)
		rc = failed(gnutls_x509_crq_sign2(crq, moment,
		    GNUTLS_DIG_SHA256, 0), "signature", e);
	gnutls_x509_privkey_deinit(moment);
	return rc;
}

/* The request's DER as base64. */
static int
make_request(struct buf *out, const struct buf *rsa, const char *subject,
    int nnames, char **names, struct err *e)
{
	gnutls_datum_t d = { NULL, 0 };
	gnutls_x509_crq_t crq = NULL;
	gnutls_pubkey_t key = NULL;
	int rc = -1;

	if (gnutls_pubkey_init(&key) != 0 || gnutls_x509_crq_init(&crq) != 0)
		(void)err_set(e, ERR_LOCAL, "csr: no memory");
	else if (import_public(key, rsa, e) == 0 &&
	    fill(crq, key, subject, nnames, names, e) == 0 &&
	    sign_for_now(crq, e) == 0 &&
	    failed(gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_DER, &d),
	    "export", e) == 0)
		rc = base64_text(out, d.data, d.size, e);
	gnutls_free(d.data);
	if (crq != NULL)
		gnutls_x509_crq_deinit(crq);
	if (key != NULL)
		gnutls_pubkey_deinit(key);
	return rc;
}

static int
print_request(struct wsamt *a, const struct buf *der, struct err *e)
{
	gnutls_datum_t in = { der->data, (unsigned)der->len };
	gnutls_datum_t out = { NULL, 0 };
	gnutls_x509_crq_t crq;
	int rc = -1;

	if (gnutls_x509_crq_init(&crq) != 0)
		return err_set(e, ERR_LOCAL, "csr: no memory");
	if (gnutls_x509_crq_import(crq, &in, GNUTLS_X509_FMT_DER) != 0 ||
	    gnutls_x509_crq_verify(crq, 0) != 0)
		(void)err_set(e, ERR_PROTO, "%s: what came back is no request "
		    "that the key has signed", a->machine.name);
	else if (failed(gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_PEM,
	    &out), "export", e) == 0)
		rc = out_text(&a->out, "request", (const char *)out.data, e);
	gnutls_free(out.data);
	gnutls_x509_crq_deinit(crq);
	return rc;
}

/* ---- the machine ------------------------------------------------------------- */

/* By its name, or the number at its end. */
static const struct store_key *
find_key(const struct store *s, const char *name)
{
	const char *end;
	size_t i;

	for (i = 0; i < s->nkeys; i++) {
		end = strrchr(s->keys[i].id, ' ');
		if (strcmp(s->keys[i].id, name) == 0 ||
		    (end != NULL && strcmp(end + 1, name) == 0))
			return &s->keys[i];
	}
	return NULL;
}

static int
ask_to_sign(struct wsamt *a, const char *id, const char *request,
    struct buf *der, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = id }, { .name = NULL }
	};
	const struct ws_epr epr = { STORE_KEY, key };
	struct ws_doc *d;
	const char *text;
	int rc = wsman_invoke(a->wsman, &sign_method, NULL,
	    (const struct ws_value[]){ { "KeyPair", .epr = &epr },
	    { "SigningAlgorithm", .number = SHA256_RSA },
	    { "NullSignedCertificateRequest", .text = request },
	    { .name = NULL } }, &d, e);

	if (rc == 0 && (ws_get_text(ws_body(d), "SignedCertificateRequest",
	    &text, e) == -1 || base64_bytes(der, text, e) == -1))
		rc = err_ctx(e, "%s", a->machine.name);
	ws_doc_free(d);
	return rc;
}

int
cmd_csr(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct store_key *key;
	struct store *s;
	struct buf request, der;
	int rc = -1;

	if ((s = store_read(a, e)) == NULL)
		return -1;
	buf_init(&request, 2 * PEM_FILE_MAX);
	buf_init(&der, PEM_FILE_MAX);
	if ((key = find_key(s, argv[0])) == NULL)
		(void)err_set(e, ERR_REFUSED, "%s: there is no key \"%s\": "
		    "\"wsamt certs\" lists them, \"wsamt genkey\" makes one",
		    a->machine.name, argv[0]);
	else if (make_request(&request, &key->der, argv[1], argc - 2,
	    argv + 2, e) == 0 && ask_to_sign(a, key->id,
	    (const char *)request.data, &der, e) == 0)
		rc = print_request(a, &der, e);
	buf_clear(&request);
	buf_clear(&der);
	store_free(s);
	return rc;
}
