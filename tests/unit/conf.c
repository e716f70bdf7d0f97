/* SPDX-License-Identifier: MIT */
/*
 * lib/conf: the grammar of amt.conf(5), and a sentence with file and line
 * for every kind of mistake.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "test.h"

#define PIN "8c5f00112233445566778899aabbccddeeff00112233445566778899aabbccdd"

static const char good[] =
    "# a comment\n"
    "default\n"
    "\tuser admin\n"
    "host htpc htpc1.example.net 192.0.2.10   # names\n"
    "\taddress 192.0.2.10\r\n"
    "\tpassword command pass show \"amt/htpc\" # sh sees this\n"
    "\tca \"/etc/a \\\"b\\\"/ca.pem\"\n"
    "\tpin sha256:8C:5F:00112233445566778899aabbccddeeff00112233445566778899aabbccdd\n"
    "\tpin sha256:" PIN "\n"
    "\n"
    "host pbx\n"
    "  tls no\n"
    "  wsman-port 16992";

static const struct { const char *text, *says; } bad[] = {
	{ "user x\n", "t:1: \"user\" stands before the first host" },
	{ "host\n", "t:1: host needs a name" },
	{ "host a\nhost b A\n", "t:2: \"A\" stands in the block of line 1 already" },
	{ "host a a\n", "already" },
	{ "default\nuser x\ndefault\n", "t:3: there is a default block already" },
	{ "default x\n", "stands alone" },
	{ "host a\nadress b\n", "t:2: \"adress\" is not a word of amt.conf(5); did you mean \"address\"?" },
	{ "host a\nzzzzzzzz b\n", "is not a word of amt.conf(5)" },
	{ "host a\nuser\n", "takes one value" },
	{ "host a\nuser a b\n", "takes one value" },
	{ "host a\nuser \"\"\n", "must not be empty" },
	{ "host a\nuser b\nuser c\n", "t:3: \"user\" stands in this block already" },
	{ "host a\ntls maybe\n", "is yes or no" },
	{ "host a\nverify none\n", "full|ca-only" },
	{ "host a\nwsman-port 0\n", "from 1 to 65535" },
	{ "host a\nwsman-port 65536\n", "from 1 to 65535" },
	{ "host a\nwsman-port 16992x\n", "from 1 to 65535" },
	{ "host a\npin sha256:1234\n", "64 hexadecimal digits" },
	{ "host a\npassword secret\n", "never by the password" },
	{ "host a\npassword\n", "never by the password" },
	{ "host a\npassword file\n", "\"file\" needs a value" },
	{ "host a\npassword file a b\n", "takes one value" },
	{ "host a\npassword ask me\n", "takes one value" },
	{ "host a\nca \"/etc/x\n", "quoted word does not end" },
	{ "host a\nca \"/etc/x\"y\n", "quoted word does not end" },
	{ "host a\nuser a\x01\n", "control character" },
	{ "host -h\n", "is not a host's name" },
};

static void
grammar(void)
{
	const struct conf_block *b;
	struct err e;
	struct conf c;
	size_t i;

	if (!ok(conf_parse(&c, "t", good, sizeof good - 1, &e) == 0)) {
		printf("    %s\n", e.text);
		return;
	}
	ok(conf_host(&c, "nobody") == NULL);
	b = conf_host(&c, "HTPC1.example.NET");
	ok(b != NULL && b == conf_host(&c, "192.0.2.10"));
	is_int(b->line, 4);
	is_str(b->value[CONF_ADDRESS]->text, "192.0.2.10");
	is_str(b->value[CONF_PASSWORD]->text,
	    "command pass show \"amt/htpc\" # sh sees this");
	is_str(b->value[CONF_CA]->text, "/etc/a \"b\"/ca.pem");
	is_str(b->value[CONF_PIN]->text, PIN);
	is_str(b->value[CONF_PIN]->next->text, PIN);
	is_int(b->value[CONF_PIN]->line, 8);
	is_str(conf_default(&c)->value[CONF_USER]->text, "admin");
	is_str(conf_host(&c, "pbx")->value[CONF_WSMAN_PORT]->text, "16992");
	conf_clear(&c);

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ok(conf_parse(&c, "t", bad[i].text, strlen(bad[i].text),
		    &e) == -1);
		has(e.text, bad[i].says);
		is_int(e.kind, ERR_LOCAL);
	}
	ok(conf_parse(&c, "t", "host a\0b\n", 9, &e) == -1);
	has(e.text, "NUL byte");
	ok(conf_parse(&c, "t", "", 0, &e) == 0);
	ok(conf_default(&c) == NULL);
	conf_clear(&c);
}

static void
file(void)
{
	char dir[] = "/tmp/conf.XXXXXX", path[64];
	struct err e;
	struct conf c;
	FILE *f;

	if (!ok(mkdtemp(dir) != NULL))
		return;
	snprintf(path, sizeof path, "%s/amt.conf", dir);
	ok(conf_load(&c, path, &e) == -1);
	has(e.text, "No such file");
	f = fopen(path, "w");
	fputs("host a\n user bob\n", f);
	fclose(f);
	chmod(path, 0644);
	ok(conf_load(&c, path, &e) == 0);
	is_str(conf_host(&c, "a")->value[CONF_USER]->text, "bob");
	conf_clear(&c);
	chmod(path, 0664);
	ok(conf_load(&c, path, &e) == -1);
	has(e.text, "can be written by others");
	chmod(path, 0600);
	chmod(dir, 0777);
	ok(conf_load(&c, path, &e) == -1);
	has(e.text, "folder");
	has(e.text, "can be written by others");
	chmod(dir, 0700);
	if (geteuid() == 0 && chown(path, 12345, 0) == 0) {
		ok(conf_load(&c, path, &e) == -1);
		has(e.text, "belongs to somebody else (uid 12345)");
		ok(chown(path, 0, 0) == 0 && chown(dir, 12345, 0) == 0);
		ok(conf_load(&c, path, &e) == -1);
		has(e.text, "folder");
		ok(chown(dir, 0, 0) == 0);
	}
	ok(conf_load(&c, dir, &e) == -1);
	has(e.text, "not a regular file");
	setenv("AMT_CONF", path, 1);
	ok(conf_load(&c, NULL, &e) == 0 && conf_host(&c, "a") != NULL);
	conf_clear(&c);
	unsetenv("AMT_CONF");
	setenv("XDG_CONFIG_HOME", dir, 1);
	ok(conf_load(&c, NULL, &e) == 0 && conf_host(&c, "a") == NULL);
	conf_clear(&c);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	char pin[PIN_SIZE];

	grammar();
	file();
	is_int(conf_pin(pin, "SHA256:" PIN), 0);
	is_int(conf_pin(pin, PIN "0"), -1);
	is_int(conf_pin(pin, ""), -1);
	return test_done();
}
