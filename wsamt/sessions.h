/* SPDX-License-Identifier: MIT */
/* Who uses the redirection port: sessions that are open, and whose. */
#ifndef WSAMT_SESSIONS_H
#define WSAMT_SESSIONS_H

#include "wsamt/record.h"

struct err;
struct wsamt;

enum session_kind { SESSION_SOL, SESSION_IDER, SESSION_KVM, SESSION_TUNNEL,
    SESSION_KINDS };
enum session_state { SESSION_UNKNOWN, SESSION_CLOSED, SESSION_OPEN };

struct session {
	enum session_state state;
	char user[RECORD_TEXT_MAX], from[RECORD_TEXT_MAX];	/* "": not known */
	char since[32];
};

extern const char *const session_words[SESSION_KINDS];	/* "sol", ... */

/* -1: not even a refusal could be had. */
int sessions_read(struct wsamt *a, struct session s[SESSION_KINDS],
    struct err *e);

#endif
