/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums and prints the counters, row by row of their table. */
#include "base/counters.h"

static uint64_t value_of(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void seep_counters_sum(struct seep_counters *sum, const struct seep_counters *block)
{
#define COUNTER_SUM(field, key, unit, text) seep_counters_add(&sum->field, value_of(&block->field));
	SEEP_COUNTERS(COUNTER_SUM)
#undef COUNTER_SUM
}

int seep_counters_print(const struct seep_counters *sum, const struct seep_counters *base,
			seep_print *print, void *context)
{
#define COUNTER_PRINT(field, key, unit, text)                                                \
	if (!print(context, key, (value_of(&sum->field) - value_of(&base->field)) / (unit))) \
		return 0;
	SEEP_COUNTERS(COUNTER_PRINT)
#undef COUNTER_PRINT
	return 1;
}

int seep_gauges_print(const struct seep_gauges *gauges, seep_print *print, void *context)
{
#define GAUGE_PRINT(field, key, text)            \
	if (!print(context, key, gauges->field)) \
		return 0;
	SEEP_GAUGES(GAUGE_PRINT)
#undef GAUGE_PRINT
	return 1;
}
