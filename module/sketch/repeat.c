/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An adaptive code over one user's sendings: every choice costs -log2 of the share that counts of
 * the past give it. A count starts at a fraction, its prior, so that nothing is impossible; n
 * symbols with prior a have shares (count + a) / (all counts + n a), which sum to one. That is the
 * estimator of Krichevsky and Trofimov (IEEE Trans. Inf. Theory 27, 1981), whose prior is 1/2.
 *
 * A sending is told in two or three steps, each a code of its own.
 *
 *   kind   novel, known or again. The counts are those after the kind and type before, `after`.
 *          Their prior is 3/2 in all, shared out by the counts of kinds after anything, `any`,
 *          which have KT's prior of 1/2:
 *              share = (after[kind] + 3/2 any'[kind]) / (all of after + 3/2)
 *              any'[kind] = (any[kind] + 1/2) / (all of any + 3/2)
 *          So what is rare in one context falls back to what is usual in all.
 *   known  the bin that the name's hash falls into, with a prior of 1/64; then one of the names in
 *          the bin, all alike, `names` / 64 or those that this user made there if they are more;
 *          then the type's group, with a prior of 1/8.
 *   again  the place in the list of the last few, which moves each name sent to its front
 *          (Bentley, Sleator, Tarjan, Wei: A locally adaptive data compression scheme, 1986), with
 *          a prior of 1/8; then the type's group, counted by the type that this name had last.
 *
 * A novel name's own cost is the caller's (price.c). A name among the last few can be told as known
 * or as again: an encoder would take the shorter code word, so that is what it costs. It is counted
 * as again.
 *
 * Counts are halved when one, or the bins' sum, gets to 4096, as adaptive coders do (Witten, Neal,
 * Cleary: Arithmetic coding for data compression, 1987).
 *
 * Example, from all zero. Each kind has 1/3: 1.585 bits.
 *
 *   1. Novel, type A. The kinds are now 1, 0, 0, in `after` as in `any`: novel has
 *      (1 + 3/2 * 1.5/2.5) / 2.5 = 19/25, known and again 3/25 each, 3.059 bits.
 *   2. The same name and type, the only name there is.
 *      As known: 3.059, the bin 2 / (1 + 1/64) = 0.978, the group 2 / (1 + 1/8) = 0.831: 4.868.
 *      As again: 3.059, the place 1/8 = 3, the group 1/8 = 3: 9.059. It costs 4.868 bits.
 *   3. Once more. Nothing was ever after again and A, so `any` tells, 1, 0, 1: again has 3/7.
 *      As known: 1/7 = 2.808, the bin 3 / (2 + 1/64) = 0.574, the group 0.831: 4.213.
 *      As again: 1.223, place and group 2 / (1 + 1/8) = 0.831 each: 2.885. It costs 2.885 bits.
 */
#include "sketch/repeat.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/bits.h"
#include "seep_rr.h"

/* What a user did a few thousand sendings ago says little of what comes next. */
#define COUNT_MOST 4096

/*
 * Priors. Of kinds it is KT's half. Of the places and the groups one or two take nearly all, so
 * theirs is less, an eighth. That of the bins is one count in all, for most users need few of them.
 */
#define IN_HALVES  2u
#define IN_EIGHTHS 8u

static_assert(sizeof(struct seep_repeat) == 476, "a saved user has it: doc/FORMAT.md");
static_assert(offsetof(struct seep_repeat, last) == 436, "as the header draws it");

/* The cost of one of SIZE symbols, each with a prior of an eighth. */
static uint64_t estimate_mbit(const uint16_t *counts, unsigned size, unsigned symbol)
{
	uint64_t all = size;

	for (unsigned i = 0; i < size; i++)
		all += IN_EIGHTHS * counts[i];
	return seep_bits_of_odds(all, IN_EIGHTHS * counts[symbol] + 1);
}

/* Counts a symbol. */
static void count(uint16_t *counts, unsigned size, unsigned symbol)
{
	if (++counts[symbol] < COUNT_MOST)
		return;
	for (unsigned i = 0; i < size; i++)
		counts[i] /= 2;
}

/* A type's group: one of the commonest, which are here in this order, or all others. */
static unsigned group_of(uint16_t type)
{
	static const uint16_t common[SEEP_REPEAT_TYPES - 1] = { SEEP_TYPE_A,     SEEP_TYPE_AAAA,
								SEEP_TYPE_HTTPS, SEEP_TYPE_PTR,
								SEEP_TYPE_TXT,   SEEP_TYPE_MX,
								SEEP_TYPE_SRV };
	unsigned group = 0;

	while (group < SEEP_REPEAT_TYPES - 1 && common[group] != type)
		group++;
	return group;
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

/* What comes after any kind is mixed in, so a habit that is interrupted once is not forgotten. */
uint64_t seep_repeat_kind_mbit(const struct seep_repeat *repeat, enum seep_repeat_kind kind)
{
	const uint16_t *after = repeat->kinds[repeat->kind][repeat->last_types[0]];
	uint64_t all = SEEP_REPEAT_KINDS, any = SEEP_REPEAT_KINDS; /* in halves, with the prior */
	uint64_t of_kind = IN_HALVES * repeat->any_kinds[kind] + 1;

	for (unsigned i = 0; i < SEEP_REPEAT_KINDS; i++) {
		all += IN_HALVES * after[i];
		any += IN_HALVES * repeat->any_kinds[i];
	}
	return seep_bits_of_odds(all * any,
				 IN_HALVES * after[kind] * any + SEEP_REPEAT_KINDS * of_kind);
}

/* The cost of choosing this name of about NAMES: its bin, and which of the names there. */
static uint64_t choice_mbit(const struct seep_repeat *repeat, uint64_t hash, uint64_t names)
{
	unsigned bin = hash % SEEP_REPEAT_BINS;
	uint64_t own = (uint64_t)SEEP_REPEAT_BINS * repeat->names[bin];

	if (names < SEEP_REPEAT_BINS)
		names = SEEP_REPEAT_BINS;
	/* Chance puts more names into some bins than into others. */
	if (names < own)
		names = own;
	return seep_bits_of_odds((repeat->total + UINT64_C(1)) * names,
				 SEEP_REPEAT_BINS * repeat->bins[bin] + 1u);
}

/* The cost of a type by these counts, and TYPE_MBIT besides if it is none of the commonest. */
static uint64_t type_cost(const uint16_t *types, unsigned group, uint64_t type_mbit)
{
	uint64_t mbit = estimate_mbit(types, SEEP_REPEAT_TYPES, group);

	return group == SEEP_REPEAT_TYPES - 1 ? mbit + type_mbit : mbit;
}

uint64_t seep_repeat_mbit(const struct seep_repeat *repeat, const struct seep_sending *sending,
			  uint64_t names, uint64_t type_mbit)
{
	unsigned rank = rank_of(repeat, sending->name), group = group_of(sending->type);
	uint64_t known_mbit = seep_repeat_kind_mbit(repeat, SEEP_REPEAT_KNOWN) +
			      choice_mbit(repeat, sending->name, names) +
			      type_cost(repeat->first_types, group, type_mbit);
	uint64_t again_mbit;

	if (rank == SEEP_REPEAT_LAST)
		return known_mbit;
	/* It may be told either way; an encoder would take the shorter. */
	again_mbit = seep_repeat_kind_mbit(repeat, SEEP_REPEAT_AGAIN) +
		     estimate_mbit(repeat->ranks, SEEP_REPEAT_LAST, rank) +
		     type_cost(repeat->types[repeat->last_types[rank]], group, type_mbit);
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
static void keep_last(struct seep_repeat *repeat, uint64_t name, unsigned group)
{
	unsigned rank = rank_of(repeat, name);

	if (rank == SEEP_REPEAT_LAST)
		rank--;
	memmove(repeat->last + 1, repeat->last, rank * sizeof(repeat->last[0]));
	memmove(repeat->last_types + 1, repeat->last_types, rank);
	repeat->last[0] = (uint32_t)name;
	repeat->last_types[0] =
		(uint8_t)(group < SEEP_REPEAT_BEFORE ? group : SEEP_REPEAT_BEFORE - 1);
}

void seep_repeat_learn(struct seep_repeat *repeat, const struct seep_sending *sending)
{
	enum seep_repeat_kind kind = seep_repeat_kind_of(repeat, sending);
	unsigned rank = rank_of(repeat, sending->name), group = group_of(sending->type);
	uint16_t *names = &repeat->names[sending->name % SEEP_REPEAT_BINS];

	count(repeat->kinds[repeat->kind][repeat->last_types[0]], SEEP_REPEAT_KINDS, kind);
	count(repeat->any_kinds, SEEP_REPEAT_KINDS, kind);
	repeat->kind = (uint8_t)kind;
	learn_bin(repeat, sending->name);
	if (kind == SEEP_REPEAT_AGAIN) {
		count(repeat->ranks, SEEP_REPEAT_LAST, rank);
		count(repeat->types[repeat->last_types[rank]], SEEP_REPEAT_TYPES, group);
	} else {
		count(repeat->first_types, SEEP_REPEAT_TYPES, group);
	}
	if (kind == SEEP_REPEAT_NOVEL && *names < UINT16_MAX)
		++*names;
	keep_last(repeat, sending->name, group);
}

/* Whether learning can have reached each of the counts. */
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
