/* SPDX-License-Identifier: BSD-3-Clause */
/* The DGA meter's sequential test. */
#include "meter/dga.h"

#include <assert.h>

#define MISSING_MBIT    3000u
/* Of a bot that hides among existing domains one is seen less often than of
 * people, by a little: this needs no limit, for ten have to make up for one. */
#define PRESENT_MBIT    300u
/* On credit it is the whole 2.17 bits. People need that when much is new to them
 * at once; a bot gets four names out of it, and two a day. */
#define ON_CREDIT_MBIT  1870u
#define CREDIT_MBIT     12000u
#define CREDIT_MBIT_DAY 6000u
#define SPENT_MBIT      17500u
/* So that a spent meter is clear again after some days, and a dead name a day
 * never adds up to a bot. */
#define DRAIN_MBIT_DAY  3000u
/* Further evidence adds no more than this: some days without any clear it. */
#define CAP_MBIT        (SPENT_MBIT + 2 * MISSING_MBIT)

/* The bucket keeps what was taken of the credit, in 1/86400 mbit: whole numbers of
 * them come back each second, however often somebody asks. */
#define CREDIT_UNITS_MBIT 86400u
#define CREDIT_UNITS      (CREDIT_MBIT * CREDIT_UNITS_MBIT)

static_assert((uint64_t)CREDIT_MBIT * CREDIT_UNITS_MBIT <= UINT32_MAX, "the credit's size");

/* Before the score drains, which moves its time. */
static void restore_credit(struct seep_bucket *score, uint64_t now_s)
{
	uint64_t elapsed_s = now_s > score->drained_s ? now_s - score->drained_s : 0;

	if (elapsed_s > score->credit / CREDIT_MBIT_DAY)
		score->credit = 0;
	else
		score->credit -= (uint32_t)elapsed_s * CREDIT_MBIT_DAY;
}

/* Lowers the score, as far as there is both score and credit. */
static void lower_on_credit(struct seep_bucket *score)
{
	uint64_t mbit = (CREDIT_UNITS - score->credit) / CREDIT_UNITS_MBIT;

	if (mbit > ON_CREDIT_MBIT)
		mbit = ON_CREDIT_MBIT;
	if (mbit > score->level_mbit)
		mbit = score->level_mbit;
	score->credit += (uint32_t)mbit * CREDIT_UNITS_MBIT;
	seep_bucket_lower(score, mbit);
}

bool seep_dga_is_spent(const struct seep_bucket *score, uint64_t now_s)
{
	return seep_bucket_level(score, DRAIN_MBIT_DAY, now_s) >= SPENT_MBIT;
}

bool seep_dga_score(struct seep_bucket *score, enum seep_existence existence, uint64_t now_s)
{
	bool was_spent;

	restore_credit(score, now_s);
	seep_bucket_drain(score, DRAIN_MBIT_DAY, now_s);
	was_spent = score->level_mbit >= SPENT_MBIT;
	if (existence == SEEP_EXISTENCE_NO) {
		seep_bucket_raise(score, MISSING_MBIT, CAP_MBIT);
	} else if (existence == SEEP_EXISTENCE_YES) {
		seep_bucket_lower(score, PRESENT_MBIT);
		lower_on_credit(score);
	}
	return !was_spent && score->level_mbit >= SPENT_MBIT;
}

void seep_dga_mend(struct seep_bucket *score, int64_t shift_s, uint64_t now_s)
{
	uint32_t credit = score->credit;

	seep_bucket_mend(score, shift_s, now_s);
	score->credit = credit < CREDIT_UNITS ? credit : CREDIT_UNITS;
	if (score->level_mbit > CAP_MBIT)
		score->level_mbit = CAP_MBIT;
}
