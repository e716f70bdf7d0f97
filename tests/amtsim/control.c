/* SPDX-License-Identifier: MIT */
/*
 * The control socket: a line of words in, an answer out, end of file.  An
 * answer that begins with "error: " is one.  It is for tests and for
 * people who play; whoever can connect may do anything.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "fault.h"
#include "fleet.h"
#include "ider.h"
#include "journal.h"
#include "sim.h"

#define LINE_BYTES_MAX 65536
#define ANSWER_MAX (1024 * 1024)

struct client;

struct control {
	struct sim *sim;
	int fd;
	struct loop_watch *watch;
	struct client *now;		/* whose words are being obeyed */
	char path[sizeof ((struct sockaddr_un *)0)->sun_path];
};

struct client {
	struct sim *sim;
	int fd;
	struct loop_watch *watch;
	struct buf in, out;
	bool asked;			/* the answer comes later */
	struct usbr_read *read;		/* in progress */
};

typedef int control_fn(struct sim *sim, char *args, struct buf *out,
    struct err *e);

/* The next word of args, or NULL; args moves on. */
static char *
word(char **args)
{
	char *w;

	while ((w = strsep(args, " ")) != NULL)
		if (*w != '\0')
			return w;
	return NULL;
}

static int
do_state(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *text = state_text(sim);
	int rc;

	(void)args;
	if (text == NULL)
		return err_sys(e, ERR_LOCAL, "state");
	rc = buf_addf(out, e, "%s\n", text);
	free(text);
	return rc;
}

static int
do_violations(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	unsigned i;

	(void)args;
	for (i = 0; i < sim->nviolations && i < VIOLATIONS_MAX; i++)
		if (buf_addf(out, e, "%s\n", sim->violations[i]) == -1)
			return -1;
	return 0;
}

static int
do_messages(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	const struct door_counters *c;
	size_t i;

	(void)args;
	for (i = 0; i < DOORS; i++) {
		c = &sim->counters[i];
		if (buf_addf(out, e, "%s\tconnections %lu tls %lu logins %lu "
		    "in %lu out %lu bytes-in %llu bytes-out %llu\n",
		    door_names[i], c->connections, c->tls_connections,
		    c->logins, c->messages_in, c->messages_out, c->bytes_in,
		    c->bytes_out) == -1)
			return -1;
	}
	return 0;
}

static int
do_press(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *how = word(&args);

	(void)out;
	if (how != NULL && strcmp(how, "held") != 0)
		return err_set(e, ERR_USAGE, "press, or press held");
	sim_press(sim, how != NULL);
	return 0;
}

static int
do_unplug(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	(void)args, (void)out, (void)e;
	sim_unplug(sim);
	return 0;
}

static int
do_plug(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	(void)args, (void)out, (void)e;
	sim_plug(sim);
	return 0;
}

static int
do_fault(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *name = word(&args), *value = word(&args);

	(void)out;
	if (name == NULL)
		return err_set(e, ERR_USAGE, "fault NAME [VALUE]");
	return fault_set(sim, name, value, e);
}

static int
do_clear(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	(void)args, (void)out, (void)e;
	fault_clear(sim);
	return 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \r \n \t \\ and \xNN, in place; the length. */
static size_t
unescape(char *text)
{
	static const char from[] = "rnt\\", to[] = "\r\n\t\\";
	char *in = text, *out = text;
	const char *known;

	while (*in != '\0') {
		if (in[0] != '\\') {
			*out++ = *in++;
		} else if (in[1] == 'x' && hex_digit(in[2]) >= 0 &&
		    hex_digit(in[3]) >= 0) {
			*out++ = (char)(hex_digit(in[2]) * 16 +
			    hex_digit(in[3]));
			in += 4;
		} else if (in[1] != '\0' &&
		    (known = strchr(from, in[1])) != NULL) {
			*out++ = to[known - from];
			in += 2;
		} else
			*out++ = *in++;
	}
	return (size_t)(out - text);
}

static int
do_serial(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	size_t n;

	(void)out;
	if (args == NULL)
		return err_set(e, ERR_USAGE, "serial TEXT");
	n = unescape(args);
	host_serial_out(sim, (const uint8_t *)args, n);
	return 0;
}

/* serial-fill N: bytes 0 to 255 again and again, for speed tests. */
static int
do_serial_fill(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *w = word(&args), *end = NULL;
	unsigned long left = w != NULL ? strtoul(w, &end, 10) : 0, n;
	uint8_t block[4096];
	size_t i;

	(void)out;
	if (left == 0 || *end != '\0' || left > 64UL << 20)
		return err_set(e, ERR_USAGE, "serial-fill 1 to 67108864");
	for (i = 0; i < sizeof block; i++)
		block[i] = (uint8_t)i;
	for (; left > 0; left -= n) {
		n = left < sizeof block ? left : sizeof block;
		host_serial_out(sim, block, n);
	}
	return 0;
}

static int
do_break(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *how = word(&args);

	(void)out;
	if (how == NULL || (strcmp(how, "on") != 0 && strcmp(how, "off") != 0))
		return err_set(e, ERR_USAGE, "break on|off");
	host_serial_break(sim, strcmp(how, "on") == 0);
	return 0;
}

static int
do_time(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *w = word(&args), *end;
	long seconds;

	if (w != NULL) {
		seconds = strtol(w, &end, 10);
		if (w[0] != '+' || *end != '\0' || seconds < 0 ||
		    seconds > 10L * 366 * 86400)
			return err_set(e, ERR_USAGE, "time +SECONDS");
		sim_time_skip(sim, seconds * 1000);
	}
	return buf_addf(out, e, "%lld\n", (long long)sim_wall(sim));
}

static int
put_result(struct buf *out, const struct usbr_result *r, struct err *e)
{
	char hex[2 * 1024 + 1];
	size_t i, n, at;

	if (r->key == 0 ? buf_addf(out, e, "good") == -1 :
	    buf_addf(out, e, "sense %02x/%02x/%02x", r->key, r->asc,
	    r->ascq) == -1)
		return -1;
	for (at = 0; at < r->len; at += n) {
		n = r->len - at < 1024 ? r->len - at : 1024;
		for (i = 0; i < n; i++)
			(void)sprintf(hex + 2 * i, "%02x", r->data[at + i]);
		if (buf_addf(out, e, "%s%s", at == 0 ? "\n" : "", hex) == -1)
			return -1;
	}
	return buf_addf(out, e, "\n");
}

/* The answer that was to come later; rc -1: it could not be put together. */
static void
answered(struct client *c, int rc, struct err *e)
{
	if (rc == -1) {
		buf_clear(&c->out);
		(void)buf_addf(&c->out, e, "error: %s\n", e->text);
	}
	c->asked = false;
	loop_set(c->watch, POLLOUT);
}

static void
on_scsi(void *arg, const struct usbr_result *r)
{
	struct client *c = arg;
	struct err e;

	answered(c, put_result(&c->out, r, &e), &e);
}

/* A drive's number, or -1. */
static int
drive_of(const char *name)
{
	int d = 0;

	while (name != NULL && d < USBR_DRIVES &&
	    strcmp(name, usbr_names[d]) != 0)
		d++;
	return name != NULL && d < USBR_DRIVES ? d : -1;
}

/* Hex digits to bytes, in place; the length, -1 on anything else. */
static ssize_t
unhex(char *text)
{
	uint8_t *out = (uint8_t *)text;
	size_t i;

	for (i = 0; text[2 * i] != '\0'; i++) {
		if (hex_digit(text[2 * i]) < 0 ||
		    hex_digit(text[2 * i + 1]) < 0)
			return -1;
		out[i] = (uint8_t)(hex_digit(text[2 * i]) * 16 +
		    hex_digit(text[2 * i + 1]));
	}
	return (ssize_t)i;
}

/* scsi cd|floppy [pio|dma] CDB [DATA]: one command of the host's. */
static int
do_scsi(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	static const char *const hows[] = { "usual", "pio", "dma" };
	struct client *c = sim->control->now;
	int d = drive_of(word(&args)), how = 0;
	char *cdb = word(&args), *data;
	ssize_t n, len = 0;

	(void)out;
	while (cdb != NULL && how < 3 && strcmp(cdb, hows[how]) != 0)
		how++;
	if (cdb != NULL && how < 3)
		cdb = word(&args);
	if (d == -1 || cdb == NULL || (n = unhex(cdb)) < 6 || n > 16 ||
	    ((data = word(&args)) != NULL && (len = unhex(data)) == -1))
		return err_set(e, ERR_USAGE, "scsi cd|floppy [pio|dma] CDB "
		    "[DATA], both in hex");
	c->asked = true;
	usbr_command(sim, (enum usbr_drive)d, (uint8_t *)cdb, (size_t)n,
	    (uint8_t *)data, (size_t)len, (enum usbr_transfer)(how % 3),
	    on_scsi, c);
	return 0;
}

/* Only the device's own clock, as a battery that died would. */
static int
do_clock(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *w = word(&args), *end;
	long seconds = w == NULL ? 0 : strtol(w, &end, 10);

	(void)out;
	if (w == NULL || end == w || *end != '\0' ||
	    labs(seconds) > 50L * 366 * 86400)
		return err_set(e, ERR_USAGE, "clock SECONDS, ahead of the "
		    "real time, or behind it");
	sim->device_clock_s = seconds - sim->clock_offset_ms / 1000;
	sim_alarms_changed(sim);
	return 0;
}

/* An event for the log: all 17 bytes behind its time. */
static int
do_event(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *hex = word(&args);

	(void)out;
	if (hex == NULL || unhex(hex) != EVENT_LEN - 4)
		return err_set(e, ERR_USAGE, "event HEX: 17 bytes");
	journal_event(sim, (uint8_t *)hex);
	return 0;
}

/* What only the BIOS's own menu can change. */
static int
do_mebx(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	char *what = word(&args), *how = word(&args);

	(void)out;
	if (what == NULL || how == NULL || strcmp(what, "kvm") != 0 ||
	    (strcmp(how, "on") != 0 && strcmp(how, "off") != 0))
		return err_set(e, ERR_USAGE, "mebx kvm on|off");
	sim->model.kvm.enabled_by_mebx = strcmp(how, "on") == 0;
	if (!sim->model.kvm.enabled_by_mebx) {
		sim->model.kvm_enabled = false;
		(void)sim_terminate(sim, SERVICE_KVM);
	}
	return 0;
}

/* screens [WxH|off]...: what its displays show while it is on. */
static int
do_screens(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	struct screen s[SCREENS_MAX] = { { 0, 0 } };
	size_t n = 0;
	char *w;
	int len;

	(void)out;
	while ((w = word(&args)) != NULL) {
		len = 0;
		if (n == SCREENS_MAX || (strcmp(w, "off") != 0 &&
		    (sscanf(w, "%5ux%5u%n", &s[n].width, &s[n].height,
		    &len) != 2 || w[len] != '\0' || s[n].width == 0)))
			return err_set(e, ERR_USAGE, "screens WxH|off, %d "
			    "at most", SCREENS_MAX);
		n++;
	}
	memcpy(sim->model.screens, s, sizeof s);
	return 0;
}

static void
on_report(void *arg, const struct usbr_read_report *r)
{
	struct client *c = arg;
	char hex[65];
	struct err e;
	int i;

	c->read = NULL;
	for (i = 0; i < 32; i++)
		(void)sprintf(hex + 2 * i, "%02x", r->sha256[i]);
	answered(c, r->key != 0 ? buf_addf(&c->out, &e, "error: sense "
	    "%02x/%02x/%02x\n", r->key, r->asc, r->ascq) : buf_addf(&c->out,
	    &e, "bytes\t%llu\ncommands\t%lu\nseconds\t%.6f\n"
	    "first-p50-us\t%u\nfirst-p99-us\t%u\nsha256\t%s\n", r->bytes,
	    r->commands, (double)r->us / 1e6, r->first_p50_us,
	    r->first_p99_us, hex), &e);
}

/* read cd|floppy BLOCKS [MIB]: the drive, so many blocks a command. */
static int
do_read(struct sim *sim, char *args, struct buf *out, struct err *e)
{
	struct client *c = sim->control->now;
	struct usbr_read *d;
	int drive = drive_of(word(&args));
	char *w = word(&args), *more = word(&args), *end = NULL;
	unsigned long n = w != NULL ? strtoul(w, &end, 10) : 0, mib = 0;

	(void)out;
	if (drive == -1 || n < 1 || n > 512 || *end != '\0' ||
	    (more != NULL && ((mib = strtoul(more, &end, 10)) < 1 ||
	    mib > 1UL << 20 || *end != '\0')))
		return err_set(e, ERR_USAGE, "read cd|floppy BLOCKS [MIB], 1 "
		    "to 512 blocks a command");
	c->asked = true;
	d = usbr_read_start(sim, (enum usbr_drive)drive, (uint32_t)n,
	    (uint64_t)mib << 20, on_report, c);
	if (d == NULL) {
		c->asked = false;
		return err_sys(e, ERR_LOCAL, "read");
	}
	if (c->asked)
		c->read = d;
	return 0;
}

static const struct {
	const char *name;
	control_fn *fn;
} words[] = {
	{ "state", do_state }, { "violations", do_violations },
	{ "messages", do_messages }, { "press", do_press },
	{ "unplug", do_unplug }, { "plug", do_plug }, { "fault", do_fault },
	{ "clear-faults", do_clear }, { "serial", do_serial },
	{ "serial-fill", do_serial_fill }, { "break", do_break },
	{ "scsi", do_scsi }, { "read", do_read },
	{ "time", do_time }, { "clock", do_clock },
	{ "screens", do_screens }, { "mebx", do_mebx }, { "event", do_event },
};

static int
obey(struct sim *sim, char *line, struct buf *out, struct err *e)
{
	char *args = line, *name = word(&args);
	size_t i;

	if (name != NULL && name[0] == '@') {
		if ((sim = fleet_find(sim, name + 1)) == NULL)
			return err_set(e, ERR_USAGE, "no device %s", name);
		name = word(&args);
	}
	sim_log_flush(sim);
	for (i = 0; name != NULL && i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].fn(sim, args, out, e);
	if (buf_addf(out, e, "error: words are") == -1)
		return -1;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (buf_addf(out, e, " %s", words[i].name) == -1)
			return -1;
	return buf_addf(out, e, "\n");
}

static void
client_free(struct client *c)
{
	if (c->read != NULL)
		usbr_read_stop(c->read);
	else if (c->asked)
		usbr_cancel(c->sim, c);
	loop_unwatch(c->watch);
	(void)close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	free(c);
}

static void
client_write(struct client *c)
{
	ssize_t n = send(c->fd, c->out.data, c->out.len,
	    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n == -1 && errno != EAGAIN && errno != EINTR)
		client_free(c);
	else if (n > 0) {
		buf_drop(&c->out, (size_t)n);
		if (c->out.len == 0)
			client_free(c);
	}
}

static void
client_obey(struct client *c, size_t len)
{
	struct err e;
	char *line = (char *)c->in.data;

	line[len] = '\0';
	c->sim->control->now = c;
	if (obey(c->sim, line, &c->out, &e) == -1) {
		buf_clear(&c->out);
		(void)buf_addf(&c->out, &e, "error: %s\n", e.text);
	}
	if (c->asked)
		return;			/* until then: whether it hangs up */
	if (c->out.len == 0) {
		client_free(c);
		return;
	}
	loop_set(c->watch, POLLOUT);
	client_write(c);
}

static void
on_client(void *arg, short revents)
{
	struct client *c = arg;
	struct err e;
	uint8_t *room, *end;
	ssize_t n;

	if (c->out.len > 0 || (room = buf_room(&c->in, 4096, &e)) == NULL) {
		if (c->out.len > 0 && (revents & POLLOUT))
			client_write(c);
		else
			client_free(c);
		return;
	}
	n = recv(c->fd, room, 4096, MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_free(c);
		return;
	}
	buf_grew(&c->in, (size_t)n);
	if (!c->asked &&
	    (end = memchr(c->in.data, '\n', c->in.len)) != NULL)
		client_obey(c, (size_t)(end - c->in.data));
}

static void
on_control(void *arg, short revents)
{
	struct control *k = arg;
	struct client *c;
	struct err e;
	int fd;

	(void)revents;
	if ((fd = accept4(k->fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC)) == -1)
		return;
	if ((c = calloc(1, sizeof *c)) == NULL || (c->watch =
	    loop_watch(k->sim->loop, fd, POLLIN, on_client, c, &e)) == NULL) {
		(void)close(fd);
		free(c);
		return;
	}
	c->sim = k->sim;
	c->fd = fd;
	buf_init(&c->in, LINE_BYTES_MAX);
	buf_init(&c->out, ANSWER_MAX);
}

static int
address(const char *path, struct sockaddr_un *a, struct err *e)
{
	memset(a, 0, sizeof *a);
	a->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof a->sun_path)
		return err_set(e, ERR_USAGE, "control socket %s: the path is "
		    "too long", path);
	memcpy(a->sun_path, path, strlen(path));
	return 0;
}

int
control_start(struct sim *sim, const char *path, struct err *e)
{
	struct sockaddr_un a;
	struct control *k;

	if (address(path, &a, e) == -1)
		return -1;
	if ((k = calloc(1, sizeof *k)) == NULL)
		return err_sys(e, ERR_LOCAL, "control socket");
	sim->control = k;
	k->sim = sim;
	memcpy(k->path, a.sun_path, sizeof k->path);
	(void)unlink(path);		/* of an earlier run */
	if ((k->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0)) == -1 ||
	    bind(k->fd, (struct sockaddr *)&a, sizeof a) == -1 ||
	    listen(k->fd, 16) == -1)
		return err_sys(e, ERR_LOCAL, "control socket %s", path);
	if ((k->watch = loop_watch(sim->loop, k->fd, POLLIN, on_control, k,
	    e)) == NULL)
		return -1;
	return 0;
}

void
control_stop(struct sim *sim)
{
	struct control *k = sim->control;

	if (k == NULL)
		return;
	loop_unwatch(k->watch);
	if (k->fd != -1)
		(void)close(k->fd);
	(void)unlink(k->path);
	free(k);
	sim->control = NULL;
}

/* amtsim --ctl: the words go as a line, the answer to standard output. */
static int
converse(int fd, char **line, struct err *e)
{
	struct buf b;
	uint8_t *room;
	ssize_t n;
	int rc = -1;

	buf_init(&b, ANSWER_MAX);
	for (; *line != NULL; line++)
		if (buf_addf(&b, e, "%s%s", *line, line[1] != NULL ? " " :
		    "") == -1)
			goto out;
	if (buf_addf(&b, e, "\n") == -1)
		goto out;
	if (send(fd, b.data, b.len, MSG_NOSIGNAL) != (ssize_t)b.len) {
		err_sys(e, ERR_NET, "control socket");
		goto out;
	}
	buf_clear(&b);
	while ((room = buf_room(&b, 4096, e)) != NULL &&
	    (n = recv(fd, room, 4096, 0)) > 0)
		buf_grew(&b, (size_t)n);
	if (b.len > 7 && memcmp(b.data, "error: ", 7) == 0)
		err_set(e, ERR_USAGE, "%.*s", (int)b.len - 8, b.data + 7);
	else
		rc = fwrite(b.data, 1, b.len, stdout) == b.len ? 0 :
		    err_sys(e, ERR_LOCAL, "standard output");
 out:
	buf_clear(&b);
	return rc;
}

int
control_client(const char *path, char **line, struct err *e)
{
	struct sockaddr_un a;
	int fd, rc = -1;

	if (address(path, &a, e) == -1)
		return -1;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    connect(fd, (struct sockaddr *)&a, sizeof a) == -1)
		err_sys(e, ERR_NET, "control socket %s", path);
	else
		rc = converse(fd, line, e);
	if (fd != -1)
		(void)close(fd);
	return rc;
}
