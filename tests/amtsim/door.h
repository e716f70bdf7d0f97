/* SPDX-License-Identifier: MIT */
/*
 * Between listen.c, which accepts, and door.c, which carries the bytes of
 * one connection.  Services know only what sim.h says.
 */
#ifndef AMTSIM_DOOR_H
#define AMTSIM_DOOR_H

#include <sys/socket.h>

#include <gnutls/gnutls.h>

#include "sim.h"

/* Takes fd, and tls when not NULL; then calls serve, after any handshake. */
void door_accept(struct sim *sim, int fd, gnutls_session_t tls,
    enum door door, bool local,
    void (*serve)(struct sim *sim, struct door_conn *c));
void doors_filter(struct sim *sim);	/* a fault was set: listen.c */
void door_reset_all(struct sim *sim);	/* the power cord was pulled */
void door_text(const struct sockaddr_storage *ss, char *out, size_t size);

/* cred.c: certificate, key and TLS parameters. */
int cred_new(struct sim *sim, struct err *e);	/* makes them at first use */
void cred_free(struct sim *sim);
void cred_forget(struct sim *sim);	/* its self-signed one too */
gnutls_session_t cred_session(struct sim *sim, enum side side, struct err *e);

#endif
