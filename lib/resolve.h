/* SPDX-License-Identifier: MIT */
/*
 * Looking a name up without stopping the loop.  getaddrinfo() may take as
 * long as a dead name server pleases, so it runs in a thread of its own that
 * nobody waits for; its answer comes back through the loop.  Literal
 * addresses need no thread, and come back through the loop all the same.
 *
 * At most RESOLVE_AT_ONCE lookups run, the others wait their turn.  All
 * functions are for one thread, the one that runs the loop; lookups are
 * cancelled before their loop is freed.
 */
#ifndef LIB_RESOLVE_H
#define LIB_RESOLVE_H

#include <netdb.h>

struct err;
struct loop;
struct resolve;

#define RESOLVE_AT_ONCE 64

/*
 * list is the callback's, for freeaddrinfo(): one entry an address, in the
 * order of preference of the system (RFC 6724), socket type SOCK_STREAM.  Or
 * it is NULL and e says why: ERR_NET, or ERR_LOCAL when it is our fault.
 * The lookup is over then, and its handle gone.
 */
typedef void resolve_fn(void *arg, struct addrinfo *list,
    const struct err *e);

/*
 * Look name up; service is a port number or NULL, family AF_UNSPEC, AF_INET
 * or AF_INET6.  fn is called once, from the loop, never from here.  NULL
 * with e set when it cannot be started.
 */
struct resolve *resolve_start(struct loop *l, const char *name,
    const char *service, int family, resolve_fn *fn, void *arg,
    struct err *e);
/* fn will not be called.  NULL is fine; a handle that answered is not. */
void resolve_cancel(struct resolve *r);

/*
 * 1 and a list (for freeaddrinfo()) when name is an address, 0 when it is a
 * name, -1 when it is an address of the other family (ERR_USAGE) or memory
 * is short.  Never blocks.
 */
int resolve_literal(const char *name, const char *service, int family,
    struct addrinfo **list, struct err *e);

#endif
