/* SPDX-License-Identifier: MIT */
/* The class model: see model.h. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "lib/conf.h"
#include "wsamt/model.h"

#define PREFIX 4			/* AMT_, CIM_, IPS_ */

/* What model.def is written in. */
enum { KEY = 1, REQUIRED = 2, ARRAY = 4, OPEN = 8, UNLISTED = 16 };

#define PROPERTY(name, type, flags) \
	ROW(MODEL_PROPERTY, name, , MODEL_##type, flags, 0)
#define METHOD(name) ROW(MODEL_METHOD, name, , MODEL_UINT32, 0, 0)
#define INPUT(name, type, flags, words) \
	ROW(MODEL_INPUT, name, , MODEL_##type, flags, words)
#define INPUT_INSTANCE(name, class, flags) \
	ROW(MODEL_INPUT, name, class, MODEL_INSTANCE, flags, 0)
#define OUTPUT(name, type, flags) \
	ROW(MODEL_OUTPUT, name, , MODEL_##type, flags, 0)
#define CLASS(name, parent, flags) \
	ROW(MODEL_CLASS, name, parent, MODEL_NONE, flags, 0)

/*
 * All names in one piece, member n_LINE the name of that line's row: rows
 * that point into it by offsets are 8 bytes, and nothing is relocated when
 * the program starts.
 */
#define GLUE(a, b) a##b
#define AT_LINE(prefix, line) GLUE(prefix, line)
#define WORDS(number, text)
static const struct names {
#define ROW(kind, name, other, type, flags, words) \
	char AT_LINE(n_, __LINE__)[sizeof #name]; \
	char AT_LINE(o_, __LINE__)[sizeof #other];
#include "wsamt/model.def"
#undef ROW
} names = {
#define ROW(kind, name, other, type, flags, words) #name, #other,
#include "wsamt/model.def"
#undef ROW
};
_Static_assert(sizeof names <= UINT16_MAX, "an offset has 16 bits");

static const struct row {
	uint16_t name, other;		/* other: a parent, a class */
	uint8_t kind, type, flags, words;
} rows[] = {
#define ROW(kind, name, other, type, flags, words) { \
	offsetof(struct names, AT_LINE(n_, __LINE__)), \
	offsetof(struct names, AT_LINE(o_, __LINE__)), \
	kind, type, flags, words },
#include "wsamt/model.def"
#undef ROW
};
#define NROWS (sizeof rows / sizeof rows[0])
#undef WORDS

#undef CLASS
#undef PROPERTY
#undef METHOD
#undef INPUT
#undef INPUT_INSTANCE
#undef OUTPUT
#define CLASS(...)
#define PROPERTY(...)
#define METHOD(...)
#define INPUT(...)
#define INPUT_INSTANCE(...)
#define OUTPUT(...)
static const char *const words[] = { "",
#define WORDS(number, text) [number] = text,
#include "wsamt/model.def"
};

/* ---- lookup ------------------------------------------------------------------ */

static const char *
text_at(uint16_t offset)
{
	return (const char *)&names + offset;
}

/* The row of a class; NROWS: none. */
static size_t
class_row(const char *name)
{
	size_t i;

	for (i = 0; i < NROWS; i++)
		if (rows[i].kind == MODEL_CLASS &&
		    strcmp(text_at(rows[i].name), name) == 0)
			break;
	return i;
}

static bool
has_children(const char *name)
{
	size_t i;

	for (i = 0; i < NROWS; i++)
		if (rows[i].kind == MODEL_CLASS &&
		    strcmp(text_at(rows[i].other), name) == 0)
			return true;
	return false;
}

/* Has it keys, of its own or its parents'? */
static bool
has_keys(size_t row)
{
	size_t i;

	for (; row < NROWS; row = class_row(text_at(rows[row].other)))
		for (i = row + 1; i < NROWS && rows[i].kind != MODEL_CLASS; i++)
			if ((rows[i].flags & KEY) != 0)
				return true;
	return false;
}

bool
model_class(struct model_class *c, const char *name)
{
	size_t i = class_row(name);

	if (i == NROWS)
		return false;
	c->name = text_at(rows[i].name);
	c->parent = text_at(rows[i].other);
	c->open = (rows[i].flags & OPEN) != 0;
	c->derived = has_children(name);
	c->listed = (rows[i].flags & UNLISTED) == 0 &&
	    (c->open || has_keys(i));
	return true;
}

bool
model_class_at(struct model_class *c, size_t nth)
{
	size_t i;

	for (i = 0; i < NROWS; i++)
		if (rows[i].kind == MODEL_CLASS && nth-- == 0)
			return model_class(c, text_at(rows[i].name));
	return false;
}

/* The nearer class says what a member is; a key stays one. */
static size_t
add_member(struct model_member *m, size_t n, const struct row *r)
{
	const char *name = text_at(r->name);
	bool key = (r->flags & KEY) != 0;
	size_t i;

	for (i = 0; i < n && strcmp(m[i].name, name) != 0; i++)
		;
	if (i == MODEL_MEMBERS_MAX)
		return n;
	m[i] = (struct model_member){
		.name = name, .kind = r->kind, .type = r->type,
		.key = key || (i < n && m[i].key),
		.required = (r->flags & REQUIRED) != 0,
		.array = (r->flags & ARRAY) != 0,
		.class = text_at(r->other), .words = words[r->words],
	};
	return i == n ? n + 1 : n;
}

static size_t
parameters(struct model_member *m, size_t row, const char *method,
    enum model_kind kind)
{
	bool inside = false;
	size_t i, n = 0;

	for (i = row + 1; i < NROWS && rows[i].kind != MODEL_CLASS; i++) {
		if (rows[i].kind == MODEL_METHOD)
			inside = strcmp(text_at(rows[i].name), method) == 0;
		else if (inside && rows[i].kind == kind)
			n = add_member(m, n, &rows[i]);
	}
	return n;
}

static bool
has_method(size_t row, const char *method)
{
	size_t i;

	for (i = row + 1; i < NROWS && rows[i].kind != MODEL_CLASS; i++)
		if (rows[i].kind == MODEL_METHOD &&
		    strcmp(text_at(rows[i].name), method) == 0)
			return true;
	return false;
}

size_t
model_members(struct model_member m[MODEL_MEMBERS_MAX], const char *class,
    const char *method, enum model_kind kind)
{
	size_t row = class_row(class), i, n;

	if (row == NROWS)
		return 0;
	if (method != NULL && has_method(row, method))
		return parameters(m, row, method, kind);
	n = model_members(m, text_at(rows[row].other), method, kind);
	for (i = row + 1; method == NULL && i < NROWS &&
	    rows[i].kind != MODEL_CLASS; i++)
		if (rows[i].kind == kind)
			n = add_member(m, n, &rows[i]);
	return n;
}

const struct model_member *
model_find(const struct model_member *m, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(m[i].name, name) == 0)
			return &m[i];
	return NULL;
}

const char *
model_type_name(enum model_type type)
{
	static const char *const type_names[] = {
		[MODEL_NONE] = "none", [MODEL_STRING] = "string",
		[MODEL_BOOLEAN] = "boolean", [MODEL_UINT8] = "uint8",
		[MODEL_UINT16] = "uint16", [MODEL_UINT32] = "uint32",
		[MODEL_UINT64] = "uint64", [MODEL_SINT8] = "sint8",
		[MODEL_SINT16] = "sint16", [MODEL_SINT32] = "sint32",
		[MODEL_SINT64] = "sint64", [MODEL_DOUBLE] = "double",
		[MODEL_DATETIME] = "datetime", [MODEL_BASE64] = "base64",
		[MODEL_HEX] = "hex", [MODEL_REFERENCE] = "reference",
		[MODEL_INSTANCE] = "instance",
	};

	return type_names[type];
}

/* ---- what was meant ---------------------------------------------------------- */

/* One that begins with it, in any case, or differs in a few letters. */
static const char *
nearest(const char *name, const char *const all[], size_t n)
{
	size_t i, len = strlen(name);

	for (i = 0; i < n && len > 2; i++)
		if (strncasecmp(all[i], name, len) == 0)
			return all[i];
	return conf_nearest(name, all, n);
}

/* First among those of the same schema. */
const char *
model_near_class(const char *name)
{
	const char *all[NROWS], *near = NULL;
	size_t i, n, others;

	if (strlen(name) <= PREFIX)
		return NULL;
	for (others = 0; near == NULL && others < 2; others++) {
		for (i = n = 0; i < NROWS; i++)
			if (rows[i].kind == MODEL_CLASS && (others ||
			    strncmp(text_at(rows[i].name), name, PREFIX) == 0))
				all[n++] = text_at(rows[i].name) + PREFIX;
		near = nearest(name + PREFIX, all, n);
	}
	return near != NULL ? near - PREFIX : NULL;
}

const char *
model_near_member(const struct model_member *m, size_t n, const char *name)
{
	const char *all[MODEL_MEMBERS_MAX];
	size_t i;

	for (i = 0; i < n; i++)
		all[i] = m[i].name;
	return nearest(name, all, n);
}
