/* SPDX-License-Identifier: BSD-3-Clause */
/* The histogram of what a domain's users send. */
#include "meter/habit.h"

#include "base/bits.h"

#define FIRST_MBIT (64 * SEEP_BIT_MBIT)

/* So many of a hundred users do not exceed the habit. */
#define USUAL 75

/* So many that are counted speak for all others: a few hundred are at most, of any number. */
#define SPEAK_FOR_ALL 8

/* Alike: at most one in OUTLIERS is more than ALIKE_STEPS above the median. */
#define ALIKE_STEPS 2
#define OUTLIERS    8

unsigned seep_habit_step(uint64_t level_mbit)
{
	unsigned step = 1;

	while (step < SEEP_HABIT_STEPS && level_mbit > FIRST_MBIT << (step - 1))
		step++;
	return step;
}

void seep_habit_move(struct seep_habit *habit, unsigned from, unsigned to)
{
	uint8_t *users = habit->users;

	if (from && users[from - 1])
		users[from - 1]--;
	if (users[to - 1] == UINT8_MAX)
		for (unsigned step = 0; step < SEEP_HABIT_STEPS; step++)
			users[step] /= 2;
	users[to - 1]++;
}

static unsigned all_users(const struct seep_habit *habit)
{
	unsigned all = 0;

	for (unsigned step = 0; step < SEEP_HABIT_STEPS; step++)
		all += habit->users[step];
	return all;
}

/* The step, from 0, that PERCENT of the users do not exceed; of UNCOUNTED ones it is the first. */
static unsigned step_of(const struct seep_habit *habit, unsigned percent, uint64_t uncounted)
{
	uint64_t all = all_users(habit) + uncounted;
	unsigned step = 0;
	uint64_t below = habit->users[0] + uncounted;

	while (step + 1 < SEEP_HABIT_STEPS && 100 * below < percent * all)
		below += habit->users[++step];
	return step;
}

uint64_t seep_habit_mbit(const struct seep_habit *habit, uint64_t users, uint64_t few)
{
	unsigned all = all_users(habit);
	uint64_t uncounted = all < SPEAK_FOR_ALL && users > all ? users - all : 0;
	unsigned step = step_of(habit, USUAL, uncounted);
	uint64_t above = 0;

	for (unsigned at = step; at < SEEP_HABIT_STEPS; at++)
		above += habit->users[at];
	while (step && above < few)
		above += habit->users[--step];
	return FIRST_MBIT << step;
}

bool seep_habit_is_alike(const struct seep_habit *habit)
{
	unsigned all = all_users(habit);
	unsigned outliers = 0;

	for (unsigned step = step_of(habit, 50, 0) + ALIKE_STEPS + 1; step < SEEP_HABIT_STEPS;
	     step++)
		outliers += habit->users[step];
	return all >= 2 && OUTLIERS * outliers <= all;
}
