/* SPDX-License-Identifier: MIT */
/*
 * lib/opts, lib/machine: every setting comes from option, own block,
 * environment, default block, built-in, in that order; TLS by the first
 * place that says anything about it.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/machine.h"
#include "test.h"

#define PIN "8c5f00112233445566778899aabbccddeeff00112233445566778899aabbccdd"

static const char *const users[] = { "WSMAN_USER", NULL };
static const char *const words[] = { "WSMAN_PASS", "AMT_PASSWORD", NULL };
static const char *const hosts[] = { "WSMAN_HOST", "AMT_HOST", NULL };
static const struct machine_spec spec = { hosts, users, words, "WSMAN_PORT",
    CONF_WSMAN_PORT, "localhost" };

static char conf_path[64];
static struct opts o;
static struct machine m;
static struct err e;

static int
none(void *arg, int val, char *text, struct err *err)
{
	(void)arg, (void)val, (void)text;
	return err_set(err, ERR_USAGE, "not reached");
}

static const struct opts_row no_rows[] = { { 0, NULL, NULL, NULL } };
static const struct opts_spec options = { .tool = "t", .synopsis = "[host]",
    .rows = no_rows, .take = none };

/* Parse a command line of words and find its machine; 0 or -1. */
static int
find(const char *line)
{
	static char copy[512];
	char *argv[32], *save, *w;
	int argc = 0;

	opts_clear(&o);
	machine_clear(&m);
	snprintf(copy, sizeof copy, "t --config %s %s", conf_path, line);
	for (w = strtok_r(copy, " ", &save); w != NULL && argc < 31;
	    w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	if (opts_parse(&o, &options, argc, argv, &e) == -1)
		return -1;
	return machine_find(&m, &spec, &o, argv[o.first_operand], &e);
}

static void
naming(void)
{
	char *host;
	uint16_t port;

	is_int(machine_split("a.example", &host, &port, &e), 0);
	is_str(host, "a.example"), is_int(port, 0), free(host);
	is_int(machine_split("a:16", &host, &port, &e), 0);
	is_str(host, "a"), is_int(port, 16), free(host);
	is_int(machine_split("[2001:db8::1]:5", &host, &port, &e), 0);
	is_str(host, "2001:db8::1"), is_int(port, 5), free(host);
	is_int(machine_split("2001:db8::1", &host, &port, &e), 0);
	is_str(host, "2001:db8::1"), is_int(port, 0), free(host);
	is_int(machine_split("[fe80::1%lo]", &host, &port, &e), 0);
	is_str(host, "fe80::1%lo"), free(host);
	is_int(machine_split("a:", &host, &port, &e), -1);
	is_int(machine_split("a:65536", &host, &port, &e), -1);
	is_int(machine_split("a:1x", &host, &port, &e), -1);
	is_int(machine_split("[::1", &host, &port, &e), -1);
	is_int(machine_split("[::1]x", &host, &port, &e), -1);
	is_int(machine_split("", &host, &port, &e), -1);
	is_int(machine_split(":5", &host, &port, &e), -1);
	is_int(machine_split("a b", &host, &port, &e), -1);
	is_int(e.kind, ERR_USAGE);
}

static void
order(void)
{
	is_int(find(""), 0);
	is_str(m.name, "localhost");
	is_str(m.user, "common");
	has(m.set[CONF_USER].origin, "(default)");
	setenv("WSMAN_USER", "env", 1);
	is_int(find("other"), 0);
	is_str(m.user, "env");
	is_str(m.set[CONF_USER].origin, "environment WSMAN_USER");
	is_int(find("own"), 0);
	is_str(m.user, "bob");
	is_str(m.address, "192.0.2.1");
	is_int(m.port, 1234);
	is_int(find("-u opt own"), 0);
	is_str(m.user, "opt");
	is_str(m.set[CONF_USER].origin, "option -u");
	is_int(find("OWN:77"), 0);
	is_int(m.port, 77);
	is_str(m.user, "bob");
	is_int(find("-P 78 own:77"), 0);
	is_int(m.port, 78);
	unsetenv("WSMAN_USER");
	setenv("AMT_HOST", "pbx", 1);
	setenv("WSMAN_PORT", "9", 1);
	is_int(find(""), 0);
	is_str(m.name, "pbx");
	is_int(m.port, 9);
	setenv("WSMAN_HOST", "own", 1);
	is_int(find(""), 0);
	is_str(m.name, "own");
	is_int(find("-h pbx"), 0);
	is_str(m.name, "pbx");
	is_int(find("-h pbx own"), -1);
	has(e.text, "two machines");
	unsetenv("WSMAN_HOST");
	unsetenv("AMT_HOST");
	unsetenv("WSMAN_PORT");
}

static void
trust(void)
{
	is_int(find("other"), 0);
	ok(m.trust.tls);		/* the default block has a ca */
	is_str(m.trust.ca, "/ca.pem");
	is_int(find("pbx"), 0);
	ok(!m.trust.tls);		/* its own "tls no" beats that */
	is_int(find("--tls pbx"), 0);
	ok(m.trust.tls);
	is_int(find("--plain other"), 0);
	ok(!m.trust.tls && m.trust.plain);
	is_int(find("--plain --tofu other"), -1);
	is_int(e.kind, ERR_USAGE);
	is_int(find("own"), 0);
	ok(m.trust.tls && !m.trust.name_check);
	is_int(m.trust.npins, 2);
	is_str(m.trust.pins[1], PIN);
	is_int(find("--pin SHA256:8C:5f00112233445566778899aabbccddeeff00112233445566778899aabbccdd own"), 0);
	is_int(m.trust.npins, 1);
	is_str(m.trust.pins[0], PIN);
	is_int(find("--pin 12 own"), -1);
	has(e.text, "64 hexadecimal");
	is_int(find("--insecure own"), 0);
	ok(m.trust.tls && m.trust.insecure && m.trust.npins == 0);
	is_int(find("--insecure other"), 0);
	ok(m.trust.ca == NULL);		/* of the default block */
	is_int(find("--insecure --tofu own"), -1);
	is_int(e.kind, ERR_USAGE);
	is_int(find("--cert x own"), -1);
	has(e.text, "both");
}

static void
password(void)
{
	setenv("AMT_PASSWORD", "from-env", 1);
	is_int(find("own"), 0);
	is_int(machine_password(&m, &spec, &e), 0);
	is_str(m.password.text, "from-command");	/* its block wins */
	is_int(find("other"), 0);
	is_int(machine_password(&m, &spec, &e), 0);
	is_str(m.password.text, "from-env");
	is_int(find("-p opt own"), 0);
	is_int(machine_password(&m, &spec, &e), 0);
	is_str(m.password.text, "opt");
	setenv("WSMAN_PASS", "ws", 1);
	is_int(find("other"), 0);
	is_int(machine_password(&m, &spec, &e), 0);
	is_str(m.password.text, "ws");
	is_int(find("failing"), 0);
	is_int(machine_password(&m, &spec, &e), -1);
	is_int(e.kind, ERR_LOCAL);
	has(e.text, "failed with status 3");
	unsetenv("WSMAN_PASS");
	unsetenv("AMT_PASSWORD");
	is_int(find("--password-file /nonexistent own"), 0);
	is_int(machine_password(&m, &spec, &e), -1);
	has(e.text, "/nonexistent");
}

static void
options_(void)
{
	is_int(find("--wrong=s3cret"), -1);
	is_str(e.text, "unknown option --wrong; see --help");
	is_int(find("-Z"), -1);
	has(e.text, "unknown option -Z");
	is_int(find("-u"), -1);
	has(e.text, "-u needs an argument");
	is_int(find("--user"), -1);
	has(e.text, "--user needs an argument");
	is_int(find("--tls=s3cret a"), -1);
	is_str(e.text, "option --tls takes no argument; see --help");
	is_int(find("--timeout 1.5 -vv a"), 0);
	is_int(o.timeout_ms, 1500);
	is_int(o.verbosity, 2);
	is_int(find("--timeout 0 a"), -1);
	is_int(find("--timeout x a"), -1);
	is_int(find("--timeout -1 a"), -1);
	is_int(find("-P 0 a"), -1);
	is_int(find("--old-tls pbx"), -1);
	has(e.text, "--old-tls is for TLS");
	is_int(find("--cert c --key k pbx"), -1);
	is_int(find("--cert c --key k --tls a"), 0);
	is_int(find("-P 1x a"), -1);
	is_int(find("--password= a"), -1);	/* and no login is wasted on it */
	is_str(e.text, "--password: it is empty");
	is_int(find("--user= a"), -1);
	is_str(e.text, "--user: the name is empty");
}

int
main(void)
{
	char dir[] = "/tmp/machine.XXXXXX";
	FILE *f;

	unsetenv("AMT_HOST");
	unsetenv("WSMAN_HOST");
	unsetenv("CREDENTIALS_DIRECTORY");
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(conf_path, sizeof conf_path, "%s/c", dir);
	f = fopen(conf_path, "w");
	fputs("default\n user common\n ca /ca.pem\n"
	    "host own mine\n user bob\n address 192.0.2.1\n wsman-port 1234\n"
	    " verify ca-only\n pin 00" "00000000000000000000000000000000000000000000000000000000000000\n"
	    " pin " PIN "\n password command echo from-command; echo more\n"
	    "host pbx\n tls no\n"
	    "host failing\n password command echo x; exit 3\n", f);
	fclose(f);
	naming();
	order();
	trust();
	password();
	options_();
	opts_clear(&o);
	machine_clear(&m);
	unlink(conf_path);
	rmdir(dir);
	return test_done();
}
