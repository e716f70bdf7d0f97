/* SPDX-License-Identifier: MIT */
/*
 * The two drives a machine sees over storage redirection, as SCSI: a CDB and
 * the state of a drive in, data, a sense or a wish for blocks out.  Pure: the
 * blocks themselves are moved by the caller.  MMC, SBC and SPC as far as
 * BIOSes, UEFI, Linux and Windows use them; redirection protocol, SCSI
 * command set.
 */
#ifndef IDERTOOL_SCSI_H
#define IDERTOOL_SCSI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCSI_CDB_LEN 12
#define SCSI_DATA_MAX 128		/* bytes of the longest built answer */
#define SCSI_BLOCKS_MAX 0xffffffffu	/* READ CAPACITY(10) can say no more */
#define SCSI_SETTLE_MS 1000		/* no medium for so long after a change */

enum scsi_kind { SCSI_FLOPPY, SCSI_CD };

struct scsi_sense { uint8_t key, asc, ascq; };
extern const struct scsi_sense scsi_read_error, scsi_write_error,
    scsi_too_much_data, scsi_no_such_command;

enum scsi_event { SCSI_NO_EVENT = 0, SCSI_EVENT_NEW = 2, SCSI_EVENT_GONE = 3 };

struct scsi_drive {
	enum scsi_kind kind;
	bool loaded;			/* an image is there */
	bool writable;			/* floppy only */
	bool can_eject;			/* the host may throw it out */
	uint64_t blocks;		/* at most SCSI_BLOCKS_MAX */
	/* What happened and the host does not know yet. */
	bool settling;			/* changed: not before ready_ms, one poll */
	bool polled;
	int64_t ready_ms;
	bool attention;			/* "medium changed" is due */
	enum scsi_event event;
	bool prevented;			/* the host locked it */
	struct scsi_sense sense;	/* of the last command; zero: none */
};

enum scsi_what {
	SCSI_GOOD,			/* done, no data */
	SCSI_SENSE,			/* d->sense says why not */
	SCSI_DATA,			/* data[0..len) */
	SCSI_READ,			/* send bytes [offset, offset + size) */
	SCSI_WRITE,			/* store them; then sync if `sync` */
	SCSI_SYNC,			/* flush the image */
	SCSI_EJECT,			/* done, and the medium is out */
};

struct scsi_answer {
	enum scsi_what what;
	uint8_t data[SCSI_DATA_MAX];
	size_t len;
	uint64_t offset, size;		/* bytes; within the medium */
	uint64_t lba;			/* of a read or write */
	bool sync;
};

static inline unsigned
scsi_block_size(enum scsi_kind kind)
{
	return kind == SCSI_CD ? 2048 : 512;
}

/* now_ms: any clock that only goes forward. */
void scsi_command(struct scsi_drive *d, const uint8_t cdb[SCSI_CDB_LEN],
    int64_t now_ms, struct scsi_answer *a);
/* The caller could not do what was asked: the sense for it. */
void scsi_failed(struct scsi_drive *d, struct scsi_sense sense);

/* A medium goes in while the host watches; at the start set the fields. */
void scsi_insert(struct scsi_drive *d, uint64_t blocks, bool writable,
    int64_t now_ms);
void scsi_remove(struct scsi_drive *d);
void scsi_reset(struct scsi_drive *d);	/* the bus was reset */

const char *scsi_name(uint8_t opcode);	/* "READ(10)"; NULL: unknown */

#endif
