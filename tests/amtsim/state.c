/* SPDX-License-Identifier: MIT */
/* The whole state of the machine as one JSON object, for tests. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "fault.h"
#include "ider.h"
#include "journal.h"
#include "sim.h"
#include "store.h"

static void
put_text(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, value != NULL ?
	    json_object_new_string(value) : NULL);
}

static void
put_int(struct json_object *o, const char *key, int64_t value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

static void
put_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

static struct json_object *
power(const struct sim *sim)
{
	struct json_object *o = json_object_new_object();
	const struct model *m = &sim->model;

	put_int(o, "cim", sim_cim_power(sim));
	put_bool(o, "plugged", m->plugged);
	put_int(o, "ons", m->ons);
	put_int(o, "offs", m->offs);
	put_int(o, "cycles", m->cycles);
	put_int(o, "resets", m->resets);
	put_int(o, "nmis", m->nmis);
	put_int(o, "soft_offs", m->soft_offs);
	put_int(o, "host_resets", m->host_resets);
	return o;
}

static struct json_object *
boot(const struct model *m)
{
	struct json_object *o = json_object_new_object();
	const struct boot_settings *b = &m->boot;

	put_int(o, "role", (int64_t)m->boot_role);
	put_text(o, "source", m->boot_source);
	put_bool(o, "use_sol", b->use_sol);
	put_bool(o, "use_ider", b->use_ider);
	put_int(o, "ider_device", b->ider_device);
	put_bool(o, "bios_setup", b->bios_setup);
	put_bool(o, "bios_pause", b->bios_pause);
	put_int(o, "media_index", b->boot_media_index);
	put_int(o, "verbosity", b->firmware_verbosity);
	put_bool(o, "options_cleared", b->options_cleared);
	return o;
}

static struct json_object *
redirection(const struct model *m)
{
	static const char *const names[SERVICES] = { "sol", "ider", "kvm" };
	struct json_object *o = json_object_new_object();
	struct json_object *open = json_object_new_object();
	size_t i;

	put_int(o, "enabled_state", m->redirection_state);
	put_bool(o, "listener", m->listener_enabled);
	put_bool(o, "kvm_enabled", m->kvm_enabled);
	put_bool(o, "kvm_by_mebx", m->kvm.enabled_by_mebx);
	put_bool(o, "port_5900", m->kvm.port_5900);
	put_text(o, "rfb_password", m->kvm.rfb_password);
	put_int(o, "kvm_timeout", m->kvm.session_timeout);
	for (i = 0; i < SERVICES; i++)
		put_text(open, names[i], !m->session_open[i] ? NULL :
		    m->session_peer[i]);
	json_object_object_add(o, "session", open);
	return o;
}

static struct json_object *
ider(const struct sim *sim)
{
	struct json_object *o = json_object_new_object();
	const struct usbr *u = sim->usbr;

	put_bool(o, "armed", ider_armed(sim));
	put_bool(o, "serves", ider_serves(sim));
	put_bool(o, "shown", u->shown);
	put_int(o, "sessions", (int64_t)u->sessions);
	put_int(o, "commands", (int64_t)u->commands);
	put_int(o, "resets", (int64_t)u->resets);
	put_int(o, "bytes_read", (int64_t)u->bytes_in);
	put_int(o, "bytes_written", (int64_t)u->bytes_out);
	return o;
}

static struct json_object *
consent(const struct model *m)
{
	static const char *const states[] = { "none", "requested",
	    "displayed", "received", "session" };
	struct json_object *o = json_object_new_object();

	put_int(o, "required", m->consent.required);
	put_text(o, "state", states[m->consent.state]);
	put_text(o, "code", m->consent.code[0] != '\0' ? m->consent.code :
	    NULL);
	return o;
}

static struct json_object *
users(const struct model *m)
{
	static const char *const accesses[] = { "local", "remote", "both" };
	struct json_object *all = json_object_new_array(), *o, *realms;
	unsigned i, r;

	for (i = 0; i < m->nusers; i++) {
		o = json_object_new_object();
		put_text(o, "name", m->users[i].name);
		put_int(o, "handle", m->users[i].handle);
		put_bool(o, "enabled", m->users[i].enabled);
		put_bool(o, "kerberos", m->users[i].sid_len > 0);
		put_text(o, "access", accesses[m->users[i].access]);
		realms = json_object_new_array();
		for (r = 0; r < 32; r++)
			if (m->users[i].realms & 1u << r &&
			    realm_name(r) != NULL)
				json_object_array_add(realms,
				    json_object_new_string(realm_name(r)));
		json_object_object_add(o, "realms", realms);
		json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *
store(const struct sim *sim)
{
	struct json_object *o = json_object_new_object(), *list, *one;
	const struct store *s = sim->store;
	const struct store_key *key;
	size_t i;

	list = json_object_new_array();
	for (i = 0; i < s->ncerts; i++) {
		one = json_object_new_object();
		put_int(one, "handle", s->certs[i].handle);
		put_bool(one, "root", s->certs[i].root);
		put_text(one, "subject", s->certs[i].subject);
		put_text(one, "issuer", s->certs[i].issuer);
		key = store_key_of(s, &s->certs[i]);
		if (key != NULL)
			put_int(one, "key", key->handle);
		json_object_array_add(list, one);
	}
	json_object_object_add(o, "certificates", list);
	list = json_object_new_array();
	for (i = 0; i < s->nkeys; i++)
		json_object_array_add(list,
		    json_object_new_int64(s->keys[i].handle));
	json_object_object_add(o, "keys", list);
	put_int(o, "context", sim->model.tls_cert == NO_HANDLE ? -1 :
	    (int64_t)sim->model.tls_cert);
	put_int(o, "used", sim->model.tls_cert_used == NO_HANDLE ? -1 :
	    (int64_t)sim->model.tls_cert_used);
	return o;
}

static struct json_object *
network(const struct sim *sim)
{
	struct json_object *o = json_object_new_object(), *list, *tls;
	static const char *const sides[SIDES] = { "network", "local" };
	const struct model *m = &sim->model;
	uint16_t ports[8];
	size_t i, n = doors_open(sim, ports);

	put_text(o, "host_name", m->host_name);
	put_text(o, "domain_name", m->domain_name);
	put_bool(o, "shared_fqdn", m->shared_fqdn);
	put_bool(o, "enabled", m->network_enabled);
	put_bool(o, "ping", m->ping);
	put_bool(o, "rmcp_ping", m->rmcp_ping);
	put_int(o, "idle_wake_timeout", m->idle_wake_timeout);
	put_text(o, "responder", sim->responder);
	put_bool(o, "dhcp", m->port.dhcp);
	put_text(o, "ip", m->port.ip);
	put_bool(o, "link", model_link(m));
	put_bool(o, "ipv6", m->port6.on);
	list = json_object_new_array();
	for (i = 0; i < n; i++)
		json_object_array_add(list,
		    json_object_new_int(ports[i]));
	json_object_object_add(o, "ports", list);
	for (i = 0; i < SIDES; i++) {
		tls = json_object_new_object();
		put_bool(tls, "enabled", m->tls[i].enabled);
		put_bool(tls, "plain_too", m->tls[i].accept_plain);
		put_bool(tls, "mutual", m->tls[i].mutual);
		json_object_object_add(o, sides[i], tls);
	}
	return o;
}

static struct json_object *
counters(const struct sim *sim)
{
	struct json_object *all = json_object_new_object(), *o;
	const struct door_counters *c;
	size_t i;

	for (i = 0; i < DOORS; i++) {
		c = &sim->counters[i];
		o = json_object_new_object();
		put_int(o, "connections", (int64_t)c->connections);
		put_int(o, "tls_connections", (int64_t)c->tls_connections);
		put_int(o, "logins", (int64_t)c->logins);
		put_int(o, "in", (int64_t)c->messages_in);
		put_int(o, "out", (int64_t)c->messages_out);
		put_int(o, "bytes_in", (int64_t)c->bytes_in);
		put_int(o, "bytes_out", (int64_t)c->bytes_out);
		json_object_object_add(all, door_names[i], o);
	}
	return all;
}

static struct json_object *
http(const struct sim *sim)
{
	struct json_object *o = json_object_new_object();

	put_int(o, "connections", sim->http.connections);
	put_int(o, "requests", sim->http.requests);
	put_int(o, "challenges", sim->http.challenges);
	put_int(o, "calls", sim->http.calls);
	return o;
}

char *
state_text(const struct sim *sim)
{
	static const char *const powers[] = { [HOST_OFF] = "off",
	    [HOST_ON] = "on", [HOST_SLEEP] = "sleep" };
	struct json_object *o = json_object_new_object();
	const struct model *m = &sim->model;
	char *text;

	put_text(o, "profile", m->profile->name);
	put_text(o, "version", m->profile->version);
	put_text(o, "uuid", m->uuid);
	put_text(o, "digest_realm", m->digest_realm);
	put_text(o, "power", powers[m->power]);
	json_object_object_add(o, "orders", power(sim));
	json_object_object_add(o, "boot", boot(m));
	json_object_object_add(o, "redirection", redirection(m));
	json_object_object_add(o, "ider", ider(sim));
	json_object_object_add(o, "network", network(sim));
	json_object_object_add(o, "users", users(m));
	json_object_object_add(o, "consent", consent(m));
	json_object_object_add(o, "store", store(sim));
	put_int(o, "events", (int64_t)sim->journal->nevents);
	put_bool(o, "log_frozen", sim->journal->frozen);
	put_int(o, "audits", (int64_t)sim->journal->naudits);
	put_int(o, "alarms", (int64_t)m->nalarms);
	put_bool(o, "provisioned", m->provisioned);
	put_text(o, "mebx_password", m->mebx_password);
	put_bool(o, "web_ui", m->web_ui);
	put_text(o, "host", sim->host_ops->name);
	put_text(o, "host_is", sim->host_ops->describe != NULL ?
	    sim->host_ops->describe(sim->host) : NULL);
	put_int(o, "time", (int64_t)sim_wall(sim));
	json_object_object_add(o, "faults", fault_json(sim));
	put_int(o, "violations", sim->nviolations);
	json_object_object_add(o, "messages", counters(sim));
	json_object_object_add(o, "http", http(sim));
	text = strdup(json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	(void)json_object_put(o);
	return text;
}
