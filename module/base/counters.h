/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The counters of include/seep_counters.def: a block a thread, summed when they are printed.
 *
 * Threads: only its own thread adds to a block; any thread may sum. To reset, who prints copies the
 * sums to a base, and touches no block: nothing is lost to it.
 */
#ifndef SEEP_COUNTERS_STORE_H
#define SEEP_COUNTERS_STORE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct seep_counters {
#define SEEP_COUNTER(field, key, unit, text) _Atomic uint64_t field;
#include "seep_counters.def"
};

/* The gauges, as plain numbers; the caller fills them. */
struct seep_gauges {
#define SEEP_GAUGE(field, key, text) uint64_t field;
#include "seep_counters.def"
};

/* Adds N to a counter of the calling thread's own block. */
static inline void seep_counters_add(_Atomic uint64_t *counter, uint64_t n)
{
	/* One writer: no locked instruction is needed. */
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

/* Takes one statistic. Returns 0 to be called no more. */
typedef int seep_print(void *context, const char *key, unsigned long long value);

/* Adds BLOCK to SUM. */
void seep_counters_sum(struct seep_counters *sum, const struct seep_counters *block);

/* All statistics of one moment. */
struct seep_statistics {
	struct seep_counters counters; /* sums */
	struct seep_gauges gauges;
};

/* Prints every counter, less that of BASE, then every gauge. Returns 0 if PRINT gave up. */
int seep_statistics_print(const struct seep_statistics *statistics,
			  const struct seep_counters *base, seep_print *print, void *context);

/* Sets BASE to what was counted up to then: counters printed with it begin at 0. */
void seep_statistics_reset(const struct seep_statistics *statistics, struct seep_counters *base);

#endif
