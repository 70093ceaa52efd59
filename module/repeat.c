/* SPDX-License-Identifier: BSD-3-Clause */
/* An adaptive code over one user's sendings. */
#include "repeat.h"

#include "bits.h"

/* The counts are halved when they get here: what a user did a few thousand
 * sendings ago says little of what comes next. */
#define COUNT_MOST 4096

/* What each symbol begins with, so that none is impossible: the two kinds half
 * a count (KT); the bins one together, for most users need few of them. */
#define KIND_PRIOR 0.5
#define BIN_PRIOR  (1.0 / SEEP_REPEAT_BINS)

uint64_t seep_repeat_novel_mbit(const struct seep_repeat *repeat)
{
	return seep_bits_of_odds(repeat->novel + repeat->known + 2 * KIND_PRIOR,
				 repeat->novel + KIND_PRIOR);
}

uint64_t seep_repeat_known_mbit(const struct seep_repeat *repeat)
{
	return seep_bits_of_odds(repeat->novel + repeat->known + 2 * KIND_PRIOR,
				 repeat->known + KIND_PRIOR);
}

uint64_t seep_repeat_choice_mbit(const struct seep_repeat *repeat, uint64_t hash, uint64_t names)
{
	unsigned bin = hash % SEEP_REPEAT_BINS;
	double in_bin = names > SEEP_REPEAT_BINS ? (double)names / SEEP_REPEAT_BINS : 1;

	/* Chance puts more names into some bins than into others. */
	if (in_bin < repeat->names[bin])
		in_bin = repeat->names[bin];
	return seep_bits_of_odds((repeat->total + 1.0) * in_bin, repeat->bins[bin] + BIN_PRIOR);
}

static void learn_kind(struct seep_repeat *repeat, uint16_t *kind)
{
	++*kind;
	if (repeat->novel + repeat->known < COUNT_MOST)
		return;
	repeat->novel /= 2;
	repeat->known /= 2;
}

static void learn_bin(struct seep_repeat *repeat, uint64_t hash)
{
	repeat->bins[hash % SEEP_REPEAT_BINS]++;
	if (++repeat->total < COUNT_MOST)
		return;
	repeat->total = 0;
	for (int i = 0; i < SEEP_REPEAT_BINS; i++)
		repeat->total += repeat->bins[i] /= 2;
}

void seep_repeat_novel(struct seep_repeat *repeat, uint64_t hash)
{
	uint16_t *names = &repeat->names[hash % SEEP_REPEAT_BINS];

	learn_kind(repeat, &repeat->novel);
	learn_bin(repeat, hash);
	if (*names < UINT16_MAX)
		++*names;
}

void seep_repeat_known(struct seep_repeat *repeat, uint64_t hash)
{
	learn_kind(repeat, &repeat->known);
	learn_bin(repeat, hash);
}
