/* SPDX-License-Identifier: MIT */
/*
 * alarm: wake the machine at a time, once or again and again.  Times are
 * UTC, as the controller's clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wsamt/typed.h"
#include "wsamt/wsamt.h"

#define ALARM "IPS_AlarmClockOccurrence"
#define NAME_MOST 32

#define ONCE "P0DT0H0M"

static const struct ws_field alarm_fields[] = {
	{ "InstanceID", WS_TEXT }, { "ElementName", WS_TEXT },
	{ "StartTime", WS_DATETIME }, { "Interval", WS_INTERVAL },
	{ "DeleteOnCompletion", WS_BOOL }, { NULL, WS_END }
};
static const struct ws_field add_in[] = {
	{ "AlarmTemplate", WS_EMBEDDED }, { NULL, WS_END }
};
static const struct ws_method add_alarm = { .class =
	"AMT_AlarmClockService", .name = "AddAlarm", .in = add_in,
	.why = ws_why_pt };

/* ---- the machine ----------------------------------------------------------- */

/* "P1DT2H0M" as it is typed: "1d2h"; nothing of it: once. */
static const char *
interval_text(char text[TYPED_TIME_MAX], const char *iso)
{
	static const char units[] = "dhm";
	unsigned n[3];
	size_t len = 0;
	int i, end = 0;

	if (sscanf(iso, "P%4uDT%4uH%4uM%n", &n[0], &n[1], &n[2], &end) != 3 ||
	    iso[end] != '\0')
		return iso;
	(void)snprintf(text, TYPED_TIME_MAX, "once");
	for (i = 0; i < 3; i++)
		if (n[i] > 0)
			len += (size_t)snprintf(text + len, TYPED_TIME_MAX -
			    len, "%u%c", n[i], units[i]);
	return text;
}

static int
print_alarm(struct wsamt *a, const struct ws_node *n, const char *id,
    struct err *e)
{
	const char *names[] = { "StartTime", "Interval" };
	char every[TYPED_TIME_MAX];
	struct ws_node *child;
	struct buf text[2];
	int i, rc = 0;

	for (i = 0; i < 2; i++) {
		buf_init(&text[i], 256);
		child = ws_child(n, names[i]);
		if (rc == 0 && child != NULL)
			rc = ws_value_text(&text[i], child, e);
		if (rc == 0)
			rc = buf_add(&text[i], "", 1, e);
	}
	if (rc == 0)
		rc = out_row(&a->out, (const struct out_cell[]){
		    { "name", id, false },
		    { "start", (char *)text[0].data, false },
		    { "every", interval_text(every, (char *)text[1].data),
		    false },
		    { NULL, NULL, false } }, e);
	buf_clear(&text[0]);
	buf_clear(&text[1]);
	return rc;
}

/* Print them all, or with a name look for one: 1 when it is there. */
static int
walk_alarms(struct wsamt *a, const char *name, struct err *e)
{
	const struct ws_node *n = NULL;
	struct ws_list list;
	const char *id;
	size_t at = 0;
	int rc = 0;

	if (wsman_enumerate(a->wsman, ALARM, &list, e) == -1)
		return -1;
	while (rc == 0 && (n = ws_list_next(&list, &at, n)) != NULL) {
		if (ws_get_text(n, "InstanceID", &id, e) == -1)
			rc = err_ctx(e, "%s", a->machine.name);
		else if (name == NULL)
			rc = print_alarm(a, n, id, e);
		else
			rc = strcmp(id, name) == 0;
	}
	ws_list_free(&list);
	return rc;
}

static int
add(struct wsamt *a, const char *name, const char *start,
    const char *interval, struct err *e)
{
	const struct ws_instance template = { ALARM, alarm_fields,
	    (const struct ws_value[]){ { "InstanceID", .text = name },
	    { "ElementName", .text = name }, { "StartTime", .text = start },
	    { "Interval", .text = interval },
	    { "DeleteOnCompletion", .flag = strcmp(interval, ONCE) == 0 },
	    { .name = NULL } } };
	int rc;

	if (wsman_invoke(a->wsman, &add_alarm, NULL,
	    (const struct ws_value[]){ { "AlarmTemplate",
	    .instance = &template }, { .name = NULL } }, NULL, e) == -1)
		return -1;
	if ((rc = walk_alarms(a, name, e)) == -1)
		return -1;
	return rc == 1 ? 0 : wsamt_not_taken(a, name, "not there", "there",
	    "not there", e);
}

static int
delete(struct wsamt *a, const char *name, struct err *e)
{
	const struct ws_selector key[] = {
		{ .name = "InstanceID", .value = name }, { .name = NULL }
	};
	int rc = walk_alarms(a, name, e);

	if (rc == 0)
		return err_set(e, ERR_REFUSED, "%s: there is no alarm \"%s\": "
		    "\"wsamt alarm\" lists them", a->machine.name, name);
	if (rc == -1 || wsman_delete(a->wsman, ALARM, key, e) == -1 ||
	    (rc = walk_alarms(a, name, e)) == -1)
		return -1;
	return rc == 0 ? 0 : wsamt_not_taken(a, name, "there", "not there",
	    "there", e);
}

int
cmd_alarm(struct wsamt *a, int argc, char **argv, struct err *e)
{
	char start[TYPED_TIME_MAX], interval[TYPED_TIME_MAX] = ONCE;
	time_t t;
	int rc;

	if (argc == 0) {
		out_list(&a->out);
		rc = walk_alarms(a, NULL, e);
		out_list_end(&a->out);
		return rc;
	}
	if (strcmp(argv[0], "delete") == 0 && argc == 2)
		return delete(a, argv[1], e);
	if (strcmp(argv[0], "add") != 0 || argc < 3)
		return err_set(e, ERR_USAGE, "alarm: it is \"alarm\", \"alarm "
		    "add NAME TIME [INTERVAL]\" or \"alarm delete NAME\"");
	if (*argv[1] == '\0' || strlen(argv[1]) > NAME_MOST)
		return err_set(e, ERR_USAGE, "alarm: a name has 1 to %d "
		    "characters", NAME_MOST);
	if (typed_time(start, &t, argv[2], e) == -1 || (argc > 3 &&
	    typed_interval(interval, argv[3], e) == -1))
		return err_ctx(e, "alarm");
	if (t <= time(NULL))
		return err_set(e, ERR_USAGE, "alarm: %s UTC is not in the "
		    "future", argv[2]);
	return add(a, argv[1], start, interval, e);
}
