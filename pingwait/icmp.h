/* SPDX-License-Identifier: MIT */
/*
 * ICMP echo, both versions (RFC 792, RFC 4443): the requests we send and the
 * replies to them.  What a reply must bring back says which host and which
 * round it belongs to, and a cookie that nobody can guess says that it is
 * one of ours.  Everything else that arrives is not a reply.
 */
#ifndef PINGWAIT_ICMP_H
#define PINGWAIT_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_ECHO_LEN 24		/* header and payload */

struct icmp_echo {
	uint16_t id;			/* of our socket */
	uint64_t cookie;
	uint32_t host;			/* index */
	uint32_t round;			/* its low half: sequence number */
};

/* ICMP_V4_IP: a raw IPv4 socket, which gives the IP header too. */
enum icmp_form { ICMP_V4, ICMP_V4_IP, ICMP_V6 };

/* For IPv6 the kernel fills the checksum in. */
void icmp_request(uint8_t out[ICMP_ECHO_LEN], enum icmp_form form,
    const struct icmp_echo *m);
/* Whether p[0..n) is a whole and sound echo reply of our making; then *m. */
bool icmp_reply(const uint8_t *p, size_t n, enum icmp_form form,
    struct icmp_echo *m);
/* One's complement sum (RFC 1071), 0 over bytes that hold theirs. */
uint16_t icmp_checksum(const uint8_t *p, size_t n);

#endif
