/* SPDX-License-Identifier: MIT */
/*
 * The redirection protocol of Intel AMT, ports 16994 and 16995: where each
 * message of serial-over-LAN, storage redirection and KVM ends, the start of
 * a session, and the login, all without sockets or clocks.  What a service
 * says after the login is the business of the tool that uses it.  Of the
 * logins, only digest (methods 4 and 3) is spoken: clear text (1) is
 * refused, Kerberos (2) left out.
 */
#ifndef LIB_REDIR_H
#define LIB_REDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/digest.h"

#define REDIR_AUTH_MAX 4096		/* bytes of a login message's payload */
#define REDIR_FIELD_MAX 255		/* bytes of a login field */
#define REDIR_MESSAGE_MAX (34 + 65535)	/* the longest message there is */
#define REDIR_START_LEN 8
#define REDIR_END_LEN 4
#define REDIR_START_REPLY_MIN 13

struct buf;
struct err;
struct rd;
struct wr;

enum redir_service { REDIR_SOL, REDIR_IDER, REDIR_KVM };
enum redir_side { REDIR_DEVICE, REDIR_CONSOLE };	/* who sent it */

enum redir_type {			/* of the session layer */
	REDIR_START = 0x10, REDIR_START_REPLY = 0x11, REDIR_END = 0x12,
	REDIR_AUTH = 0x13, REDIR_AUTH_REPLY = 0x14,
	REDIR_RELAY_NOTE = 0xf0,	/* a relay's, not a device's: skip */
};

/*
 * Size in bytes of the first message in p[0..n); 0 if more bytes are needed;
 * -1 if they cannot begin a message that `from` sends in this service, or
 * declare a length beyond the maximum.  Borrows p.  What follows the KVM
 * opening (0x40, 0x41) is RFB and not framed.
 */
int redir_frame(enum redir_service s, enum redir_side from, const uint8_t *p,
    size_t n);
/* What the message is called, for people; NULL: no such message. */
const char *redir_message_name(enum redir_service s, enum redir_side from,
    uint8_t type);
/* "serial-over-LAN", "storage redirection", "KVM" */
const char *redir_service_name(enum redir_service s);

/* ---- session start and end -------------------------------------------- */

enum redir_start_status { REDIR_OK = 0, REDIR_NO_SERVICE = 1, REDIR_BUSY = 2,
    REDIR_DISABLED = 3, REDIR_CONSENT = 5, REDIR_FAILED = 255 };

struct redir_start_reply {
	uint8_t status;
	uint8_t protocol_major, protocol_minor;
	uint8_t firmware_major, firmware_minor;
	uint32_t vendor;		/* IANA number: 343 is Intel */
};

void redir_start_encode(struct wr *w, enum redir_service s);
void redir_end_encode(struct wr *w);
int redir_start_decode(struct rd *r, enum redir_service *s, struct err *e);
/* A refusal may stop anywhere after its status. */
int redir_start_reply_decode(struct rd *r, struct redir_start_reply *m,
    struct err *e);
/* The sentence for a refusal, with its remedy: ERR_REFUSED.  -1. */
int redir_start_error(enum redir_service s, uint8_t status, const char *host,
    struct err *e);

/* ---- login messages --------------------------------------------------- */

enum redir_method { REDIR_QUERY = 0, REDIR_CLEAR = 1, REDIR_KERBEROS = 2,
    REDIR_DIGEST_NO_QOP = 3, REDIR_DIGEST = 4 };
enum redir_auth_status { REDIR_AUTH_OK = 0, REDIR_AUTH_CHALLENGE = 1,
    REDIR_AUTH_NO_METHOD = 2 };

/* Fields of a digest message; texts without NUL, at most REDIR_FIELD_MAX. */
struct redir_auth {
	uint8_t method;			/* REDIR_QUERY has no fields */
	const char *user, *realm, *nonce, *uri, *cnonce, *nc, *response, *qop;
};
struct redir_auth_reply {
	uint8_t status, method;
	const uint8_t *data;		/* borrows from the reader */
	size_t len;
};
struct redir_challenge {
	char realm[REDIR_FIELD_MAX + 1];
	char nonce[REDIR_FIELD_MAX + 1];
	char qop[REDIR_FIELD_MAX + 1];	/* REDIR_DIGEST only */
};

/* NULL fields are sent empty; w->bad if one is too long. */
void redir_auth_encode(struct wr *w, const struct redir_auth *m);
int redir_auth_reply_decode(struct rd *r, struct redir_auth_reply *m,
    struct err *e);
int redir_challenge_decode(const struct redir_auth_reply *m,
    struct redir_challenge *c, struct err *e);

/* ---- the login, from the first byte on -------------------------------- */

/*
 *	redir_login_begin(), send what is in out; for each piece received,
 *	append to in and call redir_login_step(), send what is in out;
 *	when the peer closes before it is done, redir_login_closed().
 */
enum redir_login_state { REDIR_LOGIN_START, REDIR_LOGIN_QUERY,
    REDIR_LOGIN_ASKED, REDIR_LOGIN_ANSWERED, REDIR_LOGIN_DONE };

struct redir_login {
	/* Set by the caller; borrowed until the login is done or failed. */
	enum redir_service service;
	const char *host;		/* for sentences */
	const char *user, *password;
	const char *cnonce;		/* new for each login */
	bool tls;			/* the stream is TLS: for advice */
	/* For the caller to read. */
	enum redir_login_state state;
	struct redir_start_reply device;	/* from REDIR_LOGIN_QUERY on */
	uint8_t method;			/* from REDIR_LOGIN_ASKED on */
};

int redir_login_begin(struct redir_login *l, struct buf *out, struct err *e);
/*
 * 1: logged in; what is left in `in` belongs to the service.  0: needs more.
 * -1: ERR_REFUSED, ERR_TRUST, ERR_PROTO, ERR_USAGE, ERR_LOCAL.
 */
int redir_login_step(struct redir_login *l, struct buf *in, struct buf *out,
    struct err *e);
/* The sentence for a peer that closed during the login.  -1. */
int redir_login_closed(const struct redir_login *l, const struct buf *in,
    struct err *e);
/* What the login waits for: "its answer to the session start" */
const char *redir_login_waits_for(const struct redir_login *l);

#endif
