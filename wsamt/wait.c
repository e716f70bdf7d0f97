/* SPDX-License-Identifier: MIT */
/* A pause in which the loop goes on: see wsamt.h. */
#include "lib/fiber.h"
#include "lib/loop.h"
#include "wsamt/wsamt.h"

static void
on_pause(void *arg)
{
	*(bool *)arg = true;
}

int
wsamt_rest(struct wsamt *a, int64_t ms, struct err *e)
{
	struct loop *l = wsman_loop(a->wsman);
	struct loop_timer timer = { 0 };
	bool over = false;
	int rc;

	loop_after(l, &timer, ms, on_pause, &over);
	rc = fiber_wait(l, &over, e);
	loop_cancel(&timer);
	return rc;
}
