/* SPDX-License-Identifier: MIT */
/* Scripted dialogues: see script.h. */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "amtterm/script.h"
#include "lib/err.h"

struct script_step {
	const char *regex;		/* NULL: sends */
	regex_t compiled;
	uint8_t *text;
	size_t len, sent;
};

static struct script_step *
add(struct script *s, struct err *e)
{
	struct script_step *steps = reallocarray(s->steps, s->nsteps + 1,
	    sizeof *steps);

	if (steps == NULL) {
		(void)err_sys(e, ERR_LOCAL, "--send, --wait-for");
		return NULL;
	}
	if (s->nsteps == 0)
		buf_init(&s->window, SCRIPT_WINDOW + 1);	/* and a NUL */
	s->steps = steps;
	steps[s->nsteps] = (struct script_step){ 0 };
	return &steps[s->nsteps];
}

static int
hex(const char *p)
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;

	if (p[0] == '\0' || p[1] == '\0' ||
	    (high = strchr(digits, tolower((uint8_t)p[0]))) == NULL ||
	    (low = strchr(digits, tolower((uint8_t)p[1]))) == NULL)
		return -1;
	return (int)((high - digits) * 16 + (low - digits));
}

/* The byte after a backslash; *p is moved behind it.  -1: none. */
static int
escaped(const char **p)
{
	static const char letters[] = "rnte\\", bytes[] = "\r\n\t\033\\";
	const char *at;
	int byte;

	if (**p == 'x' && (byte = hex(*p + 1)) != -1) {
		*p += 3;
		return byte;
	}
	if (**p == '\0' || (at = strchr(letters, **p)) == NULL)
		return -1;
	(*p)++;
	return (uint8_t)bytes[at - letters];
}

int
script_add_send(struct script *s, char *text, struct err *e)
{
	struct script_step *step = add(s, e);
	const char *p = text;
	int byte;

	if (step == NULL)
		return -1;
	if ((step->text = malloc(strlen(text) + 1)) == NULL)
		return err_sys(e, ERR_LOCAL, "--send");
	s->nsteps++;
	while (*p != '\0') {
		byte = (uint8_t)*p++;
		if (byte == '\\' && (byte = escaped(&p)) == -1)
			return err_set(e, ERR_USAGE, "--send: after \\ comes "
			    "r, n, t, e, \\ or x and two hexadecimal digits");
		step->text[step->len++] = (uint8_t)byte;
	}
	explicit_bzero(text, strlen(text));
	return 0;
}

int
script_add_wait(struct script *s, const char *regex, struct err *e)
{
	struct script_step *step = add(s, e);
	char why[128];
	int rc;

	if (step == NULL)
		return -1;
	rc = regcomp(&step->compiled, regex, REG_EXTENDED | REG_NEWLINE);
	if (rc != 0) {
		(void)regerror(rc, &step->compiled, why, sizeof why);
		return err_set(e, ERR_USAGE, "--wait-for \"%s\": %s", regex,
		    why);
	}
	step->regex = regex;
	s->nsteps++;
	return 0;
}

void
script_free(struct script *s)
{
	size_t i;

	for (i = 0; i < s->nsteps; i++) {
		if (s->steps[i].regex != NULL)
			regfree(&s->steps[i].compiled);
		if (s->steps[i].text != NULL)
			explicit_bzero(s->steps[i].text, s->steps[i].len);
		free(s->steps[i].text);
	}
	free(s->steps);
	buf_clear(&s->window);
	*s = (struct script){ 0 };
}

enum script_state
script_state(const struct script *s)
{
	return s->at == s->nsteps ? SCRIPT_OVER :
	    s->steps[s->at].regex != NULL ? SCRIPT_WAITS : SCRIPT_SENDS;
}

bool
script_has_to_send(const struct script *s)
{
	size_t i;

	for (i = s->at; i < s->nsteps; i++)
		if (s->steps[i].regex == NULL)
			return true;
	return false;
}

bool
script_ends_waiting(const struct script *s)
{
	return s->nsteps > 0 && s->steps[s->nsteps - 1].regex != NULL;
}

const uint8_t *
script_text(const struct script *s, size_t *n)
{
	const struct script_step *step = &s->steps[s->at];

	*n = step->len - step->sent;
	return step->text + step->sent;
}

void
script_sent(struct script *s, size_t n)
{
	struct script_step *step = &s->steps[s->at];

	step->sent += n;
	if (step->sent == step->len)
		s->at++;
}

const char *
script_regex(const struct script *s)
{
	return s->steps[s->at].regex;
}

/* Lines end in CR LF: without CR, $ is their end.  NUL would end it all. */
static void
look_at(struct script *s, const uint8_t *p, size_t n)
{
	struct err e;
	uint8_t byte;

	for (; n > 0; n--, p++) {
		byte = *p;
		if (byte == '\r' || byte == '\0')
			continue;
		if (s->window.len == SCRIPT_WINDOW)
			buf_drop(&s->window, SCRIPT_WINDOW / 2);
		if (buf_add(&s->window, &byte, 1, &e) == -1)
			return;		/* no memory: it is not seen */
	}
}

bool
script_printed(struct script *s, const uint8_t *p, size_t n)
{
	struct script_step *step;
	regmatch_t m;
	struct err e;
	uint8_t *end;

	if (s->at == s->nsteps)
		return false;
	look_at(s, p, n);
	step = &s->steps[s->at];
	if (step->regex == NULL || s->window.len == 0 ||
	    (end = buf_room(&s->window, 1, &e)) == NULL)
		return false;
	*end = '\0';			/* the window is text to regexec() */
	if (regexec(&step->compiled, (const char *)s->window.data, 1, &m,
	    0) != 0)
		return false;
	buf_drop(&s->window, (size_t)m.rm_eo);
	s->at++;
	return true;
}
