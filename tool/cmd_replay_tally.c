/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows in one array, keys in another, and an open hash table of the rows' numbers. */
#include "cmd_replay_tally.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024 /* a power of two */

struct tally {
	struct tally_row *rows;
	uint32_t count, room;
	uint8_t *keys;
	size_t keys_used, keys_room;
	uint32_t *slots; /* numbers of rows, or TALLY_NONE */
	uint64_t slot_count;
};

struct tally *tally_create(void)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	if (!tally)
		return NULL;
	tally->slot_count = SLOTS_FIRST;
	tally->slots = malloc(SLOTS_FIRST * sizeof(*tally->slots));
	if (!tally->slots) {
		free(tally);
		return NULL;
	}
	memset(tally->slots, 0xff, SLOTS_FIRST * sizeof(*tally->slots));
	return tally;
}

void tally_destroy(struct tally *tally)
{
	if (!tally)
		return;
	free(tally->rows);
	free(tally->keys);
	free(tally->slots);
	free(tally);
}

/* Twice the slots. */
static bool grow_slots(struct tally *tally)
{
	uint64_t count = 2 * tally->slot_count;
	uint32_t *slots = malloc(count * sizeof(*slots));

	if (!slots)
		return false;
	memset(slots, 0xff, count * sizeof(*slots));
	for (uint32_t number = 0; number < tally->count; number++) {
		uint64_t at = tally->rows[number].hash & (count - 1);

		while (slots[at] != TALLY_NONE)
			at = (at + 1) & (count - 1);
		slots[at] = number;
	}
	free(tally->slots);
	tally->slots = slots;
	tally->slot_count = count;
	return true;
}

/* Room for one row more, and its key. */
static bool make_room(struct tally *tally, size_t key_size)
{
	if (tally->count == tally->room) {
		uint32_t room = tally->room ? 2 * tally->room : SLOTS_FIRST / 2;
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
	return 2 * (uint64_t)tally->count < tally->slot_count || grow_slots(tally);
}

uint32_t tally_find(struct tally *tally, const void *key, size_t size, uint64_t hash)
{
	struct tally_row *row;
	uint64_t at;

	for (at = hash & (tally->slot_count - 1); tally->slots[at] != TALLY_NONE;
	     at = (at + 1) & (tally->slot_count - 1)) {
		row = &tally->rows[tally->slots[at]];
		if (row->hash == hash && row->key_size == size &&
		    memcmp(tally->keys + row->key_at, key, size) == 0)
			return tally->slots[at];
	}
	if (!make_room(tally, size))
		return TALLY_NONE;
	at = hash & (tally->slot_count - 1);
	while (tally->slots[at] != TALLY_NONE)
		at = (at + 1) & (tally->slot_count - 1);
	tally->slots[at] = tally->count;
	row = &tally->rows[tally->count];
	*row = (struct tally_row){ .hash = hash, .key_at = tally->keys_used, .key_size = size };
	memcpy(tally->keys + tally->keys_used, key, size);
	tally->keys_used += size;
	return tally->count++;
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
