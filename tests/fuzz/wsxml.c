/* SPDX-License-Identifier: MIT */
/* A WS-Man answer: any bytes, no crash, no leak; what parses can be used. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/wsxml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ws_method method = {
	.class = "CIM_BootService", .name = "SetBootConfigRole",
	.why = ws_why_boot,
};

static void
look(const struct ws_node *parent)
{
	struct ws_node *n;
	struct buf b;
	uint32_t number;
	struct err e;
	bool flag;

	for (n = ws_first(parent); n != NULL; n = ws_next(n)) {
		buf_init(&b, WS_MESSAGE_MAX);
		(void)ws_value_text(&b, n, &e);
		buf_clear(&b);
		(void)ws_get_uint(parent, ws_name(n), &number, &e);
		(void)ws_get_bool(parent, ws_name(n), &flag, &e);
	}
}

/* Read, modify, write. */
static void
change(struct ws_node *instance)
{
	const struct ws_request put = { .op = WS_PUT, .class = "AMT_X",
	    .instance = instance };
	struct buf b;
	struct err e;

	buf_init(&b, 2 * WS_MESSAGE_MAX);
	(void)ws_set(instance, "Name", "<&>", &e);
	ws_drop(instance, "Value");
	(void)ws_encode(&b, &put, 1, &e);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_request r = { .class = "AMT_X", .method = &method };
	struct ws_node *n;
	struct ws_doc *d;
	struct err e;
	int op;

	free(ws_show(data, size));
	if ((d = ws_parse(data, size, &e)) == NULL)
		return 0;
	for (op = WS_IDENTIFY; op <= WS_INVOKE; op++) {
		r.op = (enum ws_op)op;
		(void)ws_check(d, &r, &e);
	}
	(void)ws_is_absent(d);
	(void)ws_return_value(d, &method, NULL, &e);
	(void)ws_context(d);
	for (n = ws_items(d); n != NULL; n = ws_next(n))
		look(n);
	if (ws_body(d) != NULL) {
		look(ws_body(d));
		change(ws_body(d));
	}
	ws_doc_free(d);
	return 0;
}
