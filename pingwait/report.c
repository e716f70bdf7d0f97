/* SPDX-License-Identifier: MIT */
/* One line a host: see report.h. */
#include <stdio.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"
#include "pingwait/report.h"
#include "pingwait/sock.h"
#include "pingwait/wait.h"

static const char *
version_text(const struct rmcp_pong *m, char out[8])
{
	if (m->major == 0 && m->minor == 0)
		return "-";
	(void)snprintf(out, 8, "%u.%u", m->major, m->minor);
	return out;
}

static int
pong_columns(struct buf *out, const struct rmcp_pong *m, struct err *e)
{
	char version[8], ports[RMCP_PORTS_TEXT_MAX];

	return buf_addf(out, e, "\t%s\t%s\t%s\t%s", m->amt ? "AMT" : "no AMT",
	    version_text(m, version), rmcp_setup_text(m),
	    rmcp_ports_text(m, ports));
}

static int
sign_column(struct buf *out, const struct answer *a, struct err *e)
{
	if (a->way == WAY_PONG)
		return buf_addf(out, e, "\tpong");
	if (a->way == WAY_ECHO)
		return buf_addf(out, e, "\tTTL %d", a->ttl);
	return buf_addf(out, e, "\tport %u", a->port);
}

int
report_columns(struct buf *out, const struct report *r,
    const struct means *means, struct err *e)
{
	const struct answer *a = r->answer;

	if (buf_addf(out, e, "%s\t%s\t%jd.%03jd", r->host, a != NULL ? "up" :
	    "down", (intmax_t)r->ms / 1000, (intmax_t)r->ms % 1000) == -1)
		return -1;
	if (a != NULL && means->tells_pong &&
	    pong_columns(out, &a->pong, e) == -1)
		return -1;
	if (a != NULL && means->tells_sign && sign_column(out, a, e) == -1)
		return -1;
	return buf_addf(out, e, "\n");
}

static void
member_int(struct json *j, const char *name, int64_t v)
{
	json_name(j, name);
	json_int(j, v);
}

static void
member_bool(struct json *j, const char *name, bool v)
{
	json_name(j, name);
	json_bool(j, v);
}

static void
pong_members(struct json *j, const struct rmcp_pong *m)
{
	char version[8];
	size_t i;

	member_bool(j, "amt", m->amt);
	if (m->amt) {
		if (m->major != 0 || m->minor != 0)
			json_member(j, "version", version_text(m, version));
		if (m->setup != RMCP_UNKNOWN)
			json_member(j, "setup", rmcp_setup_text(m));
		json_name(j, "ports");
		json_array(j);
		for (i = 0; i < 2 && m->ports[i] != 0; i++)
			json_int(j, m->ports[i]);
		json_array_end(j);
	}
	member_bool(j, "ipmi", m->ipmi);
	member_bool(j, "dash", m->dash);
}

static void
answer_members(struct json *j, const struct answer *a)
{
	char text[ADDR_TEXT_MAX];

	json_member(j, "address", addr_text(&a->from, text));
	switch (a->way) {
	case WAY_ECHO:
		json_member(j, "by", "echo");
		if (a->ttl != -1)
			member_int(j, "ttl", a->ttl);
		return;
	case WAY_PONG:
		json_member(j, "by", "pong");
		pong_members(j, &a->pong);
		return;
	}
	json_member(j, "by", "port");
	member_int(j, "port", a->port);
}

int
report_json(struct buf *out, const struct report *r, struct err *e)
{
	struct json j;

	json_init(&j, out);
	json_object(&j);
	json_member(&j, "host", r->host);
	json_member(&j, "state", r->answer != NULL ? "up" : "down");
	member_int(&j, "milliseconds", r->ms);
	if (r->answer != NULL)
		answer_members(&j, r->answer);
	json_object_end(&j);
	if (j.failed)
		return err_set(e, ERR_LOCAL, "no memory for a line of JSON");
	return buf_addf(out, e, "\n");
}
