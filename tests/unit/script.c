/* SPDX-License-Identifier: MIT */
/* objects: amtterm/script */
/* A scripted dialogue, with what the host prints cut at every place. */
#include "amtterm/script.h"
#include "lib/err.h"
#include "tests/unit/test.h"

static void
dialogue(size_t piece)
{
	static const char printed[] = "\r\nhtpc login: \r\nlogin: \r\n"
	    "Pass\0word: ";
	char name[] = "ro\\x6ft\\r";
	struct script s = { 0 };
	struct err e;
	size_t at, n, k, seen = 0;
	const uint8_t *p;

	is_int(script_add_wait(&s, "^login: $", &e), 0);
	is_int(script_add_send(&s, name, &e), 0);
	is_int(script_add_wait(&s, "Password: ", &e), 0);
	is_int(name[0], 0);		/* wiped */
	ok(script_has_to_send(&s) && script_ends_waiting(&s));
	is_str(script_regex(&s), "^login: $");
	for (at = 0; at < sizeof printed - 1; at += piece) {
		n = sizeof printed - 1 - at;
		p = (const uint8_t *)printed + at;
		for (n = piece < n ? piece : n; script_printed(&s, p, n);
		    n = 0) {
			seen++;
			if (script_state(&s) != SCRIPT_SENDS)
				continue;
			p = script_text(&s, &k);
			is_mem(p, k, "root\r", 5);
			script_sent(&s, 2);
			(void)script_text(&s, &k);
			is_int(k, 3);
			script_sent(&s, 3);
		}
	}
	is_int(seen, 2);
	is_int(script_state(&s), SCRIPT_OVER);
	ok(!script_has_to_send(&s));
	ok(!script_printed(&s, (const uint8_t *)"login: ", 7));
	script_free(&s);
}

/* What scrolled away long ago is forgotten: memory stays bounded. */
static void
flood(void)
{
	struct script s = { 0 };
	struct err e;
	int i;

	is_int(script_add_wait(&s, "^begin(.|\n)*end$", &e), 0);
	ok(!script_printed(&s, (const uint8_t *)"begin\n", 6));
	for (i = 0; i < 20; i++) {
		static uint8_t text[10000];

		memset(text, 'x', sizeof text);
		if (script_printed(&s, text, sizeof text))
			break;
	}
	is_int(i, 20);
	ok(s.window.len <= SCRIPT_WINDOW);
	ok(!script_printed(&s, (const uint8_t *)"\nend\n", 5));
	script_free(&s);
}

int
main(void)
{
	size_t piece;

	for (piece = 1; piece < 40; piece += 3)
		dialogue(piece);
	flood();
	return test_done();
}
