/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine is made for so many threads, and prints its statistics. */
#include "fixture_engine.h"

static void test_create(void)
{
	struct seep_conf_error error;
	struct seep_conf conf;
	struct seep_engine_setup setup = { .conf = &conf, .threads = 2, .when_ms = NOW_MS };
	enum seep_passthrough why = SEEP_PASSTHROUGH_NO;

	seep_conf_parse(&conf, "memory-size: 1m\n", 16, "test", &error);
	struct seep_engine *engine = seep_engine_create(&setup, &why);
	struct seep_thread *one = seep_engine_thread(engine), *two = seep_engine_thread(engine);
	ok(one && two && one != two, "two threads get a part each");
	ok(seep_engine_thread(engine) == NULL, "a third gets none");
	seep_engine_destroy(engine);
	seep_engine_destroy(NULL);
	seep_conf_release(&conf);
}

static int give_up(void *context, const char *key, unsigned long long value)
{
	(void)key, (void)value;
	return --*(int *)context > 0;
}

static void test_print(void)
{
	static const char *const keys[] = {
#define SEEP_COUNTER(field, key, unit, text) key,
#define SEEP_GAUGE(field, key, text)         key,
#include "seep_counters.def"
	};
	struct stats first, second, third;
	struct rig rig;
	struct seep_statistics now;
	unsigned wrong = 0;

	rig_open(&rig, USER_ONLY);
	send_all(&rig, 1, "far.com", 10);
	uint64_t ten_mbit = rig.all.mbit;
	first = rig_stats(&rig, false);
	second = rig_stats(&rig, true);
	is_int(first.count, COUNT(keys), "all statistics are printed");
	for (unsigned i = 0; i < first.count && i < COUNT(keys); i++) {
		wrong += strcmp(first.keys[i], keys[i]) != 0 || first.values[i] != second.values[i];
		wrong += strchr(keys[i], '=') != NULL || strchr(keys[i], ' ') != NULL;
		for (unsigned j = 0; j < i; j++)
			wrong += strcmp(keys[i], keys[j]) == 0;
	}
	is_int(wrong, 0, "each once, by its key, and the same until the reset");
	third = rig_stats(&rig, false);
	is_int(stats_get(&second, "num.seep.charged"), 10, "before the reset: charged");
	is_int(stats_get(&second, "num.seep.bits"), ten_mbit / 1000, "before the reset: bits");
	for (unsigned i = 0; i < third.count; i++)
		if (strncmp(third.keys[i], "num.", 4) == 0)
			is_int(third.values[i], 0, "after the reset: %s", third.keys[i]);
		else
			is_int(third.values[i], first.values[i], "after the reset: %s stays",
			       third.keys[i]);
	send_all(&rig, 1, "far.com", 3);
	ten_mbit += rig.all.mbit;
	is_stat(&rig, "charged", 3, "since the reset");
	send_all(&rig, 1, "far.com", 1000);
	is_filled(&rig, 8000000 - ten_mbit, "and the meters were not reset");

	seep_engine_read(rig.engine, rig.now_ms, &now);
	for (int calls = 1; calls <= (int)COUNT(keys); calls++) {
		int left = calls;
		(void)seep_statistics_print(&now, &rig.base, give_up, &left);
		if (left != 0)
			ok(false, "a printer that gives up after %d is called again", calls);
	}
	ok(true, "a printer that gives up is called no more");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_create);
	tap_run(test_print);
	return done();
}
