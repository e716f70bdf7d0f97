/* SPDX-License-Identifier: MIT */
/*
 * Class tables: the certificate store, which certificate TLS uses, TLS
 * settings of the two sides (WS-Man reference, certificates and TLS).  What
 * is Put or Created here waits for CommitChanges, except TrustedCN; tls.c
 * has what that does.  Leaves out: revocation lists, ECC keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "class.h"
#include "journal.h"
#include "sim.h"
#include "store.h"

#define CERT_ID "Intel(r) AMT Certificate: Handle: %u"
#define KEY_ID "Intel(r) AMT Key: Handle: %u"
#define CERT_CLASS "AMT_PublicKeyCertificate"
#define KEY_CLASS "AMT_PublicPrivateKeyPair"

/* ---- AMT_PublicKeyManagementService -------------------------------- */

static const struct prop service_props[] = {
	SERVICE_KEYS_1("AMT_PublicKeyManagementService"),
	CONST("ElementName", "Intel(r) AMT Certificate Store Service"),
	CONST("EnabledDefault", "5"),
	CONST("EnabledState", "5"),
	KEY("Name", "Intel(r) AMT Public Key Management Service"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

static void
out_handle(struct method_call *c, const char *name, const char *class,
    unsigned handle)
{
	char id[64];

	snprintf(id, sizeof id, strcmp(class, CERT_CLASS) == 0 ? CERT_ID :
	    KEY_ID, handle);
	out_epr(c, name, class, "InstanceID", id);
}

static unsigned
add_cert(struct method_call *c, bool root)
{
	struct sim *sim = c->inst.sim;
	unsigned handle, status = store_add_cert(sim->store, &c->arg[0].blob,
	    root, amt_version(sim), &handle);

	if (status != STORE_OK)
		return status;
	out_handle(c, "CreatedCertificate", CERT_CLASS, handle);
	journal_audit(sim, AUDIT_SECURITY, root ? 10 : 8, NULL, 0);
	return STORE_OK;
}

static unsigned
add_certificate(struct method_call *c)
{
	return add_cert(c, false);
}

static unsigned
add_root(struct method_call *c)
{
	const struct model *m = &c->inst.sim->model;

	if (m->tls[SIDE_NETWORK].mutual || m->tls[SIDE_LOCAL].mutual)
		return STORE_NOT_PERMITTED;
	return add_cert(c, true);
}

static unsigned
add_key(struct method_call *c)
{
	unsigned handle, status = store_add_key(c->inst.sim->store,
	    &c->arg[0].blob, &handle);

	if (status == STORE_OK)
		out_handle(c, "CreatedKey", KEY_CLASS, handle);
	return status;
}

static unsigned
generate_key(struct method_call *c)
{
	struct sim *sim = c->inst.sim;
	unsigned handle, status = c->arg[0].number[0] != 0 ?
	    (unsigned)STORE_UNSUPPORTED : store_generate(sim->store,
	    c->arg[1].number[0], amt_version(sim), &handle);

	if (status == STORE_OK)
		out_handle(c, "KeyPair", KEY_CLASS, handle);
	return status;
}

/* SHA-1 is gone from about version 16 on. */
static unsigned
sign_request(struct method_call *c)
{
	static const gnutls_digest_algorithm_t hashes[] = { GNUTLS_DIG_SHA1,
	    GNUTLS_DIG_SHA256, GNUTLS_DIG_SHA384 };
	struct sim *sim = c->inst.sim;
	uint32_t how = c->arg[1].number[0];
	unsigned index, status;
	struct blob signed_one;

	if (!epr_names(sim, &c->arg[0].epr, KEY_CLASS, &index))
		return STORE_INVALID_PARAMETER;
	if (how > 2 || (how == 0 && amt_version(sim) >= 16))
		return STORE_UNSUPPORTED;
	status = store_sign(&sim->store->keys[index], &c->arg[2].blob,
	    hashes[how], &signed_one);
	if (status != STORE_OK)
		return status;
	out_base64(c, "SignedCertificateRequest", signed_one.data,
	    signed_one.len);
	free(signed_one.data);
	return STORE_OK;
}

#define UINT_IN(n) { .name = (n), .type = IN_UINT, .required = true, \
	.max = UINT32_MAX }
#define BLOB_IN(n) { .name = (n), .type = IN_BLOB, .required = true }

static const struct input cert_in[] = { BLOB_IN("CertificateBlob"), END };
static const struct input key_in[] = { BLOB_IN("KeyBlob"), END };
static const struct input generate_in[] = { UINT_IN("KeyAlgorithm"),
	UINT_IN("KeyLength"), END };
static const struct input sign_in[] = {
	{ .name = "KeyPair", .type = IN_EPR, .required = true },
	UINT_IN("SigningAlgorithm"), BLOB_IN("NullSignedCertificateRequest"),
	END
};
static const struct method service_methods[] = {
	{ .name = "AddCertificate", .in = cert_in, .run = add_certificate },
	{ .name = "AddTrustedRootCertificate", .in = cert_in,
	    .run = add_root },
	{ .name = "AddKey", .in = key_in, .run = add_key },
	{ .name = "GenerateKeyPair", .in = generate_in, .run = generate_key },
	{ .name = "GeneratePKCS10RequestEx", .in = sign_in,
	    .run = sign_request },
	END
};

/* ---- AMT_PublicKeyCertificate -------------------------------------- */

static const struct store_cert *
cert_of(const struct inst *i)
{
	return &i->sim->store->certs[i->index];
}

static unsigned
cert_count(struct sim *sim)
{
	return (unsigned)sim->store->ncerts;
}

static void
get_cert_id(const struct inst *i, struct values *v)
{
	values_add(v, CERT_ID, cert_of(i)->handle);
}

static void
get_issuer(const struct inst *i, struct values *v)
{
	values_add(v, "%s", cert_of(i)->issuer);
}

static void
get_subject(const struct inst *i, struct values *v)
{
	values_add(v, "%s", cert_of(i)->subject);
}

static void
get_root(const struct inst *i, struct values *v)
{
	values_add(v, "%s", cert_of(i)->root ? "true" : "false");
}

static struct blob
get_der(const struct inst *i)
{
	return cert_of(i)->der;
}

static const struct prop cert_props[] = {
	CONST("ElementName", "Intel(r) AMT Certificate"),
	{ .name = "InstanceID", .get = get_cert_id, .flags = PROP_KEY },
	CALC("Issuer", get_issuer),
	CALC("Subject", get_subject),
	CALC("TrustedRootCertficate", get_root),	/* sic */
	{ .name = "X509Certificate", .blob = get_der },
	END
};

static bool
tls_uses(const struct sim *sim, unsigned handle)
{
	return sim->model.tls_cert == handle ||
	    sim->model.tls_cert_used == handle;
}

static unsigned
remove_cert(struct sim *sim, unsigned index)
{
	if (tls_uses(sim, sim->store->certs[index].handle))
		return STORE_NOT_PERMITTED;
	store_remove_cert(sim->store, index);
	return STORE_OK;
}

/* ---- AMT_PublicPrivateKeyPair -------------------------------------- */

static unsigned
key_count(struct sim *sim)
{
	return (unsigned)sim->store->nkeys;
}

static void
get_key_id(const struct inst *i, struct values *v)
{
	values_add(v, KEY_ID, i->sim->store->keys[i->index].handle);
}

static struct blob
get_public(const struct inst *i)
{
	return i->sim->store->keys[i->index].public;
}

static const struct prop key_props[] = {
	{ .name = "DERKey", .blob = get_public },
	CONST("ElementName", "Intel(r) AMT Key"),
	{ .name = "InstanceID", .get = get_key_id, .flags = PROP_KEY },
	END
};

/* A key that a certificate here needs stays. */
static unsigned
remove_key(struct sim *sim, unsigned index)
{
	const struct store *s = sim->store;
	size_t k;

	for (k = 0; k < s->ncerts; k++)
		if (store_key_of(s, &s->certs[k]) == &s->keys[index])
			return STORE_NOT_PERMITTED;
	store_remove_key(sim->store, index);
	return STORE_OK;
}

/* ---- CIM_ConcreteDependency: a certificate and its key ------------- */

/* The nth certificate whose key is here. */
static const struct store_cert *
pair(const struct store *s, unsigned n, const struct store_key **key)
{
	size_t k;

	for (k = 0; k < s->ncerts; k++)
		if ((*key = store_key_of(s, &s->certs[k])) != NULL && n-- == 0)
			return &s->certs[k];
	return NULL;
}

static unsigned
pair_count(struct sim *sim)
{
	const struct store_key *key;
	unsigned n = 0;

	while (pair(sim->store, n, &key) != NULL)
		n++;
	return n;
}

static void
epr_of_handle(struct epr *e, const char *class, unsigned handle)
{
	char id[64];

	snprintf(id, sizeof id, strcmp(class, CERT_CLASS) == 0 ? CERT_ID :
	    KEY_ID, handle);
	epr_set(e, class, "InstanceID", id);
}

static void
get_pair_cert(const struct inst *i, struct epr *e)
{
	const struct store_key *key;
	const struct store_cert *c = pair(i->sim->store, i->index, &key);

	if (c != NULL)
		epr_of_handle(e, CERT_CLASS, c->handle);
}

static void
get_pair_key(const struct inst *i, struct epr *e)
{
	const struct store_key *key = NULL;

	if (pair(i->sim->store, i->index, &key) != NULL)
		epr_of_handle(e, KEY_CLASS, key->handle);
}

static const struct prop pair_props[] = {
	{ .name = "Antecedent", .get_epr = get_pair_cert, .flags = PROP_KEY },
	{ .name = "Dependent", .get_epr = get_pair_key, .flags = PROP_KEY },
	END
};

/* ---- AMT_TLSCredentialContext, AMT_TLSProtocolEndpointCollection ---- */

#define ENDPOINTS "TLSProtocolEndpoint Instances Collection"

static const struct prop endpoint_props[] = {
	KEY("ElementName", ENDPOINTS), END
};

static const struct ref endpoints = {
	"AMT_TLSProtocolEndpointCollection", { { "ElementName", ENDPOINTS } }
};

static unsigned
context_count(struct sim *sim)
{
	return sim->model.tls_cert != NO_HANDLE;
}

static void
get_context_cert(const struct inst *i, struct epr *e)
{
	epr_of_handle(e, CERT_CLASS, i->sim->model.tls_cert);
}

/* It must be here, with its key. */
static unsigned
set_context_cert(struct sim *sim, struct model *m, const struct epr *e)
{
	unsigned index;

	if (!epr_names(sim, e, CERT_CLASS, &index))
		return STORE_INVALID_PARAMETER;
	if (sim->store->certs[index].root ||
	    store_key_of(sim->store, &sim->store->certs[index]) == NULL)
		return STORE_KEY_MISMATCH;
	m->tls_cert = sim->store->certs[index].handle;
	return STORE_OK;
}

static const struct prop context_props[] = {
	{ .name = "ElementInContext", .get_epr = get_context_cert,
	    .set_epr = set_context_cert, .flags = PROP_KEY },
	{ .name = "ElementProvidingContext", .ref = &endpoints,
	    .flags = PROP_KEY },
	END
};

static unsigned
create_context(struct method_call *c)
{
	struct sim *sim = c->inst.sim;

	if (sim->model.tls_cert != NO_HANDLE) {
		c->call->r->fault = FAULT_EXISTS;
		return 0;
	}
	if (!epr_names(sim, &c->arg[1].epr, endpoints.class, NULL))
		return STORE_INVALID_PARAMETER;
	return set_context_cert(sim, &sim->model, &c->arg[0].epr);
}

/* Only while nothing uses TLS, nor will after the next commit. */
static unsigned
remove_context(struct sim *sim, unsigned index)
{
	const struct model *m = &sim->model;
	int side;

	(void)index;
	for (side = 0; side < SIDES; side++)
		if ((m->tls[side].enabled || m->tls_pending[side].enabled) &&
		    m->tls_cert_used != NO_HANDLE)
			return STORE_NOT_PERMITTED;
	sim->model.tls_cert = sim->model.tls_cert_used = NO_HANDLE;
	return STORE_OK;
}

static const struct input context_in[] = {
	{ .name = "ElementInContext", .type = IN_EPR, .required = true },
	{ .name = "ElementProvidingContext", .type = IN_EPR,
	    .required = true },
	END
};
static const struct method context_create = {
	.name = "Create", .in = context_in, .run = create_context
};

/* ---- AMT_TLSSettingData -------------------------------------------- */

static unsigned
sides(struct sim *sim)
{
	(void)sim;
	return SIDES;
}

static void
get_side(const struct inst *i, struct values *v)
{
	values_add(v, "Intel(r) AMT %s TLS Settings", i->index == SIDE_NETWORK ?
	    "802.3" : "LMS");
}

/* Present, and false, where plain TCP is gone for good. */
static void
get_plain_supported(const struct inst *i, struct values *v)
{
	if (!i->sim->model.profile->plain_ports)
		values_add(v, "false");
}

static void
get_trusted(const struct inst *i, struct values *v)
{
	const struct tls_side *t = &i->sim->model.tls_pending[i->index];
	size_t k;

	for (k = 0; k < TRUSTED_MAX && t->trusted[k][0] != '\0'; k++)
		values_add(v, "%s", t->trusted[k]);
}

/* One empty value: none at all. */
static unsigned
add_trusted(struct model *m, unsigned index, size_t n, const char *text)
{
	struct tls_side *t = &m->tls_pending[index];

	if (n == 0)
		memset(t->trusted, 0, sizeof t->trusted);
	if (n >= TRUSTED_MAX || strlen(text) >= sizeof t->trusted[0])
		return STORE_INVALID_PARAMETER;
	memcpy(t->trusted[n], text, strlen(text) + 1);
	return STORE_OK;
}

#define SIDE_BOOL(n, field, how) { .name = (n), .type = T_BOOL, \
	MODEL_FIELD(tls_pending[0].field), EACH(tls_pending), .flags = (how) }

static const struct prop setting_props[] = {
	SIDE_BOOL("AcceptNonSecureConnections", accept_plain, 0),
	CALC("ElementName", get_side),
	SIDE_BOOL("Enabled", enabled, PROP_REQUIRED),
	{ .name = "InstanceID", .get = get_side, .flags = PROP_KEY },
	SIDE_BOOL("MutualAuthentication", mutual, 0),
	CALC("NonSecureConnectionsSupported", get_plain_supported),
	{ .name = "TrustedCN", .get = get_trusted, .add = add_trusted },
	END
};

/* What the generation does not have any more. */
static unsigned
setting_check(const struct model *was, const struct model *now)
{
	const struct tls_side *net = &now->tls_pending[SIDE_NETWORK];

	(void)was;
	if (!now->profile->plain_ports && (!net->enabled || net->accept_plain))
		return STORE_INVALID_PARAMETER;
	if (now->tls_pending[SIDE_LOCAL].mutual &&
	    now->profile->firmware_major > 8)
		return STORE_INVALID_PARAMETER;
	return STORE_OK;
}

/* The one thing that needs no commit. */
static void
setting_changed(struct sim *sim, const struct model *was)
{
	struct model *m = &sim->model;
	int side;

	(void)was;
	for (side = 0; side < SIDES; side++)
		memcpy(m->tls[side].trusted, m->tls_pending[side].trusted,
		    sizeof m->tls[side].trusted);
}

#define SERVICE_LINE "CIM_Service CIM_EnabledLogicalElement " \
	"CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement"
#define LOOK (REALM(REALM_INFO) | REALM(REALM_HWASSET))
#define ADMIN REALM(REALM_ADMIN)

const struct class classes_cert[] = {
	{
		.name = "AMT_PublicKeyManagementService",
		.ancestors = "CIM_CredentialManagementService CIM_SecurityService "
		    SERVICE_LINE,
		.read_realms = ADMIN, .write_realms = ADMIN,
		.dated = true, .props = service_props,
		.methods = service_methods,
	}, {
		.name = CERT_CLASS,
		.ancestors = "CIM_Credential CIM_ManagedElement",
		.read_realms = ADMIN, .write_realms = ADMIN,
		.dated = true, .count = cert_count, .props = cert_props, .remove = remove_cert,
	}, {
		.name = KEY_CLASS,
		.ancestors = "CIM_Credential CIM_ManagedElement",
		.read_realms = ADMIN, .write_realms = ADMIN,
		.dated = true, .count = key_count, .props = key_props, .remove = remove_key,
	}, {
		.name = "CIM_ConcreteDependency",
		.ancestors = "CIM_Dependency",
		.read_realms = ADMIN, .write_realms = ADMIN,
		.count = pair_count, .props = pair_props,
	}, {
		.name = "AMT_TLSProtocolEndpointCollection",
		.ancestors = "CIM_Collection CIM_ManagedElement",
		.read_realms = LOOK, .write_realms = ADMIN,
		.props = endpoint_props,
	}, {
		.name = "AMT_TLSCredentialContext",
		.ancestors = "CIM_CredentialContext",
		.read_realms = LOOK, .write_realms = ADMIN,
		.count = context_count, .props = context_props,
		.create = &context_create, .remove = remove_context,
	}, {
		.name = "AMT_TLSSettingData",
		.ancestors = "CIM_SettingData CIM_ManagedElement",
		.read_realms = LOOK, .write_realms = ADMIN,
		.count = sides, .props = setting_props, .check = setting_check,
		.changed = setting_changed,
	},
	{ .name = NULL }
};
