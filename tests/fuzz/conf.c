/* SPDX-License-Identifier: MIT */
/* The hosts file: any bytes, no crash, no leak, and look-ups that work. */
#include <stdint.h>

#include "lib/conf.h"
#include "lib/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf c;
	struct err e;

	if (conf_parse(&c, "fuzz", (const char *)data, size, &e) == 0) {
		(void)conf_host(&c, "htpc");
		(void)conf_default(&c);
		conf_clear(&c);
	}
	return 0;
}
