/* SPDX-License-Identifier: MIT */
/*
 * solsmallest HOST: the least that is a serial console over redirection, as
 * the limit for benchmarks: connect, log in (AMT_PASSWORD), then copy bytes
 * between the messages and standard input and output, blocking.  No
 * terminal, no TLS, no heartbeats, no errors worth a sentence.
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"

static const uint8_t start_sol[24] = { 0x20, [8] = 0x00, 0x10, 10, 0, 0, 0,
	0x10, 0x27, 0, 0, 0x88, 0x13 };
static struct buf in, out;
static int fd;

static void
must(int good)
{
	if (!good)
		exit(1);
}

static void
send_all(void)
{
	ssize_t n;

	for (; out.len > 0; buf_drop(&out, (size_t)n))
		must((n = write(fd, out.data, out.len)) > 0);
}

static void
receive(void)
{
	struct err e;
	uint8_t *room = buf_room(&in, 65536, &e);
	ssize_t n = 0;

	must(room != NULL && (n = read(fd, room, 65536)) > 0);
	buf_grew(&in, (size_t)n);
}

static void
log_in(const char *host)
{
	struct redir_login l = { .service = REDIR_SOL, .host = host,
		.user = "admin", .password = getenv("AMT_PASSWORD"),
		.cnonce = "0123456789abcdef0123456789abcdef" };
	struct err e;
	int rc;

	must(l.password != NULL && redir_login_begin(&l, &out, &e) == 0);
	do {
		send_all();
		receive();
		must((rc = redir_login_step(&l, &in, &out, &e)) != -1);
	} while (rc == 0);
	must(buf_add(&out, start_sol, sizeof start_sol, &e) == 0);
	send_all();
}

/* Whole messages: print what is data. */
static void
show(void)
{
	const uint8_t *p;
	int n;

	while ((n = redir_frame(REDIR_SOL, REDIR_DEVICE, in.data, in.len)) >
	    0) {
		p = in.data;
		if (p[0] == 0x2a)
			must(write(STDOUT_FILENO, p + 10, (size_t)n - 10) ==
			    n - 10);
		buf_drop(&in, (size_t)n);
	}
}

static void
type(void)
{
	uint8_t m[10 + 256] = { 0x28 };
	ssize_t n = read(STDIN_FILENO, m + 10, 256);
	struct err e;

	must(n > 0);
	m[8] = (uint8_t)n;
	m[9] = (uint8_t)(n >> 8);
	must(buf_add(&out, m, 10 + (size_t)n, &e) == 0);
	send_all();
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(16994) };
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN } };
	int one = 1;

	must(argc == 2 && inet_pton(AF_INET, argv[1], &a.sin_addr) == 1);
	buf_init(&in, 1 << 18);
	buf_init(&out, 1 << 16);
	fd = p[1].fd = socket(AF_INET, SOCK_STREAM, 0);
	p[1].events = POLLIN;
	must(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	log_in(argv[1]);
	for (show(); poll(p, 2, -1) > 0; show()) {
		if (p[1].revents != 0)
			receive();
		if (p[0].revents != 0)
			type();
	}
	return 1;
}
