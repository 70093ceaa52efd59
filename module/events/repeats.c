/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Refusals by user and domain. A word is the high 40 bits of its key, and how many came since they
 * were last told; 0 is a free place.
 */
#include "events/repeats.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SET        8
#define SETS       (SEEP_REPEATS_PLACES / SET)
#define COUNT_MASK UINT64_C(0xffffff)

struct seep_repeats {
	_Atomic uint64_t words[SEEP_REPEATS_PLACES];
	/* Of those who keep and sweep alone. */
	uint64_t due_ms[SEEP_REPEATS_PLACES]; /* 0: no note is kept */
	struct seep_note notes[SEEP_REPEATS_PLACES];
};

struct seep_repeats *seep_repeats_create(void)
{
	struct seep_repeats *repeats = calloc(1, sizeof(*repeats));

	/* Touched at once: memory is claimed at start. */
	for (size_t at = 0; repeats && at < SEEP_REPEATS_PLACES; at++)
		seep_note_start(&repeats->notes[at], SEEP_NOTE_REFUSED, 0);
	return repeats;
}

void seep_repeats_destroy(struct seep_repeats *repeats)
{
	free(repeats);
}

/* Counts in the place if it is TAG's; takes it if it is free. False if it is another's. */
static bool count_in(_Atomic uint64_t *word, uint64_t tag, bool takes,
		     enum seep_repeat_count *result)
{
	uint64_t found = atomic_load_explicit(word, memory_order_relaxed);

	for (;;) {
		uint64_t wanted = found + ((found & COUNT_MASK) < COUNT_MASK);

		if (found == 0 ? !takes : (found & ~COUNT_MASK) != tag)
			return false;
		*result = found ? SEEP_REPEAT_COUNTED : SEEP_REPEAT_FIRST;
		if (atomic_compare_exchange_weak_explicit(word, &found, found ? wanted : tag,
							  memory_order_relaxed,
							  memory_order_relaxed))
			return true;
	}
}

enum seep_repeat_count seep_repeats_count(struct seep_repeats *repeats, uint64_t key,
					  uint32_t *place)
{
	/* Never 0, which is free. */
	const uint64_t tag = (key | UINT64_C(1) << 63) & ~COUNT_MASK;
	const uint32_t first = (uint32_t)(key % SETS) * SET;
	enum seep_repeat_count result;

	for (unsigned takes = 0; takes <= 1; takes++) {
		for (uint32_t at = first; at < first + SET; at++) {
			if (!count_in(&repeats->words[at], tag, takes, &result))
				continue;
			*place = at;
			return result;
		}
	}
	return SEEP_REPEAT_FULL;
}

void seep_repeats_drop(struct seep_repeats *repeats, uint32_t place)
{
	atomic_store_explicit(&repeats->words[place], 0, memory_order_relaxed);
}

void seep_repeats_keep(struct seep_repeats *repeats, const struct seep_note *note, uint64_t now_ms)
{
	repeats->notes[note->place] = *note;
	repeats->due_ms[note->place] = now_ms + SEEP_REPEATS_MS;
}

/* How many came since; the place is free if none did. */
static uint64_t take_count(_Atomic uint64_t *word, bool *is_free)
{
	uint64_t found = atomic_load_explicit(word, memory_order_relaxed);

	do {
		*is_free = !(found & COUNT_MASK);
	} while (!atomic_compare_exchange_weak_explicit(
		word, &found, *is_free ? 0 : found & ~COUNT_MASK, memory_order_relaxed,
		memory_order_relaxed));
	return found & COUNT_MASK;
}

void seep_repeats_sweep(struct seep_repeats *repeats, uint64_t now_ms, bool is_end,
			seep_repeats_tell *tell, void *context)
{
	for (size_t at = 0; at < SEEP_REPEATS_PLACES; at++) {
		struct seep_note *note = &repeats->notes[at];
		bool is_free;

		if (!repeats->due_ms[at] || (!is_end && now_ms < repeats->due_ms[at]))
			continue;
		note->count = take_count(&repeats->words[at], &is_free);
		repeats->due_ms[at] = is_free ? 0 : now_ms + SEEP_REPEATS_MS;
		if (!is_free)
			tell(context, note);
	}
}
