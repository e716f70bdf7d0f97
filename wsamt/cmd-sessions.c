/* SPDX-License-Identifier: MIT */
/*
 * sessions: what is open, who has it, and an end to it.  That an instance of
 * IPS_SolSessionUsingPort and its kin is there while a session is open is
 * what their names say; no more of them is written down, so only whether
 * there is one counts.  Where they are missing KVM's access point tells when
 * nothing is open; 2 may mean that something could be.  Who it is the audit
 * log knows, if it is kept and may be read.  AccessLog remembers addresses,
 * but not which kind of session they had, nor whether it has ended.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"
#include "wsamt/audit.h"
#include "wsamt/sessions.h"

#define SERVICE "AMT_RedirectionService"
#define KVM "IPS_KVMRedirectionSettingData"
#define RECORDS 64			/* of the audit log, to look at */
#define AUDIT_REDIRECTION 18

const char *const session_words[SESSION_KINDS] = { "sol", "ider", "kvm",
    "tunnel" };
static const char *const state_words[] = { "unknown", "closed", "open" };
static const char *const classes[SESSION_KINDS] = {
	"IPS_SolSessionUsingPort", "IPS_IderSessionUsingPort",
	"IPS_KvmSessionUsingPort", "IPS_RasSessionUsingPort"
};
/* What the audit log calls its beginning; the end has the next number. */
static const int opened[SESSION_KINDS] = { 4, 0, 8, -1 };

static const struct ws_field type_in[] = {
	{ "SessionType", WS_UINT }, { NULL, WS_END }
};
static const struct ws_method
	end_type = { .class = SERVICE, .name = "TerminateSession",
	    .in = type_in, .why = ws_why_state },
	end_kvm = { .class = KVM, .name = "TerminateSession",
	    .why = ws_why_state };

/* ---- reading ----------------------------------------------------------- */

/* Off, or on without a session; any other state leaves it open. */
static int
read_access_point(struct wsamt *a, enum session_state *state, struct err *e)
{
	struct ws_doc *d;
	uint32_t n = 0;

	if (wsman_get(a->wsman, "CIM_KVMRedirectionSAP", NULL, &d, e) == -1)
		return e->kind == ERR_REFUSED ? 0 : -1;
	if (ws_get_uint(ws_body(d), "EnabledState", &n, e) == 0 &&
	    (n == 3 || n == 6))
		*state = SESSION_CLOSED;
	ws_doc_free(d);
	return 0;
}

static int
read_state(struct wsamt *a, enum session_kind kind,
    enum session_state *state, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	size_t at = 0;

	*state = SESSION_UNKNOWN;
	if (wsman_enumerate(a->wsman, classes[kind], &list, e) == -1) {
		if (e->kind != ERR_REFUSED)
			return -1;
		log_info("%s", e->text);
		return kind == SESSION_KVM ? read_access_point(a, state, e) :
		    0;
	}
	*state = SESSION_CLOSED;
	while ((n = ws_list_next(&list, &at, n)) != NULL)
		if (strcmp(ws_name(n), classes[kind]) == 0)
			*state = SESSION_OPEN;
	ws_list_free(&list);
	return 0;
}

static int
note_record(void *arg, const struct audit *v, struct err *e)
{
	struct session *s = arg;
	time_t t = v->time;
	struct tm tm;
	int i;

	(void)e;
	for (i = 0; i < SESSION_KINDS; i++, s++) {
		if (v->app != AUDIT_REDIRECTION || opened[i] == -1 ||
		    (v->event != opened[i] && v->event != opened[i] + 1))
			continue;
		s->user[0] = s->from[0] = s->since[0] = '\0';
		if (v->event != opened[i] || s->state != SESSION_OPEN)
			continue;
		(void)snprintf(s->user, sizeof s->user, "%s", v->who);
		(void)snprintf(s->from, sizeof s->from, "%s", v->where);
		if (gmtime_r(&t, &tm) == NULL || strftime(s->since,
		    sizeof s->since, "%Y-%m-%d %H:%M:%S", &tm) == 0)
			s->since[0] = '\0';
	}
	return 0;
}

int
sessions_read(struct wsamt *a, struct session s[SESSION_KINDS],
    struct err *e)
{
	bool open = false;
	int i;

	memset(s, 0, SESSION_KINDS * sizeof *s);
	for (i = 0; i < SESSION_KINDS; i++) {
		if (read_state(a, i, &s[i].state, e) == -1)
			return -1;
		open = open || s[i].state == SESSION_OPEN;
	}
	if (!open || audit_read(a, RECORDS, note_record, s, e) == 0)
		return 0;
	log_info("%s", e->text);	/* only who it is is not known */
	return e->kind == ERR_REFUSED ? 0 : -1;
}

/* ---- printing ---------------------------------------------------------- */

static const char *
known(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static int
print_row(struct wsamt *a, const char *session, const char *state,
    const struct session *s, struct err *e)
{
	return out_row(&a->out, (const struct out_cell[]){
	    { "session", session, false }, { "state", state, false },
	    { "user", known(s->user), false },
	    { "from", known(s->from), false },
	    { "time", known(s->since), false }, { NULL, NULL, false } }, e);
}

/* "MM/DD/YYYY, hh:mm:ss, IP:Port"; anything else is an address as it is. */
static int
print_access(struct wsamt *a, const char *text, struct err *e)
{
	unsigned month, day, year, hour, minute, second;
	struct session s = { .state = SESSION_UNKNOWN };
	int at = 0;

	if (sscanf(text, "%2u/%2u/%4u, %2u:%2u:%2u, %n", &month, &day, &year,
	    &hour, &minute, &second, &at) == 6 && at > 0)
		(void)snprintf(s.since, sizeof s.since,
		    "%04u-%02u-%02u %02u:%02u:%02u", year, month, day, hour,
		    minute, second);
	else
		at = 0;
	(void)snprintf(s.from, sizeof s.from, "%s", text + at);
	return print_row(a, "log", NULL, &s, e);
}

static int
print_sessions(struct wsamt *a, struct err *e)
{
	struct session s[SESSION_KINDS];
	const struct ws_node *n;
	struct ws_doc *d;
	int i, rc;

	if (wsman_get(a->wsman, SERVICE, NULL, &d, e) == -1)
		return -1;
	rc = sessions_read(a, s, e);
	out_list(&a->out);
	for (i = 0; rc == 0 && i < SESSION_KINDS; i++)
		rc = print_row(a, session_words[i], state_words[s[i].state],
		    &s[i], e);
	for (n = ws_first(ws_body(d)); rc == 0 && n != NULL; n = ws_next(n))
		if (strcmp(ws_name(n), "AccessLog") == 0 &&
		    ws_text(n) != NULL && *ws_text(n) != '\0')
			rc = print_access(a, ws_text(n), e);
	out_list_end(&a->out);
	ws_doc_free(d);
	return rc;
}

/* ---- ending ------------------------------------------------------------ */

static int
terminate(struct wsamt *a, enum session_kind kind, struct err *e)
{
	if (kind == SESSION_KVM)
		return wsman_invoke(a->wsman, &end_kvm, NULL, NULL, NULL, e);
	return wsman_invoke(a->wsman, &end_type, NULL,
	    (const struct ws_value[]){ { "SessionType",
	    .number = kind == SESSION_SOL }, { .name = NULL } }, NULL, e);
}

static int
end_session(struct wsamt *a, enum session_kind kind, struct err *e)
{
	enum session_state before, after;

	if (read_state(a, kind, &before, e) == -1)
		return -1;
	if (before == SESSION_CLOSED) {
		log_info("%s: no session of %s is open", a->machine.name,
		    session_words[kind]);
		return 0;
	}
	if (terminate(a, kind, e) == -1 ||
	    read_state(a, kind, &after, e) == -1)
		return -1;
	if (after != SESSION_OPEN || wsamt_not_taken(a, "the session",
	    state_words[before], "closed", "open", e) == 0)
		return 0;
	return err_more(e, "; its owner may have connected again");
}

int
cmd_sessions(struct wsamt *a, int argc, char **argv, struct err *e)
{
	int i;

	if (argc == 0)
		return print_sessions(a, e);
	for (i = 0; argc == 2 && strcmp(argv[0], "end") == 0 &&
	    i <= SESSION_KVM; i++)
		if (strcmp(argv[1], session_words[i]) == 0)
			return end_session(a, i, e);
	return err_set(e, ERR_USAGE, "sessions: it is \"sessions\", or "
	    "\"sessions end sol|ider|kvm\"");
}
