/* SPDX-License-Identifier: MIT */
/*
 * diagnose, the way in: does the name have an address, which ports answer,
 * is it AMT, is it trusted, does it let us in.  The ports are knocked at and
 * nothing is said to those of redirection: a session that is begun and given
 * up can block its kind for half a minute, and whether one would be refused
 * the classes tell as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wsamt/diagnose.h"
#include "wsamt/presence.h"

#define KNOCK_MS 2000			/* a port that is silent so long */
#define PONG_MS 1500
#define WORDS_MAX 256

static const uint16_t usual[] = { 623, 664, 16992, 16993, 16994, 16995 };

static void
add_port(struct diagnosis *d, unsigned long port)
{
	size_t i;

	for (i = 0; i < d->nports && d->ports[i].port != port; i++)
		;
	if (i == d->nports && i < PORTS_MAX && port > 0 && port <= UINT16_MAX)
		d->ports[d->nports++].port = (uint16_t)port;
}

static int
knock(struct diagnosis *d, struct err *e)
{
	const struct machine *m = &d->a->machine;
	const char *redirection = m->set[CONF_REDIRECTION_PORT].value;
	size_t i;

	for (i = 0; i < sizeof usual / sizeof usual[0]; i++)
		add_port(d, usual[i]);
	add_port(d, m->port);
	if (redirection != NULL)
		add_port(d, strtoul(redirection, NULL, 10));
	return reach_ports(wsman_loop(d->a->wsman), m->address, d->ports,
	    d->nports, m->timeout_ms >= 0 && m->timeout_ms < KNOCK_MS ?
	    m->timeout_ms : KNOCK_MS, e);
}

/* "ports 664, 16993 open; ports 623, 16992 refused" */
static const char *
say_ports(const struct diagnosis *d, char text[WORDS_MAX])
{
	static const char *const words[] = { "silent", "not reached",
	    "refused", "open" };
	const char *before;
	size_t i, len = 0;
	int how;

	text[0] = '\0';
	for (how = REACH_OPEN; how >= REACH_SILENT; how--) {
		before = len > 0 ? "; ports " : "ports ";
		for (i = 0; i < d->nports; i++) {
			if ((int)d->ports[i].how != how)
				continue;
			len += (size_t)snprintf(text + len, WORDS_MAX - len,
			    "%s%u", before, d->ports[i].port);
			before = ", ";
		}
		if (strcmp(before, ", ") == 0)
			len += (size_t)snprintf(text + len, WORDS_MAX - len,
			    " %s", words[how]);
	}
	return text;
}

static bool
any(const struct diagnosis *d, enum reach_how least)
{
	size_t i;

	for (i = 0; i < d->nports; i++)
		if (d->ports[i].how >= least)
			return true;
	return false;
}

static bool
open_for(const struct diagnosis *d, bool tls)
{
	return tls ? reached(d, 664) == REACH_OPEN ||
	    reached(d, 16993) == REACH_OPEN :
	    reached(d, 623) == REACH_OPEN || reached(d, 16992) == REACH_OPEN;
}

static int
ok(struct diagnosis *d, const char *check, struct err *e)
{
	return out_row(&d->a->out, (const struct out_cell[]){
	    { "check", check, false }, { "finding", "ok", false },
	    { "mend", "", false }, { NULL, NULL, false } }, e);
}

/* No port: does AMT answer the presence ping, and what does it say? */
static int
check_presence(struct diagnosis *d, struct err *e)
{
	const struct machine *m = &d->a->machine;
	bool refused = any(d, REACH_REFUSED);
	struct rmcp_pong pong;
	char words[WORDS_MAX];
	enum finding f = refused ? FOUND_NO_AMT : FOUND_SILENT;
	int rc = presence_ask(wsman_loop(d->a->wsman), m->address,
	    m->timeout_ms >= 0 && m->timeout_ms < PONG_MS ? m->timeout_ms :
	    PONG_MS, &pong, e);

	if (rc == -1)
		return -1;
	if (rc == 1 && pong.amt && pong.setup < RMCP_SET_UP)
		f = FOUND_NOT_SET_UP;
	else if (rc == 1 && pong.amt && !refused)
		f = FOUND_FILTERED;
	return found(d, f, NULL, e, "%s", say_ports(d, words));
}

/* Is there a port for us?  1: yes. */
static int
check_ports(struct diagnosis *d, struct err *e)
{
	bool tls = d->a->machine.trust.tls;
	uint16_t own = d->a->machine.port;
	char words[WORDS_MAX];
	enum finding f;

	/* Of which kind a port is that was given, it will show. */
	if (own != 0 ? reached(d, own) == REACH_OPEN : open_for(d, tls))
		return ok(d, "machine", e) == -1 ? -1 : 1;
	if (own != 0 && (open_for(d, tls) || open_for(d, !tls))) {
		f = FOUND_WRONG_PORT;
	} else if (open_for(d, !tls)) {
		if (ok(d, "machine", e) == -1)
			return -1;
		f = tls ? FOUND_NO_TLS : FOUND_ONLY_TLS;
	} else {
		return check_presence(d, e);
	}
	return found(d, f, NULL, e, "%s", say_ports(d, words));
}

/* The first question, which everybody may ask, failed. */
static int
no_entry(struct diagnosis *d, const struct err *why, struct err *e)
{
	enum finding f;

	switch (why->kind) {
	case ERR_TRUST:			/* lib/tls knows what TLS lacks */
		f = wsman_login_refused(d->a->wsman) ? FOUND_LOGIN :
		    strstr(why->text, "--old-tls") != NULL ? FOUND_OLD_TLS :
		    FOUND_NOT_TRUSTED;
		break;
	case ERR_PROTO:
		f = FOUND_NOT_AMT;
		break;
	case ERR_NET:
		f = FOUND_FAILED;
		break;
	default:			/* ours, or it refuses everything */
		*e = *why;
		return -1;
	}
	if (f == FOUND_LOGIN && d->a->machine.trust.tls &&
	    ok(d, "trust", e) == -1)
		return -1;
	return found(d, f, NULL, e, "%s", why->text);
}

/* May this user have what all the rest is about? */
static int
check_right(struct diagnosis *d, struct err *e)
{
	const struct ws_node *n;
	struct err why;

	if (ask(d, REDIRECTION, NULL, &n, &why) == -1 &&
	    strcmp(wsman_fault(d->a->wsman), "AccessDenied") == 0)
		return found(d, FOUND_NO_RIGHT, NULL, e, "%s, who asked: %s",
		    d->a->machine.user, why.text) == -1 ? -1 : 1;
	return ok(d, "login", e) == -1 ? -1 : 1;
}

int
diagnose_door(struct diagnosis *d, struct err *e)
{
	const struct ws_request identify = { .op = WS_IDENTIFY };
	struct ws_doc *answer;
	struct err why;
	int rc;

	if (knock(d, &why) == -1) {
		if (why.kind == ERR_NET)
			return found(d, FOUND_NO_ADDRESS, NULL, e, "%s",
			    why.text);
		*e = why;
		return -1;
	}
	if (ok(d, "name", e) == -1)
		return -1;
	if ((rc = check_ports(d, e)) != 1)
		return rc;
	if (wsman_call(d->a->wsman, &identify, &answer, &why) == -1)
		return no_entry(d, &why, e);
	ws_doc_free(answer);
	if (d->a->machine.trust.tls && ok(d, "trust", e) == -1)
		return -1;
	return check_right(d, e);
}
