/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows in one array, keys in another, and a map from hashes to the rows' numbers. */
#include "cmd_replay_tally.h"

#include "map.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 512

struct tally {
	struct tally_row *rows;
	uint32_t count, room;
	uint8_t *keys;
	size_t keys_used, keys_room;
	struct map numbers; /* from 1; the second of two keys of one hash is at the next one */
};

struct tally *tally_create(void)
{
	return calloc(1, sizeof(struct tally));
}

void tally_destroy(struct tally *tally)
{
	if (!tally)
		return;
	free(tally->rows);
	free(tally->keys);
	map_release(&tally->numbers);
	free(tally);
}

/* Room for one row more, and its key. */
static bool make_room(struct tally *tally, size_t key_size)
{
	if (tally->count == tally->room) {
		uint32_t room = tally->room ? 2 * tally->room : ROOM_FIRST;
		struct tally_row *rows;

		if (room >= TALLY_NONE / 2)
			return false;
		rows = realloc(tally->rows, room * sizeof(*rows));
		if (!rows)
			return false;
		tally->rows = rows;
		tally->room = room;
	}
	if (tally->keys_used + key_size > tally->keys_room) {
		size_t room = 2 * tally->keys_room + 4096 + key_size;
		uint8_t *keys = realloc(tally->keys, room);

		if (!keys)
			return false;
		tally->keys = keys;
		tally->keys_room = room;
	}
	return true;
}

static bool is_row_of(const struct tally *tally, uint64_t number, const void *key, size_t size)
{
	const struct tally_row *row = &tally->rows[number - 1];

	return row->key_size == size && memcmp(tally->keys + row->key_at, key, size) == 0;
}

uint32_t tally_find(struct tally *tally, const void *key, size_t size, uint64_t hash)
{
	uint64_t at = hash ? hash : 1, *number;

	while ((number = map_find(&tally->numbers, at)) != NULL) {
		if (is_row_of(tally, *number, key, size))
			return (uint32_t)*number - 1;
		at = at + 1 ? at + 1 : 1;
	}
	if (!make_room(tally, size) || (number = map_at(&tally->numbers, at)) == NULL)
		return TALLY_NONE;
	tally->rows[tally->count] =
		(struct tally_row){ .key_at = tally->keys_used, .key_size = size };
	memcpy(tally->keys + tally->keys_used, key, size);
	tally->keys_used += size;
	*number = ++tally->count;
	return tally->count - 1;
}

struct tally_row *tally_row(struct tally *tally, uint32_t number)
{
	return &tally->rows[number];
}

uint32_t tally_count(const struct tally *tally)
{
	return tally->count;
}

const uint8_t *tally_key(const struct tally *tally, const struct tally_row *row)
{
	return tally->keys + row->key_at;
}

bool tally_row_is_notable(const struct tally_row *row)
{
	return row->flagged || row->refused;
}

static int later_first(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare(const void *a, const void *b, void *context)
{
	const struct tally_row *rows = context;
	const struct tally_row *x = &rows[*(const uint32_t *)a], *y = &rows[*(const uint32_t *)b];
	int order = later_first(x->own_refused, y->own_refused);

	if (!order)
		order = later_first(x->refused, y->refused);
	if (!order)
		order = later_first(x->flagged, y->flagged);
	if (!order)
		order = later_first(x->metered_mbit, y->metered_mbit);
	/* In the order of their first query. */
	return order ? order : (x > y) - (x < y);
}

uint32_t *tally_sorted(const struct tally *tally)
{
	uint32_t *numbers = malloc((tally->count + 1u) * sizeof(*numbers));

	if (!numbers)
		return NULL;
	for (uint32_t number = 0; number < tally->count; number++)
		numbers[number] = number;
	qsort_r(numbers, tally->count, sizeof(*numbers), compare, tally->rows);
	return numbers;
}
