/* SPDX-License-Identifier: MIT */
/*
 * What a unit test needs: one line per check, saying what was expected and
 * what came.  main returns test_done().
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int test_failed;

static inline bool
test_report(bool good, const char *file, int line, const char *what)
{
	printf("%s - %s:%d %s\n", good ? "ok" : "not ok", file, line, what);
	if (!good)
		test_failed++;
	fflush(stdout);
	return good;
}

static inline bool
test_int(intmax_t got, intmax_t want, const char *file, int line,
    const char *what)
{
	if (!test_report(got == want, file, line, what)) {
		printf("    want %jd, got %jd\n", want, got);
		return false;
	}
	return true;
}

static inline bool
test_str(const char *got, const char *want, const char *file, int line,
    const char *what)
{
	bool good = got == want || (got != NULL && want != NULL &&
	    strcmp(got, want) == 0);

	if (!test_report(good, file, line, what))
		printf("    want \"%s\"\n    got  \"%s\"\n",
		    want != NULL ? want : "(null)",
		    got != NULL ? got : "(null)");
	return good;
}

static inline bool
test_mem(const void *got, size_t ngot, const void *want, size_t nwant,
    const char *file, int line, const char *what)
{
	bool good = ngot == nwant && (nwant == 0 ||
	    memcmp(got, want, nwant) == 0);
	size_t i;

	if (!test_report(good, file, line, what)) {
		printf("    want");
		for (i = 0; i < nwant; i++)
			printf(" %02x", ((const unsigned char *)want)[i]);
		printf("\n    got ");
		for (i = 0; i < ngot; i++)
			printf(" %02x", ((const unsigned char *)got)[i]);
		printf("\n");
	}
	return good;
}

#define ok(cond) test_report((cond), __FILE__, __LINE__, #cond)
#define is_int(got, want) test_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, #got)
#define is_str(got, want) test_str((got), (want), __FILE__, __LINE__, #got)
#define is_mem(got, ngot, want, nwant) test_mem((got), (ngot), (want), (nwant), __FILE__, __LINE__, #got)
/* text contains part */
#define has(text, part) test_has((text), (part), __FILE__, __LINE__)

static inline bool
test_has(const char *text, const char *part, const char *file, int line)
{
	bool good = strstr(text, part) != NULL;

	if (!test_report(good, file, line, "contains"))
		printf("    want \"%s\" in\n    \"%s\"\n", part, text);
	return good;
}

static inline int
test_done(void)
{
	return test_failed != 0;
}

#endif
