/* SPDX-License-Identifier: BSD-3-Clause */
/* A map: every key keeps its number, however many there are and however alike. */
#include "map.h"
#include "fixture.h"

static void test_empty(void)
{
	struct map map = { 0 };

	ok(!map_find(&map, 1), "in an empty map is nothing");
	ok(map_at(&map, 1) && *map_at(&map, 1) == 0, "a new key begins with 0");
	ok(!map_find(&map, 2), "another one is not there");
	is_int(map.used, 1, "to look does not add");
	map_release(&map);
	ok(!map_find(&map, 1) && !map.used, "released, it is empty");
}

/* Keys that differ in few bits, low or high, and random ones. */
static void test_many(void)
{
	enum { KEYS = 30000 };
	struct map map = { 0 };
	uint64_t seed = 6;
	int wrong = 0;

	for (uint64_t i = 1; i <= KEYS; i++) {
		*map_at(&map, i) = i;
		*map_at(&map, i << 40) = i + KEYS;
		*map_at(&map, random_next(&seed) | 1) = i + 2 * KEYS;
	}
	seed = 6;
	for (uint64_t i = 1; i <= KEYS; i++) {
		wrong += *map_find(&map, i) != i;
		wrong += *map_find(&map, i << 40) != i + KEYS;
		wrong += *map_find(&map, random_next(&seed) | 1) != i + 2 * KEYS;
	}
	is_int(wrong, 0, "each has its own number");
	is_int(map.used, 3 * KEYS, "and is counted once");
	ok(map.room >= 2 * map.used && map.room <= 4 * map.used, "at most half is taken");
	map_release(&map);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_empty);
	tap_run(test_many);
	return done();
}
