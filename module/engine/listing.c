/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lists say, replaced while queries go on.
 *
 * A query writes into its thread's own place which listing it goes by, and looks whether that is
 * the engine's still. Whoever replaces the listing does so first, and then waits until no thread's
 * place holds the former one. Both write before they read what the other writes, in one order for
 * all (seq_cst). So either the query sees the new listing, or the replacer sees the query (hazard
 * pointers: Michael, 2004).
 */
#include "engine/internal.h"

#include <stdlib.h>
#include <time.h>

#include "names/suffix.h"

#define WAIT_NS 1000000

static bool open_readers(struct listing *listing)
{
	for (unsigned at = 0; at < listing->reader_count; at++) {
		listing->readers[at] = seep_suffix_reader_open(listing->lists.suffixes);
		if (!listing->readers[at])
			return false;
	}
	return true;
}

struct listing *seep_listing_create(const struct seep_engine *engine,
				    const struct seep_engine_lists *lists,
				    enum seep_passthrough *why)
{
	unsigned readers = engine->thread_count + GUESTS;
	struct listing *listing =
		calloc(1, sizeof(*listing) + readers * sizeof(listing->readers[0]));

	*why = SEEP_PASSTHROUGH_MEMORY;
	if (!listing)
		return NULL;
	listing->lists = *lists;
	listing->reader_count = readers;
	if (!lists->suffixes)
		listing->lists.suffixes = listing->own_suffixes = seep_suffix_open(NULL, 0);
	if (!lists->allowed)
		listing->lists.allowed = engine->conf.allow_domain;
	if (!listing->lists.suffixes)
		*why = SEEP_PASSTHROUGH_SYSTEM;
	else if (open_readers(listing))
		return listing;
	seep_listing_destroy(listing);
	return NULL;
}

void seep_listing_destroy(struct listing *listing)
{
	if (!listing)
		return;
	for (unsigned at = 0; at < listing->reader_count; at++)
		seep_suffix_reader_close(listing->readers[at]);
	seep_suffix_close(listing->own_suffixes);
	free(listing);
}

const struct listing *seep_listing_begin(struct seep_engine *engine, struct place *place)
{
	const struct listing *listing =
		atomic_load_explicit(&engine->listing, memory_order_relaxed);
	const struct listing *now = listing;

	/* Again only if it was replaced just now, which is seconds apart. */
	do {
		listing = now;
		atomic_store(&place->listing, listing);
		now = atomic_load(&engine->listing);
	} while (now != listing);
	return listing;
}

void seep_listing_end(struct place *place)
{
	atomic_store_explicit(&place->listing, NULL, memory_order_release);
}

bool seep_engine_is_open(struct seep_engine *engine, const uint8_t *name, size_t size)
{
	struct place *place = &engine->guests[GUEST_CONTROL];
	const struct listing *listing = seep_listing_begin(engine, place);
	bool is_open = seep_suffix_is_open(listing->readers[place->number], name, size);

	seep_listing_end(place);
	return is_open;
}

static bool is_used(struct seep_engine *engine, const struct listing *listing)
{
	for (unsigned at = 0; at < engine->thread_count; at++) {
		if (atomic_load(&engine->threads[at].place.listing) == listing)
			return true;
	}
	for (unsigned at = 0; at < GUESTS; at++) {
		if (atomic_load(&engine->guests[at].listing) == listing)
			return true;
	}
	return false;
}

bool seep_engine_swap_lists(struct seep_engine *engine, const struct seep_engine_lists *lists)
{
	static const struct timespec moment = { .tv_nsec = WAIT_NS };
	enum seep_passthrough why;
	struct listing *next = seep_listing_create(engine, lists, &why), *former;

	if (!next)
		return false;
	pthread_mutex_lock(&engine->listing_lock);
	former = atomic_exchange(&engine->listing, next);
	pthread_mutex_unlock(&engine->listing_lock);
	/*
	 * A query takes microseconds, and with a line for the log as long as that; a guest as long
	 * as a walk over the domains.
	 */
	while (is_used(engine, former))
		nanosleep(&moment, NULL);
	seep_listing_destroy(former);
	return true;
}

struct seep_engine_lists seep_listing_read(struct seep_engine *engine, size_t *memory_bytes)
{
	struct seep_engine_lists lists;
	const struct listing *listing;

	pthread_mutex_lock(&engine->listing_lock);
	listing = atomic_load(&engine->listing);
	lists = listing->lists;
	*memory_bytes = seep_common_bytes(lists.common) +
			listing->reader_count * seep_suffix_reader_bytes(lists.suffixes);
	pthread_mutex_unlock(&engine->listing_lock);
	return lists;
}
