/* SPDX-License-Identifier: MIT */
/* Names of many machines: lists, ranges, and what is neither. */
#include <string.h>

#include "lib/err.h"
#include "lib/hosts.h"
#include "tests/unit/test.h"

static void
names(const char *text, const char *want)
{
	struct hosts h = { 0 };
	char got[1024] = "";
	struct err e;
	size_t i;

	if (!is_int(hosts_add(&h, text, &e), 0))
		(void)printf("    %s: %s\n", text, e.text);
	for (i = 0; i < h.n; i++)
		(void)snprintf(got + strlen(got), sizeof got - strlen(got),
		    "%s%s", i > 0 ? " " : "", h.names[i]);
	is_str(got, want);
	hosts_clear(&h);
}

static void
wrong(const char *text, const char *want)
{
	struct hosts h = { 0 };
	struct err e = { 0 };

	is_int(hosts_add(&h, text, &e), -1);
	is_int(e.kind, ERR_USAGE);
	if (!ok(strstr(e.text, want) != NULL))
		(void)printf("    want: %s\n    got:  %s\n", want, e.text);
	hosts_clear(&h);
}

int
main(void)
{
	char longest[HOSTS_NAME_MAX + 1];

	names("a", "a");
	names("a,b,c", "a b c");
	names("b,a,B,a", "b a");		/* once each, case ignored */
	names("rack[01-03]", "rack01 rack02 rack03");
	names("r[8-11]", "r8 r9 r10 r11");
	names("r[08-11]", "r08 r09 r10 r11");
	names("r[099-101]", "r099 r100 r101");
	names("r[1,3,5-6]x",
	    "r1x r3x r5x r6x");
	names("r[1-2]-[1-2].example:16992",
	    "r1-1.example:16992 r1-2.example:16992 "
	    "r2-1.example:16992 r2-2.example:16992");
	names("a[1-2],b[7,9],c", "a1 a2 b7 b9 c");
	names("[2001:db8::1]:16992,::1,[::1]", "[2001:db8::1]:16992 ::1 "
	    "[::1]");
	names("r[5-5]", "r5");
	ok(!hosts_is_list("[2001:db8::1]"));
	ok(!hosts_is_list("htpc"));
	ok(hosts_is_list("[::1],a"));
	ok(hosts_is_list("rack[1-2]"));

	wrong("", "a name is missing");
	wrong("a,,b", "a name is missing");
	wrong("a,", "a name is missing");
	wrong("r[3-1]", "\"r[3-1]\" is no range");
	wrong("r[]", "is no range");
	wrong("r[1", "is no range");
	wrong("r[1-", "is no range");
	wrong("r[1-2", "is no range");
	wrong("r[-2]", "is no range");
	wrong("r[1-2,]", "is no range");
	wrong("r[a-b]", "is no range");
	wrong("r[1-2-3]", "is no range");
	wrong("r[[1]]", "is no range");
	wrong("r1]", "a bracket closes that was not opened");
	wrong("r[1-9999999999]", "is no range");
	wrong("r[1-999999999]", "more than 16384 machines");
	wrong("r[1,1][1-128][1-128]", "more than 16384 machines");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	wrong(longest, "is too long");
	return test_done();
}
