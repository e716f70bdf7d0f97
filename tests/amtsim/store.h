/* SPDX-License-Identifier: MIT */
/*
 * The device's certificates and key pairs.  Those added first are first;
 * handles are not given out again until the store is empty.  Functions that
 * change it return a PT_STATUS.
 */
#ifndef AMTSIM_STORE_H
#define AMTSIM_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include <gnutls/x509.h>

#include "soap.h"

#define STORE_MAX 8			/* of each kind */
#define STORE_NAME_MAX 200

enum { STORE_OK = 0, STORE_INTERNAL = 1, STORE_NOT_PERMITTED = 16,
    STORE_FULL = 23, STORE_INVALID_PARAMETER = 36, STORE_DUPLICATE = 2058,
    STORE_MISSING_KEYS = 2060, STORE_INVALID_KEY = 2062,
    STORE_INVALID_CERT = 2063, STORE_KEY_MISMATCH = 2064,
    STORE_UNSUPPORTED = 2066 };

struct store_cert {
	unsigned handle;
	bool root;			/* trusted, to judge clients by */
	struct blob der;
	gnutls_x509_crt_t crt;
	char issuer[STORE_NAME_MAX], subject[STORE_NAME_MAX];
};

struct store_key {
	unsigned handle;
	gnutls_x509_privkey_t key;
	struct blob public;		/* RSAPublicKey, DER */
};

struct store {
	struct store_cert certs[STORE_MAX];
	struct store_key keys[STORE_MAX];
	size_t ncerts, nkeys;
	unsigned next_cert, next_key;
};

struct store *store_new(void);
void store_free(struct store *s);
void store_clear(struct store *s);

/* version is the AMT one; it decides about sizes and intermediates. */
unsigned store_add_cert(struct store *s, const struct blob *der, bool root,
    unsigned version, unsigned *handle);
unsigned store_add_key(struct store *s, const struct blob *der,
    unsigned *handle);
unsigned store_generate(struct store *s, unsigned bits, unsigned version,
    unsigned *handle);
/* The same of objects at hand; the key is taken over, also on failure. */
unsigned store_keep_key(struct store *s, gnutls_x509_privkey_t key,
    unsigned *handle);
void store_remove_cert(struct store *s, size_t i);
void store_remove_key(struct store *s, size_t i);
/*
 * Sign the info part of a request whose signature is empty; *out is to be
 * freed.
 */
unsigned store_sign(const struct store_key *k, const struct blob *request,
    gnutls_digest_algorithm_t hash, struct blob *out);

const struct store_cert *store_cert(const struct store *s, unsigned handle);
const struct store_key *store_key(const struct store *s, unsigned handle);
/* The key pair of a certificate, NULL: none. */
const struct store_key *store_key_of(const struct store *s,
    const struct store_cert *c);

#endif
