/* SPDX-License-Identifier: MIT */
/*
 * The table of faults, and those in force.  Three kinds: of the byte layer
 * (a number, for one door or all), those with a value that hold until
 * cleared, and those that happen a number of times.
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/err.h"
#include "fault.h"

#define FAULTS_MAX 32			/* in force at once */

enum kind { BYTES, VALUE, COUNT, STAGE };

static const char *const stage_names[STAGES] = {
	"start", "query", "challenge", "login", "sol", "data", "ider",
	"features",
};

static const struct fault_row {
	const char *name;
	enum kind kind;
	long without;			/* value when none is given; -1: needed */
	const char *help;
} rows[] = {
	/* bytes that leave, any door */
	{ "split", BYTES, 1, "N: send pieces of N bytes, 1 ms apart" },
	{ "join", BYTES, 50, "MS: collect messages this long, send them as one" },
	{ "delay", BYTES, -1, "MS: each message leaves that much later" },
	{ "rate", BYTES, -1, "N: bytes a second" },
	{ "stall", BYTES, 0, "N: after N more bytes neither send nor read" },
	{ "cut-after", BYTES, 0, "N: close after N more bytes, without farewell" },
	{ "filtered", BYTES, 1, "nothing that comes for the port arrives" },
	{ "flip", BYTES, 0, "N: invert the lowest bit of the byte at N" },
	/* redirection */
	{ "start-status", VALUE, -1, "N: status of the start reply (1 tag unknown, "
	    "2 busy, 3 disabled, 5 consent, 255 error)" },
	{ "start-oem", VALUE, -1, "N: bytes of OEM data in the start reply" },
	{ "start-length", VALUE, 255, "N: OEM length announced, nothing sent" },
	{ "auth-only", VALUE, 1, "N: offer only this login method" },
	{ "auth-status", VALUE, -1, "N: status of the verdict on a login" },
	{ "auth-length", VALUE, 2147483647, "N: length announced in login replies" },
	{ "auth-loop", COUNT, 1000000, "N: answer a login with a new challenge" },
	{ "null-qop", VALUE, 1, "challenge with an empty qop" },
	{ "sol-status", VALUE, 1, "N: status of the StartSOL reply" },
	{ "sol-length", VALUE, 255, "N: OEM length announced in it, nothing sent" },
	{ "data-length", VALUE, 65535, "N: length announced in SOL data" },
	{ "close-at", STAGE, -1, "STAGE: close instead of answering" },
	{ "silent-at", STAGE, -1, "STAGE: do not answer" },
	{ "garbage-at", STAGE, -1, "STAGE: 64 random bytes instead of the answer" },
	{ "unknown-at", STAGE, -1, "STAGE: a message of type 0xee before the answer" },
	{ "sol-ping", VALUE, 1000, "MS: send 0x24 so often, as no firmware should" },
	{ "heartbeat-stop", VALUE, 1, "no more heartbeats from the device" },
	{ "no-controls", VALUE, 1, "no 0x29 after the StartSOL reply" },
	{ "stale-session", VALUE, 1, "a connection that is lost leaves its session "
	    "open until its receive time-out" },
	{ "lacks-sol", VALUE, 1, "the machine has no serial-over-LAN" },
	{ "lacks-ider", VALUE, 1, "the machine has no storage redirection" },
	/* storage redirection */
	{ "ider-status", VALUE, 1, "N: status of the OpenSession reply" },
	{ "ider-protocol", VALUE, 1, "N: protocol byte of that reply" },
	{ "ider-length", VALUE, 255, "N: OEM length announced in it, nothing sent" },
	{ "ider-refuse", VALUE, 1, "the enable register cannot be set: verdict 0" },
	{ "ider-no-verdict", VALUE, 1, "it is set, and nothing said" },
	{ "ider-second-verdict", VALUE, 1, "N: 1: ask for it again, then refuse; "
	    "more: refuse after N ms, unasked" },
	{ "ider-ping", COUNT, 1, "N: send 0x44, ten a second" },
	{ "ider-gap", COUNT, 1, "N: leave a sequence number out" },
	{ "ider-error", COUNT, 1, "N: ErrorOccurred before a command" },
	{ "ider-reset-in-read", COUNT, 1, "N: reset the drive after part of a read, "
	    "then read again" },
	{ "ider-reset-in-write", COUNT, 1, "N: the same after half of what a write "
	    "asked for; the rest comes too late" },
	{ "ider-cut", COUNT, 1, "N: lose the connection after part of a read" },
	{ "ider-split", VALUE, 7, "N: data of a write in pieces of N bytes" },
	{ "ider-short", VALUE, 1, "N: N bytes of a write never come" },
	{ "ider-long", VALUE, 1, "N: N bytes more come than were asked for" },
	/* WS-Man: HTTP */
	{ "http-hangup", COUNT, 1, "N: close on a request, before acting" },
	{ "http-hangup-after", COUNT, 1, "N: act on a request, close without an "
	    "answer" },
	{ "http-silent", COUNT, 1, "N: act on a request, never answer" },
	{ "http-close-after", VALUE, 1, "N: close a connection after N answers, "
	    "unannounced" },
	{ "http-stale", COUNT, 1, "N: forget all nonces before a login" },
	{ "http-deny", COUNT, 1000000, "N: answer 401 to a right password" },
	{ "http-lockout", VALUE, 3, "N: after N wrong passwords none is right" },
	{ "http-qop", VALUE, 1, "1: offer only auth-int; 2: offer both" },
	{ "http-status", VALUE, 500, "N: answer this status, without a body" },
	{ "http-redirect", COUNT, 1, "N: answer 302 to another host" },
	{ "http-drip", VALUE, 5, "MS: a byte of an answer each MS" },
	{ "http-length", VALUE, 100, "N: announce N bytes more than are sent" },
	{ "http-garbage", COUNT, 1, "N: 512 random bytes instead of an answer" },
	/* WS-Man: what is in the answer */
	{ "xml-truncate", COUNT, 1, "N: half of the envelope, in whole chunks" },
	{ "xml-pad", VALUE, 16384, "N: an envelope N KiB too long" },
	{ "xml-bomb", COUNT, 1, "N: entities that expand to gigabytes" },
	{ "xml-doctype", COUNT, 1, "N: a harmless document type" },
	{ "xml-namespace", COUNT, 1, "N: an envelope of another name space" },
	{ "wsman-busy", COUNT, 1, "N: fault EndpointUnavailable" },
	{ "wsman-no-enumerate", VALUE, 1, "refuse Enumerate of AMT_ and IPS_ "
	    "classes" },
	{ "wsman-status", VALUE, 38, "N: Put is refused with this AMT-STATUS" },
	{ "wsman-ignore", VALUE, 1, "Put is answered, and nothing stored" },
	{ "wsman-hollow", VALUE, 1, "every order is answered with success, and "
	    "nothing is done" },
	{ "wsman-endless", VALUE, 1, "lists never end: they begin again" },
	{ "commit-takes", VALUE, 2000, "MS: the ports stay closed so long after "
	    "a commit" },
	{ "wsman-return", VALUE, 4099, "N: ReturnValue of methods, which do "
	    "nothing" },
};
#define NROWS (sizeof rows / sizeof rows[0])

struct fault {
	const struct fault_row *row;
	int door;			/* enum door; -1: any */
	uint16_t port;			/* 0: any */
	long value;
};

struct fault_set {
	struct fault in_force[FAULTS_MAX];
	size_t n, nbytes;
};

int
faults_new(struct sim *sim, struct err *e)
{
	if ((sim->faults = calloc(1, sizeof *sim->faults)) == NULL)
		return err_sys(e, ERR_LOCAL, "faults");
	return 0;
}

void
faults_free(struct sim *sim)
{
	free(sim->faults);
	sim->faults = NULL;
}

static const struct fault_row *
row_find(const char *name)
{
	size_t i;

	for (i = 0; i < NROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* "redirection." or "16994." in front of a name; the rest is returned. */
static const char *
selector(const char *spec, struct fault *f, struct err *e)
{
	const char *dot = strchr(spec, '.');
	size_t i;
	char *end;
	long port;

	f->door = -1;
	f->port = 0;
	if (dot == NULL)
		return spec;
	for (i = 0; i < DOORS; i++)
		if (strlen(door_names[i]) == (size_t)(dot - spec) &&
		    memcmp(door_names[i], spec, (size_t)(dot - spec)) == 0) {
			f->door = (int)i;
			return dot + 1;
		}
	port = strtol(spec, &end, 10);
	if (end != dot || port < 1 || port > 65535) {
		err_set(e, ERR_USAGE, "%s: neither a door nor a port", spec);
		return NULL;
	}
	f->port = (uint16_t)port;
	return dot + 1;
}

static int
value_parse(struct fault *f, const char *text, struct err *e)
{
	char *end;
	long i;

	f->value = f->row->without;
	if (text == NULL && f->value >= 0)
		return 0;
	if (text == NULL)
		return err_set(e, ERR_USAGE, "%s needs a value: %s",
		    f->row->name, f->row->help);
	for (i = 0; f->row->kind == STAGE && i < STAGES; i++)
		if (strcmp(stage_names[i], text) == 0) {
			f->value = i;
			return 0;
		}
	f->value = strtol(text, &end, 10);
	if (f->row->kind == STAGE || end == text || *end != '\0' ||
	    f->value < 0)
		return err_set(e, ERR_USAGE, "%s: bad value \"%s\": %s",
		    f->row->name, text, f->row->help);
	return 0;
}

int
fault_set(struct sim *sim, const char *spec, const char *value,
    struct err *e)
{
	struct fault_set *s = sim->faults;
	struct fault f;
	const char *name;
	size_t i;

	if ((name = selector(spec, &f, e)) == NULL)
		return -1;
	if ((f.row = row_find(name)) == NULL)
		return err_set(e, ERR_USAGE, "no fault is called \"%s\"", name);
	if (name != spec && f.row->kind != BYTES)
		return err_set(e, ERR_USAGE, "%s takes no door", name);
	if (value_parse(&f, value, e) == -1)
		return -1;
	for (i = 0; i < s->n; i++)
		if (s->in_force[i].row == f.row &&
		    s->in_force[i].door == f.door &&
		    s->in_force[i].port == f.port)
			break;
	if (i == FAULTS_MAX)
		return err_set(e, ERR_USAGE, "too many faults at once");
	if (i == s->n) {
		s->n++;
		s->nbytes += f.row->kind == BYTES;
	}
	s->in_force[i] = f;
	doors_faults_changed(sim);
	return 0;
}

void
fault_clear(struct sim *sim)
{
	sim->faults->n = sim->faults->nbytes = 0;
	doors_faults_changed(sim);
}

static struct fault *
in_force(const struct sim *sim, const char *name)
{
	struct fault_set *s = sim->faults;
	size_t i;

	for (i = 0; s != NULL && i < s->n; i++)
		if (strcmp(s->in_force[i].row->name, name) == 0)
			return &s->in_force[i];
	return NULL;
}

bool
fault_take(struct sim *sim, const char *name)
{
	struct fault *f = in_force(sim, name);

	if (f == NULL || f->value == 0)
		return false;
	if (--f->value == 0)
		*f = sim->faults->in_force[--sim->faults->n];
	return true;
}

long
fault_value(struct sim *sim, const char *name, long none)
{
	struct fault *f = in_force(sim, name);

	return f != NULL ? f->value : none;
}

bool
fault_bytes_any(const struct sim *sim)
{
	return sim->faults->nbytes > 0;
}

/* A port's own fault goes before its door's, that before everybody's. */
long
fault_bytes(const struct sim *sim, const char *name, enum door door,
    uint16_t port, long none)
{
	const struct fault_set *s = sim->faults;
	const struct fault *f, *best = NULL;
	size_t i;

	for (i = 0; i < s->n; i++) {
		f = &s->in_force[i];
		if (strcmp(f->row->name, name) != 0 ||
		    (f->port != 0 && f->port != port) ||
		    (f->door != -1 && f->door != (int)door))
			continue;
		if (best == NULL || f->port > best->port ||
		    (f->port == best->port && f->door > best->door))
			best = f;
	}
	return best != NULL ? best->value : none;
}

struct json_object *
fault_json(const struct sim *sim)
{
	struct json_object *o = json_object_new_object();
	const struct fault *f;
	char key[64];
	size_t i;

	for (i = 0; i < sim->faults->n; i++) {
		f = &sim->faults->in_force[i];
		if (f->port != 0)
			(void)snprintf(key, sizeof key, "%u.%s", f->port,
			    f->row->name);
		else if (f->door != -1)
			(void)snprintf(key, sizeof key, "%s.%s",
			    door_names[f->door], f->row->name);
		else
			(void)snprintf(key, sizeof key, "%s", f->row->name);
		json_object_object_add(o, key, f->row->kind == STAGE ?
		    json_object_new_string(stage_names[f->value]) :
		    json_object_new_int64(f->value));
	}
	return o;
}

void
fault_list(FILE *out)
{
	size_t i;

	for (i = 0; i < NROWS; i++)
		(void)fprintf(out, "%s\t%s\n", rows[i].name, rows[i].help);
}
