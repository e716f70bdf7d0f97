/* SPDX-License-Identifier: MIT */
/*
 * A relay that cuts the line at a chosen message:
 *
 *	cut-relay FROM-PORT TO-PORT PATTERN before|after|middle COUNT
 *
 * The first COUNT times that a client sends PATTERN the connection ends:
 * before the other side gets it, after it got it and at its answer's first
 * byte, or in the middle of that answer.  On 127.0.0.1.
 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *pattern, *when;
static int *left;			/* shared by all connections */

static struct sockaddr_in
local(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)atoi(port)),
	};
}

static void
put(int fd, const char *p, ssize_t n)
{
	ssize_t k;

	for (; n > 0; p += k, n -= k)
		if ((k = send(fd, p, (size_t)n, MSG_NOSIGNAL)) <= 0)
			_exit(0);
}

static void
relay(int client, int server)
{
	struct pollfd p[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
	static char data[1 << 16];
	int cut = 0;
	ssize_t n;

	for (;;) {
		if (poll(p, 2, -1) == -1)
			_exit(1);
		if (p[0].revents != 0) {
			if ((n = recv(client, data, sizeof data, 0)) <= 0)
				_exit(0);
			if (memmem(data, (size_t)n, pattern, strlen(pattern)) !=
			    NULL && __atomic_fetch_sub(left, 1,
			    __ATOMIC_SEQ_CST) > 0)
				cut = 1;
			if (cut && strcmp(when, "before") == 0)
				_exit(0);
			put(server, data, n);
		}
		if (p[1].revents != 0) {
			if ((n = recv(server, data, sizeof data, 0)) <= 0)
				_exit(0);
			if (cut && strcmp(when, "after") == 0)
				_exit(0);
			put(client, data, cut ? n / 2 : n);
			if (cut)
				_exit(0);
		}
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in from, to;
	int listener, client, server, on = 1;

	if (argc != 6)
		errx(2, "FROM-PORT TO-PORT PATTERN before|after|middle COUNT");
	from = local(argv[1]);
	to = local(argv[2]);
	pattern = argv[3];
	when = argv[4];
	left = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (left == MAP_FAILED)
		err(1, "mmap");
	*left = atoi(argv[5]);
	(void)signal(SIGCHLD, SIG_IGN);
	if ((listener = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
	    bind(listener, (struct sockaddr *)&from, sizeof from) == -1 ||
	    listen(listener, 16) == -1)
		err(1, "port %s", argv[1]);
	while ((client = accept(listener, NULL, NULL)) != -1) {
		if (fork() == 0) {
			if ((server = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
			    connect(server, (struct sockaddr *)&to,
			    sizeof to) == -1)
				err(1, "port %s", argv[2]);
			relay(client, server);
		}
		(void)close(client);
	}
	return 1;
}
