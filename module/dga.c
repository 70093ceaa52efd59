/* SPDX-License-Identifier: BSD-3-Clause */
/* The DGA meter's sequential test. */
#include "dga.h"

#define MISSING_MBIT   3000u
#define PRESENT_MBIT   2170u
#define SPENT_MBIT     17500u
/* So that a spent meter is clear again after some days, and a dead name a day
 * never adds up to a bot. */
#define DRAIN_MBIT_DAY 3000u
/* Further evidence adds no more than this: some days without any clear it. */
#define CAP_MBIT       (SPENT_MBIT + 2 * MISSING_MBIT)

bool seep_dga_is_spent(const struct seep_bucket *score, uint64_t now_s)
{
	return seep_bucket_level(score, DRAIN_MBIT_DAY, now_s) >= SPENT_MBIT;
}

bool seep_dga_score(struct seep_bucket *score, enum seep_existence existence, uint64_t now_s)
{
	bool was_spent;

	seep_bucket_drain(score, DRAIN_MBIT_DAY, now_s);
	was_spent = score->level_mbit >= SPENT_MBIT;
	if (existence == SEEP_EXISTENCE_NO)
		seep_bucket_raise(score, MISSING_MBIT, CAP_MBIT);
	else if (existence == SEEP_EXISTENCE_YES)
		seep_bucket_lower(score, PRESENT_MBIT);
	return !was_spent && score->level_mbit >= SPENT_MBIT;
}

void seep_dga_mend(struct seep_bucket *score, int64_t shift_s, uint64_t now_s)
{
	seep_bucket_mend(score, shift_s, now_s);
	if (score->level_mbit > CAP_MBIT)
		score->level_mbit = CAP_MBIT;
}
