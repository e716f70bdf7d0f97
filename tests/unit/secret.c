/* SPDX-License-Identifier: MIT */
/* lib/secret: files and their modes, commands, wiping of arguments. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/known.h"
#include "lib/secret.h"
#include "test.h"

static struct secret s;
static struct err e;
static char path[64];

static void
put(const char *text, size_t n, mode_t mode)
{
	FILE *f;

	unlink(path);
	f = fopen(path, "w");
	fwrite(text, 1, n, f);
	fclose(f);
	chmod(path, mode);
}

static void
files(void)
{
	char big[SECRET_MAX + 2];

	put("Pa$$ w0rd\r\nsecond\n", 18, 0600);
	is_int(secret_read_file(&s, path, &e), 0);
	is_str(s.text, "Pa$$ w0rd");
	is_int(s.len, 9);
	put("x\n", 2, 0640);
	is_int(secret_read_file(&s, path, &e), geteuid() == 0 &&
	    getegid() == 0 ? 0 : -1);	/* root's, and for a group of ours */
	if (geteuid() == 0 && chown(path, 12345, 0) == 0) {
		is_int(secret_read_file(&s, path, &e), -1);
		has(e.text, "belongs to somebody else");
	}
	put("x\n", 2, 0644);
	is_int(secret_read_file(&s, path, &e), -1);
	has(e.text, "can be read by others");
	put("\n", 1, 0600);
	is_int(secret_read_file(&s, path, &e), -1);
	has(e.text, "empty");
	put("a\0b\n", 4, 0600);
	is_int(secret_read_file(&s, path, &e), -1);
	memset(big, 'x', sizeof big);
	put(big, SECRET_MAX, 0600);
	is_int(secret_read_file(&s, path, &e), 0);
	is_int(s.len, SECRET_MAX);
	put(big, SECRET_MAX + 1, 0600);
	is_int(secret_read_file(&s, path, &e), -1);
	has(e.text, "at most 256");
	is_int(secret_read_credential(&s, "a/b", &e), -1);
}

/* A service with a user of its own has them as root's, readable by a group. */
static void
credentials(const char *dir)
{
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	put("theirs\n", 7, 0444);
	is_int(secret_read_file(&s, path, &e), -1);
	is_int(secret_read_credential(&s, "f", &e), 0);
	is_str(s.text, "theirs");
	is_int(secret_read_credential(&s, "../f", &e), -1);
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void
commands(void)
{
	/* Whatever begins with our prefixes is dropped, and nothing else. */
	setenv("AMT_PASSWORD", "leak", 1);
	setenv("WSMAN_PASS", "leak", 1);
	setenv("AMT_RACK_7", "leak", 1);
	setenv("MY_AMT_STORE", "kept", 1);
	is_int(secret_read_command(&s, "echo \"got:$AMT_PASSWORD$WSMAN_PASS"
	    "$AMT_RACK_7:$MY_AMT_STORE\"; echo b", &e), 0);
	is_str(s.text, "got::kept");
	is_str(getenv("AMT_RACK_7"), "leak");	/* in the child only */
	is_int(secret_read_command(&s, "echo x; kill -9 $$", &e), -1);
	has(e.text, "signal 9");
	is_int(secret_read_command(&s, "true", &e), -1);
	is_int(e.kind, ERR_LOCAL);
	ok(s.text == NULL);
	/* An agent that it leaves behind is not waited for, nor given more. */
	alarm(20);
	is_int(secret_read_command(&s, "echo x; seq 9999; sleep 60 &", &e),
	    0);
	is_int(dup2(0, 9), 9);
	is_int(secret_read_command(&s, "[ -e /proc/$$/fd/9 ] || echo none",
	    &e), 0);
	is_str(s.text, "none");
	close(9);
	alarm(0);
	/* What our parent ignores changes nothing. */
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	is_int(secret_read_command(&s, "echo x; exit 9", &e), -1);
	has(e.text, "status 9");
	is_int(secret_read_command(&s, "kill -PIPE $$; echo x", &e), -1);
	has(e.text, "signal 13");
	ok(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
}

static void
descriptors(void)
{
	char name[32], rest[16];
	int p[2];

	if (pipe(p) == -1)
		return;
	(void)!write(p[1], "first\nrest", 10);
	snprintf(name, sizeof name, "/dev/fd/%d", p[0]);
	is_int(secret_read_file(&s, name, &e), 0);
	is_str(s.text, "first");
	is_int(read(p[0], rest, sizeof rest), 4);	/* not a byte more */
	close(p[0]);
	close(p[1]);
}

/* Many at once: no line is lost, and of two pins of a name one holds. */
static void
known_by_many(const char *home)
{
	char file[128], name[32], pin[PIN_SIZE], other[PIN_SIZE];
	const int many = 24;
	struct known k;
	int i, status, failed = 0, differ = 0;
	pid_t pids[24];

	for (i = 0; i < many; i++) {
		if ((pids[i] = fork()) != 0)
			continue;
		snprintf(name, sizeof name, "pc%d", i);
		snprintf(pin, sizeof pin, "%064x", i);
		/* 0: stored; 1: somebody was faster. */
		_exit(known_add(&k, name, pin, &e) != 0 ||
		    known_add(&k, "shared", pin, &e) == -1);
	}
	for (i = 0; i < many; i++)
		failed += waitpid(pids[i], &status, 0) == -1 || status != 0;
	is_int(failed, 0);
	for (i = 0; i < many; i++) {
		snprintf(name, sizeof name, "pc%d", i);
		snprintf(pin, sizeof pin, "%064x", i);
		differ += known_find(&k, name, &e) != 1 ||
		    strcmp(k.pin, pin) != 0;
	}
	is_int(differ, 0);
	is_int(known_find(&k, "shared", &e), 1);
	snprintf(other, sizeof other, "%s", k.pin);
	is_int(known_add(&k, "shared", pin, &e), 1);
	is_str(k.pin, other);		/* and stays */
	snprintf(file, sizeof file, "%s/amt/known_hosts.new", home);
	is_int(access(file, F_OK), -1);
}

static void
known(void)
{
	struct known k;
	char home[] = "/tmp/known.XXXXXX", file[128], folder[128];
	const char *one = "11111111111111111111111111111111"
	    "11111111111111111111111111111111";
	const char *two = "22222222222222222222222222222222"
	    "22222222222222222222222222222222";
	struct stat st;

	if (mkdtemp(home) == NULL)
		return;
	setenv("XDG_STATE_HOME", home, 1);
	is_int(known_find(&k, "htpc", &e), 0);
	is_int(known_add(&k, "htpc", one, &e), 0);
	is_int(known_add(&k, "pbx", two, &e), 0);
	is_int(known_find(&k, "HTPC", &e), 1);
	is_str(k.pin, one);
	has(k.where, "known_hosts:1");
	is_int(known_add(&k, "htpc", two, &e), 1);	/* the first stays */
	is_str(k.pin, one);
	snprintf(file, sizeof file, "%s/amt/known_hosts", home);
	ok(stat(file, &st) == 0 && (st.st_mode & 0777) == 0600);
	known_by_many(home);
	chmod(file, 0666);
	is_int(known_find(&k, "htpc", &e), -1);
	has(e.text, "can be written by others");
	chmod(file, 0600);
	snprintf(folder, sizeof folder, "%s/amt", home);
	chmod(folder, 0777);
	is_int(known_find(&k, "htpc", &e), -1);
	has(e.text, "folder");
	has(e.text, "can be written by others");
	unlink(file);
	is_int(known_add(&k, "htpc", one, &e), -1);	/* nor made there */
	has(e.text, "can be written by others");
	ok(stat(file, &st) == -1);
	chmod(folder, 0700);
	strcat(file, ".lock");
	unlink(file);
	snprintf(file, sizeof file, "%s/amt", home);
	rmdir(file);
	rmdir(home);
}

int
main(void)
{
	char dir[] = "/tmp/secret.XXXXXX", arg[] = "hunter2";

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/f", dir);
	files();
	descriptors();
	credentials(dir);
	known();
	is_int(secret_take_arg(&s, arg, &e), 0);
	is_str(s.text, "hunter2");
	is_mem(arg, sizeof arg, "\0\0\0\0\0\0\0", 8);
	commands();
	secret_clear(&s);
	unlink(path);
	rmdir(dir);
	return test_done();
}
