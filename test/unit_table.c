/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables: entries are found and claimed, and room is made by the least missed, never by one that is
 * held.
 */
#include "sketch/table.h"
#include "fixture.h"

#define WAYS 8
#define HEAD 64 /* bytes: a set's lock */

struct thing {
	struct seep_entry head;
	uint64_t mark;
};

static struct seep_table *table;
static void *memory;

/* A table of SETS sets, its memory zeroed. */
static void table_open(size_t sets)
{
	size_t bytes =
		(sets + 1) * HEAD + (sets * WAYS + 1) * (sizeof(uint64_t) + sizeof(struct thing));

	bytes = (bytes + 63) & ~(size_t)63;
	memory = aligned_alloc(64, bytes);
	memset(memory, 0, bytes);
	table = seep_table_create(memory, bytes, sizeof(struct thing));
}

static void table_close(void)
{
	seep_table_destroy(table);
	free(memory);
}

/* Claims and lets go of KEY: what claiming did, or -1 if it was not to be had. */
static int claim(uint64_t key, uint64_t level_mbit, uint64_t now_s)
{
	enum seep_claim how = SEEP_CLAIM_FOUND;
	struct thing *thing =
		(struct thing *)(void *)seep_table_claim(table, key, 1000, now_s, &how);

	if (!thing)
		return -1;
	thing->head.meter.level_mbit = level_mbit;
	thing->mark = ~key;
	seep_table_unlock(table, key);
	return (int)how;
}

static bool has(uint64_t key)
{
	struct thing *thing = (struct thing *)(void *)seep_table_find(table, key);
	bool right = thing && thing->mark == ~key;

	if (thing)
		seep_table_unlock(table, key);
	return right;
}

static void hold(uint64_t key, uint32_t inflight, uint8_t spent)
{
	struct seep_entry *entry = seep_table_find(table, key);

	entry->inflight = inflight;
	entry->spent = spent;
	seep_table_unlock(table, key);
}

static void test_create(void)
{
	static _Alignas(64) unsigned char bytes[4096];
	/* one entry, for all who find no place, and sets of eight */
	const size_t slot = sizeof(uint64_t) + sizeof(struct thing);
	const size_t least = HEAD + slot;
	const size_t set = HEAD + WAYS * slot;
	static const struct {
		size_t sets, more;
		size_t capacity;
	} cases[] = { { 0, 0, 0 },  { 1, -1, 0 }, { 1, 0, 8 }, { 1, 1, 8 },
		      { 2, -1, 8 }, { 2, 0, 16 }, { 5, 3, 40 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t size = least + set * cases[i].sets + cases[i].more;
		struct seep_table *one = seep_table_create(bytes, size, sizeof(struct thing));

		is_bool(one, cases[i].capacity, "%zu bytes are %s", size,
			cases[i].capacity ? "enough" : "too few");
		if (one) {
			is_int(seep_table_capacity(one), cases[i].capacity,
			       "%zu bytes: the capacity", size);
			is_int(seep_table_used(one), 0, "%zu bytes: nothing in use", size);
		}
		seep_table_destroy(one);
	}
	seep_table_destroy(NULL);
}

static void test_claim_and_find(void)
{
	enum seep_claim how = SEEP_CLAIM_EVICTED;
	struct seep_entry *entry;
	static const struct thing zero;
	struct thing fresh;

	table_open(4);
	ok(!has(1), "nothing is found in an empty table");
	entry = seep_table_claim(table, 1, 1000, NOW_S, &how);
	ok(entry != NULL, "it is claimed");
	is_int(how, SEEP_CLAIM_FRESH, "fresh");
	memcpy(&fresh, entry, sizeof(fresh));
	is_int(fresh.head.first_s, NOW_S, "first seen now");
	is_int(fresh.head.last_s, NOW_S, "last seen now");
	is_int(fresh.head.meter.drained_s, NOW_S, "drained up to now");
	fresh.head.first_s = fresh.head.last_s = 0;
	fresh.head.meter.drained_s = 0;
	ok(memcmp(&fresh, &zero, sizeof(fresh)) == 0, "and zero but for that");
	((struct thing *)(void *)entry)->mark = ~UINT64_C(1);
	entry->meter.level_mbit = 7;
	seep_table_unlock(table, 1);
	is_int(seep_table_used(table), 1, "one entry is in use");
	ok(has(1), "it is found");
	ok(!has(2), "another is not");

	how = SEEP_CLAIM_FRESH;
	entry = seep_table_claim(table, 1, 1000, NOW_S + 9, &how);
	is_int(how, SEEP_CLAIM_FOUND, "claimed again, it is found");
	is_int(entry->meter.level_mbit, 7, "as it was left");
	is_int(entry->first_s, NOW_S, "first seen then");
	is_int(entry->last_s, NOW_S + 9, "last seen now");
	seep_table_unlock(table, 1);
	entry = seep_table_find(table, 1);
	is_int(entry->last_s, NOW_S + 9, "to be found is not to be seen");
	seep_table_unlock(table, 1);
	is_int(seep_table_used(table), 1, "still one");
	table_close();
}

/* In one set of eight: who goes for the ninth. */
static void test_eviction_order(void)
{
	static const struct {
		const char *text;
		uint64_t level_mbit[WAYS];
		unsigned age_s[WAYS];
		int inflight, spent; /* bits, entry by entry */
		int victim;          /* -1: nobody */
	} cases[] = {
		{ "the lowest level", { 9, 8, 7, 6, 5, 4, 3, 2 }, { 0 }, 0, 0, 7 },
		{ "the lowest, wherever it stands", { 9, 8, 1, 6, 5, 4, 3, 2 }, { 0 }, 0, 0, 2 },
		{ "the lowest, though seen last",
		  { 9, 8, 7, 6, 5, 4, 3, 2 },
		  { 8, 7, 6, 5, 4, 3, 2, 1 },
		  0,
		  0,
		  7 },
		{ "of equals the one unseen longest",
		  { 5, 5, 5, 5, 5, 5, 5, 5 },
		  { 1, 2, 3, 9, 4, 5, 6, 7 },
		  0,
		  0,
		  3 },
		{ "of two lowest the one unseen longest",
		  { 9, 2, 9, 2, 9, 9, 9, 9 },
		  { 9, 1, 9, 2, 9, 9, 9, 9 },
		  0,
		  0,
		  3 },
		{ "never one that is spent", { 1, 2, 3, 4, 5, 6, 7, 8 }, { 0 }, 0, 0x01, 1 },
		{ "never one in flight", { 1, 2, 3, 4, 5, 6, 7, 8 }, { 0 }, 0x03, 0, 2 },
		{ "the last that is not held", { 1, 2, 3, 4, 5, 6, 7, 8 }, { 0 }, 0x55, 0x2a, 7 },
		{ "nobody, if all are spent", { 1, 1, 1, 1, 1, 1, 1, 1 }, { 0 }, 0, 0xff, -1 },
		{ "nobody, if all are in flight", { 0 }, { 0 }, 0xff, 0, -1 },
		{ "nobody, if each is held by one or the other",
		  { 1, 1, 1, 1, 1, 1, 1, 1 },
		  { 0 },
		  0x0f,
		  0xf0,
		  -1 },
		{ "one that was spent and has drained",
		  { 1, 1, 1, 0, 1, 1, 1, 1 },
		  { 0 },
		  0,
		  0xff,
		  3 },
	};

	for (size_t c = 0; c < COUNT(cases); c++) {
		table_open(1);
		for (unsigned i = 0; i < WAYS; i++) {
			is_int(claim(100 + i, cases[c].level_mbit[i], NOW_S - cases[c].age_s[i]),
			       SEEP_CLAIM_FRESH, "%s: way %u of eight", cases[c].text, i);
			hold(100 + i, cases[c].inflight >> i & 1, cases[c].spent >> i & 1);
		}
		is_int(claim(200, 0, NOW_S), cases[c].victim < 0 ? -1 : SEEP_CLAIM_EVICTED,
		       "%s: a ninth", cases[c].text);
		is_bool(has(200), cases[c].victim >= 0, "%s: is it there", cases[c].text);
		for (int i = 0; i < WAYS; i++)
			is_bool(has(100 + (uint64_t)i), i != cases[c].victim, "%s: is %d still",
				cases[c].text, i);
		is_int(seep_table_used(table), 8, "%s: eight in use", cases[c].text);
		for (unsigned i = 0; i < WAYS && cases[c].victim < 0; i++)
			is_int(claim(100 + i, 1, NOW_S), SEEP_CLAIM_FOUND,
			       "%s: those there are found", cases[c].text);
		table_close();
	}
}

/* Levels count as they have drained by now: 1000 mbit a day here. */
static void test_eviction_drains(void)
{
	table_open(1);
	claim(1, 2000, NOW_S - 3 * DAY_S); /* has drained to nothing */
	for (uint64_t key = 2; key <= WAYS; key++)
		claim(key, 1000, NOW_S);
	is_int(claim(9, 0, NOW_S), SEEP_CLAIM_EVICTED, "a ninth is claimed");
	ok(!has(1), "the one that has drained went, high as it once stood");
	table_close();

	table_open(1);
	claim(1, 2000, NOW_S - DAY_S / 2);
	for (uint64_t key = 2; key <= WAYS; key++)
		claim(key, 1400, NOW_S);
	claim(9, 0, NOW_S);
	ok(has(1), "one that has drained less stays");
	table_close();
}

static void test_evicted_is_fresh(void)
{
	enum seep_claim how;
	struct thing *thing;

	table_open(1);
	for (uint64_t key = 1; key <= WAYS; key++)
		claim(key, 5000 + key, NOW_S);
	thing = (struct thing *)(void *)seep_table_claim(table, 9, 1000, NOW_S + 1, &how);
	is_int(thing->mark, 0, "who takes another's place finds nothing of it");
	is_int(thing->head.meter.level_mbit, 0, "nor its level");
	is_int(thing->head.first_s, NOW_S + 1, "and is first seen now");
	seep_table_unlock(table, 9);
	table_close();
}

struct walked {
	uint64_t count, keys, wrong;
};

static void walk_one(void *context, uint64_t key, struct seep_entry *entry)
{
	struct walked *walked = context;

	walked->count++;
	walked->keys += key;
	walked->wrong += ((struct thing *)(void *)entry)->mark != ~key;
}

/* Many sets, so that stripes are shared; random keys, as hashes are. */
static void test_many(void)
{
	enum { sets = 1000 };
	struct walked walked = { 0 };
	uint64_t seed = 42, fresh = 0, found = 0, evicted = 0, keys = 0;

	printf("# many: seed %" PRIu64 "\n", seed);
	table_open(sets);
	seep_table_walk(table, walk_one, &walked);
	is_int(walked.count, 0, "an empty table has nobody to visit");
	for (int i = 0; i < sets * WAYS / 4; i++) {
		uint64_t key = random_next(&seed) | 1;
		int how = claim(key, 1, NOW_S);

		fresh += how == SEEP_CLAIM_FRESH;
		evicted += how == SEEP_CLAIM_EVICTED;
		keys += how == SEEP_CLAIM_FRESH ? key : 0;
		found += claim(key, 1, NOW_S) == SEEP_CLAIM_FOUND && has(key);
	}
	is_int(found, sets * WAYS / 4, "each is found once claimed");
	is_int(seep_table_used(table), fresh, "used counts the fresh");
	/*
	 * sets of eight filled to two in the mean: nine or more come to a set with chance 0.00024
	 */
	ok(evicted < 10, "a quarter full, next to nobody had to go: %" PRIu64, evicted);
	seep_table_walk(table, walk_one, &walked);
	is_int(walked.count, fresh, "the walk visits all in use");
	if (!evicted)
		is_int(walked.keys, keys, "each by its key");
	is_int(walked.wrong, 0, "with its entry");
	for (int i = 0; i < sets * WAYS * 4; i++)
		claim(random_next(&seed) | 1, 1, NOW_S);
	is_int(seep_table_used(table), sets * WAYS,
	       "asked for four times what fits, it is full and no more");
	walked = (struct walked){ 0 };
	seep_table_walk(table, walk_one, &walked);
	is_int(walked.count, sets * WAYS, "and walked in full");
	table_close();
}

/* Whoever finds no place shares an entry, which never goes, and is not counted. */
static void test_shared(void)
{
	enum seep_claim how;
	struct seep_entry *entry;

	table_open(1);
	for (uint64_t key = 1; key <= WAYS; key++) {
		entry = seep_table_claim(table, key << 40, 0, NOW_S, &how);
		entry->inflight = 1;
		seep_table_unlock(table, key << 40);
	}
	ok(!seep_table_claim(table, UINT64_C(99) << 40, 0, NOW_S, &how), "no place for a ninth");
	entry = seep_table_claim(table, SEEP_TABLE_SHARED, 0, NOW_S, &how);
	ok(entry != NULL, "but the shared entry is there");
	is_int(how, SEEP_CLAIM_FRESH, "fresh at first");
	entry->meter.level_mbit = 7;
	seep_table_unlock(table, SEEP_TABLE_SHARED);
	entry = seep_table_claim(table, SEEP_TABLE_SHARED, 0, NOW_S, &how);
	is_int(how, SEEP_CLAIM_FOUND, "then found");
	is_int(entry->meter.level_mbit, 7, "as it was left");
	seep_table_unlock(table, SEEP_TABLE_SHARED);
	is_int(seep_table_used(table), WAYS, "it is not counted");
	table_close();
}

/* Of two that are not spent, the one that fewer rely on goes, whatever their levels. */
static void test_standing(void)
{
	enum seep_claim how;
	struct seep_entry *entry;

	table_open(1);
	for (uint64_t key = 1; key <= WAYS; key++) {
		entry = seep_table_claim(table, key << 40, 0, NOW_S, &how);
		entry->standing = key == 3 ? 1 : 100;
		entry->meter.level_mbit = key == 3 ? 5000 : 0;
		seep_table_unlock(table, key << 40);
	}
	seep_table_claim(table, UINT64_C(99) << 40, 0, NOW_S, &how);
	seep_table_unlock(table, UINT64_C(99) << 40);
	is_int(how, SEEP_CLAIM_EVICTED, "one goes");
	ok(!seep_table_find(table, UINT64_C(3) << 40), "the one of least standing");
	table_close();
}

/* What is saved comes back into a full set if somebody there is missed less, or it is spent. */
static void test_restore(void)
{
	struct thing saved = { .head = { .meter = { .level_mbit = 500, .drained_s = NOW_S } } };

	table_open(1);
	for (uint64_t key = 1; key <= WAYS; key++)
		claim(key, 1000 + key, NOW_S);
	saved.mark = ~UINT64_C(20);
	ok(!seep_table_restore(table, 20, 0, NOW_S, &saved.head), "a lower level: no place");
	saved.head.meter.level_mbit = 1005;
	ok(seep_table_restore(table, 20, 0, NOW_S, &saved.head) && has(20) && !has(1),
	   "a higher one: the lowest goes");
	saved.head.meter.level_mbit = 1;
	saved.head.spent = 1;
	saved.mark = ~UINT64_C(21);
	ok(seep_table_restore(table, 21, 0, NOW_S, &saved.head) && has(21) && !has(2),
	   "a spent one: the lowest goes");
	saved.mark = ~UINT64_C(3);
	ok(seep_table_restore(table, 3, 0, NOW_S, &saved.head) && has(3),
	   "its own key: in its place");
	is_int(seep_table_used(table), WAYS, "as many as there were");
	ok(!seep_table_restore(table, 0, 0, NOW_S, &saved.head), "no key: no place");
	table_close();
}

/* Only what was asked for since the last time is copied. */
/* An entry that is given back leaves its place to the next, and the others as they were. */
static void test_forget(void)
{
	table_open(1);
	for (uint64_t key = 1; key <= WAYS; key++)
		claim(key, 100, NOW_S);
	seep_table_find(table, 3);
	seep_table_forget(table, 3);
	ok(!has(3), "forgotten");
	is_int(seep_table_used(table), WAYS - 1, "forgotten: not counted");
	for (uint64_t key = 1; key <= WAYS; key++)
		ok(key == 3 || has(key), "forgotten: %d stays", (int)key);
	is_int(claim(99, 0, NOW_S), SEEP_CLAIM_FRESH, "its place is free for another");
	is_int(seep_table_used(table), WAYS, "and that is counted");
	claim(SEEP_TABLE_SHARED, 100, NOW_S);
	seep_table_find(table, SEEP_TABLE_SHARED);
	seep_table_forget(table, SEEP_TABLE_SHARED);
	ok(has(SEEP_TABLE_SHARED), "the shared entry stays");
	table_close();
}

static void test_changed(void)
{
	static _Alignas(64) unsigned char bytes[64 * (8 + sizeof(struct thing))];
	const size_t record = 8 + sizeof(struct thing);
	size_t set = 0, used = 0;

	table_open(4);
	for (uint64_t key = 1; key <= 20; key++)
		claim(key << 59, 5, NOW_S);
	claim(SEEP_TABLE_SHARED, 5, NOW_S);
	is_int(seep_table_copy(table, &set, true, bytes, sizeof(bytes)),
	       (seep_table_used(table) + 1) * record, "all that were claimed");
	is_int(set, seep_table_sets(table), "in all sets");
	set = 0;
	is_int(seep_table_copy(table, &set, true, bytes, sizeof(bytes)), 0, "then none");
	claim(UINT64_C(3) << 59, 5, NOW_S);
	ok(has(UINT64_C(4) << 59), "one is found");
	set = 0;
	is_int(seep_table_copy(table, &set, true, bytes, sizeof(bytes)), 2 * record,
	       "one claimed again, one found: two");
	ok(seep_table_peek(table, UINT64_C(4) << 59, bytes) &&
		   !seep_table_peek(table, UINT64_C(99) << 50, bytes),
	   "one is looked at, another is not there");
	set = 0;
	is_int(seep_table_copy(table, &set, true, bytes, sizeof(bytes)), 0,
	       "who is looked at has not changed");
	for (set = 0; set < seep_table_sets(table);)
		used += seep_table_copy(table, &set, false, bytes, WAYS * record);
	is_int(used, (seep_table_used(table) + 1) * record, "a set at a time: all");
	table_close();
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_shared);
	tap_run(test_standing);
	tap_run(test_create);
	tap_run(test_claim_and_find);
	tap_run(test_eviction_order);
	tap_run(test_eviction_drains);
	tap_run(test_evicted_is_fresh);
	tap_run(test_many);
	tap_run(test_restore);
	tap_run(test_forget);
	tap_run(test_changed);
	return done();
}
