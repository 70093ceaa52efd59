/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A map from 64-bit keys, not 0, to numbers: an open hash table that grows and forgets nothing.
 *
 * Memory: 16 bytes a slot, of which at most half are taken. All zero is an empty map. One thread.
 */
#ifndef SEEP_MAP_H
#define SEEP_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key; /* 0: free */
	uint64_t value;
};

struct map {
	struct map_slot *slots;
	size_t room; /* a power of two, or 0 */
	size_t used;
};

/* Returns the number of KEY, which begins as 0, until the next call; NULL without memory. */
uint64_t *map_at(struct map *map, uint64_t key);

/* Returns the same, or NULL if KEY is not there. */
uint64_t *map_find(const struct map *map, uint64_t key);

/* Frees what MAP holds, and empties it. */
void map_release(struct map *map);

#endif
