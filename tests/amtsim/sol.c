/* SPDX-License-Identifier: MIT */
/*
 * Serial-over-LAN, the device's side.  Redirection protocol:
 * Serial-over-LAN, rules, simulator profile.
 *
 * Host to console: bytes are collected until MaxTransmitBuffer is full or
 * TransmitBufferTimeout is over.  A console that does not read fills the
 * connection; then the host's UART is stalled for TransmitOverflowTimeout
 * (0: for ever), and after that its bytes are lost and 0x29 says so.
 * Console to host: bytes that the UART does not take stay here, reading
 * stops, and after HostFIFORxFlushTimeout without progress they are thrown
 * away, which 0x29 says too.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "redir.h"

#define BACKLOG_MAX (256 * 1024)	/* unsent bytes that stall the UART */
#define RX_MAX (512 * 1024)
#define RX_TIMEOUT_MIN 10000

enum { CONTROL_LINES = 0x03, CONTROL_BREAK = 0x04 };
enum { STATUS_OVERFLOW = 0x01, STATUS_POWER = 0x04, STATUS_FLUSHED = 0x08 };

struct sol {
	struct redir *r;
	uint32_t seq;
	size_t tx_max;
	unsigned tx_ms, overflow_ms, rx_ms, flush_ms, heartbeat_ms;
	uint8_t *tx;			/* room for a header, then tx_len bytes */
	size_t tx_len;
	struct buf rx;			/* typed, not yet taken by the host */
	int64_t heard_ms;
	bool held, dropping, in_break;
	struct sim_timer tx_timer, rx_timer, flush_timer, overflow_timer,
	    heartbeat_timer, ping_timer, controls_timer;
};

static const struct frame frames[] = {
	{ 0x20, 24, 0, 0, "StartSOL" },
	{ 0x22, 8, 0, 0, "EndSOL" },
	{ 0x24, 8, 0, 0, "SOL ping" },
	{ 0x25, 8, 0, 0, "SOL pong" },
	{ 0x27, 14, 0, 0, "SOL controls to host" },
	{ 0x28, 10, 8, 2, "SOL data to host" },
	{ 0x2b, 8, 0, 0, "SOL heartbeat" },
	{ 0 },
};

static void
header(struct sol *s, uint8_t *m, uint8_t type)
{
	uint32_t seq = ++s->seq;

	memset(m, 0, 8);
	m[0] = type;
	m[4] = (uint8_t)seq;
	m[5] = (uint8_t)(seq >> 8);
	m[6] = (uint8_t)(seq >> 16);
	m[7] = (uint8_t)(seq >> 24);
}

static void
send_plain(struct sol *s, uint8_t type)
{
	uint8_t m[8];

	header(s, m, type);
	redir_send(s->r, m, sizeof m);
}

/* 0x29: RTS, DTR, BREAK; overflow, power, flushed. */
static void
send_controls(struct sol *s, uint8_t status)
{
	uint8_t m[10];

	if (fault_value(s->r->sim, "no-controls", 0) != 0)
		return;
	header(s, m, 0x29);
	m[8] = CONTROL_LINES | (s->in_break ? CONTROL_BREAK : 0);
	m[9] = status;
	if (s->r->sim->model.power == HOST_ON)
		m[9] |= STATUS_POWER;
	if (s->dropping)
		m[9] |= STATUS_OVERFLOW;
	redir_send(s->r, m, sizeof m);
}

static struct sol *
open_session(struct sim *sim)
{
	struct redir *r = sim->sessions[SERVICE_SOL];

	return r != NULL ? r->session : NULL;
}

/* ---- host to console --------------------------------------------------- */

/* false: a fault has ended the session. */
static bool
emit(struct sol *s)
{
	struct sim *sim = s->r->sim;
	size_t n = s->tx_len;
	long said = fault_value(sim, "data-length", (long)n);

	sim_cancel(&s->tx_timer);
	if (n == 0)
		return true;
	s->tx_len = 0;
	if (redir_misbehaves(s->r, STAGE_DATA))
		return open_session(sim) == s;
	header(s, s->tx, 0x2a);
	s->tx[8] = (uint8_t)said;
	s->tx[9] = (uint8_t)(said >> 8);
	redir_send(s->r, s->tx, 10 + n);
	return true;
}

static void
on_tx_timeout(void *arg)
{
	(void)emit(arg);
}

static void
hold_host(struct sol *s, bool hold)
{
	struct sim *sim = s->r->sim;

	if (s->held == hold)
		return;
	s->held = hold;
	if (sim->host_ops->serial_hold != NULL)
		sim->host_ops->serial_hold(sim->host, hold);
}

static void
on_overflow(void *arg)
{
	struct sol *s = arg;

	s->dropping = true;
	send_controls(s, 0);
	hold_host(s, false);
}

static void
on_drained(struct redir *r)
{
	struct sol *s = r->session;

	if (s == NULL)
		return;
	sim_cancel(&s->overflow_timer);
	if (s->dropping) {
		s->dropping = false;
		send_controls(s, 0);
	}
	hold_host(s, false);
}

static void
mind_backlog(struct sol *s)
{
	if (door_backlog(s->r->c) <= BACKLOG_MAX || s->held)
		return;
	hold_host(s, true);
	if (s->overflow_ms > 0)
		sim_after(s->r->sim, &s->overflow_timer, s->overflow_ms,
		    on_overflow, s);
}

void
host_serial_out(struct sim *sim, const uint8_t *p, size_t n)
{
	struct sol *s;
	size_t take;

	while (n > 0 && (s = open_session(sim)) != NULL && !s->dropping) {
		take = s->tx_max - s->tx_len;
		if (take > n)
			take = n;
		memcpy(s->tx + 10 + s->tx_len, p, take);
		s->tx_len += take;
		p += take;
		n -= take;
		if (s->tx_len == s->tx_max && !emit(s))
			return;
	}
	if ((s = open_session(sim)) == NULL)
		return;
	if (s->tx_len > 0 && s->tx_ms > 0 && s->tx_timer.prev == NULL)
		sim_after(sim, &s->tx_timer, s->tx_ms, on_tx_timeout, s);
	mind_backlog(s);
}

void
host_serial_break(struct sim *sim, bool asserted)
{
	struct sol *s = open_session(sim);

	if (s == NULL || s->in_break == asserted)
		return;
	s->in_break = asserted;
	if (emit(s))
		send_controls(s, 0);
}

void
redir_power_changed(struct sim *sim)
{
	struct sol *s = open_session(sim);

	/* While 0x29 of the start is due, that one tells it. */
	if (s != NULL && s->controls_timer.prev == NULL && emit(s))
		send_controls(s, 0);
}

/* ---- console to host --------------------------------------------------- */

static void
on_flush_timeout(void *arg)
{
	struct sol *s = arg;

	buf_drop(&s->rx, s->rx.len);
	send_controls(s, STATUS_FLUSHED);
	door_hold(s->r->c, false);
}

/* Give the host what waits; what it refuses keeps waiting. */
static void
push(struct sol *s)
{
	struct sim *sim = s->r->sim;
	size_t took = 0;

	while (s->rx.len > 0 && (took = sim->host_ops->serial_in(sim->host,
	    s->rx.data, s->rx.len)) > 0) {
		if (open_session(sim) != s)
			return;		/* its echo met a fault */
		buf_drop(&s->rx, took);
		sim_cancel(&s->flush_timer);
	}
	if (s->rx.len > 0 && s->flush_ms > 0 && s->flush_timer.prev == NULL)
		sim_after(sim, &s->flush_timer, s->flush_ms,
		    on_flush_timeout, s);
	door_hold(s->r->c, s->rx.len > 0);
}

void
host_serial_ready(struct sim *sim)
{
	struct sol *s = open_session(sim);

	if (s != NULL && s->rx.len > 0)
		push(s);
}

static int
typed(struct sol *s, const uint8_t *p, size_t n, struct err *e)
{
	struct sim *sim = s->r->sim;
	size_t took = 0;

	if (sim->model.power != HOST_ON)
		return 0;		/* no UART without power */
	if (s->rx.len == 0)
		took = sim->host_ops->serial_in(sim->host, p, n);
	if (took == n || open_session(sim) != s)
		return 0;
	if (buf_add(&s->rx, p + took, n - took, e) == -1)
		return -1;
	push(s);
	return 0;
}

/* ---- session ----------------------------------------------------------- */

static void
on_silence(void *arg)
{
	struct sol *s = arg;
	struct sim *sim = s->r->sim;
	int64_t left = s->heard_ms + s->rx_ms - sim_now_ms(sim);

	if (s->rx.len > 0)		/* it is us who do not listen */
		left = s->rx_ms;
	if (left > 0) {
		sim_after(sim, &s->rx_timer, left, on_silence, s);
		return;
	}
	sim_violation(sim, "redirection", "%s: silent for longer than its "
	    "receive time-out", door_peer(s->r->c));
	redir_end(s->r, true);
}

static void
on_heartbeat(void *arg)
{
	struct sol *s = arg;

	if (fault_value(s->r->sim, "heartbeat-stop", 0) == 0)
		send_plain(s, 0x2b);
	sim_after(s->r->sim, &s->heartbeat_timer, s->heartbeat_ms,
	    on_heartbeat, s);
}

/* The fault sol-ping may come and go while the session runs. */
static void
on_ping(void *arg)
{
	struct sol *s = arg;
	long ms = fault_value(s->r->sim, "sol-ping", 0);

	if (ms > 0)
		send_plain(s, 0x24);
	sim_after(s->r->sim, &s->ping_timer, ms > 0 ? ms : 100, on_ping, s);
}

static void
on_controls(void *arg)
{
	send_controls(arg, 0);
}

static unsigned
le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static struct sol *
sol_new(struct redir *r, const uint8_t *p)
{
	struct sol *s = calloc(1, sizeof *s);

	if (s == NULL || (s->tx = malloc(10 + le16(p + 8))) == NULL) {
		free(s);
		return NULL;
	}
	s->r = r;
	s->tx_max = le16(p + 8);
	s->tx_ms = le16(p + 10);
	s->overflow_ms = le16(p + 12);
	s->rx_ms = le16(p + 14);
	if (s->rx_ms > 0 && s->rx_ms < RX_TIMEOUT_MIN)
		s->rx_ms = RX_TIMEOUT_MIN;
	s->rx_ms += s->rx_ms / 2;	/* old clients live on echoes */
	s->flush_ms = le16(p + 16);
	s->heartbeat_ms = le16(p + 18);
	s->heard_ms = sim_now_ms(r->sim);
	buf_init(&s->rx, RX_MAX);
	return s;
}

static void
start_timers(struct sol *s)
{
	struct sim *sim = s->r->sim;

	sim_after(sim, &s->controls_timer, sim->pace_ms * 5 / 2, on_controls,
	    s);
	sim_after(sim, &s->ping_timer, 100, on_ping, s);
	if (s->rx_ms > 0)
		sim_after(sim, &s->rx_timer, s->rx_ms, on_silence, s);
	if (s->heartbeat_ms > 0)
		sim_after(sim, &s->heartbeat_timer, s->heartbeat_ms,
		    on_heartbeat, s);
}

/* 0x21: type status reserved[2] seq[4] unknown[10] IANA[4] oem */
static void
start_reply(struct redir *r, uint8_t status)
{
	uint8_t m[23] = { 0x21, status, 0, 0, 1, [18] = 0x57, [19] = 0x01 };

	m[22] = (uint8_t)fault_value(r->sim, "sol-length", 0);
	redir_send(r, m, sizeof m);
	if (status != 0)
		redir_end(r, true);
}

static int
start(struct redir *r, const uint8_t *p, struct err *e)
{
	uint8_t status = (uint8_t)fault_value(r->sim, "sol-status", 0);
	struct sol *s;

	if (r->state != LOGGED_IN)
		return err_set(e, ERR_PROTO, "StartSOL out of turn");
	if (le16(p + 8) == 0)
		return err_set(e, ERR_PROTO, "MaxTransmitBuffer is 0");
	if (redir_misbehaves(r, STAGE_SOL))
		return 0;
	if (status != 0 || r->sim->model.session_open[SERVICE_SOL]) {
		start_reply(r, status != 0 ? status : 2);
		return 0;
	}
	if ((s = sol_new(r, p)) == NULL)
		return err_set(e, ERR_LOCAL, "no memory");
	(void)redir_open(r);		/* seen to be free */
	start_reply(r, 0);
	s->seq = 1;
	r->state = SESSION;
	r->session = s;
	start_timers(s);
	return 0;
}

static void
on_closed(struct redir *r, bool lost)
{
	struct sol *s = r->session;

	if (s == NULL)
		return;
	redir_release(r, lost && fault_value(r->sim, "stale-session",
	    0) != 0 ? s->rx_ms : 0);
	r->session = NULL;
	sim_cancel(&s->tx_timer);
	sim_cancel(&s->rx_timer);
	sim_cancel(&s->flush_timer);
	sim_cancel(&s->overflow_timer);
	sim_cancel(&s->heartbeat_timer);
	sim_cancel(&s->ping_timer);
	sim_cancel(&s->controls_timer);
	hold_host(s, false);
	buf_clear(&s->rx);
	free(s->tx);
	free(s);
}

static void
end(struct redir *r)
{
	struct sol *s = r->session;

	if (!emit(s))
		return;
	send_plain(s, 0x23);
	on_closed(r, false);
	door_hold(r->c, false);
	r->state = ENDED;
}

static int
message(struct redir *r, const uint8_t *p, size_t n, struct err *e)
{
	struct sol *s = r->session;

	if (p[0] == 0x20)
		return start(r, p, e);
	if (s == NULL)
		return err_set(e, ERR_PROTO, "no session is open");
	s->heard_ms = sim_now_ms(r->sim);
	switch (p[0]) {
	case 0x28:
		return typed(s, p + 10, n - 10, e);
	case 0x22:
		end(r);
		return 0;
	case 0x24:
		send_plain(s, 0x25);
		return 0;
	default:			/* 25 27 2b: heard, nothing to do */
		return 0;
	}
}

const struct redir_service redir_sol = {
	.tag = "SOL ",
	.service = SERVICE_SOL,
	.enabled_bit = 2,
	.frames = frames,
	.message = message,
	.drained = on_drained,
	.closed = on_closed,
};
