/* SPDX-License-Identifier: MIT */
/*
 * The floppy and the CD drive that AMT shows the host.  Redirection
 * protocol: storage redirection, the commands.  The firmware answers
 * INQUIRY and REQUEST SENSE, and what a console could not be sent: CDBs of
 * 16 bytes, and everything while no console serves ("no medium").  All
 * else goes to the console, one command a drive at a time.
 *
 * A console that is lost may come back: what it had not answered is kept
 * for a while, and sent to the next one from the start.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "ider.h"

#define RETURN_MS 10000			/* for a lost console */

enum { REQUEST_SENSE = 0x03, INQUIRY = 0x12 };
enum { NOT_READY = 2, ILLEGAL_REQUEST = 5, UNIT_ATTENTION = 6 };
enum { INVALID_OPCODE = 0x20, RESET_OCCURRED = 0x29, NO_MEDIUM = 0x3a };

const char *const usbr_names[USBR_DRIVES] = { "floppy", "cd" };

/* ---- what the firmware answers ----------------------------------------- */

static void
say(usbr_done *done, void *arg, const void *data, size_t len)
{
	struct usbr_result r = { .data = data, .len = len };

	done(arg, &r);
}

static void
inquiry(enum usbr_drive d, size_t max, usbr_done *done, void *arg)
{
	uint8_t m[36] = { d == USBR_CD ? 5 : 0, 0x80, d == USBR_CD ? 5 : 2,
	    2, 31 };

	memcpy(m + 8, "AMT     ", 8);
	memcpy(m + 16, d == USBR_CD ? "USB-R CD        " :
	    "USB-R floppy    ", 16);
	memcpy(m + 32, "1.0 ", 4);
	say(done, arg, m, max < sizeof m ? max : sizeof m);
}

static void
request_sense(struct usbr *u, enum usbr_drive d, size_t max, usbr_done *done,
    void *arg)
{
	uint8_t m[18] = { 0x70, 0, u->drive[d].key, [7] = 10,
	    [12] = u->drive[d].asc, [13] = u->drive[d].ascq };

	u->drive[d].key = u->drive[d].asc = u->drive[d].ascq = 0;
	say(done, arg, m, max < sizeof m ? max : sizeof m);
}

static void
refuse(struct usbr *u, enum usbr_drive d, uint8_t key, uint8_t asc,
    usbr_done *done, void *arg)
{
	struct usbr_result r = { .key = key, .asc = asc };

	u->drive[d].key = key;
	u->drive[d].asc = asc;
	u->drive[d].ascq = 0;
	done(arg, &r);
}

/* ---- the queues -------------------------------------------------------- */

static void
command_free(struct scsi_command *c)
{
	sim_cancel(&c->late);
	buf_clear(&c->in);
	free(c->out);
	free(c);
}

static void
kick(struct usbr *u, enum usbr_drive d)
{
	struct scsi_command *c = u->drive[d].head;

	if (c != NULL && !c->sent)
		ider_send_command(u->sim, c);
}

struct scsi_command *
usbr_current(struct sim *sim, enum usbr_drive d)
{
	struct scsi_command *c = sim->usbr->drive[d].head;

	return c != NULL && c->sent ? c : NULL;
}

/* The first command of the drive is over, sent or not. */
void
usbr_finish(struct sim *sim, enum usbr_drive d, uint8_t key, uint8_t asc,
    uint8_t ascq)
{
	struct usbr *u = sim->usbr;
	struct scsi_command *c = u->drive[d].head;
	struct usbr_result r = { .data = c->in.data, .len = c->in.len,
	    .key = key, .asc = asc, .ascq = ascq, .first_us = c->first_us };

	u->drive[d].head = c->next;
	u->drive[d].key = key;
	u->drive[d].asc = asc;
	u->drive[d].ascq = ascq;
	if (key == 0)
		u->bytes_in += c->in.len;
	c->done(c->arg, &r);
	command_free(c);
	kick(u, d);
}

void
usbr_again(struct sim *sim, enum usbr_drive d)
{
	struct scsi_command *c = sim->usbr->drive[d].head;

	if (c == NULL)
		return;
	sim_cancel(&c->late);
	buf_drop(&c->in, c->in.len);
	c->fetched = 0;
	c->sent = false;
}

static void
fail_all(struct usbr *u, uint8_t key, uint8_t asc)
{
	struct scsi_command *c, *next;
	enum usbr_drive d;

	for (d = 0; d < USBR_DRIVES; d++) {
		c = u->drive[d].head;
		u->drive[d].head = NULL;	/* new ones are not meant */
		for (; c != NULL; c = next) {
			next = c->next;
			refuse(u, d, key, asc, c->done, c->arg);
			command_free(c);
		}
	}
}

static struct scsi_command *
command_new(enum usbr_drive d, const uint8_t *cdb, size_t cdb_len,
    const uint8_t *out, size_t out_len, enum usbr_transfer how)
{
	struct scsi_command *c = calloc(1, sizeof *c);
	struct scsi_shape shape;

	if (c == NULL || (out_len > 0 && (c->out = malloc(out_len)) == NULL)) {
		free(c);
		return NULL;
	}
	c->drive = d;
	memcpy(c->cdb, cdb, cdb_len);
	if (out_len > 0)
		memcpy(c->out, out, out_len);
	c->out_len = out_len;
	buf_init(&c->in, USBR_DATA_MAX);
	shape = scsi_shape(c->cdb, d);
	c->dma = how == USBR_DMA || (how == USBR_USUAL && shape.exact &&
	    shape.dir != SCSI_NOTHING);
	return c;
}

void
usbr_command(struct sim *sim, enum usbr_drive d, const uint8_t *cdb,
    size_t cdb_len, const uint8_t *out, size_t out_len,
    enum usbr_transfer how, usbr_done *done, void *arg)
{
	struct usbr *u = sim->usbr;
	struct scsi_command *c, **end = &u->drive[d].head;

	if (cdb[0] == INQUIRY && cdb_len >= 6)
		inquiry(d, (size_t)cdb[3] << 8 | cdb[4], done, arg);
	else if (cdb[0] == REQUEST_SENSE && cdb_len >= 6)
		request_sense(u, d, cdb[4], done, arg);
	else if (cdb_len > CDB_BYTES || cdb[0] >> 5 == 4)
		refuse(u, d, ILLEGAL_REQUEST, INVALID_OPCODE, done, arg);
	else if ((!ider_serves(sim) && !u->waiting) ||
	    (c = command_new(d, cdb, cdb_len, out, out_len, how)) == NULL)
		refuse(u, d, NOT_READY, NO_MEDIUM, done, arg);
	else {
		c->done = done;
		c->arg = arg;
		while (*end != NULL)
			end = &(*end)->next;
		*end = c;
		kick(u, d);
	}
}

/* What the console is busy with dies by a reset. */
void
usbr_cancel(struct sim *sim, void *arg)
{
	struct usbr *u = sim->usbr;
	struct scsi_command *c, **at;
	uint8_t busy = 0;
	enum usbr_drive d;

	for (d = 0; d < USBR_DRIVES; d++)
		for (at = &u->drive[d].head; (c = *at) != NULL; ) {
			if (c->arg != arg) {
				at = &c->next;
				continue;
			}
			busy |= (uint8_t)(c->sent ? 1 << d : 0);
			*at = c->next;
			command_free(c);
		}
	if (busy != 0)
		ider_reset(sim, busy);
	for (d = 0; d < USBR_DRIVES; d++)
		kick(u, d);
}

/* ---- the console comes and goes ---------------------------------------- */

static void
show(struct usbr *u, bool shown)
{
	u->shown = shown;
	if (u->sim->host_ops->usbr_plug != NULL)
		u->sim->host_ops->usbr_plug(u->sim->host, shown);
}

void
usbr_active(struct sim *sim)
{
	struct usbr *u = sim->usbr;
	enum usbr_drive d;

	u->waiting = false;
	sim_cancel(&u->wait_timer);
	show(u, true);
	for (d = 0; d < USBR_DRIVES; d++)
		kick(u, d);
}

static void
on_waited(void *arg)
{
	struct usbr *u = arg;

	u->waiting = false;
	fail_all(u, NOT_READY, NO_MEDIUM);
}

void
usbr_lost(struct sim *sim, bool may_return)
{
	struct usbr *u = sim->usbr;
	enum usbr_drive d;

	for (d = 0; d < USBR_DRIVES; d++) {
		u->drive[d].medium.known = false;
		usbr_again(sim, d);
	}
	if (may_return && u->shown) {
		u->waiting = true;
		sim_after(sim, &u->wait_timer, RETURN_MS, on_waited, u);
	} else
		fail_all(u, NOT_READY, NO_MEDIUM);
}

/* Drives that nobody serves are gone after a reset, not before. */
void
usbr_host_reset(struct sim *sim)
{
	struct usbr *u = sim->usbr;

	ider_platform_reset(sim);
	fail_all(u, UNIT_ATTENTION, RESET_OCCURRED);
	if (ider_serves(sim))
		usbr_active(sim);
	else if (!u->waiting)
		show(u, false);
}

int
usbr_start(struct sim *sim, struct err *e)
{
	if ((sim->usbr = calloc(1, sizeof *sim->usbr)) == NULL)
		return err_sys(e, ERR_LOCAL, "USB-R drives");
	sim->usbr->sim = sim;
	return 0;
}

void
usbr_stop(struct sim *sim)
{
	struct usbr *u = sim->usbr;
	struct scsi_command *c;
	enum usbr_drive d;

	if (u == NULL)
		return;
	sim_cancel(&u->wait_timer);
	for (d = 0; d < USBR_DRIVES; d++)
		while ((c = u->drive[d].head) != NULL) {
			u->drive[d].head = c->next;
			command_free(c);
		}
	free(u);
	sim->usbr = NULL;
}
