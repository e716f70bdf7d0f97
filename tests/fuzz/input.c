/* SPDX-License-Identifier: MIT */
/* objects: wsamt/input wsamt/reference wsamt/typed wsamt/model wsamt/pem */
/*
 * What people type behind invoke and put: a reference, then a method or an
 * empty line, then NAME=VALUE a line.  What is taken is a request that can
 * be written, or one that XML cannot carry; its fields are each there once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "wsamt/input.h"
#include "wsamt/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 2048

static void
check_fields(const struct inputs *in)
{
	const struct ws_field *f = inputs_fields(in), *g;

	for (; f->type != WS_END; f++)
		for (g = f + 1; g->type != WS_END; g++)
			if (strcmp(f->name, g->name) == 0)
				abort();
}

static void
encode(const struct ws_request *r)
{
	struct buf out;
	struct err e;

	buf_init(&out, WS_MESSAGE_MAX);
	if (ws_encode(&out, r, 1, &e) == -1 && e.kind != ERR_USAGE)
		abort();
	buf_clear(&out);
}

static void
take(struct reference *r, const char *method, char *lines, bool force)
{
	struct ws_method m = { .class = r->class, .name = method };
	struct inputs *in;
	struct err e;
	char *line;

	in = inputs_new(r->class, *method != '\0' ? method : NULL, force, &e);
	if (in == NULL)
		return;
	while ((line = strsep(&lines, "\n")) != NULL)
		if (strstr(line, "=@") == NULL &&	/* it may be a file */
		    (*line == '-' ? inputs_leave_out(in, line + 1, &e) :
		    inputs_add(in, line, &e)) == -1)
			goto out;
	check_fields(in);
	m.in = inputs_fields(in);
	if (*method != '\0')
		encode(&(struct ws_request){ .op = WS_INVOKE, .method = &m,
		    .selectors = r->keys, .values = inputs_values(in) });
	else
		encode(&(struct ws_request){ .op = WS_CREATE,
		    .class = r->class, .fields = m.in,
		    .values = inputs_values(in) });
 out:
	inputs_free(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[MOST + 1], *lines = text, *first, *method;
	struct reference *r;
	struct err e;
	bool force;

	if (size == 0 || size > MOST)
		return 0;
	force = data[0] == '!';
	memcpy(text, data, size);
	text[size] = '\0';
	first = strsep(&lines, "\n");
	if ((r = reference_new(first + force, force, &e)) == NULL)
		return 0;
	if (r->nkeys > REFERENCE_KEYS_MAX || r->keys[r->nkeys].name != NULL)
		abort();
	if ((method = strsep(&lines, "\n")) != NULL && lines != NULL)
		take(r, method, lines, force);
	reference_free(r);
	return 0;
}
