/* SPDX-License-Identifier: MIT */
/*
 * A USB-R drive on the machine's bus: USB mass storage, bulk-only
 * transport 1.0, SCSI command set.  The commands go to usbr.c as they come,
 * and what it answers goes back; a failure is a failed status, and the
 * host asks for the sense.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "host.h"
#include "sim.h"
#include "usbredir.h"

#define WAITING_MAX 16			/* transfers the host has begun */
#define CBW_LEN 31
#define CSW_LEN 13

enum { GET_MAX_LUN = 0xfe, BULK_RESET = 0xff };
enum { PASSED, FAILED };

struct usb_storage {
	struct sim *sim;
	enum usbr_drive drive;
	struct usb_line *line;
	struct usb_device device;

	enum { COMMAND, DATA_OUT, BUSY, DATA_IN, STATUS } state;
	uint32_t tag;
	bool in;			/* the command's data go to the host */
	uint8_t cdb[16], cdb_len, status;
	size_t length;			/* of data that the host expects */
	size_t have, done;		/* of data there are, that went */
	uint8_t *data;

	struct { uint64_t id; size_t n; } waiting[WAITING_MAX];
	size_t nwaiting;
};

/* ---- descriptors ------------------------------------------------------- */

#define DEVICE_OF(product)						\
	{ 18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x86, 0x80, (product), 0x0a,	\
	    0x00, 0x01, 1, 2, 3, 1 }
static const uint8_t devices[USBR_DRIVES][18] = {
	[USBR_FLOPPY] = DEVICE_OF(0x10), [USBR_CD] = DEVICE_OF(0x11),
};
static const uint8_t config[] = {
	9, 2, 32, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 2, 8, 6, 0x50, 0,		/* storage, SCSI, bulk-only */
	7, 5, 0x81, 2, 0x00, 0x02, 0,
	7, 5, 0x02, 2, 0x00, 0x02, 0,
};
static const char *const strings[USBR_DRIVES][4] = {
	[USBR_FLOPPY] = { "AMT", "Virtual Floppy", "000000000A10", NULL },
	[USBR_CD] = { "AMT", "Virtual CD-ROM", "000000000A11", NULL },
};

/* ---- commands ---------------------------------------------------------- */

static void
put32(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static uint32_t
le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* "USBS" tag residue status */
static void
send_status(struct usb_storage *s, uint64_t id)
{
	uint8_t m[CSW_LEN] = "USBS";

	put32(m + 4, s->tag);
	put32(m + 8, s->length - (s->in ? s->have : s->status == PASSED ?
	    s->length : 0));
	m[12] = s->status;
	s->state = COMMAND;
	usb_line_in(s->line, id, m, sizeof m);
}

/*
 * Data end with the last byte that the host expects, or with a packet that
 * is shorter than it asked for.
 */
static void
send_data(struct usb_storage *s, uint64_t id, size_t n)
{
	size_t left = s->have - s->done, k = n < left ? n : left;
	const uint8_t *p = s->data + s->done;

	s->done += k;
	if (k < n || s->done == s->length)
		s->state = STATUS;
	usb_line_in(s->line, id, p, k);
}

/* Serve the transfers that the host waits for. */
static void
serve(struct usb_storage *s)
{
	uint64_t id;
	size_t n;

	while (s->nwaiting > 0 && (s->state == DATA_IN ||
	    s->state == STATUS)) {
		id = s->waiting[0].id;
		n = s->waiting[0].n;
		memmove(s->waiting, s->waiting + 1, --s->nwaiting *
		    sizeof s->waiting[0]);
		if (s->state == DATA_IN)
			send_data(s, id, n);
		else
			send_status(s, id);
	}
}

static void
on_done(void *arg, const struct usbr_result *r)
{
	struct usb_storage *s = arg;

	s->status = r->key == 0 ? PASSED : FAILED;
	if (s->in) {
		s->have = r->len < s->length ? r->len : s->length;
		if (s->have > 0)
			memcpy(s->data, r->data, s->have);
		s->done = 0;
	}
	s->state = s->in && s->length > 0 ? DATA_IN : STATUS;
	serve(s);
}

/* Hosts pad short commands to whatever length they like. */
static void
run(struct usb_storage *s)
{
	size_t n = s->cdb_len;

	if (n < 6 || (n > 12 && s->cdb[0] >> 5 != 4))
		n = 12;
	s->state = BUSY;
	usbr_command(s->sim, s->drive, s->cdb, n, s->data,
	    s->in ? 0 : s->length, USBR_USUAL, on_done, s);
}

/* "USBC" tag[4] length[4] direction lun cdb-length cdb[16] */
static bool
command(struct usb_storage *s, const uint8_t *p, size_t n)
{
	uint8_t *room;

	if (n != CBW_LEN || memcmp(p, "USBC", 4) != 0 || p[13] != 0 ||
	    p[14] < 1 || p[14] > 16 || le32(p + 8) > USBR_DATA_MAX)
		return false;
	s->tag = le32(p + 4);
	s->length = le32(p + 8);
	s->in = s->length > 0 && (p[12] & 0x80) != 0;
	s->have = s->done = 0;
	s->cdb_len = p[14];
	memset(s->cdb, 0, sizeof s->cdb);
	memcpy(s->cdb, p + 15, s->cdb_len);
	if (s->length > 0) {
		if ((room = realloc(s->data, s->length)) == NULL)
			return false;
		s->data = room;
	}
	if (s->length > 0 && !s->in)
		s->state = DATA_OUT;
	else
		run(s);
	return true;
}

static bool
out(void *arg, const uint8_t *p, size_t n)
{
	struct usb_storage *s = arg;

	if (s->state == COMMAND)
		return command(s, p, n);
	if (s->state != DATA_OUT || n > s->length - s->have)
		return false;
	memcpy(s->data + s->have, p, n);
	s->have += n;
	if (s->have == s->length)
		run(s);
	return true;
}

static void
in(void *arg, uint64_t id, size_t n)
{
	struct usb_storage *s = arg;

	if (s->nwaiting == WAITING_MAX)
		return;			/* no host does */
	s->waiting[s->nwaiting].id = id;
	s->waiting[s->nwaiting++].n = n;
	serve(s);
}

static void
cancel(void *arg, uint64_t id)
{
	struct usb_storage *s = arg;
	size_t i;

	for (i = 0; i < s->nwaiting && s->waiting[i].id != id; )
		i++;
	if (i < s->nwaiting)
		memmove(s->waiting + i, s->waiting + i + 1,
		    (--s->nwaiting - i) * sizeof s->waiting[0]);
}

static void
reset(void *arg)
{
	struct usb_storage *s = arg;

	usbr_cancel(s->sim, s);
	s->nwaiting = 0;
	s->state = COMMAND;
}

static int
control(void *arg, uint8_t type, uint8_t request, uint8_t data[64])
{
	if (type == 0xa1 && request == GET_MAX_LUN) {
		data[0] = 0;
		return 1;
	}
	if (type != 0x21 || request != BULK_RESET)
		return -1;
	reset(arg);
	return 0;
}

/* ---- life -------------------------------------------------------------- */

void
usb_storage_plug(struct usb_storage *s, bool plugged)
{
	usb_line_plug(s->line, plugged);
}

struct usb_storage *
usb_storage_new(struct sim *sim, int drive, int fd, struct err *e)
{
	struct usb_storage *s = calloc(1, sizeof *s);

	if (s == NULL) {
		err_sys(e, ERR_LOCAL, "USB-R drive");
		(void)close(fd);
		return NULL;
	}
	s->sim = sim;
	s->drive = (enum usbr_drive)drive;
	s->device = (struct usb_device){ .device = devices[drive],
	    .config = config, .strings = strings[drive], .control = control,
	    .out = out, .in = in, .cancel = cancel, .reset = reset };
	s->line = usb_line_new(sim->loop, fd, &s->device, s, e);
	if (s->line == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
usb_storage_free(struct usb_storage *s)
{
	if (s == NULL)
		return;
	usbr_cancel(s->sim, s);
	usb_line_free(s->line);
	free(s->data);
	free(s);
}
