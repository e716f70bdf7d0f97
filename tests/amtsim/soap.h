/* SPDX-License-Identifier: MIT */
/*
 * One WS-Management message in, one out, the way firmware writes it: fixed
 * prefixes a to f, the body's name spaces from g on, headers in a fixed
 * order, no white space, message numbers from a counter.  Parsing is
 * libxml2's; writing is by hand, since the exact bytes are the point.
 */
#ifndef AMTSIM_SOAP_H
#define AMTSIM_SOAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lib/buf.h>

struct _xmlDoc;
struct _xmlNode;
struct sim;
struct user;

#define SOAP_ANSWER_MAX (1024 * 1024)
#define SELECTORS_MAX 8
#define WS_NAME_MAX 64			/* class, property, method, selector */
#define TEXT_MAX 256

extern const char NS_SOAP[], NS_ADDRESSING[], NS_WSMAN[], NS_ENUMERATION[],
    NS_TRANSFER[], NS_COMMON[], NS_IDENTITY[], ROLE_ANONYMOUS[];

enum soap_fault {
	FAULT_NONE, FAULT_UNREACHABLE, FAULT_INTERNAL, FAULT_ACCESS_DENIED,
	FAULT_ACTION, FAULT_REPRESENTATION, FAULT_SCHEMA, FAULT_SELECTORS,
	FAULT_PARAMETER, FAULT_CONTEXT, FAULT_ENCODING_LIMIT, FAULT_FEATURE,
	FAULT_HEADER_REQUIRED, FAULT_HEADER, FAULT_MUST_UNDERSTAND,
	FAULT_VERSION, FAULT_UNAVAILABLE, FAULT_EXISTS, FAULTS
};

struct selector {
	char name[WS_NAME_MAX];
	char value[TEXT_MAX];		/* "" for an EPR */
	bool epr;
	const struct _xmlNode *node;	/* the EPR; lives with the request */
};

/* Bytes that travel as base64. */
struct blob {
	uint8_t *data;
	size_t len;
};

struct selector_set {
	struct selector s[SELECTORS_MAX];
	size_t n;
};

/* An endpoint reference in a request. */
struct epr {
	char class[WS_NAME_MAX];
	struct selector_set keys;
};

struct soap_request {
	struct _xmlDoc *doc;
	char action[TEXT_MAX];
	char resource[TEXT_MAX];	/* whole URI */
	char class[WS_NAME_MAX];		/* its last part */
	char message_id[TEXT_MAX];
	struct selector_set selectors;
	struct _xmlNode *body;		/* first element of the body, or NULL */
	bool bare;			/* no headers: Identify */
};

#define REPLY_NS_MAX 20			/* letters from g on */

struct soap_reply {
	struct buf body;
	char action[TEXT_MAX + 16];
	char *ns[REPLY_NS_MAX];		/* of prefixes g, h, ...; owned */
	size_t nns;
	bool broken;			/* did not fit, no memory */
	enum soap_fault fault;
	unsigned amt_status;		/* detail of FAULT_INTERNAL */
};

/* One open enumeration; starting another ends it. */
struct enumeration {
	char context[37];		/* "" none */
	char name[WS_NAME_MAX];		/* of the class asked for */
	size_t next;			/* instances already given out */
	bool epr, object_and_epr;
};

struct soap {
	struct sim *sim;
	uint64_t messages;
	uint32_t contexts;
	struct enumeration live;
};

/* Everything a verb needs. */
struct soap_call {
	struct soap *soap;
	struct sim *sim;
	const struct user *user;
	struct soap_request *q;
	struct soap_reply *r;
};

/*
 * Act on a request and write the whole answer; returns its HTTP status.
 * *what, at least 128 bytes, becomes a word for the log: "Get
 * AMT_GeneralSettings".
 */
int soap_handle(struct soap *s, const struct user *u, const void *text,
    size_t len, struct buf *answer, char *what);

/* Reading: text of an element without children, trimmed at neither end. */
bool xml_is(const struct _xmlNode *n, const char *ns, const char *name);
struct _xmlNode *xml_first(const struct _xmlNode *n);	/* child element */
struct _xmlNode *xml_next(const struct _xmlNode *n);
struct _xmlNode *xml_child(const struct _xmlNode *n, const char *ns,
    const char *name);
int xml_text(const struct _xmlNode *n, char out[TEXT_MAX]);	/* -1: not text */
/* Decoded, to be freed; -1: not base64. */
int xml_blob(const struct _xmlNode *n, struct blob *out);
/* The content of an EPR; -1: not one. */
int xml_epr(const struct _xmlNode *n, struct epr *out);
/* "http://.../CIM_Service" -> "CIM_Service"; "" when it is no class URI. */
void class_of_uri(const char *uri, char out[WS_NAME_MAX]);
void uri_of_class(const char *class, char out[TEXT_MAX]);

/* Writing. */
char reply_ns(struct soap_reply *r, const char *ns);	/* its prefix */
void reply_raw(struct soap_reply *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void reply_open(struct soap_reply *r, char prefix, const char *name);
void reply_close(struct soap_reply *r, char prefix, const char *name);
void reply_text(struct soap_reply *r, char prefix, const char *name,
    const char *text);			/* escaped */
void reply_base64(struct soap_reply *r, char prefix, const char *name,
    const void *p, size_t n);
void reply_escaped(struct soap_reply *r, const char *text);

#endif
