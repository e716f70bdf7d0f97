/* SPDX-License-Identifier: MIT */
/*
 * A client of QEMU's machine protocol (QMP) on the loop: JSON lines over a
 * stream socket.  Commands are sent without waiting; what comes of them is
 * told by events, or by failed().
 */
#ifndef AMTSIM_QMP_H
#define AMTSIM_QMP_H

struct err;
struct json_object;
struct loop;
struct qmp;

struct qmp_events {
	void (*event)(void *arg, const char *name, struct json_object *data);
	void (*failed)(void *arg, const char *command, const char *why);
};

/* Takes fd, also when it fails; negotiates.  ev must outlive it. */
struct qmp *qmp_new(struct loop *loop, int fd, const struct qmp_events *ev,
    void *arg, struct err *e);
void qmp_free(struct qmp *q);		/* also from within its events */
void qmp_hear(struct qmp *q);		/* what has come is told now */
/* Takes args, which may be NULL. */
int qmp_send(struct qmp *q, const char *command, struct json_object *args,
    struct err *e);

#endif
