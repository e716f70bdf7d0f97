/* SPDX-License-Identifier: MIT */
/* objects: pingwait/icmp */
/* ICMP echo: known sums, requests byte for byte, replies and what is none. */
#include <stdlib.h>

#include "pingwait/icmp.h"
#include "tests/unit/test.h"

static const struct icmp_echo sample = {
	.id = 0x1234, .cookie = 0x0123456789abcdef, .host = 0x00010203,
	.round = 0x0001fffe
};

/* Its sum is from another implementation. */
static const uint8_t request_v4[ICMP_ECHO_LEN] = {
	0x08, 0x00, 0x45, 0xa3, 0x12, 0x34, 0xff, 0xfe,
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
	0x00, 0x01, 0x02, 0x03, 0x00, 0x01, 0xff, 0xfe
};

static void
sums(void)
{
	/* the example of RFC 1071: sum ddf2, so its complement */
	static const uint8_t rfc[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5,
	    0xf6, 0xf7 };
	static const uint8_t odd[] = { 0x01, 0x02, 0x03 };
	uint8_t ones[70000];

	is_int(icmp_checksum(rfc, sizeof rfc), 0x220d);
	is_int(icmp_checksum(odd, sizeof odd), (uint16_t)~0x0402);
	is_int(icmp_checksum(NULL, 0), 0xffff);
	memset(ones, 0xff, sizeof ones);
	is_int(icmp_checksum(ones, sizeof ones), 0);
}

static void
requests(void)
{
	uint8_t p[ICMP_ECHO_LEN], v6[ICMP_ECHO_LEN];

	icmp_request(p, ICMP_V4, &sample);
	is_mem(p, sizeof p, request_v4, sizeof request_v4);
	is_int(icmp_checksum(p, sizeof p), 0);
	icmp_request(p, ICMP_V4_IP, &sample);
	is_mem(p, sizeof p, request_v4, sizeof request_v4);

	memcpy(v6, request_v4, sizeof v6);
	v6[0] = 128;
	v6[2] = v6[3] = 0;		/* the kernel's */
	icmp_request(p, ICMP_V6, &sample);
	is_mem(p, sizeof p, v6, sizeof v6);
}

static void
make_reply(uint8_t p[ICMP_ECHO_LEN], enum icmp_form form)
{
	uint16_t sum;

	icmp_request(p, form, &sample);
	p[0] = form == ICMP_V6 ? 129 : 0;
	p[2] = p[3] = 0;
	if (form == ICMP_V6)
		return;
	sum = icmp_checksum(p, ICMP_ECHO_LEN);
	p[2] = (uint8_t)(sum >> 8);
	p[3] = (uint8_t)sum;
}

/* Decodes from a copy of its own size, so that ASan sees one byte too far. */
static bool
decode(const uint8_t *p, size_t n, enum icmp_form form, struct icmp_echo *m)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	bool good;

	if (copy == NULL)
		abort();
	memcpy(copy, p, n);
	good = icmp_reply(copy, n, form, m);
	free(copy);
	return good;
}

static void
replies(enum icmp_form form)
{
	uint8_t p[ICMP_ECHO_LEN + 1] = { 0 };
	struct icmp_echo m = { 0 };
	int accepted = 0;
	size_t i;

	make_reply(p, form);
	ok(decode(p, ICMP_ECHO_LEN, form, &m));
	is_int(m.id, sample.id);
	ok(m.cookie == sample.cookie);
	is_int(m.host, sample.host);
	is_int(m.round, sample.round);
	for (i = 0; i < ICMP_ECHO_LEN; i++)
		accepted += decode(p, i, form, &m);
	is_int(accepted, 0);		/* no truncation */
	ok(!decode(p, ICMP_ECHO_LEN + 1, form, &m));
	icmp_request(p, form, &sample);
	ok(!decode(p, ICMP_ECHO_LEN, form, &m));	/* our own request */
}

static void
flipped_bits(void)
{
	uint8_t p[ICMP_ECHO_LEN];
	struct icmp_echo m;
	int bit, accepted = 0;

	for (bit = 0; bit < ICMP_ECHO_LEN * 8; bit++) {
		make_reply(p, ICMP_V4);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		accepted += decode(p, sizeof p, ICMP_V4, &m);
	}
	is_int(accepted, 0);		/* the checksum sees each */

	make_reply(p, ICMP_V6);
	p[1] = 1;
	ok(!decode(p, sizeof p, ICMP_V6, &m));	/* code */
	make_reply(p, ICMP_V6);
	p[7]++;
	ok(!decode(p, sizeof p, ICMP_V6, &m));	/* sequence is not round */
	make_reply(p, ICMP_V6);
	p[0] = 0;
	ok(!decode(p, sizeof p, ICMP_V6, &m));	/* the other version's type */
}

static void
ip_headers(void)
{
	uint8_t p[60 + ICMP_ECHO_LEN] = { 0 };
	struct icmp_echo m;
	size_t words, i, n;
	int accepted = 0;

	for (words = 5; words <= 15; words++) {
		memset(p, 0, sizeof p);
		p[0] = (uint8_t)(0x40 | words);
		p[9] = 1;
		make_reply(p + words * 4, ICMP_V4_IP);
		n = words * 4 + ICMP_ECHO_LEN;
		ok(decode(p, n, ICMP_V4_IP, &m) && m.id == sample.id);
		for (i = 0; i < n; i++)
			accepted += decode(p, i, ICMP_V4_IP, &m);
	}
	is_int(accepted, 0);
	n = 60 + ICMP_ECHO_LEN;
	p[9] = 17;
	ok(!decode(p, n, ICMP_V4_IP, &m));	/* UDP */
	p[9] = 1;
	p[0] = 0x6f;
	ok(!decode(p, n, ICMP_V4_IP, &m));	/* not version 4 */
	p[0] = 0x44;
	ok(!decode(p, n, ICMP_V4_IP, &m));	/* a header of 16 bytes */
}

int
main(void)
{
	sums();
	requests();
	replies(ICMP_V4);
	replies(ICMP_V6);
	flipped_bits();
	ip_headers();
	return test_done();
}
