/* SPDX-License-Identifier: MIT */
/*
 * What serial-over-LAN and storage redirection have in common after the
 * login: messages with a number, pings, heartbeats, silence, the end.  Pure:
 * bytes and times in, bytes out.  Redirection protocol, message table.
 */
#ifndef LIB_RTALK_H
#define LIB_RTALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/redir.h"

struct buf;
struct err;
struct wr;

struct rtalk_service {
	enum redir_service service;
	const char *name;		/* "serial-over-LAN" */
	uint8_t first;			/* type of the first of its messages */
	int heartbeat_ms;		/* ours */
	int silence_ms;			/* nothing for so long: it is gone */
};

struct rtalk {
	const struct rtalk_service *is;
	const char *host;		/* for sentences; borrowed */
	uint32_t seq;			/* of our next message */
	int64_t sent_ms, heard_ms;
	size_t taken;			/* private: bytes of `in` to drop next */
};

/* type reserved[2] attributes seq[4] */
void rtalk_header(struct rtalk *t, struct wr *w, uint8_t type,
    uint8_t attributes);
/* Whole messages, appended to out: any, and one that is a header alone. */
int rtalk_send(struct rtalk *t, const struct wr *w, int64_t now_ms,
    struct buf *out, struct err *e);
int rtalk_send_header(struct rtalk *t, uint8_t type, int64_t now_ms,
    struct buf *out, struct err *e);

/*
 * Size of the first message in `in`, which loses what the last event
 * borrowed; 0: it is not whole yet.  -1: ERR_PROTO.
 */
int rtalk_next(struct rtalk *t, struct buf *in, int64_t now_ms,
    struct err *e);
/* Done with it; borrowed: somebody still reads it, until rtalk_next(). */
void rtalk_took(struct rtalk *t, struct buf *in, size_t n, bool borrowed);
/* A message that is not the service's own.  -1: ERR_PROTO, not known. */
int rtalk_other(struct rtalk *t, uint8_t type, int64_t now_ms,
    struct buf *out, struct err *e);
/* It says that it ends: what we asked for, or ERR_NET. */
int rtalk_ended(struct rtalk *t, bool asked, struct buf *out, struct err *e);

/*
 * While the service is open: a heartbeat if it is time.  *next_ms: when to
 * call again.  -1: ERR_NET, silent for too long.
 */
int rtalk_tick(struct rtalk *t, int64_t now_ms, int64_t *next_ms,
    struct buf *out, struct err *e);

#endif
