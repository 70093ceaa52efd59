/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One resolver's cache, before all methods: (name, type) to the time when the
 * answer expires. Names of the pool, nearly all of the traffic, are looked up by
 * index, all others in the cache that seepctl replay simulates.
 */
#ifndef DETECT_CACHE_H
#define DETECT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "cache_sim.h"

struct cache {
	uint32_t *pool; /* expiry, seconds of the run, four types a name */
	struct cache_sim *others;
	uint32_t min_ttl_s; /* cache-min-ttl of Unbound */
};

void cache_open(struct cache *cache, uint32_t pool_count);
void cache_close(struct cache *cache);

/* Is there an answer at NOW_S? If not, one for TTL_S is put there. */
bool cache_pool_hit(struct cache *cache, uint32_t id, uint16_t type, uint32_t now_s,
		    uint32_t ttl_s);
bool cache_other_hit(struct cache *cache, uint64_t key, uint16_t type, uint32_t now_s,
		     uint32_t ttl_s);

#endif
