/* SPDX-License-Identifier: MIT */
/*
 * A reference to an instance, CLASS?KEY=VALUE,KEY=VALUE, as it is printed
 * and typed.  A key may be a reference itself; the class model says which
 * key belongs to which of the two.
 */
#ifndef WSAMT_REFERENCE_H
#define WSAMT_REFERENCE_H

#include <stdbool.h>

#include "lib/wsxml.h"

#define REFERENCE_KEYS_MAX 16
#define REFERENCE_DEPTH_MAX 4		/* references inside each other */

struct err;

struct reference {
	struct ws_epr epr;		/* points into the rest */
	struct ws_selector keys[REFERENCE_KEYS_MAX + 1];
	struct reference *nested[REFERENCE_KEYS_MAX];
	size_t nkeys;
	char *class;
	bool force;			/* what the model does not know, too */
};

/* NULL: ERR_USAGE, or no memory.  force: names are not checked. */
struct reference *reference_new(const char *text, bool force, struct err *e);
void reference_free(struct reference *r);	/* wipes */
/* One more key, of a word of its own. */
int reference_add(struct reference *r, const char *pair, struct err *e);

/* Is the NAME of NAME=VALUE a key of its class that it has not yet? */
bool reference_takes(const struct reference *r, const char *pair);

/*
 * Is there such a class, or do we take any?  ERR_USAGE with what may have
 * been meant.
 */
int reference_class(const char *class, bool force, struct err *e);
/* "did you mean", and how to insist. */
int reference_unknown(struct err *e, const char *near);

#endif
