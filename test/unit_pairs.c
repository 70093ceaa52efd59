/* SPDX-License-Identifier: BSD-3-Clause */
/* The pair meter's levels: what raises, lowers and drains them, and which go for others. */
#include "sketch/pairs.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/bits.h"
#include "fixture.h"
#include "seep_rr.h"

#define SET_BYTES 64
#define BITS(n)   ((uint64_t)(n)*SEEP_BIT_MBIT)

static _Alignas(64) unsigned char memory[64 * SET_BYTES];

static struct seep_pairs *create(size_t sets)
{
	memset(memory, 0, sizeof(memory));
	return seep_pairs_create(memory, sets * SET_BYTES);
}

static uint64_t level_of(const struct seep_pairs *pairs, uint64_t key, uint64_t now_s)
{
	return seep_pairs_find(pairs, key, now_s).level_mbit;
}

/* Pair N of one set: keys that differ in the low bits alone. */
static uint64_t key_of(uint64_t n)
{
	return 2 * n + 1;
}

static void test_levels(void)
{
	struct seep_pairs *pairs = create(4);

	is_int(level_of(pairs, 5, NOW_S), 0, "nothing at first");
	seep_pairs_raise(pairs, 5, BITS(100), NOW_S);
	is_int(level_of(pairs, 5, NOW_S), BITS(100), "raised");
	seep_pairs_raise(pairs, 5, 1, NOW_S);
	is_int(level_of(pairs, 5, NOW_S), BITS(101), "a part of a bit is one");
	seep_pairs_lower(pairs, 5, 1);
	is_int(level_of(pairs, 5, NOW_S), BITS(100), "what was added is taken back");
	is_int(level_of(pairs, 7, NOW_S), 0, "another pair has none of it");
	seep_pairs_lower(pairs, 5, BITS(101));
	is_int(level_of(pairs, 5, NOW_S), 0, "no less than nothing");
	seep_pairs_lower(pairs, 9, BITS(1));
	is_int(level_of(pairs, 9, NOW_S), 0, "nor of one that is not there");
	seep_pairs_raise(pairs, 5, UINT64_MAX, NOW_S);
	is_int(level_of(pairs, 5, NOW_S), BITS((1 << 20) - 1), "a million bits at most");
	seep_pairs_raise(pairs, 5, BITS(1), NOW_S);
	is_int(level_of(pairs, 5, NOW_S), BITS((1 << 20) - 1), "then no more");
	seep_pairs_destroy(pairs);
	ok(!seep_pairs_create(memory, SET_BYTES - 1), "less than a set is no table");
	seep_pairs_destroy(NULL);
}

/* A quarter is left a day later, of which no part of a day tells. */
static void test_drain(void)
{
	static const struct {
		uint64_t days;
		unsigned bits;
	} cases[] = { { 0, 4096 }, { 1, 1024 }, { 2, 256 }, { 3, 64 }, { 5, 4 },
		      { 6, 1 },    { 7, 0 },    { 9, 0 },   { 10, 0 }, { 190, 0 } };
	const uint64_t midnight_s = NOW_S / DAY_S * DAY_S;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_pairs *pairs = create(1);
		uint64_t now_s = midnight_s + cases[i].days * DAY_S;

		seep_pairs_raise(pairs, 5, BITS(4096), midnight_s + 1);
		is_int(level_of(pairs, 5, now_s + DAY_S - 1), BITS(cases[i].bits),
		       "%" PRIu64 " days later", cases[i].days);
		seep_pairs_raise(pairs, 5, BITS(3), now_s);
		is_int(level_of(pairs, 5, now_s), BITS(cases[i].bits + 3),
		       "and what is added to it");
		seep_pairs_destroy(pairs);
	}
}

/* A clock that was set back drains nothing, and when it has caught up it drains as before. */
static void test_clock(void)
{
	struct seep_pairs *pairs = create(1);

	seep_pairs_raise(pairs, 5, BITS(100), NOW_S);
	is_int(level_of(pairs, 5, NOW_S - 40 * DAY_S), BITS(100), "forty days back");
	seep_pairs_raise(pairs, 5, BITS(20), NOW_S - 40 * DAY_S);
	is_int(level_of(pairs, 5, NOW_S), BITS(120), "and forward again");
	is_int(level_of(pairs, 5, NOW_S + DAY_S), BITS(30), "a day later");
	seep_pairs_destroy(pairs);
}

static void note(struct seep_pairs *pairs, unsigned name, unsigned type, unsigned step,
		 uint64_t now_s)
{
	seep_pairs_note(pairs, 5, (struct seep_pair_sending){ name, type }, step, now_s);
}

static void test_types(void)
{
	static const uint16_t types[] = { SEEP_TYPE_A, SEEP_TYPE_AAAA, SEEP_TYPE_HTTPS };

	for (unsigned i = 0; i < COUNT(types); i++)
		is_int(seep_pairs_type(types[i]), i + 1, "type %u has a number", types[i]);
	is_int(seep_pairs_type(0) + seep_pairs_type(SEEP_TYPE_TXT) + seep_pairs_type(UINT16_MAX), 0,
	       "all others have none");
}

/* The step of a pair that sends nothing fades by one in four days, and by two at most. */
static void test_fade(void)
{
	struct seep_pairs *pairs = create(1);
	const uint64_t first_s = NOW_S - NOW_S / DAY_S % 4 * DAY_S;

	seep_pairs_raise(pairs, 5, BITS(100), first_s);
	note(pairs, 1, 1, 8, first_s);
	for (unsigned day = 0; day < 40; day++) {
		unsigned faded = seep_pairs_find(pairs, 5, first_s + day * DAY_S).faded;

		if (faded != (day / 4 < 2 ? 8 - day / 4 : 6))
			ok(false, "day %u: step %u", day, faded);
	}
	seep_pairs_raise(pairs, 5, BITS(1), first_s + 3 * DAY_S);
	is_int(seep_pairs_find(pairs, 5, first_s + 3 * DAY_S).faded, 8, "three days");
	is_int(seep_pairs_find(pairs, 5, first_s + 4 * DAY_S).faded, 7,
	       "the fourth also counts for whom sent on the third");
	is_int(seep_pairs_find(pairs, 5, first_s + 4 * DAY_S).counted, 8,
	       "counted it is as before");
	is_int(seep_pairs_find(pairs, 5, first_s - DAY_S).faded, 8, "a clock that was set back");
	seep_pairs_destroy(pairs);
}

static void test_notes(void)
{
	struct seep_pairs *pairs = create(1);
	struct seep_pair pair;
	unsigned name = seep_pairs_name(UINT64_C(0x123456789abcdef0));
	unsigned same = 0;

	ok(name > 0 && name < 256, "a name is eight bits, and not 0");
	ok(seep_pairs_name(0) != 0, "of any name");
	for (uint64_t n = 1; n <= 1000; n++)
		same += seep_pairs_name(n * UINT64_C(0x9e3779b97f4a7c15)) == name;
	ok(same < 20, "few others are taken for it: %u of 1000", same);
	note(pairs, name, 1, 3, NOW_S);
	is_int(seep_pairs_find(pairs, 5, NOW_S).last, 0, "what is not there notes nothing");
	seep_pairs_raise(pairs, 5, BITS(100), NOW_S);
	pair = seep_pairs_find(pairs, 5, NOW_S);
	ok(!pair.last && !pair.counted, "no last name at first, and no step");
	note(pairs, name, 1, 3, NOW_S);
	pair = seep_pairs_find(pairs, 5, NOW_S);
	is_int(pair.last, name, "the last name");
	is_int(pair.before, 0, "which was asked for one type only");
	note(pairs, name, 2, 3, NOW_S);
	is_int(seep_pairs_find(pairs, 5, NOW_S).before, 1,
	       "for another: the first will come again");
	note(pairs, name, 1, 3, NOW_S);
	pair = seep_pairs_find(pairs, 5, NOW_S);
	is_int(pair.before, 2, "and in turn");
	is_int(pair.counted, 3, "the step");
	is_int(pair.level_mbit, BITS(100), "the level stays");
	seep_pairs_raise(pairs, 5, BITS(1), NOW_S);
	seep_pairs_lower(pairs, 5, BITS(1));
	is_int(seep_pairs_find(pairs, 5, NOW_S).last, name, "which another charge leaves");
	is_int(seep_pairs_find(pairs, 5, NOW_S).counted, 3, "both");
	pair = seep_pairs_find(pairs, 5, NOW_S + DAY_S);
	is_int(pair.last, name, "tomorrow the name is the last still");
	is_int(pair.counted, 3, "and it is counted where it was");
	note(pairs, seep_pairs_name(0), 3, SEEP_PAIRS_STEPS, NOW_S + DAY_S);
	is_int(seep_pairs_find(pairs, 5, NOW_S + DAY_S).before, 0, "of another name none is known");
	pair = seep_pairs_find(pairs, 5, NOW_S + DAY_S);
	is_int(pair.counted, SEEP_PAIRS_STEPS, "the highest step");
	is_int(pair.level_mbit, BITS(25), "of a level that has drained");
	seep_pairs_destroy(pairs);
}

/* A ninth pair of a set takes the place of the one unseen longest, then of the lowest. */
static void test_eviction(void)
{
	struct seep_pairs *pairs = create(1);
	unsigned left = 0;

	for (uint64_t n = 0; n < 8; n++)
		seep_pairs_raise(pairs, key_of(n), BITS(100 + n), NOW_S);
	seep_pairs_raise(pairs, key_of(3), BITS(1000), NOW_S - DAY_S);
	for (uint64_t n = 0; n < 8; n++)
		left += level_of(pairs, key_of(n), NOW_S) > 0;
	is_int(left, 8, "eight have room in a set");
	seep_pairs_raise(pairs, key_of(8), BITS(1), NOW_S);
	is_int(level_of(pairs, key_of(0), NOW_S), 0, "a ninth takes the lowest one's place");
	seep_pairs_raise(pairs, key_of(9), BITS(500), NOW_S);
	is_int(level_of(pairs, key_of(8), NOW_S), 0, "a tenth its own");
	is_int(level_of(pairs, key_of(3), NOW_S), BITS(1103), "the highest stays");
	for (uint64_t n = 0; n < 10; n++)
		if (n != 3 && level_of(pairs, key_of(n), NOW_S))
			seep_pairs_raise(pairs, key_of(n), BITS(1), NOW_S + DAY_S);
	seep_pairs_raise(pairs, key_of(20), BITS(1), NOW_S + DAY_S);
	is_int(level_of(pairs, key_of(3), NOW_S + DAY_S), 0,
	       "the next day the highest goes, for it alone was not seen");
	is_int(level_of(pairs, key_of(20), NOW_S + DAY_S), BITS(1), "for the new one");
	seep_pairs_destroy(pairs);
}

/* All pairs of a table of FROM sets go into one of TO. */
static void check_restore(size_t from_sets, size_t to_sets, unsigned count, bool all)
{
	static _Alignas(64) unsigned char to_memory[sizeof(memory)];
	struct seep_pairs *from = create(from_sets), *to;
	struct seep_lines lines = seep_pairs_lines(from);
	uint64_t seed = 5;
	unsigned found = 0, noted = 0;

	is_int(lines.count, from_sets, "%zu sets are as many lines", from_sets);
	for (unsigned n = 0; n < count; n++) {
		uint64_t key = random_next(&seed);

		seep_pairs_raise(from, key, BITS(10 + n), NOW_S);
		seep_pairs_note(from, key,
				(struct seep_pair_sending){ seep_pairs_name(key), n % 4 },
				1 + n % 8, NOW_S);
	}
	memset(to_memory, 0, sizeof(to_memory));
	to = seep_pairs_create(to_memory, to_sets * SET_BYTES);
	for (size_t line = 0; line < lines.count; line++) {
		uint64_t words[8];

		for (int i = 0; i < 8; i++)
			words[i] = atomic_load(&lines.words[line * 8 + (size_t)i]);
		seep_pairs_restore_line(to, from_sets, line, words);
	}
	seed = 5;
	for (unsigned n = 0; n < count; n++) {
		uint64_t key = random_next(&seed);
		struct seep_pair pair = seep_pairs_find(to, key, NOW_S);

		found += pair.level_mbit == BITS(10 + n);
		noted += pair.last == seep_pairs_name(key) && pair.counted == 1 + n % 8;
	}
	if (all)
		is_int(found, count, "from %zu sets to %zu: every level is found", from_sets,
		       to_sets);
	else
		ok(found > 4 * to_sets && found <= 8 * to_sets,
		   "from %zu sets to %zu: as many as have room, %u of %u", from_sets, to_sets,
		   found, count);
	is_int(noted, found, "and its last name and step");
	seep_pairs_destroy(from);
	seep_pairs_destroy(to);
}

static void test_restore(void)
{
	struct seep_pairs *pairs;
	uint64_t words[8] = { 0 };

	check_restore(16, 16, 40, true);
	check_restore(16, 64, 40, true);
	check_restore(16, 24, 40, true);
	check_restore(32, 16, 24, true);
	check_restore(64, 4, 300, false);

	/* what is there and rose since is not put back over */
	pairs = create(1);
	for (uint64_t n = 0; n < 8; n++)
		seep_pairs_raise(pairs, key_of(n), BITS(100), NOW_S);
	words[0] = atomic_load(&seep_pairs_lines(pairs).words[0]);
	for (uint64_t n = 0; n < 8; n++)
		seep_pairs_raise(pairs, key_of(n), BITS(100), NOW_S + DAY_S);
	seep_pairs_restore_line(pairs, 1, 0, words);
	is_int(level_of(pairs, key_of(0), NOW_S + DAY_S), BITS(125), "a newer level stays");
	seep_pairs_destroy(pairs);
}

/* Threads. */

#define ROUNDS 20000
#define PAIRS  8

struct worker {
	pthread_t id;
	struct seep_pairs *pairs;
	atomic_uint *at; /* the round that all are in */
	unsigned threads;
};

static void *raise_all(void *context)
{
	struct worker *worker = context;

	for (unsigned i = 0; i < ROUNDS; i++)
		for (uint64_t n = 0; n < PAIRS; n++) {
			seep_pairs_raise(worker->pairs, key_of(n), BITS(3), NOW_S);
			seep_pairs_note(worker->pairs, key_of(n),
					(struct seep_pair_sending){ 1, 1 }, 1, NOW_S);
			seep_pairs_lower(worker->pairs, key_of(n), BITS(1));
		}
	return NULL;
}

static void run(void *(*work)(void *), struct seep_pairs *pairs, atomic_uint *at)
{
	struct worker workers[2];

	for (unsigned i = 0; i < COUNT(workers); i++) {
		workers[i] = (struct worker){ .pairs = pairs, .at = at, .threads = COUNT(workers) };
		if (pthread_create(&workers[i].id, NULL, work, &workers[i]) != 0) {
			printf("Bail out! no thread\n");
			exit(1);
		}
	}
	for (unsigned i = 0; i < COUNT(workers); i++)
		pthread_join(workers[i].id, NULL);
}

static void test_threads(void)
{
	struct seep_pairs *pairs = create(1);

	for (uint64_t n = 0; n < PAIRS; n++)
		seep_pairs_raise(pairs, key_of(n), BITS(1), NOW_S);
	run(raise_all, pairs, NULL);
	for (uint64_t n = 0; n < PAIRS; n++)
		is_int(level_of(pairs, key_of(n), NOW_S), BITS(1 + 2 * 2 * ROUNDS),
		       "pair %" PRIu64 ": no charge is lost", n);
	seep_pairs_destroy(pairs);
}

/* Two threads make the same pair's place at once, again and again. */
static void *raise_new(void *context)
{
	struct worker *worker = context;

	for (unsigned i = 0; i < ROUNDS; i++) {
		atomic_fetch_add(worker->at, 1);
		while (atomic_load(worker->at) < worker->threads * (i + 1))
			;
		seep_pairs_raise(worker->pairs, ((uint64_t)i << 48) + key_of(i), BITS(3), NOW_S);
	}
	return NULL;
}

static void test_threads_new(void)
{
	static _Alignas(64) unsigned char large[65536 * SET_BYTES];
	struct seep_pairs *pairs = seep_pairs_create(large, sizeof(large));
	atomic_uint at = 0;
	unsigned lost = 0;

	run(raise_new, pairs, &at);
	for (unsigned i = 0; i < ROUNDS; i++)
		lost += level_of(pairs, ((uint64_t)i << 48) + key_of(i), NOW_S) != BITS(6);
	is_int(lost, 0, "of %u pairs that two threads make at once none loses a charge", ROUNDS);
	seep_pairs_destroy(pairs);
}

/* Days that are moved drain on from there, as if they had been these all along. */
static void test_move(void)
{
	static const int64_t moves[] = { 0, 1, -1, 40, 700, 1024, 19000, -20000 };

	for (size_t i = 0; i < COUNT(moves); i++) {
		struct seep_pairs *pairs = create(2);
		uint64_t then_s = NOW_S - (uint64_t)moves[i] * DAY_S;

		seep_pairs_raise(pairs, 5, BITS(64), then_s - DAY_S);
		seep_pairs_raise(pairs, 7, BITS(100), then_s);
		seep_pairs_note(pairs, 7, (struct seep_pair_sending){ seep_pairs_name(9), 1 }, 3,
				then_s);
		seep_pairs_move(pairs, moves[i]);
		is_int(level_of(pairs, 7, NOW_S), BITS(100), "moved by %" PRId64 " days: today's",
		       moves[i]);
		is_int(seep_pairs_find(pairs, 7, NOW_S).counted, 3, "its step");
		is_int(level_of(pairs, 5, NOW_S), BITS(16), "yesterday's has drained");
		is_int(level_of(pairs, 7, NOW_S + DAY_S), BITS(25), "and tomorrow the other");
		is_int(level_of(pairs, 9, NOW_S), 0, "a free place stays free");
		seep_pairs_destroy(pairs);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_levels);
	tap_run(test_drain);
	tap_run(test_clock);
	tap_run(test_notes);
	tap_run(test_fade);
	tap_run(test_types);
	tap_run(test_eviction);
	tap_run(test_restore);
	tap_run(test_move);
	tap_run(test_threads);
	tap_run(test_threads_new);
	return done();
}
