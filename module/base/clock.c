/* SPDX-License-Identifier: BSD-3-Clause */
/* Time for the meters, from two clocks and what was saved. */
#include "base/clock.h"

struct seep_clock seep_clock_start(uint64_t wall_ms, uint64_t boot_ms, uint64_t saved_ms)
{
	return (struct seep_clock){
		.start_ms = wall_ms < SEEP_CLOCK_SET_MS && saved_ms ? saved_ms : wall_ms,
		.boot_ms = boot_ms,
	};
}

uint64_t seep_clock_now(const struct seep_clock *clock, uint64_t boot_ms)
{
	return clock->start_ms + (boot_ms > clock->boot_ms ? boot_ms - clock->boot_ms : 0);
}

int64_t seep_clock_shift_ms(uint64_t saved_ms, uint64_t now_ms)
{
	if (saved_ms > now_ms || now_ms - saved_ms > SEEP_CLOCK_AWAY_MS ||
	    (saved_ms < SEEP_CLOCK_SET_MS && now_ms >= SEEP_CLOCK_SET_MS))
		return (int64_t)(now_ms - saved_ms);
	return 0;
}

uint64_t seep_clock_moved_s(uint64_t saved_s, int64_t shift_s, uint64_t now_s)
{
	uint64_t moved_s = saved_s + (uint64_t)shift_s;

	if (shift_s < 0 && saved_s < 0 - (uint64_t)shift_s)
		return 0;
	return moved_s < now_s && moved_s >= (shift_s > 0 ? saved_s : 0) ? moved_s : now_s;
}
