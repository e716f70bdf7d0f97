/* SPDX-License-Identifier: MIT */
/* The certificates and keys of a controller: see store.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/store.h"

/* The bytes of a base64 property. */
static int
get_bytes(struct buf *out, const struct ws_node *n, const char *name,
    struct err *e)
{
	const char *text;

	return ws_get_text(n, name, &text, e) == -1 ? -1 :
	    base64_bytes(out, text, e);
}

static int
get_id(char id[STORE_ID_MAX], const struct ws_node *n, struct err *e)
{
	const char *text;

	if (ws_get_text(n, "InstanceID", &text, e) == -1)
		return -1;
	if (strlen(text) >= STORE_ID_MAX)
		return err_set(e, ERR_PROTO, "an InstanceID of %zu bytes",
		    strlen(text));
	(void)snprintf(id, STORE_ID_MAX, "%s", text);
	return 0;
}

static int
add_cert(struct store *s, const struct ws_node *n, struct err *e)
{
	struct store_cert *c = &s->certs[s->ncerts];
	struct buf der;
	int rc = -1;

	buf_init(&der, PEM_FILE_MAX);
	if (get_id(c->id, n, e) == 0 &&
	    get_bytes(&der, n, "X509Certificate", e) == 0 &&
	    ws_get_bool(n, "TrustedRootCertficate", &c->root, e) == 0)
		rc = pem_cert_decode(&c->cert, der.data, der.len, e);
	buf_clear(&der);
	if (rc == 0)
		s->ncerts++;
	return rc;
}

static int
add_key(struct store *s, const struct ws_node *n, struct err *e)
{
	struct store_key *k = &s->keys[s->nkeys];

	buf_init(&k->der, PEM_FILE_MAX);
	if (get_id(k->id, n, e) == -1 ||
	    get_bytes(&k->der, n, "DERKey", e) == -1) {
		buf_clear(&k->der);
		return -1;
	}
	s->nkeys++;
	return 0;
}

/* One that cannot be read is told and left out. */
static int
read_class(struct wsamt *a, struct store *s, const char *class,
    int (*add)(struct store *s, const struct ws_node *n, struct err *e),
    size_t *count, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;

	if (wsman_enumerate(a->wsman, class, &list, e) == -1)
		return -1;
	while (*count < STORE_MAX && (n = ws_list_next(&list, &at, n)) != NULL)
		if (strcmp(ws_name(n), class) == 0 && add(s, n, e) == -1)
			log_warn("%s: a %s is left out: %s", a->machine.name,
			    class, e->text);
	ws_list_free(&list);
	return 0;
}

struct store *
store_read(struct wsamt *a, struct err *e)
{
	struct store *s = calloc(1, sizeof *s);

	if (s == NULL) {
		(void)err_sys(e, ERR_LOCAL, "certificates");
		return NULL;
	}
	if (read_class(a, s, STORE_CERT, add_cert, &s->ncerts, e) == 0 &&
	    read_class(a, s, STORE_KEY, add_key, &s->nkeys, e) == 0)
		return s;
	store_free(s);
	return NULL;
}

void
store_free(struct store *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->ncerts; i++)
		pem_cert_clear(&s->certs[i].cert);
	for (i = 0; i < s->nkeys; i++)
		buf_clear(&s->keys[i].der);
	free(s);
}

const struct store_cert *
store_cert(const struct store *s, const struct pem_cert *c, bool root)
{
	const struct buf *der;
	size_t i;

	for (i = 0; i < s->ncerts; i++) {
		der = &s->certs[i].cert.der;
		if (s->certs[i].root == root && der->len == c->der.len &&
		    memcmp(der->data, c->der.data, der->len) == 0)
			return &s->certs[i];
	}
	return NULL;
}

const struct store_key *
store_key(const struct store *s, const struct buf *public)
{
	size_t i;

	for (i = 0; i < s->nkeys; i++)
		if (pem_same_key(public, s->keys[i].der.data,
		    s->keys[i].der.len))
			return &s->keys[i];
	return NULL;
}
