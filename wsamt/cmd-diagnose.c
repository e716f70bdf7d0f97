/* SPDX-License-Identifier: MIT */
/*
 * diagnose: why is the console silent, the screen black, the login refused.
 * First the way to the machine: name, ports, trust, login; what fails there
 * is told and the end.  Then each check reads a class or two, and says what
 * is wrong and what mends it; what the firmware does not have is no check.
 * Leaves out what cannot be asked: cables, switches, the system's drivers.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wsamt/diagnose.h"

#define TEXT_MAX 1536

static const struct { const char *check, *word, *text, *mend; } findings[] = {
#define FINDING(id, check, word, text, mend) { check, word, text, mend },
#include "wsamt/findings.def"
#undef FINDING
};

/* ---- saying --------------------------------------------------------------- */

static int
row(struct diagnosis *d, const char *check, const char *finding,
    const char *mend, struct err *e)
{
	return out_row(&d->a->out, (const struct out_cell[]){
	    { "check", check, false }, { "finding", finding, false },
	    { "mend", mend, false }, { NULL, NULL, false } }, e);
}

static size_t
add_text(char out[TEXT_MAX], size_t len, const char *text)
{
	for (; *text != '\0' && len < TEXT_MAX - 1; text++)
		out[len++] = *text;
	out[len] = '\0';
	return len;
}

/* A word of a shell; quoted only where it has to be. */
static size_t
add_word(char out[TEXT_MAX], size_t len, const char *word)
{
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_@%+=:,./-")] == '\0')
		return add_text(out, len, word);
	len = add_text(out, len, "'");
	for (; *word != '\0'; word++)
		len = *word == '\'' ? add_text(out, len, "'\\''") :
		    add_text(out, len, (const char[2]){ *word, '\0' });
	return add_text(out, len, "'");
}

static size_t
add_option(char out[TEXT_MAX], size_t len, const char *option,
    const char *value)
{
	if (value == NULL)
		return len;
	len = add_text(out, len, option);
	if (*value != '\0')
		len = add_word(out, add_text(out, len, " "), value);
	return add_text(out, len, " ");
}

/* Options as they were given, those of trust unless others are wanted. */
static size_t
add_options(char out[TEXT_MAX], size_t len, const struct wsamt *a, bool trust)
{
	const struct opts *o = &a->opts;
	int i;

	len = add_option(out, len, "-h", o->host != NULL ? o->host :
	    a->machine.name);
	len = add_option(out, len, "-P", o->port);
	len = add_option(out, len, "-u", o->user);
	len = add_option(out, len, "--config", o->config);
	len = add_option(out, len, "--password-file", o->password_file);
	if (!trust)
		return len;
	len = add_option(out, len, "-c", o->ca);
	for (i = 0; i < o->npins; i++)
		len = add_option(out, len, "--pin", o->pins[i]);
	len = add_option(out, len, "--cert", o->cert);
	len = add_option(out, len, "--key", o->key);
	len = add_option(out, len, "--tls", o->tls ? "" : NULL);
	len = add_option(out, len, "--tofu", o->tofu ? "" : NULL);
	len = add_option(out, len, "--plain", o->plain ? "" : NULL);
	len = add_option(out, len, "--insecure", o->insecure ? "" : NULL);
	return add_option(out, len, "--old-tls", o->old_tls ? "" : NULL);
}

/* A command is written so that it can be run as it is. */
static void
write_mend(char out[TEXT_MAX], const struct diagnosis *d, const char *mend,
    const char *arg)
{
	const char *slot = strstr(mend, "%s");
	size_t len = 0;

	out[0] = '\0';
	if (strncmp(mend, "wsamt ", 6) == 0) {
		len = (size_t)snprintf(out, TEXT_MAX, "wsamt ");
		mend += 6;
		len = add_options(out, len, d->a, strncmp(mend, "--", 2) != 0);
	}
	(void)snprintf(out + len, TEXT_MAX - len, "%.*s%s%s",
	    slot != NULL ? (int)(slot - mend) : (int)strlen(mend), mend,
	    slot != NULL ? arg : "", slot != NULL ? slot + 2 : "");
}

int
found(struct diagnosis *d, enum finding f, const char *arg, struct err *e,
    const char *detail, ...)
{
	char text[TEXT_MAX], more[TEXT_MAX / 2], mend[TEXT_MAX];
	va_list ap;

	va_start(ap, detail);
	(void)vsnprintf(more, sizeof more, detail, ap);
	va_end(ap);
	(void)snprintf(text, sizeof text, "%s%s%s", findings[f].text,
	    more[0] != '\0' ? ": " : "", more);
	write_mend(mend, d, findings[f].mend, arg);
	d->wrong++;
	return row(d, findings[f].check, text, mend, e);
}

static int
print_list(struct wsamt *a, struct err *e)
{
	size_t i;

	out_list(&a->out);
	for (i = 0; i < FINDINGS; i++)
		if (out_row(&a->out, (const struct out_cell[]){
		    { "check", findings[i].check, false },
		    { "word", findings[i].word, false },
		    { "finding", findings[i].text, false },
		    { "mend", findings[i].mend, false },
		    { NULL, NULL, false } }, e) == -1)
			return -1;
	out_list_end(&a->out);
	return 0;
}

/* ---- asking --------------------------------------------------------------- */

int
ask(struct diagnosis *d, const char *class, const char *id,
    const struct ws_node **n, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = id }, { .name = NULL }
	};
	struct known_instance *k = d->known;

	while (k < d->known + d->nknown && strcmp(k->class, class) != 0)
		k++;
	if (k == d->known + KNOWN_MAX)
		abort();		/* there are not so many checks */
	if (k == d->known + d->nknown) {
		d->nknown++;
		*k = (struct known_instance){ .class = class };
		k->rc = wsman_get(d->a->wsman, class, id != NULL ? key : NULL,
		    &k->d, &k->e);
		if (k->rc == -1 && wsman_absent(d->a->wsman))
			k->rc = ABSENT;
	}
	if (k->rc == -1)
		*e = k->e;
	else if (k->rc == 0)
		*n = ws_body(k->d);
	return k->rc;
}

int
ask_number(struct diagnosis *d, const char *class, const char *name,
    uint32_t *value, struct err *e)
{
	const struct ws_node *n;
	int rc = ask(d, class, NULL, &n, e);

	if (rc == 0)
		rc = ws_child(n, name) == NULL ? ABSENT :
		    ws_get_uint(n, name, value, e);
	return rc;
}

int
ask_truth(struct diagnosis *d, const char *class, const char *id,
    const char *name, bool *value, struct err *e)
{
	const struct ws_node *n;
	int rc = ask(d, class, id, &n, e);

	if (rc == 0)
		rc = ws_child(n, name) == NULL ? ABSENT :
		    ws_get_bool(n, name, value, e);
	return rc;
}

int
ask_clock(struct diagnosis *d, int64_t *ahead, struct err *e)
{
	static const struct ws_method get_time = {
		.class = "AMT_TimeSynchronizationService",
		.name = "GetLowAccuracyTimeSynch", .why = ws_why_pt,
		.reads = true };
	struct ws_doc *answer = NULL;
	uint32_t t = 0;
	int rc = 0;

	if (!d->have_time) {
		rc = wsman_invoke(d->a->wsman, &get_time, NULL, NULL, &answer,
		    e);
		if (rc == 0)
			rc = ws_get_uint(ws_body(answer), "Ta0", &t, e);
		else if (wsman_absent(d->a->wsman))
			rc = ABSENT;
		ws_doc_free(answer);
		d->ahead = rc == 0 ? (int64_t)t - (int64_t)time(NULL) : 0;
		d->have_time = rc == 0;
	}
	*ahead = d->ahead;
	return rc;
}

enum reach_how
reached(const struct diagnosis *d, uint16_t port)
{
	size_t i;

	for (i = 0; i < d->nports; i++)
		if (d->ports[i].port == port)
			return d->ports[i].how;
	return REACH_SILENT;
}

/* ---- all of them ---------------------------------------------------------- */

/*
 * What this user may not ask is said, and is not wrong; an answer that is
 * none is.  1: the machine is not there any more.
 */
static int
not_told(struct diagnosis *d, const char *check, const struct err *why,
    struct err *e)
{
	char text[TEXT_MAX];

	if (why->kind == ERR_LOCAL || why->kind == ERR_USAGE) {
		*e = *why;
		return -1;
	}
	if (why->kind == ERR_NET || why->kind == ERR_TRUST)
		return found(d, FOUND_FAILED, NULL, e, "%s", why->text) == -1 ?
		    -1 : 1;
	(void)snprintf(text, sizeof text, "not told: %s", why->text);
	d->wrong += why->kind != ERR_REFUSED;
	return row(d, check, text, "", e);
}

static int
run_checks(struct diagnosis *d, const struct check *c, struct err *e)
{
	unsigned before;
	struct err why;
	int rc = 0;

	for (; c->word != NULL && rc == 0; c++) {
		before = d->wrong;
		rc = c->run(d, &why);
		if (rc == -1)
			rc = not_told(d, c->word, &why, e);
		else if (rc == ABSENT)
			rc = 0;
		else if (d->wrong == before)
			rc = row(d, c->word, "ok", "", e);
	}
	return rc;
}

static int
diagnose(struct diagnosis *d, struct err *e)
{
	int rc;

	out_list(&d->a->out);
	rc = diagnose_door(d, e);
	if (rc == 1)
		rc = run_checks(d, checks_redirection, e);
	else if (rc == 0)
		rc = 1;			/* it ends here */
	if (rc == 0)
		rc = run_checks(d, checks_tls, e);
	out_list_end(&d->a->out);
	if (rc == -1 || d->wrong == 0)
		return rc == -1 ? -1 : 0;
	return err_set(e, ERR_NO, "%s: %u %s in somebody's way",
	    d->a->machine.name, d->wrong, d->wrong == 1 ? "thing is" :
	    "things are");
}

int
cmd_diagnose(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct diagnosis *d;
	size_t i;
	int rc;

	if (argc > 0 && strcmp(argv[0], "list") == 0)
		return print_list(a, e);
	if (argc > 0)
		return err_set(e, ERR_USAGE, "diagnose: it is \"diagnose\", "
		    "or \"diagnose list\"");
	if ((d = calloc(1, sizeof *d)) == NULL)
		return err_sys(e, ERR_LOCAL, "diagnose");
	d->a = a;
	rc = diagnose(d, e);
	for (i = 0; i < d->nknown; i++)
		ws_doc_free(d->known[i].d);
	free(d);
	return rc;
}
