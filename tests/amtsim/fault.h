/* SPDX-License-Identifier: MIT */
/*
 * Misbehaviour on request.  fault.c has the table of all faults; the byte
 * layer (door.c) and the services ask it what is wanted now.
 */
#ifndef AMTSIM_FAULT_H
#define AMTSIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim.h"

struct json_object;

/* Where a session can be when it misbehaves: values of *-at faults. */
enum stage { STAGE_START, STAGE_QUERY, STAGE_CHALLENGE, STAGE_LOGIN,
    STAGE_SOL, STAGE_DATA, STAGE_IDER, STAGE_FEATURES,
    STAGES };

int faults_new(struct sim *sim, struct err *e);
void faults_free(struct sim *sim);
/*
 * spec is a fault's name, for byte faults with a door or port in front:
 * "split", "redirection.split", "16995.split".  value may be NULL.
 */
int fault_set(struct sim *sim, const char *spec, const char *value,
    struct err *e);
void fault_clear(struct sim *sim);
struct json_object *fault_json(const struct sim *sim);
void fault_list(FILE *out);

/* The byte layer's questions. */
bool fault_bytes_any(const struct sim *sim);
long fault_bytes(const struct sim *sim, const char *name, enum door door,
    uint16_t port, long none);

#endif
