/* SPDX-License-Identifier: MIT */
/*
 * Storage redirection inside a redirection session, after its login: the
 * messages, their sequence numbers, when to say what.  Pure: bytes and times
 * in, bytes and events out; one struct ider is one session, begin again for
 * the next.  Redirection protocol, storage redirection.  What a command
 * means is scsi.h's business; who answers it, serve.h's.
 */
#ifndef IDERTOOL_IDER_H
#define IDERTOOL_IDER_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idertool/scsi.h"
#include "lib/rtalk.h"

#define IDER_HEARTBEAT_MS 10000		/* ours */
#define IDER_VERDICT_MS 5000		/* for the answer to "attach" */
#define IDER_DATA_HEADER 34		/* bytes before the data of a message */
#define IDER_PARTS_MAX 32		/* messages of one batch of data */
#define IDER_BATCH_MAX 65536		/* bytes of data of one batch */

/* When the machine gets the drives; the values are the protocol's. */
enum ider_start { IDER_REBOOT = 0x09, IDER_GRACEFUL = 0x11, IDER_NOW = 0x19 };

enum ider_state { IDER_CLOSED, IDER_OPENING, IDER_TOGGLING, IDER_ATTACHED,
    IDER_ENDING };

struct ider {
	struct rtalk talk;
	enum ider_state state;
	enum ider_start start;
	uint32_t device_seq;		/* the device's next, if it counts right */
	uint16_t read_max, write_max;	/* bytes of data in a message */
	uint8_t firmware_major, firmware_minor;
};

struct ider_command {
	uint8_t drive;			/* 0 floppy, 1 CD: enum scsi_kind */
	uint8_t device;			/* its register, to be echoed */
	bool dma;
	bool packet;			/* false: an ATA command, not for us */
	uint8_t cdb[SCSI_CDB_LEN];
};

enum ider_what {
	IDER_MORE,			/* nothing: needs more bytes */
	IDER_OPENED,			/* buffer sizes are known; asked to attach */
	IDER_ATTACH,			/* the machine gets the drives */
	IDER_COMMAND,			/* command */
	IDER_DATA,			/* data[0..len), written by the host */
	IDER_RESET,			/* code: drives; ider_reset_done() is due */
	IDER_ERROR,			/* code, from the device */
	IDER_ENDED,			/* the end that we asked for */
};

struct ider_event {
	enum ider_what what;
	struct ider_command command;
	const uint8_t *data;		/* borrows from `in` until the next call */
	size_t len;
	uint8_t code;
	uint32_t gap;			/* messages of the device we never saw */
};

/* All that send append whole messages to out.  Times: loop_now_ms(). */
int ider_begin(struct ider *s, const char *host, enum ider_start start,
    int64_t now_ms, struct buf *out, struct err *e);
/*
 * The next event in `in`, which loses what was read.  -1: ERR_REFUSED,
 * ERR_PROTO, ERR_NET (the device ended it).
 */
int ider_step(struct ider *s, struct buf *in, struct buf *out, int64_t now_ms,
    struct ider_event *ev, struct err *e);

/* A command ends by exactly one of these three. */
int ider_good(struct ider *s, const struct ider_command *c, int64_t now_ms,
    struct buf *out, struct err *e);
int ider_check(struct ider *s, const struct ider_command *c,
    struct scsi_sense sense, int64_t now_ms, struct buf *out, struct err *e);
/*
 * Data of a command, at most IDER_BATCH_MAX bytes, in messages the device
 * has room for; last: and so it ends.  In two steps, so that a file can be
 * read to where it goes out from: ider_data_room() says where, at the end of
 * out, n bytes have to be (*n is made smaller if need be), and
 * ider_data_send() wraps them.  In between out stays as it is.
 */
int ider_data_room(struct ider *s, struct buf *out, size_t *n,
    struct iovec iov[IDER_PARTS_MAX], int *parts, struct err *e);
void ider_data_send(struct ider *s, const struct ider_command *c, size_t n,
    bool last, int64_t now_ms, struct buf *out);

/* Ask for n bytes of what the host writes; n <= s->write_max. */
int ider_want(struct ider *s, const struct ider_command *c, uint16_t n,
    int64_t now_ms, struct buf *out, struct err *e);
int ider_reset_done(struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e);
/* Ask for the end; IDER_ENDED comes, and with it the last message to send. */
int ider_end(struct ider *s, int64_t now_ms, struct buf *out, struct err *e);

#endif
