/* SPDX-License-Identifier: MIT */
/*
 * Sockets for ICMP echo: see sock.h.  A ping socket has its identifier from
 * the kernel, which gives it only replies with that one; a raw socket hears
 * all replies of the machine and chooses an identifier at random.
 */
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <linux/capability.h>		/* after net/if.h, which they clash with */
#include <linux/icmp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
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
ping_identifier(struct sock *s, bool v6)
{
	union sockaddr_any any = { 0 };
	socklen_t len = sizeof any;

	any.sa.sa_family = v6 ? AF_INET6 : AF_INET;
	if (bind(s->fd, &any.sa, v6 ? sizeof any.in6 : sizeof any.in) == -1 ||
	    getsockname(s->fd, &any.sa, &len) == -1)
		return -1;
	s->id = ntohs(v6 ? any.in6.sin6_port : any.in.sin_port);
	return 0;
}

/* Echo replies alone wake us. */
static int
raw_filter(struct sock *s, bool v6)
{
	struct icmp_filter v4_filter = { .data = ~(1u << ICMP_ECHOREPLY) };
	struct icmp6_filter v6_filter;

	if (!v6)
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

int
sock_open(struct sock *s, bool v6, struct err *e)
{
	const int kind = SOCK_CLOEXEC | SOCK_NONBLOCK;
	const int size = RECEIVE_BUFFER;
	int family = v6 ? AF_INET6 : AF_INET;
	int protocol = v6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP;
	bool good;

	s->form = v6 ? ICMP_V6 : ICMP_V4;
	s->fd = socket(family, SOCK_DGRAM | kind, protocol);
	if (s->fd != -1) {
		good = ping_identifier(s, v6) == 0;
	} else {
		raise_net_raw();
		s->form = v6 ? ICMP_V6 : ICMP_V4_IP;
		s->fd = socket(family, SOCK_RAW | kind, protocol);
		if (s->fd == -1)
			return refused(v6, e);
		good = raw_filter(s, v6) == 0 &&
		    getrandom(&s->id, sizeof s->id, 0) == sizeof s->id;
	}
	if (!good) {
		err_sys(e, ERR_LOCAL, "preparing a socket for ICMP echo");
		sock_close(s);
		return -1;
	}
	/* As much of it as net.core.rmem_max allows. */
	(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return 0;
}

void
sock_close(struct sock *s)
{
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}

int
sock_send(const struct sock *s, const struct addr *to,
    const struct icmp_echo *m)
{
	uint8_t packet[ICMP_ECHO_LEN];
	struct icmp_echo echo = *m;
	union sockaddr_any any;
	socklen_t len = addr_to(&any, to, 0);

	echo.id = s->id;
	icmp_request(packet, s->form, &echo);
	return sendto(s->fd, packet, sizeof packet, 0, &any.sa, len) ==
	    sizeof packet ? 0 : -1;
}

int
sock_receive(const struct sock *s, struct addr *from, struct icmp_echo *m)
{
	uint8_t packet[256];		/* a reply of ours with any IP header */
	union sockaddr_any any;
	socklen_t len = sizeof any;
	ssize_t n;

	n = recvfrom(s->fd, packet, sizeof packet, MSG_TRUNC, &any.sa, &len);
	if (n == -1)
		return -1;
	return (size_t)n <= sizeof packet && addr_from(from, &any.sa) &&
	    icmp_reply(packet, (size_t)n, s->form, m) && m->id == s->id;
}
