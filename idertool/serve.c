/* SPDX-License-Identifier: MIT */
/* Drives, images and the commands for them: see serve.h. */
#include <stdlib.h>
#include <string.h>

#include "idertool/serve.h"
#include "lib/buf.h"
#include "lib/err.h"

static const char *const names[SERVE_DRIVES] = {
	[SCSI_FLOPPY] = "floppy", [SCSI_CD] = "cd",
};

const char *
drive_name(enum scsi_kind kind)
{
	return names[kind];
}

int
drive_find(enum scsi_kind *kind, const char *name)
{
	int i;

	for (i = 0; i < SERVE_DRIVES; i++)
		if (strcmp(name, names[i]) == 0) {
			*kind = (enum scsi_kind)i;
			return 0;
		}
	return -1;
}

/* ---- images ------------------------------------------------------------- */

void
serve_init(struct serve *v, const struct serve_events *ev, void *arg)
{
	int i;

	*v = (struct serve){ .ev = ev, .arg = arg, .stats.drive = -1 };
	for (i = 0; i < SERVE_DRIVES; i++) {
		v->drive[i].scsi.kind = (enum scsi_kind)i;
		medium_init(&v->drive[i].medium);
	}
}

int
serve_clear(struct serve *v, struct err *e)
{
	int i, rc = 0;

	for (i = 0; i < SERVE_DRIVES; i++) {
		free(v->drive[i].seen);
		v->drive[i].seen = NULL;
		if (medium_close(&v->drive[i].medium, e) == -1)
			rc = -1;
	}
	return rc;
}

/* A command in progress for a drive whose medium goes ends with a sense. */
static void
give_up(struct serve *v, enum scsi_kind kind)
{
	if (v->doing != SERVE_IDLE && v->command.drive == kind)
		v->left = v->wanted = 0;
}

int
serve_eject(struct serve *v, enum scsi_kind kind, struct err *e)
{
	struct drive *d = &v->drive[kind];

	give_up(v, kind);
	free(d->seen);
	d->seen = NULL;
	d->unseen = 0;
	scsi_remove(&d->scsi);
	return medium_close(&d->medium, e);
}

static int
watch(struct drive *d, struct err *e)
{
	d->unseen = d->medium.blocks;
	if ((d->seen = calloc(1, d->unseen / 8 + 1)) == NULL)
		return err_sys(e, ERR_LOCAL, "counting the blocks of %s",
		    d->medium.name);
	return 0;
}

int
serve_insert(struct serve *v, enum scsi_kind kind, struct medium *m,
    bool watched, int64_t now_ms, struct err *e)
{
	struct drive *d = &v->drive[kind];
	int rc = d->medium.fd != -1 ? serve_eject(v, kind, e) : 0;

	d->medium = *m;
	medium_init(m);
	scsi_insert(&d->scsi, d->medium.blocks, d->medium.writable, now_ms);
	if (!watched) {
		d->scsi.settling = d->scsi.attention = false;
		d->scsi.event = SCSI_NO_EVENT;
	}
	return v->watching && watch(d, e) == -1 ? -1 : rc;
}

int
serve_watch_blocks(struct serve *v, struct err *e)
{
	int i;

	v->watching = true;
	for (i = 0; i < SERVE_DRIVES; i++)
		if (v->drive[i].medium.fd != -1 &&
		    watch(&v->drive[i], e) == -1)
			return -1;
	return 0;
}

bool
serve_all_seen(const struct serve *v)
{
	return v->drive[0].unseen == 0 && v->drive[1].unseen == 0 &&
	    (v->drive[0].medium.fd != -1 || v->drive[1].medium.fd != -1);
}

static void
see(struct drive *d, uint64_t offset, uint64_t size)
{
	unsigned block = scsi_block_size(d->scsi.kind);
	uint64_t i = offset / block, end = (offset + size) / block;

	for (; d->seen != NULL && i < end; i++)
		if (!(d->seen[i / 8] & 1 << i % 8)) {
			d->seen[i / 8] |= (uint8_t)(1 << i % 8);
			d->unseen--;
		}
}

/* ---- one command ---------------------------------------------------------- */

static struct drive *
current(struct serve *v)
{
	return &v->drive[v->command.drive];
}

/* It ends with a sense. */
static int
refuse(struct serve *v, struct ider *s, struct scsi_sense sense,
    int64_t now_ms, struct buf *out, struct err *e)
{
	v->doing = SERVE_IDLE;
	v->stats.refused++;
	scsi_failed(&current(v)->scsi, sense);
	return ider_check(s, &v->command, sense, now_ms, out, e);
}

/* Our own trouble with an image: the host learns it as a sense, people too. */
static int
trouble(struct serve *v, struct ider *s, struct scsi_sense sense,
    const struct err *why, int64_t now_ms, struct buf *out, struct err *e)
{
	if (sense.asc == scsi_read_error.asc)
		v->stats.read_errors++;
	else
		v->stats.write_errors++;
	v->ev->trouble(v->arg, why);
	return refuse(v, s, sense, now_ms, out, e);
}

static int
finish_write(struct serve *v, struct ider *s, int64_t now_ms,
    struct buf *out, struct err *e)
{
	struct err why;

	if (v->sync && medium_sync(&current(v)->medium, &why) == -1)
		return trouble(v, s, scsi_write_error, &why, now_ms, out, e);
	v->doing = SERVE_IDLE;
	return ider_good(s, &v->command, now_ms, out, e);
}

static int
send_built(struct serve *v, struct ider *s, const struct scsi_answer *a,
    int64_t now_ms, struct buf *out, struct err *e)
{
	struct iovec iov[IDER_PARTS_MAX];
	size_t done, n;
	int i, parts;

	/* More than once only for a device with buffers of a few bytes. */
	for (done = 0; done < a->len; ) {
		n = a->len - done;
		if (ider_data_room(s, out, &n, iov, &parts, e) == -1)
			return -1;
		for (i = 0; i < parts; i++) {
			memcpy(iov[i].iov_base, a->data + done,
			    iov[i].iov_len);
			done += iov[i].iov_len;
		}
		ider_data_send(s, &v->command, n, done == a->len, now_ms,
		    out);
	}
	return 0;
}

/* The next piece of a read; only when all before it is out. */
static int
send_blocks(struct serve *v, struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	struct drive *d = current(v);
	size_t n = v->left < IDER_BATCH_MAX ? (size_t)v->left :
	    IDER_BATCH_MAX;
	struct iovec iov[IDER_PARTS_MAX];
	struct err why;
	int parts;

	if (n == 0)			/* its medium is gone */
		return refuse(v, s, scsi_read_error, now_ms, out, e);
	if (ider_data_room(s, out, &n, iov, &parts, e) == -1)
		return -1;
	if (medium_read(&d->medium, iov, parts, v->offset, &why) == -1)
		return trouble(v, s, scsi_read_error, &why, now_ms, out, e);
	ider_data_send(s, &v->command, n, n == v->left, now_ms, out);
	see(d, v->offset, n);
	v->offset += n;
	v->left -= n;
	v->stats.read_bytes += n;
	v->stats.moved_ms = now_ms;
	if (v->left == 0)
		v->doing = SERVE_IDLE;
	return 0;
}

static int
want_more(struct serve *v, struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	v->wanted = v->left < s->write_max ? (size_t)v->left : s->write_max;
	return ider_want(s, &v->command, (uint16_t)v->wanted, now_ms, out, e);
}

static int
start_transfer(struct serve *v, struct ider *s, const struct scsi_answer *a,
    int64_t now_ms, struct buf *out, struct err *e)
{
	if (v->stats.first_ms == 0)
		v->stats.first_ms = now_ms;
	v->offset = a->offset;
	v->left = a->size;
	v->sync = a->sync;
	v->stats.lba = a->lba;
	v->stats.drive = v->command.drive;
	if (a->what == SCSI_WRITE) {
		v->doing = SERVE_WRITING;
		return want_more(v, s, now_ms, out, e);
	}
	v->doing = SERVE_READING;
	return out->len == 0 ? send_blocks(v, s, now_ms, out, e) : 0;
}

/* The host threw its medium out. */
static int
host_ejects(struct serve *v, struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	enum scsi_kind kind = (enum scsi_kind)v->command.drive;
	struct err why;

	if (serve_eject(v, kind, &why) == -1)
		v->ev->trouble(v->arg, &why);
	if (ider_good(s, &v->command, now_ms, out, e) == -1)
		return -1;
	v->ev->ejected(v->arg, kind);
	return 0;
}

static int
run(struct serve *v, struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	struct scsi_drive *d = &current(v)->scsi;
	struct scsi_answer a;

	v->stats.ncommands++;
	v->stats.commands[v->command.cdb[0]]++;
	if (!v->command.packet)
		return refuse(v, s, scsi_no_such_command, now_ms, out, e);
	scsi_command(d, v->command.cdb, now_ms, &a);
	switch (a.what) {
	case SCSI_GOOD:
		return ider_good(s, &v->command, now_ms, out, e);
	case SCSI_SENSE:
		return refuse(v, s, d->sense, now_ms, out, e);
	case SCSI_DATA:
		return send_built(v, s, &a, now_ms, out, e);
	case SCSI_READ:
	case SCSI_WRITE:
		return start_transfer(v, s, &a, now_ms, out, e);
	case SCSI_SYNC:
		v->sync = true;
		return finish_write(v, s, now_ms, out, e);
	case SCSI_EJECT:
		return host_ejects(v, s, now_ms, out, e);
	}
	return 0;
}

/* ---- what arrives --------------------------------------------------------- */

int
serve_command(struct serve *v, struct ider *s, const struct ider_command *c,
    int64_t now_ms, struct buf *out, struct err *e)
{
	if (v->doing == SERVE_IDLE && v->queued == 0 &&
	    s->state == IDER_ATTACHED) {
		v->command = *c;
		return run(v, s, now_ms, out, e);
	}
	if (v->queued == SERVE_QUEUE_MAX)
		return err_set(e, ERR_PROTO, "%s sent %d commands without "
		    "waiting for an answer", s->talk.host, SERVE_QUEUE_MAX + 1);
	v->queue[v->queued++] = *c;
	return 0;
}

bool
serve_has_more(const struct serve *v)
{
	return v->doing == SERVE_READING ||
	    (v->doing == SERVE_IDLE && v->queued > 0);
}

int
serve_more(struct serve *v, struct ider *s, int64_t now_ms, struct buf *out,
    struct err *e)
{
	if (v->doing == SERVE_READING)
		return send_blocks(v, s, now_ms, out, e);
	if (v->doing != SERVE_IDLE || v->queued == 0 ||
	    s->state != IDER_ATTACHED)
		return 0;
	v->command = v->queue[0];
	v->queued--;
	memmove(v->queue, v->queue + 1, v->queued * sizeof v->queue[0]);
	return run(v, s, now_ms, out, e);
}

/* Data that nobody waits for is what a reset or an error left behind. */
int
serve_data(struct serve *v, struct ider *s, const uint8_t *p, size_t n,
    int64_t now_ms, struct buf *out, struct err *e)
{
	struct err why;

	if (v->doing != SERVE_WRITING)
		return 0;
	if (v->left == 0)		/* its medium is gone */
		return refuse(v, s, scsi_write_error, now_ms, out, e);
	if (n > v->wanted)
		return refuse(v, s, scsi_too_much_data, now_ms, out, e);
	if (n > 0 && medium_write(&current(v)->medium, p, n, v->offset,
	    &why) == -1)
		return trouble(v, s, scsi_write_error, &why, now_ms, out, e);
	v->offset += n;
	v->left -= n;
	v->wanted -= n;
	v->stats.written_bytes += n;
	v->stats.moved_ms = now_ms;
	if (v->wanted > 0)
		return 0;
	return v->left > 0 ? want_more(v, s, now_ms, out, e) :
	    finish_write(v, s, now_ms, out, e);
}

void
serve_reset(struct serve *v)
{
	int i;

	v->doing = SERVE_IDLE;
	v->queued = 0;
	for (i = 0; i < SERVE_DRIVES; i++)
		scsi_reset(&v->drive[i].scsi);
}
