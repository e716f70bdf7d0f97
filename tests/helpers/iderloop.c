/* SPDX-License-Identifier: MIT */
/*
 * The least that serves a CD over storage redirection, as a measure of what
 * the network and the device allow: iderloop HOST IMAGE.  Clear-text login
 * (password of admin in AMT_PASSWORD), then READ(10) by sendfile() behind a
 * header, READ CAPACITY, and "good" to everything else.  Checks nothing.
 */
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int peer, image;
static uint32_t seq;
static size_t chunk;

static void
fail(const char *what)
{
	perror(what);
	exit(4);
}

static void
out(const void *p, size_t n, int flags)
{
	if (send(peer, p, n, flags) != (ssize_t)n)
		fail("send");
}

static void
in(void *p, size_t n)
{
	if (recv(peer, p, n, MSG_WAITALL) != (ssize_t)n)
		fail("recv");
}

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static void
log_in(void)
{
	const char *password = getenv("AMT_PASSWORD");
	uint8_t m[300] = "\x13\0\0\0\1\0\0\0\0\5admin", reply[30];
	size_t n = password != NULL ? strlen(password) : 0;

	if (n > 200)
		exit(2);
	out("\x10\0\0\0IDER", 8, 0);
	in(reply, 13);
	m[5] = (uint8_t)(7 + n);
	m[15] = (uint8_t)n;
	memcpy(m + 16, password, n);
	out(m, 16 + n, 0);
	in(reply, 9);
	if (reply[1] != 0)
		exit(5);
	out("\x40\0\0\0\0\0\0\0\x30\x75\0\0\x20\x4e\1\0\0\0", 18, 0);
	in(reply, 30);
	chunk = reply[16] | (size_t)reply[17] << 8;
	out("\x48\0\0\0\1\0\0\0\3\x19\0\0\0", 13, 0);
	in(reply, 13);
	seq = 2;
}

/* The header of n bytes of data. */
static void
header(const uint8_t *command, size_t n, int last)
{
	uint8_t m[34] = { 0x54 };
	int dma = command[9] & 1;

	m[3] = (uint8_t)(dma | (last ? 2 : 0));
	put32(m + 4, seq++);
	m[9] = (uint8_t)n;
	m[10] = (uint8_t)(n >> 8);
	m[12] = dma ? 0xb4 : 0xb5;
	m[14] = 2;
	if (!dma)
		memcpy(m + 16, m + 9, 2);
	m[18] = command[14];
	m[19] = 0x58;
	if (last) {
		memcpy(m + 20, "\x85\0\3", 3);
		m[26] = command[14];
		m[27] = 0x50;
	}
	out(m, sizeof m, MSG_MORE);
}

static void
read_blocks(const uint8_t *c)
{
	const uint8_t *cdb = c + 16;
	off_t at = (off_t)((uint32_t)cdb[2] << 24 | cdb[3] << 16 |
	    cdb[4] << 8 | cdb[5]) * 2048;
	size_t left = (size_t)(cdb[7] << 8 | cdb[8]) * 2048, n, done;
	ssize_t k;

	for (; left > 0; left -= n) {
		n = left < chunk ? left : chunk;
		header(c, n, n == left);
		for (done = 0; done < n; done += (size_t)k)
			if ((k = sendfile(peer, image, &at, n - done)) <= 0)
				fail("sendfile");
	}
}

static void
answer(const uint8_t *c, uint32_t blocks)
{
	uint8_t m[31] = { 0x51, 0, 0, 2 }, capacity[8] = { 0 };
	uint32_t last = htonl(blocks - 1);

	if (c[14] & 0x10 && c[16] == 0x28) {
		read_blocks(c);
		return;
	}
	if (c[14] & 0x10 && c[16] == 0x25) {
		memcpy(capacity, &last, 4);
		capacity[6] = 8;
		header(c, 8, 1);
		out(capacity, 8, 0);
		return;
	}
	put32(m + 4, seq++);
	m[20] = 0xc5;
	m[22] = 3;
	m[26] = c[14];
	m[27] = 0x50;
	out(m, sizeof m, 0);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(16994) };
	uint8_t m[28];
	struct stat st;
	int one = 1;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &a.sin_addr) != 1)
		return 2;
	image = open(argv[2], O_RDONLY);
	peer = socket(AF_INET, SOCK_STREAM, 0);
	if (image == -1 || fstat(image, &st) == -1 || peer == -1 ||
	    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
	    connect(peer, (struct sockaddr *)&a, sizeof a) == -1)
		fail(argv[2]);
	log_in();
	for (;;) {
		in(m, 8);
		if (m[0] == 0x50) {
			in(m + 8, 20);
			answer(m, (uint32_t)(st.st_size / 2048));
		} else if (m[0] == 0x46) {
			in(m + 8, 1);
			m[0] = 0x47;
			put32(m + 4, seq++);
			out(m, 8, 0);
		} else if (m[0] != 0x4b) {
			return 0;	/* closed, or something new */
		}
	}
}
