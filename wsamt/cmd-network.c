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
#define IPV4_MAX 96			/* five addresses, with NUL */
#define GONE_MS 5000			/* who is silent so long is cut off */

static const struct ws_selector wired[] = {
	{ .name = "InstanceID", .value = WIRED }, { .name = NULL }
};

static const char *const addresses[] = { "IPAddress", "SubnetMask",
    "DefaultGateway", "PrimaryDNS", "SecondaryDNS" };
#define ADDRESSES (sizeof addresses / sizeof addresses[0])

/* "dhcp", "system" (the address is its system's), or its own. */
enum kind { OWN, DHCP, SYSTEM };

static int
read_kind(const struct ws_node *port, enum kind *kind, struct err *e)
{
	bool dhcp, shared = false;

	if (ws_get_bool(port, "DHCPEnabled", &dhcp, e) == -1 ||
	    (ws_child(port, "IpSyncEnabled") != NULL &&	/* not before AMT 7 */
	    ws_get_bool(port, "IpSyncEnabled", &shared, e) == -1))
		return -1;
	*kind = dhcp ? DHCP : shared ? SYSTEM : OWN;
	return 0;
}

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
	enum kind kind;
	char number[16];
	int k;

	if (read_kind(port, &kind, e) == -1)
		return err_ctx(e, "%s", a->machine.name);
	if (kind != OWN)
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
	enum kind kind;
	char text[ADDRESSES][INET_ADDRSTRLEN];	/* OWN; "": none */
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
	*p = (struct ipv4){ .kind = strcmp(argv[0], "dhcp") == 0 ? DHCP :
	    strcmp(argv[0], "system") == 0 ? SYSTEM : OWN };
	if (p->kind == OWN)
		return parse_static(p, argc, argv, e);
	return argc == 1 ? 0 : err_set(e, ERR_USAGE, "ipv4 %s takes no "
	    "addresses", argv[0]);
}

static int
set_bool(struct ws_node *n, const char *name, bool on, struct err *e)
{
	if (!on && ws_child(n, name) == NULL)
		return 0;
	return ws_set(n, name, on ? "true" : "false", e);
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
	if (set_bool(n, "DHCPEnabled", p->kind == DHCP, e) == -1 ||
	    set_bool(n, "SharedStaticIp", p->kind == SYSTEM, e) == -1)
		return -1;
	return set_bool(n, "IpSyncEnabled", p->kind != OWN, e);
}

/* Of what the machine has as if it had been asked for. */
static int
read_ipv4(struct wsamt *a, struct ipv4 *p, struct ws_doc **d, struct err *e)
{
	const struct ws_node *n;
	const char *text;
	size_t i;

	*p = (struct ipv4){ .kind = OWN };
	if (wsman_get(a->wsman, PORT, wired, d, e) == -1)
		return -1;
	if (read_kind(ws_body(*d), &p->kind, e) == -1) {
		ws_doc_free(*d);
		return err_ctx(e, "%s", a->machine.name);
	}
	for (i = 0; p->kind == OWN && i < ADDRESSES; i++) {
		n = ws_child(ws_body(*d), addresses[i]);
		text = n != NULL ? ws_text(n) : NULL;
		if (text != NULL && strcmp(text, "0.0.0.0") != 0)
			(void)snprintf(p->text[i], sizeof p->text[i], "%s",
			    text);
	}
	return 0;
}

/* Is all so that was asked for?  What was not, firmware may have or not. */
static bool
is_so(const struct ipv4 *now, const struct ipv4 *wanted)
{
	size_t i;

	for (i = 0; i < ADDRESSES; i++)
		if (wanted->text[i][0] != '\0' &&
		    strcmp(wanted->text[i], now->text[i]) != 0)
			return false;
	return now->kind == wanted->kind;
}

/* "192.0.2.10 255.255.255.0 192.0.2.1" */
static const char *
ipv4_text(char text[IPV4_MAX], const struct ipv4 *p)
{
	size_t i, len = 0;

	if (p->kind != OWN)
		return p->kind == DHCP ? "dhcp" : "system";
	(void)snprintf(text, IPV4_MAX, "none");
	for (i = 0; i < ADDRESSES; i++)
		if (p->text[i][0] != '\0')
			len += (size_t)snprintf(text + len, IPV4_MAX - len,
			    "%s%s", len > 0 ? " " : "", p->text[i]);
	return text;
}

/* Read again; who was to be cut off and is silent was. */
static int
confirm_ipv4(struct wsamt *a, const struct ipv4 *before,
    const struct ipv4 *wanted, struct err *e)
{
	char text[3][IPV4_MAX];
	int64_t usual = a->machine.timeout_ms;
	struct ipv4 after;
	struct ws_doc *d;
	int rc;

	if (a->force)
		a->machine.timeout_ms = GONE_MS;
	rc = read_ipv4(a, &after, &d, e);
	a->machine.timeout_ms = usual;
	if (rc == -1) {
		if (e->kind != ERR_NET || !a->force)
			return -1;
		log_warn("%s: does not answer there any more",
		    a->machine.name);
		return 0;
	}
	ws_doc_free(d);
	return is_so(&after, wanted) ? 0 :
	    wsamt_not_taken(a, "ipv4", ipv4_text(text[0], before),
	    ipv4_text(text[1], wanted), ipv4_text(text[2], &after), e);
}

/* May the address go away over which we came? */
static int
check_way(struct wsamt *a, const struct ipv4 *wanted, struct err *e)
{
	const char *ours = a->machine.address;

	if (a->force || strchr(ours, ':') != NULL || (wanted->kind == OWN &&
	    strcmp(ours, wanted->text[0]) == 0))
		return 0;
	return err_set(e, ERR_REFUSED, "%s: this may change the address over "
	    "which this very command comes; say --force if that is wanted",
	    a->machine.name);
}

int
cmd_ipv4(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct ipv4 before, wanted;
	struct ws_doc *d;
	int rc = 0;

	if (argc == 0)
		return print_facts(a, ipv4_facts, sizeof ipv4_facts /
		    sizeof ipv4_facts[0], e);
	if (parse_ipv4(&wanted, argc, argv, e) == -1 ||
	    read_ipv4(a, &before, &d, e) == -1)
		return -1;
	if (is_so(&before, &wanted))
		log_info("%s: that is so already", a->machine.name);
	else if (check_way(a, &wanted, e) == -1 ||
	    edit_ipv4(ws_body(d), &wanted, e) == -1 ||
	    wsman_put(a->wsman, ws_body(d), wired, e) == -1 ||
	    confirm_ipv4(a, &before, &wanted, e) == -1)
		rc = -1;
	ws_doc_free(d);
	return rc;
}

/* ---- ipv6 ------------------------------------------------------------------------ */

static const struct fact ipv6_facts[] = {
	{ "router", PORT6, WIRED6, "CurrentDefaultRouter", FACT_TEXT, NULL },
	{ "dns", PORT6, WIRED6, "CurrentPrimaryDNS", FACT_TEXT, NULL },
	{ "dns2", PORT6, WIRED6, "CurrentSecondaryDNS", FACT_TEXT, NULL },
};

static const struct ws_word address_kinds[] = {
	{ 0, "link-local" }, { 1, "from-router" }, { 2, "dhcpv6" },
	{ 3, "manual" }, { 0, NULL }
};
static const struct ws_word address_states[] = {
	{ 0, "being-checked" }, { 1, "preferred" }, { 2, "deprecated" },
	{ 3, "preferred-and-deprecated" }, { 4, "expired" },
	{ 5, "duplicate" }, { 0, NULL }
};

/* "ADDRESS,KIND,STATE" in words. */
static int
print_address(struct wsamt *a, const char *info, struct err *e)
{
	char part[3][64] = { "", "", "" }, text[224];
	int i;

	for (i = 0; i < 3; i++) {
		(void)snprintf(part[i], sizeof part[i], "%.*s",
		    (int)strcspn(info, ","), info);
		info += strcspn(info, ",");
		info += *info == ',';
	}
	(void)snprintf(text, sizeof text, "%s %s %s", part[0],
	    fact_word(address_kinds, part[1]),
	    fact_word(address_states, part[2]));
	return out_several(&a->out, "address", text, e);
}

static int
print_addresses(struct wsamt *a, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = WIRED6 }, { .name = NULL }
	};
	const struct ws_node *n;
	struct ws_doc *d;
	int rc = 0;

	if (wsman_get(a->wsman, PORT6, key, &d, e) == -1)
		return -1;
	out_several_begin(&a->out, "address");
	for (n = ws_first(ws_body(d)); rc == 0 && n != NULL; n = ws_next(n))
		if (strcmp(ws_name(n), "CurrentAddressInfo") == 0 &&
		    ws_text(n) != NULL)
			rc = print_address(a, ws_text(n), e);
	out_list_end(&a->out);
	if (rc == 0)
		rc = facts_print_node(a, ipv6_facts, sizeof ipv6_facts /
		    sizeof ipv6_facts[0], ws_body(d), e);
	ws_doc_free(d);
	return rc;
}

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
			rc = print_addresses(a, e);
		out_end(&a->out);
	}
	ws_doc_free(d);
	return rc;
}
