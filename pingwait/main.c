/* SPDX-License-Identifier: MIT */
/*
 * pingwait: wait until machines answer, or no longer do.  Options, names of
 * the hosts file, exit status; the waiting is in wait.c, the command that may
 * follow in command.c.  No signal is caught: there is nothing to tidy up, and
 * who is killed by one must die of it.  No login either, so the options of
 * those that log in stay out.
 */
#include <sys/socket.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/hosts.h"
#include "lib/inherit.h"
#include "lib/log.h"
#include "lib/machine.h"
#include "lib/opts.h"
#include "pingwait/command.h"
#include "pingwait/wait.h"

#define DOWN_ROUNDS 3			/* unanswered in a row are silence */
#define DOWN_PATIENCE_MS 1000		/* for an answer from far away */
#define INTERVAL_MIN_MS 100		/* what is still polite */
#define INTERVAL_MAX_MS (3600 * 1000)
#define COUNT_MAX 1000			/* -n */

enum { DOWN = OPTS_LONG, REBOOT, ALL, ANY, RMCP, AMT, OS, JSON, CONFIG, HELP,
    VERSION_ };

static const struct opts_row rows[] = {
	{ 't', "timeout", "SECONDS", "give up after that; 0: never (default)" },
	{ 'i', "interval", "SECONDS", "between probes of a host (default 1)" },
	{ 'd', "delay", "SECONDS", "before the first probe (default 0)" },
	{ 'n', "count", "N", "answers in a row (default 1; --down: missing, 3)" },
	{ DOWN, "down", NULL, "wait until it no longer answers" },
	{ REBOOT, "reboot", NULL, "until it no longer answers, then does again" },
	{ ALL, "all", NULL, "wait for all hosts (default)" },
	{ ANY, "any", NULL, "one host is enough" },
	{ 'P', "port", "PORT", "wait for this TCP port instead of echoes" },
	{ RMCP, "rmcp", NULL, "send RMCP presence pings, print what they tell" },
	{ AMT, "amt", NULL, "wait for any sign of Intel AMT" },
	{ OS, "os", NULL, "wait for the operating system, not for AMT" },
	{ '4', "ipv4", NULL, "IPv4 only" },
	{ '6', "ipv6", NULL, "IPv6 only" },
	{ 'h', "host", "HOST", "the same as an operand" },
	{ CONFIG, "config", "FILE", "hosts file instead of amt.conf(5)'s places" },
	{ JSON, "json", NULL, "print a line of JSON for each host" },
	{ 'q', "quiet", NULL, "print nothing; the exit status tells" },
	{ 'v', "verbose", NULL, "say more; twice, every probe and answer" },
	{ HELP, "help", NULL, "print this and exit" },
	{ VERSION_, "version", NULL, "print the version and exit" },
};
#define ROWS (sizeof rows / sizeof rows[0])

struct command {
	struct wait_options wait;
	const char *config;
	struct hosts hosts;
	uint32_t count;			/* -n; 0: not given */
	char **then;			/* the command; NULL: none */
	int verbosity;
	bool help, version;
};

static void
usage(FILE *f)
{
	char left[64];
	size_t i;
	int n;

	(void)fprintf(f, "usage: pingwait [options] host... [-- command...]\n\n");
	for (i = 0; i < ROWS; i++) {
		n = snprintf(left, sizeof left, rows[i].val < OPTS_LONG ?
		    "-%c, --%s" : "%c   --%s", rows[i].val < OPTS_LONG ?
		    rows[i].val : ' ', rows[i].word);
		if (rows[i].arg != NULL)
			(void)snprintf(left + n, sizeof left - (size_t)n,
			    " %s", rows[i].arg);
		(void)fprintf(f, "  %-28s %s\n", left, rows[i].help);
	}
}

static int
seconds(int64_t *ms, int val, const char *text, struct err *e)
{
	char what[3] = { '-', (char)val, '\0' };

	if (opts_seconds(ms, text, what, e) == -1)
		return -1;
	if (val == 'i' && (*ms < INTERVAL_MIN_MS || *ms > INTERVAL_MAX_MS))
		return err_set(e, ERR_USAGE, "-i: \"%s\" is not from %g to "
		    "%d seconds", text, INTERVAL_MIN_MS / 1000.0,
		    INTERVAL_MAX_MS / 1000);
	return 0;
}

static int
count(uint32_t *n, const char *text, struct err *e)
{
	long v;

	if (opts_number(&v, text, 1, COUNT_MAX, "-n", e) == -1)
		return -1;
	*n = (uint32_t)v;
	return 0;
}

/* The probes exclude each other. */
static int
ask(struct wait_options *w, const struct means *means, struct err *e)
{
	if (w->means.how[0] != '\0' && strcmp(w->means.how, means->how) != 0)
		return err_set(e, ERR_USAGE, "-P, --rmcp, --amt and --os "
		    "exclude each other");
	w->means = *means;
	return 0;
}

static int
ask_port(struct wait_options *w, const char *text, struct err *e)
{
	struct means means = { .ports = { 0 } };
	long v;

	if (opts_number(&v, text, 1, 65535, "-P", e) == -1)
		return -1;
	means.ports[0] = (uint16_t)v;
	(void)snprintf(means.how, sizeof means.how, " on port %ld", v);
	return ask(w, &means, e);
}

static int
aim(struct wait_options *w, enum probe_goal goal, struct err *e)
{
	if (w->rules.goal != PROBE_UP && w->rules.goal != goal)
		return err_set(e, ERR_USAGE, "--down and --reboot exclude "
		    "each other");
	w->rules.goal = goal;
	return 0;
}

static int
take(struct command *c, int val, char *text, struct err *e)
{
	struct wait_options *w = &c->wait;

	switch (val) {
	case 't': return seconds(&w->timeout_ms, val, text, e);
	case 'i': return seconds(&w->rules.interval_ms, val, text, e);
	case 'd': return seconds(&w->delay_ms, val, text, e);
	case 'n': return count(&c->count, text, e);
	case 'P': return ask_port(w, text, e);
	case RMCP: return ask(w, &means_rmcp, e);
	case AMT: return ask(w, &means_amt, e);
	case OS: return ask(w, &means_os, e);
	case DOWN: return aim(w, PROBE_DOWN, e);
	case REBOOT: return aim(w, PROBE_REBOOT, e);
	case ALL: w->any = false; return 0;
	case ANY: w->any = true; return 0;
	case '4':
	case '6':
		if (w->family != AF_UNSPEC)
			return err_set(e, ERR_USAGE, "-4 and -6 exclude each "
			    "other, and one is enough");
		w->family = val == '4' ? AF_INET : AF_INET6;
		return 0;
	case 'h': return hosts_add(&c->hosts, text, e);
	case CONFIG: c->config = text; return 0;
	case JSON: w->json = true; return 0;
	case 'q': w->quiet = true; return 0;
	case 'v': c->verbosity++; return 0;
	case HELP: c->help = true; return 0;
	case VERSION_: c->version = true; return 0;
	}
	return err_set(e, ERR_USAGE, "unknown option %s; see --help", text);
}

static void
getopt_table(struct option table[ROWS + 1], char letters[2 * ROWS + 2])
{
	size_t i, n = 0;

	memset(table, 0, (ROWS + 1) * sizeof *table);
	letters[n++] = ':';
	for (i = 0; i < ROWS; i++) {
		table[i].name = rows[i].word;
		table[i].has_arg = rows[i].arg != NULL;
		table[i].val = rows[i].val;
		if (rows[i].val >= OPTS_LONG)
			continue;
		letters[n++] = (char)rows[i].val;
		if (rows[i].arg != NULL)
			letters[n++] = ':';
	}
	letters[n] = '\0';
}

/* A command follows "--", which getopt would move about: cut it off first. */
static int
cut_command(struct command *c, int *argc, char **argv, struct err *e)
{
	int i;

	for (i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++)
		;
	if (i == *argc)
		return 0;
	if (i + 1 == *argc)
		return err_set(e, ERR_USAGE, "after -- comes the command that "
		    "is run when the condition holds");
	c->then = argv + i + 1;
	*argc = i;
	return 0;
}

static int
parse(struct command *c, int argc, char **argv, struct err *e)
{
	struct option table[ROWS + 1];
	char letters[2 * ROWS + 2];
	char letter[3] = "-?";
	char *word;
	int val;

	if (cut_command(c, &argc, argv, e) == -1)
		return -1;
	getopt_table(table, letters);
	opterr = 0;
	while ((val = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		if (val == '?' || val == ':') {
			letter[1] = (char)optopt;
			word = strncmp(argv[optind - 1], "--", 2) != 0 &&
			    optopt > 0 && optopt < OPTS_LONG ? letter :
			    argv[optind - 1];
			return err_set(e, ERR_USAGE, val == ':' ? "option %.*s "
			    "needs an argument; see --help" : "unknown option "
			    "%.*s; see --help", (int)strcspn(word, "="), word);
		}
		if (take(c, val, optarg, e) == -1)
			return -1;
		if (c->help || c->version)
			return 0;
	}
	for (; optind < argc; optind++)
		if (hosts_add(&c->hosts, argv[optind], e) == -1)
			return -1;
	return 0;
}

static int
check(struct command *c, struct err *e)
{
	struct wait_options *w = &c->wait;
	const char *env = secure_getenv("AMT_HOST");

	if (c->hosts.n == 0 && env != NULL && env[0] != '\0' &&
	    hosts_add(&c->hosts, env, e) == -1)
		return -1;
	if (c->hosts.n == 0)
		return err_set(e, ERR_USAGE, "which host? usage: pingwait "
		    "[options] host... [-- command...]");
	if (c->then != NULL && command_check(c->then, w->any ? 1 :
	    c->hosts.n, e) == -1)
		return -1;
	if (w->timeout_ms > 0 && w->delay_ms >= w->timeout_ms)
		return err_set(e, ERR_USAGE, "-d %g waits longer than -t %g "
		    "in all: nothing would be probed", (double)w->delay_ms /
		    1000, (double)w->timeout_ms / 1000);
	if (w->means.how[0] == '\0')	/* none chosen */
		w->means = means_echo;
	w->rules.answers = c->count > 0 ? c->count : 1;
	w->rules.misses = c->count > 0 && w->rules.goal == PROBE_DOWN ?
	    c->count : DOWN_ROUNDS;
	w->rules.patience_ms = w->rules.interval_ms > DOWN_PATIENCE_MS ?
	    w->rules.interval_ms : DOWN_PATIENCE_MS;
	w->notice = !w->quiet && isatty(STDERR_FILENO);
	return 0;
}

/* Where a host is: the address that the hosts file gives its name, if any. */
static int
find(struct wait_target *t, const struct conf *conf, const char *text,
    struct err *e)
{
	const struct conf_block *block;
	uint16_t port;
	char *host;

	if (machine_split(text, &host, &port, e) == -1)
		return -1;
	t->address = t->name = host;
	if (port != 0)
		return err_set(e, ERR_USAGE, "%s: name the host alone; its "
		    "port, if one is meant, with -P", text);
	block = conf_host(conf, host);
	if (block != NULL && block->value[CONF_ADDRESS] != NULL)
		t->address = block->value[CONF_ADDRESS]->text;
	return 0;
}

/* For the hosts that are met. */
static int
run_command(const struct command *c, const struct wait_target *targets,
    struct err *e)
{
	const char **met = calloc(c->hosts.n, sizeof *met);
	size_t i, n = 0;
	int rc;

	if (met == NULL)
		return err_sys(e, ERR_LOCAL, "running %s", c->then[0]);
	for (i = 0; i < c->hosts.n; i++)
		if (targets[i].met)
			met[n++] = targets[i].name;
	rc = command_run(c->then, met, n, e);
	free(met);
	return rc;
}

static int
run(struct command *c, struct err *e)
{
	struct wait_target *targets = NULL;
	struct conf conf = { 0 };
	size_t i;
	int rc = -1;

	if (check(c, e) == -1 || conf_load(&conf, c->config, e) == -1)
		return -1;
	if ((targets = calloc(c->hosts.n, sizeof *targets)) == NULL) {
		err_sys(e, ERR_LOCAL, "%zu hosts", c->hosts.n);
		goto out;
	}
	for (i = 0; i < c->hosts.n; i++)
		if (find(&targets[i], &conf, c->hosts.names[i], e) == -1)
			goto out;
	rc = wait_for_hosts(&c->wait, targets, c->hosts.n, e);
	if (rc == 0 && c->then != NULL)
		rc = run_command(c, targets, e);
 out:
	for (i = 0; targets != NULL && i < c->hosts.n; i++)
		free(targets[i].name);
	free(targets);
	conf_clear(&conf);
	return rc;
}

int
main(int argc, char **argv)
{
	struct command c = { .wait.rules.interval_ms = 1000 };
	struct err e = { 0 };
	int rc = -1;

	inherit_mend();
	log_init("pingwait", 0);
	/* Set-user-ID gives nothing here: it would read files for others. */
	if (setresgid(getgid(), getgid(), getgid()) == -1 ||
	    setresuid(getuid(), getuid(), getuid()) == -1)
		err_sys(&e, ERR_LOCAL, "giving up set-user-ID");
	else
		rc = parse(&c, argc, argv, &e);
	if (rc == 0 && c.help) {
		usage(stdout);
	} else if (rc == 0 && c.version) {
		(void)printf("pingwait %s\n", VERSION);
	} else if (rc == 0) {
		log_init("pingwait", c.verbosity);
		rc = run(&c, &e);
	}
	if (rc == 0 && fflush(stdout) == EOF)
		rc = err_sys(&e, ERR_LOCAL, "writing to standard output");
	if (rc == -1 && !(c.wait.quiet && e.kind == ERR_NO))
		log_error(&e);
	hosts_clear(&c.hosts);
	return rc == 0 ? 0 : (int)e.kind;
}
