/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Histograms of the calls' times, in cycles: sixteen columns for each power of two, so that a
 * column is at most a sixteenth of its value wide.
 */
#include "unbound/timed.h"

#ifdef SEEP_TIMED

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "unbound/ub.h"
#include "util/log.h"

#define FINE_BITS    4
#define FINE         (1u << FINE_BITS)
#define COLUMNS      (40 * FINE)
#define LINE_BYTES   8000 /* Unbound cuts longer ones */
#define COLUMN_BYTES 48   /* of text, at most */
#define EMPTY_CALLS  10000

static const char *const names[UB_TIMED_CALLS] = {
	[UB_TIMED_NEW] = "operate_new",  [UB_TIMED_DONE] = "operate_moddone",
	[UB_TIMED_LEAVES] = "on_query",  [UB_TIMED_CLEAR] = "clear",
	[UB_TIMED_HIT] = "on_cache_hit", [UB_TIMED_NOTHING] = "nothing",
};

static _Atomic uint64_t counts[UB_TIMED_CALLS][COLUMNS];
static uint64_t start_cycles, start_ns;

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t column_of(uint64_t cycles)
{
	unsigned power;
	size_t column;

	if (cycles < FINE)
		return (size_t)cycles;
	power = 63 - (unsigned)__builtin_clzll(cycles) - FINE_BITS;
	column = (size_t)(power * FINE + (cycles >> power));
	return column < COLUMNS ? column : COLUMNS - 1;
}

/* The least number of cycles in COLUMN. */
static uint64_t cycles_of(size_t column)
{
	size_t power = column < 2 * FINE ? 0 : column / FINE - 1;

	return (uint64_t)(column - power * FINE) << power;
}

void ub_timed_end(const struct ub_timed *timed)
{
	uint64_t cycles = ub_timed_cycles() - timed->began;

	atomic_fetch_add_explicit(&counts[timed->call][column_of(cycles)], 1, memory_order_relaxed);
}

void ub_timed_start(void)
{
	start_ns = clock_ns();
	start_cycles = ub_timed_cycles();
}

/* "seep: timed: NAME NS:COUNT ...", as many lines as it takes. */
static void log_call(enum ub_timed_call call, double ns_a_cycle)
{
	char line[LINE_BYTES];
	int at = 0;

	for (size_t column = 0; column < COLUMNS; column++) {
		uint64_t count = atomic_load_explicit(&counts[call][column], memory_order_relaxed);

		if (!count)
			continue;
		at += snprintf(line + at, sizeof(line) - (size_t)at, " %.1f:%llu",
			       (double)cycles_of(column) * ns_a_cycle, (unsigned long long)count);
		if (at < LINE_BYTES - COLUMN_BYTES)
			continue;
		log_info("seep: timed: %s%s", names[call], line);
		at = 0;
	}
	if (at)
		log_info("seep: timed: %s%s", names[call], line);
}

void ub_timed_log(void)
{
	uint64_t cycles = ub_timed_cycles() - start_cycles;
	double ns_a_cycle = cycles ? (double)(clock_ns() - start_ns) / (double)cycles : 0;

	for (int i = 0; i < EMPTY_CALLS; i++) {
		UB_TIMED(UB_TIMED_NOTHING);
	}
	for (int call = 0; call < UB_TIMED_CALLS; call++)
		log_call((enum ub_timed_call)call, ns_a_cycle);
}

#endif
