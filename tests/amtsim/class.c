/* SPDX-License-Identifier: MIT */
/*
 * All verbs for all classes, driven by the tables of class.h (WS-Man
 * reference, parts a.5 Enumerate and Pull, a.6 Put rules, a.7 faults).
 * A Put is all or nothing: it is worked out on a copy of the model.
 */
#include <inttypes.h>
#include <libxml/tree.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "class.h"
#include "sim.h"

#define PT_INVALID_PARAMETER 36

static const struct class *const lists[] = { classes_general, classes_boot,
    classes_power, classes_redirection, classes_users, classes_setup };

unsigned
amt_version(const struct sim *sim)
{
	return sim->model.profile->firmware_major;
}

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word), m;

	for (; words != NULL && *words != '\0'; words += strspn(words, " ")) {
		m = strcspn(words, " ");
		if (m == n && memcmp(words, word, n) == 0)
			return true;
		words += m;
	}
	return false;
}

/* Walk over the classes this device has; start with NULL. */
static const struct class *
next_class(struct sim *sim, const struct class *c)
{
	size_t i = 0;

	if (c != NULL) {
		for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
			const struct class *p = lists[i];

			while (p->name != NULL && p != c)
				p++;
			if (p == c)
				break;
		}
		c++;
	} else {
		c = lists[0];
	}
	for (;; c++) {
		if (c->name == NULL) {
			if (++i == sizeof lists / sizeof lists[0])
				return NULL;
			c = lists[i];
		}
		if (c->name != NULL && amt_version(sim) >= c->since)
			return c;
	}
}

const struct class *
class_find(struct sim *sim, const char *name)
{
	const struct class *c = NULL;

	while ((c = next_class(sim, c)) != NULL)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static unsigned
count_of(struct sim *sim, const struct class *c)
{
	return c->count == NULL ? 1 : c->count(sim);
}

/* ---- property values ----------------------------------------------- */

void
values_add(struct values *v, const char *fmt, ...)
{
	va_list ap;

	if (v->n == VALUES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(v->text[v->n++], TEXT_MAX, fmt, ap);
	va_end(ap);
}

static bool
prop_exists(const struct sim *sim, const struct prop *p)
{
	unsigned version = amt_version(sim);

	return version >= p->since && (p->before == 0 || version < p->before);
}

static uint32_t
field_get(const struct model *m, const struct prop *p)
{
	const char *at = (const char *)m + p->at;
	uint16_t v16;
	uint32_t v32;

	switch (p->size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		memcpy(&v16, at, 2);
		return v16;
	default:
		memcpy(&v32, at, 4);
		return v32;
	}
}

static void
field_set(struct model *m, const struct prop *p, uint32_t v)
{
	char *at = (char *)m + p->at;
	uint16_t v16 = (uint16_t)v;
	uint8_t v8 = (uint8_t)v;

	memcpy(at, p->size == 1 ? (void *)&v8 : p->size == 2 ? (void *)&v16 :
	    (void *)&v, p->size);
}

static void
prop_values(const struct inst *i, const struct prop *p, struct values *v)
{
	const struct model *m = &i->sim->model;

	v->n = 0;
	if (p->flags & PROP_WRITE_ONLY)
		values_add(v, "%s", "");
	else if (p->get != NULL)
		p->get(i, v);
	else if (p->value != NULL)
		values_add(v, "%s", p->value);
	else if (p->size != 0 && p->type == T_BOOL)
		values_add(v, "%s", field_get(m, p) != 0 ? "true" : "false");
	else if (p->size != 0 && p->type == T_UINT)
		values_add(v, "%" PRIu32, field_get(m, p));
	else if (p->size != 0)
		values_add(v, "%s", (const char *)m + p->at);
}

static int
parse_bool(const char *text, uint32_t *v)
{
	*v = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	return *v != 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "0") == 0 ? 0 : -1;
}

static int
parse_uint(const char *text, uint32_t *v)
{
	unsigned long n;

	if (text[0] == '\0' || strlen(text) > 10 ||
	    strspn(text, "0123456789") != strlen(text))
		return -1;
	n = strtoul(text, NULL, 10);
	if (n > UINT32_MAX)
		return -1;
	*v = (uint32_t)n;
	return 0;
}

/* ---- writing instances --------------------------------------------- */

static void
write_epr(struct soap_reply *r, const char *class,
    const char *const keys[][2], size_t n)
{
	char uri[TEXT_MAX];
	size_t i;

	uri_of_class(class, uri);
	reply_text(r, 'b', "Address", ROLE_ANONYMOUS);
	reply_open(r, 'b', "ReferenceParameters");
	reply_text(r, 'c', "ResourceURI", uri);
	reply_open(r, 'c', "SelectorSet");
	for (i = 0; i < n; i++) {
		reply_raw(r, "<c:Selector Name=\"%s\">", keys[i][0]);
		reply_escaped(r, keys[i][1]);
		reply_close(r, 'c', "Selector");
	}
	reply_close(r, 'c', "SelectorSet");
	reply_close(r, 'b', "ReferenceParameters");
}

static void
write_ref(struct soap_reply *r, const struct ref *ref)
{
	size_t n = 0;

	while (n < SELECTORS_MAX && ref->keys[n][0] != NULL)
		n++;
	write_epr(r, ref->class, ref->keys, n);
}

static void
write_prop(struct soap_reply *r, char prefix, const struct inst *i,
    const struct prop *p)
{
	struct values v;
	size_t k;

	if (p->ref != NULL) {
		reply_open(r, prefix, p->name);
		write_ref(r, p->ref);
		reply_close(r, prefix, p->name);
		return;
	}
	prop_values(i, p, &v);
	for (k = 0; k < v.n; k++)
		reply_text(r, prefix, p->name, v.text[k]);
}

static void
write_instance(struct soap_reply *r, const struct inst *i)
{
	char uri[TEXT_MAX], prefix;
	const struct prop *p;

	uri_of_class(i->class->name, uri);
	prefix = reply_ns(r, uri);
	reply_open(r, prefix, i->class->name);
	for (p = i->class->props; p->name != NULL; p++)
		if (prop_exists(i->sim, p))
			write_prop(r, prefix, i, p);
	reply_close(r, prefix, i->class->name);
	if (i->class->dated)
		reply_ns(r, NS_COMMON);
}

/* An association's keys are references, which nest one deeper. */
static void
write_key_ref(struct soap_reply *r, const struct prop *p)
{
	reply_raw(r, "<c:Selector Name=\"%s\">", p->name);
	reply_open(r, 'b', "EndpointReference");
	write_ref(r, p->ref);
	reply_close(r, 'b', "EndpointReference");
	reply_close(r, 'c', "Selector");
}

static void
write_instance_epr(struct soap_reply *r, const struct inst *i)
{
	char uri[TEXT_MAX];
	struct values v;
	const struct prop *p;

	uri_of_class(i->class->name, uri);
	reply_open(r, 'b', "EndpointReference");
	reply_text(r, 'b', "Address", ROLE_ANONYMOUS);
	reply_open(r, 'b', "ReferenceParameters");
	reply_text(r, 'c', "ResourceURI", uri);
	reply_open(r, 'c', "SelectorSet");
	for (p = i->class->props; p->name != NULL; p++) {
		if (!(p->flags & PROP_KEY))
			continue;
		if (p->ref != NULL) {
			write_key_ref(r, p);
			continue;
		}
		prop_values(i, p, &v);
		reply_raw(r, "<c:Selector Name=\"%s\">", p->name);
		reply_escaped(r, v.n > 0 ? v.text[0] : "");
		reply_close(r, 'c', "Selector");
	}
	reply_close(r, 'c', "SelectorSet");
	reply_close(r, 'b', "ReferenceParameters");
	reply_close(r, 'b', "EndpointReference");
}

/* ---- finding instances --------------------------------------------- */

static bool
selector_matches(const struct inst *i, const struct prop *p,
    const struct selector *s)
{
	struct values v;

	if (p->ref != NULL)
		return s->epr;		/* one instance of each association */
	prop_values(i, p, &v);
	return !s->epr && v.n == 1 && strcmp(v.text[0], s->value) == 0;
}

static const struct prop *
key_named(const struct class *c, const char *name)
{
	const struct prop *p;

	for (p = c->props; p->name != NULL; p++)
		if ((p->flags & PROP_KEY) && strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static bool
instance_matches(const struct inst *i, const struct selector_set *set)
{
	size_t k;

	for (k = 0; k < set->n; k++)
		if (!selector_matches(i, key_named(i->class, set->s[k].name),
		    &set->s[k]))
			return false;
	return true;
}

/* Some keys suffice when they name one instance. */
static enum soap_fault
find_instance(struct sim *sim, const struct class *c,
    const struct selector_set *set, struct inst *out)
{
	struct inst i = { .sim = sim, .class = c };
	unsigned n = count_of(sim, c), found = 0;
	size_t k;

	for (k = 0; k < set->n; k++)
		if (key_named(c, set->s[k].name) == NULL)
			return FAULT_SELECTORS;
	for (i.index = 0; i.index < n; i.index++)
		if (instance_matches(&i, set)) {
			*out = i;
			found++;
		}
	if (found == 0)
		return FAULT_UNREACHABLE;
	return found == 1 ? FAULT_NONE : FAULT_SELECTORS;
}

bool
epr_names(struct sim *sim, const struct epr *e, const char *class,
    unsigned *index)
{
	const struct class *c = class_find(sim, class);
	struct inst i;

	if (c == NULL || strcmp(e->class, class) != 0 ||
	    find_instance(sim, c, &e->keys, &i) != FAULT_NONE)
		return false;
	if (index != NULL)
		*index = i.index;
	return true;
}

static bool
allowed(const struct user *u, uint32_t realms)
{
	return (u->realms & (realms | REALM(REALM_ADMIN))) != 0;
}

/* What Get, Put and methods begin with, once the class is known. */
static int
locate(struct soap_call *c, const struct class *cl, uint32_t realms,
    struct inst *i)
{
	if (!allowed(c->user, realms))
		c->r->fault = FAULT_ACCESS_DENIED;
	else
		c->r->fault = find_instance(c->sim, cl, &c->q->selectors, i);
	return c->r->fault == FAULT_NONE ? 0 : -1;
}

/* ---- Get ----------------------------------------------------------- */

void
class_get(struct soap_call *c)
{
	const struct class *cl = class_find(c->sim, c->q->class);
	struct inst i;

	if (cl == NULL)
		c->r->fault = FAULT_UNREACHABLE;
	else if (locate(c, cl, cl->read_realms, &i) == -1)
		return;
	else if (c->q->body != NULL)
		c->r->fault = FAULT_SCHEMA;
	else
		write_instance(c->r, &i);
}

/* ---- Put ----------------------------------------------------------- */

struct put {
	struct soap_call *c;
	struct inst i;
	struct model model;		/* as it will be */
	bool seen[64];			/* by index of props */
};

static int
refuse(struct put *p, enum soap_fault f, unsigned amt_status)
{
	p->c->r->fault = f;
	p->c->r->amt_status = amt_status;
	return -1;
}

/* All elements of a read-only property must repeat its values. */
static bool
unchanged(const struct put *p, const xmlNode *n, const struct prop *prop)
{
	struct values v;
	char text[TEXT_MAX];
	size_t k = 0;

	if (prop->ref != NULL)
		return true;
	prop_values(&p->i, prop, &v);
	for (; n != NULL; n = xml_next(n)) {
		if (strcmp((const char *)n->name, prop->name) != 0)
			continue;
		if (xml_text(n, text) == -1 || k == v.n ||
		    strcmp(text, v.text[k++]) != 0)
			return false;
	}
	return k == v.n;
}

static int
put_field(struct put *p, const struct prop *prop, const char *text)
{
	uint32_t v = 0;

	if (prop->type == T_STRING) {
		if (strlen(text) >= prop->size)
			return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
		memset((char *)&p->model + prop->at, 0, prop->size);
		memcpy((char *)&p->model + prop->at, text, strlen(text));
		return 0;
	}
	if ((prop->type == T_BOOL ? parse_bool : parse_uint)(text, &v) == -1)
		return refuse(p, FAULT_SCHEMA, 0);
	if (prop->type == T_UINT && (v < prop->min || v > prop->max))
		return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
	field_set(&p->model, prop, v);
	return 0;
}

static int
put_element(struct put *p, const xmlNode *n, const struct prop *prop,
    bool first)
{
	char text[TEXT_MAX];
	unsigned status;

	if (prop->flags & PROP_NO_ECHO) {
		sim_violation(p->c->sim, "wsman", "Put of %s sends the read-only "
		    "%s", p->i.class->name, prop->name);
		return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
	}
	if (prop->size == 0 && prop->set == NULL &&
	    !(prop->flags & PROP_WRITE_ONLY)) {
		if (!first || unchanged(p, n, prop))
			return 0;
		sim_violation(p->c->sim, "wsman", "Put of %s changes the "
		    "read-only %s", p->i.class->name, prop->name);
		return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
	}
	if (!first || xml_text(n, text) == -1)
		return refuse(p, FAULT_SCHEMA, 0);
	if (prop->flags & PROP_WRITE_ONLY)
		return 0;
	if (prop->set == NULL)
		return put_field(p, prop, text);
	status = prop->set(&p->model, p->i.index, text);
	return status == 0 ? 0 : refuse(p, FAULT_INTERNAL, status);
}

static int
put_elements(struct put *p, const xmlNode *n, const char *uri)
{
	const struct prop *props = p->i.class->props;
	size_t k;

	for (; n != NULL; n = xml_next(n)) {
		if (!xml_is(n, uri, (const char *)n->name))
			return refuse(p, FAULT_REPRESENTATION, 0);
		for (k = 0; props[k].name != NULL; k++)
			if (prop_exists(p->c->sim, &props[k]) &&
			    xml_is(n, uri, props[k].name))
				break;
		if (props[k].name == NULL) {
			sim_violation(p->c->sim, "wsman", "Put of %s with the "
			    "unknown property %.64s", p->i.class->name,
			    (const char *)n->name);
			return refuse(p, FAULT_SCHEMA, 0);
		}
		if (put_element(p, n, &props[k], !p->seen[k]) == -1)
			return -1;
		p->seen[k] = true;
	}
	for (k = 0; props[k].name != NULL; k++)
		if ((props[k].flags & PROP_REQUIRED) && !p->seen[k] &&
		    prop_exists(p->c->sim, &props[k])) {
			sim_violation(p->c->sim, "wsman", "Put of %s without the "
			    "required %s", p->i.class->name, props[k].name);
			return refuse(p, FAULT_REPRESENTATION, 0);
		}
	return 0;
}

void
class_put(struct soap_call *c)
{
	const struct class *cl = class_find(c->sim, c->q->class);
	struct put p = { .c = c, .model = c->sim->model };
	struct model was = c->sim->model;
	char uri[TEXT_MAX];
	unsigned status;

	if (cl == NULL)
		c->r->fault = FAULT_UNREACHABLE;
	if (cl == NULL || locate(c, cl, cl->write_realms, &p.i) == -1)
		return;
	uri_of_class(p.i.class->name, uri);
	if (c->q->body == NULL || !xml_is(c->q->body, uri, p.i.class->name)) {
		c->r->fault = FAULT_REPRESENTATION;
		return;
	}
	if (put_elements(&p, xml_first(c->q->body), uri) == -1)
		return;
	status = p.i.class->check == NULL ? 0 :
	    p.i.class->check(&was, &p.model);
	if (status != 0) {
		refuse(&p, FAULT_INTERNAL, status);
		return;
	}
	c->sim->model = p.model;
	if (p.i.class->changed != NULL)
		p.i.class->changed(c->sim, &was);
	write_instance(c->r, &p.i);
}

/* ---- Enumerate, Pull ----------------------------------------------- */

static bool
enumerates(const struct enumeration *e, const struct class *c)
{
	return strcmp(c->name, e->name) == 0 || has_word(c->ancestors, e->name);
}

/* The number of a counter, in the byte order that was seen: 14000000. */
static void
new_context(struct soap *s, struct enumeration *e)
{
	uint32_t v = ++s->contexts;

	snprintf(e->context, sizeof e->context,
	    "%02X%02X%02X%02X-0000-0000-0000-000000000000", v & 0xff,
	    v >> 8 & 0xff, v >> 16 & 0xff, v >> 24);
}

void
class_enumerate(struct soap_call *c)
{
	struct enumeration *e = &c->soap->live, fresh = { .next = 0 };
	const struct class *cl = NULL;
	const xmlNode *mode;
	char text[TEXT_MAX], g;
	bool known = false, may = false;

	snprintf(fresh.name, sizeof fresh.name, "%s", c->q->class);
	while ((cl = next_class(c->sim, cl)) != NULL)
		if (enumerates(&fresh, cl)) {
			known = true;
			may |= allowed(c->user, cl->read_realms);
		}
	if (c->q->body == NULL ||
	    !xml_is(c->q->body, NS_ENUMERATION, "Enumerate"))
		c->r->fault = FAULT_SCHEMA;
	else if (!known)
		c->r->fault = FAULT_UNREACHABLE;
	else if (!may)
		c->r->fault = FAULT_ACCESS_DENIED;
	if (c->r->fault != FAULT_NONE)
		return;
	mode = xml_child(c->q->body, NS_WSMAN, "EnumerationMode");
	if (mode != NULL) {
		fresh.epr = xml_text(mode, text) == 0 &&
		    strcmp(text, "EnumerateEPR") == 0;
		fresh.object_and_epr = !fresh.epr &&
		    strcmp(text, "EnumerateObjectAndEPR") == 0;
		if (!fresh.epr && !fresh.object_and_epr) {
			c->r->fault = FAULT_FEATURE;
			return;
		}
	}
	if (e->context[0] != '\0')
		sim_violation(c->sim, "wsman", "Enumerate of %s while that of %s "
		    "is open", fresh.name, e->name);
	*e = fresh;
	new_context(c->soap, e);
	g = reply_ns(c->r, NS_ENUMERATION);
	reply_open(c->r, g, "EnumerateResponse");
	reply_text(c->r, g, "EnumerationContext", e->context);
	reply_close(c->r, g, "EnumerateResponse");
}

/* The nth instance that this enumeration shows this user. */
static bool
nth_instance(struct soap_call *c, size_t n, struct inst *out)
{
	const struct class *cl = NULL;
	unsigned have;

	while ((cl = next_class(c->sim, cl)) != NULL) {
		if (!enumerates(&c->soap->live, cl) ||
		    !allowed(c->user, cl->read_realms))
			continue;
		have = count_of(c->sim, cl);
		if (n < have) {
			*out = (struct inst){ c->sim, cl, (unsigned)n };
			return true;
		}
		n -= have;
	}
	return false;
}

static void
write_item(struct soap_call *c, const struct inst *i)
{
	const struct enumeration *e = &c->soap->live;

	if (e->object_and_epr)
		reply_open(c->r, 'c', "Item");
	if (!e->epr)
		write_instance(c->r, i);
	if (e->epr || e->object_and_epr)
		write_instance_epr(c->r, i);
	if (e->object_and_epr)
		reply_close(c->r, 'c', "Item");
}

/* MaxElements is an upper bound; some classes give one whatever is asked. */
static int
pull_limit(struct soap_call *c, uint32_t *max)
{
	const xmlNode *n = xml_child(c->q->body, NS_ENUMERATION, "MaxElements");
	char text[TEXT_MAX];

	*max = 1;			/* the standard's default */
	if (n == NULL)
		*max = UINT32_MAX;	/* firmware's */
	else if (xml_text(n, text) == -1 || parse_uint(text, max) == -1 ||
	    *max == 0)
		return -1;
	return 0;
}

/* Order of the children is the schema's. */
static int
check_pull(struct soap_call *c, char context[TEXT_MAX])
{
	static const char *const order[] = { "EnumerationContext", "MaxTime",
	    "MaxElements", "MaxCharacters" };
	const xmlNode *n = c->q->body;
	size_t k = 0;

	if (n == NULL || !xml_is(n, NS_ENUMERATION, "Pull"))
		return -1;
	for (n = xml_first(n); n != NULL; n = xml_next(n)) {
		while (k < 4 && !xml_is(n, NS_ENUMERATION, order[k]))
			k++;
		if (k++ == 4)
			return -1;
		if (k == 1 && xml_text(n, context) == -1)
			return -1;
	}
	return context[0] == '\0' ? -1 : 0;
}

void
class_pull(struct soap_call *c)
{
	struct enumeration *e = &c->soap->live;
	char context[TEXT_MAX] = "", g;
	struct inst i;
	uint32_t max, n = 0;
	size_t mark = e->next;
	bool more;

	if (check_pull(c, context) == -1 || pull_limit(c, &max) == -1) {
		c->r->fault = FAULT_SCHEMA;
		return;
	}
	if (e->context[0] == '\0' || strcmp(context, e->context) != 0 ||
	    strcmp(e->name, c->q->class) != 0) {
		sim_violation(c->sim, "wsman", "Pull with a context that is not "
		    "open");
		c->r->fault = FAULT_CONTEXT;
		return;
	}
	for (more = nth_instance(c, mark, &i); more && n < max; n++) {
		bool single = i.class->one_per_pull;

		more = nth_instance(c, ++e->next, &i) ||
		    i.class->more_follows;
		if (single) {
			n++;
			break;
		}
	}
	g = reply_ns(c->r, NS_ENUMERATION);
	reply_open(c->r, g, "PullResponse");
	if (more) {
		new_context(c->soap, e);
		reply_text(c->r, g, "EnumerationContext", e->context);
	}
	reply_open(c->r, g, "Items");
	for (; mark < e->next && nth_instance(c, mark, &i); mark++)
		write_item(c, &i);
	reply_close(c->r, g, "Items");
	if (!more) {
		reply_raw(c->r, "<%c:EndOfSequence></%c:EndOfSequence>", g, g);
		e->context[0] = '\0';
	}
	reply_close(c->r, g, "PullResponse");
}

void
class_release(struct soap_call *c)
{
	struct enumeration *e = &c->soap->live;
	const xmlNode *n;
	char context[TEXT_MAX];

	if (c->q->body == NULL || !xml_is(c->q->body, NS_ENUMERATION, "Release")) {
		c->r->fault = FAULT_SCHEMA;
		return;
	}
	n = xml_child(c->q->body, NS_ENUMERATION, "EnumerationContext");
	if (n == NULL || xml_text(n, context) == -1 || context[0] == '\0' ||
	    strcmp(context, e->context) != 0)
		c->r->fault = FAULT_CONTEXT;
	else
		e->context[0] = '\0';
}

/* ---- methods ------------------------------------------------------- */

void
out_text(struct method_call *m, const char *name, const char *text)
{
	reply_text(m->call->r, m->prefix, name, text);
}

void
out_uint(struct method_call *m, const char *name, unsigned long v)
{
	char text[24];

	snprintf(text, sizeof text, "%lu", v);
	out_text(m, name, text);
}

static enum soap_fault
read_input(const xmlNode *n, const struct input *in, struct arg *a)
{
	char text[TEXT_MAX];
	uint32_t v;

	if (a->n > 0 && !in->array)
		return FAULT_SCHEMA;
	if (a->n == INPUT_VALUES_MAX)
		return FAULT_PARAMETER;
	switch (in->type) {
	case IN_EPR:
		/* an empty reference is against the schema */
		if (xml_epr(n, a->n == 0 ? &a->epr : &(struct epr){ .class = "" })
		    == -1)
			return FAULT_SCHEMA;
		break;
	case IN_UINT:
	case IN_BOOL:
		if (xml_text(n, text) == -1 || (in->type == IN_BOOL ?
		    parse_bool : parse_uint)(text, &v) == -1 ||
		    (in->type == IN_UINT && v > in->max))
			return FAULT_SCHEMA;
		a->number[a->n] = v;
		break;
	case IN_STRING:
		if (xml_text(n, a->text) == -1)
			return FAULT_SCHEMA;
		break;
	case IN_TIME:			/* c:Datetime or c:Interval inside */
		if (xml_first(n) == NULL)
			return FAULT_SCHEMA;
		break;
	}
	a->n++;
	return FAULT_NONE;
}

/* Inputs come in the order of the class model. */
static enum soap_fault
read_inputs(struct method_call *m, const struct method *method,
    const xmlNode *n, const char *uri)
{
	static const struct input none[] = { { .name = NULL } };
	const struct input *in = method->in == NULL ? none : method->in;
	size_t k = 0;
	enum soap_fault f;

	for (; n != NULL; n = xml_next(n)) {
		while (in[k].name != NULL && !xml_is(n, uri, in[k].name)) {
			if (in[k].required && m->arg[k].n == 0)
				break;
			k++;
		}
		if (in[k].name == NULL || !xml_is(n, uri, in[k].name)) {
			sim_violation(m->call->sim, "wsman", "%s.%s: %.64s is "
			    "unknown or out of order", m->inst.class->name,
			    method->name, (const char *)n->name);
			return FAULT_SCHEMA;
		}
		f = read_input(n, &in[k], &m->arg[k]);
		if (f != FAULT_NONE) {
			sim_violation(m->call->sim, "wsman", "%s.%s: %s is not "
			    "what the schema asks for", m->inst.class->name,
			    method->name, in[k].name);
			return f;
		}
	}
	for (k = 0; in[k].name != NULL; k++)
		if (in[k].required && m->arg[k].n == 0)
			return FAULT_PARAMETER;
	return FAULT_NONE;
}

static const struct method *
find_method(const struct class *c, const char *name)
{
	const struct method *m;

	for (m = c->methods; m != NULL && m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static void
run_method(struct method_call *m, const struct method *method)
{
	struct soap_call *c = m->call;
	char uri[TEXT_MAX], input[WS_NAME_MAX + 8], output[WS_NAME_MAX + 8];
	long value = fault_value(c->sim, "wsman-return", -1);

	uri_of_class(m->inst.class->name, uri);
	snprintf(input, sizeof input, "%s_INPUT", method->name);
	snprintf(output, sizeof output, "%s_OUTPUT", method->name);
	c->r->fault = c->q->body == NULL || !xml_is(c->q->body, uri, input) ?
	    FAULT_SCHEMA : read_inputs(m, method, xml_first(c->q->body), uri);
	if (c->r->fault != FAULT_NONE)
		return;
	m->prefix = reply_ns(c->r, uri);
	reply_open(c->r, m->prefix, output);
	out_uint(m, "ReturnValue", value >= 0 ? (unsigned long)value :
	    method->run(m));
	reply_close(c->r, m->prefix, output);
}

void
class_invoke(struct soap_call *c, const char *name)
{
	const struct class *cl = class_find(c->sim, c->q->class);
	const struct method *method;
	struct method_call *m;
	uint32_t realms;

	if (cl == NULL || (method = find_method(cl, name)) == NULL) {
		c->r->fault = cl == NULL ? FAULT_UNREACHABLE : FAULT_ACTION;
		return;
	}
	m = calloc(1, sizeof *m);	/* some kilobytes */
	if (m == NULL) {
		c->r->fault = FAULT_INTERNAL;
		return;
	}
	m->call = c;
	realms = method->realms != 0 ? method->realms : method->reads ?
	    cl->read_realms : cl->write_realms;
	if (locate(c, cl, realms, &m->inst) == 0)
		run_method(m, method);
	free(m);
}
