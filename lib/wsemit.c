/* SPDX-License-Identifier: MIT */
/*
 * WS-Management requests: see wsxml.h.  One emitter for all of them: it
 * walks tables and makes a tree, libxml2 escapes and writes it.  Header and
 * body are as AMT's own clients send them: class namespace as default on
 * the body's element, inputs in the order of the class model.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <libxml/tree.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/wsns.h"
#include "lib/wsxml.h"

/* The tree being made.  bad is sticky: no memory. */
struct emit {
	xmlDoc *doc;
	xmlNs *soap, *addressing, *wsman;
	bool bad;
	const char *unfit;		/* name of a value XML cannot hold */
};

static const struct operation {
	const char *name, *action;
} operations[] = {
	[WS_IDENTIFY] = { "Identify", NULL },
	[WS_GET] = { "Get", NS_TRANSFER "/Get" },
	[WS_PUT] = { "Put", NS_TRANSFER "/Put" },
	[WS_CREATE] = { "Create", NS_TRANSFER "/Create" },
	[WS_DELETE] = { "Delete", NS_TRANSFER "/Delete" },
	[WS_ENUMERATE] = { "Enumerate", NS_ENUMERATION "/Enumerate" },
	[WS_PULL] = { "Pull", NS_ENUMERATION "/Pull" },
	[WS_INVOKE] = { "Invoke", NULL },
};

/* Items a Pull may bring; AMT takes it as an upper bound, or ignores it. */
#define PULL_ITEMS 999
#define PULL_CHARACTERS "99999"

static bool
xml_can_hold(const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p != '\0'; p++)
		if (*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')
			return false;
	return xmlCheckUTF8(X(text));
}

/* A name that is a word: safe in a URI and as an element. */
static bool
is_word(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= WS_NAME_MAX || !isalpha((unsigned char)*name))
		return false;
	return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

int
ws_class_uri(char uri[WS_URI_MAX], const char *class, struct err *e)
{
	static const struct { const char *prefix, *uri; } schemas[] = {
		{ "AMT_", "http://intel.com/wbem/wscim/1/amt-schema/1/" },
		{ "IPS_", "http://intel.com/wbem/wscim/1/ips-schema/1/" },
		{ "CIM_", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/" },
	};
	size_t i;

	for (i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
		if (strncmp(class, schemas[i].prefix, 4) == 0 &&
		    is_word(class)) {
			(void)snprintf(uri, WS_URI_MAX, "%s%s",
			    schemas[i].uri, class);
			return 0;
		}
	return err_set(e, ERR_USAGE, "\"%.64s\" is no class: their names "
	    "begin with AMT_, CIM_ or IPS_", class);
}

const char *
ws_describe(const struct ws_request *r, char *text, size_t size)
{
	if (r->op == WS_INVOKE)
		(void)snprintf(text, size, "%s.%s", r->method->class,
		    r->method->name);
	else
		(void)snprintf(text, size, "%s%s%s", operations[r->op].name,
		    r->class != NULL ? " " : "",
		    r->class != NULL ? r->class : "");
	return text;
}

bool
ws_changes(const struct ws_request *r)
{
	return r->op == WS_PUT || r->op == WS_CREATE || r->op == WS_DELETE ||
	    (r->op == WS_INVOKE && !r->method->reads);
}

/* ---- the tree ----------------------------------------------------------------- */

static xmlNode *
add(struct emit *m, xmlNode *parent, xmlNs *ns, const char *name,
    const char *text)
{
	xmlNode *n;

	if (m->bad || m->unfit != NULL)
		return NULL;
	if (text != NULL && !xml_can_hold(text)) {
		m->unfit = name;
		return NULL;
	}
	n = xmlNewDocNode(m->doc, ns, X(name), NULL);
	if (n == NULL) {
		m->bad = true;
		return NULL;
	}
	xmlAddChild(parent, n);
	if (text != NULL && *text != '\0' &&
	    xmlAddChild(n, xmlNewText(X(text))) == NULL)
		m->bad = true;
	return n;
}

static xmlNs *
declare(struct emit *m, xmlNode *n, const char *uri, const char *prefix)
{
	xmlNs *ns = n != NULL ? xmlNewNs(n, X(uri), X(prefix)) : NULL;

	if (n != NULL && ns == NULL)
		m->bad = true;
	return ns;
}

/* An element that is the first of its namespace. */
static xmlNode *
add_scope(struct emit *m, xmlNode *parent, const char *uri,
    const char *prefix, const char *name, const char *text)
{
	xmlNode *n = add(m, parent, NULL, name, text);

	if (n != NULL)
		xmlSetNs(n, declare(m, n, uri, prefix));
	return n;
}

static int add_epr(struct emit *m, xmlNode *parent, const struct ws_epr *epr,
    struct err *e);
static int add_value(struct emit *m, xmlNode *parent, xmlNs *ns,
    enum ws_type type, const struct ws_value *v, struct err *e);

static int
add_selectors(struct emit *m, xmlNode *parent,
    const struct ws_selector *selectors, struct err *e)
{
	const struct ws_selector *s;
	xmlNode *set, *n;

	if (selectors == NULL || selectors->name == NULL)
		return 0;
	set = add(m, parent, m->wsman, "SelectorSet", NULL);
	for (s = selectors; s->name != NULL; s++) {
		if (!is_word(s->name))
			return err_set(e, ERR_USAGE, "\"%.64s\" is no name of "
			    "a key", s->name);
		n = add(m, set, m->wsman, "Selector",
		    s->epr != NULL ? NULL : s->value);
		if (n == NULL)
			return 0;	/* the end of ws_encode() says why */
		if (xmlNewProp(n, X("Name"), X(s->name)) == NULL)
			m->bad = true;
		if (s->epr != NULL && add_epr(m, add(m, n, m->addressing,
		    "EndpointReference", NULL), s->epr, e) == -1)
			return -1;
	}
	return 0;
}

static int
add_epr(struct emit *m, xmlNode *parent, const struct ws_epr *epr,
    struct err *e)
{
	char uri[WS_URI_MAX];
	xmlNode *n;

	if (ws_class_uri(uri, epr->class, e) == -1)
		return -1;
	add(m, parent, m->addressing, "Address", WS_ANONYMOUS);
	n = add(m, parent, m->addressing, "ReferenceParameters", NULL);
	add(m, n, m->wsman, "ResourceURI", uri);
	return add_selectors(m, n, epr->selectors, e);
}

static int
add_embedded(struct emit *m, xmlNode *n, const struct ws_instance *i,
    struct err *e)
{
	char uri[WS_URI_MAX];
	const struct ws_field *f;
	const struct ws_value *v;
	xmlNs *ns;

	if (ws_class_uri(uri, i->class, e) == -1)
		return -1;
	ns = declare(m, n, uri, "o");
	for (f = i->fields; f->type != WS_END; f++)
		for (v = i->values; v->name != NULL; v++)
			if (strcmp(v->name, f->name) == 0 &&
			    add_value(m, n, ns, f->type, v, e) == -1)
				return -1;
	return 0;
}

static int
add_value(struct emit *m, xmlNode *parent, xmlNs *ns, enum ws_type type,
    const struct ws_value *v, struct err *e)
{
	char number[24];
	xmlNode *n;

	switch (type) {
	case WS_TEXT:
		add(m, parent, ns, v->name, v->text);
		return 0;
	case WS_UINT:
		(void)snprintf(number, sizeof number, "%llu",
		    (unsigned long long)v->number);
		add(m, parent, ns, v->name, number);
		return 0;
	case WS_BOOL:
		add(m, parent, ns, v->name, v->flag ? "true" : "false");
		return 0;
	case WS_EPR:
		n = add(m, parent, ns, v->name, NULL);
		return add_epr(m, n, v->epr, e);
	case WS_EMBEDDED:
		n = add(m, parent, ns, v->name, NULL);
		return add_embedded(m, n, v->instance, e);
	case WS_DATETIME:
	case WS_INTERVAL:
		n = add(m, parent, ns, v->name, NULL);
		(void)add_scope(m, n, NS_COMMON, "c", type == WS_DATETIME ?
		    "Datetime" : "Interval", v->text);
		return 0;
	case WS_END:
		break;
	}
	return err_set(e, ERR_LOCAL, "%s has no type", v->name);
}

/* Values in the order of the fields; a value without a field is a mistake. */
static int
add_inputs(struct emit *m, xmlNode *input, const struct ws_request *r,
    struct err *e)
{
	const struct ws_value *values = r->values;
	const struct ws_field *f, *fields = r->op == WS_INVOKE ?
	    r->method->in : r->fields;
	char what[2 * WS_NAME_MAX];
	const struct ws_value *v;
	size_t given = 0, used = 0;

	for (v = values; v != NULL && v->name != NULL; v++)
		given++;
	for (f = fields; f != NULL && f->type != WS_END; f++) {
		if (!is_word(f->name))
			return err_set(e, ERR_USAGE, "\"%.64s\" is no name of "
			    "a parameter", f->name);
		for (v = values; v != NULL && v->name != NULL; v++) {
			if (strcmp(v->name, f->name) != 0)
				continue;
			used++;
			if (input != NULL && add_value(m, input, input->ns,
			    f->type, v, e) == -1)
				return -1;
		}
	}
	return used == given ? 0 : err_set(e, ERR_USAGE, "%s has no such "
	    "parameter", ws_describe(r, what, sizeof what));
}

/* A copy, so that the namespaces it needs come along. */
static void
add_instance(struct emit *m, xmlNode *body, const struct ws_node *instance)
{
	xmlNode *copy, *n, *next;
	union { const struct ws_node *in; xmlNode *out; } u = { instance };

	if ((copy = xmlDocCopyNode(u.out, m->doc, 1)) == NULL) {
		m->bad = true;
		return;
	}
	xmlAddChild(body, copy);
	/*
	 * What can be written but not read comes back empty; sent back empty
	 * it would be a new value.
	 */
	for (n = copy->children; n != NULL; n = next) {
		next = n->next;
		if (n->type != XML_ELEMENT_NODE || (n->children == NULL &&
		    ws_is_secret((const char *)n->name))) {
			xmlUnlinkNode(n);
			xmlFreeNode(n);
		}
	}
}

static void
add_enumerate(struct emit *m, xmlNode *body, bool references)
{
	xmlNode *n = add_scope(m, body, NS_ENUMERATION, "n", "Enumerate",
	    NULL);

	if (n != NULL && references)
		add(m, n, m->wsman, "EnumerationMode", "EnumerateEPR");
}

static void
add_pull(struct emit *m, xmlNode *body, const struct ws_request *r)
{
	xmlNode *n = add_scope(m, body, NS_ENUMERATION, "n", "Pull", NULL);
	char most[16];

	if (n == NULL)
		return;
	(void)snprintf(most, sizeof most, "%u",
	    r->most > 0 ? r->most : PULL_ITEMS);
	add(m, n, n->ns, "EnumerationContext", r->context);
	add(m, n, n->ns, "MaxElements", most);
	add(m, n, n->ns, "MaxCharacters", PULL_CHARACTERS);
}

static int
add_body(struct emit *m, xmlNode *body, const struct ws_request *r,
    const char *uri, struct err *e)
{
	char name[WS_NAME_MAX + 8];

	switch (r->op) {
	case WS_IDENTIFY:
		add_scope(m, body, NS_IDENTITY, "id", "Identify", NULL);
		return 0;
	case WS_GET:
	case WS_DELETE:
		return 0;
	case WS_PUT:
		if (r->instance != NULL) {
			add_instance(m, body, r->instance);
			return 0;
		}
		/* FALLTHROUGH */
	case WS_CREATE:
		return add_inputs(m, add_scope(m, body, uri, NULL, r->class,
		    NULL), r, e);
	case WS_ENUMERATE:
		add_enumerate(m, body, r->references);
		return 0;
	case WS_PULL:
		add_pull(m, body, r);
		return 0;
	case WS_INVOKE:
		if (!is_word(r->method->name))
			return err_set(e, ERR_USAGE, "\"%.64s\" is no name of "
			    "a method", r->method->name);
		(void)snprintf(name, sizeof name, "%s_INPUT",
		    r->method->name);
		return add_inputs(m, add_scope(m, body, uri, NULL, name,
		    NULL), r, e);
	}
	return err_set(e, ERR_LOCAL, "no such operation");
}

static int
add_header(struct emit *m, xmlNode *envelope, const struct ws_request *r,
    const char *uri, uint32_t id, struct err *e)
{
	xmlNode *header = add(m, envelope, m->soap, "Header", NULL), *n;
	char action[WS_URI_MAX + WS_NAME_MAX], number[16];

	if (r->op == WS_INVOKE)
		(void)snprintf(action, sizeof action, "%s/%.*s", uri,
		    WS_NAME_MAX - 2, r->method->name);
	else
		(void)snprintf(action, sizeof action, "%s",
		    operations[r->op].action);
	(void)snprintf(number, sizeof number, "%u", (unsigned)id);
	add(m, header, m->addressing, "Action", action);
	add(m, header, m->addressing, "To", "/wsman");
	add(m, header, m->wsman, "ResourceURI", uri);
	add(m, header, m->addressing, "MessageID", number);
	n = add(m, header, m->addressing, "ReplyTo", NULL);
	add(m, n, m->addressing, "Address", WS_ANONYMOUS);
	add(m, header, m->wsman, "OperationTimeout", "PT60S");
	return add_selectors(m, header, r->selectors, e);
}

static int
build(struct emit *m, const struct ws_request *r, uint32_t id, struct err *e)
{
	const char *class = r->op == WS_INVOKE ? r->method->class : r->class;
	xmlNode *envelope, *body;
	char uri[WS_URI_MAX] = "";

	if (r->op != WS_IDENTIFY && ws_class_uri(uri, class, e) == -1)
		return -1;
	if ((envelope = xmlNewDocNode(m->doc, NULL, X("Envelope"), NULL)) ==
	    NULL)
		return err_set(e, ERR_LOCAL, "no memory for a request");
	xmlDocSetRootElement(m->doc, envelope);
	m->soap = declare(m, envelope, NS_SOAP, "s");
	xmlSetNs(envelope, m->soap);
	if (r->op != WS_IDENTIFY) {
		m->addressing = declare(m, envelope, NS_ADDRESSING, "a");
		m->wsman = declare(m, envelope, NS_WSMAN, "w");
		if (add_header(m, envelope, r, uri, id, e) == -1)
			return -1;
	}
	body = add(m, envelope, m->soap, "Body", NULL);
	return body == NULL ? 0 : add_body(m, body, r, uri, e);
}

/* Did all go in? */
static int
judge(const struct emit *m, struct err *e)
{
	if (m->unfit != NULL)
		return err_set(e, ERR_USAGE, "the value of %s holds "
		    "characters that XML cannot carry", m->unfit);
	return !m->bad ? 0 : err_set(e, ERR_LOCAL,
	    "no memory for a request");
}

int
ws_encode(struct buf *out, const struct ws_request *r, uint32_t id,
    struct err *e)
{
	struct emit m = { 0 };
	xmlChar *text = NULL;
	int len = 0, rc = -1;

	if ((m.doc = xmlNewDoc(X("1.0"))) == NULL)
		return err_set(e, ERR_LOCAL, "no memory for a request");
	if (build(&m, r, id, e) == -1 || judge(&m, e) == -1)
		goto out;
	xmlDocDumpMemoryEnc(m.doc, &text, &len, "UTF-8");
	if (text == NULL) {
		err_set(e, ERR_LOCAL, "no memory for a request");
		goto out;
	}
	rc = buf_add(out, text, (size_t)len, e);
	explicit_bzero(text, (size_t)len);	/* may hold a password */
 out:
	xmlFree(text);
	xmlFreeDoc(m.doc);
	return rc;
}

/* ---- values of any type in a tree that was read ------------------------------ */

/* A namespace that the tree has, or a new one. */
static xmlNs *
ns_in(struct emit *m, xmlNode *top, const char *uri, const char *prefix)
{
	xmlNs *ns = xmlSearchNsByHref(m->doc, top, X(uri));

	return ns != NULL ? ns : declare(m, top, uri, prefix);
}

int
ws_replace(struct ws_node *instance, const struct ws_field *fields,
    const struct ws_value *values, struct err *e)
{
	xmlNode *top = (xmlNode *)instance, *made, *n;
	struct emit m = { .doc = top->doc };
	const struct ws_field *f;
	const struct ws_value *v;
	int rc = 0;

	m.addressing = ns_in(&m, top, NS_ADDRESSING, "refa");
	m.wsman = ns_in(&m, top, NS_WSMAN, "refw");
	if ((made = xmlNewDocNode(m.doc, NULL, X("made"), NULL)) == NULL)
		return err_set(e, ERR_LOCAL, "no memory for a request");
	for (f = fields; rc == 0 && f->type != WS_END; f++) {
		if (!is_word(f->name))
			rc = err_set(e, ERR_USAGE, "\"%.64s\" is no name of "
			    "a property", f->name);
		ws_drop(instance, f->name);
		for (v = values; rc == 0 && v->name != NULL; v++)
			if (strcmp(v->name, f->name) == 0)
				rc = add_value(&m, made, top->ns, f->type, v,
				    e);
	}
	if (rc == 0)
		rc = judge(&m, e);
	while (rc == 0 && (n = made->children) != NULL) {
		xmlUnlinkNode(n);
		ws_place(top, n);
	}
	xmlFreeNode(made);
	return rc;
}
