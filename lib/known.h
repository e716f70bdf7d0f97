/* SPDX-License-Identifier: MIT */
/*
 * known_hosts: the certificate each machine showed first (--tofu), one pin
 * for all its ports.  "name sha256:hex" a line, in $XDG_STATE_HOME/amt.
 * Many processes write at once: a lock, a new file, a rename.
 */
#ifndef LIB_KNOWN_H
#define LIB_KNOWN_H

#include "lib/conf.h"

struct err;

struct known {
	char pin[PIN_SIZE];
	char where[4096 + 32];		/* "path:line" */
};

/* 1: found, 0: unknown, -1: ERR_LOCAL.  Names compare without case. */
int known_find(struct known *k, const char *name, struct err *e);
/*
 * Store the first pin of a name.  When another process was faster its pin
 * stays and is found in *k: 1.  0: stored.
 */
int known_add(struct known *k, const char *name, const char *pin,
    struct err *e);

#endif
