/* SPDX-License-Identifier: MIT */
/*
 * The command after "--": run in our place when the condition holds, without
 * our passwords in its environment.
 */
#ifndef PINGWAIT_COMMAND_H
#define PINGWAIT_COMMAND_H

#include <stddef.h>

struct err;

/*
 * {} in a word of argv is the host; a word that is {} alone becomes all n
 * hosts, a word each.  -1: ERR_USAGE, {} is in a longer word and n is not 1.
 */
int command_check(char *const argv[], size_t n, struct err *e);
/* Does not return when it succeeds. */
int command_run(char *const argv[], const char *const hosts[], size_t n,
    struct err *e);

#endif
