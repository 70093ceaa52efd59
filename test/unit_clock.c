/* SPDX-License-Identifier: BSD-3-Clause */
/* Time for the meters: whatever the wall clock does, they neither drain for it nor stop. */
#include "base/clock.h"
#include "fixture.h"

#define HOUR_MS  UINT64_C(3600000)
#define UNSET_MS (HOUR_MS * 5) /* on 1970-01-01 */

static void test_running(void)
{
	struct seep_clock clock = seep_clock_start(NOW_MS, 7000, 0);

	is_int(seep_clock_now(&clock, 7000), NOW_MS, "a first start: the wall clock's time");
	is_int(seep_clock_now(&clock, 7000 + DAY_MS), NOW_MS + DAY_MS,
	       "a day by the other clock later: a day later");
	is_int(seep_clock_now(&clock, 6000), NOW_MS, "never before the start");
}

/* Starts at WALL_MS with what was saved at SAVED_MS: the time, and what passed since. */
static void test_starts(void)
{
	static const struct {
		const char *title;
		uint64_t wall_ms, saved_ms, now_ms, passed_ms;
	} cases[] = {
		{ "an hour after", NOW_MS, NOW_MS - HOUR_MS, NOW_MS, HOUR_MS },
		{ "at once", NOW_MS, NOW_MS, NOW_MS, 0 },
		{ "set back by a day", NOW_MS, NOW_MS + DAY_MS, NOW_MS, 0 },
		{ "set back by a second", NOW_MS, NOW_MS + 1000, NOW_MS, 0 },
		{ "a year later", NOW_MS, NOW_MS - 365 * DAY_MS, NOW_MS, 365 * DAY_MS },
		{ "ten years later", NOW_MS, NOW_MS - 3650 * DAY_MS, NOW_MS, 0 },
		{ "not set, saved when it was", UNSET_MS, NOW_MS, NOW_MS, 0 },
		{ "not set, then or now", UNSET_MS, UNSET_MS + HOUR_MS, UNSET_MS + HOUR_MS, 0 },
		{ "set, saved when it was not", NOW_MS, UNSET_MS, NOW_MS, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_clock clock = seep_clock_start(cases[i].wall_ms, 1, cases[i].saved_ms);
		uint64_t now_ms = seep_clock_now(&clock, 1);
		int64_t shift_ms = seep_clock_shift_ms(cases[i].saved_ms, now_ms);

		is_int(now_ms, cases[i].now_ms, "%s: the time", cases[i].title);
		is_int(now_ms - (cases[i].saved_ms + (uint64_t)shift_ms), cases[i].passed_ms,
		       "%s: what has passed", cases[i].title);
	}
}

/* Times that are moved stay in order, and none is later than now. */
static void test_moved(void)
{
	static const struct {
		uint64_t saved_s;
		int64_t shift_s;
		uint64_t want_s;
	} cases[] = {
		{ NOW_S - 5, 0, NOW_S - 5 },
		{ NOW_S + 5, 0, NOW_S },
		{ NOW_S + 5, -10, NOW_S - 5 },
		{ 3, -10, 0 },
		{ 3, (int64_t)NOW_S - 4, NOW_S - 1 },
		{ UINT64_MAX, 10, NOW_S },
		{ UINT64_MAX, 0, NOW_S },
		{ UINT64_MAX, INT64_MIN, NOW_S },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(seep_clock_moved_s(cases[i].saved_s, cases[i].shift_s, NOW_S),
		       cases[i].want_s, "moved: case %zu", i);
}

/* What a saved bucket holds when the clock has been elsewhere. */
static void test_bucket(void)
{
	struct seep_bucket bucket = { .level_mbit = 1000, .drained_s = NOW_S + DAY_S };

	seep_bucket_mend(&bucket, -(int64_t)DAY_S, NOW_S);
	is_int(seep_bucket_level(&bucket, 400, NOW_S), 1000, "saved a day ahead: nothing drained");
	is_int(seep_bucket_level(&bucket, 400, NOW_S + DAY_S), 600, "and it goes on draining");
	bucket = (struct seep_bucket){ .level_mbit = 1000, .drained_s = 18000 };
	seep_bucket_mend(&bucket, (int64_t)NOW_S - 18000, NOW_S);
	is_int(seep_bucket_level(&bucket, 400, NOW_S), 1000, "saved in 1970: nothing drained");
	bucket = (struct seep_bucket){ .level_mbit = UINT64_MAX, .carry = UINT32_MAX, .credit = 9 };
	seep_bucket_mend(&bucket, 0, NOW_S);
	ok(bucket.level_mbit == SEEP_BUCKET_MAX_MBIT && bucket.carry < DAY_S && !bucket.credit,
	   "no level above the largest");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_running);
	tap_run(test_starts);
	tap_run(test_moved);
	tap_run(test_bucket);
	return done();
}
