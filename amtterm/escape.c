/* SPDX-License-Identifier: MIT */
/* The escape key: see escape.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "amtterm/escape.h"
#include "lib/err.h"

static enum escape_command
command_of(uint8_t c)
{
	switch (c) {
	case 'q':
	case '.':
		return ESCAPE_QUIT;
	case '?':
		return ESCAPE_HELP;
	default:
		return ESCAPE_UNKNOWN;
	}
}

size_t
escape_filter(struct escape *s, const uint8_t *typed, size_t n, uint8_t *out,
    size_t *len, enum escape_command *command)
{
	size_t i;

	*len = 0;
	*command = ESCAPE_NONE;
	for (i = 0; i < n; i++) {
		if (s->armed) {
			s->armed = false;
			if (typed[i] != s->key) {
				*command = command_of(typed[i]);
				return i + 1;
			}
		} else if (typed[i] == s->key) {
			s->armed = true;
			continue;
		}
		out[(*len)++] = typed[i];
	}
	return n;
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
