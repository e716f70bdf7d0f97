/* SPDX-License-Identifier: MIT */
/*
 * One simulated machine: its model, its host, its doors.  main.c builds it
 * from the command line.
 */
#ifndef AMTSIM_SIM_H
#define AMTSIM_SIM_H

#include <stdio.h>
#include <time.h>

#include "lib/loop.h"

#include "host.h"
#include "model.h"

struct door_conn;
struct door_listeners;
struct redir;
struct presence;
struct control;
struct fault_set;
struct store;
struct gnutls_x509_crt_int;
struct journal;
struct cred;
struct usbr;

struct web;

#define VIOLATIONS_MAX 64		/* texts kept; all are counted */

/* Doors as the log, the counters and the faults name them. */
enum door { DOOR_WSMAN, DOOR_REDIRECTION, DOOR_PRESENCE, DOORS };
extern const char *const door_names[DOORS];

struct door_counters {
	unsigned long connections, tls_connections, logins;
	unsigned long messages_in, messages_out;	/* WS-Man: requests, answers */
	unsigned long long bytes_in, bytes_out;
};

/* What WS-Man clients cost: http.c counts, the state report prints. */
struct http_stats {
	unsigned connections;		/* accepted */
	unsigned requests;		/* whole HTTP requests */
	unsigned challenges;		/* answered 401 */
	unsigned calls;			/* SOAP messages that passed the login */
};

/*
 * Time.  Protocol time-outs use these, so that the control socket's "time
 * +60" ends them; sim_wall() is the device's clock.
 */
struct sim_timer {
	struct loop_timer t;
	struct sim *sim;
	struct sim_timer *next, **prev;	/* NULL prev: not running */
	int64_t due_ms;
	void (*fn)(void *arg);
	void *arg;
};

struct sim {
	struct loop *loop;
	struct model model;
	const struct host_ops *host_ops;
	struct host *host;
	const char *run_dir;		/* for sockets and guests; 0700 */
	const char *guest;		/* qemu: "micro", "linux" or a path */
	const char *firmware;		/* qemu: "bios" or "uefi" */
	int start_delay_ms;		/* power on to first instruction */
	int os_delay_ms;		/* power on, reset to the OS's network */

	/* the one clock: clock.c */
	int64_t clock_offset_ms;
	int64_t device_clock_s;		/* how far the device's is ahead */
	struct sim_timer *timers;

	/* randomness: clock.c; seeded runs repeat themselves */
	bool seeded;
	uint64_t seed_state;

	/* the power order in progress: power.c */
	bool on_after_off;		/* cycle, graceful reset */
	struct host_boot boot_next;
	bool os_gap;			/* nobody answers: NIC changes hands */
	bool os_boots;			/* not the OS's yet */
	struct loop_timer gap_timer, cycle_timer, boot_timer;

	/* doors */
	struct sim **fleet;		/* the first one's: all, itself first */
	size_t nfleet;
	size_t number;			/* in it; from 1 */
	char own_address[16];		/* in it */
	const char *addresses[8];	/* to bind; NULL ends; none: all */
	size_t naddresses;
	const char *local_address;	/* connections to it are the LMS side */
	const char *without;		/* classes it lacks: "A,B"; or NULL */
	const char *cert_file, *key_file, *client_ca, *tls_priority;
	int pace_ms;			/* pause after session messages */
	struct door_listeners *listeners;
	struct door_conn *conns;
	struct cred *cred;
	struct gnutls_x509_crt_int *self_signed;	/* cred.c */
	struct store *store;
	struct loop_timer restart_timer;
	struct presence *presence;
	struct control *control;
	struct redir *sessions[SERVICES];
	struct sim_timer stale[SERVICES]; /* of connections lost uncleanly */
	struct usbr *usbr;		/* usbr.c */
	uint16_t ider_read_max, ider_write_max;	/* one 0x54, one 0x53 */
	struct sim_timer consent_timer, alarm_timer;
	struct journal *journal;
	struct web *web;		/* http.c */
	bool own_network;
	const char *responder;		/* who answers a ping now */

	/* what is told to tests */
	struct fault_set *faults;
	struct door_counters counters[DOORS];
	struct http_stats http;
	FILE *log;
	struct loop_timer log_timer;
	char *violations[VIOLATIONS_MAX];
	unsigned nviolations;
};

/* The clock and chance: clock.c. */
int64_t sim_now_ms(const struct sim *sim);
time_t sim_wall(const struct sim *sim);
void sim_after(struct sim *sim, struct sim_timer *t, int64_t ms,
    void (*fn)(void *arg), void *arg);
void sim_cancel(struct sim_timer *t);	/* not running is fine */
void sim_time_skip(struct sim *sim, int64_t ms);
void sim_random(struct sim *sim, void *p, size_t n);
void sim_random_hex(struct sim *sim, char *out, size_t digits); /* and NUL */

/*
 * A line of the log: {"ms":..,"door":"redirection","peer":..,"dir":"in",
 * "what":..,"len":..,"hex":".."}; data may be NULL.  Mask secrets before.
 */
void sim_log(struct sim *sim, enum door door, const char *peer,
    const char *dir, const char *what, const void *data, size_t len);
void sim_log_flush(struct sim *sim);

/*
 * A connection as the services see it: already accepted, TLS done, behind
 * the fault layer.  One message per door_write(): it becomes one segment,
 * one TLS record, unless a fault splits or joins it.
 */
struct door_events {
	void (*data)(void *arg, const uint8_t *p, size_t n);	/* any split */
	void (*closed)(void *arg);	/* by the peer or by a fault; the last call */
	void (*drained)(void *arg);	/* may be NULL: all written bytes are out */
};
void door_attach(struct door_conn *c, const struct door_events *ev, void *arg);
int door_write(struct door_conn *c, const void *p, size_t n);
void door_pause(struct door_conn *c, int ms);	/* before the next write goes out */
size_t door_backlog(const struct door_conn *c);	/* bytes not yet out */
void door_hold(struct door_conn *c, bool hold);	/* stop reading */
/*
 * flush: write what is queued, then shut down and wait shortly for the
 * peer to close too, so that it can read the last answer.  Otherwise the
 * connection is reset.  No closed() call follows.
 */
void door_close(struct door_conn *c, bool flush);
const char *door_peer(const struct door_conn *c);	/* "127.0.0.1:40000" */
bool door_is_tls(const struct door_conn *c);
bool door_is_local(const struct door_conn *c);	/* LMS side */
uint16_t door_port(const struct door_conn *c);

/* The ports: listen.c. */
int doors_start(struct sim *sim, struct err *e);
void doors_stop(struct sim *sim);
/* Ports open now, in port order; returns how many. */
size_t doors_open(const struct sim *sim, uint16_t out[8]);
void doors_faults_changed(struct sim *sim);

/* Services: called by a listener for each new connection. */
void redir_serve(struct sim *sim, struct door_conn *c);	/* redir.c */
void http_serve(struct sim *sim, struct door_conn *c);	/* http.c: libmicrohttpd behind */
int http_start(struct sim *sim, struct err *e);
void http_stop(struct sim *sim);
int presence_start(struct sim *sim, struct err *e);
void presence_stop(struct sim *sim);
int control_start(struct sim *sim, const char *path, struct err *e);
void control_stop(struct sim *sim);
int control_client(const char *path, char **words, struct err *e);

/* What the control socket's "state" prints: state.c.  The caller frees. */
char *state_text(const struct sim *sim);

/* The host's news for open sessions: sol.c, usbr.c. */
void redir_power_changed(struct sim *sim);
void usbr_host_reset(struct sim *sim);

/* Faults that the services themselves act out; fault.c parses them. */
bool fault_take(struct sim *sim, const char *name);	/* one-shot, counted down */
long fault_value(struct sim *sim, const char *name, long none);

#endif
