/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs a user to send a name again: an adaptive code over what this
 * user sends to places that few use.
 *
 * A tunnel that has made its names known can go on talking by the order in
 * which it repeats them (a codebook, with TTL 0).  A Krichevsky-Trofimov
 * estimator says how likely each of the user's sendings was, from those before:
 * first whether it is a novel name or a known one, then, if known, which of 64
 * bins its hash falls into, and which of the user's names in the bin.  A name that is polled for ever soon costs nearly
 * nothing; a choice among N names in no order costs log2(N) bits each time.
 *
 * Krichevsky, Trofimov: The performance of universal encoding (1981).
 * Memory: 264 bytes, all zero to begin with.  Threads: the user's lock.
 */
#ifndef SEEP_REPEAT_H
#define SEEP_REPEAT_H

#include <stdint.h>

#define SEEP_REPEAT_BINS 64

struct seep_repeat {
	uint16_t novel; /* sendings of either kind, lately */
	uint16_t known;
	uint16_t total; /* in the bins */
	uint16_t reserved;
	uint16_t bins[SEEP_REPEAT_BINS];
	uint16_t names[SEEP_REPEAT_BINS]; /* novel names ever, in each bin */
};

/* The cost of saying "a novel name" or "a known one", thousandths of a bit. */
uint64_t seep_repeat_novel_mbit(const struct seep_repeat *repeat);
uint64_t seep_repeat_known_mbit(const struct seep_repeat *repeat);

/* The cost of choosing the known name with this hash, of about NAMES that the
 * user has sent, others' among them. */
uint64_t seep_repeat_choice_mbit(const struct seep_repeat *repeat, uint64_t hash, uint64_t names);

/* Learns what was sent: a novel name, or a known one, and its hash. */
void seep_repeat_novel(struct seep_repeat *repeat, uint64_t hash);
void seep_repeat_known(struct seep_repeat *repeat, uint64_t hash);

#endif
