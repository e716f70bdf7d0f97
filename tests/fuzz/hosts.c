/* SPDX-License-Identifier: MIT */
/*
 * Lists and ranges of names: none is empty, too long or there twice, none
 * has a bracket unless it opens the name, and no text makes too many.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/err.h"
#include "lib/hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST 2048

static void
check(const struct hosts *h)
{
	size_t i, n;

	if (h->n > HOSTS_MAX)
		abort();
	for (i = 0; i < h->n; i++) {
		n = strlen(h->names[i]);
		if (n == 0 || n >= HOSTS_NAME_MAX || (h->names[i][0] != '[' &&
		    strpbrk(h->names[i], "[],") != NULL))
			abort();
		if (i > 0 && strcasecmp(h->names[i], h->names[i - 1]) == 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hosts h = { 0 };
	char text[MOST + 1];
	struct err e = { 0 };

	if (size > MOST)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (hosts_add(&h, text, &e) == 0 ? h.n == 0 : e.kind != ERR_USAGE)
		abort();
	check(&h);
	hosts_clear(&h);
	return 0;
}
