/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The meters' time, which does not follow a wall clock that is wrong or is set.
 *
 * Within a process time is that of its start and what has passed since by a clock that is never set
 * and that counts suspension (CLOCK_BOOTTIME): whatever is done to the wall clock meanwhile neither
 * drains a meter nor stops it.
 *
 * A start takes the wall clock's time. Before 2020 that clock has not been set (a machine without a
 * battery): time goes on from what was saved last.
 *
 * Time also passes between what was saved last and a start, and meters drain for it. But a saved
 * time is implausible if it lies in the future, before 2020 although it is later now, or more than
 * SEEP_CLOCK_AWAY_MS in the past. Then all saved times are moved, so that no time has passed since
 * they were saved.
 *
 * Reads no clock itself; all times are given.
 */
#ifndef SEEP_CLOCK_H
#define SEEP_CLOCK_H

#include <stdint.h>

/* 2020-01-01: a wall clock before this has not been set. */
#define SEEP_CLOCK_SET_MS (UINT64_C(1577836800) * 1000)

struct seep_clock {
	uint64_t start_ms; /* the time at the start */
	uint64_t boot_ms;  /* the same moment by CLOCK_BOOTTIME */
};

/* No resolver is switched off for longer than this: 400 days. */
#define SEEP_CLOCK_AWAY_MS (UINT64_C(400) * 86400 * 1000)

/* Returns the clock of a process that starts now. SAVED_MS is the last time saved, or 0. */
struct seep_clock seep_clock_start(uint64_t wall_ms, uint64_t boot_ms, uint64_t saved_ms);

/* Returns the time at BOOT_MS. */
uint64_t seep_clock_now(const struct seep_clock *clock, uint64_t boot_ms);

/* Returns by how much the times saved are to be moved, at a start at NOW_MS. */
int64_t seep_clock_shift_ms(uint64_t saved_ms, uint64_t now_ms);

/* Returns SAVED_S moved by SHIFT_S, not later than NOW_S and not below 0. */
uint64_t seep_clock_moved_s(uint64_t saved_s, int64_t shift_s, uint64_t now_s);

#endif
