/* SPDX-License-Identifier: MIT */
/*
 * Two drives with their images, and the commands that arrive for them: asks
 * scsi.h what to do, moves the blocks between image and messages, counts.
 * Outlives a connection: serve_reset() when one is gone.  Knows files, no
 * sockets.
 */
#ifndef IDERTOOL_SERVE_H
#define IDERTOOL_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idertool/ider.h"
#include "idertool/medium.h"
#include "idertool/scsi.h"

#define SERVE_DRIVES 2
#define SERVE_QUEUE_MAX 8		/* commands; a host has one a drive */

struct drive {
	struct scsi_drive scsi;
	struct medium medium;
	uint8_t *seen;			/* a bit a block that was read, or NULL */
	uint64_t unseen;		/* blocks that were never read */
};

struct stats {
	uint64_t commands[256];		/* by opcode */
	uint64_t ncommands, refused;	/* refused: ended with a sense */
	uint64_t read_bytes, written_bytes;
	uint64_t read_errors, write_errors;	/* of our files */
	uint64_t resets, reconnects;
	uint64_t gaps;			/* in the numbers of its messages */
	int64_t attached_ms;		/* loop_now_ms(); 0: never */
	int64_t first_ms, moved_ms;	/* the first, the last block moved */
	uint64_t lba;			/* where it was */
	int drive;			/* and of which drive; -1: none yet */
};

/* Said once it happened, from inside the calls below. */
struct serve_events {
	void (*trouble)(void *arg, const struct err *e);	/* with an image */
	void (*ejected)(void *arg, enum scsi_kind kind);	/* by the host */
};

struct serve {
	struct drive drive[SERVE_DRIVES];	/* by enum scsi_kind */
	struct stats stats;
	const struct serve_events *ev;
	void *arg;
	/* private: the command in progress, those that wait */
	enum { SERVE_IDLE, SERVE_READING, SERVE_WRITING } doing;
	struct ider_command command;
	uint64_t offset, left;		/* bytes of it still to move */
	size_t wanted;			/* of those: asked of the host */
	bool sync;
	bool watching;			/* which blocks are read */
	struct ider_command queue[SERVE_QUEUE_MAX];
	size_t queued;
};

const char *drive_name(enum scsi_kind kind);	/* "cd", "floppy" */
int drive_find(enum scsi_kind *kind, const char *name);	/* -1: no such */

void serve_init(struct serve *v, const struct serve_events *ev, void *arg);
/* Closes the images: -1 when what was written could not be kept. */
int serve_clear(struct serve *v, struct err *e);
/*
 * A medium for a drive, taken over; what was there goes out.  watched: a
 * host may be looking, so it is told as a change.
 */
int serve_insert(struct serve *v, enum scsi_kind kind, struct medium *m,
    bool watched, int64_t now_ms, struct err *e);
int serve_eject(struct serve *v, enum scsi_kind kind, struct err *e);
/* Count from now on which blocks are read; -1: no memory. */
int serve_watch_blocks(struct serve *v, struct err *e);
/* There is a medium, and of none is a block left. */
bool serve_all_seen(const struct serve *v);

/*
 * -1: the session cannot go on: ERR_PROTO, ERR_LOCAL.  Trouble with an image
 * is the host's to know and an event.  Each may leave messages in out.
 */
int serve_command(struct serve *v, struct ider *s,
    const struct ider_command *c, int64_t now_ms, struct buf *out,
    struct err *e);
int serve_data(struct serve *v, struct ider *s, const uint8_t *p, size_t n,
    int64_t now_ms, struct buf *out, struct err *e);
/* out is empty: the next data, the next command of the queue. */
int serve_more(struct serve *v, struct ider *s, int64_t now_ms,
    struct buf *out, struct err *e);
bool serve_has_more(const struct serve *v);	/* serve_more() would do something */
/* The bus was reset, or the connection is gone: what was pending is dead. */
void serve_reset(struct serve *v);

#endif
