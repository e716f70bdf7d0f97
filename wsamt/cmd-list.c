/* SPDX-License-Identifier: MIT */
/*
 * listall, listepr: all instances, or references to them, of all classes.
 * Most classes are absent on most machines, and that is not worth a word;
 * what the machine refuses otherwise is told, and the walk goes on.
 */
#include <string.h>

#include "lib/log.h"
#include "wsamt/wsamt.h"

static const struct class {
	const char *name;
	bool derived;			/* lists others' instances too */
} classes[] = {
#define CLASS(name, derived) { #name, derived },
#include "wsamt/classes.def"
#undef CLASS
};
#define NCLASSES (sizeof classes / sizeof classes[0])

static int
print_reference(struct wsamt *a, const struct ws_node *n, struct err *e)
{
	struct buf text;
	int rc = -1;

	buf_init(&text, WS_MESSAGE_MAX);
	if (ws_value_text(&text, n, e) == 0 && buf_add(&text, "", 1, e) == 0)
		rc = out_item(&a->out, (const char *)text.data, e);
	buf_clear(&text);
	return rc;
}

/* Is it an instance, or a reference to one, of this very class? */
static bool
is_own(const struct class *c, const struct ws_node *n, bool references)
{
	const char *class = references ? ws_key_class(n) : ws_name(n);

	return !c->derived || strcmp(class, c->name) == 0;
}

/*
 * Some firmware refuses to enumerate a class of AMT's own and gives the one
 * instance when it is asked for it.
 */
static int
print_single(struct wsamt *a, const struct class *c, bool references,
    struct err *e)
{
	struct err second;
	struct ws_doc *d;
	int rc;

	if (strncmp(c->name, "CIM_", 4) == 0)
		return -1;
	if (wsman_get(a->wsman, c->name, NULL, &d, &second) == -1) {
		if (second.kind != ERR_REFUSED)
			*e = second;
		return -1;
	}
	rc = references ? out_item(&a->out, c->name, e) :
	    out_instance(&a->out, ws_body(d), true, e);
	ws_doc_free(d);
	return rc;
}

static int
print_class(struct wsamt *a, const struct class *c, bool references,
    struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;
	int rc = references ? wsman_references(a->wsman, c->name, &list, e) :
	    wsman_enumerate(a->wsman, c->name, &list, e);

	if (rc == -1)
		return e->kind != ERR_REFUSED ? -1 :
		    print_single(a, c, references, e);
	while (rc == 0 && (n = ws_list_next(&list, &at, n)) != NULL)
		if (is_own(c, n, references))
			rc = references ? print_reference(a, n, e) :
			    out_instance(&a->out, n, true, e);
	ws_list_free(&list);
	return rc;
}

static int
list(struct wsamt *a, bool references, struct err *e)
{
	size_t i, absent = 0, refused = 0;

	out_list(&a->out);
	for (i = 0; i < NCLASSES; i++) {
		if (print_class(a, &classes[i], references, e) == 0)
			continue;
		if (e->kind != ERR_REFUSED)
			return -1;
		if (wsman_absent(a->wsman)) {
			absent++;
		} else {
			refused++;
			log_warn("%s", e->text);
		}
	}
	if (absent + refused == NCLASSES)
		return -1;		/* it told nothing at all */
	out_list_end(&a->out);
	log_info("%s: %zu of %zu classes are not there", a->machine.name,
	    absent, NCLASSES);
	return 0;
}

int
cmd_listall(struct wsamt *a, int argc, char **argv, struct err *e)
{
	(void)argc, (void)argv;
	return list(a, false, e);
}

int
cmd_listepr(struct wsamt *a, int argc, char **argv, struct err *e)
{
	(void)argc, (void)argv;
	return list(a, true, e);
}
