/* SPDX-License-Identifier: MIT */
/*
 * The redirection protocol: the first byte says what the rest is: a login's
 * answers, in pieces, or a stream of messages to frame.
 */
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Messages one after the other; each at most what was said. */
static void
frames(enum redir_service s, enum redir_side from, const uint8_t *p, size_t n)
{
	int len;

	while ((len = redir_frame(s, from, p, n)) > 0) {
		if ((size_t)len > n || len > REDIR_MESSAGE_MAX ||
		    redir_message_name(s, from, p[0]) == NULL)
			abort();
		p += len;
		n -= (size_t)len;
	}
}

static void
login(enum redir_service s, size_t piece, const uint8_t *p, size_t n)
{
	struct redir_login l = { .service = s, .host = "htpc",
		.user = "admin", .password = "P@ssw0rd!",
		.cnonce = "00112233445566778899aabbccddeeff" };
	struct buf in, out;
	struct err e;
	size_t part;
	int rc;

	buf_init(&in, REDIR_MESSAGE_MAX);
	buf_init(&out, 8192);
	rc = redir_login_begin(&l, &out, &e);
	for (; rc == 0 && n > 0; p += part, n -= part) {
		part = piece < n ? piece : n;
		if (buf_add(&in, p, part, &e) == -1)
			break;
		buf_clear(&out);
		rc = redir_login_step(&l, &in, &out, &e);
		frames(s, REDIR_CONSOLE, out.data, out.len);
	}
	if ((rc == 1) != (l.state == REDIR_LOGIN_DONE))
		abort();
	if (rc == 0)
		(void)redir_login_closed(&l, &in, &e);
	buf_clear(&in);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum redir_service s;

	if (size == 0)
		return 0;
	s = (enum redir_service)(data[0] % 3);
	if (data[0] & 0x80)
		frames(s, data[0] & 0x40 ? REDIR_DEVICE : REDIR_CONSOLE,
		    data + 1, size - 1);
	else
		login(s, 1 + (data[0] & 0x7f) / 3, data + 1, size - 1);
	return 0;
}
