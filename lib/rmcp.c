/* SPDX-License-Identifier: MIT */
/* ASF presence ping: see rmcp.h. */
#include <stdio.h>

#include "lib/rmcp.h"
#include "lib/wire.h"

enum {
	RMCP_VERSION = 6, CLASS_ASF = 6,
	IANA_ASF = 4542, IANA_INTEL = 343,
	PRESENCE_PONG = 0x40, PRESENCE_PING = 0x80,
	PONG_DATA_MIN = 8,		/* up to the provisioning state */
	TAGS = 255,			/* 255 itself is reserved */
	ROUNDS_BACK = 16,
	PLAIN_PORT = 16992, TLS_PORT = 16993
};

static uint8_t
tag_of(uint64_t cookie, uint32_t round)
{
	return (uint8_t)((cookie % TAGS + round) % TAGS);
}

/*
 * Both: version reserved sequence class, IANA[4] type tag reserved length;
 * big-endian.
 */
void
rmcp_ping(uint8_t out[RMCP_PING_LEN], uint64_t cookie, uint32_t round)
{
	struct wr w;

	wr_init(&w, out, RMCP_PING_LEN);
	wr_u8(&w, RMCP_VERSION);
	wr_u8(&w, 0);
	/* 255: no acknowledgement wanted; consoles send 0, get a pong, too. */
	wr_u8(&w, round % 2 == 1 ? 255 : 0);
	wr_u8(&w, CLASS_ASF);
	wr_be32(&w, IANA_ASF);
	wr_u8(&w, PRESENCE_PING);
	wr_u8(&w, tag_of(cookie, round));
	wr_u8(&w, 0);
	wr_u8(&w, 0);
}

/* The header of a pong; the length of its data, 0 when it is none. */
static size_t
pong_header(struct rd *r, uint8_t *tag)
{
	bool good = rd_u8(r) == RMCP_VERSION;
	size_t len;

	rd_be16(r);			/* reserved, sequence */
	good &= rd_u8(r) == CLASS_ASF;
	good &= rd_be32(r) == IANA_ASF;
	good &= rd_u8(r) == PRESENCE_PONG;
	*tag = rd_u8(r);
	rd_u8(r);
	len = rd_u8(r);
	return good && !r->bad && len <= r->left ? len : 0;
}

static void
ports(struct rmcp_pong *m, uint16_t port, bool both)
{
	if (both && (port == PLAIN_PORT || port == TLS_PORT)) {
		m->ports[0] = PLAIN_PORT;
		m->ports[1] = TLS_PORT;
	} else {
		m->ports[0] = port;
	}
}

/*
 * Data: OEM[4], then Intel's: port[2] version setup; then, of all devices,
 * entities interactions; Intel's major minor for versions that two half
 * bytes cannot hold (16 on); zeros.
 */
bool
rmcp_pong(const uint8_t *p, size_t n, struct rmcp_pong *m)
{
	struct rmcp_pong got = { .setup = RMCP_UNKNOWN };
	uint8_t version, setup, interactions;
	uint16_t port;
	size_t len;
	struct rd r;

	rd_init(&r, p, n);
	len = pong_header(&r, &got.tag);
	if (len < PONG_DATA_MIN)
		return false;
	rd_init(&r, r.p, len);		/* past it all is 0 */
	got.amt = rd_be32(&r) == IANA_INTEL;
	port = rd_be16(&r);
	version = rd_u8(&r);
	setup = rd_u8(&r);
	got.ipmi = rd_u8(&r) >> 7;
	interactions = rd_u8(&r);
	got.dash = interactions >> 5 & 1;
	if (got.amt) {
		ports(&got, port, setup >> 2 & 1);
		got.major = version != 0 ? version >> 4 : rd_u8(&r);
		got.minor = version != 0 ? version & 0xf : rd_u8(&r);
		got.setup = (enum rmcp_setup)(setup & 3);
	}
	*m = got;
	return true;
}

uint32_t
rmcp_round(uint8_t tag, uint64_t cookie, uint32_t sent)
{
	uint32_t back;

	for (back = 0; back < ROUNDS_BACK && back < sent; back++)
		if (tag_of(cookie, sent - back) == tag)
			return sent - back;
	return 0;
}

const char *
rmcp_setup_text(const struct rmcp_pong *m)
{
	static const char *const words[] = {
		[RMCP_BEFORE_SETUP] = "not set up",
		[RMCP_IN_SETUP] = "in setup",
		[RMCP_SET_UP] = "set up",
		[RMCP_UNKNOWN] = "-"
	};

	return words[m->setup];
}

const char *
rmcp_ports_text(const struct rmcp_pong *m, char out[RMCP_PORTS_TEXT_MAX])
{
	if (m->ports[0] == 0)
		return "-";
	(void)snprintf(out, RMCP_PORTS_TEXT_MAX, m->ports[1] == 0 ? "%u" :
	    "%u,%u", m->ports[0], m->ports[1]);
	return out;
}
