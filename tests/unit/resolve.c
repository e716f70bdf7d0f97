/* SPDX-License-Identifier: MIT */
/*
 * Lookups: answers, errors, the queue, cancelling in every state.  The names
 * are looked up by a getaddrinfo() of this test, which answers when told to.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/resolve.h"
#include "tests/unit/test.h"

static struct loop *loop;
static struct err e;

/* ---- the name service -------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool gate_open;			/* names that begin with "slow" wait */
static int inside, most_inside, finished;

static int
one_address(const char *text, const struct addrinfo *hints,
    struct addrinfo **list)
{
	struct { struct addrinfo ai; struct sockaddr_in in; } *x;

	if ((x = calloc(1, sizeof *x)) == NULL)
		return EAI_MEMORY;
	x->in.sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &x->in.sin_addr) != 1) {
		free(x);
		return EAI_NONAME;
	}
	if (hints->ai_family == AF_INET6) {
		free(x);
		return EAI_ADDRFAMILY;
	}
	x->ai.ai_family = AF_INET;
	x->ai.ai_addr = (struct sockaddr *)&x->in;
	x->ai.ai_addrlen = sizeof x->in;
	*list = &x->ai;
	return 0;
}

int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **list)
{
	(void)service;
	if (hints->ai_flags & AI_NUMERICHOST)
		return one_address(name, hints, list);
	if (strncmp(name, "slow", 4) == 0) {
		pthread_mutex_lock(&lock);
		if (++inside > most_inside)
			most_inside = inside;
		while (!gate_open)
			pthread_cond_wait(&changed, &lock);
		inside--;
		pthread_mutex_unlock(&lock);
	}
	pthread_mutex_lock(&lock);
	finished++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	if (strcmp(name, "nobody") == 0)
		return EAI_NONAME;
	return one_address("192.0.2.7", hints, list);
}

void
freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

static void
gate(bool open)
{
	pthread_mutex_lock(&lock);
	gate_open = open;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void
await_finished(int n)
{
	pthread_mutex_lock(&lock);
	while (finished < n)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

/* ---- the tests ---------------------------------------------------------- */

struct ask {
	struct resolve *r;
	int calls;
	char text[INET_ADDRSTRLEN];
	struct err why;
};

static int answers;

static void
on_answer(void *arg, struct addrinfo *list, const struct err *why)
{
	struct ask *a = arg;
	struct sockaddr_in in;

	answers++;
	a->calls++;
	a->r = NULL;
	a->why = *why;
	if (list == NULL)
		return;
	memcpy(&in, list->ai_addr, sizeof in);
	(void)inet_ntop(AF_INET, &in.sin_addr, a->text, sizeof a->text);
	freeaddrinfo(list);
}

static void
start(struct ask *a, const char *name)
{
	memset(a, 0, sizeof *a);
	a->r = resolve_start(loop, name, "16994", AF_UNSPEC, on_answer, a, &e);
}

static void
turn_until(int want)
{
	int64_t limit = loop_now_ms() + 10000;

	while (answers < want && loop_now_ms() < limit)
		(void)loop_turn(loop, 100, &e);
}

static void
plain_answers(void)
{
	struct ask a, b, c;

	answers = 0;
	start(&a, "10.1.2.3");
	start(&b, "somebody");
	start(&c, "nobody");
	ok(a.r != NULL && b.r != NULL && c.r != NULL);
	is_int(answers, 0);		/* never from resolve_start() */
	turn_until(3);
	is_str(a.text, "10.1.2.3");
	is_int(a.why.kind, ERR_NONE);
	is_str(b.text, "192.0.2.7");
	is_int(c.why.kind, ERR_NET);
	has(c.why.text, "nobody");
	has(c.why.text, gai_strerror(EAI_NONAME));
	is_int(a.calls + b.calls + c.calls, 3);
}

static void
literals(void)
{
	struct addrinfo *list = NULL;

	is_int(resolve_literal("10.0.0.1", NULL, AF_INET, &list, &e), 1);
	freeaddrinfo(list);
	is_int(resolve_literal("somebody", NULL, AF_INET, &list, &e), 0);
	is_int(resolve_literal("10.0.0.1", NULL, AF_INET6, &list, &e), -1);
	is_int(e.kind, ERR_USAGE);
	is_str(e.text, "10.0.0.1 is not an IPv6 address");
	ok(resolve_start(loop, "10.0.0.1", NULL, AF_INET6, on_answer, NULL,
	    &e) == NULL);
}

static void
slow_ones_do_not_block(void)
{
	struct ask slow, quick;

	answers = 0;
	gate(false);
	start(&slow, "slow");
	start(&quick, "somebody");
	turn_until(1);
	is_int(quick.calls, 1);
	is_int(slow.calls, 0);
	gate(true);
	turn_until(2);
	is_str(slow.text, "192.0.2.7");
}

#define MANY (RESOLVE_AT_ONCE * 2 + 5)

static void
they_queue(void)
{
	static struct ask asks[MANY];
	int i, once = 0;

	answers = most_inside = 0;
	gate(false);
	for (i = 0; i < MANY; i++)
		start(&asks[i], "slow");
	resolve_cancel(asks[MANY - 1].r);	/* still waiting its turn */
	resolve_cancel(asks[0].r);		/* running: its place is free */
	is_int(loop_turn(loop, 0, &e), 0);
	is_int(answers, 0);
	gate(true);
	turn_until(MANY - 2);
	for (i = 0; i < MANY; i++)
		once += asks[i].calls == 1;
	is_int(once, MANY - 2);
	is_int(asks[0].calls + asks[MANY - 1].calls, 0);
	ok(most_inside <= RESOLVE_AT_ONCE + 1);	/* and the cancelled one */
}

static void
cancelling(void)
{
	struct ask running, done, literal;
	int was;

	resolve_cancel(NULL);
	answers = 0;
	pthread_mutex_lock(&lock);
	was = finished;
	pthread_mutex_unlock(&lock);
	gate(false);
	start(&running, "slow");
	start(&done, "somebody");
	start(&literal, "10.0.0.1");
	await_finished(was + 1);	/* done has its answer, unread */
	resolve_cancel(done.r);
	resolve_cancel(running.r);
	resolve_cancel(literal.r);
	gate(true);
	await_finished(was + 2);
	is_int(loop_turn(loop, 20, &e), 0);
	is_int(answers, 0);
}

int
main(void)
{
	loop = loop_new(&e);
	if (!ok(loop != NULL))
		return test_done();
	plain_answers();
	literals();
	slow_ones_do_not_block();
	they_queue();
	cancelling();
	loop_free(loop);
	return test_done();
}
