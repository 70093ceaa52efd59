/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is there, or the program ends; sets of hashes; lines of files. */
#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

void util_die(const char *format, ...)
{
	va_list arguments;

	fputs("detect: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void *util_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		util_die("out of memory");
	return memory;
}

void *util_resize(void *memory, size_t bytes)
{
	memory = realloc(memory, bytes);
	if (!memory)
		util_die("out of memory");
	return memory;
}

static struct util_slot *slot_of(const struct util_map *map, uint64_t key)
{
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (map->room - 1);

	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & (map->room - 1);
	return &map->slots[at];
}

static void grow(struct util_map *map)
{
	struct util_map larger = { .room = map->room ? 2 * map->room : 1024 };

	larger.slots = util_zeroed(larger.room, sizeof(*larger.slots));
	for (size_t i = 0; i < map->room; i++) {
		if (map->slots[i].key)
			*slot_of(&larger, map->slots[i].key) = map->slots[i];
	}
	free(map->slots);
	map->slots = larger.slots;
	map->room = larger.room;
}

uint64_t *util_map_at(struct util_map *map, uint64_t key)
{
	struct util_slot *slot;

	if (2 * map->used >= map->room)
		grow(map);
	slot = slot_of(map, key);
	if (!slot->key) {
		slot->key = key;
		map->used++;
	}
	return &slot->value;
}

uint64_t *util_map_find(const struct util_map *map, uint64_t key)
{
	struct util_slot *slot = map->room ? slot_of(map, key) : NULL;

	return slot && slot->key ? &slot->value : NULL;
}

void util_map_release(struct util_map *map)
{
	free(map->slots);
	*map = (struct util_map){ 0 };
}

bool util_read_lines(const char *path, void (*line)(void *context, char *text), void *context)
{
	gzFile file = gzopen(path, "rb");
	char text[4096];

	if (!file)
		return false;
	while (gzgets(file, text, sizeof(text))) {
		text[strcspn(text, "\r\n")] = 0;
		line(context, text);
	}
	gzclose(file);
	return true;
}

double util_clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
