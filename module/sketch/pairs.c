/* SPDX-License-Identifier: BSD-3-Clause */
/* Levels of pairs: a set-associative table, one word a pair. */
#include "sketch/pairs.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/bits.h"
#include "seep_rr.h"

#define WAYS 8

/* A word: 20 bits of the key, 8 of the day, 8 of the last name, 2 of each of its last two types, 4
 * of the step, 20 of the level; 0 is empty. */
#define LEVEL_BITS 20
#define LEVEL_MOST ((UINT64_C(1) << LEVEL_BITS) - 1)
#define STEP_SHIFT LEVEL_BITS
#define TYPE_SHIFT (STEP_SHIFT + 4)
#define TYPE_BITS  2
#define NAME_SHIFT (TYPE_SHIFT + 2 * TYPE_BITS)
#define NAME_BITS  8
#define DAY_SHIFT  (NAME_SHIFT + NAME_BITS)
#define DAYS       256
#define TAG_SHIFT  (DAY_SHIFT + 8)

/* After so many days nothing is left of a level. */
#define DRAINED_DAYS (LEVEL_BITS / 2)
/* In so many days a step fades by one: at midnight of each day whose number they divide. */
#define FADE_DAYS    4
/* While nothing is sent it fades by so many at most, a quarter of the amount: four times the habit,
 * which everybody may send, is what it was. So nobody is cut off who comes back from holidays. */
#define FADE_MOST    2

struct seep_pairs {
	_Atomic uint64_t *words;
	size_t sets;
};

/* A word's parts. */
struct parts {
	uint64_t tag;
	unsigned day;
	unsigned name;
	unsigned type, before;
	unsigned step;
	uint64_t level;
};

static struct parts parts_of(uint64_t word)
{
	return (struct parts){ .tag = word >> TAG_SHIFT,
			       .day = word >> DAY_SHIFT & (DAYS - 1),
			       .name = word >> NAME_SHIFT & ((1u << NAME_BITS) - 1),
			       .type = word >> TYPE_SHIFT & ((1u << TYPE_BITS) - 1),
			       .before = word >> (TYPE_SHIFT + TYPE_BITS) & ((1u << TYPE_BITS) - 1),
			       .step = word >> STEP_SHIFT & SEEP_PAIRS_STEPS,
			       .level = word & LEVEL_MOST };
}

static uint64_t word_of(struct parts parts)
{
	return parts.tag << TAG_SHIFT | (uint64_t)parts.day << DAY_SHIFT |
	       (uint64_t)parts.name << NAME_SHIFT |
	       (uint64_t)parts.before << (TYPE_SHIFT + TYPE_BITS) |
	       (uint64_t)parts.type << TYPE_SHIFT | (uint64_t)parts.step << STEP_SHIFT |
	       parts.level;
}

static unsigned day_of(uint64_t now_s)
{
	return (unsigned)(now_s / 86400 % DAYS);
}

/* Never 0, so that no word in use is. */
static uint64_t tag_of(uint64_t key)
{
	return (key & ((UINT64_C(1) << (64 - TAG_SHIFT)) - 1)) | 1;
}

struct seep_pairs *seep_pairs_create(void *memory, size_t bytes)
{
	size_t sets = bytes / (WAYS * sizeof(uint64_t));
	struct seep_pairs *pairs = sets ? calloc(1, sizeof(*pairs)) : NULL;

	if (!pairs)
		return NULL;
	pairs->words = memory;
	pairs->sets = sets;
	return pairs;
}

void seep_pairs_destroy(struct seep_pairs *pairs)
{
	free(pairs);
}

static _Atomic uint64_t *set_of(const struct seep_pairs *pairs, uint64_t key)
{
	return pairs->words + ((key >> 32) * pairs->sets >> 32) * WAYS;
}

void seep_pairs_prefetch(const struct seep_pairs *pairs, uint64_t key)
{
	__builtin_prefetch((const void *)set_of(pairs, key));
}

static uint64_t read_word(_Atomic uint64_t *at)
{
	return atomic_load(at);
}

/* The days from then to now; a clock that was set back, by two months at most: none. */
static unsigned days_since(unsigned then, unsigned now)
{
	unsigned days = (now - then) % DAYS;

	return days < DAYS - 64 ? days : 0;
}

/* What is left of the step on DAY: who is counted stays so. */
static unsigned faded(const struct parts *parts, unsigned day)
{
	unsigned steps = (parts->day % FADE_DAYS + days_since(parts->day, day)) / FADE_DAYS;

	if (steps > FADE_MOST)
		steps = FADE_MOST;
	return parts->step > steps ? parts->step - steps : parts->step > 0;
}

/* PARTS as they have drained by DAY. */
static struct parts drained(struct parts parts, unsigned day)
{
	unsigned days = days_since(parts.day, day);

	if (!days)
		return parts;
	parts.level = days < DRAINED_DAYS ? parts.level >> 2 * days : 0;
	parts.step = faded(&parts, day);
	parts.day = day;
	return parts;
}

static _Atomic uint64_t *find_word(const struct seep_pairs *pairs, uint64_t key)
{
	_Atomic uint64_t *set = set_of(pairs, key);

	for (int way = 0; way < WAYS; way++)
		if (read_word(&set[way]) >> TAG_SHIFT == tag_of(key))
			return &set[way];
	return NULL;
}

/* Which of two words is missed less on DAY. */
static const uint64_t *missed_less(const uint64_t *a, const uint64_t *b, unsigned day)
{
	struct parts parts_a = parts_of(*a), parts_b = parts_of(*b);
	unsigned days_a = days_since(parts_a.day, day), days_b = days_since(parts_b.day, day);

	if (!*a || !*b)
		return *a ? b : a;
	if (days_a != days_b)
		return days_a > days_b ? a : b;
	return parts_a.level <= parts_b.level ? a : b;
}

/* The place in the set that KEY may have. */
static _Atomic uint64_t *victim_word(const struct seep_pairs *pairs, uint64_t key, unsigned day)
{
	_Atomic uint64_t *set = set_of(pairs, key);
	uint64_t words[WAYS];
	const uint64_t *victim = &words[0];

	for (int way = 0; way < WAYS; way++) {
		words[way] = read_word(&set[way]);
		victim = missed_less(victim, &words[way], day);
	}
	return &set[victim - words];
}

struct seep_pair seep_pairs_find(const struct seep_pairs *pairs, uint64_t key, uint64_t now_s)
{
	_Atomic uint64_t *at = find_word(pairs, key);
	struct parts was, parts;

	if (!at)
		return (struct seep_pair){ 0 };
	was = parts_of(read_word(at));
	parts = drained(was, day_of(now_s));
	return (struct seep_pair){ .level_mbit = parts.level * SEEP_BIT_MBIT,
				   .last = parts.name,
				   .before = parts.before,
				   .counted = was.step,
				   .faded = parts.step };
}

/* A change of a level, in steps; rounded against the user. */
static uint64_t steps_of(uint64_t mbit)
{
	return mbit / SEEP_BIT_MBIT + (mbit % SEEP_BIT_MBIT > 0);
}

/* Does the word at AT belong to KEY? *WORD is it. */
static bool is_there(_Atomic uint64_t *at, uint64_t key, uint64_t *word)
{
	if (!at)
		return false;
	*word = read_word(at);
	return *word >> TAG_SHIFT == tag_of(key);
}

static bool exchange(_Atomic uint64_t *at, uint64_t *was, struct parts parts)
{
	return atomic_compare_exchange_weak(at, was, word_of(parts));
}

/* Adds STEPS to the level. Returns whether a place was made for the pair. */
static bool add(struct seep_pairs *pairs, uint64_t key, uint64_t steps, unsigned day)
{
	_Atomic uint64_t *at = find_word(pairs, key);
	struct parts parts;
	bool is_new;
	uint64_t was;

	if (!at)
		at = victim_word(pairs, key, day);
	was = read_word(at);
	do {
		parts = drained(parts_of(was), day);
		is_new = parts.tag != tag_of(key);
		if (is_new)
			parts = (struct parts){ .tag = tag_of(key), .day = day };
		parts.level = steps < LEVEL_MOST - parts.level ? parts.level + steps : LEVEL_MOST;
	} while (!exchange(at, &was, parts));
	return is_new;
}

/* Empties the place AT if it is the pair's. Returns the level that was there. */
static uint64_t take(_Atomic uint64_t *at, uint64_t key, unsigned day)
{
	uint64_t was;

	while (is_there(at, key, &was))
		if (atomic_compare_exchange_weak_explicit(at, &was, 0, memory_order_relaxed,
							  memory_order_relaxed))
			return drained(parts_of(was), day).level;
	return 0;
}

/*
 * Threads that make places for one pair at once may make several, of which only the first is found.
 * So each looks again, after its own is there, and puts what later ones hold into the first. All
 * reads and exchanges are in one order: one of two threads sees the other's place.
 */
static bool join(struct seep_pairs *pairs, uint64_t key, unsigned day)
{
	_Atomic uint64_t *end = set_of(pairs, key) + WAYS;
	_Atomic uint64_t *at;
	uint64_t steps = 0;

	at = find_word(pairs, key);
	while (at && ++at < end)
		steps += take(at, key, day);
	return steps && add(pairs, key, steps, day);
}

void seep_pairs_raise(struct seep_pairs *pairs, uint64_t key, uint64_t mbit, uint64_t now_s)
{
	unsigned day = day_of(now_s);

	if (add(pairs, key, steps_of(mbit), day))
		while (join(pairs, key, day))
			;
}

void seep_pairs_lower(struct seep_pairs *pairs, uint64_t key, uint64_t mbit)
{
	_Atomic uint64_t *at = find_word(pairs, key);
	uint64_t steps = steps_of(mbit);
	struct parts parts;
	uint64_t was;

	while (is_there(at, key, &was)) {
		parts = parts_of(was);
		parts.level = parts.level > steps ? parts.level - steps : 0;
		if (exchange(at, &was, parts))
			return;
	}
}

unsigned seep_pairs_name(uint64_t name_key)
{
	return (unsigned)(name_key >> 8 & ((1u << NAME_BITS) - 1)) | 1;
}

unsigned seep_pairs_type(uint16_t type)
{
	switch (type) {
	case SEEP_TYPE_A:
		return 1;
	case SEEP_TYPE_AAAA:
		return 2;
	case SEEP_TYPE_HTTPS:
		return 3;
	default:
		return 0;
	}
}

void seep_pairs_note(struct seep_pairs *pairs, uint64_t key, struct seep_pair_sending sending,
		     unsigned step, uint64_t now_s)
{
	_Atomic uint64_t *at = find_word(pairs, key);
	struct parts parts;
	uint64_t was;

	while (is_there(at, key, &was)) {
		parts = drained(parts_of(was), day_of(now_s));
		parts.step = step;
		parts.before = sending.name == parts.name ? parts.type : 0;
		parts.name = sending.name;
		parts.type = sending.type;
		if (word_of(parts) == was || exchange(at, &was, parts))
			return;
	}
}

struct seep_lines seep_pairs_lines(const struct seep_pairs *pairs)
{
	return (struct seep_lines){ .words = pairs->words, .count = pairs->sets };
}

/* Puts a word into a set, over the one that is missed least if that is missed less. */
static void put(struct seep_pairs *pairs, uint64_t set, uint64_t word)
{
	unsigned day = parts_of(word).day;
	_Atomic uint64_t *at = pairs->words + set * WAYS;
	uint64_t least;

	for (int way = 1; way < WAYS; way++) {
		uint64_t there = read_word(&pairs->words[set * WAYS + (unsigned)way]);

		least = read_word(at);
		if (missed_less(&least, &there, day) == &there)
			at = &pairs->words[set * WAYS + (unsigned)way];
	}
	least = read_word(at);
	if (missed_less(&least, &word, day) == &least)
		atomic_store_explicit(at, word, memory_order_relaxed);
}

void seep_pairs_restore_line(struct seep_pairs *pairs, uint64_t from, uint64_t line,
			     const uint64_t *words)
{
	uint64_t last;
	uint64_t first = seep_lines_place(line, from, pairs->sets, &last);

	for (int way = 0; way < WAYS; way++)
		for (uint64_t set = first; set <= last && set < pairs->sets; set++)
			if (parts_of(words[way]).tag)
				put(pairs, set, words[way]);
}

void seep_pairs_move(struct seep_pairs *pairs, int64_t days)
{
	for (size_t at = 0; at < pairs->sets * WAYS; at++) {
		struct parts parts = parts_of(read_word(&pairs->words[at]));

		parts.day = (unsigned)(parts.day + (uint64_t)days) % DAYS;
		if (parts.tag)
			atomic_store_explicit(&pairs->words[at], word_of(parts),
					      memory_order_relaxed);
	}
}
