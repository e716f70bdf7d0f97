/* SPDX-License-Identifier: MIT */
/*
 * lib/digest: RFC 2617's own example, the worked example of the redirection
 * protocol, challenges of real firmware, and challenges nobody should send.
 */
#include "lib/digest.h"
#include "lib/err.h"
#include "tests/unit/test.h"

static struct err e;

static int
parse(struct digest_challenge *c, const char *text)
{
	memset(&e, 0, sizeof e);
	memset(c, 'x', sizeof *c);
	return digest_challenge_parse(c, text, strlen(text), &e);
}

static void
rfc2617(void)
{
	struct digest_challenge c;
	struct digest_request q = { .user = "Mufasa",
		.password = "Circle Of Life", .method = "GET",
		.uri = "/dir/index.html", .cnonce = "0a4f113b", .nc = 1 };
	char out[DIGEST_HEADER_MAX];

	is_int(parse(&c, "Digest realm=\"testrealm@host.com\", "
	    "qop=\"auth,auth-int\", "
	    "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
	    "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), 0);
	is_str(c.realm, "testrealm@host.com");
	is_int(c.qop, DIGEST_AUTH | DIGEST_AUTH_INT);
	ok(c.has_opaque && !c.stale && !c.algorithm);
	is_int(digest_authorization(out, &c, &q, &e), 0);
	is_str(out, "Digest username=\"Mufasa\", "
	    "realm=\"testrealm@host.com\", "
	    "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
	    "uri=\"/dir/index.html\", qop=auth, nc=00000001, "
	    "cnonce=\"0a4f113b\", "
	    "response=\"6629fae49393a05397450978507c4ef1\", "
	    "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
	/* RFC 2069's form of the same; value from its errata. */
	c.qop = 0;
	is_int(digest_authorization(out, &c, &q, &e), 0);
	has(out, "response=\"670fd8c2df070c60b045671b8b24ff02\"");
	ok(strstr(out, "cnonce") == NULL && strstr(out, "nc=") == NULL);
}

/* auth-int, when nothing else is offered: computed with openssl md5. */
static void
auth_int(void)
{
	struct digest_challenge c;
	struct digest_request q = { .user = "admin", .password = "P@ssw0rd!",
		.method = "POST", .uri = "/wsman",
		.cnonce = "00112233445566778899aabbccddeeff", .nc = 17,
		.body = "<a/>", .body_len = 4 };
	char out[DIGEST_HEADER_MAX];

	is_int(parse(&c, "Digest realm=\"R\",nonce=\"N\",qop=\"auth-int\""),
	    0);
	is_int(digest_authorization(out, &c, &q, &e), 0);
	has(out, "qop=auth-int, nc=00000011");
	has(out, "response=\"9173cdbfbe554bac58c9b079f7422e3f\"");
}

/* Redirection protocol, digest computation, worked example. */
static void
redirection(void)
{
	struct digest_input in = { .user = "admin", .password = "P@ssw0rd!",
		.realm = "Digest:A3C1F00D0123456789ABCDEF00112233",
		.nonce = "9aF0c1d2e3B4a5968778695a4b3c2d1e",
		.method = "POST", .uri = "/RedirectionService",
		.qop = "auth", .nc = "00000002",
		.cnonce = "00112233445566778899aabbccddeeff" };
	char out[DIGEST_HEX + 1];

	is_int(digest_response(out, &in, &e), 0);
	is_str(out, "5ac4c5cae898d63bcae223383ab94114");
	in.qop = NULL;
	is_int(digest_response(out, &in, &e), 0);
	is_str(out, "ef16941abdd541d6ad3ed7b5b57f26a5");
	in.qop = "";			/* computed with openssl md5 */
	is_int(digest_response(out, &in, &e), 0);
	is_str(out, "39c5f047cff7eadfd55264478df3f987");
}

static void
firmware(void)
{
	struct digest_challenge c;

	is_int(parse(&c, "Digest "
	    "realm=\"Digest:34BF4B5A0561F95248F58509A406E046\", "
	    "nonce=\"bQali2IAAAAAAAAAn0xaWCOcxNsRcEHX\","
	    "stale=\"false\",qop=\"auth\""), 0);
	is_str(c.realm, "Digest:34BF4B5A0561F95248F58509A406E046");
	is_str(c.nonce, "bQali2IAAAAAAAAAn0xaWCOcxNsRcEHX");
	is_int(c.qop, DIGEST_AUTH);
	ok(!c.stale && !c.has_opaque);
	is_int(parse(&c, "Negotiate, Digest realm=\"r\", nonce=\"n\", "
	    "stale=\"TRUE\", qop=\"auth-int\""), 0);
	ok(c.stale);
	is_int(c.qop, DIGEST_AUTH_INT);
}

static void
several(void)
{
	struct digest_challenge c;

	is_int(parse(&c, "Negotiate YIIabc/+==, Basic realm=\"b\", "
	    "dIgEsT REALM = \"a \\\"b\\\\\" ,, Nonce=n0nce, qop=auth"), 0);
	is_str(c.realm, "a \"b\\");
	is_str(c.nonce, "n0nce");
	is_int(parse(&c, "Digest realm=\"1\", nonce=\"1\", "
	    "algorithm=SHA-256, Digest realm=\"2\", nonce=\"2\", "
	    "algorithm=md5, Digest realm=\"3\", nonce=\"3\""), 0);
	is_str(c.realm, "2");
	ok(c.algorithm);
	is_int(parse(&c, "Digest realm=\"\", nonce=\"\""), 0);
	is_str(c.realm, "");
	is_int(c.qop, 0);
}

static void
refused(void)
{
	static const char *const texts[] = { "", ",", "=", "\"", "Digest",
		"Digest realm=\"r\"", "Digest nonce=\"n\"",
		"Basic realm=\"r\", nonce=\"n\"",
		"realm=\"r\", nonce=\"n\"",
		"Digest realm=\"r\", nonce=\"n", "Digest realm=\"r\\",
		"Digest realm=\"r\", nonce=\"n\\\"",
		"Digest realm=\"r\", nonce=\"n\", realm=\"s\"",
		"Digest realm=\"r\", nonce=\"n\", nonce=\"m\"",
		"Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess",
		"Digest realm=\"r\", nonce=\"n\", qop=\"fast\"",
		"Digest realm=\"r\r\nX: y\", nonce=\"n\"",
		"Digest realm=\"r\", nonce=\"n\1\"" };
	struct digest_challenge c;
	char text[DIGEST_CHALLENGE_MAX + 2];
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (!is_int(parse(&c, texts[i]), -1))
			printf("    text %s\n", texts[i]);
		is_int(e.kind, ERR_PROTO);
		ok(c.realm[0] == 'x');
	}
	snprintf(text, sizeof text, "Digest nonce=\"n\", realm=\"%256s\"",
	    "");
	is_int(parse(&c, text), -1);
	snprintf(text, sizeof text, "Digest nonce=\"n\", realm=\"%255s\"",
	    "");
	is_int(parse(&c, text), 0);
	memset(text, ' ', sizeof text);
	is_int(digest_challenge_parse(&c, text, DIGEST_CHALLENGE_MAX + 1, &e),
	    -1);
	has(e.text, "longer than 4096");
	/* A NUL inside ends nothing by accident. */
	is_int(digest_challenge_parse(&c, "Digest\0realm=\"r\",nonce=\"n\"",
	    27, &e), -1);
}

static void
quoting(void)
{
	struct digest_challenge c;
	struct digest_request q = { .user = "a\"b\\c", .password = "p",
		.method = "POST", .uri = "/wsman", .cnonce = "c", .nc = 1 };
	char out[DIGEST_HEADER_MAX], user[DIGEST_HEADER_MAX];

	is_int(parse(&c, "Digest realm=\"x\\\"y\", nonce=\"n\", "
	    "algorithm=MD5"), 0);
	is_int(digest_authorization(out, &c, &q, &e), 0);
	has(out, "username=\"a\\\"b\\\\c\", realm=\"x\\\"y\"");
	has(out, "algorithm=MD5");
	q.user = "a\r\nHost: b";
	is_int(digest_authorization(out, &c, &q, &e), -1);
	is_int(e.kind, ERR_USAGE);
	has(e.text, "user name");
	memset(user, 'u', sizeof user - 1);
	user[sizeof user - 1] = '\0';
	q.user = user;
	is_int(digest_authorization(out, &c, &q, &e), -1);
}

int
main(void)
{
	static const uint8_t random[DIGEST_RANDOM] = { 0, 1, 0xfe, 0xff };
	char out[DIGEST_HEX + 1];

	rfc2617();
	auth_int();
	redirection();
	firmware();
	several();
	refused();
	quoting();
	digest_cnonce(out, random);
	is_str(out, "0001feff000000000000000000000000");
	return test_done();
}
