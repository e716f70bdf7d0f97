/* SPDX-License-Identifier: MIT */
/*
 * A real computer: QEMU, in software emulation (whether KVM would work
 * cannot be seen beforehand).  There is a process while the board has
 * power; switching off kills it, and with it what was in memory.
 *
 * QMP and the serial port are socket pairs made here and inherited, so that
 * nothing can connect in between and nothing stays behind.  QEMU starts
 * stopped, gets its boot order, is reset to take note of it, and continues;
 * all that is sent at once and obeyed in order.  The BIOS console is on the
 * serial port in every boot, as with a board whose setup says so.
 *
 * The USB-R drives are USB devices on lines of usbredir; they are plugged
 * in while a storage session is.  Left out: screen, keyboard, mouse.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/log.h"
#include "qmp.h"
#include "sim.h"
#include "usbredir.h"

#define PROGRAM "qemu-system-x86_64"
#define PASSWORD_ENV "AMTSIM_GUEST_PASSWORD"
#define ARGS_MAX 64
#define UEFI_MEMORY "512"		/* MiB, whatever the guest */

struct guest {
	const char *name, *file;	/* in ../guest beside the program */
	const char *disk;		/* QEMU's controller with a disk */
	const char *memory;		/* MiB */
};

static const struct guest guests[] = {
	{ "micro", "micro.bin", "ide-hd,bus=ide.0", "32" },
	{ "linux", "linux.img", "virtio-blk-pci", "128" },
	{ NULL, NULL, "ide-hd,bus=ide.0", "512" },	/* the user's image */
};

/* UEFI, where distributions put it: program, and variables to start with. */
static const struct firmware {
	const char *code, *vars;
} firmwares[] = {
	{ "/usr/share/OVMF/OVMF_CODE_4M.fd",
	    "/usr/share/OVMF/OVMF_VARS_4M.fd" },
	{ "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd" },
	{ "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
	    "/usr/share/edk2/x64/OVMF_VARS.4m.fd" },
};

struct host {
	struct sim *sim;
	const struct guest *guest;
	char image[PATH_MAX];
	int password;			/* memory file, -1: none */

	pid_t pid;			/* 0: no power, no process */
	const struct firmware *uefi;	/* NULL: the BIOS */
	int pidfd, errors, serial;
	struct usb_storage *usbr[USBR_DRIVES];
	struct loop_watch *pid_watch, *serial_watch;
	struct qmp *qmp;
	bool menu;			/* it offers the boot menu */
	bool want_menu;			/* and it has yet to be asked for */
	bool running;			/* it has begun to execute */
	bool expected;			/* it said that it will end */

	int boot;			/* device of the boot in progress */
	size_t prompt;			/* of the boot menu, bytes seen */
	bool silent;			/* since it began or was reset */
	int stale;			/* bytes unread from before the reset */
	struct loop_timer wait;		/* for the first instruction */
	bool hold, refused;		/* SOL full; serial port was full */
	char text[PATH_MAX + 64];
};

/* ---- commands and boot order ------------------------------------------ */

static int
send_simple(struct host *h, const char *command, struct err *e)
{
	if (h->pid == 0)
		return err_set(e, ERR_NO, "the machine has no power");
	return qmp_send(h->qmp, command, NULL, e);
}

static int
set_bootindex(struct host *h, const char *device, int n, struct err *e)
{
	struct json_object *args = json_object_new_object();
	char path[64];

	(void)snprintf(path, sizeof path, "/machine/peripheral/%s", device);
	json_object_object_add(args, "path", json_object_new_string(path));
	json_object_object_add(args, "property",
	    json_object_new_string("bootindex"));
	json_object_object_add(args, "value", json_object_new_int(n));
	return qmp_send(h->qmp, "qom-set", args, e);
}

/*
 * The chosen device goes before the disk, which has 1, from a reset on.
 * UEFI does not know usbredir's devices: when none has a number it begins
 * with removable ones.
 */
static int
set_boot_order(struct host *h, int boot, struct err *e)
{
	static const struct {
		const char *device;
		int boot;
	} order[] = {
		{ "cd0", BOOT_CDDVD }, { "net0", BOOT_PXE },
		{ "usbr1", BOOT_IDER_CD }, { "usbr0", BOOT_IDER_FLOPPY },
	};
	size_t i;

	h->boot = boot;
	if (h->uefi != NULL && set_bootindex(h, "hd0", boot == BOOT_IDER_CD ||
	    boot == BOOT_IDER_FLOPPY ? -1 : 1, e) == -1)
		return -1;
	for (i = 0; i < sizeof order / sizeof order[0]; i++)
		if (set_bootindex(h, order[i].device, boot == order[i].boot ?
		    0 : -1, e) == -1)
			return -1;
	return 0;
}

/* The choice was for one boot: when the guest resets, the usual order. */
static void
bios_speaks(struct host *h)
{
	struct err e;

	h->silent = false;
	if (h->boot != BOOT_NORMAL && set_boot_order(h, BOOT_NORMAL, &e) == -1)
		log_error(&e);
}

/* ---- serial port ----------------------------------------------------- */

/*
 * SeaBIOS has no setup but a menu of boot devices, and offers it only to
 * who presses ESC at its prompt: for BOOT_SETUP we do.
 */
static void
watch_for_menu(struct host *h, const uint8_t *p, size_t n)
{
	static const char prompt[] = "Press ESC";

	if (!h->want_menu)
		return;
	for (; n > 0 && prompt[h->prompt] != '\0'; p++, n--)
		h->prompt = *p == prompt[h->prompt] ? h->prompt + 1 :
		    *p == prompt[0];
	if (prompt[h->prompt] == '\0') {
		h->want_menu = false;
		(void)send(h->serial, "\033", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

/* -1: nothing to read. */
static int
read_serial(struct host *h)
{
	uint8_t bytes[4096];
	ssize_t n = recv(h->serial, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n <= 0)
		return -1;
	watch_for_menu(h, bytes, (size_t)n);
	if (h->silent && n > h->stale)
		bios_speaks(h);
	h->stale = n < h->stale ? h->stale - (int)n : 0;
	host_serial_out(h->sim, bytes, (size_t)n);
	return 0;
}

static void
drain_serial(struct host *h)
{
	while (!h->hold && read_serial(h) == 0)
		;
}

static void
poll_serial(struct host *h)
{
	if (h->serial_watch != NULL)
		loop_set(h->serial_watch, (short)((h->hold ? 0 : POLLIN) |
		    (h->refused ? POLLOUT : 0)));
}

static void
on_serial(void *arg, short revents)
{
	struct host *h = arg;

	if (revents & POLLOUT && h->refused) {
		h->refused = false;
		host_serial_ready(h->sim);
	}
	if (h->serial_watch == NULL)
		return;			/* switched off meanwhile */
	poll_serial(h);
	qmp_hear(h->qmp);		/* resets, before what was said after */
	if (revents & POLLIN && !h->hold)
		(void)read_serial(h);
	else if (revents & POLLHUP && h->serial_watch != NULL)
		loop_set(h->serial_watch, LOOP_NOTHING); /* pidfd tells */
}

static size_t
serial_in(struct host *h, const uint8_t *p, size_t n)
{
	ssize_t sent;

	if (h->pid == 0)
		return n;		/* a port without power */
	sent = send(h->serial, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent == -1)
		sent = 0;
	h->refused = (size_t)sent < n;
	poll_serial(h);
	return (size_t)sent;
}

static void
serial_hold(struct host *h, bool hold)
{
	h->hold = hold;
	poll_serial(h);
}

/* ---- what QEMU tells -------------------------------------------------- */

static void
on_resume(struct host *h, struct json_object *data)
{
	(void)data;
	h->running = h->silent = true;
	host_power_changed(h->sim, HOST_ON);
}

/*
 * After a reset SeaBIOS resets once more, by itself and before it says a
 * word.  That is one reset; and the boot order must stay till then.
 */
static void
on_reset(struct host *h, struct json_object *data)
{
	struct json_object *guest;

	if (!h->running)
		return;			/* ours, before the first instruction */
	drain_serial(h);		/* what it said before */
	if (!h->silent || !json_object_object_get_ex(data, "guest", &guest) ||
	    !json_object_get_boolean(guest))
		host_was_reset(h->sim);
	h->silent = true;
	if (ioctl(h->serial, FIONREAD, &h->stale) == -1)
		h->stale = 0;
}

static void
on_suspend(struct host *h, struct json_object *data)
{
	(void)data;
	host_power_changed(h->sim, HOST_SLEEP);
}

static void
on_wakeup(struct host *h, struct json_object *data)
{
	(void)data;
	host_power_changed(h->sim, HOST_ON);
}

/* The process ends itself next, and pidfd tells. */
static void
on_shutdown(struct host *h, struct json_object *data)
{
	struct json_object *guest;

	h->expected = json_object_object_get_ex(data, "guest", &guest) &&
	    json_object_get_boolean(guest);
}

static void
on_event(void *arg, const char *name, struct json_object *data)
{
	static const struct {
		const char *name;
		void (*fn)(struct host *h, struct json_object *data);
	} events[] = {
		{ "RESUME", on_resume }, { "RESET", on_reset },
		{ "SUSPEND", on_suspend }, { "WAKEUP", on_wakeup },
		{ "SHUTDOWN", on_shutdown },
	};
	size_t i;

	log_debug("QEMU: %s", name);
	for (i = 0; i < sizeof events / sizeof events[0]; i++)
		if (strcmp(name, events[i].name) == 0) {
			events[i].fn(arg, data);
			return;
		}
}

static void
on_failed(void *arg, const char *command, const char *why)
{
	(void)arg;
	log_warn("QEMU refuses %s: %s", command, why);
}

static const struct qmp_events qmp_events = { on_event, on_failed };

/* ---- the process ------------------------------------------------------ */

/* End it, if there is one.  After SIGKILL the wait is short. */
static int
cut(struct host *h)
{
	int status = 0, i;

	if (h->pid == 0)
		return 0;
	(void)kill(h->pid, SIGKILL);
	while (waitpid(h->pid, &status, 0) == -1 && errno == EINTR)
		;
	h->pid = 0;
	loop_cancel(&h->wait);
	loop_unwatch(h->pid_watch);
	loop_unwatch(h->serial_watch);
	h->pid_watch = h->serial_watch = NULL;
	qmp_free(h->qmp);
	h->qmp = NULL;
	for (i = 0; i < USBR_DRIVES; i++) {
		usb_storage_free(h->usbr[i]);
		h->usbr[i] = NULL;
	}
	if (h->pidfd != -1)
		(void)close(h->pidfd);
	(void)close(h->serial);
	(void)close(h->errors);
	h->running = h->refused = false;
	h->stale = 0;
	return status;
}

/* The last line that QEMU wrote to standard error. */
static void
last_words(const struct host *h, char *out, size_t size)
{
	off_t end = lseek(h->errors, 0, SEEK_END);
	off_t from = end > (off_t)size - 1 ? end - (off_t)size + 1 : 0;
	ssize_t n = pread(h->errors, out, size - 1, from);
	char *nl;

	out[n > 0 ? n : 0] = '\0';
	while ((nl = strrchr(out, '\n')) != NULL && nl[1] == '\0')
		*nl = '\0';
	if (nl != NULL)
		memmove(out, nl + 1, strlen(nl + 1) + 1);
}

static void
on_end(void *arg, short revents)
{
	struct host *h = arg;
	char words[256];
	pid_t pid = h->pid;
	bool expected;
	int status;

	(void)revents;
	drain_serial(h);		/* what it had still to say */
	last_words(h, words, sizeof words);
	expected = h->expected;
	status = cut(h);
	if (!expected && WIFSIGNALED(status))
		log_warn("QEMU (pid %d) was killed by signal %d: the machine "
		    "is off", (int)pid, WTERMSIG(status));
	else if (!expected)
		log_warn("QEMU (pid %d) ended with status %d: %s", (int)pid,
		    WEXITSTATUS(status), words);
	host_power_changed(h->sim, HOST_OFF);
}

struct args {
	char *word[ARGS_MAX + 1];	/* NULL ends */
	size_t n;
	bool bad;			/* no memory */
};

static void __attribute__((format(printf, 2, 3)))
add(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (a->n == ARGS_MAX || vasprintf(&a->word[a->n], fmt, ap) == -1)
		a->bad = true;
	else
		a->n++;
	va_end(ap);
}

static void
args_free(struct args *a)
{
	while (a->n > 0)
		free(a->word[--a->n]);
}

/* In QEMU's options a comma is written twice. */
static const char *
quoted(const char *in, char *out, size_t size)
{
	size_t n = 0;

	for (; *in != '\0' && n + 3 < size; in++) {
		out[n++] = *in;
		if (*in == ',')
			out[n++] = ',';
	}
	out[n] = '\0';
	return out;
}

static void
machine_args(struct args *a, const struct host *h)
{
	const struct model *m = &h->sim->model;
	char text[2 * PATH_MAX];

	add(a, "-uuid");
	add(a, "%s", m->uuid);
	add(a, "-m");
	add(a, "%s", h->uefi != NULL ? UEFI_MEMORY : h->guest->memory);
	if (h->uefi != NULL) {
		add(a, "-drive");
		add(a, "if=pflash,format=raw,readonly=on,file=%s",
		    h->uefi->code);
		add(a, "-drive");
		add(a, "if=pflash,format=raw,snapshot=on,file=%s",
		    h->uefi->vars);
	}
	add(a, "-drive");
	add(a, "if=none,id=hd,snapshot=on,%sfile=%s",
	    h->guest->name != NULL ? "format=raw," : "",
	    quoted(h->image, text, sizeof text));
	add(a, "-device");
	add(a, "%s,drive=hd,id=hd0,bootindex=1", h->guest->disk);
	add(a, "-fw_cfg");
	add(a, "name=opt/amtsim/hostname,string=%s", m->host_name[0] == '\0' ?
	    "guest" : quoted(m->host_name, text, sizeof text));
	if (h->password != -1) {
		add(a, "-fw_cfg");
		add(a, "name=opt/amtsim/password,file=/dev/fd/%d",
		    h->password);
	}
	if (h->menu) {
		add(a, "-boot");
		add(a, "menu=on,splash-time=5000");
	}
}

/* Lines that are made before QEMU starts: ours is [0], QEMU's [1]. */
enum { SERIAL, QMP, USBR, LINES = USBR + USBR_DRIVES };

static void
all_args(struct args *a, const struct host *h, int lines[LINES][2])
{
	static const char *const fixed[] = {
		PROGRAM, "-accel", "tcg", "-M", "pc,graphics=off",
		"-no-user-config", "-nodefaults", "-S", "-display", "none",
		"-vga", "std", "-serial", "chardev:serial", "-mon",
		"chardev=qmp,mode=control",
		"-drive", "if=none,id=cd,media=cdrom",
		"-device", "ide-cd,drive=cd,id=cd0,bus=ide.1",
		"-netdev", "user,id=net,restrict=on",
		"-device", "e1000,netdev=net,id=net0",
		"-device", "qemu-xhci,id=usb",
	};
	size_t i;

	for (i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		add(a, "%s", fixed[i]);
	add(a, "-chardev");
	add(a, "socket,id=serial,fd=%d", lines[SERIAL][1]);
	add(a, "-chardev");
	add(a, "socket,id=qmp,fd=%d", lines[QMP][1]);
	for (i = 0; i < USBR_DRIVES; i++) {
		add(a, "-chardev");
		add(a, "socket,id=line%zu,fd=%d", i, lines[USBR + i][1]);
		add(a, "-device");
		add(a, "usb-redir,chardev=line%zu,id=usbr%zu,bus=usb.0", i, i);
	}
	machine_args(a, h);
}

/* In the child: no way back.  QEMU gets no environment of ours. */
static void __attribute__((noreturn))
become_qemu(const struct host *h, const struct args *a,
    int lines[LINES][2], pid_t parent)
{
	char path[PATH_MAX + 8], tmp[PATH_MAX + 8];
	char *env[] = { path, tmp, NULL };
	int i, null = open("/dev/null", O_RDWR);

	(void)snprintf(path, sizeof path, "PATH=%s", getenv("PATH"));
	(void)snprintf(tmp, sizeof tmp, "TMPDIR=%s", h->sim->run_dir);
	loop_child_signals(h->sim->loop);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);		/* died before it was asked for */
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(h->errors, STDERR_FILENO);
	for (i = 0; i < LINES; i++)
		(void)fcntl(lines[i][1], F_SETFD, 0);
	if (h->password != -1)
		(void)fcntl(h->password, F_SETFD, 0);
	(void)execvpe(PROGRAM, a->word, env);
	dprintf(STDERR_FILENO, "%s: %s\n", PROGRAM, strerror(errno));
	_exit(127);
}

/* Watch the process and its lines.  Takes those it succeeds with. */
static int
attach(struct host *h, int lines[LINES][2], struct err *e)
{
	int i;

	h->serial = lines[SERIAL][0];
	lines[SERIAL][0] = -1;
	h->qmp = qmp_new(h->sim->loop, lines[QMP][0], &qmp_events, h, e);
	lines[QMP][0] = -1;
	if (h->qmp == NULL)
		return -1;
	for (i = 0; i < USBR_DRIVES; i++) {
		h->usbr[i] = usb_storage_new(h->sim, i, lines[USBR + i][0],
		    e);
		lines[USBR + i][0] = -1;
		if (h->usbr[i] == NULL)
			return -1;
	}
	if ((h->pidfd = pidfd_open(h->pid, 0)) == -1)
		return err_sys(e, ERR_LOCAL, "watching QEMU");
	h->pid_watch = loop_watch(h->sim->loop, h->pidfd, POLLIN, on_end, h,
	    e);
	h->serial_watch = loop_watch(h->sim->loop, h->serial,
	    h->hold ? 0 : POLLIN, on_serial, h, e);
	return h->pid_watch != NULL && h->serial_watch != NULL ? 0 : -1;
}

static int
make_lines(int lines[LINES][2], struct err *e)
{
	int i;

	memset(lines, -1, LINES * sizeof lines[0]);
	for (i = 0; i < LINES; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
		    lines[i]) == -1)
			return err_sys(e, ERR_LOCAL, "starting QEMU");
	return 0;
}

static void
close_lines(int lines[LINES][2])
{
	int i;

	for (i = 0; i < LINES; i++) {
		if (lines[i][0] != -1)
			(void)close(lines[i][0]);
		if (lines[i][1] != -1)
			(void)close(lines[i][1]);
	}
}

static int
spawn(struct host *h, bool menu, struct err *e)
{
	struct args a = { .n = 0 };
	int lines[LINES][2], rc = -1, errors;
	pid_t parent = getpid(), pid;

	h->menu = h->want_menu = menu;
	if ((errors = memfd_create("qemu-errors", MFD_CLOEXEC)) == -1)
		return err_sys(e, ERR_LOCAL, "starting QEMU");
	if (make_lines(lines, e) == -1)
		goto out;
	all_args(&a, h, lines);
	h->errors = errors;
	if (a.bad || (pid = fork()) == -1) {
		err_sys(e, ERR_LOCAL, "starting QEMU");
		goto out;
	}
	if (pid == 0)
		become_qemu(h, &a, lines, parent);
	h->pid = pid;
	h->pidfd = -1;
	h->expected = false;
	h->prompt = 0;
	rc = attach(h, lines, e);
	errors = -1;			/* the host's now */
	if (rc == -1)
		(void)cut(h);
 out:
	args_free(&a);
	close_lines(lines);
	if (errors != -1)
		(void)close(errors);
	return rc;
}

/* ---- orders ----------------------------------------------------------- */

static void
go(void *arg)
{
	struct host *h = arg;
	struct err e;

	if (send_simple(h, "cont", &e) == -1)
		log_error(&e);
}

/*
 * Boards train their memory for seconds before the BIOS speaks.  The
 * machine is on meanwhile; without such a wait it is when it runs.
 */
static int
go_later(struct host *h, struct err *e)
{
	if (h->sim->start_delay_ms == 0)
		return send_simple(h, "cont", e);
	loop_after(h->sim->loop, &h->wait, h->sim->start_delay_ms, go, h);
	host_power_changed(h->sim, HOST_ON);
	return 0;
}

static int
begin(struct host *h, const struct host_boot *b, struct err *e)
{
	if (spawn(h, b->device == BOOT_SETUP, e) == -1)
		return -1;
	if (set_boot_order(h, b->device, e) == -1 ||
	    send_simple(h, "system_reset", e) == -1 || go_later(h, e) == -1) {
		(void)cut(h);
		return -1;
	}
	return 0;
}

static int
power_on(struct host *h, const struct host_boot *b, struct err *e)
{
	if (h->pid != 0)
		return send_simple(h, "system_wakeup", e);	/* asleep */
	if (begin(h, b, e) == -1) {
		log_error(e);
		return -1;
	}
	return 0;
}

static int
power_off(struct host *h, struct err *e)
{
	(void)e;
	(void)cut(h);
	host_power_changed(h->sim, HOST_OFF);
	return 0;
}

/* The boot menu is a matter of the command line: a new process. */
static int
reset(struct host *h, const struct host_boot *b, struct err *e)
{
	if (h->pid == 0)
		return send_simple(h, "system_reset", e);
	if (!h->menu && b->device != BOOT_SETUP) {
		if (set_boot_order(h, b->device, e) == -1)
			return -1;
		return send_simple(h, "system_reset", e);
	}
	(void)cut(h);
	if (begin(h, b, e) == -1) {
		log_error(e);
		host_power_changed(h->sim, HOST_OFF);
		return -1;
	}
	host_was_reset(h->sim);
	return 0;
}

static int
nmi(struct host *h, struct err *e)
{
	return send_simple(h, "inject-nmi", e);
}

static int
soft_off(struct host *h, struct err *e)
{
	return send_simple(h, "system_powerdown", e);
}

/* Without power it is told again when there is. */
static void
usbr_plug(struct host *h, bool plugged)
{
	int i;

	for (i = 0; h->pid != 0 && i < USBR_DRIVES; i++)
		usb_storage_plug(h->usbr[i], plugged);
}

static const char *
describe(struct host *h)
{
	char pid[32] = "no process";

	if (h->pid != 0)
		(void)snprintf(pid, sizeof pid, "pid %d", (int)h->pid);
	(void)snprintf(h->text, sizeof h->text, "%s, guest %s", pid,
	    h->guest->name != NULL ? h->guest->name : h->image);
	return h->text;
}

/* ---- start and stop --------------------------------------------------- */

static int
find_program(struct err *e)
{
	const char *p = getenv("PATH");
	char file[PATH_MAX];
	size_t n;

	for (p = p != NULL ? p : ""; *p != '\0'; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		(void)snprintf(file, sizeof file, "%.*s/" PROGRAM, (int)n, p);
		if (access(file, X_OK) == 0)
			return 0;
	}
	return err_set(e, ERR_LOCAL, "--host qemu: " PROGRAM " is not "
	    "installed: install the package qemu-system-x86, or use "
	    "--host builtin");
}

static int
find_guest(struct host *h, struct err *e)
{
	const char *want = h->sim->guest;
	const struct guest *g = guests;
	char self[PATH_MAX] = "";

	while (g->name != NULL && strcmp(g->name, want) != 0)
		g++;
	h->guest = g;
	if (g->name == NULL) {
		(void)snprintf(h->image, sizeof h->image, "%s", want);
	} else {
		if (readlink("/proc/self/exe", self, sizeof self - 1) == -1)
			return err_sys(e, ERR_LOCAL, "/proc/self/exe");
		(void)snprintf(h->image, sizeof h->image, "%.*s/guest/%s",
		    PATH_MAX - 32, dirname(dirname(self)), g->file);
	}
	if (access(h->image, R_OK) == -1)
		return err_sys(e, ERR_LOCAL, "--guest %s: %s%s", want,
		    h->image, g->name != NULL ? " (\"make guests\" makes it)" :
		    "");
	return 0;
}

static int
find_firmware(struct host *h, struct err *e)
{
	size_t i;

	if (strcmp(h->sim->firmware, "bios") == 0)
		return 0;
	for (i = 0; i < sizeof firmwares / sizeof firmwares[0]; i++)
		if (access(firmwares[i].code, R_OK) == 0 &&
		    access(firmwares[i].vars, R_OK) == 0) {
			h->uefi = &firmwares[i];
			return 0;
		}
	return err_set(e, ERR_LOCAL, "--firmware uefi: %s is not there: "
	    "install the package ovmf", firmwares[0].code);
}

/* The guest's root password goes through memory only. */
static int
keep_password(struct host *h, struct err *e)
{
	const char *password = getenv(PASSWORD_ENV);
	size_t n = password != NULL ? strlen(password) : 0;

	h->password = -1;
	if (n == 0)
		return 0;
	h->password = memfd_create("guest-password", MFD_CLOEXEC);
	if (h->password == -1 || write(h->password, password, n) != (ssize_t)n)
		return err_sys(e, ERR_LOCAL, "guest password");
	return unsetenv(PASSWORD_ENV);
}

static void
stop(struct host *h)
{
	(void)cut(h);
	if (h->password != -1)
		(void)close(h->password);
	free(h);
}

static struct host *
start(struct sim *sim, struct err *e)
{
	struct host *h = calloc(1, sizeof *h);

	if (h == NULL) {
		err_sys(e, ERR_LOCAL, "host");
		return NULL;
	}
	h->sim = sim;
	if (keep_password(h, e) == -1 || find_program(e) == -1 ||
	    find_guest(h, e) == -1 || find_firmware(h, e) == -1) {
		stop(h);
		return NULL;
	}
	return h;
}

const struct host_ops host_qemu = {
	.name = "qemu",
	.start = start,
	.stop = stop,
	.power_on = power_on,
	.power_off = power_off,
	.reset = reset,
	.nmi = nmi,
	.soft_off = soft_off,
	.serial_in = serial_in,
	.serial_hold = serial_hold,
	.usbr_plug = usbr_plug,
	.describe = describe,
};
