/* SPDX-License-Identifier: BSD-3-Clause */
/* When people's machines do what looks like a tunnel; the habits' table. */
#include "habit.h"

static const struct habit {
	const char *name;
	float per_day[ORG_ROLES];
	void (*ask)(struct person *person, struct stage *stage, struct dice *dice);
} habits[] = {
#define HABIT_ROW(name, office, developer, heavy, home, text) \
	{ #name, { office, developer, heavy, home }, habit_##name },
	HABITS(HABIT_ROW)
#undef HABIT_ROW
};

#define HABIT_COUNT (sizeof(habits) / sizeof(habits[0]))

static double all_per_day(const struct person *person)
{
	double sum = 0;

	for (unsigned i = 0; i < HABIT_COUNT; i++)
		sum += (double)habits[i].per_day[person->role];
	return sum;
}

static uint64_t next_habit(struct person *person, uint64_t from_ms)
{
	return org_next(person, from_ms, org_active_ms(person) / all_per_day(person),
			&person->habits.dice);
}

void habit_start(struct person *person)
{
	person->habits.next_ms = next_habit(person, START_MS + person->joins_day * DAY_MS);
}

void habit_fire(struct actor *actor, struct stage *stage)
{
	struct person *person = actor->owner;
	double draw = dice_unit(&actor->dice) * all_per_day(person);
	unsigned i = 0;

	while (i + 1 < HABIT_COUNT && draw >= (double)habits[i].per_day[person->role])
		draw -= (double)habits[i++].per_day[person->role];
	habits[i].ask(person, stage, &actor->dice);
	actor->next_ms = next_habit(person, stage->now_ms);
}
