/* SPDX-License-Identifier: BSD-3-Clause */
/* A draining bucket, in whole thousandths of a bit. */
#include "base/bucket.h"

#include "base/clock.h"

#define DAY_S 86400u

void seep_bucket_drain(struct seep_bucket *bucket, uint64_t refill_mbit_day, uint64_t now_s)
{
	uint64_t elapsed_s = now_s - bucket->drained_s;
	uint64_t drained;

	if (now_s <= bucket->drained_s && bucket->drained_s - now_s <= SEEP_BUCKET_STEP_S)
		return;
	if (now_s < bucket->drained_s || !bucket->level_mbit || !refill_mbit_day) {
		bucket->drained_s = now_s;
		return;
	}
	bucket->drained_s = now_s;
	/* Long enough to be empty: say so before the product can overflow. */
	if (elapsed_s / DAY_S > bucket->level_mbit / refill_mbit_day) {
		bucket->level_mbit = 0;
		bucket->carry = 0;
		return;
	}
	drained = elapsed_s * refill_mbit_day + bucket->carry;
	bucket->carry = (uint32_t)(drained % DAY_S);
	seep_bucket_lower(bucket, drained / DAY_S);
}

uint64_t seep_bucket_level(const struct seep_bucket *bucket, uint64_t refill_mbit_day,
			   uint64_t now_s)
{
	struct seep_bucket copy = *bucket;

	seep_bucket_drain(&copy, refill_mbit_day, now_s);
	return copy.level_mbit;
}

uint64_t seep_bucket_raise(struct seep_bucket *bucket, uint64_t mbit, uint64_t cap_mbit)
{
	uint64_t room = bucket->level_mbit < cap_mbit ? cap_mbit - bucket->level_mbit : 0;
	uint64_t added = mbit < room ? mbit : room;

	bucket->level_mbit += added;
	return added;
}

void seep_bucket_lower(struct seep_bucket *bucket, uint64_t mbit)
{
	bucket->level_mbit -= mbit < bucket->level_mbit ? mbit : bucket->level_mbit;
}

void seep_bucket_mend(struct seep_bucket *bucket, int64_t shift_s, uint64_t now_s)
{
	if (bucket->level_mbit > SEEP_BUCKET_MAX_MBIT)
		bucket->level_mbit = SEEP_BUCKET_MAX_MBIT;
	bucket->drained_s = seep_clock_moved_s(bucket->drained_s, shift_s, now_s);
	bucket->carry %= DAY_S;
	bucket->credit = 0;
}
