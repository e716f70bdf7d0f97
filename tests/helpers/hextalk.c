/* SPDX-License-Identifier: MIT */
/*
 * A peer that says exactly what it is told: hextalk HOST PORT, and on
 * standard input lines of
 *	> 10 00 "SOL " ..	send these bytes
 *	< 11 .. 00 ..		expect them; ".." is any byte
 *	<? 2a			skip bytes until this one comes
 *	quiet MS		nothing comes for so long
 *	since MS		at least so long ago was the last line of ">"
 *	read N			one read brings N bytes, not more, not less
 *	eof			the peer closes (a reset counts)
 *	reset			close with a reset, as a lost client
 * The first line that does not hold is printed, with what came: exit 1.
 */
#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BYTES_MAX 65536
#define WAIT_MS 60000

enum { ANY = 256 };

static int fd;
static uint8_t last[BYTES_MAX];		/* what came for this line */
static size_t nlast;
static int64_t sent_ms;			/* the last ">" */

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
dial(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *ai;
	int rc = -1;

	if (getaddrinfo(host, port, &hints, &ai) != 0)
		return -1;
	if ((fd = socket(ai->ai_family, SOCK_STREAM, 0)) != -1)
		rc = connect(fd, ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(ai);
	return rc;
}

/* Hex pairs, ".." and "text" to numbers; -1 on anything else. */
static int
parse(const char *s, int *out)
{
	int n = 0, used;
	unsigned byte;

	while (*(s += strspn(s, " \t\n")) != '\0' && n < BYTES_MAX) {
		if (*s == '"') {
			for (s++; *s != '"' && *s != '\0'; s++)
				out[n++] = (uint8_t)*s;
			if (*s++ != '"')
				return -1;
		} else if (strncmp(s, "..", 2) == 0) {
			out[n++] = ANY;
			s += 2;
		} else if (sscanf(s, "%2x%n", &byte, &used) == 1 &&
		    used == 2) {
			out[n++] = (int)byte;
			s += 2;
		} else
			return -1;
	}
	return n;
}

/* At most n bytes within ms; 0: closed; -1: nothing came. */
static ssize_t
get(uint8_t *p, size_t n, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t r;

	if (poll(&pfd, 1, ms) != 1)
		return -1;
	r = recv(fd, p, n, 0);
	return r < 0 ? 0 : r;
}

static int
expect(const int *want, int n)
{
	ssize_t r;

	for (nlast = 0; nlast < (size_t)n; nlast += (size_t)r)
		if ((r = get(last + nlast, (size_t)n - nlast, WAIT_MS)) <= 0)
			return -1;
	for (int i = 0; i < n; i++)
		if (want[i] != ANY && want[i] != last[i])
			return -1;
	return 0;
}

static int
skip_until(int want)
{
	for (nlast = 0; nlast < BYTES_MAX; nlast++) {
		if (get(last + nlast, 1, WAIT_MS) != 1)
			return -1;
		if (last[nlast] == want)
			return 0;
	}
	return -1;
}

static int
send_all(const int *bytes, int n)
{
	static uint8_t out[BYTES_MAX];

	for (int i = 0; i < n; i++)
		out[i] = (uint8_t)bytes[i];
	sent_ms = now_ms();
	return send(fd, out, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -1;
}

static int
reset(void)
{
	struct linger l = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
	return close(fd);
}

static int
obey(const char *line)
{
	static int bytes[BYTES_MAX];
	ssize_t r;
	int n;

	nlast = 0;
	if (strncmp(line, "quiet ", 6) == 0) {
		r = get(last, sizeof last, atoi(line + 6));
		nlast = r > 0 ? (size_t)r : 0;
		return r == -1 ? 0 : -1;
	}
	if (strncmp(line, "since ", 6) == 0)
		return now_ms() - sent_ms >= atoi(line + 6) ? 0 : -1;
	if (strncmp(line, "read ", 5) == 0) {
		r = get(last, sizeof last, WAIT_MS);
		nlast = r > 0 ? (size_t)r : 0;
		return r == atoi(line + 5) ? 0 : -1;
	}
	if (strncmp(line, "eof", 3) == 0) {
		r = get(last, sizeof last, WAIT_MS);
		nlast = r > 0 ? (size_t)r : 0;
		return r == 0 ? 0 : -1;
	}
	if (strncmp(line, "reset", 5) == 0)
		return reset();
	if (strncmp(line, "<? ", 3) == 0)
		return parse(line + 3, bytes) == 1 ? skip_until(bytes[0]) :
		    -1;
	if ((line[0] != '<' && line[0] != '>') ||
	    (n = parse(line + 1, bytes)) < 0)
		return -1;
	return line[0] == '<' ? expect(bytes, n) : send_all(bytes, n);
}

int
main(int argc, char **argv)
{
	static char line[BYTES_MAX];
	size_t i;

	if (argc != 3)
		return 2;
	if (dial(argv[1], argv[2]) == -1) {
		fprintf(stderr, "hextalk: %s %s: %s\n", argv[1], argv[2],
		    strerror(errno));
		return 4;
	}
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (obey(line) == 0)
			continue;
		printf("does not hold: %scame:", line);
		for (i = 0; i < nlast && i < 256; i++)
			printf(" %02x", last[i]);
		printf("\n");
		return 1;
	}
	return 0;
}
