/* SPDX-License-Identifier: MIT */
/* Waiting while the loop goes on: see wsamt.h. */
#include "lib/fiber.h"
#include "lib/loop.h"
#include "wsamt/wsamt.h"

static void
on_time(void *arg)
{
	*(bool *)arg = true;
}

int
wsamt_until(struct loop *l, bool *done, int64_t ms, struct err *e)
{
	struct loop_timer timer = { 0 };
	int rc;

	loop_after(l, &timer, ms, on_time, done);
	rc = fiber_wait(l, done, e);
	loop_cancel(&timer);
	return rc;
}

int
wsamt_rest(struct wsamt *a, int64_t ms, struct err *e)
{
	bool over = false;

	return wsamt_until(wsman_loop(a->wsman), &over, ms, e);
}
