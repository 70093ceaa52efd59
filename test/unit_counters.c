/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters: summed over the threads' blocks, and printed in their unit, less a base. */
#include "base/counters.h"
#include "fixture.h"

/* What is printed of counters whose sums are SUM, less BASE. */
static struct stats printed(const struct seep_counters *sum, const struct seep_counters *base)
{
	struct seep_statistics statistics = { .counters = *sum };
	struct stats stats = { .count = 0 };

	ok(seep_statistics_print(&statistics, base, stats_take, &stats), "all are printed");
	return stats;
}

static void test_sum(void)
{
	struct seep_counters blocks[2], sum, base;
	struct stats stats;

	memset(blocks, 0, sizeof(blocks));
	memset(&sum, 0, sizeof(sum));
	memset(&base, 0, sizeof(base));
	seep_counters_add(&blocks[0].hits, 3);
	seep_counters_add(&blocks[0].hits, 4);
	seep_counters_add(&blocks[1].hits, 50);
	seep_counters_add(&blocks[1].queries, 600);
	for (size_t i = 0; i < COUNT(blocks); i++)
		seep_counters_sum(&sum, &blocks[i]);
	seep_counters_add(&base.hits, 7);
	stats = printed(&sum, &base);
	is_int(stats_get(&stats, "num.seep.hits"), 50, "both threads', less the base");
	is_int(stats_get(&stats, "num.seep.queries"), 600, "the other counter is another's");
	is_int(stats_get(&stats, "num.seep.sent"), 0, "what nobody counted is 0");
}

static void test_unit(void)
{
	struct seep_counters sum, base;
	struct stats stats;

	memset(&sum, 0, sizeof(sum));
	memset(&base, 0, sizeof(base));
	seep_counters_add(&sum.bits, 5999);
	seep_counters_add(&base.bits, 1000);
	stats = printed(&sum, &base);
	is_int(stats_get(&stats, "num.seep.bits"), 4, "whole bits of the difference");
}

static void test_reset(void)
{
	struct seep_statistics statistics;
	struct seep_counters base;
	struct stats stats;

	memset(&statistics, 0, sizeof(statistics));
	memset(&base, 0xff, sizeof(base));
	seep_counters_add(&statistics.counters.hits, 9);
	seep_statistics_reset(&statistics, &base);
	seep_counters_add(&statistics.counters.hits, 2);
	stats = printed(&statistics.counters, &base);
	is_int(stats_get(&stats, "num.seep.hits"), 2, "what was counted since the reset");
	is_int(stats_get(&stats, "num.seep.queries"), 0, "and of the others nothing");
}

static int take_some(void *context, const char *key, unsigned long long value)
{
	(void)key, (void)value;
	return --*(int *)context > 0;
}

/* Among the counters and among the gauges. */
static void test_give_up(void)
{
	struct seep_statistics none;

	memset(&none, 0, sizeof(none));
	for (int calls = 2; calls < 50; calls += 46) {
		int left = calls;

		ok(!seep_statistics_print(&none, &none.counters, take_some, &left),
		   "who gives up after %d is told of", calls);
		is_int(left, 0, "and called no more");
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_sum);
	tap_run(test_unit);
	tap_run(test_reset);
	tap_run(test_give_up);
	return done();
}
