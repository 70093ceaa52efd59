/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shares of labels: a set-associative table of counts, one word each.
 *
 * A label's keyed hash picks one of the sets, by its low 32 bits; each set has eight words. A word
 * holds the hash's high 40 bits and, in the low 24, the label's uses; 0 is empty. The table's total
 * is the sum of all uses in it, so share = uses / total, and shares sum to one whatever was
 * evicted. A label costs -log2(share), as in Shannon's code, which Kraft's inequality allows.
 *
 * A set that is full makes room as the algorithm of Misra and Gries does (Finding repeated
 * elements, 1982): a label without a word takes a use away instead of adding one. Theirs takes one
 * from every label; here only the least used of the set loses it, the first of several. One with a
 * single use loses its word to the newcomer. So labels that are used once take turns on one word,
 * and the others of the set keep theirs.
 *
 * Two labels share a word if set and tag agree: of those in one set, one pair in 2^32 or fewer.
 * Both are then as cheap as their uses together.
 *
 * Example, a table of one set. The priors below come in their order. The first eight fill the set;
 * each of the others takes a use or the place of the least. In the end the eight words are
 *     www 60, mail 4, api 6, cdn 4, static 3, support 1, img 2, app 2: total 82.
 * www costs log2(82 / 60) = 0.451 bits, support log2(82 / 1) = 6.358.
 *   x comes        support has one use, so x has its place: x 6.358, support unknown
 *   x comes again  x has 2 uses of 83: x 5.376, www log2(83 / 60) = 0.469
 *   y comes        x, img and app have two; x is the first and loses one: x 6.358, y unknown
 *   y comes again  x has one, so y has its place: y 6.358, x unknown
 */
#include "sketch/labels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

#define WAYS       8
#define COUNT_BITS 24
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)

struct seep_labels {
	_Atomic uint64_t *words;
	size_t sets;
	_Atomic uint64_t total;
};

/*
 * Uses to begin with: out of each hundred first labels, about so many are these on any network.
 * They are few enough to be outvoted within a day or two.
 */
static const struct prior {
	const char *label;
	unsigned uses;
} priors[] = {
	{ "www", 60 },  { "mail", 4 }, { "api", 6 },   { "cdn", 4 },    { "static", 3 },
	{ "m", 2 },     { "img", 2 },  { "app", 2 },   { "images", 2 }, { "assets", 2 },
	{ "ns1", 1 },   { "ns2", 1 },  { "blog", 1 },  { "shop", 1 },   { "login", 1 },
	{ "media", 1 }, { "docs", 1 }, { "smtp", 1 },  { "dev", 1 },    { "web", 1 },
	{ "s", 1 },     { "en", 1 },   { "news", 1 },  { "ads", 1 },    { "secure", 1 },
	{ "auth", 1 },  { "data", 1 }, { "files", 1 }, { "_dmarc", 1 }, { "support", 1 },
};

static _Atomic uint64_t *set_of(const struct seep_labels *labels, uint64_t hash)
{
	return labels->words + ((hash & UINT32_MAX) * labels->sets >> 32) * WAYS;
}

static uint64_t tag_of(uint64_t hash)
{
	return hash & ~COUNT_MASK;
}

struct seep_labels *seep_labels_create(void *memory, size_t bytes, const struct seep_hash_key *key)
{
	size_t sets = bytes / (WAYS * sizeof(uint64_t));
	struct seep_labels *labels = sets ? calloc(1, sizeof(*labels)) : NULL;

	if (!labels)
		return NULL;
	labels->words = memory;
	labels->sets = sets;
	for (size_t i = 0; i < sizeof(priors) / sizeof(priors[0]); i++) {
		uint64_t hash = seep_hash_bytes(key, priors[i].label, strlen(priors[i].label));

		for (unsigned uses = priors[i].uses; uses > 0; uses--)
			seep_labels_learn(labels, hash);
	}
	return labels;
}

void seep_labels_destroy(struct seep_labels *labels)
{
	free(labels);
}

void seep_labels_prefetch(const struct seep_labels *labels, uint64_t hash)
{
	__builtin_prefetch((const void *)set_of(labels, hash));
}

static uint64_t count_of(const struct seep_labels *labels, uint64_t hash)
{
	const _Atomic uint64_t *set = set_of(labels, hash);

	for (int way = 0; way < WAYS; way++) {
		uint64_t word = atomic_load_explicit(&set[way], memory_order_relaxed);

		if (word && tag_of(word) == tag_of(hash))
			return word & COUNT_MASK;
	}
	return 0;
}

uint64_t seep_labels_cost(const struct seep_labels *labels, uint64_t hash)
{
	uint64_t count = count_of(labels, hash);
	uint64_t total = atomic_load_explicit(&labels->total, memory_order_relaxed);

	if (!count)
		return SEEP_LABELS_UNKNOWN;
	return seep_bits_of_odds(total > count ? total : count, count);
}

/* Adds to the count in a word, and to the total with it. */
static void add(struct seep_labels *labels, _Atomic uint64_t *word, int64_t uses)
{
	atomic_fetch_add_explicit(word, (uint64_t)uses, memory_order_relaxed);
	atomic_fetch_add_explicit(&labels->total, (uint64_t)uses, memory_order_relaxed);
}

void seep_labels_learn(struct seep_labels *labels, uint64_t hash)
{
	_Atomic uint64_t *set = set_of(labels, hash);
	_Atomic uint64_t *least = &set[0];
	uint64_t least_word = UINT64_MAX;

	for (int way = 0; way < WAYS; way++) {
		uint64_t word = atomic_load_explicit(&set[way], memory_order_relaxed);

		if (word && tag_of(word) == tag_of(hash)) {
			if ((word & COUNT_MASK) < COUNT_MASK)
				add(labels, &set[way], 1);
			return;
		}
		if (least_word == UINT64_MAX || (word & COUNT_MASK) < (least_word & COUNT_MASK)) {
			least = &set[way];
			least_word = word;
		}
	}
	if ((least_word & COUNT_MASK) > 1) {
		add(labels, least, -1);
		return;
	}
	/* Empty, or used once: the newcomer takes the place. */
	if (atomic_compare_exchange_strong_explicit(least, &least_word, tag_of(hash) | 1,
						    memory_order_relaxed, memory_order_relaxed) &&
	    !least_word)
		atomic_fetch_add_explicit(&labels->total, 1, memory_order_relaxed);
}

/* For the state file. */

struct seep_lines seep_labels_lines(const struct seep_labels *labels)
{
	return (struct seep_lines){ labels->words, labels->sets };
}

void seep_labels_restore(struct seep_labels *labels)
{
	for (size_t i = 0; i < labels->sets * WAYS; i++)
		atomic_store_explicit(&labels->words[i], 0, memory_order_relaxed);
	atomic_store_explicit(&labels->total, 0, memory_order_relaxed);
}

/*
 * Puts WORD into its set: nothing if the label stands there already, else over the least used one
 * if that has fewer uses.
 */
static void put(struct seep_labels *labels, uint64_t set, uint64_t word)
{
	_Atomic uint64_t *words = labels->words + set * WAYS;
	_Atomic uint64_t *least = &words[0];
	uint64_t uses = word & COUNT_MASK, least_uses = UINT64_MAX, total;

	for (int way = 0; way < WAYS; way++) {
		uint64_t there = atomic_load_explicit(&words[way], memory_order_relaxed);

		if (there && tag_of(there) == tag_of(word))
			return;
		if ((there & COUNT_MASK) < least_uses) {
			least = &words[way];
			least_uses = there & COUNT_MASK;
		}
	}
	if (least_uses >= uses)
		return;
	/* Nobody else is there yet. */
	total = atomic_load_explicit(&labels->total, memory_order_relaxed);
	atomic_store_explicit(&labels->total, total + uses - least_uses, memory_order_relaxed);
	atomic_store_explicit(least, word, memory_order_relaxed);
}

void seep_labels_restore_line(struct seep_labels *labels, uint64_t from, uint64_t line,
			      const uint64_t *words)
{
	uint64_t last;
	uint64_t first = seep_lines_place(line, from, labels->sets, &last);

	for (int way = 0; way < WAYS; way++)
		for (uint64_t set = first; set <= last && set < labels->sets; set++)
			if (words[way] & COUNT_MASK)
				put(labels, set, words[way]);
}
