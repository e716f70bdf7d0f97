/* SPDX-License-Identifier: MIT */
/* Options common to all tools, and a tool's own: see opts.h. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/opts.h"

#define ROWS_MAX 64

enum { HELP = 1000, VERSION_, TIMEOUT, TLS, PLAIN, INSECURE, PIN, TOFU,
    OLD_TLS, CERT, KEY, PASSWORD_FILE, CONFIG };

static const struct opts_row common[] = {
	{ 'h', "host", "HOST", "the machine: a name of amt.conf(5), a DNS name, an address" },
	{ 'P', "port", "PORT", "its port" },
	{ 'u', "user", "USER", "log in as USER (default admin)" },
	{ 'p', "password", "PASSWORD", "better: --password-file, amt.conf or the prompt" },
	{ PASSWORD_FILE, "password-file", "FILE", "first line of FILE; - is standard input" },
	{ 'c', "ca", "FILE", "use TLS and trust this CA (PEM)" },
	{ TLS, "tls", NULL, "use TLS and trust the system's CAs" },
	{ PIN, "pin", "SHA256", "use TLS and trust this certificate; repeatable" },
	{ TOFU, "tofu", NULL, "use TLS, trust what comes first, refuse a change" },
	{ PLAIN, "plain", NULL, "no TLS, even for a machine known by TLS" },
	{ INSECURE, "insecure", NULL, "use TLS, check nothing, say so" },
	{ OLD_TLS, "old-tls", NULL, "allow TLS 1.0 and 1.1, SHA-1, short keys" },
	{ CERT, "cert", "FILE", "client certificate (PEM or PKCS#11 URI)" },
	{ KEY, "key", "FILE", "its key (the same)" },
	{ CONFIG, "config", "FILE", "hosts file instead of amt.conf(5)'s places" },
	{ TIMEOUT, "timeout", "SECONDS", "limit of each wait" },
	{ 'v', "verbose", NULL, "say more; -vv debugging, -vvv every message" },
	{ HELP, "help", NULL, "print this and exit" },
	{ VERSION_, "version", NULL, "print the version and exit" },
	{ 0, NULL, NULL, NULL }
};

int
opts_number(long *n, const char *text, long lo, long hi, const char *what,
    struct err *e)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (text[0] == '\0' || *end != '\0' || errno != 0 || v < lo || v > hi)
		return err_set(e, ERR_USAGE, "%s: \"%s\" is not a number from "
		    "%ld to %ld", what, text, lo, hi);
	*n = v;
	return 0;
}

int
opts_seconds(int64_t *ms, const char *text, const char *what, struct err *e)
{
	char *end;
	double v;

	errno = 0;
	v = strtod(text, &end);
	if (text[0] == '\0' || *end != '\0' || errno != 0 ||
	    !(v >= 0 && v <= 366 * 86400.0) ||
	    strspn(text, "0123456789.") != strlen(text))
		return err_set(e, ERR_USAGE, "%s: \"%s\" is not a number of "
		    "seconds, at most a year", what, text);
	*ms = (int64_t)(v * 1000 + 0.5);
	if (*ms == 0 && v > 0)
		*ms = 1;		/* 0 may mean "never" */
	return 0;
}

static int
take_common(struct opts *o, int val, char *text, struct err *e)
{
	switch (val) {
	case 'h': o->host = text; return 0;
	case 'P': o->port = text; return 0;
	case 'u': o->user = text; return 0;
	case 'p':
		secret_clear(&o->password);
		return secret_take_arg(&o->password, text, e);
	case PASSWORD_FILE: o->password_file = text; return 0;
	case 'c': o->ca = text; return 0;
	case TLS: o->tls = true; return 0;
	case PLAIN: o->plain = true; return 0;
	case INSECURE: o->insecure = true; return 0;
	case TOFU: o->tofu = true; return 0;
	case OLD_TLS: o->old_tls = true; return 0;
	case CERT: o->cert = text; return 0;
	case KEY: o->key = text; return 0;
	case CONFIG: o->config = text; return 0;
	case TIMEOUT:
		if (opts_seconds(&o->timeout_ms, text, "--timeout", e) == -1)
			return -1;
		return o->timeout_ms > 0 ? 0 : err_set(e, ERR_USAGE,
		    "--timeout: 0 seconds are too few for anything");
	case 'v': o->verbosity++; return 0;
	case PIN:
		if (o->npins == OPTS_PINS_MAX)
			return err_set(e, ERR_USAGE, "more than %d --pin",
			    OPTS_PINS_MAX);
		o->pins[o->npins++] = text;
		return 0;
	}
	return 1;			/* not ours */
}

/* Both tables as getopt wants them. */
static size_t
long_options(struct option out[ROWS_MAX], char letters[2 * ROWS_MAX + 2],
    const struct opts_spec *spec)
{
	const struct opts_row *tables[] = { spec->rows, common }, *r;
	size_t i, n = 0, s = 0;

	if (!spec->mixed)
		letters[s++] = '+';	/* the first operand ends them */
	letters[s++] = ':';
	for (i = 0; i < 2; i++) {
		for (r = tables[i]; r != NULL && r->val != 0 &&
		    n < ROWS_MAX - 1; r++) {
			if (r->val < OPTS_LONG) {
				letters[s++] = (char)r->val;
				if (r->arg != NULL)
					letters[s++] = ':';
			}
			if (r->word == NULL)
				continue;
			out[n].name = r->word;
			out[n].has_arg = r->arg != NULL;
			out[n].flag = NULL;
			out[n++].val = r->val;
		}
	}
	memset(&out[n], 0, sizeof out[n]);
	letters[s] = '\0';
	return n;
}

static int
wrong_option(int c, char **argv, struct err *e)
{
	const char *word = argv[optind - 1];
	int n = (int)strcspn(word, "=");	/* behind it may be a secret */

	if (optopt > 0 && optopt < OPTS_LONG && strncmp(word, "--", 2) != 0)
		return err_set(e, ERR_USAGE, c == ':' ?
		    "option -%c needs an argument; see --help" :
		    "unknown option -%c; see --help", optopt);
	return err_set(e, ERR_USAGE, c == ':' ?
	    "option %.*s needs an argument; see --help" : optopt != 0 ?
	    "option %.*s takes no argument; see --help" :
	    "unknown option %.*s; see --help", n, word);
}

int
opts_parse(struct opts *o, const struct opts_spec *spec, int argc,
    char **argv, struct err *e)
{
	char letters[2 * ROWS_MAX + 2];
	struct option table[ROWS_MAX];
	int c, rc;

	memset(o, 0, sizeof *o);
	o->timeout_ms = -1;
	(void)long_options(table, letters, spec);
	optind = 0;			/* glibc: start afresh */
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		if (c == HELP)
			return OPTS_HELP;
		if (c == VERSION_)
			return OPTS_VERSION;
		if (c == '?' || c == ':')
			return wrong_option(c, argv, e);
		rc = take_common(o, c, optarg, e);
		if (rc == 1)
			rc = spec->take(spec->arg, c, optarg, e);
		if (rc == -1)
			return -1;
	}
	o->first_operand = optind;
	return OPTS_RUN;
}

void
opts_clear(struct opts *o)
{
	secret_clear(&o->password);
}

static void
usage_rows(const struct opts_row *r, FILE *f)
{
	char left[64];
	int n;

	for (; r != NULL && r->val != 0; r++) {
		if (r->val < OPTS_LONG)
			n = snprintf(left, sizeof left, "-%c%s%s", r->val,
			    r->word != NULL ? ", --" : "",
			    r->word != NULL ? r->word : "");
		else
			n = snprintf(left, sizeof left, "    --%s", r->word);
		if (r->arg != NULL)
			(void)snprintf(left + n, sizeof left - (size_t)n,
			    " %s", r->arg);
		fprintf(f, "  %-28s %s\n", left, r->help);
	}
}

void
opts_usage(const struct opts_spec *spec, FILE *f)
{
	fprintf(f, "usage: %s %s\n\n", spec->tool, spec->synopsis);
	usage_rows(spec->rows, f);
	usage_rows(common, f);
}
