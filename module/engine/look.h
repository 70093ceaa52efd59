/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine knows, for people. Nothing here changes what it does: no entry is made, none
 * counts as asked for, nothing is learned.
 *
 * Threads: any, beside queries; an entry's lock is held while it is copied, and no other.
 */
#ifndef SEEP_LOOK_H
#define SEEP_LOOK_H

#include "engine/engine.h"

enum seep_look_kind { SEEP_LOOK_USERS, SEEP_LOOK_NETWORKS, SEEP_LOOK_DOMAINS, SEEP_LOOK_KINDS };

/* A meter: a network has two, its users' and its newcomers'. */
struct seep_view_meter {
	uint64_t level_mbit; /* drained up to now */
	uint64_t budget_mbit;
	uint64_t refill_mbit_day;
	uint64_t free_s;    /* when it is released; now or before: it is; UINT64_MAX: never */
	uint64_t crossed_s; /* when it flagged or refused last; 0: never */
	unsigned refusals;  /* without a day between, up to 64 */
	bool flagged;
	bool spent;
	bool is_crowd; /* no budget fits, or none will after learning: flagged, never refused */
};

/* A user, a network or a domain. */
struct seep_view_row {
	uint64_t key;
	struct seep_address address; /* not of a domain */
	uint8_t text[64];            /* a domain, in wire form, cut at a label */
	struct seep_view_meter meter;
	struct seep_view_meter newcomers; /* of a network */
	bool is_learned;     /* a user or a network has the budget that learning gave it */
	bool is_established; /* a user */
	uint64_t dga_mbit;
	uint64_t first_s;
	uint64_t last_s;
	uint64_t names; /* estimates */
	uint64_t domains;
	uint64_t missing;
	uint64_t users;             /* of a domain; exact up to 7; of a network on its best day */
	uint64_t users_today;       /* of a network: estimate */
	uint64_t established_today; /* users of a network, after learning */
	uint64_t hits;
	uint64_t sent;
};

/* What more the engine says of a user or a domain. */
struct seep_look_more {
	bool is_cut;         /* the text is not all of the domain */
	bool has_network;    /* the engine knows the user's */
	bool is_newcomer;    /* to it */
	bool counts;         /* among the users of a domain */
	bool is_late;        /* it came after learning, not long ago */
	bool is_dga;         /* the user looks for generated domains */
	bool is_rare;        /* few use the domain */
	uint64_t few;        /* so many users of a domain are few */
	uint64_t rare_names; /* that the user sent to such domains; an estimate */
	uint64_t habit_mbit; /* what three of four of a common domain's users send there a day */
};

/* The user or the network that ADDRESS belongs to; false if there is no entry. */
bool seep_look_address(struct seep_engine *engine, enum seep_look_kind kind,
		       const struct seep_address *address, uint64_t now_s,
		       struct seep_view_row *row, struct seep_look_more *more);
/* The domain of that wire-form NAME, or the nearest above it that has an entry. */
bool seep_look_domain(struct seep_engine *engine, const uint8_t *name, size_t size, uint64_t now_s,
		      struct seep_view_row *row, struct seep_look_more *more);

/* The part of ADDRESS that makes a user, or a network. */
struct seep_address seep_look_block(const struct seep_engine *engine, enum seep_look_kind kind,
				    const struct seep_address *address);
/* How many leading bits of an address make a user, or a network. */
unsigned seep_look_prefix_bits(const struct seep_engine *engine, enum seep_look_kind kind,
			       bool is_v4);

/* Is the text of a domain's row not all of its name? */
bool seep_look_is_cut(const struct seep_engine *engine, const struct seep_view_row *row);

#define SEEP_LOOK_TOP_MAX 64

/* By the share of the budget, by the level, by when it was last asked for; the highest first. */
enum seep_look_sort { SEEP_LOOK_BY_SHARE, SEEP_LOOK_BY_LEVEL, SEEP_LOOK_BY_LAST };

struct seep_look_top {
	/* in */
	enum seep_look_sort sort;
	unsigned room; /* so many at most, of SEEP_LOOK_TOP_MAX */
	/* out */
	unsigned count;
	uint8_t order[SEEP_LOOK_TOP_MAX];  /* places of rows, the first first */
	uint64_t ranks[SEEP_LOOK_TOP_MAX]; /* what they are ordered by */
	struct seep_view_row rows[SEEP_LOOK_TOP_MAX];
};

/* Walks over all entries of a kind; each lock is held for a set of eight. */
void seep_look_at_top(struct seep_engine *engine, enum seep_look_kind kind, uint64_t now_s,
		      struct seep_look_top *top);

/* May an old answer from the cache stand in for a refusal? */
bool seep_look_has_stale(const struct seep_engine *engine);

struct seep_look_table {
	size_t used, capacity; /* entries */
};
struct seep_look_table seep_look_table(const struct seep_engine *engine, enum seep_look_kind kind);

/* What one of a kind is held to of whom nothing is known. */
struct seep_look_budget {
	bool is_auto; /* learning gives others */
	struct seep_limits limits;
};
struct seep_look_budget seep_look_budget(const struct seep_engine *engine,
					 enum seep_look_kind kind);

#endif
