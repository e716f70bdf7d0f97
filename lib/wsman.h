/* SPDX-License-Identifier: MIT */
/*
 * WS-Management with a machine: HTTP by libcurl over a connection of ours,
 * login by lib/digest, messages by wsxml.  One struct wsman a machine, any
 * number of them on one hub, one request at a time each, as AMT wants it.
 *
 * An order (Put, Create, Delete, Invoke) goes out once: when its answer does not come, the
 * error is ERR_UNKNOWN.  A question whose connection is cut is asked once
 * more.  A wrong password is tried once: AMT locks accounts.
 */
#ifndef LIB_WSMAN_H
#define LIB_WSMAN_H

#include <stdbool.h>

#include "lib/wsxml.h"

struct err;
struct loop;
struct machine;
struct machine_spec;
struct wsman;
struct wsman_hub;

#define WSMAN_PULLS_MAX 4096		/* of one enumeration */
#define WSMAN_LIST_MAX (8 << 20)	/* bytes of all its answers */

struct wsman_hub *wsman_hub_new(struct loop *l, struct err *e);
void wsman_hub_free(struct wsman_hub *h);	/* after its wsmans */

/* Both must outlive it.  Connects when there is something to ask. */
struct wsman *wsman_new(struct wsman_hub *h, struct machine *m,
    const struct machine_spec *spec, struct err *e);
void wsman_free(struct wsman *w);	/* also in its own done() */

/*
 * Called once, at the earliest before wsman_send() returns: with an answer
 * that belongs to the request (its owner is the callee), or NULL and the
 * error, which names the machine.
 */
typedef void wsman_done_fn(void *arg, struct ws_doc *answer,
    const struct err *e);
/* r need not outlive the call.  -1: done is not called. */
int wsman_send(struct wsman *w, const struct ws_request *r,
    wsman_done_fn *done, void *arg, struct err *e);

/* Refuse orders: what only asks cannot change anything. */
void wsman_read_only(struct wsman *w, bool yes);
/*
 * Orders of wsman_call() and its kin are told to fn instead of being sent,
 * and seem to succeed, with empty answers.  NULL: they are sent.
 */
typedef int wsman_order_fn(void *arg, const struct ws_request *r,
    struct err *e);
void wsman_dry_run(struct wsman *w, wsman_order_fn *fn, void *arg);
wsman_order_fn *wsman_dry(const struct wsman *w, void **arg);
/* Tell a person, by a warning, what takes longer than two seconds. */
void wsman_explain(struct wsman *w, bool yes);
/* Was the last error a login that was refused? */
bool wsman_login_refused(const struct wsman *w);
/* Was the last error the fault "no such class or instance"? */
bool wsman_absent(const struct wsman *w);
/* The code of the fault that the last error was, "AccessDenied"; or "". */
const char *wsman_fault(const struct wsman *w);
/* The firmware's version by its Server header; "" when it says none. */
const char *wsman_firmware(const struct wsman *w);
const char *wsman_host(const struct wsman *w);
struct loop *wsman_loop(const struct wsman *w);
/* Was the last error a connection that ended before its answer? */
bool wsman_cut(const struct wsman *w);

/* ---- for tools that ask one thing after the other: these run the loop ---- */

/*
 * *out: free it with ws_doc_free(); NULL on error.  Invoke checks ReturnValue
 * too, and leaves the answer there even when it says no.
 */
int wsman_call(struct wsman *w, const struct ws_request *r,
    struct ws_doc **out, struct err *e);
int wsman_get(struct wsman *w, const char *class,
    const struct ws_selector *selectors, struct ws_doc **out, struct err *e);
/* values: as struct ws_request; out may be NULL. */
int wsman_invoke(struct wsman *w, const struct ws_method *method,
    const struct ws_selector *selectors, const struct ws_value *values,
    struct ws_doc **out, struct err *e);
/* The edited instance of a Get. */
int wsman_put(struct wsman *w, const struct ws_node *instance,
    const struct ws_selector *selectors, struct err *e);

/* Values for fields of a new instance; out (may be NULL): its reference. */
int wsman_create(struct wsman *w, const char *class,
    const struct ws_field *fields, const struct ws_value *values,
    struct ws_doc **out, struct err *e);
int wsman_delete(struct wsman *w, const char *class,
    const struct ws_selector *selectors, struct err *e);

/* All instances of a class, whatever the number of pulls. */
struct ws_list { struct ws_doc **docs; size_t ndocs; };
int wsman_enumerate(struct wsman *w, const char *class, struct ws_list *list,
    struct err *e);
/* The same, references to them. */
int wsman_references(struct wsman *w, const char *class,
    struct ws_list *list, struct err *e);
void ws_list_free(struct ws_list *list);
/* Item after item: start with NULL at doc 0. */
struct ws_node *ws_list_next(const struct ws_list *list, size_t *doc,
    const struct ws_node *item);

#endif
