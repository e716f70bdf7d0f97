/* SPDX-License-Identifier: MIT */
/* Any packet: what is taken for a pong is told in words of known length. */
#include <stdlib.h>
#include <string.h>

#include "lib/rmcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char ports[RMCP_PORTS_TEXT_MAX];
	struct rmcp_pong m;
	uint32_t round;

	if (!rmcp_pong(data, size, &m))
		return 0;
	round = rmcp_round(m.tag, 0, 1000);
	if (size < 20 || m.tag != data[9] || (round != 0 && (round > 1000 ||
	    round <= 1000 - 16)) || strlen(rmcp_setup_text(&m)) > 10 ||
	    strlen(rmcp_ports_text(&m, ports)) > 11 ||
	    (!m.amt && (m.major != 0 || m.ports[0] != 0)))
		abort();
	return 0;
}
