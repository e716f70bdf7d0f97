/* SPDX-License-Identifier: MIT */
/*
 * Read a USB-R drive from its first block on, around and around, and tell
 * how fast it was and what was read: for tests of whole images, and to
 * measure a console.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gnutls/crypto.h>

#include "ider.h"

#define SAMPLES_MAX 1000000

struct usbr_read {
	struct sim *sim;
	enum usbr_drive drive;
	usbr_read_done *done;
	void *arg;
	gnutls_hash_hd_t hash;
	uint32_t size, blocks;		/* of the medium; a command */
	uint32_t lba;
	uint64_t left;			/* bytes; 0 at first: once over it */
	int64_t begun_us;
	uint32_t *samples;		/* until the first data, us */
	size_t nsamples;
	struct usbr_read_report report;
};

int64_t
usbr_now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
read_free(struct usbr_read *d, uint8_t digest[32])
{
	uint8_t unused[32];

	gnutls_hash_deinit(d->hash, digest != NULL ? digest : unused);
	free(d->samples);
	free(d);
}

static void
finish(struct usbr_read *d, const struct usbr_result *r)
{
	struct usbr_read_report report = d->report;
	usbr_read_done *done = d->done;
	void *arg = d->arg;

	report.us = usbr_now_us() - d->begun_us;
	report.key = r->key;
	report.asc = r->asc;
	report.ascq = r->ascq;
	if (d->nsamples > 0) {
		qsort(d->samples, d->nsamples, sizeof d->samples[0], compare);
		report.first_p50_us = d->samples[d->nsamples / 2];
		report.first_p99_us = d->samples[d->nsamples * 99 / 100];
	}
	read_free(d, report.sha256);
	done(arg, &report);
}

static void on_read(void *arg, const struct usbr_result *r);

static void
read_next(struct usbr_read *d)
{
	uint32_t n = d->blocks < d->size - d->lba ? d->blocks :
	    d->size - d->lba;
	uint8_t cdb[CDB_BYTES] = { 0x28, 0, (uint8_t)(d->lba >> 24),
	    (uint8_t)(d->lba >> 16), (uint8_t)(d->lba >> 8),
	    (uint8_t)d->lba, 0, (uint8_t)(n >> 8), (uint8_t)n };

	d->lba = (d->lba + n) % d->size;
	usbr_command(d->sim, d->drive, cdb, sizeof cdb, NULL, 0, USBR_USUAL,
	    on_read, d);
}

static void
on_read(void *arg, const struct usbr_result *r)
{
	struct usbr_read *d = arg;

	if (r->key != 0 || r->len == 0) {
		finish(d, r);
		return;
	}
	(void)gnutls_hash(d->hash, r->data, r->len);
	d->report.commands++;
	d->report.bytes += r->len;
	if (d->nsamples < SAMPLES_MAX)
		d->samples[d->nsamples++] = r->first_us;
	if (d->left <= r->len) {
		finish(d, r);
		return;
	}
	d->left -= r->len;
	read_next(d);
}

static void
on_capacity(void *arg, const struct usbr_result *r)
{
	struct usbr_read *d = arg;
	size_t block = d->drive == USBR_CD ? 2048 : 512;

	if (r->key == 0 && r->len == 8)
		d->size = ((uint32_t)r->data[0] << 24 |
		    (uint32_t)r->data[1] << 16 | (uint32_t)r->data[2] << 8 |
		    r->data[3]) + 1;
	if (d->size == 0) {
		finish(d, r);
		return;
	}
	if (d->left == 0)
		d->left = (uint64_t)d->size * block;
	d->begun_us = usbr_now_us();
	read_next(d);
}

struct usbr_read *
usbr_read_start(struct sim *sim, enum usbr_drive drive, uint32_t blocks,
    uint64_t bytes, usbr_read_done *done, void *arg)
{
	static const uint8_t capacity[CDB_BYTES] = { 0x25 };
	struct usbr_read *d = calloc(1, sizeof *d);

	if (d == NULL || (d->samples = calloc(SAMPLES_MAX,
	    sizeof d->samples[0])) == NULL || gnutls_hash_init(&d->hash,
	    GNUTLS_DIG_SHA256) != 0) {
		if (d != NULL)
			free(d->samples);
		free(d);
		return NULL;
	}
	d->sim = sim;
	d->drive = drive;
	d->blocks = blocks;
	d->left = bytes;
	d->done = done;
	d->arg = arg;
	d->begun_us = usbr_now_us();
	usbr_command(sim, drive, capacity, sizeof capacity, NULL, 0,
	    USBR_USUAL, on_capacity, d);
	return d;
}

void
usbr_read_stop(struct usbr_read *d)
{
	usbr_cancel(d->sim, d);
	read_free(d, NULL);
}
