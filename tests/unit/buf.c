/* SPDX-License-Identifier: MIT */
/* lib/buf, lib/wire, lib/err: bounds, stickiness, printable text. */
#include <errno.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/wire.h"
#include "test.h"

static void
buffers(void)
{
	struct err e;
	struct buf b;
	int i;

	buf_init(&b, 10);
	ok(buf_add(&b, "12345", 5, &e) == 0);
	ok(buf_add(&b, "67890", 5, &e) == 0);
	ok(buf_add(&b, "x", 1, &e) == -1);
	is_int(e.kind, ERR_PROTO);
	has(e.text, "10 bytes");
	is_mem(b.data, b.len, "1234567890", 10);
	buf_drop(&b, 3);
	ok(buf_add(&b, "abc", 3, &e) == 0);
	is_mem(b.data, b.len, "4567890abc", 10);
	ok(buf_room(&b, SIZE_MAX, &e) == NULL);
	buf_drop(&b, 10);
	is_int(b.len, 0);
	buf_clear(&b);
	ok(b.data == NULL);

	/* A queue in use: more goes through than it ever holds. */
	buf_init(&b, 4096);
	for (i = 0; i < 1000; i++) {
		uint8_t c[7] = { (uint8_t)i, 1, 2, 3, 4, 5, 6 };

		if (buf_add(&b, c, sizeof c, &e) == -1)
			break;
		if (b.len > 70) {
			if (b.data[0] != (uint8_t)(i - 10))
				break;
			buf_drop(&b, 7);
		}
	}
	is_int(i, 1000);
	buf_clear(&b);
	buf_init(&b, 100);
	ok(buf_addf(&b, &e, "%d-%s", 42, "x") == 0);
	is_mem(b.data, b.len, "42-x", 4);
	buf_clear(&b);
}

static void
cursors(void)
{
	const uint8_t in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint8_t out[8];
	struct rd r;
	struct wr w;

	rd_init(&r, in, sizeof in);
	is_int(rd_u8(&r), 1);
	is_int(rd_le16(&r), 0x0302);
	is_int(rd_be16(&r), 0x0405);
	is_int(rd_be32(&r), 0x06070809);
	ok(rd_end(&r));
	is_int(rd_u8(&r), 0);
	ok(!rd_end(&r));
	rd_init(&r, in, 3);
	is_int(rd_le32(&r), 0);
	ok(r.bad);
	is_int(rd_u8(&r), 0);		/* sticky though a byte is there */
	rd_init(&r, in, 4);
	is_int(rd_le32(&r), 0x04030201);

	wr_init(&w, out, sizeof out);
	wr_le32(&w, 0);
	wr_be16(&w, 0x0102);
	wr_patch_le32(&w, 0, 0x0a0b0c0d);
	ok(!w.bad);
	is_mem(out, w.len, "\x0d\x0c\x0b\x0a\x01\x02", 6);
	wr_le32(&w, 1);
	ok(w.bad);
	is_int(w.len, 6);
	wr_u8(&w, 1);			/* sticky though there is room */
	is_int(w.len, 6);
}

static void
errors(void)
{
	struct err e;

	is_int(err_set(&e, ERR_NET, "host %s", "a\x1b[2Jb\nc"), -1);
	is_str(e.text, "host a?[2Jb?c");
	err_ctx(&e, "opening");
	is_str(e.text, "opening: host a?[2Jb?c");
	is_int(e.kind, ERR_NET);
	errno = ENOENT;
	err_sys(&e, ERR_LOCAL, "file");
	has(e.text, "file: No such file");
	err_set(&e, ERR_NO, "\xc2\x9b" "31m \xc3\xa9");	/* C1 CSI; e acute */
	is_str(e.text, "??31m \xc3\xa9");
}

int
main(void)
{
	buffers();
	cursors();
	errors();
	return test_done();
}
