/* SPDX-License-Identifier: MIT */
/*
 * Many machines on one loop: two peers that answer in the order opposite to
 * the questions, callbacks that free what called them, one request at a
 * time, questions that may not change anything; and libcurl's cable, which
 * nobody else may plug into.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/conn.h"
#include "lib/err.h"
#include "lib/loop.h"
#include "lib/machine.h"
#include "lib/wslink.h"
#include "lib/wsman.h"
#include "tests/unit/test.h"

static struct err e;

/* ---- peers ---------------------------------------------------------------- */

/* An AMT that asks for no login and knows AMT_X; name is its Value. */
struct peer {
	const char *name;
	int listener, gate;		/* answers when gate becomes readable */
	uint16_t port;
	pthread_t thread;
};

static size_t
read_request(int fd, char *text, size_t size)
{
	size_t got = 0, want = 0;
	ssize_t n;
	char *body, *length;

	do {
		if ((n = recv(fd, text + got, size - 1 - got, 0)) <= 0)
			return 0;
		got += (size_t)n;
		text[got] = '\0';
		if ((body = strstr(text, "\r\n\r\n")) == NULL)
			continue;
		length = strstr(text, "Content-Length: ");
		want = (size_t)(body + 4 - text) +
		    (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
	} while (want == 0 || got < want);
	return got;
}

static void *
serve(void *arg)
{
	struct peer *p = arg;
	char request[16384], body[1024], answer[2048], byte;
	int fd = accept(p->listener, NULL, NULL), n;

	while (read_request(fd, request, sizeof request) > 0) {
		body[0] = '\0';
		if (strstr(request, "Content-Length: 0\r") == NULL) {
			(void)!read(p->gate, &byte, 1);
			snprintf(body, sizeof body, "<s:Envelope xmlns:s="
			    "\"http://www.w3.org/2003/05/soap-envelope\">"
			    "<s:Body><x:AMT_X xmlns:x=\"http://intel.com/wbem/"
			    "wscim/1/amt-schema/1/AMT_X\"><x:Value>%s</x:Value>"
			    "</x:AMT_X></s:Body></s:Envelope>", p->name);
		}
		n = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\n"
		    "Server: Intel(R) Active Management Technology 9.1.2\r\n"
		    "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
		if (send(fd, answer, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	}
	close(fd);
	return NULL;
}

/* Returns the end of the gate to write to. */
static int
start_peer(struct peer *p, const char *name)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;
	int gate[2];

	p->name = name;
	if (pipe(gate) == -1 ||
	    (p->listener = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    bind(p->listener, (struct sockaddr *)&a, sizeof a) == -1 ||
	    listen(p->listener, 4) == -1 ||
	    getsockname(p->listener, (struct sockaddr *)&a, &size) == -1)
		abort();
	p->port = ntohs(a.sin_port);
	p->gate = gate[0];
	pthread_create(&p->thread, NULL, serve, p);
	return gate[1];
}

static void
stop_peer(struct peer *p, int gate)
{
	close(gate);
	pthread_join(p->thread, NULL);
	close(p->gate);
	close(p->listener);
}

/* ---- two machines ----------------------------------------------------------- */

static const char *const nothing[] = { NULL };
static const struct machine_spec spec = { .host_env = nothing,
    .user_env = nothing, .password_env = nothing,
    .port_word = CONF_WSMAN_PORT };

struct client {
	struct opts opts;
	struct machine machine;
	struct wsman *wsman;
	char port[8], got[64];
	int *order, place;		/* of answers */
};

static void
start_client(struct client *c, struct wsman_hub *hub, uint16_t port)
{
	snprintf(c->port, sizeof c->port, "%u", port);
	c->opts = (struct opts){ .host = "127.0.0.1", .port = c->port,
	    .plain = true, .timeout_ms = 10000 };
	if (machine_find(&c->machine, &spec, &c->opts, NULL, &e) == -1 ||
	    (c->wsman = wsman_new(hub, &c->machine, &spec, &e)) == NULL)
		puts(e.text);
}

static void
on_done(void *arg, struct ws_doc *answer, const struct err *why)
{
	struct client *c = arg;
	const char *text = why != NULL ? why->text : "?";

	if (answer != NULL && ws_get_text(ws_body(answer), "Value", &text,
	    &e) == -1)
		text = e.text;
	snprintf(c->got, sizeof c->got, "%.60s", text);
	c->place = ++*c->order;
	ws_doc_free(answer);
	wsman_free(c->wsman);			/* in its own callback */
	c->wsman = NULL;
}

static void
test_two(void)
{
	const struct ws_request get = { .op = WS_GET, .class = "AMT_X" };
	const struct ws_method m = { .class = "AMT_X", .name = "Do",
	    .why = ws_why_pt };
	const struct ws_request order = { .op = WS_INVOKE, .method = &m };
	struct peer peers[2];
	struct client clients[2] = { 0 };
	int answers = 0, gates[2], i;
	struct loop *l = loop_new(&e);
	struct wsman_hub *hub = wsman_hub_new(l, &e);

	for (i = 0; i < 2; i++) {
		gates[i] = start_peer(&peers[i], i == 0 ? "first" : "second");
		start_client(&clients[i], hub, peers[i].port);
		clients[i].order = &answers;
	}
	wsman_read_only(clients[0].wsman, true);
	is_int(wsman_send(clients[0].wsman, &order, on_done, &clients[0], &e),
	    -1);
	has(e.text, "may not change anything");
	for (i = 0; i < 2; i++)
		is_int(wsman_send(clients[i].wsman, &get, on_done,
		    &clients[i], &e), 0);
	is_int(wsman_send(clients[0].wsman, &get, on_done, &clients[0], &e),
	    -1);
	has(e.text, "one request at a time");
	(void)!write(gates[1], "x", 1);
	while (answers < 1)
		loop_turn(l, 100, &e);
	is_str(clients[1].got, "second");
	(void)!write(gates[0], "x", 1);
	while (answers < 2)
		loop_turn(l, 100, &e);
	is_str(clients[0].got, "first");
	is_int(clients[0].place, 2);
	for (i = 0; i < 2; i++) {
		stop_peer(&peers[i], gates[i]);
		machine_clear(&clients[i].machine);
	}
	wsman_hub_free(hub);
	loop_free(l);
}

/* Given up while a request is out: nothing is called, nothing leaks. */
static void
test_abandon(void)
{
	const struct ws_request get = { .op = WS_GET, .class = "AMT_X" };
	struct loop *l = loop_new(&e);
	struct wsman_hub *hub = wsman_hub_new(l, &e);
	struct client c = { 0 };
	int answers = 0, gate, i;
	struct peer p;

	gate = start_peer(&p, "never");
	c.order = &answers;
	start_client(&c, hub, p.port);
	is_int(wsman_send(c.wsman, &get, on_done, &c, &e), 0);
	for (i = 0; i < 50 && *wsman_firmware(c.wsman) == '\0'; i++)
		loop_turn(l, 100, &e);
	is_str(wsman_firmware(c.wsman), "9.1.2");
	wsman_free(c.wsman);
	stop_peer(&p, gate);
	is_int(answers, 0);
	machine_clear(&c.machine);
	wsman_hub_free(hub);
	loop_free(l);
}

/* ---- the cable -------------------------------------------------------------- */

static int
plug_in(int fd, const struct sockaddr_un *a)
{
	return connect(fd, (const struct sockaddr *)a, sizeof *a);
}

/*
 * A child of ours that finds the address: it is let go at once, without a
 * byte.  (It dies by a signal: valgrind would judge it as well.)
 */
static bool
stranger_gets_in(struct loop *l, const struct sockaddr_un *a)
{
	struct sockaddr_un theirs = { .sun_family = AF_UNIX };
	char byte, in = 'x';
	int n, fd, said[2];
	pid_t pid;

	if (sscanf(a->sun_path, "/proc/self/fd/%d", &n) != 1 ||
	    pipe(said) == -1)
		return true;
	snprintf(theirs.sun_path, sizeof theirs.sun_path, "/proc/%d/fd/%d",
	    (int)getpid(), n);
	if ((pid = fork()) == 0) {
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (plug_in(fd, &theirs) == 0)
			in = recv(fd, &byte, 1, 0) > 0 ? 'y' : 'n';
		(void)!write(said[1], &in, 1);
		raise(SIGKILL);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0)
		loop_turn(l, 10, &e);
	(void)!read(said[0], &in, 1);
	close(said[0]);
	close(said[1]);
	return in != 'n';
}

static void
test_link(void)
{
	struct loop *l = loop_new(&e);
	struct wslink *k = wslink_new(l, &e);
	struct sockaddr_un a, b;
	char text[8] = "";
	int pair[2], fd, i;

	is_int(wslink_socket(k, &a), -1);	/* nothing attached */
	ok(!wslink_alive(k));
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	wslink_attach(k, conn_new(l, pair[0], NULL, "peer", &e));
	ok((fd = wslink_socket(k, &a)) != -1);
	is_int(wslink_socket(k, &b), -1);	/* one for each connection */
	ok(access(a.sun_path, F_OK) == 0);
	(void)!write(pair[1], "\x15\3\1\0\2\2\x28", 7);
	ok(!stranger_gets_in(l, &a));
	is_int(plug_in(fd, &a), 0);
	wslink_mark(k);
	is_int(write(fd, "abc", 3), 3);
	for (i = 0; i < 5; i++)
		loop_turn(l, 10, &e);
	is_int(wslink_sent(k), 3);
	is_int(read(pair[1], text, sizeof text), 3);
	is_str(text, "abc");
	is_int(recv(fd, text, 7, MSG_DONTWAIT), 7);
	ok(wslink_hears_tls(k));
	ok(wslink_alive(k));
	close(pair[1]);
	ok(!wslink_alive(k));
	is_int(recv(fd, text, 1, MSG_DONTWAIT), 0);	/* passed on */
	close(fd);
	wslink_free(k);
	loop_free(l);
}

int
main(void)
{
	setenv("HOME", "/nonexistent", 1);	/* no hosts file */
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("AMT_CONF");
	test_link();
	test_two();
	test_abandon();
	return test_done();
}
