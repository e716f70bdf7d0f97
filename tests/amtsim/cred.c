/* SPDX-License-Identifier: MIT */
/*
 * The device's certificate: given on the command line, or self-signed at
 * first use as firmware does, 2048-bit RSA, no name that anybody could
 * check.  Which TLS versions and suites there are is the profile's business.
 */
#include <stdlib.h>
#include <string.h>

#include <gnutls/x509.h>

#include "lib/err.h"
#include "door.h"

struct cred {
	gnutls_certificate_credentials_t x509;
	gnutls_priority_t priority;
};

static int
tls_err(struct err *e, const char *what, int code)
{
	return err_set(e, ERR_LOCAL, "%s: %s", what, gnutls_strerror(code));
}

static int
fill(struct sim *sim, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	bool sha1 = sim->model.profile->sha1_certificate;
	const char *cn = sim->model.host_name;
	uint8_t serial[8];
	time_t now = sim_wall(sim);
	int r;

	sim_random(sim, serial, sizeof serial);
	serial[0] &= 0x7f;		/* positive */
	if ((r = gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048,
	    0)) < 0 ||
	    (r = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
	    (r = gnutls_x509_crt_set_serial(crt, serial,
	    sizeof serial)) < 0 ||
	    (r = gnutls_x509_crt_set_dn_by_oid(crt,
	    GNUTLS_OID_X520_COMMON_NAME, 0, cn,
	    (unsigned)strlen(cn))) < 0 ||
	    (r = gnutls_x509_crt_set_activation_time(crt, now - 86400)) < 0 ||
	    (r = gnutls_x509_crt_set_expiration_time(crt,
	    now + 3650 * 86400L)) < 0 ||
	    (r = gnutls_x509_crt_set_key(crt, key)) < 0)
		return r;
	return gnutls_x509_crt_sign2(crt, crt, key, sha1 ? GNUTLS_DIG_SHA1 :
	    GNUTLS_DIG_SHA256, 0);
}

static int
self_signed(struct sim *sim, struct cred *c, struct err *e)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;
	int r;

	if ((r = gnutls_x509_privkey_init(&key)) >= 0 &&
	    (r = gnutls_x509_crt_init(&crt)) >= 0 &&
	    (r = fill(sim, crt, key)) >= 0)
		r = gnutls_certificate_set_x509_key(c->x509, &crt, 1, key);
	if (crt != NULL)
		gnutls_x509_crt_deinit(crt);
	if (key != NULL)
		gnutls_x509_privkey_deinit(key);
	return r < 0 ? tls_err(e, "making a certificate", r) : 0;
}

static int
load(struct sim *sim, struct cred *c, struct err *e)
{
	const char *priority = sim->tls_priority != NULL ?
	    sim->tls_priority : sim->model.profile->tls_priority;
	const char *where;
	int r;

	if ((r = gnutls_certificate_allocate_credentials(&c->x509)) < 0)
		return tls_err(e, "TLS credentials", r);
	if ((r = gnutls_priority_init(&c->priority, priority, &where)) < 0)
		return tls_err(e, where, r);
	(void)gnutls_certificate_set_known_dh_params(c->x509,
	    GNUTLS_SEC_PARAM_MEDIUM);
	if (sim->client_ca != NULL &&
	    (r = gnutls_certificate_set_x509_trust_file(c->x509,
	    sim->client_ca, GNUTLS_X509_FMT_PEM)) < 0)
		return tls_err(e, sim->client_ca, r);
	if (sim->cert_file == NULL)
		return self_signed(sim, c, e);
	if ((r = gnutls_certificate_set_x509_key_file(c->x509, sim->cert_file,
	    sim->key_file, GNUTLS_X509_FMT_PEM)) < 0)
		return tls_err(e, sim->cert_file, r);
	return 0;
}

int
cred_new(struct sim *sim, struct err *e)
{
	if (sim->cred != NULL)
		return 0;
	if ((sim->cred = calloc(1, sizeof *sim->cred)) == NULL)
		return err_sys(e, ERR_LOCAL, "TLS credentials");
	if (load(sim, sim->cred, e) == -1) {
		cred_free(sim);
		return -1;
	}
	return 0;
}

void
cred_free(struct sim *sim)
{
	if (sim->cred == NULL)
		return;
	if (sim->cred->x509 != NULL)
		gnutls_certificate_free_credentials(sim->cred->x509);
	if (sim->cred->priority != NULL)
		gnutls_priority_deinit(sim->cred->priority);
	free(sim->cred);
	sim->cred = NULL;
}

gnutls_session_t
cred_session(struct sim *sim, bool mutual, struct err *e)
{
	gnutls_session_t s = NULL;
	int r;

	if ((r = gnutls_init(&s, GNUTLS_SERVER | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL)) < 0 ||
	    (r = gnutls_priority_set(s, sim->cred->priority)) < 0 ||
	    (r = gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE,
	    sim->cred->x509)) < 0) {
		if (s != NULL)
			gnutls_deinit(s);
		(void)tls_err(e, "TLS session", r);
		return NULL;
	}
	if (mutual) {
		gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(s, NULL, 0);
	}
	return s;
}
