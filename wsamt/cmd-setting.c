/* SPDX-License-Identifier: MIT */
/*
 * Commands that print or set one property of one instance: a row each.  The
 * instance is read, changed and written whole, only when that changes
 * something, for the firmware's memory wears; then it is read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/wsamt.h"

#define GENERAL "AMT_GeneralSettings"
#define KVM "IPS_KVMRedirectionSettingData"
#define DOMAIN "DomainName"
#define HOST_MAX 63			/* a label of a name: no dots */
#define GONE_MS 5000			/* who is silent so long is cut off */

enum type { SWITCH, SWITCH_01, NUMBER, NAME, CHOICE };

/* Words of a CHOICE; ends in NULL. */
struct choice { const char *word, *wire; };
static const struct choice consent[] = {	/* what OptInRequired is for */
	{ "off", "0" }, { "kvm", "1" }, { "on", "4294967295" }, { NULL, NULL }
};
static const struct choice policy[] = {	/* the same, OptInPolicy */
	{ "off", "false" }, { "kvm", "true" }, { NULL, NULL }
};

struct row {
	const char *word;
	const char *class, *property;
	enum type type;
	long least, most;		/* NUMBER; NAME: its characters */
	const struct choice *choices;
	const char *instance;		/* InstanceID; NULL: the only one */
	const char *first;		/* what "on" needs; or NULL */
	bool later;			/* holds after "commit" */
	bool cuts;			/* "off" ends what we talk over */
	bool no_domain;			/* AMT 8 refuses it beside a domain */
	const char *plain;		/* what firmware without plain ports
					 * cannot do; or NULL */
	const struct row *older;	/* where older firmware, without the
					 * class, has it; or NULL */
};

/* Before version 7, which asks for consent to the screen only. */
static const struct row optin_of_6 = { .word = "optin", .class = KVM,
    .property = "OptInPolicy", .type = CHOICE, .choices = policy };

static const struct row rows[] = {
#define ON_OFF(w, c, p) { .word = w, .class = c, .property = p }
#define FROM_TO(w, c, p, lo, hi) { .word = w, .class = c, .property = p, \
	.type = NUMBER, .least = lo, .most = hi }
#define SIDE(w, side, p, state) { .word = w, \
	.class = "AMT_TLSSettingData", .property = p, \
	.instance = "Intel(r) AMT " side " TLS Settings", \
	.plain = state, .later = true }
#define TEXT_TO(w, c, p, n) { .word = w, .class = c, .property = p, \
	.type = NAME, .most = n }
	ON_OFF("ping", GENERAL, "PingResponseEnabled"),
	ON_OFF("rmcp", GENERAL, "RmcpPingResponseEnabled"),
	FROM_TO("idle", GENERAL, "IdleWakeTimeout", 1, 65535),
	FROM_TO("dhcpv6", GENERAL, "DHCPv6ConfigurationTimeout", 0, 65535),
	ON_OFF("wsman", GENERAL, "WsmanOnlyMode"),
	{ .word = "outgoingv6", .class = GENERAL, .type = SWITCH_01,
	    .property = "PreferredAddressFamily" },
	{ .word = "amtnet", .class = GENERAL, .type = SWITCH_01,
	    .property = "AMTNetworkEnabled", .cuts = true },
	TEXT_TO("hostname", GENERAL, "HostName", HOST_MAX),
	TEXT_TO("domain", GENERAL, DOMAIN, 191),
	SIDE("nettls", "802.3", "Enabled", "off"),
	SIDE("lcltls", "LMS", "Enabled", "off"),
	SIDE("netcert", "802.3", "MutualAuthentication", NULL),
	SIDE("lclcert", "LMS", "MutualAuthentication", NULL),
	SIDE("netboth", "802.3", "AcceptNonSecureConnections", "on"),
	SIDE("lclboth", "LMS", "AcceptNonSecureConnections", "on"),
	{ .word = "sharedfqdn", .class = GENERAL, .property = "SharedFQDN",
	    .no_domain = true },
	{ .word = "rfbport", .class = KVM, .property = "Is5900PortEnabled",
	    .first = "rfbpass" },
	FROM_TO("timeout", KVM, "SessionTimeout", 0, 65535),
	{ .word = "optin", .class = "IPS_OptInService", .type = CHOICE,
	    .property = "OptInRequired", .choices = consent,
	    .older = &optin_of_6 },
};

static const struct row *
find_row(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(word, rows[i].word) == 0)
			return &rows[i];
	return NULL;
}

/* ---- words and wire ----------------------------------------------------- */

#define WIRE_MAX 256			/* a property's text, with NUL */

static int
check_name(const struct row *r, const char *text, struct err *e)
{
	const char *p;

	if (strlen(text) > (size_t)r->most)
		return err_set(e, ERR_USAGE, "%s: at most %ld characters",
		    r->word, r->most);
	for (p = text; *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *p) == NULL &&
		    (*p != '.' || r->most == HOST_MAX))
			return err_set(e, ERR_USAGE, "%s: \"%s\": letters, "
			    "digits%s and \"-\" only", r->word, text,
			    r->most == HOST_MAX ? "" : ", dots");
	if (*text == '-' || *text == '.' || (*text != '\0' && p[-1] == '-'))
		return err_set(e, ERR_USAGE, "%s: \"%s\" begins or ends "
		    "wrongly", r->word, text);
	return 0;
}

static int
find_choice(const struct row *r, char *wire, const char *text, struct err *e)
{
	const struct choice *c;

	for (c = r->choices; c->word != NULL; c++)
		if (strcmp(c->word, text) == 0) {
			(void)snprintf(wire, WIRE_MAX, "%s", c->wire);
			return 0;
		}
	(void)err_set(e, ERR_USAGE, "%s: \"%s\" is none of", r->word, text);
	for (c = r->choices; c->word != NULL; c++)
		(void)err_more(e, "%s %s", c != r->choices ? "," : "", c->word);
	return -1;
}

/* The user's word as the property's text. */
static int
to_wire(const struct row *r, char *wire, const char *text, struct err *e)
{
	long n;
	bool on;

	switch (r->type) {
	case SWITCH:
	case SWITCH_01:
		if (wsamt_on_off(&on, text, r->word, e) == -1)
			return -1;
		(void)snprintf(wire, WIRE_MAX, "%s", r->type == SWITCH ?
		    on ? "true" : "false" : on ? "1" : "0");
		return 0;
	case NUMBER:
		if (opts_number(&n, text, r->least, r->most, r->word, e) == -1)
			return -1;
		(void)snprintf(wire, WIRE_MAX, "%ld", n);
		return 0;
	case NAME:
		(void)snprintf(wire, WIRE_MAX, "%s", text);
		return check_name(r, text, e);
	case CHOICE:
		return find_choice(r, wire, text, e);
	}
	return -1;
}

/* The property of an instance as the user's word. */
static int
to_word(const struct row *r, char *word, const struct ws_node *n,
    struct err *e)
{
	const struct choice *c;
	const char *text;
	uint32_t number;
	bool on;
	int rc = -1;

	switch (r->type) {
	case SWITCH:
		rc = ws_get_bool(n, r->property, &on, e);
		if (rc == 0)
			(void)snprintf(word, WIRE_MAX, "%s", wsamt_word(on));
		break;
	case SWITCH_01:
	case NUMBER:
		rc = ws_get_uint(n, r->property, &number, e);
		if (rc == 0 && r->type == SWITCH_01)
			(void)snprintf(word, WIRE_MAX, "%s",
			    wsamt_word(number != 0));
		else if (rc == 0)
			(void)snprintf(word, WIRE_MAX, "%u", (unsigned)number);
		break;
	case NAME:
		rc = ws_get_text(n, r->property, &text, e);
		if (rc == 0)
			(void)snprintf(word, WIRE_MAX, "%s", text);
		break;
	case CHOICE:
		rc = ws_get_text(n, r->property, &text, e);
		for (c = r->choices; c->word != NULL && rc == 0; c++)
			if (strcmp(c->wire, text) == 0)
				text = c->word;
		if (rc == 0)
			(void)snprintf(word, WIRE_MAX, "%s", text);
		break;
	}
	return rc;
}

/* ---- the machine -------------------------------------------------------------- */

static int
fetch(struct wsamt *a, const struct row *r, struct ws_doc **d, char *word,
    struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = r->instance }, { .name = NULL }
	};

	if (wsman_get(a->wsman, r->class, r->instance != NULL ? key : NULL, d,
	    e) == -1)
		return -1;
	if (ws_child(ws_body(*d), r->property) == NULL)
		(void)err_set(e, ERR_REFUSED, "%s: this firmware does not have "
		    "%s: its %s says no %s", a->machine.name, r->word,
		    r->class, r->property);
	else if (to_word(r, word, ws_body(*d), e) == 0)
		return 0;
	else
		(void)err_ctx(e, "%s", a->machine.name);
	ws_doc_free(*d);
	*d = NULL;
	return -1;
}

static int
put(struct wsamt *a, const struct row *r, struct ws_node *n,
    const char *property, const char *wire, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = r->instance }, { .name = NULL }
	};

	if (ws_set(n, property, wire, e) == -1)
		return -1;
	return wsman_put(a->wsman, n, r->instance != NULL ? key : NULL, e);
}

/* The same of what the machine has by now: one property follows another. */
static int
put_fresh(struct wsamt *a, const struct row *r, const char *property,
    const char *wire, struct err *e)
{
	struct ws_doc *d;
	int rc;

	if (wsman_get(a->wsman, r->class, NULL, &d, e) == -1)
		return -1;
	rc = put(a, r, ws_body(d), property, wire, e);
	ws_doc_free(d);
	return rc;
}

/*
 * It was refused, as e says: without the domain name, which comes back, it
 * may not be.  Whatever happens, nobody loses that name unawares.
 */
static int
put_without_domain(struct wsamt *a, const struct row *r,
    const struct ws_node *n, const char *wire, struct err *e)
{
	char domain[WIRE_MAX];
	struct err other;
	const char *text;
	int rc;

	if (ws_get_text(n, DOMAIN, &text, &other) == -1 || *text == '\0' ||
	    strlen(text) >= sizeof domain)
		return -1;
	(void)snprintf(domain, sizeof domain, "%s", text);
	if (put_fresh(a, r, DOMAIN, "", &other) == 0) {
		rc = put_fresh(a, r, r->property, wire, e);
		if (put_fresh(a, r, DOMAIN, domain, &other) == 0)
			return rc;
	} else if (other.kind == ERR_REFUSED) {
		return -1;		/* it was not the domain */
	}
	*e = other;
	return err_more(e, "; the domain name was \"%s\" and may be gone: "
	    "\"wsamt domain\" tells, and sets it", domain);
}

static int
store(struct wsamt *a, const struct row *r, struct ws_doc *d,
    const char *wire, struct err *e)
{
	if (put(a, r, ws_body(d), r->property, wire, e) == 0)
		return 0;
	if (e->kind != ERR_REFUSED)
		return -1;
	if (r->no_domain)
		return put_without_domain(a, r, ws_body(d), wire, e);
	if (r->first != NULL && strcmp(wire, "true") == 0)
		(void)err_more(e, "; \"wsamt %s\" comes first", r->first);
	return -1;
}

/* What is known to be refused, or had better be asked for twice. */
static int
check_change(struct wsamt *a, const struct row *r, struct ws_doc *d,
    const char *wanted, struct err *e)
{
	static const char supported[] = "NonSecureConnectionsSupported";
	bool plain = true;

	if (r->cuts && strcmp(wanted, "off") == 0 && !a->force)
		return err_set(e, ERR_REFUSED, "%s: \"%s off\" ends all "
		    "management over the network, and only somebody at the "
		    "machine can take it back; say --force if that is wanted",
		    a->machine.name, r->word);
	if (r->plain == NULL || strcmp(wanted, r->plain) != 0 ||
	    ws_child(ws_body(d), supported) == NULL)
		return 0;
	if (ws_get_bool(ws_body(d), supported, &plain, e) == -1)
		return err_ctx(e, "%s", a->machine.name);
	return plain ? 0 : err_set(e, ERR_REFUSED, "%s: \"%s %s\": this "
	    "firmware speaks nothing but TLS", a->machine.name, r->word,
	    wanted);
}

/* Read again; whoever was to be cut off and is silent was. */
static int
confirm(struct wsamt *a, const struct row *r, const char *before,
    const char *wanted, struct err *e)
{
	int64_t usual = a->machine.timeout_ms;
	bool cut = r->cuts && strcmp(wanted, "off") == 0;
	char after[WIRE_MAX];
	struct ws_doc *d;
	int rc;

	if (cut)
		a->machine.timeout_ms = GONE_MS;
	rc = fetch(a, r, &d, after, e);
	a->machine.timeout_ms = usual;
	if (rc == -1)
		return cut && e->kind == ERR_NET ? 0 : -1;
	ws_doc_free(d);
	return strcmp(after, wanted) == 0 ? 0 : wsamt_not_taken(a, r->word,
	    before, wanted, after, e);
}

static int
change(struct wsamt *a, const struct row *r, struct ws_doc *d,
    const char *before, const char *wire, const char *wanted, struct err *e)
{
	if (check_change(a, r, d, wanted, e) == -1 ||
	    store(a, r, d, wire, e) == -1 ||
	    confirm(a, r, before, wanted, e) == -1)
		return -1;
	if (r->later)
		log_info("%s: %s holds after \"wsamt commit\"",
		    a->machine.name, r->word);
	return 0;
}

/* The same with the row of older firmware, which may know fewer words. */
static int
fetch_older(struct wsamt *a, const struct row *r, struct ws_doc **d,
    char *word, char *wire, const char *wanted, struct err *e)
{
	if (wanted != NULL && to_wire(r, wire, wanted, e) == -1) {
		e->kind = ERR_REFUSED;
		return err_ctx(e, "%s: this firmware is as old as version 6",
		    a->machine.name);
	}
	return fetch(a, r, d, word, e);
}

int
cmd_setting(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct row *r = find_row(a->command);
	char wire[WIRE_MAX], before[WIRE_MAX], wanted[WIRE_MAX];
	struct ws_doc *d;
	int rc;

	if (r == NULL)
		return err_set(e, ERR_LOCAL, "%s has no row", a->command);
	if (argc > 0 && to_wire(r, wire, argv[0], e) == -1)
		return -1;
	rc = fetch(a, r, &d, before, e);
	if (rc == -1 && r->older != NULL && wsman_absent(a->wsman)) {
		r = r->older;
		rc = fetch_older(a, r, &d, before, wire, argc > 0 ? argv[0] :
		    NULL, e);
	}
	if (rc == -1)
		return -1;
	if (argc > 0)			/* 07 is 7 */
		(void)snprintf(wanted, sizeof wanted, "%s",
		    r->type == NUMBER ? wire : argv[0]);
	if (argc == 0)
		rc = out_value(&a->out, r->word, before, e);
	else if (strcmp(before, wanted) == 0)
		log_info("%s: %s is %s already", a->machine.name, r->word,
		    before);
	else
		rc = change(a, r, d, before, wire, wanted, e);
	ws_doc_free(d);
	return rc;
}
