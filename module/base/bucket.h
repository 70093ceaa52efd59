/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A draining bucket: the level of a meter, in thousandths of a bit. It rises by what is charged and
 * drains at a steady rate; it is never reset.
 *
 * Time comes in as an argument, in seconds. A clock that steps back drains nothing: threads may be
 * a moment apart. If it steps back by more than SEEP_BUCKET_STEP_S it was set, and the bucket
 * drains from there. All zero bytes are an empty bucket.
 * Threads: the caller's lock.
 */
#ifndef SEEP_BUCKET_H
#define SEEP_BUCKET_H

#include <stdint.h>

/* The largest refill and level: 1 GiB, in thousandths of a bit. */
#define SEEP_BUCKET_MAX_MBIT (UINT64_C(8000) << 30)

/* A clock that steps back by more than this was set. */
#define SEEP_BUCKET_STEP_S 600

struct seep_bucket {
	uint64_t level_mbit;
	uint64_t drained_s; /* the time up to which it has drained */
	uint32_t carry;     /* what drained beyond whole mbit, in 1/86400 */
	uint32_t credit;    /* the DGA meter's own (dga.h); 0 in every other bucket */
};

/* Drains up to NOW_S at REFILL_MBIT_DAY, at most SEEP_BUCKET_MAX_MBIT. */
void seep_bucket_drain(struct seep_bucket *bucket, uint64_t refill_mbit_day, uint64_t now_s);

/* Returns the level at NOW_S, without draining. */
uint64_t seep_bucket_level(const struct seep_bucket *bucket, uint64_t refill_mbit_day,
			   uint64_t now_s);

/* Raises the level by MBIT, up to CAP_MBIT. Returns what was added. */
uint64_t seep_bucket_raise(struct seep_bucket *bucket, uint64_t mbit, uint64_t cap_mbit);

/* Takes MBIT that was added back, down to empty. */
void seep_bucket_lower(struct seep_bucket *bucket, uint64_t mbit);

/*
 * Makes what was saved, whatever bytes it was, a bucket at NOW_S, with its time moved by SHIFT_S.
 * No level is above the largest. It has not drained beyond now, which would stop it until then.
 * `credit` becomes 0.
 */
void seep_bucket_mend(struct seep_bucket *bucket, int64_t shift_s, uint64_t now_s);

#endif
