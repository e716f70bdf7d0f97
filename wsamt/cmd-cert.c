/* SPDX-License-Identifier: MIT */
/*
 * Certificates and keys: addca, delca, addcert, addkey, delcertkey, certs,
 * genkey, csr.  Files are judged before anything is sent; what is stored
 * already is not stored again; afterwards the store is read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/loop.h"
#include "wsamt/store.h"

#define SERVICE "AMT_PublicKeyManagementService"

static const struct ws_field cert_in[] = {
	{ "CertificateBlob", WS_TEXT }, { NULL, WS_END }
};
static const struct ws_field key_in[] = {
	{ "KeyBlob", WS_TEXT }, { NULL, WS_END }
};
static const struct ws_field generate_in[] = {
	{ "KeyAlgorithm", WS_UINT }, { "KeyLength", WS_UINT },
	{ NULL, WS_END }
};
static const struct ws_method
	add_root_method = { .class = SERVICE,
	    .name = "AddTrustedRootCertificate", .in = cert_in,
	    .why = ws_why_pt },
	add_cert_method = { .class = SERVICE, .name = "AddCertificate",
	    .in = cert_in, .why = ws_why_pt },
	add_key_method = { .class = SERVICE, .name = "AddKey", .in = key_in,
	    .why = ws_why_pt },
	generate_method = { .class = SERVICE, .name = "GenerateKeyPair",
	    .in = generate_in, .why = ws_why_pt };

/* ---- adding -------------------------------------------------------------------- */

static int
send_blob(struct wsamt *a, const struct ws_method *m, const struct buf *der,
    struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, 2 * PEM_FILE_MAX);
	rc = base64_text(&text, der->data, der->len, e);
	if (rc == 0)
		rc = wsman_invoke(a->wsman, m, NULL,
		    (const struct ws_value[]){ { m->in[0].name,
		    .text = (const char *)text.data }, { .name = NULL } },
		    NULL, e);
	buf_clear(&text);
	return rc;
}

/* Is it, or one of both, there?  cert or public may be NULL. */
static int
look(struct wsamt *a, const struct pem_cert *cert, bool root,
    const struct buf *public, bool *there, struct err *e)
{
	struct store *s = store_read(a, e);

	if (s == NULL)
		return -1;
	*there = (cert != NULL && store_cert(s, cert, root) != NULL) ||
	    (public != NULL && store_key(s, public) != NULL);
	store_free(s);
	return 0;
}

static int
add(struct wsamt *a, const struct ws_method *m, const char *path,
    const struct pem_cert *cert, bool root, const struct buf *key,
    const struct buf *public, struct err *e)
{
	bool there;

	if (look(a, cert, root, public, &there, e) == -1)
		return -1;
	if (there) {
		log_info("%s: %s is there already", a->machine.name, path);
		return 0;
	}
	if (send_blob(a, m, key != NULL ? key : &cert->der, e) == -1 ||
	    look(a, cert, root, public, &there, e) == -1)
		return -1;
	return there ? 0 : wsamt_not_taken(a, path, "not there", "there",
	    "not there", e);
}

int
cmd_addca(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct pem_cert c;
	int rc;

	(void)argc;
	if (pem_cert_read(&c, argv[0], e) == -1)
		return -1;
	if (!c.ca)
		rc = err_set(e, ERR_USAGE, "%s: not the certificate of a "
		    "certification authority: \"wsamt addcert\" is for others",
		    argv[0]);
	else
		rc = add(a, &add_root_method, argv[0], &c, true, NULL, NULL, e);
	if (rc == -1 && e->kind == ERR_REFUSED &&
	    strstr(e->text, "NOT_PERMITTED") != NULL)
		(void)err_more(e, "; none is added while clients are asked for "
		    "a certificate: \"wsamt netcert off\" and \"wsamt "
		    "commit\" come first");
	pem_cert_clear(&c);
	return rc;
}

int
cmd_addcert(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct pem_cert c;
	int rc;

	(void)argc;
	if (pem_cert_read(&c, argv[0], e) == -1)
		return -1;
	if (c.self_signed && !c.ca)
		log_warn("%s: signed by itself, which much firmware refuses",
		    argv[0]);
	rc = add(a, &add_cert_method, argv[0], &c, false, NULL, NULL, e);
	if (rc == -1 && e->kind == ERR_REFUSED &&
	    (strstr(e->text, "2060") != NULL ||
	    strstr(e->text, "2064") != NULL))
		(void)err_more(e, "; its key comes first: \"wsamt addkey\" or "
		    "\"wsamt genkey\"");
	pem_cert_clear(&c);
	return rc;
}

int
cmd_addkey(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct buf der, public;
	int rc;

	(void)argc;
	buf_init(&der, PEM_FILE_MAX);
	buf_init(&public, PEM_FILE_MAX);
	rc = pem_key_read(&der, &public, argv[0], e);
	if (rc == 0)
		rc = add(a, &add_key_method, argv[0], NULL, false, &der,
		    &public, e);
	buf_clear(&der);
	buf_clear(&public);
	return rc;
}

/* ---- deleting --------------------------------------------------------------------- */

static int
delete(struct wsamt *a, const char *class, const char *id, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = id }, { .name = NULL }
	};

	if (wsman_delete(a->wsman, class, key, e) == 0)
		return 0;
	if (e->kind == ERR_REFUSED)
		(void)err_more(e, "; what is in use cannot be deleted: "
		    "\"wsamt certs\" tells");
	return -1;
}

static int
not_there(struct wsamt *a, const char *path, struct err *e)
{
	return err_set(e, ERR_REFUSED, "%s: does not have what is in %s: "
	    "\"wsamt certs\" lists what it has", a->machine.name, path);
}

int
cmd_delca(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct store_cert *found;
	struct store *s = NULL;
	struct pem_cert c;
	bool there = true;
	int rc = -1;

	(void)argc;
	if (pem_cert_read(&c, argv[0], e) == -1)
		return -1;
	if ((s = store_read(a, e)) == NULL)
		goto out;
	if ((found = store_cert(s, &c, true)) == NULL)
		rc = not_there(a, argv[0], e);
	else if (delete(a, STORE_CERT, found->id, e) == 0 &&
	    look(a, &c, true, NULL, &there, e) == 0)
		rc = !there ? 0 : wsamt_not_taken(a, argv[0], "there",
		    "not there", "there", e);
 out:
	store_free(s);
	pem_cert_clear(&c);
	return rc;
}

/* Does another certificate of ours need this key? */
static bool
shared_key(const struct store *s, const struct store_cert *cert,
    const struct pem_cert *c)
{
	const struct buf *key;
	size_t i;

	for (i = 0; i < s->ncerts; i++) {
		key = &s->certs[i].cert.key;
		if (&s->certs[i] != cert && !s->certs[i].root &&
		    key->len == c->key.len &&
		    memcmp(key->data, c->key.data, key->len) == 0)
			return true;
	}
	return false;
}

int
cmd_delcertkey(struct wsamt *a, int argc, char **argv, struct err *e)
{
	const struct store_cert *cert;
	const struct store_key *key;
	struct store *s = NULL;
	struct pem_cert c;
	bool there;
	int rc = -1;

	(void)argc;
	if (pem_cert_read(&c, argv[0], e) == -1)
		return -1;
	if ((s = store_read(a, e)) == NULL)
		goto out;
	cert = store_cert(s, &c, false);
	key = store_key(s, &c.key);
	if (key != NULL && shared_key(s, cert, &c)) {
		log_warn("%s: its key stays, another certificate needs it",
		    a->machine.name);
		key = NULL;
	}
	if (cert == NULL && key == NULL)
		rc = not_there(a, argv[0], e);
	else if ((cert == NULL || delete(a, STORE_CERT, cert->id, e) == 0) &&
	    (key == NULL || delete(a, STORE_KEY, key->id, e) == 0) &&
	    look(a, &c, false, key != NULL ? &c.key : NULL, &there, e) == 0)
		rc = !there ? 0 : wsamt_not_taken(a, argv[0], "there",
		    "not there", "there", e);
 out:
	store_free(s);
	pem_cert_clear(&c);
	return rc;
}

/* ---- listing ---------------------------------------------------------------------- */

#define USES_MAX 128

/* What refers to a certificate: "tls,802.1x"; "none" */
static void
add_uses(char uses[STORE_MAX][USES_MAX], const struct store *s,
    const struct ws_node *context)
{
	static const struct { const char *part, *word; } words[] = {
		{ "TLS", "tls" }, { "8021", "802.1x" },
		{ "RemoteAccess", "cira" }, { "EAC", "eac" },
	};
	struct ws_node *n = ws_child(context, "ElementInContext");
	const char *id = n != NULL ? ws_key(n, "InstanceID") : NULL;
	const char *word = "other";
	size_t i, len;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(ws_name(context), words[i].part) != NULL)
			word = words[i].word;
	for (i = 0; id != NULL && i < s->ncerts; i++) {
		if (strcmp(s->certs[i].id, id) != 0)
			continue;
		len = strlen(uses[i]);
		(void)snprintf(uses[i] + len, USES_MAX - len, "%s%s",
		    len > 0 ? "," : "", word);
	}
}

static int
read_uses(struct wsamt *a, char uses[STORE_MAX][USES_MAX],
    const struct store *s, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;

	if (wsman_enumerate(a->wsman, "CIM_CredentialContext", &list,
	    e) == -1)
		return wsman_absent(a->wsman) ? 0 : -1;
	while ((n = ws_list_next(&list, &at, n)) != NULL)
		add_uses(uses, s, n);
	ws_list_free(&list);
	return 0;
}

static int
print_entry(struct wsamt *a, const char *kind, const char *id,
    const struct pem_cert *c, const char *uses, struct err *e)
{
	time_t ends = c != NULL ? (time_t)c->ends : 0;
	char date[32] = "";
	struct tm tm;

	if (c != NULL && gmtime_r(&ends, &tm) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%d", &tm);
	return out_row(&a->out, (const struct out_cell[]){
	    { "kind", kind, false },
	    { "ends", *date != '\0' ? date : NULL, false },
	    { "used", *uses != '\0' ? uses : "none", true },
	    { "subject", c != NULL ? c->subject : NULL, false },
	    { "issuer", c != NULL ? c->issuer : NULL, false },
	    { "id", id, false }, { NULL, NULL, false } }, e);
}

int
cmd_certs(struct wsamt *a, int argc, char **argv, struct err *e)
{
	char uses[STORE_MAX][USES_MAX] = { "" };
	const struct store_cert *c;
	struct store *s;
	size_t i;
	int rc;

	(void)argc, (void)argv;
	if ((s = store_read(a, e)) == NULL)
		return -1;
	rc = read_uses(a, uses, s, e);
	out_list(&a->out);
	for (i = 0; rc == 0 && i < s->ncerts; i++) {
		c = &s->certs[i];
		rc = print_entry(a, c->root ? "ca" : store_key(s,
		    &c->cert.key) != NULL ? "cert+key" : "cert", c->id,
		    &c->cert, uses[i], e);
		if (c->cert.ends < time(NULL))
			log_warn("%s: over: %s", a->machine.name,
			    c->cert.subject);
	}
	for (i = 0; rc == 0 && i < s->nkeys; i++)
		rc = print_entry(a, "key", s->keys[i].id, NULL, "", e);
	out_list_end(&a->out);
	store_free(s);
	return rc;
}

/* ---- keys made inside --------------------------------------------------------------- */

#define RSA 0
#define BITS 2048
#define BUSY_MS (60 * 1000)		/* is waited for so long */
#define BUSY_FIRST_MS 500		/* then doubling */
#define BUSY_MOST_MS 10000

/* It is among the others, or the machine only said so. */
static int
confirm_key(struct wsamt *a, const char *id, struct err *e)
{
	struct store *s = store_read(a, e);
	size_t i;

	if (s == NULL)
		return -1;
	for (i = 0; i < s->nkeys && strcmp(s->keys[i].id, id) != 0; i++)
		;
	i = i < s->nkeys;
	store_free(s);
	return i ? 0 : wsamt_not_taken(a, "genkey", "not there", id,
	    "not there", e);
}

static bool
is_busy(const struct ws_doc *answer)
{
	struct err ignored;
	uint32_t value = 0;

	(void)ws_return_value(answer, &generate_method, &value, &ignored);
	return value == 2 || value == 2061 || value == 2082;
}

/* Firmware that is busy with random numbers refuses for a while. */
static int
generate(struct wsamt *a, struct ws_doc **d, struct err *e)
{
	int64_t start = loop_now_ms(), pause = BUSY_FIRST_MS, limit =
	    a->machine.timeout_ms >= 0 ? a->machine.timeout_ms : BUSY_MS;

	while (wsman_invoke(a->wsman, &generate_method, NULL,
	    (const struct ws_value[]){ { "KeyAlgorithm", .number = RSA },
	    { "KeyLength", .number = BITS }, { .name = NULL } }, d, e) == -1) {
		if (e->kind != ERR_REFUSED || *d == NULL || !is_busy(*d) ||
		    loop_now_ms() - start + pause > limit)
			return -1;
		ws_doc_free(*d);
		*d = NULL;
		if (a->sink == NULL && isatty(STDERR_FILENO))
			log_warn("%s: busy; asking again ...",
			    a->machine.name);
		if (wsamt_rest(a, pause, e) == -1)
			return -1;
		pause = pause * 2 < BUSY_MOST_MS ? pause * 2 : BUSY_MOST_MS;
	}
	return 0;
}

int
cmd_genkey(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_doc *d = NULL;
	struct ws_node *n;
	const char *id = NULL;
	int rc = -1;

	(void)argc, (void)argv;
	if (generate(a, &d, e) == -1)
		goto out;
	if ((n = ws_child(ws_body(d), "KeyPair")) != NULL)
		id = ws_key(n, "InstanceID");
	if (id == NULL)
		rc = wsamt_not_taken(a, "genkey", "not there", "a key",
		    "not named", e);
	else if (confirm_key(a, id, e) == 0)
		rc = out_value(&a->out, "key", id, e);
 out:
	ws_doc_free(d);
	return rc;
}
