/* SPDX-License-Identifier: MIT */
/* objects: wsamt/record */
/* Records of the event log and the audit log in words; every truncation. */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "tests/unit/test.h"
#include "wsamt/record.h"

static struct err e;

/* "starting the system", as a normal boot leaves it */
static const uint8_t boot[EVENT_BYTES] = { 0x80, 0x51, 0x01, 0x68, 0xff, 15,
    0x6f, 2, 0x68, 2, 0xff, 34, 0, 64, 19 };

static void
test_events(void)
{
	static const struct { uint8_t sensor, offset, data[8];
	    const char *text; } rows[] = {
		{ 5, 0, { 0 }, "case opened" },
		{ 6, 0, { 0, 3, 1 }, "login failed 259 times" },
		{ 15, 0, { 64, 2 }, "no usable memory" },
		{ 15, 0, { 64, 99 }, "firmware error 99" },
		{ 15, 5, { 0, 4 }, "firmware progress 4" },
		{ 15, 2, { 0xaa, 0x30, 2 }, "one-click recovery, step 2" },
		{ 15, 2, { 0xaa, 0x40, 3 }, "remote erase, step 3" },
		{ 18, 0, { 0xaa, 1, 2, 3, 4, 5, 6, 8 },
		    "watchdog of agent 04030201-0605 expired" },
		{ 30, 7, { 0 }, "no bootable media" },
		{ 35, 0, { 64 }, "boot failed: the BIOS did not end in time" },
		{ 36, 0, { 1 }, "filter of interface 1 matched" },
		{ 37, 0, { 0 }, "firmware started" },
		{ 192, 0, { 0xaa, 0x30, 2 }, "remote disk opened" },
		{ 192, 0, { 0xaa, 0x30, 9 }, "security policy used" },
		{ 193, 0, { 0xaa, 0x30, 0, 0 },
		    "the user asks for help from outside" },
		{ 77, 4, { 1, 2, 3, 4, 5, 6, 7, 255 },
		    "sensor 77 offset 4 data 01020304050607ff" },
	};
	uint8_t raw[EVENT_BYTES + 1] = { 0 };
	struct event v;
	size_t i;

	is_int(event_decode(&v, boot, sizeof boot, &e), 0);
	is_int(v.time, 0x68015180);
	ok(!v.empty);
	is_str(v.severity, "information");
	is_str(v.entity, "BIOS");
	is_str(v.text, "starting the system");
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		raw[5] = rows[i].sensor;
		raw[7] = rows[i].offset;
		memcpy(raw + 13, rows[i].data, 8);
		is_int(event_decode(&v, raw, EVENT_BYTES, &e), 0);
		is_str(v.text, rows[i].text);
	}
	raw[9] = 3, raw[11] = 200;	/* neither is known */
	is_int(event_decode(&v, raw, EVENT_BYTES, &e), 0);
	is_str(v.severity, "unspecified");
	is_str(v.entity, "unknown");
	memset(raw, 0, sizeof raw);
	is_int(event_decode(&v, raw, EVENT_BYTES, &e), 0);
	ok(v.empty);
	for (i = 0; i <= sizeof raw; i++)
		is_int(event_decode(&v, raw, i, &e),
		    i == EVENT_BYTES ? 0 : -1);
	has(e.text, "a record of 22 bytes, not 21");
}

static void
test_audits(void)
{
	static const uint8_t known[] = { 0, 16, 0, 0, 0, 5, 'a', 'd', 'm',
	    'i', 'n', 0x68, 0, 0, 0, 2, 0, 0 };
	static const uint8_t far[] = { 0, 17, 0, 3, 0, 4, 'b', 'o', 27, 0,
	    0x68, 0, 0, 1, 0, 9, '1', '9', '2', '.', '0', '.', '2', '.', '7', 2,
	    1, 2 };
	static const uint8_t other[] = { 0, 99, 1, 0, 1, 0, 0, 0, 7, 2, 5, 5,
	    0, 0, 0, 1, 2, 0, 0 };
	uint8_t bad[] = { 0, 16, 0, 0, 9, 0, 0, 0, 1, 2, 0, 0 };
	struct audit v;
	size_t i;

	is_int(audit_decode(&v, known, sizeof known, &e), 0);
	is_str(v.what, "security: setup started");
	is_str(v.who, "admin");
	is_str(v.where, "");
	is_int(v.time, 0x68000000);
	is_int(audit_decode(&v, far, sizeof far, &e), 0);
	is_str(v.what, "remote control: reset");
	is_str(v.who, "bo?");		/* ends at a zero, nothing escapes */
	is_str(v.where, "192.0.2.7");
	is_int(audit_decode(&v, other, sizeof other, &e), 0);
	is_str(v.what, "application 99: event 256");
	is_str(v.who, "(Kerberos user 7)");
	for (i = 0; i < sizeof far; i++)
		is_int(audit_decode(&v, far, i, &e), -1);
	is_int(audit_decode(&v, bad, sizeof bad, &e), -1);
	bad[4] = 2;
	is_int(audit_decode(&v, bad, sizeof bad, &e), 0);
	is_str(v.who, "(local)");
	bad[4] = 3, bad[3] = 200;
	is_int(audit_decode(&v, bad, sizeof bad, &e), 0);
	is_str(v.who, "(port 5900)");
	is_str(v.what, "security: event 200");
}

int
main(void)
{
	test_events();
	test_audits();
	return test_done();
}
