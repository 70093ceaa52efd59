/* SPDX-License-Identifier: BSD-3-Clause */
/* The habit of a domain: its users' habit, and whether they are alike. */
#include "meter/habit.h"

#include "base/bits.h"
#include "fixture.h"

/* COUNT users on a step. */
static void add(struct seep_habit *habit, unsigned step, unsigned count)
{
	while (count--)
		seep_habit_move(habit, 0, step);
}

static unsigned all_of(const struct seep_habit *habit)
{
	unsigned all = 0;

	for (unsigned step = 0; step < SEEP_HABIT_STEPS; step++)
		all += habit->users[step];
	return all;
}

static void test_steps(void)
{
	static const struct {
		uint64_t bits;
		unsigned step;
	} cases[] = {
		{ 0, 1 },   { 1, 1 },    { 64, 1 },   { 65, 2 },   { 128, 2 },  { 129, 3 },
		{ 256, 3 }, { 4096, 7 }, { 4097, 8 }, { 8192, 8 }, { 8193, 8 }, { 1 << 20, 8 }
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(seep_habit_step(cases[i].bits * SEEP_BIT_MBIT), cases[i].step,
		       "%" PRIu64 " bits", cases[i].bits);
	is_int(seep_habit_step(64 * SEEP_BIT_MBIT + 1), 2, "a thousandth of a bit more than 64");
}

/* Half of the users do what is the habit; what one does is not. */
static void test_usual(void)
{
	static const struct {
		const char *text;
		unsigned users[SEEP_HABIT_STEPS];
		uint64_t bits;
	} cases[] = {
		{ "nobody", { 0 }, 64 },
		{ "one of much alone", { [7] = 1 }, 8192 },
		{ "eight of little, one of much", { [0] = 8, [7] = 1 }, 64 },
		{ "six of little, two of much", { [0] = 6, [7] = 2 }, 64 },
		{ "five of little, two of much", { [0] = 5, [7] = 2 }, 8192 },
		{ "as many of both", { [0] = 4, [7] = 4 }, 8192 },
		{ "spread", { 1, 1, 1, 1, 1, 1, 1, 0 }, 2048 },
		{ "a hundred on the third", { [2] = 100 }, 256 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_habit habit = { { 0 } };

		for (unsigned step = 0; step < SEEP_HABIT_STEPS; step++)
			add(&habit, step + 1, cases[i].users[step]);
		is_int(seep_habit_mbit(&habit, 0, 0), cases[i].bits * SEEP_BIT_MBIT, "%s",
		       cases[i].text);
	}
}

/* Who is on no step sent little: a machine that sends much is not the habit of those who do not. */
static void test_uncounted(void)
{
	struct seep_habit habit = { { 0 } };

	add(&habit, 8, 1);
	is_int(seep_habit_mbit(&habit, 1, 0), 8192 * SEEP_BIT_MBIT, "one user, counted");
	is_int(seep_habit_mbit(&habit, 3, 0), 8192 * SEEP_BIT_MBIT, "one of three");
	is_int(seep_habit_mbit(&habit, 4, 0), 64 * SEEP_BIT_MBIT,
	       "beside three that are not: little");
	add(&habit, 8, 1);
	is_int(seep_habit_mbit(&habit, 7, 0), 8192 * SEEP_BIT_MBIT, "two of seven send much");
	is_int(seep_habit_mbit(&habit, 8, 0), 64 * SEEP_BIT_MBIT, "two of eight");
	add(&habit, 8, 5);
	is_int(seep_habit_mbit(&habit, 20000, 0), 64 * SEEP_BIT_MBIT, "seven of 20,000");
	add(&habit, 8, 1);
	is_int(seep_habit_mbit(&habit, 20000, 0), 8192 * SEEP_BIT_MBIT, "eight speak for 20,000");
}

/* Some machines and those who read one mail: a quarter of them that is few makes no habit. */
static void test_few(void)
{
	struct seep_habit habit = { { 0 } };

	add(&habit, 1, 6);
	add(&habit, 8, 3);
	is_int(seep_habit_mbit(&habit, 9, 3), 8192 * SEEP_BIT_MBIT,
	       "three of nine, of whom three make a habit");
	is_int(seep_habit_mbit(&habit, 9, 4), 64 * SEEP_BIT_MBIT, "three are less than few");
	add(&habit, 4, 1);
	is_int(seep_habit_mbit(&habit, 10, 4), 512 * SEEP_BIT_MBIT, "and a fourth sends 512");
	add(&habit, 8, 6);
	is_int(seep_habit_mbit(&habit, 16, 9), 8192 * SEEP_BIT_MBIT, "nine are few");
}

static void test_move(void)
{
	struct seep_habit habit = { { 0 } };

	add(&habit, 1, 3);
	seep_habit_move(&habit, 1, 4);
	is_int(habit.users[0], 2, "who sends more leaves its step");
	is_int(habit.users[3], 1, "for a higher one");
	seep_habit_move(&habit, 6, 7);
	is_int(habit.users[5], 0, "from a step that old days have left, too");
	is_int(habit.users[6], 1, "to its own");
	is_int(all_of(&habit), 4, "and is counted once");
}

/* A full step halves all: what was the habit goes as new users come. */
static void test_halving(void)
{
	struct seep_habit habit = { { 0 } };

	add(&habit, 1, UINT8_MAX);
	add(&habit, 3, 30);
	is_int(all_of(&habit), UINT8_MAX + 30, "as many as a step can hold");
	add(&habit, 1, 1);
	is_int(habit.users[0], UINT8_MAX / 2 + 1, "one more halves the step");
	is_int(habit.users[2], 15, "and all others");
	is_int(seep_habit_mbit(&habit, 0, 0), 64 * SEEP_BIT_MBIT, "which changes no habit");
	add(&habit, 3, 300);
	is_int(seep_habit_mbit(&habit, 0, 0), 256 * SEEP_BIT_MBIT, "new users do");
}

/* However much one machine sends to a domain of several users, their habit stays. */
static void test_one_machine(void)
{
	struct seep_habit habit = { { 0 } };
	unsigned counted = 0;

	add(&habit, 1, 3);
	for (unsigned day = 0; day < 100; day++) {
		/* the machine's level rises through all steps in a day */
		for (unsigned step = 1; step <= SEEP_HABIT_STEPS; step++) {
			seep_habit_move(&habit, counted, step);
			counted = step;
		}
		if (seep_habit_mbit(&habit, 0, 0) != 64 * SEEP_BIT_MBIT)
			ok(false, "day %u: the habit is %" PRIu64, day,
			   seep_habit_mbit(&habit, 0, 0));
	}
	is_int(seep_habit_mbit(&habit, 0, 0), 64 * SEEP_BIT_MBIT,
	       "one of four that sends all it can makes no habit in a hundred days");
}

static void test_alike(void)
{
	static const struct {
		const char *text;
		unsigned users[SEEP_HABIT_STEPS];
		bool alike;
	} cases[] = {
		{ "nobody", { 0 }, false },
		{ "one", { [3] = 1 }, false },
		{ "two on a step", { [3] = 2 }, true },
		{ "two that are two steps apart", { [3] = 1, [5] = 1 }, true },
		{ "two that are three steps apart", { [3] = 1, [6] = 1 }, false },
		{ "one far above seven", { [0] = 7, [7] = 1 }, true },
		{ "one far above six", { [0] = 6, [7] = 1 }, false },
		{ "two far above thirteen", { [0] = 13, [7] = 2 }, false },
		{ "who sends less than most is none", { [0] = 3, [7] = 4 }, true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_habit habit = { { 0 } };

		for (unsigned step = 0; step < SEEP_HABIT_STEPS; step++)
			add(&habit, step + 1, cases[i].users[step]);
		is_bool(seep_habit_is_alike(&habit), cases[i].alike, "alike: %s", cases[i].text);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_steps);
	tap_run(test_usual);
	tap_run(test_uncounted);
	tap_run(test_few);
	tap_run(test_move);
	tap_run(test_halving);
	tap_run(test_one_machine);
	tap_run(test_alike);
	return done();
}
