/* SPDX-License-Identifier: MIT */
/* A file of commands: see script.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/hosts.h"
#include "wsamt/script.h"

#define BLANKS " \t\r"

/* All of a file, byte for byte, NUL-terminated. */
static int
read_all(struct buf *out, const char *path, struct err *e)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO :
	    open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint8_t *room;
	ssize_t n = -1;
	int rc = -1;

	if (fd == -1)
		return err_sys(e, ERR_LOCAL, "%s", path);
	while ((room = buf_room(out, 4096, e)) != NULL) {
		n = read(fd, room, 4096);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_grew(out, (size_t)n);
	}
	if (room == NULL)
		(void)err_set(e, ERR_USAGE, "%s: longer than %d bytes", path,
		    SCRIPT_MAX);
	else if (n == -1)
		(void)err_sys(e, ERR_LOCAL, "%s", path);
	else
		rc = buf_add(out, "", 1, e);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	return rc;
}

/*
 * The word at *p, its quotes taken off in place; NULL at the end of the
 * line, and with an unclosed quote, which sets *bad.
 */
static char *
next_word(char **p, bool *bad)
{
	char *in = *p + strspn(*p, BLANKS), *out, *word;
	bool quoted = false;

	if (*in == '\0' || *in == '#')
		return NULL;
	word = out = in;
	for (; *in != '\0' && (quoted || strchr(BLANKS, *in) == NULL); in++) {
		if (*in == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *in == '\\' && (in[1] == '"' || in[1] == '\\'))
			in++;
		*out++ = *in;
	}
	*bad = quoted;
	*p = *in != '\0' ? in + 1 : in;
	*out = '\0';
	return quoted ? NULL : word;
}

static int
cut_line(struct script *s, char *text, unsigned number, const char *path,
    struct err *e)
{
	char *words[SCRIPT_WORDS_MAX + 1], *word;
	struct script_line *lines;
	bool bad = false;
	int n = 0;

	while ((word = next_word(&text, &bad)) != NULL) {
		if (n == SCRIPT_WORDS_MAX)
			return err_set(e, ERR_USAGE, "%s:%u: more than %d "
			    "words", path, number, SCRIPT_WORDS_MAX);
		words[n++] = word;
	}
	if (bad)
		return err_set(e, ERR_USAGE, "%s:%u: a quote is not closed",
		    path, number);
	if (n == 0)
		return 0;
	words[n] = NULL;
	lines = reallocarray(s->lines, s->n + 1, sizeof *lines);
	if (lines == NULL)
		return err_sys(e, ERR_LOCAL, "%s", path);
	s->lines = lines;
	lines[s->n] = (struct script_line){ number, n,
	    calloc((size_t)n + 1, sizeof *words) };
	if (lines[s->n].argv == NULL)
		return err_sys(e, ERR_LOCAL, "%s", path);
	memcpy(lines[s->n++].argv, words, ((size_t)n + 1) * sizeof *words);
	return 0;
}

int
script_read(struct script *s, const char *path, struct err *e)
{
	unsigned number = 0;
	char *text, *end;
	size_t len;

	*s = (struct script){ .n = 0 };
	buf_init(&s->text, SCRIPT_MAX + 8192);
	if (read_all(&s->text, path, e) == -1)
		goto fail;
	text = (char *)s->text.data;
	len = s->text.len - 1;
	if (strlen(text) != len) {
		(void)err_set(e, ERR_USAGE, "%s: holds a NUL byte", path);
		goto fail;
	}
	for (; text != NULL; text = end) {
		if ((end = strchr(text, '\n')) != NULL)
			*end++ = '\0';
		if (cut_line(s, text, ++number, path, e) == -1)
			goto fail;
	}
	return 0;
 fail:
	script_clear(s);
	return -1;
}

int
script_read_hosts(struct hosts *h, const char *path, struct err *e)
{
	struct script s;
	int rc, i;
	size_t l;

	rc = script_read(&s, path, e);
	if (rc == -1)
		return -1;
	for (l = 0; rc == 0 && l < s.n; l++)
		for (i = 0; rc == 0 && i < s.lines[l].argc; i++)
			if ((rc = hosts_add(h, s.lines[l].argv[i], e)) == -1)
				(void)err_ctx(e, "%s:%u", path,
				    s.lines[l].number);
	script_clear(&s);
	return rc;
}

void
script_clear(struct script *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->lines[i].argv);
	free(s->lines);
	buf_clear(&s->text);
	*s = (struct script){ .n = 0 };
}
