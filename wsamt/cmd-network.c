/* SPDX-License-Identifier: MIT */
/*
 * The wired port: link, ipv4, ipv6.  Addresses are written only for a static
 * port of its own; with DHCP, or shared with the system, firmware refuses
 * them.  What would cut the connection we come by needs --force.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "wsamt/facts.h"
#include "wsamt/wsamt.h"

#define PORT "AMT_EthernetPortSettings"
#define WIRED "Intel(r) AMT Ethernet Port Settings 0"
#define PORT6 "IPS_IPv6PortSettings"
#define WIRED6 "Intel(r) IPS IPv6 Settings 0"
#define TEXT_MAX 64

static const struct ws_selector wired[] = {
	{ .name = "InstanceID", .value = WIRED }, { .name = NULL }
};

static const char *const addresses[] = { "IPAddress", "SubnetMask",
    "DefaultGateway", "PrimaryDNS", "SecondaryDNS" };
#define ADDRESSES (sizeof addresses / sizeof addresses[0])

static void
drop_addresses(struct ws_node *port)
{
	size_t i;

	for (i = 0; i < ADDRESSES; i++)
		ws_drop(port, addresses[i]);
}

/* ---- link ------------------------------------------------------------------- */

static const struct ws_word policies[] = {
	{ 1, "s0-ac" }, { 14, "sx-ac" }, { 16, "s0-dc" }, { 224, "sx-dc" },
	{ 0, NULL }
};
static const struct fact link_facts[] = {
	{ "link", PORT, WIRED, "LinkIsUp", FACT_BOOL, NULL },
	{ "policy", PORT, WIRED, "LinkPolicy", FACT_WORDS, policies },
};

/* "1,14": what was asked for, in the table's order. */
static int
parse_policies(bool wanted[4], int argc, char **argv, struct err *e)
{
	int i, k;

	for (i = 0; i < argc; i++) {
		for (k = 0; policies[k].text != NULL &&
		    strcmp(policies[k].text, argv[i]) != 0; k++)
			;
		if (policies[k].text == NULL)
			return err_set(e, ERR_USAGE, "link: \"%s\" is none of "
			    "s0-ac, sx-ac, s0-dc, sx-dc", argv[i]);
		wanted[k] = true;
	}
	return 0;
}

static int
read_policies(struct wsamt *a, bool now[4], struct ws_doc **d, struct err *e)
{
	const struct ws_node *n;
	int k;

	if (wsman_get(a->wsman, PORT, wired, d, e) == -1)
		return -1;
	for (n = ws_first(ws_body(*d)); n != NULL; n = ws_next(n))
		for (k = 0; k < 4; k++)
			if (strcmp(ws_name(n), "LinkPolicy") == 0 &&
			    ws_text(n) != NULL && strtoul(ws_text(n), NULL,
			    10) == policies[k].value)
				now[k] = true;
	return 0;
}

static const char *
policy_text(char text[TEXT_MAX], const bool on[4])
{
	size_t len = 0;
	int k;

	(void)snprintf(text, TEXT_MAX, "none");
	for (k = 0; k < 4; k++)
		if (on[k])
			len += (size_t)snprintf(text + len, TEXT_MAX - len,
			    "%s%s", len > 0 ? "," : "", policies[k].text);
	return text;
}

static int
write_policies(struct wsamt *a, struct ws_node *port, const bool wanted[4],
    struct err *e)
{
	bool dhcp, shared;
	char number[16];
	int k;

	if (ws_get_bool(port, "DHCPEnabled", &dhcp, e) == -1 ||
	    ws_get_bool(port, "IpSyncEnabled", &shared, e) == -1)
		return err_ctx(e, "%s", a->machine.name);
	if (dhcp || shared)
		drop_addresses(port);
	ws_drop(port, "LinkPolicy");
	for (k = 0; k < 4; k++) {
		(void)snprintf(number, sizeof number, "%u",
		    (unsigned)policies[k].value);
		if (wanted[k] && ws_add(port, "LinkPolicy", number, e) == -1)
			return -1;
	}
	return wsman_put(a->wsman, port, wired, e);
}

static int
set_link(struct wsamt *a, const bool wanted[4], struct err *e)
{
	char text[3][TEXT_MAX];
	bool before[4] = { false }, after[4] = { false };
	struct ws_doc *d, *again;
	int rc = 0;

	if (read_policies(a, before, &d, e) == -1)
		return -1;
	if (memcmp(before, wanted, sizeof before) == 0) {
		log_info("%s: that is so already", a->machine.name);
	} else if (!a->force && ((before[1] && !wanted[1]) || !wanted[0])) {
		rc = err_set(e, ERR_REFUSED, "%s: without %s the machine is "
		    "not reached while it is %s; say --force if that is "
		    "wanted", a->machine.name, !wanted[0] ? "s0-ac" : "sx-ac",
		    !wanted[0] ? "on" : "off");
	} else if (write_policies(a, ws_body(d), wanted, e) == -1 ||
	    read_policies(a, after, &again, e) == -1) {
		rc = -1;
	} else {
		ws_doc_free(again);
		if (memcmp(after, wanted, sizeof after) != 0)
			rc = wsamt_not_taken(a, "link", policy_text(text[0],
			    before), policy_text(text[1], wanted),
			    policy_text(text[2], after), e);
	}
	ws_doc_free(d);
	return rc;
}

static int
print_facts(struct wsamt *a, const struct fact *facts, size_t n,
    struct err *e)
{
	int rc;

	out_begin(&a->out);
	rc = facts_print(a, facts, n, e);
	out_end(&a->out);
	return rc;
}

int
cmd_link(struct wsamt *a, int argc, char **argv, struct err *e)
{
	bool wanted[4] = { false };

	if (argc == 0)
		return print_facts(a, link_facts, sizeof link_facts /
		    sizeof link_facts[0], e);
	return parse_policies(wanted, argc, argv, e) == -1 ? -1 :
	    set_link(a, wanted, e);
}

/* ---- ipv4 --------------------------------------------------------------------- */

static const struct fact ipv4_facts[] = {
	{ "dhcp", PORT, WIRED, "DHCPEnabled", FACT_BOOL, NULL },
	{ "as-the-system", PORT, WIRED, "IpSyncEnabled", FACT_BOOL, NULL },
	{ "address", PORT, WIRED, "IPAddress", FACT_TEXT, NULL },
	{ "mask", PORT, WIRED, "SubnetMask", FACT_TEXT, NULL },
	{ "gateway", PORT, WIRED, "DefaultGateway", FACT_TEXT, NULL },
	{ "dns", PORT, WIRED, "PrimaryDNS", FACT_TEXT, NULL },
	{ "dns2", PORT, WIRED, "SecondaryDNS", FACT_TEXT, NULL },
	{ "vlan", PORT, WIRED, "VLANTag", FACT_TEXT, NULL },
	{ "mac", PORT, WIRED, "MACAddress", FACT_TEXT, NULL },
};
struct ipv4 {
	bool dhcp, shared;
	char text[ADDRESSES][INET_ADDRSTRLEN];	/* "": leave out */
};

static int
parse_quad(char out[INET_ADDRSTRLEN], const char *text, const char *what,
    struct err *e)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		return err_set(e, ERR_USAGE, "ipv4: \"%s\" is no %s", text,
		    what);
	(void)inet_ntop(AF_INET, &a, out, INET_ADDRSTRLEN);
	return 0;
}

static int
parse_static(struct ipv4 *p, int argc, char **argv, struct err *e)
{
	char *slash = strchr(argv[0], '/');
	struct in_addr mask;
	long bits;
	int i;

	if (slash == NULL)
		return err_set(e, ERR_USAGE, "ipv4: \"%s\" is neither dhcp, "
		    "system nor an address as 192.0.2.10/24", argv[0]);
	if (opts_number(&bits, slash + 1, 1, 31, "ipv4: bits of the network",
	    e) == -1)
		return -1;
	*slash = '\0';
	mask.s_addr = htonl(0xffffffffu << (32 - bits));
	(void)inet_ntop(AF_INET, &mask, p->text[1], INET_ADDRSTRLEN);
	if (parse_quad(p->text[0], argv[0], "address", e) == -1)
		return -1;
	for (i = 1; i < argc; i++)
		if (parse_quad(p->text[i + 1], argv[i], i == 1 ? "gateway" :
		    "name server", e) == -1)
			return -1;
	return 0;
}

static int
parse_ipv4(struct ipv4 *p, int argc, char **argv, struct err *e)
{
	*p = (struct ipv4){ .dhcp = strcmp(argv[0], "dhcp") == 0,
	    .shared = strcmp(argv[0], "system") == 0 };
	if (!p->dhcp && !p->shared)
		return parse_static(p, argc, argv, e);
	return argc == 1 ? 0 : err_set(e, ERR_USAGE, "ipv4 %s takes no "
	    "addresses", argv[0]);
}

static int
edit_ipv4(struct ws_node *n, const struct ipv4 *p, struct err *e)
{
	size_t i;

	drop_addresses(n);
	for (i = 0; i < ADDRESSES; i++)
		if (p->text[i][0] != '\0' && ws_set(n, addresses[i],
		    p->text[i], e) == -1)
			return -1;
	if (ws_set(n, "DHCPEnabled", p->dhcp ? "true" : "false", e) == -1 ||
	    ws_set(n, "SharedStaticIp", p->shared ? "true" : "false",
	    e) == -1)
		return -1;
	return ws_set(n, "IpSyncEnabled", p->dhcp || p->shared ? "true" :
	    "false", e);
}

/* "dhcp", "system" or the address. */
static int
ipv4_state(char text[TEXT_MAX], const struct ws_node *n, struct err *e)
{
	struct ws_node *address = ws_child(n, "IPAddress");
	bool dhcp, shared;

	if (ws_get_bool(n, "DHCPEnabled", &dhcp, e) == -1 ||
	    ws_get_bool(n, "IpSyncEnabled", &shared, e) == -1)
		return -1;
	(void)snprintf(text, TEXT_MAX, "%s", dhcp ? "dhcp" : shared ?
	    "system" : address != NULL && ws_text(address) != NULL ?
	    ws_text(address) : "none");
	return 0;
}

static int
confirm_ipv4(struct wsamt *a, const char *before, const char *wanted,
    struct err *e)
{
	char after[TEXT_MAX];
	struct ws_doc *d;
	int rc;

	if (wsman_get(a->wsman, PORT, wired, &d, e) == -1) {
		if (e->kind != ERR_NET || !a->force)
			return -1;
		log_warn("%s: does not answer there any more",
		    a->machine.name);
		return 0;
	}
	rc = ipv4_state(after, ws_body(d), e);
	if (rc == 0 && strcmp(after, wanted) != 0)
		rc = wsamt_not_taken(a, "ipv4", before, wanted, after, e);
	ws_doc_free(d);
	return rc;
}

int
cmd_ipv4(struct wsamt *a, int argc, char **argv, struct err *e)
{
	char before[TEXT_MAX];
	const char *wanted;
	struct ipv4 p;
	struct ws_doc *d;
	int rc = -1;

	if (argc == 0)
		return print_facts(a, ipv4_facts, sizeof ipv4_facts /
		    sizeof ipv4_facts[0], e);
	if (parse_ipv4(&p, argc, argv, e) == -1)
		return -1;
	wanted = p.dhcp ? "dhcp" : p.shared ? "system" : p.text[0];
	if (!a->force && strcmp(a->machine.address, wanted) != 0)
		return err_set(e, ERR_REFUSED, "%s: this may change the "
		    "address over which this very command comes; say --force "
		    "if that is wanted", a->machine.name);
	if (wsman_get(a->wsman, PORT, wired, &d, e) == -1)
		return -1;
	if (ipv4_state(before, ws_body(d), e) == -1)
		(void)err_ctx(e, "%s", a->machine.name);
	else if (edit_ipv4(ws_body(d), &p, e) == 0 &&
	    wsman_put(a->wsman, ws_body(d), wired, e) == 0)
		rc = confirm_ipv4(a, before, wanted, e);
	ws_doc_free(d);
	return rc;
}

/* ---- ipv6 ------------------------------------------------------------------------ */

static const struct fact ipv6_facts[] = {
	{ "addresses", PORT6, WIRED6, "CurrentAddressInfo", FACT_WORDS, NULL },
	{ "router", PORT6, WIRED6, "CurrentDefaultRouter", FACT_TEXT, NULL },
	{ "dns", PORT6, WIRED6, "CurrentPrimaryDNS", FACT_TEXT, NULL },
	{ "dns2", PORT6, WIRED6, "CurrentSecondaryDNS", FACT_TEXT, NULL },
};

/* Whether IPv6 is on is told by the association of port and settings. */
#define SETTING "CIM_ElementSettingData"
#define CURRENT "1"
#define NOT_CURRENT "2"

static const struct ws_selector port_keys[] = {
	{ .name = "CreationClassName", .value = "CIM_EthernetPort" },
	{ .name = "DeviceID", .value = "Intel(r) AMT Ethernet Port 0" },
	{ .name = "SystemCreationClassName", .value = "CIM_ComputerSystem" },
	{ .name = "SystemName", .value = "Intel(r) AMT" }, { .name = NULL }
};
static const struct ws_selector settings_keys[] = {
	{ .name = "InstanceID", .value = WIRED6 }, { .name = NULL }
};
static const struct ws_epr port_epr = { "CIM_EthernetPort", port_keys };
static const struct ws_epr settings_epr = { PORT6, settings_keys };
static const struct ws_selector setting_keys[] = {
	{ .name = "ManagedElement", .epr = &port_epr },
	{ .name = "SettingData", .epr = &settings_epr }, { .name = NULL }
};

static int
read_ipv6(struct wsamt *a, bool *on, struct ws_doc **d, struct err *e)
{
	const char *text;

	if (wsman_get(a->wsman, SETTING, setting_keys, d, e) == -1)
		return -1;
	if (ws_get_text(ws_body(*d), "IsCurrent", &text, e) == -1) {
		ws_doc_free(*d);
		return err_ctx(e, "%s", a->machine.name);
	}
	*on = strcmp(text, CURRENT) == 0;
	return 0;
}

static int
set_ipv6(struct wsamt *a, struct ws_node *setting, bool before, bool on,
    struct err *e)
{
	struct ws_doc *d;
	bool after;

	if (before == on) {
		log_info("%s: ipv6 is %s already", a->machine.name,
		    wsamt_word(on));
		return 0;
	}
	if (!on && strchr(a->machine.address, ':') != NULL && !a->force)
		return err_set(e, ERR_REFUSED, "%s: this very command comes "
		    "over IPv6; come over IPv4, or say --force",
		    a->machine.name);
	if (ws_set(setting, "IsCurrent", on ? CURRENT : NOT_CURRENT,
	    e) == -1 || wsman_put(a->wsman, setting, setting_keys, e) == -1 ||
	    read_ipv6(a, &after, &d, e) == -1)
		return -1;
	ws_doc_free(d);
	return after == on ? 0 : wsamt_not_taken(a, "ipv6",
	    wsamt_word(before), wsamt_word(on), wsamt_word(after), e);
}

int
cmd_ipv6(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ws_doc *d;
	bool on, now;
	int rc;

	if (argc > 0 && wsamt_on_off(&on, argv[0], "ipv6", e) == -1)
		return -1;
	if (read_ipv6(a, &now, &d, e) == -1)
		return -1;
	if (argc > 0) {
		rc = set_ipv6(a, ws_body(d), now, on, e);
	} else {
		out_begin(&a->out);
		rc = out_fact(&a->out, "ipv6", wsamt_word(now), e);
		if (rc == 0)
			rc = facts_print(a, ipv6_facts, sizeof ipv6_facts /
			    sizeof ipv6_facts[0], e);
		out_end(&a->out);
	}
	ws_doc_free(d);
	return rc;
}
