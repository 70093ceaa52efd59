/* SPDX-License-Identifier: BSD-3-Clause */
/* Repeats: at every step a code over what could come next, and close to what an order tells. */
#include "repeat.h"
#include "fixture.h"

#include <math.h>

static double share_of(uint64_t mbit)
{
	return exp2(-(double)mbit / 1000);
}

/* All that could come next: a novel name, or one of those that were, of which BINS holds so many in
 * each bin. */
static double shares(const struct seep_repeat *repeat, const unsigned *bins, uint64_t names)
{
	double known = 0;

	for (unsigned bin = 0; bin < SEEP_REPEAT_BINS; bin++)
		known += bins[bin] * share_of(seep_repeat_choice_mbit(repeat, bin, names));
	return share_of(seep_repeat_novel_mbit(repeat)) +
	       share_of(seep_repeat_known_mbit(repeat)) * known;
}

/* As a keyed hash would: chance says which names share a bin. */
static uint64_t hash_of(uint64_t name)
{
	return random_next(&name);
}

/* A random mix, novel and known: Kraft at each step. */
static void test_kraft(void)
{
	static const unsigned novel_in_100[] = { 0, 1, 10, 50, 90, 100 };

	for (size_t i = 0; i < COUNT(novel_in_100); i++) {
		const uint64_t seed = 40 + i;
		struct seep_repeat repeat = { 0 };
		unsigned bins[SEEP_REPEAT_BINS] = { 0 };
		uint64_t random = seed, names = 0;
		unsigned wrong = 0;
		double most = 0;

		for (int step = 0; step < 20000; step++) {
			double sum = shares(&repeat, bins, names);

			wrong += sum > 1 + 1e-9;
			most = sum > most ? sum : most;
			if (!names || random_next(&random) % 100 < novel_in_100[i]) {
				bins[hash_of(names) % SEEP_REPEAT_BINS]++;
				seep_repeat_novel(&repeat, hash_of(names++));
			} else {
				seep_repeat_known(&repeat, hash_of(random_next(&random) % names));
			}
		}
		is_int(wrong, 0, "seed %" PRIu64 ", %u of 100 novel: at most %.4f of a code", seed,
		       novel_in_100[i], most);
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
		seep_repeat_novel(&repeat, hash_of(n));
	for (uint64_t i = 0; i < count; i++) {
		uint64_t hash = hash_of(pick(&seed, names));

		mbit += seep_repeat_known_mbit(&repeat) +
			seep_repeat_choice_mbit(&repeat, hash, names);
		seep_repeat_known(&repeat, hash);
	}
	return mbit;
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

/* One name polled: two bits and a half for each doubling, and no more than that while counts last. */
static void test_polled(void)
{
	for (uint64_t count = 1; count <= 4096; count *= 4) {
		uint64_t mbit = cost_of(1, count, pick_any, 1);

		ok(mbit <= 5000 + 2500 * log2((double)count) + 2 * (double)count,
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

/* Counts are halved, and so a change of habit is soon learned; they never overflow. */
static void test_halving(void)
{
	struct seep_repeat repeat = { 0 };
	unsigned sum = 0;

	for (int i = 0; i < 200000; i++) {
		seep_repeat_known(&repeat, 7);
		if (repeat.total >= 4096 || repeat.known + repeat.novel >= 4096)
			break;
	}
	ok(repeat.total < 4096 && repeat.known < 4096, "counts stay below 4096");
	ok(seep_repeat_choice_mbit(&repeat, 9, 64) > 15000, "another name: dear");
	for (int i = 0; i < 5000; i++)
		seep_repeat_known(&repeat, 9);
	ok(seep_repeat_choice_mbit(&repeat, 9, 64) < 1000, "after 5000 of it: cheap");
	for (int i = 0; i < 5000; i++)
		seep_repeat_novel(&repeat, (uint64_t)i);
	ok(seep_repeat_novel_mbit(&repeat) < 700, "after 5000 novel ones: novel is cheap");
	for (int i = 0; i < SEEP_REPEAT_BINS; i++)
		sum += repeat.bins[i];
	is_int(repeat.total, sum, "the total is the sum of the bins");
}

int main(void)
{
	test_kraft();
	test_polled();
	test_codebook();
	test_halving();
	return done();
}
