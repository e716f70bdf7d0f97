/* SPDX-License-Identifier: MIT */
/*
 * What the checks of diagnose share: how they ask, and how they say what
 * they found.  Private to cmd-diagnose.c and diagnose-*.c.
 */
#ifndef WSAMT_DIAGNOSE_H
#define WSAMT_DIAGNOSE_H

#include "wsamt/reach.h"
#include "wsamt/sessions.h"
#include "wsamt/wsamt.h"

#define REDIRECTION "AMT_RedirectionService"
#define ACCESS_POINT "CIM_KVMRedirectionSAP"
#define KVM "IPS_KVMRedirectionSettingData"
#define KNOWN_MAX 12			/* instances asked for */
#define PORTS_MAX 8

enum finding {
#define FINDING(id, check, word, text, mend) FOUND_##id,
#include "wsamt/findings.def"
#undef FINDING
	FINDINGS
};

/* What a check returns besides 0 and -1. */
enum { ABSENT = 1 };			/* firmware without it: no check */

/* An instance, asked for once. */
struct known_instance {
	const char *class;
	int rc;				/* 0, ABSENT, -1 */
	struct ws_doc *d;
	struct err e;
};

struct diagnosis {
	struct wsamt *a;
	unsigned wrong;			/* findings */
	struct reach ports[PORTS_MAX];
	size_t nports;
	struct known_instance known[KNOWN_MAX];
	size_t nknown;
	bool have_sessions, have_time;
	struct session sessions[SESSION_KINDS];
	int64_t ahead;			/* seconds, the device's clock */
};

/* Say it; arg stands for %s in what mends it, detail follows the text. */
int found(struct diagnosis *d, enum finding f, const char *arg,
    struct err *e, const char *detail, ...)
    __attribute__((format(printf, 5, 6)));

/* All 0, ABSENT or -1.  n is borrowed. */
int ask(struct diagnosis *d, const char *class, const char *id,
    const struct ws_node **n, struct err *e);
int ask_number(struct diagnosis *d, const char *class, const char *name,
    uint32_t *value, struct err *e);
int ask_truth(struct diagnosis *d, const char *class, const char *id,
    const char *name, bool *value, struct err *e);
/* How far the device's clock is ahead of ours. */
int ask_clock(struct diagnosis *d, int64_t *ahead, struct err *e);
enum reach_how reached(const struct diagnosis *d, uint16_t port);

/* Name, ports, trust, login.  1: we are in; 0: it is said why not. */
int diagnose_door(struct diagnosis *d, struct err *e);

struct check {
	const char *word;
	int (*run)(struct diagnosis *d, struct err *e);
};
/* By layer; each ends in a NULL word. */
extern const struct check checks_redirection[], checks_tls[];

#endif
