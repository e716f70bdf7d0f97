/* SPDX-License-Identifier: MIT */
/* objects: wsamt/model wsamt/typed wsamt/pem wsamt/reference wsamt/input */
/*
 * The class model as a whole, values by type with their bounds, references,
 * and inputs put in order.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "tests/unit/test.h"
#include "wsamt/input.h"
#include "wsamt/reference.h"
#include "wsamt/typed.h"

static struct err e;
static struct model_member m[MODEL_MEMBERS_MAX];

static bool
twice(const struct model_member *all, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (strcmp(all[i].name, all[k].name) == 0)
				return true;
	return false;
}

/* Are the words those of a number each? */
static bool
good_words(const char *p)
{
	for (; *p != '\0'; p += strspn(p, " ")) {
		if (strcspn(p, "= ") == 0 || p[strcspn(p, "= ")] != '=')
			return false;
		p += strcspn(p, "=") + 1;
		if (strspn(p, "0123456789") == 0)
			return false;
		p += strspn(p, "0123456789");
	}
	return true;
}

static bool
good_members(const char *class, const char *method, enum model_kind kind)
{
	struct model_member all[MODEL_MEMBERS_MAX];
	size_t i, n = model_members(all, class, method, kind);
	struct model_class c;
	bool good = n < MODEL_MEMBERS_MAX && !twice(all, n);

	for (i = 0; good && i < n; i++) {
		good = all[i].kind == kind && all[i].type != MODEL_NONE &&
		    (all[i].type == MODEL_INSTANCE ? model_class(&c,
		    all[i].class) : *all[i].class == '\0') &&
		    good_words(all[i].words);
		if (good && kind == MODEL_METHOD)
			good = good_members(class, all[i].name, MODEL_INPUT) &&
			    good_members(class, all[i].name, MODEL_OUTPUT);
	}
	if (!good)
		printf("%s.%s\n", class, method != NULL ? method : "");
	return good;
}

static void
test_all(void)
{
	struct model_class c, same, parent;
	size_t i, depth, listed = 0, good = 0;
	const char *last = "";

	for (i = 0; model_class_at(&c, i); i++) {
		parent = c;
		for (depth = 0; *parent.parent != '\0' && depth < 32; depth++)
			if (!model_class(&parent, parent.parent))
				break;
		listed += c.listed;
		if (strcmp(last, c.name) < 0 &&		/* and none twice */
		    model_class(&same, c.name) && same.name == c.name &&
		    *parent.parent == '\0' &&
		    good_members(c.name, NULL, MODEL_PROPERTY) &&
		    good_members(c.name, NULL, MODEL_METHOD))
			good++;
		else
			printf("%s\n", c.name);
		last = c.name;
	}
	is_int(i, 267);
	is_int(good, 267);
	is_int(listed, 249);
	ok(!model_class(&c, "AMT_Nothing"));
	is_int(model_members(m, "AMT_Nothing", NULL, MODEL_PROPERTY), 0);
}

static void
test_inheritance(void)
{
	size_t n = model_members(m, "IPS_AlarmClockOccurrence", NULL,
	    MODEL_PROPERTY);
	struct model_class c;

	is_str(m[0].name, "InstanceID");	/* where its parent has it */
	ok(m[0].key);
	is_str(m[n - 1].name, "DeleteOnCompletion");
	ok(model_find(m, n, "ElementName") != NULL);
	ok(model_find(m, n, "Elementname") == NULL);
	n = model_members(m, "AMT_RedirectionService", "RequestStateChange",
	    MODEL_INPUT);
	is_int(n, 2);
	ok(strstr(m[0].words, "enable-IDER-and-SOL=32771") != NULL);
	is_int(model_members(m, "AMT_RedirectionService", "StartService",
	    MODEL_INPUT), 0);
	n = model_members(m, "AMT_RedirectionService", NULL, MODEL_METHOD);
	ok(model_find(m, n, "StartService") != NULL);
	is_str(model_near_member(m, n, "requeststate"), "RequestStateChange");
	is_str(model_near_class("AMT_General"), "AMT_GeneralSettings");
	is_str(model_near_class("CIM_GeneralSetings"), "AMT_GeneralSettings");
	ok(model_near_class("AMT_") == NULL && model_near_class("") == NULL);
	ok(model_class(&c, "CIM_Battery") && c.open && c.listed);
	ok(model_class(&c, "CIM_Service") && c.derived && !c.open);
	ok(model_class(&c, "AMT_EventLogEntry") && !c.listed);
}

/* ---- values -------------------------------------------------------------------- */

/* What is sent for it; NULL: it is refused. */
static const char *
wire(enum model_type type, const char *words, const char *text)
{
	const struct model_member one = { .name = "X", .type = type,
	    .words = words, .class = "" };
	static char out[256];
	enum ws_type as;
	struct buf b;
	int rc;

	buf_init(&b, 1 << 16);
	if ((rc = typed_value(&b, &as, &one, text, false, &e)) == 0)
		snprintf(out, sizeof out, "%s%s", as == WS_TEXT ? "" :
		    as == WS_DATETIME ? "at " : "in ", (char *)b.data);
	buf_clear(&b);
	return rc == 0 ? out : NULL;
}

static void
test_numbers(void)
{
	static const struct { enum model_type type;
	    const char *least, *most, *below, *above; } rows[] = {
		{ MODEL_UINT8, "0", "255", "-1", "256" },
		{ MODEL_UINT16, "0", "65535", "-1", "65536" },
		{ MODEL_UINT32, "0", "4294967295", "-1", "4294967296" },
		{ MODEL_UINT64, "0", "18446744073709551615", "-1",
		    "18446744073709551616" },
		{ MODEL_SINT8, "-128", "127", "-129", "128" },
		{ MODEL_SINT16, "-32768", "32767", "-32769", "32768" },
		{ MODEL_SINT32, "-2147483648", "2147483647", "-2147483649",
		    "2147483648" },
		{ MODEL_SINT64, "-9223372036854775808",
		    "9223372036854775807", "-9223372036854775809",
		    "9223372036854775808" },
	};
	static const char *const none[] = { "", "x", "1x", " 1", "+1", "0x",
	    "1.5", "--1", "0x-1", "1 ", "a" };
	size_t i, k;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		is_str(wire(rows[i].type, "", rows[i].least), rows[i].least);
		is_str(wire(rows[i].type, "", rows[i].most), rows[i].most);
		ok(wire(rows[i].type, "", rows[i].below) == NULL);
		ok(wire(rows[i].type, "", rows[i].above) == NULL);
		is_str(wire(rows[i].type, "", "0x7f"), "127");
		is_str(wire(rows[i].type, "", "007"), "7");
		is_str(wire(rows[i].type, "", "-0"), "0");
		for (k = 0; k < sizeof none / sizeof none[0]; k++)
			ok(wire(rows[i].type, "", none[k]) == NULL);
	}
	has(e.text, "X: \"a\" is no sint64: a number from "
	    "-9223372036854775808 to 9223372036854775807");
	is_str(wire(MODEL_UINT16, "Enabled=2 Shut-Down=4", "enabled"), "2");
	is_str(wire(MODEL_UINT16, "Enabled=2 Shut-Down=4", "Shut Down"), "4");
	is_str(wire(MODEL_UINT16, "Enabled=2 Shut-Down=4", "shutdown"), "4");
	ok(wire(MODEL_UINT16, "Enabled=2 Shut-Down=4", "Shut") == NULL);
	has(e.text, ", or Enabled, Shut-Down");
	ok(wire(MODEL_UINT16, "Enabled=2", "") == NULL);
	ok(wire(MODEL_UINT16, "Enabled=2", "-") == NULL);
	is_str(wire(MODEL_DOUBLE, "", "-1.5e3"), "-1.5e3");
	ok(wire(MODEL_DOUBLE, "", "1e999") == NULL);
	ok(wire(MODEL_DOUBLE, "", "nan") == NULL);
	ok(wire(MODEL_DOUBLE, "", "") == NULL);
}

static void
test_times(void)
{
	static const char *const times[][2] = {
		{ "2026-12-31 06:00", "at 2026-12-31T06:00:00Z" },
		{ "2026-12-31T06:00", "at 2026-12-31T06:00:00Z" },
		{ "2026-12-31T06:00:59Z", "at 2026-12-31T06:00:59Z" },
		{ "2027-01-01 00:30+01:30", "at 2026-12-31T23:00:00Z" },
		{ "2026-12-31 23:30:01-02:00", "at 2027-01-01T01:30:01Z" },
		{ "2028-02-29 00:00", "at 2028-02-29T00:00:00Z" },
		{ "1d12h30m", "in P1DT12H30M" }, { "5m", "in P0DT0H5M" },
		{ "P1DT0H0M", "in P1DT0H0M" }, { "PT30S", "in PT30S" },
		{ "P2Y3M", "in P2Y3M" },
	};
	static const char *const none[] = { "", "2026-12-31", "2026-02-29 0:0",
	    "2027-02-29 00:00", "2026-12-31 24:00", "2026-12-31 00:60",
	    "2026-12-31 00:00:60", "2026-13-01 00:00", "2026-00-01 00:00",
	    "2026-12-31 06:00z", "2026-12-31 06:00+0100",
	    "2026-12-31 06:00+24:00", "2026-12-31 06:00 ", "6:00", "P", "PT",
	    "P1DT", "P1H", "PT1D", "P1", "PT5M3H", "P1D ", "1d1d", "0d", "d",
	    "12", "1h1d", "10000d", "P1234567890D" };
	size_t i;

	for (i = 0; i < sizeof times / sizeof times[0]; i++)
		is_str(wire(MODEL_DATETIME, "", times[i][0]), times[i][1]);
	for (i = 0; i < sizeof none / sizeof none[0]; i++)
		ok(wire(MODEL_DATETIME, "", none[i]) == NULL);
}

static void
test_others(void)
{
	static const struct model_member secret = { .name = "DigestPassword",
	    .type = MODEL_BASE64, .words = "", .class = "" };
	enum ws_type as;
	struct buf b;

	is_str(wire(MODEL_STRING, "", " a=@,b "), " a=@,b ");
	is_str(wire(MODEL_STRING, "", ""), "");
	is_str(wire(MODEL_BOOLEAN, "", "on"), "true");
	is_str(wire(MODEL_BOOLEAN, "", "true"), "true");
	is_str(wire(MODEL_BOOLEAN, "", "off"), "false");
	is_str(wire(MODEL_BOOLEAN, "", "false"), "false");
	ok(wire(MODEL_BOOLEAN, "", "True") == NULL);
	ok(wire(MODEL_BOOLEAN, "", "") == NULL);
	is_str(wire(MODEL_HEX, "", "00aAfF"), "00aAfF");
	ok(wire(MODEL_HEX, "", "0") == NULL);
	ok(wire(MODEL_HEX, "", "0g") == NULL);
	is_str(wire(MODEL_BASE64, "", "QUJD\n RA=="), "QUJDRA==");
	is_str(wire(MODEL_BASE64, "", ""), "");
	ok(wire(MODEL_BASE64, "", "QUJ") == NULL);
	ok(wire(MODEL_BASE64, "", "Q===") == NULL);
	ok(wire(MODEL_BASE64, "", "QU=J") == NULL);
	ok(wire(MODEL_BASE64, "", "QU_J") == NULL);
	is_int(e.kind, ERR_USAGE);
	ok(wire(MODEL_BASE64, "", "@/nowhere") == NULL);
	is_int(e.kind, ERR_LOCAL);
	buf_init(&b, 100);
	is_int(typed_value(&b, &as, &secret, "hush!", false, &e), -1);
	ok(strstr(e.text, "hush") == NULL);
	is_int(typed_value(&b, &as, &secret, "hush!", true, &e), 0);
	is_str((char *)b.data, "hush!");
	buf_clear(&b);
}

/* ---- references ----------------------------------------------------------------- */

/* As it is printed: the inverse of what was parsed. */
static void
print(char *out, size_t size, const struct ws_epr *r)
{
	const struct ws_selector *k;
	size_t n;

	snprintf(out + strlen(out), size - strlen(out), "%s", r->class);
	for (k = r->selectors; k->name != NULL; k++) {
		n = strlen(out);
		snprintf(out + n, size - n, "%s%s=", k == r->selectors ? "?(" :
		    ";", k->name);
		if (k->epr != NULL)
			print(out, size, k->epr);
		else
			strncat(out, k->value, size - strlen(out) - 1);
	}
	if (r->selectors->name != NULL)
		strncat(out, ")", size - strlen(out) - 1);
}

static const char *
parsed(const char *text, const char *more, bool force)
{
	static char out[1024];
	struct reference *r = reference_new(text, force, &e);

	*out = '\0';
	if (r != NULL && more != NULL && reference_add(r, more, &e) == -1) {
		reference_free(r);
		r = NULL;
	}
	if (r != NULL)
		print(out, sizeof out, &r->epr);
	reference_free(r);
	return r != NULL ? out : NULL;
}

static void
test_references(void)
{
#define TLS "AMT_TLSCredentialContext"
#define CERT "AMT_PublicKeyCertificate"
#define ENDS "AMT_TLSProtocolEndpointCollection"
	is_str(parsed("CIM_Chip", NULL, false), "CIM_Chip");
	is_str(parsed("@CIM_Chip?Tag=a, b=c,CreationClassName=", NULL, false),
	    "CIM_Chip?(Tag=a, b=c;CreationClassName=)");
	is_str(parsed("CIM_Chip?Tag=x", "CreationClassName=a,Tag=b", false),
	    "CIM_Chip?(Tag=x;CreationClassName=a,Tag=b)");
	/* Each key goes to the class that has it. */
	is_str(parsed(TLS "?ElementInContext=" CERT "?InstanceID=i, 1,"
	    "ElementProvidingContext=" ENDS "?ElementName=n", NULL, false),
	    TLS "?(ElementInContext=" CERT "?(InstanceID=i, 1);"
	    "ElementProvidingContext=" ENDS "?(ElementName=n))");
	is_str(parsed(TLS "?ElementInContext=" CERT
	    ",ElementProvidingContext=" ENDS, NULL, false),
	    TLS "?(ElementInContext=" CERT ";ElementProvidingContext=" ENDS
	    ")");
	is_str(parsed(TLS, "ElementInContext=@" CERT "?InstanceID=i", false),
	    TLS "?(ElementInContext=" CERT "?(InstanceID=i))");
	ok(parsed("AMT_New?Name=x", NULL, false) == NULL);
	is_str(parsed("AMT_New?Name=x,Of=@AMT_Y?A=1,B=2", NULL, true),
	    "AMT_New?(Name=x;Of=AMT_Y?(A=1;B=2))");
	is_str(parsed("CIM_Battery?DeviceID=1", NULL, false),
	    "CIM_Battery?(DeviceID=1)");
	ok(parsed("CIM_Chip?Colour=x", NULL, false) == NULL);
	has(e.text, "CIM_Chip has no key Colour");
	is_str(parsed("CIM_Chip?Colour=x", NULL, true), "CIM_Chip?(Colour=x)");
	ok(parsed("CIM_Chip?", NULL, false) == NULL);
	ok(parsed("CIM_Chip?Tag", NULL, false) == NULL);
	ok(parsed("CIM_Chip", "Tag", false) == NULL);
	ok(parsed("", NULL, true) == NULL);
	ok(parsed("Win32_Fan", NULL, true) == NULL);
	ok(parsed("AMT_A?a=@AMT_B?b=@AMT_C?c=@AMT_D?d=@AMT_E?e=@AMT_F", NULL,
	    true) == NULL);
	has(e.text, "too many references");
}

/* ---- inputs ---------------------------------------------------------------------- */

static int
add(struct inputs *in, const char *pair)
{
	char text[256];

	snprintf(text, sizeof text, "%s", pair);
	return inputs_add(in, text, &e);
}

static void
test_order(void)
{
	struct inputs *in = inputs_new("AMT_AlarmClockService", "AddAlarm",
	    false, &e);
	const struct ws_instance *i;

	ok(in != NULL);
	is_int(inputs_check(in, &e), -1);
	has(e.text, "AMT_AlarmClockService.AddAlarm needs AlarmTemplate");
	is_int(add(in, "AlarmTemplate.Interval=1d"), 0);
	is_int(add(in, "AlarmTemplate.InstanceID=a"), 0);
	is_int(add(in, "AlarmTemplate.ElementName=b"), 0);
	is_int(inputs_check(in, &e), 0);
	is_str(inputs_fields(in)[0].name, "AlarmTemplate");
	is_int(inputs_fields(in)[1].type, WS_END);
	i = inputs_values(in)[0].instance;
	is_str(i->class, "IPS_AlarmClockOccurrence");
	is_str(i->fields[0].name, "InstanceID");
	is_str(i->fields[1].name, "ElementName");
	is_str(i->fields[2].name, "Interval");
	is_int(i->fields[2].type, WS_INTERVAL);
	is_int(i->fields[3].type, WS_END);
	is_str(i->values[0].text, "P1DT0H0M");
	is_int(add(in, "AlarmTemplate.InstanceID=again"), -1);
	is_int(add(in, "AlarmTemplate=x"), -1);
	is_int(add(in, "AlarmTemplate.Interval.More=x"), -1);
	is_int(add(in, "Alarm=x"), -1);
	has(e.text, "did you mean AlarmTemplate?");
	is_int(add(in, "=x"), -1);
	is_int(add(in, ""), -1);
	inputs_free(in);
}

static void
test_inputs(void)
{
	char secret[] = "RFBPassword=hush", pair[32], names[INPUT_MAX][16];
	struct inputs *in;
	int i, taken = 0;

	ok(inputs_new("AMT_AlarmClockService", "Add", false, &e) == NULL);
	has(e.text, "has no method Add; did you mean AddAlarm?");
	ok(inputs_new("AMT_New", "Do", false, &e) == NULL);

	in = inputs_new("AMT_New", "Do", true, &e);
	for (i = 0; i < INPUT_MAX; i++) {
		snprintf(pair, sizeof pair, "N%d=%s", i % 3, i % 3 == 1 ?
		    "@CIM_Chip?Tag=x" : "text");
		taken += inputs_add(in, pair, &e) == 0;
	}
	is_int(taken, INPUT_MAX);
	is_str(inputs_fields(in)[2].name, "N2");	/* as they came */
	is_int(inputs_fields(in)[1].type, WS_EPR);
	is_int(inputs_fields(in)[3].type, WS_END);
	is_int(add(in, "N=1"), -1);
	is_int(add(in, "N1=text"), -1);
	inputs_free(in);

	in = inputs_new("IPS_KVMRedirectionSettingData", NULL, false, &e);
	is_int(inputs_add(in, secret, &e), 0);
	is_str(inputs_values(in)[0].text, "hush");
	is_str(secret + sizeof "RFBPassword", "");	/* gone from argv */
	is_int(inputs_leave_out(in, "SessionTimeout", &e), 0);
	is_str(inputs_fields(in)[0].name, "SessionTimeout");
	is_int(inputs_leave_out(in, "Session", &e), -1);
	has(e.text, "did you mean SessionTimeout?");
	is_int(add(in, "-SessionTimeout"), -1);
	inputs_free(in);

	in = inputs_new("AMT_New", NULL, true, &e);
	for (i = taken = 0; i < INPUT_MAX; i++) {
		snprintf(names[i], sizeof names[i], "N%d", i);
		taken += inputs_leave_out(in, names[i], &e) == 0;
	}
	is_int(taken, INPUT_MAX);
	is_int(add(in, "X=1"), -1);
	inputs_free(in);
}

int
main(void)
{
	test_all();
	test_inheritance();
	test_numbers();
	test_times();
	test_others();
	test_references();
	test_order();
	test_inputs();
	return test_done();
}
