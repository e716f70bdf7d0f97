/* SPDX-License-Identifier: MIT */
/*
 * NAME=VALUE, NAME=VALUE: inputs of a method, or properties of a class,
 * typed by the class model and put in its order.  A name that repeats is an
 * array; NAME.MEMBER=VALUE is a member of an instance that is a value.
 */
#ifndef WSAMT_INPUT_H
#define WSAMT_INPUT_H

#include <stdbool.h>

#include "lib/wsxml.h"

#define INPUT_MAX 128			/* values */

struct err;
struct inputs;

/*
 * class must outlive it; method NULL: properties.  force: what the model
 * does not know, or knows otherwise, is taken as text, or behind an '@' as
 * a reference.  NULL: ERR_USAGE, or no memory.
 */
struct inputs *inputs_new(const char *class, const char *method, bool force,
    struct err *e);
void inputs_free(struct inputs *in);	/* wipes */

/* Copies; the value of a secret is wiped in pair.  -1: only free it. */
int inputs_add(struct inputs *in, char *pair, struct err *e);
/* A field without a value, for put.  name must outlive it. */
int inputs_leave_out(struct inputs *in, const char *name, struct err *e);
/* Is all there that the method requires? */
int inputs_check(const struct inputs *in, struct err *e);

/* For a request; as long as in lives. */
const struct ws_field *inputs_fields(const struct inputs *in);
const struct ws_value *inputs_values(const struct inputs *in);

#endif
