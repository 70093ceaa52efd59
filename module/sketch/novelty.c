/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The novelty memory: generations of a blocked Bloom filter.
 *
 * The blocks of all generations at one place lie side by side, for they are read together. A name
 * sets PROBES bits, all in one 512-bit block, which is one cache line: the hash's high half picks
 * the place, and nine bits each of the hash times an odd constant pick the bits. At one name to 16
 * bits a generation errs for 0.10 % of the novel names, the four together for 0.41 % (measured).
 *
 * Generations are numbered by turns: turn T makes block T % GENERATIONS of each place the newest.
 * It clears none of them, for in a large memory that takes long. Each place has a mark, the turn
 * up to which its blocks are cleared, and whoever learns a name there clears those that have turned
 * since, four at most. Until then readers take them for empty:
 *
 *     turn 7, mark 5:   block 3 (turn 7) and 2 (turn 6) are taken for empty,
 *                       block 1 (turn 5) and 0 (turn 4) count.
 *
 * A mark has 16 bits. A place that nobody learns at for 65,536 turns would pass for cleared; by
 * time that many take 50 years, and a turn that comes early, of names, has dozens at each place.
 */
#include "sketch/novelty.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bucket.h"
#include "base/ring.h"

#define GENERATIONS   SEEP_NOVELTY_GENERATIONS
#define BLOCK_WORDS   8
#define PROBES        7
#define PROBE_BITS    9 /* 2^9 bits in a block */
#define BITS_A_NAME   16
/*
 * Of a hundred bits of a generation: 35 are set when it is full; more are read from no sound file.
 */
#define FULLEST       50
#define SAMPLE_BLOCKS 4096

/*
 * From so many names on one in COUNTED is counted, by its hash, for all of these, so that threads
 * that learn do not write the same line each time. The number is right within one in some hundred.
 */
#define COUNTED      16
#define COUNTED_FROM (1 << 16)

/* Places are cleared under the lock of a stripe. */
#define STRIPES    64
#define CACHE_LINE 64

struct stripe {
	_Alignas(CACHE_LINE) pthread_mutex_t clearing;
};

struct seep_novelty {
	struct stripe stripes[STRIPES];
	_Atomic uint64_t *words;
	_Atomic uint16_t *marks; /* of each place, the turn that it is cleared up to */
	size_t blocks;           /* in one generation */
	uint64_t period_s;
	_Atomic uint64_t began_s;
	atomic_uint turn;       /* the newest generation's */
	_Atomic uint64_t names; /* in the newest, as count_name has it */
	pthread_mutex_t turning;
	struct seep_ring *noted; /* or NULL */
};

static size_t blocks_of(size_t bytes)
{
	return bytes / (GENERATIONS * BLOCK_WORDS * sizeof(uint64_t));
}

static uint64_t names_of(size_t blocks)
{
	return (uint64_t)blocks * BLOCK_WORDS * 64 / BITS_A_NAME;
}

struct seep_novelty *seep_novelty_create(void *memory, size_t bytes, uint64_t memory_s,
					 uint64_t now_s)
{
	size_t blocks = blocks_of(bytes);
	struct seep_novelty *novelty = NULL;

	if (!blocks || posix_memalign((void **)&novelty, CACHE_LINE, sizeof(*novelty)))
		return NULL;
	memset(novelty, 0, sizeof(*novelty));
	novelty->marks = calloc(blocks, sizeof(*novelty->marks));
	if (!novelty->marks) {
		free(novelty);
		return NULL;
	}
	novelty->words = memory;
	novelty->blocks = blocks;
	novelty->period_s = (memory_s + GENERATIONS - 2) / (GENERATIONS - 1);
	atomic_init(&novelty->began_s, now_s);
	pthread_mutex_init(&novelty->turning, NULL);
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_init(&novelty->stripes[i].clearing, NULL);
	return novelty;
}

void seep_novelty_destroy(struct seep_novelty *novelty)
{
	if (!novelty)
		return;
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&novelty->stripes[i].clearing);
	pthread_mutex_destroy(&novelty->turning);
	seep_ring_destroy(novelty->noted);
	free(novelty->marks);
	free(novelty);
}

static size_t place_of(const struct seep_novelty *novelty, uint64_t hash)
{
	return (size_t)(((hash >> 32) * (uint64_t)novelty->blocks) >> 32);
}

/* The block that became the newest at a place with TURN. */
static _Atomic uint64_t *block_of(const struct seep_novelty *novelty, size_t place, unsigned turn)
{
	return novelty->words + (place * GENERATIONS + turn % GENERATIONS) * BLOCK_WORDS;
}

void seep_novelty_prefetch(const struct seep_novelty *novelty, uint64_t hash)
{
	size_t place = place_of(novelty, hash);

	__builtin_prefetch(&novelty->marks[place]);
	for (unsigned generation = 0; generation < GENERATIONS; generation++)
		__builtin_prefetch(block_of(novelty, place, generation));
}

/* What learning a name looks at. */
static void prefetch_newest(const struct seep_novelty *novelty, uint64_t hash)
{
	size_t place = place_of(novelty, hash);

	__builtin_prefetch(&novelty->marks[place]);
	__builtin_prefetch(block_of(novelty, place,
				    atomic_load_explicit(&novelty->turn, memory_order_relaxed)),
			   1);
}

static uint64_t probes_of(uint64_t hash)
{
	return hash * UINT64_C(0x9e3779b97f4a7c15) >> 1;
}

static bool block_knows(const _Atomic uint64_t *block, uint64_t hash)
{
	uint64_t probes = probes_of(hash);

	for (int i = 0; i < PROBES; i++, probes >>= PROBE_BITS) {
		uint64_t word = atomic_load_explicit(&block[(probes >> 6) & (BLOCK_WORDS - 1)],
						     memory_order_relaxed);

		if (!(word >> (probes & 63) & 1))
			return false;
	}
	return true;
}

/*
 * How many turns came since the blocks at PLACE were last cleared; *TURN is the latest. The mark is
 * read before the turn, for it is never ahead of it.
 */
static unsigned turns_since(const struct seep_novelty *novelty, size_t place, unsigned *turn)
{
	uint16_t mark = atomic_load_explicit(&novelty->marks[place], memory_order_acquire);

	*turn = atomic_load_explicit(&novelty->turn, memory_order_acquire);
	return (uint16_t)(*turn - mark);
}

bool seep_novelty_knows(const struct seep_novelty *novelty, uint64_t hash)
{
	size_t place = place_of(novelty, hash);
	unsigned turn;

	for (unsigned age = turns_since(novelty, place, &turn); age < GENERATIONS; age++)
		if (block_knows(block_of(novelty, place, turn - age), hash))
			return true;
	return false;
}

static void clear_block(_Atomic uint64_t *block)
{
	for (size_t i = 0; i < BLOCK_WORDS; i++)
		atomic_store_explicit(&block[i], 0, memory_order_relaxed);
}

/* Clears what has turned at PLACE. Returns the turn up to which it is cleared. */
static unsigned catch_up(struct seep_novelty *novelty, size_t place)
{
	pthread_mutex_t *clearing = &novelty->stripes[place % STRIPES].clearing;
	unsigned turn, turns = turns_since(novelty, place, &turn);

	if (!turns)
		return turn;
	pthread_mutex_lock(clearing);
	turns = turns_since(novelty, place, &turn);
	for (unsigned age = 0; age < turns && age < GENERATIONS; age++)
		clear_block(block_of(novelty, place, turn - age));
	/* Released: who reads it finds the blocks cleared. */
	atomic_store_explicit(&novelty->marks[place], (uint16_t)turn, memory_order_release);
	pthread_mutex_unlock(clearing);
	return turn;
}

static void catch_up_all(struct seep_novelty *novelty)
{
	for (size_t place = 0; place < novelty->blocks; place++)
		(void)catch_up(novelty, place);
}

/*
 * Forgets as many of the oldest generations as periods have passed, and begins as many; more than
 * all is all.
 */
static void turn(struct seep_novelty *novelty, uint64_t now_s)
{
	uint64_t began_s = atomic_load(&novelty->began_s);
	uint64_t periods = now_s > began_s ? (now_s - began_s) / novelty->period_s : 0;

	if (!periods)
		periods = 1;
	atomic_store(&novelty->names, 0);
	atomic_store(&novelty->began_s, now_s);
	atomic_fetch_add(&novelty->turn, periods < GENERATIONS ? (unsigned)periods : GENERATIONS);
}

static bool is_over(const struct seep_novelty *novelty, uint64_t now_s)
{
	uint64_t began_s = atomic_load_explicit(&novelty->began_s, memory_order_relaxed);

	return (now_s > began_s && now_s - began_s >= novelty->period_s) ||
	       seep_novelty_names(novelty) >= seep_novelty_capacity(novelty);
}

/* Whether the clock was set back to before this generation began. */
static bool is_set_back(const struct seep_novelty *novelty, uint64_t now_s)
{
	uint64_t began_s = atomic_load_explicit(&novelty->began_s, memory_order_relaxed);

	return began_s > now_s && began_s - now_s > SEEP_BUCKET_STEP_S;
}

/* Brings the generations up to NOW_S; if another thread is at it, that is left to it. */
static void keep_time(struct seep_novelty *novelty, uint64_t now_s)
{
	if (pthread_mutex_trylock(&novelty->turning) != 0)
		return;
	if (is_set_back(novelty, now_s))
		atomic_store(&novelty->began_s, now_s);
	if (is_over(novelty, now_s))
		turn(novelty, now_s);
	pthread_mutex_unlock(&novelty->turning);
}

static void count_name(struct seep_novelty *novelty, uint64_t hash)
{
	if (seep_novelty_names(novelty) < COUNTED_FROM)
		atomic_fetch_add_explicit(&novelty->names, 1, memory_order_relaxed);
	else if (hash % COUNTED == 0)
		atomic_fetch_add_explicit(&novelty->names, COUNTED, memory_order_relaxed);
}

void seep_novelty_learn(struct seep_novelty *novelty, uint64_t hash, uint64_t now_s)
{
	size_t place = place_of(novelty, hash);
	_Atomic uint64_t *block;
	uint64_t probes = probes_of(hash);
	bool novel = false;

	if (is_over(novelty, now_s) || is_set_back(novelty, now_s))
		keep_time(novelty, now_s);
	block = block_of(novelty, place, catch_up(novelty, place));
	for (int i = 0; i < PROBES; i++, probes >>= PROBE_BITS) {
		_Atomic uint64_t *word = &block[(probes >> 6) & (BLOCK_WORDS - 1)];
		uint64_t bit = UINT64_C(1) << (probes & 63);

		if (atomic_load_explicit(word, memory_order_relaxed) & bit)
			continue;
		atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
		novel = true;
	}
	if (!novel)
		return;
	count_name(novelty, hash);
	if (novelty->noted && hash)
		seep_ring_put(novelty->noted, hash);
}

/* So many hashes stand for a name as its owner's: with the name's own, 0.0041^3 is 7e-8. */
#define OWN_HASHES 2

/* splitmix64's finalizer (Steele, Lea, Flood 2014). */
static uint64_t mixed(uint64_t hash)
{
	hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
	return hash ^ hash >> 31;
}

static uint64_t own_hash(uint64_t hash, uint64_t owner, unsigned i)
{
	return mixed((hash ^ mixed(owner)) + i * UINT64_C(0x9e3779b97f4a7c15));
}

bool seep_novelty_knows_own(const struct seep_novelty *novelty, uint64_t hash, uint64_t owner)
{
	for (unsigned i = 0; i < OWN_HASHES; i++)
		if (!seep_novelty_knows(novelty, own_hash(hash, owner, i)))
			return false;
	return true;
}

void seep_novelty_prefetch_own(const struct seep_novelty *novelty, uint64_t hash, uint64_t owner)
{
	for (unsigned i = 0; i < OWN_HASHES; i++)
		prefetch_newest(novelty, own_hash(hash, owner, i));
}

void seep_novelty_learn_own(struct seep_novelty *novelty, uint64_t hash, uint64_t owner,
			    uint64_t now_s)
{
	for (unsigned i = 0; i < OWN_HASHES; i++)
		seep_novelty_learn(novelty, own_hash(hash, owner, i), now_s);
}

uint64_t seep_novelty_names(const struct seep_novelty *novelty)
{
	return atomic_load_explicit(&novelty->names, memory_order_relaxed);
}

uint64_t seep_novelty_capacity(const struct seep_novelty *novelty)
{
	return names_of(novelty->blocks);
}

uint64_t seep_novelty_places(size_t bytes)
{
	return names_of(blocks_of(bytes));
}

/* For the state file. */

struct seep_lines seep_novelty_lines(const struct seep_novelty *novelty)
{
	return (struct seep_lines){ novelty->words, novelty->blocks * GENERATIONS };
}

struct seep_novelty_stand seep_novelty_save_begin(struct seep_novelty *novelty)
{
	pthread_mutex_lock(&novelty->turning);
	catch_up_all(novelty);
	return (struct seep_novelty_stand){
		.began_s = atomic_load(&novelty->began_s),
		.names = atomic_load(&novelty->names),
		.newest = atomic_load(&novelty->turn) % GENERATIONS,
	};
}

void seep_novelty_save_end(struct seep_novelty *novelty)
{
	pthread_mutex_unlock(&novelty->turning);
}

void seep_novelty_restore(struct seep_novelty *novelty, const struct seep_novelty_stand *stand)
{
	uint64_t most = seep_novelty_capacity(novelty);

	atomic_store(&novelty->began_s, stand->began_s);
	atomic_store(&novelty->names, stand->names < most ? stand->names : most);
	atomic_store(&novelty->turn, stand->newest % GENERATIONS);
	for (size_t place = 0; place < novelty->blocks; place++)
		atomic_store_explicit(&novelty->marks[place], stand->newest % GENERATIONS,
				      memory_order_relaxed);
}

void seep_novelty_restore_line(struct seep_novelty *novelty, uint64_t from, uint64_t line,
			       const uint64_t *words)
{
	uint64_t last;
	uint64_t block =
		seep_lines_place(line / GENERATIONS, from / GENERATIONS, novelty->blocks, &last);

	for (; block <= last && block < novelty->blocks; block++) {
		_Atomic uint64_t *to = block_of(novelty, block, line % GENERATIONS);

		/* Nobody else is there yet. */
		for (size_t i = 0; i < BLOCK_WORDS; i++)
			atomic_store_explicit(&to[i],
					      atomic_load_explicit(&to[i], memory_order_relaxed) |
						      words[i],
					      memory_order_relaxed);
	}
}

/* From a sample: names are spread evenly over the blocks. */
static bool is_overfull(const struct seep_novelty *novelty, unsigned generation)
{
	size_t stride = novelty->blocks / SAMPLE_BLOCKS + 1;
	uint64_t seen = 0, set = 0;

	for (size_t block = 0; block < novelty->blocks; block += stride) {
		const _Atomic uint64_t *words = block_of(novelty, block, generation);

		for (size_t i = 0; i < BLOCK_WORDS; i++)
			set += (uint64_t)__builtin_popcountll(
				atomic_load_explicit(&words[i], memory_order_relaxed));
		seen += (uint64_t)BLOCK_WORDS * 64;
	}
	return set > seen / 100 * FULLEST;
}

unsigned seep_novelty_restore_end(struct seep_novelty *novelty)
{
	unsigned forgotten = 0;

	catch_up_all(novelty); /* names of the journal may have turned it */
	for (unsigned generation = 0; generation < GENERATIONS; generation++) {
		if (!is_overfull(novelty, generation))
			continue;
		for (size_t place = 0; place < novelty->blocks; place++)
			clear_block(block_of(novelty, place, generation));
		if (generation == atomic_load(&novelty->turn) % GENERATIONS)
			atomic_store(&novelty->names, 0);
		forgotten++;
	}
	return forgotten;
}

bool seep_novelty_note(struct seep_novelty *novelty, size_t places)
{
	novelty->noted = seep_ring_create(places);
	return novelty->noted != NULL;
}

size_t seep_novelty_take(struct seep_novelty *novelty, uint64_t *hashes, size_t room)
{
	return novelty->noted ? seep_ring_take(novelty->noted, hashes, room) : 0;
}

uint64_t seep_novelty_lost(const struct seep_novelty *novelty)
{
	return novelty->noted ? seep_ring_lost(novelty->noted) : 0;
}
