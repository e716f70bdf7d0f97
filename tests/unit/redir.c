/* SPDX-License-Identifier: MIT */
/*
 * lib/redir: every test vector is framed, whole, in pieces and cut short;
 * the login's are spoken byte for byte; then peers that lie.
 */
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/redir.h"
#include "lib/wire.h"
#include "tests/unit/hexfile.h"
#include "tests/unit/test.h"

static struct err e;
static struct buf in, out;
static struct hex_file file;

#define CNONCE "00112233445566778899aabbccddeeff"

static struct redir_login
new_login(enum redir_service s)
{
	struct redir_login l = { .service = s, .host = "htpc",
		.user = "admin", .password = "P@ssw0rd!", .cnonce = CNONCE };

	buf_clear(&in);
	buf_clear(&out);
	memset(&e, 0, sizeof e);
	return l;
}

static enum redir_service
service_of(const struct hex_file *f)
{
	return strcmp(f->service, "SOL") == 0 ? REDIR_SOL :
	    strcmp(f->service, "IDER") == 0 ? REDIR_IDER : REDIR_KVM;
}

static bool
framed(enum redir_service s, const struct hex_message *m)
{
	enum redir_side from = m->from == 'D' ? REDIR_DEVICE : REDIR_CONSOLE;
	uint8_t longer[HEX_BYTES_MAX + 16];
	size_t n;
	bool good = m->len == m->declared &&
	    redir_message_name(s, from, m->bytes[0]) != NULL;

	memset(longer, 0x5a, sizeof longer);
	memcpy(longer, m->bytes, m->len);
	for (n = 0; n < m->len; n++)
		good &= redir_frame(s, from, longer, n) == 0;
	for (; n < m->len + 16; n++)
		good &= redir_frame(s, from, longer, n) == (int)m->len;
	return good;
}

static void
vectors(void)
{
	static const char *const names[] = { "session-start-and-digest",
		"refusals", "other-logins", "sol", "sol-amtterm",
		"ider-opening", "ider-opening-amtterm", "ider-commands",
		"ider-write", "ider-medium-change", "kvm" };
	char name[64];
	size_t i, j;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(name, sizeof name, "redir-%s.hex", names[i]);
		hex_read(&file, name);
		ok(file.n > 0);
		for (j = 0; j < file.n; j++)
			if (!ok(framed(service_of(&file), &file.m[j])))
				printf("    %s: %s\n", name, file.m[j].what);
	}
}

static void
frames_refused(void)
{
	static const uint8_t auth_long[] = { 0x14, 1, 0, 0, 4, 1, 0x10, 0, 0 };
	static const uint8_t auth_max[] = { 0x14, 1, 0, 0, 4, 0, 0x10, 0, 0 };
	static const uint8_t auth_all[] = { 0x13, 0, 0, 0, 4, 255, 255, 255,
		255 };
	uint8_t data[REDIR_MESSAGE_MAX] = { 0x2a };
	unsigned type, known = 0;

	is_int(redir_frame(REDIR_SOL, REDIR_DEVICE, auth_long, 9), -1);
	is_int(redir_frame(REDIR_SOL, REDIR_DEVICE, auth_max, 9), 0);
	is_int(redir_frame(REDIR_KVM, REDIR_CONSOLE, auth_all, 9), -1);
	data[8] = data[9] = 0xff;
	is_int(redir_frame(REDIR_SOL, REDIR_DEVICE, data, 65544), 0);
	is_int(redir_frame(REDIR_SOL, REDIR_DEVICE, data, 65545), 65545);
	for (type = 0; type < 256; type++) {
		data[0] = (uint8_t)type;
		if (redir_frame(REDIR_SOL, REDIR_DEVICE, data, 1) != -1)
			known++;
	}
	is_int(known, 10);		/* and 246 refused at their first byte */
	data[0] = 0x50;
	is_int(redir_frame(REDIR_SOL, REDIR_DEVICE, data, 28), -1);
	is_int(redir_frame(REDIR_IDER, REDIR_DEVICE, data, 28), 28);
	is_int(redir_frame(REDIR_IDER, REDIR_CONSOLE, data, 28), -1);
	data[0] = 0xf0;
	is_int(redir_frame(REDIR_KVM, REDIR_DEVICE, data, 28), 1);
	is_int(redir_frame(REDIR_KVM, REDIR_DEVICE, data, 0), 0);
}

/* The messages of the file, device's fed in pieces of n bytes. */
static void
spoken(const char *name, enum redir_service s, size_t piece)
{
	struct redir_login l = new_login(s);
	size_t i, at, n;
	int rc = 0;

	hex_read(&file, name);
	is_int(redir_login_begin(&l, &out, &e), 0);
	for (i = 0; i < file.n; i++) {
		const struct hex_message *m = &file.m[i];

		if (m->from == 'C') {
			if (!is_mem(out.data, out.len, m->bytes, m->len))
				printf("    %s: %s\n", name, m->what);
			buf_clear(&out);
			continue;
		}
		for (at = 0; at < m->len; at += n) {
			n = m->len - at < piece ? m->len - at : piece;
			is_int(rc, 0);
			buf_add(&in, m->bytes + at, n, &e);
			rc = redir_login_step(&l, &in, &out, &e);
		}
	}
	is_int(rc, 1);
	is_int(l.state, REDIR_LOGIN_DONE);
	is_int(l.method, REDIR_DIGEST);
	is_int(l.device.protocol_major, 1);
	is_int(l.device.firmware_major, 16);
	is_int(l.device.vendor, 343);
	is_int(in.len + out.len, 0);
}

static void
hello(struct redir_login *l, const char *methods, size_t n)
{
	static const uint8_t start[] = { 0x11, 0, 0, 0, 1, 0, 16, 0, 0x57, 1,
		0, 0, 0 };
	uint8_t list[9] = { 0x14, 0, 0, 0, 0, (uint8_t)n };

	redir_login_begin(l, &out, &e);
	buf_add(&in, start, sizeof start, &e);
	buf_add(&in, list, sizeof list, &e);
	buf_add(&in, methods, n, &e);
}

static void
feed(const char *bytes, size_t n)
{
	buf_clear(&out);
	buf_add(&in, bytes, n, &e);
}
#define FEED(text) feed(text, sizeof text - 1)

/* Method 3, and method 4 with a qop that is empty. */
static void
other_digests(void)
{
	struct redir_login l = new_login(REDIR_SOL);

	hex_read(&file, "redir-other-logins.hex");
	hello(&l, "\1\3", 2);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	is_mem(out.data + 17, out.len - 17, file.m[1].bytes, file.m[1].len);
	buf_clear(&out);
	buf_add(&in, file.m[2].bytes, file.m[2].len, &e);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	is_mem(out.data, out.len, file.m[3].bytes, file.m[3].len);
	FEED("\x14\0\0\0\3\0\0\0\0");
	is_int(redir_login_step(&l, &in, &out, &e), 1);

	l = new_login(REDIR_SOL);
	hello(&l, "\3\4", 2);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	FEED("\x14\1\0\0\4\x49\0\0\0"
	    "\x27" "Digest:A3C1F00D0123456789ABCDEF00112233"
	    "\x20" "9aF0c1d2e3B4a5968778695a4b3c2d1e" "\0");
	e.text[0] = '\0';
	is_int(redir_login_step(&l, &in, &out, &e), -1);	/* one short */
	has(e.text, "htpc: malformed login challenge");
	l = new_login(REDIR_SOL);
	hello(&l, "\3\4", 2);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	FEED("\x14\1\0\0\4\x4a\0\0\0"
	    "\x27" "Digest:A3C1F00D0123456789ABCDEF00112233"
	    "\x20" "9aF0c1d2e3B4a5968778695a4b3c2d1e" "\0");
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	/* The response, then an empty field; computed with openssl md5. */
	is_mem(out.data + out.len - 33, 33,
	    "39c5f047cff7eadfd55264478df3f987" "\0", 33);
}

/* Returns the sentence for what follows hello. */
static const char *
after_hello(const char *methods, const char *bytes, size_t n, int kind)
{
	static char text[ERR_TEXT_MAX];
	struct redir_login l = new_login(REDIR_SOL);

	hello(&l, methods, strlen(methods));
	if (redir_login_step(&l, &in, &out, &e) == 0) {
		feed(bytes, n);
		is_int(redir_login_step(&l, &in, &out, &e), -1);
	}
	is_int(e.kind, kind);
	memcpy(text, e.text, sizeof text);
	return text;
}
#define AFTER(methods, text, kind) \
	after_hello(methods, text, sizeof text - 1, kind)

static void
logins_refused(void)
{
	/* What we know of a password never leaves for these. */
	has(AFTER("\1", "", ERR_TRUST), "htpc wants the password in clear");
	ok(memmem(out.data, out.len, "P@ssw0rd!", 9) == NULL);
	has(AFTER("\2", "", ERR_TRUST), "Kerberos");
	has(AFTER("", "", ERR_TRUST), "no login that we know");
	has(AFTER("\4", "\x14\2\0\0\4\0\0\0\0", ERR_PROTO), "listed");
	has(AFTER("\4", "\x14\0\0\0\4\0\0\0\0", ERR_PROTO),
	    "htpc sent something else than a login challenge");
	has(AFTER("\4", "\x14\1\0\0\3\0\0\0\0", ERR_PROTO), "something else");
	has(AFTER("\4", "\x14\1\0\0\4\0\0\0\0", ERR_TRUST), "user admin");
	has(AFTER("\4", "\x14\1\0\0\4\1\x10\0\0", ERR_PROTO),
	    "htpc declared a login reply of more than 4096 bytes");
	has(AFTER("\4", "\x14\1\0\0\4\xb\0\0\0\1r\1n\5token ", ERR_PROTO),
	    "malformed");
	has(AFTER("\4", "\x14\1\0\0\4\xa\0\0\0\1r\1n\5token", ERR_PROTO),
	    "qop \"token\"");
	has(AFTER("\4", "\x14\1\0\0\4\x9\0\0\0\1\0\1n\4auth", ERR_PROTO),
	    "malformed");		/* NUL in the realm */
	has(AFTER("\4", "\x14\1\0\0\4\x9\0\0\0\xffr\1n\4auth", ERR_PROTO),
	    "malformed");
	has(AFTER("\4", "\x2b\0\0\0\0\0\0\0", ERR_PROTO), "something else");
	has(AFTER("\4", "\x11\0\0\0\1\0\x10\0\x57\1\0\0\0", ERR_PROTO),
	    "something else");
	has(AFTER("\4", "HTTP/1.1 400", ERR_PROTO), "begins with 0x48");
}

static void
second_challenge(void)
{
	struct redir_login l = new_login(REDIR_SOL);

	hello(&l, "\4", 1);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	FEED("\xf0\x14\1\0\0\4\x9\0\0\0\1r\1n\4auth");
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	ok(out.len > 9);
	FEED("\x14\1\0\0\4\x9\0\0\0\1r\1n\4auth");
	is_int(redir_login_step(&l, &in, &out, &e), -1);
	is_int(e.kind, ERR_TRUST);
	is_int(out.len, 0);		/* never answered */
	has(e.text, "htpc refused the login of user admin: wrong");
}

static void
start_refused(enum redir_service s, uint8_t status, int kind,
    const char *sentence)
{
	uint8_t m[13] = { 0x11, status, 0, 0, 1, 0, 16, 0, 0x57, 1, 0, 0, 9 };
	struct redir_login l = new_login(s);

	redir_login_begin(&l, &out, &e);
	buf_add(&in, m, sizeof m, &e);
	is_int(redir_login_step(&l, &in, &out, &e), -1);
	is_int(e.kind, kind);
	has(e.text, sentence);

	/* The same from a device that stops after the status. */
	l = new_login(s);
	redir_login_begin(&l, &out, &e);
	buf_add(&in, m, 4, &e);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
	is_int(redir_login_closed(&l, &in, &e), -1);
	is_int(e.kind, kind);
	has(e.text, sentence);
}

static void
closed(void)
{
	struct redir_login l = new_login(REDIR_SOL);

	redir_login_begin(&l, &out, &e);
	redir_login_closed(&l, &in, &e);
	is_int(e.kind, ERR_NET);
	has(e.text, "htpc closed the connection instead of sending its "
	    "answer to the session start; if this is a TLS port");
	l.tls = true;
	redir_login_closed(&l, &in, &e);
	ok(strstr(e.text, "TLS") == NULL);
	hello(&l, "\4", 1);
	redir_login_step(&l, &in, &out, &e);
	redir_login_closed(&l, &in, &e);
	has(e.text, "instead of sending a login challenge");
	l = new_login(REDIR_SOL);
	redir_login_begin(&l, &out, &e);
	FEED("\x15\3\1\0\2\2\x28");
	is_int(redir_login_step(&l, &in, &out, &e), -1);
	has(e.text, "htpc answered in TLS; give --tls");
}

static void
codecs(void)
{
	uint8_t bytes[64];
	enum redir_service s;
	struct redir_start_reply reply;
	struct rd r;
	struct wr w;
	int i;

	for (i = REDIR_SOL; i <= REDIR_KVM; i++) {
		wr_init(&w, bytes, sizeof bytes);
		redir_start_encode(&w, (enum redir_service)i);
		is_int(w.len, REDIR_START_LEN);
		is_int(bytes[1], i == REDIR_KVM);
		rd_init(&r, bytes, w.len);
		is_int(redir_start_decode(&r, &s, &e), 0);
		is_int(s, i);
	}
	memcpy(bytes + 4, "SOLX", 4);
	rd_init(&r, bytes, 8);
	is_int(redir_start_decode(&r, &s, &e), -1);
	wr_init(&w, bytes, sizeof bytes);
	redir_end_encode(&w);
	is_mem(bytes, w.len, "\x12\0\0\0", 4);
	rd_init(&r, "\x11\0\0\0\1\0\xf\0\x57\1\0\0\2ab", 15);
	is_int(redir_start_reply_decode(&r, &reply, &e), 0);
	is_int(reply.firmware_major, 15);
	rd_init(&r, "\x11\0\0\0\1\0\xf\0\x57\1\0\0\2a", 14);
	is_int(redir_start_reply_decode(&r, &reply, &e), -1);
	is_str(redir_service_name(REDIR_KVM), "KVM");
}

static void
long_user(void)
{
	struct redir_login l = new_login(REDIR_SOL);
	char user[257];

	memset(user, 'u', 256);
	user[256] = '\0';
	l.user = user;
	hello(&l, "\4", 1);
	is_int(redir_login_step(&l, &in, &out, &e), -1);
	is_int(e.kind, ERR_USAGE);
	user[255] = '\0';
	l = new_login(REDIR_SOL);
	l.user = user;
	hello(&l, "\4", 1);
	is_int(redir_login_step(&l, &in, &out, &e), 0);
}

int
main(void)
{
	buf_init(&in, 8192);
	buf_init(&out, 8192);
	vectors();
	frames_refused();
	spoken("redir-session-start-and-digest.hex", REDIR_SOL, 4096);
	spoken("redir-session-start-and-digest.hex", REDIR_SOL, 1);
	spoken("redir-session-start-and-digest.hex", REDIR_SOL, 7);
	other_digests();
	logins_refused();
	second_challenge();
	start_refused(REDIR_SOL, 1, ERR_REFUSED, "htpc: serial-over-LAN is "
	    "disabled; enable it with \"wsamt sol on\"");
	start_refused(REDIR_SOL, 2, ERR_REFUSED, "a serial-over-LAN session "
	    "is already open");
	start_refused(REDIR_IDER, 3, ERR_REFUSED, "\"wsamt ider on\", the "
	    "port with \"wsamt redirport on\"");
	start_refused(REDIR_KVM, 3, ERR_REFUSED, "KVM is disabled");
	start_refused(REDIR_IDER, 5, ERR_REFUSED, "consent");
	start_refused(REDIR_SOL, 255, ERR_REFUSED, "with status 255");
	closed();
	codecs();
	long_user();
	buf_clear(&in);
	buf_clear(&out);
	return test_done();
}
