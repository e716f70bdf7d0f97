/* SPDX-License-Identifier: MIT */
/*
 * The device's state at its first start, and its users.  A user's password
 * is kept as the firmware keeps it: MD5(name:realm:password), nothing else.
 */
#include <stdio.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "model.h"

/* AMT_AuthorizationService, realm numbers 2 to 24. */
static const char *const realm_names[] = {
	[2] = "redirection", "admin", "hwasset", "remotecontrol", "storage",
	"eventmgr", "storageadmin", "apl", "apr", "cb", "time", "info",
	"fwupdate", "eit", "localun", "eac", "eacadmin", "eventlog", "audit",
	"acl", [24] = "local",
};
#define NREALMS (sizeof realm_names / sizeof realm_names[0])

const char *
realm_name(unsigned realm)
{
	return realm < NREALMS ? realm_names[realm] : NULL;
}

int
realm_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < NREALMS; i++)
		if (realm_names[i] != NULL && strlen(realm_names[i]) == len &&
		    memcmp(realm_names[i], name, len) == 0)
			return (int)i;
	return -1;
}

void
model_init(struct model *m, const struct profile *p)
{
	m->profile = p;
	m->plugged = true;
	m->power = HOST_OFF;
	m->boot.options_cleared = true;
	m->boot_role = 32768;
	m->boot_service_state = 2;
	m->redirection_state = 32771;
	m->listener_enabled = true;
	m->kvm_enabled = true;
	m->network_enabled = true;
	m->ping = m->rmcp_ping = true;
	m->shared_fqdn = true;
	m->idle_wake_timeout = 65535;
	m->ddns_by_dhcp = true;
	m->ddns_period = 1440;
	m->ddns_ttl = 900;
	m->web_ui = true;
	m->port = (struct port){ .dhcp = true, .ip_sync = true,
	    .mask = "255.255.255.0", .gateway = "192.0.2.1",
	    .dns1 = "192.0.2.1", .dns2 = "192.0.2.2",
	    .policies = { LINK_S0_AC, LINK_SX_AC }, .npolicies = 2 };
	m->port6 = (struct port6){ .address = "::", .router = "::",
	    .six_dns1 = "::", .six_dns2 = "::", .id = "0000000000000000" };
	m->screens[0] = (struct screen){ 1920, 1080 };
	m->kvm = (struct kvm_settings){ .enabled_by_mebx = true,
	    .double_buffer = true, .decimation = 2, .session_timeout = 3 };
	m->consent = (struct consent){ .policy_timeout = 300,
	    .code_timeout = 120, .display_timeout = 300 };
	(void)snprintf(m->host_name, sizeof m->host_name, "amtsim");
	(void)snprintf(m->domain_name, sizeof m->domain_name, "example.net");
	m->provisioned = true;
	m->tls_cert = m->tls_cert_used = NO_HANDLE;
	if (!p->plain_ports)
		m->tls[SIDE_NETWORK].enabled = true;
	m->tls[SIDE_LOCAL].accept_plain = true;
	memcpy(m->tls_pending, m->tls, sizeof m->tls_pending);
}

struct user *
model_user(struct model *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->nusers && name[0] != '\0'; i++)
		if (m->users[i].enabled && strcmp(m->users[i].name, name) == 0)
			return &m->users[i];
	return NULL;
}

void
model_ha1(const struct model *m, const char *name, const void *password,
    size_t len, char out[33])
{
	uint8_t digest[16];
	gnutls_hash_hd_t h;
	size_t i;

	memset(out, 0, 33);		/* matches no digest */
	if (gnutls_hash_init(&h, GNUTLS_DIG_MD5) < 0)
		return;
	(void)gnutls_hash(h, name, strlen(name));
	(void)gnutls_hash(h, ":", 1);
	(void)gnutls_hash(h, m->digest_realm, strlen(m->digest_realm));
	(void)gnutls_hash(h, ":", 1);
	(void)gnutls_hash(h, password, len);
	gnutls_hash_deinit(h, digest);
	for (i = 0; i < sizeof digest; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

struct user *
model_user_new(struct model *m)
{
	struct user *u;
	size_t i;

	if (m->nusers == USERS_MAX)
		return NULL;
	u = &m->users[m->nusers];
	memset(u, 0, sizeof *u);
	u->enabled = true;
	for (i = 0; i < m->nusers; i++)
		if (u->handle <= m->users[i].handle)
			u->handle = m->users[i].handle + 1;
	m->nusers++;
	return u;
}

struct user *
model_user_add(struct model *m, const char *name, const char *password,
    enum access access, uint32_t realms)
{
	struct user *u;

	if (strlen(name) > USER_NAME_MAX || (u = model_user_new(m)) == NULL)
		return NULL;
	(void)snprintf(u->name, sizeof u->name, "%s", name);
	model_ha1(m, name, password, strlen(password), u->ha1);
	u->access = access;
	u->realms = realms;
	return u;
}

void
model_user_remove(struct model *m, struct user *u)
{
	size_t i = (size_t)(u - m->users);

	m->nusers--;
	memmove(u, u + 1, (m->nusers - i) * sizeof *u);
	memset(&m->users[m->nusers], 0, sizeof *u);
}

int
model_uuid_bytes(const struct model *m, uint8_t out[16])
{
	static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11,
	    12, 13, 14, 15 };
	const char *text = m->uuid;
	unsigned v;
	size_t i;

	for (i = 0; i < 16; i++) {
		if (*text == '-')
			text++;
		if (sscanf(text, "%2x", &v) != 1)
			return -1;
		out[place[i]] = (uint8_t)v;
		text += 2;
	}
	return 0;
}

bool
model_link(const struct model *m)
{
	uint8_t want = m->power == HOST_ON ? LINK_S0_AC : LINK_SX_AC;

	return m->port.npolicies > 0 && memchr(m->port.policies, want,
	    m->port.npolicies) != NULL;
}

bool
user_may(const struct user *u, enum realm realm)
{
	return (u->realms & (1u << REALM_ADMIN | 1u << realm)) != 0;
}

bool
user_enters(const struct user *u, bool local)
{
	if (u->access == ACCESS_BOTH)
		return true;
	return local ? u->access == ACCESS_LOCAL : u->access == ACCESS_REMOTE;
}
