/* SPDX-License-Identifier: MIT */
/*
 * Users: userlst, usermod, userchg, useradd, userdel.  AMT keeps a digest of
 * user, realm and password and cannot judge the password, so that is done
 * here.  The admin has no handle and is in no list; users that begin with
 * "$$" are the firmware's own.  Leaves out making Kerberos users.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "lib/conf.h"
#include "lib/log.h"
#include "wsamt/wsamt.h"

#define SERVICE "AMT_AuthorizationService"
#define NAME_MOST 16			/* characters of a user */
#define NAME_MAX 256			/* bytes of one we read */
#define USERS_MAX 64
#define REALMS 25
#define REALM_LEAST 2
#define BASE64_MAX 32			/* of an MD5, with NUL */
#define TEXT_MAX 512

static const char *const realm_names[REALMS] = {
	[2] = "redirection", "admin", "hwasset", "remotecontrol", "storage",
	"eventmgr", "storageadmin", "apl", "apr", "cb", "time", "info",
	"fwupdate", "eit", "localun", "eac", "eacadmin", "eventlog", "audit",
	"acl", [24] = "local",
};
static const char *const accesses[] = { "local", "remote", "both" };

struct user {
	char name[NAME_MAX];
	uint32_t handle;		/* 0: the admin */
	uint32_t access;		/* of accesses */
	uint32_t realms;		/* bits */
	bool enabled;
};
struct users { struct user *u; size_t n; };
static const struct user nobody = { .name = "nobody" };

/* ---- methods -------------------------------------------------------------- */

static const struct ws_field none_in[] = { { NULL, WS_END } };
static const struct ws_field start_in[] = {
	{ "StartIndex", WS_UINT }, { NULL, WS_END }
};
static const struct ws_field handle_in[] = {
	{ "Handle", WS_UINT }, { NULL, WS_END }
};
static const struct ws_field enable_in[] = {
	{ "Handle", WS_UINT }, { "Enabled", WS_BOOL }, { NULL, WS_END }
};
static const struct ws_field admin_in[] = {
	{ "Username", WS_TEXT }, { "DigestPassword", WS_TEXT },
	{ NULL, WS_END }
};
static const struct ws_field update_in[] = {
	{ "Handle", WS_UINT }, { "DigestUsername", WS_TEXT },
	{ "DigestPassword", WS_TEXT }, { "AccessPermission", WS_UINT },
	{ "Realms", WS_UINT }, { NULL, WS_END }
};
#define METHOD(n, i, r) { .class = SERVICE, .name = n, .in = i, \
	.why = ws_why_pt, .reads = r }
static const struct ws_method
	get_admin = METHOD("GetAdminAclEntry", none_in, true),
	enumerate = METHOD("EnumerateUserAclEntries", start_in, true),
	get_user = METHOD("GetUserAclEntryEx", handle_in, true),
	get_enabled = METHOD("GetAclEnabledState", handle_in, true),
	set_enabled = METHOD("SetAclEnabledState", enable_in, false),
	set_admin = METHOD("SetAdminAclEntryEx", admin_in, false),
	add_user = METHOD("AddUserAclEntryEx", update_in + 1, false),
	update_user = METHOD("UpdateUserAclEntryEx", update_in, false),
	remove_user = METHOD("RemoveUserAclEntry", handle_in, false);

static int
call_number(struct wsamt *a, const struct ws_method *m, const char *name,
    uint32_t number, struct ws_doc **d, struct err *e)
{
	return wsman_invoke(a->wsman, m, NULL, (const struct ws_value[]){
	    { name, .number = number }, { .name = NULL } }, d, e);
}

/* ---- reading ---------------------------------------------------------------- */

static int
read_entry(struct user *u, const struct ws_node *out, struct err *e)
{
	const struct ws_node *n;
	const char *text;
	unsigned long realm;

	if (ws_child(out, "DigestUsername") != NULL) {
		if (ws_get_text(out, "DigestUsername", &text, e) == -1)
			return -1;
		(void)snprintf(u->name, sizeof u->name, "%s", text);
	} else if (ws_get_text(out, "KerberosUserSid", &text, e) == 0) {
		(void)snprintf(u->name, sizeof u->name, "sid:%s", text);
	} else {
		return -1;
	}
	if (ws_get_uint(out, "AccessPermission", &u->access, e) == -1)
		return -1;
	if (u->access >= sizeof accesses / sizeof accesses[0])
		return err_set(e, ERR_PROTO, "AccessPermission %u means "
		    "nothing", (unsigned)u->access);
	for (n = ws_first(out); n != NULL; n = ws_next(n)) {
		if (strcmp(ws_name(n), "Realms") != 0 || ws_text(n) == NULL)
			continue;
		realm = strtoul(ws_text(n), NULL, 10);
		if (realm < 32)
			u->realms |= 1u << realm;
	}
	return 0;
}

static int
read_user(struct wsamt *a, struct user *u, uint32_t handle, struct err *e)
{
	struct ws_doc *d = NULL;
	int rc = -1;

	*u = (struct user){ .handle = handle };
	if (call_number(a, &get_user, "Handle", handle, &d, e) == -1)
		goto out;
	if (read_entry(u, ws_body(d), e) == -1) {
		(void)err_ctx(e, "%s", a->machine.name);
		goto out;
	}
	ws_doc_free(d);
	if (call_number(a, &get_enabled, "Handle", handle, &d, e) == -1)
		goto out;
	rc = ws_get_bool(ws_body(d), "Enabled", &u->enabled, e);
	if (rc == -1)
		(void)err_ctx(e, "%s", a->machine.name);
 out:
	ws_doc_free(d);
	return rc;
}

static int
read_admin(struct wsamt *a, struct user *u, struct err *e)
{
	struct ws_doc *d;
	const char *name;
	int rc;

	*u = (struct user){ .access = 2, .realms = 1u << 3, .enabled = true };
	if (wsman_invoke(a->wsman, &get_admin, NULL, NULL, &d, e) == -1) {
		ws_doc_free(d);
		return -1;
	}
	rc = ws_get_text(ws_body(d), "Username", &name, e);
	if (rc == 0)
		(void)snprintf(u->name, sizeof u->name, "%s", name);
	else
		(void)err_ctx(e, "%s", a->machine.name);
	ws_doc_free(d);
	return rc;
}

/* A page of handles; *total says how many there are in all. */
static int
read_handles(struct wsamt *a, uint32_t *handles, size_t *n, uint32_t *total,
    struct err *e)
{
	const struct ws_node *h;
	struct ws_doc *d;
	int rc;

	if (call_number(a, &enumerate, "StartIndex", (uint32_t)*n + 1, &d,
	    e) == -1) {
		ws_doc_free(d);
		return -1;
	}
	rc = ws_get_uint(ws_body(d), "TotalCount", total, e);
	if (rc == -1)
		(void)err_ctx(e, "%s", a->machine.name);
	for (h = ws_first(ws_body(d)); rc == 0 && h != NULL; h = ws_next(h))
		if (strcmp(ws_name(h), "Handles") == 0 && ws_text(h) != NULL &&
		    *n < USERS_MAX)
			handles[(*n)++] = (uint32_t)strtoul(ws_text(h), NULL,
			    10);
	ws_doc_free(d);
	return rc;
}

/* The admin first.  A handle that firmware will not explain is left out. */
static int
read_users(struct wsamt *a, struct users *all, struct err *e)
{
	uint32_t handles[USERS_MAX], total = 0;
	size_t n = 0, before, i;

	*all = (struct users){ calloc(USERS_MAX + 1, sizeof *all->u), 0 };
	if (all->u == NULL)
		return err_sys(e, ERR_LOCAL, "users");
	if (read_admin(a, &all->u[all->n++], e) == -1)
		goto fail;
	do {
		before = n;
		if (read_handles(a, handles, &n, &total, e) == -1)
			goto fail;
	} while (n > before && n < total && n < USERS_MAX);
	for (i = 0; i < n; i++) {
		if (read_user(a, &all->u[all->n], handles[i], e) == 0)
			all->n++;
		else if (e->kind == ERR_REFUSED)
			log_warn("user with handle %u left out: %s",
			    (unsigned)handles[i], e->text);
		else
			goto fail;
	}
	return 0;
 fail:
	free(all->u);
	*all = (struct users){ 0 };
	return -1;
}

static int
find_user(struct wsamt *a, struct user *u, const char *name, struct err *e)
{
	struct users all;
	size_t i;

	if (read_users(a, &all, e) == -1)
		return -1;
	for (i = 0; i < all.n && strcmp(all.u[i].name, name) != 0; i++)
		;
	if (i < all.n)
		*u = all.u[i];
	else
		(void)err_set(e, ERR_REFUSED, "%s: there is no user \"%s\": "
		    "\"wsamt userlst\" lists them", a->machine.name, name);
	i = i < all.n;
	free(all.u);
	return i ? 0 : -1;
}

/* ---- words -------------------------------------------------------------------- */

/* "redirection,admin"; "none" */
static const char *
realm_text(char text[TEXT_MAX], uint32_t realms)
{
	size_t len = 0;
	unsigned i;

	(void)snprintf(text, TEXT_MAX, "none");
	for (i = 0; i < 32; i++) {
		if (!(realms & 1u << i))
			continue;
		if (i < REALMS && realm_names[i] != NULL)
			len += (size_t)snprintf(text + len, TEXT_MAX - len,
			    "%s%s", len > 0 ? "," : "", realm_names[i]);
		else
			len += (size_t)snprintf(text + len, TEXT_MAX - len,
			    "%s%u", len > 0 ? "," : "", i);
	}
	return text;
}

static int
parse_realm(uint32_t *realms, const char *word, struct err *e)
{
	const char *words[REALMS], *near;
	size_t i, n = 0;
	struct err ignored;
	long number;

	for (i = REALM_LEAST; i < REALMS; i++) {
		if (realm_names[i] == NULL)
			continue;
		words[n++] = realm_names[i];
		if (strcmp(realm_names[i], word) == 0) {
			*realms |= 1u << i;
			return 0;
		}
	}
	if (opts_number(&number, word, REALM_LEAST, REALMS - 1, "realm",
	    &ignored) == 0 && realm_names[number] != NULL) {
		*realms |= 1u << number;
		return 0;
	}
	near = conf_nearest(word, words, n);
	return err_set(e, ERR_USAGE, "\"%s\" is no realm%s%s%s", word,
	    near != NULL ? "; did you mean \"" : ": they are in wsamt(1)",
	    near != NULL ? near : "", near != NULL ? "\"?" : "");
}

static int
parse_rights(struct user *u, int argc, char **argv, struct err *e)
{
	static const char *const number[] = { "0", "1", "2" };
	uint32_t i;

	for (i = 0; i < 3; i++)
		if (strcmp(argv[0], accesses[i]) == 0 ||
		    strcmp(argv[0], number[i]) == 0)
			break;
	if (i == 3)
		return err_set(e, ERR_USAGE, "\"%s\" is no access: local (0), "
		    "remote (1) or both (2)", argv[0]);
	u->access = i;
	for (i = 1; i < (uint32_t)argc; i++)
		if (parse_realm(&u->realms, argv[i], e) == -1)
			return -1;
	return 0;
}

static int
check_name(const char *name, struct err *e)
{
	const char *p;

	if (*name == '\0' || strlen(name) > NAME_MOST)
		return err_set(e, ERR_USAGE, "\"%s\": a user's name has 1 to "
		    "%d characters", name, NAME_MOST);
	for (p = name; *p != '\0'; p++)
		if (*p <= 0x20 || *p > 0x7e || strchr("(),:\"&<>", *p) != NULL)
			return err_set(e, ERR_USAGE, "\"%s\": a user's name "
			    "is ASCII without blanks ( ) , : \" & < and >",
			    name);
	return strncmp(name, "$$", 2) != 0 ? 0 : err_set(e, ERR_USAGE, "\"%s\""
	    ": names that begin with $$ are the firmware's", name);
}

/* ---- passwords ------------------------------------------------------------------ */

static int
digest_base64(char out[BASE64_MAX], const char *user, const char *realm,
    const struct secret *password, struct err *e)
{
	gnutls_datum_t raw, text = { NULL, 0 };
	uint8_t md5[16];
	char *all = NULL;
	int n, rc = -1;

	n = asprintf(&all, "%s:%s:%s", user, realm, password->text);
	if (n == -1)
		return err_set(e, ERR_LOCAL, "no memory for a digest");
	if (gnutls_hash_fast(GNUTLS_DIG_MD5, all, (size_t)n, md5) != 0)
		(void)err_set(e, ERR_LOCAL, "MD5 is not available here");
	else if (raw = (gnutls_datum_t){ md5, sizeof md5 },
	    gnutls_base64_encode2(&raw, &text) != 0)
		(void)err_set(e, ERR_LOCAL, "no memory for a digest");
	else
		rc = snprintf(out, BASE64_MAX, "%.*s", (int)text.size,
		    (const char *)text.data) < BASE64_MAX ? 0 : -1;
	explicit_bzero(all, (size_t)n);
	explicit_bzero(md5, sizeof md5);
	free(all);
	gnutls_free(text.data);
	return rc;
}

static int
make_digest(struct wsamt *a, char out[BASE64_MAX], const char *user,
    const struct secret *password, struct err *e)
{
	struct ws_doc *d;
	const char *realm;
	int rc;

	if (wsman_get(a->wsman, "AMT_GeneralSettings", NULL, &d, e) == -1)
		return -1;
	rc = ws_get_text(ws_body(d), "DigestRealm", &realm, e);
	rc = rc == -1 ? err_ctx(e, "%s", a->machine.name) :
	    digest_base64(out, user, realm, password, e);
	ws_doc_free(d);
	return rc;
}

static int
take_password(struct secret *s, char *arg, struct err *e)
{
	if (wsamt_secret(s, arg, "password", e) == -1)
		return -1;
	return wsamt_check_password(s, 8, 32, "password", e);
}

/* Who changes his own password goes on with the new one. */
static int
follow_password(struct wsamt *a, const char *name, const struct secret *s,
    struct err *e)
{
	if (strcmp(a->machine.user, name) != 0)
		return 0;
	return secret_set(&a->machine.password, s->text, s->len, e);
}

/* ---- commands -------------------------------------------------------------------- */

int
cmd_userlst(struct wsamt *a, int argc, char **argv, struct err *e)
{
	char realms[TEXT_MAX];
	struct users all;
	size_t i;
	int rc = 0;

	(void)argc, (void)argv;
	if (read_users(a, &all, e) == -1)
		return -1;
	out_list(&a->out);
	for (i = 0; rc == 0 && i < all.n; i++)
		if (strncmp(all.u[i].name, "$$", 2) != 0)
			rc = out_row(&a->out, (const struct out_cell[]){
			    { "user", all.u[i].name, false },
			    { "enabled", wsamt_word(all.u[i].enabled), false },
			    { "access", accesses[all.u[i].access], false },
			    { "realms", realm_text(realms, all.u[i].realms),
			    true }, { NULL, NULL, false } }, e);
	out_list_end(&a->out);
	free(all.u);
	return rc;
}

static int
not_taken(struct wsamt *a, const struct user *before,
    const struct user *wanted, const struct user *after, struct err *e)
{
	const struct user *all[] = { before, wanted, after };
	char text[3][TEXT_MAX], realms[TEXT_MAX];
	size_t i;

	for (i = 0; i < 3; i++)
		(void)snprintf(text[i], TEXT_MAX, "%.32s %.16s %.400s",
		    all[i]->name, accesses[all[i]->access],
		    realm_text(realms, all[i]->realms));
	return wsamt_not_taken(a, wanted->name, before == &nobody ?
	    nobody.name : text[0], text[1], after == &nobody ? nobody.name :
	    text[2], e);
}

/* Is u what was wanted?  The machine never tells a password. */
static int
confirm(struct wsamt *a, const struct user *before,
    const struct user *wanted, struct err *e)
{
	struct user after;

	if (read_user(a, &after, wanted->handle, e) == -1)
		return -1;
	if (strcmp(after.name, wanted->name) == 0 &&
	    after.access == wanted->access && after.realms == wanted->realms)
		return 0;
	return not_taken(a, before, wanted, &after, e);
}

/* Name, digest, access and realms as inputs; handle 0: none. */
static int
send_user(struct wsamt *a, const struct ws_method *m, const struct user *u,
    const char *digest, struct ws_doc **d, struct err *e)
{
	struct ws_value v[5 + 32] = { { .name = NULL } };
	size_t n = 0;
	unsigned i;

	if (u->handle != 0)
		v[n++] = (struct ws_value){ "Handle", .number = u->handle };
	v[n++] = (struct ws_value){ "DigestUsername", .text = u->name };
	v[n++] = (struct ws_value){ "DigestPassword", .text = digest };
	v[n++] = (struct ws_value){ "AccessPermission", .number = u->access };
	for (i = 0; i < 32; i++)
		if (u->realms & 1u << i)
			v[n++] = (struct ws_value){ "Realms", .number = i };
	return wsman_invoke(a->wsman, m, NULL, v, d, e);
}

static int
add(struct wsamt *a, struct user *u, const struct secret *password,
    struct err *e)
{
	char digest[BASE64_MAX];
	struct ws_doc *d = NULL;
	int rc = -1;

	if (make_digest(a, digest, u->name, password, e) == -1)
		return -1;
	if (send_user(a, &add_user, u, digest, &d, e) == 0)
		rc = ws_get_uint(ws_body(d), "Handle", &u->handle, e) == 0 ?
		    confirm(a, &nobody, u, e) : not_taken(a, &nobody, u,
		    &nobody, e);
	explicit_bzero(digest, sizeof digest);
	ws_doc_free(d);
	return rc;
}

int
cmd_useradd(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct secret password = { 0 };
	struct user u = { 0 };
	int rc = -1;

	if (take_password(&password, argv[1], e) == 0 &&
	    check_name(argv[0], e) == 0 &&
	    parse_rights(&u, argc - 2, argv + 2, e) == 0) {
		(void)snprintf(u.name, sizeof u.name, "%s", argv[0]);
		rc = add(a, &u, &password, e);
	}
	secret_clear(&password);
	return rc;
}

/* One of the users: rights as given, or as they are. */
static int
update(struct wsamt *a, struct user *u, const struct user *before,
    const struct secret *password, struct err *e)
{
	char digest[BASE64_MAX];
	int rc;

	if (make_digest(a, digest, u->name, password, e) == -1)
		return -1;
	if (u->handle == 0)
		rc = wsman_invoke(a->wsman, &set_admin, NULL,
		    (const struct ws_value[]){ { "Username", .text = u->name },
		    { "DigestPassword", .text = digest }, { .name = NULL } },
		    NULL, e);
	else
		rc = send_user(a, &update_user, u, digest, NULL, e);
	explicit_bzero(digest, sizeof digest);
	if (rc == -1 || a->dry)
		return rc;
	if (follow_password(a, u->name, password, e) == -1)
		return -1;
	rc = u->handle == 0 ? read_admin(a, u, e) : confirm(a, before, u, e);
	if (rc == -1 && wsman_login_refused(a->wsman))
		return err_set(e, ERR_REFUSED, "%s: the machine said yes, but "
		    "does not let %s in with the new password: the old one may "
		    "still hold", a->machine.name, before->name);
	return rc;
}

int
cmd_userchg(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct secret password = { 0 };
	struct user before, u = { 0 };
	int rc = -1;

	if (take_password(&password, argv[1], e) == -1 ||
	    check_name(argv[0], e) == -1 || (argc > 2 &&
	    parse_rights(&u, argc - 2, argv + 2, e) == -1) ||
	    find_user(a, &before, argv[0], e) == -1)
		goto out;
	if (argc > 2 && before.handle == 0) {
		(void)err_set(e, ERR_USAGE, "%s is the administrator: only "
		    "the password can be changed", argv[0]);
		goto out;
	}
	if (argc == 2)
		u.access = before.access;
	if (argc <= 3)
		u.realms = before.realms;
	(void)snprintf(u.name, sizeof u.name, "%s", before.name);
	u.handle = before.handle;
	rc = update(a, &u, &before, &password, e);
 out:
	secret_clear(&password);
	return rc;
}

static int
not_admin(struct wsamt *a, const struct user *u, const char *what,
    struct err *e)
{
	return u->handle != 0 ? 0 : err_set(e, ERR_REFUSED, "%s: %s is the "
	    "administrator and cannot be %s", a->machine.name, u->name, what);
}

static bool
is_oneself(const struct wsamt *a, const struct user *u)
{
	return strcmp(a->machine.user, u->name) == 0;
}

/* Who takes his own login away may do so, if he means it. */
static int
not_oneself(struct wsamt *a, const struct user *u, const char *what,
    struct err *e)
{
	return a->force || !is_oneself(a, u) ? 0 : err_set(e, ERR_REFUSED,
	    "%s: %s is who this very command logs in as; say --force if that "
	    "user is to be %s", a->machine.name, u->name, what);
}

/* And is not let in any more to see whether it took. */
static bool
is_locked_out(const struct wsamt *a, const struct user *u)
{
	return wsman_login_refused(a->wsman) && is_oneself(a, u);
}

int
cmd_usermod(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct user u, after;
	bool on;

	if (check_name(argv[0], e) == -1 ||
	    (argc > 1 && wsamt_on_off(&on, argv[1], argv[0], e) == -1) ||
	    find_user(a, &u, argv[0], e) == -1)
		return -1;
	if (argc == 1)
		return out_value(&a->out, "enabled", wsamt_word(u.enabled), e);
	if (u.enabled == on) {
		log_info("%s: %s is %s already", a->machine.name, u.name,
		    argv[1]);
		return 0;
	}
	if (not_admin(a, &u, "disabled", e) == -1 ||
	    not_oneself(a, &u, "disabled", e) == -1 ||
	    wsman_invoke(a->wsman, &set_enabled, NULL,
	    (const struct ws_value[]){ { "Handle", .number = u.handle },
	    { "Enabled", .flag = on }, { .name = NULL } }, NULL, e) == -1)
		return -1;
	if (read_user(a, &after, u.handle, e) == -1)
		return is_locked_out(a, &u) ? 0 : -1;
	return after.enabled == on ? 0 : wsamt_not_taken(a, u.name,
	    wsamt_word(u.enabled), argv[1], wsamt_word(after.enabled), e);
}

int
cmd_userdel(struct wsamt *a, int argc, char **argv, struct err *e)
{
	struct users all;
	struct user u;
	size_t i;
	int rc = 0;

	(void)argc;
	if (check_name(argv[0], e) == -1 ||
	    find_user(a, &u, argv[0], e) == -1 ||
	    not_admin(a, &u, "deleted", e) == -1 ||
	    not_oneself(a, &u, "deleted", e) == -1 ||
	    call_number(a, &remove_user, "Handle", u.handle, NULL, e) == -1)
		return -1;
	if (read_users(a, &all, e) == -1)
		return is_locked_out(a, &u) ? 0 : -1;
	for (i = 0; i < all.n; i++)
		if (strcmp(all.u[i].name, u.name) == 0)
			rc = wsamt_not_taken(a, u.name, "there", nobody.name,
			    "there", e);
	free(all.u);
	return rc;
}
