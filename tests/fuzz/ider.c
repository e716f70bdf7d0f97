/* SPDX-License-Identifier: MIT */
/* objects: idertool/ider idertool/serve idertool/scsi idertool/medium */
/*
 * A storage redirection session with two images: what the device says, any
 * bytes, the first of them telling how they are cut and how fast we send.
 * Whatever it says, our own messages are whole and numbered without a gap.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <unistd.h>

#include "idertool/ider.h"
#include "idertool/serve.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX (IDER_BATCH_MAX + IDER_PARTS_MAX * IDER_DATA_HEADER + 65536)

static struct serve v;
static uint32_t next_seq;

static void
ignore_trouble(void *arg, const struct err *e)
{
	(void)arg;
	(void)e;
}

static void
ignore_eject(void *arg, enum scsi_kind kind)
{
	(void)arg;
	(void)kind;
}

static const struct serve_events events = { ignore_trouble, ignore_eject };

static void
load(enum scsi_kind kind, int blocks)
{
	struct medium m;
	struct err e;
	int fd = memfd_create("image", MFD_CLOEXEC);

	if (fd == -1 || ftruncate(fd, blocks * scsi_block_size(kind)) == -1 ||
	    medium_adopt(&m, kind, fd, "image", kind == SCSI_FLOPPY,
	    &e) == -1 || serve_insert(&v, kind, &m, false, 0, &e) == -1)
		abort();
	v.drive[kind].scsi.can_eject = true;
}

/* Every message of ours is one, and its number is the next. */
static void
sent(struct buf *out)
{
	int n;

	while (out->len > 0) {
		n = redir_frame(REDIR_IDER, REDIR_CONSOLE, out->data,
		    out->len);
		if (n <= 0)
			abort();
		if (out->data[0] != REDIR_END &&
		    (out->data[4] | out->data[5] << 8) !=
		    (int)(next_seq++ & 0xffff))
			abort();
		buf_drop(out, (size_t)n);
	}
}

static int
take(struct ider *s, const struct ider_event *ev, int64_t now,
    struct buf *out, struct err *e)
{
	switch (ev->what) {
	case IDER_COMMAND:
		return serve_command(&v, s, &ev->command, now, out, e);
	case IDER_DATA:
		return serve_data(&v, s, ev->data, ev->len, now, out, e);
	case IDER_RESET:
		serve_reset(&v);
		return ider_reset_done(s, now, out, e);
	case IDER_ENDED:
		return -1;
	default:
		return 0;
	}
}

static int
events_of(struct ider *s, struct buf *in, struct buf *out, int64_t now)
{
	struct ider_event ev;
	struct err e;

	do {
		if (ider_step(s, in, out, now, &ev, &e) == -1 ||
		    take(s, &ev, now, out, &e) == -1)
			return -1;
	} while (ev.what != IDER_MORE);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece, part, at = 1;
	struct buf in, out;
	int64_t now = 0, next;
	struct ider s;
	struct err e;

	if (size == 0)
		return 0;
	piece = 1 + (data[0] & 0x3f);
	next_seq = 0;
	serve_init(&v, &events, NULL);
	load(SCSI_CD, 40);
	load(SCSI_FLOPPY, 40);
	buf_init(&in, REDIR_MESSAGE_MAX + 64);
	buf_init(&out, OUT_MAX);
	if (ider_begin(&s, "htpc", IDER_REBOOT, now, &out, &e) == -1)
		abort();
	for (; at < size; at += part, now += 100) {
		part = piece < size - at ? piece : size - at;
		if (buf_add(&in, data + at, part, &e) == -1)
			abort();	/* a whole message always fits */
		if (events_of(&s, &in, &out, now) == -1)
			break;
		if (!(data[0] & 0x80)) {
			sent(&out);
			if (serve_has_more(&v) && serve_more(&v, &s, now,
			    &out, &e) == -1)
				break;
		}
		if (rtalk_tick(&s.talk, now, &next, &out, &e) == -1)
			break;
		if (next <= now)
			abort();	/* a loop that would not sleep */
	}
	sent(&out);
	if (v.drive[SCSI_FLOPPY].medium.fd != -1 &&
	    lseek(v.drive[SCSI_FLOPPY].medium.fd, 0, SEEK_END) != 40 * 512)
		abort();		/* it grew */
	(void)serve_clear(&v, &e);
	buf_clear(&in);
	buf_clear(&out);
	return 0;
}
