/* SPDX-License-Identifier: BSD-3-Clause */
/* The simulated cache: one cache line of the CPU a look-up. */
#include "cache_sim.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#define WAYS 4

struct entry {
	uint64_t key;       /* 0: free */
	uint32_t expires_s; /* since 1970; the last that fits is in 2106 */
	uint32_t note;
};

struct set {
	struct entry entry[WAYS];
};

static_assert(sizeof(struct set) == 64, "a set fills a cache line");

struct cache_sim {
	uint64_t sets;
	struct set *set;
};

struct cache_sim *cache_sim_create(uint64_t entries)
{
	struct cache_sim *cache = malloc(sizeof(*cache));
	uint64_t sets = (entries + WAYS - 1) / WAYS;

	if (!cache)
		return NULL;
	cache->sets = sets;
	/* Zeroed by the system as it is touched; in huge pages, if it has them. */
	cache->set = mmap(NULL, sets * sizeof(*cache->set), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (cache->set == MAP_FAILED) {
		free(cache);
		return NULL;
	}
	(void)madvise(cache->set, sets * sizeof(*cache->set), MADV_HUGEPAGE);
	return cache;
}

void cache_sim_destroy(struct cache_sim *cache)
{
	if (cache)
		munmap(cache->set, cache->sets * sizeof(*cache->set));
	free(cache);
}

static struct set *set_of(const struct cache_sim *cache, uint64_t key)
{
	/* Which of so many parts of the hash's range it falls into: needs no power of two. */
	return &cache->set[(unsigned __int128)key * cache->sets >> 64];
}

bool cache_sim_find(const struct cache_sim *cache, uint64_t key, uint64_t now_s, uint32_t *note)
{
	const struct set *set = set_of(cache, key);

	for (int way = 0; way < WAYS; way++) {
		if (set->entry[way].key == key) {
			*note = set->entry[way].note;
			return set->entry[way].expires_s > now_s;
		}
	}
	return false;
}

bool cache_sim_holds(const struct cache_sim *cache, uint64_t key, uint64_t now_s, uint64_t old_s)
{
	const struct set *set = set_of(cache, key);

	for (int way = 0; way < WAYS; way++)
		if (set->entry[way].key == key)
			return set->entry[way].expires_s + old_s >= now_s;
	return false;
}

void cache_sim_put(struct cache_sim *cache, uint64_t key, uint64_t now_s, uint32_t ttl_s,
		   uint32_t note)
{
	struct set *set = set_of(cache, key);
	struct entry *place = &set->entry[0];
	uint64_t expires_s = now_s + ttl_s;

	if (ttl_s == 0)
		return;
	for (int way = 0; way < WAYS; way++) {
		if (set->entry[way].key == key) {
			place = &set->entry[way];
			break;
		}
		if (set->entry[way].expires_s < place->expires_s)
			place = &set->entry[way];
	}
	*place = (struct entry){
		.key = key,
		.expires_s = expires_s < UINT32_MAX ? (uint32_t)expires_s : UINT32_MAX,
		.note = note,
	};
}
