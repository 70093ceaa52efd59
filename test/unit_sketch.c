/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sketches: distinct items are counted without bias, within the stated error, and repeated ones
 * never.
 */
#include "sketch/sketch.h"
#include "fixture.h"

#include <math.h>

#define RUNS 400

/* The error that the header states, of one estimate. */
static double stated_error(unsigned bits)
{
	return 0.833 / sqrt((double)(1u << bits));
}

static void test_empty(void)
{
	struct seep_sketch_sum sum = { 0 };
	uint8_t registers[16] = { 0 };

	is_int(seep_sketch_count(&sum), 0, "all zero bytes count nothing");
	is_int(SEEP_SKETCH_BYTES(64), 64 + 16, "a sketch of 64 registers takes 80 bytes");
	ok(seep_sketch_add(&sum, registers, 4, 0), "the hash 0 is an item");
	is_int(registers[0], 61, "of the highest rank that 60 bits give");
	ok(!seep_sketch_add(&sum, registers, 4, 0), "and is counted once");
	is_int(seep_sketch_count(&sum), 1, "as one");
	is_int(seep_sketch_count(&(struct seep_sketch_sum){ .count = 2.4 }), 2, "2.4 are two");
	is_int(seep_sketch_count(&(struct seep_sketch_sum){ .count = 2.6 }), 3, "2.6 are three");
}

/*
 * The ranks and the count of the example in sketch.c, on the smallest sketch: p is one sixteenth of
 * a sum.
 */
static void test_worked(void)
{
	static const struct {
		uint64_t hash;
		unsigned reg, rank;
		double count;
	} steps[] = {
		{ UINT64_C(1) << 63 | 0, 0, 1, 1 },
		{ UINT64_C(1) << 61 | 1, 1, 3, 1 + 1 / (15.5 / 16) },
		{ UINT64_C(1) << 62 | 0, 0, 2,
		  1 + 1 / (15.5 / 16) + 1 / ((14 + 0.5 + 0.125) / 16) },
		{ UINT64_C(1) << 4 | 15, 15, 60,
		  1 + 1 / (15.5 / 16) + 1 / ((14 + 0.5 + 0.125) / 16) +
			  1 / ((14 + 0.25 + 0.125) / 16) },
	};
	struct seep_sketch_sum sum = { 0 };
	uint8_t registers[16] = { 0 };

	for (size_t i = 0; i < COUNT(steps); i++) {
		ok(seep_sketch_add(&sum, registers, 4, steps[i].hash), "worked step %zu raises", i);
		is_int(registers[steps[i].reg], steps[i].rank, "register %u to rank %u",
		       steps[i].reg, steps[i].rank);
		ok(fabs(sum.count - steps[i].count) < 1e-9, "and the count to %.4f",
		   steps[i].count);
	}
	ok(!seep_sketch_add(&sum, registers, 4, UINT64_C(1) << 63 | 1 << 20 | 1),
	   "a lower rank raises nothing");
	ok(fabs(sum.count - steps[3].count) < 1e-9, "nor does it count");
}

/*
 * One item is always one. A second is missed only in the first's register with no higher rank, 1/m
 * * 2/3; else the estimate rounds to 2. A third is missed with at most twice that; for m of 32 or
 * more the sum still rounds to 3.
 */
static void check_first_few(unsigned bits)
{
	enum { few_runs = 20000 };
	const double m = 1u << bits;
	const double missed = 2.0 / 3 / m;
	const double band =
		4 * sqrt(missed / few_runs); /* four standard errors: 1 in 16,000 by chance */
	uint64_t seed = 11 + bits;
	int exact[4] = { 0 };

	printf("# first few: m %.0f, seed %" PRIu64 "\n", m, seed);
	for (int run = 0; run < few_runs; run++) {
		struct seep_sketch_sum sum = { 0 };
		uint8_t registers[256] = { 0 };

		for (unsigned n = 1; n <= 3; n++) {
			seep_sketch_add(&sum, registers, bits, random_next(&seed));
			exact[n] += seep_sketch_count(&sum) == n;
		}
	}
	is_int(exact[1], few_runs, "m %.0f: one item is one", m);
	ok(fabs(1 - (double)exact[2] / few_runs - missed) < band,
	   "m %.0f: two are two but for %.4f of runs: %d of %d", m, missed, exact[2], few_runs);
	ok((double)exact[3] / few_runs > 1 - 3 * missed - band, "m %.0f: three are three: %d of %d",
	   m, exact[3], few_runs);
}

/*
 * The mean of RUNS estimates errs by stated/sqrt(RUNS), their spread by 1/sqrt(2 RUNS) = 3.5 % of
 * itself: the bands are four times that. The small sizes are counted better than stated, so they
 * have no lower band.
 */
static void check_error(unsigned bits)
{
	static const unsigned at[] = { 10, 100, 1000, 10000, 100000 };
	const double stated = stated_error(bits);
	const double mean_band = 4 * stated / sqrt(RUNS);
	const double spread_band = 4 / sqrt(2.0 * RUNS);
	double sums[COUNT(at)] = { 0 }, squares[COUNT(at)] = { 0 };
	uint64_t seed = 4711 + bits;

	printf("# error: m %u, %d runs, seed %" PRIu64 "\n", 1u << bits, RUNS, seed);
	for (int run = 0; run < RUNS; run++) {
		struct seep_sketch_sum sum = { 0 };
		uint8_t registers[256] = { 0 };
		unsigned n = 0;

		for (size_t i = 0; i < COUNT(at); i++) {
			for (; n < at[i]; n++)
				seep_sketch_add(&sum, registers, bits, random_next(&seed));
			double off = sum.count / n - 1;
			sums[i] += off;
			squares[i] += off * off;
		}
	}
	for (size_t i = 0; i < COUNT(at); i++) {
		double mean = sums[i] / RUNS;
		double spread = sqrt(squares[i] / RUNS - mean * mean);

		ok(fabs(mean) < mean_band, "m %u, n %u: no bias: %+.2f %% in +-%.2f", 1u << bits,
		   at[i], 100 * mean, 100 * mean_band);
		ok(spread < stated * (1 + spread_band), "m %u, n %u: error %.2f %%, stated %.2f",
		   1u << bits, at[i], 100 * spread, 100 * stated);
		if (at[i] >= 1000)
			ok(spread > stated * (1 - spread_band),
			   "m %u, n %u: and no less than it can be", 1u << bits, at[i]);
	}
}

/* One long run: five stated errors, and no rounding that grows with n. */
static void check_million(unsigned bits)
{
	struct seep_sketch_sum sum = { 0 };
	uint8_t registers[256] = { 0 };
	uint64_t seed = 31337 + bits;
	double band = 5 * stated_error(bits);

	printf("# million: seed %" PRIu64 "\n", seed);
	for (int i = 0; i < 1000000; i++)
		seep_sketch_add(&sum, registers, bits, random_next(&seed));
	ok(fabs(sum.count / 1e6 - 1) < band, "m %u, n 1000000: %.0f", 1u << bits, sum.count);
	/* The chance is kept as a running sum; it must still be that of the registers. */
	double unlikely = 0;
	for (unsigned i = 0; i < 1u << bits; i++)
		unlikely += (1 - ldexp(1, -registers[i])) / (1u << bits);
	ok(fabs((1 - unlikely) / (1 - sum.unlikely) - 1) < 1e-6,
	   "m %u: the kept chance is the registers'", 1u << bits);
}

static void check_repeated(unsigned bits)
{
	struct seep_sketch_sum sum = { 0 };
	uint8_t registers[256] = { 0 }, before[256];
	const uint64_t first = 77 + bits;
	uint64_t seed = first;
	int rose = 0;

	for (int i = 0; i < 5000; i++)
		seep_sketch_add(&sum, registers, bits, random_next(&seed));
	memcpy(before, registers, sizeof(before));
	uint64_t count = seep_sketch_count(&sum);
	seed = first;
	for (int i = 0; i < 5000; i++)
		rose += seep_sketch_add(&sum, registers, bits, random_next(&seed));
	is_int(rose, 0, "m %u: 5000 items again raise no register", 1u << bits);
	is_int(seep_sketch_count(&sum), count, "m %u: nor the count", 1u << bits);
	ok(memcmp(before, registers, sizeof(before)) == 0, "m %u: nor anything else", 1u << bits);
	for (int i = 0; i < 5000; i++)
		rose += seep_sketch_add(&sum, registers, bits, random_next(&seed));
	ok(rose > 0, "m %u: 5000 others do", 1u << bits);
	unsigned beyond = 0;
	for (unsigned i = 1u << bits; i < sizeof(registers); i++)
		beyond += registers[i] != 0;
	is_int(beyond, 0, "m %u: no byte beyond the registers is written", 1u << bits);
}

/* The first seven are exact, whatever their hashes; from eight on the sketch speaks. */
static void test_few(void)
{
	uint64_t state = 20261122;

	for (int run = 0; run < 200; run++) {
		struct seep_sketch_few few = { { 0 } };
		struct seep_sketch_sum sum = { 0, 0 };
		uint8_t registers[32] = { 0 };
		uint64_t wrong = 0, count = 0;

		for (uint64_t n = 1; n <= 40; n++) {
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
			for (int again = 0; again < 2; again++) {
				uint64_t hash = state ^ state >> 29;

				seep_sketch_add_few(&few, hash);
				seep_sketch_add(&sum, registers, 5, hash);
			}
			count = seep_sketch_count_few(&few, &sum);
			wrong += n < SEEP_SKETCH_FEW && count != n;
			wrong += n >= SEEP_SKETCH_FEW && count < SEEP_SKETCH_FEW;
		}
		if (wrong || count < 15 || count > 90)
			ok(false, "run %d: %d wrong, 40 counted as %d", run, (int)wrong,
			   (int)count);
	}
	ok(true, "the first few are counted exactly, and then the estimate holds");
}

static void test_first_few(void)
{
	for (unsigned bits = 5; bits <= 6; bits++)
		check_first_few(bits);
}

static void test_error(void)
{
	for (unsigned bits = 5; bits <= 6; bits++)
		check_error(bits);
}

static void test_million(void)
{
	for (unsigned bits = 5; bits <= 6; bits++)
		check_million(bits);
}

static void test_repeated(void)
{
	for (unsigned bits = 4; bits <= 7; bits++)
		check_repeated(bits);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_few);
	tap_run(test_empty);
	tap_run(test_worked);
	tap_run(test_first_few);
	tap_run(test_error);
	tap_run(test_million);
	tap_run(test_repeated);
	return done();
}
