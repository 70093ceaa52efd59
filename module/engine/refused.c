/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of rows that many write and any reads.
 *
 * Each place has a turn: 2N + 1 while row N is being written, 2N + 2 once it is there (a sequence
 * lock). The words are released one by one, so who reads a new one sees the turn that came before.
 */
#include "engine/refused.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WORDS ((sizeof(struct seep_refused_row) + 7) / 8)

struct place {
	_Atomic uint64_t turn;
	_Atomic uint64_t words[WORDS];
};

struct seep_refused {
	_Atomic uint64_t count;
	struct place places[SEEP_REFUSED_PLACES];
};

/* A row as words. */
union packed {
	struct seep_refused_row row;
	uint64_t words[WORDS];
};

struct seep_refused *seep_refused_create(void)
{
	return calloc(1, sizeof(struct seep_refused));
}

void seep_refused_destroy(struct seep_refused *refused)
{
	free(refused);
}

size_t seep_refused_bytes(void)
{
	return sizeof(struct seep_refused);
}

/* So many words a row has that are not all behind its name. */
static size_t used_words(const struct seep_refused_row *row)
{
	return (offsetof(struct seep_refused_row, name) + row->name_size + 7) / 8;
}

void seep_refused_put(struct seep_refused *refused, const struct seep_refused_row *row)
{
	uint64_t at = atomic_fetch_add_explicit(&refused->count, 1, memory_order_relaxed);
	struct place *place = &refused->places[at % SEEP_REFUSED_PLACES];
	uint64_t turn = atomic_load_explicit(&place->turn, memory_order_relaxed);
	union packed packed;

	/* Another is at work there, or a later one was. */
	if (turn % 2 || turn > 2 * at ||
	    !atomic_compare_exchange_strong_explicit(&place->turn, &turn, 2 * at + 1,
						     memory_order_acquire, memory_order_relaxed))
		return;
	packed.row = *row;
	for (size_t i = 0; i < used_words(row); i++)
		atomic_store_explicit(&place->words[i], packed.words[i], memory_order_release);
	atomic_store_explicit(&place->turn, 2 * at + 2, memory_order_release);
}

uint64_t seep_refused_count(const struct seep_refused *refused)
{
	return atomic_load_explicit(&refused->count, memory_order_relaxed);
}

bool seep_refused_get(const struct seep_refused *refused, uint64_t at, struct seep_refused_row *row)
{
	const struct place *place = &refused->places[at % SEEP_REFUSED_PLACES];
	union packed packed;

	if (atomic_load_explicit(&place->turn, memory_order_acquire) != 2 * at + 2)
		return false;
	for (size_t i = 0; i < WORDS; i++)
		packed.words[i] = atomic_load_explicit(&place->words[i], memory_order_acquire);
	*row = packed.row;
	return atomic_load_explicit(&place->turn, memory_order_relaxed) == 2 * at + 2;
}
