/* SPDX-License-Identifier: MIT */
/*
 * Many devices in one process, on one loop: each is a copy of the first as
 * the command line made it, with an address and an identity of its own.
 */
#ifndef AMTSIM_FLEET_H
#define AMTSIM_FLEET_H

#include "sim.h"

#define FLEET_MAX 2000
#define FLEET_ADDRESS "127.100.0.1"	/* of the first, when none is given */

/*
 * n 0: one device where it was put.  Otherwise n, at the address given and
 * those that follow it.  Before anything of the first was started.
 */
int fleet_new(struct sim *first, size_t n, struct err *e);
void fleet_free(struct sim *first);	/* all but the first */
/* "17" -> the 17th device; NULL: there is none. */
struct sim *fleet_find(const struct sim *first, const char *number);

#endif
