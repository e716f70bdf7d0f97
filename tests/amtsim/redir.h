/* SPDX-License-Identifier: MIT */
/*
 * A redirection connection on the device's side: redir.c has framing,
 * session start and the table of services; login.c the login; sol.c
 * serial-over-LAN; ider.c storage; kvm.c opens KVM and shows nothing.
 */
#ifndef AMTSIM_REDIR_H
#define AMTSIM_REDIR_H

#include "lib/buf.h"
#include "fault.h"
#include "sim.h"

/* Length of a message: fixed + the integer of len_size bytes at len_at. */
struct frame {
	uint8_t type, fixed, len_at, len_size;
	const char *name;
};

struct redir_service {
	char tag[5];
	enum service service;
	uint8_t enabled_bit;		/* of AMT_RedirectionService state */
	bool raw;			/* an open session has no messages */
	const struct frame *frames;	/* no name ends */
	size_t (*extra)(const uint8_t *p);	/* bytes beyond fixed; or NULL */
	/* A whole message after the login; -1: break off, text why. */
	int (*message)(struct redir *r, const uint8_t *p, size_t n,
	    struct err *e);
	void (*drained)(struct redir *r);
	void (*closed)(struct redir *r, bool lost);	/* lost: without farewell */
};

enum redir_state { AT_START, AT_LOGIN, LOGGED_IN, SESSION, ENDED };

struct redir {
	struct sim *sim;
	struct door_conn *c;
	const struct redir_service *service;
	enum redir_state state;
	struct buf in;
	char nonce[33];			/* "" none issued */
	uint8_t challenged;		/* method of the challenge */
	char user[USER_NAME_MAX + 1];	/* who logged in */
	struct sim_timer login_timer;
	bool parsing, gone;
	void *session;			/* the service's own */
};

extern const struct redir_service redir_sol;	/* sol.c */
extern const struct redir_service redir_ider;	/* ider.c */
extern const struct redir_service redir_kvm;	/* kvm.c */

int login_message(struct redir *r, const uint8_t *p, size_t n, struct err *e);

/* One message: logged, counted, written, and a pause where old clients need it. */
void redir_send(struct redir *r, const void *p, size_t n);
/* Acts out *-at faults; true: no answer is to be sent. */
bool redir_misbehaves(struct redir *r, enum stage stage);
/* Ends the connection, after what was sent if flush; frees r, later while parsing. */
void redir_end(struct redir *r, bool flush);
/* The slot of the service: one session per device. */
bool redir_open(struct redir *r);	/* false: busy */
void redir_release(struct redir *r, int64_t stale_ms);	/* 0: at once */

#endif
