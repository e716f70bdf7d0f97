/* SPDX-License-Identifier: MIT */
/* Presence ping: bytes of requests, what pongs tell, what is none. */
#include <stdlib.h>

#include "lib/rmcp.h"
#include "tests/unit/test.h"

#define COOKIE (UINT64_C(255) * 1000 + 0x20)	/* tags from 0x20 up */

/* As AMT 11.8 fills it: set up, plain WS-Man. */
static const uint8_t amt11[28] = {
	0x06, 0x00, 0xff, 0x06, 0x00, 0x00, 0x11, 0xbe, 0x40, 0x21, 0x00, 0x10,
	0x00, 0x00, 0x01, 0x57, 0x42, 0x60, 0xb8, 0x02, 0x01, 0x20, 0x00, 0x00,
	0, 0, 0, 0
};
/* A BMC: no OEM data, IPMI and ASF 1.0. */
static const uint8_t bmc[28] = {
	0x06, 0x00, 0xff, 0x06, 0x00, 0x00, 0x11, 0xbe, 0x40, 0x22, 0x00, 0x10,
	0x00, 0x00, 0x11, 0xbe, 0x00, 0x00, 0x00, 0x00, 0x81, 0x00, 0x00, 0x00,
	0, 0, 0, 0
};

/* Decodes from a copy of its own size, so that ASan sees one byte too far. */
static bool
decode(const uint8_t *p, size_t n, struct rmcp_pong *m)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	bool good;

	if (copy == NULL)
		abort();
	memcpy(copy, p, n);
	good = rmcp_pong(copy, n, m);
	free(copy);
	return good;
}

static void
pings(void)
{
	static const uint8_t first[RMCP_PING_LEN] = {
		0x06, 0x00, 0xff, 0x06, 0x00, 0x00, 0x11, 0xbe,
		0x80, 0x21, 0x00, 0x00
	};
	uint8_t p[RMCP_PING_LEN];
	int i, reserved = 0;

	rmcp_ping(p, COOKIE, 1);
	is_mem(p, sizeof p, first, sizeof first);
	rmcp_ping(p, COOKIE, 2);
	is_int(p[2], 0);		/* the other sequence number */
	is_int(p[9], 0x22);
	for (i = 1; i < 600; i++) {
		rmcp_ping(p, COOKIE, (uint32_t)i);
		reserved += p[9] == 255;
	}
	is_int(reserved, 0);
}

static void
rounds(void)
{
	uint8_t p[RMCP_PING_LEN];
	uint32_t r;
	int wrong = 0;

	for (r = 1; r < 600; r++) {
		rmcp_ping(p, UINT64_MAX, r);
		wrong += rmcp_round(p[9], UINT64_MAX, r) != r;
		wrong += rmcp_round(p[9], UINT64_MAX, r + 15) != r;
		wrong += rmcp_round(p[9], UINT64_MAX, r + 16) != 0;
	}
	is_int(wrong, 0);
	is_int(rmcp_round(0x20, COOKIE, 5), 0);	/* round 0 is none */
	is_int(rmcp_round(0x26, COOKIE, 5), 0);	/* not sent yet */
	is_int(rmcp_round(0xff, COOKIE, 5), 0);
	is_int(rmcp_round(0x21, COOKIE, 0), 0);
}

static void
pongs(void)
{
	char ports[RMCP_PORTS_TEXT_MAX];
	uint8_t p[28];
	struct rmcp_pong m;

	ok(decode(amt11, sizeof amt11, &m));
	is_int(m.tag, 0x21);
	ok(m.amt && m.dash && !m.ipmi);
	is_int(m.major, 11);
	is_int(m.minor, 8);
	is_str(rmcp_setup_text(&m), "set up");
	is_str(rmcp_ports_text(&m, ports), "16992");

	memcpy(p, amt11, sizeof p);	/* AMT 16.1, both ports, in setup */
	p[17] = 0x61;
	p[18] = 0;
	p[19] = 0x05;
	p[22] = 16;
	p[23] = 1;
	ok(decode(p, sizeof p, &m));
	is_int(m.major, 16);
	is_int(m.minor, 1);
	is_str(rmcp_setup_text(&m), "in setup");
	is_str(rmcp_ports_text(&m, ports), "16992,16993");
	p[16] = p[17] = 0;		/* there, not set up */
	p[19] = 0x04;
	ok(decode(p, sizeof p, &m));
	is_str(rmcp_ports_text(&m, ports), "-");
	is_str(rmcp_setup_text(&m), "not set up");
	p[19] = 3;
	ok(decode(p, sizeof p, &m));
	is_str(rmcp_setup_text(&m), "-");

	ok(decode(bmc, sizeof bmc, &m));
	ok(!m.amt && m.ipmi && !m.dash);
	is_str(rmcp_setup_text(&m), "-");
	is_str(rmcp_ports_text(&m, ports), "-");
}

static void
cut_short(void)
{
	uint8_t p[28];
	struct rmcp_pong m;
	int accepted = 0;
	size_t i;

	for (i = 0; i < sizeof amt11; i++)
		accepted += decode(amt11, i, &m);
	is_int(accepted, 0);		/* the length says 16 bytes of data */
	memcpy(p, amt11, sizeof p);
	for (i = 0; i < 8; i++) {
		p[11] = (uint8_t)i;
		accepted += decode(p, 12 + i, &m) + decode(p, 28, &m);
	}
	is_int(accepted, 0);
	p[11] = 8;			/* the least: what it lacks is 0 */
	p[18] = 0;
	ok(decode(p, 20, &m));
	is_int(m.major, 0);
	ok(!m.dash);
}

static void
none(void)
{
	static const size_t fixed[] = { 0, 3, 4, 5, 6, 7, 8 };
	uint8_t p[28];
	struct rmcp_pong m;
	size_t i;
	int bit, accepted = 0;

	for (i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		for (bit = 0; bit < 8; bit++) {
			memcpy(p, amt11, sizeof p);
			p[fixed[i]] ^= (uint8_t)(1 << bit);
			accepted += decode(p, sizeof p, &m);
		}
	is_int(accepted, 0);
	rmcp_ping(p, COOKIE, 1);
	ok(!decode(p, RMCP_PING_LEN, &m));	/* our own */
	p[3] = 0x86;
	ok(!decode(p, 4, &m));		/* an acknowledgement */
}

int
main(void)
{
	pings();
	rounds();
	pongs();
	cut_short();
	none();
	return test_done();
}
