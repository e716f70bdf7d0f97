/* SPDX-License-Identifier: MIT */
/*
 * What the controller has stored: certificates and key pairs, found by
 * comparing themselves, for their handles say nothing.
 */
#ifndef WSAMT_STORE_H
#define WSAMT_STORE_H

#include "wsamt/pem.h"
#include "wsamt/wsamt.h"

#define STORE_CERT "AMT_PublicKeyCertificate"
#define STORE_KEY "AMT_PublicPrivateKeyPair"
#define STORE_ID_MAX 128		/* bytes of an InstanceID */
#define STORE_MAX 64			/* entries of either kind */

struct store_cert {
	char id[STORE_ID_MAX];
	bool root;			/* trusted */
	struct pem_cert cert;
};
struct store_key {
	char id[STORE_ID_MAX];
	struct buf der;			/* DERKey */
};
struct store {
	struct store_cert certs[STORE_MAX];
	struct store_key keys[STORE_MAX];
	size_t ncerts, nkeys;
};

/* NULL on error; free it with store_free(). */
struct store *store_read(struct wsamt *a, struct err *e);
void store_free(struct store *s);

/* NULL: not there. */
const struct store_cert *store_cert(const struct store *s,
    const struct pem_cert *c, bool root);
const struct store_key *store_key(const struct store *s,
    const struct buf *public);

#endif
