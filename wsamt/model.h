/* SPDX-License-Identifier: MIT */
/*
 * What classes AMT has, and what is in them: model.def, looked up.  A table
 * of names and types; a machine has a part of it, by its firmware, and newer
 * firmware more.
 */
#ifndef WSAMT_MODEL_H
#define WSAMT_MODEL_H

#include <stdbool.h>
#include <stddef.h>

enum model_kind { MODEL_CLASS, MODEL_PROPERTY, MODEL_METHOD, MODEL_INPUT,
    MODEL_OUTPUT };
enum model_type { MODEL_NONE, MODEL_STRING, MODEL_BOOLEAN, MODEL_UINT8,
    MODEL_UINT16, MODEL_UINT32, MODEL_UINT64, MODEL_SINT8, MODEL_SINT16,
    MODEL_SINT32, MODEL_SINT64, MODEL_DOUBLE, MODEL_DATETIME, MODEL_BASE64,
    MODEL_HEX, MODEL_REFERENCE, MODEL_INSTANCE };

#define MODEL_MEMBERS_MAX 160		/* of a class, with its parents' */

struct model_class {
	const char *name;
	const char *parent;		/* "": none */
	bool open;			/* its members are not known */
	bool derived;			/* others are derived from it */
	bool listed;			/* has instances of its own */
};

struct model_member {
	const char *name;
	enum model_kind kind;
	enum model_type type;
	bool key, required, array;
	const char *class;		/* of a MODEL_INSTANCE; else "" */
	const char *words;		/* "Enabled=2 Disabled=3", or "" */
};

/* By number, in the order of their names; false: there are no more. */
bool model_class_at(struct model_class *c, size_t i);
/* By name; false: there is none. */
bool model_class(struct model_class *c, const char *name);

/*
 * The properties or methods of a class, those of its parents first; with a
 * method its inputs or outputs.  Each name once, as the class itself has it.
 * Returns how many.
 */
size_t model_members(struct model_member members[MODEL_MEMBERS_MAX],
    const char *class, const char *method, enum model_kind kind);
const struct model_member *model_find(const struct model_member *members,
    size_t n, const char *name);

/* "uint16", "datetime", "reference" */
const char *model_type_name(enum model_type type);

/* The name among the n that was probably meant; NULL: none is near. */
const char *model_near_class(const char *name);
const char *model_near_member(const struct model_member *members, size_t n,
    const char *name);

#endif
