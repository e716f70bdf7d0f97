/* SPDX-License-Identifier: MIT */
/*
 * What the commands of wsamt share: the machine they talk to, and how they
 * say what they found.
 */
#ifndef WSAMT_WSAMT_H
#define WSAMT_WSAMT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/machine.h"
#include "lib/opts.h"
#include "lib/wsman.h"
#include "wsamt/out.h"

struct wsamt {
	struct opts opts;
	struct machine machine;
	struct wsman *wsman;
	struct out out;
	bool wait;			/* --wait */
};

/* argv: the command's arguments alone, as many as its row says. */
#define CMD(function, word, args, kind, help) \
	int cmd_##function(struct wsamt *a, int argc, char **argv, \
	    struct err *e);
#include "wsamt/commands.def"
#undef CMD

/* "on" or "off".  ERR_USAGE names what. */
int wsamt_on_off(bool *on, const char *text, const char *what,
    struct err *e);

#endif
