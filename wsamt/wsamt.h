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
	const char *command;		/* its word */
	struct opts opts;
	struct machine machine;
	struct wsman *wsman;
	struct out out;
	bool wait;			/* --wait */
	bool force;			/* --force */
	bool dry;			/* --dry-run */
	unsigned orders;		/* that --dry-run kept back */
	struct out said;		/* and what they are */
	struct buf *sink;		/* one of many: its output; else NULL */
	size_t index;			/* which of them */
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
const char *wsamt_word(bool on);

/* Wait until *done, which a callback of the loop sets; at most so long. */
int wsamt_until(struct loop *l, bool *done, int64_t ms, struct err *e);
/* Wait so long before asking again. */
int wsamt_rest(struct wsamt *a, int64_t ms, struct err *e);

/* The class model, or with class what is in one. */
int wsamt_list_classes(struct out *o, const char *class, struct err *e);

/* Say an order in words, in arg->out: for wsman_dry_run(). */
int wsamt_say_order(void *arg, const struct ws_request *r, struct err *e);

/* The machine said yes and did something else: ERR_REFUSED; 0 if --dry-run. */
int wsamt_not_taken(const struct wsamt *a, const char *what,
    const char *before, const char *wanted, const char *after,
    struct err *e);

/*
 * A secret operand: the word itself, wiped from argv, or "-": asked twice
 * on a terminal, else one line of standard input.
 */
int wsamt_secret(struct secret *s, char *arg, const char *what,
    struct err *e);
/*
 * AMT's rules for passwords, which it cannot check itself where it gets a
 * digest: least..most characters of ASCII, capital and small letter, digit
 * and special character, none of '"' ',' ':'.  ERR_USAGE.
 */
int wsamt_check_password(const struct secret *s, size_t least, size_t most,
    const char *what, struct err *e);

#endif
