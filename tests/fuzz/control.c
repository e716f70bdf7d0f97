/* SPDX-License-Identifier: MIT */
/* objects: idertool/control idertool/serve idertool/ider idertool/scsi idertool/medium */
/*
 * A line of the control socket.  One that is understood says the same when
 * it is written again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idertool/control.h"
#include "idertool/serve.h"
#include "lib/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_request q;
	char line[CONTROL_LINE_MAX];
	struct err e;
	int n;

	if (control_parse(&q, (const char *)data, size, &e) == -1) {
		if (e.kind != ERR_USAGE)
			abort();
		return 0;
	}
	if (q.what == CONTROL_STATUS)
		n = snprintf(line, sizeof line, "status");
	else if (q.what == CONTROL_EJECT)
		n = snprintf(line, sizeof line, "eject %s",
		    drive_name(q.kind));
	else
		n = snprintf(line, sizeof line, "insert %s %s %s",
		    drive_name(q.kind), q.writable ? "rw" : "ro", q.name);
	if ((size_t)n != size || memcmp(line, data, size) != 0)
		abort();
	return 0;
}
