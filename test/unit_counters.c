/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters: summed over the threads' blocks, and printed in their unit, less a base. */
#include "base/counters.h"
#include "fixture.h"

static void test_sum(void)
{
	struct seep_counters blocks[2], sum, base;
	struct stats stats = { .count = 0 };

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
	ok(seep_counters_print(&sum, &base, stats_take, &stats), "all are printed");
	is_int(stats_get(&stats, "num.seep.hits"), 50, "both threads', less the base");
	is_int(stats_get(&stats, "num.seep.queries"), 600, "the other counter is another's");
	is_int(stats_get(&stats, "num.seep.sent"), 0, "what nobody counted is 0");
}

static void test_unit(void)
{
	struct seep_counters sum, base;
	struct stats stats = { .count = 0 };

	memset(&sum, 0, sizeof(sum));
	memset(&base, 0, sizeof(base));
	seep_counters_add(&sum.bits, 5999);
	seep_counters_add(&base.bits, 1000);
	seep_counters_print(&sum, &base, stats_take, &stats);
	is_int(stats_get(&stats, "num.seep.bits"), 4, "whole bits of the difference");
}

static int take_two(void *context, const char *key, unsigned long long value)
{
	(void)key, (void)value;
	return ++*(int *)context < 2;
}

static void test_give_up(void)
{
	struct seep_counters none;
	struct seep_gauges gauges;
	int calls = 0;

	memset(&none, 0, sizeof(none));
	memset(&gauges, 0, sizeof(gauges));
	ok(!seep_counters_print(&none, &none, take_two, &calls), "who gives up is told of");
	is_int(calls, 2, "and called no more");
	calls = 0;
	ok(!seep_gauges_print(&gauges, take_two, &calls), "of gauges, too");
	is_int(calls, 2, "no more, either");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_sum);
	tap_run(test_unit);
	tap_run(test_give_up);
	return done();
}
