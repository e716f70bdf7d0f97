/* SPDX-License-Identifier: MIT */
/*
 * Who talks to the machine: first the script, then standard input; and what
 * the machine says, to all who listen: terminal, log, script.
 */
#ifndef AMTTERM_TALK_H
#define AMTTERM_TALK_H

#include <stddef.h>
#include <stdint.h>

struct app;

/* Standard input has this; how much of it was taken. */
size_t talk_input(struct app *a, const uint8_t *p, size_t n);
void talk_input_end(struct app *a);	/* and there is no more */
/* The session is open, or has room again. */
void talk_go_on(struct app *a);
void talk_printed(struct app *a, const uint8_t *p, size_t n);

#endif
