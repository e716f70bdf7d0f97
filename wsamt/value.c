/* SPDX-License-Identifier: MIT */
/*
 * Values that several commands take: on and off, secrets, passwords by
 * AMT's rules.  See wsamt.h.
 */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "wsamt/wsamt.h"

int
wsamt_on_off(bool *on, const char *text, const char *what, struct err *e)
{
	*on = strcmp(text, "on") == 0;
	if (*on || strcmp(text, "off") == 0)
		return 0;
	return err_set(e, ERR_USAGE, "%s: \"%s\" is neither on nor off", what,
	    text);
}

const char *
wsamt_word(bool on)
{
	return on ? "on" : "off";
}

int
wsamt_not_taken(const struct wsamt *a, const char *what, const char *before,
    const char *wanted, const char *after, struct err *e)
{
	if (a->dry)
		return 0;		/* nothing was sent */
	return err_set(e, ERR_REFUSED, "%s: the machine said yes, but %s did "
	    "not take: it was %s, %s was wanted, it is %s", a->machine.name,
	    what, before, wanted, after);
}

static int
ask_twice(struct secret *s, const char *what, struct err *e)
{
	struct secret again = { 0 };
	int rc = -1;

	(void)what;
	if (secret_prompt(s, "New password: ", e) == -1 ||
	    secret_prompt(&again, "Again: ", e) == -1)
		goto out;
	rc = s->len == again.len && memcmp(s->text, again.text, s->len) == 0 ?
	    0 : err_set(e, ERR_USAGE, "%s: the two are not the same", what);
 out:
	secret_clear(&again);
	return rc;
}

int
wsamt_secret(struct secret *s, char *arg, const char *what, struct err *e)
{
	if (strcmp(arg, "-") != 0)
		return secret_take_arg(s, arg, e);
	if (isatty(STDIN_FILENO))
		return ask_twice(s, what, e);
	return secret_read_file(s, "-", e);
}

int
wsamt_check_password(const struct secret *s, size_t least, size_t most,
    const char *what, struct err *e)
{
	bool upper = false, lower = false, digit = false, special = false;
	unsigned char c;
	size_t i;

	for (i = 0; i < s->len; i++) {
		c = (unsigned char)s->text[i];
		if (c < 0x20 || c > 0x7e || strchr("\",:", c) != NULL)
			return err_set(e, ERR_USAGE, "%s: AMT takes ASCII "
			    "characters, without \" , and :", what);
		upper = upper || isupper(c);
		lower = lower || islower(c);
		digit = digit || isdigit(c);
		/* the underscore and the blank do not count */
		special = special || (ispunct(c) && c != '_');
	}
	if (least == most && s->len != most)
		return err_set(e, ERR_USAGE, "%s: AMT wants exactly %zu "
		    "characters, not %zu", what, most, s->len);
	if (s->len < least || s->len > most)
		return err_set(e, ERR_USAGE, "%s: AMT wants %zu to %zu "
		    "characters, not %zu", what, least, most, s->len);
	if (upper && lower && digit && special)
		return 0;
	return err_set(e, ERR_USAGE, "%s: AMT wants a capital letter, a small "
	    "letter, a digit and a special character; it has no %s", what,
	    !upper ? "capital letter" : !lower ? "small letter" :
	    !digit ? "digit" : "special character");
}
