/* SPDX-License-Identifier: BSD-3-Clause */
/* A fixed, set-associative table of metered things, locked in stripes. */
#include "sketch/table.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WAYS       8
#define STRIPES    256
#define CACHE_LINE 64

struct stripe {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
};

struct seep_table {
	struct stripe stripes[STRIPES];
	uint64_t *keys; /* sets of WAYS; 0 is empty */
	unsigned char *entries;
	atomic_uchar *changed; /* of each set, a bit for each way; the lock's */
	size_t sets;
	size_t entry_bytes;
	atomic_size_t used;
};

/*
 * A lock is held for less than a microsecond, and to sleep and be woken takes several: whoever
 * finds it taken spins first, where the C library can.
 */
static void create_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
#ifdef __GLIBC__
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
	pthread_mutex_init(lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

/* Behind the sets there is one more slot, the shared entry's. */
static size_t sets_of(size_t bytes, size_t entry_bytes)
{
	size_t slot_bytes = sizeof(uint64_t) + entry_bytes;

	return bytes > slot_bytes ? (bytes - slot_bytes) / (WAYS * slot_bytes) : 0;
}

size_t seep_table_places(size_t bytes, size_t entry_bytes)
{
	return sets_of(bytes, entry_bytes) * WAYS;
}

struct seep_table *seep_table_create(void *memory, size_t bytes, size_t entry_bytes)
{
	size_t sets = sets_of(bytes, entry_bytes);
	struct seep_table *table = NULL;

	if (!sets || posix_memalign((void **)&table, CACHE_LINE, sizeof(*table)))
		return NULL;
	memset(table, 0, sizeof(*table));
	table->changed = calloc(sets + 1, sizeof(*table->changed));
	if (!table->changed) {
		free(table);
		return NULL;
	}
	for (size_t i = 0; i < STRIPES; i++)
		create_lock(&table->stripes[i].lock);
	table->keys = memory;
	table->entries = (unsigned char *)memory + (sets * WAYS + 1) * sizeof(uint64_t);
	table->sets = sets;
	table->entry_bytes = entry_bytes;
	return table;
}

void seep_table_destroy(struct seep_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&table->stripes[i].lock);
	free(table->changed);
	free(table);
}

/* Behind the sets lies the shared entry, alone in a set of its own. */
static size_t set_of(const struct seep_table *table, uint64_t key)
{
	if (key == SEEP_TABLE_SHARED)
		return table->sets;
	/*
	 * The high half picks the set by multiplication; the sketches draw from the whole hash of
	 * other things, so no bit is used twice.
	 */
	return (size_t)(((key >> 32) * (uint64_t)table->sets) >> 32);
}

static pthread_mutex_t *lock_of(struct seep_table *table, uint64_t key)
{
	return &table->stripes[set_of(table, key) % STRIPES].lock;
}

static struct seep_entry *entry_at(const struct seep_table *table, size_t slot)
{
	return (struct seep_entry *)(void *)(table->entries + slot * table->entry_bytes);
}

void seep_table_unlock(struct seep_table *table, uint64_t key)
{
	pthread_mutex_unlock(lock_of(table, key));
}

/* The slot of KEY, or of an empty way if there is one, or SIZE_MAX. */
static size_t slot_of(const struct seep_table *table, uint64_t key)
{
	size_t first = set_of(table, key) * WAYS;
	size_t empty = SIZE_MAX;

	if (key == SEEP_TABLE_SHARED)
		return first;
	for (size_t slot = first; slot < first + WAYS; slot++) {
		if (table->keys[slot] == key)
			return slot;
		if (!table->keys[slot] && empty == SIZE_MAX)
			empty = slot;
	}
	return empty;
}

void seep_table_forget(struct seep_table *table, uint64_t key)
{
	size_t slot = slot_of(table, key);

	if (key != SEEP_TABLE_SHARED && slot != SIZE_MAX && table->keys[slot] == key) {
		table->keys[slot] = 0;
		atomic_fetch_sub_explicit(&table->used, 1, memory_order_relaxed);
	}
	seep_table_unlock(table, key);
}

/*
 * A caller that gets an entry changes it. Written under the lock alone, so no locked instruction.
 */
static void mark_changed(struct seep_table *table, size_t slot)
{
	atomic_uchar *set = &table->changed[slot / WAYS];

	atomic_store_explicit(set,
			      atomic_load_explicit(set, memory_order_relaxed) |
				      (unsigned char)(1u << slot % WAYS),
			      memory_order_relaxed);
}

void seep_table_prefetch(const struct seep_table *table, uint64_t key)
{
	__builtin_prefetch(&table->keys[set_of(table, key) * WAYS]);
}

struct seep_entry *seep_table_find(struct seep_table *table, uint64_t key)
{
	size_t slot;

	pthread_mutex_lock(lock_of(table, key));
	slot = slot_of(table, key);
	if (slot != SIZE_MAX && table->keys[slot] == key) {
		mark_changed(table, slot);
		return entry_at(table, slot);
	}
	seep_table_unlock(table, key);
	return NULL;
}

bool seep_table_peek(struct seep_table *table, uint64_t key, void *to)
{
	size_t slot;
	bool is_there;

	pthread_mutex_lock(lock_of(table, key));
	slot = slot_of(table, key);
	is_there = slot != SIZE_MAX && table->keys[slot] == key;
	if (is_there)
		memcpy(to, entry_at(table, slot), table->entry_bytes);
	seep_table_unlock(table, key);
	return is_there;
}

/* Whether A would be missed less than B. */
static bool is_worth_less(const struct seep_entry *a, uint64_t a_level, const struct seep_entry *b,
			  uint64_t b_level)
{
	if (a->standing != b->standing)
		return a->standing < b->standing;
	if (a_level != b_level)
		return a_level < b_level;
	return a->last_s < b->last_s;
}

/* The entry of KEY's set that is missed least; SIZE_MAX if all are held. */
static size_t victim_of(const struct seep_table *table, uint64_t key, uint64_t refill_mbit_day,
			uint64_t now_s)
{
	size_t first = set_of(table, key) * WAYS;
	size_t victim = SIZE_MAX;
	uint64_t victim_level = 0;

	for (size_t slot = first; slot < first + WAYS; slot++) {
		struct seep_entry *entry = entry_at(table, slot);
		uint64_t level = seep_bucket_level(&entry->meter, refill_mbit_day, now_s);

		if ((entry->spent && level) || entry->inflight)
			continue;
		if (victim == SIZE_MAX ||
		    is_worth_less(entry, level, entry_at(table, victim), victim_level)) {
			victim = slot;
			victim_level = level;
		}
	}
	return victim;
}

/* Begins to fetch all of an entry: what reads it reads most of its lines, one after the other. */
static void prefetch_entry(const struct seep_table *table, const struct seep_entry *entry)
{
	const char *line = (const char *)entry;

	for (size_t at = 0; at < table->entry_bytes; at += CACHE_LINE)
		__builtin_prefetch(line + at, 1);
}

/* Hands out the entry in SLOT, which is KEY's from now on. */
static struct seep_entry *hand_out(struct seep_table *table, size_t slot, uint64_t key,
				   uint64_t now_s, enum seep_claim how)
{
	struct seep_entry *entry = entry_at(table, slot);

	prefetch_entry(table, entry);
	if (how != SEEP_CLAIM_FOUND) {
		memset(entry, 0, table->entry_bytes);
		table->keys[slot] = key;
		entry->first_s = (uint32_t)now_s;
		entry->meter.drained_s = now_s;
	}
	entry->last_s = (uint32_t)now_s;
	mark_changed(table, slot);
	return entry;
}

/* KEY's slot or a free one, and which it is; SIZE_MAX if there is neither. */
static size_t free_slot(struct seep_table *table, uint64_t key, enum seep_claim *how)
{
	size_t slot = slot_of(table, key);

	if (slot == SIZE_MAX)
		return slot;
	*how = table->keys[slot] == key ? SEEP_CLAIM_FOUND : SEEP_CLAIM_FRESH;
	if (*how == SEEP_CLAIM_FRESH && key != SEEP_TABLE_SHARED)
		atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed);
	return slot;
}

struct seep_entry *seep_table_claim_free(struct seep_table *table, uint64_t key, uint64_t now_s,
					 enum seep_claim *how)
{
	size_t slot;

	pthread_mutex_lock(lock_of(table, key));
	slot = free_slot(table, key, how);
	if (slot != SIZE_MAX)
		return hand_out(table, slot, key, now_s, *how);
	seep_table_unlock(table, key);
	return NULL;
}

struct seep_entry *seep_table_claim(struct seep_table *table, uint64_t key,
				    uint64_t refill_mbit_day, uint64_t now_s, enum seep_claim *how)
{
	size_t slot;

	pthread_mutex_lock(lock_of(table, key));
	slot = free_slot(table, key, how);
	if (slot == SIZE_MAX) {
		slot = victim_of(table, key, refill_mbit_day, now_s);
		*how = SEEP_CLAIM_EVICTED;
	}
	if (slot != SIZE_MAX)
		return hand_out(table, slot, key, now_s, *how);
	seep_table_unlock(table, key);
	return NULL;
}

size_t seep_table_used(const struct seep_table *table)
{
	return atomic_load_explicit(&table->used, memory_order_relaxed);
}

size_t seep_table_capacity(const struct seep_table *table)
{
	return table->sets * WAYS;
}

static void visit_set(struct seep_table *table, size_t set,
		      void (*visit)(void *context, uint64_t key, struct seep_entry *entry),
		      void *context)
{
	pthread_mutex_t *lock = &table->stripes[set % STRIPES].lock;
	size_t ways = set < table->sets ? WAYS : 1;

	pthread_mutex_lock(lock);
	for (size_t way = 0; way < ways; way++) {
		size_t slot = set * WAYS + way;

		if (table->keys[slot])
			visit(context, table->keys[slot], entry_at(table, slot));
	}
	pthread_mutex_unlock(lock);
}

size_t seep_table_walk_on(struct seep_table *table, size_t *set, size_t sets,
			  void (*visit)(void *context, uint64_t key, struct seep_entry *entry),
			  void *context)
{
	for (; sets && *set <= table->sets; sets--, ++*set)
		visit_set(table, *set, visit, context);
	return sets;
}

void seep_table_walk(struct seep_table *table,
		     void (*visit)(void *context, uint64_t key, struct seep_entry *entry),
		     void *context)
{
	size_t set = 0;

	(void)seep_table_walk_on(table, &set, SIZE_MAX, visit, context);
}

/* For the state file. */

size_t seep_table_record_bytes(const struct seep_table *table)
{
	return sizeof(uint64_t) + table->entry_bytes;
}

size_t seep_table_sets(const struct seep_table *table)
{
	return table->sets + 1;
}

/* Copies the ways in WANTED of a set. Returns the bytes used. */
static size_t copy_set(const struct seep_table *table, size_t set, unsigned wanted,
		       unsigned char *to)
{
	size_t used = 0;

	for (size_t way = 0; way < (set < table->sets ? WAYS : 1); way++) {
		size_t slot = set * WAYS + way;

		if (!(wanted >> way & 1) || !table->keys[slot])
			continue;
		memcpy(to + used, &table->keys[slot], sizeof(uint64_t));
		memcpy(to + used + sizeof(uint64_t), entry_at(table, slot), table->entry_bytes);
		used += seep_table_record_bytes(table);
	}
	return used;
}

size_t seep_table_copy(struct seep_table *table, size_t *set, bool changed, void *to, size_t room)
{
	size_t used = 0;

	for (; *set <= table->sets; ++*set) {
		pthread_mutex_t *lock = &table->stripes[*set % STRIPES].lock;
		unsigned wanted = UINT_MAX;

		if (changed && !atomic_load_explicit(&table->changed[*set], memory_order_relaxed))
			continue;
		if (used + WAYS * seep_table_record_bytes(table) > room)
			break;
		pthread_mutex_lock(lock);
		if (changed)
			wanted = atomic_exchange_explicit(&table->changed[*set], 0,
							  memory_order_relaxed);
		used += copy_set(table, *set, wanted, (unsigned char *)to + used);
		pthread_mutex_unlock(lock);
	}
	return used;
}

/* The slot for an entry that was saved, or SIZE_MAX. */
static size_t slot_for(const struct seep_table *table, uint64_t key, uint64_t refill_mbit_day,
		       uint64_t now_s, const struct seep_entry *entry)
{
	uint64_t level = seep_bucket_level(&entry->meter, refill_mbit_day, now_s);
	size_t slot = slot_of(table, key);
	const struct seep_entry *victim;

	if (slot != SIZE_MAX)
		return slot;
	slot = victim_of(table, key, refill_mbit_day, now_s);
	if (slot == SIZE_MAX || (entry->spent && level))
		return slot;
	victim = entry_at(table, slot);
	return is_worth_less(victim, seep_bucket_level(&victim->meter, refill_mbit_day, now_s),
			     entry, level)
		       ? slot
		       : SIZE_MAX;
}

bool seep_table_restore(struct seep_table *table, uint64_t key, uint64_t refill_mbit_day,
			uint64_t now_s, const struct seep_entry *entry)
{
	size_t slot;

	if (!key)
		return false;
	pthread_mutex_lock(lock_of(table, key));
	slot = slot_for(table, key, refill_mbit_day, now_s, entry);
	if (slot != SIZE_MAX) {
		if (!table->keys[slot] && key != SEEP_TABLE_SHARED)
			atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed);
		table->keys[slot] = key;
		memcpy(entry_at(table, slot), entry, table->entry_bytes);
	}
	seep_table_unlock(table, key);
	return slot != SIZE_MAX;
}
