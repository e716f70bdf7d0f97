/* SPDX-License-Identifier: MIT */
/*
 * The hosts file: see conf.h and amt.conf(5).  A word is a row of the
 * table; a block is a list of names and a value for some of the words.
 */
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/owner.h"

#define WORDS_MAX 64			/* on one line */
#define NAME_MAX_ 253			/* bytes of a host's name */

const struct conf_row conf_table[CONF_WORDS] = {
	[CONF_ADDRESS] = { "address", CONF_TEXT, NULL, NULL, false, NULL },
	[CONF_USER] = { "user", CONF_TEXT, NULL, "admin", false, NULL },
	[CONF_PASSWORD] = { "password", CONF_SOURCE, NULL, NULL, false, NULL },
	[CONF_TLS] = { "tls", CONF_YESNO, NULL, NULL, false, NULL },
	[CONF_CA] = { "ca", CONF_TEXT, NULL, NULL, false, NULL },
	[CONF_PIN] = { "pin", CONF_HASH, NULL, NULL, true, NULL },
	[CONF_TOFU] = { "tofu", CONF_YESNO, NULL, NULL, false, NULL },
	[CONF_VERIFY] = { "verify", CONF_CHOICE, "full|ca-only", "full", false, NULL },
	[CONF_OLD_TLS] = { "old-tls", CONF_YESNO, NULL, "no", false, NULL },
	[CONF_CERT] = { "cert", CONF_TEXT, NULL, NULL, false, NULL },
	[CONF_KEY] = { "key", CONF_TEXT, NULL, NULL, false, NULL },
	[CONF_WSMAN_PORT] = { "wsman-port", CONF_PORT, NULL, NULL, false, "wsamt" },
	[CONF_REDIRECTION_PORT] = { "redirection-port", CONF_PORT, NULL, NULL, false,
	    "amtterm, idertool, amtproxy" },
	[CONF_VNC] = { "vnc", CONF_YESNO, NULL, "no", false, "amtproxy" },
	[CONF_KEYBOARD] = { "keyboard", CONF_TEXT, NULL, NULL, false, "amtproxy" },
	[CONF_PIXEL] = { "pixel", CONF_TEXT, NULL, NULL, false, "amtproxy" },
	[CONF_KEY102] = { "key102", CONF_TEXT, NULL, NULL, false, "amtproxy" },
	[CONF_IDLE] = { "idle", CONF_SECONDS, NULL, NULL, false, "amtproxy" },
	[CONF_ALLOW_USER] = { "allow-user", CONF_TEXT, NULL, NULL, true, "amtproxy" },
	[CONF_ALLOW_GROUP] = { "allow-group", CONF_TEXT, NULL, NULL, true, "amtproxy" },
};

/* ---- words ------------------------------------------------------------ */

/* Edits between two words, for "did you mean". */
static size_t
distance(const char *a, const char *b)
{
	size_t row[65], i, j, diag, up, n = strlen(b);

	if (n > 64 || strlen(a) > 64)
		return SIZE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		diag = row[0];
		row[0] = i + 1;
		for (j = 1; j <= n; j++) {
			up = row[j];
			row[j] = a[i] == b[j - 1] ? diag :
			    1 + (diag < up ? (diag < row[j - 1] ? diag :
			    row[j - 1]) : up < row[j - 1] ? up : row[j - 1]);
			diag = up;
		}
	}
	return row[n];
}

const char *
conf_nearest(const char *word, const char *const words[], size_t n)
{
	size_t i, d, best = strlen(word) / 2 + 1;
	const char *near = NULL;

	for (i = 0; i < n; i++)
		if ((d = distance(word, words[i])) < best) {
			best = d;
			near = words[i];
		}
	return near;
}

int
conf_pin(char out[PIN_SIZE], const char *text)
{
	size_t n = 0;

	if (strncasecmp(text, "sha256:", 7) == 0)
		text += 7;
	for (; *text != '\0'; text++) {
		if (*text == ':')
			continue;
		if (n == 64 || !isxdigit((unsigned char)*text))
			return -1;
		out[n++] = (char)tolower((unsigned char)*text);
	}
	out[n] = '\0';
	return n == 64 ? 0 : -1;
}

static bool
one_of(const char *text, const char *choices)
{
	size_t n = strlen(text);
	const char *p;

	for (p = choices; p != NULL; p = strchr(p, '|')) {
		p += *p == '|';
		if (strncmp(p, text, n) == 0 && (p[n] == '|' || p[n] == '\0'))
			return true;
	}
	return false;
}

/* Is text fit to be the value of a row?  The reason, or NULL when it is. */
static const char *
unfit(const struct conf_row *row, const char *text)
{
	char pin[PIN_SIZE], *end;
	long n;

	switch (row->type) {
	case CONF_TEXT:
		return text[0] == '\0' ? "must not be empty" : NULL;
	case CONF_YESNO:
		return one_of(text, "yes|no") ? NULL : "is yes or no";
	case CONF_CHOICE:
		return one_of(text, row->choices) ? NULL : row->choices;
	case CONF_HASH:
		return conf_pin(pin, text) == 0 ? NULL :
		    "is sha256: and 64 hexadecimal digits";
	case CONF_PORT:
	case CONF_SECONDS:
		errno = 0;
		n = strtol(text, &end, 10);
		if (text[0] == '\0' || *end != '\0' || errno != 0 || n < 1 ||
		    n > (row->type == CONF_PORT ? 65535 : 31536000))
			return row->type == CONF_PORT ?
			    "is a number from 1 to 65535" :
			    "is a number of seconds";
		return NULL;
	case CONF_SOURCE:
		return NULL;		/* parse_password() has looked */
	}
	return NULL;
}

/* ---- the parser ------------------------------------------------------- */

struct parser {
	struct conf *conf;
	struct conf_block *block, **tail;
	int line;
	char *words[WORDS_MAX];
	size_t nwords;
	const char *rest;		/* raw text behind the second word */
};

static int
complain(const struct parser *p, struct err *e, const char *what,
    const char *word)
{
	return err_set(e, ERR_LOCAL, "%s:%d: %s%s%s%s", p->conf->path, p->line,
	    word != NULL ? "\"" : "", word != NULL ? word : "",
	    word != NULL ? "\" " : "", what);
}

/* A quoted word, in place; returns what follows, NULL: no end. */
static char *
unquote(char *s, char **word)
{
	char *to = s + 1, *from = s + 1;

	*word = to;
	for (; *from != '"'; from++) {
		if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		if (*from == '\0')
			return NULL;
		*to++ = *from;
	}
	from++;
	if (*from != '\0' && *from != ' ' && *from != '\t')
		return NULL;
	*to = '\0';
	return from;
}

/*
 * Split a line in place.  original is the same line untouched: the rest
 * behind the second word is for the shell, quotes and all.
 */
static int
split(struct parser *p, char *line, const char *original, struct err *e)
{
	char *s = line;

	p->nwords = 0;
	p->rest = NULL;
	for (;;) {
		s += strspn(s, " \t");
		if (*s == '\0' || *s == '#')
			return 0;
		if (p->nwords == WORDS_MAX)
			return complain(p, e, "too many words on one line", NULL);
		if (p->nwords == 2)
			p->rest = original + (s - line);
		if (*s == '"') {
			s = unquote(s, &p->words[p->nwords++]);
			if (s == NULL && p->rest != NULL && p->nwords > 2 &&
			    strcmp(p->words[1], "command") == 0)
				return 0;	/* the shell's quotes */
			if (s == NULL)
				return complain(p, e, "a quoted word does not "
				    "end, or text follows its quote", NULL);
		} else {
			p->words[p->nwords++] = s;
			s += strcspn(s, " \t");
		}
		if (*s != '\0')
			*s++ = '\0';
	}
}

static int
new_block(struct parser *p, struct err *e)
{
	struct conf_block *b = calloc(1, sizeof *b);

	if (b == NULL)
		return err_sys(e, ERR_LOCAL, "%s", p->conf->path);
	b->line = p->line;
	*p->tail = b;
	p->tail = &b->next;
	p->block = b;
	return 0;
}

static int
parse_host(struct parser *p, struct err *e)
{
	const struct conf_block *other;
	char what[64];
	size_t i, j;

	if (p->nwords < 2)
		return complain(p, e, "host needs a name", NULL);
	for (i = 1; i < p->nwords; i++) {
		/* known_hosts has names between blanks, and comments */
		if (strchr("-#", p->words[i][0]) != NULL ||
		    strlen(p->words[i]) > NAME_MAX_ ||
		    strpbrk(p->words[i], " \t\"") != NULL)
			return complain(p, e, "is not a host's name",
			    p->words[i]);
		if ((other = conf_host(p->conf, p->words[i])) != NULL) {
			(void)snprintf(what, sizeof what, "stands in the "
			    "block of line %d already", other->line);
			return complain(p, e, what, p->words[i]);
		}
		for (j = 1; j < i; j++)
			if (strcasecmp(p->words[i], p->words[j]) == 0)
				return complain(p, e, "stands on the line "
				    "already", p->words[i]);
	}
	if (new_block(p, e) == -1)
		return -1;
	p->block->names = calloc(p->nwords, sizeof *p->block->names);
	if (p->block->names == NULL)
		return err_sys(e, ERR_LOCAL, "%s", p->conf->path);
	for (i = 1; i < p->nwords; i++)
		if ((p->block->names[i - 1] = strdup(p->words[i])) == NULL)
			return err_sys(e, ERR_LOCAL, "%s", p->conf->path);
	return 0;
}

static int
parse_default(struct parser *p, struct err *e)
{
	if (p->nwords != 1)
		return complain(p, e, "default stands alone on its line", NULL);
	if (conf_default(p->conf) != NULL)
		return complain(p, e, "there is a default block already", NULL);
	return new_block(p, e);
}

static int
unknown_word(struct parser *p, struct err *e)
{
	const char *words[CONF_WORDS + 2], *near;
	char what[128];
	size_t i;

	for (i = 0; i < CONF_WORDS; i++)
		words[i] = conf_table[i].word;
	words[i++] = "host";
	words[i++] = "default";
	near = conf_nearest(p->words[0], words, i);
	(void)snprintf(what, sizeof what, "is not a word of amt.conf(5)%s%s%s",
	    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
	    near != NULL ? "\"?" : "");
	return complain(p, e, what, p->words[0]);
}

/* password command REST | file PATH | env NAME | credential NAME | ask */
static int
password_value(struct parser *p, char *out, size_t size, struct err *e)
{
	const char *kind = p->nwords > 1 ? p->words[1] : "";
	size_t want = strcmp(kind, "ask") == 0 ? 2 : 3, n;
	int rc;

	if (!one_of(kind, "command|file|env|credential|ask") || kind[0] == '\0')
		return complain(p, e, "password is followed by command, file, "
		    "env, credential or ask, never by the password", NULL);
	if (p->nwords < want)
		return complain(p, e, "needs a value behind it", kind);
	if (strcmp(kind, "command") == 0) {
		rc = snprintf(out, size, "command %s", p->rest);
		for (n = strlen(out); n > 0 && (out[n - 1] == ' ' ||
		    out[n - 1] == '\t'); n--)
			out[n - 1] = '\0';
	} else if (p->nwords > want)
		return complain(p, e, "takes one value", kind);
	else
		rc = snprintf(out, size, "%s%s%s", kind, want == 3 ? " " : "",
		    want == 3 ? p->words[2] : "");
	if (rc < 0 || (size_t)rc >= size)
		return complain(p, e, "the line is too long", NULL);
	return 0;
}

static int
parse_setting(struct parser *p, struct err *e)
{
	char text[4096], pin[PIN_SIZE], what[160];
	const struct conf_row *row;
	struct conf_value *v, **tail;
	const char *value = text, *reason;
	size_t i;

	for (i = 0; i < CONF_WORDS; i++)
		if (strcmp(conf_table[i].word, p->words[0]) == 0)
			break;
	if (i == CONF_WORDS)
		return unknown_word(p, e);
	row = &conf_table[i];
	if (p->block == NULL)
		return complain(p, e, "stands before the first host or "
		    "default line", p->words[0]);
	if (row->type == CONF_SOURCE) {
		if (password_value(p, text, sizeof text, e) == -1)
			return -1;
	} else if (p->nwords != 2) {
		return complain(p, e, "takes one value; quote it if it has "
		    "blanks", p->words[0]);
	} else {
		value = p->words[1];
	}
	if ((reason = unfit(row, value)) != NULL) {
		(void)snprintf(what, sizeof what, "does not fit: %s %s",
		    row->word, reason);
		return complain(p, e, what, value);
	}
	if (row->type == CONF_HASH) {
		(void)conf_pin(pin, value);
		value = pin;
	}
	tail = &p->block->value[i];
	if (*tail != NULL && !row->repeats)
		return complain(p, e, "stands in this block already",
		    p->words[0]);
	for (i = 0; *tail != NULL; tail = &(*tail)->next)
		if (++i == CONF_PINS_MAX)
			return complain(p, e, "stands there too often",
			    p->words[0]);
	if ((v = calloc(1, sizeof *v)) == NULL ||
	    (v->text = strdup(value)) == NULL) {
		free(v);
		return err_sys(e, ERR_LOCAL, "%s", p->conf->path);
	}
	v->line = p->line;
	*tail = v;
	return 0;
}

static int
parse_line(struct parser *p, char *line, const char *original, struct err *e)
{
	const unsigned char *c;

	for (c = (const unsigned char *)line; *c != '\0'; c++)
		if ((*c < 0x20 && *c != '\t') || *c == 0x7f)
			return complain(p, e, "there is a control character "
			    "on the line", NULL);
	if (split(p, line, original, e) == -1)
		return -1;
	if (p->nwords == 0)
		return 0;
	if (strcmp(p->words[0], "host") == 0)
		return parse_host(p, e);
	if (strcmp(p->words[0], "default") == 0)
		return parse_default(p, e);
	return parse_setting(p, e);
}

int
conf_parse(struct conf *c, const char *path, const char *text, size_t len,
    struct err *e)
{
	struct parser p = { .conf = c, .tail = &c->blocks };
	const char *at = text, *end = text + len, *nl;
	char *line = NULL, *copy = NULL;
	size_t n;
	int rc = -1;

	memset(c, 0, sizeof *c);
	if ((c->path = strdup(path)) == NULL)
		return err_sys(e, ERR_LOCAL, "%s", path);
	if (len > CONF_FILE_MAX) {
		(void)err_set(e, ERR_LOCAL, "%s: larger than %d bytes", path,
		    CONF_FILE_MAX);
		goto out;
	}
	for (; at < end; at = nl < end ? nl + 1 : end) {
		if ((nl = memchr(at, '\n', (size_t)(end - at))) == NULL)
			nl = end;
		n = (size_t)(nl - at);
		if (n > 0 && at[n - 1] == '\r')
			n--;
		p.line++;
		free(line);
		free(copy);
		line = strndup(at, n);
		copy = strndup(at, n);
		if (line == NULL || copy == NULL) {
			(void)err_sys(e, ERR_LOCAL, "%s", path);
			goto out;
		}
		if (strlen(line) != n) {
			(void)complain(&p, e, "there is a NUL byte on the "
			    "line", NULL);
			goto out;
		}
		if (parse_line(&p, line, copy, e) == -1)
			goto out;
	}
	rc = 0;
 out:
	free(line);
	free(copy);
	if (rc == -1)
		conf_clear(c);
	return rc;
}

void
conf_clear(struct conf *c)
{
	struct conf_block *b, *next;
	struct conf_value *v, *more;
	size_t i;

	for (b = c->blocks; b != NULL; b = next) {
		next = b->next;
		for (i = 0; b->names != NULL && b->names[i] != NULL; i++)
			free(b->names[i]);
		free(b->names);
		for (i = 0; i < CONF_WORDS; i++)
			for (v = b->value[i]; v != NULL; v = more) {
				more = v->next;
				free(v->text);
				free(v);
			}
		free(b);
	}
	free(c->path);
	memset(c, 0, sizeof *c);
}

const struct conf_block *
conf_host(const struct conf *c, const char *name)
{
	const struct conf_block *b;
	size_t i;

	for (b = c->blocks; b != NULL; b = b->next)
		for (i = 0; b->names != NULL && b->names[i] != NULL; i++)
			if (strcasecmp(b->names[i], name) == 0)
				return b;
	return NULL;
}

const struct conf_block *
conf_default(const struct conf *c)
{
	const struct conf_block *b;

	for (b = c->blocks; b != NULL && b->names != NULL; b = b->next)
		;
	return b;
}

/* ---- the file --------------------------------------------------------- */

/* 1: there is none (and that is fine). */
static int
load_file(struct conf *c, const char *path, bool must, struct err *e)
{
	struct buf text;
	struct stat st;
	uint8_t *room;
	ssize_t n;
	int fd, rc = -1;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1) {
		if (!must && (errno == ENOENT || errno == ENOTDIR))
			return 1;
		return err_sys(e, ERR_LOCAL, "hosts file %s", path);
	}
	buf_init(&text, CONF_FILE_MAX + 1);
	if (fstat(fd, &st) == -1) {
		(void)err_sys(e, ERR_LOCAL, "hosts file %s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)err_set(e, ERR_LOCAL, "hosts file %s is not a regular "
		    "file", path);
		goto out;
	}
	if (owner_check(fd, "hosts file", path, e) == -1)
		goto out;
	do {
		if (text.len == CONF_FILE_MAX)
			break;
		if ((room = buf_room(&text, 4096 < CONF_FILE_MAX - text.len ?
		    4096 : CONF_FILE_MAX - text.len, e)) == NULL)
			goto out;
		n = read(fd, room, 4096 < CONF_FILE_MAX - text.len ?
		    4096 : CONF_FILE_MAX - text.len);
		if (n == -1 && errno != EINTR) {
			(void)err_sys(e, ERR_LOCAL, "hosts file %s", path);
			goto out;
		}
		if (n > 0)
			buf_grew(&text, (size_t)n);
	} while (n != 0);
	if (st.st_size > CONF_FILE_MAX)
		(void)err_set(e, ERR_LOCAL, "hosts file %s: larger than %d "
		    "bytes", path, CONF_FILE_MAX);
	else
		rc = conf_parse(c, path, (const char *)text.data, text.len, e);
 out:
	buf_clear(&text);
	(void)close(fd);
	return rc;
}

int
conf_load(struct conf *c, const char *option, struct err *e)
{
	const char *home = secure_getenv("HOME");
	const char *xdg = secure_getenv("XDG_CONFIG_HOME");
	char path[PATH_MAX];
	int rc = 1;

	memset(c, 0, sizeof *c);
	if (option != NULL)
		return load_file(c, option, true, e);
	option = secure_getenv("AMT_CONF");
	if (option != NULL && option[0] != '\0')
		return load_file(c, option, true, e);
	path[0] = '\0';
	if (xdg != NULL && xdg[0] == '/')
		(void)snprintf(path, sizeof path, "%s/amt/amt.conf", xdg);
	else if (home != NULL && home[0] == '/')
		(void)snprintf(path, sizeof path, "%s/.config/amt/amt.conf",
		    home);
	if (path[0] != '\0')
		rc = load_file(c, path, false, e);
	if (rc == 1)
		rc = load_file(c, "/etc/amt/amt.conf", false, e);
	return rc == -1 ? -1 : 0;
}
