/* SPDX-License-Identifier: MIT */
/*
 * Names of many machines: "a,b", "rack[01-40]", "pc[1-3,7]-[1-2]".  A
 * bracket that opens a word is an IPv6 address.
 */
#ifndef LIB_HOSTS_H
#define LIB_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTS_MAX 16384			/* names */
#define HOSTS_NAME_MAX 512		/* bytes of one, port and NUL with it */

struct err;

/* Zero it before first use. */
struct hosts {
	char **names;			/* each once, in the order given */
	size_t n;
	size_t made;			/* private: with those given twice */
	void *seen;			/* private */
};

/* Does the text name several, or could it? */
bool hosts_is_list(const char *text);
/* -1: ERR_USAGE, ERR_LOCAL. */
int hosts_add(struct hosts *h, const char *text, struct err *e);
void hosts_clear(struct hosts *h);

#endif
