/* SPDX-License-Identifier: MIT */
/*
 * Storage redirection, the device's side.  Redirection protocol: storage
 * redirection, simulator profile.  The console is the disk: a command of
 * the host goes out as 0x50, data and the verdict come back as 0x54, 0x52
 * and 0x51.  idercheck.c looks at every field of what comes; what is wrong
 * there is noted, and as far as it can be made sense of, obeyed.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "ider.h"

#define RX_TIMEOUT 30000		/* when the console does not say */
#define PING_MS 5000			/* when it wants no heartbeats */
#define FAULT_PING_MS 100
#define ANSWER_MS 10000			/* a command, a reset */
#define ZEROS 4				/* that may follow a short 0x48 */

enum { OPEN = 0x40, OPEN_REPLY, CLOSE, CLOSE_REPLY, PING, PONG, RESET,
    RESET_REPLY, FEATURES, FEATURES_REPLY, FAILURE, HEARTBEAT,
    COMMAND = 0x50, COMMAND_END, GET_DATA, DATA_OUT, DATA_IN };
enum { SUPPORTED = 1, STATE, SET };	/* subcommands of FEATURES */
enum { ENABLE = 0x01, ON_RESET = 0x08, GRACEFULLY = 0x10, NOW = 0x18 };
enum { ABORTED = 0x0b, TIMED_OUT = 0x08 };

struct ider {
	struct redir *r;
	uint32_t seq, peer_seq;
	bool seq_told;			/* that the console miscounts */
	unsigned rx_ms, heartbeat_ms;
	int64_t heard_ms;
	bool serves;			/* the enable register */
	bool armed;			/* to be set at the next reset */
	bool to_serve;			/* and how */
	bool resetting;			/* 0x47 is awaited */
	bool pinged, refuse_next, is_lost;
	unsigned zeros;			/* bytes that may follow */
	size_t owed;			/* of a write that a reset killed */
	struct sim_timer rx_timer, beat_timer, ping_timer, reset_timer,
	    revoke_timer;
};

static const struct frame frames[] = {
	{ OPEN, 18, 0, 0, "OpenSession" },
	{ CLOSE, 8, 0, 0, "CloseSession" },
	{ PING, 8, 0, 0, "IDE-R ping" },
	{ PONG, 8, 0, 0, "IDE-R pong" },
	{ RESET_REPLY, 8, 0, 0, "ResetOccurred response" },
	{ FEATURES, 9, 0, 0, "Features" },
	{ HEARTBEAT, 8, 0, 0, "IDE-R heartbeat" },
	{ COMMAND_END, 31, 0, 0, "CommandEndResponse" },
	{ GET_DATA, 31, 0, 0, "GetDataFromHost" },
	{ DATA_IN, 34, 9, 2, "DataToHost" },
	{ 0, 1, 0, 0, "zero after Features" },
	{ 0 },
};

/* Only the subcommand that sets has a value. */
static size_t
extra(const uint8_t *p)
{
	return p[0] == FEATURES && p[8] == SET ? 4 : 0;
}

static unsigned
le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t
le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static void
put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static struct ider *
session(const struct sim *sim)
{
	struct redir *r = sim->sessions[SERVICE_IDER];

	return r != NULL ? r->session : NULL;
}

static void
send_message(struct ider *s, uint8_t type, uint8_t *m, size_t n)
{
	if (fault_take(s->r->sim, "ider-gap"))
		s->seq++;
	m[0] = type;
	put16(m + 4, s->seq);
	put16(m + 6, s->seq >> 16);
	s->seq++;
	redir_send(s->r, m, n);
}

static void
send_plain(struct ider *s, uint8_t type)
{
	uint8_t m[8] = { 0 };

	send_message(s, type, m, sizeof m);
}

/* ---- resets ------------------------------------------------------------ */

static void
on_no_reset_reply(void *arg)
{
	struct ider *s = arg;

	sim_violation(s->r->sim, "redirection", "%s: no answer to "
	    "ResetOccurred", door_peer(s->r->c));
	redir_end(s->r, true);
}

static void
reset(struct ider *s, uint8_t drives)
{
	uint8_t m[9] = { [8] = drives };

	if (s->resetting)
		return;			/* one answer will do for both */
	s->resetting = true;
	s->r->sim->usbr->resets++;
	send_message(s, RESET, m, sizeof m);
	sim_after(s->r->sim, &s->reset_timer, ANSWER_MS, on_no_reset_reply,
	    s);
}

void
ider_reset(struct sim *sim, uint8_t drives)
{
	struct ider *s = session(sim);

	if (s != NULL && s->serves)
		reset(s, drives);
}

void
ider_platform_reset(struct sim *sim)
{
	struct ider *s = session(sim);

	if (s == NULL)
		return;
	reset(s, 3);
	if (s->armed)
		s->serves = s->to_serve;
	s->armed = false;
}

/* What had been read of a write before the reset comes too late. */
static void
send_owed(struct ider *s)
{
	uint8_t *m = calloc(1, 14 + s->owed);

	if (m != NULL) {
		put16(m + 9, s->owed);
		send_message(s, DATA_OUT, m, 14 + s->owed);
	}
	free(m);
	s->owed = 0;
}

static int
reset_reply(struct ider *s, struct err *e)
{
	if (!s->resetting)
		return err_set(e, ERR_PROTO, "nothing was reset");
	sim_cancel(&s->reset_timer);
	s->resetting = false;
	if (s->owed > 0)
		send_owed(s);
	if (s->serves)
		usbr_active(s->r->sim);
	return 0;
}

/* ---- commands ---------------------------------------------------------- */

bool
ider_serves(const struct sim *sim)
{
	const struct ider *s = session(sim);

	return s != NULL && s->serves;
}

bool
ider_armed(const struct sim *sim)
{
	const struct ider *s = session(sim);

	return s != NULL && s->armed;
}

static void
on_late(void *arg)
{
	struct scsi_command *c = arg;
	struct sim *sim = c->late.sim;
	enum usbr_drive d = c->drive;

	sim_violation(sim, "redirection", "%s: no answer to command %02x of "
	    "the %s", sim->model.session_peer[SERVICE_IDER], c->cdb[0],
	    usbr_names[d]);
	ider_reset(sim, (uint8_t)(1 << d));
	usbr_finish(sim, d, ABORTED, TIMED_OUT, 1);
}

void
ider_send_command(struct sim *sim, struct scsi_command *c)
{
	struct ider *s = session(sim);
	uint8_t m[28] = { [9] = c->dma, [12] = 0xfe, [13] = 0xff,
	    [14] = c->drive == USBR_CD ? 0xb0 : 0xa0, [15] = 0xa0 };
	uint8_t failure[11] = { [8] = 1 };

	if (s == NULL || !s->serves || s->resetting)
		return;
	if (fault_take(sim, "ider-error"))
		send_message(s, FAILURE, failure, sizeof failure);
	memcpy(m + 16, c->cdb, CDB_BYTES);
	c->sent = true;
	c->sent_us = usbr_now_us();
	sim->usbr->commands++;
	sim_after(sim, &c->late, ANSWER_MS, on_late, c);
	send_message(s, COMMAND, m, sizeof m);
}

/*
 * The command that a message of this drive byte belongs to.  NULL: none, it
 * is to be dropped; that is an error unless a reset has just killed it.
 */
static struct scsi_command *
command_of(struct ider *s, uint8_t device, const char *what)
{
	struct sim *sim = s->r->sim;
	enum usbr_drive d = device & 0x10 ? USBR_CD : USBR_FLOPPY, other;
	struct scsi_command *c = usbr_current(sim, d);

	if (s->resetting)
		return NULL;
	if (c != NULL) {
		sim_after(sim, &c->late, ANSWER_MS, on_late, c);
		return c;
	}
	other = d == USBR_CD ? USBR_FLOPPY : USBR_CD;
	c = usbr_current(sim, other);
	sim_violation(sim, "redirection", c != NULL ? "%s: %s for drive %02x, "
	    "which is not the one that was asked" : "%s: %s for drive %02x, "
	    "without a command", door_peer(s->r->c), what, device);
	return c;
}

static int
command_end(struct ider *s, const uint8_t *p)
{
	struct sim *sim = s->r->sim;
	struct scsi_command *c = command_of(s, p[26], "CommandEndResponse");
	uint8_t key = 0, asc = 0, ascq = 0;

	if (c == NULL)
		return 0;
	ider_check_end(s->r, c, p);
	if (p[27] & 1) {		/* the status register decides */
		key = p[28] != 0 ? p[28] : ABORTED;
		asc = p[29];
		ascq = p[30];
	}
	ider_check_answer(s->r, c, &sim->usbr->drive[c->drive].medium, key,
	    asc);
	usbr_finish(sim, c->drive, key, asc, ascq);
	return 0;
}

/* The connection breaks in the middle of a command. */
static int
lose(struct ider *s)
{
	s->is_lost = true;
	redir_end(s->r, false);
	return 0;
}

static int
data_in(struct ider *s, const uint8_t *p, struct err *e)
{
	struct sim *sim = s->r->sim;
	struct scsi_command *c = command_of(s, p[18], "DataToHost");
	size_t n = le16(p + 9);
	bool last = (p[3] & 2) != 0;

	if (c == NULL)
		return 0;
	if (c->in.len == 0)
		c->first_us = (uint32_t)(usbr_now_us() - c->sent_us);
	ider_check_data(s->r, c, p, n, sim->ider_read_max);
	if (buf_add(&c->in, p + 34, n, e) == -1)
		return -1;
	if (last) {
		ider_check_answer(s->r, c,
		    &sim->usbr->drive[c->drive].medium, 0, 0);
		usbr_finish(sim, c->drive, 0, 0, 0);
	} else if (fault_take(sim, "ider-cut")) {
		return lose(s);
	} else if (fault_take(sim, "ider-reset-in-read")) {
		usbr_again(sim, c->drive);
		reset(s, (uint8_t)(1 << c->drive));
	}
	return 0;
}

/* In pieces, too few or too many, as the faults will. */
static void
send_data(struct ider *s, const uint8_t *p, size_t n, bool last)
{
	static uint8_t m[14 + 65535];
	struct sim *sim = s->r->sim;
	long piece = fault_value(sim, "ider-split", 65535);
	long more = last ? fault_value(sim, "ider-long", 0) -
	    fault_value(sim, "ider-short", 0) : 0;
	size_t total = more < 0 && (size_t)-more > n ? 0 :
	    (size_t)((long)n + more), at, k;

	if (piece < 1 || piece > 65535)
		piece = 65535;
	for (at = 0; at < total; at += k) {
		k = total - at;
		if (k > (size_t)piece)
			k = (size_t)piece;
		memset(m, 0, 14 + k);
		put16(m + 9, k);
		if (at < n)
			memcpy(m + 14, p + at, k < n - at ? k : n - at);
		sim->usbr->bytes_out += k;
		send_message(s, DATA_OUT, m, 14 + k);
	}
}

static int
get_data(struct ider *s, const uint8_t *p)
{
	struct sim *sim = s->r->sim;
	struct scsi_command *c = command_of(s, p[18], "GetDataFromHost");
	size_t n = le16(p + 9), from;

	if (c == NULL)
		return 0;
	ider_check_get(s->r, c, p, sim->ider_write_max);
	from = c->fetched;
	if (n > c->out_len - from)
		n = c->out_len - from;
	c->fetched += n;
	if (n > 1 && fault_take(sim, "ider-reset-in-write")) {
		send_data(s, c->out + from, n / 2, false);
		s->owed = n - n / 2;
		usbr_again(sim, c->drive);
		reset(s, (uint8_t)(1 << c->drive));
	} else
		send_data(s, c->out + from, n, c->fetched == c->out_len);
	return 0;
}

/* ---- features ---------------------------------------------------------- */

static void
features_reply(struct ider *s, uint8_t sub, uint32_t value)
{
	uint8_t m[13] = { [8] = sub };

	put16(m + 9, value);
	put16(m + 11, value >> 16);
	send_message(s, FEATURES_REPLY, m, sizeof m);
}

static void
serve(struct ider *s, bool on)
{
	s->armed = false;
	s->serves = on;
	if (on)
		usbr_active(s->r->sim);
	else
		usbr_lost(s->r->sim, false);
}

/* Until then the verdict stands. */
static void
on_revoke(void *arg)
{
	struct ider *s = arg;

	features_reply(s, SET, 0);
	serve(s, false);
}

static bool
accepted(struct ider *s, uint32_t value)
{
	struct sim *sim = s->r->sim;
	uint32_t when = value & NOW;

	if ((value & ~(uint32_t)(ENABLE | NOW)) != 0 || when == 0) {
		sim_violation(sim, "redirection", "%s: Features sets register "
		    "%08x", door_peer(s->r->c), value);
		return false;
	}
	if (when == GRACEFULLY && (usbr_current(sim, USBR_CD) != NULL ||
	    usbr_current(sim, USBR_FLOPPY) != NULL))
		return false;
	return fault_value(sim, "ider-refuse", 0) == 0 && !s->refuse_next;
}

static void
set_register(struct ider *s, uint32_t value)
{
	struct sim *sim = s->r->sim;
	bool yes = accepted(s, value), on = (value & ENABLE) != 0;
	long second = fault_value(sim, "ider-second-verdict", 0);

	if (fault_value(sim, "ider-no-verdict", 0) == 0)
		features_reply(s, SET, yes);
	if (!yes)
		serve(s, false);
	else if ((value & NOW) != ON_RESET)
		serve(s, on);
	else {
		s->armed = true;
		s->to_serve = on;
	}
	if (yes && second == 1) {	/* provokes another FEATURES */
		features_reply(s, SUPPORTED, 1);
		s->refuse_next = true;
	} else if (yes && second > 1)
		sim_after(sim, &s->revoke_timer, second, on_revoke, s);
}

static int
features(struct ider *s, const uint8_t *p, struct err *e)
{
	if (redir_misbehaves(s->r, STAGE_FEATURES))
		return 0;
	switch (p[8]) {
	case SUPPORTED:
		features_reply(s, SUPPORTED, 1);
		break;
	case STATE:
		features_reply(s, STATE, s->serves ? 2 : 0);
		break;
	case SET:
		set_register(s, le32(p + 9));
		break;
	default:
		return err_set(e, ERR_PROTO, "no subcommand %u", p[8]);
	}
	s->zeros = p[8] == SET ? 0 : ZEROS;
	return 0;
}

/* ---- session ----------------------------------------------------------- */

static void
on_silence(void *arg)
{
	struct ider *s = arg;
	struct sim *sim = s->r->sim;
	int64_t left = s->heard_ms + s->rx_ms - sim_now_ms(sim);

	if (left > 0) {
		sim_after(sim, &s->rx_timer, left, on_silence, s);
		return;
	}
	sim_violation(sim, "redirection", "%s: silent for longer than its "
	    "receive time-out", door_peer(s->r->c));
	redir_end(s->r, true);
}

static void
on_beat(void *arg)
{
	struct ider *s = arg;
	struct sim *sim = s->r->sim;

	if (fault_value(sim, "heartbeat-stop", 0) != 0)
		;
	else if (s->heartbeat_ms > 0)
		send_plain(s, HEARTBEAT);
	else {
		s->pinged = true;
		send_plain(s, PING);
	}
	sim_after(sim, &s->beat_timer, s->heartbeat_ms > 0 ?
	    (int)s->heartbeat_ms : PING_MS, on_beat, s);
}

/* The fault ider-ping may come while the session runs. */
static void
on_ping(void *arg)
{
	struct ider *s = arg;

	if (fault_take(s->r->sim, "ider-ping")) {
		s->pinged = true;
		send_plain(s, PING);
	}
	sim_after(s->r->sim, &s->ping_timer, FAULT_PING_MS, on_ping, s);
}

/* A console that echoes pings means pongs. */
static void
ping(struct ider *s)
{
	if (!s->pinged)
		send_plain(s, PONG);
	s->pinged = false;
}

/*
 * 0x41: type status reserved[2] seq[4] version 1.0, firmware, unknown[4],
 * read and write buffers [2] each, unknown, protocol, unknown[3], IANA[4], oem
 */
static void
open_reply(struct ider *s, uint8_t status)
{
	struct sim *sim = s->r->sim;
	uint8_t m[30] = { [1] = status, [8] = 1,
	    [10] = sim->model.profile->firmware_major,
	    [25] = 0x57, [26] = 0x01 };

	put16(m + 16, sim->ider_read_max);
	put16(m + 18, sim->ider_write_max);
	m[21] = (uint8_t)fault_value(sim, "ider-protocol", 0);
	m[29] = (uint8_t)fault_value(sim, "ider-length", 0);
	send_message(s, OPEN_REPLY, m, sizeof m);
}

static void
start_timers(struct ider *s, const uint8_t *p)
{
	struct sim *sim = s->r->sim;

	s->rx_ms = le16(p + 8) > 0 ? le16(p + 8) : RX_TIMEOUT;
	s->heartbeat_ms = le16(p + 12);
	s->heard_ms = sim_now_ms(sim);
	sim_after(sim, &s->rx_timer, s->rx_ms, on_silence, s);
	sim_after(sim, &s->beat_timer, s->heartbeat_ms > 0 ?
	    (int)s->heartbeat_ms : PING_MS, on_beat, s);
	sim_after(sim, &s->ping_timer, FAULT_PING_MS, on_ping, s);
}

static int
open_session(struct redir *r, const uint8_t *p, struct err *e)
{
	uint8_t status = (uint8_t)fault_value(r->sim, "ider-status", 0);
	struct ider *s;

	if (r->state != LOGGED_IN)
		return err_set(e, ERR_PROTO, "OpenSession out of turn");
	ider_check_open(r, p);
	if (redir_misbehaves(r, STAGE_IDER))
		return 0;
	if (r->sim->model.session_open[SERVICE_IDER])
		status = 2;
	if ((s = calloc(1, sizeof *s)) == NULL)
		return err_set(e, ERR_LOCAL, "no memory");
	s->r = r;
	s->peer_seq = 1;
	open_reply(s, status);
	if (status != 0) {
		free(s);
		redir_end(r, true);
		return 0;
	}
	(void)redir_open(r);		/* seen to be free */
	r->state = SESSION;
	r->session = s;
	r->sim->usbr->sessions++;
	start_timers(s, p);
	return 0;
}

static void
on_closed(struct redir *r, bool lost)
{
	struct ider *s = r->session;
	bool served;

	if (s == NULL)
		return;
	served = s->serves;
	redir_release(r, lost && fault_value(r->sim, "stale-session",
	    0) != 0 ? s->rx_ms : 0);
	r->session = NULL;
	sim_cancel(&s->rx_timer);
	sim_cancel(&s->beat_timer);
	sim_cancel(&s->ping_timer);
	sim_cancel(&s->reset_timer);
	sim_cancel(&s->revoke_timer);
	lost = lost || s->is_lost;
	free(s);
	if (served)
		usbr_lost(r->sim, lost);
}

/* Firmware does not look at it either; a console that miscounts is told of. */
static void
check_seq(struct ider *s, uint32_t seq)
{
	if (seq != s->peer_seq && !s->seq_told) {
		s->seq_told = true;
		sim_violation(s->r->sim, "redirection", "%s: sequence number "
		    "%u where %u is due", door_peer(s->r->c), seq,
		    s->peer_seq);
	}
	s->peer_seq = seq + 1;
}

static int
message(struct redir *r, const uint8_t *p, size_t n, struct err *e)
{
	struct ider *s = r->session;

	(void)n;
	if (p[0] == OPEN)
		return open_session(r, p, e);
	if (s == NULL)
		return err_set(e, ERR_PROTO, "no session is open");
	s->heard_ms = sim_now_ms(r->sim);
	if (p[0] == 0) {
		if (s->zeros == 0)
			return err_set(e, ERR_PROTO, "no message begins so");
		s->zeros--;
		return 0;
	}
	s->zeros = 0;
	check_seq(s, le32(p + 4));
	switch (p[0]) {
	case CLOSE:
		send_plain(s, CLOSE_REPLY);
		redir_end(r, true);
		return 0;
	case PING:
		ping(s);
		return 0;
	case RESET_REPLY:
		return reset_reply(s, e);
	case FEATURES:
		return features(s, p, e);
	case COMMAND_END:
		return command_end(s, p);
	case GET_DATA:
		return get_data(s, p);
	case DATA_IN:
		return data_in(s, p, e);
	default:			/* 45 4b: heard, nothing to do */
		return 0;
	}
}

const struct redir_service redir_ider = {
	.tag = "IDER",
	.service = SERVICE_IDER,
	.enabled_bit = 1,
	.frames = frames,
	.extra = extra,
	.message = message,
	.closed = on_closed,
};
