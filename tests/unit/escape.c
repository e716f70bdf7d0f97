/* SPDX-License-Identifier: MIT */
/* objects: amtterm/escape */
/* The escape key of amtterm, at every place where input can be cut. */
#include "amtterm/escape.h"
#include "lib/err.h"
#include "tests/unit/test.h"

/* Feeds text in pieces; commands appear in the result as <q>, <?>, <!>... */
static void
typed(int key, const char *text, size_t len, size_t piece, const char *want)
{
	static const char *const names[] = { "", "<q>", "<?>", "<r>", "<l>",
		"<o>", "<s>", "<p>", "<ask>", "<order>", "<no>", "<!>" };
	struct escape s = { .key = key };
	char got[256] = "";
	uint8_t out[64];
	size_t at, end, n;
	enum escape_command c;

	for (at = 0; at < len; ) {
		end = at + piece < len ? at + piece : len;
		while (at < end) {
			at += escape_filter(&s, (const uint8_t *)text + at,
			    end - at, out, &n, &c);
			strncat(got, (char *)out, n);
			strcat(got, names[c]);
			if (c == ESCAPE_ASK || c == ESCAPE_ORDER)
				strcat(got, s.order);
		}
	}
	if (!is_str(got, want))
		printf("    in pieces of %zu\n", piece);
}

static void
cut_everywhere(int key, const char *text, const char *want)
{
	size_t piece;

	for (piece = 1; piece <= strlen(text); piece++)
		typed(key, text, strlen(text), piece, want);
}

static void
parsing(void)
{
	static const struct { const char *text; int key; } good[] = {
		{ "^]", 0x1d }, { "^a", 1 }, { "^A", 1 }, { "^@", 0 },
		{ "^?", 0x7f }, { "~", '~' }, { "^", '^' },
		{ "none", ESCAPE_NO_KEY },
	};
	static const char *const bad[] = { "", "ab", "^ab", "^1", "nothing",
		"\xc3\xa4" };
	struct err e;
	char name[8];
	size_t i;
	int key;

	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		is_int(escape_parse(&key, good[i].text, &e), 0);
		is_int(key, good[i].key);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		is_int(escape_parse(&key, bad[i], &e), -1);
		is_int(e.kind, ERR_USAGE);
	}
	escape_name(0x1d, name);
	is_str(name, "^]");
	escape_name('~', name);
	is_str(name, "~");
	escape_name(0x7f, name);
	is_str(name, "^?");
	escape_name(ESCAPE_NO_KEY, name);
	is_str(name, "none");
}

/* Every row of the menu is a key of its own. */
static void
menu(void)
{
	const char *help;
	struct escape s = { .key = 0x1d };
	enum escape_command c;
	char letter, seen[32] = "";
	uint8_t typed_[2] = { 0x1d, 0 }, out[2];
	size_t i, n;

	for (i = 0; (help = escape_help(i, &letter)) != NULL; i++) {
		ok(strchr(seen, letter) == NULL);
		(void)strncat(seen, &letter, 1);
		typed_[1] = (uint8_t)letter;
		s.state = ESCAPE_IDLE;
		is_int(escape_filter(&s, typed_, 2, out, &n, &c), 2);
		ok(c != ESCAPE_UNKNOWN && c != ESCAPE_NONE && n == 0);
	}
	is_int(i, 7);
}

int
main(void)
{
	cut_everywhere(0x1d, "abc", "abc");
	cut_everywhere(0x1d, "ab\035qcd", "ab<q>cd");
	cut_everywhere(0x1d, "\035.", "<q>");
	cut_everywhere(0x1d, "a\035?b\035?", "a<?>b<?>");
	cut_everywhere(0x1d, "a\035\035q", "a\035q");
	cut_everywhere(0x1d, "\035\035\035\035", "\035\035");
	cut_everywhere(0x1d, "\035\035\035q", "\035<q>");
	cut_everywhere(0x1d, "a\035xb", "a<!>b");
	cut_everywhere(0x1d, "a\035", "a");	/* waits for more */
	cut_everywhere('q', "qqq.", "q<q>");
	cut_everywhere(ESCAPE_NO_KEY, "a\035q\377", "a\035q\377");
	cut_everywhere(0x1d, "\377\r\n\t\033[A", "\377\r\n\t\033[A");
	cut_everywhere(0x1d, "\035r\035l\035o\035s", "<r><l><o><s>");
	cut_everywhere(0x1d, "a\035pfyb", "a<p><ask>off<order>offb");
	cut_everywhere(0x1d, "a\035pcYb", "a<p><ask>cycle<order>cycleb");
	cut_everywhere(0x1d, "\035prnb", "<p><ask>reset<no>b");
	cut_everywhere(0x1d, "\035pn\rb", "<p><ask>on<no>b");
	cut_everywhere(0x1d, "\035pyb", "<p><no>b");
	cut_everywhere(0x1d, "\035p\035qb", "<p><no>qb");
	cut_everywhere(0x1d, "\035pf\035yb", "<p><ask>off<no>yb");
	parsing();
	menu();
	return test_done();
}
