/* SPDX-License-Identifier: MIT */
/* Who may write a file: see owner.h. */
#include <sys/stat.h>

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/owner.h"

static int
judge(const struct stat *st, const char *what, const char *path,
    struct err *e)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(e, ERR_LOCAL, "%s %s belongs to somebody else "
		    "(uid %u): refused, for it decides whom we trust", what,
		    path, (unsigned)st->st_uid);
	if ((st->st_mode & 022) != 0)
		return err_set(e, ERR_LOCAL, "%s %s can be written by others "
		    "(mode %03o): refused, for it decides whom we trust; "
		    "chmod go-w %s", what, path, st->st_mode & 0777, path);
	return 0;
}

int
owner_check(int fd, const char *what, const char *path, struct err *e)
{
	char real[PATH_MAX];
	struct stat st;
	const char *dir;

	if (fstat(fd, &st) == -1 || realpath(path, real) == NULL)
		return err_sys(e, ERR_LOCAL, "%s %s", what, path);
	if (judge(&st, what, path, e) == -1)
		return -1;
	dir = dirname(real);
	if (stat(dir, &st) == -1)
		return err_sys(e, ERR_LOCAL, "%s", dir);
	return judge(&st, "folder", dir, e);
}
