/* SPDX-License-Identifier: MIT */
/*
 * The class model as tables.  A class is a row: its name, what it is
 * derived from, who may read and change it, its properties in the order
 * firmware writes them (byte order of the names), its methods with their
 * inputs in class-model order.  class.c (Get, Put), classenum.c and
 * classcall.c do the verbs for all classes; the tables live in classes-*.c,
 * by feature.
 */
#ifndef AMTSIM_CLASS_H
#define AMTSIM_CLASS_H

#include <stddef.h>

#include "model.h"
#include "soap.h"

#define VALUES_MAX 16			/* of one array property */
#define INPUTS_MAX 8
#define INPUT_VALUES_MAX 32

struct class;
struct err;
struct prop;

struct inst {
	struct sim *sim;
	const struct class *class;
	unsigned index;
};

/* The values of a property as text; n 0: absent, which is null. */
struct values {
	size_t n;
	char text[VALUES_MAX][TEXT_MAX];
};
void values_add(struct values *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A reference property: keys of the instance it names. */
struct ref {
	const char *class;
	const char *keys[SELECTORS_MAX][2];	/* name, value; sorted */
};
extern const struct ref wired_port;	/* classes-network.c */

enum prop_flags {
	PROP_KEY = 1,
	PROP_REQUIRED = 2,		/* a Put without it is refused */
	PROP_NO_ECHO = 4,		/* a Put that only repeats it is refused */
	PROP_WRITE_ONLY = 8,		/* reads as empty */
};

/* A status of set() and check() that is HTTP 400 instead of AMT-STATUS. */
#define STATUS_BAD_VALUE 0x10000

struct prop {
	const char *name;
	/* the last two: text inside a c:Datetime, a c:Interval */
	enum { T_STRING, T_BOOL, T_UINT, T_TIME, T_INTERVAL } type;
	unsigned flags;
	unsigned since, before;		/* AMT versions that have it; 0: any */
	/* where its value is: exactly one of these */
	const char *value;
	const struct ref *ref;
	void (*get)(const struct inst *i, struct values *v);
	struct blob (*blob)(const struct inst *i);	/* borrowed */
	void (*get_epr)(const struct inst *i, struct epr *e);
	size_t at, size;		/* in struct model; writable */
	size_t stride;			/* to the next instance's */
	/* limits of a writable number */
	uint32_t min, max;
	/* writes what get() computes; PT_STATUS */
	unsigned (*set)(struct model *m, unsigned index, const char *text);
	unsigned (*set_epr)(struct sim *sim, struct model *m,
	    const struct epr *e);
	/* one value of a list; the first, n 0, replaces what was there */
	unsigned (*add)(struct model *m, unsigned index, size_t n,
	    const char *text);
};

#define MODEL_FIELD(field) .at = offsetof(struct model, field), \
	.size = sizeof(((struct model *)0)->field)
#define CONST(n, v) { .name = (n), .value = (v) }
#define KEY(n, v) { .name = (n), .value = (v), .flags = PROP_KEY }
#define CALC(n, fn) { .name = (n), .get = (fn) }
#define BOOL(n, field) { .name = (n), .type = T_BOOL, MODEL_FIELD(field) }
#define UINT(n, field, lo, hi) { .name = (n), .type = T_UINT, \
	MODEL_FIELD(field), .min = (lo), .max = (hi) }
#define TEXT(n, field) { .name = (n), .type = T_STRING, MODEL_FIELD(field) }
#define END { .name = NULL }
/* The same of the element of an array in struct model that has its index. */
#define EACH(array) .stride = sizeof(((struct model *)0)->array[0])

/* The four keys of every service. */
#define SERVICE_KEYS_1(class) KEY("CreationClassName", class)
#define SERVICE_KEYS_2(system) \
	KEY("SystemCreationClassName", "CIM_ComputerSystem"), \
	KEY("SystemName", system)

struct input {
	const char *name;
	enum { IN_UINT, IN_BOOL, IN_STRING, IN_BLOB, IN_EPR, IN_TIME,
	    IN_NODE } type;
	bool required, array;
	uint32_t max;			/* of an IN_UINT */
};

struct arg {
	size_t n;			/* how many were given */
	uint32_t number[INPUT_VALUES_MAX];	/* IN_UINT, IN_BOOL */
	char text[TEXT_MAX];		/* IN_STRING: the first */
	struct epr epr;			/* IN_EPR: the first */
	struct blob blob;		/* IN_BLOB: the first, decoded */
	const struct _xmlNode *node;	/* IN_NODE: an embedded instance */
};

/* A method call: read a->..., write outputs with out_*(). */
struct method_call {
	struct soap_call *call;
	struct inst inst;
	struct arg arg[INPUTS_MAX];	/* in the order of method.in */
	char prefix;
};
void out_text(struct method_call *m, const char *name, const char *text);
void out_uint(struct method_call *m, const char *name, unsigned long v);
void out_bool(struct method_call *m, const char *name, bool b);
void out_base64(struct method_call *m, const char *name, const void *p,
    size_t n);
/* A reference to an instance of another class by one key. */
void out_epr(struct method_call *m, const char *name, const char *class,
    const char *key, const char *value);
void epr_set(struct epr *e, const char *class, const char *key,
    const char *value);

struct method {
	const char *name;
	const struct input *in;		/* NULL: none */
	unsigned (*run)(struct method_call *m);	/* ReturnValue */
	bool reads;			/* changes nothing: read_realms suffice */
	uint32_t realms;		/* instead of the class's; 0: those */
};

struct class {
	const char *name;
	const char *ancestors;		/* "CIM_Service CIM_...": who lists it */
	uint32_t read_realms, write_realms;	/* bits; the admin passes */
	unsigned since, before;		/* AMT versions; 0: any */
	bool dated;			/* its schema has dates: name space */
	bool one_per_pull;
	bool more_follows;		/* ends in an empty pull */
	unsigned (*count)(struct sim *sim);	/* NULL: one instance */
	const struct prop *props;
	const struct method *methods;	/* NULL: none */
	/* Put: what no firmware accepts together; PT_STATUS */
	unsigned (*check)(const struct model *was, const struct model *now);
	void (*changed)(struct sim *sim, const struct model *was);
	/* Create: like a method; run() sets inst.index, gives a PT_STATUS */
	const struct method *create;
	unsigned (*remove)(struct sim *sim, unsigned index);	/* PT_STATUS */
};

#define REALM(r) (1u << (r))

/* Each classes-*.c exports one list, ending in a row without name. */
extern const struct class classes_general[], classes_boot[], classes_power[],
    classes_redirection[], classes_users[], classes_setup[], classes_kvm[],
    classes_cert[], classes_log[], classes_alarm[],
    classes_hardware[], classes_network[];

/* 8, 11, 16. */
unsigned amt_version(const struct sim *sim);
/* The nth class this device has; NULL: no more. */
const struct class *class_at(const struct sim *sim, size_t n);
const struct class *class_find(const struct sim *sim, const char *name);
/* Firmware without these, as "CLASS,CLASS"; NULL: with all.  Borrows it. */
int class_leave_out(struct sim *sim, const char *names, struct err *e);
unsigned class_count(struct sim *sim, const struct class *c);
bool class_allows(const struct user *u, uint32_t realms);
/* The instance that the request's selectors name, or the call's fault. */
int class_locate(struct soap_call *c, const struct class *cl, uint32_t realms,
    struct inst *i);
int parse_bool(const char *text, uint32_t *v);
int parse_uint(const char *text, uint32_t *v);
void write_instance(struct soap_reply *r, const struct inst *i);
void write_instance_keys(struct soap_reply *r, const struct inst *i);
void write_instance_epr(struct soap_reply *r, const struct inst *i);
void write_epr(struct soap_reply *r, const struct epr *e);
bool epr_same(const struct epr *given, const struct epr *have);
/* True when the EPR names an existing instance of the class. */
bool epr_names(struct sim *sim, const struct epr *e, const char *class,
    unsigned *index);

/* The verbs; each fills call->r or sets its fault. */
void class_get(struct soap_call *c);
void class_put(struct soap_call *c);
void class_enumerate(struct soap_call *c);
void class_pull(struct soap_call *c);
void class_release(struct soap_call *c);
void class_invoke(struct soap_call *c, const char *method);
void class_create(struct soap_call *c);
void class_delete(struct soap_call *c);

#endif
