/* SPDX-License-Identifier: MIT */
/*
 * Enumerate, Pull, Release (WS-Man reference, part a.5): one enumeration
 * is open at a time, a super class shows the instances of its sub classes,
 * some classes give one item a pull whatever is asked.  Each pull hands
 * out a new context, so that a client that keeps using the first is found.
 * Leaves out: filters, MaxTime, MaxCharacters, which are read and ignored.
 */
#include <inttypes.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "sim.h"

#define CLASSES_A_PULL (REPLY_NS_MAX - 4)

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

static int
read_mode(const xmlNode *body, struct enumeration *e)
{
	const xmlNode *n = xml_child(body, NS_WSMAN, "EnumerationMode");
	char text[TEXT_MAX];

	if (n == NULL)
		return 0;
	if (xml_text(n, text) == -1)
		return -1;
	e->epr = strcmp(text, "EnumerateEPR") == 0;
	e->object_and_epr = strcmp(text, "EnumerateObjectAndEPR") == 0;
	return e->epr || e->object_and_epr ? 0 : -1;
}

/* Seen of some AMT 10: such classes are there, but only for Get. */
static bool
get_only(struct sim *sim, const char *name)
{
	return strncmp(name, "CIM_", 4) != 0 &&
	    fault_value(sim, "wsman-no-enumerate", 0) != 0;
}

void
class_enumerate(struct soap_call *c)
{
	struct enumeration *e = &c->soap->live, fresh = { .next = 0 };
	const struct class *cl;
	bool known = false, may = false;
	char g;
	size_t n;

	snprintf(fresh.name, sizeof fresh.name, "%s", c->q->class);
	for (n = 0; (cl = class_at(c->sim, n)) != NULL; n++)
		if (enumerates(&fresh, cl)) {
			known = true;
			may |= class_allows(c->user, cl->read_realms);
		}
	if (c->q->body == NULL ||
	    !xml_is(c->q->body, NS_ENUMERATION, "Enumerate"))
		c->r->fault = FAULT_SCHEMA;
	else if (!known || get_only(c->sim, fresh.name))
		c->r->fault = FAULT_UNREACHABLE;
	else if (!may)
		c->r->fault = FAULT_ACCESS_DENIED;
	if (c->r->fault != FAULT_NONE)
		return;
	if (read_mode(c->q->body, &fresh) == -1) {
		c->r->fault = FAULT_FEATURE;
		return;
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
	const struct class *cl;
	size_t k, have;

	for (k = 0; (cl = class_at(c->sim, k)) != NULL; k++) {
		if (!enumerates(&c->soap->live, cl) ||
		    !class_allows(c->user, cl->read_realms))
			continue;
		have = class_count(c->sim, cl);
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

	*max = UINT32_MAX;
	if (n != NULL && (xml_text(n, text) == -1 || parse_uint(text, max) == -1 || *max == 0))
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

/*
 * Move e->next behind the items of this pull; true when more follow.  Each
 * class needs a prefix of its own, and there are only so many letters.
 */
static bool
advance(struct soap_call *c, uint32_t max)
{
	struct enumeration *e = &c->soap->live;
	const struct class *last = NULL;
	struct inst i;
	size_t classes = 0;
	bool more = nth_instance(c, e->next, &i);

	while (more && max-- > 0) {
		classes += i.class != last;
		if (classes > CLASSES_A_PULL)
			return true;
		last = i.class;
		more = nth_instance(c, ++e->next, &i) || last->more_follows;
		if (last->one_per_pull || last->more_follows)
			break;
	}
	return more;
}

void
class_pull(struct soap_call *c)
{
	struct enumeration *e = &c->soap->live;
	char context[TEXT_MAX] = "", g;
	struct inst i;
	uint32_t max;
	size_t mark = e->next;
	bool more, endless;

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
	more = advance(c, max);
	endless = !more && fault_value(c->sim, "wsman-endless", 0) != 0;
	more = more || endless;
	g = reply_ns(c->r, NS_ENUMERATION);
	reply_open(c->r, g, "PullResponse");
	if (more) {
		new_context(c->soap, e);
		reply_text(c->r, g, "EnumerationContext", e->context);
	}
	reply_open(c->r, g, "Items");
	for (; mark < e->next && nth_instance(c, mark, &i); mark++)
		write_item(c, &i);
	if (endless)
		e->next = 0;
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
