/* SPDX-License-Identifier: MIT */
/*
 * What people read: lines on standard error, "tool: text".  Errors and
 * warnings always, information with -v, debugging with -vv, the bytes of
 * every message with -vvv.  Logging keeps errno.  Only tools' mains and the
 * I/O half of lib log; codecs never do.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum log_level { LOG_QUIET = -1, LOG_WARN = 0, LOG_INFO, LOG_DEBUG, LOG_BYTES };

void log_init(const char *tool, int verbosity);
bool log_wants(enum log_level level);
/*
 * Lines end in CR LF while a tool has the terminal in raw mode.
 */
void log_raw_terminal(bool raw);

void log_error(const struct err *e);
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "what: 12 bytes" and a hex dump.  Mask secrets before. */
void log_bytes(const char *what, const void *p, size_t len);

#endif
