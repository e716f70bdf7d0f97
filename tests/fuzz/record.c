/* SPDX-License-Identifier: MIT */
/* objects: wsamt/record */
/*
 * Records of both logs: any bytes.  What is taken is words of one line that
 * end inside their arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "wsamt/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const char *text)
{
	if (memchr(text, '\0', RECORD_TEXT_MAX) == NULL ||
	    strpbrk(text, "\r\n\t\033") != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event event;
	struct audit audit;
	struct err e;

	if (event_decode(&event, data, size, &e) == 0) {
		if (size != EVENT_BYTES || event.severity == NULL ||
		    event.entity == NULL)
			abort();
		judge(event.text);
	}
	if (audit_decode(&audit, data, size, &e) == 0) {
		judge(audit.what);
		judge(audit.who);
		judge(audit.where);
	}
	return 0;
}
