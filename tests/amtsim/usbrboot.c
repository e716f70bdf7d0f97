/* SPDX-License-Identifier: MIT */
/*
 * What a BIOS reads to boot from a USB-R drive, for the builtin host, and
 * the 16-bit sum of the little-endian words of it: of a CD the blocks from
 * 16 to the end of the El Torito boot image, of a floppy the first 64.
 * No boot record, no medium, an error: nothing is found.
 */
#include <stdlib.h>
#include <string.h>

#include "ider.h"

#define TRIES 10			/* while a drive gets ready */
#define FLOPPY_BLOCKS 64
#define CD_BLOCKS_MAX 256		/* from 16 on */

enum { UNIT_ATTENTION = 6 };

struct usbr_boot {
	struct sim *sim;
	enum usbr_drive drive;
	usbr_booted *done;
	void *arg;
	/* What is done with the answer that is awaited. */
	void (*next)(struct usbr_boot *b, const struct usbr_result *r);
	unsigned tries;
	uint32_t lba, end;		/* to be summed up */
	bool bootable;
	uint16_t sum;
	struct sim_timer start;
};

static void
finish(struct usbr_boot *b, bool found)
{
	usbr_booted *done = b->done;
	void *arg = b->arg;
	uint16_t sum = b->sum;

	free(b);
	done(arg, found, sum);
}

static void
on_answer(void *arg, const struct usbr_result *r)
{
	struct usbr_boot *b = arg;

	if (r->key == UNIT_ATTENTION && b->tries > 0) {
		b->tries--;
		b->next(b, NULL);	/* once more */
	} else if (r->key != 0)
		finish(b, false);
	else
		b->next(b, r);
}

static void
ask(struct usbr_boot *b, const uint8_t cdb[CDB_BYTES],
    void (*next)(struct usbr_boot *, const struct usbr_result *))
{
	b->next = next;
	usbr_command(b->sim, b->drive, cdb, CDB_BYTES, NULL, 0, USBR_USUAL,
	    on_answer, b);
}

static void
read_block(struct usbr_boot *b, uint32_t lba,
    void (*next)(struct usbr_boot *, const struct usbr_result *))
{
	uint8_t cdb[CDB_BYTES] = { 0x28, 0, (uint8_t)(lba >> 24),
	    (uint8_t)(lba >> 16), (uint8_t)(lba >> 8), (uint8_t)lba,
	    [8] = 1 };

	ask(b, cdb, next);
}

static uint32_t
le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
summed(struct usbr_boot *b, const struct usbr_result *r)
{
	size_t i;

	if (r != NULL) {
		if (b->drive == USBR_FLOPPY && b->lba == 0 && r->len == 512)
			b->bootable = r->data[510] == 0x55 &&
			    r->data[511] == 0xaa;
		for (i = 0; i + 1 < r->len; i += 2)
			b->sum = (uint16_t)(b->sum + r->data[i] +
			    (r->data[i + 1] << 8));
		b->lba++;
	}
	if (b->lba < b->end)
		read_block(b, b->lba, summed);
	else
		finish(b, b->bootable);
}

/* El Torito: validation entry, 32 bytes; then 88, ..., count[2], block[4] */
static void
catalogue(struct usbr_boot *b, const struct usbr_result *r)
{
	uint32_t blocks, at;

	if (r == NULL) {
		read_block(b, b->lba, catalogue);
		return;
	}
	if (r->len != 2048 || r->data[0] != 1 || r->data[30] != 0x55 ||
	    r->data[31] != 0xaa || r->data[32] != 0x88) {
		finish(b, false);
		return;
	}
	blocks = ((r->data[38] | (uint32_t)r->data[39] << 8) + 3) / 4;
	at = le32(r->data + 40);
	if (at < 16 || at + blocks > 16 + CD_BLOCKS_MAX) {
		finish(b, false);
		return;
	}
	b->bootable = true;
	b->lba = 16;
	b->end = at + blocks;
	summed(b, NULL);
}

static void
boot_record(struct usbr_boot *b, const struct usbr_result *r)
{
	static const char id[] = "\0CD001\1EL TORITO SPECIFICATION";

	if (r == NULL)
		read_block(b, 17, boot_record);
	else if (r->len != 2048 || memcmp(r->data, id, sizeof id) != 0)
		finish(b, false);
	else {
		b->lba = le32(r->data + 0x47);
		catalogue(b, NULL);
	}
}

static void
capacity(struct usbr_boot *b, const struct usbr_result *r)
{
	static const uint8_t cdb[CDB_BYTES] = { 0x25 };
	uint32_t last;

	if (r == NULL) {
		ask(b, cdb, capacity);
		return;
	}
	if (r->len != 8) {
		finish(b, false);
		return;
	}
	if (b->drive == USBR_CD) {
		boot_record(b, NULL);
		return;
	}
	last = le32((uint8_t[]){ r->data[3], r->data[2], r->data[1],
	    r->data[0] });
	b->end = last < FLOPPY_BLOCKS ? last + 1 : FLOPPY_BLOCKS;
	summed(b, NULL);
}

static void
test_ready(struct usbr_boot *b, const struct usbr_result *r)
{
	static const uint8_t cdb[CDB_BYTES] = { 0 };

	if (r == NULL)
		ask(b, cdb, test_ready);
	else
		capacity(b, NULL);
}

void
usbr_boot_stop(struct usbr_boot *b)
{
	if (b == NULL)
		return;
	sim_cancel(&b->start);
	usbr_cancel(b->sim, b);
	free(b);
}

static void
on_start(void *arg)
{
	test_ready(arg, NULL);
}

struct usbr_boot *
usbr_boot_start(struct sim *sim, enum usbr_drive d, usbr_booted *done,
    void *arg)
{
	struct usbr_boot *b = calloc(1, sizeof *b);

	if (b == NULL) {
		done(arg, false, 0);
		return NULL;
	}
	b->sim = sim;
	b->drive = d;
	b->done = done;
	b->arg = arg;
	b->tries = TRIES;
	sim_after(sim, &b->start, 0, on_start, b);
	return b;
}
