/* SPDX-License-Identifier: MIT */
/*
 * A terminal in raw mode, and back to what it was whatever happens: return,
 * exit(), stop and continue, a crash.  SIGTERM, SIGHUP and SIGINT are the
 * caller's, who takes them through the loop, ends its work and restores.
 * One terminal a process.
 */
#ifndef LIB_TTY_H
#define LIB_TTY_H

#include <stdbool.h>

struct err;
struct loop;

/*
 * Raw from here on.  Takes SIGTSTP and SIGCONT through the loop: a stopped
 * process leaves the terminal as it was and finds it raw again afterwards.
 * ERR_LOCAL.
 */
int tty_raw(struct loop *l, int fd, struct err *e);
void tty_restore(void);			/* not raw is fine */
bool tty_is_raw(void);

#endif
