/* SPDX-License-Identifier: BSD-3-Clause */
/* One resolver's cache, before all methods. */
#include "cache.h"

#include <stdlib.h>

#include "dice.h"
#include "event.h"
#include "util.h"

#define OTHERS 262144 /* answers */

static uint32_t kept_s(const struct cache *cache, uint32_t ttl_s)
{
	if (ttl_s < cache->min_ttl_s)
		return cache->min_ttl_s;
	return ttl_s < CACHE_SIM_TTL_MAX_S ? ttl_s : CACHE_SIM_TTL_MAX_S;
}

void cache_open(struct cache *cache, uint32_t pool_count)
{
	cache->pool = util_zeroed((size_t)pool_count * 4, sizeof(*cache->pool));
	cache->others = cache_sim_create(OTHERS);
	if (!cache->others)
		util_die("out of memory");
}

void cache_close(struct cache *cache)
{
	free(cache->pool);
	cache_sim_destroy(cache->others);
}

static unsigned slot_of_type(uint16_t type)
{
	switch (type) {
	case SEEP_TYPE_A:
		return 0;
	case SEEP_TYPE_AAAA:
		return 1;
	case SEEP_TYPE_HTTPS:
		return 2;
	default:
		return 3;
	}
}

bool cache_pool_hit(struct cache *cache, uint32_t id, uint16_t type, uint32_t now_s, uint32_t ttl_s)
{
	uint32_t *until_s = &cache->pool[(size_t)id * 4 + slot_of_type(type)];

	if (*until_s > now_s)
		return true;
	*until_s = now_s + kept_s(cache, ttl_s);
	return false;
}

bool cache_other_hit(struct cache *cache, uint64_t key, uint16_t type, uint32_t now_s,
		     uint32_t ttl_s)
{
	uint64_t tag = dice_mix(key + type);
	uint32_t ignored;

	tag = tag ? tag : 1;
	if (cache_sim_find(cache->others, tag, now_s, &ignored))
		return true;
	cache_sim_put(cache->others, tag, now_s, kept_s(cache, ttl_s), 0);
	return false;
}
