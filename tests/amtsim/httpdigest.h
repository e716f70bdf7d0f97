/* SPDX-License-Identifier: MIT */
/*
 * HTTP digest login, the device's half: challenges with nonces of its own,
 * and judging an Authorization header.  Written from RFC 2617 alone, so
 * that a mistake in the tools' half cannot hide behind the same mistake
 * here.
 */
#ifndef AMTSIM_HTTPDIGEST_H
#define AMTSIM_HTTPDIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct user;

#define NONCE_TEXT 32			/* base64 of 24 bytes */
#define NONCES_MAX 64			/* older ones are forgotten: stale */

struct nonce {
	char text[NONCE_TEXT + 1];
	uint32_t nc;			/* highest count seen */
};

struct nonces {
	struct nonce slot[NONCES_MAX];
	unsigned next;
	uint64_t issued;
};

enum digest_verdict {
	DIGEST_OK,
	DIGEST_ABSENT,			/* no credentials at all: the first 401 */
	DIGEST_STALE,			/* right password, nonce not ours any more */
	DIGEST_WRONG,			/* user, password, or the door he came by */
	DIGEST_MALFORMED,		/* not a digest answer; why says what */
};

/* What an answer is checked against; borrows everything. */
struct digest_request {
	const char *authorization;	/* header value, NULL when absent */
	const char *method, *target;	/* as on the request line */
	const void *body;
	size_t body_len;
	bool local;			/* came through the host's door */
	const char *qops;		/* what the challenge offered */
};

/*
 * *who is the user on DIGEST_OK, and the user the answer named (or NULL)
 * otherwise.  *why is a static sentence when the client did something that
 * no correct client does, else NULL; it may be set with any verdict.
 */
enum digest_verdict digest_judge(struct nonces *ns, struct sim *sim,
    const struct digest_request *q, struct user **who, const char **why);
/* WWW-Authenticate with a new nonce, at most 255 bytes. */
void digest_challenge(struct nonces *ns, struct sim *sim, const char *qops,
    bool stale, char out[256]);
/* The device forgets every nonce. */
void digest_forget(struct nonces *ns);

#endif
