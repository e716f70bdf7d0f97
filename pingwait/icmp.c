/* SPDX-License-Identifier: MIT */
/* ICMP echo: see icmp.h. */
#include "lib/wire.h"
#include "pingwait/icmp.h"

enum {
	V4_REPLY = 0, V4_REQUEST = 8,
	V6_REQUEST = 128, V6_REPLY = 129,
	IP_PROTOCOL_ICMP = 1,
	IP_HEADER = 20			/* without options */
};

uint16_t
icmp_checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/*
 * Echo: type code checksum[2] identifier[2] sequence[2], then the payload
 * of ours: cookie[8] host[4] round[4]; all big-endian.
 */
void
icmp_request(uint8_t out[ICMP_ECHO_LEN], enum icmp_form form,
    const struct icmp_echo *m)
{
	struct wr w;
	uint16_t sum = 0;
	int pass;

	for (pass = 0; pass < 2; pass++) {	/* the second with its sum */
		wr_init(&w, out, ICMP_ECHO_LEN);
		wr_u8(&w, form == ICMP_V6 ? V6_REQUEST : V4_REQUEST);
		wr_u8(&w, 0);
		wr_be16(&w, sum);
		wr_be16(&w, m->id);
		wr_be16(&w, (uint16_t)m->round);
		wr_be32(&w, (uint32_t)(m->cookie >> 32));
		wr_be32(&w, (uint32_t)m->cookie);
		wr_be32(&w, m->host);
		wr_be32(&w, m->round);
		if (form == ICMP_V6)
			return;
		sum = icmp_checksum(out, ICMP_ECHO_LEN);
	}
}

/* IPv4 header: version/length, ..., protocol at 9, options after 20. */
static bool
skip_ip(struct rd *r)
{
	uint8_t first = rd_u8(r), protocol;
	size_t len = (size_t)(first & 0xf) * 4;

	rd_bytes(r, 8);
	protocol = rd_u8(r);
	rd_bytes(r, IP_HEADER - 10);
	if (r->bad || first >> 4 != 4 || len < IP_HEADER ||
	    protocol != IP_PROTOCOL_ICMP)
		return false;
	rd_bytes(r, len - IP_HEADER);
	return !r->bad;
}

bool
icmp_reply(const uint8_t *p, size_t n, enum icmp_form form,
    struct icmp_echo *m)
{
	struct icmp_echo got;
	uint8_t type, code;
	uint16_t sequence;
	struct rd r;

	rd_init(&r, p, n);
	if (form == ICMP_V4_IP && !skip_ip(&r))
		return false;
	if (form != ICMP_V6 && icmp_checksum(r.p, r.left) != 0)
		return false;
	type = rd_u8(&r);
	code = rd_u8(&r);
	rd_be16(&r);			/* the checksum: done */
	got.id = rd_be16(&r);
	sequence = rd_be16(&r);
	got.cookie = (uint64_t)rd_be32(&r) << 32;
	got.cookie |= rd_be32(&r);
	got.host = rd_be32(&r);
	got.round = rd_be32(&r);
	if (!rd_end(&r) || code != 0 ||
	    type != (form == ICMP_V6 ? V6_REPLY : V4_REPLY) ||
	    sequence != (uint16_t)got.round)
		return false;
	*m = got;
	return true;
}
