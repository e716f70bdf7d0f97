/* SPDX-License-Identifier: MIT */
/*
 * Reads tests/data/redir-*.hex: "service SOL", then for each message a line
 * "C>D LENGTH  what it is" and its bytes in hex, "+ N" for N zero bytes.
 * Tests run in tests/, or find the data by $TOP.
 */
#ifndef TESTS_UNIT_HEXFILE_H
#define TESTS_UNIT_HEXFILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX_MESSAGES_MAX 64
#define HEX_BYTES_MAX 2048

struct hex_message {
	char from;			/* 'C', 'D' */
	size_t declared, len;
	char what[128];
	uint8_t bytes[HEX_BYTES_MAX];
};

struct hex_file {
	char service[8];
	struct hex_message m[HEX_MESSAGES_MAX];
	size_t n;
};

static inline void
hex_line(struct hex_message *m, const char *line)
{
	unsigned byte;
	int used;

	if (sscanf(line, " + %u", &byte) == 1) {
		memset(m->bytes + m->len, 0, byte);
		m->len += byte;
		return;
	}
	for (; sscanf(line, " %2x%n", &byte, &used) == 1; line += used)
		m->bytes[m->len++] = (uint8_t)byte;
}

/* Exits when there is no such file: a test without data is no test. */
static inline void
hex_read(struct hex_file *f, const char *name)
{
	const char *top = getenv("TOP");
	char path[512], line[256];
	struct hex_message *m = NULL;
	FILE *in;

	snprintf(path, sizeof path, "%s/%s", top != NULL ? top : "..",
	    "tests/data/");
	snprintf(path + strlen(path), sizeof path - strlen(path), "%s", name);
	if ((in = fopen(path, "r")) == NULL) {
		printf("not ok - cannot open %s\n", path);
		exit(3);
	}
	memset(f, 0, sizeof *f);
	while (fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "service %7s", f->service) == 1 ||
		    line[0] == '#')
			continue;
		if (line[0] == '\t' && m != NULL) {
			hex_line(m, line);
			continue;
		}
		m = &f->m[f->n++];
		sscanf(line, "%c>%*c %zu  %127[^\n]", &m->from, &m->declared,
		    m->what);
	}
	fclose(in);
}

#endif
