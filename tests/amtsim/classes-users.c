/* SPDX-License-Identifier: MIT */
/*
 * Class tables: users as AMT_AuthorizationService lists them (WS-Man
 * reference, users and realms).  The admin has no handle and is in no
 * list.  Leaves out: adding and changing users.
 */
#include "class.h"
#include "sim.h"

enum { SUCCESS = 0, INVALID_INDEX = 35, INVALID_HANDLE = 2053 };

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
	uint32_t start = c->arg[0].number[0];
	size_t i;

	if (start == 0 || (start > total && total > 0))
		return INVALID_INDEX;
	out_uint(c, "TotalCount", total);
	out_uint(c, "HandlesCount", total == 0 ? 0 : total - start + 1);
	for (i = start; i <= total; i++)
		out_uint(c, "Handles", m->users[i].handle);
	return SUCCESS;
}

static const struct user *
by_handle(struct method_call *c)
{
	const struct model *m = &c->inst.sim->model;
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
	out_text(c, "Enabled", u->enabled ? "true" : "false");
	return SUCCESS;
}

static unsigned
get_admin(struct method_call *c)
{
	out_text(c, "Username", c->inst.sim->model.users[0].name);
	return SUCCESS;
}

static unsigned
get_default(struct method_call *c)
{
	out_text(c, "IsDefault", "false");
	return SUCCESS;
}

static const struct input start_in[] = {
	{ .name = "StartIndex", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX }, END
};
static const struct input handle_in[] = {
	{ .name = "Handle", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX }, END
};
static const struct method service_methods[] = {
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
