/* SPDX-License-Identifier: MIT */
/*
 * How long a program takes to see a change, and what it costs:
 *	updelay MS FILE VALUE COMMAND...
 * starts COMMAND, writes VALUE to FILE after MS, waits for its end, and
 * prints the milliseconds between the last two and those of processor time.
 * Its output goes to standard error.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double
ms(const struct timeval *t)
{
	return (double)t->tv_sec * 1e3 + (double)t->tv_usec / 1e3;
}

int
main(int argc, char **argv)
{
	int fd = argc > 4 ? open(argv[2], O_WRONLY) : -1, status;
	long wait_ms = fd != -1 ? strtol(argv[1], NULL, 10) : 0;
	struct timespec wait = { wait_ms / 1000, wait_ms % 1000 * 1000000 };
	struct rusage used;
	double start;
	pid_t pid;

	if (fd == -1 || (pid = fork()) == -1) {
		perror("updelay");
		return 3;
	}
	if (pid == 0) {
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execvp(argv[4], argv + 4);
		perror(argv[4]);
		_exit(127);
	}
	(void)nanosleep(&wait, NULL);
	if (write(fd, argv[3], strlen(argv[3])) == -1)
		perror(argv[2]);
	start = now_ms();
	if (wait4(pid, &status, 0, &used) == -1) {
		perror("updelay");
		return 3;
	}
	printf("%.1f %.1f\n", now_ms() - start,
	    ms(&used.ru_utime) + ms(&used.ru_stime));
	return 0;
}
