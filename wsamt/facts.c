/* SPDX-License-Identifier: MIT */
/* Views of several classes: see facts.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/facts.h"
#include "wsamt/wsamt.h"

#define VALUE_MAX (64 << 10)

const char *
fact_word(const struct ws_word *words, const char *number)
{
	char *end;
	unsigned long n = strtoul(number, &end, 10);

	for (; *number != '\0' && *end == '\0' && words != NULL &&
	    words->text != NULL; words++)
		if (words->value == n)
			return words->text;
	return number;
}

/* One value of the property n as text, appended. */
static int
add_value(struct buf *out, const struct fact *f, const struct ws_node *n,
    struct err *e)
{
	const char *text = ws_text(n);

	if (text == NULL || f->how == FACT_TEXT)
		return ws_value_text(out, n, e);
	switch (f->how) {
	case FACT_BOOL:
		text = wsamt_word(strcmp(text, "true") == 0 ||
		    strcmp(text, "1") == 0);
		break;
	case FACT_STATE:
		text = wsamt_word(strcmp(text, "3") != 0);
		break;
	case FACT_WORD:
	case FACT_WORDS:
		text = fact_word(f->words, text);
		break;
	case FACT_ADDRESSES:
		return buf_addf(out, e, "%.*s", (int)strcspn(text, ","), text);
	case FACT_TEXT:
		break;
	}
	return buf_addf(out, e, "%s", text);
}

static bool
is_list(const struct fact *f)
{
	return f->how == FACT_WORDS || f->how == FACT_ADDRESSES;
}

static int
print_fact(struct wsamt *a, const struct fact *f, const struct ws_node *first,
    struct err *e)
{
	const struct ws_node *n;
	struct buf text;
	int rc = 0;

	buf_init(&text, VALUE_MAX);
	for (n = first; rc == 0 && n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), f->property) != 0)
			continue;
		if (n != first && !is_list(f))
			break;
		if (n != first)
			rc = buf_add(&text, ",", 1, e);
		if (rc == 0)
			rc = add_value(&text, f, n, e);
	}
	while (text.len > 0 && text.data[text.len - 1] == ' ')
		text.len--;		/* SMBIOS fills up with blanks */
	if (rc == 0 && text.len > 0 && buf_add(&text, "", 1, e) == 0)
		rc = (is_list(f) ? out_words : out_fact)(&a->out,
		    f->word, (const char *)text.data, e);
	if (rc == -1)
		(void)err_ctx(e, "%s: %s", a->machine.name, f->property);
	buf_clear(&text);
	return rc;
}

int
facts_print_node(struct wsamt *a, const struct fact *rows, size_t n,
    const struct ws_node *instance, struct err *e)
{
	struct ws_node *first;
	size_t i;

	for (i = 0; i < n; i++)
		if ((first = ws_child(instance, rows[i].property)) != NULL &&
		    print_fact(a, &rows[i], first, e) == -1)
			return -1;
	return 0;
}

/* Of the same class and instance as the row before? */
static bool
same_source(const struct fact *f, const struct fact *g)
{
	if (strcmp(f->class, g->class) != 0 ||
	    (f->instance == NULL) != (g->instance == NULL))
		return false;
	return f->instance == NULL || strcmp(f->instance, g->instance) == 0;
}

bool
facts_may_lack(struct wsamt *a, const struct err *e)
{
	if (wsman_absent(a->wsman))
		return true;
	if (strcmp(wsman_fault(a->wsman), "AccessDenied") != 0)
		return false;
	log_warn("%s", e->text);
	return true;
}

int
facts_print(struct wsamt *a, const struct fact *rows, size_t n,
    struct err *e)
{
	struct ws_doc *d;
	size_t i, end;
	bool some = false;
	int rc;

	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && same_source(&rows[i], &rows[end]);
		    end++)
			;
		if (wsman_get(a->wsman, rows[i].class, rows[i].instance ==
		    NULL ? NULL : (const struct ws_selector[]){
		    { .name = "InstanceID", .value = rows[i].instance },
		    { .name = NULL } }, &d, e) == -1) {
			if (!facts_may_lack(a, e))
				return -1;
			continue;
		}
		some = true;
		rc = facts_print_node(a, rows + i, end - i, ws_body(d), e);
		ws_doc_free(d);
		if (rc == -1)
			return -1;
	}
	return some ? 0 : -1;
}
