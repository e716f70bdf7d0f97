/* SPDX-License-Identifier: MIT */
/* The methods of IPS_OptInService; the values are its ReturnValues. */
#ifndef AMTSIM_CONSENT_H
#define AMTSIM_CONSENT_H

#include <stdint.h>

struct sim;

enum consent_result { CONSENT_DONE = 0, CONSENT_INVALID_STATE = 2,
    CONSENT_BLOCKED = 3, CONSENT_FAILED = 4 };

enum consent_result consent_start(struct sim *sim);
enum consent_result consent_cancel(struct sim *sim);
enum consent_result consent_code(struct sim *sim, uint32_t code);

#endif
