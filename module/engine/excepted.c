/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The exceptions in force: a set that never changes, behind a pointer that does.
 *
 * A thread says which set it asks before it does, and then looks whether that is still the one in
 * force (hazard pointers; Michael, IEEE TPDS 15(6), 2004). So the set is not freed under it, and
 * nobody waits: a set that a thread may be asking is kept until a later change, and there are never
 * more of these than threads. Without exceptions a query costs one load.
 */
#include "engine/internal.h"

#include <stdlib.h>

bool seep_excepted_open(struct seep_engine *engine)
{
	struct excepted *excepted = &engine->excepted;

	excepted->before = calloc(engine->thread_count + 1u, sizeof(*excepted->before));
	return excepted->before != NULL;
}

void seep_excepted_close(struct seep_engine *engine)
{
	struct excepted *excepted = &engine->excepted;

	for (unsigned at = 0; at < excepted->before_count; at++)
		seep_exceptions_destroy(excepted->before[at]);
	free(excepted->before);
	seep_exceptions_destroy(atomic_load(&excepted->now));
}

bool seep_excepted_covers(struct seep_thread *thread, const struct seep_observation *observation)
{
	struct excepted *excepted = &thread->engine->excepted;
	struct seep_exceptions *set = atomic_load_explicit(&excepted->now, memory_order_acquire);
	struct seep_exceptions *asked;
	bool covers;

	if (!set)
		return false;
	do {
		asked = set;
		atomic_store(&thread->excepting, asked);
		set = atomic_load(&excepted->now);
	} while (set != asked);
	covers = seep_exceptions_cover(set, observation->name, observation->name_size,
				       &observation->client, observation->when_ms / 1000);
	atomic_store_explicit(&thread->excepting, NULL, memory_order_release);
	return covers;
}

bool seep_excepted_would_cover(const struct seep_engine *engine,
			       const struct seep_observation *observation)
{
	return seep_exceptions_cover(atomic_load(&engine->excepted.now), observation->name,
				     observation->name_size, &observation->client,
				     observation->when_ms / 1000);
}

static bool is_asked(const struct seep_engine *engine, const struct seep_exceptions *set)
{
	for (unsigned at = 0; at < engine->thread_count; at++) {
		if (atomic_load(&engine->threads[at].excepting) == set)
			return true;
	}
	return false;
}

/*
 * Frees those before that no thread is asking. Each thread asks one at most: there is room
 * again.
 */
static void free_unasked(struct seep_engine *engine)
{
	struct excepted *excepted = &engine->excepted;
	unsigned kept = 0;

	for (unsigned at = 0; at < excepted->before_count; at++) {
		if (is_asked(engine, excepted->before[at]))
			excepted->before[kept++] = excepted->before[at];
		else
			seep_exceptions_destroy(excepted->before[at]);
	}
	excepted->before_count = kept;
}

void seep_engine_except(struct seep_engine *engine, struct seep_exceptions *set)
{
	struct excepted *excepted = &engine->excepted;
	struct seep_exceptions *before = atomic_exchange(&excepted->now, set);

	if (before)
		excepted->before[excepted->before_count++] = before;
	free_unasked(engine);
}

const struct seep_exceptions *seep_engine_exceptions(const struct seep_engine *engine)
{
	return atomic_load(&engine->excepted.now);
}
