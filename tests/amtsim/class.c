/* SPDX-License-Identifier: MIT */
/*
 * Classes, instances and their values, driven by the tables of class.h;
 * Get and Put (WS-Man reference, part a.6 Put rules).  A Put is all or
 * nothing: it is worked out on a copy of the model.
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

const struct class *
class_at(const struct sim *sim, size_t n)
{
	const struct class *c;
	size_t i;

	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (c = lists[i]; c->name != NULL; c++)
			if (amt_version(sim) >= c->since && n-- == 0)
				return c;
	return NULL;
}

const struct class *
class_find(const struct sim *sim, const char *name)
{
	const struct class *c;
	size_t n;

	for (n = 0; (c = class_at(sim, n)) != NULL; n++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

unsigned
class_count(struct sim *sim, const struct class *c)
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

int
parse_bool(const char *text, uint32_t *v)
{
	*v = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	return *v != 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "0") == 0 ? 0 : -1;
}

int
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

void
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

void
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
	unsigned n = class_count(sim, c), found = 0;
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

bool
class_allows(const struct user *u, uint32_t realms)
{
	return (u->realms & (realms | REALM(REALM_ADMIN))) != 0;
}

/* What Get, Put and methods begin with, once the class is known. */
int
class_locate(struct soap_call *c, const struct class *cl, uint32_t realms,
    struct inst *i)
{
	if (!class_allows(c->user, realms))
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
	else if (class_locate(c, cl, cl->read_realms, &i) == -1)
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
	if (cl == NULL || class_locate(c, cl, cl->write_realms, &p.i) == -1)
		return;
	uri_of_class(p.i.class->name, uri);
	if (c->q->body == NULL || !xml_is(c->q->body, uri, p.i.class->name)) {
		c->r->fault = FAULT_REPRESENTATION;
		return;
	}
	if (put_elements(&p, xml_first(c->q->body), uri) == -1)
		return;
	status = (unsigned)fault_value(c->sim, "wsman-status", 0);
	if (status == 0 && p.i.class->check != NULL)
		status = p.i.class->check(&was, &p.model);
	if (status != 0) {
		refuse(&p, FAULT_INTERNAL, status);
		return;
	}
	if (fault_value(c->sim, "wsman-ignore", 0) == 0)
		c->sim->model = p.model;
	if (p.i.class->changed != NULL)
		p.i.class->changed(c->sim, &was);
	write_instance(c->r, &p.i);
}
