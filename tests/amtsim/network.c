/* SPDX-License-Identifier: MIT */
/*
 * Who answers a ping.  amtsim is no IP stack: in a network namespace of its
 * own it sets the kernel's echo replies and their TTL.  While an operating
 * system runs, it answers, with TTL 64; otherwise the management engine
 * does, with 255, if PingResponseEnabled; while the port changes hands
 * between the two, nobody.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/log.h"
#include "sim.h"

static const char *
who(const struct sim *sim)
{
	const struct model *m = &sim->model;

	if (!m->plugged || sim->os_gap)
		return "nobody";
	if (m->power == HOST_ON && !sim->os_boots)
		return "os";
	return m->ping && m->network_enabled && model_link(m) ? "me" :
	    "nobody";
}

static void
put(const char *path, int value)
{
	char text[16];
	int fd, n = snprintf(text, sizeof text, "%d", value);

	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) == -1 ||
	    write(fd, text, (size_t)n) != n)
		log_debug("%s: not set", path);
	if (fd != -1)
		(void)close(fd);
}

static void
put_hop_limits(int ttl)
{
	char path[300];
	struct dirent *d;
	DIR *dir;

	if ((dir = opendir("/proc/sys/net/ipv6/conf")) == NULL)
		return;			/* no IPv6 here */
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path,
		    "/proc/sys/net/ipv6/conf/%s/hop_limit", d->d_name);
		put(path, ttl);
	}
	(void)closedir(dir);
}

void
sim_network_changed(struct sim *sim)
{
	const char *now = who(sim);
	int ttl = strcmp(now, "me") == 0 ? 255 : 64;
	int silent = strcmp(now, "nobody") == 0;

	if (sim->responder != NULL && strcmp(sim->responder, now) == 0)
		return;
	sim->responder = now;
	if (!sim->own_network)
		return;
	put("/proc/sys/net/ipv4/icmp_echo_ignore_all", silent);
	put("/proc/sys/net/ipv6/icmp/echo_ignore_all", silent);
	put("/proc/sys/net/ipv4/ip_default_ttl", ttl);
	put_hop_limits(ttl);
}
