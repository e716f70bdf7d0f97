/* SPDX-License-Identifier: MIT */
/*
 * Class tables: alarms that switch the machine on (WS-Man reference, alarm
 * clock).  Times are the device's clock, in UTC; at most five alarms.
 */
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "class.h"
#include "sim.h"

#define OCCURRENCE "IPS_AlarmClockOccurrence"
#define DAY_MINUTES 1440

enum { SUCCESS = 0, MAX_LIMIT_REACHED = 23, INVALID_TIME = 34,
    INVALID_PARAMETER = 36, DUPLICATE = 2058 };

/* ---- text and time ------------------------------------------------- */

static void
time_text(int64_t t, char out[32])
{
	time_t v = (time_t)t;
	struct tm tm;

	gmtime_r(&v, &tm);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* -1: not "2026-12-31T06:00:00Z"; some clients leave out the Z. */
static int
time_read(const char *text, int64_t *out)
{
	struct tm tm = { .tm_sec = 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (end == NULL || (strcmp(end, "Z") != 0 && end[0] != '\0'))
		return -1;
	*out = (int64_t)timegm(&tm);
	return 0;
}

/* "P1DT2H3M", in minutes; 0 is once. */
static int
interval_read(const char *text, uint32_t *out)
{
	unsigned d, h, m;
	int n = 0;

	if (sscanf(text, "P%4uDT%2uH%2uM%n", &d, &h, &m, &n) != 3 ||
	    text[n] != '\0' || h > 23 || m > 59)
		return -1;
	*out = d * DAY_MINUTES + h * 60 + m;
	return 0;
}

/* ---- keeping them -------------------------------------------------- */

static void ring(void *arg);

/* The next one that is still to come. */
static void
arm(struct sim *sim)
{
	const struct model *m = &sim->model;
	int64_t now = (int64_t)sim_wall(sim), next = INT64_MAX;
	size_t i;

	for (i = 0; i < m->nalarms; i++)
		if (!m->alarms[i].over && m->alarms[i].start < next)
			next = m->alarms[i].start;
	sim_cancel(&sim->alarm_timer);
	if (next != INT64_MAX)
		sim_after(sim, &sim->alarm_timer, next <= now ? 0 :
		    (next - now) * 1000, ring, sim);
}

static void
alarm_delete(struct model *m, size_t i)
{
	m->nalarms--;
	memmove(&m->alarms[i], &m->alarms[i + 1],
	    (m->nalarms - i) * sizeof m->alarms[0]);
}

static void
ring(void *arg)
{
	struct sim *sim = arg;
	struct model *m = &sim->model;
	int64_t now = (int64_t)sim_wall(sim), step;
	size_t i = 0;

	while (i < m->nalarms) {
		struct alarm *a = &m->alarms[i++];

		if (a->over || a->start > now)
			continue;
		if (m->power != HOST_ON)
			(void)sim_power_request(sim, CIM_ON);
		step = a->interval * 60LL;
		a->over = step == 0;
		if (step > 0)
			a->start += ((now - a->start) / step + 1) * step;
		else if (a->delete_when_done)
			alarm_delete(m, --i);
	}
	arm(sim);
}

void
sim_alarms_changed(struct sim *sim)
{
	arm(sim);
}

/* ---- IPS_AlarmClockOccurrence -------------------------------------- */

static unsigned
alarm_count(struct sim *sim)
{
	return (unsigned)sim->model.nalarms;
}

static void
get_start(const struct inst *i, struct values *v)
{
	char text[32];

	time_text(i->sim->model.alarms[i->index].start, text);
	values_add(v, "%s", text);
}

static unsigned
set_start(struct model *m, unsigned index, const char *text)
{
	if (time_read(text, &m->alarms[index].start) == -1)
		return STATUS_BAD_VALUE;
	m->alarms[index].over = false;
	return SUCCESS;
}

static void
get_interval(const struct inst *i, struct values *v)
{
	uint32_t n = i->sim->model.alarms[i->index].interval;

	values_add(v, "P%uDT%uH%uM", (unsigned)(n / DAY_MINUTES),
	    (unsigned)(n % DAY_MINUTES / 60), (unsigned)(n % 60));
}

static unsigned
set_interval(struct model *m, unsigned index, const char *text)
{
	return interval_read(text, &m->alarms[index].interval) == -1 ?
	    STATUS_BAD_VALUE : SUCCESS;
}

static void
get_alarm_id(const struct inst *i, struct values *v)
{
	values_add(v, "%s", i->sim->model.alarms[i->index].id);
}

static const struct prop alarm_props[] = {
	{ .name = "DeleteOnCompletion", .type = T_BOOL,
	    MODEL_FIELD(alarms[0].delete_when_done), EACH(alarms) },
	{ .name = "ElementName", .type = T_STRING,
	    MODEL_FIELD(alarms[0].name), EACH(alarms) },
	{ .name = "InstanceID", .get = get_alarm_id, .flags = PROP_KEY },
	{ .name = "Interval", .type = T_INTERVAL, .get = get_interval,
	    .set = set_interval },
	{ .name = "StartTime", .type = T_TIME, .get = get_start,
	    .set = set_start },
	END
};

static unsigned
alarm_remove(struct sim *sim, unsigned index)
{
	alarm_delete(&sim->model, index);
	arm(sim);
	return SUCCESS;
}

static void
alarm_changed(struct sim *sim, const struct model *was)
{
	(void)was;
	arm(sim);
}

/* ---- AMT_AlarmClockService ----------------------------------------- */

static const struct prop service_props[] = {
	SERVICE_KEYS_1("AMT_AlarmClockService"),
	CONST("ElementName", "Intel(r) AMT Alarm Clock Service"),
	KEY("Name", "Intel(r) AMT Alarm Clock Service"),
	SERVICE_KEYS_2("ManagedSystem"),
	END
};

/* A member of the template, out of its c:Datetime or c:Interval. */
static int
member(const xmlNode *n, const char *name, const char *inner,
    char text[TEXT_MAX])
{
	char uri[TEXT_MAX];

	uri_of_class(OCCURRENCE, uri);
	text[0] = '\0';
	n = xml_child(n, uri, name);
	if (n != NULL && inner != NULL)
		n = xml_child(n, NS_COMMON, inner);
	return n == NULL ? -1 : xml_text(n, text);
}

static unsigned
read_template(const xmlNode *n, int64_t now, struct alarm *a)
{
	char id[TEXT_MAX], name[TEXT_MAX], start[TEXT_MAX], every[TEXT_MAX],
	    once[TEXT_MAX];
	uint32_t done = 0;

	memset(a, 0, sizeof *a);
	if (member(n, "InstanceID", NULL, id) == -1 || id[0] == '\0' ||
	    strlen(id) >= sizeof a->id ||
	    member(n, "DeleteOnCompletion", NULL, once) == -1 ||
	    parse_bool(once, &done) == -1 ||
	    (member(n, "Interval", "Interval", every) == 0 &&
	    interval_read(every, &a->interval) == -1))
		return INVALID_PARAMETER;
	if (member(n, "StartTime", "Datetime", start) == -1 ||
	    time_read(start, &a->start) == -1 || a->start <= now)
		return INVALID_TIME;
	if (member(n, "ElementName", NULL, name) == -1 ||
	    strlen(name) >= sizeof a->name)
		memcpy(name, id, sizeof name);
	memcpy(a->id, id, strlen(id));
	memcpy(a->name, name, strlen(name));
	a->delete_when_done = done != 0;
	return SUCCESS;
}

static unsigned
add_alarm(struct method_call *c)
{
	struct sim *sim = c->inst.sim;
	struct model *m = &sim->model;
	struct alarm a;
	unsigned status = read_template(c->arg[0].node,
	    (int64_t)sim_wall(sim), &a);
	size_t i;

	if (status != SUCCESS)
		return status;
	for (i = 0; i < m->nalarms; i++)
		if (strcmp(m->alarms[i].id, a.id) == 0)
			return DUPLICATE;
	if (m->nalarms == ALARMS_MAX)
		return MAX_LIMIT_REACHED;
	m->alarms[m->nalarms++] = a;
	arm(sim);
	out_epr(c, "AlarmClock", OCCURRENCE, "InstanceID", a.id);
	return SUCCESS;
}

static const struct input add_in[] = {
	{ .name = "AlarmTemplate", .type = IN_NODE, .required = true }, END
};
static const struct method service_methods[] = {
	{ .name = "AddAlarm", .in = add_in, .run = add_alarm }, END
};

#define ALARM (REALM(REALM_REMOTECONTROL))

const struct class classes_alarm[] = {
	{
		.name = "AMT_AlarmClockService",
		.ancestors = "CIM_Service CIM_EnabledLogicalElement "
		    "CIM_LogicalElement CIM_ManagedSystemElement CIM_ManagedElement",
		.read_realms = ALARM, .write_realms = ALARM,
		.dated = true, .props = service_props,
		.methods = service_methods,
	}, {
		.name = OCCURRENCE, .ancestors = "CIM_ManagedElement",
		.read_realms = ALARM, .write_realms = ALARM,
		.dated = true, .count = alarm_count, .props = alarm_props,
		.changed = alarm_changed, .remove = alarm_remove,
	},
	{ .name = NULL }
};
