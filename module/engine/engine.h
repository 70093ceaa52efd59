/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: takes what was observed of a query, charges it, meters it and
 * says what becomes of it. Knows nothing of Unbound; replay drives it too.
 *
 * One query's life:  judge -> refuse  or  judge -> commit | release.
 * Between judge and commit or release the charge is reserved on its meters, so
 * that queries in flight are inside the budget as well; of a domain for which there is
 * no free place, on the user's meter alone.
 *
 * Threads: any number, each with a seep_thread of its own.
 * Time comes in with every call; nothing here reads a clock or draws a random
 * number. Nothing in the hot path can fail: a user or domain that gets no entry in its
 * table shares one entry with all others that get none, and is counted as untracked.
 */
#ifndef SEEP_ENGINE_H
#define SEEP_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "meter/charge.h"
#include "names/common.h"
#include "names/subtree.h"
#include "conf/conf.h"
#include "base/counters.h"
#include "meter/dga.h"
#include "base/hash.h"
#include "meter/meter.h"
#include "names/name.h"
#include "seep_mode.h"
#include "seep_observation.h"
#include "seep_verdict.h"

struct seep_engine;
struct seep_refused;
struct seep_thread;

/* The evidence that comes with an edge. Borrowed for the call. */
struct seep_event {
	enum seep_edge edge;
	enum seep_meter meter;
	enum seep_mode mode;
	const struct seep_observation *observation;
	const struct seep_name *name; /* with the DGA meter, of all but its domain nothing is set */
	const struct seep_address *network; /* with the network's meter */
	uint64_t level_mbit;
	uint64_t budget_mbit;
	uint64_t users;   /* distinct users of the domain, or of the network on its best day */
	uint64_t names;   /* distinct names sent, the user's or the domain's; with the
	                     DGA meter, domains that do not exist */
	uint64_t domains; /* distinct domains of the user; user and DGA meters */
	uint64_t first_s; /* the meter's owner was first seen */
	/* Relative standard errors of these numbers, in thousandths; 0: exact. */
	uint16_t users_error_permille;
	uint16_t names_error_permille;
	uint16_t domains_error_permille;
};

typedef void seep_tell(void *context, const struct seep_event *event);

/* So many of those that no budget fits are named. */
#define SEEP_REVIEW_CROWDS 16

/* What the learning taught. Borrowed for the call. */
struct seep_review {
	uint64_t users;            /* who have a budget of their own now */
	uint64_t new_bytes;        /* what a newcomer gets */
	uint64_t most_bytes;       /* the largest budget that was learned */
	uint64_t network_bytes;    /* the largest of a network */
	uint64_t misfits;          /* queries of the last day that fitted no budget */
	uint64_t crowds;           /* users that no budget fits */
	uint64_t vast;             /* networks that none fits */
	struct seep_review_crowd { /* the first ones of both */
		struct seep_address address;
		bool is_network;
		uint64_t names; /* distinct ones that it sent; a user's */
		uint64_t domains;
		uint16_t names_error_permille; /* as in struct seep_event */
		uint16_t domains_error_permille;
	} named[SEEP_REVIEW_CROWDS];
	unsigned named_count;
};

typedef void seep_tell_review(void *context, const struct seep_review *review);

/* What the lists that seep.conf names say (lists.h); borrowed while the engine has them. */
struct seep_engine_lists {
	const struct seep_suffixes *suffixes; /* NULL: the system's */
	const struct seep_common *common;     /* NULL: none */
	const struct seep_subtrees *allowed;  /* NULL: seep.conf's allow_domain */
	unsigned kept;                        /* to be shown */
	unsigned missing;
};

struct seep_engine_setup {
	const struct seep_conf *conf; /* copied in; its lists are borrowed for
	                                 the engine's life */
	struct seep_hash_key key;
	unsigned threads;  /* how many seep_threads can be had */
	uint64_t when_ms;  /* now: the memory begins */
	uint64_t first_ms; /* when the learning began; 0: now */
	struct seep_engine_lists lists;
	/* May be NULL; called without locks held. */
	seep_tell *tell;
	seep_tell_review *tell_review; /* once, when the learning is over; from any thread */
	void *tell_context;
};

/*
 * An engine with all its memory claimed, or NULL and WHY, one of the
 * SEEP_PASSTHROUGH reasons.
 */
struct seep_engine *seep_engine_create(const struct seep_engine_setup *setup,
				       enum seep_passthrough *why);
void seep_engine_destroy(struct seep_engine *engine);

/*
 * Queries that begin from now on go by LISTS, whose suffixes are not NULL. Waits for those that go
 * by the former ones: these may be freed then. Returns false without memory, and the former ones
 * stay. One at a time, from any thread that is not a query's.
 */
bool seep_engine_swap_lists(struct seep_engine *engine, const struct seep_engine_lists *lists);

/* A thread's own part, or NULL when all are taken. */
struct seep_thread *seep_engine_thread(struct seep_engine *engine);
/* That thread's counters, for what the host alone can see. */
struct seep_counters *seep_thread_counters(struct seep_thread *thread);

/* The bytes of a domain's text that are stored. */
#define SEEP_DOMAIN_TEXT_BYTES 48

/*
 * What judge or ask reserved, for commit or release. Holds no pointer. After a refusal by ask it
 * may be dropped.
 */
struct seep_reservation {
	struct seep_verdict verdict;
	enum seep_class class;
	uint64_t user_key; /* 0: not metered */
	uint64_t network_key;
	bool is_newcomer;    /* to the network */
	uint64_t domain_key; /* 0: not metered */
	uint64_t name_key;
	uint16_t type;     /* 0 in classes other than IN: one of the rare ones */
	uint32_t question; /* type and class, whole */
	struct seep_label_keys labels;
	bool rare;    /* the domain has few users */
	bool counts;  /* the user is one of its users */
	bool is_own;  /* the user's own sendings tell what comes next */
	bool is_late; /* and came after learning, not long ago */
	bool registrable;
	uint8_t domain_at; /* where the domain starts in the observation's name */
	bool checking_disabled;
	bool is_doubted;           /* known perhaps, and charged as novel */
	struct seep_shape shape;   /* of a novel prefix */
	int32_t loss_mbit;         /* what guessing cost more (sequence.h) */
	bool is_unplaced;          /* there is no free place for the domain: commit makes one */
	bool is_sent;              /* set by commit */
	bool first;                /* the domain is new to this user, and to most; set by commit */
	bool is_waiting;           /* refused only because an old answer may do in its place */
	bool is_relented;          /* it would be refused, but no budget fits the user or network */
	uint8_t units;             /* of the user's budget */
	uint64_t pair_key;         /* of what is on the pair meter; 0: nothing */
	uint64_t pair_mbit;        /* put there; 0 for the last name again */
	uint64_t level_mbit;       /* of the meter that refused; of the DGA meter its score */
	uint64_t budget_mbit;      /* its budget; 0 of the DGA meter */
	uint64_t user_mbit;        /* put on the user's meter */
	uint64_t network_mbit;     /* put on the network's meter */
	uint64_t domain_mbit;      /* put on the domain's meter */
	uint64_t question_mbit;    /* of its type and class alone */
	uint64_t charge_mbit;      /* unweighted */
	uint64_t user_charge_mbit; /* what of it falls on the user */
	uint8_t domain_text[SEEP_DOMAIN_TEXT_BYTES]; /* if unplaced: wire form, cut at a label */
};

/*
 * Charges and judges an observation, before anything leaves. NAME is how its
 * name splits; all zero if it is no name. It is in flight until it is committed,
 * released or, after a refusal, given to seep_engine_refuse.
 */
struct seep_verdict seep_engine_judge(struct seep_thread *thread,
				      const struct seep_observation *observation,
				      struct seep_reservation *reservation, struct seep_name *name);

/*
 * There is no old answer to the query that was refused: it is judged again without may_wait, if
 * that may change the verdict, which it returns.
 */
struct seep_verdict seep_engine_insist(struct seep_thread *thread,
				       struct seep_observation *observation,
				       struct seep_reservation *reservation,
				       struct seep_name *name);

/* The same for a caller that has no old answers: a refusal is counted, and is the end of it. */
struct seep_verdict seep_engine_ask(struct seep_thread *thread,
				    const struct seep_observation *observation,
				    struct seep_reservation *reservation, struct seep_name *name);

/* The name left: the charge is final, the sketches learn. */
void seep_engine_commit(struct seep_thread *thread, struct seep_reservation *reservation,
			uint64_t when_ms);

/*
 * After commit, or before release: the answer tells whether the name's registrable
 * domain exists. Feeds the DGA meter: also with names that did not leave, for what the
 * resolver knows of a signed zone answers for many names that do not exist.
 */
void seep_engine_answered(struct seep_thread *thread, const struct seep_observation *observation,
			  const struct seep_reservation *reservation,
			  enum seep_existence existence);

/* The name left, but towards a place of this organisation: no charge. */
void seep_engine_commit_internal(struct seep_thread *thread,
				 const struct seep_reservation *reservation);

/*
 * The verdict was a refusal, and nothing left. IS_STALE: the client got what the host's cache
 * still held instead. Either way it is counted, once, and noted (refused.h).
 */
void seep_engine_refuse(struct seep_thread *thread, const struct seep_observation *observation,
			const struct seep_reservation *reservation, bool is_stale);
/* The last refusals, noted by that. */
const struct seep_refused *seep_engine_refused(const struct seep_engine *engine);

/* Nothing left: the charge is given back, and so are entries that were made for this alone. */
void seep_engine_release(struct seep_thread *thread, const struct seep_reservation *reservation);

/*
 * What was reserved as internal turned out to head for a server outside: it counts as
 * not asked, and is to be asked anew.
 */
void seep_engine_withdraw_internal(struct seep_thread *thread);

/* A client was answered from cache. */
void seep_engine_hit(struct seep_thread *thread, const struct seep_address *client);

/* By `action`; a policy may say otherwise for some. */
enum seep_mode seep_engine_mode(const struct seep_engine *engine, uint64_t when_ms);
/* Can any query be refused now, by `action` or by a policy? */
bool seep_engine_may_refuse(const struct seep_engine *engine, uint64_t when_ms);
/* When learning began, and when it ends, or has ended. */
uint64_t seep_engine_learning_from_ms(const struct seep_engine *engine);
uint64_t seep_engine_learning_until_ms(const struct seep_engine *engine);
/*
 * Fills in what learning taught, which is counted now if it is not yet; false while it goes on, and
 * where there is none. It waits for threads that count.
 */
bool seep_engine_review(struct seep_engine *engine, uint64_t when_ms, struct seep_review *review);
uint64_t seep_engine_memory_bytes(struct seep_engine *engine);
/* How many have an entry. */
size_t seep_engine_users(const struct seep_engine *engine);
size_t seep_engine_networks(const struct seep_engine *engine);
size_t seep_engine_domains(const struct seep_engine *engine);
/* How many of them, and how many names sent within a third of `memory`, a memory-size holds. */
struct seep_capacity {
	uint64_t users, networks, domains, names;
};
struct seep_capacity seep_engine_capacity(uint64_t memory_size_bytes);
/* The bytes that an entry of theirs takes in its table, with its key. */
size_t seep_engine_user_bytes(void);
size_t seep_engine_domain_bytes(void);

/* Domains whose meter is spent, each whole, in wire form and lower case. */
struct seep_spent {
	uint8_t (*domains)[SEEP_DOMAIN_TEXT_BYTES]; /* ROOM of them, the caller's */
	size_t room;
	size_t count; /* of those that are there */
	size_t left;  /* spent, too, but not there: no room, or no domain to name to others */
};

/*
 * Fills SPENT with the rare domains that are refused for their own meter as of WHEN_MS, in
 * ascending order of their bytes; none while nothing is refused. Left out are names that nobody
 * registers, but for a reverse /24 or /48, and those of more than SEEP_DOMAIN_TEXT_BYTES bytes.
 * It walks over all domains, so not in a query's thread, and in one thread at a time.
 */
void seep_engine_list_spent(struct seep_engine *engine, uint64_t when_ms, struct seep_spent *spent);

/*
 * Reads all statistics that the engine knows, as of WHEN_MS, from any thread. Those of the state
 * file are not its: state/keeper.h.
 */
void seep_engine_read(struct seep_engine *engine, uint64_t when_ms,
		      struct seep_statistics *statistics);

#endif
