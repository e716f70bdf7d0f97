/* SPDX-License-Identifier: MIT */
/*
 * Class tables: the users that logins are checked against, listed and
 * changed by AMT_AuthorizationService (WS-Man reference, users and realms).
 * The admin has no handle and is in no list.  The device sees hashes, never
 * passwords, so it cannot judge their strength.  Leaves out: Kerberos
 * logins; a Kerberos user is kept, and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "journal.h"
#include "sim.h"

#define HASH_LEN 16
#define HANDLES_A_CALL 5		/* the rest with the next StartIndex */

enum { SUCCESS = 0, INVALID_NAME = 12, MAX_LIMIT_REACHED = 23,
    INVALID_INDEX = 35, INVALID_PARAMETER = 36, INVALID_HANDLE = 2053,
    INVALID_PASSWORD = 2054, INVALID_REALM = 2055, DUPLICATE = 2058 };

static const struct prop service_props[] = {
	CONST("AllowHttpQopAuthOnly", "1"),
	SERVICE_KEYS_1("AMT_AuthorizationService"),
	CONST("ElementName", "Intel(r) AMT Authorization Service"),
	CONST("EnabledState", "5"),
	KEY("Name", "Intel(r) AMT Authorization Service"),
	CONST("RequestedState", "12"),
	SERVICE_KEYS_2("Intel(r) AMT"),
	END
};

/* StartIndex counts from 1. */
static unsigned
enumerate_users(struct method_call *c)
{
	const struct model *m = &c->inst.sim->model;
	size_t total = m->nusers > 0 ? m->nusers - 1 : 0;
	size_t start = c->arg[0].number[0], n = 0, i;

	if (start == 0 || (start > total && total > 0))
		return INVALID_INDEX;
	if (total > 0)
		n = total - start + 1;
	if (n > HANDLES_A_CALL)
		n = HANDLES_A_CALL;
	out_uint(c, "TotalCount", total);
	out_uint(c, "HandlesCount", n);
	for (i = start; i < start + n; i++)
		out_uint(c, "Handles", m->users[i].handle);
	return SUCCESS;
}

/* The user whose handle is the first input. */
static struct user *
by_handle(struct method_call *c)
{
	struct model *m = &c->inst.sim->model;
	size_t i;

	for (i = 1; i < m->nusers; i++)
		if (m->users[i].handle == c->arg[0].number[0])
			return &m->users[i];
	return NULL;
}

static unsigned
get_user(struct method_call *c)
{
	const struct user *u = by_handle(c);
	unsigned r;

	if (u == NULL)
		return INVALID_HANDLE;
	if (u->sid_len > 0)
		out_base64(c, "KerberosUserSid", u->sid, u->sid_len);
	else
		out_text(c, "DigestUsername", u->name);
	out_uint(c, "AccessPermission", u->access);
	for (r = 0; r < 32; r++)
		if (u->realms & REALM(r))
			out_uint(c, "Realms", r);
	return SUCCESS;
}

static unsigned
get_enabled(struct method_call *c)
{
	const struct user *u = by_handle(c);

	if (u == NULL)
		return INVALID_HANDLE;
	out_bool(c, "Enabled", u->enabled);
	return SUCCESS;
}

/* Events of the audit log. */
enum { ACL_ADDED = 2, ACL_MODIFIED = 3, ACL_REMOVED = 4, ACL_STATE = 6 };

static void
acl_changed(struct method_call *c, unsigned event, const struct user *u)
{
	journal_audit(c->inst.sim, AUDIT_SECURITY, event, u->name,
	    strlen(u->name));
	sim_acl_changed(c->inst.sim);
}

static unsigned
set_enabled(struct method_call *c)
{
	struct user *u = by_handle(c);

	if (u == NULL)
		return INVALID_HANDLE;
	u->enabled = c->arg[1].number[0] != 0;
	acl_changed(c, ACL_STATE, u);
	return SUCCESS;
}

/* ---- adding and changing ------------------------------------------- */

/* Seven-bit, printable, 1 to 16 of them; "$$" begins a system user's. */
static bool
name_good(const char *name)
{
	size_t n = strlen(name), i;

	if (n == 0 || n > USER_NAME_MAX || strncmp(name, "$$", 2) == 0)
		return false;
	for (i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~' ||
		    strchr("(),:\"&<>", name[i]) != NULL)
			return false;
	return true;
}

/* Revision 1, a count, six bytes, then that many numbers of four. */
static bool
sid_good(const struct blob *b)
{
	return b->len >= 12 && b->len <= SID_MAX && b->data[0] == 1 &&
	    b->len == 8 + 4 * (size_t)b->data[1];
}

static bool
realms_read(const struct arg *a, uint32_t *realms)
{
	size_t i;

	*realms = 0;
	for (i = 0; i < a->n; i++) {
		if (realm_name(a->number[i]) == NULL)
			return false;
		*realms |= REALM(a->number[i]);
	}
	return true;
}

static bool
taken(const struct model *m, const struct user *self, const char *name,
    const struct blob *sid)
{
	const struct user *u;

	for (u = m->users; u < m->users + m->nusers; u++) {
		if (u == self)
			continue;
		if (name != NULL && strcmp(u->name, name) == 0)
			return true;
		if (sid != NULL && u->sid_len == sid->len &&
		    memcmp(u->sid, sid->data, sid->len) == 0)
			return true;
	}
	return false;
}

static void
set_hash(struct user *u, const struct blob *hash)
{
	size_t i;

	for (i = 0; i < HASH_LEN; i++)
		snprintf(u->ha1 + 2 * i, 3, "%02x", hash->data[i]);
}

static void
set_name(struct user *u, const char *name)
{
	memset(u->name, 0, sizeof u->name);
	memcpy(u->name, name, strlen(name));
}

/* DigestUsername, DigestPassword, KerberosUserSid, AccessPermission, Realms */
enum { NAME, HASH, SID, ACCESS, REALMS };

/* What Add and Update have in common: is each input good by itself? */
static unsigned
check_inputs(const struct arg *a, const struct model *m,
    const struct user *self, uint32_t *realms)
{
	if (a[SID].n > 0 && (a[NAME].n > 0 || a[HASH].n > 0))
		return INVALID_PARAMETER;
	if (a[NAME].n > 0 && !name_good(a[NAME].text))
		return INVALID_NAME;
	if (a[HASH].n > 0 && a[HASH].blob.len != HASH_LEN)
		return INVALID_PASSWORD;
	if (a[SID].n > 0 && !sid_good(&a[SID].blob))
		return INVALID_PARAMETER;
	if (a[ACCESS].number[0] > ACCESS_BOTH)
		return INVALID_PARAMETER;
	if (!realms_read(&a[REALMS], realms))
		return INVALID_REALM;
	return taken(m, self, a[NAME].n > 0 ? a[NAME].text : NULL,
	    a[SID].n > 0 ? &a[SID].blob : NULL) ? DUPLICATE : SUCCESS;
}

static void
set_identity(struct user *u, const struct arg *a)
{
	if (a[SID].n > 0) {
		u->sid_len = a[SID].blob.len;
		memcpy(u->sid, a[SID].blob.data, u->sid_len);
	}
	if (a[NAME].n > 0)
		set_name(u, a[NAME].text);
	if (a[HASH].n > 0)
		set_hash(u, &a[HASH].blob);
	u->access = (enum access)a[ACCESS].number[0];
}

static unsigned
add_user(struct method_call *c)
{
	struct model *m = &c->inst.sim->model;
	const struct arg *a = c->arg;
	unsigned status;
	struct user *u;
	uint32_t realms;

	if (a[SID].n == 0 && (a[NAME].n == 0 || a[HASH].n == 0))
		return INVALID_PARAMETER;
	if ((status = check_inputs(a, m, NULL, &realms)) != SUCCESS)
		return status;
	if ((u = model_user_new(m)) == NULL)
		return MAX_LIMIT_REACHED;
	set_identity(u, a);
	u->realms = realms;
	out_uint(c, "Handle", u->handle);
	acl_changed(c, ACL_ADDED, u);
	return SUCCESS;
}

/*
 * What is left out stays; a new name needs the password, whose hash it is
 * part of.  A user does not change kind.
 */
static unsigned
update_user(struct method_call *c)
{
	struct model *m = &c->inst.sim->model;
	const struct arg *a = c->arg + 1;	/* behind Handle */
	struct user *u = by_handle(c);
	unsigned status;
	uint32_t realms;

	if (u == NULL)
		return INVALID_HANDLE;
	if ((status = check_inputs(a, m, u, &realms)) != SUCCESS)
		return status;
	if (u->sid_len > 0 ? a[NAME].n + a[HASH].n > 0 : a[SID].n > 0)
		return INVALID_PARAMETER;
	if (a[NAME].n > 0 && a[HASH].n == 0 && strcmp(a[NAME].text, u->name))
		return INVALID_PASSWORD;
	set_identity(u, a);
	if (a[REALMS].n > 0)
		u->realms = realms;
	acl_changed(c, ACL_MODIFIED, u);
	return SUCCESS;
}

static unsigned
remove_user(struct method_call *c)
{
	struct user *u = by_handle(c);

	if (u == NULL)
		return INVALID_HANDLE;
	acl_changed(c, ACL_REMOVED, u);
	model_user_remove(&c->inst.sim->model, u);
	return SUCCESS;
}

static unsigned
set_admin(struct method_call *c)
{
	struct model *m = &c->inst.sim->model;

	if (!name_good(c->arg[NAME].text))
		return INVALID_NAME;
	if (c->arg[HASH].blob.len != HASH_LEN)
		return INVALID_PASSWORD;
	if (taken(m, &m->users[0], c->arg[NAME].text, NULL))
		return DUPLICATE;
	set_name(&m->users[0], c->arg[NAME].text);
	set_hash(&m->users[0], &c->arg[HASH].blob);
	acl_changed(c, ACL_MODIFIED, &m->users[0]);
	return SUCCESS;
}

/* ---- tables -------------------------------------------------------- */

static unsigned
get_admin(struct method_call *c)
{
	out_text(c, "Username", c->inst.sim->model.users[0].name);
	return SUCCESS;
}

static unsigned
get_default(struct method_call *c)
{
	out_bool(c, "IsDefault", false);
	return SUCCESS;
}

#define UINT_IN(n, must) { .name = (n), .type = IN_UINT, .required = (must), \
	.max = UINT32_MAX }
static const struct input start_in[] = { UINT_IN("StartIndex", true), END };
static const struct input handle_in[] = { UINT_IN("Handle", true), END };
#define USER_IN \
	{ .name = "DigestUsername", .type = IN_STRING }, \
	{ .name = "DigestPassword", .type = IN_BLOB }, \
	{ .name = "KerberosUserSid", .type = IN_BLOB }, \
	UINT_IN("AccessPermission", true), \
	{ .name = "Realms", .type = IN_UINT, .array = true, .max = UINT32_MAX }

static const struct input user_in[] = { USER_IN, END };
static const struct input update_in[] = { UINT_IN("Handle", true), USER_IN,
	END };
static const struct input enabled_in[] = {
	UINT_IN("Handle", true),
	{ .name = "Enabled", .type = IN_BOOL, .required = true },
	END
};
static const struct input admin_in[] = {
	{ .name = "Username", .type = IN_STRING, .required = true },
	{ .name = "DigestPassword", .type = IN_BLOB, .required = true },
	END
};
static const struct method service_methods[] = {
	{ .name = "AddUserAclEntryEx", .in = user_in, .run = add_user },
	{ .name = "UpdateUserAclEntryEx", .in = update_in,
	    .run = update_user },
	{ .name = "RemoveUserAclEntry", .in = handle_in, .run = remove_user },
	{ .name = "SetAclEnabledState", .in = enabled_in,
	    .run = set_enabled },
	{ .name = "SetAdminAclEntryEx", .in = admin_in, .run = set_admin },
	{ .name = "EnumerateUserAclEntries", .in = start_in,
	    .run = enumerate_users, .reads = true },
	{ .name = "GetUserAclEntryEx", .in = handle_in, .run = get_user,
	    .reads = true },
	{ .name = "GetAclEnabledState", .in = handle_in, .run = get_enabled,
	    .reads = true },
	{ .name = "GetAdminAclEntry", .run = get_admin, .reads = true },
	{ .name = "GetAdminAclEntryStatus", .run = get_default, .reads = true },
	{ .name = "GetAdminNetAclEntryStatus", .run = get_default,
	    .reads = true },
	END
};

#define ACL (REALM(REALM_ADMIN) | REALM(21))

const struct class classes_users[] = {
	{
		.name = "AMT_AuthorizationService",
		.ancestors = "CIM_AuthorizationService "
		    "CIM_PrivilegeManagementService CIM_SecurityService CIM_Service "
		    "CIM_EnabledLogicalElement CIM_LogicalElement "
		    "CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = ACL, .write_realms = ACL,
		.dated = true, .props = service_props,
		.methods = service_methods,
	},
	{ .name = NULL }
};
