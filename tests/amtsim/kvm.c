/* SPDX-License-Identifier: MIT */
/*
 * KVM, the device's side, as far as the session: opened by 0x40, one at a
 * time, ended by closing the connection.  What follows, RFB, is not spoken:
 * bytes of the viewer are taken and nothing is shown.  Redirection protocol:
 * KVM, opening.
 */
#include <string.h>

#include "lib/err.h"
#include "redir.h"

enum { OPEN = 0x40, OPEN_REPLY = 0x41 };

static const struct frame frames[] = {
	{ OPEN, 8, 0, 0, "KVM open" },
	{ 0 },
};

static int
message(struct redir *r, const uint8_t *p, size_t n, struct err *e)
{
	uint8_t m[8] = { OPEN_REPLY };

	(void)p, (void)n;
	if (r->state != LOGGED_IN)
		return err_set(e, ERR_PROTO, "KVM opened out of turn");
	if (!redir_open(r)) {
		redir_end(r, true);
		return 0;
	}
	r->state = SESSION;
	redir_send(r, m, sizeof m);
	return 0;
}

static void
on_closed(struct redir *r, bool lost)
{
	(void)lost;
	redir_release(r, 0);
}

const struct redir_service redir_kvm = {
	.tag = "KVMR",
	.service = SERVICE_KVM,
	.raw = true,
	.frames = frames,
	.message = message,
	.closed = on_closed,
};
