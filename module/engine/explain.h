/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a query would cost now, and what would become of it. It is judged as ask does, but on copies
 * of entries: nothing is reserved, learned or made, and no entry counts as asked for.
 *
 * Threads: the one that changes (change.h), beside queries; an entry's lock is held while it is
 * copied, and no other.
 */
#ifndef SEEP_EXPLAIN_H
#define SEEP_EXPLAIN_H

#include "engine/engine.h"
#include "meter/piece.h"

/* One meter's part. */
struct seep_explained_meter {
	bool is_there;       /* it has an entry; else it is judged as an empty one */
	uint64_t level_mbit; /* before */
	uint64_t budget_mbit;
	uint64_t charge_mbit;
	enum seep_outcome outcome; /* of this meter alone */
};

/* What decides whether a query may be refused: the first that is for it. */
enum seep_rule {
	SEEP_RULE_VITAL,
	SEEP_RULE_DOMAIN_POLICY,
	SEEP_RULE_POLICY,
	SEEP_RULE_ACTION,
};

struct seep_explanation {
	struct seep_name name;
	struct seep_verdict verdict;
	enum seep_class class;     /* if none of these two, nothing below is set: */
	bool is_charged;           /* KNOWN or CHARGED */
	bool is_doubted;           /* known perhaps, but the client may be guessing */
	enum seep_mode mode;       /* in which this query is judged */
	enum seep_rule rule;       /* that says so, but for learning */
	struct seep_pieces pieces; /* their sum is the price */
	uint64_t price_mbit;
	uint64_t user_charge_mbit; /* what of it falls on the user, and its network */
	uint64_t users;            /* of the domain */
	uint64_t listed;           /* users that a common-list counts for */
	uint64_t few;              /* so many users of a domain are few */
	bool is_rare;              /* few use the domain */
	bool is_service;           /* few do, but they send like amounts */
	bool is_habit;             /* it is within what the domain's users usually send there */
	uint64_t pair_mbit;        /* what the user sent there of late */
	uint64_t habit_mbit;       /* what it may; 0: not asked */
	bool is_counted;           /* the user is one of a domain's users */
	bool is_newcomer;          /* to its network */
	bool is_crowd;             /* no budget fits the user */
	struct seep_explained_meter user, network, domain;
};

/*
 * Explains OBSERVATION, in which `internal` and `may_wait` are false: which zones are the
 * organisation's, and what the cache holds, the host alone knows.
 */
void seep_engine_explain(struct seep_engine *engine, const struct seep_observation *observation,
			 struct seep_explanation *explanation);

#endif
