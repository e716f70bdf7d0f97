/* SPDX-License-Identifier: MIT */
/*
 * The hosts file, amt.conf(5): a table of words, a parser without a file
 * (pure, for tests and fuzzing), and the search for the file.
 */
#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CONF_FILE_MAX (1 << 20)		/* bytes of a hosts file */
#define CONF_PINS_MAX 16

struct err;

enum conf_word {
	CONF_ADDRESS, CONF_USER, CONF_PASSWORD, CONF_TLS, CONF_CA, CONF_PIN,
	CONF_TOFU, CONF_VERIFY, CONF_OLD_TLS, CONF_CERT, CONF_KEY,
	CONF_WSMAN_PORT, CONF_REDIRECTION_PORT, CONF_VNC, CONF_KEYBOARD,
	CONF_PIXEL, CONF_KEY102, CONF_IDLE, CONF_ALLOW_USER,
	CONF_ALLOW_GROUP,
	CONF_WORDS
};

enum conf_type { CONF_TEXT, CONF_YESNO, CONF_PORT, CONF_SOURCE, CONF_HASH,
    CONF_CHOICE, CONF_SECONDS };

/* One row a word: amt.conf(5) is tested against this table. */
struct conf_row {
	const char *word;
	enum conf_type type;
	const char *choices;		/* CONF_CHOICE: "full|ca-only" */
	const char *fallback;		/* built-in value, or NULL */
	bool repeats;			/* several lines: any of them */
	const char *tool;		/* who reads it; NULL: all */
};
extern const struct conf_row conf_table[CONF_WORDS];

struct conf_value {
	char *text;
	int line;
	struct conf_value *next;	/* further lines of a word that repeats */
};

struct conf_block {
	char **names;			/* NULL-terminated; none: default */
	int line;
	struct conf_value *value[CONF_WORDS];
	struct conf_block *next;
};

struct conf {
	char *path;			/* for sentences and origins */
	struct conf_block *blocks;
};

/* Text of a whole file.  -1: ERR_LOCAL with path:line and the nearest word. */
int conf_parse(struct conf *c, const char *path, const char *text, size_t len,
    struct err *e);
/*
 * --config FILE or $AMT_CONF alone; else ~/.config/amt/amt.conf and
 * /etc/amt/amt.conf, the first that exists.  None: an empty conf.  Refused
 * when it or its folder could have been written by others.
 */
int conf_load(struct conf *c, const char *option, struct err *e);
void conf_clear(struct conf *c);

/* A pin as people write it (sha256:AB:CD..., capitals) to 64 hex digits. */
#define PIN_SIZE 65
int conf_pin(char out[PIN_SIZE], const char *text);	/* -1: not a pin */

/* By any of its names, without case; NULL: none. */
const struct conf_block *conf_host(const struct conf *c, const char *name);
const struct conf_block *conf_default(const struct conf *c);	/* or NULL */
/* The word a mistyped one most resembles; NULL: none is near. */
const char *conf_nearest(const char *word, const char *const words[],
    size_t n);

#endif
