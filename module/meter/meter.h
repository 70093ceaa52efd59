/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A meter at work: judges a charge against an entry's level, reserves it, and
 * notices when a line is crossed.
 *
 * Threads: the entry's lock, which the caller holds.
 */
#ifndef SEEP_METER_H
#define SEEP_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "seep_mode.h"
#include "seep_verdict.h"
#include "sketch/table.h"

/* A meter crossed a line; noticed once, at the edge. */
enum seep_edge {
	SEEP_EDGE_NONE,
	SEEP_EDGE_FLAGGED,
	SEEP_EDGE_SPENT,
	SEEP_EDGE_RELEASED, /* drained below flag-at, an hour or more later, and a query passes */
};

/* What a meter is held to; thousandths of a bit. */
struct seep_limits {
	uint64_t budget_mbit;
	uint64_t refill_mbit_day;
	uint64_t cap_mbit; /* no novel name raises a level above it: where a refusal is
	                      not carried out, the end of learning must not find
	                      months of debt */
	uint64_t flag_at_percent;
};

/*
 * Known names, and charges below one bit, have this share of the budget more: so
 * what a user has always done goes on when the budget is spent, for a while at
 * least, and with the refill for ever if it is no more than that.
 */
#define SEEP_METER_KNOWN_SHARE 8

/*
 * Where an old answer may do, it is half of that. The rest is for what has none any more: else
 * names that come often would take all that drains, and others would never be sent again.
 */
#define SEEP_METER_WAITING_SHARE 16

/* The limits of TIMES users together. */
struct seep_limits seep_meter_times(struct seep_limits limits, uint64_t times);

/* One charge on one meter. */
struct seep_metering {
	/* in */
	struct seep_limits limits;
	uint64_t charge_mbit;
	bool is_known;
	bool may_wait;
	uint64_t now_s;
	/* out */
	enum seep_outcome outcome; /* PASS, FLAG or REFUSE */
	bool is_waiting;           /* refused only because it may wait */
	enum seep_edge edge;
	uint64_t added_mbit; /* what is reserved now */
	uint64_t level_mbit; /* with it */
};

/* Drains the entry's meter and judges the charge. */
void seep_meter_judge(struct seep_metering *metering, struct seep_entry *entry);

/*
 * Notices the line that has been crossed, once what becomes of the query is
 * known: APPLIED is this meter's part in it, SEEP_PASS where another meter
 * decided.
 */
void seep_meter_mark(struct seep_metering *metering, struct seep_entry *entry,
		     enum seep_outcome applied);

/* Puts the charge on the meter, for a query that is let go on. */
void seep_meter_reserve(struct seep_metering *metering, struct seep_entry *entry);

/* Ends a reservation, which took place... */
void seep_meter_keep(struct seep_entry *entry);
/* ...or did not, and is given back. */
void seep_meter_give_back(struct seep_entry *entry, uint64_t added_mbit);

/*
 * Could the clients of this meter be guessing? Every refusal tells that a name is not known
 * here; after dozens of them, without a day between, it is to be suspected.
 */
bool seep_meter_is_guessed(const struct seep_entry *entry, uint64_t now_s);

/* Is it spent, as of NOW_S? False once it has drained below flag-at. */
bool seep_meter_is_spent(const struct seep_entry *entry, const struct seep_limits *limits,
			 uint64_t now_s);

/*
 * Returns when it is released, or would be, if nothing is charged until then: NOW_S if it is
 * neither flagged nor above flag-at, UINT64_MAX if it never drains so far.
 */
uint64_t seep_meter_free_s(const struct seep_entry *entry, const struct seep_limits *limits,
			   uint64_t now_s);

#endif
