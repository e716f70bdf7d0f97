/* SPDX-License-Identifier: MIT */
/* Files that decide whom we trust and what we run: who may write them. */
#ifndef LIB_OWNER_H
#define LIB_OWNER_H

struct err;

/*
 * fd is open at path, and what names it in the error.  It and the folder it
 * is in must belong to root or the user and be writable by nobody else.
 * -1: ERR_LOCAL.
 */
int owner_check(int fd, const char *what, const char *path, struct err *e);

#endif
