/* SPDX-License-Identifier: MIT */
/* The command after "--": see command.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "pingwait/command.h"

#define MARK "{}"

int
command_check(char *const argv[], size_t n, struct err *e)
{
	for (; *argv != NULL && n != 1; argv++)
		if (strcmp(*argv, MARK) != 0 && strstr(*argv, MARK) != NULL)
			return err_set(e, ERR_USAGE, "\"%s\": with several "
			    "hosts {} must be a word of its own", *argv);
	return 0;
}

/* text with each {} replaced; NULL: no memory. */
static char *
filled(const char *text, const char *host)
{
	size_t marks = 0, n = strlen(host);
	const char *p;
	char *out, *end;

	for (p = text; (p = strstr(p, MARK)) != NULL; p += strlen(MARK))
		marks++;
	if ((out = malloc(strlen(text) + marks * n + 1)) == NULL)
		return NULL;
	for (end = out; (p = strstr(text, MARK)) != NULL;
	    text = p + strlen(MARK)) {
		end = mempcpy(end, text, (size_t)(p - text));
		end = mempcpy(end, host, n);
	}
	(void)strcpy(end, text);
	return out;
}

/* The words to run, in out, which has room for them and a NULL. */
static int
fill(char **out, char *const argv[], const char *const hosts[], size_t n)
{
	size_t i;

	for (; *argv != NULL; argv++)
		for (i = 0; i < (strcmp(*argv, MARK) == 0 ? n : 1); i++)
			if ((*out++ = filled(*argv, hosts[i])) == NULL)
				return -1;
	return 0;
}

int
command_run(char *const argv[], const char *const hosts[], size_t n,
    struct err *e)
{
	size_t words = 1, i;
	char **out;

	for (i = 0; argv[i] != NULL; i++)
		words += strcmp(argv[i], MARK) == 0 ? n : 1;
	if ((out = calloc(words, sizeof *out)) == NULL ||
	    fill(out, argv, hosts, n) == -1) {
		err_sys(e, ERR_LOCAL, "running %s", argv[0]);
	} else {
		(void)unsetenv("AMT_PASSWORD");
		(void)unsetenv("WSMAN_PASS");
		(void)execvp(out[0], out);
		err_sys(e, ERR_LOCAL, "running %s", out[0]);
	}
	for (i = 0; out != NULL && out[i] != NULL; i++)
		free(out[i]);
	free(out);
	return -1;
}
