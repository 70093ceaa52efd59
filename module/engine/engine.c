/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes and unmakes the engine: its memory, its threads, its mode. */
#include "engine/internal.h"

#include <stdlib.h>
#include <string.h>

/* How memory-size is shared out, in thirty-seconds. */
#define SHARES          32
#define NOVELTY_SHARE   14
#define LABELS_SHARE    1
#define SEQUENCES_SHARE 1
#define PAIRS_SHARE     1
#define NETWORKS_SHARE  1
#define DOMAINS_SHARE   10
#define USERS_SHARE     4

static_assert(LABELS_SHARE == SEQUENCES_SHARE && LABELS_SHARE == PAIRS_SHARE,
	      "a state file tells the lines of all three once");

#define PAGE_BYTES 4096

/* memory-size in whole pages, and one of its shares in whole cache lines. */
static size_t whole_bytes(uint64_t memory_size_bytes)
{
	return (size_t)memory_size_bytes & ~(size_t)(PAGE_BYTES - 1);
}

static size_t share_bytes(uint64_t memory_size_bytes)
{
	return whole_bytes(memory_size_bytes) / SHARES & ~(size_t)63;
}

struct seep_capacity seep_engine_capacity(uint64_t memory_size_bytes)
{
	size_t part = share_bytes(memory_size_bytes);

	return (struct seep_capacity){
		.users = seep_table_places(part * USERS_SHARE, sizeof(struct user)),
		.networks = seep_table_places(part * NETWORKS_SHARE, sizeof(struct network)),
		.domains = seep_table_places(part * DOMAINS_SHARE, sizeof(struct domain)),
		.names = seep_novelty_places(part * NOVELTY_SHARE),
	};
}

static bool claim_memory(struct seep_engine *engine, uint64_t now_s)
{
	size_t bytes = whole_bytes(engine->conf.memory_size_bytes);
	size_t part = share_bytes(engine->conf.memory_size_bytes);
	unsigned char *memory;

	engine->memory = bytes ? seep_block_create(bytes) : NULL;
	if (!engine->memory)
		return false;
	engine->memory_bytes = bytes;
	memory = seep_block_memory(engine->memory);
	engine->novelty =
		seep_novelty_create(memory, part * NOVELTY_SHARE, engine->conf.memory_s, now_s);
	memory += part * NOVELTY_SHARE;
	engine->labels = seep_labels_create(memory, part * LABELS_SHARE, &engine->key);
	memory += part * LABELS_SHARE;
	engine->sequences = seep_sequences_create(memory, part * SEQUENCES_SHARE);
	memory += part * SEQUENCES_SHARE;
	engine->pairs = seep_pairs_create(memory, part * PAIRS_SHARE);
	memory += part * PAIRS_SHARE;
	engine->networks = seep_table_create(memory, part * NETWORKS_SHARE, sizeof(struct network));
	memory += part * NETWORKS_SHARE;
	engine->domains = seep_table_create(memory, part * DOMAINS_SHARE, sizeof(struct domain));
	memory += part * DOMAINS_SHARE;
	engine->users = seep_table_create(memory, part * USERS_SHARE, sizeof(struct user));
	return engine->novelty && engine->labels && engine->sequences && engine->pairs &&
	       engine->networks && engine->domains && engine->users;
}

static bool open_threads(struct seep_engine *engine, unsigned count)
{
	size_t bytes = count * sizeof(*engine->threads);

	engine->threads = aligned_alloc(_Alignof(struct seep_thread), bytes);
	if (!engine->threads)
		return false;
	memset(engine->threads, 0, bytes);
	engine->thread_count = count;
	for (unsigned i = 0; i < count; i++) {
		engine->threads[i].engine = engine;
		engine->threads[i].place.number = i;
	}
	for (unsigned i = 0; i < GUESTS; i++)
		engine->guests[i].number = count + i;
	return seep_excepted_open(engine);
}

struct seep_engine *seep_engine_create(const struct seep_engine_setup *setup,
				       enum seep_passthrough *why)
{
	struct seep_engine *engine = calloc(1, sizeof(*engine));

	*why = SEEP_PASSTHROUGH_MEMORY;
	if (!engine)
		return NULL;
	pthread_mutex_init(&engine->settling.lock, NULL);
	pthread_mutex_init(&engine->listing_lock, NULL);
	engine->conf = *setup->conf;
	engine->has_refusals = seep_treat_refuses(setup->conf);
	engine->learned.budgets = seep_budgets_of(setup->conf);
	engine->tell = setup->tell;
	engine->tell_review = setup->tell_review;
	engine->tell_context = setup->tell_context;
	engine->learned.from_ms = setup->first_ms ? setup->first_ms : setup->when_ms;
	engine->learned.until_ms = engine->learned.from_ms + setup->conf->learning_s * 1000;
	engine->key = setup->key;
	engine->user_masks = seep_address_masks(engine->conf.user_prefix_v4_bits,
						engine->conf.user_prefix_v6_bits);
	engine->network_masks = seep_address_masks(engine->conf.network_prefix_v4_bits,
						   engine->conf.network_prefix_v6_bits);
	engine->refused = seep_refused_create();
	if (engine->refused && claim_memory(engine, setup->when_ms / 1000) &&
	    open_threads(engine, setup->threads)) {
		struct listing *listing = seep_listing_create(engine, &setup->lists, why);

		atomic_store(&engine->listing, listing);
		if (listing) {
			*why = SEEP_PASSTHROUGH_NO;
			return engine;
		}
	}
	seep_engine_destroy(engine);
	return NULL;
}

void seep_engine_destroy(struct seep_engine *engine)
{
	if (!engine)
		return;
	seep_excepted_close(engine);
	free(engine->threads);
	seep_table_destroy(engine->users);
	seep_table_destroy(engine->networks);
	seep_table_destroy(engine->domains);
	seep_labels_destroy(engine->labels);
	seep_sequences_destroy(engine->sequences);
	seep_pairs_destroy(engine->pairs);
	seep_refused_destroy(engine->refused);
	seep_novelty_destroy(engine->novelty);
	seep_listing_destroy(atomic_load(&engine->listing));
	seep_block_destroy(engine->memory);
	pthread_mutex_destroy(&engine->settling.lock);
	pthread_mutex_destroy(&engine->listing_lock);
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

uint64_t seep_engine_learning_from_ms(const struct seep_engine *engine)
{
	return engine->learned.from_ms;
}

uint64_t seep_engine_learning_until_ms(const struct seep_engine *engine)
{
	return engine->learned.until_ms;
}

uint64_t seep_engine_memory_bytes(struct seep_engine *engine)
{
	size_t listing_bytes;

	(void)seep_listing_read(engine, &listing_bytes);
	return engine->memory_bytes + listing_bytes + seep_refused_bytes() +
	       engine->thread_count * sizeof(struct seep_thread);
}

const struct seep_refused *seep_engine_refused(const struct seep_engine *engine)
{
	return engine->refused;
}

size_t seep_engine_users(const struct seep_engine *engine)
{
	return seep_table_used(engine->users);
}

size_t seep_engine_networks(const struct seep_engine *engine)
{
	return seep_table_used(engine->networks);
}

size_t seep_engine_domains(const struct seep_engine *engine)
{
	return seep_table_used(engine->domains);
}

size_t seep_engine_user_bytes(void)
{
	return sizeof(struct user) + sizeof(uint64_t);
}

size_t seep_engine_domain_bytes(void)
{
	return sizeof(struct domain) + sizeof(uint64_t);
}
