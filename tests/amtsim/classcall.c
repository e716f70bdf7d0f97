/* SPDX-License-Identifier: MIT */
/*
 * Methods: inputs are read by the method's row, in class-model order, and
 * checked before anything is done; outputs end in ReturnValue.  Create, whose
 * body is read the same way, and Delete.
 */
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "class.h"
#include "sim.h"

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

void
out_bool(struct method_call *m, const char *name, bool b)
{
	out_text(m, name, b ? "true" : "false");
}

void
out_base64(struct method_call *m, const char *name, const void *p, size_t n)
{
	reply_base64(m->call->r, m->prefix, name, p, n);
}

void
out_epr(struct method_call *m, const char *name, const char *class,
    const char *key, const char *value)
{
	struct epr e;

	epr_set(&e, class, key, value);
	reply_open(m->call->r, m->prefix, name);
	write_epr(m->call->r, &e);
	reply_close(m->call->r, m->prefix, name);
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
	case IN_BLOB:
		if (a->n > 0 || xml_blob(n, &a->blob) == -1)
			return FAULT_SCHEMA;
		break;
	case IN_NODE:
		if (xml_first(n) == NULL)
			return FAULT_SCHEMA;
		a->node = n;
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

/* It says yes to every order and does nothing. */
static bool
is_hollow(const struct soap_call *c)
{
	return fault_value(c->sim, "wsman-hollow", 0) != 0;
}

static void
run_method(struct method_call *m, const struct method *method)
{
	struct soap_call *c = m->call;
	char uri[TEXT_MAX], input[WS_NAME_MAX + 8], output[WS_NAME_MAX + 8];
	long value = fault_value(c->sim, "wsman-return",
	    is_hollow(c) && !method->reads ? 0 : -1);

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

static struct method_call *
call_new(struct soap_call *c)
{
	struct method_call *m = calloc(1, sizeof *m);	/* some kilobytes */

	if (m == NULL)
		c->r->fault = FAULT_INTERNAL;
	else
		m->call = c;
	return m;
}

static void
call_free(struct method_call *m)
{
	size_t k;

	for (k = 0; k < INPUTS_MAX; k++) {
		if (m->arg[k].blob.len > 0)
			gnutls_memset(m->arg[k].blob.data, 0, m->arg[k].blob.len);
		free(m->arg[k].blob.data);
	}
	free(m);
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
	if ((m = call_new(c)) == NULL)
		return;
	realms = method->realms != 0 ? method->realms : method->reads ?
	    cl->read_realms : cl->write_realms;
	if (class_locate(c, cl, realms, &m->inst) == 0)
		run_method(m, method);
	call_free(m);
}

/* ---- Create and Delete --------------------------------------------- */

static void
run_create(struct method_call *m)
{
	const struct method *create = m->inst.class->create;
	struct soap_call *c = m->call;
	char uri[TEXT_MAX], g;

	uri_of_class(m->inst.class->name, uri);
	if (c->q->body == NULL || !xml_is(c->q->body, uri, m->inst.class->name))
		c->r->fault = FAULT_REPRESENTATION;
	else
		c->r->fault = read_inputs(m, create, xml_first(c->q->body), uri);
	if (c->r->fault != FAULT_NONE)
		return;
	c->r->amt_status = is_hollow(c) ? 0 : create->run(m);
	if (c->r->amt_status != 0 && c->r->fault == FAULT_NONE)
		c->r->fault = FAULT_INTERNAL;
	if (c->r->fault != FAULT_NONE)
		return;
	g = reply_ns(c->r, NS_TRANSFER);
	reply_open(c->r, g, "ResourceCreated");
	if (!is_hollow(c))
		write_instance_keys(c->r, &m->inst);
	reply_close(c->r, g, "ResourceCreated");
}

void
class_create(struct soap_call *c)
{
	const struct class *cl = class_find(c->sim, c->q->class);
	struct method_call *m;

	if (cl == NULL || cl->create == NULL)
		c->r->fault = cl == NULL ? FAULT_UNREACHABLE : FAULT_ACTION;
	else if (!class_allows(c->user, cl->write_realms))
		c->r->fault = FAULT_ACCESS_DENIED;
	if (c->r->fault != FAULT_NONE || (m = call_new(c)) == NULL)
		return;
	m->inst = (struct inst){ .sim = c->sim, .class = cl };
	run_create(m);
	call_free(m);
}

/* The answer's body is empty. */
void
class_delete(struct soap_call *c)
{
	const struct class *cl = class_find(c->sim, c->q->class);
	struct inst i;

	if (cl == NULL || cl->remove == NULL) {
		c->r->fault = cl == NULL ? FAULT_UNREACHABLE : FAULT_ACTION;
		return;
	}
	if (class_locate(c, cl, cl->write_realms, &i) == -1)
		return;
	c->r->amt_status = is_hollow(c) ? 0 : cl->remove(c->sim, i.index);
	if (c->r->amt_status != 0)
		c->r->fault = FAULT_INTERNAL;
}
