/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The novelty memory: what is learned is known for as long as stated, and little else is taken for
 * known.
 */
#include "sketch/novelty.h"
#include "fixture.h"

#include <pthread.h>

#define MEMORY_S (30 * DAY_S)
#define PERIOD_S (10 * DAY_S)

struct memory {
	void *bytes;
	struct seep_novelty *novelty;
};

static struct memory memory_open(size_t bytes, uint64_t memory_s)
{
	struct memory memory = { .bytes = aligned_alloc(64, bytes) };

	memset(memory.bytes, 0, bytes);
	memory.novelty = seep_novelty_create(memory.bytes, bytes, memory_s, NOW_S);
	return memory;
}

static void memory_close(struct memory *memory)
{
	seep_novelty_destroy(memory->novelty);
	free(memory->bytes);
}

static void test_create(void)
{
	_Alignas(64) static unsigned char bytes[1024];
	static const struct {
		size_t bytes;
		uint64_t capacity; /* 0: refused */
	} cases[] = {
		{ 0, 0 },    { 64, 0 },   { 255, 0 },    { 256, 32 },
		{ 511, 32 }, { 512, 64 }, { 1024, 128 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_novelty *novelty =
			seep_novelty_create(bytes, cases[i].bytes, MEMORY_S, NOW_S);
		is_bool(novelty, cases[i].capacity, "%zu bytes are %s", cases[i].bytes,
			cases[i].capacity ? "enough" : "too few");
		if (novelty) {
			is_int(seep_novelty_capacity(novelty), cases[i].capacity,
			       "%zu bytes: 16 bits a name, in a quarter", cases[i].bytes);
			is_int(seep_novelty_names(novelty), 0, "%zu bytes: no names at first",
			       cases[i].bytes);
		}
		seep_novelty_destroy(novelty);
	}
}

static void test_known(void)
{
	struct memory memory = memory_open(1 << 20, MEMORY_S);
	const uint64_t first = 5;
	uint64_t seed = first;
	int unknown = 0, known = 0;

	printf("# known: seed %" PRIu64 "\n", first);
	for (int i = 0; i < 1000; i++) {
		uint64_t hash = random_next(&seed);
		known += seep_novelty_knows(memory.novelty, hash);
		seep_novelty_learn(memory.novelty, hash, NOW_S);
		unknown += !seep_novelty_knows(memory.novelty, hash);
	}
	is_int(unknown, 0, "each of 1000 names is known once learned");
	is_int(known, 0, "and none before: the memory is all but empty");
	is_int(seep_novelty_names(memory.novelty), 1000, "they are counted");
	seed = first;
	for (int i = 0; i < 1000; i++)
		seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S + 1);
	is_int(seep_novelty_names(memory.novelty), 1000, "and counted once");
	memory_close(&memory);
}

/* A large memory counts some of its names, and holds as many as it should. */
static void test_count(void)
{
	struct memory memory = memory_open(8 << 20, MEMORY_S);
	uint64_t seed = 9, names = 0, counted;

	while (names < 500000) {
		seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S);
		names++;
	}
	counted = seep_novelty_names(memory.novelty);
	ok(counted > names - names / 50 && counted < names + names / 50,
	   "%" PRIu64 " names are counted as %" PRIu64, names, counted);
	memory_close(&memory);
}

/*
 * A name learned so far into its generation, and others steadily after: it stays known for the
 * memory and is forgotten a period later.
 */
static void test_age(void)
{
	static const uint64_t memories_s[] = { DAY_S, MEMORY_S, 365 * DAY_S };
	static const unsigned learned_percent[] = { 0, 1, 50, 99 };

	for (size_t m = 0; m < COUNT(memories_s); m++)
		for (size_t l = 0; l < COUNT(learned_percent); l++) {
			struct memory memory = memory_open(1 << 20, memories_s[m]);
			const uint64_t step_s = memories_s[m] / 300;
			const uint64_t name = UINT64_C(0x123456789abcdef1);
			const uint64_t learned_s =
				NOW_S + memories_s[m] / 3 / 100 * learned_percent[l];
			uint64_t seed = 1, lost_s = 0;

			seep_novelty_learn(memory.novelty, name, learned_s);
			for (uint64_t at = learned_s; at < learned_s + 2 * memories_s[m];
			     at += step_s) {
				seep_novelty_learn(memory.novelty, random_next(&seed), at);
				if (!lost_s && !seep_novelty_knows(memory.novelty, name))
					lost_s = at - learned_s;
			}
			ok(lost_s >= memories_s[m],
			   "memory %" PRIu64 " s, learned at %u %%: known for %" PRIu64,
			   memories_s[m], learned_percent[l], lost_s);
			/* a turn comes with the next name, here at most a step late, four times */
			ok(lost_s && lost_s <= memories_s[m] / 3 * 4 + 5 * step_s,
			   "memory %" PRIu64
			   " s, learned at %u %%: and no longer than four periods",
			   memories_s[m], learned_percent[l]);
			memory_close(&memory);
		}
}

static void test_resent(void)
{
	struct memory memory = memory_open(1 << 20, MEMORY_S);
	const uint64_t kept = 1111111111111, left = 2222222222222;
	int unknown = 0;

	seep_novelty_learn(memory.novelty, kept, NOW_S);
	seep_novelty_learn(memory.novelty, left, NOW_S);
	for (uint64_t days = 0; days < 400; days += 29) {
		unknown += !seep_novelty_knows(memory.novelty, kept);
		seep_novelty_learn(memory.novelty, kept, NOW_S + days * DAY_S);
	}
	is_int(unknown, 0, "a name sent every 29 days stays known for a year");
	ok(!seep_novelty_knows(memory.novelty, left), "one sent once does not");
	memory_close(&memory);
}

/*
 * Nothing at all was sent for long: the first name after it must not find the old ones still known.
 */
static void test_idle(void)
{
	struct memory memory = memory_open(1 << 20, MEMORY_S);

	seep_novelty_learn(memory.novelty, 1111111111111, NOW_S);
	seep_novelty_learn(memory.novelty, 2222222222222, NOW_S + 6 * PERIOD_S);
	ok(!seep_novelty_knows(memory.novelty, 1111111111111),
	   "after six idle periods and one name, the old is forgotten");
	ok(seep_novelty_knows(memory.novelty, 2222222222222), "the new one known");
	memory_close(&memory);
}

static void test_clock_back(void)
{
	struct memory memory = memory_open(1 << 20, MEMORY_S);

	seep_novelty_learn(memory.novelty, 1111111111111, NOW_S);
	for (int i = 0; i < 10; i++)
		seep_novelty_learn(memory.novelty, 2222222222222, NOW_S - MEMORY_S * i);
	ok(seep_novelty_knows(memory.novelty, 1111111111111),
	   "a clock that steps back forgets nothing");
	memory_close(&memory);
}

/* The clock was far ahead for one name: what is learned when it is right again lasts no longer. */
static void test_clock_ahead(void)
{
	struct memory memory = memory_open(1 << 20, MEMORY_S);
	const uint64_t name = UINT64_C(0x123456789abcdef1);
	uint64_t seed = 1, lost_s = 0;

	seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S + 3650 * DAY_S);
	seep_novelty_learn(memory.novelty, name, NOW_S);
	for (uint64_t at = NOW_S; at < NOW_S + 2 * MEMORY_S; at += DAY_S / 4) {
		seep_novelty_learn(memory.novelty, random_next(&seed), at);
		if (!lost_s && !seep_novelty_knows(memory.novelty, name))
			lost_s = at - NOW_S;
	}
	ok(lost_s >= MEMORY_S && lost_s <= 4 * PERIOD_S + DAY_S,
	   "after a jump ahead and back a name is known for %" PRIu64 " s", lost_s);
	/* a few seconds between threads are no step: no period begins anew for them */
	seep_novelty_learn(memory.novelty, name, NOW_S + 100 * DAY_S);
	for (uint64_t at = 0; at < 4 * PERIOD_S + DAY_S; at += 600)
		seep_novelty_learn(memory.novelty, random_next(&seed),
				   NOW_S + 100 * DAY_S + (at % 1200 ? at - 600 : at));
	ok(!seep_novelty_knows(memory.novelty, name), "steps of ten minutes change nothing");
	memory_close(&memory);
}

/* A generation that is full gives way early, and names go in the order they came. */
static void test_full(void)
{
	struct memory memory = memory_open(1 << 16, MEMORY_S);
	const uint64_t capacity = seep_novelty_capacity(memory.novelty);
	uint64_t seed = 3, most = 0;

	printf("# full: capacity %" PRIu64 ", seed %" PRIu64 "\n", capacity, seed);
	seep_novelty_learn(memory.novelty, 1111111111111, NOW_S);
	for (uint64_t i = 0; i < 2 * capacity; i++) {
		seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S);
		if (seep_novelty_names(memory.novelty) > most)
			most = seep_novelty_names(memory.novelty);
	}
	is_int(most, capacity, "a generation holds its capacity");
	ok(seep_novelty_names(memory.novelty) < capacity, "then another begins");
	ok(seep_novelty_knows(memory.novelty, 1111111111111),
	   "two generations on, the first name is known");
	for (uint64_t i = 0; i < 3 * capacity; i++)
		seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S);
	/* 0.4 % by chance; with this seed it is not */
	ok(!seep_novelty_knows(memory.novelty, 1111111111111),
	   "five generations on, it has made room");
	memory_close(&memory);
}

/*
 * A name as its owner's is known to be that, and nobody else's; a novel one is hardly ever taken
 * for it, though all generations are full.
 */
static void test_own(void)
{
	struct memory memory = memory_open(1 << 20, MEMORY_S);
	uint64_t seed = 3, full = seep_novelty_capacity(memory.novelty);
	uint64_t guessed = 0, own = 0, now_s = NOW_S;
	unsigned forgotten = 0, others = 0;

	for (unsigned generation = 0; generation < 4; generation++, now_s += PERIOD_S)
		do
			seep_novelty_learn(memory.novelty, random_next(&seed), now_s);
		while (seep_novelty_names(memory.novelty) < full - 1);
	now_s -= PERIOD_S;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t hash = random_next(&seed);
		bool known = seep_novelty_knows(memory.novelty, hash);

		guessed += known;
		own += known && seep_novelty_knows_own(memory.novelty, hash, 1);
	}
	ok(guessed > 3000, "%d of a million novel names are taken for known", (int)guessed);
	ok(own <= 2, "and %d of these for somebody's own", (int)own);
	memory_close(&memory);

	memory = memory_open(1 << 20, MEMORY_S);
	for (uint64_t hash = 1; hash <= 1000; hash++) {
		seep_novelty_learn_own(memory.novelty, hash, 7, NOW_S);
		forgotten += !seep_novelty_knows_own(memory.novelty, hash, 7);
		others += seep_novelty_knows_own(memory.novelty, hash, 8);
	}
	is_int(forgotten, 0, "its owner's name is known");
	is_int(others, 0, "and is not another's");
	memory_close(&memory);
}

/*
 * Novel names taken for known: the header states below 1 % with four full generations. Theory: 32
 * names of 7 bits in a 512-bit block leave each bit set with chance 0.35, 0.35^7 = 0.07 %; that
 * blocks are unevenly filled makes it 0.10 %. In 400,000 probes a share of 0.001 has a standard
 * error of 0.00005; the bands are eight of those and more.
 */
static void check_false_positives(size_t bytes)
{
	enum { probes = 400000 };
	struct memory memory = memory_open(bytes, MEMORY_S);
	uint64_t seed = 99 + bytes;
	double shares[5] = { 0 };

	printf("# false positives: %zu bytes, seed %" PRIu64 "\n", bytes, seed);
	for (int full = 0; full <= 4; full++) {
		int taken = 0;

		for (int i = 0; i < probes; i++)
			taken += seep_novelty_knows(memory.novelty, random_next(&seed));
		shares[full] = (double)taken / probes;
		for (uint64_t left = seep_novelty_capacity(memory.novelty);
		     full < 4 &&
		     seep_novelty_names(memory.novelty) < seep_novelty_capacity(memory.novelty) &&
		     left;)
			seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S);
		/* the next name turns, and is the first of the new generation */
		if (full < 3)
			seep_novelty_learn(memory.novelty, random_next(&seed), NOW_S);
	}
	ok(shares[0] == 0, "%zu bytes, empty: none", bytes);
	ok(shares[1] > 0.0006 && shares[1] < 0.0015, "%zu bytes, one full: %.3f %%, 0.10 by theory",
	   bytes, 100 * shares[1]);
	ok(shares[4] < 0.02, "%zu bytes, four full: %.2f %%, below the header's 2", bytes,
	   100 * shares[4]);
	ok(shares[4] > 3.2 * shares[1] && shares[4] < 4.8 * shares[1],
	   "%zu bytes, four full: four times that of one", bytes);
	memory_close(&memory);
}

static void test_false_positives(void)
{
	check_false_positives(1 << 16);
	check_false_positives(1 << 22);
}

#define LINE_BYTES 64

/* How many lines of two memories differ. */
static unsigned lines_changed(const unsigned char *before, const unsigned char *after, size_t bytes)
{
	unsigned changed = 0;

	for (size_t at = 0; at < bytes; at += LINE_BYTES)
		changed += memcmp(before + at, after + at, LINE_BYTES) != 0;
	return changed;
}

/* All but full: of many names the count is right within one in some hundred. */
static void fill(struct memory *memory, uint64_t now_s, uint64_t *seed)
{
	uint64_t capacity = seep_novelty_capacity(memory->novelty);
	uint64_t names = capacity - capacity / 32 - 1;

	for (uint64_t i = 0; i < names; i++)
		seep_novelty_learn(memory->novelty, random_next(seed), now_s);
}

/*
 * No call changes more lines than those of one place, whatever the size and however many
 * generations begin: one that it learns in, and those that it clears.
 */
static void check_turn(size_t bytes, unsigned periods)
{
	struct memory memory = memory_open(bytes, MEMORY_S);
	unsigned char *before = malloc(bytes);
	const unsigned turned = periods < 4 ? periods : 4;
	uint64_t seed = 7 + bytes, now_s = NOW_S, old = 7 + bytes;
	unsigned most = 0, changed, stale = 0;

	for (unsigned generation = 0; generation < 4; generation++, now_s += PERIOD_S)
		fill(&memory, now_s, &seed);
	now_s += (periods - 1) * PERIOD_S;
	for (unsigned i = 0; i < 100; i++) {
		memcpy(before, memory.bytes, bytes);
		seep_novelty_learn(memory.novelty, random_next(&seed), now_s);
		changed = lines_changed(before, memory.bytes, bytes);
		most = changed > most ? changed : most;
	}
	ok(most >= turned && most <= 4, "%zu bytes, %u periods on: a name changes %u lines at most",
	   bytes, periods, most);
	is_int(seep_novelty_names(memory.novelty), 100, "the new generation has these alone");
	/* of those in the generations that have gone, and of which no line was touched */
	for (unsigned i = 0; i < 1000; i++)
		stale += seep_novelty_knows(memory.novelty, random_next(&old));
	ok(stale < 20, "what was not cleared yet is not known: %u of 1000", stale);
	free(before);
	memory_close(&memory);
}

static void test_turn(void)
{
	check_turn(1 << 18, 1);
	check_turn(1 << 20, 1);
	check_turn(1 << 20, 2);
	check_turn(1 << 20, 3);
	check_turn(1 << 20, 7);
}

/* A copy as the state file makes it. */
static struct memory copy_of(struct memory *memory, size_t bytes)
{
	struct memory copy = memory_open(bytes, MEMORY_S);
	struct seep_novelty_stand stand = seep_novelty_save_begin(memory->novelty);
	struct seep_lines lines = seep_novelty_lines(memory->novelty);
	uint64_t words[SEEP_LINE_WORDS];

	seep_novelty_restore(copy.novelty, &stand);
	for (size_t line = 0; line < lines.count; line++) {
		for (size_t i = 0; i < SEEP_LINE_WORDS; i++)
			words[i] = lines.words[line * SEEP_LINE_WORDS + i];
		seep_novelty_restore_line(copy.novelty, lines.count, line, words);
	}
	seep_novelty_save_end(memory->novelty);
	is_int(seep_novelty_restore_end(copy.novelty), 0, "no generation is too full");
	return copy;
}

/* Saved while what is forgotten is cleared: known to the one is known to the other, and for as
 * long. */
static void test_saved_in_turn(void)
{
	const size_t bytes = 1 << 18;

	for (unsigned periods = 1; periods <= 5; periods++) {
		struct memory memory = memory_open(bytes, MEMORY_S), copy;
		uint64_t seed = 11, now_s = NOW_S;
		unsigned differ = 0, known = 0;

		for (unsigned generation = 0; generation < 4; generation++, now_s += PERIOD_S)
			fill(&memory, now_s, &seed);
		now_s += (periods - 1) * PERIOD_S;
		for (unsigned i = 0; i < 300; i++)
			seep_novelty_learn(memory.novelty, random_next(&seed), now_s);
		copy = copy_of(&memory, bytes);
		for (unsigned later = 0; later < 4; later++, now_s += PERIOD_S) {
			uint64_t names = 11;

			seep_novelty_learn(memory.novelty, 3333333333333, now_s);
			seep_novelty_learn(copy.novelty, 3333333333333, now_s);
			for (uint64_t i = 0; i < 4 * seep_novelty_capacity(copy.novelty) + 300;
			     i++) {
				uint64_t hash = random_next(&names);
				bool is_known = seep_novelty_knows(memory.novelty, hash);

				known += is_known;
				differ += is_known != seep_novelty_knows(copy.novelty, hash);
			}
		}
		ok(known > 300, "%u periods on: names are known", periods);
		is_int(differ, 0, "%u periods on: the copy knows the same", periods);
		memory_close(&memory);
		memory_close(&copy);
	}
}

/* Put back with a journal that turned it: what has gone by that is not looked at. */
static void test_restored_in_turn(void)
{
	const size_t bytes = 1 << 16;
	const struct seep_novelty_stand stand = { .began_s = NOW_S, .names = 5, .newest = 0 };
	uint64_t full[SEEP_LINE_WORDS];

	memset(full, 0xff, sizeof(full));
	for (unsigned generation = 0; generation < 3; generation++) {
		struct memory memory = memory_open(bytes, MEMORY_S);
		size_t lines = seep_novelty_lines(memory.novelty).count;

		seep_novelty_restore(memory.novelty, &stand);
		for (size_t line = generation; line < lines; line += SEEP_NOVELTY_GENERATIONS)
			seep_novelty_restore_line(memory.novelty, lines, line, full);
		seep_novelty_learn(memory.novelty, 1111111111111, NOW_S + PERIOD_S);
		is_int(seep_novelty_restore_end(memory.novelty), generation != 1,
		       "generation %u is %s", generation, generation == 1 ? "gone" : "too full");
		is_int(seep_novelty_names(memory.novelty), 1, "the newest has a name");
		ok(seep_novelty_knows(memory.novelty, 1111111111111), "which is known");
		memory_close(&memory);
	}
}

#define LEARNERS 4

struct learner {
	pthread_t id;
	struct seep_novelty *novelty;
	uint64_t seed;
	unsigned forgotten;
};

/* Learns what fills two thirds of a generation, and knows each name. */
static void *learn(void *context)
{
	struct learner *learner = context;
	uint64_t names = seep_novelty_capacity(learner->novelty) * 2 / 3;

	for (uint64_t i = 0; i < names; i++) {
		uint64_t hash = random_next(&learner->seed);

		seep_novelty_learn(learner->novelty, hash, NOW_S);
		learner->forgotten += !seep_novelty_knows(learner->novelty, hash);
	}
	return NULL;
}

/*
 * Threads that learn at places that others clear, and one that saves. Together they turn the
 * memory twice, so that no name of theirs can be forgotten.
 */
static void test_threads(void)
{
	struct memory memory = memory_open(1 << 18, MEMORY_S);
	struct learner learners[LEARNERS];
	unsigned forgotten = 0;
	uint64_t seed = 5, now_s = NOW_S - 4 * PERIOD_S;

	for (unsigned generation = 0; generation < 4; generation++, now_s += PERIOD_S)
		fill(&memory, now_s, &seed);
	for (unsigned i = 0; i < LEARNERS; i++) {
		learners[i] = (struct learner){ .novelty = memory.novelty, .seed = 100 + i };
		if (pthread_create(&learners[i].id, NULL, learn, &learners[i]) != 0) {
			printf("Bail out! no thread\n");
			exit(1);
		}
	}
	for (unsigned i = 0; i < 20; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 300000 }, NULL);
		(void)seep_novelty_save_begin(memory.novelty);
		seep_novelty_save_end(memory.novelty);
	}
	for (unsigned i = 0; i < LEARNERS; i++) {
		pthread_join(learners[i].id, NULL);
		forgotten += learners[i].forgotten;
	}
	is_int(forgotten, 0, "each of %u threads knows all that it learned", LEARNERS);
	for (unsigned i = 0; i < LEARNERS; i++) {
		uint64_t names = 100 + i;

		for (uint64_t n = seep_novelty_capacity(memory.novelty) * 2 / 3; n > 0; n--)
			forgotten += !seep_novelty_knows(memory.novelty, random_next(&names));
	}
	is_int(forgotten, 0, "and so it is in the end");
	memory_close(&memory);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_create);
	tap_run(test_known);
	tap_run(test_count);
	tap_run(test_age);
	tap_run(test_resent);
	tap_run(test_idle);
	tap_run(test_clock_back);
	tap_run(test_clock_ahead);
	tap_run(test_full);
	tap_run(test_false_positives);
	tap_run(test_own);
	tap_run(test_turn);
	tap_run(test_saved_in_turn);
	tap_run(test_restored_in_turn);
	tap_run(test_threads);
	return done();
}
