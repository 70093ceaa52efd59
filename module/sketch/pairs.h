/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much each user lately sent to each domain: the levels of the pair meter, one word a pair.
 *
 * A level rises by the charge before any division. It drains by three quarters a day: after a day
 * without sending a quarter is left, after two a sixteenth. A pair also remembers on which step of
 * its domain's habit it is counted (meter/habit.h), which fades by one in four days, and by two at
 * most while nothing is sent; the last name; and its last two types: a name polled for A, or for A
 * and AAAA in turn, is told in advance.
 *
 * Memory: the caller's block, fixed; sets of eight words in a cache line. A full set evicts the
 * pair that was unseen longest, of equals the one with the lowest level.
 * Units: levels in thousandths of a bit, kept in whole bits; at most a million bits.
 * Threads: any, without locks: a word is exchanged as a whole, and no charge is lost.
 */
#ifndef SEEP_PAIRS_H
#define SEEP_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "base/lines.h"

struct seep_pairs;

/* A pair as of a day. */
struct seep_pair {
	uint64_t level_mbit;
	unsigned last;    /* by seep_pairs_name; 0: none */
	unsigned before;  /* by seep_pairs_type: of that name, the type before the last; 0: other */
	unsigned counted; /* the step of the habit that it is counted on; 0: none */
	unsigned faded;   /* what is left of that step, and is its step once the pair is raised */
};

/* Steps of the habit: 1 to this. */
#define SEEP_PAIRS_STEPS 15

/*
 * Returns a table in BYTES of zeroed, cache-line aligned MEMORY, which the caller owns and keeps.
 * NULL if there is no room for one set, or no memory.
 */
struct seep_pairs *seep_pairs_create(void *memory, size_t bytes);

/* Frees the table but for its block. NULL is ignored. */
void seep_pairs_destroy(struct seep_pairs *pairs);

/* Begins to fetch the pair of this keyed hash. */
void seep_pairs_prefetch(const struct seep_pairs *pairs, uint64_t key);

/* Returns the pair of this keyed hash as of NOW_S; all zero if it is not there. */
struct seep_pair seep_pairs_find(const struct seep_pairs *pairs, uint64_t key, uint64_t now_s);

/* Raises the level by MBIT, and makes a place for the pair if need be. */
void seep_pairs_raise(struct seep_pairs *pairs, uint64_t key, uint64_t mbit, uint64_t now_s);

/* Takes MBIT that was added back, down to nothing. */
void seep_pairs_lower(struct seep_pairs *pairs, uint64_t key, uint64_t mbit);

/* Returns what a pair keeps of the name of this keyed hash: eight bits, never 0. */
unsigned seep_pairs_name(uint64_t name_key);

/* Returns what it keeps of a type: 1 to 3 for A, AAAA and HTTPS, 0 for all others. */
unsigned seep_pairs_type(uint16_t type);

/* A name and its type, by these. */
struct seep_pair_sending {
	unsigned name;
	unsigned type;
};

/* Notes what was sent last, and that the pair is counted on STEP. */
void seep_pairs_note(struct seep_pairs *pairs, uint64_t key, struct seep_pair_sending sending,
		     unsigned step, uint64_t now_s);

/* For the state file: the table's lines, and putting one back that was line LINE of FROM. */
struct seep_lines seep_pairs_lines(const struct seep_pairs *pairs);
void seep_pairs_restore_line(struct seep_pairs *pairs, uint64_t from, uint64_t line,
			     const uint64_t *words);
/* Moves the days of all pairs by so many DAYS, after they were put back. One thread. */
void seep_pairs_move(struct seep_pairs *pairs, int64_t days);

#endif
