/* SPDX-License-Identifier: MIT */
/*
 * TLS: see tls.h.  The floor is TLS 1.2, SHA-256 and 2048-bit keys; old
 * firmware (AMT up to 11) needs old_tls.  AMT firmware lacks secure
 * renegotiation (RFC 5746) at least up to 12: such a peer is taken, for we
 * never renegotiate, and named in tls_describe().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "lib/err.h"
#include "lib/known.h"
#include "lib/tls.h"

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%PROFILE_MEDIUM"
#define OLD_PRIORITY "NORMAL:+VERS-TLS1.1:+VERS-TLS1.0:+SHA1:" \
    "+SIGN-RSA-SHA1:+SIGN-DSA-SHA1:%PROFILE_VERY_WEAK:" \
    "%VERIFY_ALLOW_SIGN_WITH_SHA1:%COMPAT"

struct tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t cred;
	size_t unsent;			/* bytes GnuTLS holds of an unfinished write */
	char about[160];
};

static int
tls_fail(struct err *e, enum err_kind kind, const char *what, int rc)
{
	return err_set(e, kind, "%s: %s", what, gnutls_strerror(rc));
}

/* A file each, or PKCS#11 URIs: GnuTLS knows which. */
static int
load_our_certificate(struct tls *t, const struct trust *trust, struct err *e)
{
	int rc = gnutls_certificate_set_x509_key_file2(t->cred, trust->cert,
	    trust->key, GNUTLS_X509_FMT_PEM, NULL, 0);

	if (rc >= 0)
		return 0;
	(void)err_set(e, ERR_LOCAL, "client certificate %s with key %s: %s",
	    trust->cert, trust->key, gnutls_strerror(rc));
	if (rc == GNUTLS_E_PKCS11_PIN_ERROR)
		return err_more(e, " A file with the PIN is named in the "
		    "URI: ;pin-source=/path");
	if (rc == GNUTLS_E_DECRYPTION_FAILED)
		return err_more(e, " A key with a passphrase cannot be used: "
		    "\"openssl pkey\" takes it off");
	return -1;
}

static int
load_credentials(struct tls *t, const struct trust *trust, struct err *e)
{
	bool chain = trust->ca != NULL || (trust->npins == 0 && !trust->tofu &&
	    !trust->insecure);
	int rc;

	if ((rc = gnutls_certificate_allocate_credentials(&t->cred)) < 0)
		return tls_fail(e, ERR_LOCAL, "TLS", rc);
	if (trust->ca != NULL) {
		rc = gnutls_certificate_set_x509_trust_file(t->cred, trust->ca,
		    GNUTLS_X509_FMT_PEM);
		if (rc == 0 || rc == GNUTLS_E_NO_CERTIFICATE_FOUND)
			return err_set(e, ERR_LOCAL, "%s holds no CA "
			    "certificate in PEM form", trust->ca);
		if (rc < 0)
			return tls_fail(e, ERR_LOCAL, trust->ca, rc);
	} else if (chain) {
		rc = gnutls_certificate_set_x509_system_trust(t->cred);
		if (rc <= 0)
			return err_set(e, ERR_LOCAL, "the system has no CA "
			    "certificates: give -c FILE or --pin, or install "
			    "ca-certificates");
	}
	return trust->cert != NULL ? load_our_certificate(t, trust, e) : 0;
}

struct tls *
tls_new(int fd, const struct trust *trust, struct err *e)
{
	struct tls *t = calloc(1, sizeof *t);
	int rc;

	if (t == NULL) {
		(void)err_sys(e, ERR_LOCAL, "TLS");
		return NULL;
	}
	if (load_credentials(t, trust, e) == -1)
		goto fail;
	if ((rc = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL)) < 0 ||
	    (rc = gnutls_priority_set_direct(t->session, trust->old_tls ?
	    OLD_PRIORITY : PRIORITY, NULL)) < 0 ||
	    (rc = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE,
	    t->cred)) < 0) {
		(void)tls_fail(e, ERR_LOCAL, "TLS", rc);
		goto fail;
	}
	gnutls_handshake_set_timeout(t->session, 0);	/* the loop's business */
	gnutls_transport_set_int(t->session, fd);
	return t;
 fail:
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	if (t->session != NULL)
		gnutls_deinit(t->session);
	if (t->cred != NULL)
		gnutls_certificate_free_credentials(t->cred);
	free(t);
}

/*
 * The machine refused.  With TLS 1.3 its opinion of our certificate comes
 * only after the handshake, with the first bytes read.
 */
static int
alerted(struct tls *t, struct err *e)
{
	gnutls_alert_description_t alert = gnutls_alert_get(t->session);

	switch (alert) {
	case GNUTLS_A_CERTIFICATE_REQUIRED:
	case GNUTLS_A_BAD_CERTIFICATE:
	case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
	case GNUTLS_A_CERTIFICATE_UNKNOWN:
	case GNUTLS_A_UNKNOWN_CA:
		return err_set(e, ERR_TRUST, "the machine wants another client "
		    "certificate (TLS alert: %s): --cert and --key",
		    gnutls_alert_get_name(alert));
	case GNUTLS_A_PROTOCOL_VERSION:
	case GNUTLS_A_HANDSHAKE_FAILURE:
	case GNUTLS_A_INSUFFICIENT_SECURITY:
		return err_set(e, ERR_TRUST, "the machine refused (TLS alert: "
		    "%s); old firmware needs --old-tls",
		    gnutls_alert_get_name(alert));
	default:
		return err_set(e, ERR_TRUST, "the machine refused (TLS alert: "
		    "%s)", gnutls_alert_get_name(alert));
	}
}

/* What a failed handshake most likely means, and what to do. */
static int
handshake_failed(struct tls *t, int rc, struct err *e)
{
	switch (rc) {
	case GNUTLS_E_UNEXPECTED_PACKET:
	case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
	case GNUTLS_E_RECORD_OVERFLOW:
		return err_set(e, ERR_PROTO, "TLS handshake: the answer is not "
		    "TLS; if TLS is not set up there, leave out the TLS "
		    "options or give --plain");
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		return err_set(e, ERR_NET, "TLS handshake: the connection was "
		    "closed; is it a port without TLS, or firmware that needs "
		    "--old-tls?");
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
	case GNUTLS_E_INSUFFICIENT_SECURITY:
	case GNUTLS_E_DH_PRIME_UNACCEPTABLE:
		return err_set(e, ERR_TRUST, "TLS handshake: %s; old firmware "
		    "needs --old-tls", gnutls_strerror(rc));
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
	case GNUTLS_E_WARNING_ALERT_RECEIVED:
		return alerted(t, e);
	}
	return tls_fail(e, ERR_PROTO, "TLS handshake", rc);
}

enum conn_result
tls_handshake(struct tls *t, struct err *e)
{
	int rc = gnutls_handshake(t->session);

	/* Warnings as well: who sends them for ever must not keep us here. */
	if (rc < 0 && gnutls_error_is_fatal(rc) == 0)
		return CONN_AGAIN;
	if (rc < 0) {
		(void)handshake_failed(t, rc, e);
		return CONN_ERROR;
	}
	return CONN_OK;
}

bool
tls_wants_write(const struct tls *t)
{
	return gnutls_record_get_direction(t->session) == 1;
}

/* ---- trust ------------------------------------------------------------ */

static int
leaf_pin(struct tls *t, char pin[PIN_SIZE], struct err *e)
{
	const gnutls_datum_t *certs;
	unsigned char sha[32];
	unsigned n = 0;
	size_t i, size = sizeof sha;
	int rc;

	if ((certs = gnutls_certificate_get_peers(t->session, &n)) == NULL ||
	    n == 0)
		return err_set(e, ERR_TRUST, "it showed no certificate");
	if ((rc = gnutls_fingerprint(GNUTLS_DIG_SHA256, &certs[0], sha,
	    &size)) < 0)
		return tls_fail(e, ERR_TRUST, "its certificate", rc);
	for (i = 0; i < sizeof sha; i++)
		(void)snprintf(pin + 2 * i, 3, "%02x", sha[i]);
	return 0;
}

static int
check_pins(const struct trust *trust, const char *pin, struct err *e)
{
	size_t i;

	for (i = 0; i < trust->npins; i++)
		if (strcmp(trust->pins[i], pin) == 0)
			return 0;
	return err_set(e, ERR_TRUST, "its certificate is not the pinned one: "
	    "expected sha256:%s%s, got sha256:%s", trust->pins[0],
	    trust->npins > 1 ? " or another of the pins" : "", pin);
}

static int
check_tofu(const struct trust *trust, const char *pin, char **news,
    struct err *e)
{
	struct known k;
	int rc = known_find(&k, trust->known_as, e);

	if (rc == 0) {
		if ((rc = known_add(&k, trust->known_as, pin, e)) == 0) {
			if (news != NULL && asprintf(news, "%s: first "
			    "connection; from now on only the certificate "
			    "sha256:%s is trusted", trust->known_as, pin) == -1)
				*news = NULL;
			return 0;
		}
	}
	if (rc == -1)
		return -1;
	if (strcmp(k.pin, pin) == 0)
		return 0;
	return err_set(e, ERR_TRUST, "its certificate has changed: known is "
	    "sha256:%s, now it shows sha256:%s; if that is right, delete the "
	    "line %s", k.pin, pin, k.where);
}

/*
 * Dates, chain, signature, and that it is a server's: a client of the same CA
 * is no machine.  The words are GnuTLS's.
 */
static int
check_chain(struct tls *t, const struct trust *trust, const char *pin,
    struct err *e)
{
	unsigned char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_typed_vdata_st server = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = purpose };
	gnutls_datum_t words;
	unsigned status = 0;
	size_t n;
	int rc;

	if ((rc = gnutls_certificate_verify_peers(t->session, &server, 1,
	    &status)) < 0)
		return tls_fail(e, ERR_TRUST, "its certificate", rc);
	if (status == 0)
		return 0;
	if (gnutls_certificate_verification_status_print(status,
	    GNUTLS_CRT_X509, &words, 0) < 0)
		return err_set(e, ERR_TRUST, "its certificate is not trusted");
	for (n = words.size; n > 0 && (words.data[n - 1] == '\0' ||
	    words.data[n - 1] == ' ' || words.data[n - 1] == '.'); n--)
		words.data[n - 1] = '\0';
	(void)err_set(e, ERR_TRUST, "its certificate is not trusted by %s: %s; "
	    "if you know it is this one: --pin sha256:%s",
	    trust->ca != NULL ? trust->ca : "the system's CAs",
	    (const char *)words.data, pin);
	gnutls_free(words.data);
	return -1;
}

/* The zone of an IPv6 address (fe80::1%eth0) is our affair: it is left out. */
static bool
is_named(gnutls_x509_crt_t leaf, const char *name)
{
	char address[64];
	size_t n;

	if (name == NULL)
		return false;
	if (strchr(name, ':') != NULL && name[n = strcspn(name, "%")] == '%' &&
	    n < sizeof address) {
		(void)snprintf(address, sizeof address, "%.*s", (int)n, name);
		name = address;
	}
	return gnutls_x509_crt_check_hostname(leaf, name) != 0;
}

static int
check_name(struct tls *t, const struct trust *trust, struct err *e)
{
	const gnutls_datum_t *certs;
	gnutls_x509_crt_t leaf;
	unsigned n;
	char cn[256] = "";
	size_t size = sizeof cn;
	bool fits;
	int rc;

	certs = gnutls_certificate_get_peers(t->session, &n);
	if (certs == NULL || (rc = gnutls_x509_crt_init(&leaf)) < 0)
		return err_set(e, ERR_LOCAL, "TLS: no memory");
	if ((rc = gnutls_x509_crt_import(leaf, &certs[0],
	    GNUTLS_X509_FMT_DER)) < 0) {
		gnutls_x509_crt_deinit(leaf);
		return tls_fail(e, ERR_TRUST, "its certificate", rc);
	}
	fits = is_named(leaf, trust->name) || is_named(leaf, trust->address);
	if (!fits && gnutls_x509_crt_get_dn_by_oid(leaf,
	    GNUTLS_OID_X520_COMMON_NAME, 0, 0, cn, &size) < 0)
		cn[0] = '\0';
	gnutls_x509_crt_deinit(leaf);
	if (fits)
		return 0;
	return err_set(e, ERR_TRUST, "its certificate is for another name "
	    "(\"%s\"): call it by that name, or set \"verify ca-only\" in "
	    "amt.conf(5)", cn);
}

int
tls_verify(struct tls *t, const struct trust *trust, char **news,
    struct err *e)
{
	char pin[PIN_SIZE];

	if (news != NULL)
		*news = NULL;
	if (leaf_pin(t, pin, e) == -1)
		return -1;
	if (trust->npins > 0 && check_pins(trust, pin, e) == -1)
		return -1;
	if (trust->ca != NULL || (trust->npins == 0 && !trust->tofu &&
	    !trust->insecure)) {
		if (check_chain(t, trust, pin, e) == -1)
			return -1;
		if (trust->name_check && check_name(t, trust, e) == -1)
			return -1;
	}
	if (trust->tofu && check_tofu(trust, pin, news, e) == -1)
		return -1;
	return 0;
}

/* ---- data ------------------------------------------------------------- */

enum conn_result
tls_read(struct tls *t, void *p, size_t size, size_t *got, struct err *e)
{
	ssize_t n = gnutls_record_recv(t->session, p, size);

	/* Warnings as well: who sends them for ever must not keep us here. */
	if (n < 0 && gnutls_error_is_fatal((int)n) == 0)
		return CONN_AGAIN;
	if (n > 0) {
		*got = (size_t)n;
		return CONN_OK;
	}
	/* Firmware drops the line without close_notify; our protocols frame. */
	if (n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION)
		return CONN_EOF;
	if (n == GNUTLS_E_PULL_ERROR && (errno == ECONNRESET || errno == EPIPE))
		return CONN_EOF;
	if (n == GNUTLS_E_FATAL_ALERT_RECEIVED)
		(void)alerted(t, e);
	else
		(void)tls_fail(e, n == GNUTLS_E_PULL_ERROR ? ERR_NET :
		    ERR_PROTO, "TLS", (int)n);
	return CONN_ERROR;
}

enum conn_result
tls_write(struct tls *t, const void *p, size_t n, size_t *put, struct err *e)
{
	ssize_t done;

	do {
		if (t->unsent > 0)	/* GnuTLS has the bytes already */
			done = gnutls_record_send(t->session, NULL, 0);
		else
			done = gnutls_record_send(t->session, p, n);
		if (done == GNUTLS_E_AGAIN) {
			if (t->unsent == 0)
				t->unsent = n;
			return CONN_AGAIN;
		}
	} while (done < 0 && gnutls_error_is_fatal((int)done) == 0);
	t->unsent = 0;
	if (done < 0) {
		(void)tls_fail(e, ERR_NET, "TLS", (int)done);
		return CONN_ERROR;
	}
	*put = (size_t)done;
	return CONN_OK;
}

bool
tls_pending(const struct tls *t)
{
	return gnutls_record_check_pending(t->session) > 0;
}

void
tls_bye(struct tls *t)
{
	(void)gnutls_bye(t->session, GNUTLS_SHUT_WR);	/* if it fits */
}

const char *
tls_describe(struct tls *t)
{
	char *suite = gnutls_session_get_desc(t->session);
	bool weak = gnutls_protocol_get_version(t->session) < GNUTLS_TLS1_3 &&
	    gnutls_safe_renegotiation_status(t->session) == 0;

	(void)snprintf(t->about, sizeof t->about, "%s%s",
	    suite != NULL ? suite : "TLS",
	    weak ? ", without secure renegotiation (RFC 5746)" : "");
	gnutls_free(suite);
	return t->about;
}
