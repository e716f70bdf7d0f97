/* SPDX-License-Identifier: MIT */
/* objects: amtterm/escape */
/* The escape key of amtterm, at every place where input can be cut. */
#include "amtterm/escape.h"
#include "lib/err.h"
#include "tests/unit/test.h"

/* Feeds text in pieces; commands appear in the result as <q>, <?>, <!>. */
static void
typed(int key, const char *text, size_t len, size_t piece, const char *want)
{
	static const char *const names[] = { "", "<q>", "<?>", "<!>" };
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
	parsing();
	return test_done();
}
