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

#include "lib/err.h"
#include "class.h"
#include "sim.h"

#define PT_INVALID_PARAMETER 36

static const struct class *const lists[] = { classes_general, classes_boot,
    classes_power, classes_redirection, classes_users, classes_setup,
    classes_kvm, classes_cert, classes_log, classes_alarm,
    classes_hardware, classes_network };

unsigned
amt_version(const struct sim *sim)
{
	return sim->model.profile->firmware_major;
}

static bool
in_version(const struct sim *sim, unsigned since, unsigned before)
{
	unsigned version = amt_version(sim);

	return version >= since && (before == 0 || version < before);
}

/* Is the name one of "A,B"? */
static bool
is_one(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (; list != NULL && *list != '\0'; list += *list == ',') {
		if (strncmp(list, name, n) == 0 &&
		    (list[n] == ',' || list[n] == '\0'))
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

const struct class *
class_at(const struct sim *sim, size_t n)
{
	const struct class *c;
	size_t i;

	for (i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (c = lists[i]; c->name != NULL; c++)
			if (in_version(sim, c->since, c->before) &&
			    !is_one(sim->without, c->name) && n-- == 0)
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

int
class_leave_out(struct sim *sim, const char *names, struct err *e)
{
	char name[WS_NAME_MAX];
	const char *p;
	size_t n;

	for (p = names; p != NULL && *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		(void)snprintf(name, sizeof name, "%.*s", (int)n, p);
		if (class_find(sim, name) == NULL)
			return err_set(e, ERR_USAGE, "--without %s: there is "
			    "no class %s anyway", names, name);
	}
	sim->without = names;
	return 0;
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
	return in_version(sim, p->since, p->before);
}

static uint32_t
field_get(const struct model *m, unsigned index, const struct prop *p)
{
	const char *at = (const char *)m + p->at + index * p->stride;
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
field_set(struct model *m, unsigned index, const struct prop *p, uint32_t v)
{
	char *at = (char *)m + p->at + index * p->stride;
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
		values_add(v, "%s", field_get(m, i->index, p) != 0 ? "true" :
		    "false");
	else if (p->size != 0 && p->type == T_UINT)
		values_add(v, "%" PRIu32, field_get(m, i->index, p));
	else if (p->size != 0)
		values_add(v, "%s", (const char *)m + p->at +
		    i->index * p->stride);
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

void
epr_set(struct epr *e, const char *class, const char *key, const char *value)
{
	struct selector *s;

	if (class != NULL) {
		memset(e, 0, sizeof *e);
		snprintf(e->class, sizeof e->class, "%s", class);
	}
	if (key == NULL || e->keys.n == SELECTORS_MAX)
		return;
	s = &e->keys.s[e->keys.n++];
	snprintf(s->name, sizeof s->name, "%s", key);
	snprintf(s->value, sizeof s->value, "%s", value);
}

/* The reference that a property of this instance holds. */
static void
prop_epr(const struct inst *i, const struct prop *p, struct epr *e)
{
	size_t n;

	if (p->get_epr != NULL) {
		p->get_epr(i, e);
		return;
	}
	epr_set(e, p->ref->class, NULL, NULL);
	for (n = 0; n < SELECTORS_MAX && p->ref->keys[n][0] != NULL; n++)
		epr_set(e, NULL, p->ref->keys[n][0], p->ref->keys[n][1]);
}

static bool
is_ref(const struct prop *p)
{
	return p->ref != NULL || p->get_epr != NULL;
}

void
write_epr(struct soap_reply *r, const struct epr *e)
{
	char uri[TEXT_MAX];
	size_t i;

	uri_of_class(e->class, uri);
	reply_text(r, 'b', "Address", ROLE_ANONYMOUS);
	reply_open(r, 'b', "ReferenceParameters");
	reply_text(r, 'c', "ResourceURI", uri);
	reply_open(r, 'c', "SelectorSet");
	for (i = 0; i < e->keys.n; i++) {
		reply_raw(r, "<c:Selector Name=\"%s\">", e->keys.s[i].name);
		reply_escaped(r, e->keys.s[i].value);
		reply_close(r, 'c', "Selector");
	}
	reply_close(r, 'c', "SelectorSet");
	reply_close(r, 'b', "ReferenceParameters");
}

static void
write_prop(struct soap_reply *r, char prefix, const struct inst *i,
    const struct prop *p)
{
	struct values v;
	struct blob b;
	struct epr e;
	size_t k;

	if (is_ref(p)) {
		prop_epr(i, p, &e);
		reply_open(r, prefix, p->name);
		write_epr(r, &e);
		reply_close(r, prefix, p->name);
		return;
	}
	if (p->blob != NULL) {
		b = p->blob(i);
		reply_base64(r, prefix, p->name, b.data, b.len);
		return;
	}
	prop_values(i, p, &v);
	for (k = 0; k < v.n; k++) {
		if (p->type < T_TIME) {
			reply_text(r, prefix, p->name, v.text[k]);
			continue;
		}
		reply_open(r, prefix, p->name);
		reply_text(r, reply_ns(r, NS_COMMON), p->type == T_TIME ?
		    "Datetime" : "Interval", v.text[k]);
		reply_close(r, prefix, p->name);
	}
}

void
write_instance(struct soap_reply *r, const struct inst *i)
{
	char uri[TEXT_MAX], prefix;
	const struct prop *p;

	uri_of_class(i->class->name, uri);
	prefix = reply_ns(r, uri);
	if (i->class->dated)
		reply_ns(r, NS_COMMON);
	reply_open(r, prefix, i->class->name);
	for (p = i->class->props; p->name != NULL; p++)
		if (prop_exists(i->sim, p))
			write_prop(r, prefix, i, p);
	reply_close(r, prefix, i->class->name);
}

/* An association's keys are references, which nest one deeper. */
static void
write_key_ref(struct soap_reply *r, const struct inst *i,
    const struct prop *p)
{
	struct epr e;

	prop_epr(i, p, &e);
	reply_raw(r, "<c:Selector Name=\"%s\">", p->name);
	reply_open(r, 'b', "EndpointReference");
	write_epr(r, &e);
	reply_close(r, 'b', "EndpointReference");
	reply_close(r, 'c', "Selector");
}

/* What an EPR to this instance consists of. */
void
write_instance_keys(struct soap_reply *r, const struct inst *i)
{
	char uri[TEXT_MAX];
	struct values v;
	const struct prop *p;

	uri_of_class(i->class->name, uri);
	reply_text(r, 'b', "Address", ROLE_ANONYMOUS);
	reply_open(r, 'b', "ReferenceParameters");
	reply_text(r, 'c', "ResourceURI", uri);
	reply_open(r, 'c', "SelectorSet");
	for (p = i->class->props; p->name != NULL; p++) {
		if (!(p->flags & PROP_KEY))
			continue;
		if (is_ref(p)) {
			write_key_ref(r, i, p);
			continue;
		}
		prop_values(i, p, &v);
		reply_raw(r, "<c:Selector Name=\"%s\">", p->name);
		reply_escaped(r, v.n > 0 ? v.text[0] : "");
		reply_close(r, 'c', "Selector");
	}
	reply_close(r, 'c', "SelectorSet");
	reply_close(r, 'b', "ReferenceParameters");
}

void
write_instance_epr(struct soap_reply *r, const struct inst *i)
{
	reply_open(r, 'b', "EndpointReference");
	write_instance_keys(r, i);
	reply_close(r, 'b', "EndpointReference");
}

/* ---- finding instances --------------------------------------------- */

/* The name of one collection is taken with and without a blank. */
static bool
same_value(const char *a, const char *b)
{
	static const char blank[] = "TLSProtocolEndpoint Instances Collection",
	    plain[] = "TLSProtocolEndpointInstances Collection";

	return strcmp(a, b) == 0 ||
	    (strcmp(a, plain) == 0 && strcmp(b, blank) == 0);
}

/* Some keys of a reference suffice. */
bool
epr_same(const struct epr *given, const struct epr *have)
{
	size_t g, h;

	for (g = 0; g < given->keys.n; g++) {
		for (h = 0; h < have->keys.n; h++)
			if (strcmp(given->keys.s[g].name,
			    have->keys.s[h].name) == 0)
				break;
		if (h == have->keys.n || !same_value(given->keys.s[g].value,
		    have->keys.s[h].value))
			return false;
	}
	return strcmp(given->class, have->class) == 0;
}

static bool
selector_matches(const struct inst *i, const struct prop *p,
    const struct selector *s)
{
	struct epr given, have;
	struct values v;

	if (is_ref(p)) {
		if (!s->epr || xml_epr(s->node, &given) == -1)
			return false;
		prop_epr(i, p, &have);
		return epr_same(&given, &have);
	}
	prop_values(i, p, &v);
	return !s->epr && v.n == 1 && same_value(s->value, v.text[0]);
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
	size_t seen[64];		/* how many, by index of props */
};

static int
refuse(struct put *p, enum soap_fault f, unsigned amt_status)
{
	p->c->r->fault = f;
	p->c->r->amt_status = amt_status;
	return -1;
}

/* The text of a value, out of its c:Datetime or c:Interval; -1: not text. */
static int
put_text(const xmlNode *n, const struct prop *prop, char text[TEXT_MAX])
{
	if (prop->type >= T_TIME)
		n = xml_child(n, NS_COMMON, prop->type == T_TIME ? "Datetime" :
		    "Interval");
	return n == NULL ? -1 : xml_text(n, text);
}

static bool
same_blob(const struct put *p, const xmlNode *n, const struct prop *prop)
{
	struct blob have = prop->blob(&p->i), given;
	bool same;

	if (xml_blob(n, &given) == -1)
		return false;
	same = have.len == given.len && (have.len == 0 ||
	    memcmp(have.data, given.data, have.len) == 0);
	free(given.data);
	return same;
}

static bool
same_ref(const struct put *p, const xmlNode *n, const struct prop *prop)
{
	struct epr have, given;

	prop_epr(&p->i, prop, &have);
	return xml_epr(n, &given) == 0 && epr_same(&given, &have);
}

/* All elements of a read-only property must repeat its values. */
static bool
unchanged(const struct put *p, const xmlNode *n, const struct prop *prop)
{
	struct values v;
	char text[TEXT_MAX];
	size_t k = 0;

	if (is_ref(prop))
		return same_ref(p, n, prop);
	if (prop->blob != NULL)
		return same_blob(p, n, prop);
	prop_values(&p->i, prop, &v);
	for (; n != NULL; n = xml_next(n)) {
		if (strcmp((const char *)n->name, prop->name) != 0)
			continue;
		if (put_text(n, prop, text) == -1 || k == v.n ||
		    strcmp(text, v.text[k++]) != 0)
			return false;
	}
	return k == v.n;
}

static int
put_field(struct put *p, const struct prop *prop, const char *text)
{
	uint32_t v = 0;
	char *at;

	if (prop->type == T_STRING) {
		if (strlen(text) >= prop->size)
			return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
		at = (char *)&p->model + prop->at + p->i.index * prop->stride;
		memset(at, 0, prop->size);
		memcpy(at, text, strlen(text));
		return 0;
	}
	if ((prop->type == T_BOOL ? parse_bool : parse_uint)(text, &v) == -1)
		return refuse(p, FAULT_SCHEMA, 0);
	if (prop->type == T_UINT && (v < prop->min || v > prop->max))
		return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
	field_set(&p->model, p->i.index, prop, v);
	return 0;
}

static bool
writable(const struct prop *prop)
{
	return prop->size != 0 || prop->set != NULL || prop->add != NULL ||
	    prop->set_epr != NULL || (prop->flags & PROP_WRITE_ONLY);
}

/* What does not go into a field as it is. */
static unsigned
put_special(struct put *p, const xmlNode *n, const struct prop *prop,
    const char *text, size_t nth)
{
	struct epr e;

	if (prop->add != NULL)
		return prop->add(&p->model, p->i.index, nth, text);
	if (prop->set != NULL)
		return prop->set(&p->model, p->i.index, text);
	if (prop->set_epr == NULL)
		return 0;		/* write-only, and of no effect here */
	return xml_epr(n, &e) == -1 ? STATUS_BAD_VALUE :
	    prop->set_epr(p->c->sim, &p->model, &e);
}

static int
refuse_status(struct put *p, unsigned status)
{
	return status == STATUS_BAD_VALUE ?
	    refuse(p, FAULT_REPRESENTATION, 0) :
	    refuse(p, FAULT_INTERNAL, status);
}

/* The nth element of this name. */
static int
put_element(struct put *p, const xmlNode *n, const struct prop *prop,
    size_t nth)
{
	char text[TEXT_MAX] = "";
	unsigned status;

	if ((prop->flags & PROP_NO_ECHO) || (!writable(prop) && nth == 0 &&
	    !unchanged(p, n, prop))) {
		sim_violation(p->c->sim, "wsman", "Put of %s %s the read-only "
		    "%s", p->i.class->name, prop->flags & PROP_NO_ECHO ?
		    "sends" : "changes", prop->name);
		return refuse(p, FAULT_INTERNAL, PT_INVALID_PARAMETER);
	}
	if (!writable(prop))
		return 0;
	if ((nth > 0 && prop->add == NULL) || (prop->set_epr == NULL &&
	    put_text(n, prop, text) == -1))
		return refuse(p, FAULT_SCHEMA, 0);
	if (prop->size != 0 && prop->set == NULL)
		return put_field(p, prop, text);
	status = put_special(p, n, prop, text, nth);
	return status == 0 ? 0 : refuse_status(p, status);
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
		if (put_element(p, n, &props[k], p->seen[k]++) == -1)
			return -1;
	}
	for (k = 0; props[k].name != NULL; k++)
		if ((props[k].flags & PROP_REQUIRED) && p->seen[k] == 0 &&
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
		refuse_status(&p, status);
		return;
	}
	if (fault_value(c->sim, "wsman-ignore", 0) == 0 &&
	    fault_value(c->sim, "wsman-hollow", 0) == 0)
		c->sim->model = p.model;
	if (p.i.class->changed != NULL)
		p.i.class->changed(c->sim, &was);
	write_instance(c->r, &p.i);
}
