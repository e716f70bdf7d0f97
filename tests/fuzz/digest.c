/* SPDX-License-Identifier: MIT */
/*
 * A login challenge: any bytes.  One that is taken can be answered, and the
 * answer is one line of a header.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest_request q = { .user = "ad\"min", .password = "P@ssw0rd!",
		.method = "POST", .uri = "/wsman", .cnonce = "0a4f113b",
		.nc = 1, .body = data, .body_len = size };
	char out[DIGEST_HEADER_MAX];
	struct digest_challenge c;
	struct err e;

	if (digest_challenge_parse(&c, (const char *)data, size, &e) == -1)
		return 0;
	if (strlen(c.realm) > DIGEST_TEXT_MAX ||
	    strlen(c.nonce) > DIGEST_TEXT_MAX ||
	    digest_authorization(out, &c, &q, &e) == -1 ||
	    strpbrk(out, "\r\n") != NULL)
		abort();
	return 0;
}
