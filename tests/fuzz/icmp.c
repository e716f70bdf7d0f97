/* SPDX-License-Identifier: MIT */
/* objects: pingwait/icmp */
/*
 * Any packet: what is taken for a reply of ours must encode back to it.  The
 * first byte chooses the form.
 */
#include <stdlib.h>
#include <string.h>

#include "pingwait/icmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[ICMP_ECHO_LEN];
	enum icmp_form form;
	struct icmp_echo m;

	if (size == 0)
		return 0;
	form = (enum icmp_form)(data[0] % 3);
	if (!icmp_reply(data + 1, size - 1, form, &m))
		return 0;
	icmp_request(again, form, &m);
	/* all but type, code and checksum */
	if (size - 1 < ICMP_ECHO_LEN || memcmp(again + 4,
	    data + size - ICMP_ECHO_LEN + 4, ICMP_ECHO_LEN - 4) != 0)
		abort();
	return 0;
}
