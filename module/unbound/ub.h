/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The adapter's own header: what the files of this folder share. Only they include it, and only
 * they see Unbound's headers.
 */
#ifndef SEEP_UB_H
#define SEEP_UB_H

#include <config.h> /* Unbound's own, as it was configured */

#include <stdbool.h>
#include <time.h>

#include "base/address.h"
#include "base/clock.h"
#include "dynlibmod/dynlibmod.h"
#include "engine/engine.h"
#include "state/changes.h"
#include "state/keeper.h"
#include "state/rpz.h"
#include "control/control.h"
#include "events/events.h"
#include "conf/lists.h"
#include "engine/query.h"
#include "engine/watch.h"
#include "services/cache/dns.h"
#include "services/mesh.h"
#include "util/module.h"

/* What one loaded module has; one a process. */
struct ub_module {
	struct seep_engine *engine; /* NULL: everything passes */
	enum seep_passthrough why;
	bool foreign; /* built for another Unbound: touch nothing of its */
	struct seep_conf conf;
	struct seep_address_masks network_masks; /* of conf */
	struct seep_lists lists;
	struct seep_clock clock;
	struct seep_keeper *keeper;      /* or NULL */
	struct seep_changes *changes;    /* or NULL */
	struct seep_rpz *rpz;            /* or NULL */
	struct seep_control *control;    /* or NULL */
	struct seep_watch *watch;        /* or NULL */
	struct seep_events *events;      /* or NULL */
	struct seep_people people;       /* how users are called in the log */
	struct seep_hash_key events_key; /* until events start */
	pthread_mutex_t base_lock;
	struct seep_counters base;    /* the sums at the last reset */
	_Atomic uint64_t events_s;    /* the second in which events were logged */
	_Atomic uint64_t events_told; /* how many, in that second */
};

extern struct ub_module ub_module;

/*
 * Initial-exec TLS. Thread-local variables of a loaded library are else allocated at their first
 * use, and the C library aborts the process when memory is out.
 */
#define EARLY __attribute__((tls_model("initial-exec")))

/* process.c */

/* A clock of the system's, in milliseconds; the time for the meters. */
uint64_t ub_read_clock_ms(clockid_t clock);
uint64_t ub_now_ms(void);

/* This thread's part of the engine; NULL: pass. Forgotten when the engine goes. */
struct seep_thread *ub_thread(void);
void ub_thread_forget(void);

/* log.c */

/*
 * Logs that a meter crossed a line, what the learning taught, or whom no budget fits. From any
 * thread.
 */
void ub_log_note(void *context, const struct seep_note *note, const struct seep_people *people);

/* Logs WHAT an operator changed, and who that was: the audit line. */
void ub_log_change(const struct seep_control_change *change, const char *what);

/* event.c: what is told to the log, and to whoever reads event-log. */

/*
 * Makes room for events, by ub_module.conf. Then the key is known by which users are called, what
 * is put is written from the start on, and what is left at the stop.
 */
void ub_event_open(void);
void ub_event_key(const struct seep_hash_key *key);
void ub_event_start(void);
void ub_event_stop(void);

/* The callbacks of the engine: a meter crossed a line; the learning is over. */
void ub_event_tell(void *context, const struct seep_event *event);
void ub_event_review(void *context, const struct seep_review *review);
/* A query is about to end: if it was refused, that is told. */
void ub_event_ended(const struct seep_query *query);
/* An operator changed something. A callback of the control socket. */
void ub_event_change(void *context, const struct seep_control_change *change);
/* Something is wrong with the state file, or a list. */
void ub_event_problem(enum seep_note_kind kind, const char *text);

/* build.c */

/*
 * Is the running program the Unbound that this module was compiled for, by
 * version and configure line? Needs no file and touches no structure.
 */
bool ub_build_matches(void);
/* That Unbound, for messages. */
const char *ub_build_version(void);
/* Passes a query on in an Unbound whose structures are not known. */
void ub_build_pass(struct module_qstate *qstate, enum module_ev event, int id);

/* order.c */

/* Does the order of MODULES, the text of module-config, let module ID of it guard? */
bool ub_order_guards(const char *modules, int id);

/* zone.c */

enum ub_zone {
	UB_ZONE_WORLD,    /* found by recursion, or by the root's forward */
	UB_ZONE_UNKNOWN,  /* a stub or forward zone given by host names */
	UB_ZONE_INTERNAL, /* a stub or forward zone on private addresses */
};

/*
 * Where a question is going to be asked; APEX_SIZE gets the size of the name of the stub
 * or forward zone, in which the question's name ends.
 */
enum ub_zone ub_zone_of(struct module_env *env, struct query_info *qinfo, size_t *apex_size);
/* Is this server's address a private one? */
bool ub_zone_is_private(const struct sockaddr_storage *address);

/* query.c: one query's life. */

/* A client's query while it is under way; allocated in its state's region. */
struct ub_query {
	struct seep_query query;
	/* Its first client is counted; those that join it later are not yet. */
	bool has_client;
	enum seep_existence existence; /* of its domain, as its answer told */
	/* The iterator looked something up for it, which may go on when it is gone. */
	bool has_look_ups;
	uint8_t name[]; /* the observation's */
};

void ub_query_operate(struct module_qstate *qstate, enum module_ev event, int id);
void ub_query_clear(struct module_qstate *qstate, int id);

/* The client's query of a state, or NULL: it has no client, or none that is metered. */
struct ub_query *ub_query_of(const struct mesh_state *state, int id);

/* The query that this thread was at work for in the moment NOW, or NULL. */
struct ub_query *ub_query_current(const struct timeval *now);
void ub_query_set_current(struct ub_query *own, const struct timeval *now);

/* A packet of the state was stopped; so are all later ones that nobody else wants. */
void ub_query_mark_stopped(struct module_qstate *qstate, int id);
bool ub_query_is_stopped(const struct module_qstate *qstate, int id);

/* Lower-cases the name of a state, in place. */
void ub_query_lower(struct module_qstate *qstate);

/* stale.c: old answers in place of refusals. */

/*
 * Answers the query of QSTATE from what the cache still holds, if it holds something that is not
 * older than option stale; Extended DNS Error 3 or 19 goes to the clients of the state TOLD. False
 * if there is nothing, and QSTATE stays as it was.
 */
bool ub_stale_answer(struct module_qstate *qstate, int id, struct module_qstate *told);

/* waiting.c: for whom a state works. */

/*
 * Calls VISIT for STATE and for all states that wait for it, directly or not, until it
 * says false. A state may be visited more than once.
 */
void ub_waiting_walk(struct mesh_state *state,
		     bool (*visit)(void *context, struct mesh_state *state), void *context);

/* packet.c: a packet is about to leave, and an answer to one has come; the callbacks. */
int ub_packet_leaves(struct query_info *qinfo, uint16_t flags, struct module_qstate *qstate,
		     struct sockaddr_storage *address, socklen_t address_size, uint8_t *zone,
		     size_t zone_size, struct regional *region, int id, void *callback);

int ub_packet_answered(struct module_qstate *qstate, struct dns_msg *response, int id,
		       void *callback);

/* client.c: who asked. */

struct ub_client {
	struct seep_address address; /* or who a trusted forwarder says it is */
	bool is_proven; /* the packet's address is not forged: TCP, TLS or a valid DNS cookie */
};

/* Returns who sent a query, and counts in THREAD what a trusted forwarder stated. Once a query. */
struct ub_client ub_client_of(struct seep_thread *thread, const struct comm_reply *from,
			      const struct edns_data *edns);

/* Can the EDNS options of QSTATE be a trusted forwarder's, about its users? */
bool ub_client_is_forwarded(const struct module_qstate *qstate);

/* hit.c: what is answered without a state, and the refreshes that such answers set off. */

/*
 * Notes that an answer of now to CLIENT may set off a refresh of this name, begun in the
 * same moment and thread.
 */
void ub_hit_note(const struct query_info *qinfo, const struct ub_client *client,
		 const struct timeval *now);
/* The CLIENT that set off the refresh QSTATE; false if that is not known. */
bool ub_hit_find_cause(const struct module_qstate *qstate, struct ub_client *client);
/* Are the two the same moment of a thread's event loop? */
bool ub_hit_is_same_moment(const struct timeval *a, const struct timeval *b);

/* Registers what is to be called on answers from cache, local ones, and leaving packets. */
bool ub_hit_register(struct module_env *env, int id);
void ub_hit_unregister(struct module_env *env, int id);

#endif
