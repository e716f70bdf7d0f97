/* SPDX-License-Identifier: MIT */
/* objects: tests/amtsim/redir tests/amtsim/login tests/amtsim/sol tests/amtsim/kvm tests/amtsim/model tests/amtsim/profile tests/amtsim/consent */
/*
 * amtsim's redirection against the reference's messages, byte for byte:
 * logins, refusals, SOL and KVM sessions, and what ends one.  Doors, faults, host
 * and clock are stood in for here.
 */
#include <stdlib.h>

#include "tests/amtsim/fault.h"
#include "tests/amtsim/journal.h"
#include "tests/amtsim/redir.h"

#include "hexfile.h"
#include "test.h"

/* ---- stand-ins --------------------------------------------------------- */

struct door_conn { int unused; };
static struct door_conn conn;
static const struct door_events *events;
static void *events_arg;
static uint8_t written[65536];
static size_t nwritten, backlog;
static bool closed, held;
static int paused_ms;
static unsigned violations;
static char fault_name[32];
static long fault_is;
static struct sim sim;
const struct redir_service redir_ider = { .tag = "IDER",
    .service = SERVICE_IDER };
static uint8_t typed[65536];
static size_t ntyped, fifo = SIZE_MAX;
static bool host_held;
static int64_t now_ms;
static struct sim_timer *timers;

/* The log is not looked at here. */
void
journal_session(struct sim *s, enum service service, bool open)
{
	(void)s, (void)service, (void)open;
}

void
door_attach(struct door_conn *c, const struct door_events *ev, void *arg)
{
	(void)c;
	events = ev;
	events_arg = arg;
}

int
door_write(struct door_conn *c, const void *p, size_t n)
{
	(void)c;
	if (n <= sizeof written - nwritten)
		memcpy(written + nwritten, p, n);
	nwritten += n;
	return 0;
}

void
door_pause(struct door_conn *c, int ms)
{
	(void)c;
	paused_ms += ms;
}

size_t
door_backlog(const struct door_conn *c)
{
	(void)c;
	return backlog;
}

void
door_hold(struct door_conn *c, bool hold)
{
	(void)c;
	held = hold;
}

void
door_close(struct door_conn *c, bool flush)
{
	(void)c, (void)flush;
	closed = true;
}

const char *
door_peer(const struct door_conn *c)
{
	(void)c;
	return "peer";
}

bool
door_is_local(const struct door_conn *c)
{
	(void)c;
	return false;
}

bool
fault_take(struct sim *s, const char *name)
{
	(void)s;
	return strcmp(name, fault_name) == 0 && fault_is-- > 0;
}

long
fault_value(struct sim *s, const char *name, long none)
{
	(void)s;
	return strcmp(name, fault_name) == 0 ? fault_is : none;
}

void
sim_log(struct sim *s, enum door door, const char *peer, const char *dir,
    const char *what, const void *data, size_t len)
{
	(void)s, (void)door, (void)peer, (void)dir, (void)what, (void)data;
	(void)len;
}

void
sim_violation(struct sim *s, const char *door, const char *fmt, ...)
{
	(void)s, (void)door, (void)fmt;
	violations++;
}

void
sim_random(struct sim *s, void *p, size_t n)
{
	(void)s;
	memset(p, 0x55, n);
}

void
sim_random_hex(struct sim *s, char *out, size_t digits)
{
	(void)s;
	snprintf(out, digits + 1, "%s", "9aF0c1d2e3B4a5968778695a4b3c2d1e");
}

time_t
sim_wall(const struct sim *s)
{
	(void)s;
	return 1795180800;		/* 2026-11-20 */
}

int64_t
sim_now_ms(const struct sim *s)
{
	(void)s;
	return now_ms;
}

void
sim_cancel(struct sim_timer *t)
{
	if (t->prev == NULL)
		return;
	*t->prev = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	t->prev = NULL;
}

void
sim_after(struct sim *s, struct sim_timer *t, int64_t ms,
    void (*fn)(void *arg), void *arg)
{
	sim_cancel(t);
	t->sim = s;
	t->due_ms = now_ms + ms;
	t->fn = fn;
	t->arg = arg;
	if ((t->next = timers) != NULL)
		timers->prev = &t->next;
	t->prev = &timers;
	timers = t;
}

static void
pass(int64_t ms)
{
	int64_t until = now_ms + ms;
	struct sim_timer *t, *first;

	for (;;) {
		first = NULL;
		for (t = timers; t != NULL; t = t->next)
			if (first == NULL || t->due_ms < first->due_ms)
				first = t;
		if (first == NULL || first->due_ms > until)
			break;
		now_ms = first->due_ms;
		sim_cancel(first);
		first->fn(first->arg);
	}
	now_ms = until;
}

static size_t
serial_in(struct host *h, const uint8_t *p, size_t n)
{
	(void)h;
	if (n > fifo)
		n = fifo;
	memcpy(typed + ntyped, p, n);
	ntyped += n;
	fifo -= n;
	return n;
}

static void
serial_hold(struct host *h, bool hold)
{
	(void)h;
	host_held = hold;
}

/* ---- helpers ----------------------------------------------------------- */

static void
machine(const char *profile)
{
	static const struct host_ops ops = { .serial_in = serial_in,
	    .serial_hold = serial_hold };

	memset(&sim, 0, sizeof sim);
	model_init(&sim.model, profile_find(profile));
	strcpy(sim.model.digest_realm,
	    "Digest:A3C1F00D0123456789ABCDEF00112233");
	model_user_add(&sim.model, "admin", "P@ssw0rd!", ACCESS_BOTH,
	    1u << REALM_ADMIN);
	sim.model.power = HOST_ON;
	sim.host_ops = &ops;
	sim.pace_ms = 20;
	timers = NULL;
}

static void
call(void)
{
	nwritten = ntyped = backlog = 0;
	fifo = SIZE_MAX;
	closed = held = host_held = false;
	violations = 0;
	redir_serve(&sim, &conn);
}

static void
hang_up(void)
{
	if (!closed)
		events->closed(events_arg);
}

static void
say(const void *p, size_t n)
{
	if (!closed)
		events->data(events_arg, p, n);
}

/* What came back since the last look. */
static bool
answers(const void *want, size_t n, const char *what)
{
	bool good = test_mem(written, nwritten, want, n, __FILE__, __LINE__,
	    what);

	nwritten = 0;
	return good;
}

static const struct hex_message *
find(const struct hex_file *f, const char *what)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strstr(f->m[i].what, what) != NULL)
			return &f->m[i];
	printf("not ok - no message \"%s\"\n", what);
	exit(3);
}

static struct hex_file login, others, refusals, sol, kvm;

static void
log_in(void)
{
	size_t i;

	for (i = 0; i < login.n; i++)
		if (login.m[i].from == 'C')
			say(login.m[i].bytes, login.m[i].len);
	nwritten = 0;
}

static const uint8_t start_sol[24] = { 0x20, [8] = 0x10, [10] = 100, 0,
    /* overflow */ 0, 0, /* rx */ 0x10, 0x27, /* flush */ 100, 0,
    /* heartbeat */ 0x88, 0x13 };

static void
open_sol(void)
{
	call();
	log_in();
	say(start_sol, sizeof start_sol);
	pass(50);
	nwritten = 0;
}

/* ---- tests ------------------------------------------------------------- */

/* Every message of the worked example, whole and byte by byte. */
static void
test_login(void)
{
	size_t i, j, step;

	machine("16");
	for (step = 1; step < 3; step++) {
		call();
		paused_ms = 0;
		for (i = 0; i < login.n; i++) {
			const struct hex_message *m = &login.m[i];

			if (m->from == 'D') {
				answers(m->bytes, m->len, m->what);
				continue;
			}
			for (j = 0; step == 1 && j < m->len; j++)
				say(m->bytes + j, 1);
			if (step == 2)
				say(m->bytes, m->len);
		}
		ok(!closed);
		is_int(paused_ms, 80);
		is_int(violations, 0);
		hang_up();
	}
}

/* One wrong bit anywhere in nonce, nc, cnonce, uri or response. */
static void
test_wrong_digest(void)
{
	const struct hex_message *m = find(&login, "second pass");
	static const uint8_t refused[9] = { 0x14, 1, 0, 0, 4 };
	uint8_t copy[HEX_BYTES_MAX];
	size_t i, k;

	machine("16");
	for (k = 16; k < m->len; k += 17) {
		memcpy(copy, m->bytes, m->len);
		if (copy[k] < 0x30)
			continue;	/* a length byte */
		copy[k] ^= 1;
		call();
		for (i = 0; &login.m[i] != m; i++)
			if (login.m[i].from == 'C')
				say(login.m[i].bytes, login.m[i].len);
		nwritten = 0;
		say(copy, m->len);
		if (!answers(refused, 9, "one bit wrong: refused"))
			printf("    at %zu\n", k);
		ok(closed);
	}
	call();				/* without a challenge before */
	say(login.m[0].bytes, login.m[0].len);
	nwritten = 0;
	say(m->bytes, m->len);
	answers(refused, 9, "a digest without a challenge");
	is_int(violations, 1);
}

static void
test_other_logins(void)
{
	static const uint8_t good1[9] = { 0x14, 0, 0, 0, 1 },
	    good3[9] = { 0x14, 0, 0, 0, 3 }, not1[9] = { 0x14, 2, 0, 0, 1 };
	const struct hex_message *clear = find(&others, "type 1");
	const struct hex_message *challenge = find(&others, "type 3 chall");

	machine("8");
	call();
	say(login.m[0].bytes, login.m[0].len);
	nwritten = 0;
	say(clear->bytes, clear->len);
	answers(good1, 9, "clear text on 8");
	hang_up();

	call();
	say(login.m[0].bytes, login.m[0].len);
	nwritten = 0;
	say(find(&others, "type 3, first")->bytes,
	    find(&others, "type 3, first")->len);
	answers(challenge->bytes, challenge->len, challenge->what);
	say(find(&others, "type 3, second")->bytes,
	    find(&others, "type 3, second")->len);
	answers(good3, 9, "RFC 2069 digest on 8");
	hang_up();

	machine("16");
	call();
	say(login.m[0].bytes, login.m[0].len);
	nwritten = 0;
	say(clear->bytes, clear->len);
	answers(not1, 9, "no clear text on 16");
	ok(!closed);
	hang_up();
}

static void
test_refusals(void)
{
	static const uint8_t tag[] = { 0x10, 0, 0, 0, 'X', 'Y', 'Z', ' ' };
	const struct hex_message *busy = find(&refusals, "busy");
	const struct hex_message *off = find(&refusals, "unsupported");
	const uint8_t *start = login.m[0].bytes;

	machine("16");
	sim.model.session_open[SERVICE_SOL] = true;
	call();
	say(start, 8);
	answers(busy->bytes, busy->len, busy->what);
	ok(closed);
	sim.model.session_open[SERVICE_SOL] = false;
	sim.model.redirection_state = 32769;
	call();
	say(start, 8);
	answers(off->bytes, off->len, off->what);
	sim.model.redirection_state = 32771;
	call();
	say(tag, 8);
	is_int(written[1], 1);
	is_int(nwritten, 13);
	ok(closed);
}

/* A user without the realm, one who may only enter locally. */
static void
test_realm(void)
{
	machine("16");
	sim.model.users[0].realms = 1u << REALM_INFO;
	call();
	log_in();
	ok(closed);
	sim.model.users[0].realms = 1u << REALM_REDIRECTION;
	call();
	log_in();
	ok(!closed);
	hang_up();
	sim.model.users[0].access = ACCESS_LOCAL;
	call();
	log_in();
	ok(closed);
}

static void
test_sol(void)
{
	const struct hex_message *m;

	machine("16");
	call();
	log_in();
	say(sol.m[0].bytes, sol.m[0].len);
	m = find(&sol, "StartSOL reply");
	answers(m->bytes, m->len, m->what);
	ok(sim.model.session_open[SERVICE_SOL]);
	m = find(&sol, "controls to host");
	say(m->bytes, m->len);
	pass(50);
	m = find(&sol, "controls from host: RTS");
	answers(m->bytes, m->len, m->what);
	host_serial_out(&sim, (const uint8_t *)"login: ", 7);
	pass(99);
	is_int(nwritten, 0);
	pass(1);
	m = find(&sol, "data from host");
	answers(m->bytes, m->len, "collected for 100 ms");
	m = find(&sol, "data to host");
	say(m->bytes, m->len);
	is_mem(typed, ntyped, "root\r", 5);
	m = find(&sol, "EndSOL");
	say(m->bytes, m->len);
	is_int(written[0], 0x23);
	ok(!sim.model.session_open[SERVICE_SOL]);
	say(find(&sol, "data to host")->bytes, find(&sol,
	    "data to host")->len);
	ok(!closed);			/* amtterm's stray byte */
	m = find(&sol, "EndRedirection");
	say(m->bytes, m->len);
	ok(closed);
	is_int(violations, 0);
}

/* Of two that logged in together only one gets the session. */
static void
test_one_session(void)
{
	machine("16");
	call();
	log_in();
	sim.model.session_open[SERVICE_SOL] = true;
	say(start_sol, sizeof start_sol);
	is_int(written[0], 0x21);
	ok(written[1] != 0);
	ok(closed);
}

static void
test_chunks(void)
{
	uint8_t text[40];
	size_t i;

	for (i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7);
	machine("16");
	open_sol();			/* MaxTransmitBuffer is 16 */
	host_serial_out(&sim, text, sizeof text);
	is_int(nwritten, 52);
	is_int(written[8], 16);
	is_mem(written + 10, 16, text, 16);
	is_mem(written + 36, 16, text + 16, 16);
	pass(100);
	is_int(nwritten, 52 + 18);
	is_mem(written + 62, 8, text + 32, 8);
	hang_up();
}

static void
test_silence(void)
{
	static const uint8_t beat[8] = { 0x2b };

	machine("16");
	open_sol();
	pass(14000);
	ok(!closed);
	say(beat, 8);
	pass(14000);
	ok(!closed);
	pass(2000);
	ok(closed);
	is_int(violations, 1);
	ok(!sim.model.session_open[SERVICE_SOL]);
}

static void
test_stale(void)
{
	machine("16");
	strcpy(fault_name, "stale-session");
	fault_is = 1;
	open_sol();
	hang_up();
	ok(sim.model.session_open[SERVICE_SOL]);
	pass(15000);
	ok(!sim.model.session_open[SERVICE_SOL]);
	fault_name[0] = '\0';
}

static void
test_heartbeat(void)
{
	machine("16");
	open_sol();
	pass(4900);
	is_int(nwritten, 0);
	pass(100);
	is_int(nwritten, 8);
	is_int(written[0], 0x2b);
	strcpy(fault_name, "heartbeat-stop");
	fault_is = 1;
	pass(5000);
	is_int(nwritten, 8);
	strcpy(fault_name, "no-controls");
	host_serial_break(&sim, true);
	is_int(nwritten, 8);
	fault_name[0] = '\0';
	hang_up();
}

/* The host reads nothing: after 100 ms what was typed is gone, and told. */
static void
test_flush(void)
{
	uint8_t m[10 + 20] = { 0x28, [8] = 20 };

	machine("16");
	open_sol();
	fifo = 16;
	say(m, sizeof m);
	is_int(ntyped, 16);
	ok(held);
	pass(99);
	is_int(nwritten, 0);
	pass(1);
	ok(!held);
	is_int(nwritten, 10);
	is_int(written[0], 0x29);
	is_int(written[9], 0x0c);
	fifo = 16;
	say(m, sizeof m);
	fifo = 16;
	host_serial_ready(&sim);
	is_int(ntyped, 16 + 20);
	ok(!held);
	pass(1000);
	is_int(nwritten, 10);
	hang_up();
}

static void
test_overflow(void)
{
	uint8_t start[24], text[16] = { 0 };

	machine("16");
	memcpy(start, start_sol, sizeof start);
	start[12] = 200;
	call();
	log_in();
	say(start, sizeof start);
	pass(50);
	nwritten = 0;
	backlog = 300 * 1024;
	host_serial_out(&sim, text, sizeof text);
	ok(host_held);
	pass(200);
	ok(!host_held);
	is_int(nwritten, 26 + 10);
	is_int(written[26 + 9], 0x05);
	host_serial_out(&sim, text, sizeof text);
	is_int(nwritten, 36);		/* lost */
	backlog = 0;
	events->drained(events_arg);
	is_int(nwritten, 46);
	is_int(written[36 + 9], 0x04);
	hang_up();
}

static void
test_controls(void)
{
	machine("16");
	open_sol();
	sim.model.power = HOST_OFF;
	redir_power_changed(&sim);
	is_int(written[8], 0x03);
	is_int(written[9], 0x00);
	nwritten = 0;
	sim.model.power = HOST_ON;
	host_serial_break(&sim, true);
	is_int(written[8], 0x07);
	is_int(written[9], 0x04);
	hang_up();
}

static void
test_out_of_turn(void)
{
	static const struct { const char *what; uint8_t m[24]; size_t n; }
	    bad[] = {
		{ "TLS on a plain port", { 0x16, 3, 1 }, 3 },
		{ "StartSOL first", { 0x20 }, 24 },
		{ "login first", { 0x13, 0, 0, 0, 0 }, 9 },
		{ "end first", { 0x12 }, 4 },
	};
	static const uint8_t huge[9] = { 0x13, 0, 0, 0, 4, 0xff, 0xff, 0xff,
	    0xff };
	uint8_t zero[24] = { 0x20 };
	size_t i;

	machine("16");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		call();
		say(bad[i].m, bad[i].n);
		if (!ok(closed) || !ok(violations == 1))
			printf("    %s\n", bad[i].what);
	}
	call();
	say(login.m[0].bytes, 8);
	say(huge, 9);
	ok(closed);
	call();
	log_in();
	say(zero, 24);			/* MaxTransmitBuffer 0 */
	ok(closed);
}

/* Opened, and what a viewer says is taken; one at a time, unless it is off. */
static void
test_kvm(void)
{
	const struct hex_message *open = find(&kvm, "open KVM");
	const struct hex_message *reply = find(&kvm, "channel open");
	const uint8_t *start = kvm.m[0].bytes;
	size_t i;

	machine("16");
	sim.model.kvm_enabled = true;
	call();
	say(start, 8);
	answers(kvm.m[1].bytes, kvm.m[1].len, kvm.m[1].what);
	for (i = 1; i < login.n; i++)
		if (login.m[i].from == 'C')
			say(login.m[i].bytes, login.m[i].len);
	nwritten = 0;
	say(open->bytes, open->len);
	answers(reply->bytes, reply->len, reply->what);
	ok(sim.model.session_open[SERVICE_KVM]);
	is_str(sim.model.accesses[0], "11/20/2026, 13:20:00, peer");
	say("RFB 003.008\n", 12);
	is_int(nwritten, 0);
	is_int(violations, 0);
	hang_up();
	ok(!sim.model.session_open[SERVICE_KVM]);
	sim.model.kvm_enabled = false;
	call();
	say(start, 8);
	is_int(written[1], 3);
	ok(closed);
}

static void
test_terminate(void)
{
	machine("16");
	ok(!sim_terminate(&sim, SERVICE_SOL));
	open_sol();
	ok(sim_terminate(&sim, SERVICE_SOL));
	ok(closed);
	ok(!sim.model.session_open[SERVICE_SOL]);
}

int
main(void)
{
	hex_read(&login, "redir-session-start-and-digest.hex");
	hex_read(&others, "redir-other-logins.hex");
	hex_read(&refusals, "redir-refusals.hex");
	hex_read(&sol, "redir-sol.hex");
	hex_read(&kvm, "redir-kvm.hex");
	test_login();
	test_wrong_digest();
	test_other_logins();
	test_refusals();
	test_realm();
	test_sol();
	test_one_session();
	test_chunks();
	test_silence();
	test_stale();
	test_heartbeat();
	test_flush();
	test_overflow();
	test_controls();
	test_out_of_turn();
	test_kvm();
	test_terminate();
	return test_done();
}
