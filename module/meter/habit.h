/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the users of a domain usually send there in a day: a histogram over users. What three of
 * four of them do not exceed is the domain's habit.
 *
 * A user counts once, on the highest step that its level in the pair meter (sketch/pairs.h) reached
 * of late: it fades by one step in four days, so that who has only begun to send today, or sent
 * little on a weekend, does not make the habit small. Steps double: up to 64 bits, up to 128, ...
 * beyond 4,096. A mean would let one machine make a habit of its own; what three of four do not do
 * is nobody's habit.
 *
 * Example: of nine users eight sent one name of 60 bits today, and one sent 5,000 bits. The habit
 * is on the first step, so the habit is 64 bits.
 *
 * Memory: 8 bytes, all zero to begin with. When a step is full all are halved, so those who left
 * fade.
 * Threads: the domain's lock.
 */
#ifndef SEEP_HABIT_H
#define SEEP_HABIT_H

#include <stdbool.h>
#include <stdint.h>

#define SEEP_HABIT_STEPS 8

/* A user may send so many times the habit for its share of the charge; beyond, all of it. */
#define SEEP_HABIT_TIMES 4

struct seep_habit {
	uint8_t users[SEEP_HABIT_STEPS];
};

/* Returns the step of a level, 1 to SEEP_HABIT_STEPS. */
unsigned seep_habit_step(uint64_t level_mbit);

/* Counts a user on step TO, and no more on FROM; 0: it was on none. */
void seep_habit_move(struct seep_habit *habit, unsigned from, unsigned to);

/*
 * Returns the habit of USERS, as its step's upper end. Those of them that are on no step sent
 * little: they count on the first, until eight others are counted. What less than FEW do is no
 * habit: some machines in one hand may be a quarter of a domain's users.
 */
uint64_t seep_habit_mbit(const struct seep_habit *habit, uint64_t users, uint64_t few);

/*
 * Do several users send like amounts, as those of a service do? At least two are counted, and of
 * all no more than one in eight is more than two steps above the median.
 */
bool seep_habit_is_alike(const struct seep_habit *habit);

#endif
