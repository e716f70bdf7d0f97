/* SPDX-License-Identifier: MIT */
/*
 * WS-Management answers: see wsxml.h.  The parser is libxml2 held short: a
 * document type stops it at its first byte, comments and processing
 * instructions are not kept, so the text of an element is one node.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/wsns.h"
#include "lib/wsxml.h"

bool
ws_is(const xmlNode *n, const char *uri, const char *name)
{
	return n != NULL && n->type == XML_ELEMENT_NODE && n->ns != NULL &&
	    xmlStrEqual(n->name, X(name)) && xmlStrEqual(n->ns->href, X(uri));
}

static xmlNode *
element(xmlNode *n)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

xmlNode *
ws_find(const xmlNode *parent, const char *uri, const char *name)
{
	xmlNode *n;

	for (n = element(parent->children); n != NULL; n = element(n->next))
		if (ws_is(n, uri, name))
			return n;
	return NULL;
}

/* ---- parsing -------------------------------------------------------------- */

/* Called when the parser meets <!DOCTYPE, before it reads what is inside. */
static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *id,
    const xmlChar *system)
{
	xmlParserCtxt *parser = ctx;

	(void)name, (void)id, (void)system;
	*(bool *)parser->_private = true;
	xmlStopParser(parser);
}

/* Walks without recursing: the depth is what we are here to bound. */
static bool
too_deep(const xmlNode *root)
{
	const xmlNode *n = root;
	int depth = 1;

	while (n != NULL) {
		if (n->children != NULL && n->type == XML_ELEMENT_NODE) {
			n = n->children;
			if (++depth > WS_DEPTH_MAX)
				return true;
			continue;
		}
		while (n != root && n->next == NULL) {
			n = n->parent;
			depth--;
		}
		if (n == root)
			return false;
		n = n->next;
	}
	return false;
}

static xmlDoc *
read_xml(const char *p, size_t n, struct err *e)
{
	xmlParserCtxt *parser = NULL;
	xmlDoc *xml = NULL;
	bool doctype = false;

	while (n > 0 && strchr(" \t\r\n", *p) != NULL)
		p++, n--;
	if (n > WS_MESSAGE_MAX) {
		err_set(e, ERR_PROTO, "the answer is longer than %d bytes",
		    WS_MESSAGE_MAX);
		return NULL;
	}
	if ((parser = xmlNewParserCtxt()) == NULL) {
		err_set(e, ERR_LOCAL, "no memory to read an answer");
		return NULL;
	}
	parser->_private = &doctype;
	parser->sax->internalSubset = on_doctype;
	parser->sax->comment = NULL;
	parser->sax->processingInstruction = NULL;
	xml = xmlCtxtReadMemory(parser, p, (int)n, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
	    XML_PARSE_NOWARNING);
	if (doctype) {
		err_set(e, ERR_PROTO, "the answer has a document type, which "
		    "WS-Management forbids");
		xmlFreeDoc(xml);
		xml = NULL;
	} else if (xml == NULL) {
		err_set(e, ERR_PROTO, "the answer is not well-formed XML");
	}
	xmlFreeParserCtxt(parser);
	return xml;
}

struct ws_doc *
ws_parse(const void *p, size_t n, struct err *e)
{
	struct ws_doc *d = NULL;
	xmlNode *root;
	xmlDoc *xml;

	if ((xml = read_xml(p, n, e)) == NULL)
		return NULL;
	root = xmlDocGetRootElement(xml);
	if (root == NULL || too_deep(root)) {
		err_set(e, ERR_PROTO, "the answer has more than %d elements "
		    "inside each other", WS_DEPTH_MAX);
		goto fail;
	}
	if (!ws_is(root, NS_SOAP, "Envelope") ||
	    ws_find(root, NS_SOAP, "Body") == NULL) {
		err_set(e, ERR_PROTO, "the answer is not a SOAP 1.2 envelope");
		goto fail;
	}
	if ((d = malloc(sizeof *d)) == NULL) {
		err_sys(e, ERR_LOCAL, "reading an answer");
		goto fail;
	}
	d->xml = xml;
	d->size = n;
	d->body = ws_find(root, NS_SOAP, "Body");
	return d;
 fail:
	xmlFreeDoc(xml);
	return NULL;
}

void
ws_doc_free(struct ws_doc *d)
{
	if (d == NULL)
		return;
	xmlFreeDoc(d->xml);
	free(d);
}

size_t
ws_size(const struct ws_doc *d)
{
	return d->size;
}

/* ---- walking --------------------------------------------------------------- */

struct ws_node *
ws_body(const struct ws_doc *d)
{
	return ws_wrap(element(d->body->children));
}

struct ws_node *
ws_first(const struct ws_node *n)
{
	return ws_wrap(element(ws_xml(n)->children));
}

struct ws_node *
ws_next(const struct ws_node *n)
{
	return ws_wrap(element(ws_xml(n)->next));
}

const char *
ws_name(const struct ws_node *n)
{
	return (const char *)ws_xml(n)->name;
}

struct ws_node *
ws_child(const struct ws_node *parent, const char *name)
{
	const xmlNode *n = ws_xml(parent);

	if (n->ns == NULL || n->ns->href == NULL)
		return NULL;
	return ws_wrap(ws_find(n, (const char *)n->ns->href, name));
}

const char *
ws_text(const struct ws_node *node)
{
	const xmlNode *n = ws_xml(node);

	if (element(n->children) != NULL)
		return NULL;
	if (n->children == NULL || n->children->content == NULL)
		return "";
	return (const char *)n->children->content;
}

int
ws_get_text(const struct ws_node *n, const char *name, const char **out,
    struct err *e)
{
	struct ws_node *child = ws_child(n, name);
	const char *text;

	if (child == NULL)
		return err_set(e, ERR_PROTO, "%s has no %s", ws_name(n), name);
	if ((text = ws_text(child)) == NULL)
		return err_set(e, ERR_PROTO, "%s of %s is not plain text",
		    name, ws_name(n));
	*out = text;
	return 0;
}

/* White space around a number or a boolean is allowed by XML Schema. */
static size_t
trimmed(const char **text)
{
	size_t n;

	*text += strspn(*text, " \t\r\n");
	n = strlen(*text);
	while (n > 0 && strchr(" \t\r\n", (*text)[n - 1]) != NULL)
		n--;
	return n;
}

int
ws_get_uint(const struct ws_node *n, const char *name, uint32_t *out,
    struct err *e)
{
	const char *text, *was;
	unsigned long long v;
	size_t len;
	char *end;

	if (ws_get_text(n, name, &text, e) == -1)
		return -1;
	was = text;
	len = trimmed(&text);
	errno = 0;
	v = strtoull(text, &end, 10);
	if (len == 0 || *text < '0' || *text > '9' || end != text + len ||
	    errno != 0 || v > UINT32_MAX)
		return err_set(e, ERR_PROTO, "%s of %s is \"%.64s\", not a "
		    "number", name, ws_name(n), was);
	*out = (uint32_t)v;
	return 0;
}

int
ws_get_bool(const struct ws_node *n, const char *name, bool *out,
    struct err *e)
{
	static const struct { const char *word; bool value; } words[] = {
		{ "true", true }, { "false", false }, { "1", true },
		{ "0", false }
	};
	const char *text, *was;
	size_t len, i;

	if (ws_get_text(n, name, &text, e) == -1)
		return -1;
	was = text;
	len = trimmed(&text);
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (len == strlen(words[i].word) &&
		    memcmp(text, words[i].word, len) == 0) {
			*out = words[i].value;
			return 0;
		}
	return err_set(e, ERR_PROTO, "%s of %s is \"%.64s\", neither true "
	    "nor false", name, ws_name(n), was);
}

static struct ws_node *
pulled(const struct ws_doc *d)
{
	struct ws_node *n = ws_body(d);

	return n != NULL && ws_is(ws_xml(n), NS_ENUMERATION, "PullResponse") ?
	    n : NULL;
}

struct ws_node *
ws_items(const struct ws_doc *d)
{
	struct ws_node *n = pulled(d);

	if (n == NULL || (n = ws_child(n, "Items")) == NULL)
		return NULL;
	return ws_first(n);
}

/* A PullResponse ends with EndOfSequence, or says no context. */
const char *
ws_context(const struct ws_doc *d)
{
	struct ws_node *n = ws_body(d), *context;
	const char *text;

	if (n == NULL || ws_child(n, "EndOfSequence") != NULL ||
	    (context = ws_child(n, "EnumerationContext")) == NULL ||
	    (text = ws_text(context)) == NULL || *text == '\0')
		return NULL;
	return text;
}

/* ---- values as text --------------------------------------------------------- */

static int value_text(struct buf *out, const xmlNode *n, struct err *e);

static const char *
reference_class(const xmlNode *parameters)
{
	const xmlNode *uri = ws_find(parameters, NS_WSMAN, "ResourceURI");
	const char *class = "";

	if (uri != NULL && uri->children != NULL &&
	    uri->children->content != NULL)
		class = (const char *)uri->children->content;
	return strrchr(class, '/') != NULL ? strrchr(class, '/') + 1 : class;
}

static int
reference_text(struct buf *out, const xmlNode *parameters, struct err *e)
{
	const xmlNode *set, *n;
	const char *sep = "?";
	xmlChar *key;
	int rc = 0;

	if (buf_addf(out, e, "%s", reference_class(parameters)) == -1)
		return -1;
	if ((set = ws_find(parameters, NS_WSMAN, "SelectorSet")) == NULL)
		return 0;
	for (n = element(set->children); rc == 0 && n != NULL;
	    n = element(n->next)) {
		key = xmlGetNoNsProp(n, X("Name"));
		rc = buf_addf(out, e, "%s%s=", sep,
		    key != NULL ? (const char *)key : "");
		xmlFree(key);
		if (rc == 0)
			rc = value_text(out, n, e);
		sep = ",";
	}
	return rc;
}

/* Something else with children: NAME=VALUE,NAME=VALUE in braces. */
static int
nested_text(struct buf *out, const xmlNode *first, struct err *e)
{
	const char *sep = "{";
	const xmlNode *n;

	for (n = first; n != NULL; n = element(n->next)) {
		if (buf_addf(out, e, "%s%s=", sep,
		    (const char *)n->name) == -1 ||
		    value_text(out, n, e) == -1)
			return -1;
		sep = ",";
	}
	return buf_add(out, "}", 1, e);
}

/* The depth is bounded: every node comes from ws_parse(). */
static int
value_text(struct buf *out, const xmlNode *n, struct err *e)
{
	xmlNode *child = element(n->children), *parameters;

	if (child == NULL) {
		if (n->children == NULL || n->children->content == NULL)
			return 0;
		return buf_addf(out, e, "%s",
		    (const char *)n->children->content);
	}
	if (ws_is(child, NS_ADDRESSING, "EndpointReference"))
		return value_text(out, child, e);
	parameters = ws_find(n, NS_ADDRESSING, "ReferenceParameters");
	if (parameters != NULL)
		return reference_text(out, parameters, e);
	if (ws_is(child, NS_COMMON, "Datetime") ||
	    ws_is(child, NS_COMMON, "Interval"))
		return value_text(out, child, e);
	return nested_text(out, child, e);
}

int
ws_value_text(struct buf *out, const struct ws_node *n, struct err *e)
{
	return value_text(out, ws_xml(n), e);
}

const char *
ws_key_class(const struct ws_node *n)
{
	const xmlNode *parameters = ws_find(ws_xml(n), NS_ADDRESSING,
	    "ReferenceParameters");

	return parameters != NULL ? reference_class(parameters) : "";
}

const char *
ws_key(const struct ws_node *n, const char *name)
{
	const xmlNode *parameters, *set, *s;
	const char *value = NULL;
	xmlChar *key;

	parameters = ws_find(ws_xml(n), NS_ADDRESSING, "ReferenceParameters");
	if (parameters == NULL || (set = ws_find(parameters, NS_WSMAN,
	    "SelectorSet")) == NULL)
		return NULL;
	for (s = element(set->children); s != NULL && value == NULL;
	    s = element(s->next)) {
		key = xmlGetNoNsProp(s, X("Name"));
		if (key != NULL && strcmp((const char *)key, name) == 0)
			value = ws_text((const struct ws_node *)s);
		xmlFree(key);
	}
	return value;
}

/* ---- read, modify, write ------------------------------------------------------ */

/* All but the last of that name. */
static void
drop_others(struct ws_node *instance, const char *name)
{
	xmlNode *n, *next, *last = NULL;

	for (n = element(((xmlNode *)instance)->children); n != NULL;
	    n = next) {
		next = element(n->next);
		if (strcmp((const char *)n->name, name) != 0)
			continue;
		if (last != NULL) {
			xmlUnlinkNode(last);
			xmlFreeNode(last);
		}
		last = n;
	}
}

void
ws_place(xmlNode *instance, xmlNode *property)
{
	xmlNode *n = element(instance->children);

	while (n != NULL && strcmp((const char *)n->name,
	    (const char *)property->name) <= 0)
		n = element(n->next);
	if (n != NULL)
		xmlAddPrevSibling(n, property);
	else
		xmlAddChild(instance, property);
}

int
ws_set(struct ws_node *instance, const char *name, const char *text,
    struct err *e)
{
	if (ws_add(instance, name, text, e) == -1)
		return -1;
	drop_others(instance, name);
	return 0;
}

int
ws_add(struct ws_node *instance, const char *name, const char *text,
    struct err *e)
{
	xmlNode *top = (xmlNode *)instance, *fresh;

	if (!xmlCheckUTF8(X(text)))
		return err_set(e, ERR_USAGE, "%s: not UTF-8 text", name);
	if ((fresh = xmlNewDocNode(top->doc, top->ns, X(name), NULL)) == NULL)
		goto memory;
	if (*text != '\0' && xmlAddChild(fresh, xmlNewText(X(text))) == NULL) {
		xmlFreeNode(fresh);
		goto memory;
	}
	ws_place(top, fresh);
	return 0;
 memory:
	return err_set(e, ERR_LOCAL, "no memory to change %s", name);
}

void
ws_drop(struct ws_node *instance, const char *name)
{
	xmlNode *top = (xmlNode *)instance, *n, *next;

	for (n = element(top->children); n != NULL; n = next) {
		next = element(n->next);
		if (strcmp((const char *)n->name, name) != 0)
			continue;
		xmlUnlinkNode(n);
		xmlFreeNode(n);
	}
}

/* ---- showing -------------------------------------------------------------------- */

/* Write-only properties of the class model, and digests that log in. */
bool
ws_is_secret(const char *name)
{
	static const char *const parts[] = { "Password", "PassPhrase",
	    "Passphrase", "MasterKey", "SigningKey", "KeyBlob", "PSKValue",
	    "Secret", "password", "ProtectedAccessCredential" };
	/* the array holds user and password of a server */
	static const char *const names[] = { "OptInCode",
	    "UefiBootParametersArray", "PSK", "Keys" };
	static const char *const others[] = { "UserPasswordBypass",
	    "PasswordModel" };
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(name, others[i]) == 0)
			return false;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr(name, parts[i]) != NULL)
			return true;
	return false;
}

static void
mask(xmlNode *n)
{
	for (n = element(n); n != NULL; n = element(n->next)) {
		if (!ws_is_secret((const char *)n->name))
			mask(n->children);
		else if (n->children != NULL)
			xmlNodeSetContent(n, X("(secret)"));
	}
}

char *
ws_show(const void *p, size_t n)
{
	xmlChar *text = NULL;
	char *out = NULL;
	struct err e;
	xmlDoc *xml;
	int len;

	if ((xml = read_xml(p, n, &e)) == NULL)
		return NULL;
	if (!too_deep(xmlDocGetRootElement(xml))) {
		mask(xmlDocGetRootElement(xml));
		xmlDocDumpFormatMemory(xml, &text, &len, 1);
	}
	if (text != NULL)
		out = strdup((const char *)text);
	xmlFree(text);
	xmlFreeDoc(xml);
	return out;
}
