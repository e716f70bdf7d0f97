/* SPDX-License-Identifier: MIT */
/* objects: amtterm/map amtterm/clean amtterm/charset amtterm/stream */
/*
 * What a host prints, through --filter, alone and with a map and a character
 * set: however it is cut the result is the same, and to filter it again
 * changes nothing, so nothing that was taken out makes something new.
 */
#include <stdlib.h>
#include <string.h>

#include "amtterm/stream.h"
#include "lib/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 4096

static size_t
run(struct stream s, const uint8_t *p, size_t n, size_t piece, uint8_t *out)
{
	size_t part, k, len = 0;
	const uint8_t *q;
	struct err e;

	if (stream_open(&s, MOST, &e) == -1)
		abort();
	for (; n > 0; n -= part, p += part) {
		k = part = piece < n ? piece : n;
		if ((q = stream_printed(&s, p, &k, &e)) == NULL)
			abort();	/* its buffers hold all it makes */
		memcpy(out + len, q, k);
		len += k;
	}
	stream_close(&s);
	return len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t whole[8 * MOST], cut[8 * MOST], again[8 * MOST];
	struct stream s = { .filter = true };
	size_t n, k, piece;
	struct err e;

	if (size < 2 || size > MOST)
		return 0;
	piece = 1 + (data[0] & 7);
	s.charset = data[0] & 0x10 ? "CP437" : NULL;
	s.map = data[0] & 0x20;
	if (s.map && map_parse(&s.typed_map, &s.printed_map,
	    "host-crlf-lf,host-bs-del", &e) == -1)
		abort();
	n = run(s, data + 1, size - 1, size, whole);
	k = run(s, data + 1, size - 1, piece, cut);
	if (n != k || memcmp(whole, cut, n) != 0)
		abort();
	s = (struct stream){ .filter = true };
	if (n > MOST)
		return 0;
	while (n > 0 && whole[n - 1] == 0xc2)
		n--;			/* it would be held until the next byte */
	k = run(s, whole, n, n + 1, again);
	n = run(s, again, k, k + 1, cut);
	if (n != k || memcmp(again, cut, n) != 0)
		abort();
	return 0;
}
