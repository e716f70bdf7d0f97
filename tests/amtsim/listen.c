/* SPDX-License-Identifier: MIT */
/*
 * The TCP ports: which there are, which are open now, and who serves them.
 * A port is open while one side of the machine wants it; a connection from
 * the side that does not is reset.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include <linux/filter.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/log.h"
#include "door.h"
#include "fault.h"

#define BACKLOG 64
#define ADDRESSES_MAX 9
#define NPORTS (sizeof ports / sizeof ports[0])

static const struct {
	uint16_t port;
	bool tls;
	enum door door;
} ports[] = {
	{ 623, false, DOOR_WSMAN }, { 664, true, DOOR_WSMAN },
	{ 16992, false, DOOR_WSMAN }, { 16993, true, DOOR_WSMAN },
	{ 16994, false, DOOR_REDIRECTION }, { 16995, true, DOOR_REDIRECTION },
};

struct listener {
	struct sim *sim;
	size_t row;			/* of ports */
	int fd;				/* -1: closed */
	struct loop_watch *watch;
};

struct door_listeners {
	struct sockaddr_storage address[ADDRESSES_MAX];
	bool may_lack[ADDRESSES_MAX];	/* not asked for by name */
	size_t n;
	struct listener all[ADDRESSES_MAX][NPORTS];
};

static bool
wanted(const struct model *m, size_t row, enum side side)
{
	const struct tls_side *t = &m->tls[side];

	if (!m->plugged || m->restarting || !m->provisioned || (side ==
	    SIDE_NETWORK && (!m->network_enabled || !model_link(m))))
		return false;
	if (ports[row].door == DOOR_REDIRECTION && !m->listener_enabled)
		return false;
	if (ports[row].tls)
		return t->enabled;
	return (m->profile->plain_ports || side == SIDE_LOCAL) &&
	    (!t->enabled || t->accept_plain);
}

static bool
is_local(const struct sim *sim, int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	char text[80], *host = text;
	size_t n;

	if (sim->local_address == NULL ||
	    getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		return false;
	door_text(&ss, text, sizeof text);
	if (*host == '[')
		host++;
	n = strlen(sim->local_address);
	return strncmp(host, sim->local_address, n) == 0 &&
	    host[n] == (host == text ? ':' : ']');
}

static void
on_accept(void *arg, short revents)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct listener *l = arg;
	struct sim *sim = l->sim;
	gnutls_session_t tls = NULL;
	struct err e;
	bool local;
	int fd;

	(void)revents;
	if ((fd = accept4(l->fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC)) == -1)
		return;
	local = is_local(sim, fd);
	if (!wanted(&sim->model, l->row, local ? SIDE_LOCAL : SIDE_NETWORK) ||
	    (ports[l->row].tls && (tls = cred_session(sim,
	    local ? SIDE_LOCAL : SIDE_NETWORK, &e)) == NULL)) {
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset,
		    sizeof reset);
		(void)close(fd);
		return;
	}
	door_accept(sim, fd, tls, ports[l->row].door, local,
	    ports[l->row].door == DOOR_WSMAN ? http_serve : redir_serve);
}

static void
port_close(struct listener *l)
{
	loop_unwatch(l->watch);
	l->watch = NULL;
	if (l->fd != -1)
		(void)close(l->fd);
	l->fd = -1;
}

/* As a firewall on the way would: what comes for the port is dropped. */
static void
port_filter(const struct listener *l)
{
	struct sock_filter drop = { .code = BPF_RET | BPF_K, .k = 0 };
	struct sock_fprog program = { .len = 1, .filter = &drop };
	int none = 0;

	if (l->fd == -1)
		return;
	if (fault_bytes(l->sim, "filtered", ports[l->row].door,
	    ports[l->row].port, 0) != 0)
		(void)setsockopt(l->fd, SOL_SOCKET, SO_ATTACH_FILTER,
		    &program, sizeof program);
	else
		(void)setsockopt(l->fd, SOL_SOCKET, SO_DETACH_FILTER, &none,
		    sizeof none);
}

static int
port_open(struct listener *l, const struct sockaddr_storage *address,
    struct err *e)
{
	struct sockaddr_storage ss = *address;
	uint16_t port = ports[l->row].port;
	bool v6 = ss.ss_family == AF_INET6;
	int one = 1;

	if (v6)
		((struct sockaddr_in6 *)&ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&ss)->sin_port = htons(port);
	if ((l->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0)) == -1)
		return err_sys(e, ERR_LOCAL, "port %u", port);
	(void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (v6)
		(void)setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof one);
	if (bind(l->fd, (struct sockaddr *)&ss, v6 ?
	    sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)) == -1 ||
	    listen(l->fd, BACKLOG) == -1)
		return err_sys(e, ERR_LOCAL, "port %u", port);
	if ((l->watch = loop_watch(l->sim->loop, l->fd, POLLIN, on_accept, l,
	    e)) == NULL)
		return -1;
	port_filter(l);
	return 0;
}

void
doors_filter(struct sim *sim)
{
	struct door_listeners *d = sim->listeners;
	size_t a, row;

	for (a = 0; d != NULL && a < d->n; a++)
		for (row = 0; row < NPORTS; row++)
			port_filter(&d->all[a][row]);
}

/*
 * Open and close to match.  Not an error: low ports where we may not have
 * them, an address family that this system lacks.
 */
static int
match(struct sim *sim, struct err *e)
{
	struct door_listeners *d = sim->listeners;
	size_t a, row;
	bool denied;

	for (a = 0; a < d->n; a++) {
		for (row = 0; row < NPORTS; row++) {
			struct listener *l = &d->all[a][row];
			bool want = wanted(&sim->model, row, SIDE_NETWORK) ||
			    (sim->local_address != NULL &&
			    wanted(&sim->model, row, SIDE_LOCAL));

			if (want == (l->fd != -1))
				continue;
			if (!want) {
				port_close(l);
				continue;
			}
			if (ports[row].tls && cred_new(sim, e) == -1)
				return -1;
			if (port_open(l, &d->address[a], e) == 0)
				continue;
			denied = errno == EACCES && ports[row].port < 1024;
			port_close(l);
			if (!denied && !d->may_lack[a])
				return -1;
		}
	}
	return 0;
}

void
sim_ports_changed(struct sim *sim)
{
	struct err e;

	if (!sim->model.plugged)
		door_reset_all(sim);
	if (sim->listeners != NULL && match(sim, &e) == -1)
		log_error(&e);
}

static int
add_address(struct door_listeners *d, const char *text, bool may_lack,
    struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
	    .ai_socktype = SOCK_STREAM }, *ai;
	int r;

	if (d->n == ADDRESSES_MAX)
		return err_set(e, ERR_USAGE, "too many addresses");
	if ((r = getaddrinfo(text, NULL, &hints, &ai)) != 0)
		return err_set(e, ERR_USAGE, "address %s: %s", text,
		    gai_strerror(r));
	memcpy(&d->address[d->n], ai->ai_addr, ai->ai_addrlen);
	d->may_lack[d->n++] = may_lack;
	freeaddrinfo(ai);
	return 0;
}

int
doors_start(struct sim *sim, struct err *e)
{
	struct door_listeners *d = calloc(1, sizeof *d);
	size_t a, row;

	if ((sim->listeners = d) == NULL)
		return err_sys(e, ERR_LOCAL, "ports");
	for (a = 0; a < ADDRESSES_MAX; a++)
		for (row = 0; row < NPORTS; row++)
			d->all[a][row] = (struct listener){ .sim = sim,
			    .row = row, .fd = -1 };
	for (a = 0; a < sim->naddresses; a++)
		if (add_address(d, sim->addresses[a], false, e) == -1)
			return -1;
	if (sim->naddresses == 0 && (add_address(d, "0.0.0.0", false,
	    e) == -1 || add_address(d, "::", true, e) == -1))
		return -1;
	if (sim->naddresses > 0 && sim->local_address != NULL &&
	    add_address(d, sim->local_address, false, e) == -1)
		return -1;
	return match(sim, e);
}

void
doors_stop(struct sim *sim)
{
	struct door_listeners *d = sim->listeners;
	size_t a, row;

	door_reset_all(sim);
	for (a = 0; d != NULL && a < d->n; a++)
		for (row = 0; row < NPORTS; row++)
			port_close(&d->all[a][row]);
	free(d);
	sim->listeners = NULL;
	cred_forget(sim);
}

size_t
doors_open(const struct sim *sim, uint16_t out[8])
{
	const struct door_listeners *d = sim->listeners;
	size_t a, row, n = 0;

	for (row = 0; row < NPORTS; row++)
		for (a = 0; a < d->n; a++)
			if (d->all[a][row].fd != -1) {
				out[n++] = ports[row].port;
				break;
			}
	return n;
}
