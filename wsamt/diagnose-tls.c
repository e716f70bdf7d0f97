/* SPDX-License-Identifier: MIT */
/*
 * diagnose, what keeps people out later or elsewhere: TLS, its certificate,
 * the clock, the link while the system is off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wsamt/diagnose.h"
#include "wsamt/store.h"

#define TLS "AMT_TLSSettingData"
#define TLS_ID "Intel(r) AMT 802.3 TLS Settings"
#define CONTEXT "AMT_TLSCredentialContext"
#define PORT "AMT_EthernetPortSettings"
#define PORT_ID "Intel(r) AMT Ethernet Port Settings 0"
#define CLOCK_MOST 60			/* seconds off that hurt nobody */
#define DAYS_LEFT 30			/* of a certificate, to be told */
#define DAY 86400

/* ---- TLS ------------------------------------------------------------------ */

/* The name of the certificate that TLS is to use; "": none. */
static int
ask_context(struct diagnosis *d, char id[STORE_ID_MAX], struct err *e)
{
	const struct ws_node *n, *cert;
	struct ws_list list;
	const char *text = "";
	size_t at = 0;

	if (wsman_enumerate(d->a->wsman, CONTEXT, &list, e) == -1)
		return wsman_absent(d->a->wsman) ? ABSENT : -1;
	n = ws_list_next(&list, &at, NULL);
	if (n != NULL && (cert = ws_child(n, "ElementInContext")) != NULL &&
	    ws_key(cert, "InstanceID") != NULL)
		text = ws_key(cert, "InstanceID");
	(void)snprintf(id, STORE_ID_MAX, "%s", text);
	ws_list_free(&list);
	return 0;
}

/*
 * On, and its ports refuse: settings wait for a commit, which wants a
 * certificate, unless the firmware has one of its own.
 */
static int
check_tls(struct diagnosis *d, struct err *e)
{
	bool on = false, mutual = false;
	char id[STORE_ID_MAX];
	int rc = ask_truth(d, TLS, TLS_ID, "Enabled", &on, e);

	if (rc != 0 || !on)
		return rc;
	if (d->a->machine.port == 0 && reached(d, 664) == REACH_REFUSED &&
	    reached(d, 16993) == REACH_REFUSED) {
		if ((rc = ask_context(d, id, e)) != 0)
			return rc;
		return found(d, id[0] != '\0' ? FOUND_TLS_WAITS :
		    FOUND_NO_CERT, NULL, e, "%s", "");
	}
	rc = ask_truth(d, TLS, TLS_ID, "MutualAuthentication", &mutual, e);
	if (rc == 0 && mutual && d->a->machine.trust.cert == NULL)
		return found(d, FOUND_MUTUAL, NULL, e, "%s", "");
	return rc;
}

/* ---- its certificate ------------------------------------------------------ */

/* By our clock, which judges it, and the machine's, which others see. */
static int
judge_cert(struct diagnosis *d, const struct pem_cert *c, int64_t ahead,
    struct err *e)
{
	int64_t now = time(NULL), early = now, late = now;

	if (ahead < -CLOCK_MOST)
		early += ahead;
	if (ahead > CLOCK_MOST)
		late += ahead;
	if (c->ends < late)
		return found(d, FOUND_CERT_OVER, NULL, e, "%s", c->ends < now ?
		    c->subject : "by the clock of the machine");
	if (c->begins > early)
		return found(d, FOUND_CERT_EARLY, NULL, e, "%s",
		    c->begins > now ? c->subject :
		    "by the clock of the machine");
	if (c->ends - now < (int64_t)DAYS_LEFT * DAY)
		return found(d, FOUND_CERT_ENDS, NULL, e, "in %d days",
		    (int)((c->ends - now) / DAY));
	return 0;
}

static int
check_certificate(struct diagnosis *d, struct err *e)
{
	char id[STORE_ID_MAX] = "";
	struct store *s;
	int64_t ahead = 0;
	bool on = false;
	size_t i;
	int rc = ask_truth(d, TLS, TLS_ID, "Enabled", &on, e);

	if (rc == 0 && on)
		rc = ask_context(d, id, e);
	if (rc != 0 || !on || id[0] == '\0')
		return rc;		/* or the firmware has its own */
	if (ask_clock(d, &ahead, e) == -1 || (s = store_read(d->a, e)) == NULL)
		return -1;
	for (i = 0; i < s->ncerts && rc == 0; i++)
		if (strcmp(s->certs[i].id, id) == 0)
			rc = judge_cert(d, &s->certs[i].cert, ahead, e);
	store_free(s);
	return rc;
}

/* ---- clock and link ------------------------------------------------------- */

static int
check_clock(struct diagnosis *d, struct err *e)
{
	int64_t ahead;
	int rc = ask_clock(d, &ahead, e);

	if (rc != 0 || llabs(ahead) <= CLOCK_MOST)
		return rc;
	return found(d, FOUND_CLOCK, NULL, e, "%lld seconds %s",
	    (long long)llabs(ahead), ahead > 0 ? "ahead" : "behind");
}

/* Does it stay while the system is off? */
static int
check_link(struct diagnosis *d, struct err *e)
{
	bool stays = false, said = false, battery = false;
	const struct ws_node *n;
	const char *text;
	int rc = ask(d, PORT, PORT_ID, &n, e);

	if (rc != 0)
		return rc;
	for (n = ws_first(n); n != NULL; n = ws_next(n)) {
		text = ws_text(n);
		if (strcmp(ws_name(n), "LinkPolicy") != 0 || text == NULL)
			continue;
		said = true;
		stays = stays || strcmp(text, "14") == 0 ||
		    strcmp(text, "224") == 0;
		battery = battery || strcmp(text, "16") == 0;
	}
	if (!said || stays)
		return said ? 0 : ABSENT;
	return found(d, FOUND_LINK, battery ? "s0-ac sx-ac s0-dc" :
	    "s0-ac sx-ac", e, "%s", "");
}

const struct check checks_tls[] = {
	{ "tls", check_tls }, { "certificate", check_certificate },
	{ "clock", check_clock }, { "link", check_link }, { NULL, NULL }
};
