/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets: they drain exactly, however often they are touched, and nothing that a clock does
 * overflows them.
 */
#include "base/bucket.h"
#include "fixture.h"

/* Refills in mbit a day: the defaults, odd ones, ones below one mbit a touch. */
static const uint64_t refills[] = { 1,     7,          86399,   86400,
				    86401, 128 * 8000, 1000003, SEEP_BUCKET_MAX_MBIT / 1000 };

/* However a day is cut into touches, what drains in it is the refill, no more and no less. */
static void test_exact(void)
{
	static const unsigned steps_s[] = { 1, 2, 7, 60, 61, 3599, 86400 };

	for (size_t r = 0; r < COUNT(refills); r++) {
		for (size_t s = 0; s < COUNT(steps_s); s++) {
			const uint64_t full = 10 * refills[r];
			struct seep_bucket bucket = { .level_mbit = full, .drained_s = NOW_S };
			uint64_t at = NOW_S;
			uint64_t wrong = 0;

			while (at < NOW_S + 3 * DAY_S) {
				at = at + steps_s[s] < NOW_S + 3 * DAY_S ? at + steps_s[s]
									 : NOW_S + 3 * DAY_S;
				seep_bucket_drain(&bucket, refills[r], at);
				/*
				 * at no touch has more drained than the time allows, nor a whole
				 * mbit less
				 */
				wrong += full - bucket.level_mbit !=
					 (uint64_t)((unsigned __int128)(at - NOW_S) * refills[r] /
						    DAY_S);
			}
			is_int(full - bucket.level_mbit, 3 * refills[r],
			       "refill %" PRIu64 ", every %u s: three days drain three refills",
			       refills[r], steps_s[s]);
			is_int(wrong, 0, "refill %" PRIu64 ", every %u s: and each touch its part",
			       refills[r], steps_s[s]);
		}
	}
}

static void test_level(void)
{
	struct seep_bucket bucket = { .level_mbit = 5000, .drained_s = NOW_S };
	const struct seep_bucket before = bucket;

	is_int(seep_bucket_level(&bucket, 1000, NOW_S), 5000, "level: nothing drains at once");
	is_int(seep_bucket_level(&bucket, 1000, NOW_S + DAY_S - 1), 4001,
	       "level: just short of a day");
	is_int(seep_bucket_level(&bucket, 1000, NOW_S + DAY_S), 4000, "level: a day on");
	is_int(seep_bucket_level(&bucket, 0, NOW_S + 1000 * DAY_S), 5000,
	       "level: a refill of 0 never drains");
	ok(memcmp(&bucket, &before, sizeof(bucket)) == 0, "level: only looked at");
	seep_bucket_drain(&bucket, 0, NOW_S + DAY_S);
	is_int(bucket.level_mbit, 5000, "drain: a refill of 0 never drains");
	seep_bucket_drain(&bucket, 1000, NOW_S + 2 * DAY_S);
	is_int(bucket.level_mbit, 4000, "drain: and the time without refill is not made up for");
}

static void test_edges_of_empty(void)
{
	struct seep_bucket bucket;

	memset(&bucket, 0, sizeof(bucket));
	is_int(seep_bucket_level(&bucket, 1000, NOW_S), 0, "all zero bytes are an empty bucket");
	seep_bucket_drain(&bucket, 1000, NOW_S);
	is_int(bucket.level_mbit, 0, "which drains to empty");
	is_int(seep_bucket_raise(&bucket, 3000, 10000), 3000, "and takes a charge");
	is_int(seep_bucket_level(&bucket, 1000, NOW_S), 3000,
	       "that the time before it does not drain");

	static const struct {
		uint64_t elapsed_s, left;
	} cases[] = {
		{ 3 * DAY_S - 1, 1 }, { 3 * DAY_S, 0 },  { 3 * DAY_S + 1, 0 },
		{ 4 * DAY_S, 0 },     { 30 * DAY_S, 0 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_bucket copy = bucket;
		seep_bucket_drain(&copy, 1000, NOW_S + cases[i].elapsed_s);
		is_int(copy.level_mbit, cases[i].left, "3000 at 1000 a day, %" PRIu64 " s on",
		       cases[i].elapsed_s);
	}
}

/* An empty time does not save up: what would have drained from an empty bucket is gone. */
static void test_no_credit(void)
{
	struct seep_bucket bucket = { .level_mbit = 1000, .drained_s = NOW_S };

	seep_bucket_drain(&bucket, 1000, NOW_S + 100 * DAY_S);
	seep_bucket_raise(&bucket, 5000, 10000);
	seep_bucket_drain(&bucket, 1000, NOW_S + 100 * DAY_S);
	is_int(bucket.level_mbit, 5000, "ninety-nine idle days are no credit");
	seep_bucket_drain(&bucket, 1000, NOW_S + 101 * DAY_S);
	is_int(bucket.level_mbit, 4000, "the day after drains a day");
}

static void test_clock(void)
{
	struct seep_bucket bucket = { .level_mbit = 5000, .drained_s = NOW_S };

	seep_bucket_drain(&bucket, 1000, NOW_S - DAY_S);
	is_int(bucket.level_mbit, 5000, "a clock that steps back a day drains nothing");
	seep_bucket_drain(&bucket, 1000, NOW_S);
	is_int(bucket.level_mbit, 4000, "and the bucket starts anew from there");
	seep_bucket_drain(&bucket, 1000, 0);
	is_int(bucket.level_mbit, 4000, "back to 1970 drains nothing");
	seep_bucket_drain(&bucket, 1000, UINT64_MAX);
	is_int(bucket.level_mbit, 0, "a jump to the end of time empties it");
	seep_bucket_raise(&bucket, 100, 1000);
	seep_bucket_drain(&bucket, 1000, NOW_S);
	is_int(bucket.level_mbit, 100, "and back again drains nothing");
}

/* Back by a moment is another thread's clock; by more, the clock was set. */
static void test_step(void)
{
	static const struct {
		uint64_t back_s, drained_s;
	} cases[] = { { 0, 0 },
		      { 1, 0 },
		      { SEEP_BUCKET_STEP_S, 0 },
		      { SEEP_BUCKET_STEP_S + 1, SEEP_BUCKET_STEP_S + 1 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_bucket bucket = { .level_mbit = 5000, .drained_s = NOW_S };

		seep_bucket_drain(&bucket, DAY_S, NOW_S - cases[i].back_s);
		is_int(bucket.level_mbit, 5000, "back by %" PRIu64 " s drains nothing",
		       cases[i].back_s);
		seep_bucket_drain(&bucket, DAY_S, NOW_S);
		is_int(bucket.level_mbit, 5000 - cases[i].drained_s,
		       "and forth again: %" PRIu64 " s", cases[i].drained_s);
		seep_bucket_drain(&bucket, DAY_S, NOW_S + 1);
		is_int(bucket.level_mbit, 5000 - cases[i].drained_s - 1, "then on as ever");
	}
}

/*
 * Threads read the clock at their own moments: about a second's turn one still says 99 when another
 * says 100. A meter that both use must not drain the same second over and over.
 */
static void test_two_clocks(void)
{
	const uint64_t full = 8192 * 1000;
	struct seep_bucket bucket = { .level_mbit = full, .drained_s = NOW_S };

	for (int i = 0; i < 10000; i++) {
		seep_bucket_drain(&bucket, 128 * 8000, NOW_S + 1);
		seep_bucket_drain(&bucket, 128 * 8000, NOW_S);
	}
	ok(full - bucket.level_mbit <= 2 * 128 * 8000 / DAY_S + 1,
	   "clocks a second apart, taking turns: two seconds drain at most, not %" PRIu64 " mbit",
	   full - bucket.level_mbit);
}

/* The largest level and refill, and every elapsed time about the guard against overflow. */
static void test_limits(void)
{
	static const uint64_t levels[] = { 1, 8000, SEEP_BUCKET_MAX_MBIT / 2,
					   SEEP_BUCKET_MAX_MBIT };
	static const uint64_t rates[] = { 1, 1000, SEEP_BUCKET_MAX_MBIT / 2, SEEP_BUCKET_MAX_MBIT };
	static const uint64_t elapsed_s[] = {
		1,         DAY_S - 1,       DAY_S,      DAY_S + 1,          2 * DAY_S,
		3 * DAY_S, 1000000 * DAY_S, UINT32_MAX, UINT64_MAX / DAY_S, UINT64_MAX / 2,
		UINT64_MAX
	};

	for (size_t l = 0; l < COUNT(levels); l++)
		for (size_t r = 0; r < COUNT(rates); r++)
			for (size_t e = 0; e < COUNT(elapsed_s); e++) {
				struct seep_bucket bucket = { .level_mbit = levels[l],
							      .carry = 86399 };
				unsigned __int128 drained =
					((unsigned __int128)elapsed_s[e] * rates[r] +
					 bucket.carry) /
					DAY_S;
				uint64_t left =
					drained < levels[l] ? levels[l] - (uint64_t)drained : 0;

				seep_bucket_drain(&bucket, rates[r], elapsed_s[e]);
				is_int(bucket.level_mbit, left,
				       "%" PRIu64 " at %" PRIu64 " for %" PRIu64 " s", levels[l],
				       rates[r], elapsed_s[e]);
			}
}

static void test_raise_and_lower(void)
{
	static const struct {
		uint64_t level, mbit, cap, added;
	} raises[] = {
		{ 0, 0, 100, 0 },
		{ 0, 99, 100, 99 },
		{ 0, 100, 100, 100 },
		{ 0, 101, 100, 100 },
		{ 60, 50, 100, 40 },
		{ 100, 1, 100, 0 },
		{ 150, 50, 100, 0 },
		{ 0, UINT64_MAX, 100, 100 },
		{ 40, UINT64_MAX, UINT64_MAX, UINT64_MAX - 40 },
		{ 7, 1, 0, 0 },
		{ 99, UINT64_MAX, 100, 1 },
	};
	static const struct {
		uint64_t level, mbit, left;
	} lowers[] = {
		{ 100, 0, 100 }, { 100, 99, 1 },         { 100, 100, 0 }, { 100, 101, 0 },
		{ 0, 1, 0 },     { 100, UINT64_MAX, 0 }, { 0, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(raises); i++) {
		struct seep_bucket bucket = { .level_mbit = raises[i].level };
		is_int(seep_bucket_raise(&bucket, raises[i].mbit, raises[i].cap), raises[i].added,
		       "raise %zu: what was added", i);
		is_int(bucket.level_mbit, raises[i].level + raises[i].added, "raise %zu: the level",
		       i);
		seep_bucket_lower(&bucket, raises[i].added);
		is_int(bucket.level_mbit, raises[i].level, "raise %zu: taken back", i);
	}
	for (size_t i = 0; i < COUNT(lowers); i++) {
		struct seep_bucket bucket = { .level_mbit = lowers[i].level };
		seep_bucket_lower(&bucket, lowers[i].mbit);
		is_int(bucket.level_mbit, lowers[i].left, "lower %zu", i);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_exact);
	tap_run(test_level);
	tap_run(test_edges_of_empty);
	tap_run(test_no_credit);
	tap_run(test_clock);
	tap_run(test_step);
	tap_run(test_two_clocks);
	tap_run(test_limits);
	tap_run(test_raise_and_lower);
	return done();
}
