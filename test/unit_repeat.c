/* SPDX-License-Identifier: BSD-3-Clause */
/* Repeats: at every step a code over what could come next, and close to what an order tells. */
#include "sketch/repeat.h"
#include "fixture.h"

#include <math.h>

static double share_of(uint64_t mbit)
{
	return exp2(-(double)mbit / 1000);
}

/* As a keyed hash would: chance says which names share a bin. */
static uint64_t hash_of(uint64_t name)
{
	return random_next(&name);
}

/* All that could come next: a novel name, or one of NAMES that were, of any of three types (the
 * rest of the types left out). */
static double shares(const struct seep_repeat *repeat, uint64_t names)
{
	static const uint16_t types[] = { 1, 28, 65 };
	double sum = share_of(seep_repeat_kind_mbit(repeat, SEEP_REPEAT_NOVEL));

	for (uint64_t n = 0; n < names; n++)
		for (size_t t = 0; t < COUNT(types); t++) {
			struct seep_sending sending = { .name = hash_of(n), .type = types[t] };

			sum += share_of(seep_repeat_mbit(repeat, &sending, names, 0));
		}
	return sum;
}

static void send(struct seep_repeat *repeat, uint64_t name, uint16_t type, bool is_novel)
{
	struct seep_sending sending = { .name = name, .type = type, .is_novel = is_novel };

	seep_repeat_learn(repeat, &sending);
}

/* The cost of sending a name again, and does so. */
static uint64_t send_again(struct seep_repeat *repeat, uint64_t name, uint16_t type, uint64_t names)
{
	struct seep_sending sending = { .name = name, .type = type };
	uint64_t mbit = seep_repeat_mbit(repeat, &sending, names, 12000);

	seep_repeat_learn(repeat, &sending);
	return mbit;
}

/* The example at the head of repeat.c, and the counts that it leaves. */
static void test_worked(void)
{
	static const struct {
		uint64_t novel_mbit, known_mbit, again_mbit; /* the kinds */
		uint64_t mbit;                               /* of the name, as it is sent */
	} steps[] = {
		{ 1585, 1585, 1585, 0 },
		{ 396, 3059, 3059, 4868 },
		{ 1223, 2808, 1223, 2885 },
	};
	struct seep_repeat repeat = { 0 };
	const uint64_t name = 7;

	for (size_t i = 0; i < COUNT(steps); i++) {
		is_int(seep_repeat_kind_mbit(&repeat, SEEP_REPEAT_NOVEL), steps[i].novel_mbit,
		       "worked step %zu: novel", i + 1);
		is_int(seep_repeat_kind_mbit(&repeat, SEEP_REPEAT_KNOWN), steps[i].known_mbit,
		       "known");
		is_int(seep_repeat_kind_mbit(&repeat, SEEP_REPEAT_AGAIN), steps[i].again_mbit,
		       "again");
		if (i == 0)
			send(&repeat, name, 1, true);
		else
			is_int(send_again(&repeat, name, 1, 1), steps[i].mbit, "the same name");
	}
	is_int(repeat.kinds[SEEP_REPEAT_NOVEL][0][SEEP_REPEAT_NOVEL], 1, "novel was first");
	is_int(repeat.kinds[SEEP_REPEAT_NOVEL][0][SEEP_REPEAT_AGAIN], 1, "again after novel and A");
	is_int(repeat.kinds[SEEP_REPEAT_AGAIN][0][SEEP_REPEAT_AGAIN], 1, "again after again and A");
	is_int(repeat.bins[name], 3, "three in the name's bin");
	is_int(repeat.names[name], 1, "one novel name there");
	is_int(repeat.first_types[0], 1, "one first type");
	is_int(repeat.types[0][0], 2, "A twice after A");
	is_int(repeat.ranks[0], 2, "the latest name twice");
}

/* A random mix, novel and known: Kraft at each step. */
static void test_kraft(void)
{
	static const unsigned novel_in_1000[] = { 0, 1, 10, 50 };

	for (size_t i = 0; i < COUNT(novel_in_1000); i++) {
		const uint64_t seed = 40 + i;
		struct seep_repeat repeat = { 0 };
		uint64_t random = seed, names = 0;
		unsigned wrong = 0;
		double most = 0;

		while (names < SEEP_REPEAT_LAST)
			send(&repeat, hash_of(names++), 1, true);
		for (int step = 0; step < 5000; step++) {
			double sum = shares(&repeat, names);

			wrong += sum > 1 + 1e-9;
			most = sum > most ? sum : most;
			if (random_next(&random) % 1000 < novel_in_1000[i])
				send(&repeat, hash_of(names++), 1, true);
			else
				(void)send_again(&repeat, hash_of(random_next(&random) % names),
						 random_next(&random) % 2 ? 1 : 28, names);
		}
		is_int(wrong, 0, "seed %" PRIu64 ", %u of 1000 novel: at most %.4f of a code", seed,
		       novel_in_1000[i], most);
		ok(most > 0.6, "and at times nearly all of one");
	}
}

/* What it costs to send COUNT of NAMES names again, each as PICK says; all are novel once. */
static uint64_t cost_of(uint64_t names, uint64_t count, uint64_t (*pick)(uint64_t *, uint64_t),
			uint64_t seed)
{
	struct seep_repeat repeat = { 0 };
	uint64_t mbit = 0;

	for (uint64_t n = 0; n < names; n++)
		send(&repeat, hash_of(n), 1, true);
	for (uint64_t i = 0; i < count; i++)
		mbit += send_again(&repeat, hash_of(pick(&seed, names)), 1, names);
	return mbit;
}

/* A client asks for A and AAAA, then HTTPS, of each of its names in no order: the other types of a
 * name that was just sent tell next to nothing. */
static void test_types(void)
{
	static const uint16_t types[] = { 1, 28, 65 };
	const uint64_t names = 64, count = 20000;
	struct seep_repeat repeat = { 0 };
	uint64_t seed = 5, first_mbit = 0, other_mbit = 0;

	for (uint64_t n = 0; n < names; n++)
		for (size_t t = 0; t < COUNT(types); t++)
			send(&repeat, hash_of(n), types[t], t == 0);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t name = hash_of(random_next(&seed) % names);

		first_mbit += send_again(&repeat, name, 1, names);
		for (size_t t = 1; t < COUNT(types); t++)
			other_mbit += send_again(&repeat, name, types[t], names);
	}
	ok(first_mbit / count > 6000, "which of 64 names: %.2f bits",
	   (double)first_mbit / 1000 / (double)count);
	ok(other_mbit / count < 300, "its two other types: %.2f bits",
	   (double)other_mbit / 1000 / (double)count);
	for (uint64_t i = 0; i < 1000; i++)
		first_mbit = send_again(&repeat, hash_of(1), 16, names);
	ok(first_mbit < 1000, "a type that is polled: %" PRIu64 " mbit", first_mbit);
	for (uint64_t i = 0; i < 1000; i++)
		first_mbit = send_again(&repeat, hash_of(1), 99, names);
	ok(first_mbit > 12000, "one that nobody expects is charged in full");
}

static uint64_t pick_any(uint64_t *seed, uint64_t names)
{
	return random_next(seed) % names;
}

/* One of 100 is not the first. */
static uint64_t pick_first(uint64_t *seed, uint64_t names)
{
	return random_next(seed) % 100 ? 0 : random_next(seed) % names;
}

/* One name polled: three bits and a half for each doubling, while counts last. */
static void test_polled(void)
{
	for (uint64_t count = 1; count <= 4096; count *= 4) {
		uint64_t mbit = cost_of(1, count, pick_any, 1);

		ok(mbit <= 9000 + 3600 * log2((double)count) + 3 * (double)count,
		   "polled %" PRIu64 " times: %" PRIu64 " mbit", count, mbit);
	}
	/* for ever: halved counts leave a doubt, and each code word is rounded up */
	uint64_t mbit = cost_of(1, 1000000, pick_any, 1);
	ok(mbit < 1000000 * UINT64_C(4), "a million polls: %" PRIu64 " mbit, %.2f each", mbit,
	   (double)mbit / 1000000);
}

/* N names in no order: what the order tells is charged, and little more. */
static void test_codebook(void)
{
	for (uint64_t names = 2; names <= 1024; names *= 2) {
		const uint64_t count = 20000;
		double each = (double)cost_of(names, count, pick_any, names) / 1000 / (double)count;
		double tells = log2((double)names);

		ok(each >= tells - 0.02 && each <= tells + 0.6,
		   "%" PRIu64 " names in random order: %.3f bits each, tell %.3f", names, each,
		   tells);
	}
	double each = (double)cost_of(64, 20000, pick_first, 3) / 1000 / 20000;
	/* H(0.01) + 0.01 * 6 */
	ok(each > 0.13 && each < 0.3, "one name mostly, others at times: %.3f bits each", each);
}

static uint64_t cost_now(const struct seep_repeat *repeat, uint64_t name)
{
	const struct seep_sending sending = { .name = name, .type = SEEP_TYPE_A };

	return seep_repeat_mbit(repeat, &sending, 64, 12000);
}

/* Counts are halved, and so a change of habit is soon learned; they never overflow. */
static void test_halving(void)
{
	struct seep_repeat repeat = { 0 };
	unsigned sum = 0, over = 0;

	for (int i = 0; i < 200000; i++) {
		send(&repeat, 7, 1, false);
		over += repeat.total >= 4096 ||
			repeat.kinds[SEEP_REPEAT_AGAIN][0][SEEP_REPEAT_AGAIN] >= 4096;
	}
	is_int(over, 0, "counts stay below 4096");
	ok(cost_now(&repeat, 9) > 15000, "another name: dear");
	for (int i = 0; i < 5000; i++)
		send(&repeat, 9, 1, false);
	ok(cost_now(&repeat, 9) < 1000, "after 5000 of it: cheap");
	for (int i = 0; i < 5000; i++)
		send(&repeat, hash_of((uint64_t)i), 1, true);
	ok(seep_repeat_kind_mbit(&repeat, SEEP_REPEAT_NOVEL) < 700,
	   "after 5000 novel ones: novel is cheap");
	for (int i = 0; i < SEEP_REPEAT_BINS; i++)
		sum += repeat.bins[i];
	is_int(repeat.total, sum, "the total is the sum of the bins");
}

/* What learning cannot have reached is emptied, and nothing else is. */
static void test_mend(void)
{
	static const struct seep_repeat empty = { 0 };
	struct seep_repeat learned = { 0 }, repeat;

	for (unsigned i = 0; i < 3000; i++)
		send(&learned, hash_of(i % 70), (uint16_t)(i % 40), i < 70);
	repeat = learned;
	seep_repeat_mend(&repeat);
	ok(memcmp(&repeat, &learned, sizeof(repeat)) == 0, "what was learned stays");
#define MENDS(field, value)                                      \
	do {                                                     \
		repeat = learned;                                \
		repeat.field = value;                            \
		seep_repeat_mend(&repeat);                       \
		ok(memcmp(&repeat, &empty, sizeof(repeat)) == 0, \
		   #field " of " #value ": emptied");            \
	} while (0)
	MENDS(kind, SEEP_REPEAT_KINDS);
	for (int i = 0; i < SEEP_REPEAT_LAST; i++)
		MENDS(last_types[i], SEEP_REPEAT_BEFORE);
	MENDS(total, 4000);
	MENDS(any_kinds[0], 4096);
	MENDS(kinds[2][3][2], 4096);
	MENDS(first_types[7], 4096);
	MENDS(types[3][7], 4096);
	MENDS(ranks[7], 4096);
#undef MENDS
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_worked);
	tap_run(test_kraft);
	tap_run(test_polled);
	tap_run(test_codebook);
	tap_run(test_types);
	tap_run(test_halving);
	tap_run(test_mend);
	return done();
}
