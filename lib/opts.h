/* SPDX-License-Identifier: MIT */
/*
 * Options.  What means the same in every tool is declared here once: naming
 * a machine, logging in, trust.  A tool adds rows; it never reuses a letter.
 *
 *	static const struct opts_row rows[] = {
 *		{ 'e', "escape", "KEY", "escape key (default ^])" },
 *		{ 0 }
 *	};
 *	static int take(void *arg, int val, char *text, struct err *e);
 *
 *	struct opts o;
 *	switch (opts_parse(&o, &spec, argc, argv, &e)) {
 *	case OPTS_HELP: opts_usage(&spec, stdout); return 0;
 *	...
 */
#ifndef LIB_OPTS_H
#define LIB_OPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/secret.h"

#define OPTS_PINS_MAX 16

struct err;

/* val: the letter, or a number from OPTS_LONG up for long-only ones. */
#define OPTS_LONG 256
struct opts_row {
	int val;
	const char *word;		/* long name; NULL: letter only */
	const char *arg;		/* name of its argument; NULL: none */
	const char *help;
};

struct opts_spec {
	const char *tool;
	const char *synopsis;		/* "[options] [host]" */
	const struct opts_row *rows;	/* the tool's own, ends in { 0 } */
	int (*take)(void *arg, int val, char *text, struct err *e);
	void *arg;
	bool mixed;			/* options may also follow operands */
};

/* The common options as given; NULL, false: not given. */
struct opts {
	const char *host, *port, *user;
	struct secret password;		/* -p, wiped from argv */
	const char *password_file, *config;
	const char *ca, *cert, *key;
	const char *pins[OPTS_PINS_MAX];
	int npins;
	bool tls, plain, insecure, tofu, old_tls;
	int verbosity;
	int64_t timeout_ms;		/* -1: not given */
	int first_operand;		/* index in argv */
};

enum opts_result { OPTS_RUN = 0, OPTS_HELP = 1, OPTS_VERSION = 2 };

/*
 * -1: ERR_USAGE.  The first operand ends the options, for values may look
 * like some; unless they are mixed: argv is then sorted, operands last.
 */
int opts_parse(struct opts *o, const struct opts_spec *spec, int argc,
    char **argv, struct err *e);
void opts_clear(struct opts *o);
void opts_usage(const struct opts_spec *spec, FILE *f);

/* To the last character, within lo..hi; what names it in the error. */
int opts_number(long *n, const char *text, long lo, long hi, const char *what,
    struct err *e);
/* "2", "0.5": seconds to milliseconds, at most a year; 0 only for 0. */
int opts_seconds(int64_t *ms, const char *text, const char *what,
    struct err *e);

#endif
