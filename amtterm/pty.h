/* SPDX-License-Identifier: MIT */
/*
 * --pty: a pseudo terminal in place of standard input and output, for
 * programs that know only serial ports.  It is raw, its owner's alone, and
 * found by a link.  We keep its other side open, so that programs may come
 * and go; what nobody reads is kept up to a limit, then the oldest is lost.
 */
#ifndef AMTTERM_PTY_H
#define AMTTERM_PTY_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct loop;
struct pty;

struct pty_events {
	/* Returns how many of n bytes it took; for more see pty_more(). */
	size_t (*input)(void *arg, const uint8_t *p, size_t n);
};

/*
 * link must not be there, or be a symbolic link to a pseudo terminal that is
 * gone.  NULL: ERR_LOCAL.
 */
struct pty *pty_new(struct loop *l, const char *link,
    const struct pty_events *ev, void *arg, struct err *e);
void pty_free(struct pty *s);		/* the link too, if it is still ours */

void pty_more(struct pty *s);		/* input() would take more now */
void pty_write(struct pty *s, const uint8_t *p, size_t n);

#endif
