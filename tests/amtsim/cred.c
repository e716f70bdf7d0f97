/* SPDX-License-Identifier: MIT */
/*
 * The device's certificate: that of the store which TLS is bound to, else
 * one given on the command line, else self-signed at first use as firmware
 * does, 2048-bit RSA, no name that anybody could check.  Which TLS versions
 * and suites there are is the profile's business.  Clients are judged by the
 * trusted roots of the store, the names of TrustedCN, and the device's own
 * clock.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gnutls/x509.h>

#include "lib/err.h"
#include "door.h"
#include "store.h"

struct cred {
	gnutls_certificate_credentials_t x509;
	gnutls_priority_t priority;
	struct cred_side {		/* what a session points to */
		struct sim *sim;
		enum side side;
	} sides[SIDES];
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
	if ((r = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
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

/* One key for all devices of this process: making one takes its time. */
static gnutls_x509_privkey_t factory_key;

static int
make_key(void)
{
	int r;

	if (factory_key != NULL)
		return 0;
	if ((r = gnutls_x509_privkey_init(&factory_key)) < 0)
		return r;
	if ((r = gnutls_x509_privkey_generate(factory_key, GNUTLS_PK_RSA, 2048,
	    0)) < 0) {
		gnutls_x509_privkey_deinit(factory_key);
		factory_key = NULL;
	}
	return r;
}

/* The device keeps the one it made. */
static int
self_signed(struct sim *sim, struct cred *c, struct err *e)
{
	int r = make_key();

	if (r >= 0 && sim->self_signed == NULL) {
		if ((r = gnutls_x509_crt_init(&sim->self_signed)) >= 0 &&
		    (r = fill(sim, sim->self_signed, factory_key)) < 0) {
			gnutls_x509_crt_deinit(sim->self_signed);
			sim->self_signed = NULL;
		}
	}
	if (r >= 0)
		r = gnutls_certificate_set_x509_key(c->x509,
		    &sim->self_signed, 1, factory_key);
	return r < 0 ? tls_err(e, "making a certificate", r) : 0;
}

static int
stored(struct sim *sim, struct cred *c, struct err *e)
{
	const struct store_cert *cert = store_cert(sim->store,
	    sim->model.tls_cert_used);
	const struct store_key *key = cert == NULL ? NULL :
	    store_key_of(sim->store, cert);
	gnutls_x509_crt_t chain[STORE_MAX];
	int n = 0, r;
	size_t i;

	if (key == NULL)
		return err_set(e, ERR_LOCAL, "TLS is bound to no certificate");
	chain[n++] = cert->crt;
	for (i = 0; i < sim->store->ncerts && n < STORE_MAX; i++)
		if (sim->store->certs[i].crt != chain[n - 1] &&
		    !sim->store->certs[i].root &&
		    gnutls_x509_crt_check_issuer(chain[n - 1],
		    sim->store->certs[i].crt)) {
			chain[n++] = sim->store->certs[i].crt;
			i = (size_t)-1;	/* from the start again */
		}
	r = gnutls_certificate_set_x509_key(c->x509, chain, n, key->key);
	return r < 0 ? tls_err(e, "the certificate of the store", r) : 0;
}

static int
trust(struct sim *sim, struct cred *c, struct err *e)
{
	size_t i;
	int r = 0;

	if (sim->client_ca != NULL &&
	    (r = gnutls_certificate_set_x509_trust_file(c->x509,
	    sim->client_ca, GNUTLS_X509_FMT_PEM)) < 0)
		return tls_err(e, sim->client_ca, r);
	for (i = 0; i < sim->store->ncerts; i++)
		if (sim->store->certs[i].root &&
		    (r = gnutls_certificate_set_x509_trust(c->x509,
		    &sim->store->certs[i].crt, 1)) < 0)
			return tls_err(e, "a trusted root", r);
	/* the real time is not the device's */
	gnutls_certificate_set_verify_flags(c->x509,
	    GNUTLS_VERIFY_DISABLE_TIME_CHECKS);
	return 0;
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
	if (trust(sim, c, e) == -1)
		return -1;
	if (sim->model.tls_cert_used != NO_HANDLE)
		return stored(sim, c, e);
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
	int side;

	if (sim->cred != NULL)
		return 0;
	if ((sim->cred = calloc(1, sizeof *sim->cred)) == NULL)
		return err_sys(e, ERR_LOCAL, "TLS credentials");
	for (side = 0; side < SIDES; side++)
		sim->cred->sides[side] = (struct cred_side){ sim,
		    (enum side)side };
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

/* Its end must be one of the names; no names: any client will do. */
static bool
name_trusted(const struct tls_side *t, gnutls_x509_crt_t crt)
{
	char cn[128];
	size_t n = sizeof cn, have, want, i;

	if (t->trusted[0][0] == '\0')
		return true;
	if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
	    0, cn, &n) < 0)
		return false;
	have = strlen(cn);
	for (i = 0; i < TRUSTED_MAX; i++) {
		want = strlen(t->trusted[i]);
		if (want > 0 && want <= have &&
		    strcasecmp(cn + have - want, t->trusted[i]) == 0)
			return true;
	}
	return false;
}

/* 0: this client may go on. */
static int
judge_client(gnutls_session_t s)
{
	const struct cred_side *who = gnutls_session_get_ptr(s);
	const gnutls_datum_t *list;
	time_t now = sim_wall(who->sim);
	gnutls_x509_crt_t crt;
	unsigned status = 0, n = 0;
	bool good;

	if (gnutls_certificate_verify_peers(s, NULL, 0, &status) < 0 ||
	    status != 0 ||
	    (list = gnutls_certificate_get_peers(s, &n)) == NULL || n == 0 ||
	    gnutls_x509_crt_init(&crt) < 0)
		return -1;
	good = gnutls_x509_crt_import(crt, &list[0], GNUTLS_X509_FMT_DER) == 0 &&
	    now >= gnutls_x509_crt_get_activation_time(crt) &&
	    now <= gnutls_x509_crt_get_expiration_time(crt) &&
	    name_trusted(&who->sim->model.tls[who->side], crt);
	gnutls_x509_crt_deinit(crt);
	return good ? 0 : -1;
}

void
cred_forget(struct sim *sim)
{
	cred_free(sim);
	if (sim->self_signed != NULL)
		gnutls_x509_crt_deinit(sim->self_signed);
	sim->self_signed = NULL;
}

gnutls_session_t
cred_session(struct sim *sim, enum side side, struct err *e)
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
	if (sim->model.tls[side].mutual) {
		gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_ptr(s, &sim->cred->sides[side]);
		gnutls_session_set_verify_function(s, judge_client);
	}
	return s;
}
