/* SPDX-License-Identifier: MIT */
/*
 * An image: a file or a block device, opened once, read and written by
 * position, never mapped: one that shrinks or fails while it is served gives
 * an error, not a signal.
 */
#ifndef IDERTOOL_MEDIUM_H
#define IDERTOOL_MEDIUM_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idertool/scsi.h"

#define MEDIUM_NAME_MAX 256

struct err;

struct medium {
	int fd;				/* -1: none */
	bool writable, unsynced;
	uint64_t blocks;
	uint64_t tail;			/* bytes behind the last whole block */
	char name[MEDIUM_NAME_MAX];	/* for people */
};

void medium_init(struct medium *m);
/*
 * writable: not through a symbolic link, and nobody else may serve or write
 * it meanwhile.  ERR_LOCAL, with path.
 */
int medium_open(struct medium *m, enum scsi_kind kind, const char *path,
    bool writable, struct err *e);
/* The same with a descriptor that somebody else opened; takes fd. */
int medium_adopt(struct medium *m, enum scsi_kind kind, int fd,
    const char *name, bool writable, struct err *e);
/* Flushes first what was written: ERR_LOCAL if that fails; closed anyway. */
int medium_close(struct medium *m, struct err *e);

/* All of it, or -1: the image ends earlier than it did, or cannot be read. */
int medium_read(struct medium *m, const struct iovec *iov, int parts,
    uint64_t offset, struct err *e);
int medium_write(struct medium *m, const void *p, size_t n, uint64_t offset,
    struct err *e);
int medium_sync(struct medium *m, struct err *e);

#endif
