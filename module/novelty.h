/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Remembers which names have been sent within `memory`: four generations of
 * a blocked Bloom filter (Putze, Sanders, Singler 2007), one bit of truth a
 * name, the oldest generation forgotten when a new one begins.
 *
 * A name learned stays known for at least three generation periods, which
 * together are `memory`, and for at most four; never is a known name
 * forgotten before that, unless a generation fills up earlier.
 * False positives (a novel name taken for known, and so not charged): below
 * 1 % with all four generations full to their capacity of one name to 16
 * bits; the key being secret, nobody can tell which names those are.
 * Memory: the caller's block.  Threads: any, without locks; a race may lose
 * nothing but a count.
 */
#ifndef SEEP_NOVELTY_H
#define SEEP_NOVELTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seep_novelty;

/*
 * A memory in BYTES of zeroed, cache-line aligned MEMORY that the caller owns
 * and keeps, remembering for MEMORY_S seconds, begun at NOW_S.  NULL if too
 * small (4 * 64 bytes) or without memory.
 */
struct seep_novelty *seep_novelty_create(void *memory, size_t bytes, uint64_t memory_s,
					 uint64_t now_s);
void seep_novelty_destroy(struct seep_novelty *novelty);

/* Begins to fetch what is needed to know or learn the name. */
void seep_novelty_prefetch(const struct seep_novelty *novelty, uint64_t hash);

/* Is the name of this keyed HASH known? */
bool seep_novelty_knows(const struct seep_novelty *novelty, uint64_t hash);

/*
 * Learns the name at NOW_S; begins a new generation when it is time.  A name
 * known from an older generation is carried into the newest.
 */
void seep_novelty_learn(struct seep_novelty *novelty, uint64_t hash, uint64_t now_s);

/* Names learned in the newest generation, and how many fit in one. */
uint64_t seep_novelty_names(const struct seep_novelty *novelty);
uint64_t seep_novelty_capacity(const struct seep_novelty *novelty);

#endif
