/* SPDX-License-Identifier: MIT */
/*
 * Answers pings of 10.0.0.0/8 addresses of this machine as told, while the
 * kernel does not (icmp_echo_ignore_all): icmp-peer WAY...; each request
 * gets one reply in each way.  "sent WAY" is printed the third time.  Needs
 * CAP_NET_RAW.  Shares no code with pingwait.  The way "late" answers the
 * request before the last; "unreachable" is a router's error.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER 20			/* of IP, without options */
#define ICMP_MAX 1024

static uint16_t
sum(const uint8_t *p, size_t n)
{
	uint32_t s = 0;
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		s += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (n % 2 != 0)
		s += (uint32_t)p[n - 1] << 8;
	while (s > 0xffff)
		s = s % 0x10000 + s / 0x10000;
	return (uint16_t)~s;
}

/* Spoil the reply p[0..n) in one way; its new length. */
static size_t
spoil(const char *way, uint8_t *p, size_t n)
{
	if (strcmp(way, "id") == 0)
		p[5]++;
	else if (strcmp(way, "sequence") == 0)
		p[7]++;
	else if (strcmp(way, "future") == 0)
		p[6]++, p[n - 2]++;	/* the round 256 after it: not sent yet */
	else if (strcmp(way, "cookie") == 0)
		p[8]++;
	else if (strcmp(way, "host") == 0)
		p[16] ^= 0x80;
	else if (strcmp(way, "code") == 0)
		p[1] = 1;
	else if (strcmp(way, "short") == 0)
		n -= 4;
	else if (strcmp(way, "long") == 0)
		p[n] = p[n + 1] = 0, n += 2;
	else if (strcmp(way, "bare") == 0)
		n = 8;
	return n;
}

/* No route to the host: type 3, code 1, four unused bytes, what was sent. */
static size_t
unreachable(uint8_t *p, const uint8_t *packet, size_t n)
{
	memset(p, 0, 8);
	p[0] = 3;
	p[1] = 1;
	memcpy(p + 8, packet, HEADER + n);
	return 8 + HEADER + n;
}

/* From the address that was pinged, or from a stranger's. */
static void
reply(const char *way, const uint8_t *packet, size_t n)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	uint8_t p[HEADER + ICMP_MAX + 8];
	uint16_t s;

	memcpy(&to.sin_addr, packet + 12, 4);
	memcpy(&from.sin_addr, packet + 16, 4);
	if (strcmp(way, "source") == 0 || strcmp(way, "unreachable") == 0)
		from.sin_addr.s_addr = htonl(0x7f000002);
	if (strcmp(way, "unreachable") == 0) {
		n = unreachable(p, packet, n);
	} else {
		memcpy(p, packet + HEADER, n);
		p[0] = 0;		/* a reply */
		n = spoil(way, p, n);
	}
	p[2] = p[3] = 0;
	s = sum(p, n);
	if (strcmp(way, "checksum") == 0)
		s ^= 0x0101;
	p[2] = (uint8_t)(s >> 8);
	p[3] = (uint8_t)s;
	if (fd == -1 || bind(fd, (struct sockaddr *)&from, sizeof from) == -1 ||
	    sendto(fd, p, n, 0, (struct sockaddr *)&to, sizeof to) == -1) {
		perror("icmp-peer: reply");
		exit(1);
	}
	(void)close(fd);
}

int
main(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), i, requests = 0;
	uint8_t p[HEADER + ICMP_MAX], before[sizeof p] = { 0 };
	ssize_t n, nbefore = 0;

	if (fd == -1) {
		perror("icmp-peer");
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	while ((n = recv(fd, p, sizeof p, 0)) != -1) {
		if (n < HEADER + 8 || p[0] != 0x45 || p[HEADER] != 8 ||
		    p[16] != 10)
			continue;
		requests++;
		for (i = 1; i < argc; i++) {
			if (strcmp(argv[i], "late") != 0)
				reply(argv[i], p, (size_t)n - HEADER);
			else if (requests > 1)
				reply(argv[i], before, (size_t)nbefore - HEADER);
			if (requests == 3)
				printf("sent %s\n", argv[i]);
		}
		fflush(stdout);
		memcpy(before, p, (size_t)n);
		nbefore = n;
	}
	return 0;
}
