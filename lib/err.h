/* SPDX-License-Identifier: MIT */
/*
 * An error is a kind for programs and a sentence for people.  The kind is
 * also the exit status of every tool; the table is in amt(7).
 *
 * Whatever can fail returns 0 or -1 (or says otherwise) and takes a
 * struct err * last.  The place that knows the cause writes the sentence
 * with err_set(); a caller that knows more puts it in front with err_ctx();
 * main prints it once.  Text that came from a peer may be part of it: it is
 * made printable here, so that nobody's terminal obeys a stranger.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#define ERR_TEXT_MAX 1024		/* bytes, with the final NUL */

enum err_kind {
	ERR_NONE = 0,
	ERR_NO = 1,			/* the answer is no; time is up */
	ERR_USAGE = 2,			/* options, operands */
	ERR_LOCAL = 3,			/* file, memory, permission */
	ERR_NET = 4,			/* name, connection, silence */
	ERR_TRUST = 5,			/* certificate, login */
	ERR_PROTO = 6,			/* the peer broke the protocol */
	ERR_REFUSED = 7,		/* AMT understood and said no */
	ERR_UNKNOWN = 8,		/* sent, no answer: maybe done */
};

struct err {
	enum err_kind kind;
	char text[ERR_TEXT_MAX];
};

/* Both return -1, so that a function can end in "return err_set(...)". */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, followed by ": " and the text of errno. */
int err_sys(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Put "fmt: " in front; the kind stays.  Returns -1. */
int err_ctx(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Add text at the end, for a remedy that only the caller knows. */
int err_more(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for other text that people are to read: in place. */
void err_printable(char *text);

#endif
