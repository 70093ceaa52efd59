/* SPDX-License-Identifier: BSD-3-Clause */
/* One observation, in an engine that has seen all of the load: its time, and memory. */
#include "growth.h"

#include <stdlib.h>

/*
 * For callgrind: what is done inside of these, and not while the engine is filled. The comments to
 * the assembler keep the compiler from taking the two for one, and the calls for jumps.
 */
#define MEASURED static __attribute__((noinline))

MEASURED void observe_known(struct seep_thread *thread, const struct seep_observation *observations)
{
	engine_observe(thread, observations, LOAD_BATCH);
	__asm__ volatile("# known" ::: "memory");
}

MEASURED void observe_novel(struct seep_thread *thread, const struct seep_observation *observations)
{
	engine_observe(thread, observations, LOAD_BATCH);
	__asm__ volatile("# novel" ::: "memory");
}

struct point {
	struct seep_engine *engine;
	struct seep_thread *thread;
	const struct load *load;
	uint64_t when_ms;
	double *ns; /* of each batch */
	size_t batches;
};

static void measure(struct point *point, bool known, const char *key)
{
	uint64_t dice = 20261126;

	for (size_t i = 0; i < point->batches; i++) {
		struct seep_observation observations[LOAD_BATCH];
		uint8_t names[LOAD_BATCH][SEEP_NAME_MAX_BYTES];
		uint64_t began;

		for (size_t j = 0; j < LOAD_BATCH; j++) {
			uint64_t number = known ? bench_random(&dice) % point->load->names
						: point->load->names + i * LOAD_BATCH + j;

			load_observation(point->load, number, point->when_ms, &observations[j],
					 names[j]);
		}
		point->when_ms++;
		began = bench_clock_ns();
		if (known)
			observe_known(point->thread, observations);
		else
			observe_novel(point->thread, observations);
		point->ns[i] = (double)(bench_clock_ns() - began) / LOAD_BATCH;
		if (i % 1000 == 999)
			seep_engine_drop_changes(point->engine); /* as once a second */
	}
	growth_say(key, growth_median(point->ns, point->batches));
}

/* Had all of it a place, and passed all of it? */
static void say_places(const struct point *point)
{
	struct seep_statistics found;

	seep_engine_read(point->engine, point->when_ms, &found);
	growth_say("users", (double)found.gauges.users);
	growth_say("domains", (double)found.gauges.domains);
	growth_say("unplaced", (double)(found.counters.evicted_users +
					found.counters.evicted_domains + found.counters.untracked));
	growth_say("sent", (double)found.counters.sent);
	growth_say("known", (double)found.counters.known);
	growth_say("refused",
		   (double)(found.counters.refused_user + found.counters.refused_network +
			    found.counters.refused_domain));
}

void growth_point(const struct growth *growth)
{
	uint64_t memory_bytes =
		growth->memory_bytes ? growth->memory_bytes : load_memory_bytes(&growth->load, 1);
	struct point point = {
		.load = &growth->load,
		.batches = growth->observations / LOAD_BATCH,
		.when_ms = GROWTH_BEGAN_MS,
	};

	point.ns = calloc(point.batches, sizeof(*point.ns));
	if (!point.ns)
		exit(1);
	point.engine = growth_engine(memory_bytes, 1);
	point.thread = seep_engine_thread(point.engine);
	point.when_ms = load_fill(point.thread, point.load, 0, point.load->names, point.when_ms);
	seep_engine_drop_changes(point.engine);
	growth_say("needed_bytes", (double)memory_bytes);
	growth_say("resident_bytes", (double)growth_proc("/proc/self/status", "VmRSS"));
	measure(&point, true, "known_ns");
	measure(&point, false, "novel_ns");
	say_places(&point);
	seep_engine_destroy(point.engine);
	free(point.ns);
}
