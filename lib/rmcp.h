/* SPDX-License-Identifier: MIT */
/*
 * ASF presence ping over RMCP, UDP port 623 (ASF 2.0, 3.2.4): who is there,
 * and what Intel AMT tells of itself in the pong.  Its tag has 8 bits, so a
 * pong is tied to a round of a host by tag, source address and the port of
 * ours that it came to.  Pure.  Leaves out RMCP's acknowledgements and its
 * security extensions.
 */
#ifndef LIB_RMCP_H
#define LIB_RMCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RMCP_PORT 623
#define RMCP_PING_LEN 12
#define RMCP_PORTS_TEXT_MAX 16

enum rmcp_setup { RMCP_BEFORE_SETUP, RMCP_IN_SETUP, RMCP_SET_UP, RMCP_UNKNOWN };

struct rmcp_pong {
	uint8_t tag;
	bool amt;			/* Intel's; what follows is known then */
	uint8_t major, minor;		/* of AMT; 0.0: not told */
	enum rmcp_setup setup;
	uint16_t ports[2];		/* of WS-Man, ascending; 0: none */
	/* of all devices */
	bool ipmi, dash;
};

void rmcp_ping(uint8_t out[RMCP_PING_LEN], uint64_t cookie, uint32_t round);
/* Whether p[0..n) is a presence pong; then *m.  Hostile bytes. */
bool rmcp_pong(const uint8_t *p, size_t n, struct rmcp_pong *m);
/* The round that a tag answers, of the latest 16 up to sent; 0: none. */
uint32_t rmcp_round(uint8_t tag, uint64_t cookie, uint32_t sent);

/* "set up"; "-" when it is not told. */
const char *rmcp_setup_text(const struct rmcp_pong *m);
/* "16992,16993"; "-": none. */
const char *rmcp_ports_text(const struct rmcp_pong *m,
    char out[RMCP_PORTS_TEXT_MAX]);

#endif
