/* SPDX-License-Identifier: MIT */
/* Two directions of bytes: see stream.h. */
#include "amtterm/stream.h"

int
stream_open(struct stream *s, size_t max, struct err *e)
{
	buf_init(&s->one, max * STREAM_GROWS);
	buf_init(&s->two, max * STREAM_GROWS);
	if (s->charset == NULL)
		return 0;
	if (charset_open(&s->typed_set, s->charset, true, e) == -1)
		return -1;
	return charset_open(&s->printed_set, s->charset, false, e);
}

void
stream_close(struct stream *s)
{
	charset_close(&s->typed_set);
	charset_close(&s->printed_set);
	buf_clear(&s->one);
	buf_clear(&s->two);
}

bool
stream_changes_typed(const struct stream *s)
{
	return s->map || s->charset != NULL;
}

/* What a stage wrote is what the next one reads. */
static void
take(struct buf *out, const uint8_t **p, size_t *n)
{
	static const uint8_t nothing[1];

	*p = out->len > 0 ? out->data : nothing;
	*n = out->len;
}

const uint8_t *
stream_typed(struct stream *s, const uint8_t *p, size_t *n, struct err *e)
{
	buf_drop(&s->one, s->one.len);
	buf_drop(&s->two, s->two.len);
	if (s->map) {
		if (map_run(&s->typed_map, p, *n, &s->one, e) == -1)
			return NULL;
		take(&s->one, &p, n);
	}
	if (s->charset != NULL) {
		if (charset_run(&s->typed_set, p, *n, &s->two, e) == -1)
			return NULL;
		take(&s->two, &p, n);
	}
	return p;
}

const uint8_t *
stream_printed(struct stream *s, const uint8_t *p, size_t *n, struct err *e)
{
	buf_drop(&s->one, s->one.len);
	buf_drop(&s->two, s->two.len);
	if (s->charset != NULL) {
		if (charset_run(&s->printed_set, p, *n, &s->one, e) == -1)
			return NULL;
		take(&s->one, &p, n);
	}
	if (s->filter) {
		if (clean_run(&s->clean, p, *n, &s->two, e) == -1)
			return NULL;
		take(&s->two, &p, n);
		buf_drop(&s->one, s->one.len);
	}
	if (s->map) {
		struct buf *out = p == s->one.data ? &s->two : &s->one;

		if (map_run(&s->printed_map, p, *n, out, e) == -1)
			return NULL;
		take(out, &p, n);
	}
	return p;
}
