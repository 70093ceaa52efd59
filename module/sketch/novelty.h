/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Remembers which names have been sent within `memory`: a blocked Bloom filter (Putze, Sanders,
 * Singler 2007) in four generations. It answers one bit a name, known or novel. When a new
 * generation begins, the oldest one is forgotten.
 *
 * Three generation periods are `memory`. A name that was learned stays known for three to four of
 * them, or for less if a generation fills up earlier. A clock that is set back (by more than
 * SEEP_BUCKET_STEP_S) forgets nothing: the period of the newest generation starts again from there.
 *
 * False positives (a novel name taken for known, and so not charged): below 1 % with all four
 * generations full to their capacity of one name to 16 bits. The key being secret, nobody can tell
 * beforehand which names those are; but a client that may try many names for nothing finds some
 * (seep_novelty_knows_own).
 * Memory: the caller's block, and two bytes for each four lines of it.
 * Time: a call looks at the lines of one place, four, or eight as an owner's name; a new generation
 * costs no call more, for what it forgets is cleared at each place when a name is learned there.
 * Threads: any. What turned at a place is cleared under a lock, once, four lines at most; all else
 * is without locks. A race may lose nothing but a count.
 */
#ifndef SEEP_NOVELTY_H
#define SEEP_NOVELTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lines.h"

/* A memory of a whole number of lines in each. */
#define SEEP_NOVELTY_GENERATIONS 4

struct seep_novelty;

/*
 * Returns a memory in BYTES of zeroed, cache-line aligned MEMORY, which the caller owns and keeps.
 * It remembers for MEMORY_S seconds and begins at NOW_S. NULL if BYTES is less than 4 * 64, or
 * without memory.
 */
struct seep_novelty *seep_novelty_create(void *memory, size_t bytes, uint64_t memory_s,
					 uint64_t now_s);

/* Frees NOVELTY but for its block. NULL is ignored. */
void seep_novelty_destroy(struct seep_novelty *novelty);

/* Begins to fetch what is needed to know or learn the name of this keyed HASH. */
void seep_novelty_prefetch(const struct seep_novelty *novelty, uint64_t hash);

/* Returns whether the name of this keyed HASH is known. */
bool seep_novelty_knows(const struct seep_novelty *novelty, uint64_t hash);

/*
 * Learns the name at NOW_S, and begins a new generation when it is time. A name known from an older
 * generation is carried into the newest.
 */
void seep_novelty_learn(struct seep_novelty *novelty, uint64_t hash, uint64_t now_s);

/*
 * The same for a name as OWNER's, one who sent it. A name that must be known both ways is taken for
 * known wrongly less than once in ten million times, also with all generations full. It is for
 * where guessing costs nothing.
 */
bool seep_novelty_knows_own(const struct seep_novelty *novelty, uint64_t hash, uint64_t owner);
/* Begins to fetch what is needed to learn it. */
void seep_novelty_prefetch_own(const struct seep_novelty *novelty, uint64_t hash, uint64_t owner);
void seep_novelty_learn_own(struct seep_novelty *novelty, uint64_t hash, uint64_t owner,
			    uint64_t now_s);

/* Returns the names learned in the newest generation, of a large one about, and how many fit in
 * one. */
uint64_t seep_novelty_names(const struct seep_novelty *novelty);
uint64_t seep_novelty_capacity(const struct seep_novelty *novelty);
/* The same of a memory in BYTES. */
uint64_t seep_novelty_places(size_t bytes);

/* For the state file. */

/* The memory's state beside its bits. */
struct seep_novelty_stand {
	uint64_t began_s; /* the newest generation */
	uint64_t names;   /* in it */
	uint32_t newest;
};

/* Returns the memory's lines, which are the novelty memory's own and change while it is used. */
struct seep_lines seep_novelty_lines(const struct seep_novelty *novelty);

/*
 * From save_begin to save_end no generation begins. save_begin clears all that was forgotten, in
 * the caller's time (some 25 ms for a GiB): the lines then hold nothing else but what is known.
 */
struct seep_novelty_stand seep_novelty_save_begin(struct seep_novelty *novelty);
void seep_novelty_save_end(struct seep_novelty *novelty);

/*
 * Before any other use: puts back what was saved, first STAND, then each LINE of WORDS, of a memory
 * of FROM lines. That may be another size than this one's: no name is forgotten for it. At the end,
 * generations that are fuller than one can get are forgotten, for they would take most novel names
 * for known. Returns how many.
 */
void seep_novelty_restore(struct seep_novelty *novelty, const struct seep_novelty_stand *stand);
void seep_novelty_restore_line(struct seep_novelty *novelty, uint64_t from, uint64_t line,
			       const uint64_t *words);
unsigned seep_novelty_restore_end(struct seep_novelty *novelty);

/*
 * Notes from now on what is learned, up to PLACES hashes (a power of two) until they are taken.
 * Called before there are other threads. Returns false without memory.
 */
bool seep_novelty_note(struct seep_novelty *novelty, size_t places);

/* Takes up to ROOM HASHES that were learned. One thread calls it. */
size_t seep_novelty_take(struct seep_novelty *novelty, uint64_t *hashes, size_t room);

/* Returns how many hashes were lost because there was no place to note them. */
uint64_t seep_novelty_lost(const struct seep_novelty *novelty);

#endif
