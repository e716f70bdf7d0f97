/* SPDX-License-Identifier: MIT */
/*
 * WS-Management messages: requests byte by byte, answers read by namespace,
 * faults and return values in words, hostile XML, and every recorded answer
 * of the shared captures, when they are there.
 */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/wsxml.h"
#include "tests/unit/test.h"

#define SOAP "http://www.w3.org/2003/05/soap-envelope"
#define ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define CIM "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define AMT "http://intel.com/wbem/wscim/1/amt-schema/1/"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define ENVELOPE(body) HEAD "<a:Envelope xmlns:a=\"" SOAP "\" xmlns:b=\"" \
    ADDRESSING "\" xmlns:e=\"" WSMAN "\"><a:Header/><a:Body>" body \
    "</a:Body></a:Envelope>"

static struct err e;

static char *
encoded(const struct ws_request *r, uint32_t id)
{
	struct buf b;
	char *text = NULL;

	buf_init(&b, WS_MESSAGE_MAX);
	if (ws_encode(&b, r, id, &e) == 0)
		text = strndup((char *)b.data, b.len);
	buf_clear(&b);
	return text;
}

static struct ws_doc *
parsed(const char *text)
{
	return ws_parse(text, strlen(text), &e);
}

/* The sentence of what went wrong; "" if nothing did. */
static const char *
refusal(const char *text)
{
	struct ws_doc *d = parsed(text);

	if (d != NULL)
		e.text[0] = '\0';
	ws_doc_free(d);
	return e.text;
}

#define REQUEST(action, uri, id, selectors, body) HEAD "\n"		\
    "<s:Envelope xmlns:s=\"" SOAP "\" xmlns:a=\"" ADDRESSING "\" xmlns:w=\"" \
    WSMAN "\"><s:Header><a:Action>" action "</a:Action><a:To>/wsman</a:To>" \
    "<w:ResourceURI>" uri "</w:ResourceURI><a:MessageID>" id		\
    "</a:MessageID><a:ReplyTo><a:Address>" ADDRESSING "/role/anonymous"	\
    "</a:Address></a:ReplyTo><w:OperationTimeout>PT60S</w:OperationTimeout>" \
    selectors "</s:Header>" body "</s:Envelope>\n"
#define TRANSFER "http://schemas.xmlsoap.org/ws/2004/09/transfer"

static const struct ws_field power_in[] = {
	{ "PowerState", WS_UINT }, { "ManagedElement", WS_EPR },
	{ NULL, WS_END }
};
static const struct ws_method power = {
	.class = "CIM_PowerManagementService",
	.name = "RequestPowerStateChange", .in = power_in,
	.why = ws_why_state,
};

static void
test_requests(void)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = "Intel(r) & <1>" }, { 0 }
	}, names[] = { { .name = "Name", .value = "ManagedSystem" }, { 0 } };
	const struct ws_epr system = { "CIM_ComputerSystem", names };
	const struct ws_value values[] = {	/* not in wire order */
		{ "ManagedElement", .epr = &system },
		{ "PowerState", .number = 10 }, { .name = NULL }
	};
	char *text;

	text = encoded(&(struct ws_request){ .op = WS_GET,
	    .class = "AMT_GeneralSettings", .selectors = key }, 7);
	is_str(text, REQUEST(TRANSFER "/Get", AMT "AMT_GeneralSettings", "7",
	    "<w:SelectorSet><w:Selector Name=\"InstanceID\">Intel(r) &amp; "
	    "&lt;1&gt;</w:Selector></w:SelectorSet>", "<s:Body/>"));
	free(text);
	text = encoded(&(struct ws_request){ .op = WS_INVOKE,
	    .method = &power, .values = values }, 1);
	is_str(text, REQUEST(CIM "CIM_PowerManagementService/"
	    "RequestPowerStateChange", CIM "CIM_PowerManagementService", "1",
	    "", "<s:Body><RequestPowerStateChange_INPUT xmlns=\"" CIM
	    "CIM_PowerManagementService\"><PowerState>10</PowerState>"
	    "<ManagedElement><a:Address>" ADDRESSING "/role/anonymous"
	    "</a:Address><a:ReferenceParameters><w:ResourceURI>" CIM
	    "CIM_ComputerSystem</w:ResourceURI><w:SelectorSet><w:Selector "
	    "Name=\"Name\">ManagedSystem</w:Selector></w:SelectorSet>"
	    "</a:ReferenceParameters></ManagedElement>"
	    "</RequestPowerStateChange_INPUT></s:Body>"));
	free(text);
	text = encoded(&(struct ws_request){ .op = WS_IDENTIFY }, 1);
	is_str(text, HEAD "\n<s:Envelope xmlns:s=\"" SOAP "\"><s:Body>"
	    "<id:Identify xmlns:id=\"http://schemas.dmtf.org/wbem/wsman/"
	    "identity/1/wsmanidentity.xsd\"/></s:Body></s:Envelope>\n");
	free(text);
	text = encoded(&(struct ws_request){ .op = WS_PULL,
	    .class = "CIM_Chip", .context = "1400" }, 2);
	has(text, "<s:Body><n:Pull xmlns:n=\"http://schemas.xmlsoap.org/ws/"
	    "2004/09/enumeration\"><n:EnumerationContext>1400"
	    "</n:EnumerationContext><n:MaxElements>999</n:MaxElements>");
	free(text);
}

/* Create, Delete, lists of references, and what counts as an order. */
static void
test_orders(void)
{
	static const struct ws_field fields[] = {
		{ "A", WS_UINT }, { "B", WS_TEXT }, { NULL, WS_END }
	};
	const struct ws_selector inner[] = { { .name = "K", .value = "v" },
	    { 0 } };
	const struct ws_epr epr = { "AMT_Y", inner };
	const struct ws_selector key[] = { { .name = "Ref", .epr = &epr },
	    { 0 } };
	const struct ws_method look = { .class = "AMT_X", .name = "Look",
	    .reads = true }, act = { .class = "AMT_X", .name = "Act" };
	struct ws_request r = { .op = WS_CREATE, .class = "AMT_X",
	    .fields = fields, .values = (const struct ws_value[]){
	    { "B", .text = "<b>" }, { "A", .number = 7 }, { .name = NULL } } };
	char *text = encoded(&r, 3);
	struct ws_doc *d;

	is_str(text, REQUEST(TRANSFER "/Create", AMT "AMT_X", "3", "",
	    "<s:Body><AMT_X xmlns=\"" AMT "AMT_X\"><A>7</A><B>&lt;b&gt;</B>"
	    "</AMT_X></s:Body>"));
	free(text);
	ok(ws_changes(&r));
	text = encoded(&(struct ws_request){ .op = WS_CREATE,
	    .class = "AMT_X", .fields = (const struct ws_field[]){
	    { "In", WS_EMBEDDED }, { NULL, WS_END } },
	    .values = (const struct ws_value[]){ { "In",
	    .instance = &(const struct ws_instance){ "IPS_Z", fields,
	    r.values } }, { .name = NULL } } }, 3);
	has(text, "<In xmlns:o=\"http://intel.com/wbem/wscim/1/ips-schema/1/"
	    "IPS_Z\"><o:A>7</o:A><o:B>&lt;b&gt;</o:B></In>");
	free(text);
	r.op = WS_PUT;			/* the same, of an instance */
	text = encoded(&r, 3);
	has(text, TRANSFER "/Put</a:Action>");
	has(text, "<A>7</A><B>&lt;b&gt;</B></AMT_X></s:Body>");
	free(text);
	r = (struct ws_request){ .op = WS_DELETE, .class = "AMT_X",
	    .selectors = key };
	text = encoded(&r, 4);
	is_str(text, REQUEST(TRANSFER "/Delete", AMT "AMT_X", "4",
	    "<w:SelectorSet><w:Selector Name=\"Ref\"><a:EndpointReference>"
	    "<a:Address>" ADDRESSING "/role/anonymous</a:Address>"
	    "<a:ReferenceParameters><w:ResourceURI>" AMT "AMT_Y"
	    "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"K\">v"
	    "</w:Selector></w:SelectorSet></a:ReferenceParameters>"
	    "</a:EndpointReference></w:Selector></w:SelectorSet>",
	    "<s:Body/>"));
	free(text);
	ok(ws_changes(&r));
	text = encoded(&(struct ws_request){ .op = WS_ENUMERATE,
	    .class = "AMT_X", .references = true }, 5);
	has(text, "/enumeration\"><w:EnumerationMode>EnumerateEPR"
	    "</w:EnumerationMode></n:Enumerate>");
	free(text);
	ok(!ws_changes(&(struct ws_request){ .op = WS_INVOKE,
	    .method = &look }));
	ok(ws_changes(&(struct ws_request){ .op = WS_INVOKE,
	    .method = &act }));

	d = parsed(ENVELOPE("<t:ResourceCreated xmlns:t=\"" TRANSFER "\">"
	    "<b:Address>x</b:Address><b:ReferenceParameters><e:ResourceURI>" AMT
	    "AMT_X</e:ResourceURI><e:SelectorSet><e:Selector Name=\"I\">h: 1"
	    "</e:Selector></e:SelectorSet></b:ReferenceParameters>"
	    "</t:ResourceCreated>"));
	r.op = WS_CREATE;
	is_int(ws_check(d, &r, &e), 0);
	is_str(ws_key(ws_body(d), "I"), "h: 1");
	ok(ws_key(ws_body(d), "J") == NULL);
	is_str(ws_key_class(ws_body(d)), "AMT_X");
	r.op = WS_DELETE;
	is_int(ws_check(d, &r, &e), -1);
	has(e.text, "the answer holds ResourceCreated instead of nothing");
	ws_doc_free(d);
	d = parsed(ENVELOPE(""));
	is_int(ws_check(d, &r, &e), 0);
	r.op = WS_CREATE;
	is_int(ws_check(d, &r, &e), -1);
	has(e.text, "the answer holds nothing instead of ResourceCreated");
	ws_doc_free(d);
}

static const struct ws_field all_in[] = {
	{ "Text", WS_TEXT }, { "Flag", WS_BOOL }, { "When", WS_DATETIME },
	{ "Every", WS_INTERVAL }, { "Number", WS_UINT }, { NULL, WS_END }
};
static const struct ws_method all = {
	.class = "AMT_Test", .name = "Do", .in = all_in, .why = ws_why_pt,
};

static void
test_types(void)
{
	const struct ws_value values[] = {
		{ "Number", .number = 1 }, { "Text", .text = "" },
		{ "Number", .number = 4294967295u }, { "Flag", .flag = true },
		{ "When", .text = "2026-01-31T08:00:00Z" },
		{ "Every", .text = "P1DT0H0M" }, { .name = NULL }
	};
	struct ws_value bad[] = { { "Text", .text = "a\033b" },
	    { .name = NULL } };
	struct ws_request r = { .op = WS_INVOKE, .method = &all,
	    .values = values };
	char *text = encoded(&r, 1);

	has(text, "<Text/><Flag>true</Flag><When><c:Datetime xmlns:c=\"http:"
	    "//schemas.dmtf.org/wbem/wscim/1/common\">2026-01-31T08:00:00Z"
	    "</c:Datetime></When><Every><c:Interval xmlns:c=\"http://"
	    "schemas.dmtf.org/wbem/wscim/1/common\">P1DT0H0M</c:Interval>"
	    "</Every><Number>1</Number><Number>4294967295</Number></Do_INPUT>");
	free(text);
	r.values = bad;
	ok(encoded(&r, 1) == NULL);
	has(e.text, "the value of Text holds characters that XML cannot");
	is_int(e.kind, ERR_USAGE);
	bad[0].text = "\xff\xfe";
	ok(encoded(&r, 1) == NULL);
	bad[0].name = "Tekst";
	ok(encoded(&r, 1) == NULL);
	has(e.text, "AMT_Test.Do has no such parameter");
	ok(encoded(&(struct ws_request){ .op = WS_GET, .class = "Win32_X" },
	    1) == NULL);
	has(e.text, "begin with AMT_, CIM_ or IPS_");
	ok(encoded(&(struct ws_request){ .op = WS_GET,
	    .class = "AMT_X/../Y" }, 1) == NULL);
}

static void
test_reader(void)
{
	const char *text;
	struct ws_node *n;
	struct ws_doc *d;
	uint32_t number;
	bool flag;

	d = parsed(ENVELOPE("<z:AMT_X xmlns:z=\"" AMT "AMT_X\" xmlns:o=\"o\">"
	    "<o:Number>1</o:Number><z:Number> 42\n</z:Number><z:Big>4294967296"
	    "</z:Big><z:Minus>-1</z:Minus><z:Yes>true</z:Yes><z:Maybe>yes"
	    "</z:Maybe><z:Text>a<![CDATA[<b>]]><!-- x -->&amp;c</z:Text>"
	    "<z:Empty/></z:AMT_X>"));
	ok(d != NULL);
	n = ws_body(d);
	is_int(ws_get_uint(n, "Number", &number, &e), 0);
	is_int(number, 42);
	is_int(ws_get_uint(n, "Big", &number, &e), -1);
	has(e.text, "Big of AMT_X is \"4294967296\", not a number");
	is_int(ws_get_uint(n, "Minus", &number, &e), -1);
	is_int(ws_get_uint(n, "Empty", &number, &e), -1);
	is_int(ws_get_uint(n, "Absent", &number, &e), -1);
	has(e.text, "AMT_X has no Absent");
	is_int(e.kind, ERR_PROTO);
	is_int(ws_get_bool(n, "Yes", &flag, &e), 0);
	ok(flag);
	is_int(ws_get_bool(n, "Maybe", &flag, &e), -1);
	is_int(ws_get_text(n, "Text", &text, &e), 0);
	is_str(text, "a<b>&c");
	is_int(ws_get_text(n, "Empty", &text, &e), 0);
	is_str(text, "");
	is_int(ws_check(d, &(struct ws_request){ .op = WS_GET,
	    .class = "AMT_X" }, &e), 0);
	is_int(ws_check(d, &(struct ws_request){ .op = WS_PULL,
	    .class = "AMT_X" }, &e), -1);
	has(e.text, "the answer holds AMT_X instead of PullResponse");
	ws_doc_free(d);
	d = parsed(ENVELOPE("<z:AMT_X xmlns:z=\"" AMT "AMT_Y\"/>"));
	is_int(ws_check(d, &(struct ws_request){ .op = WS_GET,
	    .class = "AMT_X" }, &e), -1);
	has(e.text, "the answer holds AMT_X of another namespace");
	ws_doc_free(d);
}

static void
test_hostile(void)
{
	char deep[4096] = "", *big;
	size_t i;

	has(refusal(""), "not well-formed XML");
	has(refusal("\n<a/>"), "not a SOAP 1.2 envelope");
	has(refusal(ENVELOPE("<x/></y>")), "not well-formed");
	has(refusal(ENVELOPE("&undefined;")), "not well-formed");
	has(refusal("<!DOCTYPE a [<!ENTITY x \"y\">]>" "<a>&x;</a>"),
	    "document type");
	has(refusal("<!DOCTYPE lolz [<!ENTITY l0 \"lol\"><!ENTITY l1 \"&l0;"
	    "&l0;&l0;&l0;&l0;&l0;&l0;&l0;&l0;&l0;\"><!ENTITY l2 \"&l1;&l1;"
	    "&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;\">]><lolz>&l2;</lolz>"),
	    "document type");
	has(refusal("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"),
	    "document type");
	has(refusal("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/"
	    "envelope/\"><s:Body/></s:Envelope>"), "not a SOAP 1.2");
	has(refusal("<s:Envelope xmlns:s=\"" SOAP "\"><s:Header/>"
	    "</s:Envelope>"), "not a SOAP 1.2");
	for (i = 0; i < WS_DEPTH_MAX; i++)
		strcat(deep, "<x>");
	for (i = 0; i < WS_DEPTH_MAX; i++)
		strcat(deep, "</x>");
	has(refusal(deep), "SOAP");		/* just not too deep */
	memmove(deep + 3, deep, strlen(deep) + 1);
	memcpy(deep, "<x>", 3);
	strcat(deep, "</x>");
	has(refusal(deep), "more than 48 elements inside each other");
	big = calloc(1, WS_MESSAGE_MAX + 16);
	memset(big, 'x', WS_MESSAGE_MAX + 1);
	has(refusal(big), "longer than 1048576 bytes");
	free(big);
}

#define FAULT(code, sub, reason, detail) ENVELOPE("<a:Fault><a:Code>"	\
    "<a:Value>a:" code "</a:Value><a:Subcode><a:Value>" sub "</a:Value>" \
    "</a:Subcode></a:Code><a:Reason><a:Text xml:lang=\"en-US\">" reason	\
    "</a:Text></a:Reason><a:Detail>" detail "</a:Detail></a:Fault>")

static void
test_faults(void)
{
	static const struct { const char *xml, *want; bool absent; } rows[] = {
		{ FAULT("Sender", "b:DestinationUnreachable", "No route", ""),
		    "refused: this firmware has no such class or instance "
		    "(DestinationUnreachable: \"No route\")", true },
		{ FAULT("Receiver", "e:InternalError", "",
		    "<e:Text>AMT-STATUS 16</e:Text>"),
		    "refused: the firmware refused (InternalError); AMT-STATUS "
		    "16, NOT_PERMITTED: this user has no right to it, or not "
		    "now", false },
		{ FAULT("Sender", "b:AlreadyExists", "odd", ""),
		    "refused: AlreadyExists: \"odd\"", false },
		{ ENVELOPE("<a:Fault><a:Code><a:Value>a:MustUnderstand"
		    "</a:Value></a:Code></a:Fault>"), "refused: it does not "
		    "know a header that must be understood (MustUnderstand)",
		    false },
		{ ENVELOPE("<a:Fault/>"), "refused: no code", false },
	};
	struct ws_doc *d;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		d = parsed(rows[i].xml);
		is_int(ws_check(d, &(struct ws_request){ .op = WS_GET,
		    .class = "AMT_X" }, &e), -1);
		is_str(e.text, rows[i].want);
		is_int(e.kind, ERR_REFUSED);
		is_int(ws_is_absent(d), rows[i].absent);
		ws_doc_free(d);
	}
}

static void
test_return_values(void)
{
	static const struct { const char *value; const struct ws_word *why;
	    const char *want; } rows[] = {
		{ "0", ws_why_state, "" },
		{ "4096", ws_why_state, "" },
		{ "2", ws_why_state, "refused: ReturnValue 2, unknown error "
		    "or not possible in the present state" },
		{ "3", ws_why_boot, "refused: ReturnValue 3, busy" },
		{ "34849", ws_why_boot, "refused: ReturnValue 34849, "
		    "USER_CONSENT_REQUIRED: the person at the machine must "
		    "consent first: \"wsamt consent start\"" },
		{ "16", ws_why_pt, "refused: ReturnValue 16, NOT_PERMITTED: "
		    "this user has no right to it, or not now" },
		{ "77", ws_why_state, "refused: ReturnValue 77" },
		{ "x", ws_why_pt, "ReturnValue of M_OUTPUT is \"x\", not a "
		    "number" },
	};
	struct ws_method m = { .class = "CIM_Test", .name = "M" };
	char xml[1024];
	struct ws_doc *d;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(xml, sizeof xml, ENVELOPE("<m:M_OUTPUT xmlns:m=\"" CIM
		    "CIM_Test\"><m:ReturnValue>%s</m:ReturnValue>"
		    "</m:M_OUTPUT>"), rows[i].value);
		d = parsed(xml);
		m.why = rows[i].why;
		is_int(ws_check(d, &(struct ws_request){ .op = WS_INVOKE,
		    .method = &m }, &e), 0);
		e.text[0] = '\0';
		is_int(ws_return_value(d, &m, NULL, &e),
		    *rows[i].want == '\0' ? 0 : -1);
		is_str(e.text, rows[i].want);
		ws_doc_free(d);
	}
	ok(ws_why_of("CIM_BootService") == ws_why_boot);
	ok(ws_why_of("CIM_KVMRedirectionSAP") == ws_why_state);
	ok(ws_why_of("IPS_OptInService") == ws_why_pt);
}

/* Get, change, Put: order kept, new ones in byte order, secrets not echoed. */
static void
test_modify(void)
{
	struct ws_doc *d = parsed(ENVELOPE("<g:AMT_X xmlns:g=\"" AMT "AMT_X\">"
	    "<g:Alpha>1</g:Alpha> <g:List>a</g:List><g:List>b</g:List>"
	    "<g:Name></g:Name><g:RFBPassword></g:RFBPassword><g:Use>false"
	    "</g:Use></g:AMT_X>"));
	struct ws_node *n = ws_body(d);
	char *text;

	is_int(ws_set(n, "Use", "true", &e), 0);
	is_int(ws_set(n, "Beta", "<&>", &e), 0);
	is_int(ws_set(n, "Zeta", "", &e), 0);
	is_int(ws_set(n, "Alpha", "\xff", &e), -1);
	ws_drop(n, "List");
	ws_drop(n, "Nothing");
	text = encoded(&(struct ws_request){ .op = WS_PUT, .class = "AMT_X",
	    .instance = n }, 1);
	has(text, "<s:Body><g:AMT_X xmlns:g=\"" AMT "AMT_X\"><g:Alpha>1"
	    "</g:Alpha><g:Beta>&lt;&amp;&gt;</g:Beta><g:Name/><g:Use>true"
	    "</g:Use><g:Zeta/></g:AMT_X></s:Body>");
	free(text);
	is_int(ws_set(n, "RFBPassword", "s3cret", &e), 0);
	text = encoded(&(struct ws_request){ .op = WS_PUT, .class = "AMT_X",
	    .instance = n }, 1);
	has(text, "<g:RFBPassword>s3cret</g:RFBPassword>");
	free(text);
	ws_doc_free(d);
}

/* The same with values of any type, of the firmware's namespaces or ours. */
static void
test_replace(void)
{
	static const struct ws_selector key[] = {
		{ .name = "K", .value = "1" }, { .name = NULL } };
	static const struct ws_epr epr = { "CIM_Y", key };
	static const struct ws_field fields[] = { { "List", WS_TEXT },
	    { "At", WS_DATETIME }, { "Ref", WS_EPR }, { "Gone", WS_TEXT },
	    { NULL, WS_END } };
	static const struct ws_value values[] = {
		{ "List", .text = "1" }, { "At", .text = "T" },
		{ "List", .text = "2" }, { "Ref", .epr = &epr },
		{ .name = NULL } };
	static const struct ws_value bad[] = {
		{ "List", .text = "\001" }, { .name = NULL } };
	static const struct ws_field odd[] = { { "a-b", WS_TEXT },
	    { NULL, WS_END } };
	struct ws_doc *d = parsed(ENVELOPE("<g:AMT_X xmlns:g=\"" AMT "AMT_X\">"
	    "<g:Gone>a</g:Gone><g:List>a</g:List><g:List>b</g:List>"
	    "<g:Use>false</g:Use></g:AMT_X>"));
	char *text;

	is_int(ws_replace(ws_body(d), fields, values, &e), 0);
	text = encoded(&(struct ws_request){ .op = WS_PUT, .class = "AMT_X",
	    .instance = ws_body(d) }, 1);
	has(text, "<g:At><c:Datetime xmlns:c=\"http://schemas.dmtf.org/wbem/"
	    "wscim/1/common\">T</c:Datetime></g:At><g:List>1</g:List>"
	    "<g:List>2</g:List><g:Ref><");
	has(text, "CIM_Y</");
	has(text, "Selector Name=\"K\">1</");
	has(text, "</g:Ref><g:Use>false</g:Use></g:AMT_X></s:Body>");
	free(text);
	is_int(ws_replace(ws_body(d), fields, bad, &e), -1);
	has(e.text, "the value of List holds characters that XML cannot");
	is_int(ws_replace(ws_body(d), odd, bad, &e), -1);
	ws_doc_free(d);
}

static void
test_show(void)
{
	const char *xml = ENVELOPE("<p:In xmlns:p=\"p\"><p:User>joe</p:User>"
	    "<p:DigestPassword>s3cret</p:DigestPassword><p:PSKPassPhrase>"
	    "<p:x>s3cret</p:x></p:PSKPassPhrase></p:In>");
	char *text = ws_show(xml, strlen(xml));

	has(text, "    <p:In xmlns:p=\"p\">\n");
	has(text, "<p:User>joe</p:User>");
	has(text, "<p:DigestPassword>(secret)</p:DigestPassword>");
	ok(strstr(text, "s3cret") == NULL);
	free(text);
	ok(ws_show("no XML", 6) == NULL);
	ok(ws_is_secret("RFBPassword") && ws_is_secret("OptInCode"));
	ok(ws_is_secret("PSK") && ws_is_secret("SigningKey"));
	ok(ws_is_secret("ProtectedAccessCredential"));
	ok(!ws_is_secret("UserPasswordBypass") && !ws_is_secret("DERKey"));
	ok(!ws_is_secret("OptInCodeTimeout") && !ws_is_secret("KeyLength"));
}

/* ---- captures ------------------------------------------------------------- */

static size_t captures;

static char *
slurp(const char *path, size_t *n)
{
	static char text[WS_MESSAGE_MAX];
	FILE *f = fopen(path, "r");

	*n = f != NULL ? fread(text, 1, sizeof text - 1, f) : 0;
	text[*n] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

/* Every property has a text; returns how many there are. */
static int
properties(const struct ws_node *instance)
{
	struct ws_node *n;
	struct buf b;
	int count = 0;

	for (n = ws_first(instance); n != NULL; n = ws_next(n), count++) {
		buf_init(&b, WS_MESSAGE_MAX);
		if (ws_value_text(&b, n, &e) == -1)
			return -1;
		buf_clear(&b);
	}
	return count;
}

/* What a Put would send reads as what Get brought. */
static bool
round_trip(struct ws_node *instance)
{
	char *text = encoded(&(struct ws_request){ .op = WS_PUT,
	    .class = ws_name(instance), .instance = instance }, 1);
	struct ws_doc *d = text != NULL ? parsed(text) : NULL;
	struct ws_node *a, *b;
	bool same = d != NULL && ws_body(d) != NULL &&
	    strcmp(ws_name(ws_body(d)), ws_name(instance)) == 0;
	struct buf x, y;

	buf_init(&x, WS_MESSAGE_MAX);
	buf_init(&y, WS_MESSAGE_MAX);
	b = same ? ws_first(ws_body(d)) : NULL;
	for (a = ws_first(instance); same && a != NULL; a = ws_next(a)) {
		if (ws_is_secret(ws_name(a)) && ws_text(a) != NULL &&
		    *ws_text(a) == '\0')
			continue;
		same = b != NULL && strcmp(ws_name(a), ws_name(b)) == 0 &&
		    ws_value_text(&x, a, &e) == 0 &&
		    ws_value_text(&y, b, &e) == 0 && x.len == y.len &&
		    (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);
		b = b != NULL ? ws_next(b) : NULL;
	}
	buf_clear(&x);
	buf_clear(&y);
	ws_doc_free(d);
	free(text);
	return same && b == NULL;
}

/* What the file's name says it answers. */
static bool
capture_reads(const char *path, const struct ws_doc *d)
{
	const char *file = strrchr(path, '/') + 1;
	struct ws_node *n = ws_body(d);
	struct ws_request r = { .op = WS_GET, .class = "AMT_Any" };
	uint32_t value;

	if (n == NULL || ws_text(n) != NULL)	/* empty: Delete, some Puts */
		return true;
	if (strcmp(file, "get.xml") == 0)
		return ws_check(d, &r, &e) == 0 && properties(n) > 0 &&
		    round_trip(n);
	if (strcmp(file, "enumerate.xml") == 0) {
		r.op = WS_ENUMERATE;
		return ws_check(d, &r, &e) == 0 && ws_context(d) != NULL;
	}
	if (strcmp(file, "pull.xml") == 0) {
		r.op = WS_PULL;
		if (ws_check(d, &r, &e) == -1)
			return false;
		for (n = ws_items(d); n != NULL; n = ws_next(n))
			if (properties(n) <= 0)
				return false;
		return true;
	}
	if (strstr(ws_name(n), "_OUTPUT") != NULL && ws_child(n,
	    "ReturnValue") != NULL)
		return ws_get_uint(n, "ReturnValue", &value, &e) == 0;
	return properties(n) > 0;
}

static int
capture(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct ws_doc *d;
	size_t n;
	char *text;

	(void)st, (void)ftw;
	if (type != FTW_F || strlen(path) < 4 ||
	    strcmp(path + strlen(path) - 4, ".xml") != 0)
		return 0;
	captures++;
	text = slurp(path, &n);
	e.text[0] = '\0';
	d = ws_parse(text, n, &e);
	if (!test_report(d != NULL && capture_reads(path, d), __FILE__,
	    __LINE__, strstr(path, "captures")))
		printf("    %s\n", e.text);
	ws_doc_free(d);
	return 0;
}

/* The body of a recorded HTTP answer in chunks. */
static size_t
dechunk(char *text)
{
	char *in = strstr(text, "\r\n\r\n"), *out = text, *end;
	size_t n;

	if (in == NULL)
		return 0;
	for (in += 4; (n = strtoul(in, &end, 16)) > 0; in = end + 2 + n + 2)
		memmove(out, end + 2, n), out += n;
	*out = '\0';
	return (size_t)(out - text);
}

static void
test_http_captures(const char *folder)
{
	char path[512], *text;
	struct ws_doc *d;
	size_t n, i;

	snprintf(path, sizeof path, "%s/http/200-chunked-amt15-b.http",
	    folder);
	text = slurp(path, &n);
	n = dechunk(text);
	d = ws_parse(text, n, &e);
	ok(d != NULL && capture_reads("/get.xml", d));
	ws_doc_free(d);
	for (i = 1; i < n; i++) {		/* every truncation */
		d = ws_parse(text, i, &e);
		if (d != NULL)
			break;
	}
	is_int(i, n);
	snprintf(path, sizeof path, "%s/http/400-fault-alreadyexists-amt15."
	    "http", folder);
	text = slurp(path, &n);
	d = ws_parse(text, dechunk(text), &e);
	ok(d != NULL);
	is_int(ws_check(d, &(struct ws_request){ .op = WS_PUT,
	    .class = "AMT_X" }, &e), -1);
	is_str(e.text, "refused: it exists already (AlreadyExists: \"The "
	    "sender attempted to create a resource which already exists.\")");
	ws_doc_free(d);
}

static void
test_captures(void)
{
	const char *top = getenv("TOP");
	char folder[400];

	snprintf(folder, sizeof folder, "%s/../shared/captures/wsman",
	    top != NULL ? top : "..");
	if (nftw(folder, capture, 16, FTW_PHYS) == -1 || captures == 0) {
		printf("skip - unit/wsxml: no recorded answers beside the "
		    "checkout\n");
		return;
	}
	ok(captures > 100);
	test_http_captures(folder);
}

int
main(void)
{
	test_requests();
	test_orders();
	test_types();
	test_reader();
	test_hostile();
	test_faults();
	test_return_values();
	test_modify();
	test_replace();
	test_show();
	test_captures();
	return test_done();
}
