/* SPDX-License-Identifier: MIT */
/*
 * WS-Management messages: envelope, headers, dispatch by Action, faults
 * (WS-Man reference, parts a.4 envelope and a.7 faults).  Whatever a
 * correct client of this protocol does not do is refused and noted as a
 * violation.  Leaves out: events, filters.
 */
#include <ctype.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include <lib/err.h>

#include "class.h"
#include "journal.h"
#include "sim.h"
#include "soap.h"

const char NS_SOAP[] = "http://www.w3.org/2003/05/soap-envelope";
const char NS_ADDRESSING[] = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const char NS_WSMAN[] = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
const char NS_ENUMERATION[] =
    "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
const char NS_TRANSFER[] = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
const char NS_COMMON[] = "http://schemas.dmtf.org/wbem/wscim/1/common";
const char NS_IDENTITY[] =
    "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";
const char ROLE_ANONYMOUS[] =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
#define NS_TRUST "http://schemas.xmlsoap.org/ws/2005/02/trust"
#define NS_SECEXT "http://docs.oasis-open.org/wss/2004/01/" \
	"oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define NS_BINDING "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
#define NS_EVENTING "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define NS_XSI "http://www.w3.org/2001/XMLSchema-instance"

/*
 * Prefix and name of the sub code in a fault envelope (b addressing, c
 * enumeration, d transfer, e wsman; none: the code itself), and the text.
 */
static const struct {
	char prefix;
	const char *name;
	bool receiver;
	int status;
	const char *text;
} faults[FAULTS] = {
	[FAULT_UNREACHABLE] = { 'b', "DestinationUnreachable", false, 400,
	    "No route can be determined to reach the destination role defined "
	    "by the WSAddressing To." },
	[FAULT_INTERNAL] = { 'e', "InternalError", true, 500,
	    "The service cannot comply with the request due to internal "
	    "processing errors." },
	[FAULT_ACCESS_DENIED] = { 'e', "AccessDenied", false, 400,
	    "The sender was not authorized to access the resource." },
	[FAULT_ACTION] = { 'b', "ActionNotSupported", false, 400,
	    "The action is not supported by the service." },
	[FAULT_REPRESENTATION] = { 'd', "InvalidRepresentation", false, 400,
	    "The XML content is not valid." },
	[FAULT_SCHEMA] = { 'e', "SchemaValidationError", false, 400,
	    "The supplied SOAP violates the corresponding XML schema "
	    "definition." },
	[FAULT_SELECTORS] = { 'e', "InvalidSelectors", false, 400,
	    "The Selectors for the resource are not valid." },
	[FAULT_PARAMETER] = { 'e', "InvalidParameter", false, 400,
	    "An operation parameter is not valid." },
	[FAULT_CONTEXT] = { 'c', "InvalidEnumerationContext", true, 500,
	    "The supplied enumeration context is invalid." },
	[FAULT_ENCODING_LIMIT] = { 'e', "EncodingLimit", false, 400,
	    "An internal encoding limit was exceeded in a request or would be "
	    "violated if the message were processed." },
	[FAULT_FEATURE] = { 'e', "UnsupportedFeature", false, 400,
	    "The specified feature is not supported." },
	[FAULT_HEADER_REQUIRED] = { 'b', "MessageInformationHeaderRequired",
	    false, 400, "A required message information header, To, MessageID, "
	    "or Action, is not present." },
	[FAULT_HEADER] = { 'b', "InvalidMessageInformationHeader", false, 400,
	    "A message information header is not valid and the message cannot "
	    "be processed." },
	[FAULT_MUST_UNDERSTAND] = { 'a', "MustUnderstand", false, 400,
	    "The WS-Management service cannot process a SOAP header in the "
	    "request that is marked as mustUnderstand by the client." },
	[FAULT_VERSION] = { 'a', "VersionMismatch", false, 400,
	    "The SOAP version is not supported." },
	[FAULT_UNAVAILABLE] = { 'b', "EndpointUnavailable", true, 500,
	    "The specified endpoint is currently unavailable." },
	[FAULT_EXISTS] = { 'e', "AlreadyExists", false, 400,
	    "The sender attempted to create a resource which already exists." },
};

/* ---- reading ------------------------------------------------------- */

bool
xml_is(const xmlNode *n, const char *ns, const char *name)
{
	return n->type == XML_ELEMENT_NODE && n->ns != NULL &&
	    strcmp((const char *)n->name, name) == 0 &&
	    strcmp((const char *)n->ns->href, ns) == 0;
}

static xmlNode *
element(xmlNode *n)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

xmlNode *
xml_first(const xmlNode *n)
{
	return element(n->children);
}

xmlNode *
xml_next(const xmlNode *n)
{
	return element(n->next);
}

xmlNode *
xml_child(const xmlNode *n, const char *ns, const char *name)
{
	xmlNode *c;

	for (c = xml_first(n); c != NULL; c = xml_next(c))
		if (xml_is(c, ns, name))
			return c;
	return NULL;
}

int
xml_text(const xmlNode *n, char out[TEXT_MAX])
{
	const xmlNode *c;
	size_t len = 0, add;

	for (c = n->children; c != NULL; c = c->next) {
		if (c->type == XML_COMMENT_NODE)
			continue;
		if (c->type != XML_TEXT_NODE && c->type != XML_CDATA_SECTION_NODE)
			return -1;
		add = strlen((const char *)c->content);
		if (len + add >= TEXT_MAX)
			return -1;
		memcpy(out + len, c->content, add);
		len += add;
	}
	out[len] = '\0';
	return 0;
}

int
xml_blob(const xmlNode *n, struct blob *out)
{
	xmlChar *text = xmlNodeGetContent(n);
	gnutls_datum_t in, raw;
	int rc = -1;

	memset(out, 0, sizeof *out);
	if (text == NULL || xml_first(n) != NULL)
		goto out;
	in.data = text;
	in.size = (unsigned)strlen((const char *)text);
	if (in.size == 0 || gnutls_base64_decode2(&in, &raw) != 0)
		goto out;
	out->data = malloc(raw.size);
	if (out->data != NULL) {
		memcpy(out->data, raw.data, raw.size);
		out->len = raw.size;
		rc = 0;
	}
	gnutls_memset(raw.data, 0, raw.size);	/* may be a key */
	gnutls_free(raw.data);
 out:
	xmlFree(text);
	return rc;
}

static int
read_selectors(const xmlNode *set, struct selector_set *out)
{
	const xmlNode *c, *inner;
	struct selector *s;
	xmlChar *name;

	out->n = 0;
	for (c = xml_first(set); c != NULL; c = xml_next(c)) {
		if (!xml_is(c, NS_WSMAN, "Selector") || out->n == SELECTORS_MAX)
			return -1;
		s = &out->s[out->n++];
		name = xmlGetProp(c, (const xmlChar *)"Name");
		if (name == NULL)
			return -1;
		snprintf(s->name, sizeof s->name, "%s", (const char *)name);
		xmlFree(name);
		inner = xml_first(c);
		s->epr = inner != NULL &&
		    xml_is(inner, NS_ADDRESSING, "EndpointReference");
		s->node = s->epr ? inner : NULL;
		s->value[0] = '\0';
		if (!s->epr && xml_text(c, s->value) == -1)
			return -1;
	}
	return 0;
}

int
xml_epr(const xmlNode *n, struct epr *out)
{
	const xmlNode *params, *uri, *set;
	char text[TEXT_MAX];

	memset(out, 0, sizeof *out);
	if (xml_child(n, NS_ADDRESSING, "Address") == NULL)
		return -1;
	params = xml_child(n, NS_ADDRESSING, "ReferenceParameters");
	if (params == NULL)
		return -1;
	uri = xml_child(params, NS_WSMAN, "ResourceURI");
	if (uri == NULL || xml_text(uri, text) == -1)
		return -1;
	class_of_uri(text, out->class);
	set = xml_child(params, NS_WSMAN, "SelectorSet");
	return set == NULL ? 0 : read_selectors(set, &out->keys);
}

static const struct {
	const char *start, *uri;
} families[] = {
	{ "AMT_", "http://intel.com/wbem/wscim/1/amt-schema/1/" },
	{ "IPS_", "http://intel.com/wbem/wscim/1/ips-schema/1/" },
	{ "CIM_", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/" },
};

void
class_of_uri(const char *uri, char out[WS_NAME_MAX])
{
	size_t i, n;

	out[0] = '\0';
	for (i = 0; i < sizeof families / sizeof families[0]; i++) {
		n = strlen(families[i].uri);
		if (strncmp(uri, families[i].uri, n) == 0 &&
		    strncmp(uri + n, families[i].start, 4) == 0 &&
		    strlen(uri + n) < WS_NAME_MAX)
			strcpy(out, uri + n);
	}
}

void
uri_of_class(const char *class, char out[TEXT_MAX])
{
	size_t i;

	for (i = 0; i < sizeof families / sizeof families[0]; i++)
		if (strncmp(class, families[i].start, 4) == 0)
			snprintf(out, TEXT_MAX, "%s%s", families[i].uri, class);
}

/* ---- writing ------------------------------------------------------- */

void
reply_raw(struct soap_reply *r, const char *fmt, ...)
{
	char text[2048];
	struct err e;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof text ||
	    buf_add(&r->body, text, (size_t)n, &e) == -1)
		r->broken = true;
}

void
reply_escaped(struct soap_reply *r, const char *text)
{
	size_t n;

	for (;;) {
		n = strcspn(text, "&<>");
		reply_raw(r, "%.*s", (int)n, text);
		text += n;
		if (*text == '\0')
			return;
		reply_raw(r, "%s", *text == '&' ? "&amp;" :
		    *text == '<' ? "&lt;" : "&gt;");
		text++;
	}
}

void
reply_open(struct soap_reply *r, char prefix, const char *name)
{
	reply_raw(r, "<%c:%s>", prefix, name);
}

void
reply_close(struct soap_reply *r, char prefix, const char *name)
{
	reply_raw(r, "</%c:%s>", prefix, name);
}

void
reply_text(struct soap_reply *r, char prefix, const char *name,
    const char *text)
{
	reply_open(r, prefix, name);
	reply_escaped(r, text);
	reply_close(r, prefix, name);
}

void
reply_base64(struct soap_reply *r, char prefix, const char *name,
    const void *p, size_t n)
{
	gnutls_datum_t in = { (void *)(uintptr_t)p, (unsigned)n }, text;
	struct err e;

	reply_open(r, prefix, name);
	if (n > 0 && gnutls_base64_encode2(&in, &text) != 0) {
		r->broken = true;
	} else if (n > 0) {
		r->broken |= buf_add(&r->body, text.data, text.size, &e) == -1;
		gnutls_free(text.data);
	}
	reply_close(r, prefix, name);
}

/* The body's name spaces get the letters g, h, ... as they come up. */
char
reply_ns(struct soap_reply *r, const char *ns)
{
	size_t i;

	for (i = 0; i < r->nns; i++)
		if (strcmp(r->ns[i], ns) == 0)
			return (char)('g' + i);
	if (r->nns == REPLY_NS_MAX || (r->ns[r->nns] = strdup(ns)) == NULL) {
		r->broken = true;
		return 'g';
	}
	return (char)('g' + r->nns++);
}

static void
reply_reset(struct soap_reply *r)
{
	while (r->nns > 0)
		free(r->ns[--r->nns]);
	buf_clear(&r->body);
}

static int
put_answer(struct buf *answer, struct soap_reply *head, const struct buf *body)
{
	struct err e;

	if (head->broken ||
	    buf_add(answer, head->body.data, head->body.len, &e) == -1 ||
	    (body->len > 0 && buf_add(answer, body->data, body->len, &e) == -1) ||
	    buf_addf(answer, &e, "</a:Body></a:Envelope>") == -1)
		return 0;		/* the caller hangs up */
	return 1;
}

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static void
write_headers(struct soap *s, struct soap_reply *h,
    const struct soap_request *q, const char *action)
{
	s->messages++;
	reply_raw(h, "<a:Header><b:To>%s</b:To>", ROLE_ANONYMOUS);
	if (q->message_id[0] != '\0')
		reply_text(h, 'b', "RelatesTo", q->message_id);
	reply_raw(h, "<b:Action a:mustUnderstand=\"true\">%s</b:Action>"
	    "<b:MessageID>uuid:00000000-8086-8086-8086-%012llX</b:MessageID>",
	    action, (unsigned long long)s->messages);
}

static int
write_answer(struct soap *s, const struct soap_request *q,
    struct soap_reply *r, struct buf *answer)
{
	struct soap_reply h = { .nns = 0 };
	size_t i;
	int good;

	buf_init(&h.body, 8192);
	reply_raw(&h, XML_DECLARATION "<a:Envelope xmlns:a=\"%s\" xmlns:b=\"%s\" "
	    "xmlns:c=\"%s\" xmlns:d=\"" NS_TRUST "\" xmlns:e=\"" NS_SECEXT "\" "
	    "xmlns:f=\"" NS_BINDING "\"", NS_SOAP, NS_ADDRESSING, NS_WSMAN);
	for (i = 0; i < r->nns; i++)
		reply_raw(&h, " xmlns:%c=\"%s\"", (char)('g' + i), r->ns[i]);
	reply_raw(&h, " xmlns:xsi=\"" NS_XSI "\">");
	if (q->bare) {
		reply_raw(&h, "<a:Header>");
	} else {
		write_headers(s, &h, q, r->action);
		reply_text(&h, 'c', "ResourceURI", q->resource);
	}
	reply_raw(&h, "</a:Header><a:Body>");
	h.broken |= r->broken;
	good = put_answer(answer, &h, &r->body);
	buf_clear(&h.body);
	return good ? 200 : 0;
}

static const char *
fault_action(char prefix)
{
	switch (prefix) {
	case 'e':
		return "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
	case 'd':
		return "http://schemas.xmlsoap.org/ws/2004/09/transfer/fault";
	case 'c':
		return "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault";
	default:
		return "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault";
	}
}

static int
write_fault(struct soap *s, const struct soap_request *q,
    const struct soap_reply *r, struct buf *answer)
{
	struct soap_reply h = { .nns = 0 };
	const char *code = faults[r->fault].name;
	char prefix = faults[r->fault].prefix;
	struct buf nothing = { .len = 0 };
	int good;

	buf_init(&h.body, 8192);
	reply_raw(&h, XML_DECLARATION "<a:Envelope xmlns:g=\"" NS_BINDING "\" "
	    "xmlns:f=\"" NS_EVENTING "\" xmlns:e=\"%s\" xmlns:d=\"%s\" "
	    "xmlns:c=\"%s\" xmlns:b=\"%s\" xmlns:a=\"%s\" xmlns:h=\"" NS_TRUST
	    "\" xmlns:i=\"" NS_SECEXT "\" xmlns:xsi=\"" NS_XSI "\">", NS_WSMAN,
	    NS_TRANSFER, NS_ENUMERATION, NS_ADDRESSING, NS_SOAP);
	write_headers(s, &h, q, fault_action(prefix));
	reply_raw(&h, "</a:Header><a:Body><a:Fault><a:Code>");
	if (prefix == 'a')
		reply_raw(&h, "<a:Value>a:%s</a:Value>", code);
	else
		reply_raw(&h, "<a:Value>a:%s</a:Value><a:Subcode><a:Value>%c:%s"
		    "</a:Value></a:Subcode>", faults[r->fault].receiver ?
		    "Receiver" : "Sender", prefix, code);
	reply_raw(&h, "</a:Code><a:Reason><a:Text xml:lang=\"en-US\">%s</a:Text>"
	    "</a:Reason><a:Detail>", faults[r->fault].text);
	if (r->amt_status != 0)
		reply_raw(&h, "<g:text>AMT-STATUS %u</g:text>", r->amt_status);
	reply_raw(&h, "</a:Detail></a:Fault>");
	good = put_answer(answer, &h, &nothing);
	buf_clear(&h.body);
	return good ? faults[r->fault].status : 0;
}

/* ---- requests ------------------------------------------------------ */

static bool
must_understand(const xmlNode *n)
{
	xmlChar *v = xmlGetNsProp(n, (const xmlChar *)"mustUnderstand",
	    (const xmlChar *)NS_SOAP);
	bool must = v != NULL && (strcmp((const char *)v, "true") == 0 ||
	    strcmp((const char *)v, "1") == 0);

	xmlFree(v);
	return must;
}

static enum soap_fault
read_envelope_size(struct sim *sim, const xmlNode *n)
{
	char text[TEXT_MAX], *end;
	unsigned long v;

	if (xml_text(n, text) == -1)
		return FAULT_SCHEMA;
	v = strtoul(text, &end, 10);
	if (end == text || *end != '\0')
		return FAULT_SCHEMA;
	if (v >= 50000)
		return FAULT_NONE;
	sim_violation(sim, "wsman", "MaxEnvelopeSize %lu is below 50000", v);
	return FAULT_ENCODING_LIMIT;
}

static enum soap_fault
read_reply_to(const xmlNode *n)
{
	const xmlNode *a = xml_child(n, NS_ADDRESSING, "Address");
	char text[TEXT_MAX];

	if (a == NULL || xml_text(a, text) == -1 ||
	    strcmp(text, ROLE_ANONYMOUS) != 0)
		return FAULT_HEADER;
	return FAULT_NONE;
}

static enum soap_fault
read_header(struct sim *sim, const xmlNode *n, struct soap_request *q,
    bool *to)
{
	char text[TEXT_MAX];

	if (xml_is(n, NS_ADDRESSING, "Action"))
		return xml_text(n, q->action) == -1 ? FAULT_HEADER : FAULT_NONE;
	if (xml_is(n, NS_ADDRESSING, "MessageID"))
		return xml_text(n, q->message_id) == -1 ? FAULT_HEADER :
		    FAULT_NONE;
	if (xml_is(n, NS_ADDRESSING, "To")) {
		*to = true;
		return xml_text(n, text) == -1 ? FAULT_HEADER : FAULT_NONE;
	}
	if (xml_is(n, NS_ADDRESSING, "ReplyTo"))
		return read_reply_to(n);
	if (xml_is(n, NS_WSMAN, "ResourceURI"))
		return xml_text(n, q->resource) == -1 ? FAULT_SCHEMA : FAULT_NONE;
	if (xml_is(n, NS_WSMAN, "SelectorSet"))
		return read_selectors(n, &q->selectors) == -1 ?
		    FAULT_SELECTORS : FAULT_NONE;
	if (xml_is(n, NS_WSMAN, "MaxEnvelopeSize"))
		return read_envelope_size(sim, n);
	if (xml_is(n, NS_WSMAN, "OperationTimeout"))
		return FAULT_NONE;	/* at least 30 s whatever is asked */
	if (must_understand(n)) {
		sim_violation(sim, "wsman", "header %s with mustUnderstand",
		    (const char *)n->name);
		return FAULT_MUST_UNDERSTAND;
	}
	return FAULT_NONE;
}

static enum soap_fault
read_headers(struct sim *sim, const xmlNode *header, struct soap_request *q)
{
	enum soap_fault f;
	const xmlNode *n;
	bool to = false;

	for (n = header == NULL ? NULL : xml_first(header); n != NULL;
	    n = xml_next(n)) {
		f = read_header(sim, n, q, &to);
		if (f != FAULT_NONE)
			return f;
	}
	if (q->body != NULL && xml_is(q->body, NS_IDENTITY, "Identify") &&
	    (header == NULL || q->action[0] == '\0')) {
		q->bare = true;
		return FAULT_NONE;
	}
	if (!to || q->action[0] == '\0' || q->message_id[0] == '\0')
		return FAULT_HEADER_REQUIRED;
	if (isspace((unsigned char)q->action[0]) ||
	    isspace((unsigned char)q->action[strlen(q->action) - 1])) {
		sim_violation(sim, "wsman", "white space around the Action");
		return FAULT_HEADER;
	}
	class_of_uri(q->resource, q->class);
	return FAULT_NONE;
}

/*
 * No network, no entities, no document type at all; the size was bounded
 * by whoever read the body.
 */
static enum soap_fault
read_request(struct sim *sim, const void *text, size_t len,
    struct soap_request *q)
{
	const xmlNode *root, *body;

	q->doc = xmlReadMemory(text, (int)len, "request", NULL, XML_PARSE_NONET |
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (q->doc == NULL) {
		sim_violation(sim, "wsman", "request is not well-formed XML");
		return FAULT_SCHEMA;
	}
	if (q->doc->intSubset != NULL) {
		sim_violation(sim, "wsman", "request has a document type");
		return FAULT_SCHEMA;
	}
	root = xmlDocGetRootElement(q->doc);
	if (strcmp((const char *)root->name, "Envelope") != 0)
		return FAULT_SCHEMA;
	if (!xml_is(root, NS_SOAP, "Envelope"))
		return FAULT_VERSION;
	body = xml_child(root, NS_SOAP, "Body");
	if (body == NULL)
		return FAULT_SCHEMA;
	q->body = xml_first(body);
	return read_headers(sim, xml_child(root, NS_SOAP, "Header"), q);
}

/* ---- dispatch ------------------------------------------------------ */

static void
identify(struct soap_call *c)
{
	char g = reply_ns(c->r, NS_IDENTITY), version[32];
	const char *v = c->sim->model.profile->version, *end;

	end = strchr(v, '.');
	if (end != NULL)
		end = strchr(end + 1, '.');
	snprintf(version, sizeof version, "AMT %.*s",
	    end == NULL ? (int)strlen(v) : (int)(end - v), v);
	reply_open(c->r, g, "IdentifyResponse");
	reply_text(c->r, g, "ProtocolVersion", NS_WSMAN);
	reply_text(c->r, g, "ProductVendor", "Intel(r)");
	reply_text(c->r, g, "ProductVersion", version);
	reply_open(c->r, g, "SecurityProfiles");
	reply_text(c->r, g, "SecurityProfileName", "http://schemas.dmtf.org/wbem/"
	    "wsman/1/wsman/secprofile/http/digest");
	reply_close(c->r, g, "SecurityProfiles");
	reply_close(c->r, g, "IdentifyResponse");
}

static const struct {
	const char *ns, *verb;
	void (*run)(struct soap_call *c);
} verbs[] = {
	{ NS_TRANSFER, "Get", class_get },
	{ NS_TRANSFER, "Put", class_put },
	{ NS_TRANSFER, "Create", class_create },
	{ NS_TRANSFER, "Delete", class_delete },
	{ NS_ENUMERATION, "Enumerate", class_enumerate },
	{ NS_ENUMERATION, "Pull", class_pull },
	{ NS_ENUMERATION, "Release", class_release },
};

/* "<start>/<rest>" -> rest */
static const char *
after(const char *uri, const char *start)
{
	size_t n = strlen(start);

	return strncmp(uri, start, n) == 0 && uri[n] == '/' ? uri + n + 1 : NULL;
}

static void
dispatch(struct soap_call *c, char what[128])
{
	const struct soap_request *q = c->q;
	const char *verb = NULL;
	size_t i;

	snprintf(c->r->action, sizeof c->r->action, "%sResponse", q->action);
	if (q->bare || ((verb = after(q->action, NS_IDENTITY)) != NULL &&
	    strcmp(verb, "Identify") == 0)) {
		snprintf(what, 128, "Identify");
		identify(c);
		return;
	}
	if (q->resource[0] == '\0') {
		c->r->fault = FAULT_UNREACHABLE;
		return;
	}
	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		verb = after(q->action, verbs[i].ns);
		if (verb != NULL && strcmp(verb, verbs[i].verb) == 0) {
			snprintf(what, 128, "%s %s", verb, q->class);
			verbs[i].run(c);
			return;
		}
	}
	verb = after(q->action, q->resource);
	if (verb == NULL || q->class[0] == '\0') {
		c->r->fault = FAULT_ACTION;
		return;
	}
	snprintf(what, 128, "%s.%.60s", q->class, verb);
	class_invoke(c, verb);
}

int
soap_handle(struct soap *s, const struct user *u, const void *text,
    size_t len, struct buf *answer, char *what)
{
	struct soap_request q = { .doc = NULL };
	struct soap_reply r = { .fault = FAULT_NONE };
	struct soap_call c = { .soap = s, .sim = s->sim, .user = u, .q = &q,
	    .r = &r };
	int status;

	buf_init(&r.body, SOAP_ANSWER_MAX);
	snprintf(what, 128, "request");
	r.fault = read_request(s->sim, text, len, &q);
	if (r.fault == FAULT_NONE && fault_take(s->sim, "wsman-busy"))
		r.fault = FAULT_UNAVAILABLE;
	journal_actor(s->sim, u);
	if (r.fault == FAULT_NONE)
		dispatch(&c, what);
	journal_actor(s->sim, NULL);
	if (r.fault != FAULT_NONE)
		status = write_fault(s, &q, &r, answer);
	else
		status = write_answer(s, &q, &r, answer);
	reply_reset(&r);
	xmlFreeDoc(q.doc);
	return status;
}
