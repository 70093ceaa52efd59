/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and numbers, in an open hash table. */
#include "map.h"

#include <stdlib.h>

#define ROOM_FIRST 1024

/* The slot of KEY, or the free one where it would go. */
static struct map_slot *slot_of(const struct map *map, uint64_t key)
{
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (map->room - 1);

	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & (map->room - 1);
	return &map->slots[at];
}

static struct map_slot *grow(struct map *map)
{
	struct map larger = { .room = map->room ? 2 * map->room : ROOM_FIRST };

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (!larger.slots)
		return NULL;
	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].key)
			*slot_of(&larger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	map->slots = larger.slots;
	map->room = larger.room;
	return map->slots;
}

uint64_t *map_at(struct map *map, uint64_t key)
{
	struct map_slot *slot;

	if (2 * map->used >= map->room && !grow(map))
		return NULL;
	slot = slot_of(map, key);
	if (!slot->key) {
		slot->key = key;
		map->used++;
	}
	return &slot->value;
}

uint64_t *map_find(const struct map *map, uint64_t key)
{
	struct map_slot *slot = map->room ? slot_of(map, key) : NULL;

	return slot && slot->key ? &slot->value : NULL;
}

void map_release(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}
