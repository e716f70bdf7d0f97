/* SPDX-License-Identifier: MIT */
/*
 * Secrets: locked memory, wiped when done, in no core file.  Where a
 * password may come from is amt(7), PASSWORDS.
 */
#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 256			/* bytes of a password, without NUL */

struct err;

struct secret {
	char *text;			/* NUL-terminated; NULL: none */
	size_t len;
};

/* First thing in main: no core files, no ptrace by others. */
void secret_protect_process(void);

int secret_set(struct secret *s, const char *text, size_t len, struct err *e);
void secret_clear(struct secret *s);	/* wipes; NULL text is fine */
/* Copies the option's text and wipes it in place (argv, so ps is blind). */
int secret_take_arg(struct secret *s, char *arg, struct err *e);
/*
 * The first line of a file; "-" is standard input, "/dev/fd/N" a descriptor.
 * A regular file must be readable by its owner only, or be root's and
 * readable by a group this process runs with.
 */
int secret_read_file(struct secret *s, const char *path, struct err *e);
/* First line of what /bin/sh -c command prints; failure is ERR_LOCAL. */
int secret_read_command(struct secret *s, const char *command, struct err *e);
/* systemd credential NAME of $CREDENTIALS_DIRECTORY. */
int secret_read_credential(struct secret *s, const char *name, struct err *e);
/* Ask on the terminal, echo off.  Without a terminal ERR_USAGE. */
int secret_prompt(struct secret *s, const char *prompt, struct err *e);

#endif
