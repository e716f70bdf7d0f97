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
#include "lib/inherit.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/secret.h"
#include "wsamt/many.h"
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

enum { JSON = OPTS_LONG, WAIT, FORCE, DRY_RUN, HOSTS, STAGGER, LIST_COMMANDS, LIST_CLASSES, SHOW_CONFIG };

static const struct opts_row rows[] = {
	{ 'f', "file", "FILE", "run the commands of FILE, one a line, on one connection" },
	{ 'k', "keep-going", NULL, "with -f: go on after a failure" },
	{ HOSTS, "hosts", "FILE", "the machines that FILE names, all at once" },
	{ 'j', "jobs", "N", "so many machines at a time (default 32)" },
	{ STAGGER, "stagger", "S", "begin with the next machine after S seconds" },
	{ JSON, "json", NULL, "print JSON" },
	{ WAIT, "wait", NULL, "power: until the state is reached" },
	{ FORCE, "force", NULL, "do or send what is refused otherwise" },
	{ DRY_RUN, "dry-run", NULL, "say what would be changed, and change nothing" },
	{ LIST_COMMANDS, "list-commands", NULL, "print the commands, for programs" },
	{ LIST_CLASSES, "list-classes", NULL, "print the classes, or what is in one" },
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
	bool json, wait, force, dry, list_commands, list_classes, show_config;
	bool go_on;			/* -k */
	const char *file;		/* -f */
	const char *hosts;		/* --hosts */
	bool stdin_taken;		/* by one of them or the password's file */
	long jobs;			/* -j; 0: not given */
	int64_t stagger_ms;
};

static int
take(void *arg, int val, char *text, struct err *e)
{
	struct flags *f = arg;

	switch (val) {
	case 'f': f->file = text; break;
	case 'k': f->go_on = true; break;
	case HOSTS: f->hosts = text; break;
	case 'j':
		return opts_number(&f->jobs, text, 1, MANY_JOBS_MAX, "--jobs",
		    e);
	case STAGGER:
		return opts_seconds(&f->stagger_ms, text, "--stagger", e);
	case JSON: f->json = true; break;
	case WAIT: f->wait = true; break;
	case FORCE: f->force = true; break;
	case DRY_RUN: f->dry = true; break;
	case LIST_COMMANDS: f->list_commands = true; break;
	case LIST_CLASSES: f->list_classes = true; break;
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

static int
list_classes(struct out *o, const struct flags *f, int argc, char **argv,
    struct err *e)
{
	int rc;

	if (argc > 1)
		return err_set(e, ERR_USAGE, "--list-classes takes one class");
	out_init(o, f->json);
	rc = wsamt_list_classes(o, argc > 0 ? argv[0] : NULL, e);
	if (rc == 0)
		rc = out_print(o, e);
	out_clear(o);
	return rc;
}

static void
usage(const struct opts_spec *o)
{
	const struct command *c;
	char left[160];

	opts_usage(o, stdout);
	printf("\nCommands; without a value they print the present one:\n");
	for (c = commands; c < commands + NCOMMANDS; c++) {
		(void)snprintf(left, sizeof left, "%s%s%s", c->word,
		    *c->args == '\0' ? "" : " ", c->args);
		if (strlen(left) > 28)	/* more than its column: a line */
			printf("  %s\n%31s%s\n", left, "", c->help);
		else
			printf("  %-28s %s\n", left, c->help);
	}
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

static bool
is_stdin(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

static bool
is_many(const struct wsamt *a, const struct flags *f)
{
	return f->hosts != NULL || hosts_is_list(machine_named(&spec,
	    &a->opts));
}

/* What holds together of the options, before anything is read. */
static int
check_options(const struct wsamt *a, struct flags *f, struct err *e)
{
	int readers = is_stdin(f->hosts) + is_stdin(f->file) +
	    is_stdin(a->opts.password_file);

	if (readers > 1)
		return err_set(e, ERR_USAGE, "standard input can be read "
		    "once: by --hosts, -f or --password-file");
	f->stdin_taken = readers == 1;
	if (!is_many(a, f) && (f->jobs > 0 || f->stagger_ms > 0))
		return err_set(e, ERR_USAGE, "%s: is for many machines: name "
		    "them by -h or --hosts", f->jobs > 0 ? "-j" : "--stagger");
	return 0;
}

/* ---- running --------------------------------------------------------------- */

/* A command that was looked at and can be run. */
struct call {
	const struct command *c;
	int argc;
	char **argv;			/* its arguments */
	struct flags f;
};

/* Its argument k is a secret that is to be asked for. */
static bool
is_asked(const struct call *call, int k)
{
	return is_stdin(call->argv[k]) &&
	    strstr(call->c->args, "password") != NULL;
}

static int
prepare(struct call *call, const struct flags *f, int argc, char **argv,
    struct err *e)
{
	int k;

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
	for (k = 0; f->stdin_taken && k < call->argc; k++)
		if (is_asked(call, k))
			return err_set(e, ERR_USAGE, "%s -: standard input "
			    "is read already, by --hosts, -f or "
			    "--password-file", call->c->word);
	return 0;
}

/* What was found is printed, or kept with all else that this machine said. */
static int
deliver(struct wsamt *a, struct out *o, struct err *e)
{
	if (a->sink == NULL)
		return out_print(o, e);
	if (o->json.failed)
		return err_set(e, ERR_LOCAL, "too much to print");
	if (o->as_json && o->text.len > 0 && a->sink->len > 0 &&
	    buf_add(a->sink, ",", 1, e) == -1)
		return -1;
	return buf_add(a->sink, o->text.data, o->text.len, e);
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
		rc = deliver(a, &a->said, e);
	out_clear(&a->said);
	out_clear(&a->out);
	return rc;
}

/*
 * An order whose answer was lost: what shows whether it was carried out; or
 * it is done again, where that does no harm.
 */
static int
say_where_to_look(const struct command *c, struct err *e)
{
	static const struct { const char *word, *look; } others[] = {
		{ "put", "get" }, { "create", "enum" }, { "delete", "enum" },
		{ "invoke", "get" }, { "useradd", "userlst" },
		{ "userchg", "userlst" }, { "userdel", "userlst" },
		{ "addca", "certs" }, { "delca", "certs" },
		{ "addcert", "certs" }, { "addkey", "certs" },
		{ "delcertkey", "certs" }, { "genkey", "certs" },
		{ "mktlsctx", "certs" }, { "rmtlsctx", "certs" },
		{ "unprovision", "info" }, { "commit", NULL },
		{ "timesync", NULL }, { "rfbpass", NULL },
		{ "mebxpass", NULL }, { "csr", NULL },
	};
	const char *look = c->word;
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(c->word, others[i].word) == 0)
			look = others[i].look;
	if (look == NULL)
		return err_more(e, "; to repeat it does no harm");
	return err_more(e, ": look with \"wsamt %s\" before you repeat it",
	    look);
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
	wsman_explain(a->wsman, a->sink == NULL && isatty(STDERR_FILENO));
	if (call->f.dry && (c->kind == ACTS || (c->kind == CHANGES &&
	    call->argc > 0)))
		return run_dry(a, call, e);
	if (c->run(a, call->argc, call->argv, e) == 0)
		rc = deliver(a, &a->out, e);
	else if (e->kind == ERR_NO && deliver(a, &a->out, &other) == -1)
		*e = other;		/* what was found was the answer */
	else if (e->kind == ERR_UNKNOWN)
		(void)say_where_to_look(c, e);
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

/* ---- many machines --------------------------------------------------------- */

/* What is done on each of them. */
struct work {
	struct call *calls;
	size_t n;
	const struct script *script;
	const struct flags *f;
};

/* Commands wipe the secrets they were given: they are given copies. */
static void
free_calls(struct call *calls, size_t n)
{
	size_t i;
	int k;

	for (i = 0; calls != NULL && i < n; i++) {
		for (k = 0; calls[i].argv != NULL && k < calls[i].argc; k++) {
			if (calls[i].argv[k] == NULL)
				continue;
			explicit_bzero(calls[i].argv[k],
			    strlen(calls[i].argv[k]));
			free(calls[i].argv[k]);
		}
		free(calls[i].argv);
	}
	free(calls);
}

static struct call *
copy_calls(const struct call *calls, size_t n, struct err *e)
{
	struct call *copy = calloc(n + 1, sizeof *copy);
	size_t i;
	int k;

	for (i = 0; copy != NULL && i < n; i++) {
		copy[i] = calls[i];
		copy[i].argv = calloc((size_t)calls[i].argc + 1,
		    sizeof *copy[i].argv);
		for (k = 0; copy[i].argv != NULL && k < calls[i].argc; k++)
			if ((copy[i].argv[k] = strdup(calls[i].argv[k])) ==
			    NULL)
				goto fail;
		if (copy[i].argv == NULL)
			goto fail;
	}
	if (copy != NULL)
		return copy;
 fail:
	(void)err_sys(e, ERR_LOCAL, "a command");
	free_calls(copy, n);
	return NULL;
}

/* A secret "-" is asked once, for all machines. */
static int
ask_secrets(struct call *calls, size_t n, struct err *e)
{
	struct secret s = { 0 };
	char *text;
	size_t i;
	int k;

	for (i = 0; i < n; i++)
		for (k = 0; k < calls[i].argc; k++) {
			if (!is_asked(&calls[i], k))
				continue;
			if (wsamt_secret(&s, calls[i].argv[k],
			    calls[i].c->word, e) == -1)
				return -1;
			text = strdup(s.text);
			secret_clear(&s);
			if (text == NULL)
				return err_sys(e, ERR_LOCAL, "a password");
			free(calls[i].argv[k]);
			calls[i].argv[k] = text;
		}
	return 0;
}

static int
do_work(struct wsamt *a, struct wsman_hub *hub, void *arg, struct err *e)
{
	const struct work *w = arg;
	struct call *calls = copy_calls(w->calls, w->n, e);
	int rc = -1;

	if (calls == NULL)
		return -1;
	if ((a->wsman = wsman_new(hub, &a->machine, &spec, e)) != NULL)
		rc = run_calls(a, calls, w->n, w->script, w->f, e);
	wsman_free(a->wsman);
	free_calls(calls, w->n);
	return rc;
}

/* The machines: --hosts and -h together, else what the environment says. */
static int
read_hosts(struct hosts *hosts, struct wsamt *a, const struct flags *f,
    struct err *e)
{
	const char *named = f->hosts != NULL ? a->opts.host :
	    machine_named(&spec, &a->opts);

	a->opts.host = NULL;		/* each has its own */
	if (named != NULL && hosts_add(hosts, named, e) == -1)
		return -1;
	if (f->hosts != NULL && script_read_hosts(hosts, f->hosts, e) == -1)
		return -1;
	return hosts->n > 0 ? 0 : err_set(e, ERR_USAGE, "%s names no machine",
	    f->hosts);
}

static int
talk_to_many(struct wsamt *a, const struct call *calls, size_t n,
    const struct script *s, const struct flags *f, struct err *e)
{
	struct work w = { .n = n, .script = s, .f = f };
	struct hosts hosts = { 0 };
	struct many m = { .hosts = &hosts, .opts = &a->opts, .spec = &spec,
	    .jobs = f->jobs > 0 ? (unsigned)f->jobs : MANY_JOBS,
	    .stagger_ms = f->stagger_ms,
	    .json = s == NULL ? calls[0].f.json : f->json,
	    .several = s != NULL, .work = do_work, .arg = &w };
	int rc = -1, k;
	size_t i;

	if (read_hosts(&hosts, a, f, e) == -1 ||
	    (w.calls = copy_calls(calls, n, e)) == NULL)
		goto out;
	for (i = 0; i < n; i++)
		w.calls[i].f.json = m.json;	/* one kind of output */
	for (k = 0; s == NULL && k < calls[0].argc; k++)
		explicit_bzero(calls[0].argv[k], strlen(calls[0].argv[k]));
	if (ask_secrets(w.calls, n, e) == 0)
		rc = many_run(&m, e);
 out:
	free_calls(w.calls, n);
	hosts_clear(&hosts);
	return rc;
}

static int
talk(struct wsamt *a, const struct call *calls, size_t n,
    const struct script *s, const struct flags *f, struct err *e)
{
	struct wsman_hub *hub = NULL;
	struct loop *loop = NULL;
	int rc = -1;

	if (is_many(a, f))
		return talk_to_many(a, calls, n, s, f, e);
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
show_machine(struct wsamt *a, struct wsman_hub *hub, void *arg, struct err *e)
{
	const struct flags *f = arg;
	int rc;

	(void)hub;			/* nobody is spoken to */
	out_init(&a->out, f->json);
	out_begin(&a->out);
	rc = out_fact(&a->out, "host", a->machine.name, e);
	if (rc == 0)
		rc = show_settings(a, e);
	out_end(&a->out);
	if (rc == 0)
		rc = deliver(a, &a->out, e);
	out_clear(&a->out);
	return rc;
}

static int
show_config(struct wsamt *a, struct flags *f, int argc, char **argv,
    struct err *e)
{
	struct hosts hosts = { 0 };
	struct many m = { .hosts = &hosts, .opts = &a->opts, .spec = &spec,
	    .jobs = MANY_JOBS, .json = f->json, .no_login = true,
	    .work = show_machine, .arg = f };
	int rc = -1;

	if (argc + (a->opts.host != NULL) > 1)
		return err_set(e, ERR_USAGE, "--show-config takes one name, "
		    "list or range");
	if (argc > 0)
		a->opts.host = argv[0];
	if (is_many(a, f)) {
		if (read_hosts(&hosts, a, f, e) == 0)
			rc = many_run(&m, e);
		hosts_clear(&hosts);
	} else if (machine_find(&a->machine, &spec, &a->opts, NULL, e) == 0) {
		rc = show_machine(a, NULL, f, e);
	}
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
	if (f.list_classes)
		return list_classes(&a->out, &f, argc, argv, e);
	if (check_options(a, &f, e) == -1)
		return -1;
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
	inherit_mend();
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
