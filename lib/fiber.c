/* SPDX-License-Identifier: MIT */
/*
 * Fibers over ucontext: see fiber.h.  Only the pages of a stack that were
 * touched take memory; below it is a page that nobody may touch, so that
 * too deep a call is a crash and no corruption.  AddressSanitizer is told of
 * each change of stacks.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/fiber.h"
#include "lib/loop.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(WITH_ASAN)
#include <sanitizer/common_interface_defs.h>
#define STACK_SIZE (1024 * 1024)	/* its frames are large */
#else
#define __sanitizer_start_switch_fiber(save, bottom, size) \
	((void)(save), (void)(bottom), (void)(size))
#define __sanitizer_finish_switch_fiber(save, bottom, size) \
	((void)(save), (void)(bottom), (void)(size))
#define STACK_SIZE (256 * 1024)
#endif

struct fiber {
	ucontext_t self, runner;
	fiber_fn *fn;
	void *arg;
	const bool *done;		/* what it waits for; NULL: nothing */
	bool ended;
	char *map;			/* guard page, then the stack */
	size_t guard;
	void *fake;			/* AddressSanitizer's */
	const void *runner_stack;
	size_t runner_size;
};

static struct fiber *current;		/* the one that runs */

/* Back to whoever runs it. */
static void
leave(struct fiber *f)
{
	current = NULL;
	__sanitizer_start_switch_fiber(f->ended ? NULL : &f->fake,
	    f->runner_stack, f->runner_size);
	(void)swapcontext(&f->self, &f->runner);
	__sanitizer_finish_switch_fiber(f->fake, &f->runner_stack,
	    &f->runner_size);
}

static void
begin(void)
{
	struct fiber *f = current;

	__sanitizer_finish_switch_fiber(NULL, &f->runner_stack,
	    &f->runner_size);
	f->fn(f->arg);
	f->ended = true;
	leave(f);
}

static int
make_stack(struct fiber *f)
{
	char *map;

	f->guard = (size_t)sysconf(_SC_PAGESIZE);
	map = mmap(NULL, f->guard + STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (map == MAP_FAILED)
		return -1;
	f->map = map;
	return mprotect(map, f->guard, PROT_NONE);
}

/* Apart, for getcontext() is one of those that "return twice". */
static int
make_context(struct fiber *f)
{
	if (getcontext(&f->self) == -1)
		return -1;
	f->self.uc_stack.ss_sp = f->map + f->guard;
	f->self.uc_stack.ss_size = STACK_SIZE;
	f->self.uc_link = NULL;		/* begin() never returns */
	makecontext(&f->self, begin, 0);
	return 0;
}

struct fiber *
fiber_new(fiber_fn *fn, void *arg, struct err *e)
{
	struct fiber *f = calloc(1, sizeof *f);

	if (f != NULL) {
		f->fn = fn;
		f->arg = arg;
		if (make_stack(f) == 0 && make_context(f) == 0)
			return f;
	}
	(void)err_sys(e, ERR_LOCAL, "memory for one machine more");
	fiber_free(f);
	return NULL;
}

void
fiber_free(struct fiber *f)
{
	if (f == NULL)
		return;
	if (f->map != NULL)
		(void)munmap(f->map, f->guard + STACK_SIZE);
	free(f);
}

bool
fiber_ready(const struct fiber *f)
{
	return f->done == NULL || *f->done;
}

bool
fiber_run(struct fiber *f)
{
	void *fake = NULL;

	current = f;
	__sanitizer_start_switch_fiber(&fake, f->map + f->guard, STACK_SIZE);
	(void)swapcontext(&f->runner, &f->self);
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
	return f->ended;
}

int
fiber_wait(struct loop *l, const bool *done, struct err *e)
{
	struct fiber *f = current;

	while (!*done) {
		if (f == NULL) {
			if (loop_turn(l, -1, e) == -1)
				return -1;
			continue;
		}
		f->done = done;
		leave(f);
		f->done = NULL;
	}
	return 0;
}
