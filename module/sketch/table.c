/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fixed, set-associative table of metered things, each set with a lock of its own.
 *
 * The locks are one to a cache line: two threads that use different sets write no line in common.
 * In the caller's block: all sets' heads, then their keys, then the entries.
 */
#include "sketch/table.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WAYS       8
#define CACHE_LINE 64

struct head {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
	atomic_uchar changed; /* a bit for each way; written under the lock alone */
};

static_assert(sizeof(struct head) == CACHE_LINE, "a set's head is one cache line");

struct seep_table {
	struct head *heads;
	_Atomic uint64_t *keys; /* sets of WAYS; 0 is empty; written under the lock alone */
	unsigned char *entries;
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

/* Behind the sets there is one more slot, with a head of its own: the shared entry's. */
static size_t sets_of(size_t bytes, size_t entry_bytes)
{
	size_t slot_bytes = sizeof(uint64_t) + entry_bytes;
	size_t shared_bytes = sizeof(struct head) + slot_bytes;

	return bytes > shared_bytes
		       ? (bytes - shared_bytes) / (sizeof(struct head) + WAYS * slot_bytes)
		       : 0;
}

size_t seep_table_places(size_t bytes, size_t entry_bytes)
{
	return sets_of(bytes, entry_bytes) * WAYS;
}

struct seep_table *seep_table_create(void *memory, size_t bytes, size_t entry_bytes)
{
	size_t sets = sets_of(bytes, entry_bytes);
	struct seep_table *table = sets ? calloc(1, sizeof(*table)) : NULL;

	if (!table)
		return NULL;
	table->heads = memory;
	table->keys = (void *)(table->heads + sets + 1);
	table->entries = (unsigned char *)(table->keys + sets * WAYS + 1);
	table->sets = sets;
	table->entry_bytes = entry_bytes;
	for (size_t set = 0; set <= sets; set++)
		create_lock(&table->heads[set].lock);
	return table;
}

void seep_table_destroy(struct seep_table *table)
{
	if (!table)
		return;
	for (size_t set = 0; set <= table->sets; set++)
		pthread_mutex_destroy(&table->heads[set].lock);
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
	return &table->heads[set_of(table, key)].lock;
}

static struct seep_entry *entry_at(const struct seep_table *table, size_t slot)
{
	return (struct seep_entry *)(void *)(table->entries + slot * table->entry_bytes);
}

void seep_table_unlock(struct seep_table *table, uint64_t key)
{
	pthread_mutex_unlock(lock_of(table, key));
}

/* Also without the lock: then it may be another's meanwhile. */
static uint64_t key_at(const struct seep_table *table, size_t slot)
{
	return atomic_load_explicit(&table->keys[slot], memory_order_relaxed);
}

static void set_key(struct seep_table *table, size_t slot, uint64_t key)
{
	atomic_store_explicit(&table->keys[slot], key, memory_order_relaxed);
}

/* The slot of KEY, or of an empty way if there is one, or SIZE_MAX. */
static size_t slot_of(const struct seep_table *table, uint64_t key)
{
	size_t first = set_of(table, key) * WAYS;
	size_t empty = SIZE_MAX;

	if (key == SEEP_TABLE_SHARED)
		return first;
	for (size_t slot = first; slot < first + WAYS; slot++) {
		uint64_t there = key_at(table, slot);

		if (there == key)
			return slot;
		if (!there && empty == SIZE_MAX)
			empty = slot;
	}
	return empty;
}

void seep_table_forget(struct seep_table *table, uint64_t key)
{
	size_t slot = slot_of(table, key);

	if (key != SEEP_TABLE_SHARED && slot != SIZE_MAX && key_at(table, slot) == key) {
		set_key(table, slot, 0);
		atomic_fetch_sub_explicit(&table->used, 1, memory_order_relaxed);
	}
	seep_table_unlock(table, key);
}

/*
 * A caller that gets an entry changes it. Written under the lock alone, so no locked instruction.
 */
static void mark_changed(struct seep_table *table, size_t slot)
{
	atomic_uchar *changed = &table->heads[slot / WAYS].changed;

	atomic_store_explicit(changed,
			      atomic_load_explicit(changed, memory_order_relaxed) |
				      (unsigned char)(1u << slot % WAYS),
			      memory_order_relaxed);
}

void seep_table_prefetch(const struct seep_table *table, uint64_t key)
{
	size_t set = set_of(table, key);

	__builtin_prefetch(&table->heads[set], 1);
	__builtin_prefetch((const void *)&table->keys[set * WAYS]);
}

void seep_table_prefetch_entry(const struct seep_table *table, uint64_t key)
{
	size_t slot = slot_of(table, key);
	const char *entry;

	if (slot == SIZE_MAX)
		return;
	entry = (const char *)entry_at(table, slot);
	for (size_t at = 0; at < table->entry_bytes; at += CACHE_LINE)
		__builtin_prefetch(entry + at, 1);
}

struct seep_entry *seep_table_find(struct seep_table *table, uint64_t key)
{
	size_t slot;

	pthread_mutex_lock(lock_of(table, key));
	slot = slot_of(table, key);
	if (slot != SIZE_MAX && key_at(table, slot) == key) {
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
	is_there = slot != SIZE_MAX && key_at(table, slot) == key;
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

/* Hands out the entry in SLOT, which is KEY's from now on. */
static struct seep_entry *hand_out(struct seep_table *table, size_t slot, uint64_t key,
				   uint64_t now_s, enum seep_claim how)
{
	struct seep_entry *entry = entry_at(table, slot);

	if (how != SEEP_CLAIM_FOUND) {
		memset(entry, 0, table->entry_bytes);
		set_key(table, slot, key);
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
	*how = key_at(table, slot) == key ? SEEP_CLAIM_FOUND : SEEP_CLAIM_FRESH;
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
	pthread_mutex_t *lock = &table->heads[set].lock;
	size_t ways = set < table->sets ? WAYS : 1;

	pthread_mutex_lock(lock);
	for (size_t way = 0; way < ways; way++) {
		size_t slot = set * WAYS + way;

		if (key_at(table, slot))
			visit(context, key_at(table, slot), entry_at(table, slot));
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
		uint64_t key;

		if (!(wanted >> way & 1) || !key_at(table, slot))
			continue;
		key = key_at(table, slot);
		memcpy(to + used, &key, sizeof(key));
		memcpy(to + used + sizeof(key), entry_at(table, slot), table->entry_bytes);
		used += seep_table_record_bytes(table);
	}
	return used;
}

size_t seep_table_copy(struct seep_table *table, size_t *set, bool changed, void *to, size_t room)
{
	size_t used = 0;

	for (; *set <= table->sets; ++*set) {
		struct head *head = &table->heads[*set];
		unsigned wanted = UINT_MAX;

		if (changed && !atomic_load_explicit(&head->changed, memory_order_relaxed))
			continue;
		if (used + WAYS * seep_table_record_bytes(table) > room)
			break;
		pthread_mutex_lock(&head->lock);
		if (changed)
			wanted = atomic_exchange_explicit(&head->changed, 0, memory_order_relaxed);
		used += copy_set(table, *set, wanted, (unsigned char *)to + used);
		pthread_mutex_unlock(&head->lock);
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
		if (!key_at(table, slot) && key != SEEP_TABLE_SHARED)
			atomic_fetch_add_explicit(&table->used, 1, memory_order_relaxed);
		set_key(table, slot, key);
		memcpy(entry_at(table, slot), entry, table->entry_bytes);
	}
	seep_table_unlock(table, key);
	return slot != SIZE_MAX;
}
