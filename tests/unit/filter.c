/* SPDX-License-Identifier: MIT */
/* objects: amtterm/map amtterm/clean amtterm/charset amtterm/stream */
/* --map, --filter, --charset: each case cut at every place. */
#include "amtterm/stream.h"
#include "lib/err.h"
#include "tests/unit/test.h"

typedef const uint8_t *through(struct stream *, const uint8_t *, size_t *,
    struct err *);

/* All of text in pieces of k, each k. */
static void
becomes(const struct stream *options, through *way, const char *text,
    size_t len, const char *want, size_t wants)
{
	uint8_t got[512];
	size_t k, at, n, ngot;
	const uint8_t *p;
	struct err e;

	for (k = 1; k <= len; k++) {
		struct stream s = *options;

		if (stream_open(&s, 1024, &e) == -1) {
			ok(!"opened");
			return;
		}
		for (at = ngot = 0; at < len; at += k) {
			n = k < len - at ? k : len - at;
			p = way(&s, (const uint8_t *)text + at, &n, &e);
			if (p == NULL || ngot + n > sizeof got)
				break;
			memcpy(got + ngot, p, n);
			ngot += n;
		}
		stream_close(&s);
		if (!is_mem(got, ngot, want, wants))
			printf("    \"%s\" in pieces of %zu\n", text, k);
	}
}
#define BECOMES(o, way, text, want) \
	becomes(o, way, text, sizeof text - 1, want, sizeof want - 1)

static void
maps(void)
{
	static const struct { const char *map, *typed, *want; } rows[] = {
		{ "lf-cr", "a\nb\r\n", "a\rb\r\r" },
		{ "cr-lf", "a\rb\r\n", "a\nb\n\n" },
		{ "crlf-cr", "a\r\nb\rc\nd\r\n", "a\rb\rc\nd\r" },
		{ "crlf-lf", "a\r\nb\rc\nd\r\r\n.", "a\nb\rc\nd\r\n." },
		{ "crlf-none", "a\r\nb\rc\n", "ab\rc\n" },
		{ "cr-crlf", "a\rb", "a\r\nb" },
		{ "lf-crlf,crlf-crlf", "a\nb\r\nc", "a\r\nb\r\nc" },
		{ "crlf-cr,cr-lf", "a\r\nb\rc", "a\rb\nc" },
		{ "crlf-cr,lf-cr", "a\r\nb\nc\r\n\n", "a\rb\rc\r\r" },
		{ "bs-del", "a\b\177", "a\177\177" },
		{ "del-bs", "a\b\177", "a\b\b" },
		{ "cr-none", "a\r\nb", "a\nb" },
		{ "host-lf-crlf", "a\nb", "a\nb" },
		{ "lf-cr", "\377\200\n", "\377\200\r" },
	};
	static const char *const bad[] = { "", "lf", "lf-", "-cr", "lf-cr,",
		"lf-tab", "none-cr", "host-", "lf-cr lf-lf", "LF-CR" };
	struct stream s;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		s = (struct stream){ .map = true };
		is_int(map_parse(&s.typed_map, &s.printed_map, rows[i].map,
		    &e), 0);
		becomes(&s, stream_typed, rows[i].typed,
		    strlen(rows[i].typed), rows[i].want,
		    strlen(rows[i].want));
	}
	s = (struct stream){ .map = true };
	is_int(map_parse(&s.typed_map, &s.printed_map,
	    "lf-cr,host-lf-crlf,host-crlf-crlf", &e), 0);
	BECOMES(&s, stream_printed, "a\nb\r\nc", "a\r\nb\r\nc");
	BECOMES(&s, stream_typed, "a\nb", "a\rb");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		is_int(map_parse(&s.typed_map, &s.printed_map, bad[i], &e),
		    -1);
		is_int(e.kind, ERR_USAGE);
	}
}

/* A pair that is cut off by the end of the stream. */
static void
map_ends(void)
{
	struct map typed = { 0 }, printed = { 0 };
	struct buf out;
	struct err e;

	buf_init(&out, 64);
	is_int(map_parse(&typed, &printed, "crlf-lf", &e), 0);
	is_int(map_run(&typed, (const uint8_t *)"a\r", 2, &out, &e), 0);
	is_mem(out.data, out.len, "a", 1);
	is_int(map_end(&typed, &out, &e), 0);
	is_mem(out.data, out.len, "a\r", 2);
	is_int(map_end(&typed, &out, &e), 0);
	is_mem(out.data, out.len, "a\r", 2);
	buf_clear(&out);
}

static void
passes(const char *text)
{
	const struct stream s = { .filter = true };

	becomes(&s, stream_printed, text, strlen(text), text, strlen(text));
}

static void
leaves(const char *text, const char *want)
{
	const struct stream s = { .filter = true };

	becomes(&s, stream_printed, text, strlen(text), want, strlen(want));
}

static void
filters(void)
{
	/* What draws. */
	passes("plain \r\n\t\b\a\x0e\x0f text\x7f");
	passes("\033[1;31mred\033[0m\033[H\033[2J\033[?25l\033[?1049h");
	passes("\033[4h\033[20;4l\033[?1;7h\033[?2004h\033[?25s\033[?1049r");
	passes("\033[38:2::255:0:0mx\033[10;20r\033[5@\033[3P\033[2X");
	passes("\0337\0338\033M\033D\033E\033H\033=\033>\033c");
	passes("\033(0lqk\033(B\033)0\033#8\033[2 q\033[!p");
	passes("\xc3\xa9\xe2\x94\x80\xc2\xa0\xf0\x9f\x98\x80\xc4\x9b");
	/* Strings: OSC, DCS, APC, PM, SOS, by ST, BEL, C1. */
	leaves("a\033]52;c;cm0gLXJm\ab", "ab");
	leaves("a\033]0;title\033\\b", "ab");
	leaves("a\033]8;;http://x\033\\link\033]8;;\033\\b", "alinkb");
	leaves("a\033P$q\"p\033\\b", "ab");
	leaves("a\033P+q544e\033\\b\033_Gx\033\\c\033^x\033\\d\033Xx\033\\e",
	    "abcde");
	leaves("a\xc2\x9d" "52;c;x\ab\xc2\x90q\033\\c", "abc");
	leaves("a\x9d" "52;c;x\ab\x90q\033\\c", "abc");
	leaves("a\033]0;x\033[31mb", "a\033[31mb");
	leaves("a\033]0;x\033]52;c;y\ab", "ab");
	leaves("a\033Pnoise\r\nlogin: ", "a\nlogin: ");
	/* What is answered. */
	leaves("a\033[cb\033[>cc\033[0cd\033[=ce", "abcde");
	leaves("a\033[6nb\033[5nc\033[?6nd\033Ze", "abcde");
	leaves("a\033[21tb\033[20tc\033[8;1;1td", "abcd");
	leaves("a\033[?1$pb\033[1*yc\033[0xd\033[>qe\033[?uf", "abcdef");
	leaves("a\005b", "ab");
	leaves("a\x9b" "6nb\xc2\x9b" "21tc", "abc");
	/* What prints, changes keys, or the character set. */
	leaves("a\033[5ib\033[>4;2mc\033[>1ud\033%@e\033 Gf", "abcdef");
	/* Modes: of the keyboard, echo, VT52; mouse, focus and size. */
	leaves("a\033[2hb\033[4;2hc\033[12ld\033[?2le\033[hf", "abcdef");
	leaves("a\033[?1000hb\033[?1003;25hc\033[?1004hd\033[?2048he", "abcde");
	leaves("a\033[?1001hb\033[?1000rc\033[1?hd\033[?4294967297he", "abcde");
	/* Cut short, too long, within each other. */
	leaves("a\033[31\033[32mb", "a\033[32mb");
	leaves("a\033\033[32mb", "a\033[32mb");
	leaves("a\033[31\rb\033[6\030nc", "a\rbnc");
	leaves("a\033[\0056nb", "a6nb");
	leaves("a\033[111111111111111111111111111111111111111111111111111111"
	    "1111111111111111111111mb", "ab");
	leaves("a\xc2\x9b\033[1mb", "a\033[1mb");
	leaves("a\xc2\xc2\x9b" "6nb", "a\xc2" "b");
	leaves("a\xe2\x9b\x9b" "6nb", "a\xe2\x9b\x9b" "6nb");
	leaves("a\xe2\033[6nb", "a\xe2" "b");
}

static void
charsets(void)
{
	const struct stream bios = { .charset = "CP437" };
	const struct stream utf16 = { .charset = "UTF-16LE" };
	struct stream none = { .charset = "no-such-set" };
	const struct stream all = { .charset = "CP437", .filter = true };
	struct err e;

	BECOMES(&bios, stream_printed, "\xc9\xcd\xbb A\r\n\033[1m",
	    "\xe2\x95\x94\xe2\x95\x90\xe2\x95\x97 A\r\n\033[1m");
	BECOMES(&bios, stream_typed, "\xc3\xa9\xe2\x95\x90z", "\x82\xcdz");
	BECOMES(&bios, stream_typed, "a\xe2\x82\xac" "b\xff" "c", "a?b?c");
	BECOMES(&utf16, stream_printed, "a\0\x3d\xd8\0\xdezz\0",
	    "a\xf0\x9f\x98\x80\xe7\xa9\xba");
	/* 0x9b is a cent sign here, no control. */
	BECOMES(&all, stream_printed, "\x9b" "6n", "\xc2\xa2" "6n");
	is_int(stream_open(&none, 64, &e), -1);
	is_int(e.kind, ERR_USAGE);
	has(e.text, "\"no-such-set\" is no character set");
	stream_close(&none);
}

int
main(void)
{
	const struct stream nothing = { 0 };

	BECOMES(&nothing, stream_printed, "a\033]52;\r\n\377\0b",
	    "a\033]52;\r\n\377\0b");
	maps();
	map_ends();
	filters();
	charsets();
	return test_done();
}
