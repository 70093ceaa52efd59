/* SPDX-License-Identifier: BSD-3-Clause */
/* The histogram of what a domain's users send. */
#include "meter/habit.h"

#include "base/bits.h"

#define FIRST_MBIT (64 * SEEP_BIT_MBIT)

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

/* The step that the lower half of the users reach, from 0; of UNCOUNTED ones the first. */
static unsigned median_step(const struct seep_habit *habit, uint64_t uncounted)
{
	uint64_t all = all_users(habit) + uncounted;
	unsigned step = 0;
	uint64_t below = habit->users[0] + uncounted;

	while (step + 1 < SEEP_HABIT_STEPS && 2 * below < all)
		below += habit->users[++step];
	return step;
}

uint64_t seep_habit_mbit(const struct seep_habit *habit, uint64_t users)
{
	unsigned all = all_users(habit);

	return FIRST_MBIT << median_step(habit, users > all ? users - all : 0);
}

bool seep_habit_is_alike(const struct seep_habit *habit)
{
	unsigned all = all_users(habit);
	unsigned outliers = 0;

	for (unsigned step = median_step(habit, 0) + ALIKE_STEPS + 1; step < SEEP_HABIT_STEPS;
	     step++)
		outliers += habit->users[step];
	return all >= 2 && OUTLIERS * outliers <= all;
}
