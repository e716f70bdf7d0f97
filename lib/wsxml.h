/* SPDX-License-Identifier: MIT */
/*
 * WS-Management messages (DSP0226, DSP0227, SOAP 1.2) as AMT speaks them:
 * requests are data that one emitter walks, answers are read by namespace
 * and local name, never by prefix or position.  Pure: bytes in, bytes out.
 *
 * An answer is hostile: no entities, no document type (refused as soon as it
 * is seen), no network, bounded size and depth.  Leaves out eventing,
 * fragments, options and filters, which AMT does not have or nobody needs.
 */
#ifndef LIB_WSXML_H
#define LIB_WSXML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WS_MESSAGE_MAX (1 << 20)	/* bytes of a message either way */
#define WS_DEPTH_MAX 48			/* elements inside each other */
#define WS_NAME_MAX 128			/* bytes of a class, method, property */
#define WS_URI_MAX 256

struct buf;
struct err;
struct ws_doc;				/* a parsed message */
struct ws_node;				/* an element of one; lives as long */

/* ---- requests: what goes out ------------------------------------------ */

/* A reference to an instance; selectors end in a NULL name. */
struct ws_epr {
	const char *class;
	const struct ws_selector *selectors;	/* NULL: none */
};
struct ws_selector {
	const char *name, *value;
	const struct ws_epr *epr;	/* instead of value, if not NULL */
};

enum ws_type { WS_END, WS_TEXT, WS_UINT, WS_BOOL, WS_EPR, WS_DATETIME,
    WS_INTERVAL, WS_EMBEDDED };

/* Inputs of a method in the order of the class model, ending in WS_END. */
struct ws_field { const char *name; enum ws_type type; };
/*
 * A value for a field; which member counts is the field's type.  The same
 * name several times is an array; a name that does not occur is left out,
 * for an empty element is a value, and an empty reference a violation.
 * Ends in a NULL name.
 */
struct ws_instance;
struct ws_value {
	const char *name;
	union {
		const char *text;	/* also of WS_DATETIME, WS_INTERVAL */
		uint64_t number;
		bool flag;
		const struct ws_epr *epr;
		const struct ws_instance *instance;	/* WS_EMBEDDED */
	};
};
/* An instance as a value, in the namespace of its class. */
struct ws_instance {
	const char *class;
	const struct ws_field *fields;
	const struct ws_value *values;
};

struct ws_word { uint32_t value; const char *text; };	/* ends in NULL */
struct ws_method {
	const char *class;		/* AMT_, CIM_, IPS_ choose the namespace */
	const char *name;
	const struct ws_field *in;
	const struct ws_word *why;	/* ReturnValue -> words: ws_why_* */
	bool reads;			/* changes nothing, whenever it is called */
};
extern const struct ws_word ws_why_state[], ws_why_boot[], ws_why_pt[];
/* The table of a method that we have no row for. */
const struct ws_word *ws_why_of(const char *class);

enum ws_op { WS_IDENTIFY, WS_GET, WS_PUT, WS_CREATE, WS_DELETE, WS_ENUMERATE,
    WS_PULL, WS_INVOKE };

struct ws_request {
	enum ws_op op;
	const char *class;		/* all but WS_IDENTIFY */
	const struct ws_selector *selectors;	/* NULL: the only instance */
	const struct ws_method *method;	/* WS_INVOKE */
	const struct ws_field *fields;	/* WS_CREATE: the class's properties */
	const struct ws_value *values;	/* WS_INVOKE, WS_CREATE; NULL: none */
	bool references;		/* WS_ENUMERATE: no instances */
	/* WS_PUT: from a Get, edited; NULL: fields and values */
	const struct ws_node *instance;
	const char *context;		/* WS_PULL */
	unsigned most;			/* WS_PULL: items; 0: no wish */
};

/* Appends the envelope.  -1: ERR_USAGE (a name or value XML cannot hold). */
int ws_encode(struct buf *out, const struct ws_request *r, uint32_t id,
    struct err *e);
/* "Get AMT_GeneralSettings", for sentences; returns text. */
const char *ws_describe(const struct ws_request *r, char *text, size_t size);
/* Put, Create, Delete, Invoke of a method that does not only read. */
bool ws_changes(const struct ws_request *r);

/* The schema URI of a class.  -1: ERR_USAGE unless AMT_, CIM_ or IPS_. */
int ws_class_uri(char uri[WS_URI_MAX], const char *class, struct err *e);

/* ---- answers: what comes in ------------------------------------------- */

/* NULL: ERR_PROTO, or ERR_LOCAL without memory. */
struct ws_doc *ws_parse(const void *p, size_t n, struct err *e);
void ws_doc_free(struct ws_doc *d);
size_t ws_size(const struct ws_doc *d);	/* bytes it was parsed from */

/*
 * A fault becomes ERR_REFUSED with its code and text; an answer that is
 * none to r ERR_PROTO.
 */
int ws_check(const struct ws_doc *d, const struct ws_request *r,
    struct err *e);
/* Is the answer this fault of WS-Addressing: no such class or instance? */
bool ws_is_absent(const struct ws_doc *d);
/* Of a fault that WS-Man knows, the code's local name; else "". */
const char *ws_fault_code(const struct ws_doc *d);
/*
 * ReturnValue of a method's answer, success (0, or 4096 where that means
 * a job) or ERR_REFUSED with the value's words.  value may be NULL.
 */
int ws_return_value(const struct ws_doc *d, const struct ws_method *m,
    uint32_t *value, struct err *e);
/* "USER_CONSENT_REQUIRED"; NULL: unknown. */
const char *ws_pt_status(uint32_t n);

struct ws_node *ws_body(const struct ws_doc *d);	/* NULL: empty Body */
struct ws_node *ws_first(const struct ws_node *n);	/* child elements */
struct ws_node *ws_next(const struct ws_node *n);
const char *ws_name(const struct ws_node *n);
/* First child of that name in n's own namespace, or NULL. */
struct ws_node *ws_child(const struct ws_node *n, const char *name);
/* Its text; "" when empty, NULL when it has child elements.  Borrowed. */
const char *ws_text(const struct ws_node *n);

/* Typed children; all ERR_PROTO when missing or of another type. */
int ws_get_text(const struct ws_node *n, const char *name, const char **out,
    struct err *e);
int ws_get_uint(const struct ws_node *n, const char *name, uint32_t *out,
    struct err *e);
int ws_get_bool(const struct ws_node *n, const char *name, bool *out,
    struct err *e);

/*
 * The value of a property in one line: text, the date of a Datetime, a
 * reference as CLASS?KEY=VALUE,KEY=VALUE.  Appends.
 */
int ws_value_text(struct buf *out, const struct ws_node *n, struct err *e);

/*
 * The value of a key of a reference: the selector NAME in n, which holds an
 * endpoint reference; NULL when there is none.  Borrowed.
 */
const char *ws_key(const struct ws_node *n, const char *name);
/* The class that it refers to; "" when it is no reference. */
const char *ws_key_class(const struct ws_node *n);

/* Pulls: the items, and the context to go on with (NULL: that was all). */
struct ws_node *ws_items(const struct ws_doc *d);	/* its first; NULL: none */
const char *ws_context(const struct ws_doc *d);

/* ---- read, modify, write ----------------------------------------------- */

/*
 * Set a property of an instance before Put.  New ones go where the firmware
 * would have them, by byte value of the name.
 */
int ws_set(struct ws_node *instance, const char *name, const char *text,
    struct err *e);
/* One more value of an array, behind those there are. */
int ws_add(struct ws_node *instance, const char *name, const char *text,
    struct err *e);
void ws_drop(struct ws_node *instance, const char *name);	/* all of them */
/* The same of any type: all values of each field, instead of what it has. */
int ws_replace(struct ws_node *instance, const struct ws_field *fields,
    const struct ws_value *values, struct err *e);

/* ---- showing ------------------------------------------------------------ */

bool ws_is_secret(const char *name);	/* of a property or parameter */
/* Indented, secrets masked; NULL when it is not XML.  free() it. */
char *ws_show(const void *p, size_t n);

#endif
