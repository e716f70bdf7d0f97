/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON (RFC 8259) to a buf: values in the order of the calls, commas
 * and quoting done here.  Bytes that are not UTF-8 become U+FFFD, for text
 * may come from a peer.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"

#define JSON_DEPTH_MAX 64

struct json {
	struct buf *out;		/* borrowed */
	unsigned depth;
	bool some[JSON_DEPTH_MAX];	/* a value stands at this depth */
	bool after_name;
	bool failed;			/* no room, no memory, too deep; sticky */
};

void json_init(struct json *j, struct buf *out);
void json_object(struct json *j);	/* { */
void json_object_end(struct json *j);
void json_array(struct json *j);	/* [ */
void json_array_end(struct json *j);
void json_name(struct json *j, const char *name);	/* "name": */
void json_text(struct json *j, const char *text);	/* NULL: null */
void json_int(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* A name and its text at once. */
void json_member(struct json *j, const char *name, const char *text);

#endif
