/* SPDX-License-Identifier: MIT */
/*
 * Class tables: event log and audit log (WS-Man reference, logs).  From AMT
 * 16 on, slots that ClearLog freed are read as records of zeros behind the
 * real ones, and are not counted.  Leaves out: reading single records,
 * signing keys and export of the audit log, its policy.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "class.h"
#include "journal.h"
#include "sim.h"

#define AUDITS_A_CALL 10

enum { SUCCESS = 0, NOT_PERMITTED = 16, INVALID_INDEX = 35,
    INVALID_PARAMETER = 36, EVENTLOG_FROZEN = 2059 };
enum { NO_RECORD_TO_BEGIN = 2, INVALID_POINTER = 2, NO_RECORD = 3 };

/* ---- AMT_MessageLog ------------------------------------------------ */

static void
get_capabilities(const struct inst *i, struct values *v)
{
	static const int all[] = { 5, 6, 8, 7 };
	size_t k;

	(void)i;
	for (k = 0; k < sizeof all / sizeof all[0]; k++)
		values_add(v, "%d", all[k]);
}

static void
get_count(const struct inst *i, struct values *v)
{
	values_add(v, "%zu", i->sim->journal->nevents);
}

static void
get_frozen(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->journal->frozen ? "true" : "false");
}

static void
get_full(const struct inst *i, struct values *v)
{
	values_add(v, "%zu", i->sim->journal->nevents * 100 / EVENTS_MAX);
}

static const struct prop log_props[] = {
	CALC("Capabilities", get_capabilities),
	CONST("CharacterSet", "10"),
	KEY("CreationClassName", "AMT_MessageLog"),
	CALC("CurrentNumberOfRecords", get_count),
	CONST("ElementName", "Intel(r) AMT:MessageLog 1"),
	CONST("EnabledDefault", "2"),
	CONST("EnabledState", "2"),
	CONST("HealthState", "5"),
	CALC("IsFrozen", get_frozen),
	CONST("LastChange", "0"),
	CONST("LogState", "4"),
	CONST("MaxLogSize", "0"),
	CONST("MaxNumberOfRecords", "390"),
	CONST("MaxRecordSize", "21"),
	KEY("Name", "Intel(r) AMT:MessageLog 1"),
	CONST("OperationalStatus", "2"),
	CONST("OverwritePolicy", "2"),
	CALC("PercentageNearFull", get_full),
	CONST("RequestedState", "12"),
	CONST("SizeOfHeader", "0"),
	CONST("SizeOfRecordHeader", "0"),
	CONST("Status", "OK"),
	END
};

/* The identifier is the place from the newest on, which is 1. */
static unsigned
position_to_first(struct method_call *c)
{
	if (c->inst.sim->journal->nevents == 0)
		return NO_RECORD_TO_BEGIN;
	out_text(c, "IterationIdentifier", "1");
	return SUCCESS;
}

static size_t
readable(struct sim *sim)
{
	const struct journal *j = sim->journal;

	return j->nevents + (amt_version(sim) >= 16 ? j->ncleared : 0);
}

static unsigned
get_records(struct method_call *c)
{
	static const uint8_t zero[EVENT_LEN];
	const struct journal *j = c->inst.sim->journal;
	size_t all = readable(c->inst.sim), n = c->arg[1].number[0], i;
	uint32_t at;

	if (parse_uint(c->arg[0].text, &at) == -1 || at == 0 || at > all + 1)
		return INVALID_POINTER;
	if (at > all || j->nevents == 0)
		return NO_RECORD;
	if (n == 0)
		return INVALID_PARAMETER;
	if (n > all + 1 - at)
		n = all + 1 - at;
	out_uint(c, "IterationIdentifier", at + n);
	out_bool(c, "NoMoreRecords", at + n > all);
	for (i = at - 1; i < at - 1 + n; i++)
		out_base64(c, "RecordArray", i < j->nevents ?
		    j->events[j->nevents - 1 - i] : zero, EVENT_LEN);
	return SUCCESS;
}

static unsigned
clear_events(struct method_call *c)
{
	struct sim *sim = c->inst.sim;

	if (sim->journal->frozen)
		return EVENTLOG_FROZEN;
	sim->journal->ncleared = sim->journal->nevents;
	sim->journal->nevents = 0;
	journal_audit(sim, AUDIT_EVENTS, 2, NULL, 0);
	return SUCCESS;
}

static unsigned
freeze_events(struct method_call *c)
{
	uint8_t on = c->arg[0].number[0] != 0;

	c->inst.sim->journal->frozen = on;
	journal_audit(c->inst.sim, AUDIT_EVENTS, 3, &on, 1);
	return SUCCESS;
}

static unsigned
cancel_iteration(struct method_call *c)
{
	(void)c;
	return SUCCESS;
}

#define EVENTS (REALM(7))
#define READ_EVENTS (EVENTS | REALM(19))

static const struct input records_in[] = {
	{ .name = "IterationIdentifier", .type = IN_STRING,
	    .required = true },
	{ .name = "MaxReadRecords", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX },
	END
};
static const struct input freeze_in[] = {
	{ .name = "Freeze", .type = IN_BOOL, .required = true }, END
};
static const struct input cancel_in[] = {
	{ .name = "IterationIdentifier", .type = IN_STRING }, END
};
static const struct method log_methods[] = {
	{ .name = "PositionToFirstRecord", .run = position_to_first,
	    .reads = true },
	{ .name = "GetRecords", .in = records_in, .run = get_records,
	    .reads = true },
	{ .name = "CancelIteration", .in = cancel_in,
	    .run = cancel_iteration, .reads = true },
	{ .name = "ClearLog", .run = clear_events },
	{ .name = "FreezeLog", .in = freeze_in, .run = freeze_events },
	END
};

/* ---- AMT_AuditLog -------------------------------------------------- */

static bool
locked(const struct sim *sim)
{
	return sim->journal->lock != 0 &&
	    sim_now_ms(sim) < sim->journal->locked_until_ms;
}

static void
get_audit_state(const struct inst *i, struct values *v)
{
	const struct journal *j = i->sim->journal;
	size_t full = j->naudits * 100 / AUDITS_MAX;

	/* 16: no key to sign with */
	values_add(v, "%d", 16 + (j->audit_off ? 1 : 0) +
	    (locked(i->sim) ? 2 : 0) + (full >= 85 ? 4 : 0) +
	    (full == 100 ? 8 : 0));
}

static void
get_audit_count(const struct inst *i, struct values *v)
{
	values_add(v, "%zu", i->sim->journal->naudits);
}

static void
get_audit_enabled(const struct inst *i, struct values *v)
{
	values_add(v, "%d", i->sim->journal->audit_off ? 3 : 2);
}

static void
get_free(const struct inst *i, struct values *v)
{
	values_add(v, "%zu", 100 - i->sim->journal->naudits * 100 /
	    AUDITS_MAX);
}

static void
get_last(const struct inst *i, struct values *v)
{
	const struct journal *j = i->sim->journal;
	char text[32];
	struct tm tm;
	time_t t;

	if (j->naudits == 0)
		return;
	t = (time_t)j->audits[j->naudits - 1].time;
	gmtime_r(&t, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	values_add(v, "%s", text);
}

static const struct prop audit_props[] = {
	CALC("AuditState", get_audit_state),
	CALC("CurrentNumberOfRecords", get_audit_count),
	CONST("ElementName", "Intel(r) AMT Audit Log"),
	CALC("EnabledState", get_audit_enabled),
	CONST("MaxAllowedAuditors", "1"),
	CONST("MaxNumberOfRecords", "0"),
	KEY("Name", "Intel(r) AMT:Audit Log"),
	CONST("OverwritePolicy", "2"),
	CALC("PercentageFree", get_free),
	CALC("RequestedState", get_audit_enabled),
	CONST("StoragePolicy", "1"),
	{ .name = "TimeOfLastRecord", .type = T_TIME, .get = get_last },
	END
};

/* StartIndex counts from 1, which is the oldest. */
static unsigned
read_audits(struct method_call *c)
{
	const struct journal *j = c->inst.sim->journal;
	size_t start = c->arg[0].number[0], n, i;

	if (start == 0 || start > j->naudits + 1)
		return INVALID_INDEX;
	n = j->naudits + 1 - start;
	if (n > AUDITS_A_CALL)
		n = AUDITS_A_CALL;
	out_uint(c, "TotalRecordCount", j->naudits);
	out_uint(c, "RecordsReturned", n);
	for (i = start - 1; i < start - 1 + n; i++)
		out_base64(c, "EventRecords", j->audits[i].bytes,
		    j->audits[i].len);
	return SUCCESS;
}

enum { FLAG_LOCK, FLAG_UNPROVISIONING, FLAG_UNLOCK };

static unsigned
set_lock(struct method_call *c)
{
	struct sim *sim = c->inst.sim;
	struct journal *j = sim->journal;
	uint32_t seconds = c->arg[0].number[0], flag = c->arg[1].number[0];

	if (flag == FLAG_UNLOCK) {
		if (!locked(sim) || c->arg[2].number[0] != j->lock)
			return NOT_PERMITTED;
		j->lock = 0;
		return SUCCESS;
	}
	if (flag != FLAG_LOCK || seconds == 0 || seconds > 300)
		return INVALID_PARAMETER;
	if (locked(sim))
		return NOT_PERMITTED;
	j->lock = ++j->last_lock;
	j->locked_until_ms = sim_now_ms(sim) + seconds * 1000LL;
	out_uint(c, "Handle", j->lock);
	return SUCCESS;
}

static unsigned
clear_audits(struct method_call *c)
{
	struct sim *sim = c->inst.sim;

	if (!locked(sim))
		return NOT_PERMITTED;
	sim->journal->naudits = 0;
	journal_audit(sim, AUDIT_LOG, 0, NULL, 0);
	return SUCCESS;
}

static unsigned
audit_state_change(struct method_call *c)
{
	uint32_t state = c->arg[0].number[0];

	if (c->arg[1].n > 0)
		return 4098;
	if (c->arg[0].n == 0 || (state != 2 && state != 3))
		return 5;
	if (state == 3)
		journal_audit(c->inst.sim, AUDIT_LOG, 2, NULL, 0);
	c->inst.sim->journal->audit_off = state == 3;
	if (state == 2)
		journal_audit(c->inst.sim, AUDIT_LOG, 3, NULL, 0);
	return SUCCESS;
}

static const struct input read_in[] = {
	{ .name = "StartIndex", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX }, END
};
static const struct input lock_in[] = {
	{ .name = "LockTimeoutInSeconds", .type = IN_UINT,
	    .max = UINT32_MAX },
	{ .name = "Flag", .type = IN_UINT, .required = true,
	    .max = UINT32_MAX },
	{ .name = "Handle", .type = IN_UINT, .max = UINT32_MAX },
	END
};
static const struct input state_in[] = {
	{ .name = "RequestedState", .type = IN_UINT, .max = 65535 },
	{ .name = "TimeoutPeriod", .type = IN_TIME },
	END
};
static const struct method audit_methods[] = {
	{ .name = "ReadRecords", .in = read_in, .run = read_audits,
	    .reads = true },
	{ .name = "SetAuditLock", .in = lock_in, .run = set_lock },
	{ .name = "ClearLog", .run = clear_audits },
	{ .name = "RequestStateChange", .in = state_in,
	    .run = audit_state_change },
	END
};

#define LOG_LINE "CIM_Log CIM_EnabledLogicalElement CIM_LogicalElement " \
	"CIM_ManagedSystemElement CIM_ManagedElement"

const struct class classes_log[] = {
	{
		.name = "AMT_MessageLog", .ancestors = "CIM_MessageLog " LOG_LINE,
		.read_realms = READ_EVENTS, .write_realms = EVENTS,
		.dated = true, .props = log_props, .methods = log_methods,
	}, {
		.name = "AMT_AuditLog", .ancestors = LOG_LINE,
		.read_realms = REALM(20), .write_realms = REALM(20),
		.dated = true, .props = audit_props, .methods = audit_methods,
	},
	{ .name = NULL }
};
