/* SPDX-License-Identifier: MIT */
/*
 * What the escape key asks for.  Power orders are wsamt's (order.c); AMT
 * refuses those that cut the power while a session is open, so for them
 * ours is ended first and opened again afterwards.
 */
#include <stdio.h>
#include <string.h>

#include "amtterm/app.h"
#include "amtterm/local.h"
#include "amtterm/order.h"
#include "amtterm/session.h"
#include "lib/log.h"

/* ---- orders ------------------------------------------ */

static bool
cuts_power(const char *word)
{
	return strcmp(word, "off") == 0 || strcmp(word, "cycle") == 0;
}

static void
on_done(void *arg, int status)
{
	struct app *a = arg;

	order_free(a->order);
	a->order = NULL;
	local_fresh_line(a->local);
	if (status == 0)
		log_warn("%s: power %s: done", a->machine.name, a->word);
	else
		log_warn("%s: power %s failed: wsamt ended with status %d",
		    a->machine.name, a->word, status);
	a->word = NULL;
	if (a->session == NULL && !a->ending)
		stay_anew(a);
}

static void
give(struct app *a)
{
	struct err e;

	a->order = order_start(a->loop, &a->machine, &a->opts, a->word,
	    on_done, a, &e);
	if (a->order == NULL) {
		log_error(&e);
		a->word = NULL;
		if (a->session == NULL)
			stay_anew(a);
	}
}

bool
menu_order_waits(struct app *a)
{
	if (a->word != NULL && a->order == NULL)
		give(a);
	return a->order != NULL;
}

static void
order(struct app *a, const char *word)
{
	if (a->word != NULL) {
		log_warn("%s: power %s is not done yet", a->machine.name,
		    a->word);
		return;
	}
	a->word = word;
	if (cuts_power(word))
		stay_anew(a);		/* it gives the order in between */
	else
		give(a);
}

/* ---- words ------------------------------------------ */

static void
help(const struct app *a)
{
	char key[8], letter;
	const char *text;
	size_t i;

	escape_name(a->escape_key, key);
	for (i = 0; (text = escape_help(i, &letter)) != NULL; i++)
		log_warn("%s %c %s", key, letter, text);
	log_warn("%s %s sends %s", key, key, key);
}

static void
ask(const struct app *a, const char *word)
{
	log_warn("%s: power %s%s?  y: yes, any other key: no",
	    a->machine.name, word, strcmp(word, "on") == 0 ? "" :
	    ", without asking its operating system");
}

static void
state(const struct app *a)
{
	const char *name = a->machine.name;
	const char *link = session_link(a->session);
	char text[160];
	bool open = session_is_open(a->session);
	int64_t since = open ? a->opened_ms : a->lost_ms;

	log_warn("%s: %s for %lld s%s%s; %llu bytes received, %llu sent, "
	    "session %u%s", name, open ? "connected" : "not connected",
	    (long long)(loop_now_ms() - since) / 1000,
	    link != NULL ? ", " : "", link != NULL ? link : "",
	    (unsigned long long)a->received, (unsigned long long)a->sent,
	    a->connects, a->read_only ? "; looking only" : "");
	if (session_lines(a->session, text))
		log_warn("%s: %s", name, text);
	if (a->record.fd != -1)
		log_warn("the log goes to %s", a->record.path);
}

static void
read_only(struct app *a)
{
	a->read_only = !a->read_only;
	log_warn("%s: %s", a->machine.name, a->read_only ?
	    "looking only: what you type is not sent" :
	    "what you type is sent");
}

/* Without --log it is HOST.log, here. */
static void
start_or_stop_log(struct app *a)
{
	struct record *r = &a->record;
	struct err e;

	if (r->fd != -1) {
		record_close(r);
		log_warn("the log %s is stopped", r->path);
		return;
	}
	if (r->path == NULL) {
		if (strchr(a->machine.name, '/') != NULL ||
		    (size_t)snprintf(a->log_name, sizeof a->log_name,
		    "%s.log", a->machine.name) >= sizeof a->log_name) {
			log_warn("%s makes no name for a log; give --log",
			    a->machine.name);
			return;
		}
		r->path = a->log_name;
	}
	if (record_open(r, &e) == -1)
		log_error(&e);
	else
		log_warn("the log goes to %s", r->path);
}

void
menu_command(struct app *a, enum escape_command c, const char *word)
{
	local_fresh_line(a->local);
	switch (c) {
	case ESCAPE_QUIT:
		a->at_once = true;
		app_end(a, NULL);
		break;
	case ESCAPE_RECONNECT:
		log_warn("%s: connecting anew", a->machine.name);
		if (a->order == NULL)
			stay_anew(a);
		break;
	case ESCAPE_STATE:
		state(a);
		break;
	case ESCAPE_READ_ONLY:
		read_only(a);
		break;
	case ESCAPE_POWER:
		log_warn("%s: power: n on, f off, c cycle, r reset; any "
		    "other key: none of them", a->machine.name);
		break;
	case ESCAPE_ASK:
		ask(a, word);
		break;
	case ESCAPE_ORDER:
		order(a, word);
		break;
	case ESCAPE_CANCEL:
		log_warn("%s: power: nothing is done", a->machine.name);
		break;
	case ESCAPE_LOG:
		start_or_stop_log(a);
		break;
	case ESCAPE_HELP:
	case ESCAPE_UNKNOWN:
	case ESCAPE_NONE:
		help(a);
		break;
	}
}

void
menu_close(struct app *a)
{
	if (a->word != NULL)
		log_warn("%s: power %s: %s", a->machine.name, a->word,
		    a->order != NULL ? "its outcome was not waited for; "
		    "\"wsamt power\" tells" : "not done");
	order_free(a->order);
}
