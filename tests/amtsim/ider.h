/* SPDX-License-Identifier: MIT */
/*
 * Storage redirection inside amtsim.  usbr.c is the two drives as the host
 * sees them, ider.c the session that carries their commands to the console,
 * idercheck.c what a console's answers must look like.
 */
#ifndef AMTSIM_IDER_H
#define AMTSIM_IDER_H

#include "host.h"
#include "redir.h"

#define CDB_BYTES 12			/* what fits into a 0x50 */

struct scsi_command {
	struct scsi_command *next;
	enum usbr_drive drive;
	uint8_t cdb[CDB_BYTES];
	bool dma;
	usbr_done *done;
	void *arg;
	uint8_t *out;			/* data for the console, owned */
	size_t out_len;
	struct buf in;			/* data from it */
	bool sent;			/* 0x50 is out, its end is awaited */
	size_t fetched;			/* of out, asked for by 0x52 */
	int64_t sent_us;
	uint32_t first_us;		/* from then to the first data */
	struct sim_timer late;
};

/* What a CDB may move: the drive's side of the bargain. */
struct scsi_shape {
	enum { SCSI_NOTHING, SCSI_IN, SCSI_OUT } dir;
	bool exact;			/* so many bytes, or none with sense */
	size_t len;			/* else at most */
};
struct scsi_shape scsi_shape(const uint8_t *cdb, enum usbr_drive d);

/* What the firmware learns of a medium from the answers that pass. */
struct medium {
	bool known, absent;		/* by READ CAPACITY */
	uint32_t blocks;
};

struct usbr {
	struct sim *sim;
	struct {
		struct scsi_command *head;
		uint8_t key, asc, ascq;	/* for REQUEST SENSE */
		struct medium medium;
	} drive[USBR_DRIVES];
	bool shown;			/* to the host */
	bool waiting;			/* for a lost console to come back */
	struct sim_timer wait_timer;
	unsigned long commands, resets, sessions;
	unsigned long long bytes_in, bytes_out;	/* from, to the console */
};

/* usbrread.c: read a whole drive, blocks a command. */
struct usbr_read_report {
	unsigned long commands;
	unsigned long long bytes;
	int64_t us;
	uint32_t first_p50_us, first_p99_us;
	uint8_t sha256[32];
	uint8_t key, asc, ascq;		/* what ended it; 0: all was read */
};
typedef void usbr_read_done(void *arg, const struct usbr_read_report *r);
struct usbr_read;
/*
 * bytes 0: once over the medium.  NULL: no memory.  done may be called
 * before this returns; what it returns is then gone.
 */
struct usbr_read *usbr_read_start(struct sim *sim, enum usbr_drive d,
    uint32_t blocks, uint64_t bytes, usbr_read_done *done, void *arg);
void usbr_read_stop(struct usbr_read *d);
int64_t usbr_now_us(void);

int usbr_start(struct sim *sim, struct err *e);
void usbr_stop(struct sim *sim);

/* usbr.c, called by ider.c. */
struct scsi_command *usbr_current(struct sim *sim, enum usbr_drive d);
void usbr_finish(struct sim *sim, enum usbr_drive d, uint8_t key,
    uint8_t asc, uint8_t ascq);
void usbr_again(struct sim *sim, enum usbr_drive d);	/* from its start */
void usbr_active(struct sim *sim);	/* the console serves now */
void usbr_lost(struct sim *sim, bool may_return);	/* no longer */

/* ider.c, called by usbr.c: the session that serves, if any. */
struct ider;
bool ider_serves(const struct sim *sim);
bool ider_armed(const struct sim *sim);	/* to change at the next reset */
void ider_send_command(struct sim *sim, struct scsi_command *c);
void ider_reset(struct sim *sim, uint8_t drives);	/* 1 floppy, 2 CD */
void ider_platform_reset(struct sim *sim);

/*
 * idercheck.c: notes each field that is not as it must be.  m is a whole
 * message; c the command it belongs to.
 */
void ider_check_open(struct redir *r, const uint8_t *m);
void ider_check_end(struct redir *r, const struct scsi_command *c,
    const uint8_t *m);
void ider_check_get(struct redir *r, const struct scsi_command *c,
    const uint8_t *m, size_t write_max);
void ider_check_data(struct redir *r, const struct scsi_command *c,
    const uint8_t *m, size_t n, size_t read_max);
/* The whole answer, at its end. */
void ider_check_answer(struct redir *r, const struct scsi_command *c,
    struct medium *medium, uint8_t key, uint8_t asc);


#endif
