/* SPDX-License-Identifier: MIT */
/*
 * A machine as it was named: option, hosts file, environment and built-in
 * values brought together, each with where it came from.  amt(7), NAMING A
 * MACHINE.
 */
#ifndef LIB_MACHINE_H
#define LIB_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/conf.h"
#include "lib/opts.h"
#include "lib/secret.h"

/* How to decide whom we talk to; judged by tls_verify() alone. */
struct trust {
	bool tls;			/* wanted: by option or implied */
	bool plain;			/* --plain: even if known by TLS */
	bool insecure;			/* --insecure */
	bool tofu;
	bool name_check;		/* false: verify ca-only */
	bool old_tls;
	const char *ca;			/* file; NULL: the system's */
	const char *cert, *key;		/* client certificate; NULL: none */
	const char *pins[CONF_PINS_MAX];	/* 64 lower-case hex digits */
	size_t npins;
	const char *name, *address;	/* the certificate must name one of them */
	const char *known_as;		/* key in known_hosts */
};

struct setting { const char *value, *origin; };	/* origin: "option -u", "path:12" */

struct machine {
	char *name;			/* as given, without port: for sentences */
	char *address;			/* to connect to */
	uint16_t port;			/* 0: the service's own */
	const char *user;
	struct trust trust;
	struct setting set[CONF_WORDS];
	int64_t timeout_ms;		/* -1: each wait has its own limit */
	struct secret password;		/* once known: see machine_password() */
	/* private */
	const struct opts *opts;
	struct conf conf;
	struct conf_value *pins;	/* the list that holds, or NULL */
	bool own_password;		/* its source stands in its own block */
	char **strings;
	size_t nstrings;
};

struct machine_spec {
	const char *const *host_env;	/* { "WSMAN_HOST", "AMT_HOST", NULL } */
	const char *const *user_env, *const *password_env;
	const char *port_env;		/* or NULL */
	enum conf_word port_word;	/* CONF_WSMAN_PORT or CONF_REDIRECTION_PORT */
	const char *fallback_host;	/* "localhost", or NULL: usage error */
};
/* For tools of the redirection ports; wsamt has its own. */
extern const struct machine_spec machine_redirection;

/* The name that -h gives, the environment or the fallback; NULL: none. */
const char *machine_named(const struct machine_spec *spec,
    const struct opts *o);

/*
 * host: the operand or NULL (then machine_named()).  Loads the hosts file.
 * A list or range of names is ERR_USAGE.  -1: ERR_USAGE, ERR_LOCAL.  o must outlive m.
 */
int machine_find(struct machine *m, const struct machine_spec *spec,
    const struct opts *o, const char *host, struct err *e);
void machine_clear(struct machine *m);

/*
 * Does a block of the hosts file ask for TLS?  -1 when it says nothing of
 * it.  why: the words that do.
 */
int machine_block_tls(const struct conf_block *b, const char **why);

/*
 * Where the password will come from, without looking at it: value is the
 * source as amt.conf(5) words it ("command ...", "file ...", "env NAME",
 * "credential NAME", "ask", or "given" by -p), origin as for any setting.
 */
int machine_password_source(struct machine *m, const struct machine_spec *spec,
    struct setting *s, struct err *e);
/*
 * Make m->password hold the password: option, file, environment, hosts
 * file, credential, prompt.  Once; later calls do nothing.  May run a
 * command or ask: call it after TLS verification.  Blocks for a person.
 */
int machine_password(struct machine *m, const struct machine_spec *spec,
    struct err *e);

/*
 * "host", "host:port", "[v6]:port", v6 literal without brackets.  host must
 * be freed; port 0 when none is given.  ERR_USAGE.
 */
int machine_split(const char *text, char **host, uint16_t *port,
    struct err *e);

#endif
