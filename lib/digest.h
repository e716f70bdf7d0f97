/* SPDX-License-Identifier: MIT */
/*
 * HTTP Digest access authentication with MD5 (RFC 2617, and RFC 2069 for
 * servers that offer no qop), as the web server and the redirection ports
 * of AMT both speak it.  Pure: nonces of ours are drawn by the caller,
 * digest_cnonce() only writes them down.  Leaves out MD5-sess, SHA-256
 * (AMT offers neither) and Authentication-Info.
 */
#ifndef LIB_DIGEST_H
#define LIB_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_HEX 32			/* digits of an MD5 */
#define DIGEST_TEXT_MAX 255		/* bytes of a realm, nonce, opaque */
#define DIGEST_CHALLENGE_MAX 4096	/* bytes of a challenge we look at */
#define DIGEST_HEADER_MAX 4096		/* bytes of an Authorization, with NUL */
#define DIGEST_RANDOM 16		/* bytes behind a cnonce */

struct err;

enum digest_qop { DIGEST_AUTH = 1, DIGEST_AUTH_INT = 2 };	/* bits */

/* What a server asks: printable text, NUL-terminated. */
struct digest_challenge {
	char realm[DIGEST_TEXT_MAX + 1];
	char nonce[DIGEST_TEXT_MAX + 1];
	char opaque[DIGEST_TEXT_MAX + 1];	/* only if has_opaque */
	bool has_opaque;
	bool algorithm;			/* named: to be named back */
	bool stale;
	unsigned qop;			/* offered, enum digest_qop; 0: none */
};

/*
 * The value of a WWW-Authenticate header, which may hold several challenges
 * of several schemes: takes the first Digest with MD5.  Hostile text.
 * -1: ERR_PROTO, *c untouched.
 */
int digest_challenge_parse(struct digest_challenge *c, const char *text,
    size_t len, struct err *e);

/* 32 hex digits from DIGEST_RANDOM bytes of getrandom(2). */
void digest_cnonce(char out[DIGEST_HEX + 1],
    const uint8_t random[DIGEST_RANDOM]);

/* What goes into a response.  Borrows everything. */
struct digest_input {
	const char *user, *realm, *password;
	const char *nonce;
	const char *method, *uri;
	/*
	 * NULL: RFC 2069, nc and cnonce are not hashed.  "" is hashed as
	 * empty text between its colons.  "auth-int": body is hashed too.
	 */
	const char *qop;
	const char *nc, *cnonce;	/* not looked at without qop */
	const void *body;		/* auth-int only */
	size_t body_len;
};

/* Lower-case hex.  -1: ERR_LOCAL (no memory, MD5 forbidden by policy). */
int digest_response(char out[DIGEST_HEX + 1], const struct digest_input *in,
    struct err *e);

/*
 * The value of an Authorization header that answers c: qop auth if offered,
 * else auth-int, else none.  nc is the count of requests with this nonce,
 * from 1.  -1: ERR_LOCAL; ERR_USAGE for a user name no header can hold.
 */
struct digest_request {
	const char *user, *password;
	const char *method, *uri;
	const char *cnonce;
	uint32_t nc;
	const void *body;
	size_t body_len;
};
int digest_authorization(char out[DIGEST_HEADER_MAX],
    const struct digest_challenge *c, const struct digest_request *q,
    struct err *e);

#endif
