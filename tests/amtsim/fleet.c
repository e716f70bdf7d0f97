/* SPDX-License-Identifier: MIT */
/* See fleet.h. */
#include <arpa/inet.h>
#include <sys/resource.h>

#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "fleet.h"

static int
take_addresses(struct sim *first, size_t n, struct err *e)
{
	const char *text = first->naddresses == 0 ? FLEET_ADDRESS :
	    first->addresses[0];
	struct in_addr a;
	uint32_t base;
	size_t i;

	if (first->naddresses > 1 || first->local_address != NULL ||
	    inet_pton(AF_INET, text, &a) != 1)
		return err_set(e, ERR_USAGE, "--fleet: one IPv4 --address, "
		    "that of the first device, and no --local-address");
	base = ntohl(a.s_addr);
	for (i = 0; i < n; i++) {
		struct sim *sim = first->fleet[i];

		a.s_addr = htonl(base + (uint32_t)i);
		(void)inet_ntop(AF_INET, &a, sim->own_address,
		    sizeof sim->own_address);
		sim->addresses[0] = sim->own_address;
		sim->naddresses = 1;
		sim->number = i + 1;
	}
	return 0;
}

/* Some descriptors for each, and those of their connections. */
static void
raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

int
fleet_new(struct sim *first, size_t n, struct err *e)
{
	size_t want = n == 0 ? 1 : n;
	struct sim *sim;

	if ((first->fleet = calloc(want, sizeof *first->fleet)) == NULL)
		return err_sys(e, ERR_LOCAL, "a fleet of %zu", want);
	first->fleet[first->nfleet++] = first;
	while (first->nfleet < want) {
		if ((sim = malloc(sizeof *sim)) == NULL)
			return err_sys(e, ERR_LOCAL, "a fleet of %zu", want);
		*sim = *first;
		sim->fleet = NULL;
		sim->own_network = false;
		sim->seed_state += first->nfleet;
		first->fleet[first->nfleet++] = sim;
	}
	if (n == 0)
		return 0;
	raise_limit();
	return take_addresses(first, n, e);
}

void
fleet_free(struct sim *first)
{
	while (first->nfleet > 1)
		free(first->fleet[--first->nfleet]);
	free(first->fleet);
	first->fleet = NULL;
	first->nfleet = 0;
}

struct sim *
fleet_find(const struct sim *first, const char *number)
{
	char *end;
	unsigned long n = strtoul(number, &end, 10);

	if (end == number || *end != '\0' || n == 0 || n > first->nfleet)
		return NULL;
	return first->fleet[n - 1];
}
