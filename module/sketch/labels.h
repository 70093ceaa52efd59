/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The labels that this organisation's domains share (www, mail, api...), and each one's share of
 * all uses: a label in common use is cheap to name.
 *
 * A use is one domain's first name with that label, so a label counts once for each domain. Shares
 * sum to one: with cost -log2(share) it is a code (Kraft). The table begins with the uses of a few
 * dozen labels that are common everywhere, so that `www` is not spelled out on the first day.
 * labels.c has the method, its source and a worked example.
 *
 * Memory: the caller's block, fixed. A full set of eight makes room: the least used label there
 * loses one use, and its place when it has none left.
 * Units: costs in thousandths of a bit, rounded up; uses up to 2^24 - 1, where a label's stay.
 * Threads: any, without locks; a race may lose a use.
 */
#ifndef SEEP_LABELS_H
#define SEEP_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/lines.h"

struct seep_labels;

/* What a label costs that is not in the table. */
#define SEEP_LABELS_UNKNOWN UINT64_MAX

/*
 * Returns a table in BYTES of zeroed, cache-line aligned MEMORY, which the caller owns and keeps.
 * KEY is the one that labels are hashed by. NULL if there is no room for one set, or no memory.
 */
struct seep_labels *seep_labels_create(void *memory, size_t bytes, const struct seep_hash_key *key);

/* Frees the table but for its block. NULL is ignored. */
void seep_labels_destroy(struct seep_labels *labels);

/* Begins to fetch what the label with this keyed HASH costs. */
void seep_labels_prefetch(const struct seep_labels *labels, uint64_t hash);

/* Returns -log2 of the share of the label with this keyed HASH, or SEEP_LABELS_UNKNOWN. */
uint64_t seep_labels_cost(const struct seep_labels *labels, uint64_t hash);

/* Learns that one more domain uses the label with this keyed HASH. */
void seep_labels_learn(struct seep_labels *labels, uint64_t hash);

/* For the state file. */

/* Returns the table's lines, which are the table's own and change while it is used. */
struct seep_lines seep_labels_lines(const struct seep_labels *labels);

/*
 * Before any other use: empties the table, then puts in each LINE of WORDS that was saved, of a
 * table of FROM lines. In a larger table a label may then stand several times, each with all its
 * uses: shares still sum to less than one.
 */
void seep_labels_restore(struct seep_labels *labels);
void seep_labels_restore_line(struct seep_labels *labels, uint64_t from, uint64_t line,
			      const uint64_t *words);

#endif
