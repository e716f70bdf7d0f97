/* SPDX-License-Identifier: MIT */
/* The escape key: see escape.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "amtterm/escape.h"
#include "lib/err.h"

static const struct {
	char letter;
	enum escape_command command;
	const char *help;		/* NULL: another name of the row above */
} menu[] = {
	{ 'q', ESCAPE_QUIT, "ends the session" },
	{ '.', ESCAPE_QUIT, NULL },
	{ 'r', ESCAPE_RECONNECT, "connects anew" },
	{ 's', ESCAPE_STATE, "shows the connection and the machine" },
	{ 'l', ESCAPE_LOG, "starts or stops the log" },
	{ 'o', ESCAPE_READ_ONLY, "looks only: typing reaches nobody, or again" },
	{ 'p', ESCAPE_POWER, "power: on, off, cycle, reset" },
	{ '?', ESCAPE_HELP, "shows this" },
};
static const struct { char letter; const char *word; } orders[] = {
	{ 'n', "on" }, { 'f', "off" }, { 'c', "cycle" }, { 'r', "reset" },
};

static enum escape_command
in_menu(struct escape *s, uint8_t c)
{
	size_t i;

	for (i = 0; i < sizeof menu / sizeof menu[0]; i++)
		if (menu[i].letter == c) {
			if (menu[i].command == ESCAPE_POWER)
				s->state = ESCAPE_WHICH;
			return menu[i].command;
		}
	return ESCAPE_UNKNOWN;
}

static enum escape_command
which(struct escape *s, uint8_t c)
{
	size_t i;

	for (i = 0; i < sizeof orders / sizeof orders[0]; i++)
		if (orders[i].letter == c) {
			s->order = orders[i].word;
			s->state = ESCAPE_SURE;
			return ESCAPE_ASK;
		}
	return ESCAPE_CANCEL;
}

/* A byte after the key, which is not the key itself. */
static enum escape_command
command_of(struct escape *s, uint8_t c)
{
	int was = s->state;

	s->state = ESCAPE_IDLE;
	if (was == ESCAPE_ARMED)
		return in_menu(s, c);
	if (was == ESCAPE_WHICH)
		return which(s, c);
	return c == 'y' || c == 'Y' ? ESCAPE_ORDER : ESCAPE_CANCEL;
}

size_t
escape_filter(struct escape *s, const uint8_t *typed, size_t n, uint8_t *out,
    size_t *len, enum escape_command *command)
{
	size_t i;

	*len = 0;
	*command = ESCAPE_NONE;
	for (i = 0; i < n; i++) {
		if (s->state == ESCAPE_ARMED && typed[i] == s->key) {
			s->state = ESCAPE_IDLE;
		} else if (s->state != ESCAPE_IDLE) {
			*command = command_of(s, typed[i]);
			return i + 1;
		} else if (typed[i] == s->key) {
			s->state = ESCAPE_ARMED;
			continue;
		}
		out[(*len)++] = typed[i];
	}
	return n;
}

const char *
escape_help(size_t i, char *letter)
{
	size_t k;

	for (k = 0; k < sizeof menu / sizeof menu[0]; k++)
		if (menu[k].help != NULL && i-- == 0) {
			*letter = menu[k].letter;
			return menu[k].help;
		}
	return NULL;
}

int
escape_parse(int *key, const char *text, struct err *e)
{
	int c = text[0] != '\0' ? toupper((unsigned char)text[1]) : 0;

	if (strcmp(text, "none") == 0)
		*key = ESCAPE_NO_KEY;
	else if (strlen(text) == 2 && text[0] == '^' && c == '?')
		*key = 0x7f;
	else if (strlen(text) == 2 && text[0] == '^' && c >= '@' && c <= '_')
		*key = c ^ 0x40;
	else if (strlen(text) == 1 && (unsigned char)text[0] < 0x80)
		*key = (unsigned char)text[0];
	else
		return err_set(e, ERR_USAGE, "--escape: \"%s\" is not a key "
		    "like ^] or ~, nor none", text);
	return 0;
}

void
escape_name(int key, char out[8])
{
	if (key == ESCAPE_NO_KEY)
		(void)strcpy(out, "none");
	else if (key < 0x20 || key == 0x7f)
		(void)snprintf(out, 8, "^%c", key ^ 0x40);
	else
		(void)snprintf(out, 8, "%c", key);
}
