/* SPDX-License-Identifier: MIT */
/* info: what this controller is, and what is switched on, in one view. */
#include <stdio.h>
#include <string.h>

#include "wsamt/facts.h"
#include "wsamt/pem.h"
#include "wsamt/wsamt.h"

#define SETUP "AMT_SetupAndConfigurationService"
#define PORT "AMT_EthernetPortSettings"
#define WIRED "Intel(r) AMT Ethernet Port Settings 0"

static const struct ws_word modes[] = {
	{ 0, "none" }, { 1, "admin" }, { 2, "small business" },
	{ 3, "remote assistance" }, { 4, "client" }, { 0, NULL }
};
static const struct ws_word states[] = {
	{ 0, "not yet" }, { 1, "under way" }, { 2, "done" }, { 0, NULL }
};
static const struct ws_word redirections[] = {
	{ 32768, "none" }, { 32769, "ider" }, { 32770, "sol" },
	{ 32771, "sol,ider" }, { 0, NULL }
};
static const struct fact facts[] = {
	{ "mode", SETUP, NULL, "ProvisioningMode", FACT_WORD, modes },
	{ "setup", SETUP, NULL, "ProvisioningState", FACT_WORD, states },
	{ "hostname", "AMT_GeneralSettings", NULL, "HostName", FACT_TEXT,
	    NULL },
	{ "domain", "AMT_GeneralSettings", NULL, "DomainName", FACT_TEXT,
	    NULL },
	{ "address", PORT, WIRED, "IPAddress", FACT_TEXT, NULL },
	{ "mac", PORT, WIRED, "MACAddress", FACT_TEXT, NULL },
	{ "link", PORT, WIRED, "LinkIsUp", FACT_BOOL, NULL },
	{ "ipv6", "IPS_IPv6PortSettings", "Intel(r) IPS IPv6 Settings 0",
	    "CurrentAddressInfo", FACT_ADDRESSES, NULL },
	{ "tls", "AMT_TLSSettingData", "Intel(r) AMT 802.3 TLS Settings",
	    "Enabled", FACT_BOOL, NULL },
	{ "redirport", "AMT_RedirectionService", NULL, "ListenerEnabled",
	    FACT_BOOL, NULL },
	{ "redirection", "AMT_RedirectionService", NULL, "EnabledState",
	    FACT_WORD, redirections },
	{ "rfbservice", "CIM_KVMRedirectionSAP", NULL, "EnabledState",
	    FACT_STATE, NULL },
	{ "webui", "AMT_WebUIService", NULL, "EnabledState", FACT_STATE,
	    NULL },
};

static int
print_versions(struct wsamt *a, struct err *e)
{
	static const struct { const char *id, *word; } shown[] = {
		{ "AMT", "version" }, { "Build Number", "build" },
		{ "Sku", "sku" },
	};
	const struct ws_node *n = NULL;
	const char *id, *text;
	struct ws_list list;
	size_t at = 0, i;
	int rc = 0;

	if (wsman_enumerate(a->wsman, "CIM_SoftwareIdentity", &list, e) == -1)
		return -1;
	while (rc == 0 && (n = ws_list_next(&list, &at, n)) != NULL) {
		if (ws_get_text(n, "InstanceID", &id, e) == -1 ||
		    ws_get_text(n, "VersionString", &text, e) == -1)
			continue;
		for (i = 0; i < sizeof shown / sizeof shown[0]; i++)
			if (strcmp(id, shown[i].id) == 0)
				rc = out_fact(&a->out, shown[i].word, text, e);
	}
	ws_list_free(&list);
	return rc;
}

/* The first three groups are little endian, as SMBIOS has them. */
static int
print_uuid(struct wsamt *a, struct err *e)
{
	static const struct ws_method get = { .class = SETUP,
	    .name = "GetUuid", .why = ws_why_pt, .reads = true };
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10,
	    11, 12, 13, 14, 15 };
	char uuid[37], *p = uuid;
	struct ws_doc *d;
	struct buf raw;
	const char *text;
	size_t i;
	int rc = -1;

	buf_init(&raw, 64);
	if (wsman_invoke(a->wsman, &get, NULL, NULL, &d, e) == -1)
		goto out;
	if (ws_get_text(ws_body(d), "UUID", &text, e) == -1 ||
	    base64_bytes(&raw, text, e) == -1 ||
	    (raw.len != 16 && err_set(e, ERR_PROTO, "a UUID of %zu bytes",
	    raw.len) == -1)) {
		(void)err_ctx(e, "%s", a->machine.name);
		goto out;
	}
	for (i = 0; i < 16; i++)
		p += sprintf(p, "%s%02x", i == 4 || i == 6 || i == 8 ||
		    i == 10 ? "-" : "", raw.data[order[i]]);
	rc = out_fact(&a->out, "uuid", uuid, e);
 out:
	ws_doc_free(d);
	buf_clear(&raw);
	return rc;
}

int
cmd_info(struct wsamt *a, int argc, char **argv, struct err *e)
{
	int rc = -1;

	(void)argc, (void)argv;
	out_begin(&a->out);
	if ((print_versions(a, e) == 0 || facts_may_lack(a, e)) &&
	    (print_uuid(a, e) == 0 || facts_may_lack(a, e)))
		rc = facts_print(a, facts, sizeof facts / sizeof facts[0], e);
	out_end(&a->out);
	return rc;
}
