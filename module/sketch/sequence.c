/* SPDX-License-Identifier: BSD-3-Clause */
/* Guesses of what a user sends next: a set-associative table, one word a guess. */
#include "sketch/sequence.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/bits.h"

#define WAYS 8

/* The counts are halved when they get here. */
#define COUNT_MOST 240

/* The loss of guessing is kept within so many bits, and a sixteenth of it is forgotten each time.
 * Where both ways cost the same, it is told without guesses. */
#define LOSS_BITS   20
#define LOSS_FORGET 16
#define LEAN_MBIT   (9 * (int32_t)SEEP_BIT_MBIT)

/*
 * A word: the context's high 32 bits, the symbol's low 29, and above 0 for a word that is in use,
 * how often in a row the guess was right, and one.
 */
#define CONTEXT_MASK (UINT64_C(0xffffffff) << 32)
#define SYMBOL_MASK  UINT64_C(0x1fffffff)
#define TRUST_SHIFT  29

struct seep_sequences {
	_Atomic uint64_t *words;
	size_t sets;
};

/* What a context guesses; trust -1: nothing. */
struct guess {
	uint32_t symbol;
	int trust;
};

struct seep_sequences *seep_sequences_create(void *memory, size_t bytes)
{
	size_t sets = bytes / (WAYS * sizeof(uint64_t));
	struct seep_sequences *sequences = sets ? calloc(1, sizeof(*sequences)) : NULL;

	if (!sequences)
		return NULL;
	sequences->words = memory;
	sequences->sets = sets;
	return sequences;
}

void seep_sequences_destroy(struct seep_sequences *sequences)
{
	free(sequences);
}

static uint64_t mix(uint64_t word)
{
	word = (word ^ word >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (word ^ word >> 32) * UINT64_C(0xd6e8feb86659fd93);
}

/* A name and a type in 29 bits, never 0. */
static uint32_t symbol_of(const struct seep_sending *sending)
{
	uint32_t symbol = mix(sending->name + sending->question) & SYMBOL_MASK;

	return symbol ? symbol : 1;
}

/* Few names are in each other's context by chance: what precedes is hashed with the user's key. */
static uint64_t context_of(const struct seep_sequence *sequence, uint64_t user,
			   enum seep_sequence_order order)
{
	unsigned count = order == SEEP_SEQUENCE_LONG ? SEEP_SEQUENCE_BEFORE : 1;
	uint64_t context = user + count;

	for (unsigned i = 0; i < count; i++)
		context = mix(context ^ sequence->before[i]);
	return context;
}

static bool has_context(const struct seep_sequence *sequence, enum seep_sequence_order order)
{
	return sequence->before[order == SEEP_SEQUENCE_LONG ? SEEP_SEQUENCE_BEFORE - 1 : 0] != 0;
}

static _Atomic uint64_t *set_of(const struct seep_sequences *sequences, uint64_t context)
{
	return sequences->words + ((context & UINT32_MAX) * sequences->sets >> 32) * WAYS;
}

static struct guess guess_of_word(uint64_t word)
{
	return (struct guess){ .symbol = word & SYMBOL_MASK,
			       .trust = (int)(word >> TRUST_SHIFT & 7) - 1 };
}

static bool is_of(uint64_t word, uint64_t context)
{
	return word >> 32 == context >> 32 && guess_of_word(word).trust >= 0;
}

static uint64_t word_of(uint64_t context, uint32_t symbol, unsigned trust)
{
	return (context & CONTEXT_MASK) | (uint64_t)(trust + 1) << TRUST_SHIFT | symbol;
}

static struct guess guess_of(const struct seep_sequences *sequences,
			     const struct seep_sequence *sequence, uint64_t user,
			     enum seep_sequence_order order)
{
	const struct guess none = { .trust = -1 };
	uint64_t context;
	const _Atomic uint64_t *set;

	if (!has_context(sequence, order))
		return none;
	context = context_of(sequence, user, order);
	set = set_of(sequences, context);
	for (int way = 0; way < WAYS; way++) {
		uint64_t word = atomic_load_explicit(&set[way], memory_order_relaxed);

		if (is_of(word, context))
			return guess_of_word(word);
	}
	return none;
}

void seep_sequence_prefetch(const struct seep_sequences *sequences,
			    const struct seep_sequence *sequence, uint64_t user)
{
	for (unsigned order = 0; order < SEEP_SEQUENCE_ORDERS; order++)
		__builtin_prefetch(
			(const void *)set_of(sequences, context_of(sequence, user, order)));
}

/* The guesses that are made, each of something that those before it have not ruled out. */
struct guesses {
	struct guess of[SEEP_SEQUENCE_ORDERS];
};

static struct guesses guess(const struct seep_sequences *sequences,
			    const struct seep_sequence *sequence, uint64_t user)
{
	struct guesses guesses;

	for (unsigned order = 0; order < SEEP_SEQUENCE_ORDERS; order++)
		guesses.of[order] = guess_of(sequences, sequence, user, order);
	if (guesses.of[SEEP_SEQUENCE_LONG].trust >= 0 &&
	    guesses.of[SEEP_SEQUENCE_LONG].symbol == guesses.of[SEEP_SEQUENCE_SHORT].symbol)
		guesses.of[SEEP_SEQUENCE_SHORT].trust = -1;
	return guesses;
}

/* The trust in the first guess that is made; without any, it does not matter. */
static unsigned first_trust(const struct guesses *guesses)
{
	for (unsigned order = 0; order < SEEP_SEQUENCE_ORDERS; order++)
		if (guesses->of[order].trust >= 0)
			return (unsigned)guesses->of[order].trust;
	return 0;
}

static bool is_right(const struct guess *guess, const struct seep_sending *sending)
{
	return !sending->is_novel && guess->symbol == symbol_of(sending);
}

/* By counts with a prior of a half each (KT). */
static uint64_t outcome_mbit(const uint8_t outcomes[2], bool is_so)
{
	return seep_bits_of_odds(2u * outcomes[0] + 2u * outcomes[1] + 2, 2u * outcomes[is_so] + 1);
}

/*
 * What says that the way is taken of which the other one was so much cheaper of late:
 * log2(1 + 2^bits) of whole bits, rounded up.
 */
static uint64_t way_mbit(int32_t loss_mbit)
{
	static const uint16_t near_mbit[] = { 1000, 1585, 2322, 3170,  4088,  5045, 6023,
					      7012, 8006, 9003, 10002, 11001, 12001 };
	static const uint16_t less_mbit[] = { 1000, 585, 322, 170, 88, 45, 23, 12, 6, 3, 2, 1, 1 };
	const int32_t last = (int32_t)(sizeof(less_mbit) / sizeof(less_mbit[0])) - 1;
	int32_t bits = loss_mbit / (int32_t)SEEP_BIT_MBIT;

	if (bits < 0)
		return -bits < last ? less_mbit[-bits] : less_mbit[last];
	return bits < last ? near_mbit[bits] : (uint64_t)(bits + 1) * SEEP_BIT_MBIT;
}

uint64_t seep_sequence_mbit(const struct seep_sequences *sequences,
			    const struct seep_sequence *sequence, uint64_t user,
			    const struct seep_sending *sending, uint64_t otherwise_mbit,
			    int32_t *loss_mbit)
{
	struct guesses guesses = guess(sequences, sequence, user);
	int32_t lean_mbit = sequence->loss_mbit[first_trust(&guesses)] + LEAN_MBIT;
	uint64_t mbit = 0;
	bool is_guessed = false;

	for (unsigned order = 0; order < SEEP_SEQUENCE_ORDERS && !is_guessed; order++) {
		const struct guess *made = &guesses.of[order];

		if (made->trust < 0)
			continue;
		is_guessed = is_right(made, sending);
		mbit += outcome_mbit(sequence->outcomes[order][made->trust], is_guessed);
	}
	if (!is_guessed)
		mbit += otherwise_mbit;
	*loss_mbit = (int32_t)((int64_t)mbit - (int64_t)otherwise_mbit);
	mbit += way_mbit(lean_mbit);
	otherwise_mbit += way_mbit(-lean_mbit);
	return mbit < otherwise_mbit ? mbit : otherwise_mbit;
}

uint64_t seep_sequence_domain_mbit(const struct seep_sequence *sequence, uint64_t domain)
{
	return outcome_mbit(sequence->in_domain, seep_sequence_is_in_domain(sequence, domain));
}

static void count(uint8_t outcomes[2], bool is_right)
{
	if (++outcomes[is_right] < COUNT_MOST)
		return;
	outcomes[0] /= 2;
	outcomes[1] /= 2;
}

/* What came after a context: it is trusted more, or less, or another takes its place. */
static uint64_t follow(uint64_t word, uint64_t context, uint32_t symbol)
{
	struct guess guess = guess_of_word(word);

	if (guess.symbol == symbol)
		return word_of(context, symbol,
			       guess.trust + 1 < SEEP_SEQUENCE_TRUSTS ? (unsigned)guess.trust + 1
								      : SEEP_SEQUENCE_TRUSTS - 1);
	if (guess.trust > 0)
		return word_of(context, guess.symbol, (unsigned)guess.trust - 1);
	return word_of(context, symbol, 0);
}

static void keep(const struct seep_sequences *sequences, uint64_t context, uint32_t symbol)
{
	_Atomic uint64_t *set = set_of(sequences, context);
	_Atomic uint64_t *least = &set[context >> 32 & (WAYS - 1)];
	uint64_t least_word = atomic_load_explicit(least, memory_order_relaxed);

	for (int way = 0; way < WAYS; way++) {
		uint64_t word = atomic_load_explicit(&set[way], memory_order_relaxed);

		if (is_of(word, context)) {
			atomic_store_explicit(&set[way], follow(word, context, symbol),
					      memory_order_relaxed);
			return;
		}
		if (guess_of_word(word).trust < guess_of_word(least_word).trust) {
			least = &set[way];
			least_word = word;
		}
	}
	/* The least trusted goes, or is trusted less. */
	if (guess_of_word(least_word).trust > 0)
		least_word -= UINT64_C(1) << TRUST_SHIFT;
	else
		least_word = word_of(context, symbol, 0);
	atomic_store_explicit(least, least_word, memory_order_relaxed);
}

static int16_t loss_after(int32_t loss_mbit, int32_t last_mbit)
{
	const int32_t most_mbit = LOSS_BITS * (int32_t)SEEP_BIT_MBIT;

	loss_mbit += last_mbit - loss_mbit / LOSS_FORGET;
	if (loss_mbit > most_mbit)
		loss_mbit = most_mbit;
	return (int16_t)(loss_mbit < -most_mbit ? -most_mbit : loss_mbit);
}

void seep_sequence_learn(struct seep_sequences *sequences, struct seep_sequence *sequence,
			 uint64_t user, uint64_t domain, const struct seep_sending *sending,
			 int32_t loss_mbit)
{
	struct guesses guesses = guess(sequences, sequence, user);
	uint32_t symbol = symbol_of(sending);
	bool is_guessed = false;

	for (unsigned order = 0; order < SEEP_SEQUENCE_ORDERS; order++) {
		const struct guess *made = &guesses.of[order];

		if (made->trust >= 0 && !is_guessed) {
			is_guessed = is_right(made, sending);
			count(sequence->outcomes[order][made->trust], is_guessed);
		}
		if (has_context(sequence, order))
			keep(sequences, context_of(sequence, user, order), symbol);
	}
	if (guesses.of[SEEP_SEQUENCE_LONG].trust >= 0 || guesses.of[SEEP_SEQUENCE_SHORT].trust >= 0)
		sequence->loss_mbit[first_trust(&guesses)] =
			loss_after(sequence->loss_mbit[first_trust(&guesses)], loss_mbit);
	count(sequence->in_domain, seep_sequence_is_in_domain(sequence, domain));
	sequence->domain = (uint32_t)domain;
	for (unsigned i = SEEP_SEQUENCE_BEFORE - 1; i > 0; i--)
		sequence->before[i] = sequence->before[i - 1];
	sequence->before[0] = symbol;
}

static bool is_sound(const struct seep_sequence *sequence)
{
	for (unsigned trust = 0; trust < SEEP_SEQUENCE_TRUSTS; trust++) {
		if (abs(sequence->loss_mbit[trust]) > LOSS_BITS * (int)SEEP_BIT_MBIT)
			return false;
		for (unsigned order = 0; order < SEEP_SEQUENCE_ORDERS; order++)
			if (sequence->outcomes[order][trust][0] >= COUNT_MOST ||
			    sequence->outcomes[order][trust][1] >= COUNT_MOST)
				return false;
	}
	return sequence->in_domain[0] < COUNT_MOST && sequence->in_domain[1] < COUNT_MOST;
}

void seep_sequence_mend(struct seep_sequence *sequence)
{
	if (!is_sound(sequence))
		*sequence = (struct seep_sequence){ 0 };
}

struct seep_lines seep_sequences_lines(const struct seep_sequences *sequences)
{
	return (struct seep_lines){ .words = sequences->words, .count = sequences->sets };
}

/* Puts a guess into a set: where it was, or where one is trusted less. */
static void put(struct seep_sequences *sequences, uint64_t set, int from_way, uint64_t word)
{
	_Atomic uint64_t *words = sequences->words + set * WAYS;
	_Atomic uint64_t *least = &words[from_way];
	uint64_t least_word = atomic_load_explicit(least, memory_order_relaxed);

	for (int way = 0; way < WAYS; way++) {
		uint64_t there = atomic_load_explicit(&words[way], memory_order_relaxed);

		if (guess_of_word(there).trust < guess_of_word(least_word).trust) {
			least = &words[way];
			least_word = there;
		}
	}
	if (guess_of_word(least_word).trust < guess_of_word(word).trust)
		atomic_store_explicit(least, word, memory_order_relaxed);
}

void seep_sequences_restore_line(struct seep_sequences *sequences, uint64_t from, uint64_t line,
				 const uint64_t *words)
{
	uint64_t last;
	uint64_t first = seep_lines_place(line, from, sequences->sets, &last);

	for (int way = 0; way < WAYS; way++)
		for (uint64_t set = first; set <= last && set < sequences->sets; set++)
			if (guess_of_word(words[way]).trust >= 0 &&
			    guess_of_word(words[way]).trust < SEEP_SEQUENCE_TRUSTS)
				put(sequences, set, way, words[way]);
}
