/* SPDX-License-Identifier: MIT */
/*
 * wsamt: ask and change an AMT machine over WS-Management.  Options, the
 * table of commands, and what they all need; each command is a row of
 * commands.def and a function.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/secret.h"
#include "wsamt/script.h"
#include "wsamt/wsamt.h"

enum kind { READS, CHANGES, ACTS };

struct command {
	int (*run)(struct wsamt *a, int argc, char **argv, struct err *e);
	const char *word, *args;
	enum kind kind;
	const char *help;
};

static const struct command commands[] = {
#define CMD(function, word, args, kind, help) \
	{ cmd_##function, word, args, kind, help },
#include "wsamt/commands.def"
#undef CMD
};
#define NCOMMANDS (sizeof commands / sizeof commands[0])

enum { JSON = OPTS_LONG, WAIT, FORCE, DRY_RUN, LIST_COMMANDS, SHOW_CONFIG };

static const struct opts_row rows[] = {
	{ 'f', "file", "FILE", "run the commands of FILE, one a line, on one connection" },
	{ 'k', "keep-going", NULL, "with -f: go on after a failure" },
	{ JSON, "json", NULL, "print JSON" },
	{ WAIT, "wait", NULL, "power: until the state is reached" },
	{ FORCE, "force", NULL, "do what may cut this connection or lose something" },
	{ DRY_RUN, "dry-run", NULL, "say what would be changed, and change nothing" },
	{ LIST_COMMANDS, "list-commands", NULL, "print the commands, for programs" },
	{ SHOW_CONFIG, "show-config", NULL, "print the machine's settings and whence they come" },
	{ 0, NULL, NULL, NULL }
};

static const char *const host_env[] = { "WSMAN_HOST", "AMT_HOST", NULL };
static const char *const user_env[] = { "WSMAN_USER", NULL };
static const char *const password_env[] = { "WSMAN_PASS", "AMT_PASSWORD",
    NULL };

static const struct machine_spec spec = {
	.host_env = host_env,
	.user_env = user_env,
	.password_env = password_env,
	.port_env = "WSMAN_PORT",
	.port_word = CONF_WSMAN_PORT,
	.fallback_host = "localhost",
};

struct flags {
	bool json, wait, force, dry, list_commands, show_config;
	bool go_on;			/* -k */
	const char *file;		/* -f */
};

static int
take(void *arg, int val, char *text, struct err *e)
{
	struct flags *f = arg;

	(void)e;
	switch (val) {
	case 'f': f->file = text; break;
	case 'k': f->go_on = true; break;
	case JSON: f->json = true; break;
	case WAIT: f->wait = true; break;
	case FORCE: f->force = true; break;
	case DRY_RUN: f->dry = true; break;
	case LIST_COMMANDS: f->list_commands = true; break;
	case SHOW_CONFIG: f->show_config = true; break;
	}
	return 0;
}

/* ---- the table ----------------------------------------------------------- */

static const struct command *
find_command(const char *word, struct err *e)
{
	const char *words[NCOMMANDS], *near;
	size_t i;

	for (i = 0; i < NCOMMANDS; i++) {
		words[i] = commands[i].word;
		if (strcmp(word, words[i]) == 0)
			return &commands[i];
	}
	near = conf_nearest(word, words, NCOMMANDS);
	(void)err_set(e, ERR_USAGE, "\"%s\" is no command", word);
	if (near != NULL)
		(void)err_more(e, "; did you mean \"%s\"?", near);
	else
		(void)err_more(e, "; \"wsamt --help\" lists them, and -h "
		    "names the machine");
	return NULL;
}

/* "class method [name=value...]" says at least 2 and no limit. */
static int
check_count(const struct command *c, int argc, char **argv, struct err *e)
{
	const char *p = c->args;
	int least = 0, most = 0, i;

	while (*p != '\0') {
		most++;
		if (*p != '[')
			least++;
		if (strstr(p, "...") != NULL && strstr(p, "...") <
		    p + strcspn(p, " "))
			most = 1 << 16;
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	if (argc >= least && argc <= most)
		return 0;
	(void)err_set(e, ERR_USAGE, "%s arguments; usage: wsamt %s%s%s",
	    argc < least ? "missing" : "too many", c->word,
	    *c->args != '\0' ? " " : "", c->args);
	for (i = 0; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return err_more(e, "; options stand before it");
	return -1;
}

static void
list_commands(void)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		printf("%s\t%s\t%s\t%s\n", commands[i].word, commands[i].args,
		    commands[i].kind == READS ? "reads" : "changes",
		    commands[i].help);
}

static void
usage(const struct opts_spec *o)
{
	size_t i;

	opts_usage(o, stdout);
	printf("\nCommands; without a value they print the present one:\n");
	for (i = 0; i < NCOMMANDS; i++)
		printf("  %s %s\n%32s%s\n", commands[i].word, commands[i].args,
		    "", commands[i].help);
	printf("\nwsamt(1) says more.\n");
}

/*
 * These are also understood behind the command, before "--":
 * "wsamt power --wait on" is what one types.
 */
static int
late_options(struct flags *f, int argc, char **argv)
{
	int i, n = 0;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			f->json = true;
		else if (strcmp(argv[i], "--wait") == 0)
			f->wait = true;
		else if (strcmp(argv[i], "--force") == 0)
			f->force = true;
		else if (strcmp(argv[i], "--dry-run") == 0)
			f->dry = true;
		else if (strcmp(argv[i], "--") == 0)
			break;
		else
			argv[n++] = argv[i];
	}
	for (i++; i < argc; i++)
		argv[n++] = argv[i];
	return n;
}

/* ---- running --------------------------------------------------------------- */

/* A command that was looked at and can be run. */
struct call {
	const struct command *c;
	int argc;
	char **argv;			/* its arguments */
	struct flags f;
};

static int
prepare(struct call *call, const struct flags *f, int argc, char **argv,
    struct err *e)
{
	call->f = *f;
	if ((call->c = find_command(argv[0], e)) == NULL)
		return -1;
	call->argv = argv + 1;
	call->argc = late_options(&call->f, argc - 1, argv + 1);
	if (check_count(call->c, call->argc, call->argv, e) == -1)
		return -1;
	if (call->f.wait && (call->c->run != cmd_power || call->argc == 0))
		return err_set(e, ERR_USAGE, "--wait is for \"wsamt power "
		    "STATE\"");
	return 0;
}

/*
 * A command goes on after an order that was not sent, and may well miss what
 * it would have done: that is its end then, and no error.
 */
static int
run_dry(struct wsamt *a, const struct call *call, struct err *e)
{
	int rc;

	a->orders = 0;
	out_init(&a->said, call->f.json);
	out_list(&a->said);
	wsman_dry_run(a->wsman, wsamt_say_order, a);
	rc = call->c->run(a, call->argc, call->argv, e);
	wsman_dry_run(a->wsman, NULL, NULL);
	if (rc == -1 && a->orders > 0 && (e->kind == ERR_REFUSED ||
	    e->kind == ERR_PROTO))
		rc = 0;
	out_list_end(&a->said);
	if (rc == 0)
		rc = out_print(&a->said, e);
	out_clear(&a->said);
	out_clear(&a->out);
	return rc;
}

/* Run a command and print what it found. */
static int
run_call(struct wsamt *a, const struct call *call, struct err *e)
{
	const struct command *c = call->c;
	struct err other;
	int rc = -1;

	a->command = c->word;
	a->wait = call->f.wait && !call->f.dry;
	a->force = call->f.force;
	a->dry = call->f.dry;
	out_init(&a->out, call->f.json);
	/* What was asked as a question cannot change anything. */
	wsman_read_only(a->wsman, c->kind == READS ||
	    (c->kind == CHANGES && call->argc == 0));
	wsman_explain(a->wsman, isatty(STDERR_FILENO));
	if (call->f.dry && (c->kind == ACTS || (c->kind == CHANGES &&
	    call->argc > 0)))
		return run_dry(a, call, e);
	if (c->run(a, call->argc, call->argv, e) == 0)
		rc = out_print(&a->out, e);
	else if (e->kind == ERR_NO && out_print(&a->out, &other) == -1)
		*e = other;		/* what was found was the answer */
	else if (e->kind == ERR_UNKNOWN)
		(void)err_more(e, ": look with \"wsamt %s\" before you "
		    "repeat it", c->run == cmd_invoke ? "get" : c->word);
	out_clear(&a->out);
	return rc;
}

/* All on one connection: to the first that fails, or with -k to the end. */
static int
run_calls(struct wsamt *a, const struct call *calls, size_t n,
    const struct script *s, const struct flags *f, struct err *e)
{
	enum err_kind worst = ERR_NONE;
	size_t i, failed = 0;

	for (i = 0; i < n; i++) {
		if (run_call(a, &calls[i], e) == 0)
			continue;
		if (s != NULL)
			(void)err_ctx(e, "%s:%u", f->file, s->lines[i].number);
		if (!f->go_on)
			return -1;
		log_error(e);
		failed++;
		if (e->kind > worst)
			worst = e->kind;
	}
	return failed == 0 ? 0 : err_set(e, worst, "%s: %zu of %zu commands "
	    "failed", f->file, failed, n);
}

static int
talk(struct wsamt *a, const struct call *calls, size_t n,
    const struct script *s, const struct flags *f, struct err *e)
{
	struct wsman_hub *hub = NULL;
	struct loop *loop = NULL;
	int rc = -1;

	if (machine_find(&a->machine, &spec, &a->opts, NULL, e) == -1)
		return -1;
	if ((loop = loop_new(e)) != NULL &&
	    (hub = wsman_hub_new(loop, e)) != NULL &&
	    (a->wsman = wsman_new(hub, &a->machine, &spec, e)) != NULL)
		rc = run_calls(a, calls, n, s, f, e);
	wsman_free(a->wsman);
	wsman_hub_free(hub);
	loop_free(loop);
	return rc;
}

/* Every line is looked at before the first is run. */
static int
run_file(struct wsamt *a, const struct flags *f, struct err *e)
{
	struct script s;
	struct call *calls;
	int rc = -1;
	size_t i;

	if (script_read(&s, f->file, e) == -1)
		return -1;
	if ((calls = calloc(s.n + 1, sizeof *calls)) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", f->file);
		goto out;
	}
	for (i = 0; i < s.n; i++)
		if (prepare(&calls[i], f, s.lines[i].argc, s.lines[i].argv,
		    e) == -1) {
			(void)err_ctx(e, "%s:%u", f->file, s.lines[i].number);
			goto out;
		}
	rc = s.n > 0 ? talk(a, calls, s.n, &s, f, e) : 0;
 out:
	free(calls);
	script_clear(&s);
	return rc;
}

/* Each setting that holds, and its origin; of the password only that. */
static int
show_settings(struct wsamt *a, struct err *e)
{
	struct setting password;
	const struct setting *s;
	size_t i;

	if (machine_password_source(&a->machine, &spec, &password, e) == -1)
		return -1;
	for (i = 0; i < CONF_WORDS; i++) {
		s = i == CONF_PASSWORD ? &password : &a->machine.set[i];
		if (s->value != NULL && (conf_table[i].tool == NULL ||
		    strstr(conf_table[i].tool, "wsamt") != NULL) &&
		    out_setting(&a->out, conf_table[i].word, s->value,
		    s->origin, e) == -1)
			return -1;
	}
	return 0;
}

static int
show_config(struct wsamt *a, const struct flags *f, int argc, char **argv,
    struct err *e)
{
	int rc;

	if (argc > 1)
		return err_set(e, ERR_USAGE, "--show-config takes one machine");
	if (machine_find(&a->machine, &spec, &a->opts, argc > 0 ? argv[0] :
	    NULL, e) == -1)
		return -1;
	out_init(&a->out, f->json);
	out_begin(&a->out);
	rc = out_fact(&a->out, "host", a->machine.name, e);
	if (rc == 0)
		rc = show_settings(a, e);
	out_end(&a->out);
	if (rc == 0)
		rc = out_print(&a->out, e);
	out_clear(&a->out);
	return rc;
}

static int
run_command(struct wsamt *a, const struct flags *f, int argc, char **argv,
    struct err *e)
{
	struct call call;

	if (f->file != NULL)
		return argc == 0 ? run_file(a, f, e) : err_set(e, ERR_USAGE,
		    "a command or -f, not both");
	if (argc == 0)
		return err_set(e, ERR_USAGE, "which command? \"wsamt --help\" "
		    "lists them");
	if (prepare(&call, f, argc, argv, e) == -1)
		return -1;
	return talk(a, &call, 1, NULL, f, e);
}

static int
run(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct flags f = { 0 };
	const struct opts_spec o = {
		.tool = "wsamt", .synopsis = "[options] command [value...]",
		.rows = rows, .take = take, .arg = &f,
	};

	switch (opts_parse(&a->opts, &o, argc, argv, e)) {
	case OPTS_RUN:
		break;
	case OPTS_HELP:
		usage(&o);
		return 0;
	case OPTS_VERSION:
		printf("wsamt %s\n", VERSION);
		return 0;
	default:
		return -1;
	}
	log_init("wsamt", a->opts.verbosity);
	argv += a->opts.first_operand;
	argc -= a->opts.first_operand;
	if (f.list_commands) {
		list_commands();
		return 0;
	}
	if (f.show_config)
		return show_config(a, &f, argc, argv, e);
	if ((argc > 0 && strcmp(argv[0], "help") == 0) ||
	    (argc > 1 && strcmp(argv[1], "--help") == 0)) {
		usage(&o);
		return 0;
	}
	return run_command(a, &f, argc, argv, e);
}

int
main(int argc, char **argv)
{
	struct wsamt a = { 0 };
	struct err e = { 0 };
	int rc;

	secret_protect_process();
	log_init("wsamt", 0);
	rc = run(&a, argc, argv, &e);
	machine_clear(&a.machine);
	opts_clear(&a.opts);
	if (rc == 0 && fflush(stdout) == EOF)
		rc = err_sys(&e, ERR_LOCAL, "writing to standard output");
	if (rc == -1)
		log_error(&e);
	return rc == 0 ? 0 : (int)e.kind;
}
