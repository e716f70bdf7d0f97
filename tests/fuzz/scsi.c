/* SPDX-License-Identifier: MIT */
/* objects: idertool/scsi */
/*
 * CDB to answer: a drive in any state, then any CDBs.  What is promised must
 * hold: blocks within the medium, data within its bounds, a sense that says
 * something, nothing written where nothing may be.
 */
#include <stdlib.h>

#include "idertool/scsi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct scsi_drive *d, const struct scsi_answer *a)
{
	uint64_t end = d->blocks * scsi_block_size(d->kind);

	switch (a->what) {
	case SCSI_READ:
	case SCSI_WRITE:
		if (a->size == 0 || a->offset > end ||
		    a->size > end - a->offset ||
		    (a->what == SCSI_WRITE && !d->writable))
			abort();
		break;
	case SCSI_DATA:
		if (a->len == 0 || a->len > sizeof a->data)
			abort();
		break;
	case SCSI_SENSE:
		if (d->sense.key == 0)
			abort();
		break;
	case SCSI_EJECT:
		if (!d->can_eject || d->prevented || !d->loaded)
			abort();
		break;
	case SCSI_GOOD:
	case SCSI_SYNC:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scsi_drive d = { 0 };
	struct scsi_answer a;
	int64_t now = 0;

	if (size < 6)
		return 0;
	d.kind = data[0] & 1 ? SCSI_CD : SCSI_FLOPPY;
	d.can_eject = data[0] & 2;
	if (data[0] & 4) {
		d.loaded = true;
		d.blocks = 1 + ((uint64_t)data[1] << 24 | data[2] << 16 |
		    data[3] << 8 | data[4]);
		if (d.blocks > SCSI_BLOCKS_MAX)
			d.blocks = SCSI_BLOCKS_MAX;
		d.writable = d.kind == SCSI_FLOPPY && data[0] & 8;
	}
	for (data += 5, size -= 5; size > SCSI_CDB_LEN;
	    data += SCSI_CDB_LEN + 1, size -= SCSI_CDB_LEN + 1, now += 400) {
		if (data[0] == 0xff)
			scsi_remove(&d);
		else if (data[0] == 0xfe)
			scsi_insert(&d, 77, d.kind == SCSI_FLOPPY, now);
		else if (data[0] == 0xfd)
			scsi_reset(&d);
		scsi_command(&d, data + 1, now, &a);
		check(&d, &a);
		if (a.what == SCSI_EJECT)
			scsi_remove(&d);
	}
	return 0;
}
