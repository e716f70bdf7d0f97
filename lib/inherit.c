/* SPDX-License-Identifier: MIT */
/* What a process inherits: see inherit.h. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "lib/inherit.h"

/* Reading what was closed ends at once, writing is an error. */
static void
fill_standard_files(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDONLY)) != -1 && fd <= STDERR_FILENO)
		;
	if (fd != -1)
		(void)close(fd);
}

/* systemd and many an interpreter ignore it, and so would we. */
static void
hear_of_closed_pipes(void)
{
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	(void)signal(SIGPIPE, SIG_DFL);		/* neither can fail */
	(void)sigprocmask(SIG_UNBLOCK, &pipe, NULL);
}

void
inherit_mend(void)
{
	fill_standard_files();
	hear_of_closed_pipes();
}
