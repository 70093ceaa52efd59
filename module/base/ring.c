/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bounded ring, many writers, one reader.
 *
 * A writer takes the next place by moving HEAD, then fills it; the reader stops at a place that is
 * taken and not filled yet, which 0 shows.
 */
#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>

struct seep_ring {
	_Alignas(64) _Atomic uint64_t head; /* places ever taken */
	_Alignas(64) _Atomic uint64_t tail; /* numbers ever read */
	_Atomic uint64_t lost;
	size_t places;
	_Atomic uint64_t numbers[];
};

struct seep_ring *seep_ring_create(size_t places)
{
	size_t bytes = sizeof(struct seep_ring) + places * sizeof(uint64_t);
	struct seep_ring *ring = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

	if (!ring)
		return NULL;
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
	atomic_init(&ring->lost, 0);
	ring->places = places;
	for (size_t i = 0; i < places; i++)
		atomic_init(&ring->numbers[i], 0);
	return ring;
}

void seep_ring_destroy(struct seep_ring *ring)
{
	free(ring);
}

void seep_ring_put(struct seep_ring *ring, uint64_t number)
{
	uint64_t at = atomic_load_explicit(&ring->head, memory_order_relaxed);

	do {
		if (at - atomic_load_explicit(&ring->tail, memory_order_acquire) >= ring->places) {
			atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
			return;
		}
	} while (!atomic_compare_exchange_weak_explicit(
		&ring->head, &at, at + 1, memory_order_relaxed, memory_order_relaxed));
	atomic_store_explicit(&ring->numbers[at & (ring->places - 1)], number,
			      memory_order_relaxed);
}

size_t seep_ring_take(struct seep_ring *ring, uint64_t *numbers, size_t room)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	size_t count = 0;

	while (count < room) {
		_Atomic uint64_t *place = &ring->numbers[(tail + count) & (ring->places - 1)];
		uint64_t number = atomic_load_explicit(place, memory_order_relaxed);

		if (!number)
			break;
		atomic_store_explicit(place, 0, memory_order_relaxed);
		numbers[count++] = number;
	}
	/* Released, so that whoever gets a place sees that it is empty. */
	atomic_store_explicit(&ring->tail, tail + count, memory_order_release);
	return count;
}

uint64_t seep_ring_lost(const struct seep_ring *ring)
{
	return atomic_load_explicit(&ring->lost, memory_order_relaxed);
}
