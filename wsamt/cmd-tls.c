/* SPDX-License-Identifier: MIT */
/*
 * TLS of the controller: mktlsctx, rmtlsctx, commit.  Which certificate it
 * shows is a credential context; the switches (nettls and the like) are
 * settings, and hold after commit, which restarts the ports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "wsamt/store.h"

#define CONTEXT "AMT_TLSCredentialContext"
#define COLLECTION "AMT_TLSProtocolEndpointCollection"
#define COLLECTION_NAME "TLSProtocolEndpointInstances Collection"
#define SETTINGS "AMT_TLSSettingData"
#define NAME_MAX 128

/* The context there is, if any: one certificate for all of TLS. */
struct context {
	bool there;
	char cert[STORE_ID_MAX];
	char collection[NAME_MAX];	/* what it stands for */
};

static const struct ws_field context_fields[] = {
	{ "ElementInContext", WS_EPR }, { "ElementProvidingContext", WS_EPR },
	{ NULL, WS_END }
};

static int
read_context(struct wsamt *a, struct context *c, struct err *e)
{
	const struct ws_node *n, *cert, *collection;
	struct ws_list list;
	const char *id = NULL, *name = NULL;
	size_t at = 0;
	int rc = 0;

	*c = (struct context){ .there = false };
	if (wsman_enumerate(a->wsman, CONTEXT, &list, e) == -1)
		return -1;
	if ((n = ws_list_next(&list, &at, NULL)) != NULL) {
		cert = ws_child(n, "ElementInContext");
		collection = ws_child(n, "ElementProvidingContext");
		if (cert != NULL && collection != NULL) {
			id = ws_key(cert, "InstanceID");
			name = ws_key(collection, "ElementName");
		}
		if (id == NULL || name == NULL || strlen(id) >= sizeof
		    c->cert || strlen(name) >= sizeof c->collection)
			rc = err_set(e, ERR_PROTO, "%s: " CONTEXT " refers to "
			    "nothing", a->machine.name);
		if (rc == 0) {
			c->there = true;
			(void)snprintf(c->cert, sizeof c->cert, "%s", id);
			(void)snprintf(c->collection, sizeof c->collection,
			    "%s", name);
		}
	}
	ws_list_free(&list);
	return rc;
}

/* Firmware and its class model do not spell it alike: ask. */
static int
read_collection(struct wsamt *a, char name[NAME_MAX], struct err *e)
{
	const struct ws_node *n;
	struct ws_list list;
	const char *text;
	size_t at = 0;

	(void)snprintf(name, NAME_MAX, "%s", COLLECTION_NAME);
	if (wsman_enumerate(a->wsman, COLLECTION, &list, e) == -1)
		return e->kind == ERR_REFUSED ? 0 : -1;
	if ((n = ws_list_next(&list, &at, NULL)) != NULL &&
	    ws_get_text(n, "ElementName", &text, e) == 0 &&
	    strlen(text) < NAME_MAX)
		(void)snprintf(name, NAME_MAX, "%s", text);
	ws_list_free(&list);
	return 0;
}

/* ---- mktlsctx, rmtlsctx ------------------------------------------------------------ */

static int
write_context(struct wsamt *a, const struct context *present,
    const char *cert, struct err *e)
{
	char name[NAME_MAX];
	const struct ws_selector cert_key[] = {
		{ .name = "InstanceID", .value = cert }, { .name = NULL }
	}, collection_key[] = {
		{ .name = "ElementName", .value = name }, { .name = NULL }
	};
	const struct ws_epr in = { STORE_CERT, cert_key };
	const struct ws_epr providing = { COLLECTION, collection_key };
	const struct ws_value values[] = {
		{ "ElementInContext", .epr = &in },
		{ "ElementProvidingContext", .epr = &providing },
		{ .name = NULL }
	};
	struct ws_doc *d;
	int rc;

	if (present->there)
		(void)snprintf(name, sizeof name, "%s", present->collection);
	else if (read_collection(a, name, e) == -1)
		return -1;
	rc = wsman_call(a->wsman, &(struct ws_request){
	    .op = present->there ? WS_PUT : WS_CREATE, .class = CONTEXT,
	    .fields = context_fields, .values = values }, &d, e);
	ws_doc_free(d);
	return rc;
}

/* The certificate of the file as the store knows it. */
static int
find_cert(struct wsamt *a, const char *path, char id[STORE_ID_MAX],
    struct err *e)
{
	const struct store_cert *found;
	struct store *s = NULL;
	struct pem_cert c;
	int rc = -1;

	if (pem_cert_read(&c, path, e) == -1)
		return -1;
	if ((s = store_read(a, e)) == NULL)
		goto out;
	if ((found = store_cert(s, &c, false)) == NULL)
		(void)err_set(e, ERR_REFUSED, "%s: does not have the "
		    "certificate of %s: \"wsamt addcert\" comes first",
		    a->machine.name, path);
	else if (store_key(s, &c.key) == NULL)
		(void)err_set(e, ERR_REFUSED, "%s: does not have the key of "
		    "%s: \"wsamt addkey\" comes first", a->machine.name, path);
	else
		rc = snprintf(id, STORE_ID_MAX, "%s", found->id) > 0 ? 0 : -1;
 out:
	store_free(s);
	pem_cert_clear(&c);
	return rc;
}

int
cmd_mktlsctx(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct context before, after;
	char id[STORE_ID_MAX];

	(void)argc;
	if (find_cert(a, argv[0], id, e) == -1 ||
	    read_context(a, &before, e) == -1)
		return -1;
	if (before.there && strcmp(before.cert, id) == 0) {
		log_info("%s: TLS uses it already", a->machine.name);
		return 0;
	}
	if (write_context(a, &before, id, e) == -1 ||
	    read_context(a, &after, e) == -1)
		return -1;
	return after.there && strcmp(after.cert, id) == 0 ? 0 :
	    wsamt_not_taken(a, "the certificate of TLS", before.there ?
	    before.cert : "none", id, after.there ? after.cert : "none", e);
}

/* The switches of both sides as they will be after a commit. */
struct side {
	bool enabled, plain, mutual;
	bool can_plain;			/* false: firmware of TLS only */
};
enum { NETWORK, LOCAL, SIDES };

static int
get_if_there(const struct ws_node *n, const char *property, bool *on,
    struct err *e)
{
	return ws_child(n, property) == NULL ? 0 :
	    ws_get_bool(n, property, on, e);
}

static int
read_sides(struct wsamt *a, struct side sides[SIDES], struct err *e)
{
	static const char *const ids[SIDES] = {
		"Intel(r) AMT 802.3 TLS Settings",
		"Intel(r) AMT LMS TLS Settings"
	};
	struct ws_doc *d;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < SIDES; i++) {
		sides[i] = (struct side){ .can_plain = true };
		if (wsman_get(a->wsman, SETTINGS, (const struct ws_selector[]){
		    { .name = "InstanceID", .value = ids[i] },
		    { .name = NULL } }, &d, e) == -1)
			return -1;
		if (ws_get_bool(ws_body(d), "Enabled", &sides[i].enabled,
		    e) == -1 || get_if_there(ws_body(d),
		    "AcceptNonSecureConnections", &sides[i].plain, e) == -1 ||
		    get_if_there(ws_body(d), "NonSecureConnectionsSupported",
		    &sides[i].can_plain, e) == -1 ||
		    get_if_there(ws_body(d), "MutualAuthentication",
		    &sides[i].mutual, e) == -1)
			rc = err_ctx(e, "%s", a->machine.name);
		ws_doc_free(d);
	}
	return rc;
}

static int
delete_context(struct wsamt *a, const struct context *c, struct err *e)
{
	const struct ws_selector cert_key[] = {
		{ .name = "InstanceID", .value = c->cert }, { .name = NULL }
	}, collection_key[] = {
		{ .name = "ElementName", .value = c->collection },
		{ .name = NULL }
	};
	const struct ws_epr in = { STORE_CERT, cert_key };
	const struct ws_epr providing = { COLLECTION, collection_key };

	return wsman_delete(a->wsman, CONTEXT, (const struct ws_selector[]){
	    { .name = "ElementInContext", .epr = &in },
	    { .name = "ElementProvidingContext", .epr = &providing },
	    { .name = NULL } }, e);
}

int
cmd_rmtlsctx(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct context before, after;
	struct side sides[SIDES];

	(void)argc, (void)argv;
	if (read_context(a, &before, e) == -1)
		return -1;
	if (!before.there) {
		log_info("%s: there is no TLS context", a->machine.name);
		return 0;
	}
	if (read_sides(a, sides, e) == -1)
		return -1;
	if (!sides[NETWORK].can_plain)
		return err_set(e, ERR_REFUSED, "%s: this firmware speaks "
		    "nothing but TLS, which needs a certificate: \"wsamt "
		    "mktlsctx\" gives it another", a->machine.name);
	if (sides[NETWORK].enabled || sides[LOCAL].enabled)
		return err_set(e, ERR_REFUSED, "%s: TLS is on: \"wsamt nettls "
		    "off\", \"wsamt lcltls off\" and \"wsamt commit\" come "
		    "first", a->machine.name);
	if (delete_context(a, &before, e) == -1)
		return e->kind == ERR_REFUSED ? err_more(e, "; TLS must be "
		    "off, and committed so") : -1;
	if (read_context(a, &after, e) == -1)
		return -1;
	return !after.there ? 0 : wsamt_not_taken(a, "the certificate of TLS",
	    before.cert, "none", after.cert, e);
}

/* ---- commit --------------------------------------------------------------------------- */

#define WAIT_MS (60 * 1000)		/* unless --timeout */
#define PAUSE_MS 250			/* less than a restart takes */
#define SETTLE_MS 2000			/* a restart has begun by then */

static const struct ws_method commit_method = {
	.class = "AMT_SetupAndConfigurationService", .name = "CommitChanges",
	.why = ws_why_pt,
};

/* Would the way we came in be closed? */
static int
check_way(struct wsamt *a, struct err *e)
{
	struct side sides[SIDES], *ours;
	bool local = strcmp(a->machine.name, "localhost") == 0;

	if (a->force)
		return 0;
	if (read_sides(a, sides, e) == -1)
		return wsman_absent(a->wsman) ? 0 : -1;
	ours = &sides[local ? LOCAL : NETWORK];
	if (a->machine.trust.tls && !ours->enabled)
		return err_set(e, ERR_REFUSED, "%s: this would end TLS, over "
		    "which this very command comes; come without, or say "
		    "--force", a->machine.name);
	if (a->machine.trust.tls && ours->mutual &&
	    a->machine.trust.cert == NULL)
		return err_set(e, ERR_REFUSED, "%s: this would ask for a "
		    "certificate, and this very command comes without; come "
		    "with --cert and --key, or say --force", a->machine.name);
	if (!a->machine.trust.tls && ours->enabled && !ours->plain)
		return err_set(e, ERR_REFUSED, "%s: this would leave TLS only, "
		    "and this very command comes without: \"wsamt %sboth on\" "
		    "until TLS is seen to work, or come with --tofu, --pin or "
		    "-c, or say --force", a->machine.name,
		    local ? "lcl" : "net");
	return 0;
}

/*
 * The ports restart a moment after the answer, if they do: the machine is
 * back when the connection was lost and it answers again, or when nothing
 * was lost for a while.  *restarted tells which.
 */
static int
wait_for_it(struct wsamt *a, bool *restarted, struct err *e)
{
	int64_t start = loop_now_ms(), limit = a->machine.timeout_ms >= 0 ?
	    a->machine.timeout_ms : WAIT_MS;
	struct ws_doc *d;

	*restarted = false;
	for (;;) {
		if (wsman_get(a->wsman, "AMT_GeneralSettings", NULL, &d,
		    e) == 0) {
			ws_doc_free(d);
			*restarted = *restarted || wsman_cut(a->wsman);
			if (*restarted || loop_now_ms() - start >= SETTLE_MS)
				return 0;
		} else if (e->kind != ERR_NET) {
			return err_more(e, "; it is committed");
		} else if (loop_now_ms() - start >= limit) {
			return err_more(e, "; committed, but it does not come "
			    "back");
		} else {
			*restarted = true;
		}
		if (wsamt_rest(a, PAUSE_MS, e) == -1)
			return -1;
	}
}

/*
 * The restart may cut off the answer, so an answer that is lost and ports
 * that restart are a commit; without the restart nobody knows.
 */
static int
after_no_answer(struct wsamt *a, struct err *e)
{
	struct err unknown = *e;
	bool restarted;

	if (a->force)
		return -1;
	if (wait_for_it(a, &restarted, e) == -1 || !restarted)
		*e = unknown;
	else
		return 0;
	return err_more(e, ", for its ports did not restart");
}

int
cmd_commit(struct wsamt *a, int argc, char **argv, struct err *e)
{
	bool restarted;

	(void)argc, (void)argv;
	if (check_way(a, e) == -1)
		return -1;
	if (wsman_invoke(a->wsman, &commit_method, NULL, NULL, NULL,
	    e) == 0)
		return a->force || a->dry ? 0 : wait_for_it(a, &restarted, e);
	if (e->kind == ERR_UNKNOWN)
		return after_no_answer(a, e);
	if (e->kind == ERR_REFUSED && strstr(e->text, "2057") != NULL)
		(void)err_more(e, "; TLS needs a certificate: \"wsamt "
		    "mktlsctx\"");
	return -1;
}
