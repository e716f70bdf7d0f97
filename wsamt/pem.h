/* SPDX-License-Identifier: MIT */
/*
 * Certificates and keys in PEM files, judged by what AMT can hold before
 * anything is sent, and the base64 of DER that it speaks.
 */
#ifndef WSAMT_PEM_H
#define WSAMT_PEM_H

#include <stdbool.h>

#include "lib/buf.h"

#define PEM_FILE_MAX (256 << 10)
#define PEM_CERT_MAX 4100		/* bytes of DER that AMT stores */
#define PEM_KEY_MAX 1210		/* an RSA key of 2048 bits has 1190 or so */

struct err;

/* What a certificate says; strings are freed by pem_cert_clear(). */
struct pem_cert {
	struct buf der;
	struct buf key;			/* its public key, SubjectPublicKeyInfo */
	char *subject, *issuer;
	int64_t begins, ends;		/* seconds since 1970 */
	bool ca, self_signed;
};

/* All -1: ERR_LOCAL for the file, ERR_USAGE for what is in it. */
int pem_cert_read(struct pem_cert *c, const char *path, struct err *e);
int pem_cert_decode(struct pem_cert *c, const void *der, size_t len,
    struct err *e);
void pem_cert_clear(struct pem_cert *c);
/*
 * An RSA key as PKCS#1 DER, and its public half as SubjectPublicKeyInfo;
 * clear both with buf_clear(), which wipes.
 */
int pem_key_read(struct buf *der, struct buf *public, const char *path,
    struct err *e);

/* Is this DERKey of the firmware's that SubjectPublicKeyInfo? */
bool pem_same_key(const struct buf *public, const void *key, size_t len);

/* Text: NUL-terminated.  Bytes: white space is skipped; ERR_PROTO. */
int base64_text(struct buf *out, const void *p, size_t n, struct err *e);
int base64_bytes(struct buf *out, const char *text, struct err *e);
/* Text of a file's bytes; of one in PEM, of what that stands for. */
int base64_file(struct buf *out, const char *path, struct err *e);

#endif
