/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts distinct items in a few dozen bytes: HyperLogLog registers (Flajolet et al. 2007) with the
 * martingale or HIP estimator (Cohen 2015; Ting 2014).
 *
 * Memory: the caller's, SEEP_SKETCH_BYTES(m) for M registers, M a power of two from 16 to 256, all
 * zero to begin with.
 * Error: relative standard error 0.833/sqrt(m), unbiased: 10.4 % at 64 registers, 14.7 % at 32; the
 * first few items are counted almost exactly.
 * Threads: one writer at a time, the caller's lock. The items' hashes must be keyed (hash.h), else
 * a client could pick names that count for nothing.
 */
#ifndef SEEP_SKETCH_H
#define SEEP_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

struct seep_sketch_sum {
	double count;    /* estimate of the distinct items so far */
	double unlikely; /* 1 - p, p as in sketch.c; so all-zero bytes are the empty sketch */
};

#define SEEP_SKETCH_BYTES(m) (sizeof(struct seep_sketch_sum) + (m))

/*
 * Adds the item with this HASH. Returns whether a register rose, which a repeated item never makes
 * it do. REGISTERS has 2^BITS bytes, BITS 4 to 8.
 */
bool seep_sketch_add(struct seep_sketch_sum *sum, uint8_t *registers, unsigned bits, uint64_t hash);

/*
 * The first few items, exactly: a sketch may miss one of the first five in four runs of ten at 32
 * registers, and whether a domain has two users or three matters. All zero is empty; 16 bits of a
 * keyed hash stand for an item.
 */
#define SEEP_SKETCH_FEW 8

struct seep_sketch_few {
	uint16_t tags[SEEP_SKETCH_FEW];
};

/* Adds the item with this HASH. Returns false if it is there, or there is no room. */
bool seep_sketch_add_few(struct seep_sketch_few *few, uint64_t hash);

/* Is it one of the few? */
bool seep_sketch_has_few(const struct seep_sketch_few *few, uint64_t hash);

/* Returns the count: exact until FEW is full, then the estimate. */
uint64_t seep_sketch_count_few(const struct seep_sketch_few *few,
			       const struct seep_sketch_sum *sum);

/* Returns the estimate, rounded to a whole number of items. */
uint64_t seep_sketch_count(const struct seep_sketch_sum *sum);

/* Makes what was saved, whatever bytes it was, a sketch. BITS is at least 3. */
void seep_sketch_mend(struct seep_sketch_sum *sum, uint8_t *registers, unsigned bits);

#endif
