/* SPDX-License-Identifier: MIT */
/*
 * When AMT says no: SOAP faults, ReturnValues and AMT's own status numbers
 * in words, and answers that do not belong to their request.  See wsxml.h.
 * Sources: DSP0226 and the addressing, transfer and enumeration specs for
 * fault codes; AMT's status table; CIM_EnabledLogicalElement for states.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>

#include "lib/err.h"
#include "lib/wsns.h"
#include "lib/wsxml.h"

#define VENDOR 32768			/* + AMT status, in CIM methods */
#define JOB_STARTED 4096

/* RequestStateChange, RequestPowerStateChange and the like */
const struct ws_word ws_why_state[] = {
	{ 1, "not supported" },
	{ 2, "unknown error or not possible in the present state" },
	{ 3, "not done within the time limit" },
	{ 4, "failed" },
	{ 5, "invalid parameter" },
	{ 6, "in use" },
	{ 4097, "invalid state transition" },
	{ 4098, "a time-out parameter is not supported" },
	{ 4099, "busy" },
	{ 0, NULL }
};

/* ChangeBootOrder, SetBootConfigRole */
const struct ws_word ws_why_boot[] = {
	{ 1, "not supported" },
	{ 2, "unknown or unspecified error" },
	{ 3, "busy" },
	{ 4, "invalid reference" },
	{ 5, "invalid parameter" },
	{ 6, "access denied" },
	{ 0, NULL }
};

/* AMT's own status, of all AMT_ and IPS_ methods and in faults */
const struct ws_word ws_why_pt[] = {
	{ 0, "SUCCESS" },
	{ 1, "INTERNAL_ERROR" },
	{ 2, "NOT_READY" },
	{ 3, "INVALID_PT_MODE" },
	{ 4, "INVALID_MESSAGE_LENGTH" },
	{ 5, "TABLE_FINGERPRINT_NOT_AVAILABLE" },
	{ 6, "INTEGRITY_CHECK_FAILED" },
	{ 7, "UNSUPPORTED_ISVS_VERSION" },
	{ 8, "APPLICATION_NOT_REGISTERED" },
	{ 9, "INVALID_REGISTRATION_DATA" },
	{ 10, "APPLICATION_DOES_NOT_EXIST" },
	{ 11, "NOT_ENOUGH_STORAGE" },
	{ 12, "INVALID_NAME" },
	{ 13, "BLOCK_DOES_NOT_EXIST" },
	{ 14, "INVALID_BYTE_OFFSET" },
	{ 15, "INVALID_BYTE_COUNT" },
	{ 16, "NOT_PERMITTED" },
	{ 17, "NOT_OWNER" },
	{ 18, "BLOCK_LOCKED_BY_OTHER" },
	{ 19, "BLOCK_NOT_LOCKED" },
	{ 20, "INVALID_GROUP_PERMISSIONS" },
	{ 21, "GROUP_DOES_NOT_EXIST" },
	{ 22, "INVALID_MEMBER_COUNT" },
	{ 23, "MAX_LIMIT_REACHED" },
	{ 24, "INVALID_AUTH_TYPE" },
	{ 25, "AUTHENTICATION_FAILED" },
	{ 26, "INVALID_DHCP_MODE" },
	{ 27, "INVALID_IP_ADDRESS" },
	{ 28, "INVALID_DOMAIN_NAME" },
	{ 29, "UNSUPPORTED_VERSION" },
	{ 30, "REQUEST_UNEXPECTED" },
	{ 31, "INVALID_TABLE_TYPE" },
	{ 32, "INVALID_PROVISIONING_STATE" },
	{ 33, "UNSUPPORTED_OBJECT" },
	{ 34, "INVALID_TIME" },
	{ 35, "INVALID_INDEX" },
	{ 36, "INVALID_PARAMETER" },
	{ 37, "INVALID_NETMASK" },
	{ 38, "FLASH_WRITE_LIMIT_EXCEEDED" },
	{ 39, "INVALID_IMAGE_LENGTH" },
	{ 40, "INVALID_IMAGE_SIGNATURE" },
	{ 41, "PROPOSE_ANOTHER_VERSION" },
	{ 42, "INVALID_PID_FORMAT" },
	{ 43, "INVALID_PPS_FORMAT" },
	{ 44, "BIST_COMMAND_BLOCKED" },
	{ 45, "CONNECTION_FAILED" },
	{ 46, "CONNECTION_TOO_MANY" },
	{ 47, "RNG_GENERATION_IN_PROGRESS" },
	{ 48, "RNG_NOT_READY" },
	{ 49, "CERTIFICATE_NOT_READY" },
	{ 1024, "DISABLED_BY_POLICY" },
	{ 2048, "NETWORK_IF_ERROR_BASE" },
	{ 2049, "UNSUPPORTED_OEM_NUMBER" },
	{ 2050, "UNSUPPORTED_BOOT_OPTION" },
	{ 2051, "INVALID_COMMAND" },
	{ 2052, "INVALID_SPECIAL_COMMAND" },
	{ 2053, "INVALID_HANDLE" },
	{ 2054, "INVALID_PASSWORD" },
	{ 2055, "INVALID_REALM" },
	{ 2056, "STORAGE_ACL_ENTRY_IN_USE" },
	{ 2057, "DATA_MISSING" },
	{ 2058, "DUPLICATE" },
	{ 2059, "EVENTLOG_FROZEN" },
	{ 2060, "PKI_MISSING_KEYS" },
	{ 2061, "PKI_GENERATING_KEYS" },
	{ 2062, "INVALID_KEY" },
	{ 2063, "INVALID_CERT" },
	{ 2064, "CERT_KEY_NOT_MATCH" },
	{ 2065, "MAX_KERB_DOMAIN_REACHED" },
	{ 2066, "UNSUPPORTED" },
	{ 2067, "INVALID_PRIORITY" },
	{ 2068, "NOT_FOUND" },
	{ 2069, "INVALID_CREDENTIALS" },
	{ 2070, "INVALID_PASSPHRASE" },
	{ 2072, "NO_ASSOCIATION" },
	{ 2075, "AUDIT_FAIL" },
	{ 2076, "BLOCKING_COMPONENT" },
	{ 2081, "USER_CONSENT_REQUIRED" },
	{ 2082, "OPERATION_IN_PROGRESS" },
	{ 0, NULL }
};

/* What a person can do about some of them. */
static const struct ws_word remedies[] = {
	{ 2, "it is still starting: try again" },
	{ 16, "this user has no right to it, or not now" },
	{ 38, "too many changes in a short time: wait some minutes" },
	{ 1024, "a policy of the firmware forbids it" },
	{ 2054, "the password does not meet AMT's rules" },
	{ 2081, "the person at the machine must consent first: \"wsamt consent "
	    "start\"" },
	{ 2082, "busy: try again" },
	{ 0, NULL }
};

/* Fault codes: namespace, local name, what it means here. */
static const struct fault_word {
	const char *uri, *name, *text;
} fault_words[] = {
	{ NS_ADDRESSING, "DestinationUnreachable",
	    "this firmware has no such class or instance" },
	{ NS_ADDRESSING, "ActionNotSupported",
	    "the class cannot do this" },
	{ NS_ADDRESSING, "EndpointUnavailable", "busy: try again" },
	{ NS_ADDRESSING, "InvalidMessageInformationHeader",
	    "it does not accept the request's header" },
	{ NS_ADDRESSING, "MessageInformationHeaderRequired",
	    "it misses something in the request's header" },
	{ NS_WSMAN, "AlreadyExists", "it exists already" },
	{ NS_WSMAN, "InternalError", "the firmware refused" },
	{ NS_WSMAN, "AccessDenied",
	    "this user has no right to it, or consent is missing" },
	{ NS_WSMAN, "SchemaValidationError",
	    "a name, value or type does not fit the class" },
	{ NS_WSMAN, "InvalidParameter", "a parameter is wrong or missing" },
	{ NS_WSMAN, "InvalidSelectors", "the keys select no instance" },
	{ NS_WSMAN, "TimedOut", "it took the firmware too long" },
	{ NS_WSMAN, "EncodingLimit", "the answer would be too long" },
	{ NS_WSMAN, "UnsupportedFeature", "not supported" },
	{ NS_WSMAN, "QuotaLimit", "too many requests: try again" },
	{ NS_WSMAN, "Concurrency", "another change is under way: try again" },
	{ NS_TRANSFER, "InvalidRepresentation",
	    "a value is wrong, or a property missing" },
	{ NS_ENUMERATION, "InvalidEnumerationContext",
	    "the list was given up by the firmware: try again" },
	{ NS_SOAP, "MustUnderstand",
	    "it does not know a header that must be understood" },
	{ NS_SOAP, "VersionMismatch", "it wants another version of SOAP" },
	{ NULL, NULL, NULL }
};

static const char *
word(const struct ws_word *w, uint32_t value)
{
	for (; w->text != NULL; w++)
		if (w->value == value)
			return w->text;
	return NULL;
}

const char *
ws_pt_status(uint32_t n)
{
	return word(ws_why_pt, n);
}

const struct ws_word *
ws_why_of(const char *class)
{
	if (strncmp(class, "CIM_Boot", 8) == 0)
		return ws_why_boot;
	return strncmp(class, "CIM_", 4) == 0 ? ws_why_state : ws_why_pt;
}

/* "38, FLASH_WRITE_LIMIT_EXCEEDED: too many changes in a short time ..." */
static void
add_status(struct err *e, uint32_t n)
{
	const char *remedy = word(remedies, n), *name = ws_pt_status(n);

	(void)err_more(e, ", %s%s%s", name != NULL ? name : "unknown",
	    remedy != NULL ? ": " : "", remedy != NULL ? remedy : "");
}

int
ws_return_value(const struct ws_doc *d, const struct ws_method *m,
    uint32_t *value, struct err *e)
{
	struct ws_node *output = ws_body(d);
	const char *text;
	uint32_t n;

	if (output == NULL)
		return err_set(e, ERR_PROTO, "an empty answer");
	if (ws_get_uint(output, "ReturnValue", &n, e) == -1)
		return -1;
	if (value != NULL)
		*value = n;
	if (n == 0 || (n == JOB_STARTED && m->why == ws_why_state))
		return 0;
	(void)err_set(e, ERR_REFUSED, "refused: ReturnValue %u", (unsigned)n);
	if (m->why == ws_why_pt)
		add_status(e, n);
	else if ((text = word(m->why, n)) != NULL)
		(void)err_more(e, ", %s", text);
	else if (n > VENDOR)
		add_status(e, n - VENDOR);
	return -1;
}

/* ---- faults -------------------------------------------------------------- */

static const char *
text_of(const xmlNode *n)
{
	const char *text = n != NULL ? ws_text((const struct ws_node *)n) :
	    NULL;

	return text != NULL ? text : "";
}

static const xmlNode *
fault(const struct ws_doc *d)
{
	return ws_find(d->body, NS_SOAP, "Fault");
}

/*
 * The innermost code, "e:AlreadyExists": its local name, and the namespace
 * that its prefix stands for ("" if for none).
 */
static const char *
fault_code(const xmlNode *f, const char **uri)
{
	xmlNode *code = ws_find(f, NS_SOAP, "Code"), *sub, *value;
	char prefix[32];
	const char *text, *colon;
	xmlNs *ns;

	*uri = "";
	if (code == NULL)
		return "no code";
	while ((sub = ws_find(code, NS_SOAP, "Subcode")) != NULL)
		code = sub;
	if ((value = ws_find(code, NS_SOAP, "Value")) == NULL)
		return "no code";
	text = text_of(value);
	text += strspn(text, " \t\r\n");
	if ((colon = strchr(text, ':')) == NULL)
		return text;
	(void)snprintf(prefix, sizeof prefix, "%.*s", (int)(colon - text),
	    text);
	if ((ns = xmlSearchNs(value->doc, value, X(prefix))) != NULL)
		*uri = (const char *)ns->href;
	return colon + 1;
}

static const struct fault_word *
fault_find(const xmlNode *f, const char **code)
{
	const struct fault_word *w;
	const char *uri;
	size_t n;

	*code = fault_code(f, &uri);
	n = strcspn(*code, " \t\r\n");
	for (w = fault_words; w->uri != NULL; w++)
		if (strcmp(w->uri, uri) == 0 && strlen(w->name) == n &&
		    strncmp(w->name, *code, n) == 0)
			return w;
	return NULL;
}

const char *
ws_fault_code(const struct ws_doc *d)
{
	const xmlNode *f = fault(d);
	const struct fault_word *w;
	const char *code;

	w = f != NULL ? fault_find(f, &code) : NULL;
	return w != NULL ? w->name : "";
}

bool
ws_is_absent(const struct ws_doc *d)
{
	return strcmp(ws_fault_code(d), "DestinationUnreachable") == 0;
}

/* "AMT-STATUS 16" in any text below Detail; -1: none. */
static long
amt_status(const xmlNode *f)
{
	xmlNode *detail = ws_find(f, NS_SOAP, "Detail");
	char *text, *at;
	long n = -1;

	if (detail == NULL)
		return -1;
	text = (char *)xmlNodeGetContent(detail);
	if (text != NULL && (at = strstr(text, "AMT-STATUS ")) != NULL &&
	    at[11] >= '0' && at[11] <= '9')
		n = strtol(at + 11, NULL, 10);
	xmlFree(text);
	return n >= 0 && n <= UINT32_MAX ? n : -1;
}

static int
fault_error(const xmlNode *f, struct err *e)
{
	const struct fault_word *w;
	const xmlNode *reason;
	const char *code;
	long status;

	w = fault_find(f, &code);
	(void)err_set(e, ERR_REFUSED, "refused: %s%s%.64s",
	    w != NULL ? w->text : "", w != NULL ? " (" : "", code);
	if ((reason = ws_find(f, NS_SOAP, "Reason")) != NULL)
		reason = ws_find(reason, NS_SOAP, "Text");
	if (*text_of(reason) != '\0')
		(void)err_more(e, ": \"%.300s\"", text_of(reason));
	if (w != NULL)
		(void)err_more(e, ")");
	if ((status = amt_status(f)) != -1) {
		(void)err_more(e, "; AMT-STATUS %ld", status);
		add_status(e, (uint32_t)status);
	}
	return -1;
}

/* ---- does the answer belong to the request? ---------------------------------- */

static int
strange(const struct ws_node *n, const char *wanted, struct err *e)
{
	return err_set(e, ERR_PROTO, "the answer holds %.64s instead of %s",
	    n != NULL ? ws_name(n) : "nothing", wanted);
}

static int
check_element(const struct ws_node *n, const char *uri, const char *name,
    struct err *e)
{
	if (n != NULL && ws_is(ws_xml(n), uri, name))
		return 0;
	if (n != NULL && strcmp(ws_name(n), name) == 0)
		return err_set(e, ERR_PROTO, "the answer holds %s of another "
		    "namespace", name);
	return strange(n, name, e);
}

/* An instance: of the class asked for, or of one derived from it. */
static int
check_instance(const struct ws_node *n, const char *class, struct err *e)
{
	char uri[WS_URI_MAX];
	struct err none;

	if (n == NULL || ws_class_uri(uri, ws_name(n), &none) == -1)
		return strange(n, class, e);
	return check_element(n, uri, ws_name(n), e);
}

int
ws_check(const struct ws_doc *d, const struct ws_request *r, struct err *e)
{
	const struct ws_node *n = ws_body(d);
	char uri[WS_URI_MAX], name[WS_NAME_MAX + 8];

	if (fault(d) != NULL)
		return fault_error(fault(d), e);
	switch (r->op) {
	case WS_IDENTIFY:
		return check_element(n, NS_IDENTITY, "IdentifyResponse", e);
	case WS_GET:
		return check_instance(n, r->class, e);
	case WS_PUT:			/* some classes answer nothing */
		return n == NULL ? 0 : check_instance(n, r->class, e);
	case WS_CREATE:
		return check_element(n, NS_TRANSFER, "ResourceCreated", e);
	case WS_DELETE:
		return n == NULL ? 0 : strange(n, "nothing", e);
	case WS_ENUMERATE:
		return check_element(n, NS_ENUMERATION, "EnumerateResponse",
		    e);
	case WS_PULL:
		return check_element(n, NS_ENUMERATION, "PullResponse", e);
	case WS_INVOKE:
		if (ws_class_uri(uri, r->method->class, e) == -1)
			return -1;
		(void)snprintf(name, sizeof name, "%.*s_OUTPUT",
		    WS_NAME_MAX - 1, r->method->name);
		return check_element(n, uri, name, e);
	}
	return err_set(e, ERR_LOCAL, "no such operation");
}
