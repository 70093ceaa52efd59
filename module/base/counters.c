/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums and prints the counters, row by row of their table. */
#include "base/counters.h"

static uint64_t value_of(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void seep_counters_sum(struct seep_counters *sum, const struct seep_counters *block)
{
#define SEEP_COUNTER(field, key, unit, text) \
	seep_counters_add(&sum->field, value_of(&block->field));
#include "seep_counters.def"
}

static int print_counters(const struct seep_counters *sum, const struct seep_counters *base,
			  seep_print *print, void *context)
{
#define SEEP_COUNTER(field, key, unit, text)                                                 \
	if (!print(context, key, (value_of(&sum->field) - value_of(&base->field)) / (unit))) \
		return 0;
#include "seep_counters.def"
	return 1;
}

static int print_gauges(const struct seep_gauges *gauges, seep_print *print, void *context)
{
#define SEEP_GAUGE(field, key, text)             \
	if (!print(context, key, gauges->field)) \
		return 0;
#include "seep_counters.def"
	return 1;
}

int seep_statistics_print(const struct seep_statistics *statistics,
			  const struct seep_counters *base, seep_print *print, void *context)
{
	return print_counters(&statistics->counters, base, print, context) &&
	       print_gauges(&statistics->gauges, print, context);
}

void seep_statistics_reset(const struct seep_statistics *statistics, struct seep_counters *base)
{
	*base = (struct seep_counters){ .queries = 0 };
	seep_counters_sum(base, &statistics->counters);
}
