/* SPDX-License-Identifier: MIT */
/*
 * Records of the event log (platform event traps, 21 bytes, little endian)
 * and of the audit log (big endian): see record.h.  Leaves out the extended
 * data of audit records, and sensors that no controller was seen to use.
 */
#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "lib/wire.h"
#include "wsamt/record.h"

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

static const char *
word(const char *const words[], size_t n, unsigned i)
{
	return i < n && words[i] != NULL ? words[i] : NULL;
}

/* ---- event log ---------------------------------------------------------------- */

static const struct { uint8_t bit; const char *text; } severities[] = {
	{ 0, "unspecified" }, { 1, "monitor" }, { 2, "information" },
	{ 4, "ok" }, { 8, "warning" }, { 16, "critical" }, { 32, "fatal" },
};
static const char *const entities[] = {
	"unspecified", "other", "unknown", "processor", "disk", "peripheral",
	"management module", "board", "memory module", "processor module",
	"power supply", "add-in card", "front panel", "back panel",
	"power board", "backplane", "expansion board", "other board",
	"processor board", "power unit", "power module",
	"power management board", "chassis back panel", "chassis",
	"sub chassis", "other chassis board", "drive bay", "peripheral bay",
	"device bay", "fan", "cooling unit", "cable", "memory device",
	"management software", "BIOS", "operating system", "bus", "group",
	"management controller", "environment", "battery", "blade", "switch",
	"processor/memory module", "I/O module", "processor I/O module",
	"controller firmware", "IPMI channel", "PCI", "PCIe", "SCSI",
	"SATA/SAS", "front side bus",
};
static const char *const firmware_errors[] = {
	"unspecified error", "no memory installed", "no usable memory",
	"disk failure", "board failure", "diskette failure",
	"disk controller failure", "keyboard failure",
	"removable media not found", "video controller failure",
	"no video device", "BIOS damaged", "processor voltage mismatch",
	"processor speed mismatch",
};
static const char *const firmware_progress[] = {
	"progress", "starting memory", "starting disks",
	"starting other processors", "user authentication", "entering setup",
	"starting USB", "starting PCI", "starting option ROMs",
	"starting video", "starting cache", "starting SMBus",
	"starting keyboard controller", "starting embedded controller",
	"docking station attached", "docking station enabled",
	"docking station ejected", "docking station disabled",
	"waking the system", "starting the system", "starting board",
	NULL, "starting floppy", "testing keyboard",
	"testing pointing device", "starting processor",
};
static const char *const redirections[] = { "serial console opened",
    "serial console closed", "remote disk opened", "remote disk closed" };
static const struct { uint8_t state; const char *text; } watchdogs[] = {
	{ 1, "not started" }, { 2, "stopped" }, { 4, "running" },
	{ 8, "expired" }, { 16, "suspended" },
};

/* Sensors that need no more than their name; -1: any offset. */
static const struct { uint8_t sensor; int offset; const char *text; }
plain[] = {
	{ 5, 0, "case opened" },
	{ 30, -1, "no bootable media" },
	{ 32, -1, "system stopped answering, or power was lost" },
	{ 37, -1, "firmware started" },
};

struct fields { uint8_t sensor, offset, data[8]; };

static void
firmware_text(char *text, const struct fields *f)
{
	bool error = f->offset == 0 || f->offset == 3;
	const char *w = error ? word(firmware_errors, COUNT(firmware_errors),
	    f->data[1]) : word(firmware_progress, COUNT(firmware_progress),
	    f->data[1]);

	if (f->data[0] == 0xaa && f->data[1] == 0x30)
		(void)snprintf(text, RECORD_TEXT_MAX, "one-click recovery, "
		    "step %u", f->data[2]);
	else if (f->data[0] == 0xaa && f->data[1] == 0x40)
		(void)snprintf(text, RECORD_TEXT_MAX, "remote erase, step %u",
		    f->data[2]);
	else if (w != NULL && (f->offset == 0 || f->offset < 3))
		(void)snprintf(text, RECORD_TEXT_MAX, "%s", w);
	else
		(void)snprintf(text, RECORD_TEXT_MAX, "firmware %s %u",
		    error ? "error" : "progress", f->data[1]);
}

static void
watchdog_text(char *text, const struct fields *f)
{
	const char *state = "in an unknown state";
	size_t i;

	for (i = 0; i < COUNT(watchdogs); i++)
		if (watchdogs[i].state == f->data[7])
			state = watchdogs[i].text;
	(void)snprintf(text, RECORD_TEXT_MAX, "watchdog of agent "
	    "%02x%02x%02x%02x-%02x%02x %s", f->data[4], f->data[3], f->data[2],
	    f->data[1], f->data[6], f->data[5], state);
}

static void
event_text(char *text, const struct fields *f)
{
	const char *w;
	size_t i;

	if (f->sensor == 15) {
		firmware_text(text, f);
		return;
	}
	if (f->sensor == 18 && f->data[0] == 0xaa) {
		watchdog_text(text, f);
		return;
	}
	for (i = 0; i < COUNT(plain); i++)
		if (plain[i].sensor == f->sensor && (plain[i].offset == -1 ||
		    plain[i].offset == f->offset)) {
			(void)snprintf(text, RECORD_TEXT_MAX, "%s",
			    plain[i].text);
			return;
		}
	w = f->data[0] == 0xaa && f->data[1] == 0x30 ? word(redirections,
	    COUNT(redirections), f->data[2]) : NULL;
	if (f->sensor == 6)
		(void)snprintf(text, RECORD_TEXT_MAX, "login failed %u times",
		    f->data[1] + 256u * f->data[2]);
	else if (f->sensor == 35)
		(void)snprintf(text, RECORD_TEXT_MAX, "boot failed%s",
		    f->data[0] == 64 ? ": the BIOS did not end in time" : "");
	else if (f->sensor == 36)
		(void)snprintf(text, RECORD_TEXT_MAX, "filter of interface %u "
		    "matched", f->data[0]);
	else if (f->sensor == 192 && w != NULL)
		(void)snprintf(text, RECORD_TEXT_MAX, "%s", w);
	else if (f->sensor == 192)
		(void)snprintf(text, RECORD_TEXT_MAX, "security policy used");
	else if (f->sensor == 193 && w != NULL && f->data[2] == 0)
		(void)snprintf(text, RECORD_TEXT_MAX, "the user asks for help "
		    "from outside");
	else
		(void)snprintf(text, RECORD_TEXT_MAX, "sensor %u offset %u "
		    "data %02x%02x%02x%02x%02x%02x%02x%02x", f->sensor,
		    f->offset, f->data[0], f->data[1], f->data[2], f->data[3],
		    f->data[4], f->data[5], f->data[6], f->data[7]);
}

int
event_decode(struct event *v, const void *p, size_t n, struct err *e)
{
	static const uint8_t nothing[EVENT_BYTES];
	struct fields f;
	const uint8_t *data;
	uint8_t severity, entity;
	struct rd r;
	size_t i;

	*v = (struct event){ .severity = "unspecified" };
	rd_init(&r, p, n);
	v->time = rd_le32(&r);
	(void)rd_u8(&r);		/* device address */
	f.sensor = rd_u8(&r);
	(void)rd_u8(&r);		/* event type */
	f.offset = rd_u8(&r);
	(void)rd_u8(&r);		/* source type */
	severity = rd_u8(&r);
	(void)rd_u8(&r);		/* sensor number */
	entity = rd_u8(&r);
	(void)rd_u8(&r);		/* its instance */
	data = rd_bytes(&r, sizeof f.data);
	if (!rd_end(&r))
		return err_set(e, ERR_PROTO, "a record of %zu bytes, not %d",
		    n, EVENT_BYTES);
	memcpy(f.data, data, sizeof f.data);
	v->empty = memcmp(p, nothing, sizeof nothing) == 0;
	for (i = 0; i < COUNT(severities); i++)
		if (severities[i].bit == severity)
			v->severity = severities[i].text;
	v->entity = word(entities, COUNT(entities), entity);
	if (v->entity == NULL)
		v->entity = "unknown";
	event_text(v->text, &f);
	return 0;
}

/* ---- audit log -------------------------------------------------------------------- */

static const char *const security[] = { "setup started", "setup done",
    "user added", "user changed", "user deleted", "login refused",
    "user enabled or disabled", "TLS changed", "certificate of TLS set",
    "certificate of TLS removed", "root certificate added",
    "root certificate removed", "preshared key set", "Kerberos changed",
    "Kerberos key changed", "flash counters reset", "power package set",
    "authentication of a realm changed", "control raised to admin",
    "unprovisioning started" };
static const char *const remote_control[] = { "power up", "power down",
    "power cycle", "reset", "boot options", "soft off", "soft reset", "sleep",
    "hibernate", "diagnostic interrupt" };
static const char *const redirection[] = { "remote disk opened",
    "remote disk closed", "remote disk enabled", "remote disk disabled",
    "serial console opened", "serial console closed",
    "serial console enabled", "serial console disabled", "screen opened",
    "screen closed", "screen enabled", "screen disabled",
    "screen password wrong three times" };
static const char *const firmware[] = { "updated", "update failed" };
static const char *const audit_log[] = { "cleared", "policy changed",
    "disabled", "enabled", "exported", "recovered" };
static const char *const clock_set[] = { "set" };
static const char *const net[] = { "addresses", "host name", "domain",
    "VLAN", "link policy", "IPv6" };
static const char *const events[] = { "subscribed", "unsubscribed",
    "log cleared", "log frozen" };
static const char *const defense[] = { "filter added", "filter removed",
    "policy added", "policy removed", "default policy", "heuristics set",
    "heuristics cleared" };
static const char *const agents[] = { "added", "removed", "action" };
static const char *const wireless[] = { "profile added", "profile removed",
    "profile changed", "synchronised", "link preference", "shared with UEFI" };
static const char *const screen[] = { "consent on", "consent off",
    "password changed", "consent given", "consent refused" };
static const char *const consent[] = { "policy changed", "code sent",
    "blocked" };

static const struct { uint16_t id; const char *name;
    const char *const *words; size_t n; } apps[] = {
#define APP(id, name, words) { id, name, words, COUNT(words) }
	APP(16, "security", security), APP(17, "remote control",
	    remote_control), APP(18, "redirection", redirection),
	APP(19, "firmware", firmware), APP(20, "audit log", audit_log),
	APP(21, "clock", clock_set), APP(22, "network", net),
	{ 23, "storage", NULL, 0 }, APP(24, "events", events),
	APP(25, "system defense", defense), APP(26, "agent", agents),
	APP(27, "wireless", wireless), { 28, "access control", NULL, 0 },
	APP(29, "screen", screen), APP(30, "consent", consent),
	{ 32, "screen blanking", NULL, 0 }, { 33, "watchdog", NULL, 0 },
};

static void
audit_what(char *text, uint16_t app, uint16_t event)
{
	const char *name = NULL, *w = NULL;
	char number[24];
	size_t i;

	for (i = 0; i < COUNT(apps); i++)
		if (apps[i].id == app) {
			name = apps[i].name;
			w = word(apps[i].words, apps[i].n, event);
		}
	(void)snprintf(number, sizeof number, "event %u", event);
	if (name != NULL)
		(void)snprintf(text, RECORD_TEXT_MAX, "%s: %s", name,
		    w != NULL ? w : number);
	else
		(void)snprintf(text, RECORD_TEXT_MAX, "application %u: %s",
		    app, number);
}

/* A length and so many characters; printable. */
static void
counted_text(struct rd *r, char *text)
{
	size_t n = rd_u8(r), i;
	const uint8_t *p = rd_bytes(r, n);

	for (i = 0; p != NULL && i < n && p[i] != 0; i++)
		text[i] = p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '?';
	text[i] = '\0';
}

static void
audit_who(struct rd *r, char *text)
{
	switch (rd_u8(r)) {
	case 0:
		counted_text(r, text);
		return;
	case 1:				/* Kerberos: domain, SID */
		(void)snprintf(text, RECORD_TEXT_MAX, "(Kerberos user %u)",
		    (unsigned)rd_be32(r));
		(void)rd_bytes(r, rd_u8(r));
		return;
	case 2:
		(void)snprintf(text, RECORD_TEXT_MAX, "(local)");
		return;
	case 3:
		(void)snprintf(text, RECORD_TEXT_MAX, "(port 5900)");
		return;
	}
	r->bad = true;			/* what follows cannot be found */
}

int
audit_decode(struct audit *v, const void *p, size_t n, struct err *e)
{
	struct rd r;

	memset(v, 0, sizeof *v);
	rd_init(&r, p, n);
	v->app = rd_be16(&r);
	v->event = rd_be16(&r);
	audit_what(v->what, v->app, v->event);
	audit_who(&r, v->who);
	v->time = rd_be32(&r);
	(void)rd_u8(&r);		/* kind of address */
	counted_text(&r, v->where);
	(void)rd_bytes(&r, rd_u8(&r));	/* extended data */
	if (!rd_end(&r))
		return err_set(e, ERR_PROTO, "a malformed audit record of %zu "
		    "bytes", n);
	return 0;
}
