/* SPDX-License-Identifier: MIT */
/*
 * solbench CONTROL-SOCKET BYTES -- COMMAND...: how fast a console program
 * is, whichever it is.  Runs it on a raw pseudo-terminal against an amtsim whose
 * builtin host echoes, and prints name<TAB>value:
 *	start_ms	from exec to the first echo
 *	echo_us, echo_p99_us	a byte typed until it is back
 *	out_kBps	BYTES that the host prints, as they arrive
 *	cpu_s_per_GB	processor time meanwhile
 *	in_kBps		what is typed in one go, until all of it is back
 *	out_lost, in_lost	bytes of these that had not come after five
 *			seconds, or one without any
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define ECHOES 200			/* or fewer, if they take too long */
#define IN_BYTES (64 * 1024)
#define LIMIT_US (5 * 1000000LL)
#define PATIENCE_US (1 * 1000000LL)

static int master;
static pid_t pid;

static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
die(const char *why)
{
	fprintf(stderr, "solbench: %s\n", why);
	(void)kill(pid, SIGKILL);
	exit(1);
}

static void
start(char **argv)
{
	struct termios raw;
	int slave;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1)
		die("no pseudo-terminal");
	(void)tcgetattr(master, &raw);	/* before anything is echoed */
	cfmakeraw(&raw);
	(void)tcsetattr(master, TCSANOW, &raw);
	if ((pid = fork()) == 0) {
		(void)setsid();
		if ((slave = open(ptsname(master), O_RDWR)) == -1)
			_exit(98);
		(void)dup2(slave, 0);
		(void)dup2(slave, 1);
		(void)dup2(slave, 2);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
}

/* Up to n bytes within ms; 0: none. */
static size_t
take(char *p, size_t n, int ms)
{
	struct pollfd f = { master, POLLIN, 0 };
	ssize_t got;

	if (poll(&f, 1, ms) < 1)
		return 0;
	if ((got = read(master, p, n)) <= 0)
		die("the console program has ended");
	return (size_t)got;
}

/* Type a byte; how long until it is back. */
static int64_t
echo(char c, int limit_ms)
{
	int64_t sent = now_us();
	char got[4096];
	size_t n;

	if (write(master, &c, 1) != 1)
		die("typing");
	while (now_us() - sent < (int64_t)limit_ms * 1000) {
		n = take(got, sizeof got, limit_ms);
		if (memchr(got, c, n) != NULL)
			return now_us() - sent;
	}
	return -1;
}

static void
quiet(void)
{
	char got[4096];

	while (take(got, sizeof got, 300) > 0)
		;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
echoes(void)
{
	int64_t us[ECHOES], since = now_us();
	size_t n = 0;

	for (; n < ECHOES && now_us() - since < LIMIT_US; n++)
		if ((us[n] = echo((char)('a' + n % 26), 5000)) == -1)
			die("no echo");
	qsort(us, n, sizeof us[0], compare);
	printf("echo_us\t%lld\necho_p99_us\t%lld\n", (long long)us[n / 2],
	    (long long)us[n * 99 / 100]);
}

/* Processor time of the console program. */
static double
cpu_s(void)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	if ((f = fopen(path, "r")) != NULL) {
		if (fscanf(f, "%llu", &ns) != 1)
			ns = 0;
		(void)fclose(f);
	}
	return (double)ns / 1e9;
}

/*
 * How fast bytes arrive: until there were n, or none for a second, or time
 * is up.  What is typed meanwhile: `left` times x.
 */
static void
flood(const char *name, size_t n, size_t left)
{
	static char text[1024], got[65536];
	struct pollfd f = { .fd = master };
	int64_t since = now_us(), last = since;
	size_t have = 0;
	ssize_t k;

	memset(text, 'x', sizeof text);
	while (have < n && now_us() - last < PATIENCE_US &&
	    now_us() - since < LIMIT_US) {
		f.events = left > 0 ? POLLIN | POLLOUT : POLLIN;
		if (poll(&f, 1, 100) < 1)
			continue;
		if ((f.revents & POLLOUT) && (k = write(master, text,
		    left < sizeof text ? left : sizeof text)) > 0)
			left -= (size_t)k;
		if ((f.revents & POLLIN) &&
		    (k = read(master, got, sizeof got)) > 0) {
			have += (size_t)k;
			last = now_us();
		}
	}
	printf("%s_kBps\t%.0f\n%s_lost\t%zu\n", name, last > since ?
	    (double)have * 1000 / (double)(last - since) : 0.0, name,
	    have < n ? n - have : 0);
}

static void
output(const char *control, const char *bytes)
{
	double before = cpu_s(), size = strtod(bytes, NULL);
	pid_t ctl;

	if ((ctl = fork()) == 0) {
		(void)execlp("amtsim", "amtsim", "--ctl", control,
		    "serial-fill", bytes, NULL);
		_exit(127);
	}
	flood("out", strtoul(bytes, NULL, 10), 0);
	printf("cpu_s_per_GB\t%.2f\n", (cpu_s() - before) * 1e9 / size);
	(void)waitpid(ctl, NULL, 0);
}

int
main(int argc, char **argv)
{
	int64_t began = now_us();

	if (argc < 5 || strcmp(argv[3], "--") != 0) {
		fprintf(stderr, "usage: solbench control bytes -- command...\n");
		return 2;
	}
	start(argv + 4);
	while (echo('~', 20) == -1)
		if (now_us() - began > LIMIT_US)
			die("no echo");
	printf("start_ms\t%lld\n", (long long)((now_us() - began) / 1000));
	quiet();
	echoes();
	output(argv[1], argv[2]);
	quiet();
	(void)fcntl(master, F_SETFL, O_NONBLOCK);
	flood("in", IN_BYTES, IN_BYTES);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	return 0;
}
