/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A resolver's cache, for replay and the benchmark: which names and types were answered lately, and
 * until when.
 *
 * Sets of four entries, 16 bytes each; in a full set the entry that expires first makes room. Keys
 * are 64-bit hashes that the caller makes, so two names share an entry once in 2^64 pairs. One
 * thread.
 */
#ifndef SEEP_CACHE_SIM_H
#define SEEP_CACHE_SIM_H

#include <stdbool.h>
#include <stdint.h>

#define CACHE_SIM_ENTRIES_MIN 4
#define CACHE_SIM_ENTRIES_MAX (UINT64_C(1) << 32)

/* Unbound's cache-max-ttl by default; the caller holds recorded TTLs to it. */
#define CACHE_SIM_TTL_MAX_S 86400u

struct cache_sim;

/* Room for ENTRIES, rounded up to whole sets; NULL without memory. */
struct cache_sim *cache_sim_create(uint64_t entries);
/* Also of NULL. */
void cache_sim_destroy(struct cache_sim *cache);

/* Whether KEY, which is not 0, is cached; and what was noted with it. */
bool cache_sim_find(const struct cache_sim *cache, uint64_t key, uint64_t now_s, uint32_t *note);

/* Whether KEY is cached, or was and is not forgotten, and has expired at most OLD_S seconds ago. */
bool cache_sim_holds(const struct cache_sim *cache, uint64_t key, uint64_t now_s, uint64_t old_s);

/* Caches KEY for TTL_S seconds; for 0, nothing is done. */
void cache_sim_put(struct cache_sim *cache, uint64_t key, uint64_t now_s, uint32_t ttl_s,
		   uint32_t note);

#endif
