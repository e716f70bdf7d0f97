/* SPDX-License-Identifier: MIT */
/*
 * Datagram sockets: see sock.h.  A ping socket has its identifier from the
 * kernel, which gives it only replies with that one; a raw socket hears all
 * replies of the machine and chooses an identifier at random.
 *
 * ICMP errors come by the error queue, beside what is received.  Besides,
 * the kernel reports each one once more, as the failure of the next call on
 * the socket, whatever host that is for.
 */
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <linux/capability.h>		/* after net/if.h, which they clash with */
#include <linux/errqueue.h>
#include <linux/icmp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/err.h"
#include "pingwait/sock.h"

#define RECEIVE_BUFFER (1 << 20)	/* a thousand hosts answer at once */

bool
addr_from(struct addr *a, const struct sockaddr *sa)
{
	union sockaddr_any any;

	memset(a, 0, sizeof *a);
	if (sa->sa_family == AF_INET) {
		memcpy(&any.in, sa, sizeof any.in);
		memcpy(a->ip, &any.in.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&any.in6, sa, sizeof any.in6);
		memcpy(a->ip, &any.in6.sin6_addr, 16);
		a->v6 = true;
		a->scope = any.in6.sin6_scope_id;
	} else {
		return false;
	}
	return true;
}

socklen_t
addr_to(union sockaddr_any *any, const struct addr *a, uint16_t port)
{
	memset(any, 0, sizeof *any);
	if (a->v6) {
		any->in6.sin6_family = AF_INET6;
		memcpy(&any->in6.sin6_addr, a->ip, 16);
		any->in6.sin6_scope_id = a->scope;
		any->in6.sin6_port = htons(port);
		return sizeof any->in6;
	}
	any->in.sin_family = AF_INET;
	any->in.sin_port = htons(port);
	memcpy(&any->in.sin_addr, a->ip, 4);
	return sizeof any->in;
}

const char *
addr_text(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	char name[IF_NAMESIZE];
	size_t n;

	if (inet_ntop(a->v6 ? AF_INET6 : AF_INET, a->ip, out,
	    ADDR_TEXT_MAX) == NULL)
		out[0] = '\0';
	n = strlen(out);
	if (a->scope != 0 && if_indextoname(a->scope, name) != NULL)
		(void)snprintf(out + n, ADDR_TEXT_MAX - n, "%%%s", name);
	return out;
}

/* libc has no call for these, and libcap would be one more library. */
static int
capabilities(bool set, struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};

	return (int)syscall(set ? SYS_capset : SYS_capget, &header, data);
}

/* A file capability may be permitted without being in force. */
static void
raise_net_raw(void)
{
	struct __user_cap_data_struct data[2];

	if (capabilities(false, data) == -1)
		return;			/* socket() will say no */
	data[0].effective |= data[0].permitted & 1u << CAP_NET_RAW;
	(void)capabilities(true, data);
}

int
sock_drop_privilege(struct err *e)
{
	struct __user_cap_data_struct data[2];

	if (capabilities(false, data) == -1)
		return err_sys(e, ERR_LOCAL, "giving up CAP_NET_RAW");
	data[0].effective &= ~(1u << CAP_NET_RAW);
	data[0].permitted &= ~(1u << CAP_NET_RAW);
	if (capabilities(true, data) == -1)
		return err_sys(e, ERR_LOCAL, "giving up CAP_NET_RAW");
	return 0;
}

/* The kernel's choice of identifier is the "port" of a ping socket. */
static int
ping_identifier(struct sock *s)
{
	union sockaddr_any any = { 0 };
	socklen_t len = sizeof any;

	any.sa.sa_family = s->v6 ? AF_INET6 : AF_INET;
	if (bind(s->fd, &any.sa, s->v6 ? sizeof any.in6 : sizeof any.in) == -1 ||
	    getsockname(s->fd, &any.sa, &len) == -1)
		return -1;
	s->id = ntohs(s->v6 ? any.in6.sin6_port : any.in.sin_port);
	return 0;
}

/* Echo replies alone wake us. */
static int
raw_filter(const struct sock *s)
{
	struct icmp_filter v4_filter = { .data = ~(1u << ICMP_ECHOREPLY) };
	struct icmp6_filter v6_filter;

	if (!s->v6)
		return setsockopt(s->fd, SOL_RAW, ICMP_FILTER, &v4_filter,
		    sizeof v4_filter);
	ICMP6_FILTER_SETBLOCKALL(&v6_filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6_filter);
	return setsockopt(s->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6_filter,
	    sizeof v6_filter);
}

static int
refused(bool v6, struct err *e)
{
	if (errno != EPERM && errno != EACCES)
		return err_sys(e, ERR_LOCAL, "opening a socket for ICMPv%d "
		    "echo", v6 ? 6 : 4);
	return err_set(e, ERR_LOCAL, "no socket for ICMP echo is permitted: "
	    "a ping socket needs your group in net.ipv4.ping_group_range, a "
	    "raw socket needs CAP_NET_RAW; as root, let all groups ping: "
	    "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"");
}

/* Buffers as large as net.core.rmem_max allows, errors, and the TTL. */
static int
options(const struct sock *s)
{
	const int size = RECEIVE_BUFFER, on = 1;

	(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (s->v6)
		return setsockopt(s->fd, IPPROTO_IPV6, IPV6_RECVERR, &on,
		    sizeof on) | setsockopt(s->fd, IPPROTO_IPV6,
		    IPV6_RECVHOPLIMIT, &on, sizeof on);
	return setsockopt(s->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on) |
	    setsockopt(s->fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
}

static int
prepared(struct sock *s, bool good, struct err *e)
{
	if (good && options(s) == 0)
		return 0;
	err_sys(e, ERR_LOCAL, "preparing a socket");
	sock_close(s);
	return -1;
}

int
sock_open_echo(struct sock *s, bool v6, struct err *e)
{
	const int kind = SOCK_CLOEXEC | SOCK_NONBLOCK;
	int family = v6 ? AF_INET6 : AF_INET;
	int protocol = v6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP;

	*s = (struct sock){ .v6 = v6, .form = v6 ? ICMP_V6 : ICMP_V4 };
	s->fd = socket(family, SOCK_DGRAM | kind, protocol);
	if (s->fd != -1)
		return prepared(s, ping_identifier(s) == 0, e);
	raise_net_raw();
	s->form = v6 ? ICMP_V6 : ICMP_V4_IP;
	s->fd = socket(family, SOCK_RAW | kind, protocol);
	if (s->fd == -1)
		return refused(v6, e);
	return prepared(s, raw_filter(s) == 0 && getrandom(&s->id,
	    sizeof s->id, 0) == sizeof s->id, e);
}

int
sock_open_udp(struct sock *s, bool v6, uint16_t port, struct err *e)
{
	*s = (struct sock){ .v6 = v6, .port = port };
	s->fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (s->fd == -1)
		return err_sys(e, ERR_LOCAL, "opening a socket for UDP over "
		    "IPv%d", v6 ? 6 : 4);
	return prepared(s, true, e);
}

void
sock_close(struct sock *s)
{
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}

/* The first failure may be another host's ICMP error; it is gone then. */
int
sock_send(const struct sock *s, const struct addr *to, const void *p,
    size_t n)
{
	union sockaddr_any any;
	socklen_t len = addr_to(&any, to, s->port);
	int tries;

	for (tries = 0; tries < 2; tries++)
		if (sendto(s->fd, p, n, 0, &any.sa, len) == (ssize_t)n)
			return 0;
	return -1;
}

/* Room for a number, or for an error and the address that it came from. */
union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct sock_extended_err) +
	    sizeof(struct sockaddr_in6)) + CMSG_SPACE(sizeof(int))];
};

static ssize_t
receive(const struct sock *s, struct msghdr *h, union control *control,
    union sockaddr_any *any, int flags)
{
	memset(any, 0, sizeof *any);
	h->msg_name = any;
	h->msg_namelen = sizeof *any;
	h->msg_control = control;
	h->msg_controllen = sizeof *control;
	return recvmsg(s->fd, h, flags);
}

/* The data of a control message of this kind, at least size bytes; or NULL. */
static const void *
control_data(struct msghdr *h, int level, int type, size_t size)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c))
		if (c->cmsg_level == level && c->cmsg_type == type &&
		    c->cmsg_len >= CMSG_LEN(size))
			return CMSG_DATA(c);
	return NULL;
}

int
sock_receive(const struct sock *s, struct packet *p)
{
	struct iovec iov = { p->data, sizeof p->data };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	union sockaddr_any any;
	union control control;
	const void *ttl;
	ssize_t n;

	n = receive(s, &h, &control, &any, 0);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	ttl = s->v6 ? control_data(&h, IPPROTO_IPV6, IPV6_HOPLIMIT,
	    sizeof p->ttl) : control_data(&h, IPPROTO_IP, IP_TTL,
	    sizeof p->ttl);
	p->ttl = -1;
	if (ttl != NULL)
		memcpy(&p->ttl, ttl, sizeof p->ttl);
	p->n = (size_t)n;
	return !(h.msg_flags & MSG_TRUNC) && addr_from(&p->from, &any.sa);
}

int
sock_trouble(const struct sock *s, struct trouble *t)
{
	struct msghdr h = { 0 };
	struct sock_extended_err ee;
	struct sockaddr_in6 by = { 0 };
	union sockaddr_any any;
	union control control;
	const uint8_t *p;

	if (receive(s, &h, &control, &any, MSG_ERRQUEUE) == -1)
		return -1;
	p = control_data(&h, s->v6 ? IPPROTO_IPV6 : IPPROTO_IP, s->v6 ?
	    IPV6_RECVERR : IP_RECVERR, sizeof ee + (s->v6 ? sizeof by :
	    sizeof(struct sockaddr_in)));
	if (p == NULL || !addr_from(&t->to, &any.sa))
		return 0;
	memcpy(&ee, p, sizeof ee);
	memcpy(&by, p + sizeof ee, s->v6 ? sizeof by :
	    sizeof(struct sockaddr_in));
	t->error = (int)ee.ee_errno;
	t->known_by = addr_from(&t->by, (struct sockaddr *)&by);
	return 1;
}
