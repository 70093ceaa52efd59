/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes and unmakes the engine: its memory, its threads, its mode. */
#include "engine_state.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "suffix.h"

/* How memory-size is shared out, in sixteenths. */
#define NOVELTY_SHARE 8
#define DOMAINS_SHARE 6
#define USERS_SHARE   2

static bool claim_memory(struct seep_engine *engine)
{
	size_t bytes = (size_t)engine->conf.memory_size_bytes & ~(size_t)4095;
	size_t part = bytes / 16 & ~(size_t)63;
	unsigned char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint64_t now_s = engine->learning_until_ms / 1000;

	if (memory == MAP_FAILED)
		return false;
	engine->memory = memory;
	engine->memory_bytes = bytes;
	engine->novelty =
		seep_novelty_create(memory, part * NOVELTY_SHARE, engine->conf.memory_s, now_s);
	memory += part * NOVELTY_SHARE;
	engine->domains = seep_table_create(memory, part * DOMAINS_SHARE, sizeof(struct domain));
	memory += part * DOMAINS_SHARE;
	engine->users = seep_table_create(memory, part * USERS_SHARE, sizeof(struct user));
	return engine->novelty && engine->domains && engine->users;
}

static enum seep_passthrough open_threads(struct seep_engine *engine, const uint8_t *key,
					  unsigned count)
{
	engine->threads = calloc(count, sizeof(*engine->threads));
	if (!engine->threads)
		return SEEP_PASSTHROUGH_MEMORY;
	engine->thread_count = count;
	for (unsigned i = 0; i < count; i++) {
		engine->threads[i].engine = engine;
		engine->threads[i].hasher = seep_hash_open(key);
		if (!engine->threads[i].hasher)
			return SEEP_PASSTHROUGH_SYSTEM;
	}
	return SEEP_PASSTHROUGH_NO;
}

struct seep_engine *seep_engine_create(const struct seep_engine_setup *setup,
				       enum seep_passthrough *why)
{
	struct seep_engine *engine = calloc(1, sizeof(*engine));

	*why = SEEP_PASSTHROUGH_MEMORY;
	if (!engine)
		return NULL;
	pthread_mutex_init(&engine->base_lock, NULL);
	engine->conf = *setup->conf;
	engine->user_limits = (struct seep_limits){
		seep_meter_mbit(setup->conf->user_budget_bytes),
		seep_meter_mbit(setup->conf->user_refill_bytes_per_day),
		setup->conf->flag_at_percent,
	};
	engine->domain_limits = (struct seep_limits){
		seep_meter_mbit(setup->conf->domain_budget_bytes),
		seep_meter_mbit(setup->conf->domain_refill_bytes_per_day),
		setup->conf->flag_at_percent,
	};
	engine->tell = setup->tell;
	engine->tell_context = setup->tell_context;
	engine->learning_until_ms = setup->when_ms;
	if (claim_memory(engine)) {
		engine->learning_until_ms += setup->conf->learning_s * 1000;
		engine->suffixes = seep_suffix_open(setup->conf->public_suffix_list);
		*why = engine->suffixes ? open_threads(engine, setup->key, setup->threads)
					: SEEP_PASSTHROUGH_SYSTEM;
	}
	if (*why == SEEP_PASSTHROUGH_NO)
		return engine;
	seep_engine_destroy(engine);
	return NULL;
}

void seep_engine_destroy(struct seep_engine *engine)
{
	if (!engine)
		return;
	for (unsigned i = 0; i < engine->thread_count; i++)
		seep_hash_close(engine->threads[i].hasher);
	free(engine->threads);
	seep_table_destroy(engine->users);
	seep_table_destroy(engine->domains);
	seep_novelty_destroy(engine->novelty);
	seep_suffix_close(engine->suffixes);
	if (engine->memory)
		munmap(engine->memory, engine->memory_bytes);
	pthread_mutex_destroy(&engine->base_lock);
	free(engine);
}

struct seep_thread *seep_engine_thread(struct seep_engine *engine)
{
	unsigned taken = atomic_fetch_add(&engine->threads_taken, 1);

	return taken < engine->thread_count ? &engine->threads[taken] : NULL;
}

struct seep_counters *seep_thread_counters(struct seep_thread *thread)
{
	return &thread->counters;
}

enum seep_mode seep_engine_mode(const struct seep_engine *engine, uint64_t when_ms)
{
	if (engine->conf.action == SEEP_ACTION_FLAG)
		return SEEP_MODE_FLAG;
	if (when_ms < engine->learning_until_ms)
		return SEEP_MODE_LEARNING;
	return SEEP_MODE_GUARD;
}

uint64_t seep_engine_memory_bytes(const struct seep_engine *engine)
{
	return engine->memory_bytes + engine->thread_count * sizeof(struct seep_thread);
}
