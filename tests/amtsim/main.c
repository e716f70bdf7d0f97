/* SPDX-License-Identifier: MIT */
/*
 * amtsim: a simulated AMT device.  Options, wiring, exit status; what it
 * does is in amtsim(1).  It shares no codec with the tools it tests: a
 * mistake made at both ends must not pass.
 */
#include <sys/stat.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/inherit.h"
#include "lib/log.h"
#include "class.h"
#include "door.h"
#include "fault.h"
#include "fleet.h"
#include "ider.h"
#include "journal.h"
#include "sim.h"
#include "store.h"

#define EXTRA_USERS_MAX (USERS_MAX - 1)

struct settings {
	const char *profile, *host, *control, *run_dir, *log, *without;
	const char *users[EXTRA_USERS_MAX];
	size_t nusers;
	bool on, tls, tls_too;
	size_t fleet;			/* 0: no fleet */
	int verbose;
	char made_dir[64];		/* of ours, to be removed */
};

enum { O_PROFILE = 256, O_HOST, O_GUEST, O_FIRMWARE, O_CONTROL, O_RUN_DIR,
    O_LOG,
    O_ADDRESS, O_LOCAL, O_POWER, O_CERT, O_KEY, O_CLIENT_CA, O_PRIORITY,
    O_USER, O_FLEET, O_TLS, O_TLS_TOO, O_SEED, O_PACE, O_DELAY,
    O_OS_DELAY, O_BUFFERS, O_NETWORK, O_WITHOUT, O_CTL, O_FAULTS, O_VERSION,
    O_HELP };

static const struct option options[] = {
	{ "profile", required_argument, NULL, O_PROFILE },
	{ "without", required_argument, NULL, O_WITHOUT },
	{ "host", required_argument, NULL, O_HOST },
	{ "guest", required_argument, NULL, O_GUEST },
	{ "firmware", required_argument, NULL, O_FIRMWARE },
	{ "power", required_argument, NULL, O_POWER },
	{ "user", required_argument, NULL, O_USER },
	{ "address", required_argument, NULL, O_ADDRESS },
	{ "local-address", required_argument, NULL, O_LOCAL },
	{ "fleet", required_argument, NULL, O_FLEET },
	{ "own-network", no_argument, NULL, O_NETWORK },
	{ "tls", no_argument, NULL, O_TLS },
	{ "tls-too", no_argument, NULL, O_TLS_TOO },
	{ "cert", required_argument, NULL, O_CERT },
	{ "key", required_argument, NULL, O_KEY },
	{ "client-ca", required_argument, NULL, O_CLIENT_CA },
	{ "tls-priority", required_argument, NULL, O_PRIORITY },
	{ "control", required_argument, NULL, O_CONTROL },
	{ "run-dir", required_argument, NULL, O_RUN_DIR },
	{ "log", required_argument, NULL, O_LOG },
	{ "start-delay", required_argument, NULL, O_DELAY },
	{ "os-delay", required_argument, NULL, O_OS_DELAY },
	{ "ider-buffers", required_argument, NULL, O_BUFFERS },
	{ "pace", required_argument, NULL, O_PACE },
	{ "seed", required_argument, NULL, O_SEED },
	{ "ctl", required_argument, NULL, O_CTL },
	{ "list-faults", no_argument, NULL, O_FAULTS },
	{ "version", no_argument, NULL, O_VERSION },
	{ "help", no_argument, NULL, O_HELP },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
"usage: AMT_PASSWORD=... amtsim [option]...\n"
"       amtsim --ctl SOCKET WORD...\n"
"  --profile 8|11|16        AMT generation (11)\n"
"  --without CLASS[,CLASS]  the firmware lacks them\n"
"  --host builtin|qemu      the computer behind it (builtin)\n"
"  --guest micro|linux|PATH what QEMU runs (micro)\n"
"  --firmware bios|uefi     what starts it (bios)\n"
"  --power on|off           at start (off)\n"
"  --user NAME:ACCESS:REALM[,REALM]...  one more user to log in with;\n"
"                           its password is AMT_PASSWORD_NAME\n"
"  --address ADDR           bind there, not to all addresses\n"
"  --local-address ADDR     connections to it come from the machine itself\n"
"  --fleet N                so many devices, at --address and those after\n"
"  --own-network            own the echo replies of this network namespace\n"
"  --tls, --tls-too         TLS ports instead of, beside the plain ones\n"
"  --cert FILE --key FILE   PEM; default: self-signed\n"
"  --client-ca FILE         demand client certificates of that CA\n"
"  --tls-priority STRING    GnuTLS priorities instead of the profile's\n"
"  --control PATH           control socket\n"
"  --run-dir DIR            for sockets and guests\n"
"  --log FILE               a JSON line per message\n"
"  --start-delay MS         from power on to the BIOS's first word (0)\n"
"  --os-delay MS            from power on or reset until the operating\n"
"                           system, not AMT, answers pings (0)\n"
"  --ider-buffers R,W       bytes in one message of data to the host, from\n"
"                           the host (8192,8192)\n"
"  --pace MS                pause after session messages (20)\n"
"  --seed N                 draw the same numbers each time\n"
"  --list-faults --version --help\n"
"The page amtsim(1) has the control words and the faults.\n";

static int
number(const char *text, long max, long *out, struct err *e)
{
	char *end;

	*out = strtol(text, &end, 10);
	if (end == text || *end != '\0' || *out < 0 || *out > max)
		return err_set(e, ERR_USAGE, "bad number \"%s\"", text);
	return 0;
}

/* Options that are a word stored; NULL: not one of them. */
static const char **
word_slot(struct sim *sim, struct settings *s, int c)
{
	switch (c) {
	case O_PROFILE:
		return &s->profile;
	case O_WITHOUT:
		return &s->without;
	case O_HOST:
		return &s->host;
	case O_GUEST:
		return &sim->guest;
	case O_FIRMWARE:
		return &sim->firmware;
	case O_LOCAL:
		return &sim->local_address;
	case O_CERT:
		return &sim->cert_file;
	case O_KEY:
		return &sim->key_file;
	case O_CLIENT_CA:
		return &sim->client_ca;
	case O_PRIORITY:
		return &sim->tls_priority;
	case O_CONTROL:
		return &s->control;
	case O_RUN_DIR:
		return &s->run_dir;
	case O_LOG:
		return &s->log;
	default:
		return NULL;
	}
}

static int
buffers(struct sim *sim, struct err *e)
{
	unsigned r, w;
	char end;

	if (sscanf(optarg, "%5u,%5u%c", &r, &w, &end) != 2 || r == 0 ||
	    w == 0 || r > 65535 || w > 65535)
		return err_set(e, ERR_USAGE, "--ider-buffers %s: not two "
		    "numbers of 1 to 65535", optarg);
	sim->ider_read_max = (uint16_t)r;
	sim->ider_write_max = (uint16_t)w;
	return 0;
}

static int
option(struct sim *sim, struct settings *s, int c, struct err *e)
{
	const char **slot = word_slot(sim, s, c);
	long n;

	if (slot != NULL) {
		*slot = optarg;
		return 0;
	}
	switch (c) {
	case 'v':
		s->verbose++;
		return 0;
	case O_POWER:
		s->on = strcmp(optarg, "on") == 0;
		if (!s->on && strcmp(optarg, "off") != 0)
			return err_set(e, ERR_USAGE, "--power on or off");
		return 0;
	case O_USER:
		if (s->nusers == EXTRA_USERS_MAX)
			return err_set(e, ERR_USAGE, "too many users");
		s->users[s->nusers++] = optarg;
		return 0;
	case O_ADDRESS:
		if (sim->naddresses == sizeof sim->addresses /
		    sizeof sim->addresses[0])
			return err_set(e, ERR_USAGE, "too many addresses");
		sim->addresses[sim->naddresses++] = optarg;
		return 0;
	case O_FLEET:
		if (number(optarg, FLEET_MAX, &n, e) == -1)
			return -1;
		s->fleet = (size_t)n;
		return 0;
	case O_NETWORK:
		sim->own_network = true;
		return 0;
	case O_TLS:
	case O_TLS_TOO:
		s->tls = true;
		s->tls_too = c == O_TLS_TOO;
		return 0;
	case O_BUFFERS:
		return buffers(sim, e);
	case O_PACE:
		if (number(optarg, 10000, &n, e) == -1)
			return -1;
		sim->pace_ms = (int)n;
		return 0;
	case O_DELAY:
	case O_OS_DELAY:
		if (number(optarg, 60000, &n, e) == -1)
			return -1;
		*(c == O_DELAY ? &sim->start_delay_ms : &sim->os_delay_ms) =
		    (int)n;
		return 0;
	case O_SEED:
		if (number(optarg, 0x7fffffff, &n, e) == -1)
			return -1;
		sim->seeded = true;
		sim->seed_state = (uint64_t)n;
		return 0;
	default:
		return err_set(e, ERR_USAGE, "amtsim --help says what there is");
	}
}

/* NAME:ACCESS:REALM,... */
static int
add_user(struct sim *sim, const char *spec, struct err *e)
{
	static const char *const accesses[] = { "local", "remote", "both" };
	char name[USER_NAME_MAX + 1], access[8], variable[48];
	const char *p, *password;
	uint32_t realms = 0;
	int used = 0, i, r;
	size_t n;

	if (sscanf(spec, "%16[^:]:%7[^:]:%n", name, access, &used) != 2 ||
	    used == 0)
		return err_set(e, ERR_USAGE, "--user %s: not "
		    "NAME:ACCESS:REALM,...", spec);
	for (i = 0; i < 3 && strcmp(access, accesses[i]) != 0; )
		i++;
	if (i == 3)
		return err_set(e, ERR_USAGE, "--user %s: access is local, "
		    "remote or both", spec);
	for (p = spec + used; *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		if ((r = realm_find(p, n)) == -1)
			return err_set(e, ERR_USAGE, "--user %s: no such "
			    "realm: %.*s", spec, (int)n, p);
		realms |= 1u << r;
	}
	(void)snprintf(variable, sizeof variable, "AMT_PASSWORD_%s", name);
	if ((password = getenv(variable)) == NULL)
		return err_set(e, ERR_USAGE, "--user %s: %s is not set", spec,
		    variable);
	if (model_user_add(&sim->model, name, password, (enum access)i,
	    realms) == NULL)
		return err_set(e, ERR_USAGE, "too many users");
	return 0;
}

static void
identity(struct sim *sim)
{
	struct model *m = &sim->model;
	char hex[33];
	size_t i;

	sim_random_hex(sim, hex, 32);
	(void)snprintf(m->uuid, sizeof m->uuid,
	    "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
	    hex + 20);
	(void)snprintf(m->digest_realm, sizeof m->digest_realm, "Digest:");
	sim_random_hex(sim, m->digest_realm + 7, 32);
	for (i = 7; m->digest_realm[i] != '\0'; i++)
		if (m->digest_realm[i] >= 'a')
			m->digest_realm[i] -= 'a' - 'A';
}

static int
build_model(struct sim *sim, const struct settings *s, struct err *e)
{
	const struct profile *p = profile_find(s->profile);
	const char *password = getenv("AMT_PASSWORD");
	size_t i;

	if (p == NULL)
		return err_set(e, ERR_USAGE, "no profile \"%s\": 8, 11 or 16",
		    s->profile);
	if (password == NULL)
		return err_set(e, ERR_USAGE, "AMT_PASSWORD is not set: it is "
		    "the password of admin");
	if ((sim->cert_file == NULL) != (sim->key_file == NULL))
		return err_set(e, ERR_USAGE, "--cert and --key belong "
		    "together");
	model_init(&sim->model, p);
	if (class_leave_out(sim, s->without, e) == -1)
		return -1;
	identity(sim);
	if (sim->number > 0)
		(void)snprintf(sim->model.host_name,
		    sizeof sim->model.host_name, "amtsim-%zu", sim->number);
	if (model_user_add(&sim->model, "admin", password, ACCESS_BOTH,
	    1u << REALM_ADMIN) == NULL)
		return err_set(e, ERR_LOCAL, "no room for admin");
	for (i = 0; i < s->nusers; i++)
		if (add_user(sim, s->users[i], e) == -1)
			return -1;
	if (s->tls && p->plain_ports) {
		sim->model.tls[SIDE_NETWORK].enabled = true;
		sim->model.tls[SIDE_NETWORK].accept_plain = s->tls_too;
	}
	sim->model.tls[SIDE_NETWORK].mutual = sim->client_ca != NULL;
	memcpy(sim->model.tls_pending, sim->model.tls,
	    sizeof sim->model.tls);
	return 0;
}

static int
build_dir(struct sim *sim, struct settings *s, struct err *e)
{
	sim->run_dir = s->run_dir;
	if (s->run_dir != NULL)
		return 0;
	(void)snprintf(s->made_dir, sizeof s->made_dir,
	    "/tmp/amtsim.XXXXXX");
	if ((sim->run_dir = mkdtemp(s->made_dir)) == NULL)
		return err_sys(e, ERR_LOCAL, "%s", s->made_dir);
	return 0;
}

static int
build_host(struct sim *sim, const struct settings *s, struct err *e)
{
	const struct host_ops *const all[] = { &host_builtin, &host_qemu };
	size_t i;

	if (strcmp(sim->firmware, "bios") != 0 &&
	    strcmp(sim->firmware, "uefi") != 0)
		return err_set(e, ERR_USAGE, "no firmware \"%s\": bios or "
		    "uefi", sim->firmware);
	for (i = 0; i < 2; i++)
		if (strcmp(all[i]->name, s->host) == 0)
			sim->host_ops = all[i];
	if (sim->host_ops == NULL)
		return err_set(e, ERR_USAGE, "no host \"%s\": builtin or "
		    "qemu", s->host);
	if ((sim->host = sim->host_ops->start(sim, e)) == NULL)
		return -1;
	if (s->on)
		sim_press(sim, false);
	return 0;
}

static void
on_signal(void *arg, int signo)
{
	struct sim *sim = arg;

	(void)signo;
	loop_stop(sim->loop);
}

static int
new_stores(struct sim *sim, struct err *e)
{
	sim->store = store_new();
	sim->journal = calloc(1, sizeof *sim->journal);
	return sim->store == NULL || sim->journal == NULL ?
	    err_sys(e, ERR_LOCAL, "certificates and logs") : 0;
}

/* What one device has of its own. */
static int
build_device(struct sim *sim, struct settings *s, struct err *e)
{
	if (faults_new(sim, e) == -1 || new_stores(sim, e) == -1 ||
	    usbr_start(sim, e) == -1 || build_model(sim, s, e) == -1 ||
	    build_host(sim, s, e) == -1 || http_start(sim, e) == -1 ||
	    presence_start(sim, e) == -1 || doors_start(sim, e) == -1)
		return -1;
	sim_network_changed(sim);
	return 0;
}

/* The first device's, and all use: the loop, a folder, the log. */
static int
build_shared(struct sim *sim, struct settings *s, struct err *e)
{
	if ((sim->loop = loop_new(e)) == NULL ||
	    loop_signal(sim->loop, SIGTERM, on_signal, sim, e) == -1 ||
	    loop_signal(sim->loop, SIGINT, on_signal, sim, e) == -1 ||
	    build_dir(sim, s, e) == -1)
		return -1;
	(void)signal(SIGPIPE, SIG_IGN);
	if (s->log != NULL && (sim->log = fopen(s->log, "ae")) == NULL)
		return err_sys(e, ERR_LOCAL, "%s", s->log);
	return 0;
}

static bool
starting(const struct sim *first, const struct settings *s)
{
	size_t i;

	for (i = 0; i < first->nfleet; i++)
		if (s->on && first->fleet[i]->model.power != HOST_ON)
			return true;
	return false;
}

static int
build(struct sim *first, struct settings *s, struct err *e)
{
	struct sim *sim;
	size_t i;

	if (s->fleet > 0 && strcmp(s->host, "builtin") != 0)
		return err_set(e, ERR_USAGE, "--fleet: only with the builtin "
		    "host");
	if (fleet_new(first, s->fleet, e) == -1 ||
	    build_shared(first, s, e) == -1)
		return -1;
	for (i = 0; i < first->nfleet; i++) {
		sim = first->fleet[i];
		sim->loop = first->loop;
		sim->run_dir = first->run_dir;
		sim->log = first->log;
		if (build_device(sim, s, e) == -1)
			return -1;
	}
	if (s->control != NULL && control_start(first, s->control, e) == -1)
		return -1;
	while (starting(first, s) && !loop_stopped(first->loop))
		if (loop_turn(first->loop, -1, e) == -1)
			return -1;
	return 0;
}

static void
tear_down_device(struct sim *sim)
{
	unsigned i;

	doors_stop(sim);
	presence_stop(sim);
	http_stop(sim);
	if (sim->host != NULL)
		sim->host_ops->stop(sim->host);
	usbr_stop(sim);
	sim_log_flush(sim);
	for (i = 0; i < sim->nviolations && i < VIOLATIONS_MAX; i++)
		free(sim->violations[i]);
	faults_free(sim);
	store_free(sim->store);
	free(sim->journal);
	sim_cancel(&sim->alarm_timer);
	sim_cancel(&sim->consent_timer);
	loop_cancel(&sim->restart_timer);
}

static void
tear_down(struct sim *first, const struct settings *s)
{
	size_t i;

	control_stop(first);
	for (i = 0; i < first->nfleet; i++)
		tear_down_device(first->fleet[i]);
	fleet_free(first);
	if (first->log != NULL)
		(void)fclose(first->log);
	loop_free(first->loop);
	if (s->made_dir[0] != '\0')
		(void)rmdir(s->made_dir);
}

static void
ready(const struct sim *sim)
{
	uint16_t ports[8];
	size_t i, n = doors_open(sim, ports);

	(void)printf("ready: AMT %s, user admin, ports",
	    sim->model.profile->version);
	for (i = 0; i < n; i++)
		(void)printf(" %u", ports[i]);
	if (sim->nfleet > 1)
		(void)printf(", %zu devices, %s to %s", sim->nfleet,
		    sim->own_address,
		    sim->fleet[sim->nfleet - 1]->own_address);
	(void)printf("\n");
	(void)fflush(stdout);
}

static int
answer_at_once(int c, char **words, struct err *e)
{
	e->kind = ERR_NONE;
	if (c == O_HELP)
		(void)fputs(usage, stdout);
	else if (c == O_VERSION)
		(void)puts("amtsim " VERSION);
	else if (c == O_FAULTS)
		fault_list(stdout);
	else if (control_client(optarg, words, e) == -1)
		log_error(e);
	return (int)e->kind;
}

int
main(int argc, char **argv)
{
	struct settings s = { .profile = "11", .host = "builtin" };
	static struct sim sim = { .guest = "micro",
	    .firmware = "bios", .pace_ms = 20,
	    .ider_read_max = 8192, .ider_write_max = 8192 };
	struct err e;
	int c, rc = -1;

	inherit_mend();
	log_init("amtsim", 0);
	while ((c = getopt_long(argc, argv, "+v", options, NULL)) != -1) {
		if (c == O_HELP || c == O_VERSION || c == O_FAULTS ||
		    c == O_CTL)
			return answer_at_once(c, argv + optind, &e);
		if (option(&sim, &s, c, &e) == -1) {
			log_error(&e);
			return (int)e.kind;
		}
	}
	log_init("amtsim", s.verbose);
	if (optind < argc) {
		(void)err_set(&e, ERR_USAGE, "what is \"%s\"?", argv[optind]);
	} else if (build(&sim, &s, &e) == 0) {
		ready(&sim);
		rc = loop_run(sim.loop, &e);
	}
	if (rc == -1)
		log_error(&e);
	tear_down(&sim, &s);
	return rc == -1 ? (int)e.kind : 0;
}
