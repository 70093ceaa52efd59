/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts distinct items: HyperLogLog with the martingale estimator.
 *
 * An item's hash gives, from its lowest BITS bits, the register, and from the rest its rank: one
 * more than the number of leading zeros, so that rank r comes with chance 2^-r. A register keeps
 * the highest rank that it saw.
 *
 * The martingale estimator adds 1/p to the count whenever a register rises, p being the chance,
 * just before, that a new item would raise one:
 *     p = (1/m) * sum over registers of 2^-rank      (an empty one gives 1).
 * Each new item adds p * 1/p = 1 in the mean, so the count is unbiased at every size; it needs no
 * correction for small or large counts, but it depends on the order of arrival and two sketches
 * cannot be merged.
 *
 * Example, m = 2: empty, p = 1. An item of rank 1 in register 0: count 1, p = (1/2 + 1)/2 = 3/4.
 * Another, rank 3 in register 1: count 1 + 4/3.
 */
#include "sketch/sketch.h"

#include <math.h>
#include <string.h>

/* 2^-POWER, of at most 64; as bits, for a register rises with every other name. */
static double half_to(unsigned power)
{
	uint64_t bits = (uint64_t)(1023 - power) << 52;
	double half;

	memcpy(&half, &bits, sizeof(half));
	return half;
}

bool seep_sketch_add(struct seep_sketch_sum *sum, uint8_t *registers, unsigned bits, uint64_t hash)
{
	uint8_t *reg = &registers[hash & ((1u << bits) - 1)];
	uint64_t rest = hash >> bits;
	/* The shifted-in zeros on top are not the hash's: count them out. */
	unsigned rank = rest ? (unsigned)__builtin_clzll(rest) - bits + 1 : 64 - bits + 1;

	if (rank <= *reg)
		return false;
	sum->count += 1.0 / (1.0 - sum->unlikely);
	sum->unlikely += (half_to(*reg) - half_to(rank)) * half_to(bits);
	*reg = (uint8_t)rank;
	return true;
}

uint64_t seep_sketch_count(const struct seep_sketch_sum *sum)
{
	return (uint64_t)(sum->count + 0.5);
}

static uint16_t tag_of(uint64_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 48);

	return tag ? tag : 1;
}

bool seep_sketch_has_few(const struct seep_sketch_few *few, uint64_t hash)
{
	for (int i = 0; i < SEEP_SKETCH_FEW; i++)
		if (few->tags[i] == tag_of(hash))
			return true;
	return false;
}

bool seep_sketch_add_few(struct seep_sketch_few *few, uint64_t hash)
{
	uint16_t tag = tag_of(hash);

	for (int i = 0; i < SEEP_SKETCH_FEW; i++) {
		if (few->tags[i] == tag)
			return false;
		if (!few->tags[i]) {
			few->tags[i] = tag;
			return true;
		}
	}
	return false;
}

uint64_t seep_sketch_count_few(const struct seep_sketch_few *few, const struct seep_sketch_sum *sum)
{
	uint64_t exact = 0;
	uint64_t estimate = seep_sketch_count(sum);

	while (exact < SEEP_SKETCH_FEW && few->tags[exact])
		exact++;
	return exact < SEEP_SKETCH_FEW || estimate < exact ? exact : estimate;
}

void seep_sketch_mend(struct seep_sketch_sum *sum, uint8_t *registers, unsigned bits)
{
	/* No sketch sees 2^40 items; and 1/p stays finite. */
	const uint8_t most = 40;
	uint64_t eight;
	uint64_t p = 0; /* in units of 2^-most: exact */

	/* Eight at a time, for most are empty. */
	for (unsigned i = 0; i < 1u << bits; i += sizeof(eight)) {
		memcpy(&eight, &registers[i], sizeof(eight));
		if (!eight) {
			p += (uint64_t)sizeof(eight) << most;
			continue;
		}
		for (unsigned j = i; j < i + sizeof(eight); j++) {
			if (registers[j] > most)
				registers[j] = most;
			p += UINT64_C(1) << (most - registers[j]);
		}
	}
	sum->unlikely = 1.0 - ldexp((double)p, -(int)(most + bits));
	/* Written so that what is no number counts as 0. */
	if (!(sum->count >= 0))
		sum->count = 0;
	if (sum->count > ldexp(1.0, most))
		sum->count = ldexp(1.0, most);
}
