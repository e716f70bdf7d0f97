/* SPDX-License-Identifier: MIT */
/* known_hosts: see known.h. */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/known.h"
#include "lib/owner.h"

#define LINE_SIZE 512
#define SUFFIX_MAX 8			/* ".lock", ".new" */

static int
file_path(char path[PATH_MAX], struct err *e)
{
	const char *state = secure_getenv("XDG_STATE_HOME");
	const char *home = secure_getenv("HOME");
	int n;

	if (state != NULL && state[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/amt/known_hosts", state);
	else if (home != NULL && home[0] == '/')
		n = snprintf(path, PATH_MAX,
		    "%s/.local/state/amt/known_hosts", home);
	else
		return err_set(e, ERR_LOCAL, "no place for known_hosts: "
		    "neither XDG_STATE_HOME nor HOME is set");
	if (n < 0 || n >= PATH_MAX - SUFFIX_MAX)
		return err_set(e, ERR_LOCAL, "known_hosts: path too long");
	return 0;
}

/* "name pin" of a line; false: empty, a comment, or not ours. */
static bool
split(char *line, char **name, char pin[PIN_SIZE])
{
	char *save, *second;

	*name = strtok_r(line, " \t\r\n", &save);
	if (*name == NULL || (*name)[0] == '#')
		return false;
	second = strtok_r(NULL, " \t\r\n", &save);
	return second != NULL && conf_pin(pin, second) == 0;
}

static int
search(struct known *k, const char *path, const char *name, struct err *e)
{
	char line[LINE_SIZE], pin[PIN_SIZE], *found;
	int number = 0, rc;
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		    err_sys(e, ERR_LOCAL, "%s", path);
	rc = owner_check(fileno(f), "the list of known machines", path, e);
	while (rc == 0 && fgets(line, sizeof line, f) != NULL) {
		number++;
		if (!split(line, &found, pin) || strcasecmp(found, name) != 0)
			continue;
		memcpy(k->pin, pin, sizeof pin);
		(void)snprintf(k->where, sizeof k->where, "%s:%d", path,
		    number);
		rc = 1;
	}
	if (ferror(f))
		rc = err_sys(e, ERR_LOCAL, "%s", path);
	(void)fclose(f);
	return rc;
}

int
known_find(struct known *k, const char *name, struct err *e)
{
	char path[PATH_MAX];

	if (file_path(path, e) == -1)
		return 0;		/* no place: nobody is known */
	return search(k, path, name, e);
}

static int
make_folders(const char *path, struct err *e)
{
	char dir[PATH_MAX], *slash;

	(void)snprintf(dir, sizeof dir, "%s", path);
	for (slash = strchr(dir + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0700) == -1 && errno != EEXIST)
			return err_sys(e, ERR_LOCAL, "folder %s", dir);
		*slash = '/';
	}
	return 0;
}

/* The old lines and a new one, in path.new. */
static int
write_new(const char *path, const char *fresh, const char *name,
    const char *pin, struct err *e)
{
	char block[4096];
	FILE *in = fopen(path, "re"), *out;
	bool whole = in != NULL || errno == ENOENT;
	int fd, last = '\n';
	size_t n;

	(void)unlink(fresh);		/* left by a crash; we hold the lock */
	if (!whole || (fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL |
	    O_CLOEXEC, 0600)) == -1 || (out = fdopen(fd, "w")) == NULL) {
		(void)err_sys(e, ERR_LOCAL, "%s", whole ? fresh : path);
		if (whole && fd != -1)
			(void)close(fd);
		if (in != NULL)
			(void)fclose(in);
		return -1;
	}
	while (in != NULL && (n = fread(block, 1, sizeof block, in)) > 0) {
		(void)fwrite(block, 1, n, out);
		last = block[n - 1];
	}
	if (in != NULL) {
		whole = !ferror(in);	/* or pins would be lost */
		(void)fclose(in);
	}
	fprintf(out, "%s%s sha256:%s\n", last == '\n' ? "" : "\n", name, pin);
	whole = fflush(out) == 0 && fsync(fd) == 0 && !ferror(out) && whole;
	if (fclose(out) != 0 || !whole) {
		(void)err_sys(e, ERR_LOCAL, "%s", fresh);
		(void)unlink(fresh);
		return -1;
	}
	return 0;
}

int
known_add(struct known *k, const char *name, const char *pin, struct err *e)
{
	char path[PATH_MAX];
	char lock[PATH_MAX + SUFFIX_MAX], fresh[PATH_MAX + SUFFIX_MAX];
	int fd, rc;

	if (file_path(path, e) == -1 || make_folders(path, e) == -1)
		return -1;
	(void)snprintf(lock, sizeof lock, "%s%s", path, ".lock");
	(void)snprintf(fresh, sizeof fresh, "%s%s", path, ".new");
	if ((fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) == -1)
		return err_sys(e, ERR_LOCAL, "%s", lock);
	while ((rc = flock(fd, LOCK_EX)) == -1 && errno == EINTR)
		;
	if (rc == -1)
		rc = err_sys(e, ERR_LOCAL, "%s", lock);
	else if ((rc = owner_check(fd, "lock", lock, e)) == 0 &&
	    (rc = search(k, path, name, e)) == 0 &&
	    (rc = write_new(path, fresh, name, pin, e)) == 0 &&
	    rename(fresh, path) == -1)
		rc = err_sys(e, ERR_LOCAL, "%s", path);
	(void)close(fd);
	return rc;
}
