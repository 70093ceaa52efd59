/* SPDX-License-Identifier: BSD-3-Clause */
/* An adaptive code over one user's sendings. */
#include "sketch/repeat.h"

#include <string.h>

#include "base/bits.h"

/* The counts are halved when they get here: what a user did a few thousand
 * sendings ago says little of what comes next. */
#define COUNT_MOST 4096

/* What each symbol begins with, so that none is impossible: the kinds half a
 * count (KT), ranks and types less, for one or two of them take nearly all;
 * the bins one together, for most users need few of them. */
#define KIND_PRIOR  0.5
#define KINDS_PRIOR 1.5
#define RANK_PRIOR  0.125
#define TYPE_PRIOR  0.125
#define BIN_PRIOR   (1.0 / SEEP_REPEAT_BINS)

static uint64_t estimate_mbit(const uint16_t *counts, unsigned size, unsigned symbol, double prior)
{
	double all = prior * size;

	for (unsigned i = 0; i < size; i++)
		all += counts[i];
	return seep_bits_of_odds(all, counts[symbol] + prior);
}

static void count(uint16_t *counts, unsigned size, unsigned symbol)
{
	if (++counts[symbol] < COUNT_MOST)
		return;
	for (unsigned i = 0; i < size; i++)
		counts[i] /= 2;
}

/* A type's place among the commonest, which are here in this order. */
static unsigned class_of(uint16_t type)
{
	static const uint16_t common[SEEP_REPEAT_TYPES - 1] = { 1, 28, 65, 12, 16, 15, 33 };
	unsigned class = 0;

	while (class < SEEP_REPEAT_TYPES - 1 && common[class] != type)
		class ++;
	return class;
}

/* The name's place among the last few; SEEP_REPEAT_LAST if it has none. */
static unsigned rank_of(const struct seep_repeat *repeat, uint64_t name)
{
	unsigned rank = 0;

	while (rank < SEEP_REPEAT_LAST && repeat->last[rank] != (uint32_t)name)
		rank++;
	return rank;
}

enum seep_repeat_kind seep_repeat_kind_of(const struct seep_repeat *repeat,
					  const struct seep_sending *sending)
{
	if (sending->is_novel)
		return SEEP_REPEAT_NOVEL;
	return rank_of(repeat, sending->name) < SEEP_REPEAT_LAST ? SEEP_REPEAT_AGAIN
								 : SEEP_REPEAT_KNOWN;
}

/*
 * After this kind and type, mixed with what comes after any: a habit that is
 * interrupted for once is not forgotten.
 */
uint64_t seep_repeat_kind_mbit(const struct seep_repeat *repeat, enum seep_repeat_kind kind)
{
	const uint16_t *after = repeat->kinds[repeat->kind][repeat->last_types[0]];
	double all = KINDS_PRIOR, any = 0, of_kind = 0;

	for (unsigned i = 0; i < SEEP_REPEAT_KINDS; i++) {
		all += after[i];
		any += repeat->any_kinds[i] + KIND_PRIOR;
		of_kind += i == kind ? repeat->any_kinds[i] + KIND_PRIOR : 0;
	}
	return seep_bits_of_odds(all, after[kind] + KINDS_PRIOR * of_kind / any);
}

/* Which of about NAMES names. */
static uint64_t choice_mbit(const struct seep_repeat *repeat, uint64_t hash, uint64_t names)
{
	unsigned bin = hash % SEEP_REPEAT_BINS;
	double in_bin = names > SEEP_REPEAT_BINS ? (double)names / SEEP_REPEAT_BINS : 1;

	/* Chance puts more names into some bins than into others. */
	if (in_bin < repeat->names[bin])
		in_bin = repeat->names[bin];
	return seep_bits_of_odds((repeat->total + 1.0) * in_bin, repeat->bins[bin] + BIN_PRIOR);
}

/* The type's cost by these counts, beside TYPE_MBIT if it is none of the commonest. */
static uint64_t type_cost(const uint16_t *types, unsigned class, uint64_t type_mbit)
{
	uint64_t mbit = estimate_mbit(types, SEEP_REPEAT_TYPES, class, TYPE_PRIOR);

	return class == SEEP_REPEAT_TYPES - 1 ? mbit + type_mbit : mbit;
}

uint64_t seep_repeat_mbit(const struct seep_repeat *repeat, const struct seep_sending *sending,
			  uint64_t names, uint64_t type_mbit)
{
	unsigned rank = rank_of(repeat, sending->name), class = class_of(sending->type);
	uint64_t known_mbit = seep_repeat_kind_mbit(repeat, SEEP_REPEAT_KNOWN) +
			      choice_mbit(repeat, sending->name, names) +
			      type_cost(repeat->first_types, class, type_mbit);
	uint64_t again_mbit;

	if (rank == SEEP_REPEAT_LAST)
		return known_mbit;
	/* It may be told either way. */
	again_mbit = seep_repeat_kind_mbit(repeat, SEEP_REPEAT_AGAIN) +
		     estimate_mbit(repeat->ranks, SEEP_REPEAT_LAST, rank, RANK_PRIOR) +
		     type_cost(repeat->types[repeat->last_types[rank]], class, type_mbit);
	return again_mbit < known_mbit ? again_mbit : known_mbit;
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

/* Moves the name to the front of the last few. */
static void keep_last(struct seep_repeat *repeat, uint64_t name, unsigned class)
{
	unsigned rank = rank_of(repeat, name);

	if (rank == SEEP_REPEAT_LAST)
		rank--;
	memmove(repeat->last + 1, repeat->last, rank * sizeof(repeat->last[0]));
	memmove(repeat->last_types + 1, repeat->last_types, rank);
	repeat->last[0] = (uint32_t)name;
	repeat->last_types[0] =
		(uint8_t)(class < SEEP_REPEAT_BEFORE ? class : SEEP_REPEAT_BEFORE - 1);
}

void seep_repeat_learn(struct seep_repeat *repeat, const struct seep_sending *sending)
{
	enum seep_repeat_kind kind = seep_repeat_kind_of(repeat, sending);
	unsigned rank = rank_of(repeat, sending->name), class = class_of(sending->type);
	uint16_t *names = &repeat->names[sending->name % SEEP_REPEAT_BINS];

	count(repeat->kinds[repeat->kind][repeat->last_types[0]], SEEP_REPEAT_KINDS, kind);
	count(repeat->any_kinds, SEEP_REPEAT_KINDS, kind);
	repeat->kind = (uint8_t)kind;
	learn_bin(repeat, sending->name);
	if (kind == SEEP_REPEAT_AGAIN) {
		count(repeat->ranks, SEEP_REPEAT_LAST, rank);
		count(repeat->types[repeat->last_types[rank]], SEEP_REPEAT_TYPES, class);
	} else {
		count(repeat->first_types, SEEP_REPEAT_TYPES, class);
	}
	if (kind == SEEP_REPEAT_NOVEL && *names < UINT16_MAX)
		++*names;
	keep_last(repeat, sending->name, class);
}

/* Is each of the counts one that learning can have reached? */
static bool are_counts(const uint16_t *counts, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (counts[i] >= COUNT_MOST)
			return false;
	return true;
}

static bool is_sound(const struct seep_repeat *repeat)
{
	unsigned total = 0;

	for (int i = 0; i < SEEP_REPEAT_BINS; i++)
		total += repeat->bins[i];
	for (int i = 0; i < SEEP_REPEAT_LAST; i++)
		if (repeat->last_types[i] >= SEEP_REPEAT_BEFORE)
			return false;
	return total == repeat->total && total < COUNT_MOST && repeat->kind < SEEP_REPEAT_KINDS &&
	       are_counts(repeat->any_kinds, SEEP_REPEAT_KINDS) &&
	       are_counts(&repeat->kinds[0][0][0], sizeof(repeat->kinds) / sizeof(uint16_t)) &&
	       are_counts(repeat->first_types, SEEP_REPEAT_TYPES) &&
	       are_counts(&repeat->types[0][0], sizeof(repeat->types) / sizeof(uint16_t)) &&
	       are_counts(repeat->ranks, SEEP_REPEAT_LAST);
}

void seep_repeat_mend(struct seep_repeat *repeat)
{
	if (!is_sound(repeat))
		*repeat = (struct seep_repeat){ 0 };
}
