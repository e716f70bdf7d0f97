/* SPDX-License-Identifier: MIT */
/*
 * The AMT generations that amtsim can be.  What differs between them, and
 * has an effect here, is a column of this table; only the WS-Man class
 * tables ask for a version number besides.
 */
#include <stddef.h>
#include <string.h>

#include "model.h"

/* RSA key exchange with AES, as firmware had it until version 11. */
#define OLD_SUITES "+AES-128-CBC:+AES-256-CBC:+SHA1:+RSA:+COMP-NULL:" \
	"+SIGN-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1:%DISABLE_SAFE_RENEGOTIATION"

static const struct profile profiles[] = {
	{
		.name = "8",
		.version = "8.1.71.3608",
		.firmware_major = 8, .firmware_minor = 1,
		.clear_text_login = true,
		.old_digest = true,
		.plain_ports = true,
		.boot_role_falls_back = true,
		.keeps_boot_source = true,
		.tls_priority = "NONE:+VERS-TLS1.1:+VERS-TLS1.0:" OLD_SUITES,
		.sha1_certificate = true,
		.fqdn_wants_no_domain = true,
	}, {
		.name = "11",
		.version = "11.8.50.3425",
		.firmware_major = 11, .firmware_minor = 8,
		.clear_text_login = true,
		.plain_ports = true,
		.graceful_power = true,
		.boot_role_falls_back = true,
		.tls_priority = "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:"
		    "+AES-128-GCM:+AES-256-GCM:+AEAD:+SHA256:+DHE-RSA:"
		    OLD_SUITES,
	}, {
		.name = "16",
		.version = "16.1.25.2124",
		.firmware_major = 16, .firmware_minor = 1,
		.graceful_power = true,
		.boot_role_falls_back = true,
		.tls_priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:"
		    "+RSA",
	},
};

const struct profile *
profile_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}
