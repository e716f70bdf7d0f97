/* SPDX-License-Identifier: MIT */
/*
 * Naming a machine: see machine.h.  Every setting is looked for in the same
 * five places: option, the host's own block, environment, default block,
 * built-in.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/hosts.h"
#include "lib/machine.h"

#define CREDENTIAL "amt.password"	/* systemd credential looked for */

static const char *const redirection_host[] = { "AMT_HOST", NULL };
static const char *const redirection_password[] = { "AMT_PASSWORD", NULL };
static const char *const nothing[] = { NULL };

const struct machine_spec machine_redirection = {
	.host_env = redirection_host,
	.user_env = nothing,
	.password_env = redirection_password,
	.port_word = CONF_REDIRECTION_PORT,
};

/* A string that lives as long as the machine. */
static const char * __attribute__((format(printf, 3, 4)))
keep(struct machine *m, struct err *e, const char *fmt, ...)
{
	char **strings, *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	strings = n < 0 ? NULL : reallocarray(m->strings, m->nstrings + 1,
	    sizeof *strings);
	if (strings == NULL) {
		if (n >= 0)
			free(s);
		(void)err_sys(e, ERR_LOCAL, "naming a machine");
		return NULL;
	}
	m->strings = strings;
	strings[m->nstrings++] = s;
	return s;
}

static const char *
from_env(const char *const *names, const char **which)
{
	const char *v;

	for (; names != NULL && *names != NULL; names++)
		if ((v = secure_getenv(*names)) != NULL && v[0] != '\0') {
			*which = *names;
			return v;
		}
	return NULL;
}

int
machine_split(const char *text, char **host, uint16_t *port, struct err *e)
{
	const char *colon = strchr(text, ':'), *end = NULL, *from = text;
	size_t n = strlen(text);
	long number = 0;

	if (text[0] == '[') {
		if ((end = strchr(text, ']')) == NULL ||
		    (end[1] != '\0' && end[1] != ':'))
			return err_set(e, ERR_USAGE, "\"%s\": a bracket opens "
			    "an IPv6 address, as in [2001:db8::1]:16994", text);
		from = text + 1;
		n = (size_t)(end - from);
		colon = end[1] == ':' ? end + 1 : NULL;
	} else if (colon != NULL && strchr(colon + 1, ':') != NULL) {
		colon = NULL;		/* two or more: an address, no port */
	} else if (colon != NULL) {
		n = (size_t)(colon - text);
	}
	if (n == 0 || n > 253 || strcspn(from, " \t\r\n#\"") < n)
		return err_set(e, ERR_USAGE, "\"%s\" names no machine", text);
	if (colon != NULL && opts_number(&number, colon + 1, 1, 65535,
	    "port", e) == -1)
		return -1;
	if ((*host = strndup(from, n)) == NULL)
		return err_sys(e, ERR_LOCAL, "naming a machine");
	*port = (uint16_t)number;
	return 0;
}

/* ---- settings --------------------------------------------------------- */

struct sources {
	const struct conf_block *own, *common;
	const struct opts *o;
	const struct machine_spec *spec;
};

static const char *
option_value(const struct sources *s, enum conf_word w, const char **name)
{
	const struct opts *o = s->o;

	switch (w) {
	case CONF_USER: *name = "option -u"; return o->user;
	case CONF_CA: *name = "option -c"; return o->ca;
	case CONF_CERT: *name = "option --cert"; return o->cert;
	case CONF_KEY: *name = "option --key"; return o->key;
	case CONF_TOFU: *name = "option --tofu"; return o->tofu ? "yes" : NULL;
	case CONF_OLD_TLS:
		*name = "option --old-tls";
		return o->old_tls ? "yes" : NULL;
	case CONF_PIN:
		*name = "option --pin";
		return o->npins > 0 ? o->pins[0] : NULL;
	default:
		return NULL;
	}
}

static const char *
env_value(const struct sources *s, enum conf_word w, const char **name)
{
	const char *one[2] = { s->spec->port_env, NULL };

	if (w == CONF_USER)
		return from_env(s->spec->user_env, name);
	if (w == s->spec->port_word && s->spec->port_env != NULL)
		return from_env(one, name);
	return NULL;
}

static const char *
block_origin(struct machine *m, const struct conf_block *b,
    const struct conf_value *v, struct err *e)
{
	return keep(m, e, "%s:%d%s", m->conf.path, v->line,
	    b->names == NULL ? " (default)" : "");
}

static int
find_setting(struct machine *m, const struct sources *s, enum conf_word w,
    struct err *e)
{
	struct setting *set = &m->set[w];
	const char *name = NULL;
	const struct conf_value *v;

	if ((set->value = option_value(s, w, &name)) != NULL) {
		set->origin = name;
	} else if (s->own != NULL && (v = s->own->value[w]) != NULL) {
		set->value = v->text;
		set->origin = block_origin(m, s->own, v, e);
		m->pins = w == CONF_PIN ? s->own->value[w] : m->pins;
		m->own_password |= w == CONF_PASSWORD;
	} else if ((set->value = env_value(s, w, &name)) != NULL) {
		set->origin = keep(m, e, "environment %s", name);
	} else if (s->common != NULL && (v = s->common->value[w]) != NULL) {
		set->value = v->text;
		set->origin = block_origin(m, s->common, v, e);
		m->pins = w == CONF_PIN ? s->common->value[w] : m->pins;
	} else {
		set->value = conf_table[w].fallback;
		set->origin = "built-in";
	}
	return set->origin != NULL ? 0 : -1;
}

static bool
yes(const struct setting *s)
{
	return s->value != NULL && strcmp(s->value, "yes") == 0;
}

int
machine_block_tls(const struct conf_block *b, const char **why)
{
	const struct conf_value *tofu;

	*why = "tls";
	if (b == NULL)
		return -1;
	if (b->value[CONF_TLS] != NULL)
		return strcmp(b->value[CONF_TLS]->text, "yes") == 0;
	*why = "ca, pin or tofu";
	tofu = b->value[CONF_TOFU];
	if (b->value[CONF_CA] != NULL || b->value[CONF_PIN] != NULL ||
	    (tofu != NULL && strcmp(tofu->text, "yes") == 0))
		return 1;
	return -1;
}

/* TLS: the first place that says anything about it decides. */
static int
find_tls(struct machine *m, const struct sources *s, struct err *e)
{
	const struct opts *o = s->o;
	bool by_option = o->tls || o->ca != NULL || o->npins > 0 || o->tofu ||
	    o->insecure;
	const struct conf_block *b = s->own;
	const char *why;
	int wants;

	if (o->plain && by_option)
		return err_set(e, ERR_USAGE, "--plain does not go with "
		    "--tls, -c, --pin, --tofu or --insecure");
	if (o->insecure && (o->ca != NULL || o->npins > 0 || o->tofu))
		return err_set(e, ERR_USAGE, "--insecure checks nothing: it "
		    "does not go with -c, --pin or --tofu");
	if (o->plain || by_option) {
		m->trust.tls = by_option;
		m->set[CONF_TLS].origin = o->plain ? "option --plain" :
		    o->tls ? "option --tls" : o->ca != NULL ? "option -c" :
		    o->npins > 0 ? "option --pin" : o->tofu ? "option --tofu" :
		    "option --insecure";
	} else {
		if ((wants = machine_block_tls(b, &why)) == -1)
			wants = machine_block_tls(b = s->common, &why);
		m->trust.tls = wants == 1;
		m->set[CONF_TLS].origin = wants == -1 ? "built-in" :
		    keep(m, e, "%s, %s of the block at line %d", m->conf.path,
		    why, b->line);
		if (m->set[CONF_TLS].origin == NULL)
			return -1;
	}
	m->set[CONF_TLS].value = m->trust.tls ? "yes" : "no";
	if (!m->trust.tls && (o->cert != NULL || o->key != NULL ||
	    o->old_tls))
		return err_set(e, ERR_USAGE, "%s is for TLS, which nothing "
		    "asks for: give --tls, -c, --pin or --tofu, too",
		    o->old_tls ? "--old-tls" : o->cert != NULL ? "--cert" :
		    "--key");
	return 0;
}

static int
add_pin(struct machine *m, const char *text, struct err *e)
{
	char pin[PIN_SIZE];
	const char *kept;

	if (conf_pin(pin, text) == -1)
		return err_set(e, ERR_USAGE, "--pin \"%s\": not sha256: and "
		    "64 hexadecimal digits", text);
	if (m->trust.npins == CONF_PINS_MAX || (kept = keep(m, e, "%s",
	    pin)) == NULL)
		return -1;
	m->trust.pins[m->trust.npins++] = kept;
	return 0;
}

/* A PKCS#11 URI can hold its PIN, where everybody reads it. */
static bool
tells_pin(const char *uri)
{
	return uri != NULL && strncmp(uri, "pkcs11:", 7) == 0 &&
	    strstr(uri, "pin-value") != NULL;
}

static int
find_trust(struct machine *m, const struct opts *o, struct err *e)
{
	struct trust *t = &m->trust;
	const struct conf_value *v;
	int i;

	t->plain = o->plain;
	t->insecure = o->insecure;
	t->tofu = yes(&m->set[CONF_TOFU]);
	t->old_tls = yes(&m->set[CONF_OLD_TLS]);
	t->name_check = strcmp(m->set[CONF_VERIFY].value, "full") == 0;
	t->ca = m->set[CONF_CA].value;
	t->cert = m->set[CONF_CERT].value;
	t->key = m->set[CONF_KEY].value;
	t->name = m->name;
	t->known_as = m->name;
	if ((t->cert == NULL) != (t->key == NULL))
		return err_set(e, ERR_USAGE, "a client certificate needs both "
		    "--cert and --key");
	if (tells_pin(t->cert) || tells_pin(t->key))
		return err_set(e, ERR_USAGE, "a PIN is never part of a name: "
		    "put it in a file and that in the URI, "
		    ";pin-source=/path");
	if (t->insecure) {		/* whatever the hosts file says */
		t->ca = NULL;
		t->tofu = false;
		return 0;
	}
	for (i = 0; i < o->npins; i++)
		if (add_pin(m, o->pins[i], e) == -1)
			return -1;
	for (v = o->npins > 0 ? NULL : m->pins; v != NULL; v = v->next)
		if (add_pin(m, v->text, e) == -1)
			return -1;
	return 0;
}

static int
find_port(struct machine *m, const struct sources *s, uint16_t named,
    struct err *e)
{
	struct setting *set = &m->set[s->spec->port_word];
	long n;

	if (s->o->port != NULL) {
		set->value = s->o->port;
		set->origin = "option -P";
	} else if (named != 0) {
		set->value = keep(m, e, "%u", named);
		set->origin = "the host as named";
	}
	if (set->value == NULL)
		return 0;
	if (opts_number(&n, set->value, 1, 65535, "port", e) == -1)
		return -1;
	m->port = (uint16_t)n;
	return 0;
}

const char *
machine_named(const struct machine_spec *spec, const struct opts *o)
{
	const char *which, *host = o->host;

	if (host == NULL)
		host = from_env(spec->host_env, &which);
	return host != NULL ? host : spec->fallback_host;
}

int
machine_find(struct machine *m, const struct machine_spec *spec,
    const struct opts *o, const char *host, struct err *e)
{
	struct sources s = { .o = o, .spec = spec };
	uint16_t port = 0;
	int w;

	memset(m, 0, sizeof *m);
	m->opts = o;
	m->timeout_ms = o->timeout_ms;
	if (host != NULL && o->host != NULL)
		return err_set(e, ERR_USAGE, "two machines, \"%s\" by -h and "
		    "\"%s\"; one at a time", o->host, host);
	if (host == NULL)
		host = machine_named(spec, o);
	if (host == NULL)
		return err_set(e, ERR_USAGE, "no machine named: give a host, "
		    "or set AMT_HOST");
	if (hosts_is_list(host))
		return err_set(e, ERR_USAGE, "\"%s\" names several machines; "
		    "this takes one at a time", host);
	if (o->user != NULL && o->user[0] == '\0')
		return err_set(e, ERR_USAGE, "--user: the name is empty");
	if (o->password.text != NULL && o->password.len == 0)
		return err_set(e, ERR_USAGE, "--password: it is empty");
	if (conf_load(&m->conf, o->config, e) == -1)
		goto fail;
	/* A name of the file wins even if it looks like host:port. */
	if ((s.own = conf_host(&m->conf, host)) != NULL)
		m->name = strdup(host);
	else if (machine_split(host, &m->name, &port, e) == -1)
		goto fail;
	if (m->name == NULL) {
		(void)err_sys(e, ERR_LOCAL, "naming a machine");
		goto fail;
	}
	if (s.own == NULL)
		s.own = conf_host(&m->conf, m->name);
	s.common = conf_default(&m->conf);
	for (w = 0; w < CONF_WORDS; w++)
		if (w != CONF_TLS && find_setting(m, &s, w, e) == -1)
			goto fail;
	if (find_tls(m, &s, e) == -1 || find_trust(m, o, e) == -1 ||
	    find_port(m, &s, port, e) == -1)
		goto fail;
	m->address = strdup(m->set[CONF_ADDRESS].value != NULL ?
	    m->set[CONF_ADDRESS].value : m->name);
	if (m->address == NULL) {
		(void)err_sys(e, ERR_LOCAL, "naming a machine");
		goto fail;
	}
	m->trust.address = m->address;
	m->user = m->set[CONF_USER].value;
	return 0;
 fail:
	machine_clear(m);
	return -1;
}

void
machine_clear(struct machine *m)
{
	size_t i;

	secret_clear(&m->password);
	conf_clear(&m->conf);
	for (i = 0; i < m->nstrings; i++)
		free(m->strings[i]);
	free(m->strings);
	free(m->name);
	free(m->address);
	memset(m, 0, sizeof *m);
}

/* ---- the password ----------------------------------------------------- */

static bool
has_credential(const char *name)
{
	const char *dir = secure_getenv("CREDENTIALS_DIRECTORY");
	char path[4096];

	if (dir == NULL)
		return false;
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

int
machine_password_source(struct machine *m, const struct machine_spec *spec,
    struct setting *s, struct err *e)
{
	const struct opts *o = m->opts;
	const struct setting *set = &m->set[CONF_PASSWORD];
	const char *which;

	if (o->password.text != NULL)
		*s = (struct setting){ "given", "option -p" };
	else if (o->password_file != NULL)
		*s = (struct setting){ keep(m, e, "file %s",
		    o->password_file), "option --password-file" };
	else if (m->own_password)
		*s = *set;
	else if (from_env(spec->password_env, &which) != NULL)
		*s = (struct setting){ keep(m, e, "env %s", which),
		    keep(m, e, "environment %s", which) };
	else if (set->value != NULL)
		*s = *set;
	else if (has_credential(CREDENTIAL))
		*s = (struct setting){ "credential " CREDENTIAL, "built-in" };
	else
		*s = (struct setting){ "ask", "built-in" };
	return s->value != NULL && s->origin != NULL ? 0 : -1;
}

static int
from_env_named(struct machine *m, const char *name, struct err *e)
{
	const char *text = secure_getenv(name);

	if (text == NULL || text[0] == '\0')
		return err_set(e, ERR_LOCAL, "environment variable %s is not "
		    "set", name);
	return secret_set(&m->password, text, strlen(text), e);
}

static int
ask(struct machine *m, struct err *e)
{
	char prompt[512];

	(void)snprintf(prompt, sizeof prompt, "Password of %s on %s: ",
	    m->user, m->name);
	return secret_prompt(&m->password, prompt, e);
}

static int
find_password(struct machine *m, const struct machine_spec *spec,
    struct err *e)
{
	const struct opts *o = m->opts;
	struct setting s;
	const char *arg;

	if (machine_password_source(m, spec, &s, e) == -1)
		return -1;
	arg = strchr(s.value, ' ');
	arg = arg != NULL ? arg + 1 : "";
	if (strcmp(s.value, "given") == 0)
		return secret_set(&m->password, o->password.text,
		    o->password.len, e);
	if (strncmp(s.value, "command ", 8) == 0)
		return secret_read_command(&m->password, arg, e);
	if (strncmp(s.value, "file ", 5) == 0)
		return secret_read_file(&m->password, arg, e);
	if (strncmp(s.value, "credential ", 11) == 0)
		return secret_read_credential(&m->password, arg, e);
	if (strncmp(s.value, "env ", 4) == 0)
		return from_env_named(m, arg, e);
	return ask(m, e);
}

int
machine_password(struct machine *m, const struct machine_spec *spec,
    struct err *e)
{
	if (m->password.text != NULL)
		return 0;
	if (find_password(m, spec, e) == -1)
		return err_ctx(e, "%s", m->name);
	return 0;
}
