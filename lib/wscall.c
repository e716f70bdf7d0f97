/* SPDX-License-Identifier: MIT */
/*
 * WS-Management for tools that ask one thing after the other: see the second
 * half of wsman.h.  Each call runs the loop until its answer is there, or in
 * a fiber lets others go on meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/wsman.h"

struct call {
	bool done;
	struct ws_doc *answer;
	struct err *e;
};

static void
on_done(void *arg, struct ws_doc *answer, const struct err *e)
{
	struct call *c = arg;

	c->done = true;
	c->answer = answer;
	if (answer == NULL)
		*c->e = *e;
}

static int
exchange(struct wsman *w, const struct ws_request *r, struct ws_doc **out,
    struct err *e)
{
	struct call c = { .e = e };

	if (wsman_send(w, r, on_done, &c, e) == -1)
		return -1;
	if (fiber_wait(wsman_loop(w), &c.done, e) == -1)
		return -1;
	*out = c.answer;
	return c.answer != NULL ? 0 : -1;
}

/* The answer of an order that was not sent. */
static int
pretend(const struct ws_request *r, struct ws_doc **out, struct err *e)
{
	static const char soap[] = "http://www.w3.org/2003/05/soap-envelope";
	char uri[WS_URI_MAX], text[2 * WS_URI_MAX + 4 * WS_NAME_MAX], body[
	    WS_URI_MAX + 3 * WS_NAME_MAX] = "";

	if (r->op == WS_INVOKE) {
		if (ws_class_uri(uri, r->method->class, e) == -1)
			return -1;
		(void)snprintf(body, sizeof body, "<%.*s_OUTPUT xmlns=\"%s\">"
		    "<ReturnValue>0</ReturnValue></%.*s_OUTPUT>",
		    WS_NAME_MAX, r->method->name, uri, WS_NAME_MAX,
		    r->method->name);
	} else if (r->op == WS_CREATE) {
		(void)snprintf(body, sizeof body, "<ResourceCreated/>");
	}
	(void)snprintf(text, sizeof text, "<e:Envelope xmlns:e=\"%s\">"
	    "<e:Body>%s</e:Body></e:Envelope>", soap, body);
	*out = ws_parse(text, strlen(text), e);
	return *out != NULL ? 0 : -1;
}

int
wsman_call(struct wsman *w, const struct ws_request *r, struct ws_doc **out,
    struct err *e)
{
	char what[2 * WS_NAME_MAX];
	wsman_order_fn *order;
	void *arg;

	*out = NULL;
	if (ws_changes(r) && (order = wsman_dry(w, &arg)) != NULL)
		return order(arg, r, e) == -1 ? -1 : pretend(r, out, e);
	if (exchange(w, r, out, e) == -1)
		return -1;
	if (r->op != WS_INVOKE || ws_return_value(*out, r->method, NULL,
	    e) == 0)
		return 0;
	if (e->kind == ERR_PROTO && ws_changes(r)) {
		e->kind = ERR_UNKNOWN;
		(void)err_more(e, "; whether the order was carried out is not "
		    "known");
	}
	return err_ctx(e, "%s: %s", wsman_host(w), ws_describe(r, what,
	    sizeof what));
}

int
wsman_get(struct wsman *w, const char *class,
    const struct ws_selector *selectors, struct ws_doc **out, struct err *e)
{
	return wsman_call(w, &(struct ws_request){ .op = WS_GET,
	    .class = class, .selectors = selectors }, out, e);
}

int
wsman_invoke(struct wsman *w, const struct ws_method *method,
    const struct ws_selector *selectors, const struct ws_value *values,
    struct ws_doc **out, struct err *e)
{
	struct ws_doc *d;
	int rc = wsman_call(w, &(struct ws_request){ .op = WS_INVOKE,
	    .method = method, .selectors = selectors, .values = values }, &d,
	    e);

	if (out != NULL)
		*out = d;
	else
		ws_doc_free(d);
	return rc;
}

int
wsman_put(struct wsman *w, const struct ws_node *instance,
    const struct ws_selector *selectors, struct err *e)
{
	struct ws_doc *d;

	if (wsman_call(w, &(struct ws_request){ .op = WS_PUT,
	    .class = ws_name(instance), .selectors = selectors,
	    .instance = instance }, &d, e) == -1)
		return -1;
	ws_doc_free(d);
	return 0;
}

int
wsman_create(struct wsman *w, const char *class,
    const struct ws_field *fields, const struct ws_value *values,
    struct ws_doc **out, struct err *e)
{
	struct ws_doc *d;
	int rc = wsman_call(w, &(struct ws_request){ .op = WS_CREATE,
	    .class = class, .fields = fields, .values = values }, &d, e);

	if (out != NULL)
		*out = d;
	else
		ws_doc_free(d);
	return rc;
}

int
wsman_delete(struct wsman *w, const char *class,
    const struct ws_selector *selectors, struct err *e)
{
	struct ws_doc *d;
	int rc = wsman_call(w, &(struct ws_request){ .op = WS_DELETE,
	    .class = class, .selectors = selectors }, &d, e);

	ws_doc_free(d);
	return rc;
}

/* ---- enumerations ----------------------------------------------------------- */

static int
keep_doc(struct ws_list *list, struct ws_doc *d, struct err *e)
{
	struct ws_doc **docs = reallocarray(list->docs, list->ndocs + 1,
	    sizeof *docs);

	if (docs == NULL) {
		ws_doc_free(d);
		return err_sys(e, ERR_LOCAL, "no memory for a list");
	}
	list->docs = docs;
	docs[list->ndocs++] = d;
	return 0;
}

/* Pulls until the machine says that this was all, or it is too much. */
static int
pull_all(struct wsman *w, const char *class, bool references,
    struct ws_list *list, struct err *e)
{
	struct ws_request r = { .op = WS_ENUMERATE, .class = class,
	    .references = references };
	struct ws_doc *d, *first;
	size_t bytes = 0;
	int rc;

	if (wsman_call(w, &r, &first, e) == -1)
		return -1;
	if ((r.context = ws_context(first)) == NULL) {
		ws_doc_free(first);
		return err_set(e, ERR_PROTO, "%s: Enumerate %s: the answer has "
		    "no context", wsman_host(w), class);
	}
	for (r.op = WS_PULL; r.context != NULL; r.context = ws_context(d)) {
		rc = wsman_call(w, &r, &d, e);
		ws_doc_free(first);	/* the context was borrowed of it */
		first = NULL;
		if (rc == -1)
			return -1;
		bytes += ws_size(d);
		if (keep_doc(list, d, e) == -1)
			return -1;
		if (bytes > WSMAN_LIST_MAX || list->ndocs > WSMAN_PULLS_MAX)
			return err_set(e, ERR_PROTO, "%s: Enumerate %s: it "
			    "does not end", wsman_host(w), class);
	}
	return 0;
}

/*
 * A pull cannot be asked again, for the next one brings other items; the
 * whole list can.  So can one that the firmware gave up: it keeps one at a
 * time, and somebody else has asked for another.
 */
static int
list_all(struct wsman *w, const char *class, bool references,
    struct ws_list *list, struct err *e)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		*list = (struct ws_list){ 0 };
		if (pull_all(w, class, references, list, e) == 0)
			return 0;
		ws_list_free(list);
		if ((e->kind != ERR_NET || !wsman_cut(w)) &&
		    strcmp(wsman_fault(w), "InvalidEnumerationContext") != 0)
			break;
		log_debug("%s: asking for the list again", wsman_host(w));
	}
	return -1;
}

int
wsman_enumerate(struct wsman *w, const char *class, struct ws_list *list,
    struct err *e)
{
	return list_all(w, class, false, list, e);
}

int
wsman_references(struct wsman *w, const char *class, struct ws_list *list,
    struct err *e)
{
	return list_all(w, class, true, list, e);
}

void
ws_list_free(struct ws_list *list)
{
	size_t i;

	for (i = 0; i < list->ndocs; i++)
		ws_doc_free(list->docs[i]);
	free(list->docs);
	*list = (struct ws_list){ 0 };
}

struct ws_node *
ws_list_next(const struct ws_list *list, size_t *doc,
    const struct ws_node *item)
{
	struct ws_node *n = item != NULL ? ws_next(item) :
	    list->ndocs > 0 ? ws_items(list->docs[*doc = 0]) : NULL;

	while (n == NULL && *doc + 1 < list->ndocs)
		n = ws_items(list->docs[++*doc]);
	return n;
}
