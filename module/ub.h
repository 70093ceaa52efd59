/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The adapter's own header: what its files share.  Only ub_*.c include it, and
 * only they see Unbound's headers.
 */
#ifndef SEEP_UB_H
#define SEEP_UB_H

#include <config.h> /* Unbound's own, as it was configured */

#include <stdbool.h>

#include "dynlibmod/dynlibmod.h"
#include "clock.h"
#include "engine.h"
#include "keeper.h"
#include "util/module.h"

/* What one loaded module has; one a process. */
struct ub_module {
	struct seep_engine *engine; /* NULL: everything passes */
	enum seep_passthrough why;
	bool foreign; /* built for another Unbound: touch nothing of its */
	struct seep_conf conf;
	struct seep_clock clock;
	struct seep_keeper *keeper;   /* or NULL */
	_Atomic uint64_t events_s;    /* the second in which events were told */
	_Atomic uint64_t events_told; /* how many, in that second */
};

extern struct ub_module ub_module;

/* The time for the meters. */
uint64_t ub_now_ms(void);

/* This thread's part of the engine; NULL: pass. */
struct seep_thread *ub_thread(void);

/* ub_build.c */

/*
 * Is the running program the Unbound that this module was compiled for, by
 * version and configure line?  Needs no file and touches no structure.
 */
bool ub_build_matches(void);
/* That Unbound, for messages. */
const char *ub_build_version(void);
/* Passes a query on in an Unbound whose structures are not known. */
void ub_build_pass(struct module_qstate *qstate, enum module_ev event, int id);

/* ub_zone.c */

enum ub_zone {
	UB_ZONE_WORLD,    /* found by recursion, or by the root's forward */
	UB_ZONE_UNKNOWN,  /* a stub or forward zone given by host names */
	UB_ZONE_INTERNAL, /* a stub or forward zone on private addresses */
};

/* Where a question is going to be asked. */
enum ub_zone ub_zone_of(struct module_env *env, struct query_info *qinfo);
/* Is this server's address a private one? */
bool ub_zone_is_private(const struct sockaddr_storage *address);

/* ub_query.c: one query's life. */

void ub_query_operate(struct module_qstate *qstate, enum module_ev event, int id);
void ub_query_clear(struct module_qstate *qstate, int id);
/* Registers what is to be called on cache hits and leaving packets. */
bool ub_query_register(struct module_env *env, int id);
void ub_query_unregister(struct module_env *env, int id);

#endif
