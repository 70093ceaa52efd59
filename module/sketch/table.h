/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fixed table of metered things (users, networks, domains), found by keyed hash.
 *
 * Memory: one block given at start, never more; sets of eight entries, the keys of a set in one
 * cache line, and in another one their lock. A full set evicts the entry with the least standing,
 * of equals the one with the lowest level, of these the one unseen longest. It never evicts an
 * entry that is spent and has not drained, or that holds a reservation. So strangers evict
 * strangers, and nobody's meter is wiped by what others do. A key for which nothing can be evicted
 * gets the shared entry, SEEP_TABLE_SHARED.
 * Threads: an entry is handed out with its set locked, and the caller unlocks it; no function here
 * takes two locks.
 */
#ifndef SEEP_TABLE_H
#define SEEP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bucket.h"

/* What every entry starts with; all zero when fresh. */
struct seep_entry {
	struct seep_bucket meter;
	uint32_t first_s;   /* claimed at, seconds since 1970 */
	uint32_t last_s;    /* last asked for */
	uint32_t inflight;  /* reservations held; such an entry stays */
	uint32_t crossed_s; /* when it flagged or refused last */
	uint32_t standing;  /* how many rely on it: a domain's users, a network's size */
	uint8_t flagged;    /* above flag-at, and said so */
	uint8_t spent;      /* refused or would be; such an entry stays */
	uint8_t units;      /* of budget, the most of a domain's users */
	uint8_t refusals;   /* of this meter; counted up to dozens */
};

struct seep_table;

/* The key of the entry that is shared by all keys for which there is none; no hash is it. */
#define SEEP_TABLE_SHARED UINT64_MAX

/*
 * Returns a table in BYTES of zeroed, cache-line aligned MEMORY, which the caller owns and keeps.
 * Its entries have ENTRY_BYTES and start with a struct seep_entry. NULL if that is too little for
 * one set, or without memory for the locks.
 */
struct seep_table *seep_table_create(void *memory, size_t bytes, size_t entry_bytes);

/* Returns how many entries of ENTRY_BYTES there can be in BYTES; 0 if that is too little. */
size_t seep_table_places(size_t bytes, size_t entry_bytes);

/* Frees TABLE but for its block. NULL is ignored. */
void seep_table_destroy(struct seep_table *table);

/* What seep_table_claim did to give the entry. */
enum seep_claim {
	SEEP_CLAIM_FOUND,
	SEEP_CLAIM_FRESH,   /* all zero but first_s, last_s and drained_s */
	SEEP_CLAIM_EVICTED, /* the same, and another entry went for it */
};

/*
 * Begins to fetch what a claim of KEY will read: first where its entry is; then, which waits for
 * that, all of the entry. Neither locks anything.
 */
void seep_table_prefetch(const struct seep_table *table, uint64_t key);
void seep_table_prefetch_entry(const struct seep_table *table, uint64_t key);

/*
 * Returns the entry of KEY (not 0), claimed if it is not there. *HOW says what was done. NULL if
 * every entry of its set is held, which SEEP_TABLE_SHARED's never is. Levels are compared as
 * drained at REFILL_MBIT_DAY up to NOW_S.
 */
struct seep_entry *seep_table_claim(struct seep_table *table, uint64_t key,
				    uint64_t refill_mbit_day, uint64_t now_s, enum seep_claim *how);

/* The same, but NULL if another entry would have to go for it. */
struct seep_entry *seep_table_claim_free(struct seep_table *table, uint64_t key, uint64_t now_s,
					 enum seep_claim *how);

/* Returns the entry of KEY, or NULL. */
struct seep_entry *seep_table_find(struct seep_table *table, uint64_t key);

/*
 * Copies the entry of KEY to TO, which has room for it, and returns true; or false if there is
 * none. The entry does not count as asked for.
 */
bool seep_table_peek(struct seep_table *table, uint64_t key, void *to);

/* Ends the use of the entry that claim or find gave for KEY. */
void seep_table_unlock(struct seep_table *table, uint64_t key);

/* The same, and the entry's place is free again. The shared entry stays. */
void seep_table_forget(struct seep_table *table, uint64_t key);

/* Returns the entries in use, and the most there can be. */
size_t seep_table_used(const struct seep_table *table);
size_t seep_table_capacity(const struct seep_table *table);

/* Calls VISIT for every used entry, under its lock. For statistics and tools. */
void seep_table_walk(struct seep_table *table,
		     void (*visit)(void *context, uint64_t key, struct seep_entry *entry),
		     void *context);

/*
 * The same a piece at a time: at most SETS sets from *SET on, which is moved on. Returns how many
 * sets were left over when the walk ended; 0 if it has not, or just so.
 */
size_t seep_table_walk_on(struct seep_table *table, size_t *set, size_t sets,
			  void (*visit)(void *context, uint64_t key, struct seep_entry *entry),
			  void *context);

/* For the state file. */

/* Returns the size of a record: an entry with its key before it. */
size_t seep_table_record_bytes(const struct seep_table *table);

/*
 * Copies the records of whole sets, from *SET on, into ROOM bytes at TO; with CHANGED, only those
 * that were asked for since they were last copied with it. Returns the bytes used, and moves *SET
 * on: all are done when that is seep_table_sets. One thread at a time may take what changed.
 */
size_t seep_table_copy(struct seep_table *table, size_t *set, bool changed, void *to, size_t room);
size_t seep_table_sets(const struct seep_table *table);

/*
 * Puts ENTRY, which was saved, in its place, over the one that has its KEY. In a full set it goes
 * over the one that is missed least, as with claim. Returns false if none of them is missed less
 * than ENTRY, or KEY is none.
 */
bool seep_table_restore(struct seep_table *table, uint64_t key, uint64_t refill_mbit_day,
			uint64_t now_s, const struct seep_entry *entry);

#endif
