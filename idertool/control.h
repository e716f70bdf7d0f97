/* SPDX-License-Identifier: MIT */
/*
 * The control socket: a running idertool is asked how it is, and its media
 * are changed.  Lines in, lines out; an image to insert comes as an open
 * descriptor, so that the server needs no path after its start.  Only its
 * own user, and root, are listened to.
 */
#ifndef IDERTOOL_CONTROL_H
#define IDERTOOL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "idertool/medium.h"
#include "idertool/scsi.h"

#define CONTROL_LINE_MAX 512		/* bytes, with the newline */
#define CONTROL_CLIENTS_MAX 4

struct buf;
struct control;
struct err;
struct loop;

enum control_what { CONTROL_STATUS, CONTROL_EJECT, CONTROL_INSERT };

struct control_request {
	enum control_what what;
	enum scsi_kind kind;		/* the drive, but of CONTROL_STATUS */
	bool writable;			/* CONTROL_INSERT */
	char name[MEDIUM_NAME_MAX];	/* CONTROL_INSERT: for people */
};

/* "status", "eject cd", "insert floppy rw NAME"; no newline.  ERR_USAGE. */
int control_parse(struct control_request *q, const char *line, size_t n,
    struct err *e);

/*
 * Do it; lines for the client into answer.  -1: the client is told e.  fd:
 * the descriptor of CONTROL_INSERT, taken over whatever happens; else -1.
 */
typedef int control_fn(void *arg, const struct control_request *q, int fd,
    struct buf *answer, struct err *e);

/* ERR_LOCAL: the folder is not ours alone, another idertool answers there. */
struct control *control_start(struct loop *l, const char *path,
    control_fn *fn, void *arg, struct err *e);
void control_free(struct control *c);	/* removes the socket; NULL is fine */

/*
 * The client: words as of the command line, "insert" opens its image here.
 * The answer's lines go to standard output, or one object.  ERR_NO: the
 * server says no.
 */
int control_call(const char *path, char *const words[], bool writable,
    bool as_json, struct err *e);

#endif
